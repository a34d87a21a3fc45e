"""How far off the mean may be, learnt from a model's own errors at earlier origins.

Counts scatter as a negative binomial, variance mu + alpha mu^2 (NB2). alpha and the shape
come from the errors of the last weeks' forecasts, by lead: the first day, the rest of the
first week, later; alpha also by time of day, as nights scatter more than noons. Half hours that
expect few contacts use the distribution's own quantiles, the others those of the standardised
errors. Errors are differences of square roots: they scatter alike whatever is expected, and what
comes of them is skewed as counts are.

After a change of level errors are large for weeks, and small again once it is learnt. So recent
errors weigh more, and each is taken relative to how large errors had lately been on the evening
of its forecast, times how large they have been up to now; half of that, on the log scale.

Errors have a mean. Half of it is taken to be the models' own and stays in the quantiles, half
to be the last weeks' weather: runs of weeks in which all forecasts lie too low do not last.

Sources: Anscombe, "The transformation of Poisson, binomial and negative-binomial data",
Biometrika 35 (1948); Barone-Adesi, Giannopoulos & Vosper, "VaR without correlations for portfolios
of derivative securities", Journal of Futures Markets 19 (1999), on errors as large as now.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtr

from pipelines.forecasts.base import QUANTILES, SLOTS, Floats

FEW_CONTACTS = 5.0
LEAD_BUCKETS = (slice(0, 1), slice(1, 7), slice(7, None))
HALF_LIFE_DAYS = 28.0  # of an error's weight

_SWING_HALF_LIFE_DAYS = 4.0  # of what "lately" is
_SWING_PRIOR_DAYS = 5.0  # days of errors as large as usual
_LARGEST_DAY = 3.0  # medians: one wild day is no new size
_WILDEST_DAY = 8.0  # medians
_FEWEST_ERRORS = 40
_ROOT = 0.375  # sqrt(count + 3/8) has nearly the same variance at any count
_LASTING_BIAS = 0.5
_SLOT_SPREAD = 4.0  # half hours over which alpha by time of day is smoothed
_EVERYDAY_SHARE = 0.1  # of all evidence of alpha, that a half hour takes from the whole day
_FEWEST_SPANS = 3.0  # Student's t of fewer has no variance
_LEAST_EXPECTED = 1.0  # contacts of a day, as far as its error is measured by what was expected
_LEAST_LEVEL = 0.2  # of what is expected now: evenings that expected less tell nothing of it
_MOST_OF_A_DAY = 3.0  # times the busiest day that came or is expected
_PATHS = 1000


@dataclass(frozen=True)
class PastErrors:
    """What a model expected at earlier origins and what came, [past, horizon, 48].

    NaN where closed, not observed, or later than the origin that asks. days_ago: [past] days from
    each earlier origin to the one that asks; the last days in a row unless told.
    """

    expected: Floats
    came: Floats
    days_ago: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        if self.days_ago is None:
            object.__setattr__(self, "days_ago", np.arange(len(self.expected), 0, -1))


def half_hour_quantiles(mean: Floats, past: PastErrors) -> Floats:
    """[horizon, 48, quantiles] of QUANTILES around `mean` [horizon, 48]; sorted, never below 0."""
    return as_counts(mean, jittered_quantiles(mean, past))


def as_counts(mean: Floats, jittered: Floats) -> Floats:
    """Quantiles of the count from those of `jittered_quantiles`; whole where few are expected."""
    is_few = (mean < FEW_CONTACTS)[..., None]
    return np.maximum(np.where(is_few, np.ceil(jittered - 0.5), jittered), 0.0) + 0.0  # no -0


def jittered_quantiles(mean: Floats, past: PastErrors) -> Floats:
    """Quantiles of the count + a uniform number of -1/2 to 1/2, which any level can meet exactly.

    A count of 0 to 2 has no band that holds 80 %: 0 to 1 may hold 74 %, 0 to 2 then 96. Spread
    over the unit around it a count is a continuous number with the same probabilities, and
    `covered` can ask whether a band holds what it says. Above FEW_CONTACTS the difference is
    nothing, and both are the same.

    Source: Machado & Santos Silva, "Quantiles for counts", JASA 100 (2005).
    """
    answer = np.full((*mean.shape, len(QUANTILES)), np.nan)
    few_alpha = np.zeros(mean.shape)
    past = _of_this_level(past, *_day_totals(mean, np.isfinite(mean)))
    for lead in _leads(mean):
        errors = _known_errors(past, lead)
        is_few = errors.expected < FEW_CONTACTS
        answer[lead] = _standardised_quantiles(mean[lead], _tamed(errors.where(~is_few)))
        few_alpha[lead] = _overdispersion(errors.where(is_few))
    has_few = mean < FEW_CONTACTS
    answer[has_few] = _jittered_negative_binomial(mean[has_few], few_alpha[has_few], QUANTILES)
    return np.sort(answer, axis=-1)


def covered(came: Floats, low: Floats, high: Floats) -> Floats:
    """Which part of each count, spread over the unit around it, lies within [low, high].

    low and high are jittered quantiles. The mean is the share of counts that fall into the band
    where chance decides about those at its edges: what a band of 80 % should hold is 80 %.

    Source: Czado, Gneiting & Held, "Predictive model assessment for count data", Biometrics 65
    (2009), section 2.1 (the non-randomised PIT).
    """
    return np.clip(np.minimum(came + 0.5, high) - np.maximum(came - 0.5, low), 0.0, 1.0)


def day_paths(mean: Floats, past: PastErrors, seed: int, queue: int = 0) -> Floats:
    """[paths, horizon] simulated totals of the days ahead.

    A path takes over how far earlier forecasts were off as a whole: it draws an earlier origin,
    recent ones more often, and keeps its run of daily errors, as it was or mirrored; where that is
    not known to its end, the rest is that of another. Which ones are drawn depends on the seed
    alone, so paths of several queues may be added up: what moved them together in the past moves
    them together here. Days of a few contacts scatter by chance, each `queue` (any number that
    tells it from the others) on its own, around a level that they have in common.
    What a run of days has in common decides about their sum, and the past has only a few runs that
    share no day: paths err together as far as so few leave open, each day's band stays as it is.
    NaN on days that are closed throughout.

    Source: Clark et al., "The Schaake shuffle", Journal of Hydrometeorology 5 (2004), on dealing
    days' values to paths by rank.
    """
    rng = np.random.default_rng(seed)
    drawn, other = rng.uniform(size=(2, _PATHS))
    redrawn = rng.integers(0, 2**31, (_PATHS, mean.shape[0]))
    chance = np.random.default_rng([seed, queue])
    scatter = chance.standard_normal((_PATHS, mean.shape[0]))
    level = chance.standard_normal((_PATHS, 1))
    # Errors of overlapping weeks share a direction by accident; the next may go the other way.
    sign = rng.choice([-1.0, 1.0], (_PATHS, 1))
    size = rng.uniform(size=_PATHS)
    totals, is_open = _day_totals(mean, np.isfinite(mean))
    days = _of_this_level(_whole_days(past), totals, is_open)
    common = _level_variance(days)
    most = _MOST_OF_A_DAY * np.nanmax(np.r_[days.came.ravel(), totals, 0.0])
    paths = np.full((_PATHS, mean.shape[0]), np.nan)
    for lead in _leads(mean):
        errors = _known_errors(days, lead)
        known = errors.weight[..., 0] > 0
        spread = _overdispersion(errors)
        if known.sum() < 5:
            standardised = scatter[:, lead]
        else:
            # A day of which next to nothing was expected would make of two contacts that came
            # thousands of deviations, and of each a day like any other.
            least = np.maximum(errors.expected, _LEAST_EXPECTED)
            of_past = errors.error / _deviation(least, spread)
            of_past = _as_large_as_now(of_past, errors)[..., 0]
            of_past *= _wider(errors)
            weight = 0.5 ** (past.days_ago / HALF_LIFE_DAYS)
            is_whole = known.sum(axis=1) == known.sum(axis=1).max()
            own, rest = _recent(weight, drawn), _recent(is_whole.astype(float), other)
            pool = of_past[known]
            standardised = np.where(known[rest], of_past[rest], pool[redrawn[:, lead] % len(pool)])
            standardised = np.where(known[own], of_past[own], standardised)
        error = sign * standardised * _deviation(totals[lead], spread)
        error = _going_together(error, totals[lead], errors, size)
        large = np.clip(totals[lead] + error, 0.0, most)
        alike = _alike(totals[lead], spread, common)
        uniform = ndtr(np.sqrt(alike) * level + np.sqrt(1 - alike) * scatter[:, lead])
        small = _negative_binomial_draws(totals[lead], spread, uniform)
        paths[:, lead] = np.where(totals[lead] < FEW_CONTACTS, small, large)
    return np.where(is_open, paths, np.nan)


def _of_this_level(past: PastErrors, totals: Floats, is_open: NDArray[np.bool_]) -> PastErrors:
    """The errors of evenings that expected a fifth or more of what is expected now a day.

    The last weeks before a line opens expect nothing, and miss its first days a thousandfold. So
    unsure is no level that has been seen since.
    """
    expected, was_open = _day_totals(past.expected, np.isfinite(past.expected))
    then = expected.sum(axis=1) / np.maximum(was_open.sum(axis=1), 1)
    now = totals.sum() / max(is_open.sum(), 1)
    if now < FEW_CONTACTS:
        return past
    is_like = (then >= _LEAST_LEVEL * now)[:, None, None]
    return replace(past, came=np.where(is_like, past.came, np.nan))


def _whole_days(past: PastErrors) -> PastErrors:
    """The same by the day, [past, horizon, 1], as far as all half hours were observed."""
    is_expected = np.isfinite(past.expected)
    is_whole = (np.isfinite(past.came) == is_expected).all(axis=2)
    expected, is_open = _day_totals(past.expected, is_expected)
    came, _ = _day_totals(past.came, is_expected)
    expected = np.where(is_open, expected, np.nan)
    return PastErrors(
        expected[..., None], np.where(is_whole, came, np.nan)[..., None], past.days_ago
    )


def _recent(weights: Floats, uniform: Floats) -> NDArray[np.int64]:
    """Positions drawn by their weights; a larger uniform number is never a later one."""
    share = np.cumsum(weights[::-1])
    drawn = np.searchsorted(share, uniform * share[-1], side="right")
    return len(weights) - 1 - np.minimum(drawn, len(weights) - 1)


def negative_binomial_quantiles(mean: Floats, alpha: float, levels) -> Floats:
    """[..., levels] smallest counts whose NB2 probability reaches each level; Poisson at alpha 0.

    For means below FEW_CONTACTS; larger and NaN means answer as FEW_CONTACTS would.
    """
    return np.ceil(_jittered_negative_binomial(mean, alpha, levels) - 0.5) + 0.0  # no -0


def _jittered_negative_binomial(mean: Floats, alpha: float | Floats, levels) -> Floats:
    """[..., levels] the same of the count spread evenly over the unit around it."""
    mu = np.clip(np.nan_to_num(mean, nan=FEW_CONTACTS), 0, FEW_CONTACTS)[..., None]
    levels = np.asarray(levels)
    size = 1 / np.maximum(np.asarray(alpha)[..., None], 1e-9)
    failure = mu / (size + mu)
    probability = np.exp(-size * np.log1p(mu / size))
    before, cumulated = np.zeros_like(probability), probability
    answer = np.full(np.broadcast_shapes(mu.shape, levels.shape), -0.5)
    for count in range(1000):
        is_reached = levels <= cumulated
        inside = np.clip((levels - before) / np.maximum(probability, 1e-300), 0.0, 1.0)
        answer += np.where(is_reached, inside, 1.0)
        if is_reached.all():
            break
        probability = probability * failure * (size + count) / (count + 1)
        before, cumulated = cumulated, cumulated + probability
    return answer


def _negative_binomial_draws(mean, alpha: float, uniform: Floats) -> Floats:
    """[paths, days] counts by inversion of `uniform`; small means only."""
    draws = [
        negative_binomial_quantiles(np.asarray(each), alpha, column)
        for each, column in zip(mean, uniform.T, strict=True)
    ]
    return np.stack(draws, axis=1)


@dataclass(frozen=True)
class _Errors:
    """The errors of a lead bucket, [past, leads, slots]; 0 where they are not known.

    weight: 0 where not known or not asked for. age [past, leads]: days since the day forecast.
    days_ago [past]: days since the evening of its forecast.
    """

    expected: Floats
    error: Floats
    weight: Floats
    age: NDArray[np.int64]
    days_ago: NDArray[np.int64]

    def where(self, is_asked: NDArray[np.bool_]) -> "_Errors":
        """Only these."""
        return replace(self, weight=self.weight * is_asked)


def _known_errors(past: PastErrors, lead: slice) -> _Errors:
    expected, came = past.expected[:, lead], past.came[:, lead]
    is_known = np.isfinite(expected) & np.isfinite(came)
    age = np.maximum(past.days_ago[:, None] - np.arange(1, past.expected.shape[1] + 1)[lead], 0)
    return _Errors(
        expected=np.where(is_known, expected, 0.0),
        error=np.where(is_known, came - expected, 0.0),
        weight=(0.5 ** (age / HALF_LIFE_DAYS))[..., None] * is_known,
        age=age,
        days_ago=past.days_ago,
    )


def _going_together(error: Floats, totals: Floats, past: _Errors, size: Floats) -> Floats:
    """[paths, leads] the errors of each day, dealt anew to the paths: sums as unsure as they are.

    The variance of what a run's days have in common is as uncertain as one learnt from as many
    runs as share no day (Student's t). size: [paths] uniform numbers, one per path's variance.
    """
    whole = totals.sum()
    if whole == 0 or not past.weight.any():
        return error
    # Each origin has so many days ahead, and each day was ahead of so many origins.
    pairs = past.weight.sum() ** 2 / (past.weight**2).sum()
    spans = max(pairs / (totals > 0).sum() ** 2, _FEWEST_SPANS)
    variance = (1 + 1 / spans) * (spans / 2) / gammaincinv(spans / 2, size)
    common = error.sum(axis=1, keepdims=True) * totals / whole
    joint = error + (np.sqrt(variance) - 1)[:, None] * common
    rank = joint.argsort(axis=0).argsort(axis=0)
    return np.take_along_axis(np.sort(error, axis=0), rank, axis=0)


def _alike(totals: Floats, spread: float, common: float) -> Floats:
    """[leads] which part of the variance of each day's count is that of the level."""
    return np.clip(common * totals / (1 + spread * totals), 0.0, 1.0)


def _level_variance(days: PastErrors) -> float:
    """Squared coefficient of variation that the days of a run of errors have in common.

    By moments from the products of different days of one forecast; a level is no surer, though,
    than the contacts that it is learnt from.
    """
    past = _known_errors(days, slice(None))
    weight = 0.5 ** (past.days_ago / HALF_LIFE_DAYS)
    error, expected = past.error[..., 0], past.expected[..., 0]
    products = error.sum(axis=1) ** 2 - (error**2).sum(axis=1)
    squares = expected.sum(axis=1) ** 2 - (expected**2).sum(axis=1)
    learnt_from = weight @ (expected + error)[:, 0]
    if learnt_from <= 0 or weight @ squares <= 0:
        return 0.0
    return max(float(weight @ products / (weight @ squares)), float(1 / learnt_from))


def _tamed(past: _Errors) -> _Errors:
    """A day that errs by more than 8 usual days counts as the part of a day that 8 are of it.

    An outage brings thirty times the contacts on one day of 56; squared, and with the weight of
    recent days, it would say how all the next weeks scatter.
    """
    is_used = past.weight > 0
    error = np.abs((past.error * is_used).sum(axis=2))
    size = error / np.sqrt(np.maximum((past.expected * is_used).sum(axis=2), 1.0))
    is_known = is_used.any(axis=2)
    if not is_known.any():
        return past
    limit = _WILDEST_DAY * np.median(size[is_known])
    part = np.where(size > limit, limit / np.maximum(size, 1e-9), 1.0)
    return replace(past, weight=past.weight * part[..., None])


def _standardised_quantiles(mean: Floats, past: _Errors) -> Floats:
    alpha = _overdispersion_by_slot(past)
    levels = np.asarray(QUANTILES)
    is_used = past.weight > 0
    n = int(is_used.sum())
    if n < _FEWEST_ERRORS:
        factors = np.array([NormalDist().inv_cdf(level) for level in QUANTILES])
    else:
        deviation = _deviation(past.expected, alpha)
        bias = np.vdot(past.weight, past.error) / np.vdot(past.weight, deviation)
        errors = _roots(past.expected + past.error) - _roots(past.expected)
        errors = _as_large_as_now(errors / _root_deviation(past.expected, alpha), past)[is_used]
        # Errors of one day are alike in part: what is known lies between days and half hours.
        widened = 0.5 + (levels - 0.5) * (1 + 1 / np.sqrt(is_used.any(axis=2).sum() * n))
        factors = _weighted_quantiles(errors, past.weight[is_used], np.clip(widened, 0, 1))
        if past.error.shape[2] == 1:
            factors *= _wider(past)
        factors -= (1 - _LASTING_BIAS) * bias
    mu = np.nan_to_num(mean, nan=0.0)
    roots = _roots(mu)[..., None] + _root_deviation(mu, alpha)[..., None] * factors
    answer = np.maximum(roots, 0.0) ** 2 - _ROOT
    return np.where(np.isnan(mean)[..., None], np.nan, answer)


def _wider(past: _Errors) -> float:
    """By how much days scatter more than their past errors, [past, leads, 1], have shown.

    Spans of days that share no day tell something new; what n of them teach about the next is as
    uncertain as a mean of n. Half hours err by chance of their own, beside which it is nothing.
    """
    known = past.weight[..., 0] > 0
    spans = np.ptp(past.age[known]) / known.shape[1] + 1
    return float(np.sqrt(1 + 1 / spans))


def _deviation(expected: Floats, alpha: Floats | float) -> Floats:
    return np.sqrt(np.maximum(expected * (1 + alpha * expected), 1e-9))


def _root_deviation(expected: Floats, alpha: Floats | float) -> Floats:
    return np.sqrt(1 + alpha * expected) / 2


def _roots(counts: Floats) -> Floats:
    return np.sqrt(np.maximum(counts, 0.0) + _ROOT)


def _as_large_as_now(errors: Floats, past: _Errors) -> Floats:
    """Standardised errors as if all had come when errors were as large as they are now."""
    swings = _swings(errors, past.weight > 0, past)
    return errors * (swings[0] / swings[past.days_ago])[:, None, None]


def _swings(errors: Floats, is_used: NDArray[np.bool_], past: _Errors) -> Floats:
    """How large errors had lately been on the evening so many days ago, [days]; 1: as usual."""
    evenings = np.arange(past.days_ago.max() + 1)
    n = np.bincount(past.age.ravel(), is_used.sum(axis=2).ravel(), len(evenings))
    sizes = (np.abs(errors) * is_used).sum(axis=2)
    total = np.bincount(past.age.ravel(), sizes.ravel(), len(evenings))
    is_seen = n > 0
    size = np.divide(total, n, out=np.zeros_like(total), where=is_seen)
    size = np.minimum(size, _LARGEST_DAY * np.median(size[is_seen]))
    usual = size[is_seen].mean()
    if usual == 0:
        return np.ones(len(evenings))
    weight = _lately(len(evenings))
    lately = (weight @ size + _SWING_PRIOR_DAYS * usual) / (weight @ is_seen + _SWING_PRIOR_DAYS)
    return np.sqrt(lately / usual)


@lru_cache(maxsize=16)
def _lately(days: int) -> Floats:
    """[days, days] what a day that many days ago weighs on the evening so many days ago."""
    since = np.arange(days) - np.arange(days)[:, None]
    return np.where(since >= 0, 0.5 ** (np.maximum(since, 0) / _SWING_HALF_LIFE_DAYS), 0.0)


def _weighted_quantiles(values: Floats, weights: Floats, levels: Floats) -> Floats:
    """As `np.quantile` where all weights are equal, to a thousandth."""
    # Thousandths are sorted digit by digit, ten times as fast; errors of 32 deviations or more
    # are too few to reach a level, as the mean square is about 1.
    order = np.argsort(np.clip(values * 1000, -32e3, 32e3).astype(np.int16), kind="stable")
    before = np.cumsum(weights[order]) - weights[order]
    return np.interp(levels, before / before[-1], values[order])


def _overdispersion_by_slot(past: _Errors) -> Floats:
    """[slots] alpha of NB2 by time of day, neighbours and the whole day helping out."""
    squares = np.einsum("pls,pls,pls->s", past.weight, past.expected, past.expected)
    excess = np.einsum("pls,pls->s", past.weight, past.error**2 - past.expected)
    if squares.sum() == 0:
        return np.zeros(len(squares))
    slot = np.arange(len(squares))
    away = np.abs((slot[:, None] - slot + SLOTS // 2) % SLOTS - SLOTS // 2)
    near = np.exp(-0.5 * (away / _SLOT_SPREAD) ** 2)
    prior = _EVERYDAY_SHARE * squares.sum()
    everyday = max(0.0, excess.sum() / squares.sum())
    return np.maximum(0.0, (near @ excess + prior * everyday) / (near @ squares + prior))


def _overdispersion(past: _Errors) -> float:
    """alpha of NB2 by moments; 0 where the counts scatter no more than Poisson's."""
    if not past.weight.any():
        return 0.0
    squares = np.vdot(past.weight, past.expected**2)
    excess = np.vdot(past.weight, past.error**2 - past.expected)
    return max(0.0, float(excess / squares)) if squares > 0 else 0.0


def _day_totals(counts: Floats, is_counted):
    return np.where(is_counted, counts, 0.0).sum(axis=-1), is_counted.any(axis=-1)


def _leads(mean: Floats) -> list[slice]:
    ends = len(mean)
    return [lead for lead in LEAD_BUCKETS if lead.start < ends]
