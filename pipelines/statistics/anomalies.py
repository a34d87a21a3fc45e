"""What season and calendar do not explain: unusual half hours and days, and who carries them.

A series is regular and in time order. Every entry has a season (weekday and slot; a holiday is
a season of its own, or the Sunday's) and is judged by the last entries of that season alone,
the more recent the weightier: by their median, and by their mean after outliers were drawn in,
so that last week's outage is not this week's normal. Nothing later than an entry is used, so
that a verdict stands once given.

Counts are judged by negative binomial limits: chance, the spread between like entries that was
seen so far, and the uncertainty of the mean. With small counts they are those of Poisson.

Source: Farrington et al. (1996), JRSS A 159, for surveillance of counts against their own past
weeks; Kulldorff (1997), Communications in Statistics 26, for the scan statistic.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtri, nbdtrik

from pipelines.errors import OutOfRangeError
from pipelines.statistics.intervals import CONFIDENCE, Estimate

Floats = NDArray[np.float64]

FALSE_ALARM_SHARE = 0.001
"""Of ordinary entries that are marked, both sides together: about one half hour in three weeks.

On a real bank's calls of 1999 it was six in a thousand: whole days are busy or quiet together.
"""

HISTORY = 12
LEAST_HISTORY = 4
HALF_LIFE = 6.0
EVERYWHERE = "*"
"""Stands for all values of a dimension."""

_DRAWN_IN = 1.5  # spreads from the median
_SPREAD_CLIP = 9.0  # variances
_SPREAD_ROUNDS = 3
_PLAUSIBLE_SPREAD = 0.5
_SIZE_CLASS_RATIO = 3.0
_BEYOND_CHANCE = np.log(1_000)  # so much likelier than as expected, for the first to be named


def unusual_counts(
    counts: ArrayLike, season: ArrayLike, false_alarm_share: float = FALSE_ALARM_SHARE
) -> pd.DataFrame:
    """Judge each count against earlier ones of its season.

    Parameters
    ----------
    counts, season : array_like
        In time order; NaN counts: no data, which is neither judged nor used.

    Returns
    -------
    DataFrame
        One row per entry: n (earlier entries it is judged by), value, expected, low, high (an
        ordinary count lies from low to high, both included) and unusual: -1, 0, 1; NULL with
        fewer than LEAST_HISTORY earlier entries or without data.
    """
    counts = np.asarray(counts, dtype=float)
    history, weight = _history(counts, season)
    n = (weight > 0).sum(axis=1)
    expected, effective = _robust_mean(history, weight)
    # Nights and noons spread differently: the spread is that of entries of like expectation.
    with np.errstate(divide="ignore"):
        size_class = np.clip(np.floor(np.log(expected) / np.log(_SIZE_CLASS_RATIO)), 0, None)
    spread = np.zeros(len(counts))
    for one in np.unique(size_class[~np.isnan(size_class)]):
        alike = size_class == one
        chance = expected[alike] * (1 + 1 / effective[alike])
        spread[alike] = _spread(counts[alike], expected[alike], chance)
    # Nothing seen so far is not proof of never: half a count, as in Jeffreys' prior.
    centre = np.maximum(expected, 0.5 / effective)
    variance = (centre + spread * centre**2) * (1 + 1 / effective)
    size, chance = centre**2 / (variance - centre), centre / variance
    tail = false_alarm_share / 2
    with np.errstate(invalid="ignore"):
        low, high = (np.ceil(nbdtrik(p, size, chance) - 1e-9) for p in (tail, 1 - tail))
    low = np.maximum(low, 0.0)
    is_known = n >= LEAST_HISTORY
    unusual = pd.Series((counts > high).astype(int) - (counts < low), dtype="Int64")
    return pd.DataFrame(
        {
            "n": n.astype("int64"),
            "value": counts,
            "expected": np.where(is_known, expected, np.nan),
            "low": np.where(is_known, low, np.nan),
            "high": np.where(is_known, high, np.nan),
            "unusual": unusual.where(is_known & ~np.isnan(counts)),
        }
    )


@dataclass(frozen=True)
class Burst:
    """The run of entries whose counts leave the expectation most.

    start, stop   its places, half-open
    excess        count less expectation; n is the count, its limits are Poisson's
    expected      over the run
    """

    start: int
    stop: int
    excess: Estimate
    expected: float


def burst(counts: ArrayLike, expected: ArrayLike, is_surplus: bool = True) -> Burst | None:
    """When it began and ended: the run with the highest likelihood ratio; None: no such run.

    Parameters
    ----------
    counts, expected : array_like
        Entries in time order, some hundred at most; NaN (no data) counts as expected.
    is_surplus
        False: look for too few.
    """
    counts, expected = np.asarray(counts, dtype=float), np.asarray(expected, dtype=float)
    is_known = ~(np.isnan(counts) | np.isnan(expected))
    seen = np.append(0.0, np.cumsum(np.where(is_known, counts, 0.0)))
    foreseen = np.append(0.0, np.cumsum(np.where(is_known, expected, 0.0)))
    count = seen[None, :] - seen[:, None]
    expectation = foreseen[None, :] - foreseen[:, None]
    likelihood = np.triu(_likelihood_ratio(count, expectation, is_surplus), 1)
    if not likelihood.size or likelihood.max() <= 0:
        return None
    start, stop = (int(place) for place in np.unravel_index(likelihood.argmax(), likelihood.shape))
    here = float(expectation[start, stop])
    return Burst(start, stop, _excess(float(count[start, stop]), here), here)


def carriers(
    cells: pd.DataFrame, dimensions: Sequence[str], is_surplus: bool = True, most: int = 3
) -> pd.DataFrame:
    """Which values of which dimensions carry an excess: "withdrawals, Korean, chat".

    Of all combinations of values, EVERYWHERE among them, the one is taken whose excess is
    least like chance (a likelihood ratio, less the logarithm of how many combinations name as
    many dimensions, so that detail must be earned); then the next one in what is left.

    Parameters
    ----------
    cells
        [*dimensions, count, expected] over the marked span; rows of one cell are added up.
    is_surplus
        False: what is missing.
    most
        Rows at most.

    Returns
    -------
    DataFrame
        [*dimensions, n, expected, value, low, high, explained_share], the strongest first:
        n is the count, value the excess with Poisson limits, explained_share its part of the
        whole excess. Empty where nothing is beyond chance.

    Raises
    ------
    OutOfRangeError
        An expectation below 0 or missing.
    """
    dimensions = list(dimensions)
    left = cells.groupby(dimensions, observed=True, sort=True)[["count", "expected"]].sum(
        min_count=1
    )
    left = left.astype(float).reset_index()
    if not (left["expected"] >= 0).all():
        raise OutOfRangeError("every cell needs an expected count of 0 or more")
    whole = left["count"].sum() - left["expected"].sum()
    rows = []
    for _ in range(most):
        found = _strongest(left, dimensions, is_surplus)
        if found is None:
            break
        is_here = np.ones(len(left), dtype=bool)
        for name, value in found.items():
            is_here &= (left[name] == value).to_numpy()
        count, expected = left.loc[is_here, ["count", "expected"]].sum()
        estimate = _excess(float(count), float(expected))
        rows.append(
            {
                **{name: found.get(name, EVERYWHERE) for name in dimensions},
                "n": estimate.n,
                "expected": expected,
                "value": estimate.value,
                "low": estimate.low,
                "high": estimate.high,
                "explained_share": estimate.value / whole if whole else np.nan,
            }
        )
        left.loc[is_here, "count"] = left.loc[is_here, "expected"]
    columns = [*dimensions, "n", "expected", "value", "low", "high", "explained_share"]
    return pd.DataFrame(rows, columns=columns)


def _strongest(left: pd.DataFrame, dimensions: list[str], is_surplus: bool) -> dict | None:
    best, best_score = None, 0.0
    if left.empty:
        return best
    for depth in range(len(dimensions) + 1):
        for names in combinations(dimensions, depth):
            if names:
                sums = left.groupby(list(names), observed=True, sort=True)[["count", "expected"]]
                sums = sums.sum()
            else:
                sums = left[["count", "expected"]].sum().to_frame().T
            likelihood = _likelihood_ratio(
                sums["count"].to_numpy(), sums["expected"].to_numpy(), is_surplus
            )
            score = likelihood - np.log(len(sums)) - _BEYOND_CHANCE
            if score.max() > best_score:
                key = sums.index[int(score.argmax())]
                key = key if isinstance(key, tuple) else (key,)
                best, best_score = dict(zip(names, key, strict=False)), float(score.max())
    return best


def _history(values: Floats, season: ArrayLike) -> tuple[Floats, Floats]:
    """The last HISTORY values of each entry's season before it, latest first, and weights."""
    codes = pd.factorize(np.asarray(season))[0]
    order = np.argsort(codes, kind="stable")
    sorted_values, sorted_codes = values[order], codes[order]
    starts = np.searchsorted(sorted_codes, sorted_codes)
    place = np.arange(len(values))[:, None] - np.arange(1, HISTORY + 1)[None, :]
    is_same = place >= starts[:, None]
    found = np.where(is_same, sorted_values[np.maximum(place, 0)], np.nan)
    history = np.empty_like(found)
    history[order] = found
    recency = 0.5 ** (np.arange(HISTORY) / HALF_LIFE)
    return history, np.where(np.isnan(history), 0.0, recency)


