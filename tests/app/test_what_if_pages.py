"""Shifts, hiring, pooled languages and files of the plan that is shown on Staffing."""

import streamlit as st

from pipelines import api


def planned(app):
    return next(each for each in app.button if each.label == "Plan these shifts").click().run()


def test_shifts_of_what_is_shown_are_planned_when_asked_for_and_known_from_then_on(
    open_app, exchange
):
    door = api.open_warehouse(exchange)
    more = {("phone", "ko"): api.Scenario(volume_change_share=0.45)}
    shifts, tours = door.rosters_under(None, "phone", "ko", more)
    told = f"{len(tours):,} shifts and {tours['paid_hours'].sum():,.1f} paid hours"
    assert shifts["people"].max() > door.shifts("phone", "ko")["people"].max()

    app = open_app(exchange, "staffing", queue="phone:ko", view="shifts", volume="45")
    assert not any(" paid hours on " in c.value for c in app.caption)
    assert any(c.value.startswith(told) for c in planned(app).caption)
    assert "Plan these shifts" not in [each.label for each in app.button]
    app.run()  # another look at it: nobody is asked again
    assert any(c.value.startswith(told) for c in app.caption)
    next(w for w in app.slider if w.label == "Contacts, change in %").set_value(55)
    app.run()
    assert "Plan these shifts" in [each.label for each in app.button]


def test_whom_to_hire_is_asked_of_the_shifts_that_are_shown(open_app, exchange):
    door = api.open_warehouse(exchange)
    changes = {("phone", "ko"): api.Scenario(volume_change_share=0.65)}
    before = int(door.shifts("phone", "ko")["people"].max())
    people = int(door.rosters_under(None, "phone", "ko", changes)[0]["people"].max())
    app = open_app(
        exchange, "staffing", queue="phone:ko", view="hiring", volume="65", period="month"
    )
    planned(app)
    assert next(w.value for w in app.number_input if w.label == "People there now") == before
    view = api.hiring_view(
        door.staffing("phone", "ko"),
        on_roll=before,
        people=people,
        yearly_attrition=0.3,
        by="month",
    )
    assert f"**{view['hires'].sum()} to hire** in all" in " ".join(t.value for t in app.markdown)


def test_languages_are_pooled_as_the_shown_plan_has_them(open_app, exchange):
    sliders = {"volume": "100", "target": "90"}
    app = open_app(exchange, "staffing", queue="phone:ko", view="languages", **sliders)
    pool = next(box for box in app.multiselect if box.label == "Languages in the pool")
    told = next(text.value for text in app.markdown if text.value.startswith("Pooled, "))
    door = api.open_warehouse(exchange)
    changes = {("phone", "ko"): api.Scenario(volume_change_share=1.0, target_share=0.9)}
    under = door.staffing_under(None, "phone", changes=changes)
    desks = door.desks_under(None, "phone", changes=changes)
    assert desks.set_index("language")["target_share"][["ko", "ja"]].tolist() == [0.9, 0.8]
    saved, before = (
        api.pooled_by_language(api.pool_plan(plan, desk, sorted(pool.value))).iloc[0]
        for plan, desk in (
            (under, desks),
            (door.staffing("phone"), door.desks_under(None, "phone")),
        )
    )
    assert f"**{round(saved['agent_hours_saved']):,} (" in told
    assert saved["agent_hours_apart"] > before["agent_hours_apart"]
    alone = "The sliders change Phone · Korean alone; the other languages are as planned."
    assert alone in [c.value for c in app.caption]


def test_files_of_a_plan_under_a_scenario_say_so_by_their_names(open_app, exchange, monkeypatch):
    names = []
    ask = st.download_button
    monkeypatch.setattr(
        st, "download_button", lambda *a, **k: (names.append(k["file_name"]), ask(*a, **k))[1]
    )
    open_app(exchange, "staffing", queue="phone:ko")
    assert "staffing_plan_phone_ko.xlsx" in names
    assert not any("what_if" in name for name in names)
    names.clear()
    open_app(exchange, "staffing", queue="phone:ko", handle="20")
    assert {"staffing_plan_phone_ko_what_if.csv", "staffing_plan_phone_ko_what_if.xlsx"} <= {*names}
    assert "staffing_plan.csv" in names  # the whole plan is the published one
