"""What got worse: by more than chance, in groups large enough, by a step worth a look."""

import pandas as pd

from pipelines.api import worsened

COLUMNS = ("group", "value", "n", "low", "high", "previous_value", "previous_n")


def compared(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS)


def test_the_worst_relative_step_comes_first():
    frame = compared(
        ("slower", 120, 50, 110, 130, 100, 50),
        ("much slower", 30, 50, 25, 35, 10, 50),
        ("faster", 80, 50, 70, 90, 100, 50),
    )
    assert list(worsened(frame, up_is_good=False)["group"]) == ["much slower", "slower"]


def test_a_share_that_should_be_high_got_worse_when_it_fell():
    frame = compared(("fell", 0.6, 90, 0.5, 0.7, 0.8, 90), ("rose", 0.9, 90, 0.8, 0.95, 0.6, 90))
    assert list(worsened(frame, up_is_good=True)["group"]) == ["fell"]


def test_a_step_within_the_interval_is_chance():
    assert worsened(compared(("a", 120, 50, 90, 150, 100, 50)), up_is_good=False).empty


def test_a_step_under_a_twentieth_is_not_worth_a_look():
    assert worsened(compared(("a", 104, 5_000, 103, 105, 100, 5_000)), up_is_good=False).empty


def test_fewer_than_thirty_in_either_period_are_not_ranked():
    frame = compared(("now", 300, 29, 200, 400, 100, 90), ("before", 300, 90, 200, 400, 100, 29))
    assert worsened(frame, up_is_good=False).empty


def test_from_zero_or_from_nothing_there_is_no_relative_step():
    frame = compared(("zero", 5, 50, 4, 6, 0, 50), ("nothing", 5, 50, 4, 6, None, 50))
    assert worsened(frame, up_is_good=False).empty
