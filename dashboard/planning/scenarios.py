"""Scenarios of demand: chosen or made, what they come to, side by side, and their plan to take."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dashboard import components, figures, queries
from dashboard.formats import MISSING, Reader, escaped, step_words
from dashboard.i18n import text as _
from dashboard.menus import as_saved, picked
from dashboard.planning import cards, scenario_draft
from dashboard.planning import scenario_words as words_of
from dashboard.planning.queues import Queue, queue_name, shift_words
from dashboard.planning.troubles import trouble
from dashboard.tables import download_buttons
from pipelines import api
from pipelines.errors import SupportQualityError

_SPANS = {"3": 3, "7": 7, "14": 14}


def follow_link() -> None:
    """A link that names a scenario opens it, whether or not it names the view."""
    is_first = "scenario.followed" not in st.session_state
    st.session_state["scenario.followed"] = True
    if is_first and "scenario" in st.query_params and "view" not in st.query_params:
        st.query_params["view"] = "scenarios"


def scenarios_view(queue: Queue, page: Any) -> None:
    """The whole view: the scenario, then what it does to a queue, to all, or beside another."""
    reader, zone = page.reader, page.build.zone
    planned = queries.ask("staffing")["local_on"]
    days = [planned.min().date(), planned.max().date()]
    scenario = _scenario_card(days, zone, reader)
    if scenario is None:
        return
    if (scenario := _on_days(scenario, days, zone, reader)) is None:
        return
    shown = components.choice(
        "shown",
        _("Shown"),
        {"queue": _("One queue"), "all": _("All queues"), "beside": _("Beside another")},
    )
    try:
        if shown == "queue":
            _queue_cards(scenario, queue, reader)
        elif shown == "all":
            _all_queues(scenario, page)
        else:
            _beside(scenario, queue, days, zone, reader)
    except SupportQualityError as error:
        st.error(escaped(trouble(error, zone, reader)))


# --- the scenario -------------------------------------------------------------------------


def _scenario_card(days: list, zone: str, reader: Reader) -> Any:
    """Choose a saved scenario or make one; None while what is set makes none."""
    saved = queries.scenarios()
    with st.container(border=True, key="card-scenario"):
        st.subheader(_("What may happen"), anchor=False)
        options = {"": _("A new scenario")} | {name: name for name in saved["name"]}
        as_saved("scenario", saved["name"])
        picked("scenario", _("Scenario"), options, default="", width=420, says_unknown=False)
        draft = scenario_draft.draft_of(st.query_params.get("scenario", ""), days[0], zone, reader)
        kept = saved[saved["name"] == draft["of"]]
        if len(kept):
            _kept_words(kept.iloc[0], zone, reader)
        names = queries.ask("filter_values")
        with st.expander(
            _("Change it") if len(kept) else _("Make it"),
            expanded=not len(kept),
            key=f"scenario-make-{draft['number']}",
        ):
            effects = scenario_draft.controls(draft, names, zone, reader)
            scenario, refused = None, None
            content = draft["edited"] | {"effects": effects}
            try:
                scenario = api.demand_scenarios.from_dict(
                    content | {"name": content["name"].strip() or _("Not saved yet")}
                )
            except SupportQualityError as error:
                refused = error
            scenario_draft.keeping(draft, scenario, zone, reader)
        if refused:
            st.error(escaped(trouble(refused, zone, reader)))
        if scenario is not None:
            st.markdown(
                "\n".join(
                    f"- {words_of.effect_words(each, zone, reader)}" for each in scenario.effects
                )
            )
        return scenario


def _kept_words(kept: pd.Series, zone: str, reader: Reader) -> None:
    told = _("Revision {n}, saved by {who} on {when}.").format(
        n=reader.number(kept["revision"]),
        who=escaped(kept["saved_by"]),
        when=reader.instant(kept["saved_at"], zone),
    )
    st.caption(" ".join(part for part in (told, escaped(kept["note"])) if part))
    if kept["revision"] > 1:
        with st.popover(_("History"), type="tertiary", key="scenario-history"):
            for each in reversed(queries.scenario_history(kept["name"])):
                form = _("{n}: deleted by {who}, {when}") if each.scenario is None else None
                form = form or _("{n}: saved by {who}, {when}")
                st.text(
                    form.format(
                        n=reader.number(each.revision),
                        who=each.saved_by,
                        when=reader.instant(each.saved_at.replace(tzinfo=None), zone),
                    )
                )


def _on_days(scenario: Any, days: list, zone: str, reader: Reader) -> Any:
    """The scenario on the day that the reader has it begin; None where it is out of the plan."""
    begins = api.demand_scenarios.starts_at(scenario).astimezone(ZoneInfo(zone)).date()
    try:
        asked = pd.Timestamp(st.query_params["begins"]).date()
    except (KeyError, ValueError):
        asked = begins
    st.session_state["scenario-begins"] = asked
    st.date_input(
        _("As if it began on"),
        key="scenario-begins",
        on_change=_begin_on,
        help=_("Moves all of it; the saved scenario stays as it is. The link keeps the day."),
        width=220,
    )
    if asked > days[1]:
        st.warning(
            _("It begins after the days of the plan ({days}): choose an earlier day.").format(
                days=escaped(reader.days(*days))
            )
        )
        return None
    if asked < days[0]:
        told = _("It began before the days of the plan ({days}): only what is left of it shows.")
        st.info(told.format(days=escaped(reader.days(*days))))
    if asked == begins:
        return scenario
    return api.demand_scenarios.moved_to_day(scenario, asked, zone)


def _begin_on() -> None:
    st.query_params["begins"] = f"{st.session_state['scenario-begins']:%Y-%m-%d}"


# --- one queue ----------------------------------------------------------------------------


def _queue_cards(scenario: Any, queue: Queue, reader: Reader) -> None:
    channel, language = _queue_shown(scenario, queue, reader)
    of = {"channel": channel, "language": language}
    demand = queries.ask("demand_under", scenario=scenario, **of)
    after = queries.ask("staffing_under", scenario=scenario, **of)
    _headline(queries.scenario_effect(scenario, channel, language, ()), reader)
    _weeks_words(scenario, channel, language, reader)
    _topic_words(scenario, channel, language, reader)
    span = components.choice(
        "span",
        _("Days shown"),
        {code: _("{n} days").format(n=days) for code, days in _SPANS.items()},
    )
    name = queue_name(channel, language, reader)
    _demand_card(scenario, {scenario.name: demand}, f"{channel}_{language}", name, span, reader)
    if after.empty:
        components.empty(_("No desk answers this queue: there is nobody to plan."))
        return
    if after["required_scheduled"].isna().all():
        if not cards.is_days_only(after):
            components.empty(cards.closed_words())
        elif (channel, language) != (queue.channel, queue.language):  # else it is said above
            components.empty(cards.by_day_words(after, demand))
        return
    shrinkage = _shrinkage(scenario, channel, language)
    desk = api.roster_band(after, shrinkage)
    is_made = demand["before_mean"].sum() == 0
    before = None if is_made else queries.ask("staffing", **of)
    window = _window(scenario, after, span)
    components.card(
        _("People to schedule, without and with it"),
        figures.required_against_scheduled(
            window[window["required_scheduled"].notna()].pipe(
                lambda rows: api.roster_band(rows, shrinkage)
            ),
            before=None if before is None else _window(scenario, before, span),
            reader=reader,
        ),
        desk[list(words_of.plan_words())],
        name=f"scenario_people_{channel}_{language}",
        note=_("{queue}. Each step is a half hour; the band is what 80% of outcomes need.").format(
            queue=name
        ),
        words=words_of.plan_words(),
        units={"local_slot": "half_hour", "miss_probability": "share"},
    )


def _queue_shown(scenario: Any, queue: Queue, reader: Reader) -> tuple[str, str]:
    """The page's queue, or one that the scenario makes."""
    if not any(each.kind == "language" for each in scenario.effects):
        return queue.channel, queue.language
    demand = queries.ask("demand_under", scenario=scenario)
    known = queries.ask("queues").query("has_forecast")
    there = set(known[["channel", "language"]].itertuples(index=False, name=None))
    found = demand[["channel", "language"]].drop_duplicates().itertuples(index=False, name=None)
    made = [each for each in found if each not in there]
    codes = [queue.code, *(f"{channel}:{language}" for channel, language in made)]
    options = {code: queue_name(*code.split(":"), reader) for code in codes}
    chosen = picked("of", _("Queue shown"), options, default=codes[1], width=320)
    channel, language = chosen.split(":")
    return channel, language


