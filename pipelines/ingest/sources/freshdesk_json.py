"""Freshdesk's API: tickets (with their stats), conversations, ratings, people and groups.

- `stats` holds the last of each instant, and only where the request said `include=stats`;
  A ticket that does not hold its conversations has two messages: its description, and at
  `first_responded_at` a reply whose text is not known (loaded beside a file of conversations,
  that reply stands at the same instant as the true one). Without stats and conversations nothing
  is said of replies.
- A survey's answer is also stored as an incoming conversation (source 6, category 7), which moves
  `requester_responded_at`: it is no customer's message, and kept as the system's note.
- What an automation or an automatic reply sent is a bot's. A forwarded e-mail goes to a third
  party: it is no answer to the customer.
- Outbound e-mails (source 10) are the agent's own start. What stands in a phone ticket, the agent
  noted. Spam and deleted tickets are flags.
- Custom statuses from 6 on are the account's own; 6 and 7 are the usual "waiting" ones, others
  are unknown unless [values.status] of a mapping tells them.
- A rating is 103 ... -103 whatever the account's scale has of it: 3 ... -3, with 100 as 0.
  The API lists ratings received, so when one was asked for is not known.
- A contact's language is the account's default unless somebody chose one: it goes to people.
- Groups are numbers in tickets: their names come from [values.team], else from the groups.

unverified: status and source codes other than ticket source 1, 3, 10, status 2, 3, 5, conversation
source 0, 2, 6 and ratings 103, 100, -103; association_type 2 and 3 (child, tracker) as internal;
`automation_id` and `auto_response`. Freshservice's API has other source codes and is not read.
"""

from functools import partial

from pipelines.ingest.checks import Check
from pipelines.ingest.html import html_text_sql
from pipelines.ingest.sources.base import Reading, Stream, stream
from pipelines.ingest.sources.records import (
    NOT_JSON,
    RecordKind,
    declared_language,
    direction_sql,
    missing,
    not_times,
    source_of_kinds,
    tags_sql,
    teams,
)
from pipelines.ingest.times import moment_sql
from pipelines.ingest.vocabulary import words_sql
from pipelines.sql import literal

_FRESHSERVICE = {"department_id", "workspace_id", "urgency", "impact"}

_STATS = ("first_responded_at", "resolved_at", "closed_at")
_CONVERSATION = """{"id": "VARCHAR", "ticket_id": "VARCHAR", "user_id": "VARCHAR",
    "body": "VARCHAR", "body_text": "VARCHAR", "incoming": "BOOLEAN", "private": "BOOLEAN",
    "source": "VARCHAR", "category": "VARCHAR", "auto_response": "BOOLEAN",
    "automation_id": "VARCHAR", "created_at": "VARCHAR"}"""
_SHAPES = {
    "tickets": f"""{{"id": "VARCHAR", "subject": "VARCHAR", "status": "VARCHAR",
        "source": "VARCHAR", "priority": "VARCHAR", "type": "VARCHAR", "tags": ["VARCHAR"],
        "requester_id": "VARCHAR", "responder_id": "VARCHAR", "group_id": "VARCHAR",
        "created_at": "VARCHAR", "updated_at": "VARCHAR", "spam": "BOOLEAN",
        "deleted": "BOOLEAN", "association_type": "VARCHAR",
        "custom_fields": "MAP(VARCHAR, VARCHAR)", "description": "VARCHAR",
        "description_text": "VARCHAR", "conversations": [{_CONVERSATION}],
        "stats": {{{", ".join(f'"{name}": "VARCHAR"' for name in _STATS)}}}}}""",
    "conversations": _CONVERSATION,
    "ratings": """{"id": "VARCHAR", "ticket_id": "VARCHAR", "created_at": "VARCHAR",
        "updated_at": "VARCHAR", "feedback": "VARCHAR", "ratings": "MAP(VARCHAR, VARCHAR)"}""",
    "agents": """{"id": "VARCHAR", "updated_at": "VARCHAR",
        "contact": {"language": "VARCHAR"}}""",
    "contacts": """{"id": "VARCHAR", "language": "VARCHAR", "updated_at": "VARCHAR"}""",
    "groups": """{"id": "VARCHAR", "name": "VARCHAR", "updated_at": "VARCHAR"}""",
}
_SOURCES = {
    "1": "email", "2": "portal", "3": "phone", "5": "twitter", "6": "facebook", "7": "chat",
    "9": "feedback widget", "10": "outbound email", "13": "whatsapp",
}  # fmt: skip
"""The words that the CSV export has for the API's numbers."""
_STATUSES = {
    "2": "open", "3": "pending", "4": "solved", "5": "closed", "6": "pending", "7": "pending",
}  # fmt: skip
_PRIORITIES = {"1": "low", "2": "medium", "3": "high", "4": "urgent"}
_OUTBOUND, _PHONE = "'10'", "'3'"


