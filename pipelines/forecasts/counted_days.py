"""Days of any number of contacts: eight views, each as much as it has been right.

The level model takes logs. Where a day brings a contact or none, logs are mostly noise, and a mean
of what came is better; how far back it should look depends on how fast the queue changes. Beside
the level model there are therefore three rates, weekday by weekday at the level of the days
before, halving every 3, 14 and 56 of them, each with the calendar's worth and without, and last
week again. Their weights are one over the eighth power of their Poisson deviance over the last 56
open days, day 1, days 2 to 7 and later days each by their own: twice absolute errors' power, and
those would reward forecasts that are too low, as most days of a small queue are.

Once two years exist, the year is a season too: half of the forecast is then that of a structural
time series (`structural_days`).

Source: Bates & Granger, "The combination of forecasts", Operational Research Quarterly 20
(1969).
"""

from collections.abc import Sequence

import numpy as np

from pipelines.forecasts.base import (
    Floats,
    Grid,
    actual_ahead,
    is_open_ahead,
    remembered,
    targets,
)
from pipelines.forecasts.configurations import LEAD_SPANS, known_losses, with_inner
from pipelines.forecasts.day_levels import columns_by_origin, fit_levels, recency
from pipelines.forecasts.level_profile import LevelProfile
from pipelines.forecasts.rolling import ERROR_ORIGINS
from pipelines.forecasts.seasonal_naive import SeasonalNaive
from pipelines.forecasts.structural_days import TWO_YEARS, has_two_years, structural_days

LEVEL_HALF_LIVES_DAYS = (3, 14, 56)

_WEEK_HALF_LIFE_WEEKS = 16
_STEADIEST = -1  # level of `day_levels`, of the longest half-life: worth is least by chance
_PRIOR_CONTACTS = 4.0  # that a weekday brings what others do
_PRIOR_CONTACTS_OF_LEVEL = 1.0
_LEAST = 0.02  # contacts: a day without any is not certain
_LEAST_LOSS = 1e-9  # a view that was right to the contact takes all


class CountedDays:
    """Expected contacts of a grid that is known by the day; no model of half hours."""

    name = "counted_days"
    is_yardstick = False
    is_of_days = True
    minimum_days = 28

    def means(self, grid: Grid, origins: Sequence[int], horizon: int) -> Floats:
        """See `Model.means`."""
        return remembered(
            grid, self.name, origins, horizon, lambda missing: self._fresh(grid, missing, horizon)
        )

    def _fresh(self, grid: Grid, origins: Sequence[int], horizon: int) -> Floats:
        every = with_inner(grid, origins, self.minimum_days, ERROR_ORIGINS)
        views = _views(grid, every, horizon)
        came = actual_ahead(grid, every, horizon)[:, None, :, 0]
        usable = [day for day in origins if grid.days_behind(day) >= self.minimum_days]
        losses = known_losses(
            grid, every, _deviance(views, came), usable, self.minimum_days, ERROR_ORIGINS
        )
        # Leads that no error is known of yet are judged by the others'.
        losses = np.where(losses > 0, losses, losses.sum(axis=2, keepdims=True))
        losses = np.maximum(losses, _LEAST_LOSS)
        weights = (losses / losses.min(axis=1, keepdims=True)) ** -8
        weights /= weights.sum(axis=1, keepdims=True)
        own = views[np.searchsorted(every, usable)]
        answer = np.full((len(origins), horizon, 1), np.nan)
        rows = np.searchsorted(origins, usable)
        for span, leads in enumerate(LEAD_SPANS):
            lead = slice(*leads)
            answer[rows, lead, 0] = np.einsum("ok,okh->oh", weights[..., span], own[..., lead])
        if years := [day for day in usable if has_two_years(grid, day)]:
            rows = np.searchsorted(origins, years)
            answer[rows, :, 0] += structural_days(grid, years, horizon)
            answer[rows] /= 2
        return np.where(is_open_ahead(grid, origins, horizon), answer, np.nan)


def _views(grid: Grid, origins: Sequence[int], horizon: int) -> Floats:
    """[origins, 8, horizon] contacts, as each view expects them."""
    # The longest half-life is half a year: of what is older than two, they would hardly tell.
    first = max(0, min(origins, default=0) - TWO_YEARS)
    recent, at = grid.since(first), [day - first for day in origins]
    return np.concatenate(
        [
            day_rates(recent, at, horizon, with_calendar=False),
            day_rates(recent, at, horizon, with_calendar=True),
            LevelProfile().means(recent, at, horizon)[:, None, :, 0],
            SeasonalNaive().means(recent, at, horizon)[:, None, :, 0],
        ],
        axis=1,
    )


def day_rates(grid: Grid, origins: Sequence[int], horizon: int, *, with_calendar: bool) -> Floats:
    """[origins, LEVEL_HALF_LIVES_DAYS, horizon] contacts of each weekday at the level so far.

    with_calendar: a day counts, and is expected, in proportion to what its calendar is worth.
    """
    at = np.asarray(origins, dtype=int)
    is_seen = np.isfinite(grid.counts[:, 0])
    is_past = is_seen & (np.arange(len(grid.days)) <= at[:, None])
    counts = np.where(is_seen, grid.counts[:, 0], 0.0)
    on_weekday = np.eye(7)[grid.weekday]
    factor, factor_ahead = np.ones(is_past.shape), np.ones((len(at), horizon))
    if with_calendar:
        levels = fit_levels(grid, origins, horizon)
        for rows, columns in columns_by_origin(grid, at):
            factor[rows] = np.exp(levels.worth[rows, _STEADIEST] @ columns.T)
        factor_ahead = np.exp(levels.worth_ahead[:, _STEADIEST])

    weights = recency(grid, at, np.array([_WEEK_HALF_LIFE_WEEKS]))[:, 0] * is_past
    days = weights * factor
    everyday = (weights @ counts) / np.maximum(days.sum(axis=1), 1e-12)
    came = (weights * counts) @ on_weekday
    expected = everyday[:, None] * (days @ on_weekday)
    week = everyday[:, None] * (came + _PRIOR_CONTACTS) / (expected + _PRIOR_CONTACTS)

    weights = recency(grid, at, np.array(LEVEL_HALF_LIVES_DAYS) / 7) * is_past[:, None]
    expected = np.einsum("old,od->ol", weights, week[:, grid.weekday] * factor)
    level = (weights @ counts + _PRIOR_CONTACTS_OF_LEVEL) / (expected + _PRIOR_CONTACTS_OF_LEVEL)
    weekday = grid.weekday[targets(grid, origins, horizon)]
    ahead = np.take_along_axis(week, weekday, axis=1) * factor_ahead
    return level[..., None] * ahead[:, None]


def _deviance(expected: Floats, came: Floats) -> Floats:
    """Poisson deviance of each day; 0 where nothing was observed."""
    expected = np.maximum(expected, _LEAST)
    ratio = np.where(came > 0, came / expected, 1.0)
    return np.nan_to_num(2 * (came * np.log(ratio) - (came - expected)))
