"""Direct messages of an X archive (data/direct-messages.js): one brand's talks with customers.

The file assigns an array to a variable (`window.YTD.direct_messages.part0 = [...]`), newest
message first; reactions, joins and the like stand among the messages and are none. Ids are texts,
being larger than a double holds. The brand is the one account that takes part in every talk,
unless [values.author] of a mapping tells who is the agent; a talk is cut into contacts where
nobody wrote for a day (interval_minutes).
"""

from pipelines.errors import SettingsError
from pipelines.ingest.checks import Check
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Source, Stream
from pipelines.ingest.sources.records import NOT_JSON
from pipelines.ingest.sources.talks import role_sql, talk_stream
from pipelines.ingest.times import moment_sql
from pipelines.sql import literal

_SHAPE = """{"dmConversation": {"conversationId": "VARCHAR", "messages": [{"messageCreate":
    {"id": "VARCHAR", "senderId": "VARCHAR", "text": "VARCHAR", "createdAt": "VARCHAR"}}]}}"""


def _read(reading: Reading) -> list[Stream]:
    records = reading.records(_SHAPE)
    if reading.mapping.values.get("author"):
        role = role_sql(reading, "author")
    else:
        role = f"CASE author WHEN {literal(_brand(reading, records))} THEN 'agent'"
        role += " ELSE 'customer' END"
    entries = f"""
        SELECT _line, t, t.dmConversation.conversationId AS talk,
            unnest(coalesce(t.dmConversation.messages, [NULL])) AS entry
        FROM ({records})"""
    messages = f"""
        SELECT _line, t, talk, entry.messageCreate AS m,
            {moment_sql("entry.messageCreate.createdAt", None)} AS sent_at,
            entry.messageCreate.senderId AS author
        FROM ({entries}) WHERE t IS NULL OR entry.messageCreate IS NOT NULL"""
    talks = f"""
        SELECT *, {reading.pseudonym("talk")} AS room, m.id AS ordinal, {role} AS role,
            m.text AS text, to_json(m) AS raw
        FROM ({messages})"""
    checks = [
        NOT_JSON,
        Check("t IS NOT NULL AND (talk IS NULL OR m.id IS NULL)", "an id is missing"),
        Check("m.id IS NOT NULL AND author IS NULL", "senderId is missing"),
        Check("m.id IS NOT NULL AND sent_at IS NULL", "createdAt is missing or no time"),
    ]
    return [talk_stream(reading, talks, checks, "CAST(raw AS VARCHAR)", "x")]


def _brand(reading: Reading, records: str) -> str:
    """The account that takes part in every talk.

    Raises SettingsError where more than one does: a single talk does not tell."""
    talks = f"SELECT DISTINCT t.dmConversation.conversationId AS talk FROM ({records})"
    common = reading.connection.execute(
        f"""SELECT account FROM (
            SELECT talk, unnest(string_split(talk, '-')) AS account FROM ({talks}))
        GROUP BY account
        HAVING count(DISTINCT talk) = (SELECT count(talk) FROM ({talks}))"""
    ).fetchall()
    if len(common) != 1:
        raise SettingsError(
            f"{reading.name}: its talks do not tell which account is the exchange's; write"
            ' [values.author] "<account id>" = "agent" in a mapping file'
        )
    return common[0][0]


def _recognises(probe: Probe) -> bool:
    return probe.json_keys == {"dmConversation"}


SOURCE = Source(
    name="x_archive",
    system="x_messages",
    main_table=lambda probe: "messages",
    recognises=_recognises,
    read=_read,
    fields=("author",),
    has_headers=lambda probe: False,
    joins_records=True,
)
