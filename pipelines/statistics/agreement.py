"""Do reviewers judge alike? Agreement between raters, beyond what chance would give.

Percent agreement flatters where one answer is common; kappa and alpha take out the agreement
of raters who guess. Where all ratings are equal, chance agrees too, and neither is defined:
NaN, not 0 and not 1.

Intervals resample the rated units; `items`, one per unit, says which belong together (the
categories of one contact): these are drawn together, since who is strict in one is in the next.
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


def percent_agreement(
    first: ArrayLike, second: ArrayLike, items: ArrayLike | None = None
) -> Estimate:
    """Share of units that two raters gave the same value, with its Wilson interval: on as many
    units as would be as precise, were each an item of its own.

    Units that either did not rate (None or NaN) are left out.
    """
    codes, _, item = _pairs(first, second, items)
    same = (codes[0] == codes[1]).astype(float)
    n = len(same)
    if not n:
        return Estimate(0, np.nan, np.nan, np.nan)
    value, size = float(same.mean()), float(item.max() + 1)
    if size < n and 0 < value < 1:
        strayed = np.bincount(item, same - value)
        variance = size / max(size - 1, 1) * (strayed**2).sum() / n**2
        size = float(np.clip(value * (1 - value) / max(variance, _ROUNDING), min(size, n), n))
    low, high = wilson(value * size, size)
    return Estimate(n, value, float(low), float(high))


def cohen_kappa(
    first: ArrayLike, second: ArrayLike, seed: int = 0, items: ArrayLike | None = None
) -> Estimate:
    """Cohen's kappa of two raters; NaN where both gave everything the same value.

    Units that either did not rate (None or NaN) are left out.

    Source: Cohen (1960), Educational and Psychological Measurement 20.
    """
    codes, categories, item = _pairs(first, second, items)
    # One place per pair of values: how often each stands in each item.
    cells = codes[0] * categories + codes[1]
    counts = np.zeros((item.max(initial=-1) + 1, categories**2))
    np.add.at(counts, (item, cells), 1)

    def kappa(places: NDArray[np.int64]) -> Floats:
        table = _tallies(places, len(counts)) @ counts
        table = (table / table.sum(axis=1, keepdims=True)).reshape(-1, categories, categories)
        observed = np.trace(table, axis1=1, axis2=2)
        by_chance = (table.sum(axis=2) * table.sum(axis=1)).sum(axis=1)
        return _beyond_chance(1 - observed, 1 - by_chance)

    return _estimate(kappa, len(cells), len(counts), seed)


def krippendorff_alpha(
    ratings: ArrayLike,
    level: Level = "nominal",
    seed: int = 0,
    items: ArrayLike | None = None,
) -> Estimate:
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
    is_paired = counts.sum(axis=1) >= 2
    counts = counts[is_paired]
    if not len(counts):
        return Estimate(0, np.nan, np.nan, np.nan)
    item = _items(items, is_paired)
    rated = counts.sum(axis=1)
    others = rated - 1

    def alpha(places: NDArray[np.int64]) -> Floats:
        times = _tallies(places, item.max() + 1)[:, item]
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

    return _estimate(alpha, len(counts), int(item.max()) + 1, seed)


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


def _estimate(statistic: Callable[[NDArray], Floats], n: int, items: int, seed: int) -> Estimate:
    """The statistic of all items, and its interval from items drawn again; n units are theirs."""
    if not n:
        return Estimate(0, np.nan, np.nan, np.nan)
    value = float(statistic(np.arange(items)[None, :])[0])
    if np.isnan(value):
        return Estimate(n, np.nan, np.nan, np.nan)
    return Estimate(n, value, *bootstrap(statistic, items, seed))


def _tallies(places: NDArray[np.int64], size: int) -> Floats:
    """How often each number below `size` stands in each row."""
    rows = np.arange(len(places))[:, None] * size
    counted = np.bincount((places + rows).ravel(), minlength=len(places) * size)
    return counted.reshape(len(places), size).astype(float)


def _pairs(
    first: ArrayLike, second: ArrayLike, items: ArrayLike | None = None
) -> tuple[NDArray[np.int64], int, NDArray[np.int64]]:
    """Codes of both raters (2 x units) where both rated, how many values there are, and the item
    of each unit."""
    both = np.stack([np.asarray(first, dtype=object), np.asarray(second, dtype=object)])
    is_paired = ~pd.isna(both).any(axis=0)
    both = both[:, is_paired]
    codes, distinct = pd.factorize(both.ravel())
    return codes.reshape(both.shape), max(len(distinct), 1), _items(items, is_paired)


def _items(items: ArrayLike | None, is_kept: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The number of each kept unit's item, from 0; each its own where none are told."""
    if items is None:
        return np.arange(is_kept.sum())
    return pd.factorize(np.asarray(items, dtype=object)[is_kept])[0]


def _counts_by_unit(values: NDArray) -> tuple[Floats, NDArray]:
    """How many raters gave each unit each value (units x values), and the values, rising."""
    codes, distinct = pd.factorize(values.ravel(), sort=values.dtype != object)
    counts = np.zeros((len(values), len(distinct)))
    units = np.repeat(np.arange(len(values)), values.shape[1] if values.ndim == 2 else 1)
    is_rated = codes >= 0
    np.add.at(counts, (units[is_rated], codes[is_rated]), 1)
    return counts, np.asarray(distinct)
