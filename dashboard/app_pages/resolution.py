"""Resolution: what gets solved, how fast, what comes back, and what is still open."""

import pandas as pd
import streamlit as st

from dashboard import charts, components, figures, queries
from dashboard.formats import SUPPRESSED_BELOW
from dashboard.i18n import text as _

page = components.open_page(
    _("Resolution"),
    _(
        "From a customer's first message to the solution. Who still waits for one counts as"
        " waiting, not as missing."
    ),
)
reader, chosen = page.reader, page.filters
components.stop_if_empty(queries.compare("contacts", chosen))
components.note_on_dates()
rules = queries.ask("site_rules")
follow_up = int(rules["resolution_follow_up_days"])
reopen_window = int(rules["reopen_window_days"])
repeat_window = int(rules["repeat_window_days"])

components.kpis(
    [
        (
            _("Resolved ({n} days on)").format(n=follow_up),
            queries.compare("resolved_share", chosen),
        ),
        (_("Median first resolution"), queries.compare("first_resolution_seconds", chosen)),
        (_("Median full resolution"), queries.compare("full_resolution_seconds", chosen)),
        (
            _("Reopened within {n} days").format(n=reopen_window),
            queries.compare("reopened_share", chosen),
        ),
        (_("Reopen events"), queries.compare("reopen_events", chosen)),
        (_("Open at the end"), queries.compare("backlog", chosen)),
        (_("First contact resolution"), queries.compare("first_contact_resolved_share", chosen)),
        (
            _("Came back within {n} days").format(n=repeat_window),
            queries.compare("repeated_share", chosen),
        ),
        (_("One reply was enough"), queries.compare("one_touch_share", chosen)),
        (
            _("Median, the unsolved included"),
            queries.compare("resolution_censored_seconds", chosen),
        ),
        (
            _("9 of 10, the unsolved included"),
            queries.compare("resolution_censored_seconds", chosen, statistic="km_p90"),
        ),
    ],
    page,
)
with components.section(
    _("The work it takes"),
    "work",
    _(
        "A dash: it does not apply, or no loaded export tells it. Logins need no account number"
        " to be complete; occupancy and utilisation need agents' states, which know channel,"
        " language and team, but neither topic nor urgency."
    ),
):
    components.kpis(
        [
            (_("Details asked for"), queries.compare("clarification_rounds", chosen)),
            (_("First message complete"), queries.compare("complete_at_first_share", chosen)),
            (_("Transferred"), queries.compare("transferred_share", chosen)),
            (_("Mean handle time"), queries.compare("handle_seconds", chosen)),
            (_("Occupancy"), queries.compare("occupancy_share", chosen)),
            (_("Utilisation"), queries.compare("utilisation_share", chosen)),
        ],
        page,
    )

curves = queries.survival("resolution_censored_seconds", chosen, by=("week",))
weeks = {week: reader.weekday_and_day(week) for week in curves["week"].unique()}
left, right = st.columns(2)
with left:
    components.card(
        _("Resolved within so many days of arrival"),
        figures.cohorts(curves, "week", names=weeks, reader=reader),
        curves,
        metric="resolution_censored_seconds",
        name="resolution_cohorts",
        note=_(
            "One line per week of arrival, named by its Monday. A line ends where its follow-up"
            " does; the newest has its 95% interval."
        )
        + (
            " " + _("The newest {n} weeks; the table holds all.").format(n=charts.MOST_COHORTS)
            if len(weeks) > charts.MOST_COHORTS
            else ""
        ),
        words={"surviving_share": _("Still open")},
    )
with right:
    by_channel = queries.survival("resolution_censored_seconds", chosen, by=("channel",))
    components.card(
        _("Still open after so long"),
        figures.still_waiting(
            by_channel,
            "channel",
            names=page.names("channel", by_channel),
            label=_("time since arrival"),
            reader=reader,
        ),
        by_channel,
        metric="resolution_censored_seconds",
        name="still_open",
        note=_("Of all contacts: the unsolved count for as long as they have been open."),
        words={"surviving_share": _("Still open")},
    )


def _still_moves(week: pd.Series) -> pd.Series:
    """Whether contacts solved in a week could still be reopened at the end of the data."""
    return week + pd.Timedelta(days=6 + reopen_window) > pd.Timestamp(page.build.last_on)


