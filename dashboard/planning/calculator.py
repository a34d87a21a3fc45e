"""How many agents for any interval: the formulas of the plan, for figures of one's own."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import address
from dashboard.formats import escaped
from dashboard.i18n import text as _
from dashboard.planning.queues import Queue
from dashboard.planning.scenario import MOST_CHATS
from dashboard.planning.troubles import trouble
from pipelines import api
from pipelines.errors import SupportQualityError


def calculator(queue: Queue, plan: pd.DataFrame, page: Any) -> None:
    """How many agents for any interval: the same formulas as the plan."""
    reader = page.reader
    with st.container(border=True, key="card-calculator"):
        st.subheader(_("How many agents?"), anchor=False)
        st.caption(
            _(
                "For any interval: Erlang C, or Erlang A where the callers' patience is known;"
                " for agents who hold several chats at once, the chat formula of the plan. It"
                " begins with this queue's desk."
            )
        )
        one, two, three = st.columns(3)
        callers = plan["patience_seconds"].iloc[0]
        patient = 0 if pd.isna(callers) else max(1, round(callers))

        def own(name: str, label: str, low: int, high: int, of_desk: float, **also: str) -> int:
            """A figure that begins with the desk's, and is another one for each queue."""
            name = f"{name}.{queue.channel}.{queue.language}"
            return _figure(name, label, low, high, round(of_desk), **also)

        with one:
            arrivals = _figure("arriving", _("Contacts arriving"), 0.0, 1e6, 100.0, step=10.0)
            minutes = _figure("minutes", _("in so many minutes"), 1, 1440, 30)
            handle = own(
                "handle",
                _("Handle time, seconds"),
                1,
                86_400,
                plan["handle_seconds"].iloc[0],
                help=_("Of a contact held alone."),
            )
        with two:
            share = own("target", _("Answered in time, in %"), 1, 99, queue.target_share * 100)
            within = own(
                "within", _("In time means within, seconds"), 0, 864_000, queue.within_seconds
            )
            patience = own(
                "patience", _("Mean patience, seconds (0: nobody hangs up)"), 0, 86_400, patient
            )
        with three:
            shrinkage = own("shrinkage", _("Shrinkage in %"), 0, 90, queue.shrinkage * 100)
            busy = own("busy", _("Busy at most, in %"), 10, 100, queue.max_occupancy * 100)
            at_once = own("chats", _("Contacts at once"), 1, MOST_CHATS, queue.concurrency)
            slower = own(
                "slowdown",
                _("Each further one slows all by, in %"),
                0,
                200,
                queue.slowdown_share * 100,
            )
        try:
            answer = api.agents(
                arrivals,
                minutes * 60,
                handle,
                share / 100,
                within,
                patience or None,
                shrinkage / 100,
                busy / 100,
                api.Concurrency(at_once, slower / 100),
            )
        except SupportQualityError as error:
            st.error(escaped(trouble(error, page.build.zone, reader)))
            return
        with st.container(horizontal=True, gap="small"):
            for label, value in (
                (_("At their desks"), reader.number(answer.agents)),
                (_("To schedule"), reader.number(answer.scheduled)),
                (_("Answered in time"), reader.share(answer.service_level_share)),
                (_("Have to wait"), reader.share(answer.wait_probability)),
                (_("Mean wait"), reader.duration(answer.wait_mean_seconds)),
                (_("Busy"), reader.share(answer.occupancy_share)),
                (_("Hang up"), reader.share(answer.abandoned_share)),
            ):
                st.metric(label, value, border=True)


def _figure(name: str, label: str, low: float, high: float, own: float, **also: Any) -> Any:
    return st.number_input(label, low, high, **address.number(name, low, high, own), **also)