def _robust_mean(history: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Weighted mean after values far from the median were drawn in; and its effective n.

    Counts spread at least as chance makes them: three equal ones do not make a fourth an outlier.
    """
    median = _weighted_median(history, weight)
    deviation = np.abs(history - median[:, None])
    spread = 1.4826 * _weighted_median(deviation, weight)
    spread = np.maximum(spread, np.sqrt(np.maximum(median, 1.0)))
    margin = _DRAWN_IN * spread[:, None]
    drawn_in = np.clip(history, median[:, None] - margin, median[:, None] + margin)
    with np.errstate(invalid="ignore", divide="ignore"):
        total = weight.sum(axis=1)
        mean = np.nansum(np.where(weight > 0, drawn_in, 0.0) * weight, axis=1) / total
        return mean, total**2 / (weight**2).sum(axis=1)


def _weighted_median(values: Floats, weight: Floats) -> Floats:
    """Smallest value up to which half of the weight lies; the middle where it is exactly half."""
    order = np.argsort(values, axis=1)  # NaN goes last, and weighs nothing
    ordered = np.take_along_axis(values, order, axis=1)
    reached = np.cumsum(np.take_along_axis(weight, order, axis=1), axis=1)
    half = reached[:, -1:] / 2
    first = (reached >= half - 1e-12).argmax(axis=1)
    second = np.minimum((reached > half + 1e-12).argmax(axis=1), (weight > 0).sum(axis=1) - 1)
    rows = np.arange(len(values))
    return (ordered[rows, first] + ordered[rows, np.maximum(second, 0)]) / 2


def _spread(counts: Floats, expected: Floats, chance: Floats) -> Floats:
    """Variance beyond chance, in squares of the expectation, over all entries before each one.

    Squares count up to _SPREAD_CLIP variances, so that an outage does not widen the limits
    that should show it; in rounds, since how large a variance is has to be found first.
    Entries of a tenth of a count tell next to nothing of it: two where 0.1 was due would be a
    spread of 400, and no level that comes later ever unusual. So it is drawn to none by how unsure
    it is, held against _PLAUSIBLE_SPREAD; of hundreds of entries of 3 or more nothing is taken.
    """
    is_known = ~(np.isnan(counts) | np.isnan(expected))
    square = np.where(is_known, (counts - expected) ** 2, 0.0)
    chance, unit = np.where(is_known, chance, 0.0), np.where(is_known, expected**2, 0.0)
    units = _before(np.cumsum(unit))
    unsure = _before(np.cumsum(chance + 2 * chance**2))  # variance of Poisson squares
    told = (_PLAUSIBLE_SPREAD * units) ** 2
    kept = np.divide(told, told + unsure, out=np.zeros(len(counts)), where=told > 0)
    spread = np.zeros(len(counts))
    for _ in range(_SPREAD_ROUNDS):
        drawn_in = np.minimum(square, _SPREAD_CLIP * (chance + spread * unit))
        extra = np.maximum(_before(np.cumsum(drawn_in - chance)), 0.0)
        raw = np.divide(extra, units, out=np.zeros(len(counts)), where=units > 0)
        spread = raw * kept
    return spread


def _before(cumulative: Floats) -> Floats:
    """The running sum without each entry's own."""
    return np.append(0.0, cumulative[:-1])


def _likelihood_ratio(count: Floats, expected: Floats, is_surplus: bool) -> Floats:
    """How much likelier counts are at their own rate than as expected; 0 on the other side."""
    floor = np.maximum(expected, 0.5)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(count > 0, count * np.log(count / floor), 0.0) - (count - floor)
    is_beyond = count > floor if is_surplus else count < expected
    return np.where(is_beyond, ratio, 0.0)


def _excess(count: float, expected: float) -> Estimate:
    """Count less expectation, with the exact limits of a Poisson mean (Garwood 1936)."""
    tail = (1 - CONFIDENCE) / 2
    low = float(chdtri(2 * count, 1 - tail)) / 2 if count > 0 else 0.0
    high = float(chdtri(2 * (count + 1), tail)) / 2
    return Estimate(round(count), count - expected, low - expected, high - expected)
