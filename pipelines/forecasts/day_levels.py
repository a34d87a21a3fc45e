"""How much a day brings: a weighted regression of the log of its total, at many origins at once.

T_d = a[weekday] + C_d b + r_d with weights that halve every so many weeks. What the remainder r
says about the days ahead is told in two ways: as an AR(1), which fades, and as the mean of the
last days, which is the level that the queue has moved to. All models that need a level, or the
worth of a calendar column, take it from here. The normal equations of all origins are solved
together: a fit is a fraction of a millisecond, so models can be chosen by how well they did.

Where the level itself moves, by the season or after a change of tariff, a regression takes the
movement for the effect of whatever column happens to fall there, or of the weekdays seen last, and
has nothing left to carry into the days ahead. Further levels therefore learn weekdays and columns
beside a moving level.

Sources: Taylor, "A comparison of univariate time series methods for forecasting intraday
arrivals at a call center", Management Science 54 (2008); Ibrahim & L'Ecuyer, "Forecasting
call center arrivals: fixed-effects, mixed-effects, and bivariate models", MSOM 15 (2013).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from pipelines.forecasts.base import Floats, Grid, targets

HALF_LIVES_WEEKS = (3, 6, 12, 26)
MOVING_HALF_LIVES_WEEKS = (3, 6, 26)  # the longest, which the columns are learnt with, last
ADDED = 0.5  # contacts, to those of each day: one without any has a logarithm too

_COLUMN_RIDGE = 0.3  # a column starts as a third of a day's evidence that it does nothing
_WEEKDAY_RIDGE = 0.005  # only so that a weekday never seen is an average day
_OUTLIER_WINDOW_WEEKS = 9
_OUTLIER_SPREADS = 5 * 1.4826
_OUTLIER_LEAST = 0.15
_NEW_LEVEL_DAYS = 5
_LEAST_COVERAGE = 0.5
_STEADIEST = 0.95
_RECENT_HALF_LIFE_DAYS = 4.0
_QUICK_HALF_LIFE_DAYS = 2.0
_MOVING_SPREAD_DAYS = 10.0  # of the level that columns are learnt beside


@dataclass(frozen=True)
class DayLevels:
    """The regression of one queue's days at several origins, for each of HALF_LIVES_WEEKS.

    is_used  [O, D] days at or before the origin that are neither unknown nor set aside
    ahead    [O, L, H] log of the expected total + ADDED of the days ahead, without the remainder
    fading   [O, L, H] what the AR(1) remainder adds to it
    recent   [O, L] mean remainder of the last days, weights halving every 4 open days
    unfaded  [O, L, H] what it adds to a remainder that fades towards it: recent x (1 - phi^h)
    moving   [O, M, H] the same at the level of the last days, weekdays and columns learnt beside a
             moving level: each of MOVING_HALF_LIVES_WEEKS, by days halving every 4 open days,
             then all again by days halving every 2
    worth    [O, L, C] what each calendar column is worth, log scale
    worth_ahead [O, L, H] what they add to the days ahead
    """

    is_used: NDArray[np.bool_]
    ahead: Floats
    fading: Floats
    recent: Floats
    unfaded: Floats
    moving: Floats
    worth: Floats
    worth_ahead: Floats


def fit_levels(grid: Grid, origins: Sequence[int], horizon: int) -> DayLevels:
    """Fit the level at every origin, from nothing later than the origin."""
    known = grid.memory.setdefault(("levels", horizon), {})
    missing = sorted(set(origins).difference(known))
    if missing:
        fitted = vars(_fit(grid, np.asarray(missing, dtype=int), horizon)).values()
        known.update(zip(missing, zip(*fitted, strict=True), strict=True))
    each = (known[origin] for origin in origins)
    return DayLevels(*map(np.stack, zip(*each, strict=True)))


def _fit(grid: Grid, at: NDArray[np.int64], horizon: int) -> DayLevels:
    log_totals = log_day_totals(grid)
    is_used = _used_days(grid, log_totals, at)
    levels = len(HALF_LIVES_WEEKS)
    half_lives = np.array(HALF_LIVES_WEEKS + MOVING_HALF_LIVES_WEEKS)
    weights = is_used[:, None] * recency(grid, at, half_lives)
    answers = np.nan_to_num(log_totals)
    weekdays = np.column_stack([np.ones(len(grid.days)), np.eye(7)[grid.weekday]])
    # Ridge: one pseudo-day per coefficient says that it is 0.
    ridge = np.array([1e-9] + [_WEEKDAY_RIDGE] * 7 + [_COLUMN_RIDGE] * grid.columns.shape[1])
    coefficients = np.zeros((*weights.shape[:2], len(ridge)))
    fitted = np.zeros(weights.shape)
    level = np.zeros((len(at), 1, len(grid.days)))
    for rows, columns in _columns_by_origin(grid, at):
        design = np.hstack([weekdays, columns])
        coefficients[rows, :levels] = _regressions(design, weights[rows, :levels], answers, ridge)
        longest = weights[rows, -1:]
        level[rows] = _moving_level(grid, answers, is_used[rows, None], longest)
        still = answers - level[rows]
        worth = _regressions(design, longest, still, ridge)[..., 8:]
        plain = still - worth @ columns.T
        week = _regressions(weekdays, weights[rows, levels:], plain, ridge[:8])
        coefficients[rows, levels:, :8], coefficients[rows, levels:, 8:] = week, worth
        fitted[rows] = coefficients[rows] @ design.T
    fitted[:, levels:] += level

    used = np.where(is_used[:, None], fitted, 0.0)
    remainder = np.where(is_used[:, None], answers - fitted, 0.0)
    remainder[:, levels:] += np.where(is_used[:, None], level, 0.0)
    # The exponential of a mean log lies below the mean: lift the days so that the past ones
    # add up to what came.
    expected = (weights * np.exp(used)).sum(axis=2)
    came = (weights * np.exp(answers)).sum(axis=2)
    lift = np.log(np.divide(came, expected, out=np.ones_like(came), where=expected > 0))

    ahead_at = targets(grid, at.tolist(), horizon)
    weekday = np.broadcast_to(
        grid.weekday[ahead_at][:, None], (*coefficients.shape[:2], ahead_at.shape[1])
    )
    worth_ahead = coefficients[..., 8:] @ columns_ahead(grid, at, horizon).swapaxes(1, 2)
    ahead = (
        coefficients[..., :1]
        + np.take_along_axis(coefficients[..., 1:8], weekday, axis=2)
        + worth_ahead
        + lift[..., None]
    )
    ahead[~is_used.any(axis=1)] = np.log(ADDED)
    first = slice(0, levels)
    fades, kept = fading(
        grid, at, horizon, remainder[:, first], is_used[:, None], weights[:, first]
    )
    recent = recent_mean(grid, remainder, is_used[:, None])
    quick = recent_mean(grid, remainder[:, levels:], is_used[:, None], _QUICK_HALF_LIFE_DAYS)
    moving = [ahead[:, levels:] + each[..., None] for each in (recent[:, levels:], quick)]
    return DayLevels(
        is_used,
        ahead[:, first],
        fades,
        recent[:, first],
        recent[:, first, None] * (1 - kept),
        np.concatenate(moving, axis=1),
        coefficients[:, first, 8:],
        worth_ahead[:, first],
    )


def _regressions(design: Floats, weights: Floats, answers: Floats, ridge: Floats) -> Floats:
    """[O, L, K] coefficients of weighted ridge regressions on one design [D, K].

    weights: [O, L, D]; answers: what they broadcast with.
    """
    outer = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    flat = weights.reshape(-1, len(design))
    normal = (flat @ outer).reshape(-1, len(ridge), len(ridge)) + np.diag(ridge)
    moment = (weights * answers).reshape(flat.shape) @ design
    return np.linalg.solve(normal, moment[..., None])[..., 0].reshape(*weights.shape[:2], -1)


def _moving_level(grid: Grid, answers: Floats, is_used, weights: Floats) -> Floats:
    """[O, 1, D] what the days around each day have in common, their weekdays taken out.

    is_used, weights: [O, 1, D]. Days after the origin are not used, so they say nothing.
    """
    on_weekday = np.eye(7)[grid.weekday]
    n = np.maximum(weights @ on_weekday, 1e-12)
    usual = (weights * answers) @ on_weekday / n
    rest = np.where(is_used, answers - usual[..., grid.weekday], 0.0)
    near = partial(gaussian_filter1d, sigma=_MOVING_SPREAD_DAYS, mode="constant", truncate=5)
    return near(rest) / np.maximum(near(is_used.astype(float)), 1e-9)


def recency(grid: Grid, at: NDArray[np.int64], half_lives_weeks: Floats) -> Floats:
    """[O, L, D] 0.5^(age in weeks / half-life) of each day seen from each origin."""
    age_weeks = np.maximum(at[:, None] - np.arange(len(grid.days)), 0) / 7
    return 0.5 ** (age_weeks[:, None] / np.asarray(half_lives_weeks, dtype=float)[:, None])


def columns_ahead(grid: Grid, at: NDArray[np.int64], horizon: int) -> Floats:
    """[O, H, C] the calendar's columns of the days ahead, as far as known at the origin."""
    ahead = targets(grid, at.tolist(), horizon)
    return np.where(grid.known_from[ahead] <= at[:, None, None], grid.columns[ahead], 0.0)


