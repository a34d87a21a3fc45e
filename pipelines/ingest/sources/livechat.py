"""LiveChat (text.com): chats with their threads, as JSON lines, an array or {"chats": [...]}.

A chat is a room that stays; each visit to it is a thread, and a thread is our contact. Chat ids
repeat across licences: tell `system` in a mapping where several are loaded.

- Who an event's author is (agent, customer, bot) stands in the chat's `users`. What is for
  agents only says `visibility` or, before version 3.2 of the API, `recipients`.
- The human queue ends with the first words of an agent; `queue.wait_time` is the vendor's and is
  not used. A thread in which no customer wrote was opened and left: it never reached the queue.
- A rating is 0 or 1; its absence is no answer, and the export does not tell who was asked.

Unverified: the types of system messages (transfers, and threads archived for inactivity).
"""

from pipelines.ingest.checks import Check
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Source, Stream, stream
from pipelines.ingest.sources.records import NOT_JSON, declared_language
from pipelines.ingest.times import happened_sql, moment_sql
from pipelines.ingest.vocabulary import first_known_sql
from pipelines.sql import literal

_THREAD = """{"id": "VARCHAR", "created_at": "VARCHAR", "tags": ["VARCHAR"],
    "access": {"group_ids": ["VARCHAR"]},
    "events": [{"id": "VARCHAR", "type": "VARCHAR", "author_id": "VARCHAR", "text": "VARCHAR",
        "created_at": "VARCHAR", "visibility": "VARCHAR", "recipients": "VARCHAR",
        "system_message_type": "VARCHAR"}],
    "properties": {"rating": {"score": "JSON", "comment": "JSON"}}}"""
_SHAPE = f"""{{"id": "VARCHAR",
    "users": [{{"id": "VARCHAR", "type": "VARCHAR"}}],
    "thread": {_THREAD}, "threads": [{_THREAD}]}}"""


def _threads(reading: Reading) -> str:
    """SELECT _line, record, t (the chat), th (one of its threads), events (timed, with roles)."""
    told = "list_concat(coalesce(t.threads, []), CASE WHEN t.thread.id IS NULL THEN [] ELSE"
    sent_at = happened_sql("try_cast(e.created_at AS TIMESTAMP)")
    chats = f"SELECT *, {told} [t.thread] END) AS told FROM ({reading.records(_SHAPE)})"
    # a line without a thread is one refused record, not none
    threads = f"""
        SELECT _line, record, t, unnest(CASE WHEN len(told) > 0 THEN told ELSE [NULL] END) AS th
        FROM ({chats})"""
    return f"""
        SELECT *, {moment_sql("th.created_at", None)} AS created_at,
            list_transform(th.events, lambda e: {{
                'id': e.id, 'type': e.type, 'text': e.text, 'author_id': e.author_id,
                'sent_at': {sent_at},
                'is_public': coalesce(e.visibility, e.recipients, 'all') = 'all',
                'what': e.system_message_type,
                'role': CASE WHEN e.type = 'system_message' THEN 'system'
                    ELSE list_filter(t.users, lambda u: u.id = e.author_id
                        AND u.type IN ('agent', 'customer', 'bot'))[1].type END}}) AS events
        FROM ({threads})"""


def _name(agent: str) -> str:
    """SQL of an agent's id: LiveChat's is an e-mail address, of which the first part is enough."""
    return f"split_part({agent}, '@', 1)"


def _first(condition: str, pick: str = "list_min") -> str:
    said = f"list_filter(events, lambda e: {condition})"
    return f"{pick}(list_transform({said}, lambda e: e.sent_at))"


