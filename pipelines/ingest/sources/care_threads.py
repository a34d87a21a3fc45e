"""Brand-care threads on X, as published for research: one thread a record, roles and times told.

A record is {"dialogHeader": {...}, "dialogContent": [messages], "agentURL": {the reply}}. A
message names its author under `client`, `client1`, ... or `agent`; the brand's reply that the
collection was made for stands apart, without a time: its number tells it (X's numbers hold the
milliseconds since 2010-11-04T01:42:54.657Z). `duration` is the publisher's own: it is wrong in one
thread of five, negative in some, and says nothing of a solution, so it is not read.
"""

from pipelines.ingest.checks import Check
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Source, Stream, stream
from pipelines.ingest.sources.records import NOT_JSON
from pipelines.ingest.times import happened_sql, moment_sql
from pipelines.sql import literal

_SHAPE = """{"agentURL": {"tweet_ID": "VARCHAR", "url_utterance": "VARCHAR"},
    "dialogHeader": {"company": "VARCHAR", "conversationDateTime": "VARCHAR",
        "sessionID": "VARCHAR"},
    "dialogContent": [{"client": "VARCHAR", "client1": "VARCHAR", "client2": "VARCHAR",
        "agent": "VARCHAR", "datetime": "VARCHAR", "message": "VARCHAR", "tweet_ID": "VARCHAR"}]}"""
_FIRST_MILLISECOND = 1288834974657


def posted_at_sql(number: str) -> str:
    """SQL of the UTC time at which the post with this number was made; NULL for no number."""
    milliseconds = f"(try_cast({number} AS BIGINT) >> 22) + {_FIRST_MILLISECOND}"
    return f"make_timestamp(({milliseconds}) * 1000)"


def _threads(reading: Reading) -> str:
    """SELECT _line, record, t, thread_id, created_at, posts: the reply is one of them."""
    posted_at = happened_sql("try_cast(m.datetime AS TIMESTAMP)")
    return f"""
        SELECT *, t.dialogHeader.sessionID AS thread_id,
            {moment_sql("t.dialogHeader.conversationDateTime", None)} AS created_at,
            list_concat(
                list_transform(t.dialogContent, lambda m: {{
                    'id': m.tweet_ID, 'sent_at': {posted_at},
                    'customer': coalesce(m.client, m.client1, m.client2), 'agent': m.agent,
                    'text': m.message}}),
                CASE WHEN t.agentURL.tweet_ID IS NULL THEN [] ELSE [{{
                    'id': t.agentURL.tweet_ID, 'sent_at': {posted_at_sql("t.agentURL.tweet_ID")},
                    'customer': CAST(NULL AS VARCHAR), 'agent': t.dialogHeader.company,
                    'text': t.agentURL.url_utterance}}] END) AS posts
        FROM ({reading.records(_SHAPE)})"""


def _read(reading: Reading) -> list[Stream]:
    asked = "list_filter(posts, lambda p: p.customer IS NOT NULL)"
    threads = f"""
        SELECT *, list_min(list_transform({asked}, lambda p: p.sent_at)) AS asked_at,
            list_max(list_transform(posts, lambda p: p.sent_at)) AS last_at
        FROM ({_threads(reading)})"""
    contacts = {
        "contact_id": reading.id("thread_id"),
        "source": literal(reading.system),
        "source_id": "thread_id",
        "kind": "'social'",
        "channel": "'social'",
        "channel_raw": "'x'",
        "direction": "'inbound'",
        "language_source": "'unknown'",
        "status": "'unknown'",
        "team": "t.dialogHeader.company",
        "agent_id": "list_filter(posts, lambda p: p.agent IS NOT NULL)[-1].agent",
        "requester_id": reading.pseudonym(f"{asked}[1].customer"),
        "created_at": "created_at",
        "updated_at": "coalesce(last_at, created_at)",
        "first_inbound_at": "asked_at",
    }
    whole = stream(
        "contacts",
        threads,
        {"contacts": contacts},
        checks=[
            NOT_JSON,
            Check("t IS NOT NULL AND thread_id IS NULL", "sessionID is missing"),
            Check("t IS NOT NULL AND created_at IS NULL", "conversationDateTime is no time"),
            Check("last_at < created_at", "a message is dated before its thread"),
        ],
        raw="record",
        received_on="created_at",
    )
    posts = f"""
        SELECT _line, record, created_at, thread_id, unnest(posts) AS p
        FROM ({_threads(reading)}) WHERE thread_id IS NOT NULL AND created_at IS NOT NULL"""
    messages = {
        "message_id": "'x:' || p.id",
        "contact_id": contacts["contact_id"],
        "sent_at": "p.sent_at",
        "author_id": f"coalesce(p.agent, {reading.pseudonym('p.customer')})",
        "author_role": "CASE WHEN p.agent IS NOT NULL THEN 'agent' ELSE 'customer' END",
        "is_public": "true",
        "text": reading.masked("p.text"),
    }
    said = stream(
        "messages",
        posts,
        {"messages": messages},
        checks=[
            Check("p.id IS NULL", "tweet_ID is missing"),
            Check("p.sent_at IS NULL", "a message's datetime is missing or no time"),
        ],
        raw="record",
        received_on="created_at",
    )
    return [whole, said]


def _recognises(probe: Probe) -> bool:
    return probe.json_keys >= {"dialogHeader", "dialogContent"}


SOURCE = Source(
    name="care_threads",
    system="x",
    main_table=lambda probe: "contacts",
    recognises=_recognises,
    read=_read,
    joins_records=True,
)
