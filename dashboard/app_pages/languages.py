"""Languages: who writes when, who answers then, and how each language fares against itself."""

from dataclasses import replace

import streamlit as st

from dashboard import comparisons, components, explanations, figures, funnels, queries
from dashboard.formats import RANKED_FROM
from dashboard.i18n import text as _

page = components.open_page(
    _("Languages"),
    _(
        "What customers of each language get, hour by hour. Languages rate by habits of their own,"
        " so each is set against its own past, and none is ranked."
    ),
)
reader, chosen = page.reader, page.filters
contacts = queries.compare("contacts", chosen, by=("language",))
components.stop_if_empty(contacts)
components.note_on_dates()
table = comparisons.languages(chosen)

with components.section(
    _("Languages without cover"),
    "cover",
    _(
        "Chats and calls that arrive while nobody is scheduled for their language: queues of at"
        " least 30 contacts of which a fifth or more do, most contacts first."
    ),
):
    lacking = comparisons.without_cover(chosen)
    for row in lacking.to_dict("records"):
        st.write(
            _(
                "{group}: {share} (95%: {interval}) of {n} contacts arrive while nobody is"
                " scheduled."
            ).format(
                group=explanations.group(row, reader, ("language", "channel")),
                share=reader.share(row["uncovered"], 0),
                interval=reader.interval(row["uncovered_low"], row["uncovered_high"], "share"),
                n=reader.number(row["n"]),
            )
        )
    if lacking.empty and table["agent_hours"].notna().any():
        st.write(_("Every live queue with a schedule is covered when its customers write."))
    unknown = table[(table["n"] >= RANKED_FROM) & table["agent_hours"].isna()]
    if len(unknown):
        named = [reader.name("channel", code) for code in unknown["channel"].unique()]
        st.caption(
            _(
                "No schedule is loaded for: {channels}. Whether they are covered is not known."
            ).format(channels=reader.listed(named))
        )

with components.section(_("By language and local hour"), "hours"):
    # A median over chats and e-mails together says nothing about either: one channel at a time.
    volume = queries.measure("contacts", chosen, by=("channel",)).sort_values(
        "value", ascending=False
    )
    channel = components.choice("of", _("Channel"), page.names("channel", volume))
    measures = {
        "demand": _("Contacts"),
        "wait": _("Median first response"),
        "resolution": _("Resolved"),
        "satisfaction": _("Satisfied"),
        "unanswered": _("Unanswered"),
        "staffed": _("Agent hours scheduled"),
        "uncovered": _("Nobody scheduled"),
    }
    shown = components.choice("shown", _("Measure"), measures)
    hours = comparisons.by_local_hour(shown, replace(chosen, channel=(channel,)))
    st.caption(
        _("Hours are those of {zone}; cells under 5 contacts stay untold.").format(
            zone=page.build.zone
        )
    )
    if comparisons.LOCAL_HOURS[shown][0] is None:
        st.caption(
            _(
                "From the schedules loaded: agent hours of the chosen days, and the share of"
                " contacts that came while no agent was scheduled for their channel and language."
            )
        )
    if hours["value"].notna().any():
        components.chart_and_table(
            figures.hours_map(
                hours,
                "language",
                unit=hours.attrs["unit"],
                label=measures[shown],
                names=page.names("language", hours),
                reader=reader,
            ),
            hours,
            name=f"languages_{shown}",
            metric=comparisons.LOCAL_HOURS[shown][0],
            alt=_("{measure} by language and local hour").format(measure=measures[shown]),
            units={"agent_hours": "number"},
            words={"value": measures[shown], "agent_hours": _("Agent hours scheduled")},
        )
    else:
        components.empty(_("Nothing is known of this here: no such contact, or no schedule."))

COMPARED = {
    "satisfaction": ("csat", _("Satisfied")),
    "wait": ("first_response_seconds", _("Median first response")),
    "service": ("service_level", _("Service level")),
    "unanswered": ("unanswered_share", _("Unanswered")),
    **(
        {"urgent": ("urgent_answered_share", _("Urgent, answered in time"))}
        if queries.has_urgent(chosen)
        else {}
    ),
}
COMPARED = queries.observed(COMPARED, chosen)
with components.section(_("Each language against its own past"), "own"):
    asked = components.choice(
        "own", _("Measure"), {k: label for k, (_m, label) in COMPARED.items()}
    )
    metric, label = COMPARED[asked]
    of = replace(chosen, channel=(channel,)) if asked == "wait" else chosen
    own = comparisons.own_baseline(metric, of)
    st.caption(_("The mark is the language's own 12 weeks before the chosen days."))
    if own.attrs["baseline_as_it_stood"]:
        st.caption(_("They are taken as they stood after as long a time as the chosen days had."))
    if of is not chosen:
        st.caption(_("Of one channel: {channel}.").format(channel=reader.name("channel", channel)))
    for row in own[own["outside"].fillna(0) != 0].to_dict("records"):
        unit = own.attrs["unit"]
        st.write(
            _(
                "{language}: {value} (95%: {interval}, n = {n}), its own past {before}: more than"
                " chance explains."
            ).format(
                language=reader.name("language", row["language"]),
                value=reader.value(row["value"], unit),
                interval=reader.interval(row["low"], row["high"], unit),
                n=reader.count(row["n"]),
                before=reader.value(row["baseline_value"], unit),
            )
        )
    components.chart_and_table(
        figures.dots(
            own,
            "language",
            unit=own.attrs["unit"],
            names=page.names("language", own),
            baseline="baseline_value",
            baseline_name=_("Its own 12 weeks before"),
            reader=reader,
        ),
        own.drop(columns=["outside"]),
        name=f"own_{asked}",
        metric=metric,
        alt=_("{measure}: each language against its own past").format(measure=label),
        words={"baseline_value": _("12 weeks before")},
        units={"baseline_value": own.attrs["unit"]},
    )

FUNNELS = {
    "unanswered": ("unanswered_share", _("Unanswered")),
    "service": ("service_level", _("Service level")),
    "resolution": ("resolved_share", _("Resolved")),
}
FUNNELS = queries.observed(FUNNELS, chosen)
with components.section(_("More than chance, for its size"), "funnel"):
    st.caption(funnels.caption())
    limit = components.choice(
        "limits", _("Measure"), {k: label for k, (_m, label) in FUNNELS.items()}
    )
    metric, label = FUNNELS[limit]
    funnels.draw(
        page,
        metric,
        "language",
        name=f"funnel_{limit}",
        alt=_("{measure} by language, with the limits of chance").format(measure=label),
    )

components.table_card(
    _("Every language and channel"),
    table,
    metric="contacts",
    name="languages",
    note=_("Groups under 5 contacts stay untold. Compare no two groups on fewer than 30."),
    words={
        "n": _("Contacts"),
        "wait": _("Median first response"),
        "resolved": _("Resolved"),
        "satisfied": _("Satisfied"),
        "unanswered": _("Unanswered"),
        "urgent": _("Urgent, answered in time"),
        "agent_hours": _("Agent hours scheduled"),
        "uncovered": _("Nobody scheduled"),
    },
    units={
        "wait": "seconds",
        "agent_hours": "number",
        **dict.fromkeys(("resolved", "satisfied", "unanswered", "urgent", "uncovered"), "share"),
    },
)
components.close_page(page)
