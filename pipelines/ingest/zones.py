"""Local times to UTC, as SQL: the offsets of a zone, written out as one expression.

A time zone's history is a short list of offsets, so the conversion is a binary search in
nested CASEs: exact, vectorised, the same on every engine, and under our own rules:

- a local time that a clock change skips does not exist: NULL, so its row is refused;
- a time before 1971 never was: 1900-01-01 and the epoch are how exports write "never": NULL;
- a local time that happens twice is its first occurrence, unless that would be before the
  row's `created_at`: then it is the second (`second_occurrence_sql`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

_STEP = timedelta(days=3)
"""No zone changes its offset twice within so short a time."""
_NOTHING_BEFORE = datetime(1971, 1, 1)  # noqa: DTZ001 - a local time
"""1900-01-01, 1899-12-30 and the epoch are how exports write "never"."""
_FIRST_YEAR, _LAST_YEAR = 1990, 2045
"""Clock changes outside these years are not looked up: the nearest known offset holds."""


@dataclass(frozen=True)
class Span:
    """Local times from `starts` on (None: since ever) have this offset; None: they don't exist."""

    starts: datetime | None
    offset_seconds: int | None


def utc_sql(local: str, zone: str) -> str:
    """SQL for the UTC instant of a naive local timestamp column.

    `local` should be a column name, since the expression repeats it. NULL where `local` is
    NULL, was skipped by a clock change, or is before 1971."""
    return _search(local, _spans(zone, False))


def second_occurrence_sql(local: str, zone: str) -> str | None:
    """Like `utc_sql`, but a local time that happens twice is its second occurrence; None where
    the zone has no such time."""
    spans = _spans(zone, True)
    return _search(local, spans) if spans != _spans(zone, False) else None


@cache
def _spans(zone: str, second: bool) -> tuple[Span, ...]:
    info = ZoneInfo(zone)
    instant = datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC)
    offset = _offset(info, instant)
    spans = [Span(None, None), Span(_NOTHING_BEFORE, offset)]
    while instant.year <= _LAST_YEAR:
        later = instant + _STEP
        after = _offset(info, later)
        if after != offset:
            change = _change(info, instant, later)
            skipped_from = change + timedelta(seconds=offset)
            resumes = change + timedelta(seconds=after)
            if after > offset:
                spans += [Span(skipped_from, None), Span(resumes, after)]
            else:
                spans.append(Span(resumes if second else skipped_from, after))
            offset = after
        instant = later
    return tuple(spans)


def _offset(info: ZoneInfo, instant: datetime) -> int:
    return int(instant.astimezone(info).utcoffset().total_seconds())


def _change(info: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The naive UTC second in (low, high] from which the later offset holds."""
    before = _offset(info, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        low, high = (middle, high) if _offset(info, middle) == before else (low, middle)
    return high.replace(tzinfo=None)


def _search(local: str, spans: tuple[Span, ...]) -> str:
    if len(spans) == 1:
        offset = spans[0].offset_seconds
        if offset is None:
            return "CAST(NULL AS TIMESTAMP)"
        return f"({local} - INTERVAL ({offset}) SECOND)"
    middle = len(spans) // 2
    left, right = _search(local, spans[:middle]), _search(local, spans[middle:])
    return f"CASE WHEN {local} < TIMESTAMP '{spans[middle].starts}' THEN {left} ELSE {right} END"
