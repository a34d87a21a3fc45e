"""Wait times: how long customers waited for a person, those who still wait included."""

from dataclasses import replace

import streamlit as st

from dashboard import components, figures, queries
from dashboard.i18n import text as _

EMAIL_PROMISE = (
    "email_answered_1_day_share",
    "email_answered_2_days_share",
    "email_answered_3_days_share",
)

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
components.note_on_dates()

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
everybody = queries.compare("first_response_censored_seconds", chosen)
if components.single(everybody) is not None:
    components.kpis(
        [
            (_("Median, those without a reply included"), everybody),
            (
                _("9 of 10, those without a reply included"),
                queries.compare("first_response_censored_seconds", chosen, statistic="km_p90"),
            ),
        ],
        page,
    )

bins = queries.ask("distribution", metric="first_response_seconds", **chosen.scope)
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
        note=_(
            "Of all who wrote, answered or not: who has no reply yet counts for as long as they"
            " have waited."
        ),
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


def _urgent() -> None:
    """Their own clock and targets, beside the clock that all contacts share."""
    urgent = replace(chosen, urgency=("urgent",))
    with components.section(
        _("Urgent contacts"),
        "urgent",
        _(
            "Stolen accounts and funds at risk have a target of their own, by the clock: nights"
            " and holidays count, and so does who left unanswered."
        ),
    ):
        components.kpis(
            [
                (_("Answered in time"), queries.compare("urgent_answered_share", chosen)),
                (
                    _("Median first response"),
                    queries.compare("urgent_first_response_seconds", chosen),
                ),
                (
                    _("9 of 10 answered within"),
                    queries.compare("urgent_first_response_seconds", chosen, statistic="p90"),
                ),
                (_("Unanswered"), queries.compare("unanswered_share", urgent)),
                (_("Arrived out of hours"), queries.compare("urgent_out_of_hours_share", chosen)),
            ],
            page,
        )
    by_channel = queries.with_urgent_targets(
        queries.side_by_side(
            urgent,
            {
                "in_time": ("urgent_answered_share", None),
                "median": ("urgent_first_response_seconds", "median"),
                "p90": ("urgent_first_response_seconds", "p90"),
                "unanswered": ("unanswered_share", None),
                "out_of_hours": ("urgent_out_of_hours_share", None),
            },
            by=("channel",),
        )
    )
    if len(by_channel):
        components.table_card(
            _("Urgent contacts by channel"),
            by_channel,
            metric="urgent_answered_share",
            name="urgent_by_channel",
            words={
                "target_seconds": _("Target"),
                "target_share": _("Target share"),
                "in_time": _("Answered in time"),
                "median": _("Median"),
                "p90": _("9 of 10"),
                "unanswered": _("Unanswered"),
                "out_of_hours": _("Out of hours"),
                "n": _("Contacts"),
            },
            units={
                **dict.fromkeys(("median", "p90"), "seconds"),
                **dict.fromkeys(("in_time", "unanswered", "out_of_hours"), "share"),
            },
        )


if queries.has_urgent(chosen):
    _urgent()

with components.section(
    _("After the first reply"),
    "after-first-reply",
    _(
        "A dash: no loaded export tells it. Time in each state needs a status history, or the"
        " helpdesk's own figures."
    ),
):
    components.kpis(
        [
            (_("Median next reply"), queries.compare("next_reply_seconds", chosen)),
            (_("Customer waited for us"), queries.compare("requester_wait_seconds", chosen)),
            (_("We waited for the customer"), queries.compare("agent_wait_seconds", chosen)),
            (_("In our hands"), queries.compare("agent_work_seconds", chosen)),
            (_("On hold"), queries.compare("on_hold_seconds", chosen)),
        ],
        page,
    )

emails = [queries.compare(metric, chosen) for metric in EMAIL_PROMISE]
if any(components.single(frame) is not None for frame in emails):
    with components.section(
        _("E-mail promise"),
        "e-mail-promise",
        _(
            "A business day is as many open hours as the desk usually has: Friday 17:00 to"
            " Monday 17:00 is one."
        ),
    ):
        words = (
            _("Within 1 business day"),
            _("Within 2 business days"),
            _("Within 3 business days"),
        )
        components.kpis(list(zip(words, emails, strict=True)), page)

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
        "next_reply": ("next_reply_seconds", "median"),
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
        "next_reply": _("Median next reply"),
        "n": _("Contacts"),
    },
    units={
        **dict.fromkeys(("median", "p90", "business", "next_reply"), "seconds"),
        **dict.fromkeys(("unanswered", "service_level", "abandoned", "out_of_hours"), "share"),
    },
)
components.close_page(page)
