"""Definitions: what every number means, how it is computed, what it leaves out."""

import streamlit as st

from dashboard import components, queries
from dashboard.i18n import text as _

page = components.open_page(
    _("Definitions"), _("What every number means and what it leaves out."), with_filters=False
)
metrics = queries.ask("metrics")
wanted = st.query_params.get("metric")
for row in metrics.itertuples():
    with st.expander(_(row.label), expanded=row.metric == wanted, key=f"metric-{row.metric}"):
        st.write(_(row.summary))
        st.code(row.sql, language="sql")
components.close_page(page)
