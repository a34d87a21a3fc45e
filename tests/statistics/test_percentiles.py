"""Percentiles, exact and from bins."""

import numpy as np
import pytest

from pipelines.statistics import percentiles

_WAITS = np.random.default_rng(7).lognormal(mean=6, sigma=1.8, size=200_000).astype(np.int64)


def binned(observations: np.ndarray, share: float) -> tuple[float, float, float]:
    bins = np.floor(np.log(observations + 1) / np.log(percentiles.BIN_RATIO)).astype(np.int64)
    bins, counts = np.unique(bins, return_counts=True)
    return tuple(float(part[0]) for part in percentiles.binned(bins, counts[None, :], share))


def test_the_ninetieth_percentile_of_1_to_10_is_9_1():
    assert percentiles.exact(np.arange(10, 0, -1), 0.9)[0] == pytest.approx(9.1)


def test_the_median_of_1_to_10_lies_between_the_2nd_and_the_9th():
    assert percentiles.exact(np.arange(1, 11), 0.5) == (5.5, 2, 9)


def test_of_one_observation_only_the_value_is_known():
    value, low, high = percentiles.exact(np.array([42]), 0.5)
    assert value == 42
    assert np.isnan([low, high]).all()


def test_of_nothing_nothing_is_known():
    assert np.isnan(percentiles.exact(np.array([], dtype=np.int64), 0.5)).all()
    assert np.isnan(percentiles.binned([], np.empty((1, 0), dtype=int), 0.5)).all()


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.75, 0.9, 0.99])
def test_bins_are_at_most_1_2_percent_off(share):
    exact = np.array(percentiles.exact(_WAITS, share))
    assert np.abs(np.array(binned(_WAITS, share)) / exact - 1).max() <= 0.012


def test_below_40_seconds_bins_are_exact():
    waits = np.arange(40).repeat(3)
    for share in (0.1, 0.5, 0.9):
        assert binned(waits, share) == percentiles.exact(waits, share)


def test_each_group_of_a_table_of_counts_has_its_own_percentile():
    value, low, high = percentiles.binned(
        [0, 1, 9], np.array([[5, 5, 0], [0, 0, 0], [0, 0, 1]]), 0.5
    )
    assert np.isnan(value).tolist() == [False, True, False]
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [False, True, True]
    assert value[0] == (percentiles.bin_middle(0) + percentiles.bin_middle(1)) / 2


def test_bins_of_parts_add_up_to_the_bins_of_the_whole():
    def tally(observations):
        bins = np.log(observations + 1) / np.log(percentiles.BIN_RATIO)
        return np.bincount(np.floor(bins).astype(int), minlength=700)

    parts = tally(_WAITS[:50_000]) + tally(_WAITS[50_000:])
    assert parts.tolist() == tally(_WAITS).tolist()


def test_a_4_ranks_by_what_its_own_language_gives():
    languages = ["ja", "ja", "ja", "es", "es", "es", "es"]
    found = percentiles.rank_within(languages, [3, 3, 4, 4, 5, 5, 5])
    assert found.round(6).tolist() == [0.333333, 0.333333, 0.833333, 0.125, 0.625, 0.625, 0.625]
    assert found[:3].mean() == pytest.approx(0.5)
    assert found[3:].mean() == pytest.approx(0.5)


def test_what_has_no_value_or_language_has_no_rank_and_takes_none():
    found = percentiles.rank_within(["ja", "ja", None], [3.0, np.nan, 5.0])
    assert found[0] == 0.5
    assert np.isnan(found[1:]).all()
