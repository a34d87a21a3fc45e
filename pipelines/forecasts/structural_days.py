"""Days of a queue that has seen its year twice: a structural time series of their logs.

A local level with a weekly season, an AR(1), two yearly harmonics and the calendar's columns. Its
five variances and its autoregression are fitted by maximum likelihood once, on the evening of the
first origin asked for; the Kalman filter then goes on from day to day, so that forecasts from
dozens of earlier evenings, whose errors tell how wide bands must be, cost no further fit.

Source: Harvey, Forecasting, Structural Time Series Models and the Kalman Filter (1989).
"""

import warnings
from collections.abc import Sequence

import numpy as np
from statsmodels.tsa.statespace.structural import UnobservedComponents

from pipelines.forecasts.base import Floats, Grid, targets
from pipelines.forecasts.day_levels import columns_ahead

TWO_YEARS = 730  # days

_YEARLY_HARMONICS = 2


def structural_days(grid: Grid, origins: Sequence[int], horizon: int) -> Floats:
    """[origins, horizon] expected contacts of days in the first half hour of a grid."""
    at, first, last = np.asarray(origins, dtype=int), min(origins), max(origins)
    angle = 2 * np.pi * (grid.days - grid.days[0]).astype(float) / 365.25
    waves = np.column_stack(
        [wave(k * angle) for k in range(1, _YEARLY_HARMONICS + 1) for wave in (np.sin, np.cos)]
    )
    known = grid.columns_known_at(last)
    is_seen = known[: first + 1].any(axis=0)
    outside = np.column_stack([waves, known[:, is_seen]])
    logs = np.log(grid.counts[:, 0] + 0.5)

    def model(day: int) -> UnobservedComponents:
        return UnobservedComponents(
            logs[: day + 1],
            level="llevel",
            seasonal=7,
            autoregressive=1,
            exog=outside[: day + 1],
            mle_regression=False,
        )

    with warnings.catch_warnings():
        # Where a component does nothing its variance is at the edge: the optimiser says so.
        warnings.simplefilter("ignore")
        fit = model(first).fit(disp=False, maxiter=30, cov_type="none")
        filtered = model(last).filter(fit.params, cov_type="none").filter_results
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
        # The mean of a log-normal lies above its median.
        answer[:, lead] = np.exp(mean + variance / 2)
        state = state @ step.T
        spread = step @ spread @ step.T + shock
    return answer
