"""How far off the mean may be, learnt from a model's own errors at earlier origins.

Counts scatter as a negative binomial, variance mu + alpha mu^2 (NB2). alpha and the shape
come from the errors of the last weeks' forecasts, by lead: the first day, the rest of the
first week, later; alpha also by time of day, as nights scatter more than noons. Half hours that
expect few contacts use the distribution's own quantiles, the others those of the standardised
errors.

Errors have a mean. Half of it is taken to be the models' own and stays in the quantiles, half
to be the last weeks' weather: runs of weeks in which all forecasts lie too low do not last.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from pipelines.forecasts.base import QUANTILES, SLOTS, Floats

FEW_CONTACTS = 5.0
LEAD_BUCKETS = (slice(0, 1), slice(1, 7), slice(7, None))
_FEWEST_ERRORS = 40
_LASTING_BIAS = 0.5
_SLOT_SPREAD = 4.0  # half hours over which alpha by time of day is smoothed
_EVERYDAY_SHARE = 0.1  # of all evidence of alpha, that a half hour takes from the whole day
_PATHS = 1000


@dataclass(frozen=True)
class PastErrors:
    """What a model expected at earlier origins and what came, [past, horizon, 48].

    NaN where closed, not observed, or later than the origin that asks.
    """

    expected: Floats
    came: Floats


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
    for lead in _leads(mean):
        expected, came = past.expected[:, lead], past.came[:, lead]
        is_known = np.isfinite(expected) & np.isfinite(came)
        days = is_known.any(axis=2).sum()
        is_few = is_known & (expected < FEW_CONTACTS)
        answer[lead] = _standardised_quantiles(mean[lead], expected, came, is_known & ~is_few, days)
        few_alpha[lead] = _overdispersion(expected[is_few], came[is_few])
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

    A path takes over how far earlier forecasts were off as a whole: it draws an earlier origin
    and keeps its run of daily errors, as it was or mirrored. Which one is drawn depends on the
    seed alone, so paths of several queues may be added up: what moved them together in the
    past moves them together here. Days of a few contacts scatter by chance, each `queue` (any
    number that tells it from the others) on its own.
    NaN on days that are closed throughout.
    """
    rng = np.random.default_rng(seed)
    totals, is_open = _day_totals(mean, np.isfinite(mean))
    whole = np.isfinite(past.expected) & np.isfinite(past.came)
    is_whole = (whole == np.isfinite(past.expected)).all(axis=2)
    expected, is_expected = _day_totals(past.expected, np.isfinite(past.expected))
    came, _ = _day_totals(past.came, whole)
    is_known = is_expected & is_whole

    drawn = rng.integers(0, 2**31, (_PATHS, 1))
    redrawn = rng.integers(0, 2**31, (_PATHS, mean.shape[0]))
    chance = np.random.default_rng([seed, queue])
    scatter = chance.standard_normal((_PATHS, mean.shape[0]))
    uniform = chance.uniform(size=(_PATHS, mean.shape[0]))
    # Errors of overlapping weeks share a direction by accident; the next may go the other way.
    sign = rng.choice([-1.0, 1.0], (_PATHS, 1))
    paths = np.full((_PATHS, mean.shape[0]), np.nan)
    for lead in _leads(mean):
        known = is_known[:, lead]
        spread = _overdispersion(expected[:, lead][known], came[:, lead][known])
        deviation = np.sqrt(totals[lead] + spread * totals[lead] ** 2)
        if known.sum() < 5:
            errors = scatter[:, lead]
        else:
            past_deviation = np.sqrt(
                np.maximum(expected[:, lead] + spread * expected[:, lead] ** 2, 1e-9)
            )
            standardised = (came[:, lead] - expected[:, lead]) / past_deviation
            pool = standardised[known]
            own = np.where(known, standardised, np.nan)[drawn[:, 0] % len(known)]
            errors = np.where(np.isfinite(own), own, pool[redrawn[:, lead] % len(pool)])
        large = np.maximum(totals[lead] + sign * errors * deviation, 0.0)
        small = _negative_binomial_draws(totals[lead], spread, uniform[:, lead])
        paths[:, lead] = np.where(totals[lead] < FEW_CONTACTS, small, large)
    return np.where(is_open, paths, np.nan)


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


def _standardised_quantiles(mean: Floats, expected, came, is_used, days: int) -> Floats:
    slot = np.nonzero(is_used)[2]
    expected, came = expected[is_used], came[is_used]
    alpha = _overdispersion_by_slot(expected, came, slot)
    levels = np.asarray(QUANTILES)
    if len(slot) < _FEWEST_ERRORS:
        factors = np.array([NormalDist().inv_cdf(level) for level in QUANTILES])
    else:
        deviation = np.sqrt(expected + alpha[slot] * expected**2)
        errors = (came - expected) / deviation
        # Errors of one day are alike in part: what is known lies between days and half hours.
        widened = 0.5 + (levels - 0.5) * (1 + 1 / np.sqrt(days * len(errors)))
        bias = (came - expected).sum() / deviation.sum()
        factors = np.quantile(errors, np.clip(widened, 0, 1)) - (1 - _LASTING_BIAS) * bias
    mu = np.nan_to_num(mean, nan=0.0)
    answer = mu[..., None] + np.sqrt(mu + alpha * mu**2)[..., None] * factors
    return np.where(np.isnan(mean)[..., None], np.nan, answer)


def _overdispersion_by_slot(expected: Floats, came: Floats, slot) -> Floats:
    """[48] alpha of NB2 by time of day, neighbours and the whole day helping out."""
    excess = np.bincount(slot, (came - expected) ** 2 - expected, SLOTS)
    squares = np.bincount(slot, expected**2, SLOTS)
    if squares.sum() == 0:
        return np.zeros(SLOTS)
    away = np.abs((np.arange(SLOTS)[:, None] - np.arange(SLOTS) + SLOTS // 2) % SLOTS - SLOTS // 2)
    near = np.exp(-0.5 * (away / _SLOT_SPREAD) ** 2)
    prior = _EVERYDAY_SHARE * squares.sum()
    everyday = max(0.0, excess.sum() / squares.sum())
    return np.maximum(0.0, (near @ excess + prior * everyday) / (near @ squares + prior))


def _overdispersion(expected: Floats, came: Floats) -> float:
    """alpha of NB2 by moments; 0 where the counts scatter no more than Poisson's."""
    squares = np.sum(expected**2)
    return max(0.0, float(np.sum((came - expected) ** 2 - expected) / squares)) if squares else 0.0


def _day_totals(counts: Floats, is_counted):
    return np.where(is_counted, counts, 0.0).sum(axis=-1), is_counted.any(axis=-1)


def _leads(mean: Floats) -> list[slice]:
    ends = len(mean)
    return [lead for lead in LEAD_BUCKETS if lead.start < ends]
