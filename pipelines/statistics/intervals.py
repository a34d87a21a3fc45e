"""95 % confidence intervals over arrays of groups, and a bootstrap for what has no formula.

Arguments broadcast as numpy arrays do. NaN stands for NULL: a group without observations
has no interval, and one that is too small for a limit lacks that limit. Nothing is clipped
to look better than it is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, bdtrik, ndtri, stdtrit

CONFIDENCE = 0.95
RESAMPLES = 2_000

_RESAMPLED_AT_ONCE = 4_000_000
# Weights of 1/3, 4/3 and 3 are worth 1.9999999999999993 rows of equal weight: they are two.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Estimate:
    """One number with its sample and its 95 % interval; NaN stands for NULL."""

    n: int
    value: float
    low: float
    high: float


def ratio(above: ArrayLike, below: ArrayLike) -> NDArray[np.float64]:
    """`above / below`, and NaN where `below` is 0 or NaN: nothing observed is no rate."""
    above, below = np.asarray(above, dtype=float), np.asarray(below, dtype=float)
    shape = np.broadcast(above, below).shape
    return np.divide(above, below, out=np.full(shape, np.nan), where=below > 0)


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
    # At 0 of n and n of n a limit is exactly 0 or 1, which rounding misses on either side.
    low, high = np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)
    return np.where(share == 0, 0.0, low), np.where(share == 1, 1.0, high)


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
        enough = n >= 2 - _ROUNDING
        t = stdtrit(np.where(enough, n - 1, np.nan), (1 + confidence) / 2)
        spread = t * np.sqrt(variance / n)
    return (
        centre,
        np.where(enough, centre - spread, np.nan),
        np.where(enough, centre + spread, np.nan),
    )


def ratio_of_totals(
    n: ArrayLike,
    total: ArrayLike,
    weight: ArrayLike,
    squares: ArrayLike,
    products: ArrayLike,
    weight_squares: ArrayLike,
    confidence: float = CONFIDENCE,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Ratio of two totals over the same rows, with its linearised Student t interval.

    A row with value y and weight w departs from the ratio R by y - R w; the spread of these
    residuals over rows is that of the ratio. With every weight 1 it is `mean`.

    Parameters
    ----------
    n, total, weight, squares, products, weight_squares : array_like
        Number of rows, and the sums over them of y, w, y², y w and w².

    Returns
    -------
    ratio, low, high : NaN ratio where the weights add up to 0; NaN limits where n is below 2.

    Source: Cochran, Sampling Techniques (1977), section 2.11; Taylor linearisation.
    """
    n, weight = np.asarray(n, dtype=float), np.asarray(weight, dtype=float)
    centre = ratio(total, weight)
    residuals = np.maximum(
        np.asarray(squares, dtype=float)
        - 2 * centre * np.asarray(products, dtype=float)
        + centre**2 * np.asarray(weight_squares, dtype=float),
        0.0,
    )
    freedom = np.where(n >= 2, n - 1, np.nan)
    t = stdtrit(freedom, (1 + confidence) / 2)
    margin = t * np.sqrt(n / freedom * residuals) / np.where(weight > 0, weight, np.nan)
    return centre, centre - margin, centre + margin


