"""Opening hours and local time as rows and as sums, so that SQL needs no time zones.

Business seconds between two instants are B(b) - B(a), where B counts a calendar's open
seconds from its first day on: exact across clock changes, holidays, several shifts a day,
shifts over midnight and schedules that change while somebody waits.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from pipelines.errors import SettingsError
from pipelines.settings import Calendar, public_holidays

_SEGMENTS = 4
_ONE_DAY = timedelta(days=1)
_EVER = datetime.combine(date.min, time()), datetime.combine(date.max, time())

SEGMENT_COLUMNS = [name for i in range(1, _SEGMENTS + 1) for name in (f"s{i}", f"e{i}")]


def business_days(calendars: Iterable[Calendar], first: date, last: date) -> pd.DataFrame:
    """One row per calendar and UTC day of `[first, last]`.

    Returns
    -------
    DataFrame
        calendar_id, utc_day, open_seconds_before (open seconds of all earlier rows), and up to
        four open segments `[s1, e1) .. [s4, e4)` in seconds of the UTC day, unused ones 0, 0.

    Raises
    ------
    SettingsError
        A UTC day of a calendar has more than four openings, or the country of its holidays
        is not known.
    """
    rows = []
    for calendar in calendars:
        by_day = _segments_by_day(open_periods(calendar, first, last))
        before = 0
        for day in _days(first, last):
            segments = by_day.get(day, [])
            if len(segments) > _SEGMENTS:
                raise SettingsError(
                    f"calendar '{calendar.id}' opens {len(segments)} times on {day} (UTC);"
                    f" at most {_SEGMENTS} openings a day are supported: join some of them"
                )
            bounds = [bound for segment in segments for bound in segment]
            padding = [0] * (2 * _SEGMENTS - len(bounds))
            rows.append((calendar.id, day, before, *bounds, *padding))
            before += sum(end - start for start, end in segments)
    frame = pd.DataFrame(
        rows, columns=["calendar_id", "utc_day", "open_seconds_before", *SEGMENT_COLUMNS]
    )
    frame["calendar_id"] = frame["calendar_id"].astype("str")
    return frame.astype({"utc_day": "datetime64[us]"})


def open_days(calendars: Iterable[Calendar], first: date, last: date) -> pd.DataFrame:
    """How long each calendar is open on its own days.

    Returns
    -------
    DataFrame
        One row per calendar and day of its zone, of `[first, last]`, on which a shift starts that
        is not closed: calendar_id, local_on, open_seconds (to the end of its shifts, over midnight
        too; what overlaps counts once, on the first).
    """
    rows = []
    for calendar in calendars:
        seconds: dict[date, int] = {}
        covered_until = _EVER[0]
        for day, opens, closes in sorted(_shifts(calendar, first, last), key=lambda s: s[1:]):
            if (alone := max(opens, covered_until)) < closes:
                length = int((closes - alone).total_seconds())
                seconds[day] = seconds.get(day, 0) + length
                covered_until = closes
        rows += [(calendar.id, day, n) for day, n in seconds.items() if first <= day <= last]
    frame = pd.DataFrame(rows, columns=["calendar_id", "local_on", "open_seconds"])
    types = {"calendar_id": "str", "local_on": "datetime64[us]", "open_seconds": "int64"}
    return frame.astype(types)


def single_periods(
    calendars: Iterable[Calendar],
) -> tuple[list[Calendar], pd.DataFrame]:
    """Calendars that change, each of their periods as if it had always been in force.

    Returns
    -------
    list of Calendar
        `<id>@<n>`, n from 1, for each period of a calendar that has several.
    DataFrame
        One row per period of every calendar: calendar_id, starts_at, ends_at (naive UTC, end not
        included, NULL where open), period_calendar_id (of a calendar that never changes its own).
    """
    alone, rows = [], []
    for calendar in calendars:
        zone = ZoneInfo(calendar.zone)
        bounds = [_utc(p.starts, zone) if p.starts else None for p in calendar.periods]
        for n, period in enumerate(calendar.periods, 1):
            name = calendar.id if len(calendar.periods) == 1 else f"{calendar.id}@{n}"
            if name != calendar.id:
                always = replace(period, starts=None)
                alone.append(replace(calendar, id=name, periods=(always,)))
            rows.append((calendar.id, bounds[n - 1], (*bounds, None)[n], name))
    columns = ["calendar_id", "starts_at", "ends_at", "period_calendar_id"]
    return alone, pd.DataFrame(rows, columns=columns)


def open_periods(calendar: Calendar, first: date, last: date) -> list[tuple[datetime, datetime]]:
    """The calendar's openings as UTC intervals `[start, end)`, in order and disjoint.

    They cover at least the UTC days `[first, last]`. A shift belongs to the local day it starts
    on: a night shift that starts on a holiday is closed, one that ends on it is open.
    """
    return _union([(opens, closes) for _, opens, closes in _shifts(calendar, first, last)])


def _shifts(
    calendar: Calendar, first: date, last: date
) -> Iterator[tuple[date, datetime, datetime]]:
    """Every shift of at least the UTC days `[first, last]`: the local day it starts on, UTC start
    and end, cut where its period begins or ends."""
    zone = ZoneInfo(calendar.zone)
    days = list(_days(first - 2 * _ONE_DAY, last + 2 * _ONE_DAY))
    closed = set()
    if calendar.holidays is not None:
        years = range(days[0].year, days[-1].year + 1)
        closed = public_holidays(calendar.holidays, years, f"calendar '{calendar.id}'")
    for position, period in enumerate(calendar.periods):
        following = calendar.periods[position + 1 : position + 2]
        starts = _utc(period.starts, zone) if period.starts else _EVER[0]
        ends = _utc(following[0].starts, zone) if following else _EVER[1]
        for day in days:
            if day in closed:
                continue
            midnight = datetime.combine(day, time())
            for shift in period.shifts:
                if shift.weekday != day.weekday():
                    continue
                opens = _utc(midnight + timedelta(seconds=shift.start_second), zone)
                closes = _utc(midnight + timedelta(seconds=shift.end_second), zone, fold=1)
                opens, closes = max(opens, starts), min(closes, ends)
                if opens < closes:
                    yield day, opens, closes


def local_quarters(zone: str, first: date, last: date) -> pd.DataFrame:
    """One row per quarter hour (UTC) from a day before `first` to a day after `last`.

    Returns
    -------
    DataFrame
        quarter_at (naive UTC), local_on (day in `zone`), local_slot (half hour of that day,
        0..47 by the clock on the wall), slot_starts_at (naive UTC start of that half hour).
        A day of 23 or 25 hours has 46 or 50 different `slot_starts_at`.
    """
    quarters = pd.date_range(
        pd.Timestamp(first) - _ONE_DAY,
        pd.Timestamp(last) + 2 * _ONE_DAY,
        freq="15min",
        inclusive="left",
        tz="UTC",
        unit="us",
    )
    local = quarters.tz_convert(ZoneInfo(zone)).tz_localize(None)
    into_slot = pd.to_timedelta(local.minute % 30, unit="min")
    return pd.DataFrame(
        {
            "quarter_at": quarters.tz_localize(None),
            "local_on": local.normalize(),
            "local_slot": (local.hour * 2 + local.minute // 30).astype("int16"),
            "slot_starts_at": quarters.tz_localize(None) - into_slot,
        }
    )


def local_at(quarters: pd.DataFrame) -> str:
    """SQL of the local time of an instant `t`: what is added to it between two clock changes.

    `quarters` is what `local_quarters` gives; NULL before its first and after its last. To add
    costs a tenth of what it costs to look a quarter hour up.
    """
    at, slot = quarters["quarter_at"], pd.to_timedelta(quarters["local_slot"] * 30, unit="min")
    into_slot = at - quarters["slot_starts_at"]
    ahead = (quarters["local_on"] + slot + into_slot - at).dt.total_seconds().astype(int)
    changes = np.flatnonzero(ahead.diff().to_numpy() != 0)
    ends = [*at.iloc[changes[1:]], at.iloc[-1] + pd.Timedelta(minutes=15)]
    cases = "".join(
        f" WHEN t < TIMESTAMP '{end}' THEN seconds_after(t, {ahead.iloc[start]})"
        for start, end in zip(changes, ends, strict=True)
    )
    return f"CASE WHEN t < TIMESTAMP '{at.iloc[0]}' THEN CAST(NULL AS TIMESTAMP){cases} END"


def half_hours(zone: str, first: date, last: date) -> pd.DataFrame:
    """One row per half hour of the local days `[first, last]` of `zone`.

    Returns
    -------
    DataFrame
        starts_at (naive UTC), local_on, local_slot: 48 rows a day, 46 or 50 where clocks change.
    """
    quarters = local_quarters(zone, first, last)
    days = quarters["local_on"].between(pd.Timestamp(first), pd.Timestamp(last))
    slots = quarters[days].drop_duplicates("slot_starts_at").drop(columns="quarter_at")
    slots = slots.rename(columns={"slot_starts_at": "starts_at"})
    return slots[["starts_at", "local_on", "local_slot"]].reset_index(drop=True)


def is_open(days: pd.DataFrame, calendar_id: str | None, starts_at: pd.Series) -> pd.Series:
    """Whether a calendar is open at each instant; NULL without a calendar or a row for that day.

    Parameters
    ----------
    days : DataFrame
        Rows of `business_days`.
    starts_at : Series of naive UTC instants
    """
    if calendar_id is None:
        return pd.Series(pd.NA, index=starts_at.index, dtype="boolean")
    rows = days[days["calendar_id"] == calendar_id].set_index("utc_day").sort_index()
    rows = rows.reindex(pd.DatetimeIndex(starts_at).normalize())
    seconds = ((starts_at - starts_at.dt.normalize()) // pd.Timedelta(seconds=1)).to_numpy()
    inside = np.zeros(len(starts_at), dtype=bool)
    for i in range(1, _SEGMENTS + 1):
        inside |= (rows[f"s{i}"].to_numpy() <= seconds) & (seconds < rows[f"e{i}"].to_numpy())
    answer = pd.Series(inside, index=starts_at.index, dtype="boolean")
    return answer.mask(rows["s1"].isna().to_numpy())


def open_seconds(
    days: pd.DataFrame, calendar_id: str, starts_at: pd.Series, end: pd.Timestamp
) -> pd.Series:
    """How long a calendar is open between each instant and `end`; NaN outside the days told.

    Parameters
    ----------
    days : DataFrame
        Rows of `business_days`.
    starts_at : Series of naive UTC instants
    """
    rows = days[days["calendar_id"] == calendar_id].set_index("utc_day").sort_index()

    def until(instants: pd.Series) -> np.ndarray:
        of_day = rows.reindex(pd.DatetimeIndex(instants).normalize())
        second = ((instants - instants.dt.normalize()) // pd.Timedelta(seconds=1)).to_numpy()
        answer = of_day["open_seconds_before"].to_numpy(dtype=float)
        for i in range(1, _SEGMENTS + 1):
            opens, closes = of_day[f"s{i}"].to_numpy(), of_day[f"e{i}"].to_numpy()
            answer = answer + np.maximum(np.minimum(second, closes) - opens, 0)
        return answer

    return pd.Series(until(pd.Series([end])) - until(starts_at), index=starts_at.index)


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _utc(local: datetime, zone: ZoneInfo, fold: int = 0) -> datetime:
    """Naive UTC of a local time. Where clocks go back, openings start at the first of the two
    equal clock times and end at the second (`fold=1`): nobody is sent home an hour early."""
    return local.replace(tzinfo=zone, fold=fold).astimezone(UTC).replace(tzinfo=None)


def _union(openings: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    merged: list[tuple[datetime, datetime]] = []
    for opens, closes in sorted(openings):
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(closes, merged[-1][1]))
        else:
            merged.append((opens, closes))
    return merged


def _segments_by_day(
    openings: list[tuple[datetime, datetime]],
) -> dict[date, list[tuple[int, int]]]:
    by_day: dict[date, list[tuple[int, int]]] = {}
    for opens, closes in openings:
        while opens < closes:
            midnight = datetime.combine(opens.date(), time())
            end = min(closes, midnight + _ONE_DAY)
            by_day.setdefault(opens.date(), []).append(
                (int((opens - midnight).total_seconds()), int((end - midnight).total_seconds()))
            )
            opens = end
    return by_day
