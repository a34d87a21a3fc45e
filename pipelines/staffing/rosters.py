"""The shifts of every queue, and who works them: what its half hours require, at least cost.

One integer programme per queue and week (see `shifts`), for the agents on the roster: shrinkage
is in the requirement, the shift's own break is not. The shifts of the whole plan are then dealt
out to people (see `tours`), nameless ones: agent 1 to k of the queue.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from pipelines.staffing.half_hours import HOURS, SLOTS_A_DAY
from pipelines.staffing.requirement import Desk, desk_of
from pipelines.staffing.shifts import ShiftType, cover_by_shifts
from pipelines.staffing.tours import deal_out

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
    "people_at_least",
)
TOUR_COLUMNS = (
    "channel",
    "language",
    "person",
    "local_on",
    "starts_at",
    "ends_at",
    "break_starts_at",
    "break_ends_at",
    "start_slot",
    "end_slot",
    "paid_hours",
    "cost",
    "rest_hours",
    "day_in_a_row",
    "week_hours",
    "is_beyond_headcount",
)
_QUEUE = ["channel", "language"]
_DAYS_A_WEEK = 7


class Contract(Protocol):
    """What contracts allow: `settings.Shifts`."""

    lengths_hours: tuple[float, ...]
    start_every_hours: float
    break_hours: float
    break_after_hours: tuple[float, ...]
    rest_hours: float
    weekly_hours: float
    days_in_a_row: int


def plan_shifts(
    staffing: pd.DataFrame,
    desks: Iterable[Desk],
    contract: Contract,
    zone: str,
    begins_on: pd.Timestamp | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shifts of every queue of `staffing_intervals`, week by week, and the people who work them.

    begins_on: the day that weeks are told from, where the queues given are not all of a plan; the
    first of `staffing` by default.

    Returns
    -------
    shifts
        ROSTER_COLUMNS, one row per queue, day and shift; instants are UTC, slots half hours of
        the local day (above 48 on the next one), `cost` NULL where the desk has no hour_cost.
        Paid are the hours truly worked: of a night of 25 hours one more than by its clocks.
        `people` is how many lines the queue's plan takes, `people_at_least` what no way to deal
        out its shifts can do without.
    tours
        TOUR_COLUMNS, one row per person and shift: nobody works twice a day, beyond the weekly
        hours in a week of the plan, more days in a row or with less rest than the contract
        allows. `rest_hours` is since the person's shift before (NULL: the first). Shifts cover
        the requirement whatever the headcount of the desk: the lines of people beyond it are
        marked, not dropped, so that nothing is left uncovered unsaid.
    """
    desks, frames, priced = tuple(desks), [], []
    begins = staffing["local_on"].min() if begins_on is None else begins_on
    for (channel, language), plan in staffing.groupby(_QUEUE, sort=True):
        desk = desk_of(channel, language, desks)
        # A clock change repeats half hours of a day: a shift covers the more demanding of them.
        needed = plan.assign(agents=plan["required_scheduled"].astype("Float64"))
        needed = needed.groupby(["local_on", "local_slot"], as_index=False)["agents"].max()
        weeks, night = [], np.zeros(SLOTS_A_DAY)
        # Days on which a desk is closed have no rows: weeks are told from the plan's first day.
        for number, week in needed.groupby((needed["local_on"] - begins).dt.days // _DAYS_A_WEEK):
            first = begins + pd.Timedelta(days=number * _DAYS_A_WEEK)
            week = week.reset_index(drop=True)
            # Who began on the evening before the week is still there on its first morning.
            is_first = week["local_on"] == first
            there = np.where(is_first, night[week["local_slot"].astype(int)], 0)
            week["agents"] = (week["agents"] - there).clip(lower=0)
            night = np.zeros(SLOTS_A_DAY)
            if not (week["agents"] > 0).any():
                continue
            solved = week_of_shifts(week, contract)
            weeks.append(solved.assign(week=number))
            last = first + pd.Timedelta(days=_DAYS_A_WEEK - 1)
            night = _after_midnight(solved[solved["local_on"] == last])
        if not weeks:
            continue
        shifts = _timed(pd.concat(weeks, ignore_index=True), zone)
        price = np.nan if desk.hour_cost is None else desk.hour_cost
        shifts = shifts.assign(
            channel=channel, language=language, cost=shifts["paid_hours"] * price
        )
        tours = deal_out(shifts.assign(hours=shifts["paid_hours"] / shifts["agents"]), contract)
        frames.append(shifts.assign(people=tours.people, people_at_least=tours.at_least))
        priced.append(_lines(shifts, tours.lines, desk.headcount))
    if not frames:
        return pd.DataFrame(columns=list(ROSTER_COLUMNS)), pd.DataFrame(columns=list(TOUR_COLUMNS))
    together = (pd.concat(found, ignore_index=True) for found in (frames, priced))
    shifts, tours = together
    return shifts[list(ROSTER_COLUMNS)], tours[list(TOUR_COLUMNS)]


def _after_midnight(shifts: pd.DataFrame) -> np.ndarray:
    """[48] agents of a day's shifts who are at work in the half hours of the next one."""
    there = np.zeros(SLOTS_A_DAY)
    for shift in shifts.itertuples():
        slots = np.arange(SLOTS_A_DAY, shift.end_slot)
        if shift.break_slots:
            pause = (slots >= shift.break_slot) & (slots < shift.break_slot + shift.break_slots)
            slots = slots[~pause]
        there[slots - SLOTS_A_DAY] += shift.agents
    return there


def _lines(shifts: pd.DataFrame, lines: pd.DataFrame, headcount: int | None) -> pd.DataFrame:
    """The shifts of one queue once for each person who works them, with that person's rules."""
    found = lines.merge(shifts, left_on="row", right_index=True)
    for name in ("paid_hours", "cost"):
        found[name] = found[name] / found["agents"]
    found = found.sort_values(["person", "starts_at"], ignore_index=True)
    before = found.groupby("person")[["local_on", "ends_at"]].shift()
    found["rest_hours"] = (found["starts_at"] - before["ends_at"]) / pd.Timedelta(hours=1)
    follows = found["local_on"] - before["local_on"] == pd.Timedelta(days=1)
    runs = (~follows).cumsum()
    found["day_in_a_row"] = runs.groupby(runs).cumcount() + 1
    found["week_hours"] = found.groupby(["person", "week"])["paid_hours"].transform("sum")
    beyond = None if headcount is None else found["person"] > headcount
    return found.assign(
        is_beyond_headcount=pd.array(
            [pd.NA] * len(found) if beyond is None else beyond, dtype="boolean"
        )
    )


def _timed(shifts: pd.DataFrame, zone: str) -> pd.DataFrame:
    """With the instants of its slots, in UTC, and the hours that are worked between them: a night
    in which clocks are put back is an hour longer, and paid so."""
    ends = {"starts_at": "start_slot", "ends_at": "end_slot", "break_starts_at": "break_slot"}
    instants = {at: _instant(shifts["local_on"], shifts[slot], zone) for at, slot in ends.items()}
    length = pd.to_timedelta(shifts["break_slots"] * HOURS, unit="h")
    worked = (instants["ends_at"] - instants["starts_at"] - length) / pd.Timedelta(hours=1)
    return shifts.assign(
        **instants,
        break_ends_at=instants["break_starts_at"] + length,
        paid_hours=worked * shifts["agents"],
    )


def week_of_shifts(required: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """The cheapest shifts that cover at most seven days: local_on, local_slot, agents; see
    `cover_by_shifts`."""
    types = _types(contract, *_opening(required.loc[required["agents"] > 0, "local_slot"]))
    return cover_by_shifts(required, types)


def _opening(slots: Iterable[int]) -> tuple[int, int]:
    """From the first half hour that needs somebody to the end of the last, on a clock that goes
    round: all hours but the longest time off. 17:00 to 02:00 is (34, 52).

    Day and night is (0, 48): shifts over midnight too would save some hours there, and the solver
    takes ten times as long to choose among them.
    """
    needed = sorted({int(slot) for slot in slots})
    off, opens = max(
        (after - before, after)
        for before, after in zip(needed, [*needed[1:], needed[0] + SLOTS_A_DAY], strict=True)
    )
    if off == 1:
        return 0, SLOTS_A_DAY
    opens %= SLOTS_A_DAY
    return opens, opens + SLOTS_A_DAY - off + 1


def _types(contract: Contract, earliest: int, latest: int) -> list[ShiftType]:
    """Shifts on the contract's grid within the opening that a week has hours for; the shortest one
    where none fits, and for the hours after the plan's first midnight."""
    step = max(1, round(contract.start_every_hours / HOURS))
    types = [
        kind
        for hours in contract.lengths_hours
        for start in _starts(earliest, latest - round(hours / HOURS), step)
        for kind in _with_breaks(start % SLOTS_A_DAY, round(hours / HOURS), contract)
        if kind.paid_hours <= contract.weekly_hours
    ]
    shortest = round(min(contract.lengths_hours) / HOURS)
    if not types:
        types += _with_breaks(earliest, shortest, contract)
    if latest > SLOTS_A_DAY:
        types += _with_breaks(0, shortest, contract)
    return list(dict.fromkeys(types))


def _starts(earliest: int, last: int, step: int) -> Sequence[int]:
    """Every `step` from the opening on, and the one that ends with it."""
    return sorted({*range(earliest, last + 1, step), last} - {-1}) if last >= earliest else []


def _with_breaks(start: int, slots: int, contract: Contract) -> list[ShiftType]:
    """The shift with its break at each place that leaves an hour of work after it, or without."""
    pause = round(contract.break_hours / HOURS)
    places = [round(hours / HOURS) for hours in contract.break_after_hours]
    broken = [
        ShiftType(start, slots, after, pause)
        for after in places
        if pause and after + pause < slots - 1
    ]
    return broken or [ShiftType(start, slots)]


def _instant(local_on: pd.Series, slot: pd.Series, zone: str) -> pd.Series:
    """UTC of a slot of a local day; a clock that jumps over it means the jump's end."""
    minutes = pd.to_timedelta(slot.astype("Float64") * 60 * HOURS, unit="min")
    clock = pd.to_datetime(local_on) + minutes
    clock = clock.dt.tz_localize(
        zone, ambiguous=np.ones(len(clock), bool), nonexistent="shift_forward"
    )
    return clock.dt.tz_convert("UTC").dt.tz_localize(None)
