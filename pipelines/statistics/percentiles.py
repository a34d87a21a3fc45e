"""Percentiles of durations: exact from all observations, or close from logarithmic bins.

Both interpolate between order statistics as SQL's `percentile_cont` does (the ninetieth
percentile of 1..10 is 9.1), and both give the order statistics that enclose the percentile
as its 95 % interval. NaN stands for NULL: no observations, or none far enough out.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pipelines.statistics.intervals import percentile_ranks

BIN_RATIO = 1.024
"""How much each bin's end exceeds its start: what is in the middle is at most 1.2 % off."""


def exact(observations: NDArray, share: float) -> tuple[float, float, float]:
    """A percentile of unsorted observations with its interval: value, low, high."""
    n = len(observations)
    if not n:
        return np.nan, np.nan, np.nan
    ordered = np.partition(observations, _ranks_needed(n, share))
    return _between(n, share, lambda rank: float(ordered[rank - 1]))


def binned(bins: ArrayLike, counts: ArrayLike, share: float) -> tuple[float, float, float]:
    """The same from counts per bin, rising; each observation stands at its bin's middle.

    Counts of several parts of the data may be added up before: that is what makes very wide
    ranges quick. The error is at most 1.2 %, and none below 40 seconds, where every whole
    second has a bin of its own.
    """
    reached = np.cumsum(np.asarray(counts, dtype=np.int64))
    if not len(reached):
        return np.nan, np.nan, np.nan
    middles = bin_middle(bins)
    return _between(
        int(reached[-1]), share, lambda rank: float(middles[np.searchsorted(reached, rank)])
    )


def rank_within(groups: ArrayLike, values: ArrayLike) -> NDArray[np.float64]:
    """Share of its own group that each value stands above, ties counting half.

    Raters of different languages use a scale differently: a 4 may be what most give or what
    hardly anybody gives. Compared by this rank, every language's ratings average one half.

    Parameters
    ----------
    groups, values : array_like
        One entry per observation. No group or no value (NaN) has no rank and is not counted.

    Returns
    -------
    ranks : between 0 and 1, neither included.
    """
    codes = pd.factorize(np.asarray(groups))[0]
    values = np.asarray(values, dtype=float)
    is_known = (codes >= 0) & ~np.isnan(values)
    ranks = np.full(len(values), np.nan)
    known = pd.Series(values[is_known]).groupby(codes[is_known])
    middle, size = known.rank(method="average"), known.transform("size")
    ranks[is_known] = (middle.to_numpy() - 0.5) / size.to_numpy()
    return ranks


def bin_middle(bins: ArrayLike) -> NDArray[np.float64]:
    """Middle of the whole seconds v that fall into each bin: floor(log(v + 1) / log(ratio))."""
    bins = np.asarray(bins, dtype=float)
    smallest = np.ceil(BIN_RATIO**bins - 1)
    largest = np.maximum(np.ceil(BIN_RATIO ** (bins + 1) - 1) - 1, smallest)
    return (smallest + largest) / 2


def _between(n: int, share: float, smallest: Callable[[int], float]) -> tuple[float, float, float]:
    """`smallest(rank)` is the order statistic of that rank, from 1 to n."""
    position = (n - 1) * share
    below = int(position)
    value = smallest(below + 1)
    if position > below:
        value += (smallest(below + 2) - value) * (position - below)
    low, high = _enclosing(n, share)
    return value, smallest(low) if low >= 1 else np.nan, smallest(high) if high <= n else np.nan


def _ranks_needed(n: int, share: float) -> list[int]:
    """Places, from 0, of the order statistics that `_between` may ask for."""
    below = int((n - 1) * share)
    low, high = _enclosing(n, share)
    return sorted({below, min(below + 1, n - 1), max(low - 1, 0), min(high - 1, n - 1)})


@lru_cache(maxsize=100_000)
def _enclosing(n: int, share: float) -> tuple[int, int]:
    """Kept because thousands of groups (an agent's days, say) often have the same size."""
    low, high = percentile_ranks(n, share)
    return int(low), int(high)
