"""Steady-state queues in closed form: Erlang B, Erlang C and Erlang A over arrays of intervals.

Arrivals are Poisson, handle times exponential, agents equal, first come first served; in
Erlang A a waiting customer hangs up after an exponential patience. Arguments broadcast as
numpy arrays do, and answers have the broadcast shape. Load is in erlangs (arrivals per
second x handle seconds), durations in seconds. An interval without arrivals has no service
level, no wait and no abandonment: they are NaN there, not 0 or 1.

Sources: Cooper, Introduction to Queueing Theory (1981), ch. 3, for Erlang B and C;
Garnett, Mandelbaum & Reiman, "Designing a call center with impatient customers",
MSOM 4 (2002), and Gans, Koole & Mandelbaum, MSOM 5 (2003), for Erlang A.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincc, gammaln, xlogy

from pipelines.errors import OutOfRangeError, UnstableQueueError
from pipelines.staffing.search import fewest
from pipelines.staffing.thresholds import fewest_by_threshold, kinds_of
from pipelines.staffing.waiting import waiting_states

# Quotients such as 14 / 0.7 come out a few ulp off a whole number: that is not one more agent.
_ROUNDING = 1e-9
MOST_AGENTS = 1 << 20
"""Of one queue: exact answers take a step for each, and no desk is larger."""

# From so many intervals on it pays to find out what each number of agents can carry.
_MANY = 200


@dataclass(frozen=True)
class Performance:
    """What a queue does in the long run; each field is an array of one value per interval.

    wait_probability     share of arrivals that find every agent busy
    service_level_share  answered within the threshold / offered (abandoned ones count against)
    wait_mean_seconds    mean wait of all offered, abandoned ones included
    occupancy_share      share of the agents' time spent handling
    abandoned_share      abandoned / offered; 0 without patience
    queue_mean_count     mean number waiting
    ended_within_share   wait ended within the threshold, by an answer or by hanging up / offered
    """

    wait_probability: NDArray[np.float64]
    service_level_share: NDArray[np.float64]
    wait_mean_seconds: NDArray[np.float64]
    occupancy_share: NDArray[np.float64]
    abandoned_share: NDArray[np.float64]
    queue_mean_count: NDArray[np.float64]
    ended_within_share: NDArray[np.float64]


def blocking_probability(load_erlangs: ArrayLike, agents: ArrayLike) -> NDArray[np.float64]:
    """Erlang B: share of arrivals lost where nobody may wait.

    By the recursion B(n) = a B(n-1) / (n + a B(n-1)), which loses no digits at any size.
    """
    load, agents = np.broadcast_arrays(_loads(load_erlangs), np.asarray(agents, dtype=float))
    _check_agents(agents)
    # Most agents first: after n steps only the first so many intervals go on.
    last = int(agents.max(initial=0))
    left = (last - agents.ravel()).astype(np.uint16 if last < 1 << 16 else np.int64)
    order = np.argsort(left, kind="stable")
    sorted_load, blocking = load.ravel()[order], np.ones(load.size)
    going = np.cumsum(np.bincount(left, minlength=last + 1))[::-1][1:] if load.size else ()
    for n, count in enumerate(going, start=1):
        carried = sorted_load[:count] * blocking[:count]
        np.divide(carried, n + carried, out=blocking[:count])
    answer = np.empty(load.size)
    answer[order] = blocking
    return answer.reshape(load.shape)


def performance(
    load_erlangs: ArrayLike,
    agents: ArrayLike,
    handle_seconds: ArrayLike,
    within_seconds: ArrayLike,
    patience_seconds: ArrayLike | None = None,
) -> Performance:
    """`erlang_a` where a patience is given, else (None, or without end) `erlang_c`."""
    if _is_endless(patience_seconds):
        return erlang_c(load_erlangs, agents, handle_seconds, within_seconds)
    return erlang_a(load_erlangs, agents, handle_seconds, within_seconds, patience_seconds)


def erlang_c(
    load_erlangs: ArrayLike,
    agents: ArrayLike,
    handle_seconds: ArrayLike,
    within_seconds: ArrayLike,
) -> Performance:
    """Erlang C (M/M/n): everybody waits until answered.

    Raises
    ------
    UnstableQueueError
        Somewhere the agents do not exceed the load: the wait would grow without limit.
    OutOfRangeError
        A negative load or number of agents, or a duration that makes no sense.
    """
    load, agents, handle, within = _intervals(load_erlangs, agents, handle_seconds, within_seconds)
    _check_queue(agents, handle, within)
    if np.any((load > 0) & (agents <= load)):
        worst = np.flatnonzero((load > 0) & (agents <= load))[0]
        raise UnstableQueueError(
            f"{agents.flat[worst]:g} agents for a load of {load.flat[worst]:.4g} erlangs: the wait"
            f" has no limit; put at least {np.floor(load.flat[worst]) + 1:.0f} agents, or give the"
            " customers' patience"
        )
    wait_probability = _erlang_c_wait_probability(blocking_probability(load, agents), load, agents)
    has_arrivals = load > 0
    spare = np.where(has_arrivals, agents - load, np.nan)
    wait_mean = wait_probability * handle / spare
    answered = 1 - wait_probability * np.exp(-spare * within / handle)
    return Performance(
        wait_probability=np.where(has_arrivals, wait_probability, np.nan),
        service_level_share=answered,
        wait_mean_seconds=wait_mean,
        occupancy_share=_occupancy(load, agents),
        abandoned_share=np.where(has_arrivals, 0.0, np.nan),
        queue_mean_count=np.where(has_arrivals, wait_mean * load / handle, 0.0),
        ended_within_share=answered,
    )


def erlang_a(
    load_erlangs: ArrayLike,
    agents: ArrayLike,
    handle_seconds: ArrayLike,
    within_seconds: ArrayLike,
    patience_seconds: ArrayLike,
) -> Performance:
    """Erlang A (M/M/n+M): exact, also where the agents are fewer than the load.

    `service_level_share` is served within the threshold / offered.
    """
    load, agents, handle, within, patience = _intervals(
        load_erlangs, agents, handle_seconds, within_seconds, patience_seconds
    )
    _check_queue(agents, handle, within, patience)
    states = _waiting(load, agents, handle, within, patience)
    has_arrivals = load > 0
    queue = states.queue_mean_count
    wait_mean = np.divide(queue * handle, load, out=np.full(load.shape, np.nan), where=has_arrivals)
    abandoned = wait_mean / patience
    return Performance(
        wait_probability=np.where(has_arrivals, states.wait_probability, np.nan),
        service_level_share=np.where(has_arrivals, states.served_within_share, np.nan),
        wait_mean_seconds=wait_mean,
        occupancy_share=_occupancy(load * (1 - np.where(has_arrivals, abandoned, 0)), agents),
        abandoned_share=abandoned,
        queue_mean_count=queue,
        ended_within_share=np.where(has_arrivals, states.ended_within_share, np.nan),
    )


def required_agents(
    load_erlangs: ArrayLike,
    handle_seconds: ArrayLike,
    target_share: ArrayLike,
    within_seconds: ArrayLike,
    patience_seconds: ArrayLike | None = None,
    max_occupancy: ArrayLike = 1.0,
) -> NDArray[np.int64]:
    """Fewest agents per interval that reach the target share and stay within the occupancy.

    0 where nothing arrives. Without patience (None, or without end) the search starts at
    floor(load) + 1, the fewest with which the queue is stable; with patience fewer than the load
    may do.

    Raises
    ------
    OutOfRangeError
        target_share not within (0, 1), max_occupancy not within (0, 1], or a duration <= 0.
    """
    load, handle, target, within, occupancy = _intervals(
        load_erlangs, handle_seconds, target_share, within_seconds, max_occupancy
    )
    _check(
        (target > 0) & (target < 1),
        "target_share",
        target,
        "between 0 and 1: no number of agents answers everybody in time, and none is needed to"
        " answer nobody",
    )
    _check(
        (occupancy > 0) & (occupancy <= 1),
        "max_occupancy",
        occupancy,
        "above 0 and at most 1: nobody is busy for longer than all of his time",
    )
    _check_queue(0, handle, within)
    columns = [handle, target, within, occupancy]
    if not _is_endless(patience_seconds):
        patience = np.broadcast_to(np.asarray(patience_seconds, dtype=float), load.shape)
        _check_queue(0, handle, within, patience)
        columns.append(patience)
    shape, load = load.shape, load.ravel()
    columns = [column.ravel() for column in columns]
    if load.size >= _MANY and (kinds := kinds_of(columns)) is not None:
        first, kind = kinds
        of_kind = [column[first] for column in columns]
        hopeless = 1.001 / of_kind[1] if len(columns) > 4 else np.ones(len(first))

        def margin(kind, load, agents):
            told = (column[kind] for column in of_kind)
            return _margin(blocking_probability(load, agents), load, agents, *told)

        def quick(kind, load, agents):
            told = (column[kind] for column in of_kind)
            return _margin(_quick_blocking(load, agents), load, agents, *told, is_quick=True)

        found = fewest_by_threshold(margin, quick, load, kind, hopeless)
        if found is not None:
            return found.reshape(shape)
    enough = _required_erlang_c(load, *columns[:4])
    if len(columns) == 4:
        return enough.reshape(shape)

    def suffices(chosen, agents):
        told = (column[chosen] for column in columns)
        blocking = blocking_probability(load[chosen], agents)
        return _margin(blocking, load[chosen], agents, *told) >= 0

    # Who hangs up relieves the queue, but was not answered: where the threshold is long beside the
    # patience, it takes more agents than nobody hanging up would.
    short = np.flatnonzero(load > 0)
    while (short := short[~suffices(short, enough[short])]).size:
        enough[short] = 2 * enough[short]
    return fewest(suffices, np.zeros_like(enough), enough, load, tuple(columns)).reshape(shape)


def _margin(
    blocking, load, agents, handle, target, within, max_occupancy, patience=None, is_quick=False
):
    """By how much the service level exceeds the target, or the occupancy stays below its limit,
    whichever is less; 0 or more where the agents suffice for a load above 0."""
    agents = agents.astype(float)
    if patience is None:
        waiting = _erlang_c_wait_probability(blocking, load, agents)
        level = 1 - waiting * np.exp(np.minimum(load - agents, 0) * (within / handle))
        return np.where(
            agents > load,
            np.minimum(level - target, max_occupancy + _ROUNDING - load / agents),
            -1.0,
        )
    states = _waiting(load, agents, handle, within, patience, blocking, is_quick)
    carried = load - states.queue_mean_count * (handle / patience)
    busy = np.divide(carried, agents, out=np.zeros(load.shape), where=agents > 0)
    return np.minimum(states.served_within_share - target, max_occupancy + _ROUNDING - busy)


def scheduled_agents(required: ArrayLike, shrinkage: ArrayLike) -> NDArray[np.int64]:
    """Agents on the roster so that `required` remain: ceil(required / (1 - shrinkage)).

    14 at 30 % are 20. Raises OutOfRangeError unless 0 <= shrinkage < 1 and required is known.
    """
    required, shrinkage = np.asarray(required, dtype=float), np.asarray(shrinkage, dtype=float)
    _check(np.isfinite(required) & (required >= 0), "required", required, "0 or more")
    _check(
        (shrinkage >= 0) & (shrinkage < 1),
        "shrinkage",
        shrinkage,
        "0 or more and below 1: at 1 nobody on the roster ever takes a contact",
    )
    return np.ceil(required / (1 - shrinkage) - _ROUNDING).astype(np.int64)


def _required_erlang_c(load, handle, target, within, max_occupancy) -> NDArray[np.int64]:
    fewest_stable = np.maximum(np.floor(load) + 1, np.ceil(load / max_occupancy - _ROUNDING))
    agents = np.where(load > 0, fewest_stable, 0)
    enough = agents.astype(np.int64).ravel()
    short = np.flatnonzero(load > 0)
    still = (load, agents, blocking_probability(load, agents), target, within / handle)
    load, agents, blocking, target, speed = (array.ravel()[short] for array in still)
    while short.size:
        waiting = _erlang_c_wait_probability(blocking, load, agents)
        is_short = 1 - waiting * np.exp((load - agents) * speed) < target
        still = (short, load, agents, blocking, target, speed)
        short, load, agents, blocking, target, speed = (array[is_short] for array in still)
        agents += 1
        enough[short] += 1
        carried = load * blocking
        blocking = carried / (agents + carried)
    return enough.reshape(fewest_stable.shape)


def _erlang_c_wait_probability(blocking, load, agents) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):  # nobody for nothing
        return agents * blocking / (agents - load * (1 - blocking))


def _quick_blocking(load, agents) -> NDArray[np.float64]:
    """Erlang B without its recursion: Poisson's p(n) / P(at most n), for loads above 0.

    It loses the digits that log n! loses, four of sixteen at 10,000 agents.
    """
    return np.exp(xlogy(agents, load) - load - gammaln(agents + 1)) / gammaincc(agents + 1, load)


def _waiting(load, agents, handle, within, patience, blocking=None, is_quick=False):
    # Few agents for a large load, or none for none: a chance of 0 or 1, not an error.
    with np.errstate(divide="ignore", over="ignore"):
        below = 1 / (blocking_probability(load, agents) if blocking is None else blocking) - 1
    return waiting_states(
        below,
        load * patience / handle,
        agents * patience / handle,
        within / patience,
        is_quick=is_quick,
    )


def _occupancy(carried_erlangs, agents) -> NDArray[np.float64]:
    return np.divide(carried_erlangs, agents, out=np.full(agents.shape, np.nan), where=agents > 0)


def _intervals(load_erlangs: ArrayLike, *others: ArrayLike) -> list[NDArray[np.float64]]:
    arrays = [_loads(load_erlangs), *(np.asarray(other, dtype=float) for other in others)]
    return [np.array(array) for array in np.broadcast_arrays(*arrays)]


def _is_endless(patience_seconds) -> bool:
    """Whether nobody ever hangs up."""
    return patience_seconds is None or bool(np.all(np.isposinf(patience_seconds)))


def _check_queue(agents, handle, within, patience=None) -> None:
    _check_agents(agents)
    _check(np.isfinite(handle) & (handle > 0), "handle_seconds", handle, "above 0")
    _check(within >= 0, "within_seconds", within, "0 or more")
    if patience is not None:
        _check(
            np.isfinite(patience) & (patience > 0),
            "patience_seconds",
            patience,
            "above 0 and finite: who has none hangs up before he could be answered; leave it out"
            " where nobody hangs up",
        )


def _check_agents(agents) -> None:
    is_whole = (agents >= 0) & (agents <= MOST_AGENTS) & (agents == np.floor(agents))
    allowed = f"whole and 0 to {MOST_AGENTS:,}: nobody is half there"
    _check(is_whole, "agents", agents, allowed)


def _loads(load_erlangs: ArrayLike) -> NDArray[np.float64]:
    load = np.asarray(load_erlangs, dtype=float)
    if (load >= MOST_AGENTS).any():
        raise OutOfRangeError(
            f"load is {load.max():g}; it must be below {MOST_AGENTS:,} erlangs",
            "too_many_agents",
            most=MOST_AGENTS,
        )
    _check(load >= 0, "load", load, "0 or more erlangs")
    return load


def _check(is_fine: ArrayLike, name: str, values: ArrayLike, allowed: str) -> None:
    if not np.all(is_fine):
        first = np.asarray(values, dtype=float).flat[np.flatnonzero(~np.asarray(is_fine))[0]]
        raise OutOfRangeError(f"{name} is {first:g}; it must be {allowed}")