def fading(
    grid: Grid, at: NDArray[np.int64], horizon: int, remainder: Floats, is_used, weights: Floats
) -> tuple[Floats, Floats]:
    """[O, ..., H] what of its last remainder each origin still has h open days later: phi^h r.

    And [O, ..., H] phi^h itself.

    remainder, weights: [O, ..., D], 0 on days not used. phi is the weighted regression of each
    day's remainder on that of the open day before, within [0, 0.95].
    """
    position = open_position(grid)
    is_used = np.broadcast_to(is_used, remainder.shape)
    in_week = np.flatnonzero(np.diff(position, prepend=0) == 1)
    r, used, weight = remainder[..., in_week], is_used[..., in_week], weights[..., in_week]
    before = np.where(used[..., 1:], r[..., :-1], 0.0)
    weighted = weight[..., 1:] * before
    squares = (weighted * before).sum(axis=-1)
    product = (weighted * r[..., 1:]).sum(axis=-1)
    phi = np.divide(product, squares, out=np.zeros_like(squares), where=squares > 0)
    last = len(grid.days) - 1 - is_used[..., ::-1].argmax(axis=-1)
    ahead = position[targets(grid, at.tolist(), horizon)]
    ahead = ahead.reshape(len(at), *(1,) * (remainder.ndim - 2), horizon)
    steps = np.maximum(ahead - position[last][..., None], 1)
    last_remainder = np.take_along_axis(remainder, last[..., None], axis=-1)
    kept = np.clip(phi, 0.0, _STEADIEST)[..., None] ** steps
    return kept * last_remainder, kept


