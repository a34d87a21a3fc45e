"""Chats: agents who hold several contacts at once, and take longer over each the more they hold.

`agents` x `slots` chats fit; a new chat goes to the agent who holds fewest. With j at once a chat
takes T(j) = T(1) (1 + s (j - 1)) seconds, so an agent finishes h(j) = j / T(j) a second. With i
chats in hand, i = q n + r, they are spread evenly: n - r agents hold q and r hold q + 1. Arrivals
are Poisson, handle times exponential, and who waits hangs up after an exponential patience.
Arguments broadcast; an interval without arrivals has NaN measures, as in `erlang`.

Source: Tezcan & Zhang, "Routing and staffing in customer service chat systems with impatient
customers", Operations Research 62 (2014). With one slot this is Erlang A.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipelines.errors import OutOfRangeError, UnstableQueueError
from pipelines.staffing.erlang import MOST_AGENTS, Performance
from pipelines.staffing.search import fewest
from pipelines.staffing.thresholds import kinds_of
from pipelines.staffing.waiting import (
    WaitingStates,
    waiting_states,
    waiting_states_without_end,
)

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Concurrency:
    """How many chats an agent holds at once, and what each further one costs.

    slots              chats an agent holds at most, 1 or more
    slowdown_share     s: each further chat lengthens every chat's handle time by s x T(1), 0 or
                       more; 0 means that an agent with three chats works three times as fast
    """

    slots: int
    slowdown_share: float = 0.0

    def __post_init__(self):
        if not 1 <= self.slots < np.inf or self.slots != int(self.slots):
            raise OutOfRangeError(
                f"slots is {self.slots}; an agent holds a whole number, 1 or more"
            )
        object.__setattr__(self, "slots", int(self.slots))  # 3.0 out of a frame
        if not 0 <= self.slowdown_share < np.inf:
            raise OutOfRangeError(
                f"slowdown_share is {self.slowdown_share}; it must be 0 or more: holding more"
                " chats does not shorten each"
            )

    def handled_per_second(self, handle_seconds: ArrayLike) -> NDArray[np.float64]:
        """[..., slots + 1] chats that an agent finishes a second while holding 0 .. slots."""
        held = np.arange(self.slots + 1)
        alone = np.asarray(handle_seconds, dtype=float)[..., None]
        return held / (alone * (1 + self.slowdown_share * (held - 1)).clip(min=1))


CALLS = Concurrency(1)
"""One contact at a time: the telephone."""


def chat_performance(
    arrivals_per_second: ArrayLike,
    agents: ArrayLike,
    handle_seconds: ArrayLike,
    within_seconds: ArrayLike,
    patience_seconds: ArrayLike,
    concurrency: Concurrency,
) -> Performance:
    """What `agents` do with chats: exact stationary birth and death.

    `handle_seconds` is T(1), a chat held alone. `occupancy_share` is the share of all slots in
    use. `patience_seconds` may be infinite while the agents keep up.

    Raises
    ------
    OutOfRangeError
        A negative rate, a duration that is not above 0, or a negative number of agents.
    UnstableQueueError
        Nobody hangs up, and the agents with every slot full finish no more than arrive.
    """
    rate, agents, handle, within, patience = _checked(
        arrivals_per_second, agents, handle_seconds, within_seconds, patience_seconds
    )
    per_agent = concurrency.handled_per_second(handle)
    full = agents * per_agent[..., -1]
    is_endless = np.isinf(patience)
    if np.any(is_stuck := is_endless & (rate > 0) & (full <= rate)):
        worst = np.flatnonzero(is_stuck)[0]
        raise UnstableQueueError(
            f"{agents.flat[worst]:g} agents finish at most {3600 * full.flat[worst]:.4g} chats an"
            f" hour and {3600 * rate.flat[worst]:.4g} arrive: the wait has no limit; put more than"
            f" {rate.flat[worst] / per_agent[..., -1].flat[worst]:.4g} agents, or give the"
            " customers' patience"
        )
    below, held_below = _below(rate, agents, per_agent)
    ended = np.where(is_endless, handle, patience)  # a patience for those who need none
    states = waiting_states(below, rate * ended, full * ended, within / ended)
    if is_endless.any():
        endless = vars(waiting_states_without_end(below, rate, full, within))
        states = WaitingStates(
            **{name: np.where(is_endless, endless[name], of) for name, of in vars(states).items()}
        )
    all_full = states.wait_probability
    room = agents * concurrency.slots
    in_hand = (1 - all_full) * held_below + all_full * room
    has_arrivals = rate > 0
    queue = np.where(has_arrivals, states.queue_mean_count, 0.0)
    wait = np.divide(queue, rate, out=np.full(rate.shape, np.nan), where=has_arrivals)
    return Performance(
        wait_probability=np.where(has_arrivals, all_full, np.nan),
        service_level_share=np.where(has_arrivals, states.served_within_share, np.nan),
        wait_mean_seconds=wait,
        occupancy_share=np.divide(
            in_hand * has_arrivals, room, out=np.full(rate.shape, np.nan), where=room > 0
        ),
        abandoned_share=wait / patience,
        queue_mean_count=queue,
        ended_within_share=np.where(has_arrivals, states.ended_within_share, np.nan),
    )


def required_chat_agents(
    arrivals_per_second: ArrayLike,
    handle_seconds: ArrayLike,
    target_share: ArrayLike,
    within_seconds: ArrayLike,
    patience_seconds: ArrayLike,
    concurrency: Concurrency,
    max_occupancy: ArrayLike = 1.0,
) -> NDArray[np.int64]:
    """Fewest agents per interval that answer the target share of chats within the threshold.

    0 where nothing arrives. `max_occupancy` bounds the share of slots in use.

    Raises
    ------
    OutOfRangeError
        A target that is not between 0 and 1, a negative rate, or a duration that is not above 0.
    """
    rate, handle, target, within, patience, occupancy = (
        np.array(each)
        for each in np.broadcast_arrays(
            *(
                np.asarray(each, dtype=float)
                for each in (
                    arrivals_per_second,
                    handle_seconds,
                    target_share,
                    within_seconds,
                    patience_seconds,
                    max_occupancy,
                )
            )
        )
    )
    _checked(rate, 0, handle, within, patience)
    if not np.all((target > 0) & (target < 1)):
        raise OutOfRangeError(
            f"target_share is {target_share}; it must be between 0 and 1: no number of agents"
            " answers everybody in time, and none is needed to answer nobody"
        )
    if not np.all((occupancy > 0) & (occupancy <= 1)):
        raise OutOfRangeError(f"max_occupancy is {max_occupancy}; it must be above 0, at most 1")
    shape = rate.shape
    rate, handle, target, within, patience, occupancy = map(
        np.ravel, (rate, handle, target, within, patience, occupancy)
    )
    per_agent = concurrency.handled_per_second(handle)[..., -1]

    def suffices(chosen, agents):
        is_enough = np.isfinite(patience[chosen]) | (agents * per_agent[chosen] > rate[chosen])
        at, agents = chosen[is_enough], agents[is_enough]
        does = chat_performance(rate[at], agents, handle[at], within[at], patience[at], concurrency)
        is_enough[is_enough] = (does.service_level_share >= target[at]) & (
            does.occupancy_share <= occupancy[at] + _ROUNDING
        )
        return is_enough

    alike = (handle, target, within, patience, occupancy)
    # Gallop up to a number that suffices for the busiest of those alike, and so for all of them.
    known = kinds_of(alike)
    kind = known[1] if known else np.unique(np.column_stack(alike), axis=0, return_inverse=True)[1]
    busiest = np.lexsort((rate, kind))[
        np.searchsorted(np.sort(kind), range(kind.max(initial=-1) + 1), "right") - 1
    ]
    is_open = busiest[rate[busiest] > 0]
    in_use = rate * handle / (concurrency.slots * occupancy)
    tried = np.maximum(1, np.floor(np.maximum(1.2 * rate / per_agent, in_use)))
    while is_open.size:
        if tried.max(initial=0) > MOST_AGENTS:
            raise OutOfRangeError(
                f"the target takes more than {MOST_AGENTS:,} agents",
                "too_many_agents",
                most=MOST_AGENTS,
            )
        is_short = ~suffices(is_open, tried[is_open])
        tried[is_open[is_short]] *= 2
        is_open = is_open[is_short]
    tried = tried.astype(np.int64)
    enough = np.where(rate > 0, tried[busiest][kind], 0)
    return fewest(suffices, np.zeros_like(enough), enough, rate, alike).reshape(shape)


def _below(rate, agents, per_agent) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """P(a slot is free) / P(all full and nobody waits), and mean chats in hand while one is.

    S(i) = sum of p(m) / p(i) over m < i obeys S(i) = (1 + S(i-1)) x death rate(i) / arrival rate,
    which is Erlang B's recursion where the death rate is i / handle time.
    """
    slots = per_agent.shape[-1] - 1
    room = (agents * slots).astype(np.int64)
    below, held = np.zeros(rate.shape), np.zeros(rate.shape)
    whole = np.maximum(agents, 1).astype(np.int64)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for i in range(1, int(room.max(initial=0)) + 1):
            level, further = np.divmod(i, whole)
            level = np.minimum(level, slots)
            now = np.take_along_axis(per_agent, level[..., None], -1)[..., 0]
            above = np.take_along_axis(per_agent, np.minimum(level + 1, slots)[..., None], -1)
            death = (whole - further) * now + further * above[..., 0]
            is_room = i <= room
            # The mean of m over m < i, carried along instead of a sum that may overflow.
            weight = 1 / (1 + below)
            held = np.where(is_room, held + (i - 1 - held) * weight, held)
            below = np.where(is_room, (1 + below) * death / rate, below)
    return below, held


def _checked(rate, agents, handle, within, patience) -> list[NDArray[np.float64]]:
    named = {
        "arrivals_per_second": (rate, lambda v: np.isfinite(v) & (v >= 0), "0 or more"),
        "agents": (
            agents,
            lambda v: (v >= 0) & (v <= MOST_AGENTS) & (v == np.floor(v)),
            f"whole and 0 to {MOST_AGENTS:,}",
        ),
        "handle_seconds": (handle, lambda v: np.isfinite(v) & (v > 0), "above 0"),
        "within_seconds": (within, lambda v: np.isfinite(v) & (v >= 0), "0 or more"),
        "patience_seconds": (patience, lambda v: v > 0, "above 0"),
    }
    for name, (value, is_sound, allowed) in named.items():
        if not np.all(is_sound(np.asarray(value, dtype=float))):
            raise OutOfRangeError(f"{name} is {value}; it must be {allowed}")
    arrays = (np.asarray(each, dtype=float) for each in (rate, agents, handle, within, patience))
    return [np.array(each) for each in np.broadcast_arrays(*arrays)]
