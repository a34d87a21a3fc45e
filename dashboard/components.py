"""The parts a page is made of, so that every page has the same states, tables and downloads.

How a page is written (`app_pages/<name>.py`, a plain script, plus one line in `pages.py`):

    from dashboard import components, figures, queries
    from dashboard.i18n import text as _

    page = components.open_page(_("Wait times"), _("How long customers waited for a person."))
    waits = queries.measure("first_response_seconds", page.filters, by=("channel",))
    components.stop_if_empty(waits)
    components.card(
        _("Median wait by channel"),
        figures.dots(waits, "channel", unit="seconds", names=page.names("channel", waits),
                     reader=page.reader),
        waits,
        metric="first_response_seconds",
        name="wait_by_channel",
    )

1. `open_page` draws title, build line, stale banner, filters, and stops on a half-chosen range.
   It gives `page.build`, `page.filters`, `page.reader`.
2. `queries.*` answers from the published build, cached under its id; a page computes nothing.
3. `kpis` draws the headline numbers of `queries.compare` against the period before.
4. `card` draws one chart with its table beside it, downloads, n, and what the number means.
   Three or four charts a page at most: a Plotly chart is the dearest thing on it. `figures.x`
   is `charts.x`, drawn once for the same numbers, and only where its tab is open.
5. Words go through `_`; codes through `page.reader.name(dimension, code)`; a figure takes
   `reader=page.reader`. Text that customers wrote is shown by `st.text` only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import address, cache, figures, filters, i18n, pages, queries, refusals
from dashboard.formats import MISSING, SUPPRESSED_BELOW, Reader, escaped
from dashboard.i18n import plural
from dashboard.i18n import text as _
from dashboard.rules.words import units
from dashboard.tables import download_buttons, on_phone, show_table
from pipelines.errors import SupportQualityError

T = TypeVar("T")

ICON = Path(__file__).with_name("static") / "icon.png"

_MOST_IN_A_ROW = 4  # more would cut their numbers on a tablet
_LOCALE = "locale"
_LOCALE_CHOSEN = "locale.chosen"


@dataclass(frozen=True)
class Page:
    """What a page works with: the build of the moment, the chosen filters, the reader."""

    build: Any
    filters: filters.Filters
    reader: Reader

    @property
    def is_narrow(self) -> bool:
        """Whether the reader holds a phone."""
        return on_phone()

    def names(self, dimension: str, frame: pd.DataFrame) -> dict[str, str]:
        """Code -> words for the codes of `dimension` that occur in `frame`."""
        return {code: self.reader.name(dimension, code) for code in frame[dimension].unique()}


def open_page(title: str, summary: str, *, with_filters: bool = True) -> Page:
    """Draw the head of a page; stops the run where a day is still to be chosen."""
    build = queries.build()
    reader = replace(i18n.reader(), in_days=queries.ask("tells_days_alone"))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        with st.container(gap="xxsmall"):
            st.title(title, anchor=False)
            st.caption(summary)
        _language_menu()
    if build.is_of_other_definitions:
        st.warning(
            _(
                "This build was made by another version of the product: some numbers may be"
                " missing, or mean something else. Build it again: `support-quality build`."
            )
        )
    if build.is_stale:
        stale(build, reader)
    chosen = filters.bar(build) if with_filters else filters.current(build)
    if with_filters and chosen.is_partial:
        st.info(_("Choose an end date to see this page."))
        st.stop()
    return Page(build, chosen, reader)


def note_on_dates() -> None:
    """On a page of durations: which sources tell dates, whose waits are therefore whole days."""
    told = queries.ask("day_times")
    if len(told):
        st.info(
            plural(
                "Source {sources} tells dates, no times of day: its waits and resolutions are whole"
                " days, 0 is the same day, and hours of the day are not known.",
                "Sources {sources} tell dates, no times of day: their waits and resolutions are"
                " whole days, 0 is the same day, and hours of the day are not known.",
                told["source"].nunique(),
            ).format(sources=escaped(i18n.reader().listed(sorted(set(told["source"])))))
        )


def close_page(page: Page) -> None:
    """The line at the foot: whose numbers, until when, from which build."""
    st.caption(
        _("{site} · data until {cut} ({zone}) · build {build}").format(
            site=escaped(page.build.site_name),
            cut=escaped(page.reader.instant(page.build.data_cut_at, page.build.zone)),
            zone=page.build.zone,
            build=page.build.build_id,
        )
    )


# --- numbers and charts -------------------------------------------------------------------


def kpis(items: Sequence[tuple[str, pd.DataFrame]], page: Page) -> None:
    """A row of headline numbers against the period before.

    `items`: label and the one-row frame of `queries.compare` (value, n, low, high,
    previous_value, previous_n, change; unit and direction in its attrs).
    """

    rows = in_rows(items)

    def elements() -> None:
        for row in rows:
            with st.container(horizontal=True, gap="small", vertical_alignment="distribute"):
                for label, frame in row:
                    kpi(label, frame, page)

    made_of = (page.build.build_id, page.reader, rows)
    cache.draw(cache.fingerprint("kpis", *made_of), elements)


def in_rows(cards: Sequence[T]) -> list[Sequence[T]]:
    """Cards in rows of about equal length, so that none stands alone: seven are four and three.

    One row on a phone, whose browser sets two side by side and wraps the others.
    """
    count = 1 if on_phone() else -(-len(cards) // _MOST_IN_A_ROW)
    return [
        cards[-(-len(cards) * row // count) : -(-len(cards) * (row + 1) // count)]
        for row in range(count)
    ]


def kpi(label: str, frame: pd.DataFrame, page: Page, *, is_linked: bool = True) -> None:
    """One headline number: value, change, interval, n, and its definition.

    The change has the colour of its direction where it is more than chance explains.
    """
    reader, unit = page.reader, frame.attrs["unit"]
    row = frame.iloc[0] if len(frame) else pd.Series(dtype=object)
    n = row.get("n")
    small = pd.isna(n) or n < SUPPRESSED_BELOW
    up_is_good = frame.attrs.get("up_is_good")
    is_told_before = row.get("previous_n", 0) >= SUPPRESSED_BELOW
    step = (
        reader.change(row.get("value"), row.get("previous_value"), unit)
        if is_told_before and not small
        else None
    )
    # Of an interval that is open at one end, the other one decides; a full count has none.
    is_beyond_chance = row.get("change_low", np.nan) > 0 or row.get("change_high", np.nan) < 0
    is_counted = frame.attrs["statistic"] in ("count", "last")
    is_step = step is not None and step[0] in "+-"
    is_judged = up_is_good is not None and is_step and (is_counted or is_beyond_chance)
    definition = queries.definition(frame.attrs["metric"])
    behind = [f"n = {reader.count(0 if pd.isna(n) else n)}"]
    if unit.startswith("points"):
        behind.insert(0, units().get(unit, unit))
    if step:
        before = reader.value(row.get("previous_value"), unit)
        stood = frame.attrs.get("previous_as_it_stood")
        was = _("was {value} after as long") if stood else _("was {value}")
        behind.insert(0, was.format(value=before))
    if not small and (between := reader.interval(row.get("low"), row.get("high"), unit)) != MISSING:
        behind.append(_("95%: {interval}").format(interval=between))
    if not small and pd.isna(row.get("value")) and frame.attrs["statistic"].startswith("km_"):
        behind.append(_("not reached yet: too many still wait"))
    with st.container(border=True, gap="xxsmall"):
        # A metric cuts its own label where the card is narrow; this one takes another line.
        meaning = i18n.text(definition.summary) if definition else None
        st.markdown(f":small[{escaped(label)}]", help=meaning)
        st.metric(
            label,
            _hidden_value(n) if small else reader.value(row.get("value"), unit),
            step,
            delta_color=("normal" if up_is_good else "inverse") if is_judged else "off",
            delta_arrow="auto" if is_step else "off",
            label_visibility="collapsed",
        )
        st.caption("  \n".join(behind))
        if is_linked:
            with st.container(horizontal=True, gap="xxsmall"):
                metric_links(frame.attrs["metric"], _("Definition"), _("Its rows"))


def metric_links(metric: str, meaning: str, rows: str) -> None:
    """Links to a metric's definition and, there, to the rows behind it under the same filters."""
    page = pages.link("definitions")
    st.page_link(page, label=meaning, query_params={"metric": metric})
    st.page_link(page, label=rows, query_params={"metric": metric, "rows": "1"})