def _tickets(reading: Reading) -> list[Stream]:
    times = ("created_at", "updated_at")

    def custom(field: str) -> str:
        return reading.custom(field, "t.custom_fields", "t.tags")

    rows = f"""
        SELECT *, {reading.times(*times)},
            {", ".join(f"{moment_sql(f't.stats.{n}', reading.zone)} AS {n}" for n in _STATS)},
            coalesce(t.description_text, {html_text_sql("t.description")}) AS description,
            {words_sql("t.source", _SOURCES, "'source ' || t.source")} AS channel_raw
        FROM ({reading.records(_SHAPES["tickets"])})"""
    told = reading.told_exclusion(
        {"source": "channel_raw", "status": "t.status", "type": "t.type"}, {"tags": "t.tags"}
    )
    rows = f"""
        SELECT *, CASE WHEN t.deleted THEN 'deleted' WHEN t.spam THEN 'spam' ELSE coalesce({told},
                CASE WHEN t.source = {_OUTBOUND} THEN 'agent_initiated'
                    WHEN t.association_type IN ('2', '3') THEN 'internal' END) END AS exclusion,
            {custom("language")} AS language_raw,
            {reading.pseudonym("t.requester_id")} AS requester
        FROM ({rows})"""
    checks = [
        NOT_JSON,
        *missing("id", "status", "created_at"),
        *not_times(*times),
        *(
            Check(f"t.stats.{n} IS NOT NULL AND {n} IS NULL", f"stats.{n} is not a time")
            for n in _STATS
        ),
        *(Check(f"{n} < created_at", f"{n} is before created_at") for n in ("updated_at", *_STATS)),
    ]
    contact = reading.id("t.id")
    is_note = f"t.source = {_PHONE}"
    fills = {
        "contacts": {
            "contact_id": contact,
            "source": literal(reading.system),
            "source_id": "t.id",
            "kind": "'ticket'",
            "channel_raw": "channel_raw",
            "direction": direction_sql("exclusion"),
            **declared_language("language_raw"),
            "topic_raw": f"coalesce({custom('topic')}, {reading.composed('t.type')})",
            "status": f"CASE WHEN t.deleted THEN 'deleted'"
            f" ELSE {reading.status('t.status', _STATUSES)} END",
            "status_raw": "t.status",
            "priority": words_sql("t.priority", _PRIORITIES, "t.priority"),
            "tags": tags_sql("t.tags"),
            "team": reading.translated("team", "t.group_id"),
            "agent_id": "t.responder_id",
            "requester_id": "requester",
            "subject": reading.masked("t.subject"),
            "created_at": "created_at",
            "updated_at": "updated_at",
            "first_inbound_at": "CASE WHEN exclusion IS DISTINCT FROM 'agent_initiated'"
            " THEN created_at END",
            "exclusion": "exclusion",
        },
        "contact_clocks": {
            "contact_id": contact,
            "updated_at": "updated_at",
            "solved_at": "coalesce(resolved_at, closed_at)",
            "closed_at": "closed_at",
            "vendor_first_response_seconds": "date_diff('second', created_at, first_responded_at)",
        },
        "messages": {
            "message_id": reading.id("'ticket-' || t.id"),
            "contact_id": contact,
            "sent_at": "created_at",
            "author_id": f"CASE WHEN t.source IN ({_OUTBOUND}, {_PHONE}) THEN t.responder_id"
            " ELSE requester END",
            "author_role": f"CASE WHEN t.source IN ({_OUTBOUND}, {_PHONE}) THEN 'agent'"
            " ELSE 'customer' END",
            "is_public": f"NOT coalesce({is_note}, false)",
            "text": reading.masked("description"),
        },
    }
    return [
        stream(
            "contacts",
            rows,
            fills,
            checks=checks,
            raw="record",
            received_on="created_at",
            when={
                "messages": "description IS NOT NULL"
                " AND (t.conversations IS NOT NULL OR t.stats IS NOT NULL)"
            },
        ),
        _messages(reading, _replies_inside(reading)),
    ]


def _replies_inside(reading: Reading) -> str:
    """SELECT _line, record, t of the conversations in tickets; else of the first reply."""
    replied = """CASE WHEN t.stats.first_responded_at IS NOT NULL THEN [{
        'id': t.id || '-first-reply', 'incoming': 'false', 'private': 'false',
        'created_at': t.stats.first_responded_at}] END"""
    inside = f"""
        SELECT _line, t.id AS ticket_id, unnest(coalesce(t.conversations, json_transform(
            to_json({replied}), '[{_CONVERSATION}]'))) AS t
        FROM ({reading.records(_SHAPES["tickets"])})"""
    return f"""
        SELECT _line, CAST(to_json(t) AS VARCHAR) AS record,
            struct_update(t, ticket_id := coalesce(t.ticket_id, ticket_id)) AS t
        FROM ({inside})"""


