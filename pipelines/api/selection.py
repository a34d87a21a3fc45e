"""From what a reader asks for (by, where, from, to) to SQL that can't be anything else.

Names are looked up in the columns that the build has; values only ever travel as
parameters. A name that is not known is refused with what is known and the nearest match.
"""

import difflib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from numbers import Integral
from typing import TypeVar

import numpy as np
import pandas as pd

from pipelines.errors import OutOfRangeError, UnknownNameError
from pipelines.sql import identifier

Day = date | datetime | str | None
Where = Mapping[str, object] | None
By = Sequence[str] | str
Names = str | list[str] | None
_Known = TypeVar("_Known")


@dataclass(frozen=True)
class Scope:
    """The days and filters that a reader asks for: `start` and `end` are both included, None
    leaves a side open; `where` maps dimensions to one value or several."""

    start: Day = None
    end: Day = None
    where: Where = None

    def over(self, start: Day, end: Day) -> "Scope":
        """The same filters over other days."""
        return replace(self, start=start, end=end)

    @property
    def days(self) -> tuple[date | None, date | None]:
        """Both ends as days; raises OutOfRangeError where they are not in order."""
        return as_range(self.start, self.end)

    @property
    def wanted(self) -> Mapping[str, object]:
        """What is filtered by; empty where nothing is.

        Raises UnknownNameError for what maps no names to values.
        """
        if not isinstance(self.where or {}, Mapping):
            raise UnknownNameError(
                f"filter {self.where!r} names no column; write it like {{'channel': 'phone'}}"
            )
        return self.where or {}


@dataclass(frozen=True)
class Dimension:
    """Something to group or filter by.

    `column` must be there for it; `expression` is what is grouped; `number` is a whole number
    for each of its values, in their order and close together, None where they are text;
    `shown` and `read` turn the grouped value into what readers see and back.
    """

    name: str
    column: str
    expression: str
    number: str | None = None
    shown: Callable[[pd.Series], pd.Series] | None = None
    read: Callable[[object], object] | None = None


def _clock(slots_per_hour: int) -> Callable[[pd.Series], pd.Series]:
    minutes = 60 // slots_per_hour
    return lambda slots: slots.map(
        lambda slot: f"{slot // slots_per_hour:02d}:{slot % slots_per_hour * minutes:02d}"
    ).astype("str")


def _slot(slots_per_hour: int) -> Callable[[object], int]:
    def read(clock: object) -> int:
        try:
            hour, minute = (int(part) for part in str(clock).split(":"))
            at = time(hour, minute)
        except ValueError:
            raise UnknownNameError(f"'{clock}' is not a time of day such as 09:30") from None
        return at.hour * slots_per_hour + at.minute * slots_per_hour // 60

    return read


_PLAIN = ("channel", "language", "topic", "team", "agent", "urgency", "source", "scale")
_WEEK = "CAST(date_trunc('week', observed_on) AS DATE)"
_MONTH = "CAST(date_trunc('month', observed_on) AS DATE)"
_MONTH_NUMBER = "year(observed_on) * 12 + month(observed_on)"
_DAY_NUMBER = "observed_on - DATE '1970-01-05'"  # a Monday
_WEEKDAY = "CAST(isodow(observed_on) AS INTEGER)"
_SLOT, _HOUR = "observed_slot", "observed_slot // 2"
DIMENSIONS: dict[str, Dimension] = {
    **{name: Dimension(name, name, name) for name in _PLAIN},
    "day": Dimension("day", "observed_on", "observed_on", _DAY_NUMBER),
    "week": Dimension("week", "observed_on", _WEEK, f"({_DAY_NUMBER}) // 7"),
    "month": Dimension("month", "observed_on", _MONTH, _MONTH_NUMBER),
    "weekday": Dimension("weekday", "observed_on", _WEEKDAY, _WEEKDAY),
    "half_hour": Dimension("half_hour", "observed_slot", _SLOT, _SLOT, _clock(2), _slot(2)),
    "hour": Dimension("hour", "observed_slot", _HOUR, _HOUR, _clock(1), _slot(1)),
}
"""Everything a metric can be broken down by: a week is its Monday, a month its first day,
weekdays run from 1 (Monday) to 7, half hours and hours are their start, such as 07:30."""

