"""Zendesk Chat's export: one chat per JSON object, with its history.

- `agent:trigger` in the history is a bot. A chat that only bots answered and nobody handed over
  never reached the human queue: it has no `queue_entered_at`.
- The human queue starts at the hand-over (the bot's transfer), else at the chat's start. It ends
  with the first message of a human; who leaves before it has abandoned. A human who joins and
  says nothing has not answered.
- A chat that an agent started, or a trigger without any word of the visitor's, is outbound.
- An `offline_msg` is a message left while nobody was there: a ticket without a session.
- Language and topic are the first tags that are a word for one.
"""

from pipelines.ingest.checks import Check, judged_sql
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Fill, Reading, Source, Stream
from pipelines.ingest.sources.records import NOT_JSON
from pipelines.ingest.times import moment_sql, seconds_sql
from pipelines.ingest.vocabulary import first_known_sql
from pipelines.sql import literal

_SHAPE = """{"id": "VARCHAR", "type": "VARCHAR", "timestamp": "VARCHAR",
    "update_timestamp": "VARCHAR", "started_by": "VARCHAR", "missed": "BOOLEAN",
    "deleted": "BOOLEAN", "duration": "DOUBLE", "visitor": {"id": "VARCHAR"},
    "department_name": "VARCHAR", "agent_ids": ["VARCHAR"], "tags": ["VARCHAR"],
    "zendesk_ticket_id": "VARCHAR", "rating": "VARCHAR", "comment": "VARCHAR",
    "message": "VARCHAR", "history": [{"type": "VARCHAR", "timestamp": "VARCHAR",
        "nick": "VARCHAR", "msg": "VARCHAR", "msg_id": "VARCHAR"}]}"""
_EARLY_SECONDS = 60
"""A message so many seconds before its chat is wrong; less is a difference of clocks."""

_ROLE = """CASE WHEN starts_with(h.nick, 'visitor') THEN 'customer'
    WHEN h.nick IN ('agent:trigger', 'agent:bot', 'agent:answer_bot') THEN 'bot'
    WHEN starts_with(h.nick, 'agent:') THEN 'agent' ELSE 'system' END"""


def _chats(reading: Reading) -> str:
    """SELECT _line, record, t, created_at, updated_at, events of every chat.

    `events`: the history with parsed times and roles, without what is dated before the chat."""
    timed = f"""
        SELECT *, {moment_sql("t.timestamp", reading.zone)} AS created_at,
            {moment_sql("t.update_timestamp", reading.zone)} AS updated_at
        FROM ({reading.records(_SHAPE)})"""
    return f"""
        SELECT *, list_filter(list_transform(t.history, lambda h: {{
                'type': h.type, 'sent_at': try_cast(h.timestamp AS TIMESTAMP), 'role': {_ROLE}}}),
            lambda e: e.sent_at >= created_at - INTERVAL {_EARLY_SECONDS} SECOND) AS events
        FROM ({timed})"""


def _times(condition: str) -> str:
    return f"list_transform(list_filter(events, lambda e: {condition}), lambda e: e.sent_at)"


def _first(condition: str) -> str:
    return f"list_min({_times(condition)})"


def _last(condition: str) -> str:
    return f"list_max({_times(condition)})"


def _read(reading: Reading) -> list[Stream]:
    checks = [
        NOT_JSON,
        Check("t IS NOT NULL AND nullif(t.id, '') IS NULL", "id is missing"),
        Check("t IS NOT NULL AND t.timestamp IS NULL", "timestamp is missing"),
        Check("t.timestamp IS NOT NULL AND created_at IS NULL", "timestamp is not a time"),
        Check(
            "t.update_timestamp IS NOT NULL AND updated_at IS NULL",
            "update_timestamp is not a time",
        ),
        Check("updated_at < created_at", "update_timestamp is before timestamp"),
        Check("t.duration < 0", "duration is negative"),
    ]
    judged = judged_sql(_chats(reading), checks, "record", "created_at")
    return [_chat_stream(reading, judged), _message_stream(reading, judged)]


