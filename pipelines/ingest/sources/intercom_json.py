"""Intercom's API: conversations (with or without their parts), parts, tickets, contacts, admins.

- Times are seconds since 1970. `statistics.time_to_*` leave out the time out of office: they are
  the vendor's business hours, kept for comparison; waits are computed from the `*_at` instants.
- A conversation starts with its `source`, then come its parts. One that was exported without
  parts has two messages: its source, and at `first_admin_reply_at` a reply whose text is not
  known (loaded beside a file of parts, that reply stands at the same instant as the true one).
- Operator and Fin are authors of type bot, and so is what was `delivered_as` operator_initiated.
  Automated messages and campaigns are the system's, whatever admin's name they carry.
- Where no AI agent took part (`ai_agent_participated` is false), the bot's texts are canned and the
  conversation is in human hands from the start; else from its routing to a team or assignment.
- A conversation that no customer started or answered is outbound; it arrives with the first
  reply of the contact. Leads are customers.
- Parts close, open and snooze; notes are not public. Closed is solved: a reply reopens it.
- `source.type` is the medium of the first message; the customer may answer by another.
- `conversation_rating.created_at` is when it was asked for; `updated_at` when it was answered.
- Tickets are contacts of their own; back-office tickets and trackers are internal. A ticket is
  linked with its conversation where `linked_objects` say so.
- The contact's language is a setting of the profile or browser: it goes to people.

unverified: `ai_agent` and when it routes; text in parts other than comment and note is public
where they open, close or assign; the shape of tickets beside category and state; authors of type
team write no replies. Ratings of the AI agent are not read.
"""

from functools import partial

from pipelines.ingest.checks import Check
from pipelines.ingest.html import html_text_sql
from pipelines.ingest.sources.base import Reading, Stream, stream
from pipelines.ingest.sources.records import (
    NOT_JSON,
    RecordKind,
    declared_language,
    missing,
    not_times,
    source_of_kinds,
    tags_sql,
    teams,
)
from pipelines.ingest.times import epoch_sql, seconds_sql
from pipelines.sql import literal

_STATISTICS = (
    "first_contact_reply_at", "first_admin_reply_at", "first_assignment_at", "last_assignment_at",
    "first_close_at", "last_close_at",
)  # fmt: skip
_PART = """{"id": "VARCHAR", "conversation_id": "VARCHAR", "part_type": "VARCHAR",
    "body": "VARCHAR", "created_at": "VARCHAR", "author": {"type": "VARCHAR", "id": "VARCHAR"}}"""
