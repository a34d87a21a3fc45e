"""Whom to hire, and when: the next 12 weeks or months from the plan of now."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address, components, figures, queries
from dashboard.formats import escaped
from dashboard.i18n import text as _
from dashboard.planning.scenario import WhatIf, others_words
from dashboard.planning.shifts import rosters
from dashboard.planning.troubles import trouble
from pipelines import api
from pipelines.errors import SupportQualityError


def hiring_card(what_if: WhatIf, page: Any) -> None:
    """People needed, people there and people to hire, under what the reader assumes."""
    reader, queue = page.reader, what_if.queue
    with st.container(border=True, key="card-hiring"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.subheader(_("Whom to hire, and when"), anchor=False)
            by = components.choice(
                "period",
                _("Period"),
                {"week": _("12 weeks"), "month": _("12 months")},
                place="hiring.period",
            )
            of = components.choice(
                "staff",
                _("Staff of"),
                {"queue": _("This queue"), "channel": _("Its channel")},
                place="hiring.staff",
            )
        language = queue.language if of == "queue" else None
        shown = rosters(what_if, page, language)
        if shown is None:
            return
        if of == "channel":
            others_words(what_if, reader)
        whom = {"channel": queue.channel, "language": language}
        plan = queries.ask("staffing_under", **what_if.asked, **whom)
        desks = queries.ask("queues")
        of_staff = desks["channel"] == queue.channel
        if language:
            of_staff &= desks["language"] == language
        needed = people_needed(shown[0])
        there = people_there(queries.ask("shifts", **whom), desks[of_staff])
        hours = float(queries.ask("staffing_queues")["weekly_hours"].iloc[0])
        one, two, three, four = st.columns(4)
        staff = f"people.{queue.channel}" + (f".{language}" if language else "")
        with one:
            on_roll = _whole(staff, _("People there now"), 0, 10_000, there, help=_("Ramped up."))
        with two:
            leaving = _whole("leaving", _("Leaving in a year, in %"), 0, 99, 30, step=5)
        with three:
            growth = _whole("growth", _("Growth in a year, in %"), -50, 300, 0, step=5)
        with four:
            ramp = _whole("ramp", _("Weeks until fully worth"), 0, 52, 8)
        try:
            found = api.hiring_view(
                plan,
                on_roll=on_roll,
                yearly_attrition=leaving / 100,
                people=needed or None,
                yearly_growth=growth / 100,
                ramp_weeks=ramp,
                weekly_hours=hours,
                by=by,
            )
        except SupportQualityError as error:
            st.error(escaped(trouble(error, page.build.zone, reader)))
            return
        st.caption(
            _(
                "People of {hours} hours a week. Needed now are the people whom the plan's shifts"
                " take; two weeks tell nothing of the season, so put growth as you expect it. Who"
                " is hired is worth nothing at first and all of it at the end of the ramp."
            ).format(hours=reader.number(hours))
        )
        first = pd.Timestamp(plan["local_on"].min())
        step = pd.DateOffset(weeks=1) if by == "week" else pd.DateOffset(months=1)
        found["label"] = [reader.day((first + (n - 1) * step).date()) for n in found["period"]]
        hires = int(found["hires"].sum())
        st.markdown(
            _("**{n} to hire** in all, {first} of them in the first period.").format(
                n=reader.number(hires), first=reader.number(found["hires"].iloc[0])
            )
        )
        columns = ["label", "required", "hires", "on_roll", "effective", "gap", "leaving"]
        table = found[columns]
        table.attrs |= what_if.about
        components.chart_and_table(
            figures.hiring(found, reader=reader),
            table,
            name=f"hiring_{queue.channel}_{queue.language if of == 'queue' else 'all'}_{by}",
            alt=_("People needed, people there and people to hire"),
            words=_words(),
            units={"hires": "count"},
        )


def people_needed(shifts: pd.DataFrame) -> int:
    """How many people the shifts of these queues take."""
    return int(shifts.groupby("language")["people"].max().sum())


def people_there(shifts: pd.DataFrame, desks: pd.DataFrame) -> int:
    """How many people there are: the headcount of each queue's desk, where it has none as many as
    the published plan takes."""
    needed = shifts.groupby("language")["people"].max().astype(float)
    return int(desks.set_index("language")["headcount"].astype(float).combine_first(needed).sum())


def _whole(name: str, label: str, low: int, high: int, own: int, **also: Any) -> int:
    return st.number_input(label, low, high, **address.number(name, low, high, own), **also)


def _words() -> dict[str, str]:
    return {
        "label": _("From"),
        "required": _("Needed"),
        "hires": _("To hire"),
        "on_roll": _("On the roll"),
        "effective": _("There, by what they are worth"),
        "gap": _("Short (−) or spare"),
        "leaving": _("Leaving"),
    }
