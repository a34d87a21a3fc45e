"""Days of any number of contacts: five views, each as much as it has been right.

The level model takes logs. Where a day brings a contact or none, logs are mostly noise, and a mean
of what came is better; how far back it should look depends on how fast the queue changes. Beside
the level model there are therefore three rates, weekday by weekday at the level of the days
before, halving every 3, 14 and 56 of them, and last week again. Their weights are one over the
eighth power of their Poisson deviance over the last 56 open days: twice its absolute error's,
which would reward forecasts that are too low, as most days of a small queue are.

Source: Bates & Granger, "The combination of forecasts", Operational Research Quarterly 20
(1969).
"""

from collections.abc import Sequence

import numpy as np

from pipelines.forecasts.base import SLOTS, Floats, Grid, actual_ahead, is_open_ahead, targets
from pipelines.forecasts.configurations import LEAD_SPANS, known_losses, scores, with_inner
from pipelines.forecasts.day_levels import recency
from pipelines.forecasts.level_profile import LevelProfile
from pipelines.forecasts.rolling import ERROR_ORIGINS
from pipelines.forecasts.seasonal_naive import SeasonalNaive

LEVEL_HALF_LIVES_DAYS = (3, 14, 56)

_WEEK_HALF_LIFE_WEEKS = 16
_PRIOR_CONTACTS = 4.0  # that a weekday brings what others do
_PRIOR_CONTACTS_OF_LEVEL = 1.0
_LEAST = 0.02  # contacts: a day without any is not certain


class CountedDays:
    """Expected contacts of a grid whose days are one slot; no model of half hours."""

    minimum_days = 28

    def means(self, grid: Grid, origins: Sequence[int], horizon: int) -> Floats:
        """See `Model.means`."""
        every = with_inner(grid, origins, self.minimum_days, ERROR_ORIGINS)
        views = np.concatenate(
            [
                day_rates(grid, every, horizon),
                LevelProfile().means(grid, every, horizon)[:, None, :, 0],
                SeasonalNaive().means(grid, every, horizon)[:, None, :, 0],
            ],
            axis=1,
        )
        came = actual_ahead(grid, every, horizon)[:, None, :, 0]
        usable = [day for day in origins if grid.days_behind(day) >= self.minimum_days]
        losses = scores(
            known_losses(
                grid, every, _deviance(views, came), usable, self.minimum_days, ERROR_ORIGINS
            )
        )
        weights = np.where(losses > 0, losses, 1.0) ** -8
        weights /= weights.sum(axis=1, keepdims=True)
        own = views[np.searchsorted(every, usable)]
        answer = np.full((len(origins), horizon, SLOTS), np.nan)
        rows = np.searchsorted(origins, usable)
        for span, leads in enumerate(LEAD_SPANS):
            lead = slice(*leads)
            answer[rows, lead, 0] = np.einsum("ok,okh->oh", weights[..., span], own[..., lead])
        return np.where(is_open_ahead(grid, origins, horizon), answer, np.nan)


def day_rates(grid: Grid, origins: Sequence[int], horizon: int) -> Floats:
    """[origins, LEVEL_HALF_LIVES_DAYS, horizon] contacts of each weekday at the level so far."""
    at = np.asarray(origins, dtype=int)
    is_seen = np.isfinite(grid.counts[:, 0])
    is_past = is_seen & (np.arange(len(grid.days)) <= at[:, None])
    counts = np.where(is_seen, grid.counts[:, 0], 0.0)
    on_weekday = np.eye(7)[grid.weekday]

    weights = recency(grid, at, np.array([_WEEK_HALF_LIFE_WEEKS]))[:, 0] * is_past
    everyday = (weights @ counts) / np.maximum(weights.sum(axis=1), 1e-12)
    came = (weights * counts) @ on_weekday
    expected = everyday[:, None] * (weights @ on_weekday)
    week = everyday[:, None] * (came + _PRIOR_CONTACTS) / (expected + _PRIOR_CONTACTS)

    weights = recency(grid, at, np.array(LEVEL_HALF_LIVES_DAYS) / 7) * is_past[:, None]
    expected = np.einsum("old,od->ol", weights, week[:, grid.weekday])
    level = (weights @ counts + _PRIOR_CONTACTS_OF_LEVEL) / (expected + _PRIOR_CONTACTS_OF_LEVEL)
    weekday = grid.weekday[targets(grid, origins, horizon)]
    return level[..., None] * np.take_along_axis(week, weekday, axis=1)[:, None]


def _deviance(expected: Floats, came: Floats) -> Floats:
    """Poisson deviance of each day; 0 where nothing was observed."""
    expected = np.maximum(expected, _LEAST)
    ratio = np.where(came > 0, came / expected, 1.0)
    return np.nan_to_num(2 * (came * np.log(ratio) - (came - expected)))
