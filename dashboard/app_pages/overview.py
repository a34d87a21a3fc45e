"""Overview: how we are doing, what needs attention now, what changed and why."""

from collections.abc import Iterable, Iterator

import streamlit as st

from dashboard import comparisons, components, explanations, figures, pages, queries
from dashboard.formats import escaped
from dashboard.i18n import plural
from dashboard.i18n import text as _

page = components.open_page(
    _("Overview"),
    _("How support is doing, each number against the period of the same length before."),
)
reader, chosen = page.reader, page.filters
contacts = queries.compare("contacts", chosen)
components.stop_if_empty(contacts)
components.note_on_dates()

URGENT = ("urgent_answered_share", _("Urgent, answered in time"))
has_urgent = queries.has_urgent(chosen)
components.kpis(
    [
        (_("Contacts"), contacts),
        (_("Median first response"), queries.compare("first_response_seconds", chosen)),
        (_("Service level"), queries.compare("service_level", chosen)),
        (_("Unanswered"), queries.compare("unanswered_share", chosen)),
        (_("Median full resolution"), queries.compare("full_resolution_seconds", chosen)),
        (_("Satisfied"), queries.compare("csat", chosen)),
        *([(URGENT[1], queries.compare(URGENT[0], chosen))] if has_urgent else []),
    ],
    page,
)

GRIDS = {
    "wait": ("first_response_seconds", _("Median first response")),
    "resolution": ("full_resolution_seconds", _("Median full resolution")),
    "satisfaction": ("csat", _("Satisfied")),
    **({"urgent": URGENT} if has_urgent else {}),
}
GRIDS = queries.observed(GRIDS, chosen)
compared = {
    metric: queries.compare(metric, chosen, by=("channel", "language"))
    for metric, _label in GRIDS.values()
}


NARROW_COLUMNS = 3
RECENT_DAYS, MOST_ANOMALIES = 14, 3
PAGE_OF = {
    "wait": "wait_times",
    "resolution": "resolution",
    "satisfaction": "satisfaction",
    "urgent": "wait_times",
}


def _alerts() -> Iterator[tuple[str, str]]:
    """What cannot wait: a sentence, and the page that says more."""
    if page.build.is_stale:
        yield _("The numbers are stale."), "data_health"
    failed = int((~queries.ask("checks")["passed"].astype(bool)).sum())
    if failed:
        yield (
            plural(
                "{n} check of the data asks for a look.",
                "{n} checks of the data ask for a look.",
                failed,
            ).format(n=reader.number(failed)),
            "data_health",
        )
    waiting, longest = queries.ask("urgent_waiting", where=chosen.where)
    if waiting:
        yield (
            plural(
                "{n} urgent contact waits for its first reply, for {longest}.",
                "{n} urgent contacts wait for their first reply, the longest for {longest}.",
                waiting,
            ).format(n=reader.number(waiting), longest=reader.duration(longest)),
            "contact",
        )
    short = queries.short_queues(page.build)
    if len(short):
        worst = short.iloc[0]
        yield (
            plural(
                "{n} queue lacks agents in the next 24 hours: {channel}, {language}, up to"
                " {agents} at once.",
                "{n} queues lack agents in the next 24 hours; most of all {channel}, {language},"
                " up to {agents} at once.",
                len(short),
            ).format(
                n=reader.number(len(short)),
                channel=reader.name("channel", worst["channel"]),
                language=reader.name("language", worst["language"]),
                agents=reader.compact(-worst["worst_gap"]),
            ),
            "staffing",
        )


def _anomalies() -> Iterator[tuple[str, str, dict[str, str]]]:
    """What season and calendar did not explain in the last days of the data, and its contacts."""
    found = comparisons.recent_anomalies(page.build, chosen, RECENT_DAYS)
    for row in found.head(MOST_ANOMALIES).to_dict("records"):
        yield (
            explanations.anomaly(row, page.build.zone, reader),
            "contact",
            explanations.contacts_of(row),
        )


def _worsenings() -> Iterator[tuple[str, str]]:
    """Groups that got worse by more than chance explains, worst first within each measure."""
    for view, (metric, label) in GRIDS.items():
        unit = compared[metric].attrs["unit"]
        for row in queries.worsened(metric, chosen).itertuples():
            yield (
                _(
                    "{channel}, {language}: {measure} {value} (95%: {interval}, n = {n}), was"
                    " {before}"
                ).format(
                    channel=reader.name("channel", row.channel),
                    language=reader.name("language", row.language),
                    measure=label,
                    value=reader.value(row.value, unit),
                    interval=reader.interval(row.low, row.high, unit),
                    before=reader.value(row.previous_value, unit),
                    n=reader.number(row.n),
                ),
                PAGE_OF[view],
            )


