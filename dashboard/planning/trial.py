"""The plan of a queue tried out: lived through many times, when asked for."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import queries
from dashboard.formats import Reader
from dashboard.i18n import text as _
from dashboard.planning.queues import Queue
from dashboard.tables import download_buttons


def trial_card(queue: Queue, reader: Reader) -> None:
    """What share the people required, and those scheduled, answer in time: simulated."""
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
        of = {"channel": queue.channel, "language": queue.language}
        tried = [queries.ask("trials", **of, is_scheduled=each) for each in (False, True)]
        found = pd.concat([each for each in tried if len(each)] or tried[:1], ignore_index=True)
        if found.empty:
            st.info(_("Nobody is expected in these days: there is nothing to try out."))
            return
        for row in found.itertuples():
            st.markdown(trial_words(row, queue, reader))
        with st.container(horizontal=True, gap="xsmall"):
            download_buttons(found, f"trial_{queue.channel}_{queue.language}")


def trial_words(row, queue: Queue, reader: Reader) -> str:
    """One row of `Warehouse.trials` in a sentence."""
    people = (
        _("With the people scheduled") if row.is_scheduled else _("With the people the plan asks")
    )
    form = _(
        "{people}, **{share}** is done as promised (95%: {interval}); in 9 of 10 runs at least"
        " {most}."
    )
    if queue.is_live:
        form = _(
            "{people}, **{share}** are answered in time (95%: {interval}; target {target}); in 9"
            " of 10 runs at least {most}. Mean wait {wait}, hang up {lost}, busy {busy}."
        )
    return form.format(
        people=people,
        share=reader.share(row.reached_share),
        interval=reader.interval(row.reached_low, row.reached_high, "share"),
        target=reader.share(row.target_share, 0),
        most=reader.share(row.nine_in_ten_share),
        wait=reader.duration(row.wait_mean_seconds),
        lost=reader.share(row.abandoned_share),
        busy=reader.share(row.occupancy_share),
    )
