"""Times as exports write them, to naive UTC, as SQL.

A text becomes two things: `local`, a naive time of the file's zone, or `instant`, the UTC time
of a text that carries its own offset. Both are NULL for what is no time. Before 1971 nothing
happened: 1900-01-01, 1899-12-30 and the epoch are how exports write "never".
"""

import re

from pipelines.ingest.zones import second_occurrence_sql, utc_sql
from pipelines.sql import literal

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
    known = ", ".join(literal(f) for f in formats or DAY_FIRST_FORMATS)
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


_HALF = "오전|오후|上午|下午|午前|午後|AM|PM"
_LONG_FORM = (
    r"^(\d{4})(?:[-./]|년|年) ?(\d{1,2})(?:[-./]|월|月) ?(\d{1,2})(?:\.|일|日)? +"
    rf"(?:({_HALF}) *)?(\d{{1,2}}):(\d{{2}})(?::(\d{{2}}))?(?: *({_HALF}))?"
    r"(?: GMT([+-])(\d{1,2})(?::?(\d{2}))?)?$"
)
_GROUPS = ("y", "m", "d", "half", "h", "i", "s", "half_after", "sign", "zh", "zi")


def is_long_form(text: str) -> bool:
    """Is it a time as `long_form_sql` rewrites it, and not ISO already?"""
    return bool(re.match(_LONG_FORM, text)) and not re.match(r"\d{4}-\d\d-\d\d \d\d:", text)


def long_form_sql(text: str) -> str:
    """SQL of a time in the long form of Korea, Japan and China, as ISO; other texts as they are.

    `2026. 4. 1 오후 3:05:22`, `2026/04/01 3:05:22 오후 GMT+9`, `2026年4月1日 上午 12:05` (which is
    five past midnight)."""
    found = f"regexp_extract({text}, {literal(_LONG_FORM)}, {list(_GROUPS)})"
    half = "x.half || x.half_after"
    hour = f"""CASE WHEN {half} = '' THEN try_cast(x.h AS INTEGER)
        ELSE try_cast(x.h AS INTEGER) % 12
            + CASE WHEN {half} IN ('오후', '下午', '午後', 'PM') THEN 12 ELSE 0 END END"""
    iso = f"""format('{{}}-{{:0>2}}-{{:0>2}} {{:0>2}}:{{}}:{{:0>2}}',
            x.y, x.m, x.d, CAST({hour} AS VARCHAR), x.i, x.s)
        || CASE WHEN x.sign <> '' THEN format('{{}}{{:0>2}}:{{:0>2}}', x.sign, x.zh, x.zi)
            ELSE '' END"""
    is_other = "x.y = ''"
    return (
        f"list_transform([{found}], lambda x: CASE WHEN {is_other} THEN {text} ELSE {iso} END)[1]"
    )


_LAST_SECOND = 4_102_444_800
"""2100-01-01: numbers between it and 1973 in milliseconds are ids."""


def epoch_sql(number: str) -> str:
    """SQL of the UTC time of a text with seconds, or milliseconds, since 1970; 0 is never, and
    what is after 2100 is no time."""
    seconds = f"try_cast({number} AS DOUBLE)"
    seconds = f"CASE WHEN {seconds} > 1e11 THEN {seconds} / 1000 ELSE {seconds} END"
    time = f"make_timestamp(CAST(round(({seconds}) * 1e6) AS BIGINT))"
    return f"CASE WHEN ({seconds}) BETWEEN 31536000 AND {_LAST_SECOND} THEN {time} END"


LONGEST_SECONDS = 10_000_000_000
"""Three centuries: what is longer is an id or a sentinel, and adding it to a time overflows."""


def seconds_sql(number: str) -> str:
    """SQL of a duration, or count, as a whole number; NULL for what can't be one (NaN too)."""
    possible = f"{number} BETWEEN -{LONGEST_SECONDS} AND {LONGEST_SECONDS}"
    return f"CASE WHEN {possible} THEN CAST(round({number}) AS BIGINT) END"
