"""Staffing: how many people, with which language, on which channel, in which half hour."""

import streamlit as st

from dashboard import components, queries
from dashboard.i18n import text as _
from dashboard.planning import (
    calculator,
    cards,
    hiring,
    queues,
    scenario,
    scenarios,
    shifts,
    together,
    trial,
)

page = components.open_page(
    _("Staffing"),
    _("How many people, with which language, on which channel, in which half hour."),
    with_filters=False,
)
reader = page.reader
plans = queries.ask("staffing")
if plans.empty:
    queues.no_forecast_yet()
    components.close_page(page)
    st.stop()

scenarios.follow_link()
queues.overview(plans, reader)
queues.whole_plan(plans, page)

queue = queues.queue_menu(reader)
plan = queries.ask("staffing", channel=queue.channel, language=queue.language)
forecast = queries.ask("forecast", channel=queue.channel, language=queue.language)
what_if = scenario.scenario_menu(queue, plan, page)
changed = scenario.under(what_if, plan, page)
scenario.headline(changed, plan, what_if, reader)
scenario.risk_words(changed, reader)

view = components.choice(
    "view",
    _("View"),
    {
        "plan": _("Plan"),
        "demand": _("Demand"),
        "scenarios": _("Scenarios"),
        "shifts": _("Shifts"),
        "languages": _("Languages"),
        "hiring": _("Hiring"),
        "calculator": _("Calculator"),
    },
)
by_day = cards.by_day_words(plan, forecast)
if by_day:
    st.info(by_day)
events = cards.local_events(page.build.zone)
if view in ("plan", "shifts", "hiring") and cards.is_days_only(plan):
    pass  # why there are no numbers of people is said above
elif view == "plan" and changed["required_scheduled"].isna().all():
    components.empty(cards.closed_words())
elif view == "plan":
    before = plan if what_if.is_changed else None
    cards.agents_card(changed, queue, events, reader, before)
    cards.gap_card(changed, queue, reader)
    cards.short_card(changed, queue, reader)
    trial.trial_card(changed, what_if, queue, reader)
elif view == "demand":
    cards.demand_card(forecast, what_if.volume(forecast), queue, events, page)
    if not by_day:
        cards.closed_card(changed, queue, reader)
    cards.events_card(events, plan["local_on"], reader)
elif view == "scenarios":
    scenarios.scenarios_view(queue, page)
elif view == "shifts":
    shifts.shifts_card(what_if, page)
elif view == "languages":
    together.pool_card(what_if, page)
elif view == "hiring":
    hiring.hiring_card(what_if, page)
else:
    calculator.calculator(queue, plan, page)
components.close_page(page)
