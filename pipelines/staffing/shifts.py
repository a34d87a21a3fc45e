"""Shifts that cover a requirement at least cost, by integer programme (HiGHS).

Two plans. `cover_by_shifts` chooses how many agents take which shift on each day, within a
headcount, its weekly hours and its rest. `cover_by_tours` gives every agent a whole week: the
same shift on so many days in a row, then days off, so that rest and weekly hours hold for each
person by construction.

Source: Dantzig, "A comment on Edie's traffic delays at toll booths", OR 2 (1954), for the
covering; Baker, "Workforce allocation in cyclical scheduling problems", ORQ 27 (1976), for tours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack

from pipelines.errors import OutOfRangeError, UnreachablePlanError

SLOTS_A_DAY = 48
HOURS = 0.5
"""Hours of a slot: a half hour."""

SHIFT_COLUMNS = (
    "local_on",
    "start_slot",
    "end_slot",
    "break_slot",
    "break_slots",
    "agents",
    "paid_hours",
    "cost",
)
COVERAGE_COLUMNS = ("local_on", "local_slot", "required", "covered", "short", "spare")


@dataclass(frozen=True)
class ShiftType:
    """A shift as a contract knows it; slots are half hours of the local day.

    start_slot   slot it begins in, 0 .. 47
    slots        length with its break; it may end on the next day
    break_after  slots worked before the break
    break_slots  length of the break, unpaid; 0 for none
    """

    start_slot: int
    slots: int
    break_after: int = 0
    break_slots: int = 0

    def __post_init__(self):
        if not (0 <= self.start_slot < SLOTS_A_DAY and 0 < self.slots <= SLOTS_A_DAY):
            raise OutOfRangeError(
                f"a shift of {self.slots} slots from slot {self.start_slot}; it must begin in 0 to"
                " 47 and last 1 to 48 half hours"
            )
        if self.break_slots < 0 or not 0 <= self.break_after <= self.slots - self.break_slots:
            raise OutOfRangeError(
                f"a break of {self.break_slots} slots after {self.break_after} does not lie within"
                f" a shift of {self.slots}"
            )

    @property
    def end_slot(self) -> int:
        """Slot it ends before; above 48 on the next day."""
        return self.start_slot + self.slots

    @property
    def paid_hours(self) -> float:
        """Hours without the break."""
        return HOURS * (self.slots - self.break_slots)

    def worked_slots(self) -> NDArray[np.int64]:
        """Slots at work, counted from the midnight before it begins."""
        slots = self.start_slot + np.arange(self.slots)
        break_at = self.start_slot + self.break_after
        return slots[(slots < break_at) | (slots >= break_at + self.break_slots)]


@dataclass(frozen=True)
class Labour:
    """What hours cost and what the law and the contract allow.

    hour_price         of a paid hour
    short_price        of an agent hour missing from the requirement; far above hour_price covers
                       all that can be covered
    spare_price        of an agent hour beyond it, on top of its pay: prefers close-fitting plans
    headcount          people there are; None is as many as it takes
    rest_hours         between the end of a person's shift and the next start
    weekly_hours       paid hours of a person in a week, at most
    days_a_week        days in a row that a tour works
    """

    hour_price: float = 1.0
    short_price: float = 20.0
    spare_price: float = 0.05
    headcount: int | None = None
    rest_hours: float = 11.0
    weekly_hours: float = 40.0
    days_a_week: int = 5

    def __post_init__(self):
        prices = (self.hour_price, self.short_price, self.spare_price)
        if min(prices) < 0 or self.short_price == 0:
            raise OutOfRangeError(
                f"prices are {prices}; none may be negative, and an hour short must cost something,"
                " else the cheapest plan is nobody"
            )
        if not 1 <= self.days_a_week <= 7:
            raise OutOfRangeError(f"days_a_week is {self.days_a_week}; it must be 1 to 7")


@dataclass(frozen=True)
class ShiftPlan:
    """A solved plan.

    shifts      SHIFT_COLUMNS, one row per day and shift type in use (`agents` take it); a tour's
                rows also have `tour`, the number of its row in the plan
    coverage    COVERAGE_COLUMNS, one row per row of the requirement
    cost        of paid hours, short and spare hours together
    gap_share   how far the cost may lie above the best possible
    """

    shifts: pd.DataFrame
    coverage: pd.DataFrame
    cost: float
    gap_share: float


def shift_types(
    earliest_slot: int,
    latest_end_slot: int,
    lengths: Sequence[int] = (9, 17),
    break_slots: int = 1,
    break_from: int = 6,
    break_until: int = 10,
    start_every: int = 1,
) -> list[ShiftType]:
    """Every shift between two slots: its starts, its lengths and the places of its break.

    A break begins after `break_from` to `break_until` slots worked, for shifts longer than
    `break_until` + `break_slots`; shorter ones have none.
    """
    types = []
    for length, start in product(lengths, range(earliest_slot, latest_end_slot, start_every)):
        if start + length > latest_end_slot:
            continue
        if length <= break_until + break_slots:
            types.append(ShiftType(start, length))
            continue
        types.extend(
            ShiftType(start, length, after, break_slots)
            for after in range(break_from, break_until + 1)
        )
    return types


def cover_by_shifts(
    required: pd.DataFrame,
    types: Sequence[ShiftType],
    labour: Labour = Labour(),
    gap_share: float = 0.01,
) -> ShiftPlan:
    """How many agents take which shift on each day, at least cost.

    Parameters
    ----------
    required
        One row per half hour: local_on, local_slot, agents (on duty; NULL or 0 while closed).
    types
        Shifts that may be worked, on every day.
    labour
        With a headcount, nobody works twice a day, the rest between two days can be kept by
        everybody, and the hours of any seven days in a row do not exceed headcount x weekly
        hours. Rest is exact: late and early shifts of two days can be matched if and only if,
        for each hour, late shifts and the starts too early after them do not exceed the
        headcount (Hall's theorem for nested sets). Weekly hours hold for all together; for each
        person see `cover_by_tours`.

    Raises
    ------
    UnreachablePlanError
        The solver finds no plan.
    """
    days, needed = _requirement(required)
    if not types:
        raise OutOfRangeError("no shift types are given: there is nothing to choose from")
    columns = [(day, kind) for day in range(len(days)) for kind in types]
    covers = _coverage(required, days, [[column] for column in columns])
    hours = np.array([kind.paid_hours for _, kind in columns])
    limits = _headcount_limits(columns, hours, len(days), labour)
    return _solved(
        required,
        days,
        needed,
        covers,
        [[each] for each in columns],
        hours,
        limits,
        labour,
        gap_share,
    )


def cover_by_tours(
    required: pd.DataFrame,
    types: Sequence[ShiftType],
    labour: Labour = Labour(),
    gap_share: float = 0.01,
) -> ShiftPlan:
    """How many agents work which week, at least cost: one shift, `days_a_week` days in a row.

    `required` as for `cover_by_shifts`, of at most seven days; the week is a circle, so a tour
    that works on its last days and its first is one that continues. Shifts whose next start
    would come too early, or whose week is longer than allowed, are left out.

    Raises
    ------
    UnreachablePlanError
        No shift type allows the rest and the weekly hours.
    """
    days, needed = _requirement(required)
    if len(days) > 7:
        raise OutOfRangeError(f"{len(days)} days; a tour is a week, give at most seven")
    allowed = [
        kind
        for kind in types
        if HOURS * (SLOTS_A_DAY - kind.slots) >= labour.rest_hours
        and kind.paid_hours * labour.days_a_week <= labour.weekly_hours
    ]
    if not allowed:
        raise UnreachablePlanError(
            f"none of {len(types)} shift types leaves {labour.rest_hours:g} h of rest and makes"
            f" {labour.days_a_week} days of at most {labour.weekly_hours:g} h; shorten them"
        )
    first_days = range(7) if labour.days_a_week < 7 else range(1)
    tours = [
        [
            ((first + step) % 7, kind)
            for step in range(labour.days_a_week)
            if (first + step) % 7 < len(days)
        ]
        for first, kind in product(first_days, allowed)
    ]
    covers = _coverage(required, days, tours, circular=len(days) == 7)
    hours = np.array([sum(kind.paid_hours for _, kind in tour) for tour in tours])
    limits = []
    if labour.headcount is not None:
        limits.append((np.ones(len(tours)), labour.headcount))
    return _solved(required, days, needed, covers, tours, hours, limits, labour, gap_share)


def _requirement(required: pd.DataFrame) -> tuple[list, NDArray[np.float64]]:
    needed = pd.to_numeric(required["agents"]).astype("Float64").fillna(0).to_numpy(dtype=float)
    if not len(needed):
        raise OutOfRangeError("required has no rows: there is nothing to cover")
    if (needed < 0).any():
        raise OutOfRangeError("required agents must be 0 or more in every half hour")
    # Every day from the first to the last: one without rows is closed, and a day of rest.
    return list(pd.date_range(required["local_on"].min(), required["local_on"].max())), needed


def _coverage(required, days, patterns, circular: bool = False) -> csr_array:
    """[rows, patterns] how many agents one pattern puts on duty in each row of the requirement."""
    number = {day: position for position, day in enumerate(days)}
    at = required["local_on"].map(number) * SLOTS_A_DAY + required["local_slot"].astype(int)
    row_of = np.full(len(days) * SLOTS_A_DAY, -1)
    row_of[at.to_numpy()] = np.arange(len(required))
    rows, columns = [np.array([], dtype=int)], [np.array([], dtype=int)]
    for column, pattern in enumerate(patterns):
        for day, kind in pattern:
            slots = day * SLOTS_A_DAY + kind.worked_slots()
            slots = slots % len(row_of) if circular else slots[slots < len(row_of)]
            found = row_of[slots]
            rows.append(found[found >= 0])
            columns.append(np.full(len(rows[-1]), column))
    rows, columns = np.concatenate(rows), np.concatenate(columns)
    return csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(required), len(patterns)))


def _headcount_limits(columns, hours, day_count, labour) -> list[tuple[NDArray, float]]:
    if labour.headcount is None:
        return []
    day = np.array([day for day, _ in columns])
    start = np.array([kind.start_slot for _, kind in columns])
    end = np.array([kind.end_slot for _, kind in columns])
    limits = [((day == each).astype(float), labour.headcount) for each in range(day_count)]
    for first in range(max(1, day_count - 6)):
        week = (day >= first) & (day < first + 7)
        limits.append((week * hours, labour.headcount * labour.weekly_hours))
    rest = labour.rest_hours / HOURS
    for each, late in product(range(day_count - 1), np.unique(end)):
        is_late = (day == each) & (end >= late)
        is_early = (day == each + 1) & (start + SLOTS_A_DAY < late + rest)
        if is_early.any():
            limits.append(((is_late | is_early).astype(float), labour.headcount))
    return limits


def _solved(
    required, days, needed, covers, patterns, hours, limits, labour, gap_share
) -> ShiftPlan:
    rows, count = covers.shape
    # x agents per pattern, then agents short and agents spare per half hour.
    balance = hstack([covers, eye_array(rows), -eye_array(rows)])
    constraints = [LinearConstraint(balance.tocsr(), needed, needed)]
    if limits:
        left = csr_array(np.stack([weights for weights, _ in limits]))
        limited = hstack([left, csr_array((len(limits), 2 * rows))])
        most = [most for _, most in limits]
        constraints.append(LinearConstraint(limited.tocsr(), -np.inf, most))
    price = np.r_[
        labour.hour_price * hours,
        np.full(rows, labour.short_price * HOURS),
        np.full(rows, labour.spare_price * HOURS),
    ]
    found = milp(
        price,
        integrality=np.r_[np.ones(count), np.zeros(2 * rows)],
        bounds=Bounds(0, np.inf),
        constraints=constraints,
        options={"mip_rel_gap": gap_share, "time_limit": 60.0},
    )
    if found.x is None:
        raise UnreachablePlanError(f"the solver found no plan: {found.message}")
    taken = np.round(found.x[:count]).astype(np.int64)
    covered = (covers @ taken).astype(np.int64)
    short, spare = np.maximum(needed - covered, 0), np.maximum(covered - needed, 0)
    coverage = required[["local_on", "local_slot"]].assign(
        required=needed, covered=covered, short=short, spare=spare
    )
    shifts = [
        {
            "local_on": days[day],
            "start_slot": kind.start_slot,
            "end_slot": kind.end_slot,
            "break_slot": kind.start_slot + kind.break_after if kind.break_slots else None,
            "break_slots": kind.break_slots,
            "agents": int(taken[column]),
            "paid_hours": kind.paid_hours * int(taken[column]),
            "cost": labour.hour_price * kind.paid_hours * int(taken[column]),
            "tour": column,
        }
        for column in np.flatnonzero(taken)
        for day, kind in patterns[column]
    ]
    frame = pd.DataFrame(shifts, columns=[*SHIFT_COLUMNS, "tour"])
    frame["break_slot"] = frame["break_slot"].astype("Int64")
    frame["tour"] = pd.factorize(frame["tour"])[0]
    if all(len(pattern) == 1 for pattern in patterns):
        frame = frame.drop(columns="tour")
    order = [name for name in ("local_on", "start_slot", "end_slot", "break_slot") if name in frame]
    return ShiftPlan(
        shifts=frame.sort_values(order, ignore_index=True),
        coverage=coverage.reset_index(drop=True),
        cost=float(price @ np.r_[taken, short, spare]),
        gap_share=float(found.mip_gap),
    )
