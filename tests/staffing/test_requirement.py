"""From forecast contacts to agents, on small desks worked out by hand."""

import math
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from pipelines.staffing import half_hours
from pipelines.staffing.chat import Concurrency, chat_performance, required_chat_agents
from pipelines.staffing.erlang import required_agents
from pipelines.staffing.live_queue import LiveQueue
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
    slowdown_share: float = 0.0
    minimum_agents: int = 1
    promise_open_days: int = 1
    open_day_seconds: float = 3600
    staffed_to: str = "mean"
    gives_spare_time: bool = False


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
    # 80 to 120 contacts are an sd of 15.6, 10 of it chance: the rate keeps .7676 of the distance
    assert (answer["required_low"], answer["required_high"]) == (12, 15)
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


def mail(**told):
    return Desk(**{"channel": "email", "handle_seconds": 900, "shrinkage": 0.0} | told)


def test_mail_that_arrives_while_closed_is_work_of_the_next_opening():
    # 09:00 to 11:00 in Seoul: closed, closed, open, open
    frame = forecast([6.0, 6.0, 6.0, 6.0], channel="email")
    hours = opening(frame, [False, False, True, True])

    answer = require(frame, mail(), opening=hours)

    # what came before the last half hour is due at its end: 18 contacts of a quarter of an hour
    # are 4.5 agent hours in two half hours, and whole agents are more of them later
    assert answer["required_agents"].iloc[2:].tolist() == [4, 5]
    assert answer["offered_load_erlangs"].iloc[2:].tolist() == pytest.approx([4.0, 5.0])
    assert answer["occupancy_share"].iloc[2:].tolist() == pytest.approx([1.0, 1.0])
    assert answer["backlog_contacts"].tolist() == pytest.approx([6.0, 12.0, 10.0, 6.0], abs=1e-6)
    assert answer["method"].tolist() == ["carried", "carried", "promise", "promise"]
    assert answer["service_level_share"].isna().all()
    assert answer["miss_probability"].isna().all()


def test_half_an_agent_for_a_day_is_one_agent_for_its_second_half():
    answer = require(forecast([1.0] * 4, channel="email"), mail(open_day_seconds=7200))

    # a quarter of an hour comes in each half hour, the last one too late for the day: one agent,
    # when the others have come
    assert answer["required_agents"].tolist() == [0, 0, 1, 1]
    assert answer["backlog_contacts"].tolist() == pytest.approx([1, 2, 1, 1], abs=1e-6)


def test_a_fraction_of_an_agent_does_not_wait_for_the_evening_if_its_work_is_due_before():
    # 8 half hours are a business day; what waited is due after the second, what comes much later
    letters = forecast([1.0] * 8, channel="email")
    waiting = [0.0, 2.0]

    answer = require(letters, mail(open_day_seconds=4 * 3600), waiting_contacts=waiting)

    # two contacts are half an agent hour; of eight more as many may be left as were found
    assert answer["required_agents"].tolist() == [0, 1, 0, 0, 0, 1, 1, 1]
    assert answer["backlog_contacts"].tolist() == pytest.approx([3, 2, 3, 4, 5, 4, 3, 2])


def test_a_promise_of_a_day_lets_mondays_mail_wait_until_the_same_time_of_tuesday():
    monday = forecast([4.0, 4.0], channel="email")
    tuesday = forecast([0.0, 0.0], channel="email", start="2026-03-03 00:00")
    frame = pd.concat([monday, tuesday], ignore_index=True)

    answer = require(frame, mail())

    # two half hours are a day: what comes in Monday's first is due by its evening, what comes in
    # the second after the first of Tuesday
    assert answer["required_agents"].tolist() == [0, 2, 2, 0]
    assert answer["backlog_contacts"].tolist() == pytest.approx([4, 4, 0, 0], abs=1e-6)


def test_the_band_of_deferrable_work_is_that_of_its_days():
    frame = forecast([10.0] * 4, channel="email", low=0.0, high=3.0)
    desk = mail(handle_seconds=1800, open_day_seconds=7200)
    days = pd.DataFrame({"local_on": frame["local_on"][:1], "mean": 40.0, "q10": 32.0, "q90": 50.0})

    banded = require(frame, desk, days=days)
    summed = require(frame, desk)

    # of four half hours the contacts of three are done, the last ones come too late; contacts vary
    # by 49 around 40, and handle times that differ add 40: 27 % less work and 34 % more
    assert banded["required_agents"].sum() == 30
    assert (banded["required_low"].sum(), banded["required_high"].sum()) == (22, 41)
    assert (summed["required_low"].sum(), summed["required_high"].sum()) == (0, 90)


