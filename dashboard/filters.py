"""The one set of filters that every page shares, kept in the URL so that a link reproduces a view.

The URL holds codes and ISO dates: `?from=2026-10-24&to=2026-11-20&channel=phone&channel=email`.
What arrives there is checked against the build: an unknown code is dropped, and the page says so.
The session holds the truth; the URL is rewritten from it on every run, because a change of page
clears the URL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboard import i18n, queries
from dashboard.formats import Reader, escaped, wall_clock
from dashboard.i18n import text as _
from pipelines.api import BuildInfo

DIMENSIONS = ("channel", "language", "topic", "team", "urgency")
PERIODS = (7, 28, 90)
DEFAULT_PERIOD = 28
YEARS = range(1900, 2101)  # beyond them calendars end, and no row is loaded

_STATE = "filters"
_SHOWN = "filters.shown"  # whether the page of the moment has them
_NOTES = "filters.notes"
_WRITTEN = "filters.url"
_OURS = ("from", "to", *DIMENSIONS)  # of the address; pages have parameters of their own there


@dataclass(frozen=True)
class Filters:
    """What a page is about: days from `start` to `end`, both included, and chosen codes.

    An empty tuple of codes means all of them. `end` is None while a reader has picked only the
    first day of a range.
    """

    start: date | None
    end: date | None
    channel: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    urgency: tuple[str, ...] = ()

    @property
    def is_partial(self) -> bool:
        """Whether a day is still to be chosen."""
        return self.start is None or self.end is None

    @property
    def where(self) -> dict[str, list[str]]:
        """The chosen codes as `pipelines.api` wants them: column -> values, only where chosen."""
        return {name: list(codes) for name in DIMENSIONS if (codes := getattr(self, name))}

    @property
    def scope(self) -> dict[str, Any]:
        """`start`, `end` and `where`, as the questions of `pipelines.api` take them."""
        return {"start": self.start, "end": self.end, "where": self.where}

    def query(self) -> dict[str, list[str]]:
        """As query parameters."""
        days = {"from": self.start, "to": self.end}
        codes = {name: list(getattr(self, name)) for name in DIMENSIONS}
        return {k: [v.isoformat()] for k, v in days.items() if v} | {
            k: v for k, v in codes.items() if v
        }


def last_days(build: BuildInfo, days: int) -> Filters:
    """The last `days` days of the build's data, fewer where it holds fewer.

    Of a build without contacts, the days before its data cut: surveys may have come in them.
    """
    end = build.last_on or wall_clock(build.data_cut_at, build.zone).date()
    start = end - timedelta(days=days - 1)
    return Filters(max(start, build.first_on or start), end)


def parse(
    query: Mapping[str, Sequence[str]], known: Mapping[str, Sequence[str]], default: Filters
) -> tuple[Filters, list[str]]:
    """Filters from query parameters, and what had to be left out, as `name=value` texts.

    `from` without `to` stays partial; neither means the default days.
    """
    dropped = []
    days: dict[str, date | None] = {}
    for name in ("from", "to"):
        given = next(iter(query.get(name, ())), None)
        try:
            days[name] = date.fromisoformat(given) if given else None
            if days[name] and days[name].year not in YEARS:
                raise ValueError
        except ValueError:
            dropped.append(f"{name}={given}")
            days[name] = None
    start, end = days["from"], days["to"]
    if start and end and start > end:
        dropped.append(f"from={start}, to={end}")
        start = end = None
    if start is None:
        start, end = default.start, default.end
    codes = {}
    for name in DIMENSIONS:
        given = tuple(dict.fromkeys(query.get(name, ())))
        codes[name] = tuple(code for code in given if code in known.get(name, ()))
        dropped += [f"{name}={code}" for code in given if code not in known.get(name, ())]
    return Filters(start, end, **codes), dropped


def current(build: BuildInfo) -> Filters:
    """The session's filters: read from the URL when it brings new ones, else as they were left."""
    given = {name: st.query_params.get_all(name) for name in _OURS}
    given = {name: values for name, values in given.items() if values}
    is_new = given and given != st.session_state.get(_WRITTEN)
    if _STATE not in st.session_state or is_new:
        known = queries.ask("filter_values")
        default = last_days(build, DEFAULT_PERIOD)
        st.session_state[_STATE], st.session_state[_NOTES] = parse(given, known, default)
    return st.session_state[_STATE]


