"""Who works when: the shifts that cover the plan, as a Gantt chart, a table and a calendar."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import components, figures, queries
from dashboard.i18n import plural
from dashboard.i18n import text as _
from dashboard.planning.menus import picked
from dashboard.planning.queues import Queue, calendar_button


def shifts_card(queue: Queue, page: Any) -> None:
    """The queue's shifts of a day or of the whole plan, with what they come to."""
    reader = page.reader
    shifts = queries.ask("shifts", channel=queue.channel, language=queue.language)
    if shifts.empty:
        components.empty(_("This queue needs nobody in these days, so it has no shifts."))
        return
    days = sorted(shifts["local_on"].unique())
    options = {f"{day:%Y-%m-%d}": reader.weekday_and_day(day) for day in days}
    with st.container(border=True, key="card-shifts"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.subheader(_("Shifts that cover the plan"), anchor=False)
            shown = picked(
                "shifts_on",
                _("Day"),
                {"week": _("First 7 days"), **options},
                default=next(iter(options)),
                width=190,
            )
        st.caption(" ".join(_words(shifts, reader)))
        if shown == "week":
            chosen = shifts[shifts["local_on"] < days[0] + pd.Timedelta(days=7)]
        else:
            chosen = shifts[shifts["local_on"] == pd.Timestamp(shown)]
        components.chart_and_table(
            figures.gantt(with_break_slots(chosen), reader=reader),
            _table(chosen, page.build.zone),
            name=f"shifts_{queue.channel}_{queue.language}_{shown}",
            alt=_("Shifts over the day, with their breaks"),
            words=_shift_words(),
            units={"agents": "count", "people": "count", "paid_hours": "number"},
        )
        calendar_button(shifts, f"shifts_{queue.channel}_{queue.language}", page)


def with_break_slots(shifts: pd.DataFrame) -> pd.DataFrame:
    """Break instants as half hours of the shift's own day, as `figures.gantt` wants them."""
    half_hour = pd.Timedelta(minutes=30)

    def slots(at: str) -> pd.Series:
        return shifts["start_slot"] + (shifts[at] - shifts["starts_at"]) / half_hour

    return shifts.assign(break_slot=slots("break_starts_at"), break_end_slot=slots("break_ends_at"))


def _words(shifts: pd.DataFrame, reader) -> list[str]:
    days = shifts["local_on"].nunique()
    people = int(shifts["people"].max())
    sentences = [
        _("{shifts} shifts and {hours} paid hours on {days} days.").format(
            shifts=reader.number(shifts["agents"].sum()),
            hours=reader.number(shifts["paid_hours"].sum(), 1),
            days=reader.number(days),
        ),
        plural(
            "With rest between days and weekly hours kept, that takes {n} person.",
            "With rest between days and weekly hours kept, that takes {n} people.",
            people,
        ).format(n=reader.number(people)),
    ]
    if shifts["cost"].notna().all():
        currency = queries.ask("staffing_queues")["currency"].iloc[0]
        cost = reader.money(shifts["cost"].sum(), currency)
        sentences.append(_("They cost {money}.").format(money=cost))
    return sentences


def _table(shifts: pd.DataFrame, zone: str) -> pd.DataFrame:
    table = shifts[["local_on"]].copy()
    for name in ("starts_at", "ends_at", "break_starts_at", "break_ends_at"):
        clock = shifts[name].dt.tz_localize("UTC").dt.tz_convert(zone)
        table[name] = clock.dt.strftime("%H:%M")
    return table.assign(**{name: shifts[name] for name in ("agents", "paid_hours", "cost")})


def _shift_words() -> dict[str, str]:
    return {
        "local_on": _("Day"),
        "starts_at": _("Starts"),
        "ends_at": _("Ends"),
        "break_starts_at": _("Break from"),
        "break_ends_at": _("Break until"),
        "agents": _("People"),
        "paid_hours": _("Paid hours"),
        "cost": _("Cost"),
    }
