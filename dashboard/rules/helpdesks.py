"""The helpdesk's own figures against ours: how many agree within a minute, and why not the rest."""

from __future__ import annotations

import streamlit as st

from dashboard import components, figures, queries
from dashboard.components import Page
from dashboard.i18n import text as _
from dashboard.rules import words
from dashboard.rules.switchboard import contact_rows, with_n

ROWS = 100


def show(page: Page) -> None:
    """The agreement by rule, and the contacts that disagree."""
    chosen = page.filters.scope
    table = queries.ask("vendor_agreement", **chosen)
    table = table[table["told"] > 0].reset_index(drop=True)
    if table.empty:
        components.empty(
            _(
                "No export of these contacts carries figures of its own. Zendesk's ticket metrics"
                " do, and its CSV with the columns “… in minutes”."
            )
        )
        return
    names = {row.rule: _name(row.rule) for row in table.itertuples()}
    shown = table.drop(columns=["n", "label"]).assign(rule=list(names.values()))
    shown["system"] = [words.systems().get(code, code) for code in shown["system"]]
    shown.attrs = table.attrs
    components.card(
        _("Figures of the helpdesk that we reproduce within a minute"),
        figures.dots(
            table, "rule", unit="share", names=with_n(table, names, page), reader=page.reader
        ),
        shown,
        name="vendor_agreement",
        note=_(
            "By the day of creation. Where only the helpdesk's clock tells a time, there is"
            " nothing to check it with: told, but not recomputed."
        ),
        words={
            "system": _("Helpdesk"),
            "rule": _("Figure"),
            "told": _("Figures told"),
            "recomputed": _("Recomputed"),
            "agreeing": _("Agree within a minute"),
            "value": _("Share that agrees"),
            "median_gap_seconds": _("Median gap"),
        },
        units={"told": "count", "recomputed": "count", "agreeing": "count"},
    )
    wrong = table[table["agreeing"] < table["recomputed"]]
    if wrong.empty:
        return
    with components.section(_("Those that do not agree"), "disagreements"):
        rule = st.selectbox(
            _("Figure"), wrong["rule"].tolist(), format_func=names.get, key="disagreeing-rule"
        )
        rows = queries.ask("vendor_disagreements", rule=rule, limit=ROWS, **chosen)
        st.caption(
            _("A reason is another way of counting that gives the helpdesk's figure exactly.")
        )
        for code, n in rows.attrs["reasons"].items():
            st.markdown(f"- {page.reader.count(n)} × {words.reason(code)}")
        contact_rows(rows, rows.attrs["unit"], "disagreements")


def _name(rule: str) -> str:
    definition = queries.definition(rule)
    base = queries.definition(definition.variant_of)
    return f"{_(base.label)} – {_(definition.label)}"
