"""Who works which of the shifts: a line for each person, with rest, days off and weekly hours.

Shifts of a plan say how many work when; here they are dealt out to as few people as the contract
allows. First day by day, each day's shifts to those with the fewest hours (an assignment problem).
Where that takes more people than a simple bound, whole lines are chosen by column generation: the
linear programme over all lines that a person could work, whose next best line is a longest path,
and an integer programme over those it found. Its bound holds whatever line is thought of, so that
a plan says how many people it takes and how many at least it must take.

Source: Gilmore & Gomory, "A linear programming approach to the cutting-stock problem", OR 9
(1961); Desrochers & Soumis, "A column generation approach to the urban transit crew scheduling
problem", Transportation Science 23 (1989); Farley, "A note on bounding a class of linear
programming problems", OR 38 (1990), for the bound.
"""

import math
from dataclasses import dataclass
from itertools import product
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, linprog, milp

from pipelines.errors import UnreachablePlanError

HALF_HOUR = pd.Timedelta(minutes=30)
_FORBIDDEN = 1e9
_ROUNDS = 60
_MOST_TO_CHOOSE = 60
"""People beyond whom lines are dealt out day by day only: a person more is then under 2 %."""
_LINES_A_ROUND = 24
# How much even hours weigh against beginning at the same time as on the day before.
_TASTES = ((1.0, 0.2), (1.0, 0.0), (0.2, 1.0))


class Contract(Protocol):
    """What contracts allow a person: `settings.Shifts`."""

    rest_hours: float
    weekly_hours: float
    days_in_a_row: int


@dataclass(frozen=True)
class Tours:
    """Shifts dealt out to people.

    lines      one row per person and shift: `person` (1 .. k, the fullest line first), `row` (label
               of the shift in the frame it is from)
    at_least   people that no plan of these shifts can do without; k where it is proven best
    """

    lines: pd.DataFrame
    at_least: int

    @property
    def people(self) -> int:
        """How many lines there are."""
        return int(self.lines["person"].max()) if len(self.lines) else 0


def deal_out(shifts: pd.DataFrame, contract: Contract) -> Tours:
    """Shifts of one queue to as few people as rest, days in a row and weekly hours allow.

    Parameters
    ----------
    shifts
        One row per shift: local_on; starts_at and ends_at (UTC: a night of a clock change rests
        its true hours); `agents` who take it; `hours`, paid, of one of them; `week`, the number
        of the week whose hours it counts to.

    Raises
    ------
    UnreachablePlanError
        One shift is longer than the weekly hours.
    """
    if shifts.empty:
        return Tours(pd.DataFrame({"person": [], "row": []}, dtype="int64"), 0)
    kinds = _Kinds(shifts, contract)
    at_least = kinds.bound()
    lines = None
    people = at_least
    while lines is None:
        lines = next(filter(None, (kinds.day_by_day(people, *taste) for taste in _TASTES)), None)
        people += 1
    if at_least < len(lines) <= _MOST_TO_CHOOSE:
        best, at_least = _chosen_lines(kinds, lines, at_least)
        if len(best) < len(lines):
            # Of as many people, the even-handed lines are the nicer ones.
            even = (kinds.day_by_day(len(best), *taste) for taste in _TASTES)
            lines = next(filter(None, even), best)
    return Tours(kinds.told(lines), at_least)


