"""Days as a few shapes: what all half hours of a day have in common, by singular values.

The square roots of a day's counts (without what the calendar adds) are a combination of one to
three shapes. How much of each shape a day has is its weekday's mean, plus a fading remainder or
at the level that the queue has moved to. Days that start early, or sag in the
afternoon, for weeks in a row go on doing so: a profile per weekday can't say that. The shapes
are worked out anew each week, the amounts each day.

Source: Shen & Huang, "Interday forecasting and intraday updating of call center arrivals",
MSOM 10 (2008).
"""

from collections.abc import Sequence

import numpy as np

from pipelines.forecasts.base import SLOTS, Floats, Grid, targets
from pipelines.forecasts.configurations import means_of_best
from pipelines.forecasts.day_levels import fading, fit_levels, recency
from pipelines.forecasts.refits import LEVEL, Refit, refits

SHAPES = (1, 2, 3)
HALF_LIVES_WEEKS = (6, 12, 24)
MOVED = (1, 2, 3)  # the level of nearly the same half-life, for what the last days add to it
BEST = 2

_ROOT = 0.25  # sqrt(count + 1/4) has nearly the same variance at any count
_EVERYDAY_DAYS = 0.01  # a weekday never seen is like the others


class DayShapes:
    """Step 4, each configuration also at the recent level instead of the fading: 18 of them."""

    name = "day_shapes"
    is_yardstick = False
    minimum_days = 28

    def means(self, grid: Grid, origins: Sequence[int], horizon: int) -> Floats:
        """See `Model.means`."""
        return means_of_best(self, grid, origins, horizon, _configurations, BEST)


def _configurations(grid: Grid, origins: Sequence[int], horizon: int) -> Floats:
    """[O, 18, H, 48]"""
    levels = fit_levels(grid, origins, horizon)
    answer = np.zeros((len(origins), len(HALF_LIVES_WEEKS), len(SHAPES), horizon, SLOTS))
    for refit in refits(grid, origins):
        at = np.asarray(origins)[refit.rows]
        answer[refit.rows] = _of_one_fit(grid, refit, levels.is_used[refit.rows], at, horizon)
    answer *= np.exp(levels.worth_ahead[:, LEVEL])[:, None, None, :, None]
    moved = answer * np.exp(levels.unfaded[:, MOVED])[:, :, None, :, None]
    return np.concatenate([answer, moved], axis=1).reshape(len(origins), -1, horizon, SLOTS)


def _of_one_fit(grid: Grid, refit: Refit, is_used, at: np.ndarray, horizon: int) -> Floats:
    """[rows, L, K, H, 48] with the shapes of the days up to the fit."""
    past = slice(0, int(at.max()) + 1)
    slots, roots, shapes = _shapes(grid, refit, past.stop)
    half_lives = np.asarray(HALF_LIVES_WEEKS)
    amounts = np.zeros((len(half_lives), shapes.shape[2], len(grid.days)))
    amounts[..., past] = np.einsum("ds,lsk->lkd", roots, shapes)
    is_used = is_used[:, None]
    weights = recency(grid, at, half_lives) * is_used  # [O, L, D]
    usual = _weekday_means(amounts, weights, grid.weekday)  # [O, L, K, 7]
    remainder = np.where(is_used[:, :, None], amounts - usual[..., grid.weekday], 0.0)
    faded, _ = fading(
        grid,
        at,
        horizon,
        remainder,
        is_used[:, :, None],
        np.broadcast_to(weights[:, :, None], remainder.shape),
    )
    weekday = grid.weekday[targets(grid, at.tolist(), horizon)]
    expected = np.stack([usual[n][..., weekday[n]] for n in range(len(at))]) + faded

    answer = np.zeros((len(at), len(half_lives), len(SHAPES), horizon, SLOTS))
    size = (weights[..., past] * (roots**2 - _ROOT).sum(axis=1)).sum(axis=2)
    days = np.stack([weights[..., grid.weekday == day].sum(axis=2) for day in range(7)], axis=2)
    for index, k in enumerate(SHAPES):
        week = _squared(usual[:, :, :k], shapes[..., :k])  # [O, L, 7, S]
        # The square of a mean root lies below the mean: lift so that the past adds up.
        fitted = (days * week.sum(axis=3)).sum(axis=2)
        lift = np.divide(size, fitted, out=np.ones_like(size), where=fitted > 0)
        counts_ahead = _squared(expected[:, :, :k], shapes[..., :k])
        answer[:, :, index][..., slots] = counts_ahead * lift[..., None, None]
    return answer


def _shapes(grid: Grid, refit: Refit, end: int):
    """Half hours ever open; [end, S] roots of their counts; [L, S, K] shapes of the days."""
    counts = grid.counts[:end]
    slots = np.flatnonzero(np.isfinite(counts[: refit.day + 1]).any(axis=0))
    counts = _filled(counts[:, slots], grid.weekday[:end], refit.day)
    roots = np.sqrt(counts * np.exp(-refit.worth[:end, None]) + _ROOT)
    key = ("day shapes", refit.day)
    if key not in grid.memory:
        days = np.flatnonzero(refit.is_used)
        half_lives = np.asarray(HALF_LIVES_WEEKS)
        weights = recency(grid, np.array([refit.day]), half_lives)[0][:, days]
        gram = np.stack([(roots[days].T * weight) @ roots[days] for weight in weights])
        grid.memory[key] = np.linalg.eigh(gram)[1][:, :, ::-1][:, :, : max(SHAPES)]
    return slots, roots, grid.memory[key]


def _squared(amounts: Floats, shapes: Floats) -> Floats:
    """[O, L, N, S] counts of days that have so much [O, L, K, N] of each shape [L, S, K]."""
    roots = np.maximum(amounts.swapaxes(2, 3) @ shapes.swapaxes(1, 2), 0.0)
    return np.maximum(roots**2 - _ROOT, 0.0)


def _weekday_means(amounts: Floats, weights: Floats, weekday) -> Floats:
    """[O, L, K, 7] weighted mean amount of each weekday."""
    answer = np.empty((*weights.shape[:2], amounts.shape[1], 7))
    total = weights.sum(axis=2)[..., None]
    whole = (weights[:, :, None] * amounts).sum(axis=3)
    everyday = np.divide(whole, total, out=np.zeros_like(whole), where=total > 0)
    for day in range(7):
        of_day = weekday == day
        own, part = weights[:, :, None, of_day], amounts[..., of_day]
        n = own.sum(axis=3) + _EVERYDAY_DAYS
        answer[..., day] = ((own * part).sum(axis=3) + _EVERYDAY_DAYS * everyday) / n
    return answer


def _filled(counts: Floats, weekday, fitted_at: int) -> Floats:
    """Half hours not observed: the mean of their weekday, else of all days, up to the fit."""
    is_seen = np.isfinite(counts)
    if is_seen.all():
        return counts
    known = np.where(is_seen, counts, 0.0)[: fitted_at + 1]
    seen = is_seen[: fitted_at + 1]
    everyday = known.sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    answer = counts.copy()
    for day in range(7):
        own = weekday[: fitted_at + 1] == day
        n = seen[own].sum(axis=0)
        usual = np.where(n > 0, known[own].sum(axis=0) / np.maximum(n, 1), everyday)
        of_day = np.flatnonzero(weekday == day)
        answer[of_day] = np.where(is_seen[of_day], counts[of_day], usual)
    return answer
