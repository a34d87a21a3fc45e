"""A queue's plan tried out: its days lived through many times, as unsure as their forecast is."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.errors import OutOfRangeError
from pipelines.staffing.chat import Concurrency
from pipelines.staffing.deferrable import promise_half_hours
from pipelines.staffing.half_hours import BETWEEN_Q10_AND_Q90
from pipelines.staffing.requirement import LIVE_CHANNELS, Desk, on_duty
from pipelines.staffing.simulation import ratio_of_replications, replay, replay_promise
from pipelines.statistics.intervals import wilson

MOST_REPLICATIONS = 5_000
LEAST_CONTACTS = 30


@dataclass(frozen=True)
class Trial:
    """What came of a plan, over all its days.

    replications        how often its days were lived through
    offered             contacts expected, of calls and chats while the desk is open
    contacts            that came in all replications together
    target_share        of them the desk promises to answer in time; 1.0 of deferrable work
    reached_share       were answered in time; of deferrable work the share done by its promise
    reached_low, _high  its 95 % interval, from how replications differ (NaN of a single one); at
                        0 and 1, where none differs, that of so many contacts
    nine_in_ten_share   what nine of ten replications reached at least
    kept_days_share     of deferrable work, of the days on which any is due the share on which all
                        of it is done: what a desk staffed to a quantile of days asks for; else NaN
    abandoned_share, wait_mean_seconds, occupancy_share
                        of calls and chats; NaN of deferrable work, the mean wait also where
                        somebody waits whom nobody will answer
    """

    replications: int
    offered: float
    contacts: int
    target_share: float
    reached_share: float
    reached_low: float
    reached_high: float
    nine_in_ten_share: float
    kept_days_share: float = np.nan
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
        Its `forecast_days`: how unsure each day is (mean, q10, q90); under a scenario as well, as
        whose contacts are multiplied is as unsure as before.
    desk
        What it promises and how it works; see `what_if.desk_under`.
    is_scheduled
        With the people scheduled, after shrinkage, where a schedule is known; else with those
        required.

    Returns
    -------
    Trial
        None where nobody knows how many people a half hour takes, or fewer than 30 contacts are
        expected: of so few a single one decides. Nor where all work is due after the plan's end.

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
    is_live = desk.channel in LIVE_CHANNELS
    expected = plan["expected_contacts"].to_numpy(dtype=float)
    offered = float(expected[is_open].sum() if is_live else expected.sum())
    if not is_open.any() or offered < LEAST_CONTACTS:
        return None
    people = needed
    if is_scheduled:
        scheduled = plan["scheduled_agents"].astype("Float64")
        people = on_duty(scheduled.to_numpy(dtype=float, na_value=np.nan), needed, desk.shrinkage)
    tried = plan.assign(people=np.where(is_open, people, np.nan))
    rates = relative_rates(plan["local_on"], days, replications, np.random.default_rng([seed, 0]))
    lived = (_answered if is_live else _promised)(tried, rates, desk, seed)
    if not (lived.whole > 0).any():
        return None
    return Trial(
        replications=replications,
        offered=offered,
        contacts=lived.contacts,
        target_share=desk.target_share if is_live else 1.0,
        **_reached(lived),
        **lived.further,
    )


@dataclass(frozen=True)
class _Lived:
    """[replications] contacts, or hours of work, in time and in all; `contacts` together, and what
    else a Trial tells."""

    in_time: NDArray[np.float64]
    whole: NDArray[np.float64]
    contacts: int
    further: dict[str, float] = field(default_factory=dict)


def _answered(tried: pd.DataFrame, rates: NDArray, desk: Desk, seed: int) -> _Lived:
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
    names = ["abandoned_share", "wait_mean_seconds", "occupancy_share"]
    return _Lived(
        lived.served_within.sum(axis=1), came, int(came.sum()), whole[names].astype(float).to_dict()
    )


def _promised(tried: pd.DataFrame, rates: NDArray, desk: Desk, seed: int) -> _Lived:
    promise = promise_half_hours(desk.promise_open_days, desk.open_day_seconds)
    kept = replay_promise(tried, rates, promise, desk.max_occupancy, agents="people", seed=seed)
    days = kept.due_days.sum()
    further = {"kept_days_share": float(kept.kept_days.sum() / days) if days else np.nan}
    return _Lived(kept.in_time_hours, kept.due_hours, int(kept.contacts.sum()), further)


def _reached(lived: _Lived) -> dict[str, float]:
    share, low, high = map(float, ratio_of_replications(lived.in_time, lived.whole))
    if share in (0, 1):
        by_chance = wilson(share * lived.contacts, lived.contacts)
        low, high = min(low, float(by_chance[0])), max(high, float(by_chance[1]))
    came = lived.whole > 0
    each = lived.in_time[came] / lived.whole[came]
    return {
        "reached_share": share,
        "reached_low": low,
        "reached_high": high,
        "nine_in_ten_share": float(np.quantile(each, 0.1, method="lower")),
    }


def relative_rates(
    local_on: pd.Series, days: pd.DataFrame, replications: int, random: np.random.Generator
) -> NDArray[np.float64]:
    """[replications, rows] by how much a day brings more than expected: gamma around 1, so wide
    that with chance on top its contacts have the forecast's 10 % and 90 % quantiles. Days are
    drawn by themselves; one without a forecast is as expected."""
    known = days.drop_duplicates("local_on").set_index("local_on")[["mean", "q10", "q90"]]
    mean, low, high = known.astype(float).to_numpy().T
    spread = (high - low) / BETWEEN_Q10_AND_Q90
    unsure = np.divide(spread**2 - mean, mean**2, out=np.zeros(len(mean)), where=mean > 0)
    unsure = np.nan_to_num(np.maximum(unsure, 0.0))
    drawn = np.ones((replications, len(known)))
    wide = unsure > 0
    drawn[:, wide] = random.gamma(1 / unsure[wide], unsure[wide], (replications, wide.sum()))
    place = known.index.get_indexer(pd.DatetimeIndex(local_on))
    return np.where(place >= 0, drawn[:, place], 1.0)
