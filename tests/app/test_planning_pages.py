"""Planning pages by their states: what a link, a slider or a build without a plan changes."""

import pandas as pd
import pytest

from dashboard import cache, queries
from dashboard.planning.cards import first_days
from dashboard.planning.hiring import people_needed, people_there
from dashboard.planning.queues import by_half_hour, closed_live_share
from pipelines import api


def metric(app, label: str) -> str:
    return next(m.value for m in app.metric if m.label == label)


def count(text: str) -> float:
    return float(text.replace(",", "").removesuffix(" h"))


def choose(app, label: str, value) -> None:
    widgets = [*app.number_input, *app.slider, *app.selectbox]
    next(w for w in widgets if w.label == label).set_value(value)


@pytest.mark.parametrize("name", ["staffing", "forecast_quality"])
def test_before_the_first_forecast_the_pages_say_which_command_to_run(open_app, warehouse, name):
    warehouse(contacts="contact_id\nc1").close()
    app = open_app(warehouse.folder, name)
    assert [block.value for block in app.code] == ["support-quality forecast"]


def test_twice_the_contacts_are_twice_the_contacts_and_need_more_people(open_app, exchange):
    plan = open_app(exchange, "staffing", queue="phone:ko")
    double = open_app(exchange, "staffing", queue="phone:ko", volume="100")
    expected = count(metric(plan, "Contacts expected"))
    assert count(metric(double, "Contacts expected")) == pytest.approx(2 * expected, abs=1)
    assert count(metric(double, "Hours to schedule")) > count(metric(plan, "Hours to schedule"))
    assert [i.value for i in plan.info] == []
    assert any("A scenario, not the plan" in i.value for i in double.info)


def test_a_slider_makes_a_scenario_and_the_way_back_ends_it(open_app, exchange):
    app = open_app(exchange, "staffing", queue="phone:ko")
    before = metric(app, "Hours to schedule")
    choose(app, "Shrinkage in %", 60)
    app.run()
    assert count(metric(app, "Hours to schedule")) > count(before)
    next(b for b in app.button if b.label == "Back to the plan").click().run()
    assert metric(app, "Hours to schedule") == before


def test_what_is_set_stays_on_the_way_to_another_page_and_back(open_app, exchange):
    app = open_app(exchange, "staffing", queue="phone:ko")
    before = metric(app, "Hours to schedule")
    choose(app, "Shrinkage in %", 60)
    app.run()
    changed = metric(app, "Hours to schedule")

    def to_another_page_and_back():
        app.switch_page("app_pages/overview.py").run()
        app.query_params.clear()  # as the browser does
        app.switch_page("app_pages/staffing.py").run()

    to_another_page_and_back()
    assert metric(app, "Hours to schedule") == changed != before
    app.query_params.clear()  # as the browser's way back may
    assert metric(app.run(), "Hours to schedule") == changed
    assert app.query_params["shrinkage"] in ("60", ["60"])
    next(b for b in app.button if b.label == "Back to the plan").click().run()
    to_another_page_and_back()
    assert metric(app, "Hours to schedule") == before


def test_the_way_back_from_a_link_with_a_scenario_clears_the_address(open_app, exchange):
    app = open_app(exchange, "staffing", queue="phone:ko", volume="50", within="30", chats="2")
    next(b for b in app.button if b.label == "Back to the plan").click().run()
    assert not app.exception
    assert {"volume", "within", "chats"} & set(app.query_params) == set()
    assert [i.value for i in app.info] == []


def test_the_headline_is_what_the_door_says(open_app, exchange):
    app = open_app(exchange, "staffing", queue="phone:ko")
    plan = api.open_warehouse(exchange).staffing("phone", "ko")
    total = api.shortage(plan).iloc[0]
    assert count(metric(app, "Hours to schedule")) == round(total["required_agent_hours"])
    assert count(metric(app, "Hours short")) == total["short_agent_hours"]


def test_a_queue_that_the_build_does_not_know_falls_back_to_the_shortest_of_people(
    open_app, exchange
):
    app = open_app(exchange, "staffing", queue="phone:tlh")
    first = api.shortage(api.open_warehouse(exchange).staffing()).iloc[0]
    told = [i.value.replace("\\", "") for i in app.info]
    assert "Not found here, and left out: queue=phone:tlh" in told
    chosen = next(box.value for box in app.selectbox if box.label == "Queue")
    assert chosen == f"{first['channel']}:{first['language']}"


