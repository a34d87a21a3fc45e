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
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from pipelines.forecasts.base import Floats, Grid, targets

HALF_LIVES_WEEKS = (3, 6, 12, 26)
MOVING_HALF_LIVES_WEEKS = (3, 6, 26)  # the longest, which the columns are learnt with, last
ADDED = 0.5  # contacts, to those of each day: one without any has a logarithm too

_COLUMN_RIDGE = 0.3  # a column starts as a third of a day's evidence that it does nothing
_WEEKDAY_RIDGE = 0.005  # only so that a weekday never seen is an average day
_OUTLIER_WINDOW_WEEKS = 9
_OUTLIER_SPREADS = 5 * 1.4826
_OUTLIER_LEAST = 0.15
_WILD = float(np.log(4))
_COMMON_SHARE = 1 / 12
_NEW_LEVEL_DAYS = 5
_LEAST_COVERAGE = 0.5
_STEADIEST = 0.95
_RECENT_HALF_LIFE_DAYS = 4.0
_QUICK_HALF_LIFE_DAYS = 2.0
_AT_ONCE = 64  # origins: what is worked on together stays in the processor's cache
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
    for first in range(0, len(missing), _AT_ONCE):
        at = np.asarray(missing[first : first + _AT_ONCE], dtype=int)
        fitted = vars(_fit(grid, at, horizon)).values()
        known.update(zip(at.tolist(), zip(*fitted, strict=True), strict=True))
    each = (known[origin] for origin in origins)
    return DayLevels(*map(np.stack, zip(*each, strict=True)))


def _fit(grid: Grid, at: NDArray[np.int64], horizon: int) -> DayLevels:
    log_totals = log_day_totals(grid)
    is_used = _used_days(grid, log_totals, at)
    levels = len(HALF_LIVES_WEEKS)
    half_lives = np.array(HALF_LIVES_WEEKS + MOVING_HALF_LIVES_WEEKS)
    weights = recency(grid, at, half_lives)
    weights *= is_used[:, None]
    answers = np.nan_to_num(log_totals)
    weekdays = np.column_stack([np.ones(len(grid.days)), np.eye(7)[grid.weekday]])
    # Ridge: one pseudo-day per coefficient says that it is 0.
    ridge = np.array([1e-9] + [_WEEKDAY_RIDGE] * 7 + [_COLUMN_RIDGE] * grid.columns.shape[1])
    coefficients = np.zeros((*weights.shape[:2], len(ridge)))
    fitted = np.empty(weights.shape)
    level = np.zeros((len(at), 1, len(grid.days)))
    for rows, columns in columns_by_origin(grid, at):
        design = np.hstack([weekdays, columns])
        normal = _normal(design, weights[rows, :levels], ridge)
        moment = _moment(design, weights[rows, :levels], answers)
        coefficients[rows, :levels] = _solved(normal, moment)
        longest = weights[rows, levels - 1 : levels]
        level[rows] = _moving_level(grid, answers, is_used[rows, None], longest)
        still = answers - level[rows]
        worth = _solved(normal[:, -1:], _moment(design, longest, still))[..., 8:]
        plain = still - worth @ columns.T
        week = _solved(
            _normal(weekdays, weights[rows, levels:], ridge[:8]),
            _moment(weekdays, weights[rows, levels:], plain),
        )
        coefficients[rows, levels:, :8], coefficients[rows, levels:, 8:] = week, worth
        np.matmul(coefficients[rows], design.T, out=fitted[rows])

    remainder = answers - fitted
    remainder *= is_used[:, None]
    fitted[:, levels:] += level
    # The exponential of a mean log lies below the mean: lift the days so that the past ones
    # add up to what came.
    fitted *= is_used[:, None]
    expected = np.einsum("old,old->ol", weights, np.exp(fitted, out=fitted))
    came = weights @ np.exp(answers)
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


