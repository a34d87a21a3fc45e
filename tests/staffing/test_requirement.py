"""From forecast contacts to agents, on small desks worked out by hand."""

import math
from dataclasses import dataclass

import pandas as pd
import pytest

from pipelines.staffing.chat import Concurrency, chat_performance, required_chat_agents
from pipelines.staffing.requirement import STAFFING_COLUMNS, desk_of, require, require_all


@dataclass(frozen=True)
class Desk:
    channel: str = "phone"
    language: str = "ko"
    target_share: float = 0.8
    within_seconds: int = 20
    handle_seconds: int = 180
    concurrency: int = 1
    shrinkage: float = 0.3
    max_occupancy: float = 1.0


def forecast(means, channel="phone", language="ko", start="2026-03-02 00:00", low=0.8, high=1.2):
    """Half hours in Seoul from `start` (UTC) on, with an 80 % band around the mean."""
    starts_at = pd.date_range(start, periods=len(means), freq="30min")
    local = starts_at + pd.Timedelta(hours=9)
    mean = pd.Series(means, dtype=float)
    return pd.DataFrame(
        {
            "channel": channel,
            "language": language,
            "starts_at": starts_at,
            "local_on": local.normalize(),
            "local_slot": local.hour * 2 + local.minute // 30,
            "mean": mean,
            "q10": mean * low,
            "q90": mean * high,
        }
    )


def opening(frame, is_open):
    return pd.DataFrame({"starts_at": frame["starts_at"], "is_open": is_open})


def schedule(frame, agents):
    return pd.DataFrame({"starts_at": frame["starts_at"], "agents": agents})


def test_a_phone_desk_gets_erlang_c_and_a_roster_after_shrinkage():
    frame = forecast([100.0])

    answer = require(frame, Desk()).iloc[0]

    assert (answer["required_agents"], answer["required_scheduled"]) == (14, 20)
    assert (answer["required_low"], answer["required_high"]) == (11, 16)
    assert answer["offered_load_erlangs"] == pytest.approx(10.0)
    assert answer["service_level_share"] == pytest.approx(0.888350019179)
    assert answer["method"] == "erlang_c"
    assert math.isnan(answer["scheduled_agents"])
    assert math.isnan(answer["gap"])


def test_the_columns_are_those_of_the_published_table():
    assert tuple(require(forecast([100.0]), Desk()).columns) == STAFFING_COLUMNS


def test_the_gap_compares_rosters_and_the_service_level_is_that_of_who_is_left():
    frame = forecast([100.0, 100.0, 100.0])

    answer = require(frame, Desk(), schedule(frame, [20.0, 22.0, 14.0]))

    assert answer["gap"].tolist() == [0.0, 2.0, -6.0]
    # 30 % shrinkage leaves 14, 15 and 9 agents; 9 cannot carry 10 erlangs
    assert answer["service_level_share"].iloc[:2].tolist() == pytest.approx(
        [0.888350019179, 0.941403733870], abs=1e-4
    )
    assert answer["service_level_share"].isna().tolist() == [False, False, True]
    assert answer["wait_mean_seconds"].isna().tolist() == [False, False, True]


def test_a_half_hour_missing_from_a_delivered_schedule_is_nobody_and_a_missing_day_unknown():
    frame = forecast([10.0] * 4, start="2026-03-02 14:00")  # 23:00 to 01:00 in Seoul
    delivered = schedule(frame.iloc[:1], [5.0])

    answer = require(frame, Desk(), delivered)

    assert answer["scheduled_agents"].iloc[:2].tolist() == [5.0, 0.0]
    assert answer["scheduled_agents"].isna().tolist() == [False, False, True, True]


def test_calls_while_closed_are_lost_and_need_nobody():
    frame = forecast([40.0, 100.0])

    answer = require(frame, Desk(), opening=opening(frame, [False, True]))

    assert answer["method"].tolist() == ["lost", "erlang_c"]
    assert answer["expected_contacts"].tolist() == [40.0, 100.0]
    assert answer["required_agents"].isna().tolist() == [True, False]
    assert answer["required_agents"].iloc[1] == 14


