"""Do reviewers judge alike? Agreement between raters, beyond what chance would give.

Percent agreement flatters where one answer is common; kappa and alpha take out the agreement
of raters who guess. Where all ratings are equal, chance agrees too, and neither is defined:
NaN, not 0 and not 1. Intervals resample the rated units.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pipelines.errors import OutOfRangeError
from pipelines.statistics.intervals import Estimate, bootstrap, wilson

Floats = NDArray[np.float64]
Level = Literal["nominal", "ordinal", "interval"]

_ROUNDING = 1e-9


def percent_agreement(first: ArrayLike, second: ArrayLike) -> Estimate:
    """Share of units that two raters gave the same value, with its Wilson interval.

    Units that either did not rate (None or NaN) are left out.
    """
    codes, _ = _pairs(first, second)
    n, same = codes.shape[1], int((codes[0] == codes[1]).sum())
    low, high = wilson(same, n)
    return Estimate(n, same / n if n else np.nan, float(low), float(high))


def cohen_kappa(first: ArrayLike, second: ArrayLike, seed: int = 0) -> Estimate:
    """Cohen's kappa of two raters; NaN where both gave everything the same value.

    Units that either did not rate (None or NaN) are left out.

    Source: Cohen (1960), Educational and Psychological Measurement 20.
    """
    codes, categories = _pairs(first, second)
    n = codes.shape[1]
    # One place per pair of values: a resample is then counted by one call of bincount.
    cells = codes[0] * categories + codes[1]

    def kappa(places: NDArray[np.int64]) -> Floats:
        table = _tallies(cells[places], categories**2) / max(n, 1)
        table = table.reshape(len(places), categories, categories)
        observed = np.trace(table, axis1=1, axis2=2)
        by_chance = (table.sum(axis=2) * table.sum(axis=1)).sum(axis=1)
        return _beyond_chance(1 - observed, 1 - by_chance)

    return _estimate(kappa, n, seed)


def krippendorff_alpha(ratings: ArrayLike, level: Level = "nominal", seed: int = 0) -> Estimate:
    """Krippendorff's alpha of any number of raters, who need not have rated everything.

    Parameters
    ----------
    ratings : units x raters
        Values; None or NaN where a rater did not rate. `ordinal` and `interval` need numbers.
    level
        How far two values are apart: `nominal` differs or not; `ordinal` counts the ratings
        that stand between; `interval` takes the squared difference.

    Returns
    -------
    Estimate
        n is the number of units with two ratings or more: only they can agree. NaN where all
        of their ratings are equal.

    Raises
    ------
    OutOfRangeError
        An unknown level, or values without an order where one is needed.

    Source: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability.
    """
    if level not in ("nominal", "ordinal", "interval"):
        raise OutOfRangeError(f"level is {level!r}: use nominal, ordinal or interval")
    values = np.asarray(ratings, dtype=object)
    if level != "nominal":
        try:
            values = np.where(pd.isna(values), np.nan, values).astype(float)
        except (TypeError, ValueError) as error:
            raise OutOfRangeError(f"{level} ratings must be numbers") from error
    counts, distinct = _counts_by_unit(values)
    counts = counts[counts.sum(axis=1) >= 2]
    if not len(counts):
        return Estimate(0, np.nan, np.nan, np.nan)
    rated = counts.sum(axis=1)
    others = rated - 1

    def alpha(places: NDArray[np.int64]) -> Floats:
        times = _tallies(places, len(counts))
        marginals = times @ counts
        n = marginals.sum(axis=1)
        if level == "nominal":
            observed = times @ ((rated**2 - (counts**2).sum(axis=1)) / others)
            expected = n**2 - (marginals**2).sum(axis=1)
        else:
            # The squared differences of all pairs are 2 * (size * sum of squares - sum squared).
            scores = _scores(level, distinct, marginals)
            squares = (times @ (counts * (rated / others)[:, None]) * scores**2).sum(axis=1)
            observed = squares - ((times / others) * (scores @ counts.T) ** 2).sum(axis=1)
            expected = n * (marginals * scores**2).sum(axis=1)
            expected -= (marginals * scores).sum(axis=1) ** 2
        return _beyond_chance(observed, expected / (n - 1))

    return _estimate(alpha, len(counts), seed)


def _scores(level: Level, distinct: NDArray, marginals: Floats) -> Floats:
    """Where each value stands on a line, per resample: ranks of ties' middles, or the value.

    A line of length 1 at most, so that what rounding leaves of 0 is small on every scale.
    """
    if level == "ordinal":
        ranks = np.cumsum(marginals, axis=1) - marginals / 2
        return ranks / marginals.sum(axis=1, keepdims=True)
    values = distinct.astype(float)
    centred = (values - values.mean()) / max(np.ptp(values), np.finfo(float).tiny)
    return np.broadcast_to(centred, marginals.shape)


def _beyond_chance(disagreement: Floats, by_chance: Floats) -> Floats:
    is_defined = by_chance > _ROUNDING
    ratio = np.divide(disagreement, by_chance, out=np.zeros_like(by_chance), where=is_defined)
    return np.where(is_defined, 1 - ratio, np.nan)


def _estimate(statistic: Callable[[NDArray], Floats], n: int, seed: int) -> Estimate:
    if not n:
        return Estimate(0, np.nan, np.nan, np.nan)
    value = float(statistic(np.arange(n)[None, :])[0])
    if np.isnan(value):
        return Estimate(n, np.nan, np.nan, np.nan)
    return Estimate(n, value, *bootstrap(statistic, n, seed))


def _tallies(places: NDArray[np.int64], size: int) -> Floats:
    """How often each number below `size` stands in each row."""
    rows = np.arange(len(places))[:, None] * size
    counted = np.bincount((places + rows).ravel(), minlength=len(places) * size)
    return counted.reshape(len(places), size).astype(float)


def _pairs(first: ArrayLike, second: ArrayLike) -> tuple[NDArray[np.int64], int]:
    """Codes of both raters (2 x units) where both rated, and how many values there are."""
    both = np.stack([np.asarray(first, dtype=object), np.asarray(second, dtype=object)])
    both = both[:, ~pd.isna(both).any(axis=0)]
    codes, distinct = pd.factorize(both.ravel())
    return codes.reshape(both.shape), max(len(distinct), 1)


def _counts_by_unit(values: NDArray) -> tuple[Floats, NDArray]:
    """How many raters gave each unit each value (units x values), and the values, rising."""
    codes, distinct = pd.factorize(values.ravel(), sort=values.dtype != object)
    counts = np.zeros((len(values), len(distinct)))
    units = np.repeat(np.arange(len(values)), values.shape[1] if values.ndim == 2 else 1)
    is_rated = codes >= 0
    np.add.at(counts, (units[is_rated], codes[is_rated]), 1)
    return counts, np.asarray(distinct)
