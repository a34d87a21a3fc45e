"""Level x profile: how much a day brings, times how a day of its weekday is spread.

The level is a weighted regression of the log of the day's total on weekday and calendar
columns with an AR(1) remainder; the profile is the recency-weighted share of each half hour.
How fast either forgets is not assumed but chosen: 4 half-lives of the level x 4 of the
profile x with or without the remainder are 32 configurations; each origin takes the mean of
the 5 that did best over the 24 origins before it.

Sources: Taylor, "A comparison of univariate time series methods for forecasting intraday
arrivals at a call center", Management Science 54 (2008); Ibrahim & L'Ecuyer, "Forecasting
call center arrivals: fixed-effects, mixed-effects, and bivariate models", MSOM 15 (2013).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from statsmodels.regression.linear_model import WLS

from pipelines.forecasts.base import SLOTS, Floats, Grid, actual_ahead, is_open_ahead, targets

LEVEL_HALF_LIVES_WEEKS = (3, 6, 12, 26)
PROFILE_HALF_LIVES_WEEKS = (4, 8, 16, 32)
INNER_ORIGINS = 24
BEST = 5

_COLUMN_RIDGE = 0.3  # a column starts as a third of a day's evidence that it does nothing
_WEEKDAY_RIDGE = 0.005  # only so that a weekday never seen is an average day
_PROFILE_SHRINKAGE_DAYS = 2.0
_ALIKE = 0.95
_OUTLIER_WINDOW_WEEKS = 9
_OUTLIER_SPREADS = 5 * 1.4826
_OUTLIER_LEAST = 0.15
_NEW_LEVEL_DAYS = 5
_LEAST_COVERAGE = 0.5


class LevelProfile:
    """Steps 1-3 and the selection of step 5 for one queue with a history of its own."""

    name = "level_profile"
    is_yardstick = False
    minimum_days = 28

    def means(self, grid: Grid, origins: Sequence[int], horizon: int) -> Floats:
        """See `Model.means`."""
        inner = {origin: _inner_origins(grid, origin, self.minimum_days) for origin in origins}
        usable = [origin for origin in origins if grid.days_behind(origin) >= self.minimum_days]
        fits = {
            origin: _fit(grid, origin, horizon)
            for origin in sorted(set(usable).union(*(inner[origin] for origin in usable)))
        }
        errors = {origin: _errors(grid, fits[origin], origin, horizon) for origin in fits}
        answer = np.full((len(origins), horizon, SLOTS), np.nan)
        for row, origin in enumerate(origins):
            if origin in fits:
                best = _best(errors, inner[origin], origin, horizon)
                answer[row] = fits[origin].means()[best].mean(axis=0)
        return np.where(is_open_ahead(grid, origins, horizon), answer, np.nan)


@dataclass(frozen=True)
class _Fit:
    """All configurations at one origin: levels [8, horizon], shares [4, horizon, 48]."""

    levels: Floats
    shares: Floats

    def means(self) -> Floats:
        """[32, horizon, 48]"""
        product = np.exp(self.levels)[:, None, :, None] * self.shares[None]
        return product.reshape(-1, *self.shares.shape[1:])


def _inner_origins(grid: Grid, origin: int, minimum_days: int) -> list[int]:
    open_days = np.flatnonzero(grid.is_open_day[:origin])
    recent = map(int, open_days[-INNER_ORIGINS:])
    return [day for day in recent if grid.days_behind(day) >= minimum_days]


def _errors(grid: Grid, fit: _Fit, origin: int, horizon: int) -> Floats:
    """[32, horizon] absolute errors summed over the day; 0 for days not observed."""
    came = actual_ahead(grid, [origin], horizon)[0]
    return np.nansum(np.abs(fit.means() - came), axis=2)


def _best(errors: dict[int, Floats], inner: list[int], origin: int, horizon: int) -> list[int]:
    """The configurations with the least error so far; all of them before there is any."""
    if not inner:
        return list(range(len(LEVEL_HALF_LIVES_WEEKS) * 2 * len(PROFILE_HALF_LIVES_WEEKS)))
    known = [errors[day][:, : min(horizon, origin - day)].sum(axis=1) for day in inner]
    return np.argsort(np.sum(known, axis=0), kind="stable")[:BEST].tolist()


def _fit(grid: Grid, origin: int, horizon: int) -> _Fit:
    counts, weekday = grid.counts[: origin + 1], grid.weekday
    columns = grid.columns_known_at(origin)
    totals = _day_totals(counts, weekday[: origin + 1])
    with np.errstate(invalid="ignore"):
        log_totals = np.log(totals + 0.5)
    is_explained = (columns[: origin + 1] != 0).any(axis=1)
    is_usual = np.isfinite(log_totals) & ~(
        _is_outlier(log_totals, weekday[: origin + 1]) & ~is_explained
    )
    ahead = targets(grid, [origin], horizon)[0]
    levels = _levels(log_totals, is_usual, weekday, columns, _open_position(grid), origin, ahead)
    profiles = _profiles(np.where(is_usual[:, None], counts, np.nan), weekday, origin)
    return _Fit(levels, profiles[:, weekday[ahead]])


def _day_totals(counts: Floats, weekday) -> Floats:
    """[days] contacts of a whole day of that weekday; NaN where less than half was observed.

    A day with some half hours missing (feed down, shorter opening) is scaled up by the share
    of its weekday that the missing ones usually bring.
    """
    usual = np.full((7, SLOTS), 0.0)
    is_seen = np.isfinite(counts)
    filled = np.where(is_seen, counts, 0.0)
    for day in range(7):
        of_day = weekday == day
        usual[day] = filled[of_day].sum(axis=0) / np.maximum(is_seen[of_day].sum(axis=0), 1)
    whole = usual.sum(axis=1)[weekday]
    covered = np.where(is_seen, usual[weekday], 0.0).sum(axis=1)
    share = np.divide(covered, whole, out=is_seen.any(axis=1).astype(float), where=whole > 0)
    return np.where(share >= _LEAST_COVERAGE, filled.sum(axis=1) / np.maximum(share, 1e-9), np.nan)


def _is_outlier(log_totals: Floats, weekday) -> np.ndarray:
    """[days] days far from the same weekday of the weeks around them.

    A run of several such days in a row is a new level and no outlier.
    """
    weeks = np.full((-(-(len(log_totals) + 7) // 7), 7), np.nan)
    cell = (np.arange(len(log_totals)) + weekday[0]) // 7, weekday
    weeks[cell] = log_totals
    half = _OUTLIER_WINDOW_WEEKS // 2
    padded = np.pad(weeks, ((half, half), (0, 0)), constant_values=np.nan)
    around = np.lib.stride_tricks.sliding_window_view(padded, _OUTLIER_WINDOW_WEEKS, axis=0)
    middle = _median(around)
    spread = _median(np.abs(around - middle[..., None]))
    distance = (np.abs(weeks - middle) > np.maximum(_OUTLIER_SPREADS * spread, _OUTLIER_LEAST))[
        cell
    ]
    seen = np.flatnonzero(np.isfinite(log_totals))
    flagged = distance[seen]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flagged.astype(int), [0]])))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start >= _NEW_LEVEL_DAYS:
            flagged[start:end] = False
    answer = np.zeros(len(log_totals), dtype=bool)
    answer[seen] = flagged
    return answer


def _median(values: Floats) -> Floats:
    """Median along the last axis without NaN; many times faster than nanmedian on short axes."""
    ordered = np.sort(values, axis=-1)
    n = np.isfinite(values).sum(axis=-1, keepdims=True)
    low = np.take_along_axis(ordered, np.maximum((n - 1) // 2, 0), axis=-1)
    high = np.take_along_axis(ordered, np.minimum(n // 2, values.shape[-1] - 1), axis=-1)
    return ((low + high) / 2)[..., 0]


def _open_position(grid: Grid) -> np.ndarray:
    """[D] running number of the days of the open week, so that Friday comes before Monday."""
    open_weekdays = np.unique(grid.weekday[grid.is_open_day])
    return np.cumsum(np.isin(grid.weekday, open_weekdays))


def _levels(log_totals, is_usual, weekday, columns, position, origin, ahead) -> Floats:
    """[8, horizon] log of the day's total per half-life, without and with the AR(1) remainder."""
    design = np.column_stack([np.ones(len(weekday)), np.eye(7)[weekday], columns])
    used = np.flatnonzero(is_usual)
    if len(used) == 0:
        return np.full((2 * len(LEVEL_HALF_LIVES_WEEKS), len(ahead)), np.log(0.5))
    # Ridge by augmented rows: one pseudo-day per coefficient says that it is 0.
    ridge = np.diag([0.0] + [_WEEKDAY_RIDGE] * 7 + [_COLUMN_RIDGE] * columns.shape[1])[1:]
    rows = np.vstack([design[used], np.sqrt(ridge)])
    answers = np.concatenate([log_totals[used], np.zeros(len(ridge))])
    weeks_old = (origin - used) / 7
    levels = []
    for half_life in LEVEL_HALF_LIVES_WEEKS:
        weights = 0.5 ** (weeks_old / half_life)
        weighted = np.append(weights, np.ones(len(ridge)))
        fit = WLS(answers, rows, weights=weighted, hasconst=True).fit()
        remainder = log_totals[used] - design[used] @ fit.params
        phi = _autocorrelation(remainder, position[used], weights)
        # The exponential of a mean log lies below the mean: lift the days so that the past ones
        # add up to what came.
        fitted = weights @ np.exp(design[used] @ fit.params)
        lift = np.log(weights @ np.exp(log_totals[used]) / fitted)
        base = design[ahead] @ fit.params + lift
        steps = position[ahead] - position[used[-1]]
        levels += [base, base + phi**steps * remainder[-1]]
    return np.array(levels)