def _shrinkage(scenario: Any, channel: str, language: str) -> float:
    """That of the queue's desk; of one that the scenario makes, of the desk it is like."""
    desks = queries.ask("queues").set_index(["channel", "language"])["shrinkage"].dropna()
    made = (each.values for each in scenario.effects if each.kind == "language")
    like = {values["language"]: values["like"] for values in made}.get(language)
    return desks[channel, language if (channel, language) in desks.index else like]


def _headline(found: pd.DataFrame, reader: Reader) -> None:
    """Totals under the scenario, each with what it was."""
    if found.empty:
        return
    row = found.iloc[0]
    with st.container(horizontal=True, gap="small", vertical_alignment="distribute"):
        for name, (label, told) in words_of.measures(reader).items():
            now, was, added = (row[f"{name}_{part}"] for part in ("after", "before", "added"))
            if pd.isna(now):
                continue
            with st.container(border=True, gap="xxsmall"):
                step = None if pd.isna(added) else step_words(added, told)
                st.metric(label, told(now), step, delta_color="off")
                before = MISSING if pd.isna(was) else told(was)
                st.caption(_("without it: {value}").format(value=before))


def _totals_table(effects: list, names: list[str], reader: Reader) -> pd.DataFrame:
    """Measures down; without any scenario, and under each, across."""
    rows = []
    for name, (label, told) in words_of.measures(reader, in_full=True).items():
        values = [effects[0][f"{name}_before"], *(each[f"{name}_after"] for each in effects)]
        said = [MISSING if pd.isna(value.iloc[0]) else told(value.iloc[0]) for value in values]
        rows.append((label, *said))
    return pd.DataFrame(rows, columns=[_("Measure"), _("Without the scenario"), *names])


