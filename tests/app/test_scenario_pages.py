"""The scenarios of the staffing page: a link opens one, controls make one, saving keeps it."""

from dataclasses import replace

from pipelines import api
from pipelines.api import demand_scenarios


def button(app, label):
    return next(each for each in app.button if each.label == label)


def field(widgets, label):
    return next(each for each in widgets if each.label == label)


def under_it(app, label: str) -> str:
    """The metric of that name under the scenario; the page tells the plan's above it."""
    return [each.value for each in app.metric if each.label == label][-1]


def test_a_link_opens_a_scenario_and_shows_what_the_door_says(open_app, written):
    app = open_app(written, "staffing", queue="phone:ko", scenario="Bitcoin 100k")
    door = api.open_warehouse(written)
    found = door.effect_of_scenario(
        door.scenario("bitcoin 100k").scenario, "phone", "ko", by=()
    ).iloc[0]

    assert under_it(app, "Contacts expected") == f"{found['contacts_after']:,.0f}"
    assert under_it(app, "Hours to schedule") == f"{found['hours_after']:,.1f} h"
    told = f"without it: {found['hours_before']:,.1f} h"
    assert told in [each.value for each in app.caption]
    assert any("saved by kim" in c.value and "as in November" in c.value for c in app.caption)


def test_weeks_of_all_queues_hold_the_contacts_of_all_queues(open_app, written):
    app = open_app(written, "staffing", view="scenarios", scenario="Bitcoin 100k", shown="all")
    totals = api.open_warehouse(written).forecast_totals("*", "*")
    week = totals[totals["measure"] == "week_total"].iloc[0]
    before, after = (
        f"{times * week['mean']:,.0f} contacts"
        f" (80%: {times * week['q10']:,.0f} – {times * week['q90']:,.0f})"
        for times in (1, 2)
    )
    told = f": {after} instead of {before}"
    assert any(told in c.value for c in app.caption)


def test_what_is_set_is_seen_and_saved_and_deleted(open_app, written):
    app = open_app(written, "staffing", queue="phone:ko", view="scenarios")
    shown = {0.8: under_it(app, "Contacts expected")}
    field(app.number_input, "More contacts, %").set_value(300).run()
    shown[3.0] = under_it(app, "Contacts expected")

    button(app, "Save").click().run()
    assert [each.value for each in app.error] == [
        "A scenario needs a name, and yours: so that others know whom to ask."
    ]
    field(app.text_input, "Name").set_value("급등 시나리오")
    field(app.text_input, "Your name").set_value("yuna")
    button(app, "Save").click().run()
    door = api.open_warehouse(written)
    kept = door.scenario("급등 시나리오")
    assert (kept.revision, kept.saved_by) == (1, "yuna")
    (effect,) = kept.scenario.effects
    assert effect.values["size"] == 3.0
    for size, contacts in shown.items():
        sized = replace(effect, values={**effect.values, "size": size})
        scenario = replace(kept.scenario, effects=(sized,))
        found = door.effect_of_scenario(scenario, "phone", "ko", by=()).iloc[0]
        assert contacts == f"{found['contacts_after']:,.0f}"
    assert app.query_params["scenario"] == "급등 시나리오"

    button(app, "Delete").click().run()
    assert door.scenarios()["name"].tolist() == ["Bitcoin 100k"]
    assert "scenario" not in app.query_params
    assert field(app.text_input, "Name").value == ""
    assert field(app.number_input, "More contacts, %").value == 80


def test_values_between_the_steps_of_the_controls_stay_as_they_were_saved(open_app, written):
    door = api.open_warehouse(written)
    first = door.forecast()["starts_at"].min().tz_localize("UTC").to_pydatetime()
    effect = {"kind": "surge", "size": 0.125, "starts_at": first, "half_life_hours": 0.25}
    fine = demand_scenarios.from_dict({"name": "fine", "effects": [effect]})
    door.save_scenario(fine, "kim")

    app = open_app(written, "staffing", queue="phone:ko", scenario="fine")
    assert field(app.number_input, "More contacts, %").value == 12.5
    assert field(app.number_input, "Hours until half of it is over").value == 0.25
    field(app.text_input, "Your name").set_value("lee")
    button(app, "Save the changes").click().run()
    kept = door.scenario("fine")
    assert (kept.revision, kept.scenario) == (2, fine)


def test_a_scenario_that_is_not_there_says_so_and_starts_a_new_one(open_app, written):
    app = open_app(written, "staffing", queue="phone:ko", scenario="moon")
    told = [w.value.replace("\\", "") for w in app.warning]
    assert "There is no scenario “moon”." in told
    assert field(app.selectbox, "Scenario").value == ""


def test_a_link_in_other_letters_opens_the_same_scenario_and_saves_it(open_app, written):
    app = open_app(written, "staffing", queue="phone:ko", scenario="BITCOIN １００k")
    assert app.query_params["scenario"] == "Bitcoin 100k"
    assert field(app.selectbox, "Scenario").value == "Bitcoin 100k"
    field(app.text_input, "Your name").set_value("lee")
    field(app.text_input, "Name").set_value("bitcoin 100K")  # the same one, written otherwise
    button(app, "Save the changes").click().run()
    assert [each.value for each in app.error] == []
    door = api.open_warehouse(written)
    assert [each.name for each in door.scenario_history("bitcoin 100k")] == [
        "Bitcoin 100k",
        "bitcoin 100K",
    ]
    assert app.query_params["scenario"] == "bitcoin 100K"


def test_the_demand_of_a_scenario_is_the_contacts_that_its_plan_expects(open_app, written):
    app = open_app(
        written, "staffing", queue="phone:ko", view="demand", base="bitcoin 100k", volume="50"
    )
    door = api.open_warehouse(written)
    totals = door.forecast_totals("phone", "ko")
    week = totals[totals["measure"] == "week_total"].iloc[0]
    told = next(c.value for c in app.caption if c.value.startswith("In all, "))
    # twice the contacts by the campaign, and half as many again
    assert f": {3 * week['mean']:,.0f} (80%: {3 * week['q10']:,.0f} – " in told
    assert f" instead of {week['mean']:,.0f}" in told.split(";")[0]


def test_changes_come_on_top_of_a_saved_scenario(open_app, written):
    app = open_app(written, "staffing", queue="phone:ko", base="bitcoin 100k", volume="50")
    door = api.open_warehouse(written)
    campaign = door.scenario("Bitcoin 100k").scenario  # twice the contacts from the first day on
    under = door.staffing_under(campaign, "phone", "ko")
    plan = door.staffing("phone", "ko")
    expected = 3 * plan["expected_contacts"].sum()
    assert field(app.metric, "Contacts expected").value == f"{expected:,.0f}"
    assert field(app.selectbox, "Changes start from").value == "Bitcoin 100k"

    field(app.slider, "Contacts, change in %").set_value(0).run()
    hours = under["required_scheduled"].sum() / 2
    before = plan["required_scheduled"].sum() / 2
    shown = field(app.metric, "Hours to schedule")
    assert (shown.value, shown.delta) == (f"{hours:,.0f} h", f"{hours - before:+,.1f} h")

    button(app, "Back to the plan").click().run()
    assert field(app.metric, "Hours to schedule").value == f"{before:,.0f} h"
    assert "base" not in app.query_params
