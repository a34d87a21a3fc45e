"""What got worse: by more than chance, in groups large enough, by a step worth a look."""

import pandas as pd

from pipelines.api import worsened
from pipelines.statistics.intervals import share_difference

COLUMNS = ("group", "value", "n", "change_low", "change_high", "previous_value", "previous_n")


def compared(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS)


def test_the_worst_relative_step_comes_first():
    frame = compared(
        ("slower", 120, 50, 5, 35, 100, 50),
        ("much slower", 30, 50, 12, 28, 10, 50),
        ("faster", 80, 50, -35, -5, 100, 50),
    )
    assert list(worsened(frame, up_is_good=False)["group"]) == ["much slower", "slower"]


def test_a_share_that_should_be_high_got_worse_when_it_fell():
    frame = compared(
        ("fell", 0.6, 90, -0.32, -0.07, 0.8, 90), ("rose", 0.9, 90, 0.18, 0.41, 0.6, 90)
    )
    assert list(worsened(frame, up_is_good=True)["group"]) == ["fell"]


def test_a_step_is_chance_where_both_windows_together_may_not_have_moved():
    # 72 of 90 and 63 of 90: 80% lies above 70 (59.9 to 78.5), but is itself 70.6 to 87.0, and
    # the change -10 points (-22.3 to 2.7)
    change = share_difference(63, 90, 72, 90)
    assert [round(float(part), 3) for part in change] == [-0.1, -0.223, 0.027]
    assert worsened(compared(("a", 0.7, 90, *change[1:], 0.8, 90)), up_is_good=True).empty


def test_a_step_under_a_twentieth_is_not_worth_a_look():
    assert worsened(compared(("a", 104, 5_000, 2, 6, 100, 5_000)), up_is_good=False).empty


def test_fewer_than_thirty_in_either_period_are_not_ranked():
    frame = compared(("now", 300, 29, 90, 310, 100, 90), ("before", 300, 90, 90, 310, 100, 29))
    assert worsened(frame, up_is_good=False).empty


def test_from_zero_or_from_nothing_there_is_no_relative_step():
    frame = compared(("zero", 5, 50, 4, 6, 0, 50), ("nothing", 5, 50, None, None, None, 50))
    assert worsened(frame, up_is_good=False).empty
