"""Frames of half hours -> grids of days, and the half hours to forecast."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from pipelines.forecasts.base import SLOTS, Floats, Grid
from pipelines.forecasts.calendar_columns import calendar_columns, event_columns

_CLOSED_SHARE = 0.005
_PATTERN_WEEKS = 4
_SIZING_DAYS = 28
_STRAY_CONTACTS = 5
_IDLE_A_DAY = 1 / 7
_FEW_A_DAY = 5.0
_BUSIER = 50.0
_OPENING_DAYS = 7


def half_hours(first_on: date, last_on: date, zone: str) -> pd.DataFrame:
    """starts_at (UTC), local_on, local_slot of every half hour of the local days, both included.

    A 23 hour day has 46, a 25 hour day 50, of which two pairs share their local_slot.
    """
    first, end = pd.Timestamp(first_on), pd.Timestamp(last_on) + pd.Timedelta(days=1)
    starts_at = pd.date_range(
        first - pd.Timedelta(days=1), end + pd.Timedelta(days=1), freq="30min"
    ).as_unit("us")
    local = starts_at.tz_localize("UTC").tz_convert(zone).tz_localize(None)
    is_inside = (local >= first) & (local < end)
    starts_at, local = starts_at[is_inside], local[is_inside]
    return pd.DataFrame(
        {
            "starts_at": starts_at,
            "local_on": local.normalize(),
            "local_slot": (local.hour * 2 + local.minute // 30).astype("int16"),
        }
    )


def queue_grid(
    arrivals: pd.DataFrame,
    ahead: pd.DataFrame | None,
    days: np.ndarray,
    observed: int,
    slots: int = SLOTS,
) -> Grid:
    """One queue's grid, without columns and parent.

    arrivals: local_on, local_slot, offered, and is_open where hours are known. ahead: the same
    without offered for the days to forecast; where it has none, the opening of the last weeks
    goes on. Closed half hours are absent, unless this queue's contacts arrive in them all the same.
    slots: of a day.
    """
    is_absent = _closed(arrivals) & ~_arrives_while_closed(arrivals)
    past = arrivals[~is_absent & (_position(arrivals, days) < observed)]
    counts, passes = _cells(past, days, slots, past["offered"].to_numpy(dtype=float))
    before_opening = slice(0, _began(np.where(passes > 0, counts, np.nan)[:observed]))
    counts[before_opening], passes[before_opening] = np.nan, 0.0
    if np.nansum(counts) < _STRAY_CONTACTS:
        # The first contact is what makes a queue: without the empty days before it, one stray
        # contact of yesterday would read as one a day.
        began = int((passes > 0).any(axis=1).argmax())
        counts[:began], passes[:began] = 0.0, 1.0
    if ahead is None or ahead.empty:
        passes[observed:] = _usual_passes(passes, days, observed)
    else:
        coming = ahead[~(_closed(ahead) & ~_arrives_while_closed(arrivals))]
        coming = coming[_position(coming, days) >= observed]
        passes = passes + _cells(coming, days, slots, np.zeros(len(coming)))[1]
    return Grid(days, counts, passes, observed)


def _began(counts: Floats) -> int:
    """The day from which a queue is at work: contacts now and then before it, a test call or a
    language read wrongly, are no part of its history. 0 where it always was, or has only begun.

    Before it come fewer than a contact a week, after it five or more on most days, and fifty times
    as many; both for a week or longer.
    """
    seen = np.flatnonzero(np.isfinite(counts).any(axis=1))
    totals = np.nansum(counts[seen], axis=1)
    number = np.arange(1, len(seen) + 1)
    before = np.cumsum(totals) / number
    is_idle = (before < _IDLE_A_DAY) & (number >= _OPENING_DAYS)
    is_idle &= number <= len(seen) - _OPENING_DAYS
    is_idle[:-1] &= totals[1:] > 0
    if not is_idle.any():
        return 0
    last = int(np.flatnonzero(is_idle)[-1])
    usual = np.median(totals[last + 1 :])
    return int(seen[last + 1]) if usual >= max(_FEW_A_DAY, _BUSIER * before[last]) else 0


def opening(ahead: pd.DataFrame | None, days: np.ndarray) -> np.ndarray:
    """[D, 48] whether a queue's desk is open, as far as `ahead` tells; open where it does not."""
    is_open = np.ones((len(days), SLOTS), dtype=bool)
    if ahead is not None and not ahead.empty:
        shut = ahead[_closed(ahead)]
        is_open[_position(shut, days), shut["local_slot"].to_numpy(dtype=int)] = False
    return is_open


def sum_grid(grids: list[Grid]) -> Grid:
    """The days of several queues added up; a half hour that no queue observed stays unknown."""
    counts = np.stack([grid.counts for grid in grids])
    is_seen = np.isfinite(counts)
    total = np.where(is_seen, counts, 0.0).sum(axis=0)
    return Grid(
        grids[0].days,
        np.where(is_seen.any(axis=0), total, np.nan),
        np.max([grid.passes for grid in grids], axis=0),
        grids[0].observed,
    )