def test_the_queue_stays_on_the_other_page_and_on_the_way_back(open_app, exchange):
    app = open_app(exchange, "staffing", queue="phone:ja")
    for page in ("forecast_quality", "staffing"):
        app.query_params.clear()  # as a change of page does
        app.switch_page(f"app_pages/{page}.py").run()
        assert next(box.value for box in app.selectbox if box.label == "Queue") == "phone:ja"
        assert app.query_params["queue"] == "phone:ja"


def test_the_day_to_schedule_is_a_table_of_half_hours_by_queue():
    rows = [("phone:ko", "2026-03-02", 18, 4), ("phone:ko", "2026-03-02", 19, 5)]
    rows += [("email:ko", "2026-03-02", 19, 1)]  # opens half an hour later
    plan = pd.DataFrame(rows, columns=["queue", "local_on", "local_slot", "required_scheduled"])
    table = by_half_hour(plan.astype({"required_scheduled": "Int64"}))
    assert table.columns.tolist() == ["local_slot", "phone:ko", "email:ko"]
    assert table["local_slot"].tolist() == [18, 19]
    assert table["phone:ko"].tolist() == [4, 5]
    assert table["email:ko"].tolist() == [pd.NA, 1]
    more = pd.concat([plan, plan.assign(local_on="2026-03-03")])
    assert by_half_hour(more)["local_on"].tolist() == ["2026-03-02"] * 2 + ["2026-03-03"] * 2


def test_hours_that_miss_most_calls_and_chats_are_told_as_hours_nobody_has_set():
    rows = [("phone", 300, 0.9), ("live_chat", 100, 0.1), ("email", 1000, 1.0), ("phone", 0, None)]
    whole = pd.DataFrame(rows, columns=["channel", "expected_contacts", "closed_share"])
    assert closed_live_share(whole) == 0.7  # 270 and 10 of 400; e-mails can wait
    assert closed_live_share(whole[whole["channel"] == "email"]) == 0


def test_a_desk_closed_on_every_day_says_so_and_draws_nothing(open_app, exchange, monkeypatch):
    ask = queries.ask

    def closed(name, **given):
        found = ask(name, **given)
        if name != "staffing" or given.get("language") != "ja":
            return found
        nobody = dict.fromkeys(("gap", "miss_probability"), float("nan")) | {"is_open": False}
        return found.assign(required_scheduled=pd.NA, required_agents=pd.NA, **nobody)

    monkeypatch.setattr(queries, "ask", closed)
    app = open_app(exchange, "staffing", queue="phone:ja")
    assert metric(app, "Hours to schedule") == "0 h"
    assert [c.value for c in app.caption].count("closed on every day") == 4
    told = "This desk is closed on every day of the plan: there is nobody to schedule."
    assert told in [i.value for i in app.info]
    assert "People to schedule, and scheduled" not in [s.value for s in app.subheader]


def test_the_days_shown_begin_with_the_first_on_which_the_desk_is_open():
    days = pd.date_range("2026-11-16", periods=14)
    needed = pd.array([1 if day.day_name() == "Saturday" else None for day in days], "Int64")
    saturdays = pd.DataFrame({"local_on": days, "required_scheduled": needed})
    assert first_days(saturdays, 3)["local_on"].tolist() == list(days[5:8])
    assert len(first_days(saturdays, 14)) == 9


def test_the_calculator_begins_with_the_patience_of_the_queues_callers(open_app, exchange):
    app = open_app(exchange, "staffing", queue="phone:ko", view="calculator")
    [patience] = [w.value for w in app.number_input if w.label.startswith("Mean patience")]
    plan = api.open_warehouse(exchange).staffing(channel="phone", language="ko")
    assert patience == round(plan["patience_seconds"].iloc[0])


def test_the_calculator_holds_chats_at_once_as_the_plan_does(open_app, exchange):
    app = open_app(exchange, "staffing", queue="live_chat:ko", view="calculator")
    door = api.open_warehouse(exchange)
    desks = door.queues()
    desk = next(desks[(desks["channel"] == "live_chat") & (desks["language"] == "ko")].itertuples())
    plan = door.staffing("live_chat", "ko").iloc[0]
    assert desk.concurrency > 1
    answer = api.agents(
        100,
        1800,
        round(plan["handle_seconds"]),
        desk.target_share,
        desk.within_seconds,
        max(1, round(plan["patience_seconds"])) if plan["patience_seconds"] > 0 else None,
        desk.shrinkage,
        desk.max_occupancy,
        api.Concurrency(desk.concurrency, desk.slowdown_share),
    )
    assert metric(app, "At their desks") == str(answer.agents)


