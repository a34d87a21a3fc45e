"""Level x profile: calendar columns, outliers, changes of level, the remainder."""

from dataclasses import replace

import numpy as np
import pytest

from pipelines.forecasts.level_profile import LevelProfile
from tests.forecasts.series import weekly_counts, weekly_grid


def totals_ahead(grid):
    return np.nansum(LevelProfile().means(grid, [grid.observed - 1], 14)[0], axis=1)


def usual_ahead(grid):
    return weekly_counts(grid.days)[grid.observed :].sum(axis=1)


def with_column(grid, days, counts_factor, known_from=0):
    column = np.zeros(len(grid.days))
    column[days] = 1
    counts = grid.counts * np.where(column > 0, counts_factor, 1.0)[:, None]
    return replace(
        grid,
        counts=counts,
        columns=column[:, None],
        known_from=np.where(column > 0, known_from, 0).astype(int)[:, None],
    )


def test_of_a_few_contacts_a_day_as_many_are_expected_as_came():
    grid = weekly_grid(weeks=20)
    few = grid.counts / np.nansum(grid.counts, axis=1, keepdims=True).clip(1e-9) * 2

    # the half contact that lets a day without any have a logarithm is none: 2.5 with it
    assert totals_ahead(replace(grid, counts=few)) == pytest.approx(2, abs=0.001)


def test_learns_what_a_holiday_is_worth():
    grid = with_column(weekly_grid(weeks=20), [16, 44, 72, 100, 128, 143], 0.5)

    # the 4th day ahead is a holiday; a third of a day's evidence holds it slightly back
    assert totals_ahead(grid)[3] == pytest.approx(0.5 * usual_ahead(grid)[3], rel=0.25)
    assert totals_ahead(grid)[4:] == pytest.approx(usual_ahead(grid)[4:], rel=0.03)


def test_an_event_nobody_knew_of_yet_is_not_foreseen():
    event_days = [16, 44, 72, 100, 128, 143]
    known = with_column(weekly_grid(weeks=20), event_days, 2.0)
    unknown = with_column(weekly_grid(weeks=20), event_days, 2.0, known_from=event_days[-1])
    # past events have long been known; the coming one only in the second grid's future
    unknown.known_from[:143] = 0

    assert totals_ahead(known)[3] > 1.5 * usual_ahead(known)[3]
    assert totals_ahead(unknown)[3] == pytest.approx(usual_ahead(unknown)[3], rel=0.03)


def test_one_odd_day_is_set_aside():
    grid = weekly_grid(weeks=12)
    counts = grid.counts.copy()
    counts[60] *= 8

    assert totals_ahead(replace(grid, counts=counts)) == pytest.approx(usual_ahead(grid), rel=0.02)


def test_a_lasting_change_is_a_new_level_and_not_a_row_of_odd_days():
    grid = weekly_grid(weeks=12)
    counts = grid.counts.copy()
    counts[-14 - 14 :] *= 2  # the last two observed weeks

    forecast = totals_ahead(replace(grid, counts=counts))
    assert (forecast > 1.5 * usual_ahead(grid)).all()


def test_half_a_day_without_feed_is_scaled_up_by_what_the_other_half_usually_brings():
    grid = weekly_grid(weeks=12)
    counts = grid.counts.copy()
    counts[70:84, :20] = np.nan

    assert totals_ahead(replace(grid, counts=counts)) == pytest.approx(usual_ahead(grid), rel=0.02)


def test_a_remainder_that_lasts_is_carried_into_the_next_days():
    grid = weekly_grid(weeks=30)
    rng = np.random.default_rng(1)
    remainder = np.zeros(grid.observed)
    for day in range(1, grid.observed):
        remainder[day] = 0.9 * remainder[day - 1] + rng.normal(0, 0.05)
    remainder[-6:] = 0.3
    counts = grid.counts.copy()
    counts[: grid.observed] *= np.exp(remainder)[:, None]

    excess = totals_ahead(replace(grid, counts=counts)) / usual_ahead(grid)
    assert excess[0] > 1.15
    assert excess[0] > excess[6]
    assert excess[0] > excess[13]


def test_where_days_scatter_the_mean_is_forecast_and_not_the_median():
    grid = weekly_grid(weeks=40)
    swing = np.where(np.arange(grid.observed) % 2 == 0, 0.4, -0.4)  # every other day, log scale
    counts = grid.counts.copy()
    counts[: grid.observed] *= np.exp(swing)[:, None]

    origins = [grid.observed - 2, grid.observed - 1]  # after a good day and after a bad one
    means = LevelProfile().means(replace(grid, counts=counts), origins, 14)
    usual = [weekly_counts(grid.days)[origin + 1 : origin + 15].sum() for origin in origins]
    forecast = np.mean(means.sum(axis=(1, 2)) / usual)
    # the middle of the logs is 1, the mean day (e^0.4 + e^-0.4) / 2
    assert forecast == pytest.approx(np.cosh(0.4), abs=0.02)


def test_a_new_level_is_not_taken_for_the_worth_of_a_column_that_began_with_it():
    grid = weekly_grid(weeks=20)
    counts = grid.counts.copy()
    counts[grid.observed - 21 : grid.observed] *= 2
    days = slice(grid.observed - 4, grid.observed)
    grid = with_column(replace(grid, counts=counts), days, 1.0)

    assert totals_ahead(grid).sum() / usual_ahead(grid).sum() == pytest.approx(2, abs=0.05)


def test_a_day_that_moved_two_hours_four_weeks_ago_is_followed():
    grid = weekly_grid(weeks=20)
    counts = grid.counts.copy()
    moved = slice(grid.observed - 28, grid.observed)
    counts[moved] = np.roll(counts[moved], 4, axis=1)

    means = LevelProfile().means(replace(grid, counts=counts), [grid.observed - 1], 14)[0]
    expected = np.roll(weekly_counts(grid.days)[grid.observed :], 4, axis=1)
    # two weeks' half-life, the shortest, has forgotten three quarters of the day as it was, which
    # would be off by .46
    assert np.abs(means - expected).sum() / expected.sum() == pytest.approx(0.139, abs=0.01)
