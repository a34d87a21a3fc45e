"""The series that forecasts are tried on are what their kind says, and the same in every run."""

import numpy as np
import pytest

from benchmarks.forecast_series import Answer, every_evening, held_sums
from benchmarks.invented_series import DAY_KINDS, HALF_HOUR_KINDS, HORIZON, days, half_hours
from pipelines.forecasts.base import QUANTILES
from tests.forecasts.test_counted_days import daily, day_grid


@pytest.mark.parametrize("number", range(len(HALF_HOUR_KINDS)))
def test_half_hours_are_those_of_their_kind(number):
    series = half_hours(number)

    grid, on_open_days = series.grid, series.grid.is_open_day[: series.grid.observed]
    total = np.nansum(grid.counts[: grid.observed], axis=1)
    assert series.kind == HALF_HOUR_KINDS[number]
    assert grid.counts.shape == (grid.observed + HORIZON, 48)
    assert np.isnan(grid.counts[grid.observed :]).all()
    is_closed = series.kind in ("weekdays", "longer hours")
    assert set(grid.weekday[: grid.observed][on_open_days]) == set(range(5 if is_closed else 7)) - (
        {6} if series.kind == "sixth day" else set()
    )
    if series.kind == "halved":
        assert total[-14:].mean() == pytest.approx(0.5 * total[:100].mean(), rel=0.15)
    if series.kind == "doubled":
        assert total[-14:].mean() == pytest.approx(2 * total[:100].mean(), rel=0.15)
    if series.kind == "longer hours":
        hours = (grid.passes[: grid.observed] > 0).sum(axis=1)
        assert set(hours[on_open_days]) == {24, 28}
    if series.kind == "clock changes":
        assert 1 <= (np.isnan(grid.counts[: grid.observed]).any(axis=1)).sum() <= 2


@pytest.mark.parametrize("number", range(len(DAY_KINDS)))
def test_days_are_those_of_their_kind_and_size(number):
    series = days(number + 9, 20, 40)

    counts = series.grid.counts[: series.grid.observed, 0]
    assert series.kind == DAY_KINDS[number]
    assert 20 < series.size < 40
    assert np.isnan(counts).any() == (series.kind == "gaps")
    if series.kind == "weekdays":
        assert counts[series.grid.weekday[: len(counts)] >= 5].sum() == 0
    assert (days(number + 9, 20, 40).grid.counts[: len(counts), 0] == counts).sum() == np.isfinite(
        counts
    ).sum()


def test_a_sum_is_held_by_as_much_of_its_probability_as_lies_within():
    paths = np.repeat(np.arange(4.0), 25)[None, :, None] * np.eye(14)[0]  # 0 to 3, each a quarter
    came = np.zeros((1, 14, 1))
    answer = Answer(np.zeros((1, 14, 1, len(QUANTILES))), np.zeros((1, 14, 1, 9)), paths)

    # of the lowest quarter, 0 to 25 %, what lies above the 10th percentile: three fifths
    assert held_sums(answer, came)["both"][0].tolist() == pytest.approx([0.6, 0.9])


def test_every_evening_is_told_beside_both_yardsticks():
    grid = day_grid(daily(100)[0])

    rows = every_evening(grid).set_index("horizon")
    assert rows["evenings"].tolist() == [100 - 55 - 14] * 3
    # where the week repeats, last week's chance comes on top of today's; that of a mean hardly does
    assert (rows["to seasonal_naive"] < -0.1).all()
    assert rows["to eight_week_mean"].abs().max() < 0.1
    expected = rows["ours"] / rows["seasonal_naive"] - 1
    assert rows["to seasonal_naive"].tolist() == pytest.approx(expected.tolist())
