"""Days of a queue that has seen its year twice: a structural time series of their logs.

A local level with a weekly season, an AR(1), two yearly harmonics and the calendar's columns. How
much of a day stays and how much passes is weighed once, on the evening of the first origin asked
for; the Kalman filter then goes on from day to day, so that forecasts from dozens of earlier
evenings, whose errors tell how wide bands must be, cost no further fit.

Maximum likelihood took an optimiser hundreds of filters over thirty states, and seldom came to its
end. Here 42 settings are weighed by how likely each makes the last two years, harmonics and
columns taken out beforehand, and their mean is used. The scale of the variances needs no search:
it follows from the errors.

Source: Harvey, Forecasting, Structural Time Series Models and the Kalman Filter (1989), on the
concentrated likelihood section 3.4.
"""

from collections.abc import Sequence
from itertools import product

import numpy as np
from scipy.special import softmax
from statsmodels.tsa.statespace.structural import UnobservedComponents

from pipelines.forecasts.base import Floats, Grid, targets
from pipelines.forecasts.day_levels import ADDED, columns_ahead

TWO_YEARS = 730  # days

_YEARLY_HARMONICS = 2
# Variances relative to that of a day by itself, part of which is the AR(1)'s.
_LEVEL_STEPS = (0.0001, 0.003, 0.01, 0.03, 0.1, 0.3)
_LASTING = (  # part, autoregression
    (0.0, 0.5),
    (0.3, 0.9),
    (0.6, 0.9),
    (0.5, 0.4),
    (0.5, 0.7),
    (1.0, 0.3),
    (1.0, 0.6),
)
_WEEKDAY_STEP = 1e-4
_UNTOLD = 100.0  # variance of a log, that no day has narrowed down
_LEAST_SCALE = 1e-6  # a series that repeats itself leaves no error to learn from


def structural_days(grid: Grid, origins: Sequence[int], horizon: int) -> Floats:
    """[origins, horizon] expected contacts of the days of a grid that is known by the day."""
    at, first, last = np.asarray(origins, dtype=int), min(origins), max(origins)
    angle = 2 * np.pi * (grid.days - grid.days[0]).astype(float) / 365.25
    waves = np.column_stack(
        [wave(k * angle) for k in range(1, _YEARLY_HARMONICS + 1) for wave in (np.sin, np.cos)]
    )
    known = grid.columns_known_at(last)
    logs = np.log(grid.counts[:, 0] + ADDED)
    # A holiday on a day without data has taught nothing, and would be worth anything.
    is_seen = known[: first + 1][np.isfinite(logs[: first + 1])].any(axis=0)
    outside = np.column_stack([waves, known[:, is_seen]])
    parameters = _weighed(logs[: first + 1], outside[: first + 1])
    model = _model(logs[: last + 1], outside[: last + 1])
    model.update(parameters)
    filtered = model.ssm.filter()

    step = filtered.transition[..., 0]
    chosen = filtered.selection[..., 0]
    shock = chosen @ filtered.state_cov[..., 0] @ chosen.T
    state = filtered.predicted_state[:, at + 1].T
    spread = np.moveaxis(filtered.predicted_state_cov[..., at + 1], 2, 0)
    waves_ahead = waves[targets(grid, origins, horizon)]
    outside_ahead = np.concatenate(
        [waves_ahead, columns_ahead(grid, at, horizon)[..., is_seen]], axis=2
    )
    answer = np.empty((len(at), horizon))
    seen_by = np.tile(filtered.design[0, :, 0], (len(at), 1))
    for lead in range(horizon):
        seen_by[:, -outside.shape[1] :] = outside_ahead[:, lead]
        mean = (seen_by * state).sum(axis=1)
        variance = np.einsum("oi,oij,oj->o", seen_by, spread, seen_by) + filtered.obs_cov[0, 0, 0]
        # The mean of a log-normal lies above its median; how far, no day of a weekday tells that
        # has just begun.
        answer[:, lead] = np.exp(mean + np.where(variance < _UNTOLD, variance / 2, 0.0))
        state = state @ step.T
        spread = step @ spread @ step.T + shock
    return np.maximum(answer - ADDED, 0.0)


def has_two_years(grid: Grid, day: int) -> bool:
    """Whether days were observed in the weeks of two years up to the evening of `day`.

    A year known from its two ends alone would be made up between them.
    """
    seen = np.flatnonzero(np.isfinite(grid.counts[: day + 1, 0]))
    return 7 * len(np.unique(seen // 7)) >= TWO_YEARS


def _model(logs: Floats, outside: Floats | None = None) -> UnobservedComponents:
    return UnobservedComponents(
        logs, level="llevel", seasonal=7, autoregressive=1, exog=outside, mle_regression=False
    )


def _weighed(logs: Floats, outside: Floats) -> Floats:
    """Variances of the irregular, the level, the season and the AR(1), and its autoregression."""
    # From week to week neither level nor weekday matters: what is left tells the columns' worth.
    change, outside_change = logs[7:] - logs[:-7], outside[7:] - outside[:-7]
    is_known = np.isfinite(change)
    worth = np.linalg.lstsq(outside_change[is_known], change[is_known], rcond=1e-8)[0]
    model = _model((logs - outside @ worth)[-TWO_YEARS:])
    model.ssm.filter_concentrated = True
    settings = [(np.log(step), *lasting) for step, lasting in product(_LEVEL_STEPS, _LASTING)]
    likelihoods = []
    for each in settings:
        model.update(_relative_variances(*each))
        likelihoods.append(model.ssm.loglike())
    relative = _relative_variances(*(softmax(likelihoods) @ settings))
    model.update(relative)
    scale = max(model.ssm.filter().scale, _LEAST_SCALE)
    return np.append(relative[:-1] * scale, relative[-1])


def _relative_variances(log_step: float, part: float, kept: float) -> Floats:
    return np.array([1 - part, np.exp(log_step), _WEEKDAY_STEP, part * (1 - kept**2), kept])