def _weeks_words(scenario: Any, channel: str, language: str, reader: Reader) -> None:
    """Contacts of the weeks without and under it, each with its 80% band."""
    weeks = queries.scenario_weeks(scenario, channel, language)

    def told(mean, low, high) -> str:
        return _("{mean} contacts (80%: {low} – {high})").format(
            mean=reader.number(mean), low=reader.number(low), high=reader.number(high)
        )

    lines = [
        _("{days}: {after} instead of {before}").format(
            days=escaped(reader.days(week.starts_on.date(), week.ends_on.date())),
            after=told(week.mean, week.q10, week.q90),
            before=told(week.before_mean, week.before_q10, week.before_q90),
        )
        for week in weeks.itertuples()
    ]
    st.caption(reader.told(lines))


def _topic_words(scenario: Any, channel: str, language: str, reader: Reader) -> None:
    """How much of the queue the topics concerned make up, and how well that is known."""
    for effect in scenario.effects:
        if not (topics := effect.values.get("topics")):
            continue
        shares = queries.ask("topic_shares", topics=tuple(topics))
        own = shares[(shares["channel"] == channel) & (shares["language"] == language)]
        for row in own.itertuples():
            basis = {
                "queue": _("this queue"),
                "channel": _("its channel, as this queue has too few"),
                "all": _("all queues, as this one has too few"),
            }[row.basis]
            st.caption(
                _(
                    "{topics}: {share} of the contacts (95%: {interval}, n = {n}) of {basis}."
                ).format(
                    topics=reader.listed(escaped(reader.name("topic", each)) for each in topics),
                    share=reader.share(row.share, 0),
                    interval=reader.interval(row.low, row.high, "share"),
                    n=reader.number(row.n),
                    basis=basis,
                )
            )