def facts(items: Sequence[tuple[str, str, str, bool]]) -> None:
    """A row of states: label, value, what to make of it, and whether that is well.

    Below each other on a phone, where two side by side would cut a day."""
    with st.container(horizontal=not on_phone(), gap="small", vertical_alignment="distribute"):
        for label, value, verdict, is_well in items:
            with st.container(border=True, gap="xxsmall"):
                st.metric(label, value)
                if verdict:
                    st.badge(verdict, color="blue" if is_well else "orange")


def choice(name: str, label: str, options: Mapping[str, str], *, place: str = "") -> str:
    """One of a few views of a page, kept in the address as `?name=code`; the first by default.

    `options`: code -> words. `place`: see `address.told`; without one it goes with the page.
    """
    codes = list(options)
    given = st.query_params.get(name)
    if place:
        given = address.told(name, codes[0], place=place, among=options)
    chosen = given if given in options else codes[0]
    key = f"choice-{name}"
    st.session_state[key] = chosen
    st.segmented_control(
        label,
        codes,
        format_func=options.get,
        key=key,
        required=True,
        label_visibility="collapsed",
        on_change=_choose,
        args=(name, codes[0], place),
    )
    return chosen


def _choose(name: str, default: str, place: str) -> None:
    address.tell(name, st.session_state[f"choice-{name}"] or default, default, place=place)