def recent_mean(
    grid: Grid, remainder: Floats, is_used, half_life_days: float = _RECENT_HALF_LIFE_DAYS
) -> Floats:
    """[O, ...] mean of the last remainders, weights halving every so many open days."""
    position = open_position(grid)
    is_used = np.broadcast_to(is_used, remainder.shape)
    last = len(grid.days) - 1 - is_used[..., ::-1].argmax(axis=-1)
    age = np.maximum(position[last][..., None] - position, 0)
    weights = is_used * 0.5 ** (age / half_life_days)
    total = weights.sum(axis=-1)
    return np.divide(
        (weights * remainder).sum(axis=-1), total, out=np.zeros_like(total), where=total > 0
    )


def log_day_totals(grid: Grid) -> Floats:
    """[D] log of the contacts of each whole day + ADDED; NaN where less than half was observed.

    A day with some half hours missing (feed down, shorter opening) is scaled up by the share
    of its weekday that the missing ones brought up to then.
    """
    is_seen = np.isfinite(grid.counts)
    filled = np.where(is_seen, grid.counts, 0.0)
    totals = filled.sum(axis=1)
    share = np.ones(len(totals))
    for weekday in range(7):
        of_day = np.flatnonzero(grid.weekday == weekday)
        seen = np.cumsum(is_seen[of_day], axis=0)
        usual = np.cumsum(filled[of_day], axis=0) / np.maximum(seen, 1)
        whole = usual.sum(axis=1)
        covered = np.where(is_seen[of_day], usual, 0.0).sum(axis=1)
        share[of_day] = np.divide(
            covered, whole, out=is_seen[of_day].any(axis=1).astype(float), where=whole > 0
        )
    enough = (share >= _LEAST_COVERAGE) & is_seen.any(axis=1)
    with np.errstate(invalid="ignore"):
        return np.where(enough, np.log(totals / np.maximum(share, 1e-9) + ADDED), np.nan)