def test_a_days_work_varies_by_its_contacts_and_by_how_long_each_takes():
    # Poisson of 100 contacts, exponential handle times: variance 200, so 18 % more at 90 %
    days = pd.DataFrame({"local_on": [1], "mean": 100.0, "q10": 87.0, "q90": 113.0})
    low, needed, high = half_hours.day_band(np.array([1]), days, "0.9")[:, 0]
    more = NormalDist().inv_cdf(0.9) * 200**0.5 / 100
    assert (1 - low, high - 1) == (pytest.approx(more, rel=0.01), pytest.approx(more, rel=0.01))
    assert needed == high
    assert half_hours.day_band(np.array([1]), days, "mean")[1, 0] == 1.0


def test_mail_already_waiting_is_done_by_the_half_hour_in_which_it_is_due():
    monday = forecast([0.0, 0.0], channel="email")
    frame = pd.concat(
        [monday, forecast([0.0, 0.0], channel="email", start="2026-03-03 00:00")], ignore_index=True
    )

    answer = require(frame, mail(), waiting_contacts=[0.0, 8.0, 0.0, 4.0])

    # 2 agent hours are due on Monday; the third is done early on Tuesday
    assert answer["required_agents"].tolist() == [2, 2, 2, 0]
    assert answer["waiting_due_contacts"].tolist() == pytest.approx([0.0, 8.0, 0.0, 4.0])
    assert answer["backlog_contacts"].tolist() == pytest.approx([8, 4, 0, 0], abs=1e-6)


def test_what_live_agents_have_to_spare_is_shared_by_the_deferrable_work_of_their_language():
    calls = forecast([0.0] * 4 + [100.0])
    letters = forecast([8.0] * 4 + [0.0], channel="email")
    posts = forecast([8.0] * 4 + [0.0], channel="social")
    other = forecast([8.0] * 4 + [0.0], channel="email", language="ja")
    desks = [
        Desk(minimum_agents=4, gives_spare_time=True),
        mail(channel="*", language="*", open_day_seconds=2.5 * 3600),
    ]

    answer = require_all(pd.concat([calls, letters, posts, other]), desks)
    by_queue = answer.groupby(["channel", "language"])

    # four idle agents give 4 x 0.95 / 2 hours each half hour, half of it to either queue
    assert by_queue["live_help_hours"].first().to_dict() == {
        ("email", "ja"): 0.0,
        ("email", "ko"): pytest.approx(0.95),
        ("phone", "ko"): pytest.approx(math.nan, nan_ok=True),
        ("social", "ko"): pytest.approx(0.95),
    }
    # so too where no handle time is measured: it is then the desk's
    unknown = require_all(
        pd.concat([calls, letters, posts, other]),
        desks,
        handle_seconds={("email", "ko"): math.nan, ("social", "ko"): math.nan},
    )
    assert unknown["live_help_hours"].tolist() == pytest.approx(
        answer["live_help_hours"].tolist(), nan_ok=True
    )
    # 14 agents with 10 erlangs give (13.3 - 10) / 4 more in the last one: of 8 agent hours of
    # work, none of it there in the first, 3.675 are done by them, 4.325 by agents of its own;
    # Japanese has no help
    assert by_queue["required_agents"].sum().to_dict()["email", "ja"] == 16
    assert by_queue["required_agents"].sum().to_dict()["email", "ko"] == 9


def test_chats_held_together_save_agents_and_an_agent_with_one_chat_is_no_faster():
    frame = forecast([100.0], channel="live_chat")

    answer = require(frame, Desk(channel="live_chat", handle_seconds=540, concurrency=3)).iloc[0]

    needed = int(required_chat_agents(100 / 1800, 540, 0.8, 20, math.inf, Concurrency(3)))
    assert answer["required_agents"] == needed == 12
    assert answer["method"] == "chat"


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

    slowed = replace(desk, slowdown_share=0.3)
    hoped = require(frame, desk, patience_seconds=200).iloc[0]
    exact = require(frame, slowed, patience_seconds=200).iloc[0]

    alone = {"handle_seconds": 400, "within_seconds": 30, "patience_seconds": 200}
    three = Concurrency(3, 0.3)
    needed = int(required_chat_agents(60 / 1800, target_share=0.8, concurrency=three, **alone))
    does = chat_performance(60 / 1800, needed, concurrency=three, **alone)
    assert (hoped["method"], exact["method"]) == ("chat", "chat")
    assert hoped["required_agents"] < exact["required_agents"] == needed
    assert exact["service_level_share"] == pytest.approx(float(does.service_level_share))


