"""The registry of pages: a page is a file in `app_pages/` and one line here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from dashboard.i18n import mark as N_
from dashboard.i18n import text as _

_FOLDER = Path(__file__).with_name("app_pages")


@dataclass(frozen=True)
class PageEntry:
    """A page: `name` is its file and its address, `title` the English of its place in the menu."""

    name: str
    title: str


PAGES = (
    PageEntry("overview", N_("Overview")),
    PageEntry("wait_times", N_("Wait times")),
    PageEntry("resolution", N_("Resolution")),
    PageEntry("satisfaction", N_("Satisfaction")),
    PageEntry("reviews", N_("Reviews")),
    PageEntry("languages", N_("Languages")),
    PageEntry("self_service", N_("Self-service")),
    PageEntry("staffing", N_("Staffing")),
    PageEntry("forecast_quality", N_("Forecast quality")),
    PageEntry("contact", N_("Contacts")),
    PageEntry("data_health", N_("Data health")),
    PageEntry("definitions", N_("Definitions")),
)


def streamlit_pages() -> list[st.Page]:
    """The pages as Streamlit's navigation wants them, titled in the reader's language."""
    return [link(entry.name) for entry in PAGES]


def link(name: str) -> st.Page:
    """The page `name`, for `st.navigation`, `st.page_link` and `st.switch_page`."""
    entry = next(entry for entry in PAGES if entry.name == name)
    return st.Page(
        _FOLDER / f"{name}.py",
        title=_(entry.title),
        url_path=name,
        default=entry is PAGES[0],
    )


def show_link(name: str, query: dict[str, str] | None = None) -> None:
    """A link to the page `name`; the filters go with the session, unless `query` tells others."""
    page = link(name)
    st.page_link(page, label=_("See {page}").format(page=page.title), query_params=query)


def open_contact(key: str, contacts: list) -> None:
    """Open the contact of the row chosen in the table `key`, one of `contacts` a row."""
    chosen = st.session_state[key].selection.rows
    if chosen and isinstance(contacts[chosen[0]], str):
        st.session_state["contact-to-open"] = contacts[chosen[0]]


def open_chosen() -> None:
    """Go to the contact whose row was clicked; called while the page is drawn."""
    if contact := st.session_state.pop("contact-to-open", None):
        st.switch_page(link("contact"), query_params={"contact": contact})
