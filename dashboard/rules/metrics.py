"""Every metric: what it says now, its words, formula, example, what it leaves out, and its SQL."""

from __future__ import annotations

import streamlit as st

from dashboard import components, pages, queries
from dashboard.components import Page
from dashboard.formats import escaped
from dashboard.i18n import text as _
from dashboard.rules import words
from dashboard.tables import show_table
from pipelines.errors import SupportQualityError

ROWS = 20


def show(page: Page, wanted: str | None, found) -> None:
    """An expander per metric that `found(text, ...)` lets through, the `wanted` one on top."""
    metrics = queries.ask("metrics")
    if wanted and wanted not in set(metrics["metric"]):
        components.not_found(_("This build has no metric “{name}”.").format(name=escaped(wanted)))
    compared = set(queries.ask("rules")["variant_of"])
    shown = [
        row
        for row in metrics.itertuples()
        if found(row.metric, row.label, _(row.label), row.summary, _(row.summary))
    ]
    if not shown:
        components.empty(_("No metric holds these words. Try fewer words."))
    for row in sorted(shown, key=lambda row: (row.metric != wanted, _(row.label).casefold())):
        section = st.expander(
            _(row.label),
            expanded=row.metric == wanted or len(shown) == 1,
            key=f"metric-{row.metric}",
            on_change="rerun",
        )
        if section.open:
            with section:
                _definition(page, row, compared)


def _definition(page: Page, row, compared: set[str]) -> None:
    _now(page, row.metric)
    base = row.variant_of if isinstance(row.variant_of, str) else row.metric
    if base in compared:
        st.button(
            _("Compare with the rules of helpdesks and others"),
            key=f"compare-{row.metric}",
            on_click=_compare,
            args=(base,),
        )
    for heading, text in (
        (_("In words"), _(row.summary)),
        (_("What is counted"), _(row.population)),
        (_("Clock"), _clock(row)),
        (_("Formula"), _(row.formula)),
        (_("Left out"), components.left_out(row.exclusions)),
        (_("Worked example"), _(row.worked_example)),
    ):
        if text:
            st.markdown(f"**{heading}**")
            st.write(text)
    st.caption(" · ".join(_facts(row)))
    st.markdown(f"**SQL** – {_('the observations; the statistic is applied after filtering')}")
    st.code(row.sql, language="sql")
    is_asked = st.query_params.get("rows") == "1" and st.query_params.get("metric") == row.metric
    if st.toggle(_("The rows behind it"), value=is_asked, key=f"rows-{row.metric}"):
        chosen = page.filters
        rows = queries.ask(
            "observations",
            metric=row.metric,
            **chosen.scope,
            limit=ROWS,
        )
        _rows(row.metric, rows)


def _rows(metric: str, rows) -> None:
    """Observations, the newest first; one that is of a contact opens it."""
    if rows.empty:
        components.empty(
            _(
                "Nothing is observed under these filters. Choose more days, or clear a filter;"
                " where no loaded export tells it, it is not known."
            )
        )
        return
    key = f"observed-{metric}"
    contacts = rows["contact_id"].tolist() if "contact_id" in rows else []
    is_of_contacts = any(isinstance(contact, str) for contact in contacts)
    st.caption(
        _("The newest {n}. Choose a row to open the contact.").format(n=len(rows))
        if is_of_contacts
        else _("The newest {n}.").format(n=len(rows))
    )
    shown = rows.dropna(axis=1, how="all").rename(columns={"observed_on": "day"})
    show_table(
        shown,
        words={
            "contact_id": _("Contact"),
            "observed_slot": _("Half hour"),
            "source": _("Source"),
            "survey_id": _("Survey"),
            "scale": _("Scale"),
            "weight": _("Counts as"),
            "is_observed": _("Has ended"),
        },
        units={"observed_slot": "half_hour"} if "observed_slot" in shown else None,
        key=key,
        on_select=pages.open_contact if is_of_contacts else None,
        args=(key, contacts),
    )


def _now(page: Page, metric: str) -> None:
    """What it says under the chosen filters, against the period before."""
    try:
        frame = queries.compare(metric, page.filters)
        components.kpi(_("Under the chosen filters"), frame, page, is_linked=False)
    except SupportQualityError as error:  # a filter that this metric has no column for
        st.info(escaped(str(error)))


def _clock(row) -> str:
    """What starts, stops and pauses it; empty for a metric that measures no time."""
    if not isinstance(row.clock_start, str):
        return ""
    return _("Starts: {start}. Stops: {stop}. Stands still: {pauses}.").format(
        start=_(row.clock_start), stop=_(row.clock_stop), pauses=_(row.pauses)
    )


def _facts(row) -> list[str]:
    direction = {True: _("up is good"), False: _("down is good")}
    up_is_good = None if row.up_is_good is None else bool(row.up_is_good)
    return [
        row.metric,
        _("statistic: {name}").format(name=words.statistics().get(row.statistic, row.statistic)),
        _("unit: {name}").format(name=words.units().get(row.unit, row.unit)),
        _("counted on the day of: {name}").format(name=_(row.date)),
        direction.get(up_is_good, _("neither direction is good")),
        _("version {n}").format(n=row.version),
    ]


def _compare(metric: str) -> None:
    st.query_params["view"] = "rules"
    st.query_params["metric"] = metric
