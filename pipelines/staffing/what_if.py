"""The plan of a queue once more under other circumstances: more contacts, another target.

A scenario changes what the forecast and the desk say and asks `requirement` again; it has no
queueing of its own, so that an empty scenario gives the published plan back, row by row.
"""

from dataclasses import dataclass, fields
from datetime import date

import pandas as pd

from pipelines.errors import OutOfRangeError
from pipelines.staffing.requirement import HALF_HOUR_SECONDS, LIVE_CHANNELS, Desk, require

_SHARES = ("volume_change_share", "surge_change_share", "handle_change_share")


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


@dataclass(frozen=True)
class _ChangedDesk:
    channel: str
    language: str
    target_share: float
    within_seconds: float
    handle_seconds: float
    concurrency: int
    shrinkage: float
    max_occupancy: float


def what_if(
    staffing: pd.DataFrame,
    forecast: pd.DataFrame,
    desk: Desk,
    scenario: Scenario,
    *,
    patience_seconds: float | None = None,
    slowdown_share: float | None = None,
    minimum_agents: int = 1,
) -> pd.DataFrame:
    """Required agents of one queue under `scenario`, against the agents on its roster.

    Parameters
    ----------
    staffing
        The published plan of the queue, as `staffing_intervals`: its opening, roster and handle
        time are kept. Deferrable work that was waiting when the forecast began is found again
        as the work in the plan that the forecast does not explain.
    forecast
        The queue's `forecast_intervals` over the same half hours (mean, q10, q90).
    desk
        The queue's desk.
    patience_seconds, slowdown_share, minimum_agents
        As the plan was made with; see `requirement.require`.

    Returns
    -------
    DataFrame
        As `requirement.require`: one row per half hour of `forecast`, NULL where closed.

    Raises
    ------
    OutOfRangeError
        A change below -100 %, or a share out of its range.
    """
    for name in _SHARES:
        if getattr(scenario, name) < -1:
            raise OutOfRangeError(f"{name} is {getattr(scenario, name)}; it must be -1 or more")
    if staffing.empty or forecast.empty:
        return staffing.copy()
    handle = float(staffing["handle_seconds"].iloc[0])
    opening = staffing[["starts_at", "is_open"]]
    roster = staffing.loc[staffing["scheduled_agents"].notna(), ["starts_at", "scheduled_agents"]]
    roster = roster.rename(columns={"scheduled_agents": "agents"})
    waiting = _waiting_contacts(staffing, forecast, desk, opening, handle)
    volume = 1 + scenario.volume_change_share
    factor = pd.Series(volume, index=forecast.index, dtype=float)
    if scenario.surge_on is not None:
        is_surge = pd.to_datetime(forecast["local_on"]) == pd.Timestamp(scenario.surge_on)
        factor[is_surge] *= 1 + scenario.surge_change_share
    changed = forecast.assign(**{c: forecast[c] * factor for c in ("mean", "q10", "q90")})
    return require(
        changed,
        _changed(desk, scenario),
        roster,
        opening=opening,
        handle_seconds=handle * (1 + scenario.handle_change_share),
        patience_seconds=patience_seconds,
        slowdown_share=slowdown_share,
        minimum_agents=minimum_agents,
        waiting_contacts=waiting,
    )


def _changed(desk: Desk, scenario: Scenario) -> _ChangedDesk:
    values = {}
    for field in fields(_ChangedDesk):
        chosen = getattr(scenario, field.name, None)
        values[field.name] = getattr(desk, field.name) if chosen is None else chosen
    return _ChangedDesk(**values)


def _waiting_contacts(staffing, forecast, desk, opening, handle) -> float:
    """Contacts that the plan works off beyond those it forecasts; 0 for calls and chats."""
    if forecast["channel"].iloc[0] in LIVE_CHANNELS:
        return 0.0
    alone = require(forecast, desk, opening=opening, handle_seconds=handle)
    beyond = staffing["offered_load_erlangs"].sum() - alone["offered_load_erlangs"].sum()
    return max(0.0, beyond * HALF_HOUR_SECONDS / handle)