class _Kinds:
    """The shifts by day, start, end and pay: those of one kind are alike to who works them.

    Instants are half hours from the first start; hours are half hours too, so that they add up.
    """

    def __init__(self, shifts: pd.DataFrame, contract: Contract):
        first = shifts["starts_at"].min()
        frame = pd.DataFrame(
            {
                "day": (shifts["local_on"] - shifts["local_on"].min()).dt.days,
                "start": (shifts["starts_at"] - first) // HALF_HOUR,
                "end": -((first - shifts["ends_at"]) // HALF_HOUR),
                "half_hours": np.ceil(shifts["hours"] * 2).astype(int),
                "week": shifts["week"],
            }
        )
        self.names = ["day", "start", "end", "half_hours", "week"]
        groups = frame.assign(agents=shifts["agents"]).groupby(self.names)
        table = groups["agents"].sum().reset_index()
        for name in (*self.names, "agents"):
            setattr(self, name, table[name].to_numpy(dtype=int))
        self.rows = [
            np.repeat(found, shifts.loc[found, "agents"]) for found in groups.groups.values()
        ]
        self.count = len(table)
        self.rest = contract.rest_hours * 2
        self.most_half_hours = math.floor(contract.weekly_hours * 2)
        self.in_a_row = int(contract.days_in_a_row)
        if self.half_hours.max() > self.most_half_hours:
            raise UnreachablePlanError(
                f"a shift of {self.half_hours.max() / 2:g} paid hours is longer than the"
                f" {contract.weekly_hours:g} weekly hours: shorten it, or allow more"
            )
        later = self.day[None, :] > self.day[:, None]
        self.follows = later & (self.start[None, :] - self.end[:, None] >= self.rest)

    def bound(self) -> int:
        """People that these shifts take at least: the busiest day, the weeks' hours, days off,
        and late shifts with the early ones of the next day that begin too soon after them."""
        by_day = np.bincount(self.day, self.agents)
        found = [by_day.max()]
        for week in np.unique(self.week):
            hours = (self.half_hours * self.agents)[self.week == week].sum()
            found.append(math.ceil(hours / self.most_half_hours))
        span = self.in_a_row + 1
        if len(by_day) >= span:
            worked = np.convolve(by_day, np.ones(span), "valid")
            found.append(math.ceil(worked.max() / self.in_a_row))
        for day in range(len(by_day) - 1):
            today, next_day = self.day == day, self.day == day + 1
            for late in np.unique(self.end[today]):
                either = (today & (self.end >= late)) | (next_day & (self.start < late + self.rest))
                found.append(self.agents[either].sum())
        return int(max(found))

    def day_by_day(self, people: int, evenness: float, sameness: float) -> list[list[int]] | None:
        """Each day's shifts to whoever may take them; None where a day finds too few such people.

        Returns a line of kinds for each of `people`.
        """
        lines: list[list[int]] = [[] for _ in range(people)]
        used, in_a_row = np.zeros(people), np.zeros(people, dtype=int)
        free_from, clock = np.full(people, -np.inf), np.full(people, np.nan)
        last_day, week = np.full(people, -2), -1
        for day in np.unique(self.day):
            of_day = np.flatnonzero(self.day == day)
            if self.week[of_day[0]] != week:
                week, used = self.week[of_day[0]], np.zeros(people)
            kind = np.repeat(of_day, self.agents[of_day])
            run = np.where(last_day == day - 1, in_a_row, 0)
            may = free_from[:, None] <= self.start[kind]
            may &= used[:, None] + self.half_hours[kind] <= self.most_half_hours
            may &= (run < self.in_a_row)[:, None]
            moved = np.abs(self.start[kind] % 48 - clock[:, None] % 48)
            price = evenness * used[:, None] * (1 + self.half_hours[kind] / 100)
            price = price + sameness * np.nan_to_num(moved) - 0.1 * (run > 0)[:, None]
            who, what = linear_sum_assignment(np.where(may, price, _FORBIDDEN))
            if len(what) < len(kind) or not may[who, what].all():
                return None
            taken = kind[what]
            for person, each in zip(who, taken, strict=True):
                lines[person].append(int(each))
            used[who] += self.half_hours[taken]
            in_a_row[who] = run[who] + 1
            free_from[who], clock[who] = self.end[taken] + self.rest, self.start[taken]
            last_day[who] = day
        return lines

    def best_lines(self, worth: NDArray[np.float64]) -> list[list[int]]:
        """The lines whose kinds are worth most in all, one for each kind that it could end with.

        A longest path over kinds, days in a row and half hours of the week; the best line first.
        """
        shape = (self.count, self.in_a_row, self.most_half_hours + 1)
        total, code = np.full(shape, -np.inf), np.arange(np.prod(shape)).reshape(shape)
        before = np.full(shape, -1)
        # After a day off it no longer matters how many days in a row there were.
        rested = np.full((self.count, 1, shape[2]), -np.inf)
        rested_code = np.zeros((self.count, 1, shape[2]), dtype=int)
        for kind in range(self.count):
            half_hours = self.half_hours[kind]
            total[kind, 0, half_hours] = worth[kind]
            is_next_day = self.day == self.day[kind] - 1
            is_same_week = self.week == self.week[kind]
            for is_next, is_same in product((True, False), repeat=2):
                found = self.follows[:, kind] & (is_next_day == is_next)
                at = np.flatnonzero(found & (is_same_week == is_same))
                if not at.size:
                    continue
                if is_next:
                    values, codes = total[at, :-1], code[at, :-1]
                    into = slice(1, None)
                else:
                    values, codes = rested[at], rested_code[at]
                    into = slice(0, 1)
                if is_same:
                    hours = slice(half_hours, None)
                    values, codes = (each[..., : shape[2] - half_hours] for each in (values, codes))
                else:
                    hours = slice(half_hours, half_hours + 1)
                axes = (0,) if is_same else (0, 2)
                values, codes = (each[0] for each in _most(values, codes, axes))
                better = values + worth[kind] > total[kind, into, hours]
                total[kind, into, hours][better] = (values + worth[kind])[better]
                before[kind, into, hours][better] = codes[better]
            rested[kind], rested_code[kind] = _most(total[kind], code[kind], (0,))
        ends = total.reshape(self.count, -1).argmax(axis=1)
        tops = total.reshape(self.count, -1).max(axis=1)
        lines = []
        for kind in np.argsort(-tops, kind="stable"):
            label, line = kind * shape[1] * shape[2] + ends[kind], []
            while label >= 0:
                line.append(int(label // (shape[1] * shape[2])))
                label = before.ravel()[label]
            lines.append(line[::-1])
        return lines

    def told(self, lines: list[list[int]]) -> pd.DataFrame:
        """Person and row of every shift, the line with most hours first."""
        left = [list(rows) for rows in self.rows]
        fullest = sorted(
            filter(None, lines),
            key=lambda line: (-self.half_hours[line].sum(), self.start[line[0]], line),
        )
        told = [
            (person, left[kind].pop(0)) for person, line in enumerate(fullest, 1) for kind in line
        ]
        return pd.DataFrame(told, columns=["person", "row"])


def _most(total: NDArray, code: NDArray, axes: tuple[int, ...]) -> tuple[NDArray, NDArray]:
    """The largest along `axes`, which stay as axes of one, and its code."""
    for axis in axes:
        at = np.expand_dims(total.argmax(axis=axis), axis)
        total, code = np.take_along_axis(total, at, axis), np.take_along_axis(code, at, axis)
    return total, code


def _chosen_lines(
    kinds: _Kinds, lines: list[list[int]], at_least: int
) -> tuple[list[list[int]], int]:
    """Fewest lines that hold every shift, and how many it must be at least.

    `lines`: any that do, to begin with.
    """
    known = dict.fromkeys(tuple(line) for line in lines if line)
    for _ in range(_ROUNDS):
        holds = np.zeros((kinds.count, len(known)))
        for column, line in enumerate(known):
            holds[list(line), column] = 1.0
        solved = linprog(np.ones(len(known)), A_ub=-holds, b_ub=-kinds.agents, method="highs")
        worth = -solved.ineqlin.marginals
        found = kinds.best_lines(worth)
        most = worth[found[0]].sum()
        # Farley's bound: no line is worth more than `most`.
        at_least = max(at_least, math.ceil(worth @ kinds.agents / max(most, 1.0) - 1e-6))
        if most <= 1 + 1e-6 or math.ceil(solved.fun - 1e-6) <= at_least:
            break
        news = [tuple(line) for line in found if worth[line].sum() > 1 + 1e-6]
        known |= dict.fromkeys(news[:_LINES_A_ROUND])
    columns = list(known)
    holds = np.zeros((kinds.count, len(columns)))
    for column, line in enumerate(columns):
        holds[list(line), column] = 1.0
    whole = milp(
        np.ones(len(columns)),
        integrality=np.ones(len(columns)),
        bounds=Bounds(0, np.inf),
        constraints=LinearConstraint(holds, kinds.agents, np.inf),
        # Nodes, not seconds: the same plan on every machine.
        options={"node_limit": 100},
    )
    if whole.x is None or round(whole.fun) >= len(lines):
        return lines, at_least
    left, chosen = kinds.agents.copy(), []
    for column in np.repeat(np.arange(len(columns)), np.round(whole.x).astype(int)):
        # A line without one of its shifts is still one that a person may work.
        line = [kind for kind in columns[column] if left[kind] > 0]
        left[line] -= 1
        chosen.append(line)
    return chosen, at_least
