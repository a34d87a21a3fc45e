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
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM

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
    for refit in refits(grid, origins):
        at = np.asarray(origins)[refit.rows]
        week = _week(grid, refit)
        expected = week.sum(axis=1)[grid.weekday] * np.exp(refit.worth)
        is_used = levels.is_used[refit.rows]
        remainder = np.where(is_used, log_totals - np.log(expected + 0.5), 0.0)
        weights = is_used * recency(grid, at, np.array([HALF_LIFE_WEEKS]))[:, 0]
        factors = np.stack(
            [
                np.zeros((len(at), horizon)),
                fading(grid, at, horizon, remainder, is_used, weights),
                np.repeat(recent_mean(grid, remainder, is_used)[:, None], horizon, axis=1),
            ],
            axis=1,
        )
        factors += levels.worth_ahead[refit.rows, None, LEVEL]
        curve = week[grid.weekday[targets(grid, at.tolist(), horizon)]]
        answer[refit.rows] = np.exp(factors)[..., None] * curve[:, None]
    return answer


def _week(grid: Grid, refit: Refit) -> Floats:
    """[7, 48] expected contacts of a plain week."""
    key = ("harmonic week", refit.day)
    if key not in grid.memory:
        grid.memory[key] = _fit_week(grid, refit)
    return grid.memory[key]


def _fit_week(grid: Grid, refit: Refit) -> Floats:
    half_life = np.array([HALF_LIFE_WEEKS])
    weights = refit.is_used * recency(grid, np.array([refit.day]), half_life)[0, 0]
    is_seen = np.isfinite(grid.counts)
    weekday = np.eye(7)[grid.weekday].T * weights
    contacts = weekday @ np.where(is_seen, grid.counts, 0.0)
    exposure = (weekday * np.exp(refit.worth)) @ is_seen.astype(float)
    if contacts.sum() == 0:
        return np.zeros((7, SLOTS))
    cells = exposure.ravel() > 0
    design = _DESIGN[cells]
    design = design[:, np.abs(design).sum(axis=0) > 0]
    contacts, exposure = contacts.ravel()[cells] + _PRIOR_CONTACTS, exposure.ravel()[cells]
    fit = GLM(contacts, design, family=Poisson(), exposure=exposure).fit(
        start_params=_start(contacts, exposure, design),
        method="newton",
        maxiter=_STEPS,
        disp=0,
        warn_convergence=False,
    )
    week = np.zeros(7 * SLOTS)
    week[cells] = fit.fittedvalues / exposure
    week = week.reshape(7, SLOTS)
    is_known = cells.reshape(7, SLOTS)
    # A weekday or half hour never seen is as the others are.
    n = is_known.sum(axis=0)
    return np.where(is_known, week, week.sum(axis=0) / np.maximum(n, 1))


def _start(contacts: Floats, exposure: Floats, design: Floats) -> Floats:
    """Weighted least squares of the log rates: near enough for two steps of Newton's."""
    weighted = design.T * (contacts + 0.5)
    normal = weighted @ design + _JITTER * np.eye(design.shape[1])
    return np.linalg.solve(normal, weighted @ np.log((contacts + 0.5) / exposure))


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
