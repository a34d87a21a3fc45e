"""A plan tried out: contacts arrive at random, agents come and go, and what happens is counted.

The proof beside the closed forms: it knows no formula of a queue. All replications take their
next event together, each at its own time, so that a day of a thousand replications costs little
more than a day of one. Within an interval arrivals are Poisson at the replication's own rate;
handle times and patience are exponential; the longest waiting is answered first, by the agent who
holds fewest. An agent whose shift ends takes nothing new and finishes what he holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from pipelines.errors import OutOfRangeError
from pipelines.staffing.chat import CALLS, Concurrency
from pipelines.staffing.deferrable import due_by_promise
from pipelines.staffing.half_hours import HOURS, SECONDS

_Z95 = float(ndtri(0.975))
_EXACT = 1e-9  # agent hours

REPLAY_COLUMNS = (
    "agents",
    "offered",
    "service_level_share",
    "service_level_low",
    "service_level_high",
    "abandoned_share",
    "abandoned_low",
    "abandoned_high",
    "wait_mean_seconds",
    "occupancy_share",
)


@dataclass(frozen=True)
class Replay:
    """What happened, counted; arrays [replications, intervals] by the interval of the arrival.

    offered         contacts that arrived
    served_within   of them, answered within the threshold
    abandoned       of them, hung up
    waited_seconds  their waits added up, ended by an answer or by hanging up; infinite where
                    somebody waits whom nobody will answer
    used_seconds    slot seconds in use during the interval, by agents on duty or finishing
    agents          [intervals] on duty
    slots           chats an agent holds at most
    interval_seconds
    """

    offered: NDArray[np.int64]
    served_within: NDArray[np.int64]
    abandoned: NDArray[np.int64]
    waited_seconds: NDArray[np.float64]
    used_seconds: NDArray[np.float64]
    agents: NDArray[np.int64]
    slots: int
    interval_seconds: float

    def by_interval(self) -> pd.DataFrame:
        """REPLAY_COLUMNS, one row per interval; `low` and `high` are 95 % intervals.

        Shares are of all contacts of all replications; the intervals come from how replications
        differ. NULL where nothing arrived, occupancy where nobody was on duty.
        """
        each = [np.array([interval]) for interval in range(len(self.agents))]
        return self._counted(each, self.agents.astype(float))

    def overall(self, chosen: slice | NDArray = slice(None)) -> pd.Series:
        """REPLAY_COLUMNS over all intervals, or those `chosen` (a slice, mask, or positions)."""
        kept = np.arange(len(self.agents))[chosen]
        return self._counted([kept], np.array([self.agents[kept].mean()])).iloc[0]

    def _counted(self, groups, agents) -> pd.DataFrame:
        def total(counts):
            return np.stack([counts[:, group].sum(axis=1) for group in groups], axis=1)

        offered = total(self.offered).astype(float)
        service = ratio_of_replications(total(self.served_within), offered)
        lost = ratio_of_replications(total(self.abandoned), offered)
        on_duty = np.array([self.agents[group].sum() for group in groups], dtype=float)
        capacity = on_duty * self.slots * self.interval_seconds * len(self.offered)
        used = total(self.used_seconds).sum(axis=0)
        return pd.DataFrame(
            {
                "agents": agents,
                "offered": offered.sum(axis=0).astype(np.int64),
                "service_level_share": service[0],
                "service_level_low": service[1],
                "service_level_high": service[2],
                "abandoned_share": lost[0],
                "abandoned_low": lost[1],
                "abandoned_high": lost[2],
                "wait_mean_seconds": ratio_of_replications(total(self.waited_seconds), offered)[0],
                "occupancy_share": np.divide(
                    used, capacity, out=np.full(len(used), np.nan), where=capacity > 0
                ),
            },
            columns=list(REPLAY_COLUMNS),
        )


def simulate(
    contacts: ArrayLike,
    agents: ArrayLike,
    interval_seconds: float,
    handle_seconds: float,
    within_seconds: float,
    patience_seconds: float | None = None,
    concurrency: Concurrency = CALLS,
    *,
    seed: int | Sequence[int],
) -> Replay:
    """Let contacts arrive and see them answered, many days at once.

    Parameters
    ----------
    contacts
        [replications, intervals] expected contacts: one row per day to try. Rows that differ
        are an uncertain forecast; equal rows are chance alone.
    agents
        [intervals] on duty, whole. After the last interval its agents stay until nobody waits.
    handle_seconds
        Mean handle time of a contact held alone.
    patience_seconds
        Mean time until who waits hangs up; None: nobody does.

    Raises
    ------
    OutOfRangeError
        Shapes that do not fit, a negative number, or a duration that is not above 0.
    """
    contacts = np.asarray(contacts, dtype=float)
    agents = np.asarray(agents)
    if contacts.ndim != 2 or not contacts.size or agents.shape != contacts.shape[1:]:
        raise OutOfRangeError(
            f"contacts are {contacts.shape} and agents {agents.shape}; they must be [replications,"
            " intervals] and [intervals], one or more of each"
        )
    if not np.all(np.isfinite(contacts) & (contacts >= 0)):
        raise OutOfRangeError("contacts must be finite and 0 or more in every interval")
    if not np.all(np.isfinite(agents) & (agents >= 0) & (agents == np.floor(agents))):
        raise OutOfRangeError("agents must be whole and 0 or more in every interval")
    for name, value in (
        ("interval_seconds", interval_seconds),
        ("handle_seconds", handle_seconds),
        ("patience_seconds", 1.0 if patience_seconds is None else patience_seconds),
    ):
        if not 0 < value < np.inf:
            raise OutOfRangeError(f"{name} is {value}; it must be above 0 and finite")
    if not within_seconds >= 0:
        raise OutOfRangeError(f"within_seconds is {within_seconds}; it must be 0 or more")
    random = np.random.default_rng(seed)
    desk = _Desk(contacts, agents, interval_seconds, handle_seconds, patience_seconds, concurrency)
    desk.open(random)
    with np.errstate(divide="ignore"):  # an idle desk finishes its next contact never
        while desk.advance(random):
            desk.answer()
    return desk.counted(within_seconds)


def replay(
    staffing: pd.DataFrame,
    relative_rates: ArrayLike,
    within_seconds: float,
    patience_seconds: float | None = None,
    concurrency: Concurrency = CALLS,
    *,
    agents: str = "required_agents",
    seed: int,
) -> Replay:
    """A queue's plan lived through, once per row of `relative_rates`.

    Parameters
    ----------
    staffing
        Consecutive half hours of one queue, as `requirement.require` gives them: starts_at,
        expected_contacts, handle_seconds, and the column named by `agents`; NULL there is closed,
        when nobody is on duty and what arrives is left out.
    relative_rates
        [replications, 1 or rows] what comes beside what was expected: 1.1 is a tenth more. A
        column of ones is chance alone; draws of a forecast make the rates uncertain.
    agents
        The column of people on duty; those of a roster after shrinkage.

    Returns
    -------
    Replay
        An interval per row of `staffing`; in closed ones nobody comes and nobody is on duty, but
        the agents of the half hour before a closing stay until nobody waits: each opening is lived
        through by itself.
    """
    on_duty = staffing[agents].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    is_open = ~np.isnan(on_duty)
    expected = np.where(is_open, staffing["expected_contacts"].to_numpy(dtype=float), 0.0)
    rates = np.asarray(relative_rates, dtype=float)
    if rates.ndim != 2 or rates.shape[1] not in (1, len(staffing)):
        raise OutOfRangeError(
            f"relative_rates are {rates.shape}; they must be [replications, 1 or {len(staffing)}]"
        )
    contacts = expected * rates
    edges = np.flatnonzero(np.diff(is_open, prepend=False, append=False))
    lived = [
        simulate(
            contacts[:, first:end],
            on_duty[first:end],
            SECONDS,
            float(staffing["handle_seconds"].iloc[0]),
            within_seconds,
            patience_seconds,
            concurrency,
            seed=[seed, opening],
        )
        for opening, (first, end) in enumerate(edges.reshape(-1, 2))
    ]

    def told(name: str) -> NDArray:
        """Of all rows: of the open ones as lived, 0 of the others."""
        shape = is_open.shape if name == "agents" else contacts.shape
        every = np.zeros(shape, dtype=np.float64 if name.endswith("_seconds") else np.int64)
        if lived:
            every[..., is_open] = np.concatenate([getattr(each, name) for each in lived], axis=-1)
        return every

    counted = ("offered", "served_within", "abandoned", "waited_seconds", "used_seconds", "agents")
    return Replay(
        **{name: told(name) for name in counted},
        slots=concurrency.slots,
        interval_seconds=SECONDS,
    )


class _Desk:
    """All replications of a desk at their present times.

    `holding[r, c]` counts the agents of class c: the first classes are on duty with 0 .. slots
    contacts in hand, the others are finishing with 0 .. slots after their shift's end.
    """

    def __init__(self, contacts, agents, interval_seconds, handle, patience, concurrency):
        self.contacts, self.agents = contacts, agents.astype(np.int64)
        self.interval_seconds, self.patience = interval_seconds, patience
        self.slots = concurrency.slots
        self.speed = np.tile(concurrency.handled_per_second(handle), 2)
        self.in_hand = np.tile(np.arange(self.slots + 1), 2)

    def open(self, random):
        replications, intervals = self.contacts.shape
        self.rows = np.arange(replications)
        counts = random.poisson(self.contacts)
        most = int(counts.sum(axis=1).max(initial=0))
        # Row by row: the interval of each arrival, then its time within it; the end is never.
        self.arrived = np.full((replications, most + 1), np.inf)
        for row, count in enumerate(counts):
            at = np.repeat(np.arange(intervals), count) + random.random(count.sum())
            self.arrived[row, : count.sum()] = np.sort(at) * self.interval_seconds
        self.gives_up_after = (
            np.full(self.arrived.shape, np.inf)
            if self.patience is None
            else random.exponential(self.patience, self.arrived.shape)
        )
        self.waited = np.full(self.arrived.shape, np.nan)
        self.used = np.zeros(self.contacts.shape)
        self.cell = self.rows * intervals  # of `used`, counted through: the present interval's
        self.now = np.zeros(replications)
        self.interval = np.zeros(replications, dtype=np.int64)
        self.turn = np.full(replications, float(self.interval_seconds) if intervals > 1 else np.inf)
        self.seen = np.zeros(replications, dtype=np.int64)  # arrivals so far
        self.head = np.zeros(replications, dtype=np.int64)  # the longest waiting of them
        self.holding = np.zeros((replications, 2 * (self.slots + 1)), dtype=np.int64)
        self.holding[:, 0] = self.agents[0]

    def advance(self, random) -> bool:
        """Take every replication to its next event; False once all are done."""
        arrival = self.arrived[self.rows, self.seen]
        speed = self.holding @ self.speed
        finish = self.now + random.standard_exponential(len(self.rows)) / speed
        at = np.minimum(np.minimum(arrival, finish), self.turn)
        is_done = np.isinf(arrival) & np.isinf(self.turn)
        if is_done.any():
            # At the end either nobody waits, or nobody is there to answer.
            is_done &= (self.head >= self.seen) | (speed == 0)
            if is_done.all():
                return False
            at = np.where(is_done, self.now, at)
        # Beyond the last interval the desk only finishes: that time is nobody's occupancy.
        end = len(self.agents) * self.interval_seconds
        spent = np.minimum(at, end) - np.minimum(self.now, end)
        self.used.ravel()[self.cell] += (self.holding @ self.in_hand) * spent
        self.now = at
        is_arrival = ~is_done & (at == arrival)
        self.seen += is_arrival
        is_turn = ~is_done & ~is_arrival & (at == self.turn)
        if is_turn.any():
            self._change_shift(np.flatnonzero(is_turn))
        finished = np.flatnonzero(~(is_done | is_arrival | is_turn))
        if finished.size:
            rates = np.cumsum(self.holding[finished] * self.speed, axis=1)
            drawn = random.random(finished.size) * rates[:, -1]
            by = np.minimum((rates <= drawn[:, None]).sum(axis=1), rates.shape[1] - 1)
            self.holding[finished, by] -= 1
            self.holding[finished, by - 1] += 1
        return True

    def answer(self):
        """Whoever waits and finds a slot is answered, unless he hung up before."""
        is_free = self.holding[:, : self.slots].any(axis=1)
        could = np.flatnonzero((self.head < self.seen) & is_free)
        while could.size:
            head = self.head[could]
            waited = self.now[could] - self.arrived[could, head]
            is_here = waited <= self.gives_up_after[could, head]
            taken, head = could[is_here], head[is_here]
            self.waited[taken, head] = waited[is_here]
            least = (self.holding[taken, : self.slots] > 0).argmax(axis=1)
            self.holding[taken, least] -= 1
            self.holding[taken, least + 1] += 1
            self.head[could] += 1
            is_free = self.holding[could, : self.slots].any(axis=1)
            could = could[(self.head[could] < self.seen[could]) & is_free]

    def _change_shift(self, rows):
        self.interval[rows] += 1
        self.cell[rows] += 1
        interval = self.interval[rows]
        is_last = interval == len(self.agents) - 1
        self.turn[rows] = np.where(is_last, np.inf, (interval + 1) * self.interval_seconds)
        agents = self.agents[interval]
        on_duty = self.holding[rows, : self.slots + 1]
        change = agents - on_duty.sum(axis=1)
        # Who holds least goes first: the classes up to the one that still covers the number.
        before = np.cumsum(on_duty, axis=1) - on_duty
        leaving = np.clip(np.maximum(-change, 0)[:, None] - before, 0, on_duty)
        self.holding[rows, : self.slots + 1] -= leaving
        leaving[:, 0] = 0
        self.holding[rows, self.slots + 1 :] += leaving
        self.holding[rows, 0] += np.maximum(change, 0)

    def counted(self, within) -> Replay:
        """Replication by replication and interval by interval of arrival."""
        shape = self.contacts.shape
        row, call = np.nonzero(np.isfinite(self.arrived))
        interval = (self.arrived[row, call] // self.interval_seconds).astype(np.int64)
        cell = row * shape[1] + np.minimum(interval, shape[1] - 1)
        waited = self.waited[row, call]
        is_lost = np.isnan(waited)
        waited = np.where(is_lost, self.gives_up_after[row, call], waited)
        hung_up = is_lost & np.isfinite(waited)

        def count(weights):
            return np.bincount(cell, weights, minlength=shape[0] * shape[1]).reshape(shape)

        return Replay(
            offered=count(None),
            served_within=count(~is_lost & (waited <= within)).astype(np.int64),
            abandoned=count(hung_up).astype(np.int64),
            waited_seconds=count(waited),
            used_seconds=self.used,
            agents=self.agents,
            slots=self.slots,
            interval_seconds=self.interval_seconds,
        )


def ratio_of_replications(
    parts: NDArray, wholes: NDArray
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """A share of sums over all replications, and its 95 % interval from how they differ.

    `parts` and `wholes` [replications, ...]; NaN where nothing is whole, and no interval of a
    single replication.

    Source: Cochran, Sampling Techniques (1977), 6.4, the ratio of two means.
    """
    replications = len(parts)
    whole = wholes.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(whole > 0, parts.sum(axis=0) / whole, np.nan)
        freedom = (replications - 1) or np.nan
        apart = ((parts - share * wholes) ** 2).sum(axis=0) * replications / freedom
        margin = _Z95 * np.sqrt(apart) / whole
    return share, np.maximum(share - margin, 0), np.minimum(share + margin, 1)


@dataclass(frozen=True)
class KeptPromise:
    """What came of deferrable work, each [replications]: contacts that came, agent hours due
    within the plan, and those of them that were done in time; days on which any was due, and those
    on which all of it was."""

    contacts: NDArray[np.int64]
    due_hours: NDArray[np.float64]
    in_time_hours: NDArray[np.float64]
    due_days: NDArray[np.int64]
    kept_days: NDArray[np.int64]


def replay_promise(
    staffing: pd.DataFrame,
    relative_rates: ArrayLike,
    promise_half_hours: int,
    max_occupancy: float = 1.0,
    *,
    agents: str = "required_agents",
    seed: int,
) -> KeptPromise:
    """A deferrable queue's plan lived through: how much of its work is done in time.

    Contacts come by chance at `relative_rates` times what was expected, handle times are
    exponential, and what is due first is done first, from the half hour after its arrival on, by
    agents who are busy for `max_occupancy` of their half hour and by what live agents give. Work
    that waits when the plan begins counts; work due after its end does not.

    Parameters
    ----------
    staffing
        Rows of one queue, as `requirement.require` gives them.
    relative_rates
        [replications, 1 or rows], as for `replay`.
    promise_half_hours
        Half hours of opening within which work is promised; see `deferrable.promise_half_hours`.
    agents
        The column of people on duty.
    """
    random = np.random.default_rng(seed)
    is_open = staffing["is_open"].to_numpy(dtype=bool)
    handle = float(staffing["handle_seconds"].iloc[0])
    rates = np.asarray(relative_rates, dtype=float)
    counts = random.poisson(staffing["expected_contacts"].to_numpy(dtype=float) * rates)
    arrived = random.gamma(counts) * handle / 3600
    on_duty = staffing[agents].astype("Float64").to_numpy(dtype=float, na_value=0.0)
    helped = staffing["live_help_hours"].to_numpy(dtype=float)
    capacity = (on_duty * HOURS + helped) * max_occupancy * is_open
    waiting = staffing["waiting_due_contacts"].to_numpy(dtype=float) * handle / 3600
    due = np.stack([due_by_promise(row, is_open, promise_half_hours) for row in arrived])
    backlog = np.full(len(arrived), waiting.sum())
    done = np.zeros(arrived.shape)
    for row in range(arrived.shape[1]):
        done[:, row] = np.minimum(backlog, capacity[row])
        backlog = backlog - done[:, row] + arrived[:, row]
    must = np.cumsum(due + waiting, axis=1)
    # Work in time is what is done by its deadline beyond all that was due before.
    before = must - (due + waiting)
    of_row = np.clip(np.cumsum(done, axis=1) - before, 0, due + waiting)
    begins = np.flatnonzero(~staffing["local_on"].duplicated().to_numpy())
    due_by_day, late_by_day = (
        np.add.reduceat(each, begins, axis=1) for each in (due + waiting, due + waiting - of_row)
    )
    is_due = due_by_day > _EXACT
    return KeptPromise(
        counts.sum(axis=1),
        must[:, -1],
        of_row.sum(axis=1),
        is_due.sum(axis=1),
        (is_due & (late_by_day <= _EXACT)).sum(axis=1),
    )
