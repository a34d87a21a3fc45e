"""Work that can wait until a promised day: e-mail, tickets, social media.

Amounts are agent hours (contacts x handle time). What is done by the end of a half hour is never
less than what is due by then, and never more than what has arrived. Agents of the live channels
help while they have nothing better to do; what they cannot do, dedicated agents must. That is a
linear programme; it is of a form that has a direct answer (see `_least_dedicated`), and tests
compare the two.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pipelines.errors import OutOfRangeError, UnreachablePlanError

HOURS = 0.5
"""Hours of one row: a half hour."""

MOST_USEFUL_OCCUPANCY = 0.95
"""Live agents help with other work until they are busy this share of their time."""

DEFERRABLE_COLUMNS = (
    "starts_at",
    "arrived_hours",
    "due_hours",
    "spare_hours",
    "dedicated_agents",
    "done_hours",
    "backlog_hours",
)

_ROUNDING = 1e-7
_EXACT = 1e-10


def spare_hours(live_agents: ArrayLike, live_occupancy_share: ArrayLike) -> NDArray[np.float64]:
    """Agent hours per half hour that live agents can give: agents x (0.95 - occupancy) / 2.

    0 where they are busier than that, or where nobody is on duty (occupancy NaN).
    """
    agents = np.asarray(live_agents, dtype=float)
    free = MOST_USEFUL_OCCUPANCY - np.asarray(live_occupancy_share, dtype=float)
    return HOURS * agents * np.nan_to_num(np.maximum(free, 0))


def due_by_promise(
    arrived_hours: ArrayLike, is_open: ArrayLike, local_on: ArrayLike, promise_open_days: int
) -> NDArray[np.float64]:
    """[rows] hours that fall due by the end of each row, for a promise in open days.

    Work that arrives on an open day, before its last open half hour ends, is due when the desk
    closes `promise_open_days` open days later: 1 is the end of the next open day, 0 the same.
    What arrives on a closed day, or after closing, counts as arrived at the next opening. Work
    due after the last row is due beyond the plan and appears nowhere.

    Raises
    ------
    OutOfRangeError
        A promise that is not a whole number of days, 0 or more.
    """
    if promise_open_days != int(promise_open_days) or promise_open_days < 0:
        raise OutOfRangeError(
            f"promise_open_days is {promise_open_days}; it must be a whole number, 0 or more"
        )
    arrived, is_open = np.asarray(arrived_hours, dtype=float), np.asarray(is_open, dtype=bool)
    day = pd.factorize(np.asarray(local_on))[0]
    due = np.zeros(len(arrived))
    if not is_open.any():
        return due
    position = np.arange(len(arrived))
    closing = pd.Series(position[is_open]).groupby(day[is_open]).max().to_numpy()
    counted_from = np.searchsorted(closing, position)  # the first closing at or after the arrival
    falls_due = counted_from + int(promise_open_days)
    is_within = falls_due < len(closing)
    np.add.at(due, closing[falls_due[is_within]], arrived[is_within])
    return due


def plan_deferrable(
    work: pd.DataFrame, *, backlog_hours: float = 0.0, end_backlog_hours: float | None = None
) -> pd.DataFrame:
    """Fewest hours of dedicated agents with which every promise is kept, levelled.

    Parameters
    ----------
    work
        One row per half hour, in time order: starts_at, is_open, arrived_hours, due_hours (by
        the end of the row, backlog included; see `due_by_promise`), and optionally spare_hours
        of live agents (0 without) and most_dedicated_agents (without: as many as it takes).
    backlog_hours
        Hours waiting when the first row begins. When they are due is said in `due_hours`.
    end_backlog_hours
        Hours that may be left after the last row; None leaves what is not due by then.

    Returns
    -------
    DataFrame
        DEFERRABLE_COLUMNS, one row per row of `work`. `dedicated_agents` is whole, 0 while
        closed; `backlog_hours` is what has arrived and is not done at the end of the row.

    Raises
    ------
    UnreachablePlanError
        Even with everybody working as early as can be, something due cannot be done; the message
        says by which half hour, and how many agent hours are missing.
    OutOfRangeError
        Negative amounts, or more due by a row than has arrived.
    """
    if work.empty:
        return pd.DataFrame(columns=list(DEFERRABLE_COLUMNS))
    is_open = work["is_open"].to_numpy(dtype=bool)
    arrived = work["arrived_hours"].to_numpy(dtype=float)
    due = work["due_hours"].to_numpy(dtype=float)
    spare = np.where(is_open, _column(work, "spare_hours", 0.0), 0.0)
    most = np.where(is_open, _column(work, "most_dedicated_agents", np.inf), 0.0)
    named = {
        "arrived_hours": arrived,
        "due_hours": due,
        "spare_hours": spare,
        "backlog": [backlog_hours],
    }
    for name, values in {**named, "most_dedicated_agents": most}.items():
        if not np.all(np.asarray(values) >= 0):
            raise OutOfRangeError(f"{name} must be 0 or more in every half hour")
    at_hand = backlog_hours + np.cumsum(arrived)
    must = np.cumsum(due)
    if end_backlog_hours is not None:
        must[-1] = max(must[-1], at_hand[-1] - end_backlog_hours)
    if np.any(too_early := must > at_hand + _ROUNDING):
        row = int(np.flatnonzero(too_early)[0])
        raise OutOfRangeError(
            f"{must[row]:.4g} agent hours are due by the end of row {row} and only"
            f" {at_hand[row]:.4g} have arrived; due_hours must count arrived work"
        )
    _check_reachable(work["starts_at"], at_hand, must, spare + HOURS * most)
    # Nobody works while closed: only open rows are decided, and what is due until the next one.
    rows = np.flatnonzero(is_open)
    begins = np.cumsum(is_open) - 1
    done, dedicated = np.zeros(len(work)), np.zeros(len(work))
    if len(rows):
        due_by_next = np.maximum.reduceat(must, rows)
        each, dedicated[rows] = _least_dedicated(
            at_hand[rows], due_by_next, spare[rows], most[rows]
        )
        done = np.where(begins >= 0, each[begins], 0.0)
    return pd.DataFrame(
        {
            "starts_at": work["starts_at"].to_numpy(),
            "arrived_hours": arrived,
            "due_hours": due,
            "spare_hours": spare,
            "dedicated_agents": np.ceil(dedicated - _ROUNDING).astype(np.int64),
            "done_hours": np.diff(done, prepend=0.0),
            "backlog_hours": at_hand - done,
        },
        columns=list(DEFERRABLE_COLUMNS),
    )


def plan_promise(
    starts_at: pd.Series,
    local_on: pd.Series,
    is_open: NDArray[np.bool_],
    arrived_hours: NDArray[np.float64],
    waiting_hours: NDArray[np.float64],
    promise_open_days: int,
    spare: NDArray[np.float64],
) -> pd.DataFrame:
    """`plan_deferrable` for a desk's promise in days of opening, and for what waits already.

    Parameters
    ----------
    waiting_hours
        Work waiting when the first row begins, by the day of opening at whose end it is due;
        beyond the last day of the plan it is due on that day.
    spare
        [rows] agent hours that live agents give.

    Returns
    -------
    DataFrame
        DEFERRABLE_COLUMNS and `waiting_due_hours`, the part of `due_hours` that was waiting. The
        plan leaves no more undone at its end than it found (or than comes after its last
        opening): else it would look cheap by putting its last days' work off.
    """
    work = pd.DataFrame({"starts_at": starts_at, "is_open": is_open, "spare_hours": spare})
    waiting_due = np.zeros(len(work))
    if not is_open.any():
        answer = work[["starts_at"]].assign(arrived_hours=arrived_hours, spare_hours=0.0)
        answer = answer.assign(due_hours=0.0, dedicated_agents=0, done_hours=0.0)
        backlog = waiting_hours.sum() + np.cumsum(arrived_hours)
        answer = answer.assign(backlog_hours=backlog)[list(DEFERRABLE_COLUMNS)]
        return answer.assign(waiting_due_hours=waiting_due)
    position = np.flatnonzero(is_open)
    closing = pd.Series(position).groupby(pd.factorize(local_on)[0][is_open]).max().to_numpy()
    falls_due = np.minimum(np.arange(len(waiting_hours)), len(closing) - 1)
    np.add.at(waiting_due, closing[falls_due], waiting_hours)
    due = due_by_promise(arrived_hours, is_open, local_on, promise_open_days)
    backlog = waiting_hours.sum()
    beyond = arrived_hours.sum() - due.sum()
    after_closing = arrived_hours[position[-1] + 1 :].sum()
    plan = plan_deferrable(
        work.assign(arrived_hours=arrived_hours, due_hours=due + waiting_due),
        backlog_hours=backlog,
        end_backlog_hours=max(after_closing, min(backlog, beyond)),
    )
    return _in_whole_agents(plan, pd.factorize(local_on)[0], is_open).assign(
        waiting_due_hours=waiting_due
    )


def _in_whole_agents(plan: pd.DataFrame, day: NDArray, is_open: NDArray) -> pd.DataFrame:
    """The plan with whole agents of whom none idles: what fractions of agents do of a day's work,
    one more agent does in the last half hours of that day.

    Work is only put off within its day, at whose end alone it can be due, so no promise breaks;
    a fifth of an agent for nine hours becomes one agent for the last two.
    """
    done, spare = plan["done_hours"].to_numpy(), plan["spare_hours"].to_numpy()
    helped = np.minimum(done, spare)
    own = np.where(is_open, done - helped, 0.0) / HOURS
    whole = np.floor(own + _ROUNDING)
    days = pd.Series(own - whole).groupby(day)
    further = np.ceil(days.transform("sum").to_numpy() - _ROUNDING)
    left_open = pd.Series(is_open[::-1].astype(int)).groupby(day[::-1]).cumsum().to_numpy()[::-1]
    agents = whole + (is_open & (left_open <= further))

    def of_day(amounts):
        return pd.Series(amounts).groupby(day).cumsum().to_numpy()

    so_far = np.minimum(of_day(agents), of_day(own))
    before = np.where(np.diff(day, prepend=-1) != 0, 0.0, np.r_[0.0, so_far[:-1]])
    now = (so_far - before) * HOURS + helped
    return plan.assign(
        dedicated_agents=agents.astype(np.int64),
        done_hours=now,
        backlog_hours=plan["backlog_hours"] + np.cumsum(done) - np.cumsum(now),
    )


def _check_reachable(starts_at, at_hand, must, capacity) -> None:
    """Working as early as can be does the most by every row at once: what it misses is missed."""
    done = 0.0
    for row, (arrived, room) in enumerate(zip(at_hand, capacity, strict=True)):
        done = min(done + room, arrived)
        if (missing := must[row] - done) > _ROUNDING:
            raise UnreachablePlanError(
                f"by the end of the half hour from {starts_at.iloc[row]:%Y-%m-%d %H:%M}"
                f" {missing:.3g} agent hours of the work due are missing, with everybody working"
                " as early as can be; add dedicated agents before it, or promise later"
            )


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
            if short[last] <= _EXACT or not further:
                return peak
            peak += short[last] / (HOURS * further)

    def earliest(self, peak: float) -> NDArray:
        """[rows] hours done so far, each as early as so many agents at once allow."""
        could = np.cumsum(np.minimum(self._most, peak)) * HOURS
        begins = np.minimum.accumulate(np.r_[0.0, self._upto - could])[1:]
        return self._spared + could + begins


def _column(work: pd.DataFrame, name: str, otherwise: float) -> NDArray[np.float64]:
    return work[name].to_numpy(dtype=float) if name in work else np.full(len(work), otherwise)