def _normal(design: Floats, weights: Floats, ridge: Floats) -> Floats:
    """[O, L, K, K] left sides of weighted ridge regressions on one design [D, K].

    weights: [O, L, D].
    """
    row, column = np.triu_indices(design.shape[1])
    products = design[:, row] * design[:, column]
    some = products.any(axis=0)  # no day is two weekdays
    row, column = row[some], column[some]
    answer = np.zeros((*weights.shape[:2], len(ridge), len(ridge)))
    answer[..., row, column] = answer[..., column, row] = weights @ products[:, some]
    return answer + np.diag(ridge)


def _moment(design: Floats, weights: Floats, answers: Floats) -> Floats:
    """[O, L, K] their right sides; answers: what weights broadcast with."""
    return (weights * answers) @ design


def _solved(normal: Floats, moment: Floats) -> Floats:
    """[O, L, K] their coefficients."""
    return np.linalg.solve(normal, moment[..., None])[..., 0]


def _moving_level(grid: Grid, answers: Floats, is_used, weights: Floats) -> Floats:
    """[O, 1, D] what the days around each day have in common, their weekdays taken out.

    is_used, weights: [O, 1, D]. Days after the origin are not used, so they say nothing.
    """
    on_weekday = np.eye(7)[grid.weekday]
    n = np.maximum(weights @ on_weekday, 1e-12)
    usual = (weights * answers) @ on_weekday / n
    rest = np.where(is_used, answers - usual[..., grid.weekday], 0.0)
    far = int(5 * _MOVING_SPREAD_DAYS)
    kernel = np.exp(-0.5 * (np.arange(-far, far + 1) / _MOVING_SPREAD_DAYS) ** 2)
    near = partial(fftconvolve, in2=kernel[None, None] / kernel.sum(), mode="same", axes=2)
    return near(rest) / np.maximum(near(is_used.astype(float)), 1e-9)


def recency(grid: Grid, at: NDArray[np.int64], half_lives_weeks: Floats) -> Floats:
    """[O, L, D] 0.5^(age in weeks / half-life) of each day seen from each origin."""
    days = len(grid.days)
    age_weeks = np.maximum(np.arange(days, -days, -1), 0) / 7  # a power per age, not per origin
    weights = 0.5 ** (age_weeks / np.asarray(half_lives_weeks, dtype=float)[:, None])
    return sliding_window_view(weights, days, axis=1).swapaxes(0, 1)[days - at]


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
    in_week = np.flatnonzero(np.diff(position, prepend=0) == 1)
    r, weight = remainder[..., in_week], weights[..., in_week]
    before = r[..., :-1]
    weighted = weight[..., 1:] * before
    squares = np.einsum("...d,...d->...", weighted, before)
    product = np.einsum("...d,...d->...", weighted, r[..., 1:])
    phi = np.divide(product, squares, out=np.zeros_like(squares), where=squares > 0)
    last = len(grid.days) - 1 - is_used[..., ::-1].argmax(axis=-1)
    ahead = position[targets(grid, at.tolist(), horizon)]
    ahead = ahead.reshape(len(at), *(1,) * (remainder.ndim - 2), horizon)
    steps = np.maximum(ahead - position[last][..., None], 1)
    last = np.broadcast_to(last[..., None], (*remainder.shape[:-1], 1))
    last_remainder = np.take_along_axis(remainder, last, axis=-1)
    kept = np.clip(phi, 0.0, _STEADIEST)[..., None] ** steps
    return kept * last_remainder, kept