def test_the_calculator_gives_the_textbook_answer(open_app, exchange):
    app = open_app(exchange, "staffing", queue="phone:ko", view="calculator")
    for label, value in (
        ("Contacts arriving", 100.0),
        ("in so many minutes", 30),
        ("Handle time, seconds", 180),
        ("Answered in time, in %", 80),
        ("In time means within, seconds", 20),
        ("Shrinkage in %", 30),
        ("Busy at most, in %", 100),
        ("Mean patience, seconds (0: nobody hangs up)", 0),
    ):
        inputs = [w for w in app.number_input if w.label == label]
        inputs[-1].set_value(value)
    app.run()
    assert metric(app, "At their desks") == "14"
    assert [m.value for m in app.metric if m.label == "To schedule"][-1] == "20"
    assert metric(app, "Answered in time") == "88.8%"


def test_a_link_to_the_demand_view_shows_demand(open_app, exchange):
    app = open_app(exchange, "staffing", queue="phone:ko", view="demand", grain="half_hour")
    assert "Contacts expected" in [title.value for title in app.subheader]
    assert "Which half hours are short, and by how many" not in [t.value for t in app.subheader]


def test_forecast_quality_says_which_model_is_in_use(open_app, exchange):
    app = open_app(exchange, "forecast_quality", queue="phone:ko")
    assert any(text.value.startswith("In use: **") for text in app.markdown)


def test_queues_in_which_nothing_came_neither_beat_a_yardstick_nor_use_one(open_app, exchange):
    tests = api.open_warehouse(exchange).backtest()
    tests = tests[(tests["horizon"] == "2 weeks") & tests["is_chosen"]]
    tested = tests[tests["pinball"].notna()]
    silent = len(tests) - len(tested)
    assert silent > 0
    app = open_app(exchange, "forecast_quality")
    assert metric(app, "Use a yardstick") == str(tested["is_yardstick"].sum())
    assert metric(app, "Beat the yardsticks") == str((~tested["is_yardstick"]).sum())
    assert any(c.value.startswith(f"In {silent} more queue") for c in app.caption)


def test_a_scenario_is_drawn_beside_the_plan_and_says_what_it_costs(open_app, exchange):
    app = open_app(exchange, "staffing", queue="phone:ko", volume="50")
    cost = next(m for m in app.metric if m.label == "Cost to schedule")
    assert cost.value.startswith("₩")
    assert cost.delta.startswith("+₩")
    missed = next(m for m in app.metric if m.label == "Target missed")
    queue = api.shortage(_under_half_more(exchange)).iloc[0]
    k, n = api.odds(queue["missed_half_hours"] / queue["live_half_hours"])
    assert missed.value == f"{k} in {n}"


def test_people_missing_under_a_scenario_are_more_people_not_a_lower_gap(open_app, exchange):
    app = open_app(exchange, "staffing", queue="phone:ko", volume="100")
    door = api.open_warehouse(exchange)
    of = door.staffing("phone", "ko"), door.forecast("phone", "ko")
    desk = next(door.queues().query("channel == 'phone' and language == 'ko'").itertuples())
    days = door.forecast_days("phone", "ko")
    double = api.what_if(*of, desk, api.Scenario(volume_change_share=1.0), days)
    before, after = (api.shortage(plan)["worst_gap"].iloc[0] for plan in (of[0], double))
    worst = next(m for m in app.metric if m.label == "Worst half hour")
    assert (worst.value, worst.delta) == (f"{-after:.0f} short", f"+{before - after:.0f}")
    missed = next(m for m in app.metric if m.label == "Target missed")
    assert missed.delta.endswith(" half hours")


def test_work_that_calls_and_chats_spare_time_for_is_said_to_need_nobody(open_app, exchange):
    plan = api.open_warehouse(exchange).staffing("email", "ko")
    app = open_app(exchange, "staffing", queue="email:ko")
    hours = plan["live_help_hours"].sum()
    told = f"agents of calls and chats in this language can spare {hours:,.1f} h for it"
    assert any(told in c.value for c in app.caption)
    calls = open_app(exchange, "staffing", queue="phone:ko")
    assert not any("can spare" in c.value for c in calls.caption)


def test_the_risk_is_told_as_one_half_hour_in_so_many(open_app, exchange):
    app = open_app(exchange, "staffing", queue="phone:ko", volume="50")
    told = [w.value for w in app.warning if w.value.startswith("The target is most at risk on ")]
    worst = api.target_misses(_under_half_more(exchange)).iloc[0]
    k, n = api.odds(1 / worst["one_in"])
    assert k > 1  # nearly all of them, which is not "1 in 1"
    assert f": {k} half hours in {n}" in told[0].split(";")[0]


