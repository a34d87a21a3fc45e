"""A queue's plan tried out: its days lived through many times, as unsure as their forecast is."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from pipelines.errors import OutOfRangeError
from pipelines.staffing.chat import Concurrency
from pipelines.staffing.deferrable import promise_half_hours
from pipelines.staffing.requirement import LIVE_CHANNELS, Desk, on_duty
from pipelines.staffing.simulation import ratio_of_replications, replay, replay_promise

MOST_REPLICATIONS = 5_000
_BETWEEN_Q10_AND_Q90 = 2 * float(ndtri(0.9))


@dataclass(frozen=True)
class Trial:
    """What came of a plan, over all its days.

    replications        how often its days were lived through
    offered             contacts expected, of calls and chats while the desk is open
    target_share        of them the desk promises to answer in time; 1.0 of deferrable work
    reached_share       were answered in time; of deferrable work the share done by its promise
    reached_low, _high  its 95 % interval, from how replications differ (NaN of a single one)
    nine_in_ten_share   what nine of ten replications in which anybody came reached at least
    abandoned_share, wait_mean_seconds, occupancy_share
                        of calls and chats; NaN of deferrable work, the mean wait also where
                        somebody waits whom nobody will answer
    """

    replications: int
    offered: float
    target_share: float
    reached_share: float
    reached_low: float
    reached_high: float
    nine_in_ten_share: float
    abandoned_share: float = np.nan
    wait_mean_seconds: float = np.nan
    occupancy_share: float = np.nan


def try_out(
    plan: pd.DataFrame,
    days: pd.DataFrame,
    desk: Desk,
    *,
    is_scheduled: bool = False,
    replications: int = 200,
    seed: int = 1,
) -> Trial | None:
    """Live through the plan of one queue.

    Parameters
    ----------
    plan
        The queue's `staffing_intervals`, in time order.
    days
        Its `forecast_days`: how unsure each day is (mean, q10, q90).
    is_scheduled
        With the people scheduled, after shrinkage, where a schedule is known; else with those
        required.

    Returns
    -------
    Trial
        None where nobody knows how many people a half hour takes, or nobody comes.

    Raises
    ------
    OutOfRangeError
        Replications that are not 1 to 5,000.
    """
    if not 1 <= replications <= MOST_REPLICATIONS:
        raise OutOfRangeError(
            f"replications are {replications}; they must be 1 to {MOST_REPLICATIONS}"
        )
    needed = plan["required_agents"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    is_open = plan["is_open"].to_numpy(dtype=bool) & ~np.isnan(needed)
    expected = plan["expected_contacts"].to_numpy(dtype=float)
    if not (expected * is_open).any():
        return None
    people = needed
    if is_scheduled:
        scheduled = plan["scheduled_agents"].astype("Float64")
        people = on_duty(scheduled.to_numpy(dtype=float, na_value=np.nan), needed, desk.shrinkage)
    tried = plan.assign(people=np.where(is_open, people, np.nan))
    rates = relative_rates(plan["local_on"], days, replications, np.random.default_rng([seed, 0]))
    if desk.channel in LIVE_CHANNELS:
        return _answered(tried, rates, desk, float(expected[is_open].sum()), seed)
    promise = promise_half_hours(desk.promise_open_days, desk.open_day_seconds)
    kept = replay_promise(tried, rates, promise, desk.max_occupancy, agents="people", seed=seed)
    kept = kept[~np.isnan(kept)]  # where nothing was due
    if not len(kept):
        return None
    parts = ratio_of_replications(kept, np.ones(len(kept)))
    reached = map(float, parts)
    return Trial(replications, float(expected.sum()), 1.0, *reached, _nine_in_ten(kept))


def relative_rates(
    local_on: pd.Series, days: pd.DataFrame, replications: int, random: np.random.Generator
) -> NDArray[np.float64]:
    """[replications, rows] by how much a day brings more than expected: gamma around 1, so wide
    that with chance on top its contacts have the forecast's 10 % and 90 % quantiles. Days are
    drawn by themselves; one without a forecast is as expected."""
    known = days.drop_duplicates("local_on").set_index("local_on")[["mean", "q10", "q90"]]
    mean, low, high = known.astype(float).to_numpy().T
    spread = (high - low) / _BETWEEN_Q10_AND_Q90
    unsure = np.divide(spread**2 - mean, mean**2, out=np.zeros(len(mean)), where=mean > 0)
    unsure = np.nan_to_num(np.maximum(unsure, 0.0))
    drawn = np.ones((replications, len(known)))
    wide = unsure > 0
    drawn[:, wide] = random.gamma(1 / unsure[wide], unsure[wide], (replications, wide.sum()))
    place = known.index.get_indexer(pd.DatetimeIndex(local_on))
    return np.where(place >= 0, drawn[:, place], 1.0)


def _answered(tried, rates, desk, offered, seed) -> Trial | None:
    patience = tried["patience_seconds"].iloc[0]
    lived = replay(
        tried,
        rates,
        desk.within_seconds,
        None if pd.isna(patience) else float(patience),
        Concurrency(desk.concurrency, float(desk.slowdown_share)),
        agents="people",
        seed=seed,
    )
    whole = lived.overall().replace(np.inf, np.nan)
    came = lived.offered.sum(axis=1)
    if not came.any():
        return None
    each = lived.served_within.sum(axis=1)[came > 0] / came[came > 0]
    reached = whole[["service_level_share", "service_level_low", "service_level_high"]]
    further = whole[["abandoned_share", "wait_mean_seconds", "occupancy_share"]]
    return Trial(len(rates), offered, desk.target_share, *reached, _nine_in_ten(each), *further)


def _nine_in_ten(shares) -> float:
    return float(np.quantile(shares, 0.1, method="lower"))