def difference(
    value: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    base: ArrayLike,
    base_low: ArrayLike,
    base_high: ArrayLike,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """How much an estimate differs from an independent one, from the intervals of both.

    Returns
    -------
    difference, low, high : value less base, as sure as the intervals given; NaN limits where
        either has none.

    Source: Zou & Donner (2008), Statistics in Medicine 27: variance estimates recovered (MOVER).
    """
    value, low, high, base, base_low, base_high = (
        np.asarray(given, dtype=float) for given in (value, low, high, base, base_low, base_high)
    )
    step = value - base
    return (
        step,
        step - np.hypot(value - low, base_high - base),
        step + np.hypot(high - value, base - base_low),
    )


def share_difference(
    successes: ArrayLike,
    n: ArrayLike,
    base_successes: ArrayLike,
    base_n: ArrayLike,
    confidence: float = CONFIDENCE,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """How much a share differs from a base (the period before, a language's own past).

    Returns
    -------
    difference, low, high : share less base share; NaN where either has no observations.

    Source: Newcombe (1998), Statistics in Medicine 17, method 10: from both Wilson intervals.
    """
    return difference(
        ratio(successes, n),
        *wilson(successes, n, confidence),
        ratio(base_successes, base_n),
        *wilson(base_successes, base_n, confidence),
    )


def mean_difference(
    n: ArrayLike,
    total: ArrayLike,
    squares: ArrayLike,
    base_n: ArrayLike,
    base_total: ArrayLike,
    base_squares: ArrayLike,
    confidence: float = CONFIDENCE,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """How much a mean differs from a base mean, from sums that add up over rows.

    Returns
    -------
    difference, low, high : NaN limits where either has fewer than 2 observations.

    Source: Welch (1947), Biometrika 34.
    """
    sides = []
    for size, sums, powers in ((n, total, squares), (base_n, base_total, base_squares)):
        size, centre = np.asarray(size, dtype=float), ratio(sums, size)
        scatter = np.maximum(np.asarray(powers, dtype=float) - sums * centre, 0.0)
        sides.append((size, centre, ratio(scatter, (size - 1) * size)))
    (size, centre, variance), (base_size, base, base_variance) = sides
    variance_of_both = variance + base_variance
    with np.errstate(invalid="ignore", divide="ignore"):
        freedom = ratio(
            variance_of_both**2,
            variance**2 / (size - 1) + base_variance**2 / (base_size - 1),
        )
    # Without any spread there is no uncertainty, whatever the degrees of freedom.
    margin = np.where(
        variance_of_both == 0,
        0.0,
        stdtrit(freedom, (1 + confidence) / 2) * np.sqrt(variance_of_both),
    )
    return centre - base, centre - base - margin, centre - base + margin


def effective_n(weight: ArrayLike, weight_squares: ArrayLike) -> NDArray[np.float64]:
    """How many equally weighted observations would be as precise.

    Parameters
    ----------
    weight, weight_squares : array_like
        Sum of the weights and sum of their squares; both add up over rows.

    Returns
    -------
    effective n : at most the number of observations; NaN where all weights are 0.

    Source: Kish, Survey Sampling (1965), section 11.7.
    """
    return ratio(np.asarray(weight, dtype=float) ** 2, weight_squares)


def weighted_share(
    weight: ArrayLike, weight_squares: ArrayLike, total: ArrayLike, confidence: float = CONFIDENCE
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Share of the weight that has a property, with Wilson's interval on the effective n.

    Parameters
    ----------
    weight, weight_squares, total : array_like
        Sums of the weights, of their squares, and of the weights that have the property.

    Returns
    -------
    share, low, high : NaN where all weights are 0.

    Source: Korn & Graubard (1998), Survey Methodology 24, for binomial limits on an effective n.
    """
    n = effective_n(weight, weight_squares)
    share = ratio(total, weight)
    return share, *wilson(share * n, n, confidence)


def weighted_mean(
    weight: ArrayLike,
    weight_squares: ArrayLike,
    total: ArrayLike,
    squares: ArrayLike,
    confidence: float = CONFIDENCE,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Weighted mean with Student's t interval on the effective n.

    Parameters
    ----------
    weight, weight_squares, total, squares : array_like
        Sums over rows of w, w², w·x and w·x².

    Returns
    -------
    mean, low, high : as `mean`; equal weights give what it gives.
    """
    n = effective_n(weight, weight_squares)
    per_observation = ratio(n, weight)
    return mean(n, total * per_observation, squares * per_observation, confidence)


def bootstrap(
    statistic: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    n: int,
    seed: int,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> tuple[float, float]:
    """Percentile bootstrap interval of any statistic of n independent observations.

    Parameters
    ----------
    statistic
        Takes places of observations, one resample per row (resamples x n), and gives one
        value per row: `lambda places: np.median(waits[places], axis=1)`.
    n
        Observations; NaN limits below 2.
    seed
        Equal seeds give equal limits.

    Returns
    -------
    low, high : resamples in which the statistic is not defined (NaN) are left out.

    Source: Efron & Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
    """
    if n < 2:
        return np.nan, np.nan
    random = np.random.default_rng(seed)
    at_once = max(1, _RESAMPLED_AT_ONCE // n)
    values = np.concatenate(
        [
            statistic(random.integers(n, size=(min(at_once, resamples - done), n)))
            for done in range(0, resamples, at_once)
        ]
    )
    values = values[~np.isnan(values)]
    if not len(values):
        return np.nan, np.nan
    low, high = np.quantile(values, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


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