def _under_half_more(folder):
    """The plan of phone/ko with half as many contacts again."""
    door = api.open_warehouse(folder)
    known = door.queues()
    desk = next(known[(known["channel"] == "phone") & (known["language"] == "ko")].itertuples())
    of = door.staffing("phone", "ko"), door.forecast("phone", "ko")
    return api.what_if(*of, desk, api.Scenario(volume_change_share=0.5))


def test_the_shifts_of_a_link_are_those_of_the_door(open_app, exchange):
    app = open_app(exchange, "staffing", queue="phone:ko", view="shifts", shifts_on="week")
    shifts = api.open_warehouse(exchange).shifts("phone", "ko")
    told = f"{shifts['agents'].sum():,} shifts and {shifts['paid_hours'].sum():,.1f} paid hours"
    assert [c.value for c in app.caption if c.value.startswith(told)] != []


def test_who_works_when_is_told_with_how_few_it_takes_and_one_person_can_be_shown(
    open_app, exchange
):
    door = api.open_warehouse(exchange)
    tours, shifts = door.tours("phone", "ko"), door.shifts("phone", "ko")
    app = open_app(exchange, "staffing", queue="phone:ko", view="shifts", person="1")
    told = next(c.value for c in app.caption if " paid hours on " in c.value)
    assert f"They take {tours['person'].max()} people" in told
    assert shifts["people_at_least"].max() == shifts["people"].max()
    assert "Fewer would not do: that is proven." in told
    menu = next(box for box in app.selectbox if box.label == "Person")
    assert menu.value == "1"
    numbers = sorted(tours["person"].unique())
    assert menu.options == ["Everybody", *(f"Agent {number}" for number in numbers)]


def test_the_page_opens_on_the_day_with_most_hours_short(open_app, exchange):
    app = open_app(exchange, "staffing")
    days = api.shortage(api.open_warehouse(exchange).staffing(), by=("local_on",))
    assert days["short_agent_hours"].iloc[0] == days["short_agent_hours"].max() > 0
    shown = next(box.value for box in app.selectbox if box.label == "Day")
    assert shown == f"{days['local_on'].iloc[0]:%Y-%m-%d}"


def test_the_busiest_half_hour_is_told_with_how_sure_it_is(open_app, exchange):
    app = open_app(exchange, "staffing", queue="phone:ko")
    totals = api.open_warehouse(exchange).forecast_totals("phone", "ko")
    peaks = totals[totals["measure"] == "peak_agents"]
    top = peaks.sort_values(["q90", "q50"], ascending=False).iloc[0]
    told = next(c.value for c in app.caption if c.value.startswith("Busiest half hour of the plan"))
    assert f"{top['q50']:.0f} people at their desks are enough in 5 of 10 outcomes" in told
    assert told.endswith(f"{top['q90']:.0f} in 9 of 10.")


def test_without_a_schedule_it_is_said_and_nothing_is_0(open_app, exchange):
    plans = api.open_warehouse(exchange).staffing()
    known = plans.groupby(["channel", "language"])["gap"].count()
    channel, language = known[known == 0].index[0]
    app = open_app(exchange, "staffing", queue=f"{channel}:{language}")
    assert metric(app, "Hours scheduled") == metric(app, "Hours short") == "—"
    assert any(i.value.startswith("No schedule is loaded for this queue") for i in app.info)


def test_languages_together_take_fewer_than_apart(open_app, exchange):
    app = open_app(exchange, "staffing", queue="phone:ko", view="languages")
    pool = next(box for box in app.multiselect if box.label == "Languages in the pool")
    told = next(text.value for text in app.markdown if text.value.startswith("Pooled, "))
    door = api.open_warehouse(exchange)
    desks = door.queues()
    pooled = api.pool_plan(
        door.staffing("phone"), desks[desks["channel"] == "phone"], sorted(pool.value)
    )
    saved = api.pooled_by_language(pooled).iloc[0]["agent_hours_saved"]
    assert f"**{round(saved):,} (" in told


def test_as_many_people_are_needed_as_the_shifts_of_the_plan_take(open_app, exchange):
    door = api.open_warehouse(exchange)
    people = door.shifts("phone", "ko")["people"].max()
    app = open_app(exchange, "staffing", queue="phone:ko", view="hiring", period="month")
    assert next(w.value for w in app.number_input if w.label == "People there now") == people
    view = api.hiring_view(
        door.staffing("phone", "ko"),
        on_roll=people,
        people=people,
        yearly_attrition=0.3,
        by="month",
    )
    # people leave, so some must be hired: by hours alone nobody would be for a year
    hires = view["hires"].sum()
    assert hires > 0
    assert f"**{hires} to hire** in all" in " ".join(text.value for text in app.markdown)


