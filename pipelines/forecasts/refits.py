"""What is costly to fit is fitted once a week and used until the next: by origin, no later."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.forecasts.base import Floats, Grid
from pipelines.forecasts.day_levels import fit_levels

REFIT_DAYS = 7
LEVEL = 2  # the calendar's worth, by the level of 12 weeks' half-life


@dataclass(frozen=True)
class Refit:
    """One fit: its day, the rows of the origins it serves, and what the level said on that day.

    is_used [D] days that are neither unknown nor set aside; worth [D] what the calendar's
    columns add to the log of each day, as known then.
    """

    day: int
    rows: NDArray[np.int64]
    is_used: NDArray[np.bool_]
    worth: Floats


def refits(grid: Grid, origins: Sequence[int]) -> Iterator[Refit]:
    """The latest fit at or before each origin.

    Fits are a week apart, counted from the queue's first observed day, so that an origin has
    the same fit whichever others are asked for.
    """
    at = np.asarray(origins, dtype=int)
    behind = np.array([grid.days_behind(day) for day in origins], dtype=int)
    fitted_at = at - np.maximum(behind - 1, 0) % REFIT_DAYS
    days = sorted(set(fitted_at.tolist()))
    levels = fit_levels(grid, days, 1)
    for row, day in enumerate(days):
        worth = grid.columns_known_at(day) @ levels.worth[row, LEVEL]
        yield Refit(day, np.flatnonzero(fitted_at == day), levels.is_used[row], worth)