def _chat_stream(reading: Reading, judged: str) -> Stream:
    system = reading.system
    moments = f"""
        SELECT *,
            {_first("e.type = 'chat.msg' AND e.role = 'customer'")} AS first_inbound_at,
            {_first("e.type = 'chat.msg' AND e.role = 'agent'")} AS replied_at,
            {_first("e.type = 'chat.msg' AND e.role = 'bot'")} AS bot_at,
            {_first("e.type = 'chat.memberjoin' AND e.role = 'agent'")} AS joined_at,
            {_first("e.type LIKE 'chat.transfer%' AND e.role <> 'agent'")} AS transferred_at,
            len({_times("e.type LIKE 'chat.transfer%' AND e.role = 'agent'")}) AS transfers_count,
            {_last("e.type <> 'chat.rating' AND e.type <> 'chat.request.rating'")} AS last_at,
            {_first("e.type = 'chat.request.rating'")} AS asked_at,
            {_last("e.type = 'chat.rating'")} AS rated_at,
            lower(t.rating) AS rating,
            t.type = 'offline_msg' AS is_offline,
            t.started_by = 'agent'
                OR (t.started_by = 'trigger' AND first_inbound_at IS NULL) AS is_outbound
        FROM ({judged})"""
    ends = f"""
        SELECT *, CASE WHEN bot_at IS NOT NULL THEN transferred_at END AS handed_over_at,
            coalesce(last_at, created_at + to_seconds({seconds_sql("t.duration")})) AS ended_at,
            CASE WHEN is_offline THEN NULL
                WHEN bot_at IS NULL OR transferred_at IS NOT NULL
                    THEN coalesce(transferred_at, created_at)
                WHEN joined_at IS NOT NULL OR replied_at IS NOT NULL OR t.missed
                    THEN coalesce(first_inbound_at, created_at)
            END AS queue_entered_at
        FROM ({moments})"""
    query = f"""
        SELECT _line, _reasons, _remedy, _raw, _received_on,
            '{system}:' || t.id AS contact_id, t.id AS source_id,
            CASE WHEN is_offline THEN 'ticket' ELSE 'chat' END AS kind, t.type AS channel_raw,
            CASE WHEN is_outbound THEN 'outbound' ELSE 'inbound' END AS direction,
            {first_known_sql("t.tags", "languages")} AS language_raw,
            CASE WHEN language_raw IS NULL THEN 'unknown' ELSE 'declared' END AS language_source,
            {first_known_sql("t.tags", "topics")} AS topic_raw,
            CASE WHEN t.deleted THEN 'deleted' WHEN is_offline THEN 'open' ELSE 'closed' END
                AS status,
            array_to_string(t.tags, ' ') AS tags, t.department_name AS team,
            t.agent_ids[-1] AS agent_id, {reading.pseudonym("t.visitor.id")} AS requester_id,
            created_at, updated_at,
            CASE WHEN is_offline THEN created_at ELSE first_inbound_at END AS first_inbound_at,
            handed_over_at,
            '{reading.mapping.linked_system or "zendesk"}:' || nullif(t.zendesk_ticket_id, '')
                AS linked_contact_id,
            CASE WHEN t.deleted THEN 'deleted' ELSE coalesce({_told_exclusion(reading)},
                CASE WHEN is_outbound THEN 'agent_initiated' END) END AS exclusion,
            NOT is_offline AS has_session, queue_entered_at,
            replied_at AS answered_at,
            CASE WHEN replied_at IS NULL AND queue_entered_at IS NOT NULL THEN ended_at END
                AS abandoned_at,
            ended_at,
            CASE WHEN replied_at IS NOT NULL THEN 'answered'
                WHEN queue_entered_at IS NOT NULL THEN 'abandoned' ELSE 'unknown' END AS outcome,
            CASE WHEN coalesce(replied_at, ended_at) >= queue_entered_at THEN
                date_sub('second', queue_entered_at, coalesce(replied_at, ended_at)) END
                AS wait_seconds,
            date_sub('second', replied_at, ended_at) AS talk_seconds, transfers_count,
            rating IN ('good', 'bad') OR asked_at IS NOT NULL AS has_survey,
            coalesce(asked_at, rated_at, ended_at) AS sent_at,
            CASE WHEN rating IN ('good', 'bad')
                THEN coalesce(rated_at, asked_at, ended_at) END AS rated_on,
            CASE WHEN rating IN ('good', 'bad') THEN 'good_bad' END AS scale,
            t.rating AS score_raw,
            CAST(CASE rating WHEN 'good' THEN 1 WHEN 'bad' THEN 0 END AS DOUBLE) AS score,
            {reading.masked("t.comment")} AS comment
        FROM ({ends})"""
    contacts = (
        "contact_id", "source_id", "kind", "channel_raw", "direction", "language_raw",
        "language_source", "topic_raw", "status", "tags", "team", "agent_id", "requester_id",
        "created_at", "updated_at", "first_inbound_at", "handed_over_at", "linked_contact_id",
        "exclusion",
    )  # fmt: skip
    sessions = (
        "contact_id", "updated_at", "queue_entered_at", "answered_at", "abandoned_at", "ended_at",
        "outcome", "wait_seconds", "talk_seconds", "transfers_count",
    )  # fmt: skip
    surveys = {
        **{n: n for n in ("contact_id", "updated_at", "sent_at", "scale", "score_raw", "score",
                          "comment", "language_raw")},
        "survey_id": "contact_id", "answered_at": "rated_on",
    }  # fmt: skip
    return Stream(
        "contacts",
        query,
        {
            "contacts": Fill(
                {name: name for name in contacts}, {"source": system, "channel": "live_chat"}
            ),
            "sessions": Fill({name: name for name in sessions}, when="has_session"),
            "surveys": Fill(surveys, when="has_survey"),
        },
    )


