"""Plans under scenarios, against the published plan and against the what-if of a single queue."""

from datetime import timedelta
from types import SimpleNamespace

import pandas as pd
import pytest

from pipelines import api
from pipelines.api import demand_scenarios
from pipelines.errors import InputError, NothingPublishedError, UnknownNameError


@pytest.fixture(scope="module")
def door(exchange):
    return api.open_warehouse(exchange)


@pytest.fixture(scope="module")
def begins(door):
    return door.forecast()["starts_at"].min().tz_localize("UTC").to_pydatetime()


def scenario(begins, **effect):
    told = {"kind": "campaign", "starts_at": begins, "ends_at": begins + timedelta(days=30)}
    if effect.get("kind") == "language":
        told.pop("ends_at")
    return demand_scenarios.from_dict({"name": "test", "effects": [told | effect]})


def test_planned_anew_with_the_same_contacts_it_is_the_published_plan(door, begins):
    # a millionth of a millionth more: every queue of Korean is planned again, and nobody notices
    again = door.staffing_under(scenario(begins, size=1e-12), language="ko")
    published = door.staffing(language="ko").sort_values(
        ["channel", "language", "starts_at"], ignore_index=True
    )

    pd.testing.assert_frame_equal(again, published, check_exact=False, rtol=1e-9)


def test_twice_the_contacts_are_the_what_if_of_twice_the_contacts(door, begins):
    under = door.staffing_under(scenario(begins, size=1.0), "phone", "ko")
    desk = next(
        row for row in door.queues().itertuples() if (row.channel, row.language) == ("phone", "ko")
    )
    doubled = api.what_if(
        door.staffing("phone", "ko"),
        door.forecast("phone", "ko"),
        desk,
        api.Scenario(volume_change_share=1.0),
    )

    for name in ("expected_contacts", "required_agents", "required_low", "required_high", "gap"):
        assert under[name].astype("Float64").tolist() == doubled[name].astype("Float64").tolist()


def test_what_is_added_is_after_less_before_and_costs_its_hours(door, begins):
    found = door.effect_of_scenario(scenario(begins, size=1.0), "phone", "ko").iloc[0]
    plan, queues = door.staffing("phone", "ko"), door.staffing_queues()
    an_hour = queues.loc[(queues["channel"] == "phone") & (queues["language"] == "ko"), "hour_cost"]

    assert found["contacts_before"] == pytest.approx(plan["expected_contacts"].sum())
    assert found["contacts_added"] == pytest.approx(found["contacts_before"])
    assert found["hours_before"] == plan["required_scheduled"].sum() / 2
    assert found["hours_added"] == found["hours_after"] - found["hours_before"] > 0
    assert found["cost_added"] == found["hours_added"] * an_hour.item()


def test_queues_that_it_does_not_touch_keep_their_published_rows(door, begins):
    under = door.staffing_under(scenario(begins, size=3.0, channels=["live_chat"]), language="ja")
    email = under[under["channel"] == "email"].reset_index(drop=True)

    pd.testing.assert_frame_equal(email, door.staffing("email", "ja"))


def test_weeks_move_with_their_bands(door, begins):
    weeks = door.weeks_under(scenario(begins, size=0.5), "phone", "ko")
    told = door.forecast_totals("phone", "ko")
    told = told[told["measure"] == "week_total"]

    assert weeks["before_q90"].tolist() == told["q90"].tolist()
    assert weeks["mean"].tolist() == pytest.approx((weeks["before_mean"] * 1.5).tolist())
    assert weeks["q10"].tolist() == pytest.approx((told["q10"] * 1.5).tolist())


def test_a_new_language_has_its_contacts_over_all_its_channels_and_people_of_its_own(door, begins):
    new = scenario(
        begins,
        kind="language",
        language="pl",
        like="en",
        contacts_per_day=40.0,
        channels=["phone", "email"],
    )
    demand = door.demand_under(new, language="pl")
    phone = door.effect_of_scenario(new, "phone", "pl").iloc[0]

    assert demand.groupby("channel")["mean"].sum().sum() == pytest.approx(40 * 14)
    assert demand[["before_mean", "before_q10", "before_q90"]].to_numpy().sum() == 0
    shares = door.forecast(["phone", "email"], "en").groupby("channel")["mean"].sum()
    assert phone["contacts_after"] == pytest.approx(560 * shares["phone"] / shares.sum())
    assert (phone["hours_before"], phone["hours_added"]) == (0, phone["hours_after"])
    assert pd.isna(phone["short_hours_after"])


def test_shifts_under_a_scenario_cover_its_plan(door, begins):
    twice = scenario(begins, size=1.0)
    shifts, tours = door.rosters_under(twice, "phone", "ko")
    plan = door.staffing_under(twice, "phone", "ko").set_index("starts_at")["required_scheduled"]

    at_work, at = pd.Series(0, plan.index), plan.index.to_series()
    for each in shifts.itertuples():
        on_shift = at.between(each.starts_at, each.ends_at, inclusive="left")
        on_break = at.between(each.break_starts_at, each.break_ends_at, inclusive="left")
        at_work[on_shift & ~on_break] += each.agents
    assert (at_work >= plan.fillna(0)).all()
    assert at_work.sum() > 0
    assert tours["person"].nunique() == shifts["people"].max()
    assert tours["paid_hours"].sum() == shifts["paid_hours"].sum()


