"""What every forecast model of the package must do; a new one is picked up by itself."""

from dataclasses import replace

import numpy as np
import pytest

from pipelines.forecasts.base import discover
from pipelines.forecasts.quantiles import jittered_quantiles
from pipelines.forecasts.rolling import Rolling
from tests.forecasts.series import MONDAY, weekly_counts, weekly_grid

MODELS = discover()
HORIZON = 14

pytestmark = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)


def ahead(model, grid, origin=None):
    origin = grid.observed - 1 if origin is None else origin
    return model.means(grid, [origin], HORIZON)[0]


def test_names_itself_once_and_says_whether_it_is_a_yardstick(model):
    assert [each.name for each in MODELS].count(model.name) == 1
    assert isinstance(model.is_yardstick, bool)
    assert model.minimum_days >= 1


def test_a_week_that_repeats_goes_on(model):
    grid = weekly_grid()

    expected = weekly_counts(grid.days)[grid.observed :]
    assert ahead(model, grid) == pytest.approx(expected, rel=0.06, abs=0.3)


def test_looks_at_nothing_later_than_the_origin(model):
    grid = weekly_grid(noise_seed=1)
    later = grid.counts.copy()
    later[50:] *= 7
    changed = replace(grid, counts=later)

    assert ahead(model, changed, 49) == pytest.approx(ahead(model, grid, 49), abs=1e-12)
    assert not np.allclose(ahead(model, changed, 56), ahead(model, grid, 56))


def test_its_bands_its_parent_and_events_not_yet_known_tell_nothing_later_either(model):
    origin, later = 60, slice(61, None)
    none = np.zeros((len(weekly_grid().days), 1))
    grid = replace(
        weekly_grid(noise_seed=7),
        parent=weekly_grid(noise_seed=8),
        columns=none,
        known_from=none.astype(int),
    )
    counts, of_parent, event = grid.counts.copy(), grid.parent.counts.copy(), none.copy()
    counts[later], of_parent[later], event[later] = 0.3, 900.0, 1.0
    changed = replace(
        grid,
        counts=counts,
        parent=replace(grid.parent, counts=of_parent),
        columns=event,
        known_from=np.where(event > 0, origin + 1, 0),
    )

    def bands(grid):
        rolling = Rolling(model, grid, [origin], HORIZON)
        return jittered_quantiles(rolling.mean(origin), rolling.past(origin))

    assert bands(changed) == pytest.approx(bands(grid), abs=1e-12)


def test_a_missing_day_does_not_shift_the_week(model):
    grid = weekly_grid()
    counts = grid.counts.copy()
    counts[[45, 52]] = np.nan

    expected = weekly_counts(grid.days)[grid.observed :]
    assert ahead(model, replace(grid, counts=counts)) == pytest.approx(expected, rel=0.06, abs=0.3)


def test_a_week_later_the_same_counts_give_the_same_forecast(model):
    grid = weekly_grid(noise_seed=2)
    later = replace(grid, days=grid.days + 7)

    assert ahead(model, later) == pytest.approx(ahead(model, grid), abs=1e-12)


def test_closed_half_hours_are_absent_and_open_ones_are_numbers(model):
    grid = weekly_grid(noise_seed=3, open_slots=slice(18, 36))

    means = ahead(model, grid)
    assert np.isnan(means[:, :18]).all()
    assert np.isnan(means[:, 36:]).all()
    assert np.isfinite(means[:, 18:36]).all()
    assert (means[:, 18:36] >= 0).all()


def test_a_desk_closed_on_weekends_is_forecast_on_its_five_days(model):
    grid = weekly_grid(noise_seed=None)
    is_weekend = grid.weekday >= 5
    grid = replace(
        grid,
        counts=np.where(is_weekend[:, None], np.nan, grid.counts),
        passes=np.where(is_weekend[:, None], 0.0, grid.passes),
    )

    means = ahead(model, grid)
    expected = weekly_counts(grid.days)[grid.observed :]
    is_open = ~is_weekend[grid.observed :]
    assert means[is_open] == pytest.approx(expected[is_open], rel=0.06, abs=0.3)
    assert np.isnan(means[~is_open]).all()


def test_hours_that_are_new_ahead_are_not_expected_to_be_empty(model):
    grid = weekly_grid(weeks=12, open_slots=slice(18, 36))
    passes = grid.passes.copy()
    passes[grid.observed :, 16:40] = 1

    means = ahead(model, replace(grid, passes=passes))
    assert (means[:, [16, 17, 36, 37, 38, 39]] > 0).all()
    assert np.isnan(means[:, :16]).all()
    assert np.isnan(means[:, 40:]).all()
    if not model.is_yardstick and model.minimum_days > 7:  # no shape to go by but the nearest
        assert means[:, 16:18] == pytest.approx(means[:, [18, 18]])
        assert means[:, 36:40] == pytest.approx(means[:, [35, 35, 35, 35]])