_LINKS = '{"data": [{"type": "VARCHAR", "id": "VARCHAR"}]}'
_SHAPES = {
    "conversations": f"""{{"id": "VARCHAR", "created_at": "VARCHAR", "updated_at": "VARCHAR",
        "state": "VARCHAR", "priority": "VARCHAR", "admin_assignee_id": "VARCHAR",
        "team_assignee_id": "VARCHAR", "assignee": {{"type": "VARCHAR", "id": "VARCHAR"}},
        "tags": {{"tags": [{{"name": "VARCHAR"}}]}}, "ai_agent_participated": "BOOLEAN",
        "ai_agent": {{"resolution_state": "VARCHAR"}},
        "custom_attributes": "MAP(VARCHAR, VARCHAR)",
        "contacts": {{"contacts": [{{"id": "VARCHAR"}}]}},
        "source": {{"type": "VARCHAR", "delivered_as": "VARCHAR", "subject": "VARCHAR",
            "body": "VARCHAR", "author": {{"type": "VARCHAR", "id": "VARCHAR"}}}},
        "first_contact_reply": {{"created_at": "VARCHAR"}},
        "statistics": {{{", ".join(f'"{name}": "VARCHAR"' for name in _STATISTICS)},
            "time_to_admin_reply": "DOUBLE", "count_reopens": "BIGINT"}},
        "conversation_rating": {{"rating": "VARCHAR", "remark": "VARCHAR",
            "created_at": "VARCHAR", "updated_at": "VARCHAR"}},
        "conversation_parts": {{"conversation_parts": [{_PART}]}}}}""",
    "parts": _PART,
    "tickets": f"""{{"id": "VARCHAR", "category": "VARCHAR", "ticket_state": "JSON",
        "ticket_type": {{"name": "VARCHAR", "category": "VARCHAR"}},
        "ticket_attributes": "MAP(VARCHAR, VARCHAR)", "created_at": "VARCHAR",
        "updated_at": "VARCHAR", "admin_assignee_id": "VARCHAR", "team_assignee_id": "VARCHAR",
        "contacts": {{"contacts": [{{"id": "VARCHAR"}}]}}, "linked_objects": {_LINKS},
        "ticket_parts": {{"ticket_parts": [{_PART}]}}}}""",
    "contacts": """{"id": "VARCHAR", "language_override": "VARCHAR",
        "browser_language": "VARCHAR", "updated_at": "VARCHAR"}""",
    "admins": '{"id": "VARCHAR"}',
    "teams": '{"id": "VARCHAR", "name": "VARCHAR", "updated_at": "VARCHAR"}',
}
_CUSTOMERS = "('user', 'lead', 'contact')"
_PUBLIC_PARTS = "('comment', 'open', 'close', 'assignment')"


def role_sql(author_type: str) -> str:
    """SQL of the role of an author's type; a team is nobody who could answer."""
    return f"""CASE WHEN {author_type} IN {_CUSTOMERS} THEN 'customer'
        WHEN {author_type} = 'admin' THEN 'agent' WHEN {author_type} = 'bot' THEN 'bot'
        ELSE 'system' END"""


def _or_null(assigned: str) -> str:
    return f"nullif({assigned}, '0')"  # nobody


