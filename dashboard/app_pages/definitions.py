"""Definitions: what every number means, how it is computed, what it leaves out."""

import streamlit as st

from dashboard import components, queries
from dashboard.formats import escaped
from dashboard.i18n import text as _

page = components.open_page(
    _("Definitions"),
    _("What every number on these pages means, how it is computed and what it leaves out."),
    with_filters=False,
)
STATISTICS = {
    "count": _("count"),
    "share": _("share"),
    "mean": _("mean"),
    "median": _("median"),
    "p90": _("90th percentile"),
    "ratio": _("ratio of totals"),
    "last": _("last value"),
    "km_median": _("Kaplan-Meier median"),
}
UNITS = {
    "contacts": _("contacts"),
    "events": _("events"),
    "points": _("points"),
    "seconds": _("seconds"),
    "share": _("share"),
}
metrics = queries.ask("metrics")
dictionary = queries.ask("data_dictionary")
wanted = st.query_params.get("metric")
if wanted and wanted not in set(metrics["metric"]):
    components.not_found(_("This build has no metric “{name}”.").format(name=escaped(wanted)))

search = st.text_input(
    _("Search metrics, tables and columns"),
    type="search",
    placeholder=_("for example: abandoned, survey, business"),
    key="definitions-search",
).strip()
words = search.casefold().split()


def _found(*texts: str) -> bool:
    together = " ".join(str(t) for t in texts).casefold()
    return all(word in together for word in words)


def _facts(row) -> None:
    direction = {True: _("up is good"), False: _("down is good")}
    up_is_good = None if row.up_is_good is None else bool(row.up_is_good)
    st.markdown(f"**{_('In words')}**")
    st.write(_(row.summary))
    st.markdown(f"**{_('Formula')}**")
    st.write(_(row.formula))
    st.markdown(f"**{_('Left out')}**")
    st.write(components.left_out(row.exclusions))
    st.markdown(f"**{_('Worked example')}**")
    st.write(_(row.worked_example))
    st.caption(
        " · ".join(
            (
                row.metric,
                _("statistic: {name}").format(name=STATISTICS.get(row.statistic, row.statistic)),
                _("unit: {name}").format(name=UNITS.get(row.unit, row.unit)),
                _("counted on the day of: {name}").format(name=_(row.date)),
                direction.get(up_is_good, _("neither direction is good")),
                _("version {n}").format(n=row.version),
            )
        )
    )
    st.markdown(f"**SQL** – {_('the observations; the statistic is applied after filtering')}")
    st.code(row.sql, language="sql")


shown = [
    row
    for row in metrics.itertuples()
    if _found(row.metric, row.label, _(row.label), row.summary, _(row.summary))
]
metric_tab, dictionary_tab = st.tabs([_("Metrics"), _("Data dictionary")])
with metric_tab:
    if not shown:
        components.empty(
            _("No metric holds “{words}”. Try fewer words.").format(words=escaped(search))
        )
    for row in sorted(shown, key=lambda row: row.metric != wanted):
        section = st.expander(
            _(row.label),
            expanded=row.metric == wanted or len(shown) == 1,
            key=f"metric-{row.metric}",
            on_change="rerun",
        )
        if section.open:
            with section:
                _facts(row)
with dictionary_tab:
    columns = dictionary[
        [_found(row.table_name, row.column_name, row.meaning) for row in dictionary.itertuples()]
    ]
    if columns.empty:
        components.empty(
            _("No column holds “{words}”. Try fewer words.").format(words=escaped(search))
        )
    else:
        components.table_card(
            _("Published tables and their columns"),
            columns,
            name="data_dictionary",
            words={
                "table_name": _("Table"),
                "column_name": _("Column"),
                "type": _("Type"),
                "unit": _("Unit"),
                "meaning": _("Meaning"),
                "grain": _("One row per"),
            },
        )
components.close_page(page)
