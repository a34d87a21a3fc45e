"""The day's level: the same numbers as statsmodels, for many origins at once."""

from dataclasses import replace

import numpy as np
import pytest
from statsmodels.regression.linear_model import WLS

from pipelines.forecasts.base import targets
from pipelines.forecasts.day_levels import HALF_LIVES_WEEKS, fit_levels, log_day_totals
from tests.forecasts.series import weekly_counts, weekly_grid


def with_holidays(weeks=12, known_from=0):
    grid = weekly_grid(weeks=weeks, noise_seed=3)
    is_holiday = (np.arange(len(grid.days)) % 17) == 5
    return replace(
        grid,
        counts=grid.counts * np.where(is_holiday, 0.6, 1.0)[:, None],
        columns=is_holiday[:, None].astype(float),
        known_from=np.full((len(grid.days), 1), known_from),
    )


@pytest.mark.parametrize("row", range(len(HALF_LIVES_WEEKS)))
def test_the_normal_equations_give_what_weighted_least_squares_gives(row):
    grid, origin = with_holidays(), 70
    levels = fit_levels(grid, [60, origin], 14)

    used = np.flatnonzero(levels.is_used[1])
    weights = 0.5 ** ((origin - used) / 7 / HALF_LIVES_WEEKS[row])
    design = np.column_stack([np.ones(len(grid.days)), np.eye(7)[grid.weekday], grid.columns])
    logs = log_day_totals(grid)[used]
    # the ridge as pseudo-days that say a coefficient is 0: 0.005 of one each weekday, 0.3 a column
    pseudo = np.diag(np.sqrt([1e-9] + [0.005] * 7 + [0.3]))
    fit = WLS(
        np.append(logs, np.zeros(9)),
        np.vstack([design[used], pseudo]),
        weights=np.append(weights, np.ones(9)),
    ).fit()
    lift = np.log(weights @ np.exp(logs) / (weights @ np.exp(design[used] @ fit.params)))
    ahead = design[targets(grid, [origin], 14)[0]] @ fit.params + lift

    assert levels.worth[1, row].tolist() == pytest.approx([fit.params[8]], abs=1e-8)
    assert levels.ahead[1, row] == pytest.approx(ahead, abs=1e-8)


def test_a_column_learnt_later_explains_nothing_before():
    known, late = with_holidays(), with_holidays(known_from=65)

    assert fit_levels(late, [60], 14).worth[0, 0].tolist() == [0]
    assert fit_levels(late, [70], 14).worth[0, 0].tolist() == pytest.approx(
        fit_levels(known, [70], 14).worth[0, 0].tolist()
    )
    assert fit_levels(known, [60], 14).worth[0, 0, 0] == pytest.approx(np.log(0.6), abs=0.2)


def test_one_origin_alone_is_that_origin_among_many():
    grid = with_holidays()

    together, alone = fit_levels(grid, [50, 60, 70], 14), fit_levels(grid, [60], 14)
    assert together.ahead[1] == pytest.approx(alone.ahead[0], abs=1e-10)
    assert together.fading[1] == pytest.approx(alone.fading[0], abs=1e-10)
    assert together.recent[1] == pytest.approx(alone.recent[0], abs=1e-10)


def test_the_recent_remainder_is_the_mean_of_the_last_days_halving_every_four():
    grid = weekly_grid(weeks=30)
    counts = grid.counts.copy()
    counts[grid.observed - 4 : grid.observed] *= np.exp(0.1)
    levels = fit_levels(replace(grid, counts=counts), [grid.observed - 1], 14)

    # 4 of the last days at 0.1, weights 2^(-age/4): (1 - 2^-1) of all weight; the level of 26
    # weeks has taken up a little of it
    assert levels.recent[0, 3] == pytest.approx(0.05, abs=0.006)


def test_a_moving_level_is_the_level_of_the_last_days_whatever_column_began_with_it():
    grid = weekly_grid(weeks=20)
    counts, column = grid.counts.copy(), np.zeros((len(grid.days), 1))
    counts[grid.observed - 21 : grid.observed] *= 2
    column[grid.observed - 4 : grid.observed] = 1
    known = np.zeros(column.shape, dtype=int)
    grid = replace(grid, counts=counts, columns=column, known_from=known)

    levels = fit_levels(grid, [grid.observed - 1], 14)
    usual = np.log(weekly_counts(grid.days)[grid.observed :].sum(axis=1) + 0.5)
    moving = np.exp(levels.moving[0] - usual)
    still = np.exp(levels.ahead[0] + levels.recent[0][:, None] - usual)
    assert moving == pytest.approx(2, abs=0.15)
    # learnt together, the column has taken up to half of the new level with it
    assert still.mean(axis=1).tolist() == pytest.approx([1.72, 1.63, 1.58, 1.55], abs=0.01)


def test_a_day_is_set_aside_by_what_had_come_by_each_evening_and_by_nothing_later():
    grid = weekly_grid(weeks=16, noise_seed=5)
    counts = grid.counts.copy()
    counts[[30, 60, 61, 88, 100]] *= 3
    counts[110:] *= 2  # the first two days of a new level
    grid = replace(grid, counts=counts)
    evenings = list(range(28, grid.observed))

    used = fit_levels(grid, evenings, 14).is_used
    alone = np.stack([fit_levels(grid.until(day), [day], 14).is_used[0] for day in evenings])
    assert (used == alone).all()
    assert np.flatnonzero(~used[-1][: grid.observed]).tolist() == [30, 60, 61, 88, 100, 110, 111]
