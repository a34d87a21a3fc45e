"""Intervals against printed values and closed forms: acceptance case 19."""

import math

import numpy as np
import pytest
from scipy import stats

from pipelines.statistics import intervals


@pytest.mark.case(19)
@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (5, 5, 56.6, 100.0),
        (9, 10, 59.6, 98.2),
        (13, 15, 62.1, 96.3),
        (88, 100, 80.2, 93.0),
        (0, 3, 0.0, 56.1),
    ],
)
def test_wilson_gives_the_printed_intervals(successes, n, low, high):
    found = [round(100 * float(limit), 1) for limit in intervals.wilson(successes, n)]
    assert found == [low, high]


@pytest.mark.case(19)
def test_a_share_of_nothing_has_no_interval():
    low, high = intervals.wilson([0, 5], [0, 5])
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [True, False]


def test_none_and_all_have_limits_of_exactly_0_and_1():
    low, high = intervals.wilson([0, 518], [518, 518])  # 4.3e-19 by rounding
    assert (float(low[0]), float(high[1])) == (0, 1)
    low, high = intervals.wilson([0, 10_000_000], [10_000_000, 10_000_000])
    assert (low[0], high[1]) == (0.0, 1.0)


def test_a_mean_has_the_t_interval_of_its_observations():
    sample = [80.0, 100.0, 93.0]
    mean, low, high = intervals.mean(3, sum(sample), sum(x * x for x in sample))
    expected = stats.t.interval(0.95, 2, loc=91, scale=stats.sem(sample))
    assert mean == 91
    assert (low, high) == pytest.approx(expected, abs=1e-9)


def test_the_t_interval_of_1_to_9_is_5_plus_minus_2_105():
    # t(0.975, 8) = 2.306, s = 2.7386, so 2.306 * 2.7386 / 3.
    _, low, high = intervals.mean(9, 45, 285)
    assert (round(float(low), 3), round(float(high), 3)) == (2.895, 7.105)


def test_a_ratio_of_totals_is_that_of_the_sums_not_the_mean_of_the_ratios():
    # 1 of 2 and 9 of 10 are 10 of 12; residuals 1 - 10/6 and 9 - 100/12 are -2/3 and 2/3, so the
    # margin is t(0.975, 1) * sqrt(2 / 1 * 8/9) / 12 = 12.7062 * 0.1111.
    found = intervals.ratio_of_totals(2, 10, 12, 1 + 81, 2 + 90, 4 + 100)
    assert [round(float(x), 4) for x in found] == [0.8333, -0.5785, 2.2451]


def test_a_ratio_with_equal_weights_is_the_mean_with_its_t_interval():
    # y = 80, 100, 93 and every w = 1
    found = intervals.ratio_of_totals(3, 273, 3, 25_049, 273, 3)
    assert np.array(found) == pytest.approx(np.array(intervals.mean(3, 273, 25_049)), rel=1e-12)


def test_a_ratio_over_nothing_is_null_and_of_one_row_has_no_interval():
    value, low, high = intervals.ratio_of_totals(
        [0, 3, 1], [0, 5, 3], [0, 0, 4], [0, 9, 9], [0, 0, 12], [0, 0, 16]
    )
    assert np.isnan(value).tolist() == [True, True, False]
    assert value[2] == 0.75
    assert np.isnan([*low, *high]).all()


def test_one_observation_has_a_mean_and_no_interval_and_none_has_neither():
    mean, low, high = intervals.mean([1, 0], [7, 0], [49, 0])
    assert mean[0] == 7
    assert np.isnan([mean[1], *low, *high]).all()


def test_equal_observations_have_an_interval_of_no_width():
    mean, low, high = intervals.mean(1_000_000, 0.1 * 1_000_000, 0.01 * 1_000_000)
    assert (float(low), float(high)) == pytest.approx((float(mean), float(mean)), abs=1e-9)


@pytest.mark.parametrize(
    ("n", "low", "high"), [(6, 1, 6), (10, 2, 9), (20, 6, 15), (50, 18, 33), (100, 40, 61)]
)
def test_the_median_lies_between_the_tabulated_order_statistics(n, low, high):
    assert [int(rank) for rank in intervals.percentile_ranks(n, 0.5)] == [low, high]


def test_five_observations_are_too_few_for_either_limit_of_a_median():
    assert [int(rank) for rank in intervals.percentile_ranks(5, 0.5)] == [0, 6]


@pytest.mark.parametrize("n", [1, 7, 30, 365, 10_000])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_ranks_miss_with_at_most_a_fortieth_on_each_side_and_are_the_closest_that_do(n, share):
    low, high = (int(rank) for rank in intervals.percentile_ranks(n, share))
    below = stats.binom(n, share)
    assert below.cdf(low - 1) <= 0.025 < below.cdf(low)
    assert high == n + 1 or below.sf(high - 1) <= 0.025
    assert below.sf(high - 2) > 0.025


