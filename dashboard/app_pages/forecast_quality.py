"""Forecast quality: how forecasts made in the past did on what then came in."""

import streamlit as st

from dashboard import components, figures, queries
from dashboard.i18n import text as _
from dashboard.menus import picked
from dashboard.planning import backtests, queues

page = components.open_page(
    _("Forecast quality"),
    _("How forecasts made at past dates did on what then came in, against plain yardsticks."),
    with_filters=False,
)
reader = page.reader
tests = queries.ask("backtest")
if tests.empty:
    queues.no_forecast_yet()
    components.close_page(page)
    st.stop()

table = backtests.by_queue(tests, queries.ask("queues"))
backtests.headline(table, reader)
components.table_card(
    _("Every queue over two weeks"),
    table,
    name="forecast_quality_by_queue",
    note=_(
        "Of the models that lose to no yardstick, the one with the least band error is used. Band"
        " error: how far what came lay from the forecast's bands, and how wide these are, as a"
        " share of the contacts (statisticians say pinball loss); 0 would be perfect. Error:"
        " absolute error of half hours as a share of the contacts; where a half hour holds a"
        " contact or none, look at the band error instead. Queues whose export tells days and no"
        " times of day are tested by their days."
    ),
    words=backtests.words(),
    units=backtests.units(),
)

options = {
    f"{row.channel}:{row.language}": queues.queue_name(row.channel, row.language, reader)
    for row in table.itertuples()
}
st.header(_("One queue"), anchor=False)
first = next(iter(options))
code = picked("queue", _("Queue"), options, default=first, width=320, is_kept=True)
channel, language = code.split(":")
of_queue = tests[(tests["channel"] == channel) & (tests["language"] == language)]
# Beside the choice they would have half a phone's width.
with st.container(horizontal=not page.is_narrow, vertical_alignment="center", gap="small"):
    with st.container(gap="xxsmall"):
        if of_queue["is_by_day"].any():
            st.caption(_("The export of this queue tells days alone: its errors are of days."))
        st.markdown(backtests.why_chosen(of_queue, reader))
        st.caption(backtests.how_good(of_queue, reader))
    measure = components.choice(
        "measure", _("Measure"), {"pinball": _("Band error"), "wape": _("Error")}
    )

if of_queue["pinball"].isna().all():
    components.empty(_("On the past dates that were tested nothing came in: no error to show."))
    components.close_page(page)
    st.stop()

left, right = st.columns(2)
with left:
    components.card(
        _("Error by horizon"),
        figures.errors(of_queue, measure, names=backtests.model_names(of_queue), reader=reader),
        of_queue,
        name=f"backtest_{channel}_{language}",
        note=_("Left is better. The filled dot is the model in use."),
        words=backtests.words(),
        units=backtests.units(),
    )
with right:
    in_use = of_queue[of_queue["is_chosen"]]
    components.card(
        _("Do the bands keep their promise?"),
        figures.calibration(in_use, "horizon", names=backtests.horizon_names(), reader=reader),
        in_use,
        name=f"coverage_{channel}_{language}",
        note=_(
            "Share of half hours (of days, where only these are known) that fell into the 50, 80"
            " and 95% bands of the model in use; a count at the edge of a band by the part of its"
            " probability inside. Above the line the bands are wider than they need be, below it"
            " too narrow."
        ),
        words=backtests.words(),
        units=backtests.units(),
    )
backtests.misses_card(channel, language, reader)
components.close_page(page)
