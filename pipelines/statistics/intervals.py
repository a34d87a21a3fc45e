"""95 % confidence intervals in closed form, over arrays of groups.

Arguments broadcast as numpy arrays do. NaN stands for NULL: a group without observations
has no interval, and one that is too small for a limit lacks that limit. Nothing is clipped
to look better than it is.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, bdtrik, ndtri, stdtrit

CONFIDENCE = 0.95


def wilson(
    successes: ArrayLike, n: ArrayLike, confidence: float = CONFIDENCE
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson score interval of a share.

    Parameters
    ----------
    successes, n : array_like of int
        Observations that have the property, and all observations.

    Returns
    -------
    low, high : shares between 0 and 1; NaN where n is 0.

    Source: Wilson (1927), "Probable inference", JASA 22; Brown, Cai & DasGupta (2001).
    """
    n = np.asarray(n, dtype=float)
    z = ndtri((1 + confidence) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.asarray(successes, dtype=float) / n
        centre = share + z**2 / (2 * n)
        spread = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
        low, high = (centre - spread) / (1 + z**2 / n), (centre + spread) / (1 + z**2 / n)
    # At 0 of n and n of n a limit is exactly 0 or 1: rounding must not push it outside.
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


def mean(
    n: ArrayLike, total: ArrayLike, squares: ArrayLike, confidence: float = CONFIDENCE
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Mean and its Student t interval, from sums that add up over rows.

    Parameters
    ----------
    n, total, squares : array_like
        Number of observations, their sum, and the sum of their squares.

    Returns
    -------
    mean, low, high : NaN mean where n is 0; NaN limits where n is below 2, since one
        observation says nothing about the spread.
    """
    n = np.asarray(n, dtype=float)
    total = np.asarray(total, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = total / n
        variance = np.maximum(np.asarray(squares, dtype=float) - total * centre, 0.0) / (n - 1)
        enough = n >= 2
        t = stdtrit(np.where(enough, n - 1, np.nan), (1 + confidence) / 2)
        spread = t * np.sqrt(variance / n)
    return (
        centre,
        np.where(enough, centre - spread, np.nan),
        np.where(enough, centre + spread, np.nan),
    )


def percentile_ranks(
    n: ArrayLike, share: float, confidence: float = CONFIDENCE
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which order statistics enclose a percentile, whatever the distribution.

    The number of observations below the percentile is binomial, so the interval from the
    `low`-th to the `high`-th smallest covers it with at least the confidence asked for, each
    side missing it with at most half of the rest.

    Parameters
    ----------
    n : array_like of int
        Observations.
    share : float
        0.5 for the median, 0.9 for the ninetieth percentile.

    Returns
    -------
    low, high : ranks from 1 to n; 0 and n + 1 where no observation is far enough out: the
        interval is open on that side.

    Source: Conover, Practical Nonparametric Statistics (1999), section 3.2. For the median
    of 10 it gives the 2nd and the 9th, of 100 the 40th and the 61st, as printed tables do.
    """
    n = np.asarray(n, dtype=np.int64)
    tail = (1 - confidence) / 2
    low = _binomial_quantile(tail, n, share)
    high = _binomial_quantile(1 - tail, n, share) + 1
    return low.astype(np.int64), np.minimum(high, n + 1).astype(np.int64)


def _binomial_quantile(probability: float, n: NDArray, share: float) -> NDArray[np.float64]:
    """The fewest successes k with P(B <= k) >= probability; 0 where n is 0."""
    with np.errstate(invalid="ignore"):
        above = np.ceil(bdtrik(probability, n, share))
        below = np.maximum(above - 1, 0)
        fewest = np.where(bdtr(below, n, share) >= probability, below, above)
    return np.where(n > 0, np.nan_to_num(fewest), 0.0)
