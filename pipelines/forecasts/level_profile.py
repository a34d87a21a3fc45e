"""Level x profile: how much a day brings, times how a day of its weekday is spread.

The level is `day_levels`; the profile is the recency-weighted share of each half hour, as
counted and smoothed over its neighbours. How fast either forgets is not assumed but chosen: 4
half-lives of the level, without remainder, with the fading or with the recent one, and 6 levels
that move, times 5 profiles are 90 configurations; each origin takes the mean of the 5 that did
best before it.

Sources: Taylor, "A comparison of univariate time series methods for forecasting intraday
arrivals at a call center", Management Science 54 (2008); Ibrahim & L'Ecuyer, "Forecasting
call center arrivals: fixed-effects, mixed-effects, and bivariate models", MSOM 15 (2013).
"""

from collections.abc import Sequence

import numpy as np

from pipelines.forecasts.base import Floats, Grid, targets
from pipelines.forecasts.configurations import means_of_best
from pipelines.forecasts.day_levels import ADDED, fit_levels, recency

PROFILE_HALF_LIVES_WEEKS = (4, 16)
SMOOTHED_HALF_LIVES_WEEKS = (2, 8, 32)
BEST = 5

_PROFILE_SHRINKAGE_DAYS = 2.0
_ALIKE = 0.95
_NEIGHBOUR_SPREAD = 0.6  # half hours: the next one weighs a quarter of the half hour itself


class LevelProfile:
    """Steps 1-3 and the selection of step 5 for one queue with a history of its own."""

    name = "level_profile"
    is_yardstick = False
    minimum_days = 28

    def means(self, grid: Grid, origins: Sequence[int], horizon: int) -> Floats:
        """See `Model.means`."""
        return means_of_best(self, grid, origins, horizon, _configurations, BEST)


def _configurations(grid: Grid, origins: Sequence[int], horizon: int) -> Floats:
    """[O, 90, H, S]; of a day that is one slot [O, 18, H, S]."""
    levels = fit_levels(grid, origins, horizon)
    remainders = (np.zeros_like(levels.fading), levels.fading, levels.recent[..., None])
    logs = [*(levels.ahead + each for each in remainders), levels.moving]
    totals = np.maximum(np.exp(np.concatenate(logs, axis=1)) - ADDED, 0.0)
    weekday = grid.weekday[targets(grid, origins, horizon)]
    profiles = np.concatenate(
        [
            _profiles(grid, origins, levels.is_used, PROFILE_HALF_LIVES_WEEKS, 0.0),
            _profiles(grid, origins, levels.is_used, SMOOTHED_HALF_LIVES_WEEKS, _NEIGHBOUR_SPREAD),
        ],
        axis=1,
    )
    if (grid.passes > 0).any(axis=0).sum() <= 1:
        profiles = profiles[:, :1]  # all alike: the best five would be one
    shares = profiles[np.arange(len(origins))[:, None], :, weekday].swapaxes(1, 2)
    product = np.empty((*totals.shape[:2], profiles.shape[1], horizon, grid.slots))
    np.multiply(totals[:, :, None, :, None], shares[:, None], out=product)
    return product.reshape(len(origins), -1, horizon, grid.slots)


def _profiles(grid: Grid, origins, is_used, half_lives_weeks, spread: float) -> Floats:
    """[O, P, 7, S] share of the day per half hour of each weekday, summing to 1 over the day."""
    weights = recency(grid, np.asarray(origins, dtype=int), half_lives_weeks) * is_used[:, None]
    is_seen = np.isfinite(grid.counts)
    filled = np.where(is_seen, grid.counts, 0.0)
    contacts, days = (np.zeros((*weights.shape[:2], 7, grid.slots)) for _ in range(2))
    for day in range(7):
        of_day = grid.weekday == day
        contacts[:, :, day] = weights[..., of_day] @ filled[of_day]
        days[:, :, day] = weights[..., of_day] @ is_seen[of_day].astype(float)
    rates = contacts / np.maximum(days, 1e-12)
    if spread:
        rates = _smoothed(rates, days > 0, spread)
    return _pooled(_shares(rates), days.max(axis=3))


def _smoothed(rates: Floats, is_seen, spread: float) -> Floats:
    """Each half hour drawn towards those beside it, those never open left out."""
    slot = np.arange(rates.shape[-1])
    distance = slot[:, None] - slot
    kernel = np.exp(-0.5 * (distance / spread) ** 2)
    near = is_seen @ kernel
    return np.where(is_seen, (rates * is_seen) @ kernel / np.maximum(near, 1e-12), 0.0)


def _shares(rates: Floats) -> Floats:
    whole = rates.sum(axis=-1, keepdims=True)
    return np.divide(rates, whole, out=np.zeros_like(rates), where=whole > 0)


def _pooled(own: Floats, days: Floats) -> Floats:
    """Each weekday's shares drawn towards those of the weekdays it is like; [..., 7, S]."""
    deviation = own - own.mean(axis=-1, keepdims=True)
    size = np.sqrt((deviation**2).sum(axis=-1))
    has_shape = size > 0
    alike = deviation @ deviation.swapaxes(-1, -2) > _ALIKE * size[..., None] * size[..., None, :]
    weight = (alike & has_shape[..., None] & has_shape[..., None, :]) * days[..., None, :]
    pool = weight @ own / np.maximum(weight.sum(axis=-1, keepdims=True), 1e-12)
    days, is_seen = days[..., None], has_shape[..., None]
    drawn = (days * own + _PROFILE_SHRINKAGE_DAYS * pool) / (days + _PROFILE_SHRINKAGE_DAYS)
    # A weekday never seen takes the mean of all that were.
    n = is_seen.sum(axis=-2, keepdims=True)
    everyday = np.where(n > 0, (own * is_seen).sum(axis=-2, keepdims=True), 1 / own.shape[-1])
    return np.where(is_seen, drawn, everyday / np.maximum(n, 1))
