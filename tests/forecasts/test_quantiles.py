"""Quantiles from a model's own errors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom, poisson

from pipelines.forecasts.base import QUANTILES
from pipelines.forecasts.quantiles import (
    PastErrors,
    as_counts,
    covered,
    day_paths,
    half_hour_quantiles,
    jittered_quantiles,
    negative_binomial_quantiles,
)

NO_PAST = PastErrors(np.empty((0, 14, 48)), np.empty((0, 14, 48)))


def past_of(mean, scatter, origins=28, seed=0):
    """Past forecasts that expected `mean`, and what came: each a draw of `scatter`."""
    rng = np.random.default_rng(seed)
    expected = np.broadcast_to(mean, (origins, *mean.shape)).copy()
    return PastErrors(expected, scatter(rng, expected))


def poisson_scatter(rng, expected):
    return rng.poisson(expected).astype(float)


@given(mean=st.floats(0, 5), alpha=st.floats(0.01, 3))
def test_small_means_take_the_negative_binomials_own_quantiles(mean, alpha):
    size = 1 / alpha
    expected = nbinom.ppf(QUANTILES, size, size / (size + mean)) if mean > 0 else np.zeros(9)

    answer = negative_binomial_quantiles(np.array(mean), alpha, QUANTILES)
    # where a level meets a probability to the last digit either neighbour is right
    is_tie = nbinom.cdf(np.minimum(answer, expected), size, size / (size + mean)) == pytest.approx(
        QUANTILES, abs=1e-9
    )
    assert is_tie or answer.tolist() == expected.tolist()


def test_without_overdispersion_it_is_poisson():
    means = np.array([0.2, 1.0, 4.5])

    answer = negative_binomial_quantiles(means, 0.0, QUANTILES)
    assert answer.tolist() == [poisson.ppf(QUANTILES, mean).tolist() for mean in means]


@pytest.mark.parametrize("level", [0.3, 2.0, 40.0])
def test_bands_cover_what_they_say_where_errors_are_as_before(level):
    mean = np.full((14, 48), level)
    quantiles = half_hour_quantiles(mean, past_of(mean, poisson_scatter))
    came = np.random.default_rng(99).poisson(level, (400, 14, 48))

    low, high = quantiles[..., QUANTILES.index(0.1)], quantiles[..., QUANTILES.index(0.9)]
    exact_low, exact_high = poisson.ppf([0.1, 0.9], level)
    exact = poisson.cdf(exact_high, level) - poisson.cdf(exact_low - 1, level)
    assert np.mean((came >= low) & (came <= high)) == pytest.approx(exact, abs=0.04)


@pytest.mark.parametrize("level", [0.02, 0.3, 1.0, 2.5, 4.9])
@pytest.mark.parametrize(("low", "high"), [(0.25, 0.75), (0.10, 0.90), (0.025, 0.975)])
def test_a_band_of_small_counts_holds_exactly_what_it_says_where_chance_decides_at_its_edges(
    level, low, high
):
    # no whole band of Poisson counts around 0.3 holds 80 %: 0 has 74 %, 0 and 1 have 96 %
    jittered = jittered_quantiles(np.full((1, 48), level), NO_PAST)[0, 0]
    band = jittered[QUANTILES.index(low)], jittered[QUANTILES.index(high)]
    counts = np.arange(60)

    held = poisson.pmf(counts, level) @ covered(counts, *band)
    assert held == pytest.approx(high - low, abs=1e-8)


def test_a_band_is_covered_by_the_part_of_a_count_inside_it():
    # a 3 stands for 2.5 to 3.5
    low, high = np.array([2.5, 2.75, 3.5, -0.5]), np.array([9.0, 3.25, 9.0, 2.6])

    assert covered(np.full(4, 3.0), low, high).tolist() == pytest.approx([1, 0.5, 0, 0.1])


def test_counts_are_the_smallest_that_reach_the_level():
    jittered = np.array([[-0.4, 0.5, 0.6, 3.49], [-2.0, 7.3, 8.0, 9.1]])

    assert as_counts(np.array([2.0, 9.0]), jittered).tolist() == [
        [0.0, 0.0, 1.0, 3.0],
        [0.0, 7.3, 8.0, 9.1],
    ]


@settings(deadline=None)
@given(seed=st.integers(0, 1000), level=st.floats(0.01, 60), wild=st.floats(0, 1))
def test_quantiles_are_sorted_and_never_below_zero(seed, level, wild):
    mean = np.random.default_rng(seed).gamma(0.7, level / 0.7, (14, 48))

    def scatter(rng, expected):
        return rng.poisson(expected * np.exp(rng.normal(0, wild, expected.shape))).astype(float)

    quantiles = half_hour_quantiles(mean, past_of(mean, scatter, origins=6, seed=seed))
    assert (np.diff(quantiles, axis=-1) >= 0).all()
    assert (quantiles >= 0).all()


def test_without_a_past_large_means_scatter_as_counts_do():
    quantiles = half_hour_quantiles(np.full((1, 48), 100.0), NO_PAST)[0, 0]

    # as counts, skewed: Poisson's own are 81, 100 and 120
    root, out = np.sqrt(100.375), 1.959964 / 2
    low, high = (root - out) ** 2 - 0.375, (root + out) ** 2 - 0.375
    assert quantiles[[0, 4, 8]] == pytest.approx([low, 100, high])
    assert [round(low, 1), round(high, 1)] == [81.3, 120.6]


def test_bands_follow_errors_that_have_grown():
    mean = np.full((1, 48), 400.0)
    calm, wild = 20.0, 60.0  # standard deviations: Poisson's, and three times as much
    rng = np.random.default_rng(4)

    def width(days):
        scatter = np.where(np.arange(56)[:, None, None] < 56 - days, calm, wild)
        errors = rng.normal(0, scatter, (56, 1, 48))
        quantiles = half_hour_quantiles(mean, PastErrors(mean + 0 * errors, mean + errors))
        return np.mean(quantiles[0, :, 7] - quantiles[0, :, 1]) / (2 * 1.645 * calm)  # 5 to 95 %

    # all days alike, a mixture of 49 calm and 7 wild ones would be 1.23 wide
    assert [width(days) for days in (0, 1, 7, 56)] == pytest.approx([1, 1.1, 1.82, 3], abs=0.1)


def test_errors_are_those_of_a_day_as_large_as_errors_are_now():
    mean = np.full((1, 48), 400.0)
    errors = np.random.default_rng(4).normal(0, 20, (56, 1, 48))
    once = errors.copy()
    once[-20] *= 8  # an outage three weeks ago

    widths = []
    for each in (errors, once):
        quantiles = half_hour_quantiles(mean, PastErrors(mean + 0 * each, mean + each))
        widths.append(np.mean(quantiles[0, :, 6] - quantiles[0, :, 2]))
    assert widths[1] / widths[0] == pytest.approx(1, abs=0.05)


def test_a_day_of_thirty_times_the_contacts_leaves_the_bands_of_others_as_they_were():
    mean = np.full((1, 48), 55.0)
    past = past_of(mean, poisson_scatter, origins=56)
    came = past.came.copy()
    came[-10] *= 30

    usual = half_hour_quantiles(mean, past)[0]
    after = half_hour_quantiles(mean, PastErrors(past.expected, came))[0]
    assert after[:, 4] == pytest.approx(usual[:, 4], abs=1.5)  # of 55; 20 less if all of it counts
    assert after[:, 6] == pytest.approx(usual[:, 6], abs=3)


def test_errors_of_a_month_ago_have_half_the_weight():
    mean = np.full((1, 48), 400.0)
    came = np.concatenate([np.full((1, 1, 48), 380.0), np.full((1, 1, 48), 420.0)])
    past = PastErrors(np.broadcast_to(mean, (2, 1, 48)), came, np.array([29, 1]))

    quantiles = half_hour_quantiles(mean, past)[0, 0]
    # errors of -1 and +1 deviation; their mean is (2 - 1) / 3, half of which does not last
    assert quantiles[[1, 7]] == pytest.approx([400 - 20 - 20 / 6, 400 + 20 - 20 / 6], rel=1e-3)


def test_closed_half_hours_have_no_quantiles():
    mean = np.full((3, 48), 4.0)
    mean[:, :10] = np.nan

    quantiles = half_hour_quantiles(mean, NO_PAST)
    assert np.isnan(quantiles[:, :10]).all()
    assert np.isfinite(quantiles[:, 10:]).all()


def test_a_day_is_surer_than_the_sum_of_its_half_hours():
    mean = np.full((14, 48), 10.0)
    past = past_of(mean, poisson_scatter)

    low, high = np.quantile(day_paths(mean, past, seed=1), [0.1, 0.9], axis=0)
    half_hours = half_hour_quantiles(mean, past)
    summed = half_hours[..., QUANTILES.index(0.9)] - half_hours[..., QUANTILES.index(0.1)]
    # 48 independent half hours of 10 contacts: 480 +- 1.2816 x sqrt(480)
    assert high - low == pytest.approx(np.full(14, 2 * 1.2816 * np.sqrt(480)), rel=0.35)
    assert (high - low < 0.3 * summed.sum(axis=1)).all()


def test_days_that_err_together_are_as_unsure_as_they_were():
    mean = np.full((14, 48), 50.0)

    def common(rng, expected):
        return expected * np.exp(rng.normal(0, 0.2, (len(expected), 1, 1)))

    low, high = np.quantile(day_paths(mean, past_of(mean, common), seed=1), [0.1, 0.9], axis=0)
    assert (high - low) / 2400 == pytest.approx(np.full(14, 2 * 1.2816 * 0.2), rel=0.25)


def test_paths_depend_on_the_seed_alone():
    mean = np.random.default_rng(3).gamma(2, 1, (14, 48))
    past = past_of(mean, poisson_scatter)

    assert (day_paths(mean, past, seed=5) == day_paths(mean, past, seed=5)).all()
    assert (day_paths(mean, past, seed=5) != day_paths(mean, past, seed=6)).any()


def test_queues_that_erred_together_do_not_cancel_out_when_added_up():
    mean = np.full((14, 48), 50.0)
    factor = np.exp(np.random.default_rng(8).normal(0, 0.2, (28, 1, 1)))
    together = PastErrors(np.broadcast_to(mean, (28, 14, 48)), mean * factor)
    apart = PastErrors(np.broadcast_to(mean, (28, 14, 48)), mean * factor[::-1])

    one = day_paths(mean, together, seed=1)
    spread_together = np.std(one + day_paths(mean, together, seed=1), axis=0)
    spread_apart = np.std(one + day_paths(mean, apart, seed=1), axis=0)
    assert spread_together == pytest.approx(2 * np.std(one, axis=0))
    assert (spread_apart < 0.9 * spread_together).all()


def test_small_queues_scatter_each_on_its_own():
    mean = np.full((14, 48), 2 / 48)  # two contacts a day
    past = past_of(mean, poisson_scatter)

    total = sum(day_paths(mean, past, seed=1, queue=queue) for queue in range(40))
    # 40 independent Poisson queues of 2: 80 contacts, standard deviation sqrt(80)
    assert total.mean(axis=0) == pytest.approx(np.full(14, 80), rel=0.05)
    assert total.std(axis=0) == pytest.approx(np.full(14, np.sqrt(80)), rel=0.2)


def test_days_known_by_themselves_are_as_unsure_as_the_few_weeks_seen_leave_them():
    rng, evenings = np.random.default_rng(3), np.arange(56)[:, None] + np.arange(14)
    mean, held = np.full((14, 1), 400.0), []
    for _ in range(1000):
        # the days of a week err together: 56 evenings have seen eight weeks
        weeks = rng.normal(0, 0.1, 14).repeat(7)[rng.integers(7) :]
        days = rng.poisson(400 * np.exp(weeks)).astype(float)
        came = np.where(evenings < 56, days[evenings], np.nan)
        past = PastErrors(np.full((56, 14, 1), 400.0), came[..., None])
        low, high = jittered_quantiles(mean, past)[7:, 0][:, [2, 6]].T
        held.append(((low <= days[63:70]) & (days[63:70] <= high)).mean())

    # of 80 %; 0.74 where errors seen are taken for all there are
    assert np.mean(held) == pytest.approx(0.77, abs=0.01)


def test_two_contacts_on_a_day_of_which_none_was_expected_leave_the_other_days_as_sure():
    """As last week's Sunday is forecast by the naive rule: nobody came, so nobody will."""
    quiet = (np.arange(40)[:, None] + np.arange(14)) % 7 == 6
    by_slot = np.zeros((40, 14, 48))
    by_slot[~quiet, 20:40] = 1.5
    came = np.random.default_rng(1).poisson(by_slot).astype(float)
    surprised = came.copy()
    surprised[quiet, 24] = 2.0
    weeks = [
        np.quantile(day_paths(by_slot[0], PastErrors(by_slot, each), 3).sum(axis=1), 0.9)
        for each in (came, surprised)
    ]
    assert 360 < weeks[0] < 420
    assert weeks[1] < 1.2 * weeks[0]


def test_the_weeks_before_a_line_was_opened_do_not_say_how_unsure_it_is():
    """Its first days came a thousandfold of what was expected before it was there."""
    day = np.zeros((14, 48))
    day[:, 20:40] = 20.0
    expected = np.tile(day, (40, 1, 1))
    expected[:20] *= 0.001
    came = np.random.default_rng(1).poisson(np.tile(day, (40, 1, 1))).astype(float)
    days = day_paths(day, PastErrors(expected, came), 3)
    assert np.quantile(days, [0.1, 0.9]).tolist() == pytest.approx([400 - 26, 400 + 26], abs=6)
    half_hours = half_hour_quantiles(day, PastErrors(expected, came))
    assert half_hours[0, 25, QUANTILES.index(0.9)] == pytest.approx(26, abs=1.5)


def test_no_day_is_simulated_with_thrice_the_contacts_that_any_day_has_brought():
    mean = np.full((14, 48), 400 / 48)
    expected = np.tile(mean / 4, (40, 1, 1))
    came = expected.copy()
    came[::5] *= 40.0  # one evening in five erred by forty times: 4,000 a day instead of 100
    assert day_paths(mean, PastErrors(expected, came), 3).max() < 3 * 4000 + 1
