"""How many agents for any interval: the formulas of the plan, for figures of one's own."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.formats import Reader
from dashboard.i18n import text as _
from dashboard.planning.queues import Queue
from pipelines import api
from pipelines.errors import OutOfRangeError


def calculator(queue: Queue, plan: pd.DataFrame, reader: Reader) -> None:
    """How many agents for any interval: the same formulas as the plan."""
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
        own = f"{queue.code}-"
        of_callers = plan["patience_seconds"].iloc[0]
        with one:
            arrivals = st.number_input(
                _("Contacts arriving"), 0.0, 1e6, 100.0, 10.0, key="calculator-arrivals"
            )
            minutes = st.number_input(
                _("in so many minutes"), 1, 1440, 30, key="calculator-minutes"
            )
            handle = st.number_input(
                _("Handle time, seconds"),
                1,
                86_400,
                round(plan["handle_seconds"].iloc[0]),
                key=own + "handle",
                help=_("Of a contact held alone."),
            )
        with two:
            share = st.number_input(
                _("Answered in time, in %"),
                1,
                99,
                round(queue.target_share * 100),
                key=own + "share",
            )
            within = st.number_input(
                _("In time means within, seconds"),
                0,
                864_000,
                int(queue.within_seconds),
                key=own + "within",
            )
            patience = st.number_input(
                _("Mean patience, seconds (0: nobody hangs up)"),
                0,
                86_400,
                0 if pd.isna(of_callers) else max(1, round(of_callers)),
                key=own + "patience",
            )
        with three:
            shrinkage = st.number_input(
                _("Shrinkage in %"), 0, 90, round(queue.shrinkage * 100), key=own + "shrinkage"
            )
            busy = st.number_input(
                _("Busy at most, in %"), 10, 100, round(queue.max_occupancy * 100), key=own + "busy"
            )
            at_once = st.number_input(
                _("Contacts at once"), 1, 20, int(queue.concurrency), key=own + "at_once"
            )
            slower = st.number_input(
                _("Each further one slows all by, in %"),
                0,
                200,
                round(queue.slowdown_share * 100),
                key=own + "slower",
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
        except OutOfRangeError as error:
            st.error(str(error))
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