def _message_stream(reading: Reading, judged: str) -> Stream:
    """The chats' messages; what is wrong with one is said of it, not of its chat."""
    system = reading.system
    messages = f"""
        SELECT _line, t.id AS chat_id, t.visitor.id AS visitor_id, created_at,
            unnest(t.history) AS h, generate_subscripts(t.history, 1) AS ordinal
        FROM ({judged}) WHERE _reasons IS NULL AND t.history IS NOT NULL
        UNION ALL
        SELECT _line, t.id, t.visitor.id, created_at,
            {{'type': 'chat.msg', 'timestamp': t.timestamp, 'nick': 'visitor',
                'msg': t.message, 'msg_id': NULL}}, 0
        FROM ({judged}) WHERE _reasons IS NULL AND t.type = 'offline_msg'"""
    rows = f"""
        SELECT *, try_cast(h.timestamp AS TIMESTAMP) AS sent_at, {_ROLE} AS author_role
        FROM ({messages}) WHERE h.type = 'chat.msg' AND h.msg IS NOT NULL"""
    checks = [
        Check("sent_at IS NULL", "a message's timestamp is missing or no time"),
        Check(
            f"sent_at < created_at - INTERVAL {_EARLY_SECONDS} SECOND",
            "a message is dated before its chat",
        ),
    ]
    query = f"""
        SELECT _line, _reasons, _remedy, _raw, _received_on,
            '{system}:' || coalesce(h.msg_id, chat_id || '-' || ordinal) AS message_id,
            '{system}:' || chat_id AS contact_id, sent_at, author_role,
            CASE author_role WHEN 'customer' THEN {reading.pseudonym("visitor_id")}
                WHEN 'agent' THEN substr(h.nick, 7) END AS author_id,
            true AS is_public, {reading.masked("h.msg")} AS text
        FROM ({judged_sql(rows, checks, "h.msg", "created_at")})"""
    names = ("message_id", "contact_id", "sent_at", "author_role", "author_id", "is_public", "text")
    return Stream("messages", query, {"messages": Fill({name: name for name in names})})


def _told_exclusion(reading: Reading) -> str:
    """The mapping's reasons; a rule may look at `tags` and at `department_name`."""
    cases = []
    for reason, rule in reading.mapping.exclude.items():
        for column, texts in rule.items():
            known = ", ".join(literal(text.strip().casefold()) for text in texts)
            if column == "tags":
                cases.append(f"WHEN list_has_any(t.tags, [{known}]) THEN '{reason}'")
            elif column == "department_name":
                cases.append(f"WHEN lower(t.department_name) IN ({known}) THEN '{reason}'")
            else:
                raise reading.unknown_column(
                    f"[exclude.{reason}] {column}", "tags, department_name"
                )
    return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"


def _recognises(probe: Probe) -> bool:
    return probe.json_keys >= {"visitor", "timestamp", "type"}


SOURCE = Source(
    name="zendesk_chat",
    system="zendesk_chat",
    main_table=lambda probe: "contacts",
    recognises=_recognises,
    read=_read,
)