def open_position(grid: Grid) -> NDArray[np.int64]:
    """[D] running number of the days of the open week, so that Friday comes before Monday."""
    open_weekdays = np.unique(grid.weekday[grid.is_open_day])
    return np.cumsum(np.isin(grid.weekday, open_weekdays))


def _used_days(grid: Grid, log_totals: Floats, at: NDArray[np.int64]) -> NDArray[np.bool_]:
    """[O, D] whole days up to the origin that are usual, or unusual for a reason."""
    days = np.arange(len(grid.days))
    is_past = days <= at[:, None]
    is_whole = np.isfinite(log_totals) & is_past
    known = (grid.known_from[None] <= at[:, None, None]) & (grid.columns != 0)
    is_explained = known.any(axis=2)
    is_far = _is_outlier(np.where(is_past, log_totals, np.nan), int(grid.weekday[0]))
    return is_whole & (is_explained | ~is_far)


def _is_outlier(log_totals: Floats, first_weekday: int) -> NDArray[np.bool_]:
    """[O, D] days far from the same weekday of the weeks around them.

    A run of several such days in a row is a new level and no outlier.
    """
    origins, days = log_totals.shape
    cell = (np.arange(days) + first_weekday) // 7, (np.arange(days) + first_weekday) % 7
    weeks = np.full((origins, cell[0][-1] + 1, 7), np.nan)
    weeks[:, cell[0], cell[1]] = log_totals
    half = _OUTLIER_WINDOW_WEEKS // 2
    padded = np.pad(weeks, ((0, 0), (half, half), (0, 0)), constant_values=np.nan)
    around = np.lib.stride_tricks.sliding_window_view(padded, _OUTLIER_WINDOW_WEEKS, axis=1)
    middle = _median(around)
    spread = _median(np.abs(around - middle[..., None]))
    with np.errstate(invalid="ignore"):
        limit = np.maximum(_OUTLIER_SPREADS * spread, _OUTLIER_LEAST)
        is_far = (np.abs(weeks - middle) > limit)[:, cell[0], cell[1]]
    return is_far & ~_in_a_run(is_far, np.isfinite(log_totals), _NEW_LEVEL_DAYS)


def _in_a_run(flags, is_seen, least: int) -> NDArray[np.bool_]:
    """[O, D] flags that belong to a run of at least `least`; days not seen don't break it."""
    answer = np.zeros_like(flags)
    for row in np.flatnonzero(flags.sum(axis=1) >= least):
        seen = np.flatnonzero(is_seen[row])
        edges = np.flatnonzero(np.diff(np.concatenate([[0], flags[row, seen], [0]])))
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            if end - start >= least:
                answer[row, seen[start:end]] = True
    return answer


def _median(values: Floats) -> Floats:
    """Median along the last axis without NaN; many times faster than nanmedian on short axes."""
    ordered = np.sort(values, axis=-1)
    n = np.isfinite(values).sum(axis=-1, keepdims=True)
    low = np.take_along_axis(ordered, np.maximum((n - 1) // 2, 0), axis=-1)
    high = np.take_along_axis(ordered, np.minimum(n // 2, values.shape[-1] - 1), axis=-1)
    return ((low + high) / 2)[..., 0]


def _columns_by_origin(grid: Grid, at: NDArray[np.int64]) -> Iterator[tuple]:
    """Origins (rows of `at`) that knew the same about the past, with [D, C] what they knew.

    Most columns are known on their day at the latest; those learnt afterwards make groups.
    """
    days = np.arange(len(grid.days))[:, None]
    is_late = (grid.known_from > days) & (grid.columns != 0)
    learnt = np.unique(grid.known_from[is_late])
    group = np.searchsorted(learnt, at, side="right")
    for each in np.unique(group):
        rows = np.flatnonzero(group == each)
        is_known = ~is_late | (grid.known_from <= at[rows[0]])
        yield rows, np.where(is_known, grid.columns, 0.0)
