"""A scenario changes the plan as its circumstances would, and an empty one not at all."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from pipelines.errors import OutOfRangeError
from pipelines.staffing.requirement import require
from pipelines.staffing.what_if import Scenario, demand_under, volume_under, what_if

MADE = {
    "slowdown_share": 0.0,
    "minimum_agents": 1,
    "promise_open_days": 1,
    "open_day_seconds": 3600,
    "staffed_to": "mean",
    "gives_spare_time": False,
}
PHONE = SimpleNamespace(
    channel="phone",
    language="ko",
    target_share=0.8,
    within_seconds=20,
    handle_seconds=180,
    concurrency=1,
    shrinkage=0.3,
    max_occupancy=1.0,
    **MADE,
)
EMAIL = SimpleNamespace(
    channel="*",
    language="*",
    target_share=0.9,
    within_seconds=86_400,
    handle_seconds=420,
    concurrency=1,
    shrinkage=0.3,
    max_occupancy=0.9,
    **MADE,
)


def forecast(channel, *contacts, on=date(2026, 3, 2)):
    starts = pd.date_range("2026-03-02 00:00", periods=len(contacts), freq="30min")
    return pd.DataFrame(
        {
            "channel": channel,
            "language": "ko",
            "starts_at": starts,
            "local_on": on,
            "local_slot": range(18, 18 + len(contacts)),
            "mean": [float(n) for n in contacts],
            "q10": [n * 0.8 for n in contacts],
            "q90": [n * 1.2 for n in contacts],
        }
    )


def roster(frame, *agents):
    return pd.DataFrame({"starts_at": frame["starts_at"], "agents": [float(a) for a in agents]})


def phone_plan(*contacts, agents, is_open=None):
    ahead = forecast("phone", *contacts)
    hours = ahead[["starts_at"]].assign(is_open=is_open or [True] * len(contacts))
    return ahead, require(ahead, PHONE, roster(ahead, *agents), opening=hours)


def test_an_empty_scenario_gives_the_published_plan_back():
    ahead, plan = phone_plan(100, 60, 10, agents=[20, 20, 20], is_open=[True, True, False])
    pd.testing.assert_frame_equal(what_if(plan, ahead, PHONE, Scenario()), plan)


def test_an_empty_scenario_keeps_how_the_plan_was_made():
    told = {"slowdown_share": 0.2, "minimum_agents": 3, "staffed_to": "expected"}
    chat = SimpleNamespace(**(vars(PHONE) | {"channel": "live_chat", "concurrency": 3} | told))
    ahead = forecast("live_chat", 100, 60, 1)
    plan = require(ahead, chat, patience_seconds=240)
    pd.testing.assert_frame_equal(what_if(plan, ahead, chat, Scenario()), plan)


def test_an_empty_scenario_keeps_the_work_that_was_waiting_and_the_help_of_live_desks():
    ahead = forecast("email", 20, 20, 20, 20)
    spare = ahead[["starts_at"]].assign(hours=[0.5, 0.0, 0.25, 1.0])
    plan = require(ahead, EMAIL, waiting_contacts=[10.0, 25.0], live_help=spare)
    pd.testing.assert_frame_equal(what_if(plan, ahead, EMAIL, Scenario()), plan)


def test_a_hundred_calls_need_14_agents_and_twice_as_many_need_24():
    ahead, plan = phone_plan(100, agents=[20])
    twice = what_if(plan, ahead, PHONE, Scenario(volume_change_share=1.0))
    assert list(plan["required_agents"]) == [14]
    assert list(twice["required_agents"]) == [24]
    assert list(twice["required_scheduled"]) == [35]
    assert list(twice["gap"]) == [-15.0]


def test_halving_contacts_and_doubling_handle_time_leave_the_load_alone():
    ahead, plan = phone_plan(100, agents=[20])
    other = what_if(plan, ahead, PHONE, Scenario(volume_change_share=-0.5, handle_change_share=1.0))
    assert list(other["offered_load_erlangs"]) == list(plan["offered_load_erlangs"]) == [10.0]
    assert list(other["handle_seconds"]) == [360.0]


def test_less_shrinkage_needs_fewer_on_the_roster_for_the_same_desk():
    ahead, plan = phone_plan(100, agents=[20])
    other = what_if(plan, ahead, PHONE, Scenario(shrinkage=0.0))
    assert list(other["required_agents"]) == [14]
    assert list(other["required_scheduled"]) == [14]
    assert list(other["gap"]) == [6.0]


def test_a_surge_touches_its_own_day_alone():
    monday = forecast("phone", 100)
    tuesday = forecast("phone", 100, on=date(2026, 3, 3))
    tuesday["starts_at"] += pd.Timedelta(days=1)
    ahead = pd.concat([monday, tuesday], ignore_index=True)
    plan = require(ahead, PHONE)
    surge = Scenario(surge_on=date(2026, 3, 3), surge_change_share=1.0)
    assert list(what_if(plan, ahead, PHONE, surge)["required_agents"]) == [14, 24]


def test_more_chats_at_once_need_fewer_agents():
    chat = SimpleNamespace(**(vars(PHONE) | {"channel": "live_chat", "within_seconds": 60}))
    ahead = forecast("live_chat", 100)
    plan = require(ahead, chat)
    two = what_if(plan, ahead, chat, Scenario(concurrency=2))
    assert list(two["offered_load_erlangs"]) == [10.0]
    assert two["required_agents"].iloc[0] < plan["required_agents"].iloc[0]


def test_closed_half_hours_stay_without_a_number():
    ahead, plan = phone_plan(100, 100, agents=[20, 20], is_open=[True, False])
    more = what_if(plan, ahead, PHONE, Scenario(volume_change_share=1.0))
    assert more["required_scheduled"].isna().tolist() == [False, True]
    assert more["gap"].isna().tolist() == [False, True]


def test_losing_more_than_everything_is_refused():
    ahead, plan = phone_plan(100, agents=[20])
    with pytest.raises(OutOfRangeError, match=r"volume_change_share is -1.5"):
        what_if(plan, ahead, PHONE, Scenario(volume_change_share=-1.5))
    with pytest.raises(OutOfRangeError, match="handle_change_share is nan"):
        what_if(plan, ahead, PHONE, Scenario(handle_change_share=float("nan")))
    with pytest.raises(OutOfRangeError, match="contacts that take no time need nobody"):
        what_if(plan, ahead, PHONE, Scenario(handle_change_share=-1))


def test_half_a_chat_more_at_once_is_refused_and_not_cut_off():
    ahead, plan = phone_plan(100, agents=[20])
    with pytest.raises(OutOfRangeError, match=r"slots is 2.5; an agent holds a whole number"):
        what_if(plan, ahead, PHONE, Scenario(concurrency=2.5))
    two = what_if(plan, ahead, PHONE, Scenario(concurrency=2))
    pd.testing.assert_frame_equal(two, what_if(plan, ahead, PHONE, Scenario(concurrency=2.0)))


def test_the_forecast_its_days_and_its_weeks_move_as_the_plan_under_a_scenario_does():
    monday, tuesday = pd.Timestamp("2026-03-02"), pd.Timestamp("2026-03-03")
    ahead = forecast("phone", 30, 10, 40)
    ahead["local_on"] = [monday, monday, tuesday]
    days = pd.DataFrame({"local_on": [monday, tuesday], "mean": [40.0, 40.0], "q90": [50.0, 52.0]})
    week = pd.DataFrame({"starts_on": [monday], "ends_on": [tuesday], "mean": 80.0, "q90": 90.0})
    # a saved scenario doubles the first half hour, sliders add a half and triple Tuesday
    changes = Scenario(volume_change_share=0.5, surge_on=tuesday.date(), surge_change_share=2.0)
    volume = volume_under(ahead, changes, [2.0, 1.0, 1.0])
    assert volume.tolist() == [3.0, 1.5, 4.5]

    half_hours, by_day, by_week = demand_under(ahead, volume, days, week)
    assert half_hours["mean"].tolist() == [90.0, 15.0, 180.0]
    assert half_hours["q90"].tolist() == [108.0, 18.0, 216.0]
    assert half_hours["before_mean"].tolist() == [30.0, 10.0, 40.0]
    # 105 contacts of 40, 180 of 40, and 285 of 80
    assert by_day["mean"].tolist() == [105.0, 180.0]
    assert by_day["q90"].tolist() == [50.0 * 105 / 40, 52.0 * 4.5]
    assert (by_week["mean"][0], by_week["q90"][0]) == (285.0, 90.0 * 285 / 80)
    assert by_week["before_mean"][0] == 80.0
    plan = what_if(require(ahead, PHONE), ahead, PHONE, changes, volume=[2.0, 1.0, 1.0])
    assert plan["expected_contacts"].tolist() == half_hours["mean"].tolist()
