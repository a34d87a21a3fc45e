"""Three views of a queue, averaged: none is best on every queue, and their errors differ.

Level x profile, day shapes and harmonic counts each choose their own settings. Here they are
weighted by one over the eighth power of their absolute error over the last 24 open days: equals
share alike, one that errs by a tenth more has half the weight, one that fails hardly counts.

Source: Bates & Granger, "The combination of forecasts", Operational Research Quarterly 20
(1969).
"""

from collections.abc import Sequence

import numpy as np

from pipelines.forecasts.base import SLOTS, Floats, Grid, remembered
from pipelines.forecasts.configurations import known_errors, with_inner
from pipelines.forecasts.day_shapes import DayShapes
from pipelines.forecasts.harmonic_counts import HarmonicCounts
from pipelines.forecasts.level_profile import LevelProfile

MEMBERS = (LevelProfile(), DayShapes(), HarmonicCounts())


class Combination:
    """Steps 1-6: the weighted mean of the three models with a history of their own."""

    name = "combination"
    is_yardstick = False
    minimum_days = 28

    def means(self, grid: Grid, origins: Sequence[int], horizon: int) -> Floats:
        """See `Model.means`."""

        def fresh(missing: list[int]) -> Floats:
            every = with_inner(grid, missing, self.minimum_days)
            answer = np.full((len(missing), horizon, SLOTS), np.nan)
            if not every:
                return answer
            means = np.stack([member.means(grid, every, horizon) for member in MEMBERS], axis=1)
            usable = [day for day in missing if grid.days_behind(day) >= self.minimum_days]
            errors = known_errors(grid, every, means, usable, self.minimum_days).sum(axis=2)
            weights = np.where(errors > 0, errors, 1.0) ** -8
            weights /= weights.sum(axis=1, keepdims=True)
            own = means[np.searchsorted(every, usable)]
            answer[np.searchsorted(missing, usable)] = np.einsum("om,omhs->ohs", weights, own)
            return answer

        return remembered(grid, self.name, origins, horizon, fresh)
