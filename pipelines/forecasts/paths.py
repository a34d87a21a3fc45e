"""Simulated fortnights: what sums, peaks and anything else made of half hours may come to.

A quantile of a week is not the sum of its half hours' quantiles, and the mean of a day's
busiest half hour is not the busiest mean. A path is one fortnight that could come: totals of
its days, erring together as earlier forecasts did (`quantiles.day_paths`), each spread over its
half hours by a Dirichlet-multinomial: the expected shares, shaken as much as shares were shaken
before, and whole contacts. Paths of several queues add up.

Source: Avramidis, Deslauriers & L'Ecuyer, "Modeling daily arrivals to a telephone call center",
Management Science 50 (2004), model 3.
"""

import numpy as np
import pandas as pd

from pipelines.forecasts.base import Floats
from pipelines.forecasts.quantiles import PastErrors

PATHS = 300
TOTAL_LEVELS = (0.025, 0.10, 0.50, 0.90, 0.975)
TOTAL_COLUMNS = ("measure", "starts_on", "ends_on", "mean", "q025", "q10", "q50", "q90", "q975")

_SUREST = 1e-6


def half_hour_paths(
    totals: Floats, mean: Floats, past: PastErrors, seed: int, queue: int = 0
) -> Floats:
    """[PATHS, horizon, 48] whole contacts per half hour; 0 where closed.

    totals: [at least PATHS, horizon] from `quantiles.day_paths`, NaN on closed days. mean:
    [horizon, 48] expected contacts, NaN where closed. `seed` and `queue` as for `day_paths`.
    """
    rng = np.random.default_rng([seed, queue, 1])
    probability = _shaken_shares(mean, past, rng)
    contacts = np.rint(np.nan_to_num(totals[:PATHS])).astype(int)
    contacts = np.where(probability.sum(axis=2) > 0, contacts, 0)
    # A row without probability would not sum to 1; it has no contacts to hand out.
    probability[..., 0] += 1 - probability.sum(axis=2)
    return rng.multinomial(contacts, np.clip(probability, 0, 1)).astype(float)


def busiest_rates(
    totals: Floats,
    mean: Floats,
    past: PastErrors,
    is_open: np.ndarray,
    seed: int,
    queue: int = 0,
) -> Floats:
    """[PATHS, horizon] contacts to expect in each path's busiest half hour of those open.

    What agents are planned for: the chance by which contacts come at a known rate is the queueing
    formulas' own matter, and the busiest of 48 counts owes most of its height to it. Days vary as
    `totals` do beyond chance (`staffing.risk.rate_quantiles` has it alike), shares as they shook.
    Arguments as for `half_hour_paths`; is_open: [horizon, 48]. NaN on days that are never open.
    """
    probability = _shaken_shares(mean, past, np.random.default_rng([seed, queue, 1]))
    whole = np.nansum(mean, axis=1)
    variance = np.nan_to_num(totals).var(axis=0)
    beyond = 1 - np.divide(whole, variance, out=np.ones(len(whole)), where=variance > whole)
    rates = np.maximum(whole + (totals[:PATHS] - whole) * np.sqrt(beyond), 0.0)
    busiest = (np.where(is_open, probability, 0.0) * np.nan_to_num(rates)[..., None]).max(axis=2)
    return np.where((is_open & np.isfinite(mean)).any(axis=1), busiest, np.nan)


def _shaken_shares(mean: Floats, past: PastErrors, rng: np.random.Generator) -> Floats:
    """[PATHS, horizon, 48] of a day's contacts that each half hour brings, path by path."""
    alpha = shaking(past)
    noise = rng.gamma(1 / alpha, alpha, (PATHS, *mean.shape)) if alpha > _SUREST else 1.0
    return _shares(_shares(np.nan_to_num(mean)) * np.broadcast_to(noise, (PATHS, *mean.shape)))


def shaking(past: PastErrors) -> float:
    """Squared coefficient of variation of a half hour's share, beyond chance; by moments."""
    is_known = np.isfinite(past.expected) & np.isfinite(past.came)
    came = np.where(is_known, past.came, 0.0)
    shares = _shares(np.where(is_known, past.expected, 0.0))
    expected = came.sum(axis=-1, keepdims=True) * shares
    squares = (expected**2).sum()
    excess = ((came - expected) ** 2 - expected * (1 - shares)).sum()
    return max(0.0, float(excess / squares)) if squares > 0 else 0.0


def totals_and_peaks(days: np.ndarray, means: Floats, totals: Floats, paths: Floats | None):
    """TOTAL_COLUMNS of one queue or sum of queues: one row per week and per open day.

    measure: `week_total`, contacts of the 7 days from `starts_on` (the last week may be
    shorter), or `day_peak`, contacts of the busiest half hour of the day.

    days [H], means [H] (NaN: closed), totals [P, H] of `day_paths`, paths [PATHS, H, 48]; without
    paths there are no peaks.
    """
    rows = []
    for first in range(0, len(days), 7):
        week = slice(first, min(first + 7, len(days)))
        if np.isfinite(means[week]).any():
            drawn = np.nansum(totals[:, week], axis=1)
            mean = np.nansum(means[week])
            rows.append(("week_total", days[week][0], days[week][-1], mean, *_levels(drawn)))
    if paths is None:
        return _frame(rows)
    peaks = paths.max(axis=2)
    for lead in np.flatnonzero(np.isfinite(means)):
        peak = peaks[:, lead]
        rows.append(("day_peak", days[lead], days[lead], peak.mean(), *_levels(peak)))
    return _frame(rows)


def rates_of_peaks(days: np.ndarray, busiest: Floats) -> pd.DataFrame:
    """TOTAL_COLUMNS of a queue's `busiest_rates`: one row `peak_rate` per day that it opens."""
    opens = np.flatnonzero(np.isfinite(busiest).all(axis=0))
    return _frame(
        [
            (
                "peak_rate",
                days[lead],
                days[lead],
                busiest[:, lead].mean(),
                *_levels(busiest[:, lead]),
            )
            for lead in opens
        ]
    )


def _frame(rows: list[tuple]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(TOTAL_COLUMNS))
    for column in ("starts_on", "ends_on"):
        frame[column] = frame[column].to_numpy().astype("datetime64[us]")
    return frame


def _levels(drawn: Floats) -> Floats:
    return np.quantile(drawn, TOTAL_LEVELS)


def _shares(counts: Floats) -> Floats:
    whole = counts.sum(axis=-1, keepdims=True)
    return np.divide(counts, whole, out=np.zeros_like(counts), where=whole > 0)
