"""Definitions: what every number means, how it is computed, and where helpdesks differ."""

import streamlit as st

from dashboard import components, pages, queries
from dashboard.formats import escaped
from dashboard.i18n import text as _
from dashboard.rules import helpdesks, metrics, switchboard

pages.open_chosen()
page = components.open_page(
    _("Definitions"),
    _("What every number on these pages means, how it is computed and what it leaves out."),
)
wanted = st.query_params.get("metric")
view = components.choice(
    "view",
    _("View"),
    {
        "metrics": _("Metrics"),
        "rules": _("Rules side by side"),
        "helpdesks": _("Helpdesks' own figures"),
        "dictionary": _("Data dictionary"),
    },
)


def _search() -> str:
    return st.text_input(
        _("Search metrics, tables and columns"),
        type="search",
        placeholder=_("for example: abandoned, survey, business"),
        key="definitions-search",
    ).strip()


def _matcher(search: str):
    words = search.casefold().split()

    def found(*texts: str) -> bool:
        together = " ".join(str(t) for t in texts).casefold()
        return all(word in together for word in words)

    return found


def _dictionary() -> None:
    search = _search()
    found = _matcher(search)
    dictionary = queries.ask("data_dictionary")
    columns = dictionary[
        [found(row.table_name, row.column_name, row.meaning) for row in dictionary.itertuples()]
    ]
    if columns.empty:
        components.empty(
            _("No column holds “{words}”. Try fewer words.").format(words=escaped(search))
        )
        return
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


if view == "rules":
    switchboard.show(page, wanted)
elif view == "helpdesks":
    helpdesks.show(page)
elif view == "dictionary":
    _dictionary()
else:
    metrics.show(page, wanted, _matcher(_search()))
components.close_page(page)
