"""Which queue is short of people, and the queue that the page is about."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd
import streamlit as st

from dashboard import charts, components, figures, queries
from dashboard.comparisons import LIVE
from dashboard.formats import MISSING, Reader
from dashboard.i18n import pair, plural
from dashboard.i18n import text as _
from dashboard.menus import picked
from dashboard.tables import download_buttons
from pipelines import api

MOSTLY = 0.5


class Queue(NamedTuple):
    """A channel in a language, with its desk: what `api.what_if` needs to know of it."""

    channel: str
    language: str
    target_share: float
    within_seconds: float
    handle_seconds: float
    concurrency: int
    shrinkage: float
    max_occupancy: float
    slowdown_share: float
    minimum_agents: int
    promise_open_days: int
    open_day_seconds: float | None
    staffed_to: str
    gives_spare_time: bool
    hour_cost: float | None

    @property
    def is_live(self) -> bool:
        """Whether contacts wait in a queue, instead of until a promised day."""
        return self.channel in LIVE

    @property
    def code(self) -> str:
        """How the address names it."""
        return f"{self.channel}:{self.language}"

    def name(self, reader: Reader) -> str:
        """How a reader names it."""
        return queue_name(self.channel, self.language, reader)


def queue_name(channel: str, language: str, reader: Reader) -> str:
    """'Phone · Korean'."""
    return f"{reader.name('channel', channel)} · {reader.language(language)}"


def no_forecast_yet() -> None:
    """The state before the first forecast: what to run."""
    st.info(
        _(
            "There is no staffing plan yet: it needs a forecast, and a forecast needs at least a"
            " few weeks of arrivals. Make one from the published build:"
        )
    )
    st.code("support-quality forecast", language="shell")


def overview(plans: pd.DataFrame, reader: Reader) -> None:
    """Who is short on a day, the worst first: half hours across, queues down."""
    days = sorted(plans["local_on"].unique())
    options = {"all": _("All {n} days").format(n=len(days))} | {
        f"{day:%Y-%m-%d}": reader.weekday_and_day(day) for day in days
    }
    # The day that needs a manager most: with the most hours short, else with the most to schedule.
    needs = _days_by_need()
    needs = needs[needs["open_half_hours"] > 0] if needs["open_half_hours"].any() else needs
    first = f"{needs['local_on'].iloc[0]:%Y-%m-%d}"
    with st.container(border=True, key="card-queues"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            knows_schedules = plans["gap"].notna().any()
            title = _("Who is short") if knows_schedules else _("How many to schedule")
            st.header(title, anchor=False)
            day = picked("day", _("Day"), options, default=first, width=190, is_kept=True)
            shown = "required"
            if knows_schedules:
                shown = components.choice(
                    "map",
                    _("Shown"),
                    {"gap": _("Short or spare"), "required": _("To schedule")},
                )
        found = _shortage(day)
        chosen = _in_order(day)
        if chosen.empty:
            components.empty(
                _("Every desk is closed on this day.")
                if not found["open_half_hours"].any()
                else _days_only_words(len(_days_only(found)), reader)
            )
            return
        _overview_words(found, _shortage("all"), reader)
        _closed_words(_shortage("all"), reader)
        names = {code: queue_name(*code.split(":"), reader) for code in chosen["queue"].unique()}
        if shown == "gap" and chosen["gap"].notna().any():
            draw, drawn = figures.gap_map, chosen[chosen["gap"].notna()]
            table, name = _shortage_table(found, reader), f"staffing_queues_{day}"
            alt = _("Half hours in which queues are short of people")
        else:
            draw, drawn = figures.agents_map, chosen[chosen["required_scheduled"].notna()]
            table, name = by_half_hour(drawn), f"staffing_half_hours_{day}"
            alt = _("How many to schedule, by queue and half hour")
        components.chart_and_table(
            draw(drawn, row="queue", names=names, reader=reader),
            table,
            name=name,
            alt=alt,
            words=_shortage_words() | names,
            units={
                "closed_share": "share",
                "short_half_hours": "count",
                "open_half_hours": "count",
                "peak_agents": "count",
                "local_slot": "half_hour",
            },
        )


def by_half_hour(chosen: pd.DataFrame) -> pd.DataFrame:
    """How many to schedule, a row for each half hour and a column for each queue, in the frame's
    order of queues; NULL while closed. Of several days each row tells its day."""
    found = chosen.pivot(
        index=["local_on", "local_slot"], columns="queue", values="required_scheduled"
    )
    found = found[list(dict.fromkeys(chosen["queue"]))].reset_index()
    found.columns.name = None
    return found if found["local_on"].nunique() > 1 else found.drop(columns="local_on")


def whole_plan(plans: pd.DataFrame, page: Any) -> None:
    """The plan of all queues to take away: half hours as CSV and XLSX, shifts for calendars."""
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.caption(_("The whole plan, all queues:"))
        download_buttons(plans, "staffing_plan")
        calendar_button(queries.ask("tours"), "staffing_tours", page)


def calendar_button(tours: pd.DataFrame, name: str, page: Any, under: str = "") -> None:
    """Persons' shifts as a file that calendars read; made when clicked. `under`: what else than
    the published plan they are of."""
    build, words = page.build, shift_words(page.reader)
    site = f"{build.site_name} · {under}" if under else build.site_name
    st.download_button(
        _("Calendar (.ics)"),
        lambda: api.icalendar_bytes(tours, site, build.created_at, words),
        file_name=f"{name}_what_if.ics" if under else f"{name}.ics",
        mime="text/calendar",
        key=f"ics-{name}",
        on_click="ignore",
        type="tertiary",
        help=_("One event per person and shift; loading it again updates the events"),
    )


def shift_words(reader: Reader) -> api.ShiftWords:
    """The events of a calendar in the reader's words, made while their language is known: the file
    is written later, when somebody clicks."""
    one, many = plural("{n} agent", "{n} agents", 1), plural("{n} agent", "{n} agents", 2)
    return api.ShiftWords(
        queue=lambda channel, language: queue_name(channel, language, reader),
        person=lambda person: charts.person_name(person, reader),
        agents=lambda n: (one if n == 1 else many).format(n=reader.number(n)),
        paid=_("{hours} paid hours"),
        rest=_("Break of {minutes} minutes, {hours} h after the start"),
    )


@queries.once_a_build
def _shortage(day: str) -> pd.DataFrame:
    """`api.shortage` of all queues on a day ("all": of the whole plan)."""
    return api.shortage(_of_day(queries.ask("staffing"), day))


@queries.once_a_build
def _days_by_need() -> pd.DataFrame:
    """`api.shortage` of all queues by day, the one with most hours short first."""
    return api.shortage(queries.ask("staffing"), by=("local_on",))


def _of_day(plans: pd.DataFrame, day: str) -> pd.DataFrame:
    return plans if day == "all" else plans[plans["local_on"] == pd.Timestamp(day)]


@queries.once_a_build
def _in_order(day: str) -> pd.DataFrame:
    """The plans of a day, queue by queue as `_shortage` has them; those never open left out."""
    plans, found = _of_day(queries.ask("staffing"), day), _shortage(day)
    place = {(row.channel, row.language): i for i, row in enumerate(found.itertuples())}
    keyed = plans.assign(
        queue=plans["channel"] + ":" + plans["language"],
        _place=[place[pair] for pair in zip(plans["channel"], plans["language"], strict=True)],
    )
    open_half_hours = keyed.groupby("queue")["required_scheduled"].transform("count")
    return keyed[open_half_hours > 0].sort_values(["_place", "starts_at"]).drop(columns="_place")


def _overview_words(found: pd.DataFrame, whole: pd.DataFrame, reader: Reader) -> None:
    days_only = len(_days_only(found))
    found = found.drop(_days_only(found))
    short = found[found["short_agent_hours"] > 0]
    unknown = int(found["short_agent_hours"].isna().sum())
    # Without a schedule nobody knows who is short: that is not the same as nobody.
    sentences = [_("No queue with a schedule is short.")] if unknown < len(found) else []
    if len(short):
        worst = short.iloc[0]
        sentences = [
            plural(
                "{n} queue is short, by {hours} agent-hours: {queue}.",
                "{n} queues are short, by {hours} agent-hours; most of all {queue}.",
                len(short),
            ).format(
                n=reader.number(len(short)),
                hours=reader.number(short["short_agent_hours"].sum(), 1),
                queue=queue_name(worst["channel"], worst["language"], reader),
            )
        ]
    beyond = whole["short_agent_hours"].sum() - short["short_agent_hours"].sum()
    if beyond > 0:
        sentences.append(
            _("On the other days of the plan: {hours} agent-hours short.").format(
                hours=reader.number(beyond, 1)
            )
        )
    if whole["short_agent_hours"].isna().all():
        sentences.append(_("No schedule is loaded: load one to see who is short."))
    elif unknown:
        sentences.append(
            plural(
                "{n} queue has no schedule loaded: “To schedule” says how many it needs.",
                "{n} queues have no schedule loaded: “To schedule” says how many they need.",
                unknown,
            ).format(n=reader.number(unknown))
        )
    if days_only:
        sentences.append(_days_only_words(days_only, reader))
    st.caption(" ".join(sentences))


def _days_only(found: pd.DataFrame) -> pd.Index:
    """The rows of a shortage of whose queues nobody knows how many people they take."""
    return found.index[found["required_agent_hours"].isna()]


def _days_only_words(count: int, reader: Reader) -> str:
    return plural(
        "Of {n} queue of calls or chats only days are known: how many people it takes by the half"
        " hour, nobody knows.",
        "Of {n} queues of calls or chats only days are known: how many people they take by the half"
        " hour, nobody knows.",
        count,
    ).format(n=reader.number(count))


def _closed_words(whole: pd.DataFrame, reader: Reader) -> None:
    """That desks are closed when most call or write: seldom so, but for hours nobody has set."""
    if (closed := closed_live_share(whole)) > MOSTLY:
        st.info(
            _(
                "{share} of the calls and chats expected come while their desks are closed. Opening"
                " hours stand in support.toml; the shipped ones are an invented exchange's."
            ).format(share=reader.share(closed, 0))
        )


def closed_live_share(whole: pd.DataFrame) -> float:
    """Of the calls and chats of `api.shortage`, the share expected while closed; 0 of none."""
    live = whole[whole["channel"].isin(LIVE)]
    expected = live["expected_contacts"].sum()
    return (live["expected_contacts"] * live["closed_share"]).sum() / expected if expected else 0.0


def _shortage_table(found: pd.DataFrame, reader: Reader) -> pd.DataFrame:
    worst = [
        MISSING
        if pd.isna(row.worst_gap) or row.worst_gap >= 0
        else f"{charts.gap_words(row.worst_gap, reader)}, "
        f"{reader.weekday_and_day(row.worst_on)} {reader.half_hour(int(row.worst_slot))}"
        for row in found.itertuples()
    ]
    table = found.assign(worst=worst)
    return table[
        [
            "channel",
            "language",
            "short_agent_hours",
            "short_half_hours",
            "open_half_hours",
            "worst",
            "required_agent_hours",
            "scheduled_agent_hours",
            "peak_agents",
            "expected_contacts",
            "closed_share",
        ]
    ]


def _shortage_words() -> dict[str, str]:
    return {
        "short_agent_hours": _("Agent-hours short"),
        "short_half_hours": _("Half hours short"),
        "open_half_hours": _("Half hours open"),
        "worst": _("Worst half hour"),
        "required_agent_hours": _("Agent-hours to schedule"),
        "scheduled_agent_hours": _("Agent-hours scheduled"),
        "peak_agents": _("Most at once"),
        "expected_contacts": _("Contacts expected"),
        "closed_share": _("Of them while closed"),
        "local_on": _("Day"),
        "local_slot": _("Half hour"),
    }


def queue_menu(reader: Reader) -> Queue:
    """Choose a queue, those that are short first."""
    found = _shortage("all")
    options = {
        f"{row.channel}:{row.language}": queue_name(row.channel, row.language, reader)
        for row in found.itertuples()
    }
    st.header(_("One queue"), anchor=False)
    first = next(iter(options))
    code = picked("queue", _("Queue"), options, default=first, width=320, is_kept=True)
    channel, language = code.split(":")
    known = queries.ask("queues")
    row = known[(known["channel"] == channel) & (known["language"] == language)].iloc[0]
    return Queue(**{name: row[name] for name in Queue._fields})


def desk_words(queue: Queue, plan: pd.DataFrame, reader: Reader) -> str:
    """What the desk promises and what the plan assumes, and where it has it from."""
    known = queries.ask("staffing_queues")
    is_own = (known["channel"] == queue.channel) & (known["language"] == queue.language)
    told = known[is_own].iloc[0]
    handle = _("handle time {duration}").format(duration=reader.duration(told["handle_seconds"]))
    if told["handle_source"] == "measured":
        handle += _(" (n = {n}, 8 weeks)").format(n=reader.number(told["handle_n"]))
    else:
        handle += _(" (as set)")
    parts = [handle]
    if queue.is_live:
        parts.insert(
            0,
            _("Promise: {share} answered within {duration}").format(
                share=reader.share(queue.target_share, 0),
                duration=reader.duration(queue.within_seconds),
            ),
        )
        if queue.concurrency > 1:
            parts.append(
                _("{n} chats at once, each further one slows all by {share}").format(
                    n=reader.number(queue.concurrency), share=reader.share(queue.slowdown_share, 0)
                )
            )
        parts.append(_patience_words(told, reader))
        parts.append(_rule_words(queue.staffed_to, reader))
    else:
        hours = queue.promise_open_days * queue.open_day_seconds / 3600
        parts.insert(
            0,
            plural(
                "Promise: answered within {n} business day ({duration} of opening)",
                "Promise: answered within {n} business days ({duration} of opening)",
                int(queue.promise_open_days),
            ).format(
                n=reader.number(queue.promise_open_days),
                # in hours however many: a day of them would be read as one of the calendar
                duration=_("{n} h").format(n=reader.number(hours, int(hours % 1 != 0))),
            ),
        )
        if queue.staffed_to not in ("expected", "mean"):
            parts.append(_rule_words(queue.staffed_to, reader))
        if (helped := plan["live_help_hours"].sum()) > 0:
            spared = _(
                "agents of calls and chats in this language can spare {hours} h for it: only work"
                " beyond that is to be scheduled"
            )
            parts.append(spared.format(hours=reader.number(helped, 1)))
    parts += [
        _("{share} of paid time away from contacts").format(share=reader.share(queue.shrinkage, 0)),
        _("at their desks busy at most {share} of the time").format(
            share=reader.share(queue.max_occupancy, 0)
        ),
    ]
    methods = plan.loc[plan["is_open"].astype(bool), "method"]
    if len(methods):
        parts.append(method_name(methods.iloc[0]))
    return " · ".join(parts)


def method_name(method: str) -> str:
    """How agents were reckoned, in the reader's words."""
    return {
        "erlang_c": _("waiting-line formula for callers who never hang up (Erlang C)"),
        "erlang_a": _("waiting-line formula for callers who may hang up (Erlang A)"),
        "chat": _("waiting-line formula for several chats at once"),
        "promise": _("least work that keeps the promise"),
        "days_only": _("no number of people: only days are known"),
    }.get(method, method)


