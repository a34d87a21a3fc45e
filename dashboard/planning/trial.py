"""The plan of a queue tried out: lived through many times, when asked for."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import queries
from dashboard.formats import Reader
from dashboard.i18n import text as _
from dashboard.planning.queues import Queue
from dashboard.planning.scenario import WhatIf
from dashboard.tables import download_buttons
from pipelines import api


def trial_card(plan: pd.DataFrame, what_if: WhatIf, queue: Queue, reader: Reader) -> None:
    """What share the people required, and those scheduled, answer in time: simulated, of the plan
    that is shown, under what is changed."""
    with st.container(border=True, key="card-trial"):
        st.subheader(_("Does the plan keep its promise?"), anchor=False)
        st.caption(
            _(
                "The plan's days lived through 200 times: contacts come by chance, on days as"
                " unsure as their forecast is. The simulation knows none of the formulas that made"
                " the plan."
            )
        )
        if not st.button(_("Try it out"), key="try-out"):
            return
        days = queries.ask("forecast_days", channel=queue.channel, language=queue.language)
        desk = api.desk_under(queue, what_if.changes)
        rosters = [False, True] if plan["scheduled_agents"].notna().any() else [False]
        tried = {each: api.try_out(plan, days, desk, is_scheduled=each) for each in rosters}
        found = [{"is_scheduled": each, **vars(trial)} for each, trial in tried.items() if trial]
        if not found:
            st.info(
                _(
                    "Fewer than 30 contacts are expected in these days, or none is due: too few to"
                    " try out."
                )
            )
            return
        for row in (rows := pd.DataFrame(found)).itertuples():
            st.markdown(trial_words(row, queue, reader))
        rows.insert(0, "language", queue.language)
        rows.insert(0, "channel", queue.channel)
        with st.container(horizontal=True, gap="xsmall"):
            download_buttons(rows, f"trial_{queue.channel}_{queue.language}")


def trial_words(row, queue: Queue, reader: Reader) -> str:
    """One trial in sentences."""
    people = (
        _("With the people scheduled") if row.is_scheduled else _("With the people the plan asks")
    )
    form = _(
        "{people}, **{share}** is done as promised (n = {n}; 95%: {interval}); in 9 of 10 runs at"
        " least {most}. On **{days}** of the days all that is due is done."
    )
    if queue.is_live:
        form = _(
            "{people}, **{share}** are answered in time (n = {n}; 95%: {interval}; target"
            " {target}); in 9 of 10 runs at least {most}. Mean wait {wait}, hang up {lost}, busy"
            " {busy}."
        )
    return form.format(
        people=people,
        share=reader.share(row.reached_share),
        n=reader.number(row.contacts),
        interval=reader.interval(row.reached_low, row.reached_high, "share"),
        target=reader.share(row.target_share, 0),
        most=reader.share(row.nine_in_ten_share),
        days=reader.share(row.kept_days_share),
        wait=reader.duration(row.wait_mean_seconds),
        lost=reader.share(row.abandoned_share),
        busy=reader.share(row.occupancy_share),
    )
