"""What if: the controls of a scenario, the plan under it, and the totals it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import address, charts, components, queries
from dashboard.formats import MISSING, Reader, escaped, step_words
from dashboard.i18n import plural
from dashboard.i18n import text as _
from dashboard.menus import as_saved, picked
from dashboard.planning import scenario_words as words_of
from dashboard.planning.queues import Queue, desk_words, plain_words
from dashboard.planning.troubles import trouble
from pipelines import api
from pipelines.errors import SupportQualityError

_CONTROLS = (
    "base", "volume", "surge_on", "surge", "handle",
    "target", "within", "shrinkage", "busy", "chats",
)  # fmt: skip
"""What-if controls, by their names in the address."""
MOST_CHATS = 20
_BETTER_LESS = ("short_agent_hours", "worst_gap", "missed_half_hours", "required_cost")


@dataclass(frozen=True)
class WhatIf:
    """What the reader changes of a queue, and the saved scenario that the changes come on top of
    (None: the published plan)."""

    queue: Queue
    changes: api.Scenario
    base: Any = None

    @property
    def asked(self) -> dict[str, Any]:
        """What `api.Warehouse.staffing_under` and its kin ask to know of it."""
        of = (self.queue.channel, self.queue.language)
        return {"scenario": self.base, "changes": {of: self.changes} if self._has_changes else {}}

    @property
    def about(self) -> dict[str, str]:
        """What a file says of it."""
        told = {"scenario": self.base.name} if self.base is not None else {}
        if self._has_changes:
            values = vars(self.changes).items()
            own = vars(api.Scenario())
            said = ", ".join(f"{name} {value}" for name, value in values if value != own[name])
            told["changes"] = f"{self.queue.channel}/{self.queue.language}: {said}"
        return told

    @property
    def title(self) -> str:
        """What a calendar of it is called beside its site; "" of the published plan."""
        name = self.base.name if self.base is not None else ""
        return " + ".join(part for part in (name, _("What if …?") * self._has_changes) if part)

    def volume(self, forecast: pd.DataFrame) -> np.ndarray:
        """By how much the queue's contacts are multiplied, by half hour."""
        before: np.ndarray | float = 1.0
        if self.base is not None:
            of = {"channel": self.queue.channel, "language": self.queue.language}
            told = queries.ask("demand_under", scenario=self.base, **of)
            before = told["volume"].to_numpy()
        return api.volume_under(forecast, self.changes, before)

    @property
    def is_changed(self) -> bool:
        """Whether it differs from the published plan at all."""
        return self.base is not None or self._has_changes

    @property
    def _has_changes(self) -> bool:
        return self.changes != api.Scenario()


def odds_words(missed_share: float, reader: Reader) -> str:
    """'1 in 9', '7 in 10'; 'hardly ever' where it is less than one in a thousand."""
    if (odds := api.odds(missed_share)) is None:
        return _("hardly ever")
    k, n = odds
    return _("{k} in {n}").format(k=reader.number(k), n=reader.number(n))


def risk_words(changed: pd.DataFrame, reader: Reader) -> None:
    """When the target is most at risk: '1 half hour in 9 on Monday morning'."""
    found = api.target_misses(changed)
    worst = found[found["one_in"] <= 20].head(3)
    if found.empty:
        return
    if worst.empty:
        st.success(_("On no part of any day is the target missed in more than 1 half hour in 20."))
        return
    parts = {
        "night": _("night (0–6 h)"),
        "morning": _("morning (6–12 h)"),
        "afternoon": _("afternoon (12–18 h)"),
        "evening": _("evening (18–24 h)"),
    }
    told = reader.told(
        plural(
            "{day}, {part}: {k} half hour in {n}", "{day}, {part}: {k} half hours in {n}", k
        ).format(
            day=reader.weekday_and_day(row.local_on),
            part=parts[row.part],
            k=reader.number(k),
            n=reader.number(n),
        )
        for row in worst.itertuples()
        for k, n in [api.odds(1 / row.one_in)]
    )
    st.warning(_("The target is most at risk on {when}.").format(when=told))


