"""What is known ahead about days: holidays, position in the month, announced events.

Columns are numbers per day, 0 where they do not apply; the level model learns what each is
worth. The market's events carry since when they were known, so that no back-test profits
from an event that nobody expected.
"""

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.forecasts.base import Floats

_MONTH_BANDS = ((1, 3), (4, 7), (8, 12), (26, 31))
# Which days are days of rest differs between countries.
_MAYBE_REST = {"friday": 4, "saturday": 5, "sunday": 6}


def calendar_columns(
    days: NDArray[np.datetime64],
    is_open_day: NDArray[np.bool_],
    holidays: Iterable[date] = (),
    weekday_size: Floats | None = None,
) -> dict[str, Floats]:
    """Columns for one queue; those of a desk open all week differ from those of one that is not.

    weekday_size: [7] what each weekday brings, as a share of a busy one. A holiday takes little
    from a day of rest: on desks open all week, holiday, before_holiday and after_holiday are so
    much instead of 1.

    Desks with closed weekdays: holiday, before_holiday, after_closed (the first open day after
    a closed one that is usually open), business_day_1..3 of the month, last_business_day_1..2,
    mid_month (15th and 16th). Desks open on all seven: holiday, before_holiday, after_holiday
    and bands of the day of the month.
    """
    days = days.astype("datetime64[D]")
    is_holiday = np.isin(days, np.array(list(holidays), dtype="datetime64[D]"))
    weekday = (days.astype(int) + 3) % 7
    columns = {
        "holiday": is_holiday,
        "before_holiday": np.append(is_holiday[1:], False) & ~is_holiday,
    }
    day_of_month = (days - days.astype("datetime64[M]")).astype(int) + 1
    open_weekdays = np.unique(weekday[is_open_day])
    if len(open_weekdays) == 7:
        columns["after_holiday"] = np.insert(is_holiday[:-1], 0, False) & ~is_holiday
        size = np.ones(7) if weekday_size is None else weekday_size
        for name in ("holiday", "before_holiday", "after_holiday"):
            columns |= {
                f"{name}_{weekday_name}": columns[name] & (weekday == number)
                for weekday_name, number in _MAYBE_REST.items()
            }
            columns[name] = columns[name] * size[weekday]
        for first, last in _MONTH_BANDS:
            band = (day_of_month >= first) & (day_of_month <= last)
            columns[f"day_{first}_to_{last}"] = band
        return {name: values.astype(float) for name, values in columns.items()}

    is_closed_unusually = np.isin(weekday, open_weekdays) & ~is_open_day
    columns["after_closed"] = _first_open_after(is_closed_unusually, is_open_day)
    first, last = _business_day_of_month(days, is_open_day)
    columns |= {f"business_day_{n}": first == n for n in (1, 2, 3)}
    columns |= {f"last_business_day_{n}": last == n for n in (1, 2)}
    columns["mid_month"] = (day_of_month == 15) | (day_of_month == 16)
    return {name: values.astype(float) for name, values in columns.items()}


def event_columns(
    events: pd.DataFrame, days: NDArray[np.datetime64], zone: str
) -> tuple[list[str], Floats, NDArray[np.int64]]:
    """One column per kind of event: the share of each local day during which one is under way.

    events: kind, starts_at, ends_at (UTC, half-open), known_at (NULL: known when it began).
    Returns the kinds, [days, kinds] shares, and the position of the day on whose evening each
    value is known (`Grid.known_from`).
    """
    midnights = _utc(pd.DatetimeIndex(np.append(days, days[-1] + 1)), zone)
    kinds = sorted(events["kind"].dropna().unique())
    shares = np.zeros((len(days), len(kinds)))
    known_from = np.zeros((len(days), len(kinds)), dtype=int)
    for event in events.dropna(subset=["kind", "starts_at", "ends_at"]).itertuples():
        begins = np.maximum(midnights[:-1], np.datetime64(event.starts_at, "s"))
        ends = np.minimum(midnights[1:], np.datetime64(event.ends_at, "s"))
        share = (ends - begins).astype(float) / (midnights[1:] - midnights[:-1]).astype(float)
        touched = share > 0
        column = kinds.index(event.kind)
        shares[touched, column] = np.minimum(1, shares[touched, column] + share[touched])
        known_at = event.starts_at if pd.isna(event.known_at) else event.known_at
        known = int(np.searchsorted(midnights[1:], np.datetime64(known_at, "s"), side="left"))
        known_from[touched, column] = np.maximum(known_from[touched, column], known)
    return kinds, shares, known_from


def _first_open_after(is_closed, is_open_day) -> NDArray[np.bool_]:
    answer = np.zeros(len(is_closed), dtype=bool)
    is_pending = False
    for day, (closed, opened) in enumerate(zip(is_closed, is_open_day, strict=True)):
        answer[day] = is_pending and opened
        is_pending = closed or (is_pending and not opened)
    return answer


def _business_day_of_month(days, is_open_day):
    """Which open day of its month each day is, from the front and from the back; 0 if closed.

    A month cut off by the frame is counted over weekdays that are usually open.
    """
    weekday = (days.astype(int) + 3) % 7
    usual = np.isin(weekday, np.unique(weekday[is_open_day]))
    months = days.astype("datetime64[M]")
    whole = np.arange(months[0].astype("datetime64[D]"), (months[-1] + 1).astype("datetime64[D]"))
    counts = np.isin((whole.astype(int) + 3) % 7, np.unique(weekday[is_open_day]))
    inside = (days - whole[0]).astype(int)
    counts[inside] = np.where(usual, is_open_day, False)
    first, last = np.zeros(len(whole), dtype=int), np.zeros(len(whole), dtype=int)
    month = whole.astype("datetime64[M]")
    for each in np.unique(month):
        of_month = np.flatnonzero((month == each) & counts)
        first[of_month] = np.arange(1, len(of_month) + 1)
        last[of_month] = np.arange(len(of_month), 0, -1)
    return first[inside], last[inside]


def _utc(local: pd.DatetimeIndex, zone: str) -> NDArray[np.datetime64]:
    """UTC instants of local midnights; one skipped by the clocks is the first instant after it."""
    aware = local.tz_localize(
        zone, ambiguous=np.ones(len(local), bool), nonexistent="shift_forward"
    )
    return aware.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[s]")
