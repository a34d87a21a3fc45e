"""Funnel limits instead of rankings: who differs from all by more than chance would.

Somebody always comes last. Around the common value, limits that narrow with n say how far
chance alone carries a group of that size; only what lies outside is worth a look. Groups under
RANKED_FROM observations are drawn, but never judged.

Source: Spiegelhalter (2005), "Funnel plots for comparing institutional performance",
Statistics in Medicine 24; DerSimonian & Laird (1986) for the spread between groups.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, bdtrik, ndtri

from pipelines.statistics import intervals
from pipelines.statistics.intervals import ratio

Floats = NDArray[np.float64]

RANKED_FROM = 30
"""Observations below which nothing is ranked or judged."""

LEVELS = (0.95, 0.998)
_WINSORISED = 0.1
_WINSORISED_VARIANCE = 0.6787
"""Variance that a standard normal keeps when its outer tenths are drawn in."""


def shares(successes: ArrayLike, n: ArrayLike, is_overdispersed: bool = False) -> pd.DataFrame:
    """Groups' shares against the share of all.

    Parameters
    ----------
    successes, n : array_like of int
        One entry per group.
    is_overdispersed
        Widen the limits by the spread between groups that chance does not explain: with
        hundreds of thousands of contacts each, every group would lie outside otherwise.

    Returns
    -------
    DataFrame
        One row per group: n, value, low, high (Wilson, of the group itself), target (of all
        groups), low_95, high_95, low_998, high_998 (where chance alone would leave a group of
        this size), and outside: -2 and 2 beyond the 99.8 % limits, -1 and 1 beyond those of
        95 %, 0 within; NULL below RANKED_FROM observations.
    """
    successes, n = np.asarray(successes, dtype=float), np.asarray(n, dtype=float)
    target = ratio(successes.sum(), n.sum())
    value = ratio(successes, n)
    between = 0.0
    if is_overdispersed:
        between = _between_variance(value, target, ratio(target * (1 - target), n))
    limits = [share_limits(target, n, level, between) for level in LEVELS]
    return _judged(n, value, intervals.wilson(successes, n), target, limits)


def means(
    n: ArrayLike, total: ArrayLike, squares: ArrayLike, is_overdispersed: bool = False
) -> pd.DataFrame:
    """Groups' means against the mean of all: as `shares`, from sums and sums of squares.

    The limits assume the standard deviation within groups, pooled over all of them.
    """
    n, total, squares = (np.asarray(values, dtype=float) for values in (n, total, squares))
    value, low, high = intervals.mean(n, total, squares)
    target = ratio(total.sum(), n.sum())
    within = squares.sum() - np.nansum(total * value)
    variance = ratio(max(within, 0.0), n.sum() - (n > 0).sum())
    between = 0.0
    if is_overdispersed:
        between = _between_variance(value, target, ratio(variance, n))
    limits = [mean_limits(target, variance, n, level, between) for level in LEVELS]
    return _judged(n, value, (low, high), target, limits)


def share_limits(
    target: float, n: ArrayLike, level: float, between: float = 0.0
) -> tuple[Floats, Floats]:
    """Between which shares groups of n lie with probability `level` if all share `target`.

    Exact binomial quantiles, interpolated so that the curve is smooth (Spiegelhalter's
    appendix); with a variance `between` groups, normal ones. NaN where n is 0.
    """
    n = np.asarray(n, dtype=float)
    if between > 0:
        margin = ndtri((1 + level) / 2) * np.sqrt(ratio(target * (1 - target), n) + between)
        return np.maximum(target - margin, 0.0), np.minimum(target + margin, 1.0)
    return _binomial(target, n, (1 - level) / 2), _binomial(target, n, (1 + level) / 2)


def mean_limits(
    target: float, variance: float, n: ArrayLike, level: float, between: float = 0.0
) -> tuple[Floats, Floats]:
    """Between which means groups of n lie with probability `level`; NaN where n is 0."""
    margin = ndtri((1 + level) / 2) * np.sqrt(ratio(variance, np.asarray(n, float)) + between)
    return target - margin, target + margin


def _binomial(target: float, n: Floats, probability: float) -> Floats:
    if np.isnan(target) or target in (0.0, 1.0):
        return np.where(n > 0, target, np.nan)
    with np.errstate(invalid="ignore"):
        n = n.astype(np.int64)
        rank = np.ceil(np.nan_to_num(bdtrik(probability, n, target)))
        below = np.where(rank > 0, bdtr(np.maximum(rank - 1, 0), n, target), 0.0)
        reached = bdtr(rank, n, target)
        excess = np.clip(ratio(reached - probability, reached - below), 0.0, 1.0)
    return np.clip(ratio(rank - excess, n), 0.0, 1.0)


def _between_variance(value: Floats, target: float, variance: Floats) -> float:
    """DerSimonian & Laird's moment estimate, after the outermost tenth on each side is drawn in.

    Groups that truly stand out must not widen the limits that should show them.
    """
    is_known = (variance > 0) & ~np.isnan(value)
    weight = 1 / variance[is_known]
    if len(weight) < 3:
        return 0.0
    z = (value[is_known] - target) * np.sqrt(weight)
    z = np.clip(z, *np.quantile(z, [_WINSORISED, 1 - _WINSORISED]))
    freedom = len(z) - 1
    scale = weight.sum() - (weight**2).sum() / weight.sum()
    return float(max(0.0, ((z**2).mean() / _WINSORISED_VARIANCE - 1) * freedom / scale))


def _judged(n, value, own, target, limits) -> pd.DataFrame:
    (low_95, high_95), (low_998, high_998) = limits
    above = (value > high_95).astype(int) + (value > high_998)
    below = (value < low_95).astype(int) + (value < low_998)
    outside = pd.Series(above - below, dtype="Int64").mask(n < RANKED_FROM)
    return pd.DataFrame(
        {
            "n": n.astype("int64"),
            "value": value,
            "low": own[0],
            "high": own[1],
            "target": target,
            "low_95": low_95,
            "high_95": high_95,
            "low_998": low_998,
            "high_998": high_998,
            "outside": outside,
        }
    )
