"""Wait times: how long customers waited for a person, those who still wait included."""

from dataclasses import replace

import streamlit as st

from dashboard import components, figures, queries
from dashboard.i18n import text as _

page = components.open_page(
    _("Wait times"),
    _(
        "From a customer's first message to the first reply by a person. Who has no reply yet is"
        " counted as waiting, not left out."
    ),
)
reader, chosen = page.reader, page.filters
contacts = queries.compare("contacts", chosen)
components.stop_if_empty(contacts)

components.kpis(
    [
        (_("Median first response"), queries.compare("first_response_seconds", chosen)),
        (
            _("9 of 10 answered within"),
            queries.compare("first_response_seconds", chosen, statistic="p90"),
        ),
        (_("Unanswered"), queries.compare("unanswered_share", chosen)),
        (_("Service level"), queries.compare("service_level", chosen)),
        (_("Abandoned"), queries.compare("abandoned_share", chosen)),
        (_("Arrived out of hours"), queries.compare("out_of_hours_share", chosen)),
    ],
    page,
)

bins = queries.distribution("first_response_seconds", chosen)
median = queries.measure("first_response_seconds", chosen)
p90 = queries.measure("first_response_seconds", chosen, statistic="p90")
is_timed = components.single(median) is not None
if is_timed:
    components.card(
        _("How long the answered ones waited"),
        figures.distribution(
            bins,
            {_("Median"): components.single(median), _("9 of 10"): components.single(p90)},
            label=_("first response time"),
            reader=reader,
        ),
        bins,
        metric="first_response_seconds",
        name="first_response_distribution",
        note=_("The scale is logarithmic: a chat's seconds and an e-mail's days fit on it."),
    )
else:
    components.empty(_("No reply here has a time: how long people waited is not known."))

curves = queries.survival("first_response_censored_seconds", chosen, by=("channel",))
if not curves.empty:
    components.card(
        _("Still waiting after so long"),
        figures.still_waiting(
            curves, "channel", names=page.names("channel", curves), label=_("waited"), reader=reader
        ),
        curves,
        metric="first_response_censored_seconds",
        name="still_waiting",
        note=_("Kaplan-Meier: those without a reply count for as long as they have waited."),
    )

if is_timed:
    # A median over chats and e-mails together says nothing about either: one channel at a time.
    volume = queries.measure("contacts", chosen, by=("channel",)).sort_values(
        "value", ascending=False
    )
    channel = components.choice("clock", _("Channel"), page.names("channel", volume))
    one = replace(chosen, channel=(channel,))
    left, right = st.columns(2)
    with left:
        day = queries.clock(one, "first_response_seconds", by=("half_hour",))
        components.card(
            _("{channel}: wait by half hour of arrival").format(
                channel=reader.name("channel", channel)
            ),
            figures.percentiles_by_half_hour(
                day,
                {"value": _("Median"), "p90": _("9 of 10")},
                label=_("first response time"),
                reader=reader,
            ),
            day,
            metric="first_response_seconds",
            name="wait_by_half_hour",
            words={"p90": _("9 of 10")},
            units={"p90": "seconds"},
        )
    with right:
        week = queries.clock(one, "first_response_seconds", by=("weekday", "half_hour"))
        components.card(
            _("{channel}: wait by weekday").format(channel=reader.name("channel", channel)),
            figures.week_map(
                week, "value", unit="seconds", label=_("median first response"), reader=reader
            ),
            week,
            metric="first_response_seconds",
            name="wait_by_weekday_and_half_hour",
            words={"p90": _("9 of 10")},
            units={"p90": "seconds"},
        )

table = queries.side_by_side(
    chosen,
    {
        "median": ("first_response_seconds", "median"),
        "p90": ("first_response_seconds", "p90"),
        "business": ("first_response_business_seconds", "median"),
        "unanswered": ("unanswered_share", None),
        "service_level": ("service_level", None),
        "abandoned": ("abandoned_share", None),
        "out_of_hours": ("out_of_hours_share", None),
    },
    by=("channel", "language"),
)
components.table_card(
    _("Every channel and language"),
    table,
    metric="first_response_seconds",
    name="waits_by_channel_and_language",
    note=_("Groups under 5 contacts stay untold. Compare no two groups on fewer than 30."),
    words={
        "median": _("Median"),
        "p90": _("9 of 10"),
        "business": _("Median in opening hours"),
        "unanswered": _("Unanswered"),
        "service_level": _("Service level"),
        "abandoned": _("Abandoned"),
        "out_of_hours": _("Out of hours"),
        "n": _("Contacts"),
    },
    units={
        **dict.fromkeys(("median", "p90", "business"), "seconds"),
        **dict.fromkeys(("unanswered", "service_level", "abandoned", "out_of_hours"), "share"),
    },
)
components.close_page(page)