CALENDAR = {"day": "D", "week": "W-MON", "month": "MS"}
"""The dimensions whose empty periods are shown, as NULL, so that a gap looks like a gap."""


@dataclass(frozen=True)
class Condition:
    """A part of a WHERE clause; its values are parameters."""

    text: str = "TRUE"
    parameters: tuple = ()

    @classmethod
    def all_of(cls, parts: Iterable["Condition"]) -> "Condition":
        """Every part must hold."""
        parts = [part for part in parts if part.text != "TRUE"]
        return cls(
            " AND ".join(part.text for part in parts) or "TRUE",
            tuple(value for part in parts for value in part.parameters),
        )


@dataclass(frozen=True)
class Selection:
    """A part of one table or view: its grouping, the days it spans, and its filters.

    The span says which days there are, by range, weekday or month; the filters, what counts on
    them. `relation` is SQL to read instead of `source`, where a reader changed what it is made
    with.
    """

    source: str
    by: tuple[Dimension, ...]
    span: Condition
    filters: Condition
    start: date | None
    end: date | None
    relation: str | None = None

    @property
    def rows_from(self) -> str:
        """What stands after FROM."""
        return f"({self.relation})" if self.relation else identifier(self.source)

    @property
    def names(self) -> list[str]:
        """The columns that answers are grouped by."""
        return [dimension.name for dimension in self.by]

    @property
    def condition(self) -> Condition:
        """The days and the filters together."""
        return Condition.all_of((self.span, self.filters))

    def grouped(self, *aggregates: str, condition: Condition = Condition()) -> str:
        """SELECT the groups and their aggregates, in the groups' order (unknown ones last).

        `condition` comes after the selection's own, and so do its parameters.
        """
        groups = [f"{d.expression} AS {identifier(d.name)}" for d in self.by]
        wanted = Condition.all_of((self.condition, condition))
        places = ", ".join(str(place) for place in range(1, len(groups) + 1))
        return (
            f"SELECT {', '.join([*groups, *aggregates])}"
            f" FROM {self.rows_from} WHERE {wanted.text}"
            + (f" GROUP BY {places} ORDER BY {places}" if groups else "")
        )

    def rows(self, order: str, condition: Condition = Condition()) -> str:
        """SELECT single rows of the selection, LIMIT and OFFSET being the last parameters."""
        wanted = Condition.all_of((self.condition, condition))
        return (
            f"SELECT * FROM {self.rows_from} WHERE {wanted.text} ORDER BY {order} LIMIT ? OFFSET ?"
        )


def select(
    source: str,
    columns: Collection[str],
    by: By = (),
    scope: Scope = Scope(),
    renamed: Mapping[str, str] | None = None,
) -> Selection:
    """Check a reader's wishes against `columns` of `source` and turn them into SQL.

    Parameters
    ----------
    renamed : mapping, optional
        What the table calls a dimension's column by another name: {"agent": "agent_id"}, or
        its date, {"observed_on": "arrived_on"}.

    Raises
    ------
    UnknownNameError
        `by` or `scope.where` names something that the source does not have.
    OutOfRangeError
        The scope ends before it starts.
    """
    what = source.removeprefix("metric_").removeprefix("fact_")
    dimensions = (_renamed(dimension, renamed or {}) for dimension in DIMENSIONS.values())
    known = {d.name: d for d in dimensions if d.column in columns}
    start, end = scope.days
    day_column = (renamed or {}).get("observed_on", "observed_on")
    bounds = [("<=", end), (">=", start)]
    days = [Condition(f"{day_column} {comparison} ?", (day,)) for comparison, day in bounds if day]
    filters = []
    filterable = {**{name: Dimension(name, name, identifier(name)) for name in columns}, **known}
    for name, wanted in scope.wanted.items():
        dimension = lookup(name, filterable, f"{what}: filter")
        is_of_days = dimension.column == day_column
        (days if is_of_days else filters).append(_filter(dimension, wanted))
    return Selection(
        source=source,
        by=tuple(lookup(name, known, f"{what}: breakdown") for name in dict.fromkeys(as_list(by))),
        span=Condition.all_of(days),
        filters=Condition.all_of(filters),
        start=start,
        end=end,
    )