def test_mail_that_arrives_while_closed_is_work_of_the_next_opening():
    # two days; open in the last two half hours of the first (Seoul) and in none of the second
    frame = forecast([6.0, 6.0, 6.0, 12.0, 9.0], channel="email", start="2026-03-02 13:00")
    desk = Desk(channel="email", handle_seconds=600, max_occupancy=0.8, shrinkage=0.0)

    answer = require(frame, desk, opening=opening(frame, [False, False, True, True, False]))

    # 30 contacts x 600 s in two half hours of 1,800 s at 80 %: 15 x 600 / 1440 = 6.25 agents;
    # the last 9 are due after the forecast's end
    assert answer["required_agents"].iloc[2:4].tolist() == [7, 7]
    assert answer["offered_load_erlangs"].iloc[2:4].tolist() == pytest.approx([5.0, 5.0])
    assert answer["occupancy_share"].iloc[2:4].tolist() == pytest.approx([5 / 7, 5 / 7])
    assert answer["method"].tolist() == ["carried", "carried", "workload", "workload", "carried"]
    assert answer["service_level_share"].isna().all()


def test_the_band_of_deferrable_work_is_that_of_its_days():
    frame = forecast([10.0] * 4, channel="email", low=0.0, high=3.0)
    desk = Desk(channel="email", handle_seconds=1800, max_occupancy=1.0)
    days = pd.DataFrame({"local_on": frame["local_on"][:1], "mean": 40.0, "q10": 32.0, "q90": 50.0})

    banded = require(frame, desk, days=days).iloc[0]
    assert (banded["required_low"], banded["required_agents"], banded["required_high"]) == (
        8,
        10,
        13,
    )
    summed = require(frame, desk).iloc[0]
    assert (summed["required_low"], summed["required_high"]) == (0, 30)


def test_mail_already_waiting_is_work_of_the_first_open_day():
    frame = forecast([0.0, 6.0], channel="email")
    desk = Desk(channel="email", handle_seconds=600, max_occupancy=1.0)

    answer = require(frame, desk, waiting_contacts=12)

    assert answer["offered_load_erlangs"].tolist() == pytest.approx([3.0, 3.0])


def test_chats_share_an_agent():
    frame = forecast([100.0], channel="live_chat")

    answer = require(frame, Desk(channel="live_chat", handle_seconds=540, concurrency=3)).iloc[0]

    assert answer["required_agents"] == 14  # 540 s at three at once is 180 s
    assert answer["method"] == "erlang_c_shared"


def test_the_measured_handle_time_wins_over_the_configured_one():
    frame = forecast([100.0])

    answer = require(frame, Desk(handle_seconds=999), handle_seconds=180.0).iloc[0]

    assert (answer["required_agents"], answer["handle_seconds"]) == (14, 180.0)
    unmeasured = require(frame, Desk(), handle_seconds=float("nan")).iloc[0]
    assert unmeasured["handle_seconds"] == 180.0


def test_patience_asks_for_fewer_agents():
    answer = require(forecast([100.0]), Desk(), patience_seconds=300).iloc[0]

    assert answer["required_agents"] == 13
    assert answer["service_level_share"] == pytest.approx(0.85817770003)


def test_an_open_half_hour_without_contacts_keeps_one_agent_and_promises_nothing():
    answer = require(forecast([0.0, 100.0]), Desk())

    assert answer["required_agents"].tolist() == [1, 14]
    assert math.isnan(answer["service_level_share"].iloc[0])


def test_a_queue_without_any_contacts_needs_nobody():
    assert require(forecast([0.0, 0.0]), Desk())["required_agents"].tolist() == [0, 0]


def test_the_closest_desk_answers_for_a_queue():
    exact, any_language, anything = Desk("phone", "ko"), Desk("phone", "*"), Desk("*", "*")
    desks = [anything, any_language, exact]

    assert desk_of("phone", "ko", desks) is exact
    assert desk_of("phone", "ja", desks) is any_language
    assert desk_of("email", "ja", desks) is anything
    assert desk_of("email", "ja", [exact]) is None


