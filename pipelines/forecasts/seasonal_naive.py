"""Yardstick: the same half hour a week ago."""

from collections.abc import Sequence

import numpy as np

from pipelines.forecasts.base import Floats, Grid, is_open_ahead
from pipelines.forecasts.weeks_before import everyday_means, weeks_before

_LOOK_BACK_WEEKS = 8


class SeasonalNaive:
    """The latest observed value of the same weekday and half hour, up to 8 weeks back."""

    name = "seasonal_naive"
    is_yardstick = True
    minimum_days = 7

    def means(self, grid: Grid, origins: Sequence[int], horizon: int) -> Floats:
        """See `Model.means`."""
        counts = weeks_before(grid, origins, horizon, _LOOK_BACK_WEEKS)
        answer = np.broadcast_to(
            everyday_means(grid, origins)[:, None], (len(origins), horizon, counts.shape[-1])
        )
        for week in reversed(range(_LOOK_BACK_WEEKS)):
            answer = np.where(np.isfinite(counts[:, :, week]), counts[:, :, week], answer)
        return np.where(is_open_ahead(grid, origins, horizon), answer, np.nan)
