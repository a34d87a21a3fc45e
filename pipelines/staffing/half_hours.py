"""What a plan reads of a queue's frames, as arrays over the half hours of its forecast.

Arrays, since a plan of sixty queues picks some thousand columns: frames take longer to choose them
than queues to be planned.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy.special import ndtri

from pipelines.staffing import risk

HOURS = 0.5
SECONDS = 1800
"""Of one row of a plan: a half hour."""
SLOTS_A_DAY = 48
BETWEEN_Q10_AND_Q90 = 2 * float(ndtri(0.9))
"""Standard deviations between these quantiles."""

EXPECTED, MEAN = "expected", "mean"
"""What a desk is staffed to: the service level over all outcomes, or at the forecast's mean; else
to a quantile."""

Queue = tuple[str, str]


def by_queue(frame: pd.DataFrame | None) -> dict[Queue, pd.DataFrame]:
    """Queue -> its rows, without the columns that name it."""
    if frame is None or frame.empty:
        return {}
    others = frame.drop(columns=["channel", "language"])
    return dict(iter(others.groupby([frame["channel"], frame["language"]], sort=True)))


def is_open_at(rows: pd.DataFrame, starts_at, opening: pd.DataFrame | None) -> np.ndarray:
    """[rows] whether the desk is open; half hours that nothing is told of count as open."""
    is_open = np.ones(len(rows), dtype=bool)
    if opening is not None:
        at, is_there = matched(opening["starts_at"].to_numpy(), starts_at)
        is_open[is_there] = _true_unless_told(opening["is_open"])[at]
    elif "is_open" in rows:
        is_open = _true_unless_told(rows["is_open"])
    return is_open


def _true_unless_told(told: pd.Series) -> np.ndarray:
    if told.dtype == bool:
        return told.to_numpy()
    return told.astype("boolean").fillna(True).to_numpy(dtype=bool)


def are_known(rows: pd.DataFrame) -> bool:
    """Whether a forecast knows its half hours; of a queue known by the day these are even parts of
    it, without quantiles."""
    quantiles = list(quantile_columns(rows).values())
    return not quantiles or bool(np.isfinite(columns_of(rows, quantiles)).any())


def scheduled_at(starts_at, local_on, schedule: pd.DataFrame | None) -> np.ndarray:
    """Agents on the roster per row; NaN on local days for which no schedule was delivered."""
    agents = np.full(len(starts_at), np.nan)
    if schedule is None or schedule.empty:
        return agents
    row, is_there = matched(starts_at, schedule["starts_at"].to_numpy())
    agents[np.isin(local_on, np.unique(local_on[row]))] = 0.0
    np.add.at(agents, row, np.nan_to_num(schedule["agents"].to_numpy(dtype=float)[is_there]))
    return agents


def day_band(local_on, days: pd.DataFrame, rule: str) -> np.ndarray:
    """[3, rows] the day's work at q10, at what is staffed to and at q90 beside its mean; 1 without
    contacts.

    Handle times differ as well: exponential ones add to a day's contacts the variance that chance
    alone gives them (sum of N of them: their mean squared x (variance of N + mean of N)).
    """
    band = np.ones((3, len(local_on)))
    mean = days["mean"].to_numpy(dtype=float)
    at, is_there = matched(days["local_on"].to_numpy(), local_on)
    is_there[is_there] = mean[at] > 0
    at = at[mean[at] > 0]
    low, _, high = columns_of(days, ("q10", "mean", "q90"))[at].T
    variance = np.maximum(((high - low) / BETWEEN_Q10_AND_Q90) ** 2, mean[at])
    wider = np.sqrt(1 + mean[at] / variance)
    of_contacts = np.stack(low_needed_high(days, rule))[:, at] / mean[at]
    band[:, is_there] = np.maximum(1 + (of_contacts - 1) * wider, 0.0)
    return band


def low_needed_high(frame: pd.DataFrame, rule: str) -> list[np.ndarray]:
    """q10, what the rule staffs to, and q90 of a forecast's half hours or days."""
    low, mean, high = columns_of(frame, ("q10", "mean", "q90")).T
    if rule in (EXPECTED, MEAN):
        return [low, mean, high]
    quantiles = quantile_columns(frame)
    values = columns_of(frame, quantiles.values())
    return [low, risk.quantiles_at(list(quantiles), values, [float(rule)])[:, 0], high]


def quantile_columns(rows: pd.DataFrame) -> dict[float, str]:
    """Level -> column, ascending: q025 is 0.025."""
    found = {float("0." + name[1:]): name for name in rows if name[0] == "q" and name[1:].isdigit()}
    return dict(sorted(found.items()))


def columns_of(frame: pd.DataFrame, names: Iterable[str]) -> np.ndarray:
    """[rows, names]; of a few columns, faster than choosing a frame of them."""
    return np.column_stack([frame[name].to_numpy(dtype=float) for name in names])


def matched(keys, wanted) -> tuple[np.ndarray, np.ndarray]:
    """Where those of `wanted` that are among `keys` first stand there, and which ones are."""
    if not len(keys):
        return np.zeros(0, dtype=int), np.zeros(len(wanted), dtype=bool)
    if np.all(keys[1:] >= keys[:-1]):  # as they mostly are
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    else:
        order = np.argsort(keys, kind="stable")
        at = order[np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)]
    is_there = keys[at] == wanted
    return at[is_there], is_there