def scenario_menu(queue: Queue, plan: pd.DataFrame, page: Any) -> WhatIf:
    """The what-if controls; what is left alone stays as the desk has it."""
    reader = page.reader
    st.caption(desk_words(queue, plan, reader))
    plain_words()
    days = {"": _("none")} | {
        f"{day:%Y-%m-%d}": reader.weekday_and_day(day) for day in plan["local_on"].unique()
    }
    is_asked = any(address.is_set(name) for name in _CONTROLS)
    with st.expander(_("What if …?"), expanded=is_asked, key="what-if"):
        base = _base(plan, page)
        one, two, three = st.columns(3)
        with one:
            volume = _percent("volume", _("Contacts, change in %"), -50, 200)
            surge_on = picked("surge_on", _("Market surge on"), days, default="", is_kept=True)
            surge = (
                _percent("surge", _("Contacts on that day, change in %"), 0, 900, step=10, own=100)
                if surge_on
                else 0
            )
        with two:
            handle = _percent("handle", _("Handle time, change in %"), -50, 100)
            shrinkage = _own_percent("shrinkage", _("Shrinkage in %"), queue.shrinkage, 0, 90)
            busy = _own_percent("busy", _("Busy at most, in %"), queue.max_occupancy, 10, 100)
        with three:
            target = within = None
            if queue.is_live:
                target = _own_percent(
                    "target", _("Answered in time, in %"), queue.target_share, 1, 99
                )
                within = _own(
                    "within", _("In time means within, seconds"), queue.within_seconds, 864_000
                )
            chats = (
                _own("chats", _("Chats at once"), queue.concurrency, MOST_CHATS)
                if queue.channel == "live_chat"
                else None
            )
        st.button(_("Back to the plan"), type="tertiary", on_click=_forget)
    changes = api.Scenario(
        volume_change_share=volume / 100,
        surge_on=pd.Timestamp(surge_on).date() if surge_on else None,
        surge_change_share=surge / 100,
        handle_change_share=handle / 100,
        shrinkage=_share(shrinkage),
        target_share=_share(target),
        within_seconds=within,
        max_occupancy=_share(busy),
        concurrency=chats,
    )
    return WhatIf(queue, changes, base)


def _base(plan: pd.DataFrame, page: Any) -> Any:
    """The saved scenario that the changes come on top of; None for the plan as it is."""
    saved = queries.scenarios()["name"].tolist()
    if not saved:
        return None
    as_saved("base", saved)
    options = {"": _("the published plan")} | {name: name for name in saved}
    name = picked("base", _("Changes start from"), options, default="", width=420, is_kept=True)
    if not name:
        return None
    base = queries.scenario(name).scenario
    reader, zone = page.reader, page.build.zone
    told = [words_of.effect_words(each, zone, reader) for each in base.effects]
    begins = api.demand_scenarios.starts_at(base).astimezone(ZoneInfo(zone)).date()
    days = [plan["local_on"].min().date(), plan["local_on"].max().date()]
    if begins > days[1]:
        after = _("It begins after the days of the plan ({days}) and changes nothing in them.")
        told.append(after.format(days=escaped(reader.days(*days))))
    st.caption("  \n".join(told))
    return base


def under(what_if: WhatIf, plan: pd.DataFrame, page: Any) -> pd.DataFrame:
    """The plan with all that is changed, and the band of what to schedule."""
    queue, changes = what_if.queue, what_if.changes
    if what_if.is_changed:
        of = {"channel": queue.channel, "language": queue.language}
        try:
            plan = queries.ask("staffing_under", **what_if.asked, **of)
        except SupportQualityError as error:
            st.error(escaped(trouble(error, page.build.zone, page.reader)))
            st.stop()
    shrinkage = queue.shrinkage if changes.shrinkage is None else changes.shrinkage
    shown = api.roster_band(plan, shrinkage)
    shown.attrs |= what_if.about
    return shown


def others_words(what_if: WhatIf, reader: Reader) -> None:
    """Of numbers of several queues: that the sliders move the shown one alone."""
    if what_if.asked["changes"]:
        form = _("The sliders change {queue} alone; the other languages are as planned.")
        if what_if.base is not None:
            form = _("The sliders change {queue} alone; the other languages are as under “{name}”.")
        name = escaped(what_if.base.name) if what_if.base is not None else ""
        st.caption(form.format(queue=what_if.queue.name(reader), name=name))


