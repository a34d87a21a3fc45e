"""What runs for a reader on every rerun: their language, the build of the moment, the page."""

import streamlit as st

from dashboard import components, filters, i18n, pages, queries
from pipelines.errors import NothingPublishedError

_LOCALE = "locale"


def _locale() -> str:
    return st.session_state.get(_LOCALE, i18n.SOURCE_LOCALE)


i18n.follow(_locale)
if _LOCALE not in st.session_state or st.query_params.get("lang") not in (
    None,
    st.session_state[_LOCALE],
):
    st.session_state[_LOCALE] = i18n.choose(st.query_params.get("lang"), st.context.locale)

st.set_page_config(page_title="Support quality", page_icon=str(components.ICON), layout="wide")
st.logo(str(components.ICON), size="large")
page = st.navigation(pages.streamlit_pages(), position="top")
try:
    build = queries.build()
except NothingPublishedError as error:
    components.nothing_published(error)
    st.stop()
filters.current(build)
filters.write_url()
components.remember_language()
page.run()
