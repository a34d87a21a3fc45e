"""Percentiles of durations: exact from all observations, or close from logarithmic bins.

Both interpolate between order statistics as SQL's `percentile_cont` does (the ninetieth
percentile of 1..10 is 9.1), and both give the order statistics that enclose the percentile
as its 95 % interval. NaN stands for NULL: no observations, or none far enough out.
"""

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
    position = (n - 1) * share
    below = int(position)
    value = float(ordered[below])
    if position > below:
        value += (float(ordered[below + 1]) - value) * (position - below)
    low, high = _enclosing(n, share)
    return (
        value,
        float(ordered[low - 1]) if low >= 1 else np.nan,
        float(ordered[high - 1]) if high <= n else np.nan,
    )


def binned(
    bins: ArrayLike, counts: NDArray[np.int64], share: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The same for many groups at once, from counts per bin.

    Each observation stands at its bin's middle: the error is at most 1.2 %, and none below 40
    seconds, where every whole second has a bin of its own.

    Parameters
    ----------
    bins : array_like, [bins]
        Rising; `bin_middle` says which seconds they hold.
    counts : array, [groups, bins]

    Returns
    -------
    value, low, high : [groups]
    """
    reached = np.cumsum(counts, axis=1)
    n = reached[:, -1] if reached.shape[1] else np.zeros(len(reached), dtype=np.int64)
    middles = np.append(bin_middle(bins), np.nan)

    def smallest(rank: NDArray[np.int64]) -> NDArray[np.float64]:
        """The order statistic of that rank, from 1 to n; NaN for any other."""
        place = (reached < rank[:, None]).sum(axis=1)
        return np.where((rank >= 1) & (rank <= n), middles[place], np.nan)

    position = (n - 1) * share
    below = position.astype(np.int64)
    lower, upper = smallest(below + 1), smallest(np.minimum(below + 2, n))
    low, high = percentile_ranks(n, share)
    return lower + (upper - lower) * (position - below), smallest(low), smallest(high)


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


def _ranks_needed(n: int, share: float) -> list[int]:
    """Places, from 0, of the order statistics that `exact` may ask for."""
    below = int((n - 1) * share)
    low, high = _enclosing(n, share)
    return sorted({below, min(below + 1, n - 1), max(low - 1, 0), min(high - 1, n - 1)})


@lru_cache(maxsize=100_000)
def _enclosing(n: int, share: float) -> tuple[int, int]:
    """Kept because thousands of groups (an agent's days, say) often have the same size."""
    low, high = percentile_ranks(n, share)
    return int(low), int(high)
