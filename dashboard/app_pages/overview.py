"""Overview: the few numbers that say how we are doing, and what needs attention now."""

import streamlit as st

from dashboard import attention, charts, components, pages, queries
from dashboard.i18n import text as _

page = components.open_page(
    _("Overview"),
    _("How support is doing, each number against the period of the same length before."),
)
reader, chosen = page.reader, page.filters
contacts = queries.compare("contacts", chosen)
components.stop_if_empty(contacts)

components.kpis(
    [
        (_("Contacts"), contacts),
        (_("Median first response"), queries.compare("first_response_seconds", chosen)),
        (_("Service level"), queries.compare("service_level", chosen)),
        (_("Unanswered"), queries.compare("unanswered_share", chosen)),
        (_("Median full resolution"), queries.compare("full_resolution_seconds", chosen)),
        (_("Satisfied"), queries.compare("csat", chosen)),
    ],
    page,
)

GRIDS = {
    "wait": ("first_response_seconds", _("Median first response")),
    "resolution": ("full_resolution_seconds", _("Median full resolution")),
    "satisfaction": ("csat", _("Satisfied")),
}
compared = {
    metric: queries.compare(metric, chosen, by=("channel", "language"))
    for metric, _label in GRIDS.values()
}


def _attention() -> list[tuple[str, str]]:
    """What to look at first: a sentence and the page that says more."""
    found = []
    for metric, label in GRIDS.values():
        frame = compared[metric]
        unit = frame.attrs["unit"]
        worse = attention.worsened(frame, up_is_good=frame.attrs["up_is_good"], most=2)
        found += [
            (
                _("{channel}, {language}: {measure} {value}, was {before} (n = {n})").format(
                    channel=reader.name("channel", row.channel),
                    language=reader.name("language", row.language),
                    measure=label.lower(),
                    value=reader.value(row.value, unit),
                    before=reader.value(row.previous_value, unit),
                    n=reader.number(row.n),
                ),
                {"csat": "satisfaction", "full_resolution_seconds": "resolution"}.get(
                    metric, "wait_times"
                ),
            )
            for row in worse.itertuples()
        ]
    return found


with st.container(border=True, key="card-attention"):
    st.subheader(_("What needs attention now"), anchor=False)
    found = _attention()
    for sentence, name in found:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.write(sentence)
            pages.show_link(name)
    if not found:
        st.write(_("Nothing stands out: no group got worse by more than chance explains."))

with st.container(border=True, key="card-grid"):
    st.subheader(_("By channel and language"), anchor=False)
    shown = components.choice("grid", _("Measure"), {k: label for k, (_m, label) in GRIDS.items()})
    metric, label = GRIDS[shown]
    grid = queries.busiest_first(compared[metric], chosen)
    components.chart_and_table(
        charts.grid(
            grid,
            unit=grid.attrs["unit"],
            up_is_good=grid.attrs["up_is_good"],
            names=page.names("channel", grid) | page.names("language", grid),
            reader=reader,
        ),
        grid,
        name=f"grid_{shown}",
        metric=metric,
        alt=_("{measure} by channel and language").format(measure=label),
    )
components.close_page(page)
