"""Lines of counts: so many searches for these words, so many views of this article, on that day.

Reports of help centres and web analytics have any columns, headers in the viewer's language and
numbers with separators. A line is known again, when a report is made again, by all its columns
that are not counts; its words are masked like any text.
"""

from pipelines.ingest.checks import Check, not_a_record
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Stream, stream
from pipelines.ingest.times import seconds_sql, zoned_sql
from pipelines.sql import literal

Headers = dict[str, tuple[str, ...]]
"""Field -> the headers that it is known by, in lower case."""

FIELDS = (
    "date", "query", "article_id", "language", "count", "results", "clicks", "contacts",
)  # fmt: skip
_COUNTS = ("count", "results", "clicks", "contacts")
_MISSING = ("", "-", "(not set)", "(other)", "(data not available)", "NULL", "None")
_DAYS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y. %m. %d.", "%Y. %m. %d", "%Y%m%d",
    "%Y년 %m월 %d일", "%Y年%m月%d日", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip


def column_of(probe: Probe, field: str, headers: Headers) -> str | None:
    """The SQL name of a field's column: the one that the mapping tells, else a usual one."""
    told = probe.mapping.columns.get(field)
    return probe.table.column(*(told.columns if told else headers.get(field, ())))


def holds(probe: Probe, headers: Headers, *fields: str) -> bool:
    """Does a table have a column for each of these fields?"""
    return probe.json is None and all(column_of(probe, field, headers) for field in fields)


def day_sql(text: str, told_format: str | None) -> str:
    """SQL of a day, as the timestamp of its midnight."""
    known = (told_format,) if told_format else _DAYS
    return f"try_strptime(trim({text}), [{', '.join(map(literal, known))}])"


def whole_sql(text: str) -> str:
    """SQL of a whole number, thousands separated by a comma, a blank or not at all."""
    pattern = "[0-9]+([.]0+)?|[0-9]{1,3}([,  ][0-9]{3})+"
    digits = rf"regexp_replace(regexp_replace(trim({text}), '[.]0+$', ''), '[^0-9]', '', 'g')"
    whole = f"regexp_full_match(trim({text}), '{pattern}')"
    return f"CASE WHEN {whole} THEN try_cast({digits} AS BIGINT) END"


def counted(reading: Reading, event: str, headers: Headers, day: str | None = None) -> Stream:
    """The lines of a table as article events.

    `day`: the day of every line, YYYY-MM-DD, where the table has no column of days."""
    probe, table = reading.probe, reading.probe.table
    zone = reading.require_zone()
    columns = {field: column_of(probe, field, headers) for field in FIELDS}
    texts = "".join(
        f", {column or 'CAST(NULL AS VARCHAR)'} AS {field}_text"
        for field, column in columns.items()
    )
    counts = {columns[field] for field in _COUNTS}
    kept = [f"c{i}" for i in range(1, len(table.headers) + 1) if f"c{i}" not in counts]
    on = literal(day) if day else "date_text"
    average = "try_cast(replace(trim(results_text), ',', '.') AS DOUBLE)"
    average = f"CASE WHEN {average} >= 0 THEN {average} END"
    rows = f"""
        SELECT *, {zoned_sql("local_day", zone)} AS happened_at
        FROM (SELECT *, {day_sql(on, reading.mapping.date_format)} AS local_day,
                {whole_sql("count_text")} AS count,
                coalesce({whole_sql("results_text")}, {seconds_sql(f"({average})")}) AS results,
                {whole_sql("clicks_text")} AS clicks, {whole_sql("contacts_text")} AS contacts
            FROM (SELECT *{texts} FROM {table.rows_sql(_MISSING)}))"""
    line = f"concat_ws(chr(31), {', '.join(f'coalesce({c}, chr(30))' for c in kept)})"
    events = {
        "event_id": reading.id(reading.pseudonym(f"'{event} {day or ''}' || {line}")),
        "event": literal(event),
        "happened_at": "happened_at",
        "events_count": "count",
        "article_id": reading.id("article_id_text", article_system(reading)),
        "language_raw": "language_text",
        "query": reading.masked("query_text"),
        "results_count": "results",
        "clicks_count": "clicks",
        "contacts_count": "contacts",
    }
    key_column = columns["query"] or columns["article_id"]
    header = table.headers[int(key_column[1:]) - 1]
    return stream(
        "article_events",
        rows,
        {"article_events": events},
        checks=[
            *not_a_record("c1", key_column, header),
            Check(f"{on} IS NULL", "the day is missing"),
            Check(f"{on} IS NOT NULL AND happened_at IS NULL", "the day is not a day"),
            Check("count_text IS NULL", "the count is missing"),
            *(
                Check(
                    f"{field}_text IS NOT NULL AND {field} IS NULL",
                    f"{field} is not a number",
                    "export plain numbers, without separators, and load the new file",
                )
                for field in _COUNTS
            ),
        ],
        raw=table.text_sql(),
        received_on="local_day",
    )


def article_system(reading: Reading) -> str:
    """The system that articles' ids belong to."""
    return reading.mapping.linked_system or "zendesk_guide"
