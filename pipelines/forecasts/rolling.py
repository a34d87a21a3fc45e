"""One model at many origins: its means, and at each origin the errors it had made by then."""

from collections.abc import Iterable

import numpy as np

from pipelines.forecasts.base import Floats, Grid, Model, actual_ahead
from pipelines.forecasts.quantiles import PastErrors

ERROR_ORIGINS = 56  # open days: two to three months


class Rolling:
    """Forecasts of `model` made on the evenings of `origins` (positions in the grid's days)."""

    def __init__(self, model: Model, grid: Grid, origins: Iterable[int], horizon: int) -> None:
        self._grid, self._horizon = grid, horizon
        self._earlier = {
            origin: grid.open_days_before(origin, ERROR_ORIGINS, model.minimum_days)
            for origin in origins
        }
        every = sorted(set(self._earlier).union(*self._earlier.values()))
        self._row = {origin: row for row, origin in enumerate(every)}
        self._means = model.means(grid, every, horizon)

    def mean(self, origin: int) -> Floats:
        """[horizon, S] expected contacts; NaN where closed."""
        return self._means[self._row[origin]]

    def earlier(self, origin: int) -> list[int]:
        """The origins before `origin` whose errors `past` holds, in its order."""
        return self._earlier[origin]

    def past(self, origin: int) -> PastErrors:
        """Errors of the origins before `origin`, as far as they were known on its evening."""
        earlier = self._earlier[origin]
        came = actual_ahead(self._grid, earlier, self._horizon)
        days_ago = origin - np.asarray(earlier, dtype=int)
        is_future = np.arange(1, self._horizon + 1) > days_ago[:, None]
        came = np.where(is_future[:, :, None], np.nan, came)
        return PastErrors(self._means[[self._row[day] for day in earlier]], came, days_ago)