def _list(items: Iterable[tuple], nothing: str) -> None:
    items = list(items)
    for sentence, *target in items:
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.write(sentence)
            pages.show_link(*target)
    if not items:
        st.write(nothing)


now, worse = st.columns(2)
with now, st.container(border=True, key="card-now", height="stretch"):
    st.header(_("What needs attention now"), anchor=False)
    st.caption(_("The state at the data cut, for the chosen groups."))
    _list(
        [*_alerts(), *_anomalies()],
        _("Nothing: no newer data waits, nobody urgent waits, the plan is covered.")
        if len(queries.ask("staffing"))
        else _("Nothing: no newer data and nobody urgent waits. There is no plan to look at."),
    )
with worse, st.container(border=True, key="card-worse", height="stretch"):
    st.header(_("What got worse"), anchor=False)
    st.caption(_("By more than chance explains, in groups of at least 30 in both periods."))
    _list(_worsenings(), _("No group got worse by more than chance explains."))

EXPLAINED = {
    "satisfaction": ("csat", _("Satisfied")),
    "service": ("service_level", _("Service level")),
    "unanswered": ("unanswered_share", _("Unanswered")),
    "reopened": ("reopened_share", _("Reopened")),
    **({"urgent": URGENT} if has_urgent else {}),
}
EXPLAINED = queries.observed(EXPLAINED, chosen)
with components.section(
    _("What changed and why"),
    "why",
    _(
        "A share moves because groups do better or worse, or because there are more of some"
        " than before. Both parts add up to the change; groups are channel, language and topic"
        " together."
    ),
):
    asked = components.choice(
        "why", _("Measure"), {k: label for k, (_m, label) in EXPLAINED.items()}
    )
    metric, label = EXPLAINED[asked]
    parts = comparisons.change_parts(metric, chosen)
    if parts.empty:
        components.empty(
            _("One of the two periods has fewer than 5 such contacts: choose other days.")
        )
    else:
        for sentence in explanations.change(parts, label, reader):
            st.write(sentence)
        for sentence in explanations.moved(
            comparisons.changed_groups(metric, chosen), parts.attrs["unit"], reader
        ):
            st.write(f"- {sentence}")
        components.chart_and_table(
            figures.parts(
                parts,
                "part",
                unit=parts.attrs["unit"],
                up_is_good=parts.attrs["up_is_good"],
                names={name: explanations.part(name) for name in parts["part"]},
                reader=reader,
            ),
            parts.assign(part=parts["part"].map(explanations.part)),
            name=f"why_{asked}",
            metric=metric,
            alt=_("{measure}: the change taken apart").format(measure=label),
            words={"part": _("Part"), "value": _("Change")},
        )

effects = comparisons.effects_of_changes(chosen)
if len(effects):
    with components.section(
        _("What our own changes did"),
        "effects",
        _(
            "Against what trend and weekday would have brought, for the contacts that a change"
            " concerns. An effect whose interval holds 0 may be chance."
        ),
    ):
        for _event, rows in effects.groupby("event_id", sort=False):
            first = rows.iloc[0]
            st.markdown(
                f"**{escaped(first['title'])}**, {escaped(reader.day(first['changed_on']))}"
            )
            for row in rows.to_dict("records"):
                st.write(
                    f"- {explanations.impact(row, explanations.measure(row['metric']), reader)}"
                )

with components.section(_("By channel and language"), "grid"):
    shown = components.choice("grid", _("Measure"), {k: label for k, (_m, label) in GRIDS.items()})
    metric, label = GRIDS[shown]
    channels = page.names("channel", compared[metric])
    grid = queries.busiest_first(compared[metric], chosen)
    drawn = grid[grid["n"] > 0]
    st.caption(_("Orange is worse and blue better, among groups of at least 30."))
    if page.is_narrow:
        drawn = drawn[drawn["channel"].isin(drawn["channel"].unique()[:NARROW_COLUMNS])]
        st.caption(_("The busiest channels; the table holds all."))
    components.chart_and_table(
        figures.grid(
            drawn,
            unit=grid.attrs["unit"],
            up_is_good=grid.attrs["up_is_good"],
            # Channels are few and languages many: this way round the words fit a narrow window.
            rows="language",
            columns="channel",
            names=page.names("language", grid)
            | {code: "<br>".join(name.rsplit(" ", 1)) for code, name in channels.items()},
            reader=reader,
        ),
        grid,
        name=f"grid_{shown}",
        metric=metric,
        alt=_("{measure} by channel and language").format(measure=label),
    )
components.close_page(page)