def test_queues_that_nothing_touches_keep_their_published_shifts(door):
    longer = {("phone", "ko"): api.Scenario(handle_change_share=1.0)}
    shifts, _ = door.rosters_under(None, changes=longer)
    # its agents have less time for the mail of their language, which is touched as well
    others, before = (each[each["language"] != "ko"] for each in (shifts, door.shifts()))
    pd.testing.assert_frame_equal(others.reset_index(drop=True), before.reset_index(drop=True))
    calls = shifts[(shifts["channel"] == "phone") & (shifts["language"] == "ko")]
    assert calls["people"].max() > door.shifts("phone", "ko")["people"].max()
    nothing = {("phone", "ko"): api.Scenario(max_occupancy=0.85)}  # as the desk has it
    pd.testing.assert_frame_equal(door.rosters_under(None, changes=nothing)[1], door.tours())


def test_weeks_of_a_queue_begin_with_the_plan_though_its_desk_is_closed_then(door):
    """Else the weekly hours of one queue would be counted in other weeks than in the whole plan."""
    first = door.staffing()["local_on"].min()
    longer = {("phone", "ko"): api.Scenario(handle_change_share=1.0)}
    alone = door.rosters_under(None, "phone", "ko", longer)[1]
    among = door.rosters_under(None, changes=longer)[1].query(
        "channel == 'phone' and language == 'ko'"
    )
    pd.testing.assert_frame_equal(alone, among.reset_index(drop=True))
    week = (alone["local_on"] - first).dt.days // 7
    hours = alone.groupby(["person", week])["paid_hours"].transform("sum")
    assert alone["week_hours"].tolist() == hours.tolist()


def test_changes_of_live_desks_change_what_they_spare_for_the_mail_of_their_language(door):
    busier = {("phone", "ko"): api.Scenario(volume_change_share=1.0)}
    mail = door.staffing_under(None, "email", "ko", busier)
    before = door.staffing("email", "ko")
    assert mail["live_help_hours"].sum() < before["live_help_hours"].sum()
    assert mail["expected_contacts"].tolist() == before["expected_contacts"].tolist()


def test_as_many_contacts_by_a_slider_as_by_a_scenario_take_the_same_people(door, begins):
    for queue in (("phone", "ko"), ("email", "ko")):
        twice = scenario(begins, size=1.0, channels=[queue[0]], languages=[queue[1]])
        slider = {queue: api.Scenario(volume_change_share=1.0)}
        pd.testing.assert_frame_equal(
            door.staffing_under(None, *queue, slider), door.staffing_under(twice, *queue)
        )


def test_shares_of_topics_add_up_and_are_those_of_a_wider_group_where_few_stand_behind(door):
    shares = door.topic_shares()
    whole = shares.groupby(["channel", "language"])["share"].sum()
    assert whole.tolist() == pytest.approx([1.0] * len(whole))
    assert (shares.loc[shares["basis"] == "queue", "n"] >= 30).all()

    two = door.topic_shares(["kyc", "login"]).set_index(["channel", "language"])
    own = shares[shares["topic"].isin(["kyc", "login"])].groupby(["channel", "language"])["share"]
    assert two["share"].tolist() == pytest.approx(own.sum().tolist())


def test_a_scenario_from_elsewhere_says_which_of_its_names_are_not_known_here(door, begins):
    with pytest.raises(UnknownNameError, match="scenario test: topic 'staking' is not known"):
        door.demand_under(scenario(begins, size=1.0, topics=["staking"]))
    with pytest.raises(UnknownNameError, match="scenario test: channel 'fax' is not known"):
        door.staffing_under(scenario(begins, size=1.0, channels=["fax"]))
    with pytest.raises(InputError, match="has a queue in it already"):
        door.demand_under(
            scenario(begins, kind="language", language="ja", like="ko", contacts_per_day=5.0)
        )


def test_before_the_first_forecast_it_says_what_to_run(week_folder, begins):
    door = api.open_warehouse(week_folder)
    with pytest.raises(NothingPublishedError, match="nothing is forecast yet; run `support-qual"):
        door.effect_of_scenario(scenario(begins, size=1.0))


def test_a_queue_without_a_forecast_has_nothing_to_change(door, begins):
    nothing = scenario(begins, size=1.0)
    assert len(door.demand_under(nothing, "phone", "zh-TW")) == 0
    assert len(door.staffing_under(nothing, "phone", "zh-TW")) == 0
    assert len(door.effect_of_scenario(nothing, "phone", "zh-TW", by=())) == 0


@pytest.mark.parametrize("queue", [("phone", "ko"), ("email", "ko")])
def test_no_change_on_top_of_a_scenario_is_the_plan_under_it(door, begins, queue):
    surge = scenario(begins, size=1.0)
    under = door.staffing_under(surge, *queue)
    volume = door.demand_under(surge, *queue)["volume"].to_numpy()
    desk = door.queues().set_index(["channel", "language"]).loc[queue]
    desk = SimpleNamespace(channel=queue[0], language=queue[1], **desk.to_dict())
    again = api.what_if(
        under, door.forecast(*queue), desk, api.Scenario(), door.forecast_days(*queue), volume
    )
    pd.testing.assert_frame_equal(again.astype(dict(under.dtypes)), under, rtol=1e-9)
