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

import numpy as np
from scipy.stats import norm

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
    answer = np.full((*mean.shape, len(QUANTILES)), np.nan)
    for lead in _leads(mean):
        expected, came = past.expected[:, lead], past.came[:, lead]
        is_known = np.isfinite(expected) & np.isfinite(came)
        days = is_known.any(axis=2).sum()
        is_few = is_known & (expected < FEW_CONTACTS)
        has_few = mean[lead] < FEW_CONTACTS
        answer[lead] = _standardised_quantiles(mean[lead], expected, came, is_known & ~is_few, days)
        alpha = _overdispersion(expected[is_few], came[is_few])
        answer[lead][has_few] = negative_binomial_quantiles(mean[lead][has_few], alpha, QUANTILES)
    return np.sort(np.maximum(answer, 0.0), axis=-1)


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
    mu = np.clip(np.nan_to_num(mean, nan=FEW_CONTACTS), 0, FEW_CONTACTS)[..., None]
    levels = np.asarray(levels)
    size = 1 / max(alpha, 1e-9)
    failure = mu / (size + mu)
    probability = np.exp(-size * np.log1p(mu / size))
    cumulated = probability
    answer = np.zeros(np.broadcast_shapes(mu.shape, levels.shape))
    for count in range(1, 1000):
        is_below = cumulated < levels
        if not is_below.any():
            break
        answer += is_below
        probability = probability * failure * (size + count - 1) / count
        cumulated = cumulated + probability
    return answer


def _negative_binomial_draws(mean, alpha: float, uniform: Floats) -> Floats:
    """[paths, days] counts by inversion of `uniform`; small means only."""
    draws = [
        negative_binomial_quantiles(np.asarray(each), alpha, column)
        for each, column in zip(mean, uniform.T, strict=True)
    ]
    return np.stack(draws, axis=1)


def _standardised_quantiles(mean: Floats, expected, came, is_used, days: int) -> Floats:
    alpha = _overdispersion_by_slot(expected, came, is_used)
    levels = np.asarray(QUANTILES)
    if is_used.sum() < _FEWEST_ERRORS:
        factors = norm.ppf(levels)
    else:
        by_slot = np.broadcast_to(alpha, expected.shape)[is_used]
        expected, came = expected[is_used], came[is_used]
        deviation = np.sqrt(expected + by_slot * expected**2)
        errors = (came - expected) / deviation
        # Errors of one day are alike in part: what is known lies between days and half hours.
        widened = 0.5 + (levels - 0.5) * (1 + 1 / np.sqrt(days * len(errors)))
        bias = (came - expected).sum() / deviation.sum()
        factors = np.quantile(errors, np.clip(widened, 0, 1)) - (1 - _LASTING_BIAS) * bias
    mu = np.nan_to_num(mean, nan=0.0)
    answer = mu[..., None] + np.sqrt(mu + alpha * mu**2)[..., None] * factors
    return np.where(np.isnan(mean)[..., None], np.nan, answer)


def _overdispersion_by_slot(expected: Floats, came: Floats, is_used) -> Floats:
    """[48] alpha of NB2 by time of day, neighbours and the whole day helping out."""
    excess = np.where(is_used, (came - expected) ** 2 - expected, 0.0).sum(axis=(0, 1))
    squares = np.where(is_used, expected**2, 0.0).sum(axis=(0, 1))
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