def lookup(name: str, known: Mapping[str, _Known], what: str) -> _Known:
    """The entry of that name; raises UnknownNameError with the nearest match and what is known."""
    try:
        return known[name]
    except (KeyError, TypeError):
        raise unknown(name, known, what) from None


def unknown(name: object, known: Iterable[object], what: str) -> UnknownNameError:
    """The error for a name that is not among those known."""
    known = [str(k) for k in known]
    near = difflib.get_close_matches(str(name), known, n=1)
    shown = ", ".join(known[:40]) + (f", ... ({len(known)} in all)" if len(known) > 40 else "")
    hint = f"did you mean '{near[0]}'? " if near else ""
    return UnknownNameError(f"{what} '{name}' is not known; {hint}known: {shown or 'none'}")


def undated(by: By, what: str) -> list[str]:
    """Names to group two windows by, each once.

    Raises UnknownNameError for days, weeks and months: no window has those of the other.
    """
    names = list(dict.fromkeys(as_list(by)))
    for name in names:
        if name in CALENDAR:
            raise unknown(name, [d for d in DIMENSIONS if d not in CALENDAR], what)
    return names


def page(limit: int | None, offset: int = 0) -> tuple[int | None, int]:
    """What LIMIT and OFFSET are given; None: no limit.

    Raises OutOfRangeError for anything but whole numbers from 0.
    """
    for told in (0 if limit is None else limit, offset):
        if not isinstance(told, Integral) or told < 0:
            raise OutOfRangeError(f"limit is {limit} and offset {offset}; give numbers of rows")
    return limit, offset


def as_day(day: Day, what: str) -> date | None:
    """A calendar day from a date, an instant or ISO text; None stays None.

    Raises OutOfRangeError for anything else: 2026-11 is no day, and 11/12/2026 may be two.
    """
    if day is None:
        return None
    if isinstance(day, str):
        with suppress(ValueError):
            return datetime.fromisoformat(day.strip()).date()
    elif isinstance(day, date | np.datetime64) and not pd.isna(day):
        return pd.Timestamp(day).date()
    raise OutOfRangeError(f"{what} '{day}' is not a day; write it as 2026-11-30")


def as_range(start: Day, end: Day) -> tuple[date | None, date | None]:
    """Both ends as days; raises OutOfRangeError where they are not in order."""
    start, end = as_day(start, "start"), as_day(end, "end")
    if start and end and end < start:
        raise OutOfRangeError(f"end {end} is before start {start}; give both days in order")
    return start, end


def previous_window(start: date, end: date) -> tuple[date, date]:
    """The window of equal length that ends the day before `start`; both ends are included.

    1-30 November follows 2-31 October.
    """
    return window_before(start, (end - start).days + 1)


def window_before(start: date, days: int) -> tuple[date, date]:
    """The window of so many days that ends the day before `start`; both ends are included.

    Raises OutOfRangeError for one that would begin before the year 1.
    """
    if days > start.toordinal() - 1:
        raise OutOfRangeError(f"no calendar holds {days} days before {start}; give fewer days")
    return start - timedelta(days=days), start - timedelta(days=1)


def as_list(wanted: object) -> list:
    """One value or several, as a list."""
    if isinstance(wanted, str) or not isinstance(wanted, Iterable):
        return [wanted]
    return list(wanted)


def _renamed(dimension: Dimension, renamed: Mapping[str, str]) -> Dimension:
    column = renamed.get(dimension.column, dimension.column)
    expression = dimension.expression.replace(dimension.column, column)
    number = dimension.number and dimension.number.replace(dimension.column, column)
    return replace(dimension, column=column, expression=expression, number=number)


def _filter(dimension: Dimension, wanted: object) -> Condition:
    """An empty list selects nothing; None selects what is not known."""
    values = as_list(wanted)
    present = [value for value in values if value is not None]
    if dimension.read is not None:
        present = [dimension.read(value) for value in present]
    parts = []
    if present:
        parts.append(f"{dimension.expression} IN ({', '.join('?' * len(present))})")
    if len(present) < len(values):
        parts.append(f"{dimension.expression} IS NULL")
    return Condition(f"({' OR '.join(parts) or 'FALSE'})", tuple(present))
