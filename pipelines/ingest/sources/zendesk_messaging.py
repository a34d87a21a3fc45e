"""Zendesk's messaging conversations as warehouse copies have them: ticket chats and their events.

Times are UTC. A conversation has no row of its own times: the contact is made from its events,
and the table of chats only tells which ticket it belongs to (`relations`), with which it counts
once. A chat that went on in another ticket is linked to the last one delivered.

- Who spoke: `original_message.source.type` zd:answerBot is the bot, even under `agent:<id>`, which
  else is an agent; `__trigger` is a bot, `__system` and blank actors are the system. Any other
  actor is the customer, unless the message's author is the business.
- The human queue starts at the bot's transfer to a department, without a bot with the customer's
  first message; it ends with an agent's first message. Messaging has no line to hang up on:
  without an answer the outcome is unknown.
- `created_at` is when it was said; `received` inside the message is when it was stored, and later.
- `is_history_context` marks replays of an earlier conversation: received and left out.

unverified: the actors of customers, all event types but ChatMessage, ChatJoin,
ChatDepartmentTransfer and ChatEmailChanged, and times beside each other (the rows seen were
edited for tests).
"""

from pipelines.ingest.checks import Check, judged_sql
from pipelines.ingest.sources.base import Reading, Stream, stream
from pipelines.ingest.sources.records import RecordKind, missing, not_times, source_of_kinds
from pipelines.sql import literal

_EVENT_KEYS = (
    "chat_id", "created_at", "actor_id", "chat_index", "is_history_context", "message",
    "message_id", "original_message", "type",
)  # fmt: skip
_IS_SAID = "t.type IN ('ChatMessage', 'ChatFileAttachment')"


def _conversations(reading: Reading) -> list[Stream]:
    events, checks = _events(reading), _checks()
    judged = judged_sql(events, checks, "record", "created_at")
    good = f"SELECT * FROM ({judged}) WHERE _reasons IS NULL AND NOT is_replay"
    return [_messages(reading, events, checks), _contacts(reading, good)]


def _links(reading: Reading) -> list[Stream]:
    helpdesk = reading.mapping.linked_system or "zendesk"
    return [
        stream(
            "relations",
            reading.flat_records(("chat_id", "ticket_id")),
            {
                "relations": {
                    "contact_id": reading.id("t.chat_id"),
                    "relation": "'linked_to'",
                    "other_contact_id": reading.id("t.ticket_id", helpdesk),
                }
            },
            checks=missing("chat_id"),
            raw="record",
            received_on="NULL",
            when={"relations": "t.ticket_id IS NOT NULL"},
        )
    ]


def _events(reading: Reading) -> str:
    def inside(path: str) -> str:
        return f"TRY(json_extract_string(t.original_message, '{path}'))"

    return f"""
        SELECT *, {reading.times("created_at", zone="UTC")},
            coalesce(lower(t.is_history_context) = 'true', false) AS is_replay,
            coalesce(t.message, {inside("$.content.text.text")}) AS said,
            CASE WHEN {inside("$.source.type")} = 'zd:answerBot' OR t.actor_id = '__trigger'
                    THEN 'bot'
                WHEN t.actor_id IS NULL OR t.actor_id = 'agent:' OR starts_with(t.actor_id, '__')
                    THEN 'system'
                WHEN starts_with(t.actor_id, 'agent:') OR {inside("$.author.type")} = 'BUSINESS'
                    THEN 'agent'
                ELSE 'customer' END AS role,
            regexp_replace(t.actor_id, '^agent:', '') AS actor
        FROM ({reading.flat_records(_EVENT_KEYS)})"""


def _checks() -> list[Check]:
    return [*missing("chat_id", "created_at", "type"), *not_times("created_at")]


def _helpdesk_pseudonym(reading: Reading, value: str) -> str:
    return reading.pseudonym(value, reading.mapping.linked_system or "zendesk")


def _messages(reading: Reading, events: str, checks: list[Check]) -> Stream:
    part = "coalesce(t.chat_index, t.message_id, CAST(_line AS VARCHAR))"
    return stream(
        "messages",
        events,
        {
            "messages": {
                "message_id": reading.id(f"t.chat_id || '-' || {part}"),
                "contact_id": reading.id("t.chat_id"),
                "sent_at": "created_at",
                "author_id": f"""CASE role WHEN 'agent' THEN actor
                    WHEN 'customer' THEN {_helpdesk_pseudonym(reading, "actor")} END""",
                "author_role": "role",
                "is_public": "true",
                "text": reading.masked("said"),
            }
        },
        checks=checks,
        raw="record",
        received_on="created_at",
        when={"messages": f"{_IS_SAID} AND NOT is_replay"},
    )


def _contacts(reading: Reading, events: str) -> Stream:
    def first(condition: str) -> str:
        return f"min(created_at) FILTER (WHERE {condition})"

    grouped = f"""
        SELECT min(_line) AS _line, t.chat_id AS chat_id, min(created_at) AS created_at,
            max(created_at) AS updated_at,
            {first(f"role = 'customer' AND {_IS_SAID}")} AS first_inbound_at,
            {first(f"role = 'agent' AND {_IS_SAID}")} AS answered_at,
            {first("role = 'agent'")} AS joined_at, {first("role = 'bot'")} AS bot_at,
            {first("t.type = 'ChatDepartmentTransfer' AND role <> 'agent'")} AS transferred_at,
            count(*) FILTER (WHERE t.type = 'ChatDepartmentTransfer' AND role = 'agent')
                AS transfers,
            arg_max(actor, created_at) FILTER (WHERE role = 'agent') AS agent_id,
            arg_min(actor, created_at) FILTER (WHERE role = 'customer') AS customer
        FROM ({events}) GROUP BY t.chat_id"""
    rows = f"""
        SELECT *, CASE WHEN bot_at IS NULL THEN coalesce(first_inbound_at, created_at)
            ELSE least(coalesce(transferred_at, joined_at), answered_at) END AS queue_entered_at
        FROM ({grouped})"""
    contact = reading.id("chat_id")
    same = {"contact_id": contact, "updated_at": "updated_at"}
    return stream(
        "contacts",
        rows,
        {
            "contacts": same
            | {
                "source": literal(reading.system),
                "source_id": "chat_id",
                "kind": "'chat'",
                "channel": "'live_chat'",
                "channel_raw": "'messaging'",
                "direction": "'inbound'",
                "language_source": "'unknown'",
                "status": "'unknown'",
                "agent_id": "agent_id",
                "requester_id": _helpdesk_pseudonym(reading, "customer"),
                "created_at": "created_at",
                "first_inbound_at": "first_inbound_at",
                "handed_over_at": "CASE WHEN bot_at IS NOT NULL THEN transferred_at END",
            },
            "sessions": same
            | {
                "queue_entered_at": "queue_entered_at",
                "answered_at": "answered_at",
                "outcome": "CASE WHEN answered_at IS NOT NULL THEN 'answered' ELSE 'unknown' END",
                "wait_seconds": "date_sub('second', queue_entered_at, answered_at)",
                "transfers_count": "transfers",
            },
        },
        checks=[],
        raw="NULL",
        received_on="NULL",
        is_main=False,
    )


SOURCE = source_of_kinds(
    "zendesk_messaging",
    "zendesk_messaging",
    (
        RecordKind(
            "messages",
            ("chat_id", "actor_id", "chat_index", "type", "original_message"),
            _conversations,
        ),
        RecordKind("relations", ("chat_id", "ticket_id", "visitor_id", "conversation_id"), _links),
    ),
    names=lambda probe: probe.names,
    joins_records=True,
)
