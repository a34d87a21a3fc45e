"""What is known ahead about days."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from pipelines.forecasts.calendar_columns import calendar_columns, event_columns
from pipelines.forecasts.grids import day_columns
from tests.forecasts.series import weekly_grid

MARCH = np.arange(np.datetime64("2026-03-01"), np.datetime64("2026-04-01"))


def days_with(columns, name):
    """Days of the month on which a column is 1."""
    assert set(np.unique(columns[name])) <= {0.0, 1.0}
    return (np.flatnonzero(columns[name]) + 1).tolist()


def test_a_five_day_desk_counts_business_days():
    weekday = (MARCH.astype(int) + 3) % 7
    is_open = (weekday < 5) & (np.datetime64("2026-03-02") != MARCH)  # Monday, closed

    columns = calendar_columns(MARCH, is_open, [date(2026, 3, 2)])

    assert days_with(columns, "holiday") == [2]
    assert days_with(columns, "before_holiday") == [1]
    assert days_with(columns, "after_closed") == [3]
    assert days_with(columns, "business_day_1") == [3]
    assert days_with(columns, "business_day_3") == [5]
    assert days_with(columns, "last_business_day_2") == [30]
    assert days_with(columns, "last_business_day_1") == [31]
    assert days_with(columns, "mid_month") == [15, 16]


def test_the_last_business_day_is_known_before_the_month_is_over():
    begun = MARCH[:10]
    is_open = (begun.astype(int) + 3) % 7 < 5

    assert days_with(calendar_columns(begun, is_open), "last_business_day_1") == []


def test_a_desk_that_never_closes_gets_bands_of_the_month():
    columns = calendar_columns(MARCH, np.ones(31, dtype=bool), [date(2026, 3, 20)])

    assert days_with(columns, "holiday") == [20]
    assert days_with(columns, "before_holiday") == [19]
    assert days_with(columns, "after_holiday") == [21]
    assert days_with(columns, "day_1_to_3") == [1, 2, 3]
    assert days_with(columns, "day_26_to_31") == [26, 27, 28, 29, 30, 31]
    assert "after_closed" not in columns


def test_a_holiday_takes_from_a_day_of_rest_what_that_brings():
    size = np.array([1.0, 1.0, 1.0, 1.0, 0.4, 0.1, 1.0])
    friday, saturday = date(2026, 3, 20), date(2026, 3, 21)

    columns = calendar_columns(MARCH, np.ones(31, dtype=bool), [friday, saturday], size)
    assert columns["holiday"][[19, 20]].tolist() == [0.4, 0.1]
    assert columns["before_holiday"][18] == 1.0  # a Thursday
    assert columns["after_holiday"][21] == 1.0  # a Sunday
    # what is learnt about the holidays of that weekday itself is whole
    assert (columns["holiday_friday"][19], columns["holiday_saturday"][20]) == (1, 1)


def test_days_of_rest_are_known_from_the_first_four_weeks_alone():
    grid = weekly_grid()  # Monday first: 5, 4, 3, 3, 2, 1 and 1 times the same bell
    holidays = pd.DataFrame({"local_on": pd.to_datetime(["2026-01-16"]), "is_holiday": [True]})
    later = grid.counts.copy()
    later[28:] *= np.random.default_rng(1).uniform(0, 9, later[28:].shape)

    columns, _ = day_columns(grid, holidays, None, "UTC")
    assert columns[11, 0] == pytest.approx(2 / 4)  # a Friday, beside the mean of 5, 4 and 3
    assert (day_columns(replace(grid, counts=later), holidays, None, "UTC")[0] == columns).all()


def test_an_event_fills_its_share_of_each_local_day():
    events = pd.DataFrame(
        {
            "kind": ["maintenance"],
            # 18:00 on the 3rd to 06:00 on the 4th in Seoul
            "starts_at": [pd.Timestamp("2026-03-03 09:00")],
            "ends_at": [pd.Timestamp("2026-03-03 21:00")],
            "known_at": [pd.Timestamp("2026-03-01 20:00")],  # 05:00 on the 2nd in Seoul
        }
    )

    kinds, shares, known_from = event_columns(events, MARCH, "Asia/Seoul")

    assert kinds == ["maintenance"]
    assert shares[:5, 0].tolist() == [0, 0, 0.25, 0.25, 0]
    assert known_from[2:4, 0].tolist() == [1, 1]  # the evening of the 2nd


def test_an_event_of_unknown_notice_was_known_when_it_began():
    events = pd.DataFrame(
        {
            "kind": ["surge", "surge"],
            "starts_at": pd.to_datetime(["2026-03-09 15:00", "2026-03-10 03:00"]),
            "ends_at": pd.to_datetime(["2026-03-10 15:00", "2026-03-10 09:00"]),
            "known_at": [pd.NaT, pd.NaT],
        }
    )

    _, shares, known_from = event_columns(events, MARCH, "Asia/Seoul")

    # both on the 10th in Seoul: a day can't be more than wholly under way
    assert shares[8:11, 0].tolist() == [0, 1, 0]
    assert known_from[9, 0] == 9
