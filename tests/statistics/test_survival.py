"""Kaplan-Meier against worked examples and the printed values of a textbook sample."""

import math

import numpy as np
import pytest

from pipelines.statistics.survival import kaplan_meier, of_counts

# Remission of acute myelogenous leukaemia, maintained group: Miller (1997), table 1; the
# values are those that R's survfit prints with conf.type = "log-log".
WEEKS = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]
RELAPSED = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]


def test_half_of_5_10_and_one_unanswered_after_60_are_answered_by_10():
    curve = kaplan_meier([5, 10, 60], [True, True, False])
    assert curve.seconds.tolist() == [5, 10]
    assert curve.surviving_share.tolist() == pytest.approx([2 / 3, 1 / 3])
    assert curve.quantile(0.5)[0] == 10


def test_a_share_that_is_not_reached_is_not_known():
    curve = kaplan_meier([5, 10, 60], [True, True, False])
    assert math.isnan(curve.quantile(0.9)[0])


def test_the_textbook_sample_gives_the_printed_curve():
    curve = kaplan_meier(WEEKS, RELAPSED)
    assert curve.seconds.tolist() == [9, 13, 18, 23, 31, 34, 48]
    assert curve.at_risk.tolist() == [11, 10, 8, 7, 5, 4, 2]
    assert curve.surviving_share.round(3).tolist() == [
        0.909, 0.818, 0.716, 0.614, 0.491, 0.368, 0.184,
    ]  # fmt: skip


def test_the_textbook_sample_gives_the_printed_limits():
    curve = kaplan_meier(WEEKS, RELAPSED)
    assert curve.low.round(4).tolist() == [
        0.5081, 0.4474, 0.3502, 0.2658, 0.1673, 0.0928, 0.0117,
    ]  # fmt: skip
    assert curve.high.round(4).tolist() == [
        0.9867, 0.9512, 0.8990, 0.8353, 0.7534, 0.6570, 0.5250,
    ]  # fmt: skip


def test_the_median_of_the_textbook_sample_is_31_from_13_to_not_reached():
    value, low, high = kaplan_meier(WEEKS, RELAPSED).quantile(0.5)
    assert (value, low) == (31, 13)
    assert math.isnan(high)


def test_without_censoring_it_is_the_share_of_longer_waits():
    waits = [3, 1, 4, 1, 5, 9, 2, 6]
    curve = kaplan_meier(waits, np.ones(8))
    assert curve.surviving_share.tolist() == pytest.approx(
        [sum(wait > t for wait in waits) / 8 for t in curve.seconds]
    )


def test_an_end_and_a_censoring_at_one_moment_count_the_end_first():
    assert kaplan_meier([7, 7], [True, False]).at_risk.tolist() == [2]


def test_counts_stand_for_repeated_observations():
    repeated = kaplan_meier([5, 5, 5, 8, 9, 9], [1, 1, 1, 0, 1, 1])
    counted = kaplan_meier([9, 5, 8], [1, 1, 0], counts=[2, 3, 1])
    for name in ("seconds", "at_risk", "events", "surviving_share", "low", "high"):
        np.testing.assert_array_equal(getattr(repeated, name), getattr(counted, name))


def test_a_table_of_counts_gives_each_group_the_quantiles_of_its_own_curve():
    textbook = [[1 - seen, seen] for seen in RELAPSED]
    nobody_ended = [[count, 0] for count in range(11)]
    all_at_once = [[0, 9], *[[0, 0]] * 10]
    groups = np.array([textbook, nobody_ended, all_at_once])
    curves = of_counts([*WEEKS[:2], 13.5, *WEEKS[3:]], groups)
    for share in (0.1, 0.5, 0.9):
        ours = np.transpose(curves.quantile(share))
        assert np.isnan(ours[1]).all()
        assert ours[2][0] == 9
        alone = kaplan_meier([*WEEKS[:2], 13.5, *WEEKS[3:]], RELAPSED).quantile(share)
        np.testing.assert_array_equal(ours[0], alone)


def test_half_of_24_is_reached_at_the_12th_where_rounding_misses_it_by_a_last_digit():
    curve = kaplan_meier(np.arange(1, 25), np.ones(24))
    assert curve.surviving_share[11] > 0.5
    assert curve.quantile(0.5)[0] == 12


def test_once_nobody_is_left_the_share_has_no_limits():
    curve = kaplan_meier([5, 8, 8], [1, 1, 1])
    assert curve.surviving_share.tolist() == pytest.approx([2 / 3, 0])
    assert np.isnan([curve.low, curve.high]).tolist() == [[False, True], [False, True]]


@pytest.mark.parametrize(("seconds", "is_observed"), [([], []), ([5, 6], [False, False])])
def test_where_nothing_ended_nothing_is_known(seconds, is_observed):
    curve = kaplan_meier(seconds, is_observed)
    assert curve.seconds.tolist() == []
    assert np.isnan(curve.quantile(0.5)).all()


def test_a_surge_does_not_look_like_an_improvement():
    # Ten contacts each wait 600 s on an ordinary evening. In a surge a hundred come 500 s before
    # the cut, of whom the desk has answered the first ten, after 50 s, and has left the rest.
    calm, surge = [600.0] * 10, [50.0] * 10 + [500.0] * 90
    is_answered = [True] * 10 + [False] * 90
    answered = [wait for wait, done in zip(surge, is_answered, strict=True) if done]
    assert np.median(answered) < np.median(calm)
    assert kaplan_meier(calm, [True] * 10).quantile(0.5)[0] == 600
    assert math.isnan(kaplan_meier(surge, is_answered).quantile(0.5)[0])