def single(frame: pd.DataFrame) -> float | None:
    """The value of a one-row frame; None where too few stand behind it to tell."""
    if frame.empty or pd.isna(n := frame["n"].iloc[0]) or n < SUPPRESSED_BELOW:
        return None
    return frame["value"].iloc[0]


def _hidden_value(n: float | None) -> str:
    return MISSING if pd.isna(n) or n == 0 else f"<{SUPPRESSED_BELOW}"


@contextmanager
def section(title: str, name: str, note: str = "") -> Iterator[DeltaGenerator]:
    """A bordered card to fill; gives the row of its title, for menus beside it.

    `name`: the card's key. `note`: a sentence under the title.
    """
    with st.container(border=True, key=f"card-{name}"):
        head = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
        head.header(title, anchor=False)
        if note:
            st.caption(note)
        yield head


def card(
    title: str,
    figure: figures.Drawing,
    table: pd.DataFrame,
    *,
    name: str,
    metric: str | None = None,
    note: str = "",
    words: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    alt: str = "",
) -> None:
    """One chart in a bordered card, its table beside it, downloads, and what it means.

    Parameters
    ----------
    table : the frame behind the figure; downloads hold it as it is, codes and true numbers.
    name : the card's key and the file name of its downloads, without extension.
    metric : the metric whose definition the card links to; its unit formats value, low, high.
    note : one sentence under the title: how to read it, what is left out.
    words : column -> heading in the table, for columns that this module doesn't know.
    units : column -> unit ('seconds', 'share', 'count'), where they differ from the metric's.
    alt : what the chart says, for a screen reader; the title where absent.
    """
    with section(title, name, note):
        chart_and_table(
            figure, table, name=name, metric=metric, words=words, units=units, alt=alt or title
        )


def chart_and_table(
    figure: figures.Drawing,
    table: pd.DataFrame,
    *,
    name: str,
    alt: str,
    metric: str | None = None,
    words: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
) -> None:
    """What a card holds under its title, for a card that has controls of its own above it."""
    chart, rows = st.tabs([_("Chart"), _("Table")], key=f"tabs-{name}", on_change="rerun")
    # What is not looked at is not drawn: a long table costs more than the whole rest of a page.
    if chart.open:
        with chart:
            _draw(figure, name, alt)
    else:
        with rows:
            show_table(table, words=words, units=units)
    _card_foot(table, name, metric)


def _draw(figure: figures.Drawing, name: str, alt: str) -> None:
    def elements() -> None:
        config = _plotly_config(name)
        st.plotly_chart(figure.figure(), key=f"chart-{name}", config=config, alt=alt)

    cache.draw(cache.fingerprint(i18n.current(), figure, name, alt), elements)


def table_card(
    title: str,
    table: pd.DataFrame,
    *,
    name: str,
    metric: str | None = None,
    note: str = "",
    words: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
) -> None:
    """A card whose content is a table alone, with its downloads."""
    with section(title, name, note):
        show_table(table, words=words, units=units)
        _card_foot(table, name, metric)


