"""Shifts that cover a requirement at least cost, by integer programme (HiGHS).

How many agents take which shift on each day; who they are, with rest, days off and weekly hours,
is found afterwards (see `tours`).

Source: Dantzig, "A comment on Edie's traffic delays at toll booths", OR 2 (1954).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack

from pipelines.errors import OutOfRangeError, UnreachablePlanError
from pipelines.staffing.half_hours import HOURS, SLOTS_A_DAY

SHIFT_COLUMNS = (
    "local_on",
    "start_slot",
    "end_slot",
    "break_slot",
    "break_slots",
    "agents",
    "paid_hours",
)

SHORT_PRICE = 2.5
"""Of an agent hour missing, in paid hours of the longest shift: a half hour short costs more than
any shift does, so that all is covered that can be."""
SPARE_PRICE = 0.05
"""Of an agent hour beyond the requirement, on top of its pay: prefers close-fitting plans."""
GAP_SHARE = 0.01
"""How far the paid hours may lie above the fewest."""


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


def cover_by_shifts(required: pd.DataFrame, types: Sequence[ShiftType]) -> pd.DataFrame:
    """How many agents take which shift on each day, with the fewest paid hours.

    Parameters
    ----------
    required
        One row per half hour: local_on, local_slot, agents (on duty; NULL or 0 while closed).
    types
        Shifts that may be worked, on every day.

    Returns
    -------
    DataFrame
        SHIFT_COLUMNS, one row per day and shift type in use, `agents` of whom take it; paid hours
        are those of all of them. At most 1 % above the fewest that there are. A half hour is left
        short only where no shift works in it.

    Raises
    ------
    OutOfRangeError
        Nothing is required, or fewer than nobody; or no type is given.
    UnreachablePlanError
        The solver finds no plan.
    """
    needed = pd.to_numeric(required["agents"]).astype("Float64").fillna(0).to_numpy(dtype=float)
    if not len(needed):
        raise OutOfRangeError("required has no rows: there is nothing to cover")
    if (needed < 0).any():
        raise OutOfRangeError("required agents must be 0 or more in every half hour")
    if not types:
        raise OutOfRangeError("no shift types are given: there is nothing to choose from")
    # Every day from the first to the last: on one without rows a night shift may still work.
    days = pd.date_range(required["local_on"].min(), required["local_on"].max())
    taken = [(day, kind) for day in range(len(days)) for kind in types]
    covers = _coverage(required, days, taken)
    rows, count = covers.shape
    # x agents per day and shift, then agents short and agents spare per half hour.
    balance = hstack([covers, eye_array(rows), -eye_array(rows)]).tocsr()
    paid = np.array([kind.paid_hours for _, kind in taken])
    price = np.r_[
        paid,
        np.full(rows, SHORT_PRICE * paid.max() * HOURS),
        np.full(rows, SPARE_PRICE * HOURS),
    ]
    found = milp(
        price,
        integrality=np.r_[np.ones(count), np.zeros(2 * rows)],
        bounds=Bounds(0, np.inf),
        constraints=[LinearConstraint(balance, needed, needed)],
        options={"mip_rel_gap": GAP_SHARE, "time_limit": 60.0},
    )
    if found.x is None:
        raise UnreachablePlanError(f"the solver found no plan: {found.message}")
    shifts = [
        (
            days[day],
            kind.start_slot,
            kind.end_slot,
            kind.start_slot + kind.break_after if kind.break_slots else None,
            kind.break_slots,
            agents,
            kind.paid_hours * agents,
        )
        for (day, kind), agents in zip(taken, found.x[:count].round().astype(int), strict=True)
        if agents
    ]
    frame = pd.DataFrame(shifts, columns=list(SHIFT_COLUMNS)).astype({"break_slot": "Int64"})
    return frame.sort_values(
        ["local_on", "start_slot", "end_slot", "break_slot"], ignore_index=True
    )


def _coverage(required, days, taken) -> csr_array:
    """[rows, day and shift] whether the shift of a day is at work in a row of the requirement."""
    number = {day: position for position, day in enumerate(days)}
    at = required["local_on"].map(number) * SLOTS_A_DAY + required["local_slot"].astype(int)
    row_of = np.full(len(days) * SLOTS_A_DAY, -1)
    row_of[at.to_numpy()] = np.arange(len(required))
    rows, columns = [np.array([], dtype=int)], [np.array([], dtype=int)]
    for column, (day, kind) in enumerate(taken):
        slots = day * SLOTS_A_DAY + kind.worked_slots()
        found = row_of[slots[slots < len(row_of)]]
        rows.append(found[found >= 0])
        columns.append(np.full(len(rows[-1]), column))
    rows, columns = np.concatenate(rows), np.concatenate(columns)
    return csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(required), len(taken)))
