"""Interrupted time series: exact series, AR(1) coverage, placebos."""

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import OutOfRangeError
from pipelines.statistics import impact
from pipelines.statistics.impact import interrupted

DAYS = pd.date_range("2026-01-05", periods=84)
CHANGED_ON = DAYS[56]
WEEKLY = np.tile([0.0, 1.0, 2.0, 1.0, 0.0, -3.0, -1.0], 12)
TIME = np.arange(84.0)


def _remainder(random, correlation, size=84):
    noise = random.normal(size=size + 50)
    for day in range(1, size + 50):
        noise[day] += correlation * noise[day - 1]
    return noise[50:]


def test_a_step_and_a_slope_without_noise_are_found_exactly():
    since = np.maximum(TIME - 56, 0)
    values = 50 + 0.1 * TIME + WEEKLY + np.where(TIME >= 56, -6 + 0.25 * since, 0)
    found = interrupted(DAYS, values, CHANGED_ON)
    assert found.step.value == pytest.approx(-6)
    assert found.slope.value == pytest.approx(0.25)
    # 28 days after: the mean of days since the change is 13.5.
    assert found.average.value == pytest.approx(-6 + 0.25 * 13.5)
    assert found.step.n == 84


def test_a_trend_that_was_there_before_is_no_effect():
    values = 80 - 0.3 * TIME + WEEKLY + np.random.default_rng(2).normal(0, 0.5, 84)
    found = interrupted(DAYS, values, CHANGED_ON)
    assert values[56:].mean() < values[:56].mean() - 10
    assert found.average.low < 0 < found.average.high
    assert abs(found.average.value) < 0.8


def test_without_a_slope_the_step_is_the_average():
    values = 10 + WEEKLY + np.where(TIME >= 56, 2.0, 0) + _remainder(np.random.default_rng(3), 0)
    found = interrupted(DAYS, values, CHANGED_ON, has_slope=False)
    assert found.step == found.average
    assert np.isnan(found.slope.value)
    assert found.step.low < 2 < found.step.high


@pytest.mark.parametrize("correlation", [0.0, 0.5])
def test_95_percent_intervals_cover_the_effect_also_where_days_resemble_each_other(correlation):
    random = np.random.default_rng(5)
    day = np.arange(84, dtype=np.int64)
    hits = 0
    for _ in range(300):
        values = 10 + 0.02 * TIME + WEEKLY + 1.5 * (TIME >= 56) + _remainder(random, correlation)
        average = impact._fit(day, values, 56, True)[2]
        hits += average.low <= 1.5 <= average.high
    assert 0.915 <= hits / 300 <= 0.98


def test_a_true_change_is_larger_than_every_placebo_and_noise_is_not():
    noise = _remainder(np.random.default_rng(7), 0.3)
    changed = interrupted(DAYS, 10 + WEEKLY + noise + 6 * (TIME >= 56), CHANGED_ON)
    assert changed.placebo_share == 0
    unchanged = interrupted(DAYS, 10 + WEEKLY + noise, CHANGED_ON)
    assert unchanged.placebo_share > 0.2
    # From the 14th day to the 29th: 28 days follow each of them before the change.
    assert changed.placebos["on"].tolist() == DAYS[14:29].tolist()


def test_placebos_know_nothing_of_what_came_after_the_change():
    noise = 10 + _remainder(np.random.default_rng(8), 0.3)
    one = interrupted(DAYS, noise, CHANGED_ON).placebos
    other = interrupted(DAYS, np.where(TIME >= 56, 99 + TIME % 3, noise), CHANGED_ON).placebos
    pd.testing.assert_frame_equal(one, other)


def test_days_without_data_are_left_out_and_order_does_not_matter():
    values = 50 + WEEKLY + np.where(TIME >= 56, 3.0, 0)
    values[[5, 6, 20, 60]] = np.nan
    order = np.random.default_rng(1).permutation(84)
    found = interrupted(DAYS[order], values[order], CHANGED_ON)
    assert found.step.n == 80
    assert found.step.value == pytest.approx(3)


def test_a_week_later_everything_shifts_by_a_week():
    values = 10 + WEEKLY + _remainder(np.random.default_rng(9), 0.4)
    week = pd.Timedelta(days=7)
    now, later = (
        interrupted(DAYS, values, CHANGED_ON),
        interrupted(DAYS + week, values, CHANGED_ON + week),
    )
    assert vars(now.average) == pytest.approx(vars(later.average))
    assert (later.placebos["on"] - now.placebos["on"] == week).all()


@pytest.mark.parametrize("always", [0.1, 1.0, 1e6])
def test_what_never_changed_shows_no_effect_of_rounding(always):
    found = interrupted(DAYS, np.full(84, always), CHANGED_ON)
    for effect in (found.step, found.slope, found.average):
        assert (effect.value, effect.low, effect.high) == (0, 0, 0)
    assert found.correlation == 0
    assert found.placebo_share == 1


def test_a_desk_that_is_closed_on_a_weekday_knows_as_much_whichever_it_is():
    # A week later by one day: the same days, told by the weekday before.
    values = 10 + TIME + _remainder(np.random.default_rng(6), 0.0)
    for shift in range(7):
        days = DAYS + pd.Timedelta(days=shift)
        is_open = TIME % 7 != 3
        found = interrupted(days[is_open], values[is_open], CHANGED_ON + pd.Timedelta(days=shift))
        if shift == 0:
            first = found.average
        assert vars(found.average) == pytest.approx(vars(first))


def test_13_days_after_are_too_few():
    with pytest.raises(OutOfRangeError, match="56 days with data before the change and 13"):
        interrupted(DAYS[:69], WEEKLY[:69], CHANGED_ON)


def test_a_day_twice_is_refused():
    with pytest.raises(OutOfRangeError, match="a day occurs twice"):
        interrupted(DAYS[[0, *range(84)]], np.zeros(85), CHANGED_ON)