def _card_foot(table: pd.DataFrame, name: str, metric: str | None) -> None:
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        download_buttons(table, name)
        if metric:
            definition_menu(metric, name)


def definition_menu(metric: str, name: str) -> None:
    """What the number means, and the way to its full definition."""
    definition = queries.definition(metric)
    if definition is None:
        return

    def elements() -> None:
        with st.popover(_("What this means"), type="tertiary", key=f"means-{name}"):
            st.markdown(f"**{_(definition.label)}**")
            st.write(_(definition.summary))
            if definition.exclusions:
                st.caption(_("Left out: {what}").format(what=left_out(definition.exclusions)))
            metric_links(metric, _("Definition, formula and SQL"), _("The rows behind it"))

    cache.draw(cache.fingerprint("definition", i18n.current(), definition, name), elements)


def left_out(exclusions: str | None) -> str:
    """What a metric leaves out, in the reader's language."""
    return i18n.reader().told(_(part) for part in i18n.listed(exclusions)) or _("nothing")


def _plotly_config(name: str) -> dict[str, Any]:
    locale = i18n.current()
    return {
        "displaylogo": False,
        "plotlyServerURL": "",
        "locale": locale,
        "locales": i18n.plotly_locales(locale),
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "png", "scale": 2, "filename": name},
    }


# --- states -------------------------------------------------------------------------------


def stop_if_empty(*frames: pd.DataFrame, message: str = "") -> None:
    """End the page with what to do where none of the frames holds an observation."""
    if all(_holds_nothing(frame) for frame in frames):
        empty(message)
        st.stop()


def _holds_nothing(frame: pd.DataFrame) -> bool:
    return frame.empty or ("n" in frame and not (frame["n"].fillna(0) > 0).any())


def empty(message: str = "") -> None:
    """Nothing matches: say so, and what to change."""
    st.info(message or _("No contact matches these filters. Choose more days, or clear a filter."))


def not_found(message: str) -> None:
    """What a link named is not in this build."""
    st.warning(message)


def stale(build: Any, reader: Reader) -> None:
    """The build is old: until when it counts, why, and how to renew it."""
    st.warning(
        _("These numbers end at {cut}: {reason}. To renew them, run `support-quality run`.").format(
            cut=escaped(reader.instant(build.data_cut_at, build.zone)),
            reason=escaped(refusals.refusal(build.stale_reason)),
        )
    )


def failed(error: Exception) -> None:
    """The page could not be drawn; a known kind of trouble says itself what to do."""
    if isinstance(error, SupportQualityError):
        st.error(escaped(str(error)))
    elif _is_of_other_definitions():
        st.error(
            _("The rest of this page needs a build by this version: run `support-quality build`.")
        )
    else:
        st.error(_("This page could not be drawn. The server's log says why; try to reload it."))


def _is_of_other_definitions() -> bool:
    try:
        return queries.build().is_of_other_definitions
    except Exception:  # whatever made the page fail may make this fail too
        return False


def nothing_published(error: Exception) -> None:
    """There is no build to show yet."""
    st.title(_("No data yet"), anchor=False)
    st.info(_("Nothing has been published in this warehouse. Load exports and build:"))
    st.code("support-quality run PATH", language="shell")
    st.text(refusals.refusal(str(error)))


# --- language -----------------------------------------------------------------------------


def remember_language() -> None:
    """Keep a chosen language in the address, so that a link carries it."""
    given = st.query_params.get("lang")
    if given is not None:
        st.session_state[_LOCALE_CHOSEN] = True
    if st.session_state.get(_LOCALE_CHOSEN) and given != i18n.current():
        st.query_params["lang"] = i18n.current()


def _language_menu() -> None:
    codes = i18n.available()
    if len(codes) < 2:
        return
    names = i18n.languages(codes)
    st.session_state["language-menu"] = i18n.current()
    st.selectbox(
        _("Display language"),
        codes,
        format_func=names.get,
        key="language-menu",
        label_visibility="collapsed",
        width=130,
        on_change=_choose_language,
    )


def _choose_language() -> None:
    st.session_state[_LOCALE] = i18n.choose(st.session_state["language-menu"])
    st.session_state[_LOCALE_CHOSEN] = True
    st.query_params["lang"] = st.session_state[_LOCALE]
