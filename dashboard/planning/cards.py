"""One queue's plan and demand: steps, gaps, short half hours, fan, closed hours, events."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import components, figures, pages, queries
from dashboard.formats import Reader, escaped
from dashboard.i18n import plural
from dashboard.i18n import text as _
from dashboard.planning import backtests
from dashboard.planning.queues import Queue
from pipelines import api

_ALWAYS = ("channel", "language", "scheduled_agents", "gap")
_SPANS = {"3": 3, "7": 7, "14": 14}


def agents_card(
    changed: pd.DataFrame,
    queue: Queue,
    events: pd.DataFrame,
    reader: Reader,
    before: pd.DataFrame | None = None,
) -> None:
    """Agents to schedule and scheduled as steps; the table is the whole plan.

    `before`: the plan without the scenario, drawn beside it.
    """
    with st.container(border=True, key="card-agents"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.subheader(_("People to schedule, and scheduled"), anchor=False)
            span = components.choice(
                "span",
                _("Days shown"),
                {code: _("{n} days").format(n=days) for code, days in _SPANS.items()},
            )
        st.caption(
            _(
                "Each step is a half hour. The band holds what 80% of the forecast's outcomes"
                " would need. Where the line ends, the desk is closed."
            )
        )
        schedule_words(changed, reader)
        peak_words(queue, before is not None, reader)
        shown = first_days(changed, _SPANS[span])
        days = shown["local_on"].unique()
        components.chart_and_table(
            figures.required_against_scheduled(
                shown[shown["required_scheduled"].notna()],
                before=None if before is None else before[before["local_on"].isin(days)],
                events=events,
                reader=reader,
            ),
            _plan_table(changed),
            name=f"staffing_plan_{queue.channel}_{queue.language}",
            alt=_("Agents to schedule and agents scheduled, half hour by half hour"),
            words=_plan_words(),
            units=_plan_units(),
        )


def first_days(plan: pd.DataFrame, count: int) -> pd.DataFrame:
    """The rows of `count` days, from the first on which the desk is open."""
    first = plan.loc[plan["required_scheduled"].notna(), "local_on"].min()
    until = first + pd.Timedelta(days=count)
    return plan[(plan["local_on"] >= first) & (plan["local_on"] < until)]


def is_days_only(plan: pd.DataFrame) -> bool:
    """Whether nobody knows how many people an hour of the queue takes: calls and chats of which
    only the days are known."""
    return bool((plan["method"] == "days_only").any())


def by_day_words(plan: pd.DataFrame, forecast: pd.DataFrame) -> str | None:
    """What a plan of a queue can't know whose export tells days; None where it tells times."""
    if is_days_only(plan):
        return _(
            "The export of this queue tells days, not times of day: how many calls or chats come in"
            " a half hour, and so how many people they take, nobody knows."
        )
    if len(forecast) and forecast["q50"].isna().all():
        return _(
            "The export of this queue tells days, not times of day: what comes on a day is planned"
            " as if it came evenly while the desk is open."
        )
    return None


def closed_words() -> str:
    """Of a desk that is closed on every day of the plan."""
    return _("This desk is closed on every day of the plan: there is nobody to schedule.")


def schedule_words(changed: pd.DataFrame, reader: Reader) -> None:
    """For how many days a schedule is known, where it is not for all: absent is not nobody."""
    worked = changed[changed["required_scheduled"].notna()]
    days, known = (rows["local_on"].nunique() for rows in (worked, worked[worked["gap"].notna()]))
    if not days or known == days:
        return
    if not known:
        st.info(_("No schedule is loaded for this queue: load one to see who is short."))
        return
    st.info(
        _(
            "A schedule is known for {known} of {days} days; on the others “Scheduled” is left"
            " out, not 0."
        ).format(known=reader.number(known), days=reader.number(days))
    )


def peak_words(queue: Queue, is_scenario: bool, reader: Reader) -> None:
    """What the busiest half hour of the plan takes, and how sure that is: from whole simulated
    days, since the highest of many half hours is higher than the highest mean."""
    totals = queries.ask("forecast_totals", channel=queue.channel, language=queue.language)
    peaks = totals[totals["measure"] == "peak_agents"] if len(totals) else totals
    if peaks.empty:
        return
    top = peaks.sort_values(["q90", "q50"], ascending=False).iloc[0]
    table = peaks.sort_values("starts_on").rename(columns={"starts_on": "local_on"})
    told = plural(
        "Busiest half hour of the plan: on {day}, {middle} person at the desk is enough in 5 of 10"
        " outcomes, {high} in 9 of 10.",
        "Busiest half hour of the plan: on {day}, {middle} people at their desks are enough in 5 of"
        " 10 outcomes, {high} in 9 of 10.",
        int(top["q50"]),
    ).format(
        day=reader.weekday_and_day(top["starts_on"]),
        middle=reader.number(top["q50"]),
        high=reader.number(top["q90"]),
    )
    if is_scenario:
        told += " " + _("(Of the plan, without the scenario.)")
    st.caption(told)
    with st.expander(_("The busiest half hour of each day")):
        components.table_card(
            _("People at their desks in each day's busiest half hour"),
            table[["local_on", "q10", "q50", "q90", "q975"]],
            name=f"staffing_peaks_{queue.channel}_{queue.language}",
            note=_("Enough in so many of all outcomes: 1, 5, 9 of 10, and 39 of 40."),
            words=_plan_words()
            | {
                "q10": _("1 of 10"),
                "q50": _("5 of 10"),
                "q90": _("9 of 10"),
                "q975": _("39 of 40"),
            },
            units=dict.fromkeys(("q10", "q50", "q90", "q975"), "number"),
        )


