"""Work that can wait until a promised day: e-mail, tickets, social media.

Amounts are agent hours (contacts x handle time). What is done by the end of a half hour is never
less than what is due by then, and never more than what has arrived. Agents of the live channels
help while they have nothing better to do; what they cannot do, dedicated agents must. That is a
linear programme; it is of a form that has a direct answer (see `_least_dedicated`), and tests
compare the two.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipelines.errors import OutOfRangeError, UnreachablePlanError
from pipelines.staffing.half_hours import HOURS

MOST_USEFUL_OCCUPANCY = 0.95
"""Live agents help with other work until they are busy this share of their time."""

_ROUNDING = 1e-7
_EXACT = 1e-11  # of all the work: sums over some hundred rows are no more exact


def spare_hours(live_agents: ArrayLike, live_occupancy_share: ArrayLike) -> NDArray[np.float64]:
    """Agent hours per half hour that live agents can give: agents x (0.95 - occupancy) / 2.

    0 where they are busier than that, or where nobody is on duty (occupancy NaN).
    """
    agents = np.asarray(live_agents, dtype=float)
    free = MOST_USEFUL_OCCUPANCY - np.asarray(live_occupancy_share, dtype=float)
    return HOURS * agents * np.nan_to_num(np.maximum(free, 0))


def promise_half_hours(promise_open_days: int, open_day_seconds: float) -> int:
    """Half hours of opening within which work of a desk is promised.

    A business day is as many open hours as the desk usually has, as it is for the shares answered
    in 1, 2 and 3 business days: who is promised one on Friday at 17:00 is answered by Monday 17:00.
    At least two, as work that comes in a half hour is begun in the next.

    Raises
    ------
    OutOfRangeError
        A promise that is not a whole number of days, 1 or more.
    """
    if promise_open_days != int(promise_open_days) or promise_open_days < 1:
        raise OutOfRangeError(
            f"promise_open_days is {promise_open_days}; it must be a whole number, 1 or more"
        )
    return max(2, int(promise_open_days) * int(open_day_seconds // (3600 * HOURS)))


def due_by_promise(
    arrived_hours: ArrayLike, is_open: ArrayLike, promise_half_hours: int
) -> NDArray[np.float64]:
    """[rows] hours that fall due by the end of each row, for a promise in half hours of opening.

    The half hour of the arrival counts, as if all had come at its start: nobody waits longer than
    promised. What arrives while closed counts from the next opening. Work due after the last row
    is due beyond the plan and appears nowhere.
    """
    arrived = np.asarray(arrived_hours, dtype=float)
    due = np.zeros(len(arrived))
    opened = np.flatnonzero(is_open)
    counted_from = np.searchsorted(opened, np.arange(len(arrived)))  # at or after the arrival
    falls_due = counted_from + promise_half_hours - 1
    is_within = falls_due < len(opened)
    np.add.at(due, opened[falls_due[is_within]], arrived[is_within])
    return due


@dataclass(frozen=True)
class Levelled:
    """What `plan_deferrable` answers, each [rows].

    dedicated_agents  fractions of agents, on average; 0 while closed
    done_hours        of these and of live agents
    backlog_hours     arrived and not done at the end of the row
    must_hours        to be done by the end of the row, in all since the first
    """

    dedicated_agents: NDArray[np.float64]
    done_hours: NDArray[np.float64]
    backlog_hours: NDArray[np.float64]
    must_hours: NDArray[np.float64]


def plan_deferrable(
    is_open: ArrayLike,
    arrived_hours: ArrayLike,
    due_hours: ArrayLike,
    spare_hours: ArrayLike = 0.0,
    most_dedicated_agents: ArrayLike = np.inf,
    *,
    backlog_hours: float = 0.0,
    end_backlog_hours: float | None = None,
) -> Levelled:
    """Fewest hours of dedicated agents with which every promise is kept, levelled.

    Parameters
    ----------
    arrived_hours
        [rows] half hours in time order: work that can be done from the row on.
    due_hours
        [rows] by the end of the row, backlog included; see `due_by_promise`.
    spare_hours
        Of live agents, in all rows or in each.
    most_dedicated_agents
        Whole or not, in all rows or in each.
    backlog_hours
        Hours waiting when the first row begins. When they are due is said in `due_hours`.
    end_backlog_hours
        Hours that may be left after the last row; None leaves what is not due by then.

    Raises
    ------
    UnreachablePlanError
        Even with everybody working as early as can be, something due cannot be done; the message
        says by which row, and how many agent hours are missing.
    OutOfRangeError
        Negative amounts, or more due by a row than has arrived.
    """
    is_open = np.asarray(is_open, dtype=bool)
    arrived, due = np.asarray(arrived_hours, dtype=float), np.asarray(due_hours, dtype=float)
    spare = np.where(is_open, spare_hours, 0.0)
    most = np.where(is_open, most_dedicated_agents, 0.0)
    for name, values in {
        "arrived_hours": arrived,
        "due_hours": due,
        "spare_hours": spare,
        "backlog": np.asarray(backlog_hours),
        "most_dedicated_agents": most,
    }.items():
        if not (values >= 0).all():
            raise OutOfRangeError(f"{name} must be 0 or more in every half hour")
    if not is_open.size:
        return Levelled(arrived, arrived, arrived, arrived)
    at_hand = backlog_hours + np.cumsum(arrived)
    must = np.cumsum(due)
    if end_backlog_hours is not None:
        must[-1] = max(must[-1], at_hand[-1] - end_backlog_hours)
    if (too_early := must > at_hand + _ROUNDING).any():
        row = int(np.flatnonzero(too_early)[0])
        raise OutOfRangeError(
            f"{must[row]:.4g} agent hours are due by the end of row {row} and only"
            f" {at_hand[row]:.4g} have arrived; due_hours must count arrived work"
        )
    _check_reachable(at_hand, must, spare + HOURS * most)
    done, dedicated = _while_open(is_open, at_hand, must, spare, most)
    return Levelled(dedicated, np.diff(done, prepend=0.0), at_hand - done, must)


@dataclass(frozen=True)
class PromisePlan:
    """What `plan_promise` answers, each [rows].

    dedicated_agents   whole; 0 while closed
    done_hours         of these and of live agents
    backlog_hours      arrived and not done at the end of the row
    waiting_due_hours  due by the end of the row, of what waited when the plan began
    """

    dedicated_agents: NDArray[np.int64]
    done_hours: NDArray[np.float64]
    backlog_hours: NDArray[np.float64]
    waiting_due_hours: NDArray[np.float64]


def plan_promise(
    local_on: ArrayLike,
    is_open: NDArray[np.bool_],
    arrived_hours: NDArray[np.float64],
    waiting_hours: NDArray[np.float64],
    promise_half_hours: int,
    spare: NDArray[np.float64],
) -> PromisePlan:
    """`plan_deferrable` in whole agents, for a desk's promise in half hours of opening.

    Work is begun in the half hour after that of its arrival, so that whoever answers what is due
    first keeps every promise, at whatever second contacts come.

    Parameters
    ----------
    local_on
        [rows] local day, in time order.
    waiting_hours
        Work waiting when the first row begins, by the half hour of opening at whose end it is due;
        beyond the last one of the plan it is due in that.
    promise_half_hours
        2 or more; see `promise_half_hours`.
    spare
        [rows] agent hours that live agents give.

    Returns
    -------
    PromisePlan
        The plan leaves no more undone at its end than it found (or than comes after its last
        opening): else it would look cheap by putting its last days' work off.
    """
    local_on = np.asarray(local_on)
    backlog = waiting_hours.sum()
    arrived = backlog + np.cumsum(arrived_hours)
    waiting_due = np.zeros(len(arrived_hours))
    opened = np.flatnonzero(is_open)
    if not len(opened):
        nobody = np.zeros(len(arrived), dtype=np.int64)
        return PromisePlan(nobody, np.zeros(len(arrived)), arrived, waiting_due)
    falls_due = np.minimum(np.arange(len(waiting_hours)), len(opened) - 1)
    np.add.at(waiting_due, opened[falls_due], waiting_hours)
    due = due_by_promise(arrived_hours, is_open, promise_half_hours)
    beyond = arrived_hours.sum() - due.sum()
    too_late = arrived_hours[opened[-1] :].sum()
    left = max(too_late, min(backlog, beyond))
    levelled = plan_deferrable(
        is_open,
        np.r_[0.0, arrived_hours[:-1]],
        due + waiting_due,
        spare,
        backlog_hours=backlog,
        end_backlog_hours=left - arrived_hours[-1],
    )
    spare = np.where(is_open, spare, 0.0)
    done, at_hand = np.cumsum(levelled.done_hours), arrived - arrived_hours
    agents, done_hours = _in_whole_agents(
        done, levelled.must_hours, at_hand, spare, local_on, is_open
    )
    return PromisePlan(agents, done_hours, arrived - np.cumsum(done_hours), waiting_due)


def _in_whole_agents(done, must, at_hand, spare, local_on, is_open) -> tuple[NDArray, NDArray]:
    """[rows] whole agents, and hours done with them: what fractions of agents do of a day's work,
    one more agent does as late in that day as what is due allows, with all else that is at hand.

    A fifth of an agent for nine hours becomes one agent for the last two.
    """
    own = np.where(is_open, np.maximum(np.diff(done, prepend=0.0) - spare, 0.0), 0.0) / HOURS
    whole = np.floor(own + _ROUNDING)
    # By each row must be done what is due; by the end of a day what was planned until then, save
    # what is too little to come for; and so much that one agent more can do the rest.
    is_last = np.r_[local_on[1:] != local_on[:-1], True]
    room = np.cumsum(spare + HOURS * (whole + is_open))
    least = np.maximum(np.minimum(must, done), np.where(is_last, done - HOURS, 0.0)) - room
    least = np.maximum.accumulate(least[::-1])[::-1] + room
    opened = np.flatnonzero(is_open)
    columns = (each[opened].tolist() for each in (least, at_hand, spare, whole))
    agents, so_far = np.zeros((2, len(done)))
    before, present, by_then = 0.0, [], []
    for wanted, most, helped, levelled in zip(*columns, strict=True):
        with_help = before + helped
        needed = math.ceil((most - with_help) / HOURS - _ROUNDING)
        here = max(0, min(int(levelled), needed))
        before = min(most, with_help + HOURS * here)
        if before < wanted - _ROUNDING:
            here += 1
            before = min(most, with_help + HOURS * here)
        present.append(here)
        by_then.append(before)
    agents[opened], so_far[opened] = present, by_then
    return agents.astype(np.int64), np.diff(np.maximum.accumulate(so_far), prepend=0.0)


def _check_reachable(at_hand, must, capacity) -> None:
    """Working as early as can be does the most by every row at once: what it misses is missed."""
    could = np.cumsum(np.minimum(capacity, at_hand[-1]))
    done = could + np.minimum.accumulate(np.minimum(at_hand - could, 0.0))
    if np.any(too_late := must - done > _ROUNDING):
        row = int(np.flatnonzero(too_late)[0])
        raise UnreachablePlanError(
            f"by the end of row {row} {must[row] - done[row]:.3g} agent hours of the work due are"
            " missing, with everybody working as early as can be; add dedicated agents before it,"
            " or promise later"
        )


def _while_open(is_open, at_hand, must, spare, most) -> tuple[NDArray, NDArray]:
    """`_least_dedicated` where nobody works while closed: only open rows are decided, and what is
    due until the next one."""
    rows = np.flatnonzero(is_open)
    done, dedicated = np.zeros(len(is_open)), np.zeros(len(is_open))
    if len(rows):
        due_by_next = np.maximum.reduceat(must, rows)
        each, dedicated[rows] = _least_dedicated(
            at_hand[rows], due_by_next, spare[rows], most[rows]
        )
        done[rows[0] :] = np.repeat(each, np.diff(np.r_[rows, len(is_open)]))
    return done, dedicated


def _least_dedicated(at_hand, must, spare, most) -> tuple[NDArray, NDArray]:
    """[rows] hours done so far and dedicated agents: the linear programme's answer, directly.

    minimise    the hours of dedicated agents; of plans with as few, the most at once; of those
                with as few at once, the one that has done the most by the end of every row
    subject to  must <= done <= at_hand, done never falling,
                done - done before <= spare + HOURS x dedicated, 0 <= dedicated <= most

    Dedicated agents who wait until nothing else keeps a promise do the fewest hours: the others
    have had all the time there is. The rows between work running out and the last of them before
    it runs out again are a critical interval: there, and only there, every plan of so few hours
    has dedicated agents, and uses all that live agents can spare. So what they do in all is known
    for each interval by itself, and the most at once is what its densest part asks for.

    Source: F. Yao, A. Demers and S. Shenker, A scheduling model for reduced CPU energy (FOCS
    1995), section 3: critical intervals of work with release times and deadlines.
    """
    # By when it is too late, if all work from there on: what is due, and what due later asks for.
    room = np.cumsum(spare + np.minimum(HOURS * most, at_hand[-1]))
    must = np.maximum.accumulate((np.minimum(must, at_hand) - room)[::-1])[::-1] + room
    done, intervals = _as_late_as_can_be(at_hand, must, spare)
    levels = []
    peak = 0.0
    for rows in intervals:
        before = done[rows.start - 1] if rows.start else 0.0
        level = _Interval(at_hand[rows], must[rows], spare[rows], most[rows], before)
        peak = level.least_peak(peak)
        levels.append(level)
    for rows, level in zip(intervals, levels, strict=True):
        done[rows] = level.earliest(peak)
    worked = np.diff(done, prepend=0.0)
    dedicated = np.zeros(len(done))
    for rows in intervals:
        dedicated[rows] = np.maximum(worked[rows] - spare[rows], 0.0) / HOURS
    return done, dedicated


def _as_late_as_can_be(at_hand, must, spare) -> tuple[NDArray, list[slice]]:
    """[rows] hours done so far if dedicated agents wait as long as can be, and the critical
    intervals: from work running out to the last row, before it does again, that needs them."""
    done, intervals = [], []
    so_far, first, last = 0.0, 0, None
    for row, (most, least, helped) in enumerate(
        zip(at_hand.tolist(), must.tolist(), spare.tolist(), strict=True)
    ):
        so_far += helped
        if so_far >= most:
            if last is not None:
                intervals.append(slice(first, last + 1))
            so_far, first, last = most, row + 1, None
        elif so_far < least:
            so_far, last = least, row
        done.append(so_far)
    if last is not None:
        intervals.append(slice(first, last + 1))
    return np.array(done), intervals


class _Interval:
    """Rows in which dedicated agents work beside all that live agents spare; hours of theirs."""

    def __init__(self, at_hand, must, spare, most, before) -> None:
        self._spared = before + np.cumsum(spare)  # done by the others, and before
        self._most = most
        self._least = must - self._spared
        # Not so much that live agents would have less than their spare time's work left.
        upto = at_hand - self._spared
        upto[-1] = self._least[-1]
        self._upto = np.minimum.accumulate(upto[::-1])[::-1]
        self._exact = _EXACT * max(1.0, at_hand[-1])

    def least_peak(self, peak: float) -> float:
        """The fewest agents at once with whom it can be done, and no fewer than `peak`."""
        while True:
            could = np.cumsum(np.minimum(self._most, peak)) * HOURS
            begins = np.r_[0.0, (self._upto - could)[:-1]]
            short = self._least - could - np.minimum.accumulate(begins)
            last = int(short.argmax())
            first = int(begins[: last + 1].argmin())
            # What is missing at worst falls by this with each further agent, or by less if some
            # rows then have all they may: then it is asked again (Newton, from below).
            further = np.count_nonzero(self._most[first : last + 1] > peak)
            if short[last] <= self._exact or not further:
                return peak
            peak += short[last] / (HOURS * further)

    def earliest(self, peak: float) -> NDArray:
        """[rows] hours done so far, each as early as so many agents at once allow."""
        could = np.cumsum(np.minimum(self._most, peak)) * HOURS
        begins = np.minimum.accumulate(np.r_[0.0, self._upto - could])[1:]
        return self._spared + could + begins
