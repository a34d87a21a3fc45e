"""Forecast against what came, taken apart."""

import pandas as pd
import pytest

from pipelines.forecasts.misses import MISS_COLUMNS, parts_of_misses


def rows(*queues):
    """language, forecast and offered contacts, planned and actual handle seconds."""
    columns = ["language", "forecast_contacts", "offered_contacts"]
    columns += ["forecast_handle_seconds", "handle_seconds"]
    frame = pd.DataFrame(queues, columns=columns)
    return frame.assign(channel="phone", local_on=pd.Timestamp("2026-03-02"))


def parts(*queues):
    return parts_of_misses(rows(*queues), ["local_on"]).iloc[0]


def test_more_contacts_alone_are_volume():
    # 100 x 360 s = 10 h planned; 120 came
    miss = parts(("ko", 100.0, 120.0, 360.0, 360.0))

    assert (miss["forecast_hours"], miss["came_hours"]) == (10, 12)
    assert (miss["volume_hours"], miss["mix_hours"], miss["handle_hours"]) == (2, 0, 0)


def test_longer_contacts_alone_are_handle_time():
    miss = parts(("ko", 100.0, 100.0, 360.0, 450.0))

    assert (miss["volume_hours"], miss["mix_hours"], miss["handle_hours"]) == (0, 0, 2.5)


def test_the_same_number_in_slower_queues_is_mix():
    # 20 contacts moved from 360 s to 720 s: 20 x 360 s = 2 h
    miss = parts(("ko", 100.0, 80.0, 360.0, 360.0), ("en", 100.0, 120.0, 720.0, 720.0))

    assert miss["volume_hours"] == 0
    assert miss["mix_hours"] == pytest.approx(2)
    assert miss["handle_hours"] == 0


def test_the_parts_add_up():
    miss = parts(("ko", 90.0, 130.0, 300.0, 340.0), ("en", 40.0, 25.0, 700.0, 610.0))

    # planned 27000 + 28000 s, came 44200 + 15250 s; mean planned 55000 / 130 s
    assert miss["volume_hours"] == pytest.approx(25 * 55000 / 130 / 3600)
    assert miss["handle_hours"] == pytest.approx((130 * 40 - 25 * 90) / 3600)
    assert miss["volume_hours"] + miss["mix_hours"] + miss["handle_hours"] == pytest.approx(
        (44200 + 15250 - 55000) / 3600
    )


def test_a_queue_of_which_nothing_was_handled_differs_by_volume_only():
    miss = parts(("ko", 100.0, 50.0, 360.0, None))

    assert (miss["volume_hours"], miss["handle_hours"], miss["came_hours"]) == (-5, 0, 5)


def test_contacts_that_nobody_planned_are_volume():
    miss = parts(("ko", 0.0, 20.0, 360.0, 360.0))

    assert (miss["volume_hours"], miss["mix_hours"]) == (2, 0)


def test_a_queue_without_handle_times_is_counted_and_has_no_hours():
    # ko: 100 x 360 s = 10 h planned, 120 came; nobody ever timed a contact in vi
    untimed = ("vi", 40.0, 70.0, None, None)
    alone = parts(untimed)
    both = parts(("ko", 100.0, 120.0, 360.0, 360.0), untimed)

    hours = ["forecast_hours", "came_hours", "volume_hours", "mix_hours", "handle_hours"]
    assert alone[["queues", "timed_queues", "volume_contacts"]].tolist() == [1, 0, 30]
    assert alone[hours].isna().tolist() == [True] * 5
    assert both[["queues", "timed_queues", "volume_contacts"]].tolist() == [2, 1, 50]
    assert both[["forecast_contacts", "offered_contacts"]].tolist() == [140, 190]
    assert both[hours].tolist() == [10, 12, 2, 0, 0]


def test_a_day_without_a_forecast_or_without_a_feed_is_left_out():
    unknown = rows(("ko", None, 50.0, 360.0, 300.0), ("en", 50.0, None, 360.0, None))
    answer = parts_of_misses(unknown, ["local_on"])

    assert answer.columns.tolist() == ["local_on", *MISS_COLUMNS]
    assert len(answer) == 0


def test_grouped_by_nothing_all_is_one_row():
    answer = parts_of_misses(rows(("ko", 100.0, 120.0, 360.0, 360.0)), [])

    assert answer["offered_contacts"].tolist() == [120]
