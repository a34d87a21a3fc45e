"""Overview: the few numbers that say how we are doing, and what needs attention now."""

from dashboard import charts, components, queries
from dashboard.i18n import text as _

page = components.open_page(_("Overview"), _("How support is doing, against the period before."))
waits = queries.measure("first_response_seconds", page.filters, by=("channel", "language"))
components.stop_if_empty(waits)
components.kpis(
    [
        (_("Contacts"), queries.compare("contacts", page.filters)),
        (_("First response"), queries.compare("first_response_seconds", page.filters)),
        (_("Satisfied"), queries.compare("csat", page.filters)),
    ],
    page,
)
components.card(
    _("First response by channel and language"),
    charts.grid(
        waits,
        unit="seconds",
        up_is_good=False,
        names=page.names("channel", waits) | page.names("language", waits),
        reader=page.reader,
    ),
    waits,
    metric="first_response_seconds",
    name="first_response_grid",
)
components.close_page(page)
