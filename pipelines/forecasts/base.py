"""What every forecast model gets and gives.

A queue's history is a `Grid`: days down, the 48 half hours of the clock across, in the
site's zone. Rows are real calendar days, so a missing day is a row without counts and never
shifts the week. A half hour in which no contact can arrive (closed) is absent, not zero.
The repeated hour of a 25 hour day shares its cells, which hold the mean of both passes; the
missing hour of a 23 hour day is absent. Of a queue that is known by the day alone a day has one
slot, the whole day.

A model is a module of this package with a class that has `name`, `is_yardstick`,
`minimum_days` and `means`; `discover` finds it, the back-test and the conformance suite
pick it up. `is_of_days = True` marks one made for grids that are known by the day; yardsticks
serve both. A model only says what is expected; quantiles come from its own past errors, for
every model alike (`quantiles`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

SLOTS = 48
QUANTILES = (0.025, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.975)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Grid:
    """One queue's half hours: the days observed, and after them the days to forecast.

    S slots a day: SLOTS half hours, or one of a queue that is known by the day.

    days       [D] consecutive calendar days (datetime64[D])
    counts     [D, S] contacts per half hour; NaN: closed, not observed, or still to come
    passes     [D, S] how often the half hour occurs that day: 0 closed, 1, or 2 (clocks back)
    observed   days at the front that lie at or before the forecast's origin
    columns    [D, C] calendar and event columns, known ahead
    known_from [D, C] position of the first day on whose evening the value is known
    parent     the same days summed over related queues, or None
    memory     what models have worked out about this very grid; a changed copy starts anew
    """

    days: NDArray[np.datetime64]
    counts: Floats
    passes: Floats
    observed: int
    columns: Floats = field(default_factory=lambda: np.empty((0, 0)))
    known_from: NDArray[np.int64] = field(default_factory=lambda: np.empty((0, 0), dtype=int))
    parent: "Grid | None" = None
    memory: dict = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.columns.shape[0] != len(self.days):
            none = np.zeros((len(self.days), 0))
            object.__setattr__(self, "columns", none)
            object.__setattr__(self, "known_from", none.astype(int))

    @cached_property
    def weekday(self) -> NDArray[np.int64]:
        """[D] 0 = Monday."""
        return (self.days.astype("datetime64[D]").astype(int) + 3) % 7

    @property
    def slots(self) -> int:
        """S."""
        return self.counts.shape[1]

    @property
    def is_by_day(self) -> bool:
        """Whether a slot is a whole day."""
        return self.slots == 1

    @property
    def is_open_day(self) -> NDArray[np.bool_]:
        """[D] days on which contacts can arrive at all."""
        return self.passes.sum(axis=1) > 0

    def days_behind(self, origin: int) -> int:
        """Days from the queue's first observed one to `origin`, both counted."""
        return max(0, origin + 1 - self._first_observed)

    def open_days_before(self, origin: int, most: int, behind: int) -> list[int]:
        """The last open days before `origin`, `most` of them, that have `behind` days behind."""
        recent = self._open_days[: np.searchsorted(self._open_days, origin)][-most:]
        return recent[recent + 1 - self._first_observed >= max(behind, 1)].tolist()

    @cached_property
    def first_seen(self) -> NDArray[np.int64]:
        """[7, S] the day on which each half hour of the week was first observed; else the end."""
        is_seen = np.isfinite(self.counts)
        answer = np.full((7, self.slots), len(self.days))
        for weekday in np.unique(self.weekday):
            days = np.flatnonzero(self.weekday == weekday)
            seen = is_seen[days]
            answer[weekday] = np.where(seen.any(axis=0), days[seen.argmax(axis=0)], len(self.days))
        return answer

    @cached_property
    def _open_days(self) -> NDArray[np.int64]:
        return np.flatnonzero(self.is_open_day)

    @cached_property
    def _first_observed(self) -> int:
        seen = np.flatnonzero(np.isfinite(self.counts).any(axis=1))
        return int(seen[0]) if len(seen) else len(self.days)

    def columns_known_at(self, origin: int) -> Floats:
        """[D, C] the columns as they were known on the evening of day `origin`, else 0."""
        return np.where(self.known_from <= origin, self.columns, 0.0)

    def since(self, day: int) -> "Grid":
        """The same grid without the days before `day`, which becomes day 0."""
        return replace(
            self,
            days=self.days[day:],
            counts=self.counts[day:],
            passes=self.passes[day:],
            observed=self.observed - day,
            columns=self.columns[day:],
            known_from=self.known_from[day:] - day,
            parent=None if self.parent is None else self.parent.since(day),
        )

    def until(self, origin: int) -> "Grid":
        """The same grid with everything after day `origin` forgotten."""
        counts = self.counts.copy()
        counts[origin + 1 :] = np.nan
        return replace(
            self,
            counts=counts,
            observed=origin + 1,
            parent=None if self.parent is None else self.parent.until(origin),
        )