def test_people_there_are_the_headcount_and_as_many_as_it_takes_without_one():
    shifts = pd.DataFrame({"language": ["ko", "ko", "ja"], "people": [7, 7, 4]})
    desks = pd.DataFrame({"language": ["ko", "ja", "en"], "headcount": [12, None, None]})
    assert (people_needed(shifts), people_there(shifts, desks)) == (11, 16)
    assert (people_needed(shifts.iloc[:0]), people_there(shifts.iloc[:0], desks)) == (0, 12)


def test_more_leaving_means_more_to_hire(open_app, exchange):
    def hires(leaving: str) -> int:
        app = open_app(
            exchange, "staffing", queue="phone:ko", view="hiring", period="month", leaving=leaving
        )
        told = next(text.value for text in app.markdown if " to hire** in all" in text.value)
        return int(told.removeprefix("**").split()[0])

    assert hires("90") > hires("0")


def test_every_forecast_says_how_good_such_forecasts_have_been(open_app, exchange):
    app = open_app(exchange, "staffing", queue="phone:ko", view="demand")
    assert any(text.value.startswith("In use: **") for text in app.markdown)
    assert any("in the 80% band" in c.value and "1 week" in c.value for c in app.caption)


def signed(hours: float) -> str:
    """'+1.2', '-0.4', and '0.0' for what is neither."""
    return f"{hours:+,.1f}" if round(hours, 1) else "0.0"


def test_forecast_quality_takes_past_misses_apart_as_the_door_does(open_app, exchange):
    app = open_app(exchange, "forecast_quality", queue="phone:ko", lead="1")
    missed = api.open_warehouse(exchange).misses("phone", "ko", lead_days=1)
    told = next(text.value for text in app.markdown if text.value.startswith("Over "))
    assert told.startswith(
        f"Over {len(missed)} days, {missed['came_hours'].sum():,.1f} hours of work came where"
        f" {missed['forecast_hours'].sum():,.1f} were forecast"
    )
    assert f"{signed(missed['volume_hours'].sum())} h by the number of contacts" in told
    assert "-0.0 h" not in told
    assert "(-0%)" not in told


def test_misses_of_all_queues_have_a_part_by_their_mix(open_app, exchange):
    app = open_app(exchange, "forecast_quality", queue="phone:ko", lead="1", missed="all")
    missed = api.open_warehouse(exchange).misses(lead_days=1)
    parts = {name: missed[f"{name}_hours"].sum() for name in ("volume", "mix", "handle")}
    assert parts["mix"] != 0
    assert sum(parts.values()) == pytest.approx(
        missed["came_hours"].sum() - missed["forecast_hours"].sum()
    )
    told = next(text.value for text in app.markdown if text.value.startswith("Over "))
    assert told.endswith(
        f": {signed(parts['volume'])} h by the number of contacts, {signed(parts['mix'])} h by"
        f" their mix of queues, {signed(parts['handle'])} h by how long they took."
    )


def test_weeks_are_told_with_bands_of_their_own(open_app, exchange):
    app = open_app(exchange, "staffing", queue="phone:ko", view="demand")
    totals = api.open_warehouse(exchange).forecast_totals("phone", "ko")
    week = totals[totals["measure"] == "week_total"].iloc[0]
    told = next(c.value for c in app.caption if c.value.startswith("In all, "))
    assert f": {round(week['mean']):,} (80%: {round(week['q10']):,} – " in told


def test_without_any_schedule_the_page_is_about_how_many_not_about_who_is_short(
    open_app, exchange, monkeypatch
):
    ask = queries.ask

    def unscheduled(name, **given):
        found = ask(name, **given)
        lost = dict.fromkeys(("gap", "scheduled_agents"), float("nan"))
        return found.assign(**lost) if name == "staffing" else found

    monkeypatch.setattr(queries, "ask", unscheduled)
    cache._slot.cache_clear()  # else the answers on the plan with its schedule
    app = open_app(exchange, "staffing", lang="en")
    cache._slot.cache_clear()
    assert "How many to schedule" in [header.value for header in app.header]
    assert "Who is short" not in [header.value for header in app.header]
    assert "No schedule is loaded: load one to see who is short." in [c.value for c in app.caption]


def test_a_promise_in_business_days_tells_how_many_open_hours_these_are(open_app, exchange):
    told = [c.value for c in open_app(exchange, "staffing", queue="email:ko").caption]
    promised = [text for text in told if text.startswith("Promise:")]
    assert [text.split(" · ")[0] for text in promised] == [
        "Promise: answered within 1 business day (9 h of opening)"
    ]
