"""A smooth week of counts: Poisson regression on weekday and harmonics of the time of day.

Where half hours bring few contacts, a profile counted half hour by half hour is mostly noise;
a curve of 8 harmonics, of which 4 differ by weekday, has a fifth of its parameters. Contacts
and days observed are added up by weekday and half hour first, weights halving every 8 weeks:
the likelihood is the same, and a fit is milliseconds. Calendar columns are an offset at their
worth to the day's level.

Source: Weinberg, Brown & Stroud, "Bayesian forecasting of an inhomogeneous Poisson process
with applications to call center data", JASA 102 (2007).
"""

from collections.abc import Sequence

import numpy as np

from pipelines.forecasts.base import SLOTS, Floats, Grid, targets
from pipelines.forecasts.configurations import means_of_best
from pipelines.forecasts.day_levels import (
    fading,
    fit_levels,
    log_day_totals,
    recency,
    recent_mean,
)
from pipelines.forecasts.refits import LEVEL, Refit, refits

HALF_LIFE_WEEKS = 8
HARMONICS = 8
WEEKDAY_HARMONICS = 4
BEST = 2

_STEPS = 2
_JITTER = 1e-6  # short opening hours can't tell all harmonics apart
_LARGEST_LOG = 30.0
_PRIOR_CONTACTS = 0.02  # a half hour without contacts is not impossible


class HarmonicCounts:
    """Step 6 without a remainder, with the fading and with the recent one: 3 configurations."""

    name = "harmonic_counts"
    is_yardstick = False
    minimum_days = 28

    def means(self, grid: Grid, origins: Sequence[int], horizon: int) -> Floats:
        """See `Model.means`."""
        return means_of_best(self, grid, origins, horizon, _configurations, BEST)


def _configurations(grid: Grid, origins: Sequence[int], horizon: int) -> Floats:
    """[O, 3, H, 48]"""
    levels = fit_levels(grid, origins, horizon)
    log_totals = np.nan_to_num(log_day_totals(grid))
    answer = np.zeros((len(origins), 3, horizon, SLOTS))
    fits = list(refits(grid, origins))
    for refit, week in zip(fits, _weeks(grid, fits), strict=True):
        at = np.asarray(origins)[refit.rows]
        expected = week.sum(axis=1)[grid.weekday] * np.exp(refit.worth)
        is_used = levels.is_used[refit.rows]
        remainder = np.where(is_used, log_totals - np.log(expected + 0.5), 0.0)
        weights = is_used * recency(grid, at, np.array([HALF_LIFE_WEEKS]))[:, 0]
        fades, _ = fading(grid, at, horizon, remainder, is_used, weights)
        recent = np.broadcast_to(recent_mean(grid, remainder, is_used)[:, None], fades.shape)
        factors = np.stack([np.zeros_like(fades), fades, recent], axis=1)
        factors += levels.worth_ahead[refit.rows, None, LEVEL]
        curve = week[grid.weekday[targets(grid, at.tolist(), horizon)]]
        answer[refit.rows] = np.exp(factors)[..., None] * curve[:, None]
    return answer


def _weeks(grid: Grid, fits: Sequence[Refit]) -> list[Floats]:
    """[7, 48] expected contacts of a plain week, as known on the day of each fit."""
    known = grid.memory.setdefault("harmonic weeks", {})
    missing = [fit for fit in fits if fit.day not in known]
    if missing:
        known.update(zip((fit.day for fit in missing), _fitted_weeks(grid, missing), strict=True))
    return [known[fit.day] for fit in fits]


def _fitted_weeks(grid: Grid, fits: Sequence[Refit]) -> Floats:
    """[F, 7, 48] of fits that are worked out together."""
    half_life = np.array([HALF_LIFE_WEEKS])
    days = np.array([fit.day for fit in fits])
    weights = np.stack([fit.is_used for fit in fits]) * recency(grid, days, half_life)[:, 0]
    is_seen = np.isfinite(grid.counts)
    on_weekday = np.eye(7)[grid.weekday].T * weights[:, None]
    worth = np.exp(np.stack([fit.worth for fit in fits]))[:, None]
    contacts = (on_weekday @ np.where(is_seen, grid.counts, 0.0)).reshape(len(fits), -1)
    exposure = ((on_weekday * worth) @ is_seen.astype(float)).reshape(len(fits), -1)
    weeks = (poisson_rates(contacts, exposure)).reshape(-1, 7, SLOTS)
    weeks[contacts.sum(axis=1) == 0] = 0.0
    is_known = exposure.reshape(weeks.shape) > 0
    # A weekday or half hour never seen is as the others are.
    n = is_known.sum(axis=1, keepdims=True)
    usual = np.where(is_known, weeks, 0.0).sum(axis=1, keepdims=True) / np.maximum(n, 1)
    return np.where(is_known, weeks, usual)


def poisson_rates(contacts: Floats, exposure: Floats) -> Floats:
    """[F, 336] contacts per unit of exposure by weekday and half hour, smoothed by harmonics.

    Maximum likelihood of the Poisson regression by Newton's method, from the weighted least
    squares of the log rates: near enough for two steps. Cells without exposure say nothing.
    """
    contacts = np.where(exposure > 0, contacts + _PRIOR_CONTACTS, 0.0)
    exposure = np.maximum(exposure, 1e-300)
    weight = np.where(contacts > 0, contacts + 0.5, 0.0)
    logs = np.log(weight / exposure, out=np.zeros_like(weight), where=weight > 0)
    coefficients = _solved(weight, weight * logs)
    for _ in range(_STEPS):
        rates = np.exp(np.minimum(coefficients @ _DESIGN.T, _LARGEST_LOG))
        expected = np.where(contacts > 0, rates * exposure, 0.0)
        coefficients = coefficients + _solved(expected, contacts - expected)
    return np.exp(np.minimum(coefficients @ _DESIGN.T, _LARGEST_LOG))


def _solved(weight: Floats, moments: Floats) -> Floats:
    """[F, columns] (X' W X)^-1 X' m of each fit, W diagonal."""
    normal = (_DESIGN.T * weight[:, None]) @ _DESIGN + _JITTER * np.eye(_DESIGN.shape[1])
    return np.linalg.solve(normal, (moments @ _DESIGN)[..., None])[..., 0]


def _harmonics(order: int) -> Floats:
    """[48, 2 x order]"""
    angle = np.arange(SLOTS) / SLOTS * 2 * np.pi
    return np.column_stack(
        [wave(k * angle) for k in range(1, order + 1) for wave in (np.sin, np.cos)]
    )


_DESIGN = np.hstack(
    [
        np.kron(np.eye(7), np.ones((SLOTS, 1))),
        np.kron(np.ones((7, 1)), _harmonics(HARMONICS)),
        np.kron(np.eye(7)[:, 1:], _harmonics(WEEKDAY_HARMONICS)),
    ]
)