def _conversations(reading: Reading) -> list[Stream]:
    records = reading.records(_SHAPES["conversations"])
    rows = f"""
        SELECT *, {epoch_sql("t.created_at")} AS created_at,
            {epoch_sql("t.updated_at")} AS updated_at,
            {", ".join(f"{epoch_sql(f't.statistics.{n}')} AS {n}" for n in _STATISTICS)},
            coalesce({epoch_sql("t.first_contact_reply.created_at")}, first_contact_reply_at,
                CASE WHEN t.source.delivered_as = 'customer_initiated' THEN created_at END)
                AS first_inbound_at,
            {epoch_sql("t.conversation_rating.created_at")} AS asked_at,
            {epoch_sql("t.conversation_rating.updated_at")} AS rated_at,
            list_transform(t.tags.tags, lambda tag: tag.name) AS tags,
            {html_text_sql("t.source.subject")} AS subject
        FROM ({records})"""
    told = reading.told_exclusion(
        {"source.type": "t.source.type", "delivered_as": "t.source.delivered_as"},
        {"tags": "tags"},
    )
    rows = f"""
        SELECT *, coalesce({told}, CASE WHEN t.source.delivered_as <> 'customer_initiated'
                AND first_inbound_at IS NULL THEN 'agent_initiated' END) AS exclusion,
            {reading.custom("language", "t.custom_attributes", "tags")} AS language_raw
        FROM ({rows})"""
    contact = reading.id("t.id")
    rating = "t.conversation_rating"
    fills = {
        "contacts": {
            "contact_id": contact,
            "source": literal(reading.system),
            "source_id": "t.id",
            "kind": """CASE WHEN t.source.type = 'email' THEN 'ticket'
                WHEN t.source.type IN ('phone_call', 'phone_switch') THEN 'call'
                WHEN t.source.type IN ('facebook', 'instagram', 'twitter', 'whatsapp')
                    THEN 'social' ELSE 'chat' END""",
            "channel": "CASE WHEN t.source.type = 'conversation' THEN 'live_chat' END",
            "channel_raw": "t.source.type",
            "direction": "CASE WHEN exclusion = 'agent_initiated' THEN 'outbound'"
            " ELSE 'inbound' END",
            **declared_language("language_raw"),
            "topic_raw": reading.custom("topic", "t.custom_attributes", "tags"),
            "status": "CASE t.state WHEN 'open' THEN 'open' WHEN 'closed' THEN 'solved'"
            " WHEN 'snoozed' THEN 'pending' ELSE 'unknown' END",
            "status_raw": "t.state",
            "priority": "CASE t.priority WHEN 'priority' THEN 'high'"
            " WHEN 'not_priority' THEN 'normal' ELSE lower(t.priority) END",
            "tags": tags_sql("tags"),
            "team": reading.translated("team", _or_null("t.team_assignee_id")),
            "agent_id": f"""coalesce({_or_null("t.admin_assignee_id")},
                CASE WHEN t.assignee.type = 'admin' THEN t.assignee.id END)""",
            "requester_id": reading.pseudonym("t.contacts.contacts[1].id"),
            "subject": reading.masked("subject"),
            "created_at": "created_at",
            "updated_at": "updated_at",
            "first_inbound_at": "first_inbound_at",
            "handed_over_at": """CASE WHEN NOT t.ai_agent_participated THEN first_inbound_at
                WHEN t.ai_agent.resolution_state = 'routed_to_team'
                    THEN coalesce(first_assignment_at, first_inbound_at)
                WHEN t.ai_agent_participated THEN first_assignment_at END""",
            "exclusion": "exclusion",
        },
        "contact_clocks": {
            "contact_id": contact,
            "updated_at": "updated_at",
            "first_assigned_at": "first_assignment_at",
            "assigned_at": "last_assignment_at",
            "first_solved_at": "first_close_at",
            "solved_at": "last_close_at",
            "reopens_count": "t.statistics.count_reopens",
            "vendor_first_response_business_seconds": seconds_sql(
                "t.statistics.time_to_admin_reply"
            ),
        },
        "surveys": {
            "survey_id": contact,
            "contact_id": contact,
            "updated_at": "coalesce(rated_at, asked_at)",
            "sent_at": "asked_at",
            "answered_at": f"CASE WHEN {rating}.rating IS NOT NULL"
            " THEN coalesce(rated_at, asked_at) END",
            "scale": f"CASE WHEN {rating}.rating IS NOT NULL THEN '1-5' END",
            "score_raw": f"{rating}.rating",
            "score": f"try_cast({rating}.rating AS DOUBLE)",
            "comment": reading.masked(f"{rating}.remark"),
        },
    }
    checks = [
        NOT_JSON,
        *missing("id", "created_at"),
        *not_times("created_at", "updated_at"),
        *(
            Check(f"t.statistics.{n} NOT IN ('0', '') AND {n} IS NULL", f"{n} is not a time")
            for n in _STATISTICS
        ),
        *(
            Check(f"{n} < created_at", f"{n} is before created_at")
            for n in ("updated_at", "first_close_at", "first_admin_reply_at")
        ),
        Check("t.statistics.time_to_admin_reply < 0", "time_to_admin_reply is negative"),
        Check("t.statistics.count_reopens < 0", "count_reopens is negative"),
        Check(
            f"{rating}.rating IS NOT NULL"
            f" AND coalesce(try_cast({rating}.rating AS DOUBLE) NOT BETWEEN 1 AND 5, true)",
            "conversation_rating.rating is none of 1-5",
        ),
    ]
    main = stream(
        "contacts", rows, fills, checks=checks, raw="record", received_on="created_at",
        when={"surveys": "asked_at IS NOT NULL"},
    )  # fmt: skip
    return [main, *_part_streams(reading, _parts_inside(records), is_main=False)]