def _messages(reading: Reading, records: str) -> Stream:
    """Conversations, by themselves or inside their tickets."""
    rows = f"""
        SELECT *, {reading.times("created_at")},
            coalesce(t.body_text, {html_text_sql("t.body")}) AS body,
            CASE WHEN t.source = '6' OR t.category = '7' THEN 'system'
                WHEN t.automation_id IS NOT NULL OR t.auto_response THEN 'bot'
                WHEN t.incoming THEN 'customer' ELSE 'agent' END AS author_role
        FROM ({records})"""
    return stream(
        "messages",
        rows,
        {
            "messages": {
                "message_id": reading.id("t.id"),
                "contact_id": reading.id("t.ticket_id"),
                "sent_at": "created_at",
                "author_id": f"""CASE author_role WHEN 'agent' THEN t.user_id
                    WHEN 'customer' THEN {reading.pseudonym("t.user_id")} END""",
                "author_role": "author_role",
                "is_public": "NOT t.private AND author_role <> 'system'"
                " AND coalesce(t.source, '') NOT IN ('2', '8')",
                "text": reading.masked("body"),
            }
        },
        checks=[
            NOT_JSON,
            *missing("id", "ticket_id", "created_at"),
            *not_times("created_at"),
            Check(
                "t IS NOT NULL AND (t.private IS NULL OR t.incoming IS NULL)",
                "private or incoming is missing",
            ),
        ],
        raw="record",
        received_on="created_at",
    )


def _conversations(reading: Reading) -> list[Stream]:
    return [_messages(reading, reading.records(_CONVERSATION))]


def _ratings(reading: Reading) -> list[Stream]:
    times = ("created_at", "updated_at")
    rows = f"""
        SELECT *, {reading.times(*times)},
            t.ratings['default_question'] AS answer, try_cast(answer AS INTEGER) AS number
        FROM ({reading.records(_SHAPES["ratings"])})"""
    checks = [
        NOT_JSON,
        *missing("id", "ticket_id", "created_at"),
        *not_times(*times),
        Check("t IS NOT NULL AND answer IS NULL", "ratings.default_question is missing"),
        Check(
            "answer IS NOT NULL AND coalesce(abs(number) NOT BETWEEN 100 AND 103, true)",
            "ratings.default_question is none of 100 to 103 and -101 to -103",
        ),
    ]
    fill = {
        "survey_id": reading.id("t.id"),
        "contact_id": reading.id("t.ticket_id"),
        "updated_at": "updated_at",
        "answered_at": "created_at",
        "scale": "'signed'",
        "score_raw": "answer",
        "score": "CAST(sign(number) * (abs(number) - 100) AS DOUBLE)",
        "comment": reading.masked("t.feedback"),
    }
    return [
        stream(
            "surveys", rows, {"surveys": fill}, checks=checks, raw="record",
            received_on="created_at",
        )
    ]  # fmt: skip


def _people(reading: Reading, *, is_agent: bool) -> list[Stream]:
    shape = _SHAPES["agents" if is_agent else "contacts"]
    rows = f"SELECT *, {reading.times('updated_at')} FROM ({reading.records(shape)})"
    fill = {
        "person_id": "t.id" if is_agent else reading.pseudonym("t.id"),
        "role": "'agent'" if is_agent else "'customer'",
        "language_raw": "t.contact.language" if is_agent else "t.language",
        "updated_at": "updated_at",
    }
    checks = [NOT_JSON, *missing("id"), *not_times("updated_at")]
    return [
        stream(
            "people", rows, {"people": fill}, checks=checks, raw="record", received_on="updated_at"
        )
    ]


def _groups(reading: Reading) -> list[Stream]:
    records = reading.records(_SHAPES["groups"])
    return teams(reading, f"SELECT *, {reading.times('updated_at')} FROM ({records})")


SOURCE = source_of_kinds(
    "freshdesk_json",
    "freshdesk",
    (
        RecordKind(
            "contacts", ("id", "status", "source", "requester_id", "responder_id"), _tickets
        ),
        RecordKind(
            "messages", ("id", "ticket_id", "incoming", "private", "created_at"), _conversations
        ),
        RecordKind("surveys", ("id", "ticket_id", "survey_id", "ratings"), _ratings),
        RecordKind("people", ("id", "ticket_scope", "contact"), partial(_people, is_agent=True)),
        RecordKind(
            "people", ("id", "language", "time_zone", "email"), partial(_people, is_agent=False)
        ),
        RecordKind("teams", ("id", "name", "escalate_to"), _groups),
    ),
    names=lambda probe: frozenset() if probe.json_keys & _FRESHSERVICE else probe.json_keys,
    fields=("language", "topic", "team", "status"),
)
