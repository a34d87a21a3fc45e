"""Conversations on X in the shape of "Customer Support on Twitter": one post a row, CSV.

- A thread is a chain of `in_response_to_tweet_id`. It is a contact from its first post by a
  customer (`inbound`) on: each customer who answers a brand's own post begins a contact.
- A brand's post that answers nobody is the brand's own and does not count. One that answers a
  post that the file lacks belongs to the contact of that post; a customer's begins a contact.
- `response_tweet_id` says the same backwards, sometimes as a list, and is left aside.
- Times are `Tue Oct 31 22:10:47 +0000 2017`; a brand's account is the team, its agents are not
  told. Nothing tells whether a thread is solved.
"""

from pipelines.ingest.checks import Check, judged_sql, ruined_id
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Source, Stream, stream
from pipelines.ingest.sources.mapped import NULL_TEXT
from pipelines.sql import literal

_HEADERS = (
    "tweet_id", "author_id", "inbound", "created_at", "text", "response_tweet_id",
    "in_response_to_tweet_id",
)  # fmt: skip
_ANONYMOUS = r"regexp_replace(text, '(^|[^\w.])@\w+', '\1<user>', 'g')"


def _read(reading: Reading) -> list[Stream]:
    table = reading.probe.table
    names = ("tweet_id", "author_id", "inbound", "created_at", "text", "in_response_to_tweet_id")
    columns = ", ".join(f"trim({table.column(name)}) AS {name}" for name in names)
    rows = f"""
        SELECT * REPLACE (try_cast(inbound AS BOOLEAN) AS inbound),
            timezone('UTC', try_strptime(created_at, '%a %b %d %H:%M:%S %z %Y')) AS sent_at,
            nullif(in_response_to_tweet_id, '') AS parent_id
        FROM (SELECT _line, {table.text_sql()} AS record, {columns} FROM {table.rows_sql()})"""
    checks = [
        Check("tweet_id IS NULL", "tweet_id is missing"),
        ruined_id("tweet_id", "tweet_id"),
        ruined_id("parent_id", "in_response_to_tweet_id"),
        Check("inbound IS NULL", "inbound is neither true nor false"),
        Check("sent_at IS NULL", "created_at is not a time"),
    ]
    # read once: threads are looked up again and again
    reading.connection.execute(f"""
        CREATE TEMP TABLE posts AS
        SELECT * EXCLUDE (_reasons, _remedy, _raw, _received_on, _refused),
            _reasons IS NULL AS is_good
        FROM ({judged_sql(rows, checks, "record", "sent_at")})""")
    threads = """
        WITH RECURSIVE good AS (
            SELECT tweet_id, parent_id, inbound FROM posts WHERE is_good
        ),
        below AS (
            SELECT g.tweet_id, g.inbound OR g.parent_id IS NOT NULL AS is_asked,
                coalesce(CASE WHEN NOT g.inbound THEN g.parent_id END, g.tweet_id) AS thread_id
            FROM good AS g ANTI JOIN good AS p ON p.tweet_id = g.parent_id
            UNION ALL
            SELECT g.tweet_id, b.is_asked OR g.inbound,
                CASE WHEN g.inbound AND NOT b.is_asked THEN g.tweet_id ELSE b.thread_id END
            FROM below AS b INNER JOIN good AS g ON g.parent_id = b.tweet_id
        )
        SELECT DISTINCT ON (tweet_id) tweet_id AS id, thread_id, is_asked FROM below"""
    reading.connection.execute(f"CREATE TEMP TABLE threads AS {threads}")
    known = """
        SELECT p.*, coalesce(t.thread_id, p.tweet_id) AS thread_id,
            coalesce(t.is_asked, p.inbound) AS is_asked
        FROM posts AS p LEFT JOIN threads AS t ON t.id = p.tweet_id"""
    return [_messages(reading, known, checks), _contacts(reading, known)]


def _messages(reading: Reading, posts: str, checks: list[Check]) -> Stream:
    author = f"CASE WHEN inbound THEN {reading.pseudonym('author_id')} ELSE author_id END"
    return stream(
        "messages",
        posts,
        {
            "messages": {
                "message_id": reading.id("tweet_id"),
                "contact_id": reading.id("thread_id"),
                "sent_at": "sent_at",
                "author_role": "CASE WHEN inbound THEN 'customer' ELSE 'agent' END",
                "author_id": author,
                "is_public": "true",
                "text": reading.masked(_ANONYMOUS),
            }
        },
        checks=checks,
        raw="record",
        received_on="sent_at",
    )


def _contacts(reading: Reading, posts: str) -> Stream:
    threads = f"""
        SELECT thread_id, min(_line) AS _line, bool_or(is_asked) AS is_asked,
            min(sent_at) AS created_at, max(sent_at) AS updated_at,
            arg_min(author_id, sent_at) FILTER (inbound) AS customer,
            arg_max(author_id, sent_at) FILTER (NOT inbound) AS brand
        FROM ({posts}) WHERE is_good
        GROUP BY thread_id"""
    return stream(
        "contacts",
        threads,
        {
            "contacts": {
                "contact_id": reading.id("thread_id"),
                "source": literal(reading.system),
                "source_id": "thread_id",
                "kind": "'social'",
                "channel": "'social'",
                "channel_raw": "'twitter'",
                "direction": "CASE WHEN is_asked THEN 'inbound' ELSE 'outbound' END",
                "language_source": "'unknown'",
                "status": "'unknown'",
                "team": "brand",
                "requester_id": reading.pseudonym("customer"),
                "created_at": "created_at",
                "updated_at": "updated_at",
                "exclusion": "CASE WHEN NOT is_asked THEN 'agent_initiated' END",
            }
        },
        checks=[Check("created_at IS NULL", "no post of it has a time")],
        raw=NULL_TEXT,
        received_on="created_at",
        is_main=False,
    )


def _recognises(probe: Probe) -> bool:
    return probe.header_set >= set(_HEADERS)


SOURCE = Source(
    name="twcs",
    system="x",
    main_table=lambda probe: "messages",
    recognises=_recognises,
    read=_read,
    usual_columns=_HEADERS,
    joins_records=True,
)
