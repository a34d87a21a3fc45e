"""Which settings of a model did best so far: inner rolling origins, per span of leads.

Half-lives, number of shapes and the like are not assumed but chosen. For each origin, every
configuration is scored on the 24 open days before it, with the errors that were known by then;
the best few are averaged. Near days and far days may be served best by different ones, so each
span of leads (day 1, days 2 to 7, later) chooses by its own errors and by those of all leads,
half each.
"""

from collections.abc import Callable, Sequence

import numpy as np

from pipelines.forecasts.base import (
    Floats,
    Grid,
    Model,
    actual_ahead,
    is_open_ahead,
    remembered,
    targets,
)

INNER_ORIGINS = 24
LEAD_SPANS = ((0, 1), (1, 7), (7, None))


def with_inner(
    grid: Grid, origins: Sequence[int], minimum_days: int, most: int = INNER_ORIGINS
) -> list[int]:
    """`origins` that have enough days behind them, and all of their inner origins; sorted.

    Inner origins are the last `most` open days before an origin with enough days behind them.
    """
    usable = [origin for origin in origins if grid.days_behind(origin) >= minimum_days]
    inner = (grid.open_days_before(origin, most, minimum_days) for origin in usable)
    return sorted(set(usable).union(*inner))


def known_errors(
    grid: Grid, every: Sequence[int], means: Floats, origins: Sequence[int], minimum_days: int
) -> Floats:
    """[origins, K, spans] absolute errors over the inner origins, as known at each origin.

    means: [every, K, H, S] of K configurations (or models), forecast at the days of `every`.
    0 where nothing was known yet.
    """
    horizon = means.shape[2]
    came = actual_ahead(grid, every, horizon)
    is_unknown = np.isnan(came)
    errors, error = np.empty(means.shape[:3]), np.empty(came.shape)  # fresh memory is slow
    for each in range(means.shape[1]):
        np.abs(np.subtract(means[:, each], came, out=error), out=error)
        np.copyto(error, 0.0, where=is_unknown)
        error.sum(axis=2, out=errors[:, each])
    return known_losses(grid, every, errors, origins, minimum_days)


def known_losses(
    grid: Grid,
    every: Sequence[int],
    losses: Floats,
    origins: Sequence[int],
    minimum_days: int,
    most: int = INNER_ORIGINS,
) -> Floats:
    """[origins, K, spans] sums of losses [every, K, H] over the inner origins, as known then."""
    horizon = losses.shape[2]
    upto = np.concatenate([np.zeros((*losses.shape[:2], 1)), losses.cumsum(axis=2)], axis=2)
    row = {origin: index for index, origin in enumerate(every)}
    answer = np.zeros((len(origins), losses.shape[1], len(LEAD_SPANS)))
    for index, origin in enumerate(origins):
        inner = grid.open_days_before(origin, most, minimum_days)
        rows = [row[day] for day in inner]
        known = np.minimum(horizon, origin - np.asarray(inner, dtype=int))
        for span, (first, end) in enumerate(LEAD_SPANS):
            last = np.minimum(known, horizon if end is None else end)
            first = np.minimum(first, last)
            answer[index, :, span] = (upto[rows, :, last] - upto[rows, :, first]).sum(axis=0)
    return answer


def means_of_best(
    model: Model,
    grid: Grid,
    origins: Sequence[int],
    horizon: int,
    configurations: Callable[[Grid, Sequence[int], int], Floats],
    best: int,
) -> Floats:
    """`Model.means` of a model with settings: per span of leads the mean of its best so far.

    configurations: (grid, origins, horizon) -> [origins, K, horizon, S]. Before there is any
    error all of them count.
    """

    def fresh(missing: list[int]) -> Floats:
        answer = np.full((len(missing), horizon, grid.slots), np.nan)
        usable = [day for day in missing if grid.days_behind(day) >= model.minimum_days]
        if usable:
            every = with_inner(grid, usable, model.minimum_days)
            means = configurations(grid, every, horizon)
            errors = known_errors(grid, every, means, usable, model.minimum_days)
            order = np.argsort(scores(errors), axis=1, kind="stable")
            at = np.searchsorted(every, usable)[:, None]
            chosen = np.empty((len(usable), horizon, grid.slots))
            for span, leads in enumerate(LEAD_SPANS):
                chosen[:, slice(*leads)] = means[at, order[:, :best, span], slice(*leads)].mean(1)
            is_untested = ~errors.any(axis=(1, 2))
            chosen[is_untested] = means[at[is_untested, 0]].mean(axis=1)
            answer[np.searchsorted(missing, usable)] = with_new_half_hours(grid, usable, chosen)
        return np.where(is_open_ahead(grid, missing, horizon), answer, np.nan)

    return remembered(grid, model.name, origins, horizon, fresh)


def with_new_half_hours(grid: Grid, origins: Sequence[int], means: Floats) -> Floats:
    """`means` [origins, H, S] in which a half hour first open ahead brings what the nearest does.

    Nearest is the one that this weekday has already had, or any where the weekday is new too. No
    history says what a desk's new hours will bring, but nothing they will not bring.
    """
    at = np.asarray(origins, dtype=int)[:, None, None]
    ahead = targets(grid, origins, means.shape[1])
    is_known = grid.first_seen[grid.weekday[ahead]] <= at
    is_new_day = ~is_known.any(axis=2, keepdims=True)
    is_known |= is_new_day & (grid.first_seen.min(axis=0) <= at)
    is_new = ~is_known & is_open_ahead(grid, origins, means.shape[1])
    days = is_new.any(axis=2) & is_known.any(axis=2)
    slot = np.arange(grid.slots)
    distance = np.abs(slot[:, None] - slot)
    nearest = np.where(is_known[days][:, None], distance, grid.slots).argmin(axis=2)
    answer = means.copy()
    answer[days] = np.where(
        is_new[days], np.take_along_axis(means[days], nearest, axis=1), means[days]
    )
    return answer


def scores(errors: Floats) -> Floats:
    """[origins, K, spans] relative losses of a span's leads and of all leads, half each."""
    return _share(errors) + _share(errors.sum(axis=2, keepdims=True))


def _share(errors: Floats) -> Floats:
    """Errors relative to the mean configuration's; 0 where there are none."""
    mean = errors.mean(axis=1, keepdims=True)
    return np.divide(errors, mean, out=np.zeros_like(errors), where=mean > 0)