def told(build: BuildInfo) -> dict[str, str]:
    """Whose numbers a page shows, for a file taken from it: site, build, data cut, zone, and the
    filters, where the page has them."""
    about = {
        "site": build.site_name,
        "build_id": build.build_id,
        "cut": f"{build.data_cut_at:%Y-%m-%d %H:%M} UTC",
        "zone": build.zone,
    }
    shown = st.session_state[_STATE].query() if st.session_state.get(_SHOWN) else {}
    return about | {name: ", ".join(values) for name, values in shown.items()}


def write_url() -> None:
    """Make the address reproduce the view: the filters, beside what the page itself put there."""
    wanted = st.session_state[_STATE].query()
    shown = {name: st.query_params.get_all(name) for name in st.query_params}
    kept = {name: given for name, given in shown.items() if name not in _OURS}
    if kept | wanted != shown:
        # At once: each parameter written by itself is a step of the browser's way back.
        st.query_params.from_dict(kept | wanted)
    st.session_state[_WRITTEN] = wanted
    st.session_state[_SHOWN] = False


def bar(build: BuildInfo) -> Filters:
    """Draw the filters as one row of labelled menus and give what is chosen."""
    chosen = st.session_state[_STATE]
    st.session_state[_SHOWN] = True
    known = queries.ask("filter_values")
    reader = i18n.reader()
    with st.container(horizontal=True, gap="xsmall", key="filter-bar"):
        _days_menu(build, chosen, reader)
        for name, label in (
            ("channel", _("Channel")),
            ("language", _("Language")),
            ("topic", _("Topic")),
            ("team", _("Team")),
            ("urgency", _("Urgency")),
        ):
            if known.get(name):
                _codes_menu(name, label, known[name], getattr(chosen, name), reader)
        if chosen.where:
            st.button(_("Clear filters"), type="tertiary", on_click=_clear)
    if st.session_state.get(_NOTES):
        st.info(
            _("Left out of the link, because this build does not know it: {names}").format(
                names=escaped(reader.listed(st.session_state[_NOTES]))
            )
        )
    return chosen


def _days_menu(build: BuildInfo, chosen: Filters, reader: Reader) -> None:
    label = (
        _("From {day} – choose an end date").format(day=reader.day(chosen.start))
        if chosen.is_partial
        else reader.days(chosen.start, chosen.end)
    )
    with st.popover(label, key="filter-days-menu"):
        presets = {days: last_days(build, days) for days in PERIODS}
        match = next(
            (d for d, p in presets.items() if (p.start, p.end) == (chosen.start, chosen.end)), None
        )
        st.session_state["filter-period"] = match
        st.segmented_control(
            _("Period"),
            PERIODS,
            format_func=lambda days: _("Last {n} days").format(n=days),
            key="filter-period",
            on_change=_choose_period,
            args=(presets,),
        )
        st.session_state["filter-days"] = tuple(d for d in (chosen.start, chosen.end) if d)
        st.date_input(
            _("Days, both included"),
            # Surveys without contacts: nothing tells how far back they reach.
            min_value=min(build.first_on or chosen.start - timedelta(days=3_650), chosen.start),
            max_value=max(build.last_on or chosen.start, chosen.end or chosen.start),
            format="YYYY-MM-DD",
            key="filter-days",
            on_change=_choose_days,
        )
        if build.first_on:
            st.caption(
                _("Data from {first} to {last}, days in {zone}").format(
                    first=reader.day(build.first_on),
                    last=reader.day(build.last_on),
                    zone=build.zone,
                )
            )


def _codes_menu(name: str, label: str, codes: Sequence[str], chosen: tuple, reader: Reader) -> None:
    summary = _("all") if not chosen else reader.name(name, chosen[0])
    if len(chosen) > 1:
        summary += f" +{len(chosen) - 1}"
    key = f"filter-{name}"
    with st.popover(i18n.pair(label, escaped(summary)), key=f"{key}-menu"):
        st.session_state[key] = list(chosen)
        st.multiselect(
            label,
            codes,
            format_func=lambda code: reader.name(name, code),
            placeholder=_("All"),
            key=key,
            on_change=_choose_codes,
            args=(name,),
        )


def _choose_period(presets: dict[int, Filters]) -> None:
    preset = presets.get(st.session_state["filter-period"])
    if preset:
        _change(start=preset.start, end=preset.end)


def _choose_days() -> None:
    days = tuple(st.session_state["filter-days"])
    if days:
        _change(start=days[0], end=days[1] if len(days) > 1 else None)


def _choose_codes(name: str) -> None:
    _change(**{name: tuple(st.session_state[f"filter-{name}"])})


def _clear() -> None:
    _change(**dict.fromkeys(DIMENSIONS, ()))


def _change(**values) -> None:
    st.session_state[_STATE] = replace(st.session_state[_STATE], **values)
    st.session_state[_NOTES] = []
    write_url()
