"""Scores worked out by hand, and which model a queue gets by them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipelines.forecasts.backtest import BACKTEST_COLUMNS, backtest, origins_to_test
from pipelines.forecasts.base import SLOTS
from pipelines.forecasts.selection import choose, marked
from tests.forecasts.series import weekly_grid


class Constant:
    """Always says the same."""

    is_yardstick = False
    minimum_days = 1

    def __init__(self, value, name="constant"):
        self.value, self.name = value, name

    def means(self, grid, origins, horizon):
        return np.full((len(origins), horizon, SLOTS), self.value)


def flat_grid(value=10.0, weeks=10):
    grid = weekly_grid(weeks=weeks)
    return replace(grid, counts=np.where(np.isfinite(grid.counts), value, np.nan))


def test_wape_and_bias_are_shares_of_what_came():
    tested = backtest(flat_grid(10.0), [Constant(12.0)], [40, 45], 14)

    assert tuple(tested.columns) == BACKTEST_COLUMNS
    assert tested["horizon"].tolist() == ["1 day", "1 week", "2 weeks"]
    assert tested["origins"].tolist() == [2, 2, 2]
    assert tested["wape"].tolist() == pytest.approx([0.2, 0.2, 0.2])
    assert tested["bias"].tolist() == pytest.approx([0.2, 0.2, 0.2])


def test_half_of_what_a_model_always_erred_stays_in_its_quantiles():
    tested = backtest(flat_grid(10.0), [Constant(12.0)], [40, 45], 14)

    # every past error is -2, so all quantiles are at about 11, 1 above the counts of 10 (on the
    # scale of roots half a bias of 2 deviations of sqrt(12)): a loss of (1 - level) x 1 at each,
    # 1/2 in the mean of the symmetric levels
    above = (np.sqrt(10.375) + 0.5 * (2 / np.sqrt(12)) / 2) ** 2 - 10.375
    assert above == pytest.approx(0.951, abs=0.001)
    assert tested["pinball"].tolist() == pytest.approx([above / 2 / 10] * 3, abs=1e-9)


def test_pinball_loss_is_the_mean_over_the_quantiles():
    # a first origin has no past: roots are normal around that of 12, standard deviation 1/2
    tested = backtest(flat_grid(10.0), [Constant(12.0)], [0], 14)

    levels = np.array([0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975])
    normal = np.array(
        [-1.959964, -1.644854, -1.281552, -0.674490, 0, 0.674490, 1.281552, 1.644854, 1.959964]
    )
    quantiles = (np.sqrt(12.375) + normal / 2) ** 2 - 0.375
    loss = np.maximum(levels * (10 - quantiles), (levels - 1) * (10 - quantiles)).mean() / 10
    assert tested["pinball"].tolist() == pytest.approx([loss] * 3, rel=1e-5)
    # the band is 9.7410 to 14.4865: of a 10, which stands for 9.5 to 10.5, that holds 0.7590
    assert tested["coverage50"].tolist() == pytest.approx([0.7590] * 3, abs=1e-4)


def test_the_first_day_is_the_first_open_one():
    grid = flat_grid(10.0)
    is_weekend = grid.weekday >= 5
    grid = replace(
        grid,
        counts=np.where(is_weekend[:, None], np.nan, grid.counts),
        passes=np.where(is_weekend[:, None], 0.0, grid.passes),
    )
    counts = grid.counts.copy()
    counts[49] = 20.0  # a Monday
    friday = 46

    tested = backtest(replace(grid, counts=counts), [Constant(10.0)], [friday], 14)
    # Monday: 10 of 20 missed; the week: 10 of 20 + 4 x 10; two weeks: of 20 + 9 x 10
    assert tested["wape"].tolist() == pytest.approx([10 / 20, 10 / 60, 10 / 110])


def test_half_hours_that_were_not_observed_are_not_scored():
    grid = flat_grid(10.0)
    counts = grid.counts.copy()
    counts[42] = np.nan

    tested = backtest(replace(grid, counts=counts), [Constant(5.0)], [40], 14)
    assert tested["wape"].tolist() == pytest.approx([0.5, 0.5, 0.5])


def test_origins_end_a_horizon_before_the_data_do_and_need_four_weeks_before():
    assert origins_to_test(weekly_grid(weeks=20), 14) == list(range(80, 126, 5))
    assert origins_to_test(weekly_grid(weeks=7), 14) == [29, 34]
    assert origins_to_test(weekly_grid(weeks=5), 14) == []


def scores(*rows):
    """model, wape, pinball, is_yardstick over two weeks."""
    table = pd.DataFrame(rows, columns=["model", "wape", "pinball", "is_yardstick"])
    filled = table.assign(
        horizon="2 weeks", origins=9, bias=0.0, coverage50=0.5, coverage80=0.8, coverage95=0.95
    )
    return filled[list(BACKTEST_COLUMNS)]


def test_the_best_model_is_chosen_by_its_pinball_loss():
    tested = scores(
        ("eight_week_mean", 0.30, 0.08, True),
        ("a", 0.25, 0.07, False),
        ("b", 0.26, 0.06, False),
    )
    assert choose(tested) == "b"
    assert marked(tested, "b")["is_chosen"].tolist() == [False, False, True]


def test_a_model_that_loses_to_a_yardstick_is_not_used():
    assert (
        choose(
            scores(
                ("seasonal_naive", 0.20, 0.09, True),
                ("eight_week_mean", 0.30, 0.08, True),
                ("a", 0.25, 0.07, False),  # worse than the naive by WAPE
                ("b", 0.19, 0.085, False),  # worse than the mean by pinball loss
            )
        )
        == "eight_week_mean"
    )


def test_where_contacts_are_few_wape_would_reward_forecasting_none_and_is_not_asked():
    assert (
        choose(scores(("seasonal_naive", 1.5, 0.5, True), ("borrowed_profile", 1.6, 0.3, False)))
        == "borrowed_profile"
    )


def test_the_longest_horizon_decides():
    short = scores(("eight_week_mean", 0.3, 0.08, True), ("a", 0.2, 0.05, False)).assign(
        horizon="1 day"
    )
    long = scores(("eight_week_mean", 0.3, 0.08, True), ("a", 0.4, 0.10, False))

    assert choose(pd.concat([short, long])) == "eight_week_mean"


def test_nothing_tested_nothing_chosen_and_nothing_came_a_yardstick():
    nothing = scores(("eight_week_mean", np.nan, np.nan, True), ("a", np.nan, np.nan, False))

    assert choose(backtest(flat_grid(), [], [], 14)) is None
    assert choose(nothing) == "eight_week_mean"