def test_twice_the_contacts_are_twice_the_forecast(model):
    grid = weekly_grid(noise_seed=4)
    twice = replace(grid, counts=grid.counts * 2)

    assert ahead(model, twice) == pytest.approx(2 * ahead(model, grid), rel=0.05, abs=1.0)


def test_several_origins_at_once_are_each_origin_alone(model):
    grid = weekly_grid(noise_seed=5)

    together = model.means(grid, [41, 55, 62], HORIZON)
    alone = [ahead(model, grid, origin) for origin in (41, 55, 62)]
    assert together == pytest.approx(np.stack(alone), abs=1e-12)


def test_a_queue_without_contacts_is_forecast_to_have_next_to_none(model):
    grid = weekly_grid()
    empty = replace(grid, counts=grid.counts * 0)

    assert ahead(model, empty) == pytest.approx(np.zeros((HORIZON, 48)), abs=0.03)


def test_a_dead_feed_is_bridged_and_not_read_as_silence(model):
    grid = weekly_grid(weeks=14)
    counts = grid.counts.copy()
    counts[grid.observed - 9 : grid.observed] = np.nan

    expected = weekly_counts(grid.days)[grid.observed :]
    assert ahead(model, replace(grid, counts=counts)) == pytest.approx(expected, rel=0.06, abs=0.3)


def test_a_history_of_one_week_gives_its_week_or_nothing(model):
    grid = weekly_grid(weeks=1)

    means = ahead(model, grid)
    if model.minimum_days > 7:
        assert np.isnan(means).all()
    else:
        expected = weekly_counts(grid.days)[grid.observed :]
        assert means.sum() == pytest.approx(expected.sum(), rel=0.1)


def test_a_level_that_doubled_last_week_is_on_its_way_up(model):
    grid = weekly_grid(weeks=14)
    counts = grid.counts.copy()
    counts[grid.observed - 7 : grid.observed] *= 2

    rise = ahead(model, replace(grid, counts=counts)).sum() / ahead(model, grid).sum()
    # the mean of 8 weeks has seen an eighth of it; who learns may be at 2 already
    assert 1.12 < rise < 2.1
    if not model.is_yardstick and model.minimum_days > 7:
        assert rise > 1.25


@pytest.mark.parametrize("noise_seed", [None, 11, 12])
def test_a_level_that_doubled_four_weeks_ago_is_not_doubled_twice(model, noise_seed):
    grid = weekly_grid(weeks=20, noise_seed=noise_seed)
    counts = grid.counts.copy()
    counts[grid.observed - 28 : grid.observed] *= 2

    # four of the yardstick's eight weeks are at 2, so it is at 1.5; a level is learnt, not found
    rise = ahead(model, replace(grid, counts=counts)).sum() / ahead(model, grid).sum()
    assert 1.45 < rise < 2.12


def test_the_fewest_days_it_asks_for_are_enough(model):
    grid = weekly_grid(weeks=12, noise_seed=6)
    counts = grid.counts.copy()
    counts[: grid.observed - model.minimum_days] = np.nan

    means = ahead(model, replace(grid, counts=counts))
    assert np.isfinite(means).all()
    assert means.sum() == pytest.approx(weekly_counts(grid.days[-HORIZON:]).sum(), rel=0.75)


def test_a_column_of_the_calendar_is_known_by_its_day_and_not_by_its_position(model):
    # every fourth Wednesday brings nothing; a model may use the column, or ignore it
    days = np.arange(MONDAY, MONDAY + 7 * 24 + HORIZON)
    is_holiday = (np.arange(len(days)) % 28) == 2
    counts = weekly_counts(days) * np.where(is_holiday, 0.1, 1.0)[:, None]
    counts[7 * 24 :] = np.nan
    grid = replace(
        weekly_grid(weeks=24),
        counts=counts,
        columns=is_holiday[:, None].astype(float),
        known_from=np.zeros((len(days), 1), dtype=int),
    )

    totals = ahead(model, grid).sum(axis=1)
    holiday = np.flatnonzero(is_holiday[7 * 24 :])
    usual = weekly_counts(days[7 * 24 :]).sum(axis=1)
    others = np.setdiff1d(np.arange(HORIZON), np.append(holiday, holiday + 7))
    assert holiday.tolist() == [2]
    assert totals[others] == pytest.approx(usual[others], rel=0.06)
    assert totals[holiday] < 1.01 * usual[holiday]
