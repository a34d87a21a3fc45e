"""The shifts of every queue: what its half hours require, covered at least cost.

One integer programme per queue and week (see `shifts`), for the agents on the roster: shrinkage
is in the requirement, the shift's own break is not.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from pipelines.staffing.requirement import Desk, desk_of
from pipelines.staffing.shifts import (
    HOURS,
    SLOTS_A_DAY,
    Labour,
    ShiftPlan,
    ShiftType,
    cover_by_shifts,
)

ROSTER_COLUMNS = (
    "channel",
    "language",
    "local_on",
    "starts_at",
    "ends_at",
    "break_starts_at",
    "break_ends_at",
    "start_slot",
    "end_slot",
    "agents",
    "paid_hours",
    "cost",
    "people",
)
_DAYS_A_WEEK = 7


class Contract(Protocol):
    """What contracts allow: `settings.Shifts`."""

    lengths_hours: tuple[float, ...]
    start_every_hours: float
    break_hours: float
    break_after_hours: tuple[float, ...]
    rest_hours: float
    weekly_hours: float


def plan_shifts(
    staffing: pd.DataFrame, desks: Iterable[Desk], contract: Contract, zone: str
) -> pd.DataFrame:
    """Shifts of every queue of `staffing_intervals`, week by week.

    Returns
    -------
    DataFrame
        ROSTER_COLUMNS, one row per queue, day and shift; instants are UTC, slots half hours of
        the local day (above 48 on the next one), `cost` NULL where the desk has no hour_cost.
        `people` is how many the queue's whole week takes, so that nobody works twice a day or
        beyond the weekly hours, and everybody has the rest between two days.
    """
    desks, frames = tuple(desks), []
    for (channel, language), plan in staffing.groupby(["channel", "language"], sort=True):
        desk = desk_of(channel, language, desks)
        # A clock change repeats half hours of a day: a shift covers the more demanding of them.
        needed = plan.assign(agents=plan["required_scheduled"].astype("Float64"))
        needed = needed.groupby(["local_on", "local_slot"], as_index=False)["agents"].max()
        days = np.sort(needed["local_on"].unique())
        for first in range(0, len(days), _DAYS_A_WEEK):
            week = needed[needed["local_on"].isin(days[first : first + _DAYS_A_WEEK])]
            if not (week["agents"] > 0).any():
                continue
            solved = week_of_shifts(week.reset_index(drop=True), contract, desk.headcount)
            people = people_needed(solved.shifts, contract)
            frames.append(
                solved.shifts.assign(
                    channel=channel,
                    language=language,
                    people=people,
                    cost=np.nan
                    if desk.hour_cost is None
                    else solved.shifts["paid_hours"] * desk.hour_cost,
                )
            )
    if not frames:
        return pd.DataFrame(columns=list(ROSTER_COLUMNS))
    shifts = pd.concat(frames, ignore_index=True)
    ends = {"starts_at": "start_slot", "ends_at": "end_slot", "break_starts_at": "break_slot"}
    for instant, slot in ends.items():
        shifts[instant] = _instant(shifts["local_on"], shifts[slot], zone)
    shifts["break_ends_at"] = shifts["break_starts_at"] + pd.to_timedelta(
        shifts["break_slots"] * HOURS, unit="h"
    )
    return shifts[list(ROSTER_COLUMNS)]


def week_of_shifts(
    required: pd.DataFrame, contract: Contract, headcount: int | None = None
) -> ShiftPlan:
    """The cheapest shifts that cover at most seven days: local_on, local_slot, agents."""
    slots = required.loc[required["agents"] > 0, "local_slot"]
    types = _types(contract, int(slots.min()), int(slots.max()) + 1)
    labour = Labour(
        headcount=headcount, rest_hours=contract.rest_hours, weekly_hours=contract.weekly_hours
    )
    return cover_by_shifts(required, types, labour)


def people_needed(shifts: pd.DataFrame, contract: Contract) -> int:
    """Fewest people who can work these shifts of at most seven days.

    The most of: shifts of one day; paid hours / weekly hours; and, for rest, late shifts of a day
    and those of the next that begin too early after them, at the worst hour (see
    `shifts.cover_by_shifts`).
    """
    if shifts.empty:
        return 0
    by_day = shifts.groupby("local_on")["agents"].sum()
    people = [int(by_day.max()), math.ceil(shifts["paid_hours"].sum() / contract.weekly_hours)]
    rest = contract.rest_hours / HOURS
    for day, of_day in shifts.groupby("local_on"):
        after = shifts[shifts["local_on"] == day + pd.Timedelta(days=1)]
        for late in of_day["end_slot"].unique():
            staying = of_day.loc[of_day["end_slot"] >= late, "agents"].sum()
            early = after["start_slot"] + SLOTS_A_DAY < late + rest
            people.append(int(staying + after.loc[early, "agents"].sum()))
    return max(people)


def _types(contract: Contract, earliest: int, latest: int) -> list[ShiftType]:
    """Shifts on the contract's grid within the opening; the shortest one where none fits."""
    step = max(1, round(contract.start_every_hours / HOURS))
    types = [
        kind
        for hours in contract.lengths_hours
        for start in _starts(earliest, latest - round(hours / HOURS), step)
        for kind in _with_breaks(start, round(hours / HOURS), contract)
    ]
    shortest = round(min(contract.lengths_hours) / HOURS)
    if not types:
        types = list(_with_breaks(min(earliest, SLOTS_A_DAY - 1), shortest, contract))
    return types


def _starts(earliest: int, last: int, step: int) -> Sequence[int]:
    """Every `step` from the opening on, and the one that ends with it."""
    return sorted({*range(earliest, last + 1, step), last} - {-1}) if last >= earliest else []


def _with_breaks(start: int, slots: int, contract: Contract) -> Iterable[ShiftType]:
    pause = round(contract.break_hours / HOURS)
    for after in (round(hours / HOURS) for hours in contract.break_after_hours):
        if not pause or after + pause >= slots - 1:
            yield ShiftType(start, slots)
            return
        yield ShiftType(start, slots, after, pause)


def _instant(local_on: pd.Series, slot: pd.Series, zone: str) -> pd.Series:
    """UTC of a slot of a local day; a clock that jumps over it means the jump's end."""
    minutes = pd.to_timedelta(slot.astype("Float64") * 60 * HOURS, unit="min")
    clock = pd.to_datetime(local_on) + minutes
    clock = clock.dt.tz_localize(
        zone, ambiguous=np.ones(len(clock), bool), nonexistent="shift_forward"
    )
    return clock.dt.tz_convert("UTC").dt.tz_localize(None)
