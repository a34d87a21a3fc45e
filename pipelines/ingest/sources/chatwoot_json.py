"""Chatwoot's API: conversations (with the messages they hold), messages, reporting events.

- A conversation's `id` is its display id, per account; messages of the API name it by the same.
  The envelope is {"data": {"payload": [...]}} or {"payload": [...]}.
- Times are seconds since 1970; 0 is "never": `first_reply_created_at` and `waiting_since` of a
  conversation that nobody answered are 0.
- `first_reply_created_at` and the vendor's figures counted bots in old versions and waits from
  before a reopening in others: they are kept for comparison, and only messages tell who answered.
- An answer is an outgoing message of a User, public. AgentBot and Captain are bots. Templates
  (greeting, survey form), automations and campaigns are the system's: no bot has answered by
  them. Activities are the system's too, for the team only.
- Activities are how status changes are told, in the account's language: English (also where
  Chatwoot is in Korean) and Japanese are read. Resolved after days of silence is closed, not
  solved. Their texts name people and are not kept.
- The list of conversations holds the last message of each only, which alone would tell a wrong
  first answer: messages in a conversation are read where there are several, or the only one is
  as old as the conversation. Then the first "marked open" is the bot's hand-over; else what is
  open or has an assignee is in human hands, as far as is known from its start.
- A survey form is a template message (content_type input_csat); the answer is put into it.
- reporting_events: `conversation_resolved` comes again with every resolution, and each is a
  status event; the others are clocks of the vendor. Their table names the conversation by the
  database's number: where that is not the display id, export `display_id` beside it.
- The browser's language is a default: it goes to people.

unverified: the layout of conversations and meta; the names of sender types; reporting events other
than conversation_resolved, first_response and conversation_bot_handoff; csat answers in messages.
A conversation that an agent started is known by its messages only: nothing in it says so.
"""

from pipelines.ingest.checks import Check
from pipelines.ingest.sources.base import Reading, Stream, stream
from pipelines.ingest.sources.records import (
    NOT_JSON,
    RecordKind,
    declared_language,
    missing,
    not_times,
    source_of_kinds,
)
from pipelines.ingest.times import epoch_sql, moment_sql
from pipelines.ingest.vocabulary import words_sql
from pipelines.sql import literal

_MESSAGE = """{"id": "VARCHAR", "conversation_id": "VARCHAR", "content": "VARCHAR",
    "content_type": "VARCHAR", "message_type": "VARCHAR", "private": "BOOLEAN",
    "created_at": "VARCHAR", "updated_at": "VARCHAR", "sender_type": "VARCHAR",
    "sender_id": "VARCHAR", "sender": {"id": "VARCHAR", "type": "VARCHAR"},
    "additional_attributes": {"campaign_id": "VARCHAR"},
    "content_attributes": {"deleted": "BOOLEAN", "automation_rule_id": "VARCHAR",
        "submitted_values": {"csat_survey_response": {
            "rating": "VARCHAR", "feedback_message": "VARCHAR"}}}}"""
_SHAPES = {
    "conversations": f"""{{"id": "VARCHAR", "display_id": "VARCHAR", "status": "VARCHAR",
        "created_at": "VARCHAR", "updated_at": "VARCHAR", "last_activity_at": "VARCHAR",
        "first_reply_created_at": "VARCHAR", "priority": "VARCHAR", "labels": ["VARCHAR"],
        "additional_attributes": {{"browser_language": "VARCHAR"}},
        "custom_attributes": "MAP(VARCHAR, VARCHAR)", "messages": [{_MESSAGE}],
        "meta": {{"channel": "VARCHAR", "sender": {{"id": "VARCHAR"}},
            "assignee": {{"id": "VARCHAR"}}, "team": {{"name": "VARCHAR"}}}}}}""",
    "messages": _MESSAGE,
    "reporting_events": """{"id": "VARCHAR", "name": "VARCHAR", "value": "DOUBLE",
        "conversation_id": "VARCHAR", "display_id": "VARCHAR", "event_start_time": "VARCHAR",
        "event_end_time": "VARCHAR"}""",
}
_ACTIVITIES = (
    ("resolved by .*due to .*inactivity|非アクティブ.*解決済み", "closed"),
    ("^Conversation was (marked )?resolved by|会話(は|が)解決(済みになり|され)", "solved"),
    ("^Conversation was (reopened|marked open)|^System reopened|会話が再開され", "open"),
    ("marked as pending by|was snoozed by|会話が(保留|スヌーズ)", "pending"),
)
_IS_WHOLE = f"""(len(t.messages) > 1 OR date_diff('second', {epoch_sql("t.created_at")},
    {epoch_sql("t.messages[1].created_at")}) BETWEEN 0 AND 5)"""