def _read(reading: Reading) -> list[Stream]:
    visitor = "list_filter(t.users, lambda u: u.type = 'customer')[1].id"
    agents = "list_filter(events, lambda e: e.role = 'agent')"
    public = "e.type <> 'system_message' AND e.is_public"
    answer = f"e.role = 'agent' AND {public}"  # a greeting before the question is none
    threads = f"""
        SELECT *, {reading.id("t.id || '/' || th.id")} AS contact_id,
            {reading.pseudonym(visitor)} AS requester_id,
            {_first(f"e.role = 'customer' AND {public}")} AS asked_at,
            {_first(f"{answer} AND coalesce(e.sent_at >= asked_at, true)")} AS replied_at,
            {_first("true", "list_max")} AS last_at,
            {first_known_sql("th.tags", "languages")} AS language_raw,
            th.properties.rating.score ->> '$.value' AS nested_score,
            th.properties.rating.score ->> '$' AS plain_score,
            len(list_filter(events, lambda e: contains(e.what, 'transfer'))) AS transfers
        FROM ({_threads(reading)})"""
    rated = f"""
        SELECT *, coalesce(nested_score, plain_score) AS rating,
            coalesce(th.properties.rating.comment ->> '$.value',
                th.properties.rating.comment ->> '$') AS remark,
            coalesce(last_at, created_at) AS ended_at
        FROM ({threads})"""
    checks = [
        NOT_JSON,
        Check("t IS NOT NULL AND (t.id IS NULL OR th.id IS NULL)", "id of chat or thread missing"),
        Check("th.id IS NOT NULL AND created_at IS NULL", "created_at is missing or no time"),
        Check("last_at < created_at", "an event is dated before its thread"),
        Check("rating NOT IN ('0', '1')", "the rating is neither 0 nor 1"),
    ]
    contacts = {
        "contact_id": "contact_id",
        "source": literal(reading.system),
        "source_id": "t.id || '/' || th.id",
        "kind": "'chat'",
        "channel": "'live_chat'",
        "channel_raw": "'livechat'",
        "direction": "CASE WHEN asked_at IS NULL AND replied_at IS NOT NULL THEN 'outbound'"
        " ELSE 'inbound' END",
        **declared_language("language_raw"),
        "topic_raw": first_known_sql("th.tags", "topics"),
        "status": "'closed'",
        "tags": "array_to_string(th.tags, ' ')",
        "team": "th.access.group_ids[1]",
        "agent_id": _name(f"{agents}[-1].author_id"),
        "requester_id": "requester_id",
        "created_at": "created_at",
        "updated_at": "ended_at",
        "first_inbound_at": "asked_at",
        "exclusion": "CASE WHEN asked_at IS NULL AND replied_at IS NOT NULL"
        " THEN 'agent_initiated' END",
    }
    sessions = {
        "contact_id": "contact_id",
        "updated_at": "ended_at",
        "queue_entered_at": "asked_at",
        "answered_at": "replied_at",
        "abandoned_at": "CASE WHEN replied_at IS NULL AND asked_at IS NOT NULL THEN ended_at END",
        "ended_at": "ended_at",
        "outcome": "CASE WHEN replied_at IS NOT NULL THEN 'answered'"
        " WHEN asked_at IS NOT NULL THEN 'abandoned' ELSE 'unknown' END",
        "wait_seconds": "date_sub('second', asked_at, coalesce(replied_at, ended_at))",
        "talk_seconds": "date_sub('second', replied_at, ended_at)",
        "transfers_count": "transfers",
    }
    surveys = {
        "survey_id": "contact_id",
        "contact_id": "contact_id",
        "updated_at": "ended_at",
        "sent_at": "ended_at",
        "answered_at": "ended_at",
        "scale": "'0-1'",
        "score_raw": "rating",
        "score": "try_cast(rating AS DOUBLE)",
        "comment": reading.masked("remark"),
    }
    chats = stream(
        "contacts",
        rated,
        {"contacts": contacts, "sessions": sessions, "surveys": surveys},
        checks=checks,
        raw="record",
        received_on="created_at",
        when={"surveys": "rating IS NOT NULL"},
    )
    return [chats, _messages(reading)]


def _messages(reading: Reading) -> Stream:
    events = f"""
        SELECT _line, record, created_at, t.id || '/' || th.id AS thread_id,
            unnest(events) AS e
        FROM ({_threads(reading)})
        WHERE created_at IS NOT NULL AND t.id IS NOT NULL AND th.id IS NOT NULL"""
    return stream(
        "messages",
        f"SELECT * FROM ({events}) WHERE e.type = 'message'",
        {
            "messages": {
                "message_id": reading.id("coalesce(e.id, thread_id || e.sent_at)"),
                "contact_id": reading.id("thread_id"),
                "sent_at": "e.sent_at",
                "author_id": f"CASE e.role WHEN 'agent' THEN {_name('e.author_id')}"
                f" WHEN 'customer' THEN {reading.pseudonym('e.author_id')} END",
                "author_role": "coalesce(e.role, 'system')",
                "is_public": "e.is_public",
                "text": reading.masked("e.text"),
            }
        },
        checks=[Check("e.sent_at IS NULL", "an event's created_at is missing or no time")],
        raw="record",
        received_on="created_at",
    )


def _recognises(probe: Probe) -> bool:
    keys = probe.json_keys
    return keys >= {"id", "users"} and not keys.isdisjoint({"thread", "threads"})


SOURCE = Source(
    name="livechat",
    system="livechat",
    main_table=lambda probe: "contacts",
    recognises=_recognises,
    read=_read,
)