def _parts_inside(records: str) -> str:
    """SELECT _line, record, t of a conversation's source and parts, else of its first reply."""
    part = """{'id': p.id, 'conversation_id': t.id, 'part_type': p.part_type, 'body': p.body,
        'created_at': p.created_at, 'author': p.author}"""
    source = """{'id': t.id || '-source', 'conversation_id': t.id, 'part_type': 'comment',
        'body': t.source.body, 'created_at': t.created_at, 'author': {'type': CASE
                WHEN t.source.author.type NOT IN ('admin', 'bot') THEN t.source.author.type
                WHEN t.source.delivered_as IN ('automated', 'campaigns_initiated') THEN 'team'
                WHEN t.source.delivered_as = 'operator_initiated' THEN 'bot'
                ELSE t.source.author.type END, 'id': t.source.author.id}}"""
    reply = """{'id': t.id || '-first-reply', 'conversation_id': t.id, 'part_type': 'comment',
        'body': NULL, 'created_at': t.statistics.first_admin_reply_at,
        'author': {'type': 'admin', 'id': NULL}}"""
    parts = f"""
        SELECT _line, unnest(list_concat([{source}], coalesce(
            list_transform(t.conversation_parts.conversation_parts, lambda p: {part}),
            CASE WHEN t.statistics.first_admin_reply_at IS NOT NULL THEN [{reply}] END))) AS t
        FROM ({records})
        WHERE t.conversation_parts IS NOT NULL OR t.statistics IS NOT NULL"""
    return f"SELECT _line, CAST(to_json(t) AS VARCHAR) AS record, t FROM ({parts})"


def _part_streams(reading: Reading, records: str, *, is_main: bool = True) -> list[Stream]:
    """Parts: what was written, and when the conversation was closed, opened or snoozed."""
    rows = f"""
        SELECT *, {epoch_sql("t.created_at")} AS created_at,
            {role_sql("t.author.type")} AS author_role, {html_text_sql("t.body")} AS body,
            CASE t.part_type WHEN 'close' THEN 'solved' WHEN 'open' THEN 'open'
                WHEN 'snoozed' THEN 'pending' WHEN 'unsnoozed' THEN 'open' END AS to_status
        FROM ({records})"""
    contact = reading.id("t.conversation_id")
    fills = {
        "messages": {
            "message_id": reading.id("t.id"),
            "contact_id": contact,
            "sent_at": "created_at",
            "author_id": f"""CASE author_role WHEN 'agent' THEN t.author.id
                WHEN 'customer' THEN {reading.pseudonym("t.author.id")} END""",
            "author_role": "author_role",
            "is_public": f"t.part_type IN {_PUBLIC_PARTS}",
            "text": reading.masked("body"),
        },
        "status_events": {
            "contact_id": contact,
            "changed_at": "created_at",
            "to_status": "to_status",
        },
    }
    return [
        stream(
            "messages",
            rows,
            fills,
            checks=[
                NOT_JSON,
                *missing("id", "conversation_id", "part_type", "created_at"),
                *not_times("created_at"),
            ],
            raw="record",
            received_on="created_at",
            when={
                "messages": "body IS NOT NULL OR t.part_type = 'comment'",
                "status_events": "to_status IS NOT NULL",
            },
            is_main=is_main,
        )
    ]