def test_no_observations_have_no_ranks():
    assert [int(rank) for rank in intervals.percentile_ranks(0, 0.5)] == [0, 1]
    assert math.isnan(intervals.mean(0, 0, 0)[0])


def test_weights_of_1_2_3_are_worth_2_57_observations():
    assert float(intervals.effective_n(6, 14)) == pytest.approx(36 / 14)


def test_equal_weights_are_worth_what_they_are():
    assert float(intervals.effective_n(25.0, 62.5)) == 10


def test_a_share_of_equal_weights_has_the_plain_wilson_interval():
    found = intervals.weighted_share(20.0, 40.0, 18.0)
    assert [round(100 * float(value), 1) for value in found] == [90.0, 59.6, 98.2]


def test_a_mean_of_equal_weights_has_the_plain_t_interval():
    weighted = intervals.weighted_mean(18.0, 36.0, 90.0, 570.0)
    assert np.array(weighted) == pytest.approx(np.array(intervals.mean(9, 45, 285)))


def test_no_weight_is_null():
    found = [*intervals.weighted_share(0, 0, 0), *intervals.weighted_mean(0, 0, 0, 0)]
    assert np.isnan([float(value) for value in found]).all()


def test_the_bootstrap_of_a_mean_is_the_normal_interval_without_the_small_sample_factor():
    sample = np.random.default_rng(1).normal(100, 15, 400)
    low, high = intervals.bootstrap(lambda places: sample[places].mean(axis=1), 400, seed=2)
    margin = 1.96 * sample.std() / 20
    assert (low, high) == pytest.approx((sample.mean() - margin, sample.mean() + margin), abs=0.12)


def test_the_bootstrap_is_seeded_and_needs_two_observations():
    sample = np.arange(50.0)

    def median(places):
        return np.median(sample[places], axis=1)

    assert intervals.bootstrap(median, 50, seed=4) == intervals.bootstrap(median, 50, seed=4)
    assert np.isnan(intervals.bootstrap(median, 1, seed=4)).all()


def test_resamples_without_the_statistic_are_left_out():
    def halves(places):
        return np.where(places[:, 0] == 0, np.nan, 0.5)

    assert intervals.bootstrap(halves, 2, seed=4) == (0.5, 0.5)


def test_a_difference_of_shares_has_newcombes_printed_interval():
    # Newcombe (1998), table II, contrasts (a), (b) and (c): 56/70 - 48/80, 9/10 - 3/10, 6/7 - 2/7.
    found = intervals.share_difference([56, 9, 6], [70, 10, 7], [48, 3, 2], [80, 10, 7])
    assert np.round(found, 4).T.tolist() == [
        [0.2, 0.0524, 0.3339],
        [0.6, 0.1705, 0.8090],
        [0.5714, 0.0582, 0.8062],
    ]


def test_a_difference_from_nothing_is_null():
    found = [*intervals.share_difference(5, 10, 0, 0), *intervals.mean_difference(0, 0, 0, 2, 3, 5)]
    assert np.isnan([float(value) for value in found]).all()


def test_a_difference_of_means_has_welchs_interval():
    first, second = np.array([80.0, 100, 93, 60]), np.array([50.0, 55, 70])
    sums = [[len(x), x.sum(), (x**2).sum()] for x in (first, second)]
    found = intervals.mean_difference(*sums[0], *sums[1])
    test = stats.ttest_ind(first, second, equal_var=False).confidence_interval()
    assert float(found[0]) == pytest.approx(first.mean() - second.mean())
    assert [float(found[1]), float(found[2])] == pytest.approx([test.low, test.high])


def test_equal_observations_differ_without_doubt_and_single_ones_in_doubt():
    certain = intervals.mean_difference(3, 6, 12, 2, 2, 2)
    assert [float(value) for value in certain] == [1, 1, 1]
    difference, low, high = intervals.mean_difference(1, 5, 25, 3, 6, 14)
    assert float(difference) == 3
    assert np.isnan([float(low), float(high)]).all()


def test_two_rows_worth_of_weight_are_two_whatever_its_unit():
    # Weights 1, 4 and 9: 14² / 98 = 2, of which thirds miss an ulp. Values 0, 1 and 2: mean 22/14,
    # variance 2 * 40/14 - 2 * (22/14)² = 0.7755, so 12.7062 * sqrt(0.7755 / 2) = 7.9122 each side
    thirds = np.array([1.0, 4.0, 9.0]) / 3
    assert intervals.effective_n(thirds.sum(), (thirds**2).sum()) < 2
    found = intervals.weighted_mean(thirds.sum(), (thirds**2).sum(), 22 / 3, 40 / 3)
    assert [round(float(part), 4) for part in found] == [1.5714, -6.3407, 9.4836]