def gap_card(changed: pd.DataFrame, queue: Queue, reader: Reader) -> None:
    """Where people are missing, day by half hour; how many it takes where no schedule is known."""
    has_schedule = changed["gap"].notna().any()
    draw = figures.gap_map if has_schedule else figures.agents_map
    components.card(
        _("Where people are missing") if has_schedule else _("How many to schedule"),
        draw(changed, reader=reader),
        _plan_table(changed),
        name=f"staffing_gaps_{queue.channel}_{queue.language}",
        note=_("Orange is short, blue is spare, empty is closed.")
        if has_schedule
        else _("No schedule is loaded for this queue: load one to see who is short."),
        words=_plan_words(),
        units=_plan_units(),
    )


def short_card(changed: pd.DataFrame, queue: Queue, reader: Reader) -> None:
    """The half hours that are short, and by how many."""
    if changed["gap"].isna().all():
        return
    short = api.short_half_hours(changed)
    if short.empty:
        st.success(_("No half hour of this queue is short."))
        return
    columns = [
        "local_on",
        "local_slot",
        "short_agents",
        "required_scheduled",
        "scheduled_agents",
        "expected_contacts",
        "miss_probability",
        "service_level_share",
        "occupancy_share",
    ]
    components.table_card(
        _("Which half hours are short, and by how many"),
        short[columns].dropna(axis="columns", how="all"),
        name=f"staffing_short_{queue.channel}_{queue.language}",
        note=_(
            "Of the people scheduled: how likely they miss the target over all that may come, and"
            " how many they answer in time if as many come as expected; empty where so few are"
            " there that the queue would grow without limit."
        ),
        words=_plan_words(),
        units=_plan_units(),
    )


