"""Who works when: the shifts that cover the plan, as a Gantt chart, a table and a calendar."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import charts, components, figures, queries
from dashboard.formats import Reader, escaped
from dashboard.i18n import plural
from dashboard.i18n import text as _
from dashboard.menus import picked
from dashboard.planning.queues import calendar_button
from dashboard.planning.scenario import WhatIf
from dashboard.planning.troubles import trouble
from pipelines.errors import SupportQualityError

_ALL, _WEEKS = "all", {"week": 0, "week2": 7}


def rosters(
    what_if: WhatIf, page: Any, language: str | None
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Shifts of what is shown, and who works them; of all languages of the channel where none is
    given. Those of another plan than the published one are worked out when asked for: None before.
    """
    of = {"channel": what_if.queue.channel, "language": language}
    if not what_if.is_changed:
        return queries.ask("shifts", **of), queries.ask("tours", **of)
    if not queries.rosters_under.is_kept(**of, **what_if.asked):
        offer = st.empty()
        with offer.container():
            st.info(
                _(
                    "Shifts of what is shown are planned when you ask for them: it takes seconds,"
                    " and for a desk that is open day and night up to half a minute."
                )
            )
            if not st.button(_("Plan these shifts"), key="plan-shifts"):
                return None
        offer.empty()
    try:
        with st.spinner(_("Planning the shifts …")):
            return queries.rosters_under(**of, **what_if.asked)
    except SupportQualityError as error:
        st.error(escaped(trouble(error, page.build.zone, page.reader)))
        return None


def shifts_card(what_if: WhatIf, page: Any) -> None:
    """Who works when: the shifts of a week or a day, person by person, with what they come to."""
    reader, queue = page.reader, what_if.queue
    found = rosters(what_if, page, queue.language)
    if found is None:
        return
    shifts, tours = found
    if tours.empty:
        components.empty(_("This queue needs nobody in these days, so it has no shifts."))
        return
    days = sorted(tours["local_on"].unique())
    first = queries.ask("staffing")["local_on"].min()
    weeks = {
        code: reader.days(
            (first + pd.Timedelta(days=start)).date(), (first + pd.Timedelta(days=start + 6)).date()
        )
        for code, start in _WEEKS.items()
        if any(start <= (day - first).days < start + 7 for day in days)
    }
    options = {f"{day:%Y-%m-%d}": reader.weekday_and_day(day) for day in days}
    persons = {_ALL: _("Everybody")} | {
        str(person): charts.person_name(person, reader) for person in tours["person"].unique()
    }
    with st.container(border=True, key="card-shifts"):
        st.subheader(_("Who works when"), anchor=False)
        st.caption(" ".join(_words(shifts, tours, reader)))
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            shown = picked(
                "shifts_on", _("Days shown"), weeks | options, default=next(iter(weeks)), width=230
            )
            whom = picked("person", _("Person"), persons, default=_ALL, width=190)
        own = tours if whom == _ALL else tours[tours["person"] == int(whom)]
        if shown in _WEEKS:
            day = (own["local_on"] - first).dt.days - _WEEKS[shown]
            chosen = own[(day >= 0) & (day < 7)]
        else:
            chosen = own[own["local_on"] == pd.Timestamp(shown)]
        name = f"shifts_{queue.channel}_{queue.language}_{whom}"
        if chosen.empty:
            components.empty(_("This person does not work on these days."))
        else:
            table = _table(chosen, page.build.zone, reader)
            table.attrs |= what_if.about
            components.chart_and_table(
                figures.gantt(with_break_slots(chosen), reader=reader),
                table,
                name=f"{name}_{shown}",
                alt=_("A line for each person with their shifts and breaks"),
                words=_shift_words(),
                units={"paid_hours": "number", "rest_hours": "number", "week_hours": "number"},
            )
        calendar_button(own, name, page, what_if.title)


def with_break_slots(shifts: pd.DataFrame) -> pd.DataFrame:
    """Break instants as half hours of the shift's own day, as `figures.gantt` wants them."""
    half_hour = pd.Timedelta(minutes=30)

    def slots(at: str) -> pd.Series:
        return shifts["start_slot"] + (shifts[at] - shifts["starts_at"]) / half_hour

    return shifts.assign(break_slot=slots("break_starts_at"), break_end_slot=slots("break_ends_at"))


def _words(shifts: pd.DataFrame, tours: pd.DataFrame, reader: Reader) -> list[str]:
    people, at_least = int(shifts["people"].max()), int(shifts["people_at_least"].max())
    beyond = tours.loc[tours["is_beyond_headcount"].fillna(False), "person"].nunique()
    sentences = [
        _("{shifts} shifts and {hours} paid hours on {days} days.").format(
            shifts=reader.number(len(tours)),
            hours=reader.number(tours["paid_hours"].sum(), 1),
            days=reader.number(tours["local_on"].nunique()),
        ),
        plural(
            "They take {n} person, so that everybody has the rest between shifts, the days off and"
            " the weekly hours that contracts demand.",
            "They take {n} people, so that everybody has the rest between shifts, the days off and"
            " the weekly hours that contracts demand.",
            people,
        ).format(n=reader.number(people)),
    ]
    if people == at_least:
        sentences.append(_("Fewer would not do: that is proven."))
    else:
        sentences.append(
            _("Fewer than {n} would not do; whether {people} is the fewest is not proven.").format(
                n=reader.number(at_least), people=reader.number(people)
            )
        )
    if beyond:
        sentences.append(
            plural(
                "{n} of them is beyond the desk's headcount: to be found, or shifts stay open.",
                "{n} of them are beyond the desk's headcount: to be found, or shifts stay open.",
                beyond,
            ).format(n=reader.number(beyond))
        )
    if tours["cost"].notna().all():
        currency = queries.ask("staffing_queues")["currency"].iloc[0]
        cost = reader.money(tours["cost"].sum(), currency)
        sentences.append(_("They cost {money}.").format(money=cost))
    sentences.append(_("Agents are numbered; a number stands for nobody in particular."))
    return sentences


def _table(tours: pd.DataFrame, zone: str, reader: Reader) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "person": [charts.person_name(person, reader) for person in tours["person"]],
            "local_on": tours["local_on"].to_numpy(),
        },
        index=tours.index,
    )
    for name in ("starts_at", "ends_at", "break_starts_at", "break_ends_at"):
        clock = tours[name].dt.tz_localize("UTC").dt.tz_convert(zone)
        table[name] = clock.dt.strftime("%H:%M")
    kept = ("paid_hours", "rest_hours", "day_in_a_row", "week_hours", "cost")
    return table.assign(**{name: tours[name] for name in kept}).dropna(axis="columns", how="all")


def _shift_words() -> dict[str, str]:
    return {
        "person": _("Person"),
        "local_on": _("Day"),
        "starts_at": _("Starts"),
        "ends_at": _("Ends"),
        "break_starts_at": _("Break from"),
        "break_ends_at": _("Break until"),
        "paid_hours": _("Paid hours"),
        "rest_hours": _("Hours of rest before"),
        "day_in_a_row": _("Day in a row"),
        "week_hours": _("Paid hours that week"),
        "cost": _("Cost"),
    }
