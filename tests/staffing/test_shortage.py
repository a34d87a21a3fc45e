"""A plan's shortages add up to what its half hours say."""

from datetime import date

import pandas as pd
import pytest

from pipelines.staffing.shortage import (
    odds,
    roster_band,
    short_half_hours,
    shortage,
    target_misses,
    with_costs,
)

NULL = float("nan")


def plan(required, scheduled, *, language="ko", contacts=None, first_slot=18):
    count = len(required)
    frame = pd.DataFrame(
        {
            "channel": "phone",
            "language": language,
            "starts_at": pd.date_range("2026-03-02", periods=count, freq="30min"),
            "local_on": date(2026, 3, 2),
            "local_slot": range(first_slot, first_slot + count),
            "is_open": [not pd.isna(agents) for agents in required],
            "required_scheduled": required,
            "scheduled_agents": scheduled,
            "expected_contacts": contacts or [10.0] * count,
            "miss_probability": NULL,
        }
    )
    return frame.assign(gap=frame["scheduled_agents"] - frame["required_scheduled"])


def test_hours_short_and_spare_are_counted_apart():
    row = shortage(plan([10.0, 12.0, 8.0], [10.0, 9.0, 12.0])).iloc[0]
    assert row["required_agent_hours"] == 15.0
    assert row["scheduled_agent_hours"] == 15.5
    assert row["short_agent_hours"] == 1.5
    assert row["spare_agent_hours"] == 2.0
    assert row["short_half_hours"] == 1
    assert row["peak_agents"] == 12.0


def test_the_worst_half_hour_is_named():
    row = shortage(plan([10.0, 12.0, 8.0], [10.0, 9.0, 12.0])).iloc[0]
    assert (row["worst_gap"], row["worst_on"], row["worst_slot"]) == (-3.0, date(2026, 3, 2), 19)


def test_without_a_schedule_a_queue_is_not_called_short():
    row = shortage(plan([10.0, 12.0], [NULL, NULL])).iloc[0]
    assert row["required_agent_hours"] == 11.0
    assert row[["scheduled_agent_hours", "short_agent_hours", "worst_gap"]].isna().all()


def test_what_an_open_queue_takes_is_not_known_where_its_half_hours_are_not():
    row = shortage(plan([NULL, NULL], [9.0, 9.0]).assign(is_open=True)).iloc[0]
    assert row["open_half_hours"] == 2
    assert row[["required_agent_hours", "peak_agents", "short_agent_hours"]].isna().all()
    assert (row["expected_contacts"], row["closed_contacts"]) == (20.0, 0.0)


def test_what_arrives_while_the_desk_is_closed_is_told_apart():
    row = shortage(plan([10.0, NULL], [10.0, 5.0], contacts=[30.0, 10.0])).iloc[0]
    assert row["closed_contacts"] == 10.0
    assert row["closed_share"] == 0.25
    assert row["scheduled_agent_hours"] == 5.0


def test_the_shortest_queue_comes_first_and_one_without_a_schedule_last():
    plans = pd.concat(
        [
            plan([10.0], [9.0], language="en"),
            plan([10.0], [NULL], language="ja"),
            plan([10.0], [5.0], language="ko"),
        ]
    )
    assert list(shortage(plans)["language"]) == ["ko", "en", "ja"]


def test_most_at_once_of_several_queues_are_those_of_all_in_the_same_half_hour():
    plans = pd.concat([plan([10.0, 3.0], [9.0, 9.0]), plan([2.0, 8.0], [9.0, 9.0], language="en")])
    # 10 + 2, then 3 + 8: not the 10 of one queue, nor the 10 + 8 of different half hours
    assert shortage(plans, by=("channel",))["peak_agents"].tolist() == [12.0]
    assert shortage(plans)["peak_agents"].tolist() == [10.0, 8.0]
    closed = shortage(plan([NULL], [NULL]))
    assert closed["peak_agents"].isna().tolist() == [True]


def test_short_half_hours_say_by_how_many():
    short = short_half_hours(plan([10.0, 12.0, NULL], [10.0, 9.0, 0.0]))
    assert list(short["local_slot"]) == [19]
    assert list(short["short_agents"]) == [3.0]


def test_the_band_on_the_roster_counts_shrinkage():
    frame = pd.DataFrame({"required_low": [14, None], "required_high": [21, None]}).astype("Int64")
    band = roster_band(frame, 0.3)
    assert list(band["scheduled_low"].dropna()) == [20.0]
    assert list(band["scheduled_high"].dropna()) == [30.0]
    assert band["scheduled_high"].isna().tolist() == [False, True]


def test_an_agent_hour_costs_what_the_desk_says_and_without_a_price_there_is_no_cost():
    queues = pd.DataFrame(
        {"channel": "phone", "language": ["ko", "en"], "hour_cost": [22_000.0, None]}
    )
    rows = shortage(with_costs(plan([10.0, 12.0], [10.0, 9.0]), queues)).iloc[0]
    assert (rows["required_cost"], rows["scheduled_cost"]) == (242_000.0, 209_000.0)
    assert pd.isna(
        shortage(with_costs(plan([1.0], [1.0], language="en"), queues))["required_cost"][0]
    )
    assert pd.isna(shortage(plan([1.0], [1.0]))["required_cost"].iloc[0])


def test_one_half_hour_in_nine_on_monday_morning():
    morning = plan([1.0] * 6, [1.0] * 6, first_slot=18).assign(miss_probability=[1 / 9] * 6)
    noon = plan([1.0] * 2, [1.0] * 2, first_slot=24).assign(miss_probability=[0.0, 0.5])
    closed = plan([NULL], [NULL], first_slot=40)
    found = target_misses(pd.concat([morning, noon, closed]))
    assert found["part"].tolist() == ["afternoon", "morning"]
    assert found["half_hours"].tolist() == [2, 6]
    assert found["missed_half_hours"].tolist() == [0.5, 6 / 9]
    assert found["one_in"].tolist() == [4.0, 9.0]
    total = shortage(pd.concat([morning, noon, closed], ignore_index=True)).iloc[0]
    assert (total["missed_half_hours"], total["live_half_hours"]) == (6 / 9 + 0.5, 8)


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (0.0, None),
        (0.0009, None),
        (1 / 9, (1, 9)),
        (0.3, (1, 3)),
        (0.4, (4, 10)),  # 1 in 2 would be half of them
        (0.72, (7, 10)),  # 1 in 1 would be all of them
        (1.0, (10, 10)),
    ],
)
def test_a_share_is_told_as_one_in_so_many_and_a_large_one_in_tenths(share, told):
    assert odds(share) == told


def test_a_half_hour_that_never_misses_is_one_in_infinitely_many():
    assert target_misses(plan([1.0], [1.0]).assign(miss_probability=[0.0]))["one_in"].tolist() == [
        float("inf")
    ]