def demand_card(
    forecast: pd.DataFrame, volume: np.ndarray, queue: Queue, events: pd.DataFrame, page: Any
) -> None:
    """What came in and what is expected, by day or by half hour, with its bands.

    `volume`: by how much a scenario multiplies the contacts of each half hour; where it does, they
    are drawn beside those of the published forecast.
    """
    reader = page.reader
    of = {"channel": queue.channel, "language": queue.language}
    totals = queries.ask("forecast_totals", **of)
    forecast, days, weeks = api.demand_under(
        forecast,
        volume,
        queries.ask("forecast_days", **of),
        totals[totals["measure"] == "week_total"] if len(totals) else totals,
    )
    is_scenario = (volume != 1).any()
    with st.container(border=True, key="card-demand"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.subheader(_("Contacts expected"), anchor=False)
            knows_half_hours = not forecast["q50"].isna().all()
            grain = "day"
            if knows_half_hours:
                grain = components.choice(
                    "grain", _("Grain"), {"day": _("By day"), "half_hour": _("By half hour")}
                )
        daily = grain == "day"
        ahead = days if daily else forecast
        if not is_scenario:
            ahead = ahead.drop(columns="before_mean")
        start = ahead["local_on"].min() - pd.Timedelta(days=56 if daily else 7)
        history = queries.ask("arrivals", **of, start=start.date())
        if daily:
            # A day with a gap in its feed has no total: part of a day is not a day.
            history = history.groupby("local_on", as_index=False)["offered"].agg(
                lambda offered: offered.sum(skipna=False)
            )
        st.caption(
            _(
                "The bands should hold 50, 80 and 95 of 100 half hours; of days, 80 of 100."
                " How well they have done so far:"
            )
            if knows_half_hours
            else _("The bands should hold 80 of 100 days. How well they have done so far:")
        )
        quality_words(queue, reader)
        totals_words(weeks, is_scenario, reader)
        components.chart_and_table(
            figures.fan(history, ahead, events=events, daily=daily, reader=reader),
            ahead,
            name=f"forecast_{grain}_{queue.channel}_{queue.language}",
            alt=_("Contacts that came in and contacts expected"),
            words=_plan_words()
            | {
                "mean": _("Mean"),
                "q50": _("Median"),
                "model": _("Model"),
                "before_mean": _("Without the scenario"),
            },
            units=_plan_units(),
        )


def quality_words(queue: Queue, reader: Reader) -> None:
    """How good this queue's forecasts have been: in words, with numbers, and the way to more."""
    tests = queries.ask("backtest")
    of_queue = tests[(tests["channel"] == queue.channel) & (tests["language"] == queue.language)]
    if of_queue.empty:
        st.caption(_("This queue is too young for its forecasts to have been tested."))
        return
    st.markdown(backtests.why_chosen(of_queue, reader))
    st.caption(backtests.how_good(of_queue, reader))
    st.page_link(
        pages.link("forecast_quality"),
        label=_("Forecast quality of this queue"),
        query_params={"queue": queue.code},
    )


def totals_words(weeks: pd.DataFrame, is_scenario: bool, reader: Reader) -> None:
    """Contacts of whole weeks with their own 80% bands: those of days would add up too wide."""
    if len(weeks):
        form = _("{days}: {mean} (80%: {low} – {high})")
        if is_scenario:
            form = _("{days}: {mean} (80%: {low} – {high}) instead of {before}")
        told = [
            form.format(
                days=escaped(reader.days(week.starts_on.date(), week.ends_on.date())),
                mean=reader.number(week.mean),
                low=reader.number(week.q10),
                high=reader.number(week.q90),
                before=reader.number(week.before_mean),
            )
            for week in weeks.itertuples()
        ]
        st.caption(_("In all, {weeks}").format(weeks=reader.told(told)))


def closed_card(changed: pd.DataFrame, queue: Queue, reader: Reader) -> None:
    """Contacts expected while the desk is closed, by half hour of the day."""
    closed = changed[~changed["is_open"].astype(bool)]
    if closed.empty or closed["expected_contacts"].sum() <= 0:
        st.success(_("This desk is open whenever contacts are expected."))
        return
    table = closed.groupby("local_slot", as_index=False)["expected_contacts"].sum()
    days = changed["local_on"].nunique()
    table["value"] = table["expected_contacts"] / days
    components.card(
        _("Demand while the desk is closed"),
        figures.slot_bars(table, label=_("contacts a day"), reader=reader),
        table[["local_slot", "value"]],
        name=f"staffing_closed_{queue.channel}_{queue.language}",
        note=_("Expected contacts a day that arrive in half hours without opening, by local time."),
        words=_plan_words() | {"value": _("Contacts a day")},
        units=_plan_units(),
    )


def events_card(events: pd.DataFrame, days: pd.Series, reader: Reader) -> None:
    """Market events of the planned days."""
    ends = days.max() + pd.Timedelta(days=1)
    ahead = events[(events["ends_at"] > days.min()) & (events["starts_at"] < ends)]
    if ahead.empty:
        return
    table = ahead[["kind", "title", "starts_at", "ends_at"]]
    components.table_card(
        _("Market events in these days"),
        table.assign(
            kind=table["kind"].map(_event_kinds()).fillna(table["kind"]),
            starts_at=[f"{at:%Y-%m-%d %H:%M}" for at in table["starts_at"]],
            ends_at=[f"{at:%Y-%m-%d %H:%M}" for at in table["ends_at"]],
        ),
        name="market_events",
        words={
            "kind": _("Kind"),
            "title": _("What"),
            "starts_at": _("Starts"),
            "ends_at": _("Ends"),
        },
    )


def _event_kinds() -> dict[str, str]:
    return {
        "surge": _("Market surge"),
        "listing": _("Listing"),
        "maintenance": _("Maintenance"),
        "withdrawal_halt": _("Withdrawals halted"),
        "campaign": _("Campaign"),
        "outage": _("Outage"),
    }


def local_events(zone: str) -> pd.DataFrame:
    """Market events with their instants on the wall clock of `zone`."""
    events = queries.ask("market_events")
    for name in ("starts_at", "ends_at"):
        clock = pd.to_datetime(events[name]).dt.tz_localize("UTC").dt.tz_convert(zone)
        events[name] = clock.dt.tz_localize(None)
    return events


def _plan_table(changed: pd.DataFrame) -> pd.DataFrame:
    columns = [
        "channel",
        "language",
        "local_on",
        "local_slot",
        "expected_contacts",
        "required_agents",
        "required_scheduled",
        "scheduled_low",
        "scheduled_high",
        "scheduled_agents",
        "gap",
        "service_level_share",
        "miss_probability",
        "occupancy_share",
        "wait_mean_seconds",
        "live_help_hours",
        "backlog_contacts",
    ]
    known = [name for name in columns if name in _ALWAYS or changed[name].notna().any()]
    return changed.loc[changed["required_scheduled"].notna(), known]


def _plan_words() -> dict[str, str]:
    return {
        "local_on": _("Day"),
        "local_slot": _("Half hour"),
        "expected_contacts": _("Contacts expected"),
        "required_agents": _("At their desks"),
        "required_scheduled": _("To schedule"),
        "scheduled_low": _("80% low"),
        "scheduled_high": _("80% high"),
        "scheduled_agents": _("Scheduled"),
        "short_agents": _("Short by"),
        "gap": _("Short (−) or spare"),
        "service_level_share": _("Answered in time"),
        "miss_probability": _("Target missed, chance"),
        "live_help_hours": _("Hours that calls and chats spare"),
        "backlog_contacts": _("Left to do"),
        "occupancy_share": _("Busy"),
        "wait_mean_seconds": _("Mean wait"),
    }


def _plan_units() -> dict[str, str]:
    return {"local_slot": "half_hour", "miss_probability": "share"}
