"""Times as exports write them, to naive UTC, as SQL.

A text becomes two things: `local`, a naive time of the file's zone, or `instant`, the UTC time
of a text that carries its own offset. Both are NULL for what is no time. Before 1971 nothing
happened: 1900-01-01, 1899-12-30 and the epoch are how exports write "never".
"""

from pipelines.ingest.tables import quoted
from pipelines.ingest.zones import second_occurrence_sql, utc_sql

DAY_FIRST_FORMATS = (
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
)
_NEVER_BEFORE = "TIMESTAMP '1971-01-01'"
_HAS_OFFSET = r"[0-9](Z|[+-][0-9]{2}:?[0-9]{2}| UTC)$"


def has_offset_sql(text: str) -> str:
    """SQL: does the text of a time carry its own offset (ISO 8601, two digits a field)?"""
    return (
        f"(strlen({text}) NOT IN (16, 19) AND strlen({text}) >= 17"
        f" AND regexp_matches({text}, '{_HAS_OFFSET}'))"
    )


def local_sql(text: str, formats: tuple[str, ...] = ()) -> str:
    """SQL of the naive local time of a text without an offset; a bare date is no time."""
    known = ", ".join(quoted(f) for f in formats or DAY_FIRST_FORMATS)
    parsed = f"try_strptime({text}, [{known}])"
    if not formats:
        parsed = f"coalesce(try_cast({text} AS TIMESTAMP), {parsed})"
    # 2026-03-02 09:00[:05] has no room for an offset; the shape of other texts is looked at
    return (
        f"CASE WHEN strlen({text}) IN (16, 19) THEN {parsed}"
        f" WHEN strlen({text}) > 10 AND NOT {has_offset_sql(text)} THEN {parsed} END"
    )


def instant_sql(text: str) -> str:
    """SQL of the UTC time of a text that carries its own offset."""
    return (
        f"CASE WHEN {has_offset_sql(text)}"
        f" THEN timezone('UTC', try_cast(replace({text}, ' UTC', 'Z') AS TIMESTAMPTZ)) END"
    )


def happened_sql(time: str) -> str:
    """SQL: the time, or NULL where it is a way of writing "never"."""
    return f"CASE WHEN {time} >= {_NEVER_BEFORE} THEN {time} END"


def zoned_sql(local: str, zone: str | None, not_before: str | None = None) -> str:
    """SQL of the UTC time of a local column; `not_before` is a UTC column that settles which
    occurrence of a repeated hour is meant. NULL without a zone."""
    if zone is None:
        return "CAST(NULL AS TIMESTAMP)"
    first = utc_sql(local, zone)
    second = second_occurrence_sql(local, zone) if not_before else None
    if second is None:
        return first
    return f"CASE WHEN {first} < {not_before} THEN {second} ELSE {first} END"


def moment_sql(text: str, zone: str | None) -> str:
    """SQL of the UTC time of a text that usually carries its own offset; local ones need `zone`.

    NULL for what is no time, or was written for "never"."""
    instant = instant_sql(text)
    if zone is None:
        return happened_sql(instant)
    return happened_sql(f"coalesce({instant}, {zoned_sql(local_sql(text), zone)})")
