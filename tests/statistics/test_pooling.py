"""Partial pooling: closed forms, both extremes, and limits that cover."""

import numpy as np
import pytest
from scipy import stats

from pipelines.statistics import pooling


def test_small_groups_go_to_the_mean_and_large_ones_stay():
    random = np.random.default_rng(3)
    n = np.array([3, 20_000, *random.integers(100, 400, 60)])
    successes = random.binomial(n, random.beta(40, 10, len(n)))
    successes[:2] = [3, 12_000]
    found = pooling.shares(successes, n)
    assert found["raw"].tolist()[:2] == [1.0, 0.6]
    assert found["value"][0] == pytest.approx(0.80, abs=0.02)
    assert found["value"][1] == pytest.approx(0.60, abs=0.001)
    assert found["pooled"][0] > 0.9
    assert found["pooled"][1] < 0.01


def test_a_share_is_the_mean_of_its_beta_distribution():
    found = pooling.shares([8, 45, 300, 50], [10, 50, 400, 100])
    strength = found["pooled"] * found["n"] / (1 - found["pooled"])
    assert strength.to_numpy() == pytest.approx(np.full(4, strength[0]))
    prior = (found["value"] * (found["n"] + strength) - [8, 45, 300, 50]) / strength
    assert prior.to_numpy() == pytest.approx(np.full(4, prior[0]))


def test_groups_that_differ_by_chance_alone_are_one_group():
    n = np.full(200, 50)
    found = pooling.shares(np.random.default_rng(4).binomial(n, 0.7), n)
    assert np.ptp(found["raw"]) > 0.3
    assert np.ptp(found["value"]) < 0.005
    assert found["value"].mean() == pytest.approx(found["raw"].mean(), abs=1e-9)


def test_the_spread_between_groups_is_recovered():
    random = np.random.default_rng(5)
    n = np.full(3_000, 100)
    found = pooling.shares(random.binomial(n, random.beta(24, 6, 3_000)), n)
    strength = found["pooled"][0] * 100 / (1 - found["pooled"][0])
    assert strength == pytest.approx(30, rel=0.08)


def test_limits_of_shares_cover_the_true_ones_95_times_in_100():
    random = np.random.default_rng(6)
    n = random.integers(2, 60, 4_000)
    truth = random.beta(16, 4, 4_000)
    found = pooling.shares(random.binomial(n, truth), n)
    assert ((found["low"] <= truth) & (truth <= found["high"])).mean() == pytest.approx(
        0.95, abs=0.012
    )


@pytest.mark.parametrize("groups", [1, 2, 5, 10])
def test_limits_of_a_few_groups_that_are_alike_cover_their_share_95_times_in_100(groups):
    random, hits = np.random.default_rng(8), 0.0
    for _ in range(300):
        n = random.integers(10, 60, groups)
        found = pooling.shares(random.binomial(n, 0.8), n)
        hits += ((found["low"] <= 0.8) & (found["high"] >= 0.8)).mean()
    assert 0.92 <= hits / 300 <= 0.98


def test_one_group_is_as_sure_as_its_own_observations():
    found = pooling.shares([7], [10]).iloc[0]
    assert found["value"] == pytest.approx(0.7)
    law = stats.beta(7, 3)
    assert [found["low"], found["high"]] == pytest.approx([law.ppf(0.025), law.ppf(0.975)])


@pytest.mark.parametrize("mirrored", [False, True])
def test_nobody_of_15_in_two_groups_is_not_never(mirrored):
    # One group of all 15, whose mean is half a one of 16.
    n = np.array([10, 5])
    found = pooling.shares(n if mirrored else [0, 0], n)
    shares = 1 - found[["value", "high", "low"]] if mirrored else found[["value", "low", "high"]]
    law = stats.beta(15 / 32, 15 - 15 / 32)
    for row in shares.to_numpy():
        assert row == pytest.approx([1 / 32, law.ppf(0.025), law.ppf(0.975)], rel=1e-4)


def test_limits_of_means_cover_the_true_ones_95_times_in_100():
    random = np.random.default_rng(7)
    n = random.integers(2, 60, 4_000)
    truth = random.normal(300, 40, 4_000)
    sums = np.array(
        [[k, x.sum(), (x**2).sum()] for k, m in zip(n, truth, strict=True)
         for x in [random.normal(m, 120, k)]]
    ).T  # fmt: skip
    found = pooling.means(*sums)
    assert ((found["low"] <= truth) & (truth <= found["high"])).mean() == pytest.approx(
        0.95, abs=0.012
    )
    error, raw_error = (found["value"] - truth) ** 2, (found["raw"] - truth) ** 2
    assert error.mean() < 0.55 * raw_error.mean()


def test_equal_groups_of_means_shrink_by_the_ratio_of_variances():
    # Within variance 2 per observation, two each: 1 per mean. Means 0, 4, 8: their variance is
    # 16, so 15 between groups, and each gives 1/16 of itself to the mean 4.
    found = pooling.means([2, 2, 2], [0, 8, 16], [2, 34, 130])
    assert found["pooled"].to_numpy() == pytest.approx([1 / 16] * 3)
    assert found["value"].to_numpy() == pytest.approx([0.25, 4, 7.75])


def test_a_group_without_observations_is_expected_at_the_mean_of_all():
    found = pooling.shares([0, 40, 90, 70], [0, 50, 100, 100])
    assert np.isnan(found["raw"][0])
    assert found["pooled"][0] == 1
    assert 0.7 < found["value"][0] < 0.9
    means = pooling.means([0, 2, 2, 2], [0, 0, 8, 16], [0, 2, 34, 130])
    assert means["value"][0] == pytest.approx(4)


def test_without_any_observation_nothing_is_known():
    assert pooling.shares([0, 0], [0, 0])[["raw", "value", "low", "high"]].isna().all(axis=None)
    assert pooling.means([0, 1], [0, 5], [0, 25])[["value", "low", "high"]].isna().all(axis=None)