def _autocorrelation(remainder: Floats, position, weights: Floats) -> float:
    """Weighted regression of each day's remainder on that of the open day before, in [0, 0.95]."""
    is_next = np.diff(position) == 1
    before, after, weight = remainder[:-1][is_next], remainder[1:][is_next], weights[1:][is_next]
    squares = np.sum(weight * before**2)
    return (
        float(np.clip(np.sum(weight * before * after) / squares, 0, 0.95)) if squares > 0 else 0.0
    )


def _profiles(counts: Floats, weekday, origin: int) -> Floats:
    """[4, 7, 48] share of the day per half hour of each weekday, summing to 1 over the day."""
    is_seen = np.isfinite(counts)
    filled = np.where(is_seen, counts, 0.0)
    weeks_old = (origin - np.arange(origin + 1)) / 7
    weights = 0.5 ** (weeks_old / np.array(PROFILE_HALF_LIVES_WEEKS)[:, None])
    contacts, days = (np.zeros((len(weights), 7, SLOTS)) for _ in range(2))
    for day in range(7):
        of_day = weekday[: origin + 1] == day
        contacts[:, day] = weights[:, of_day] @ filled[of_day]
        days[:, day] = weights[:, of_day] @ is_seen[of_day]
    own = _shares(contacts, days)
    return _pooled(own, days.max(axis=2))