with components.section(_("Week by week"), "over-time") as head:
    with head:
        shown = components.choice(
            "series",
            _("Shown"),
            {
                "times": _("Resolution time"),
                "resolved": _("Resolved share"),
                "reopened": _("Reopened share"),
            },
        )
    if shown == "times":
        first = queries.measure("first_resolution_seconds", chosen, by=("week",))
        full = queries.measure("full_resolution_seconds", chosen, by=("week",))
        frame = pd.concat(
            [first.assign(resolution="first"), full.assign(resolution="full")], ignore_index=True
        )
        frame["is_provisional"] = (frame["resolution"] == "full") & _still_moves(frame["week"])
        frame.attrs = full.attrs
        series = {"by": "resolution", "names": {"first": _("First"), "full": _("Full")}}
        series |= {"provisional": "is_provisional"}
        metric, label = "full_resolution_seconds", _("median resolution time")
        note = _(
            "By the week of the solve. Full resolution is hollow while contacts may still be"
            " reopened and solved again."
        )
    elif shown == "resolved":
        metric, label, series = "resolved_share", _("resolved"), {}
        frame = queries.measure(metric, chosen, by=("week",))
        note = _("By the week of arrival; only contacts with {n} days of follow-up.").format(
            n=follow_up
        )
    else:
        metric, label, series = "reopened_share", _("reopened"), {}
        frame = queries.measure(metric, chosen, by=("week",))
        note = _("By the week of the first solve; only contacts with {n} days since.").format(
            n=reopen_window
        )
    st.caption(note)
    components.chart_and_table(
        figures.trend(
            frame, "week", unit=frame.attrs["unit"], label=label, reader=reader, **series
        ),
        frame,
        name=f"resolution_{shown}_by_week",
        metric=metric,
        alt=label,
        words={"resolution": _("Resolution"), "is_provisional": _("Provisional")},
    )

stock = queries.ask("backlog", **chosen.scope, by=("day",))
if stock["closing"].max() >= SUPPRESSED_BELOW:
    components.card(
        _("Open contacts and their age"),
        figures.backlog(stock, reader=reader),
        stock,
        metric="backlog",
        name="backlog",
        note=_(
            "A stock at the end of each day, never added up over days: opening + created +"
            " reopened − resolved − merged − deleted = closing."
        ),
        words={
            "opening": _("Opening"),
            "created": _("Created"),
            "reopened": _("Reopened"),
            "resolved": _("Resolved"),
            "merged": _("Merged"),
            "deleted": _("Deleted"),
            "closing": _("Closing"),
            "aged_0_1d": _("under 1 day"),
            "aged_1_3d": _("1 to 3 days"),
            "aged_3_7d": _("3 to 7 days"),
            "aged_7d_plus": _("7 days and more"),
        },
        units=dict.fromkeys(stock.columns.drop("day"), "count"),
    )

columns = {
    "resolved": ("resolved_share", None),
    "first": ("first_resolution_seconds", "median"),
    "full": ("full_resolution_seconds", "median"),
    "full_p90": ("full_resolution_seconds", "p90"),
    "reopened": ("reopened_share", None),
    "first_contact": ("first_contact_resolved_share", None),
    "rounds": ("clarification_rounds", None),
    "complete": ("complete_at_first_share", None),
    "open_now": ("backlog", None),
}
words = {
    "resolved": _("Resolved"),
    "first": _("Median first"),
    "full": _("Median full"),
    "full_p90": _("9 of 10, full"),
    "reopened": _("Reopened"),
    "first_contact": _("First contact resolution"),
    "rounds": _("Details asked for"),
    "complete": _("First message complete"),
    "open_now": _("Open at the end"),
    "n": _("Contacts"),
}
units = {
    **dict.fromkeys(("first", "full", "full_p90"), "seconds"),
    **dict.fromkeys(("resolved", "reopened", "first_contact", "complete"), "share"),
    "rounds": "score",
    "open_now": "n",
}
for title, by in (
    (_("Every issue type"), ("topic",)),
    (_("Every channel and language"), ("channel", "language")),
):
    components.table_card(
        title,
        queries.side_by_side(chosen, columns, by=by),
        name=f"resolution_by_{'_'.join(by)}",
        metric="resolved_share",
        note=_("Groups under 5 contacts stay untold. Compare no two groups on fewer than 30."),
        words=words,
        units=units,
    )
components.close_page(page)
