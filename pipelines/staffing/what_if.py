"""The plan of a queue once more under other circumstances: more contacts, another target.

A scenario changes what the forecast and the desk say and asks `requirement` again; it has no
queueing of its own, so that an empty scenario gives the published plan back, row by row.
"""

import re
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pipelines.errors import OutOfRangeError
from pipelines.staffing.half_hours import Queue
from pipelines.staffing.requirement import Desk, require

_SHARES = ("volume_change_share", "surge_change_share", "handle_change_share")
_OF_SHIFTS = ("hour_cost", "headcount")
_QUANTILE = re.compile(r"q\d+")


@dataclass(frozen=True)
class Scenario:
    """What is different from the plan; the defaults change nothing.

    volume_change_share    0.2 is a fifth more contacts in every half hour
    surge_on               a local day on which the market moves; None is no surge
    surge_change_share     1.0 doubles that day's contacts, on top of the volume change
    handle_change_share    -0.1 is a tenth less handle time
    shrinkage, target_share, within_seconds, max_occupancy, concurrency
                           instead of the desk's own; None keeps it
    """

    volume_change_share: float = 0.0
    surge_on: date | None = None
    surge_change_share: float = 0.0
    handle_change_share: float = 0.0
    shrinkage: float | None = None
    target_share: float | None = None
    within_seconds: float | None = None
    max_occupancy: float | None = None
    concurrency: int | None = None


def what_if(
    staffing: pd.DataFrame,
    forecast: pd.DataFrame,
    desk: Desk,
    scenario: Scenario,
    days: pd.DataFrame | None = None,
    volume: ArrayLike = 1.0,
) -> pd.DataFrame:
    """Required agents of one queue under `scenario`, against the agents on its roster.

    Parameters
    ----------
    staffing
        The published plan of the queue, as `staffing_intervals`: its opening, roster, handle
        time, patience, waiting work and the help of live desks are kept.
    forecast
        The queue's `forecast_intervals` over the same half hours (mean and quantiles).
    desk
        The queue's desk.
    days
        The queue's `forecast_days`: the band of deferrable work.
    volume
        What comes beside the forecast in the plan given, in all or in each row by time: the
        `volume` of `demand_under` where that is a plan under a scenario of demand.

    Returns
    -------
    DataFrame
        As `requirement.require`: one row per half hour of `forecast`, NULL where closed.

    Raises
    ------
    OutOfRangeError
        A change below -100 %, or a share out of its range.
    """
    volume = volume_under(forecast, scenario, volume)
    if staffing.empty or forecast.empty:
        return staffing.copy()
    handle = float(staffing["handle_seconds"].iloc[0])
    opening = staffing[["starts_at", "is_open"]]
    roster = staffing.loc[staffing["scheduled_agents"].notna(), ["starts_at", "scheduled_agents"]]
    roster = roster.rename(columns={"scheduled_agents": "agents"})
    return require(
        forecast.sort_values("starts_at", ignore_index=True),
        desk_under(desk, scenario),
        roster,
        opening=opening,
        days=days,
        handle_seconds=handle * (1 + scenario.handle_change_share),
        patience_seconds=staffing["patience_seconds"].iloc[0],
        waiting_contacts=next(iter(waiting_by_half_hour(staffing).values()), ()),
        live_help=staffing[["starts_at"]].assign(hours=staffing["live_help_hours"]),
        volume=volume,
    )


def volume_under(
    forecast: pd.DataFrame, scenario: Scenario, volume: ArrayLike = 1.0
) -> NDArray[np.float64]:
    """By how much the contacts of each row of `forecast`, by time, are multiplied in all.

    `volume` as for `what_if`. Raises OutOfRangeError for a change below -100 %.
    """
    for name in _SHARES:
        if not -1 <= getattr(scenario, name) < np.inf:
            raise OutOfRangeError(f"{name} is {getattr(scenario, name)}; it must be -1 or more")
    if scenario.handle_change_share == -1:
        raise OutOfRangeError("handle_change_share is -1: contacts that take no time need nobody")
    every = np.asarray(volume, dtype=float) * (1 + scenario.volume_change_share)
    every = np.broadcast_to(every, len(forecast)).copy()
    if scenario.surge_on is not None:
        local_on = pd.to_datetime(forecast.sort_values("starts_at")["local_on"])
        every[local_on == pd.Timestamp(scenario.surge_on)] *= 1 + scenario.surge_change_share
    return every


def demand_under(
    forecast: pd.DataFrame, volume: ArrayLike, *spans: pd.DataFrame
) -> list[pd.DataFrame]:
    """A queue's forecast under a scenario, and days or weeks of it, as the plan under it has them.

    Parameters
    ----------
    forecast
        The queue's `forecast_intervals`.
    volume
        As `volume_under` gives it.
    spans
        Rows of `forecast_days` (local_on) or of the weeks in `forecast_totals` (starts_on,
        ends_on), of the same days.

    Returns
    -------
    list
        The forecast by time, then each of `spans`: the same rows with `before_mean`, the mean
        without the scenario. The mean and its quantiles move together; those of a span by the
        contacts of its half hours, with and without.
    """
    forecast = forecast.sort_values("starts_at", ignore_index=True)
    volume = np.broadcast_to(np.asarray(volume, dtype=float), len(forecast))
    local_on, mean = forecast["local_on"], forecast["mean"]

    def moved(rows: pd.DataFrame, factor) -> pd.DataFrame:
        values = [name for name in rows if name == "mean" or _QUANTILE.fullmatch(name)]
        scaled = rows[values].mul(factor, axis="index")
        return rows.assign(before_mean=rows["mean"], **scaled)

    def grown(first, last) -> float:
        within = local_on.between(first, last)
        before = mean[within].sum()
        return (mean * volume)[within].sum() / before if before > 0 else 1.0

    answer = [moved(forecast, volume)]
    for rows in spans:
        ends = ("local_on", "local_on") if "local_on" in rows else ("starts_on", "ends_on")
        days = zip(*(rows[name] for name in ends), strict=True)
        answer.append(moved(rows, [grown(first, last) for first, last in days]))
    return answer


def desk_under(desk: Desk, scenario: Scenario) -> SimpleNamespace:
    """The desk with what `scenario` changes of it: targets, shrinkage, chats at once.

    Its cost and headcount stay, where it has them. Raises OutOfRangeError for a shrinkage that is
    not 0 or more and below 1."""
    if scenario.shrinkage is not None and not 0 <= scenario.shrinkage < 1:
        raise OutOfRangeError(
            f"shrinkage is {scenario.shrinkage}; it must be 0 or more and below 1: at 1 nobody is"
            " left to answer"
        )
    names = [*Desk.__annotations__, *(name for name in _OF_SHIFTS if hasattr(desk, name))]
    chosen = {name: getattr(desk, name) for name in names}
    told = {name: getattr(scenario, name, None) for name in chosen}
    return SimpleNamespace(**chosen | {name: v for name, v in told.items() if v is not None})


def waiting_by_half_hour(staffing: pd.DataFrame) -> dict[Queue, list[float]]:
    """Contacts that waited when the plan began, by queue and by the half hour of opening at whose
    end they are due; queues that know of none are left out."""
    known = staffing[staffing["is_open"] & staffing["waiting_due_contacts"].notna()]
    due = known.groupby(["channel", "language"])["waiting_due_contacts"]
    return {queue: half_hours.tolist() for queue, half_hours in due}