"""Are the messages in a conversation all it has?"""
_MESSAGE_TYPES = {"incoming": "0", "outgoing": "1", "activity": "2", "template": "3"}
_STATUSES = {"open": "open", "resolved": "solved", "pending": "pending", "snoozed": "pending"}


def _time(reading: Reading, text: str) -> str:
    """SQL of a time: seconds since 1970, or a text in the database's exports."""
    return f"coalesce({epoch_sql(text)}, {moment_sql(text, reading.zone)})"


def _conversations(reading: Reading) -> list[Stream]:
    records = reading.records(_SHAPES["conversations"])
    rows = f"""
        SELECT *, coalesce(t.display_id, t.id) AS source_id,
            {_time(reading, "t.created_at")} AS created_at,
            {_time(reading, "coalesce(t.updated_at, t.last_activity_at)")} AS updated_at,
            {_time(reading, "t.first_reply_created_at")} AS first_reply_at,
            lower(regexp_replace(t.meta.channel, '^Channel::', '')) AS channel_raw,
            {reading.pseudonym("t.meta.sender.id")} AS requester_id,
            list_transform(list_filter(t.messages, lambda m: {_IS_WHOLE}
                    AND regexp_matches(m.content, '^Conversation was marked open')
                    AND m.message_type IN ('2', 'activity')),
                lambda m: {_time(reading, "m.created_at")}) AS opened
        FROM ({records})"""
    told = reading.told_exclusion(
        {"channel": "channel_raw", "team": "t.meta.team.name"}, {"labels": "t.labels"}
    )
    contact = reading.id("source_id")
    language = reading.custom("language", "t.custom_attributes", "t.labels")
    fills = {
        "contacts": {
            "contact_id": contact,
            "source": literal(reading.system),
            "source_id": "source_id",
            "kind": "CASE channel_raw WHEN 'webwidget' THEN 'chat' WHEN 'api' THEN 'chat'"
            " WHEN 'email' THEN 'ticket' ELSE 'social' END",
            "channel_raw": "channel_raw",
            "direction": "'inbound'",
            **declared_language(language),
            "topic_raw": reading.custom("topic", "t.custom_attributes", "t.labels"),
            "status": words_sql("t.status", _STATUSES, "'unknown'"),
            "status_raw": "t.status",
            "priority": "lower(t.priority)",
            "tags": "array_to_string(t.labels, ' ')",
            "team": reading.translated("team", "t.meta.team.name"),
            "agent_id": "t.meta.assignee.id",
            "requester_id": "requester_id",
            "created_at": "created_at",
            "updated_at": "updated_at",
            "handed_over_at": """coalesce(list_min(opened),
                CASE WHEN t.status IN ('open', 'snoozed') OR t.meta.assignee.id IS NOT NULL
                    THEN created_at END)""",
            "exclusion": told,
        },
        "contact_clocks": {
            "contact_id": contact,
            "updated_at": "updated_at",
            "vendor_first_response_seconds": "date_diff('second', created_at, first_reply_at)",
        },
        "people": {
            "person_id": "requester_id",
            "role": "'customer'",
            "language_raw": "t.additional_attributes.browser_language",
            "updated_at": "updated_at",
        },
    }
    checks = [
        NOT_JSON,
        *missing("id", "created_at"),
        *not_times("created_at"),
        Check(
            "coalesce(t.updated_at, t.last_activity_at) NOT IN ('0', '') AND updated_at IS NULL",
            "updated_at, or last_activity_at, is not a time",
        ),
        Check("updated_at < created_at", "last_activity_at is before created_at"),
        Check("first_reply_at < created_at", "first_reply_created_at is before created_at"),
    ]
    inside = f"""
        SELECT _line, coalesce(t.display_id, t.id) AS display_id, unnest(t.messages) AS m
        FROM ({records}) WHERE {_IS_WHOLE}"""
    inside = f"""
        SELECT _line, CAST(to_json(m) AS VARCHAR) AS record,
            struct_update(m, conversation_id := display_id) AS t
        FROM ({inside})"""
    main = stream(
        "contacts", rows, fills, checks=checks, raw="record", received_on="created_at",
        when={"people": "requester_id IS NOT NULL"},
    )  # fmt: skip
    return [main, _messages(reading, inside)]


