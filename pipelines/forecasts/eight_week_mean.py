"""Yardstick: the mean of the same half hour over the last eight weeks."""

from collections.abc import Sequence

import numpy as np

from pipelines.forecasts.base import Floats, Grid, is_open_ahead
from pipelines.forecasts.weeks_before import everyday_means, mean_of_seen, weeks_before


class EightWeekMean:
    """Mean of what was observed on the same weekday and half hour in the last 8 weeks."""

    name = "eight_week_mean"
    is_yardstick = True
    minimum_days = 7

    def means(self, grid: Grid, origins: Sequence[int], horizon: int) -> Floats:
        """See `Model.means`."""
        recent = mean_of_seen(weeks_before(grid, origins, horizon, weeks=8), axis=2)
        everyday = everyday_means(grid, origins)[:, None]
        answer = np.where(np.isfinite(recent), recent, everyday)
        return np.where(is_open_ahead(grid, origins, horizon), answer, np.nan)