def plain_words() -> None:
    """What the planners' words on this page mean."""
    terms = {
        _("To schedule"): _(
            "People on the roster: those needed at their desks, and as many more as breaks,"
            " training and illness take away."
        ),
        _("Agent-hour"): _("One person for one hour; two people for half an hour are one, too."),
        _("Away from contacts"): _(
            "The share of paid time that goes to breaks, training, meetings and absence."
            " Planners call it shrinkage."
        ),
        _("Busy"): _(
            "The share of time at the desk that goes to contacts. Planners call it occupancy;"
            " near 100% queues grow without end and people leave."
        ),
        _("Patience"): _("How long people wait on average before they hang up."),
        _("Target missed"): _(
            "A half hour in which fewer people are answered in time than promised. “1 in 9” means:"
            " of nine such half hours, one is expected to miss it."
        ),
        _("80% band"): _("Of ten outcomes eight lie within it, one below and one above it."),
        _("Quantile"): _(
            "The 90% quantile is the number that nine of ten outcomes stay at or below."
        ),
    }
    with st.popover(_("Words in plain language"), type="tertiary"):
        for term, meaning in terms.items():
            st.markdown(pair(f"**{term}**", meaning))


def _patience_words(told: pd.Series, reader: Reader) -> str:
    if told["patience_source"] == "measured":
        return _("patience {duration} (95%: {low} – {high}; {n} hung up)").format(
            duration=reader.duration(told["patience_seconds"]),
            low=reader.duration(told["patience_low"]),
            high=reader.duration(told["patience_high"]),
            n=reader.number(told["patience_n"]),
        )
    if told["patience_source"] == "setting":
        return _("patience {duration} (as set)").format(
            duration=reader.duration(told["patience_seconds"])
        )
    return _("patience unknown: nobody is taken to hang up")


def _rule_words(staffed_to: str, reader: Reader) -> str:
    if staffed_to == "expected":
        return _("staffed so that the target is met over all that may come")
    if staffed_to == "mean":
        return _("staffed for the mean of the forecast")
    return _("staffed for what {share} of outcomes stay below").format(
        share=reader.share(float(staffed_to), 0)
    )