class Model(Protocol):
    """The contract: expected contacts, made on the evenings of `origins` from nothing later."""

    name: str
    is_yardstick: bool
    minimum_days: int

    def means(self, grid: Grid, origins: Sequence[int], horizon: int) -> Floats:
        """Expected contacts per half hour, [origins, horizon, S].

        Row i, lead h (from 0) is for day `origins[i] + 1 + h`, with what was known at the end
        of day `origins[i]`. NaN only where the half hour is closed, or where the origin has
        fewer than `minimum_days` observed days behind it.
        """
        ...


def remembered(
    grid: Grid,
    name: str,
    origins: Sequence[int],
    horizon: int,
    means: Callable[[list[int]], Floats],
) -> Floats:
    """[origins, horizon, S] from the grid's memory; `means` is asked for origins it lacks."""
    known = grid.memory.setdefault((name, horizon), {})
    missing = sorted(set(origins).difference(known))
    if missing:
        known.update(zip(missing, means(missing), strict=True))
    if not len(origins):
        return np.empty((0, horizon, grid.slots))
    return np.stack([known[origin] for origin in origins])


def discover(*, of_days: bool = False) -> tuple[Model, ...]:
    """One instance of every model of this package, yardsticks first, then by name.

    of_days: the models for grids that are known by the day, instead of those for half hours.
    """
    package = import_module("pipelines.forecasts")
    models = []
    for module in iter_modules(package.__path__):
        content = import_module(f"pipelines.forecasts.{module.name}")
        models += [
            value()
            for value in vars(content).values()
            if isinstance(value, type)
            and value.__module__ == content.__name__
            and value is not Model
            and {"name", "is_yardstick", "minimum_days", "means"} <= set(dir(value))
        ]
    models = [
        model
        for model in models
        if model.is_yardstick or getattr(model, "is_of_days", False) == of_days
    ]
    return tuple(sorted(models, key=lambda model: (not model.is_yardstick, model.name)))


def targets(grid: Grid, origins: Sequence[int], horizon: int) -> NDArray[np.int64]:
    """[origins, horizon] positions of the days forecast, clipped to the grid's last day."""
    ahead = np.asarray(origins, dtype=int)[:, None] + 1 + np.arange(horizon)[None, :]
    return np.minimum(ahead, len(grid.days) - 1)


def is_open_ahead(grid: Grid, origins: Sequence[int], horizon: int) -> NDArray[np.bool_]:
    """[origins, horizon, S] half hours that exist; those beyond the grid don't."""
    ahead = np.asarray(origins, dtype=int)[:, None] + 1 + np.arange(horizon)[None, :]
    is_inside = ahead < len(grid.days)
    return (grid.passes[targets(grid, origins, horizon)] > 0) & is_inside[:, :, None]


def actual_ahead(grid: Grid, origins: Sequence[int], horizon: int) -> Floats:
    """[origins, horizon, S] what came; NaN where not observed or beyond the grid."""
    came = grid.counts[targets(grid, origins, horizon)]
    return np.where(is_open_ahead(grid, origins, horizon), came, np.nan)
