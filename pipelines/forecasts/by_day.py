"""Queues that are known by the day: their export tells dates, and no times of day.

All contacts of a day then lie at one midnight, that of the export's zone, which may be any half
hour of the site's clock. Such a queue is forecast by its days, in a grid whose days have one
slot; within a day nothing is known, and half hours are told as even parts of it, without quantiles.
"""

import numpy as np
import pandas as pd

from pipelines.forecasts.base import SLOTS, Floats

FEWEST_DAYS = 14
"""Days with contacts that tell one midnight from chance."""

_HOUR = 2  # half hours
_MOST_HOURS_MOVED = 2  # both zones may change their clocks, in either half of the year
_MOST_MOVES_A_YEAR = 4


def queues_by_day(arrivals: pd.DataFrame) -> set[tuple[str, str]]:
    """The queues, by channel and language, all of whose contacts came in one half hour of the day.

    The half hour moves by an hour where the clocks of export and site change on different days:
    at most four times a year, within two hours. A queue with contacts on fewer than 14 days could
    be so by chance, and is taken for what its channel is, that for what all queues are.

    arrivals: channel, language, local_on, local_slot, offered.
    """
    came = arrivals.loc[arrivals["offered"] > 0, ["channel", "language", "local_on", "local_slot"]]
    of_all = _tells_days(came)
    of_channel = {channel: _tells_days(rows) for channel, rows in came.groupby("channel")}
    answer = set()
    for queue, rows in came.groupby(["channel", "language"]):
        told = (_tells_days(rows), of_channel[queue[0]], of_all)
        if next((each for each in told if each is not None), False):
            answer.add(queue)
    return answer


def _tells_days(came: pd.DataFrame) -> bool | None:
    """Whether contacts lie at one midnight alone; None where too few days tell."""
    if came.empty:
        return None
    used = came["local_slot"].unique().astype(int)
    hours_moved = (used - used[:, None]) % SLOTS / _HOUR  # [from each, of each], round the clock
    if not np.isin(hours_moved, range(_MOST_HOURS_MOVED + 1)).all(axis=1).any():
        return False
    moments = came[["local_on", "local_slot"]].drop_duplicates()
    moments = moments.sort_values(["local_on", "local_slot"])
    days, moves = moments["local_on"], np.count_nonzero(np.diff(moments["local_slot"]))
    years = 1 + (days.iloc[-1] - days.iloc[0]).days // 365
    if moves > _MOST_MOVES_A_YEAR * years:
        return False
    return True if days.nunique() >= FEWEST_DAYS else None


def whole_days(half_hours: pd.DataFrame) -> pd.DataFrame:
    """One row per queue and day of a frame of half hours; its local_slot is the day's only one, 0.

    offered, where there is one, is that of the whole day, NULL where a part of it was not
    observed; is_open whether the desk opens on it at all, NULL where no opening is known.
    """
    named = [name for name in ("channel", "language", "local_on") if name in half_hours]
    days = half_hours.groupby(named, sort=False)
    columns = {"local_slot": days["local_slot"].min() * 0}
    if "offered" in half_hours:
        offered = half_hours["offered"].astype(float)
        is_whole = offered.notna().groupby([half_hours[name] for name in named], sort=False).all()
        columns["offered"] = days["offered"].sum().astype(float).where(is_whole)
    if "is_open" in half_hours:
        is_open = half_hours["is_open"].astype("boolean")
        columns["is_open"] = is_open.groupby([half_hours[name] for name in named], sort=False).max()
    return pd.DataFrame(columns).reset_index()


def even_parts(
    day_means: Floats, lead: np.ndarray, local_slot: np.ndarray, is_open: np.ndarray
) -> Floats:
    """What each half hour is told of its day: an even part, while the desk is open.

    On a day on which it is closed throughout all half hours have a part.

    day_means: [horizon], NaN: none can come. lead, local_slot: [rows] the day and half hour of
    the clock. is_open: [horizon, 48]. NaN for half hours without a part.
    """
    is_told = is_open[lead, local_slot]
    opens = np.bincount(lead, is_told, len(day_means)) > 0
    is_told = is_told | ~opens[lead]
    parts = np.bincount(lead, is_told, len(day_means))
    return np.where(is_told, day_means[lead] / np.maximum(parts, 1)[lead], np.nan)
