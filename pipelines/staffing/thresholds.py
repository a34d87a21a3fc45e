"""The most that each number of agents can carry, so that a fortnight's half hours look it up.

Thousands of half hours differ in little but their load, and need some hundred numbers of agents.
So the load at which n agents begin to miss their target is bracketed once for every n; where a
half hour's load lies outside the bracket, the answer is known, and the few inside are tried. The
brackets are found by guessing and proved by evaluation: answers are those of trying every half
hour by itself.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.staffing.search import halve

_EVERY = 8  # of larger numbers of agents one in so many is solved, those between are guessed
_EACH_UP_TO = 12
_STEPS = 5
_HALF_WIDTH = 2e-3  # of a guessed bracket, in square roots of the agents: 0.02 erlangs at 100
_ROUNDING = 1e-8
_SURE = 1e-7  # a quick margin beyond this has the sign of the exact one

Margin = Callable[[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]], NDArray]
"""(kinds, loads above 0, agents) -> 0 or more where the agents suffice, falling with the load."""


def kinds_of(columns: Sequence[NDArray]) -> tuple[NDArray, NDArray] | None:
    """Which intervals agree in every column: (first position of each kind, [intervals] kind).

    None where neighbours differ so often that looking up would not pay.
    """
    begins = np.zeros(columns[0].size, dtype=bool)
    begins[:1] = True
    for column in columns:
        begins[1:] |= column[1:] != column[:-1]
    starts = np.flatnonzero(begins)
    if len(starts) > begins.size // 8:
        return None
    different = np.column_stack([column[starts] for column in columns])
    _, first, kind = np.unique(different, axis=0, return_index=True, return_inverse=True)
    lengths = np.diff(starts, append=begins.size)
    return starts[first], np.repeat(kind.ravel(), lengths)


def fewest_by_threshold(
    margin: Margin,
    quick: Margin,
    load: NDArray[np.float64],
    kind: NDArray[np.int64],
    least_hopeless: NDArray[np.float64],
) -> NDArray[np.int64] | None:
    """[intervals] fewest agents that suffice; 0 for a load of 0.

    Parameters
    ----------
    margin
        See `Margin`.
    quick
        The same to nine digits or so, in less time: it finds the brackets, and `margin` answers.
    kind
        [intervals] 0, 1, ... for intervals that differ by their load alone.
    least_hopeless
        [kinds] a load that no single agent can carry; n agents then can't carry n times as much.

    Returns
    -------
    None where the kinds have so few intervals that each is better tried by itself.
    """
    highest = np.zeros(len(least_hopeless))
    np.maximum.at(highest, kind, load)
    if 2 * (highest.sum() + len(highest)) > load.size:
        return None
    most = _enough(quick, highest)
    if 2 * most.sum() > load.size:
        return None
    if not most.any():  # nothing arrives at all
        return np.zeros(load.shape, dtype=np.int64)
    of = np.repeat(np.arange(len(most)), most)
    start = np.cumsum(most) - most
    agents = np.arange(most.sum()) - start[of] + 1
    apart = 2 * max(highest.max(), (least_hopeless * most).max()) + 1  # keeps kinds from meeting
    low, high = _brackets(quick, of, agents, least_hopeless[of] * agents, most[of], apart)

    wanted = load + kind * apart
    at = np.searchsorted(low, wanted)
    enough = np.minimum(at - start[kind] + 1, most[kind])
    too_few = enough - 1
    # Outside the brackets one agent fewer is known to be too few.
    inside = np.flatnonzero(high[np.maximum(at - 1, 0)] > wanted)
    fewer = np.searchsorted(high, wanted[inside], side="right") - start[kind[inside]]
    too_few[inside] = np.minimum(fewer, too_few[inside])
    chosen = np.flatnonzero(enough - too_few > 1)
    halve(
        lambda at, tried: margin(kind[at], load[at], tried) >= 0,
        too_few,
        enough,
        chosen[load[chosen] > 0],
    )
    return np.where(load > 0, enough, 0)


def _enough(quick: Margin, highest: NDArray[np.float64]) -> NDArray[np.int64]:
    """[kinds] agents that suffice for the highest load of each."""
    enough = np.zeros(len(highest), dtype=np.int64)
    short, beyond = np.flatnonzero(highest > 0), 1.0
    while short.size:
        load = highest[short]
        enough[short] = np.ceil(load + beyond * (np.sqrt(load) + 1))
        short = short[quick(short, load, enough[short]) < _SURE]
        beyond *= 2
    return enough


def _brackets(quick, of, agents, hopeless, most, apart) -> tuple[NDArray, NDArray]:
    """Loads that the agents carry, and loads that they don't; both ascending over all kinds."""
    is_solved = (agents <= _EACH_UP_TO) | (agents % _EVERY == 0) | (agents == most)
    solved = np.flatnonzero(is_solved)
    root = np.sqrt(agents)
    carried = _solve(quick, of[solved], agents[solved], hopeless[solved])
    # How far the load stays below the agents, in square roots of them, changes but slowly.
    spare = (agents[solved] - carried) / root[solved]
    place = of * (root.max() + 1) + root
    guess = agents - root * np.interp(place, place[solved], spare)
    below = np.maximum(guess - _HALF_WIDTH * root, guess / 2)
    above = guess + _HALF_WIDTH * root
    found = quick(np.r_[of, of], np.r_[below, above], np.r_[agents, agents])
    is_below, is_above = found[: len(of)] > _SURE, found[len(of) :] < -_SURE
    low = np.where(is_below, below - _ROUNDING, 0.0) + of * apart
    high = np.where(is_above, above + _ROUNDING, hopeless) + of * apart
    # Who carries more than a colleague fewer carries at least as much, and the other way round.
    return np.maximum.accumulate(low), np.minimum.accumulate(high[::-1])[::-1]


def _solve(quick, of, agents, hopeless) -> NDArray[np.float64]:
    """Loads near which the agents begin to fall short, by the Illinois method."""
    low, high = np.zeros(len(agents)), hopeless.astype(float)
    at_low = np.ones(len(agents))
    at_high = np.full(len(agents), -1.0)
    load = np.maximum(agents - np.sqrt(agents), agents / 4)
    last = np.zeros(len(agents), dtype=bool)
    for step in range(_STEPS):
        found = quick(of, load, agents)
        is_enough = found >= 0
        low, high = np.where(is_enough, load, low), np.where(is_enough, high, load)
        # The end that stays twice is weighed half, so that both ends close in.
        stays = (is_enough == last) & (step > 0)
        at_high = np.where(is_enough, np.where(stays, at_high / 2, at_high), found)
        at_low = np.where(is_enough, found, np.where(stays, at_low / 2, at_low))
        last = is_enough
        load = low + (high - low) * at_low / np.maximum(at_low - at_high, 1e-300)
    return load