def _messages(reading: Reading, records: str) -> Stream:
    """Messages by themselves or inside their conversations, with surveys and status changes."""
    activities = " ".join(
        f"WHEN regexp_matches(t.content, {literal(pattern)}) THEN '{status}'"
        for pattern, status in _ACTIVITIES
    )
    answer = "t.content_attributes.submitted_values.csat_survey_response"
    rows = f"""
        SELECT *, {_time(reading, "t.created_at")} AS created_at,
            {_time(reading, "t.updated_at")} AS updated_at,
            {words_sql("t.message_type", _MESSAGE_TYPES, "t.message_type")} AS type,
            lower(coalesce(t.sender_type, t.sender.type)) AS sender,
            coalesce(t.sender_id, t.sender.id) AS sender_id,
            CASE WHEN type = '0' THEN 'customer'
                WHEN type <> '1' OR t.additional_attributes.campaign_id IS NOT NULL
                    OR t.content_attributes.automation_rule_id IS NOT NULL THEN 'system'
                WHEN sender = 'user' THEN 'agent' ELSE 'bot' END AS author_role,
            CASE WHEN type = '2' THEN CASE {activities} END END AS to_status,
            try_cast({answer}.rating AS DOUBLE) AS score
        FROM ({records})"""
    contact = reading.id("t.conversation_id")
    message_id = reading.id("t.id")
    fills = {
        "messages": {
            "message_id": message_id,
            "contact_id": contact,
            "sent_at": "created_at",
            "author_id": f"""CASE author_role WHEN 'agent' THEN sender_id
                WHEN 'customer' THEN {reading.pseudonym("sender_id")} END""",
            "author_role": "author_role",
            "is_public": "type <> '2' AND NOT coalesce(t.private, false)",
            "text": f"CASE WHEN type <> '2' AND NOT coalesce(t.content_attributes.deleted, false)"
            f" THEN {reading.masked('t.content')} END",
        },
        "status_events": {
            "contact_id": contact,
            "changed_at": "created_at",
            "to_status": "to_status",
        },
        "surveys": {
            "survey_id": message_id,
            "contact_id": contact,
            "updated_at": "coalesce(updated_at, created_at)",
            "sent_at": "created_at",
            "answered_at": "CASE WHEN score IS NOT NULL THEN updated_at END",
            "scale": "CASE WHEN score IS NOT NULL THEN '1-5' END",
            "score_raw": f"{answer}.rating",
            "score": "score",
            "comment": reading.masked(f"{answer}.feedback_message"),
        },
    }
    return stream(
        "messages",
        rows,
        fills,
        checks=[
            NOT_JSON,
            *missing("id", "conversation_id", "message_type", "created_at"),
            *not_times("created_at"),
            Check("type NOT IN ('0', '1', '2', '3')", "message_type is none of 0-3"),
            Check(
                f"{answer}.rating IS NOT NULL AND coalesce(score NOT BETWEEN 1 AND 5, true)",
                "the rating is none of 1-5",
            ),
        ],
        raw="record",
        received_on="created_at",
        when={
            "status_events": "to_status IS NOT NULL",
            "surveys": "t.content_type = 'input_csat'",
        },
    )


def _reporting_events(reading: Reading) -> list[Stream]:
    times = ("event_start_time", "event_end_time")
    rows = f"""
        SELECT *, {", ".join(f"{_time(reading, f't.{n}')} AS {n}" for n in times)},
            coalesce(t.display_id, t.conversation_id) AS conversation,
            concat_ws('-', conversation, t.name, epoch(event_end_time)::BIGINT) AS made_id,
            CASE t.name WHEN 'conversation_resolved' THEN 'solved'
                WHEN 'conversation_bot_resolved' THEN 'solved'
                WHEN 'conversation_opened' THEN 'open' END AS to_status
        FROM ({reading.records(_SHAPES["reporting_events"])})"""
    contact = reading.id("conversation")
    fills = {
        "metric_events": {
            "event_id": reading.id("coalesce(t.id, made_id)"),
            "contact_id": contact,
            "metric": "t.name",
            "event": "'fulfill'",
            "happened_at": "event_end_time",
        },
        "status_events": {
            "contact_id": contact,
            "changed_at": "event_end_time",
            "to_status": "to_status",
        },
    }
    checks = [
        NOT_JSON,
        *missing("name", "conversation_id", "event_end_time"),
        *not_times(*times),
        Check("event_end_time < event_start_time", "event_end_time is before event_start_time"),
        Check("t.value < 0", "value is negative"),
    ]
    return [
        stream(
            "metric_events", rows, fills, checks=checks, raw="record",
            received_on="event_end_time", when={"status_events": "to_status IS NOT NULL"},
        )
    ]  # fmt: skip


SOURCE = source_of_kinds(
    "chatwoot_json",
    "chatwoot",
    (
        RecordKind("contacts", ("id", "inbox_id", "status", "meta"), _conversations),
        RecordKind(
            "messages",
            ("id", "conversation_id", "message_type", "private"),
            lambda reading: [_messages(reading, reading.records(_MESSAGE))],
        ),
        RecordKind(
            "metric_events",
            ("name", "value", "conversation_id", "event_start_time", "event_end_time"),
            _reporting_events,
        ),
    ),
    fields=("language", "topic", "team"),
)