def recent_mean(
    grid: Grid, remainder: Floats, is_used, half_life_days: float = _RECENT_HALF_LIFE_DAYS
) -> Floats:
    """[O, ...] mean of the last remainders, weights halving every so many open days."""
    position = open_position(grid)
    last = len(grid.days) - 1 - is_used[..., ::-1].argmax(axis=-1)
    age = np.maximum(position[last][..., None] - position, 0)
    weights = is_used * (0.5 ** (np.arange(position[-1] + 1) / half_life_days))[age]
    total = weights.sum(axis=-1)
    return (weights * remainder).sum(axis=-1) / np.where(total > 0, total, 1.0)


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
    never = len(days)
    is_on = grid.columns != 0
    # What every twelfth day has, a part of the month, is worth something and no reason for a day
    # of eight times the contacts.
    is_common = is_on.mean(axis=0) >= _COMMON_SHARE if len(days) else np.zeros(0, dtype=bool)
    by_reason, by_season = (
        np.where(is_on & which, grid.known_from, never).min(axis=1, initial=never) <= at[:, None]
        for which in (~is_common, is_common)
    )
    weekday = int(grid.weekday[0])
    is_far = _is_outlier(log_totals, at, weekday)
    is_wild = _is_outlier(log_totals, at, weekday, _WILD)
    return is_whole & (by_reason | ~is_far | (by_season & ~is_wild))


def _is_outlier(
    log_totals: Floats, at: NDArray[np.int64], first_weekday: int, least: float = _OUTLIER_LEAST
) -> NDArray[np.bool_]:
    """[O, D] days up to each origin that are far from the same weekday of the weeks around them,
    by `least` on the log scale.

    A run of several such days in a row is a new level and no outlier.
    """
    half = _OUTLIER_WINDOW_WEEKS // 2
    days = np.arange(len(log_totals))
    week, weekday = np.divmod(days + first_weekday, 7)
    padded = np.full((week[-1] + 1 + 4 * half, 7), np.nan)
    day = np.full(padded.shape, len(days))
    padded[week + 2 * half, weekday], day[week + 2 * half, weekday] = log_totals, days
    is_far = np.repeat(_is_far(padded[None, half:-half], least), len(at), axis=0)
    # Of the weeks around its last ones an origin has seen a part.
    seen = week[at][:, None] + np.arange(4 * half + 1 - half)
    own = _is_far(np.where(day[seen] <= at[:, None, None], padded[seen], np.nan), least)
    last = week[at][:, None] + np.arange(-half, 1)
    rows = np.broadcast_to(np.arange(len(at))[:, None], last.shape)
    is_far[rows[last >= 0], last[last >= 0]] = own[last >= 0]
    is_far = is_far[:, week, weekday] & (days <= at[:, None])
    is_seen = np.isfinite(log_totals) & (days <= at[:, None])
    return is_far & ~_in_a_run(is_far, is_seen, _NEW_LEVEL_DAYS)


def _is_far(weeks: Floats, least: float) -> NDArray[np.bool_]:
    """[O, W - 8, 7] of weeks [O, W, 7]: all but the first and last four, each among nine."""
    half = _OUTLIER_WINDOW_WEEKS // 2
    around = sliding_window_view(weeks, _OUTLIER_WINDOW_WEEKS, axis=1)
    middle = _median(around)
    spread = _median(np.abs(around - middle[..., None]))
    with np.errstate(invalid="ignore"):
        limit = np.maximum(_OUTLIER_SPREADS * spread, least)
        return np.abs(weeks[:, half:-half] - middle) > limit


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


def columns_by_origin(grid: Grid, at: NDArray[np.int64]) -> Iterator[tuple[slice, Floats]]:
    """Origins (rows of `at`, ascending) that knew the same of the past, with [D, C] what they knew.

    Most columns are known on their day at the latest; those learnt afterwards make groups.
    """
    days = np.arange(len(grid.days))[:, None]
    is_late = (grid.known_from > days) & (grid.columns != 0)
    learnt = np.unique(grid.known_from[is_late])
    begins = np.unique(np.searchsorted(at, learnt))
    edges = [0, *begins[(begins > 0) & (begins < len(at))].tolist(), len(at)]
    for first, end in pairwise(edges):
        is_known = ~is_late | (grid.known_from <= at[first])
        yield slice(first, end), np.where(is_known, grid.columns, 0.0)