def day_columns(
    grid: Grid, calendar: pd.DataFrame | None, events: pd.DataFrame | None, zone: str
) -> tuple[Floats, np.ndarray]:
    """`Grid.columns` and `Grid.known_from` of a queue.

    calendar: local_on, is_holiday, and any further numeric columns, which are taken as they
    are. events: see `event_columns`.
    """
    given = _by_day(calendar, grid.days)
    holidays = grid.days[given.pop("is_holiday") != 0] if "is_holiday" in given else ()
    columns = calendar_columns(grid.days, grid.is_open_day, holidays, _weekday_size(grid)) | given
    values = np.column_stack(list(columns.values()))
    known_from = np.zeros(values.shape, dtype=int)
    if events is not None and not events.empty:
        _, shares, known = event_columns(events, grid.days, zone)
        values, known_from = np.hstack([values, shares]), np.hstack([known_from, known])
    return values, known_from


def _weekday_size(grid: Grid) -> Floats:
    """[7] what each weekday brought, as a share of the mean of the busiest three; at most 1.

    Only the first four weeks count: every model that uses columns has them behind it, so no
    back-test knows more than its evening did.
    """
    seen = np.flatnonzero(np.isfinite(grid.counts).any(axis=1))
    first = seen[seen < seen[:1].sum() + _SIZING_DAYS]
    totals = np.nansum(grid.counts[first], axis=1)
    days = np.bincount(grid.weekday[first], minlength=7)
    mean = np.bincount(grid.weekday[first], totals, 7) / np.maximum(days, 1)
    busy = np.sort(mean)[-3:].mean()
    return np.where(days > 0, np.minimum(mean / busy, 1.0), 1.0) if busy > 0 else np.ones(7)


def _by_day(calendar: pd.DataFrame | None, days: np.ndarray) -> dict[str, Floats]:
    if calendar is None or calendar.empty:
        return {}
    by_day = calendar.assign(local_on=calendar["local_on"].to_numpy().astype("datetime64[D]"))
    by_day = by_day.drop(columns=["channel", "language"], errors="ignore")
    by_day = by_day.drop_duplicates("local_on").set_index("local_on").reindex(days)
    return {name: by_day[name].fillna(0).to_numpy(dtype=float) for name in by_day.columns}


def _cells(
    half_hours: pd.DataFrame, days: np.ndarray, slots: int, offered: Floats
) -> tuple[Floats, Floats]:
    """[D, S] mean of what was offered, and how often the half hour occurs."""
    cell = _position(half_hours, days) * slots + half_hours["local_slot"].to_numpy(dtype=int)
    size = len(days) * slots
    passes = np.bincount(cell, minlength=size)
    is_seen = np.isfinite(offered)
    seen = np.bincount(cell[is_seen], minlength=size)
    total = np.bincount(cell[is_seen], weights=offered[is_seen], minlength=size)
    counts = np.divide(total, seen, out=np.full(size, np.nan), where=seen > 0)
    return counts.reshape(-1, slots), passes.reshape(-1, slots).astype(float)


def _position(half_hours: pd.DataFrame, days: np.ndarray) -> np.ndarray:
    on = half_hours["local_on"].to_numpy().astype("datetime64[D]")
    return (on - days[0]).astype(int)


def _closed(half_hours: pd.DataFrame) -> pd.Series:
    if "is_open" not in half_hours:
        return pd.Series(False, index=half_hours.index)
    return ~half_hours["is_open"].astype("boolean").fillna(True).astype(bool)


def _arrives_while_closed(arrivals: pd.DataFrame) -> bool:
    """Whether contacts come in while the desk is closed, as mail does and calls do not."""
    offered = arrivals["offered"].astype(float).fillna(0)
    return bool(offered[_closed(arrivals)].sum() > _CLOSED_SHARE * offered.sum())


def _usual_passes(passes: Floats, days: np.ndarray, observed: int) -> Floats:
    """Opening of the days ahead: what most of the queue's last same weekdays had."""
    first = int((passes > 0).any(axis=1).argmax())
    ahead = np.arange(observed, len(days))
    weeks = ahead[:, None] - 7 * (
        -(-(ahead[:, None] - observed + 1) // 7) + np.arange(_PATTERN_WEEKS)
    )
    recent = passes[np.maximum(weeks, 0)] > 0
    known = (weeks >= first)[..., None]
    return ((recent & known).sum(axis=1) * 2 > known.sum(axis=1)).astype(float)


def last_whole_day(arrivals: pd.DataFrame) -> date | None:
    """The latest local day with anything observed; None where nothing is."""
    observed = arrivals.loc[arrivals["offered"].notna(), "local_on"]
    return None if observed.empty else pd.Timestamp(observed.max()).date()


def days_between(first_on: date, last_on: date, horizon: int) -> np.ndarray:
    """datetime64[D] from `first_on` to `horizon` days after `last_on`."""
    return np.arange(
        np.datetime64(first_on, "D"), np.datetime64(last_on + timedelta(days=horizon + 1), "D")
    )
