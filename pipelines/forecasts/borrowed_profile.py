"""Small queues: the week of the parent, the level of their own.

A language with three contacts a day can't show when in the day they come; all languages of
its channel together can. What is expected starts as the parent's week at the queue's size. It
is then drawn towards the queue's own counts, first by weekday, then by half hour of the day
with its neighbours, last cell by cell. Each step is a gamma prior worth a few contacts: where
the queue has more its own count decides, where it has fewer the step before. The parent may
have a parent in turn.

Source: Gelman et al., Bayesian Data Analysis (3rd ed.), section 2.6 (gamma-Poisson).
"""

from collections.abc import Sequence

import numpy as np

from pipelines.forecasts.base import Floats, Grid, is_open_ahead, targets

_WEEK_HALF_LIFE_DAYS = 56.0
_LEVEL_HALF_LIFE_DAYS = 21.0
_PRIOR_CONTACTS = 4.0
_PRIOR_CONTACTS_OF_LEVEL = 20.0
_EVEN_SHARE = 0.02  # of the prior spread evenly: the parent may never have been open then
_NEIGHBOURS = np.array([3, 2, 1]) / 3  # the half hour itself, those beside it and the next


class BorrowedProfile:
    """Step 8 in its simple form; without a parent, weekdays of one shape are the prior."""

    name = "borrowed_profile"
    is_yardstick = False
    minimum_days = 1

    def means(self, grid: Grid, origins: Sequence[int], horizon: int) -> Floats:
        """See `Model.means`."""
        week = _weekly_rates(grid, origins)
        contacts, exposure = _recent_sums(grid, origins, _LEVEL_HALF_LIFE_DAYS)
        expected = (exposure * week).sum(axis=(1, 2))
        level = (contacts.sum(axis=(1, 2)) + _PRIOR_CONTACTS_OF_LEVEL) / (
            expected + _PRIOR_CONTACTS_OF_LEVEL
        )
        rates = week * level[:, None, None]
        weekday = grid.weekday[targets(grid, origins, horizon)]
        answer = rates[np.arange(len(origins))[:, None], weekday]
        return np.where(is_open_ahead(grid, origins, horizon), answer, np.nan)


def _weekly_rates(grid: Grid, origins: Sequence[int]) -> Floats:
    """[origins, 7, S] contacts per half hour of the week."""
    contacts, exposure = _recent_sums(grid, origins, _WEEK_HALF_LIFE_DAYS)
    if grid.parent is None:
        shape = _same_shape_every_day(contacts, exposure)
    else:
        shape = _weekly_rates(grid.parent, origins)
    shape = (1 - _EVEN_SHARE) * shape + _EVEN_SHARE * shape.mean(axis=(1, 2), keepdims=True)
    size = _ratio(contacts.sum(axis=(1, 2)), (exposure * shape).sum(axis=(1, 2)))
    rates = size[:, None, None] * shape

    rates = rates * _drawn(contacts.sum(axis=2), (exposure * rates).sum(axis=2))[:, :, None]
    of_slot, expected_of_slot = contacts.sum(axis=1), (exposure * rates).sum(axis=1)
    rates = rates * _drawn(_with_neighbours(of_slot), _with_neighbours(expected_of_slot))[:, None]
    return rates * _drawn(contacts, exposure * rates)


def _drawn(contacts: Floats, expected: Floats) -> Floats:
    """By how much what was expected must be multiplied, given what came."""
    return (contacts + _PRIOR_CONTACTS) / (expected + _PRIOR_CONTACTS)


def _with_neighbours(slots: Floats) -> Floats:
    """[origins, S] each half hour's sum with those around it; the day is a circle."""
    slot = np.arange(slots.shape[1])
    away = np.abs(slot[:, None] - slot)
    away = np.minimum(away, len(slot) - away)
    return slots @ np.where(away < 3, _NEIGHBOURS[np.minimum(away, 2)], 0.0)


def _same_shape_every_day(contacts: Floats, exposure: Floats) -> Floats:
    """[origins, 7, S] the week if weekdays differed in size alone: the prior of the eldest."""
    slot = _ratio(contacts.sum(axis=1), exposure.sum(axis=1))
    expected = (exposure * slot[:, None]).sum(axis=2)
    # A weekday never seen is like the others.
    weekday = np.where(expected > 0, _ratio(contacts.sum(axis=2), expected), 1.0)
    return weekday[:, :, None] * slot[:, None]


def _recent_sums(grid: Grid, origins: Sequence[int], half_life_days: float):
    """[origins, 7, S] contacts, and half hours observed, each day weighing 0.5^(age/half-life)."""
    days = np.arange(len(grid.days))
    # Weights relative to the last day, so that one running sum serves every origin.
    growth = 0.5 ** ((days[-1] - days) / half_life_days)
    is_seen = np.isfinite(grid.counts)
    on_weekday = np.eye(7)[grid.weekday][:, :, None] * growth[:, None, None]
    contacts = np.cumsum(on_weekday * np.where(is_seen, grid.counts, 0.0)[:, None], axis=0)
    exposure = np.cumsum(on_weekday * is_seen[:, None], axis=0)
    at = np.asarray(origins, dtype=int)
    scale = growth[at][:, None, None]
    return contacts[at] / scale, exposure[at] / scale


def _ratio(part, whole) -> Floats:
    part, whole = np.broadcast_arrays(np.asarray(part, float), np.asarray(whole, float))
    return np.divide(part, whole, out=np.zeros(whole.shape), where=whole > 0)