def test_every_queue_meets_its_own_desk_schedule_opening_and_handle_time():
    korean = forecast([100.0, 100.0])
    english = forecast([100.0, 100.0], language="en")
    schedules = pd.concat(
        [
            schedule(korean, [21.0, 19.0]).assign(channel="phone", language="ko"),
            schedule(english, [9.0, 9.0]).assign(channel="phone", language="en"),
        ]
    )
    openings = opening(english, [False, True]).assign(channel="phone", language="en")

    answer = require_all(
        pd.concat([korean, english]),
        [Desk("phone", "*")],
        schedules,
        openings=openings,
        handle_seconds={("phone", "en"): 90.0},
    ).set_index(["language", "starts_at"])

    assert answer.loc["ko", "gap"].tolist() == [1.0, -1.0]
    assert answer.loc["en", "is_open"].tolist() == [False, True]
    assert answer.loc["en", "required_agents"].iloc[1] == 8
    assert answer.loc["en", "scheduled_agents"].tolist() == [9.0, 9.0]


def test_a_queue_without_a_desk_is_left_out():
    answer = require_all(forecast([10.0]), [Desk("email", "*")])

    assert answer.empty
    assert tuple(answer.columns) == STAFFING_COLUMNS


def test_chats_that_slow_each_other_need_more_agents_than_sharing_hopes_for():
    frame = forecast([60.0], channel="live_chat")
    desk = Desk(channel="live_chat", handle_seconds=400, within_seconds=30, concurrency=3)

    hoped = require(frame, desk, patience_seconds=200).iloc[0]
    exact = require(frame, desk, patience_seconds=200, slowdown_share=0.3).iloc[0]

    alone = {"handle_seconds": 400, "within_seconds": 30, "patience_seconds": 200}
    three = Concurrency(3, 0.3)
    needed = int(required_chat_agents(60 / 1800, target_share=0.8, concurrency=three, **alone))
    does = chat_performance(60 / 1800, needed, concurrency=three, **alone)
    assert (hoped["method"], exact["method"]) == ("erlang_c_shared", "chat")
    assert hoped["required_agents"] < exact["required_agents"] == needed
    assert exact["service_level_share"] == pytest.approx(float(does.service_level_share))


def test_too_few_for_the_chats_that_come_have_no_wait_to_promise():
    frame = forecast([60.0], channel="live_chat")
    desk = Desk(channel="live_chat", handle_seconds=400, concurrency=3, shrinkage=0.0)
    answer = require(frame, desk, schedule(frame, [3.0]), slowdown_share=0.3).iloc[0]
    # three agents with three chats each finish at most 9 / 640 s, 25 in the half hour
    assert answer["gap"] < 0
    assert math.isnan(answer["service_level_share"])


def test_known_patience_makes_the_method_erlang_a():
    assert require(forecast([100.0]), Desk(), patience_seconds=300)["method"].tolist() == [
        "erlang_a"
    ]


def test_a_minimum_presence_is_kept_while_the_desk_is_open():
    frame = forecast([1.0, 100.0, 1.0])
    answer = require(frame, Desk(), opening=opening(frame, [True, True, False]), minimum_agents=3)
    assert answer["required_agents"].fillna(-1).tolist() == [3, 14, -1]


def test_long_contacts_are_staffed_when_they_are_in_hand_and_not_when_they_arrive():
    # 20 contacts of 45 minutes arrive in the first half hour and none later
    answer = require(forecast([0.0, 20.0, 0.0, 0.0]), Desk(handle_seconds=2700))
    settled, left = 30.0, math.exp(-1800 / 2700)
    first = settled * (1 - left)
    lasting = 2700 / 1800 * (1 - left)
    assert answer["offered_load_erlangs"].tolist() == pytest.approx(
        [0, first, first * lasting, first * left * lasting]
    )
    assert answer["required_agents"].tolist()[2] > answer["required_agents"].tolist()[3] > 1


def test_a_half_hour_without_a_row_has_no_arrivals():
    frame = forecast([100.0, 100.0, 100.0, 100.0])
    answer = require(frame.iloc[[0, 3]], Desk(handle_seconds=1800))
    alone = require(forecast([100.0, 0.0, 0.0, 100.0]), Desk(handle_seconds=1800))
    assert answer["offered_load_erlangs"].tolist() == pytest.approx(
        alone["offered_load_erlangs"].iloc[[0, 3]].tolist()
    )
