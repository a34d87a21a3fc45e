"""After the fact: how much of a miss was volume, how much handle time, how much mix.

The work that was planned is contacts x seconds each, and so is the work that came. Their
difference splits without a rest (a Laspeyres decomposition, volume first):

volume  (contacts that came - forecast) x mean handle time as planned
mix     contacts that came x (their mix of queues - the planned mix) x planned handle times
handle  contacts that came x (their handle times - the planned ones)

A queue whose handle times nobody measured has no hours to split: its miss is a number of contacts,
and it is counted as one that takes part in no hours.

Source: METRICS.md, "Mix shift": the within-group part at one mix, the mix part at one rate.
"""

import numpy as np
import pandas as pd

PAST_LEADS = (1, 7, 14)
"""Days before a day that its forecast is looked up at again."""

MISS_COLUMNS = (
    "queues",
    "timed_queues",
    "forecast_contacts",
    "offered_contacts",
    "volume_contacts",
    "forecast_hours",
    "came_hours",
    "volume_hours",
    "mix_hours",
    "handle_hours",
)

_HOUR = 3600.0


def parts_of_misses(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Forecast against what came, and the parts of the difference; one row per value of `by`.

    rows: one per queue and day: the columns of `by`, channel, language, forecast_contacts,
    offered_contacts, forecast_handle_seconds, handle_seconds. A queue of which nothing was
    handled that day has no handle time to differ (NULL: it counts as planned). Days without a
    forecast, or on which the feed was down, are left out. An empty `by` gives one row for all.

    Returns `by` and MISS_COLUMNS. Of all queues (`queues`): contacts, and volume_contacts, those
    that came less those forecast. Of the `timed_queues`, whose handle time was known when the
    forecast was made: hours of work; volume_hours + mix_hours + handle_hours = came_hours -
    forecast_hours. Hours are NULL, not 0, where no queue is timed.
    """
    rows = rows[rows["offered_contacts"].notna() & rows["forecast_contacts"].notna()]
    if rows.empty:
        return pd.DataFrame(columns=[*by, *MISS_COLUMNS])
    groups = rows.groupby(by, sort=True) if by else [((), rows)]
    answer = []
    for key, group in groups:
        timed = group[group["forecast_handle_seconds"].notna()]
        forecast, came = group["forecast_contacts"].sum(), group["offered_contacts"].sum()
        counted = (_queues(group), _queues(timed), forecast, came, came - forecast)
        answer.append((*key, *counted, *_hours(timed)))
    return pd.DataFrame(answer, columns=[*by, *MISS_COLUMNS])


def _queues(rows: pd.DataFrame) -> int:
    return len(rows[["channel", "language"]].drop_duplicates())


def _hours(timed: pd.DataFrame) -> list[float]:
    """Hours forecast, hours that came, and their parts: volume, mix, handle time."""
    if timed.empty:
        return [np.nan] * 5
    forecast = timed["forecast_contacts"].to_numpy(dtype=float)
    came = timed["offered_contacts"].to_numpy(dtype=float)
    planned = timed["forecast_handle_seconds"].to_numpy(dtype=float)
    handled = timed["handle_seconds"].to_numpy(dtype=float)
    handled = np.where(np.isfinite(handled), handled, planned)
    planned_work, came_as_planned = forecast @ planned, came @ planned
    # Without any contact planned there is no planned mix: all of it is volume.
    mean = planned_work / forecast.sum() if forecast.sum() > 0 else None
    volume = came_as_planned if mean is None else (came.sum() - forecast.sum()) * mean
    mix = came_as_planned - planned_work - volume
    handle = came @ (handled - planned)
    return (np.array([planned_work, came @ handled, volume, mix, handle]) / _HOUR).tolist()