def _demand_card(scenario, demands: dict, code: str, name: str, span: str, reader: Reader) -> None:
    windows = {told: _window(scenario, rows, span) for told, rows in demands.items()}
    first = next(iter(demands.values()))
    table = first[list(words_of.demand_words())]
    if len(demands) > 1:
        other = list(demands.values())[1]
        table = table.merge(
            other[["starts_at", "mean", "q10", "q90"]].add_prefix("other_"),
            left_on=first["starts_at"],
            right_on="other_starts_at",
            how="left",
        ).drop(columns="other_starts_at")
    words = words_of.demand_words() | {
        "other_mean": _("Contacts under the other"),
        "other_q10": _("Other, 80% low"),
        "other_q90": _("Other, 80% high"),
    }
    components.card(
        _("Contacts, without and with it"),
        figures.demand_under(windows, reader=reader),
        table,
        name=f"scenario_demand_{code}",
        note=_("{queue}, by half hour. The bands hold 80 of 100 half hours.").format(queue=name),
        words=words,
        units={"local_slot": "half_hour"},
    )


def _window(scenario: Any, rows: pd.DataFrame, span: str) -> pd.DataFrame:
    """The days shown: from the one on which the scenario begins."""
    begins = pd.Timestamp(api.demand_scenarios.starts_at(scenario)).tz_localize(None)
    on = rows.loc[rows["starts_at"] <= begins, "local_on"].max()
    first = rows["local_on"].min() if pd.isna(on) else on
    last = rows["local_on"].max() - pd.Timedelta(days=_SPANS[span] - 1)
    first = max(min(first, last), rows["local_on"].min())
    until = first + pd.Timedelta(days=_SPANS[span])
    return rows[(rows["local_on"] >= first) & (rows["local_on"] < until)]


# --- all queues, and two scenarios --------------------------------------------------------


def _all_queues(scenario: Any, page: Any) -> None:
    reader = page.reader
    with st.spinner(_("Planning every queue that it touches …")):
        found = queries.scenario_effect(scenario, None, None, ("channel", "language"))
        whole = queries.scenario_effect(scenario, None, None, ())
    _headline(whole, reader)
    _weeks_words(scenario, "*", "*", reader)
    components.table_card(
        _("By channel and language"),
        found,
        name="scenario_queues",
        note=_(
            "Over the days of the plan; hours and cost are what has to be scheduled. A new"
            " language is answered as the one it is like, by people who are not on a roster yet."
        ),
        words=words_of.effect_columns(),
    )
    plan = queries.ask("staffing_under", scenario=scenario)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.caption(_("The plan under it, all queues:"))
        download_buttons(plan, "scenario_plan")
        build, words = page.build, shift_words(reader)
        st.download_button(
            _("Calendar (.ics)"),
            lambda: api.icalendar_bytes(
                queries.rosters_under(scenario=scenario)[0],
                f"{build.site_name} · {scenario.name}",
                build.created_at,
                words,
            ),
            file_name="scenario_shifts.ics",
            mime="text/calendar",
            key="ics-scenario",
            on_click="ignore",
            type="tertiary",
            help=_("Shifts that cover it, one event each; takes some seconds"),
        )


def _beside(scenario: Any, queue: Queue, days: list, zone: str, reader: Reader) -> None:
    saved = [name for name in queries.scenarios()["name"] if name != scenario.name]
    if not saved:
        components.empty(_("There is no other saved scenario to put beside this one."))
        return
    as_saved("against", saved)
    against = picked("against", _("Beside"), {n: n for n in saved}, default=saved[0], width=320)
    other = queries.scenario(against).scenario
    begins = api.demand_scenarios.starts_at(scenario).astimezone(ZoneInfo(zone)).date()
    other = api.demand_scenarios.moved_to_day(other, begins, zone)
    st.caption(_("Both as if they began on {day}.").format(day=reader.weekday_and_day(begins)))
    effects = [queries.scenario_effect(each, None, None, ()) for each in (scenario, other)]
    components.table_card(
        _("All queues"),
        _totals_table(effects, [scenario.name, other.name], reader),
        name="scenario_totals",
    )
    of = {"channel": queue.channel, "language": queue.language}
    demands = {
        each.name: queries.ask("demand_under", scenario=each, **of) for each in (scenario, other)
    }
    _demand_card(
        scenario, demands, f"{queue.channel}_{queue.language}", queue.name(reader), "7", reader
    )
    words = words_of.beside_columns(scenario.name, other.name)
    added = queries.scenarios_beside(scenario, other)
    components.table_card(
        _("By channel and language"),
        added[[name for name in ("channel", "language", *words) if name in added]],
        name="scenario_beside",
        words=words,
    )
