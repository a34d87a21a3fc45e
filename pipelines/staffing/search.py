"""The fewest agents that suffice, searched for many intervals at once."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

_STRIDE = 16

Suffices = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.bool_]]
"""(positions of intervals, agents to try there) -> whether they suffice."""


def fewest(
    suffices: Suffices,
    too_few: NDArray[np.int64],
    enough: NDArray[np.int64],
    load: NDArray[np.float64],
    alike: tuple[NDArray[np.float64], ...],
) -> NDArray[np.int64]:
    """[intervals] fewest agents, where more suffice as well and more load never needs fewer.

    Parameters
    ----------
    too_few, enough
        Per interval, agents known not to suffice and known to suffice.
    load, alike
        Intervals that agree in every array of `alike` differ by their load alone: between two of
        them that need the same number, all need it. Every sixteenth is searched first, so that
        few of the others are left to try.
    """
    too_few, enough = too_few.copy(), enough.copy()
    # What is the same everywhere tells nobody apart, and is costly to sort by.
    alike = tuple(values for values in alike if np.any(values != values[:1]))
    order = np.lexsort((load, *alike))
    begins = np.zeros(len(order), dtype=bool)
    begins[:1] = True
    for values in alike:
        ordered = values[order]
        begins[1:] |= ordered[1:] != ordered[:-1]
    first = np.flatnonzero(begins)
    run = np.cumsum(begins) - 1
    within = np.arange(len(order)) - first[run]
    ends = np.r_[begins[1:], True][: len(order)]
    is_first = (within % _STRIDE == 0) | ends
    halve(suffices, too_few, enough, order[is_first])
    # Each interval lies between two that are known; both belong to its run.
    known = np.flatnonzero(is_first)
    rest = np.flatnonzero(~is_first)
    after = np.searchsorted(known, rest)
    below, above = order[known[after - 1]], order[known[after]]
    rest = order[rest]
    too_few[rest] = np.maximum(too_few[rest], enough[below] - 1)
    enough[rest] = np.minimum(enough[rest], enough[above])
    halve(suffices, too_few, enough, rest)
    return enough


def halve(
    suffices: Suffices,
    too_few: NDArray[np.int64],
    enough: NDArray[np.int64],
    chosen: NDArray[np.int64],
) -> None:
    """Bring `too_few` and `enough` of the `chosen` positions together, in place."""
    while (chosen := chosen[enough[chosen] - too_few[chosen] > 1]).size:
        middle = (too_few[chosen] + enough[chosen]) // 2
        is_enough = suffices(chosen, middle)
        enough[chosen[is_enough]] = middle[is_enough]
        too_few[chosen[~is_enough]] = middle[~is_enough]