def headline(changed: pd.DataFrame, plan: pd.DataFrame, what_if: WhatIf, reader: Reader) -> None:
    """The queue's totals over the plan; under a scenario, against the plan without it."""
    has_changed = what_if.is_changed
    known = queries.ask("staffing_queues")
    now = before = api.shortage(api.with_costs(changed, known)).iloc[0]
    if has_changed:
        before = api.shortage(api.with_costs(plan, known)).iloc[0]
        st.info(_("A scenario, not the plan: each number says how far it is from the plan."))
    hours = _("{n} h")

    def step(name: str) -> str | None:
        if not has_changed or pd.isna(now[name]) or pd.isna(before[name]):
            return None
        if name == "worst_gap":  # how many more people are missing; those to spare are none
            return step_words(min(before[name], 0) - min(now[name], 0), reader.number)
        form = hours if name.endswith("agent_hours") else "{n}"
        if name == "missed_half_hours":
            form = _("{n} half hours")

        def amount(value: float) -> str:
            if name == "required_cost":
                return reader.money(value, currency)
            return form.format(n=reader.number(value, 1))

        return step_words(now[name] - before[name], amount)

    def told(name: str, form: str = "{n}", decimals: int = 0) -> str:
        value = now[name]
        return MISSING if pd.isna(value) else form.format(n=reader.number(value, decimals))

    most = _("at most {n} at once").format(n=told("peak_agents"))
    short = _("no schedule is loaded")
    if not now["open_half_hours"]:
        most = short = _("closed on every day")
    elif pd.isna(now["required_agent_hours"]):
        most = short = _("only days are known")
    elif not pd.isna(now["short_half_hours"]):
        short = _("in {n} of {all} open half hours").format(
            n=reader.number(now["short_half_hours"]), all=reader.number(now["open_half_hours"])
        )
    worst, worst_at = MISSING, short
    if now["worst_gap"] >= 0:
        worst, worst_at = _("none"), _("nobody is missing")
    elif not pd.isna(now["worst_gap"]):
        worst = charts.gap_words(now["worst_gap"], reader)
        day, slot = now["worst_on"], int(now["worst_slot"])
        worst_at = f"{reader.weekday_and_day(day)} {reader.half_hour(slot)}"
    spare = short
    if not pd.isna(now["spare_agent_hours"]):
        spare = _("spare elsewhere: {n} h").format(n=reader.number(now["spare_agent_hours"], 1))
    closed = _("{share} of them while closed").format(share=reader.share(now["closed_share"], 0))
    currency = known["currency"].iloc[0]
    if not pd.isna(now["scheduled_cost"]):
        spent = _("scheduled: {money}").format(money=reader.money(now["scheduled_cost"], currency))
    else:
        spent = short
    missed, missed_of = MISSING, ""
    if now["live_half_hours"]:
        missed = odds_words(now["missed_half_hours"] / now["live_half_hours"], reader)
        missed_of = _("{n} of {all} half hours, expected").format(
            n=reader.number(now["missed_half_hours"], 1), all=reader.number(now["live_half_hours"])
        )
    items = (
        (_("Hours to schedule"), told("required_agent_hours", hours), "required_agent_hours", most),
        (
            _("Hours scheduled"),
            told("scheduled_agent_hours", hours),
            "scheduled_agent_hours",
            spare,
        ),
        (_("Hours short"), told("short_agent_hours", hours, 1), "short_agent_hours", short),
        (_("Worst half hour"), worst, "worst_gap", worst_at),
        (_("Contacts expected"), told("expected_contacts"), "expected_contacts", closed),
    )
    if now["live_half_hours"]:
        items += ((_("Target missed"), missed, "missed_half_hours", missed_of),)
    if not pd.isna(now["required_cost"]):
        cost = reader.money(now["required_cost"], currency)
        items += ((_("Cost to schedule"), cost, "required_cost", spent),)
    helps = {
        "required_agent_hours": _(
            "Agent-hours on the roster, breaks and absence included: agents needed at their"
            " desks / (1 − shrinkage), rounded up in each half hour."
        ),
        "short_agent_hours": _(
            "Agent-hours by which half hours fall below what to schedule. Spare people in other"
            " half hours do not make up for it."
        ),
        "expected_contacts": _("Mean of the forecast over the days of the plan."),
        "missed_half_hours": _(
            "How often so many may come that the people scheduled (without a schedule: those to"
            " schedule) answer too few in time. Counted over what the forecast holds possible."
        ),
        "required_cost": _("Agent-hours to schedule × the cost of an hour, as the desk sets it."),
    }
    for row in components.in_rows(items):
        with st.container(horizontal=True, gap="small", vertical_alignment="distribute"):
            for label, value, name, note in row:
                with st.container(border=True, gap="xxsmall"):
                    st.metric(
                        label,
                        value,
                        step(name),
                        delta_color="inverse" if name in _BETTER_LESS else "off",
                        help=helps.get(name),
                    )
                    st.caption(note)


def _percent(name: str, label: str, low: int, high: int, step: int = 5, own: int = 0) -> int:
    control = address.number(name, low, high, own)
    return st.slider(label, low, high, step=step, format="%+d%%", **control)


def _own_percent(name: str, label: str, own: float, low: int, high: int) -> int | None:
    control = address.number(name, low, high, None)
    return st.number_input(label, low, high, None, placeholder=f"{own * 100:.0f}", **control)


def _own(name: str, label: str, own: float, high: int) -> int | None:
    control = address.number(name, 1, high, None)
    return st.number_input(label, 1, high, None, placeholder=f"{own:.0f}", **control)


def _share(percent: int | None) -> float | None:
    return None if percent is None else percent / 100


def _forget() -> None:
    for name in _CONTROLS:
        address.forget(name)
