"""Funnel limits against binomial tables, chance and known outliers."""

import numpy as np
import pytest

from pipelines.statistics import funnel


def test_limits_of_a_share_are_the_interpolated_binomial_ones():
    # B(10, 1/2): P(X <= 1) = 11/1024, P(X <= 2) = 56/1024; 0.025 lies (56/1024 - .025) /
    # (45/1024) of a step below 2.
    low, high = funnel.share_limits(0.5, [10], 0.95)
    expected = (2 - (56 / 1024 - 0.025) / (45 / 1024)) / 10
    assert low[0] == pytest.approx(expected, abs=1e-12)
    # At the upper end 0.975 is reached at 8: P(X <= 7) = 968/1024, P(X <= 8) = 1013/1024.
    assert high[0] == pytest.approx((8 - (1013 / 1024 - 0.975) / (45 / 1024)) / 10, abs=1e-12)


def test_limits_of_many_are_nearly_normal():
    low, high = funnel.share_limits(0.8, [10_000], 0.95)
    assert (low[0], high[0]) == pytest.approx((0.8 - 0.00784, 0.8 + 0.00784), abs=1e-4)


def test_limits_of_a_mean_are_1_96_and_3_09_standard_errors_away():
    assert funnel.mean_limits(60.0, 100.0, 25, 0.95) == pytest.approx((56.080, 63.920), abs=1e-3)
    assert funnel.mean_limits(60.0, 100.0, 25, 0.998) == pytest.approx((53.820, 66.180), abs=1e-3)


def test_29_observations_are_never_judged_and_30_are():
    found = funnel.shares([0, 0, 5_000], [29, 30, 6_000])
    assert found["outside"].isna().tolist() == [True, False, False]
    assert found["outside"].tolist()[1:] == [-2, 0]
    assert found["high"].round(4).tolist()[:2] == [0.117, 0.1135]


def test_a_group_without_observations_has_no_value_and_no_limits():
    found = funnel.shares([0, 30], [0, 60])
    assert found.loc[0, ["value", "low_95", "high_998"]].isna().all()
    assert found.loc[0, "n"] == 0


def test_chance_alone_leaves_5_percent_and_a_500th_outside():
    random = np.random.default_rng(8)
    n = random.integers(200, 2_000, 20_000)
    outside = funnel.shares(random.binomial(n, 0.85), n)["outside"]
    assert (outside != 0).mean() == pytest.approx(0.05, abs=0.006)
    assert (outside.abs() == 2).mean() == pytest.approx(0.002, abs=0.0015)


def test_groups_that_differ_by_themselves_are_judged_by_their_own_spread():
    random = np.random.default_rng(9)
    n = np.full(2_000, 5_000)
    successes = random.binomial(n, np.clip(random.normal(0.8, 0.03, 2_000), 0, 1))
    assert (funnel.shares(successes, n)["outside"] != 0).mean() > 0.6
    widened = funnel.shares(successes, n, is_overdispersed=True)["outside"]
    assert (widened != 0).mean() == pytest.approx(0.05, abs=0.012)


def test_without_a_spread_of_their_own_the_limits_stay():
    random = np.random.default_rng(10)
    n = np.full(40, 300)
    successes = random.binomial(n, 0.8)
    plain, widened = (
        funnel.shares(successes, n, is_overdispersed=flag)[["low_95", "high_95"]]
        for flag in (False, True)
    )
    np.testing.assert_allclose(plain, widened, atol=0.004)


def test_the_one_slow_agent_stands_out_among_means():
    random = np.random.default_rng(12)
    waits = [random.normal(300, 60, 50) for _ in range(20)]
    waits[7] = random.normal(380, 60, 50)
    sums = np.array([[len(w), w.sum(), (w**2).sum()] for w in waits]).T
    outside = funnel.means(*sums)["outside"]
    assert outside[7] == 2
    assert (outside.abs() == 2).sum() == 1
    assert funnel.means(*sums, is_overdispersed=True)["outside"][7] == 2