def test_too_few_for_the_chats_that_come_have_no_wait_to_promise():
    frame = forecast([60.0], channel="live_chat")
    desk = Desk(channel="live_chat", handle_seconds=400, concurrency=3, slowdown_share=0.3)
    answer = require(frame, replace(desk, shrinkage=0.0), schedule(frame, [3.0])).iloc[0]
    # three agents with three chats each finish at most 9 / 640 s, 25 in the half hour
    assert answer["gap"] < 0
    assert math.isnan(answer["service_level_share"])


def test_known_patience_makes_the_method_erlang_a():
    assert require(forecast([100.0]), Desk(), patience_seconds=300)["method"].tolist() == [
        "erlang_a"
    ]


def test_a_minimum_presence_is_kept_while_the_desk_is_open():
    frame = forecast([1.0, 100.0, 1.0])
    answer = require(frame, Desk(minimum_agents=3), opening=opening(frame, [True, True, False]))
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


def quantiles(means, spread, levels=(0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)):
    """A forecast whose rate is known to within `spread` (normal), with the chance of arrivals."""
    frame = forecast(means)
    off = NormalDist()
    for level in levels:
        sd = (frame["mean"] + (spread * frame["mean"]) ** 2) ** 0.5
        name = f"q{level * 1000:03.0f}"
        frame[name.removesuffix("0")] = frame["mean"] + off.inv_cdf(level) * sd
    return frame


def test_a_rate_known_for_certain_is_staffed_for_its_mean_and_has_no_band():
    answer = require(quantiles([100.0], 0.0), Desk(staffed_to="expected")).iloc[0]
    assert answer["required_agents"] == 14
    assert (answer["required_low"], answer["required_high"]) == (14, 14)
    assert answer["miss_probability"] == 0.0


def test_an_uncertain_rate_takes_more_agents_than_its_mean_and_a_higher_quantile_still_more():
    frame = quantiles([400.0], 0.2)
    needed = {
        rule: int(require(frame, Desk(staffed_to=rule))["required_agents"].iloc[0])
        for rule in ("mean", "expected", "0.9")
    }
    loads = np.array([40 * (1 + 0.2 * NormalDist().inv_cdf((i + 0.5) / 9)) for i in range(9)])
    # the outermost ninths lie on the line through the last two quantiles given
    assert needed["mean"] == int(required_agents(40.0, 180, 0.8, 20)) == 45
    by_hand = LiveQueue(180, 0.8, 20).required_for_expected(np.asarray(40.0), loads)
    assert needed["expected"] == int(by_hand) == 53
    assert needed["0.9"] == int(required_agents(40 * (1 + 0.2 * 1.2816), 180, 0.8, 20)) == 56


def test_the_chance_to_miss_the_target_counts_the_rates_at_which_those_scheduled_fall_short():
    frame = quantiles([400.0] * 3, 0.2)
    roster = schedule(frame, [45.0, 53.0, 70.0])
    answer = require(frame, Desk(shrinkage=0.0), roster)
    # of nine equally likely rates 45 agents fall short in four, 53 in two and 70 in none
    assert answer["miss_probability"].tolist() == pytest.approx([4 / 9, 2 / 9, 0.0])


def test_a_queue_is_planned_with_the_patience_that_is_known_of_it():
    frame = forecast([100.0])
    answer = require_all(frame, [Desk()], patience_seconds={("phone", "ko"): 300.0}).iloc[0]
    assert (answer["method"], answer["patience_seconds"]) == ("erlang_a", 300.0)
    unknown = require_all(frame, [Desk()], patience_seconds={("phone", "ko"): None}).iloc[0]
    assert unknown["method"] == "erlang_c"
    assert math.isnan(unknown["patience_seconds"])


def test_more_volume_is_a_busier_rate_not_a_more_certain_one():
    frame = quantiles([100.0], 0.2)
    double = require(frame, Desk(staffed_to="expected"), volume=2.0).iloc[0]
    assert double["expected_contacts"] == 200.0
    known = require(quantiles([200.0], 0.2), Desk(staffed_to="expected")).iloc[0]
    assert double["required_agents"] == known["required_agents"]
    assert double["required_high"] == known["required_high"]