def _shares(contacts: Floats, days: Floats) -> Floats:
    rate = contacts / np.maximum(days, 1e-12)
    whole = rate.sum(axis=-1, keepdims=True)
    return np.divide(rate, whole, out=np.zeros_like(rate), where=whole > 0)


def _pooled(own: Floats, days: Floats) -> Floats:
    """Each weekday's shares drawn towards those of the weekdays it is like; [..., 7, 48]."""
    deviation = own - own.mean(axis=-1, keepdims=True)
    size = np.sqrt((deviation**2).sum(axis=-1))
    has_shape = size > 0
    alike = deviation @ deviation.swapaxes(-1, -2) > _ALIKE * size[..., None] * size[..., None, :]
    weight = (alike & has_shape[..., None] & has_shape[..., None, :]) * days[..., None, :]
    pool = weight @ own / np.maximum(weight.sum(axis=-1, keepdims=True), 1e-12)
    days, is_seen = days[..., None], has_shape[..., None]
    drawn = (days * own + _PROFILE_SHRINKAGE_DAYS * pool) / (days + _PROFILE_SHRINKAGE_DAYS)
    # A weekday never seen takes the mean of all that were.
    n = is_seen.sum(axis=-2, keepdims=True)
    everyday = np.where(n > 0, (own * is_seen).sum(axis=-2, keepdims=True), 1 / SLOTS)
    return np.where(is_seen, drawn, everyday / np.maximum(n, 1))