def _tickets(reading: Reading) -> list[Stream]:
    """Tickets and their parts; a customer's ticket is the same matter as its conversation."""
    records = reading.records(_SHAPES["tickets"])
    rows = f"""
        SELECT *, {epoch_sql("t.created_at")} AS created_at,
            {epoch_sql("t.updated_at")} AS updated_at, 'ticket-' || t.id AS source_id,
            coalesce(json_extract_string(t.ticket_state, '$.category'),
                json_extract_string(t.ticket_state, '$')) AS ticket_state,
            coalesce(t.category, t.ticket_type.category) NOT ILIKE 'customer' AS is_internal,
            list_filter(t.linked_objects.data, lambda l: l.type = 'conversation')[1].id AS linked,
            {reading.custom("language", "t.ticket_attributes", "CAST([] AS VARCHAR[])")}
                AS language_raw
        FROM ({records})"""
    topic = reading.custom("topic", "t.ticket_attributes", "CAST([] AS VARCHAR[])")
    fill = {
        "contact_id": reading.id("source_id"),
        "source": literal(reading.system),
        "source_id": "source_id",
        "kind": "'ticket'",
        "direction": "CASE WHEN is_internal THEN 'internal' ELSE 'inbound' END",
        **declared_language("language_raw"),
        "topic_raw": f"coalesce({topic}, t.ticket_type.name)",
        "status": """CASE ticket_state WHEN 'submitted' THEN 'new' WHEN 'in_progress' THEN 'open'
            WHEN 'waiting_on_customer' THEN 'pending' WHEN 'resolved' THEN 'solved'
            ELSE 'unknown' END""",
        "status_raw": "ticket_state",
        "team": reading.translated("team", _or_null("t.team_assignee_id")),
        "agent_id": _or_null("t.admin_assignee_id"),
        "requester_id": reading.pseudonym("t.contacts.contacts[1].id"),
        "created_at": "created_at",
        "updated_at": "updated_at",
        "linked_contact_id": reading.id("linked"),
        "exclusion": "CASE WHEN is_internal THEN 'internal' END",
    }
    checks = [
        NOT_JSON, *missing("id", "created_at"), *not_times("created_at", "updated_at"),
        Check("updated_at < created_at", "updated_at is before created_at"),
    ]  # fmt: skip
    parts = f"""
        SELECT _line, coalesce(CAST(to_json(p) AS VARCHAR), 'null') AS record,
            struct_update(p, conversation_id := 'ticket-' || ticket_id) AS t
        FROM (SELECT _line, t.id AS ticket_id, unnest(t.ticket_parts.ticket_parts) AS p
            FROM ({records}))"""
    main = stream(
        "contacts", rows, {"contacts": fill}, checks=checks, raw="record",
        received_on="created_at",
    )  # fmt: skip
    return [main, *_part_streams(reading, parts, is_main=False)]


def _people(reading: Reading, *, is_admin: bool) -> list[Stream]:
    rows = reading.records(_SHAPES["admins" if is_admin else "contacts"])
    fill = {
        "person_id": "t.id" if is_admin else reading.pseudonym("t.id"),
        "role": "'agent'" if is_admin else "'customer'",
    }
    if not is_admin:
        fill["language_raw"] = "coalesce(t.language_override, t.browser_language)"
        fill["updated_at"] = epoch_sql("t.updated_at")
    return [
        stream(
            "people", rows, {"people": fill}, checks=[NOT_JSON, *missing("id")], raw="record",
            received_on="NULL",
        )
    ]  # fmt: skip


def _parts(reading: Reading) -> list[Stream]:
    return _part_streams(reading, reading.records(_PART))


def _teams(reading: Reading) -> list[Stream]:
    records = reading.records(_SHAPES["teams"])
    time = epoch_sql("t.updated_at")
    return teams(reading, f"SELECT *, {time} AS updated_at FROM ({records})")


SOURCE = source_of_kinds(
    "intercom_json",
    "intercom",
    (
        RecordKind("messages", ("id", "part_type", "author"), _parts),
        RecordKind("contacts", ("id", "ticket_state", "ticket_type"), _tickets),
        RecordKind("contacts", ("id", "source", "state", "contacts"), _conversations),
        RecordKind("people", ("id", "role", "language_override"), partial(_people, is_admin=False)),
        RecordKind("people", ("id", "away_mode_enabled"), partial(_people, is_admin=True)),
        RecordKind("teams", ("id", "name", "admin_ids"), _teams),
    ),
    fields=("language", "topic", "team"),
)
