"""Tables as readers see them: their words, their numbers, and the files to take away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from dashboard import cache, filters, i18n, queries
from dashboard.formats import MISSING, SUPPRESSED_BELOW, Reader, escaped
from dashboard.i18n import text as _
from pipelines import api

MOST_ROWS = 100  # each costs time on every run, and nobody reads more on a screen
MOST_COLUMNS = 8  # about as many as a screen shows at once
_SENTENCE = 400  # pixels; what is wider than a data grid's cell takes lines of a plain table
_MOST_TALL = 10  # rows of a plain table; more of them scroll
_TALL = 440  # pixels
_CHANGE = ("change", "change_low", "change_high")
_BEFORE = ("previous_value", "previous_low", "previous_high", *_CHANGE)
_VALUES = ("value", "low", "high", *_BEFORE)
_CODES = ("channel", "language", "topic", "team", "urgency")
_COUNTS = ("n", "previous_n", "at_risk")


def show_table(
    table: pd.DataFrame,
    *,
    words: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    key: str | None = None,
    on_select: Callable | None = None,
    args: tuple = (),
) -> None:
    """A frame in the reader's words: headings, codes, durations; sorted by the true values.

    The first MOST_ROWS rows; the downloads hold all. Rows with n under 5 show `<5` and hide their
    value. In a table of several measures each is one column: the value, its interval and its n.
    Where cells hold sentences, which a data grid would cut, they wrap in a plain table; on a phone
    that would leave a column a letter's width, so there the grid is as wide as they are.
    With `on_select`, a click on a row calls it with `args`;
    `st.session_state[key].selection.rows` then holds the row's position.
    """
    total, table = len(table), table.head(MOST_ROWS)
    if on_select:
        styled, widths = _styled(table, words, units)
        st.dataframe(
            styled,
            hide_index=True,
            placeholder=MISSING,
            column_config=widths,
            key=key,
            on_select=lambda: on_select(*args),
            selection_mode="single-row",
        )
    else:
        build, is_narrow = queries.build().build_id, on_phone()
        cache.draw(
            cache.fingerprint("table", build, i18n.current(), is_narrow, table, words, units, key),
            lambda: _draw(table, words, units, key, is_narrow),
        )
    if _measures(table):
        st.caption(
            _(
                "In a cell: the value, its 95% interval in brackets, and n, how many stand behind"
                " it. The downloads hold them in columns of their own."
            )
        )
    if total > MOST_ROWS:
        reader = i18n.reader()
        st.caption(
            _("The first {n} of {all} rows; the downloads hold all.").format(
                n=reader.number(MOST_ROWS), all=reader.number(total)
            )
        )


class _Told(float):
    """A number that is shown in words and sorted by what it is."""

    words: str


def _told(value: float | None, low, high, n, unit: str, reader: Reader) -> _Told:
    few = not pd.isna(n) and 0 < n < SUPPRESSED_BELOW
    # The browser writes a dash over whatever is NULL; infinity keeps `<5`, at the end when sorted.
    number = _Told("-inf" if few else "nan" if pd.isna(value) else value)
    number.words = reader.measured(value, low, high, n, unit)
    return number


def on_phone() -> bool:
    """Whether the reader holds a phone, as its browser says ("Mobi" is the agreed sign)."""
    return "Mobi" in (st.context.headers.get("User-Agent") or "")


def _hidden() -> _Told:
    number = _Told("-inf")
    number.words = f"<{SUPPRESSED_BELOW}"
    return number


@dataclass(frozen=True)
class _Measure:
    """The columns of one measure among several: the value, its n and its interval."""

    value: str
    n: str
    low: str
    high: str

    @property
    def behind(self) -> tuple[str, ...]:
        """What is not shown in columns of its own."""
        return (self.n, self.low, self.high)


def _measures(table: pd.DataFrame) -> list[_Measure]:
    """The measures of a table that holds several: `wait`, `wait_n`, `wait_low`, `wait_high`, or
    `baseline_value`, `baseline_n`, ...; `value`, `n`, `low`, `high` only beside others."""
    columns = set(table.columns)
    names = [c.removesuffix("_low") for c in table.columns if c.endswith("_low")]
    found = [
        _Measure(value, f"{name}_n", f"{name}_low", f"{name}_high")
        for name in names
        for value in (name, f"{name}_value")
        if {value, f"{name}_high"} <= columns
    ]
    if found and {"value", "n", "low", "high"} <= columns:
        found.append(_Measure("value", "n", "low", "high"))
    return found


def _draw(
    table: pd.DataFrame,
    words: Mapping[str, str] | None,
    units: Mapping[str, str] | None,
    key: str | None,
    is_narrow: bool,
) -> None:
    styled, widths = _styled(table, words, units)
    sentences = _sentences(styled.data)
    if sentences and not is_narrow:
        st.table(
            _in_lines(styled),
            hide_index=True,
            border="horizontal",
            height=_TALL if len(table) > _MOST_TALL else "content",
        )
    else:
        widths |= {name: st.column_config.Column(width=wide) for name, wide in sentences.items()}
        st.dataframe(styled, hide_index=True, placeholder=MISSING, column_config=widths, key=key)


def _pixels(words: str) -> int:
    """About how wide a cell of these words is; Hangul and Han take two letters' room."""
    wide = sum("\u1100" <= letter <= "\u11ff" or letter >= "\u2e80" for letter in words)
    return 20 + 7 * len(words) + 6 * wide


def _sentences(shown: pd.DataFrame) -> dict[str, int]:
    """Columns whose cells are longer than a data grid shows, and how wide they are."""
    widest = {
        name: max((_pixels(cell) for cell in shown[name] if isinstance(cell, str)), default=0)
        for name in shown
    }
    return {name: wide for name, wide in widest.items() if wide > _SENTENCE}


def _in_lines(styler: Styler) -> Styler:
    """For a plain table, whose cells are read as Markdown: texts show as they are."""
    for column in styler.data:
        cells = styler.data[column]
        if pd.api.types.is_bool_dtype(cells):
            styler = styler.format({True: "✓", False: "✗"}.get, subset=[column])
        elif any(isinstance(cell, str) for cell in cells):
            styler = styler.format(
                lambda cell: escaped(cell) if isinstance(cell, str) else cell,
                subset=[column],
                na_rep=MISSING,
            )
    return styler


def _styled(
    table: pd.DataFrame, words: Mapping[str, str] | None, units: Mapping[str, str] | None
) -> tuple[Styler, dict[str, dict]]:
    """A frame whose true values stand under the reader's words, and the widths of its cells of
    several words, which the browser would judge by its first rows."""
    reader = i18n.reader()
    unit_of = {c: _unit(c, table, units) for c in table.columns}
    small = table["n"] < SUPPRESSED_BELOW if "n" in table else pd.Series(False, table.index)
    shown = table.reset_index(drop=True)
    shown.attrs = {}  # they hold instants, which don't travel to the browser
    formats: dict[str, Callable[[Any], str]] = {}
    in_words: list[str] = []
    for column, unit in unit_of.items():
        if unit == "code":
            shown[column] = [reader.name(column, code) for code in table[column]]
        elif column in _VALUES and small.any():
            shown[column] = table[column].mask(small).to_numpy()
        elif (
            unit == "n" and (few := (table[column] > 0) & (table[column] < SUPPRESSED_BELOW)).any()
        ):
            # What is shown as `<5` must not stand beneath it: a table can be copied.
            shown[column] = pd.Series(
                [_hidden() if f else n for n, f in zip(table[column], few, strict=True)],
                dtype=object,
            )
        if column in _CHANGE and "previous_n" in table:
            shown[column] = shown[column].mask((table["previous_n"] < SUPPRESSED_BELOW).to_numpy())
        if (form := _formatter(unit, reader)) is not None:
            formats[column] = form
    for measure in _measures(table):
        counts = table[measure.n] if measure.n in table else [None] * len(table)
        unit = unit_of[measure.value] or "number"
        cells = zip(
            shown[measure.value], table[measure.low], table[measure.high], counts, strict=True
        )
        shown[measure.value] = pd.Series(
            [_told(*cell, unit, reader) for cell in cells], dtype=object
        )
        shown = shown.drop(columns=[c for c in measure.behind if c in shown])
        in_words.append(measure.value)
    headings = {column: _heading(column, words) for column in shown.columns}
    shown.columns = list(headings.values())
    styler = shown.style.format(
        {headings[c]: form for c, form in formats.items() if c in headings}, na_rep=MISSING
    )
    if in_words:
        told = [headings[column] for column in in_words]
        styler = styler.format(lambda value: value.words, subset=told, na_rep=None)
    widths = {
        headings[column]: st.column_config.Column(
            width=max(
                _pixels(words)
                for words in (headings[column], *(v.words for v in shown[headings[column]]))
            ),
            alignment="left",
        )
        for column in in_words
        if len(shown)
    }
    if "half_hour" in unit_of.values() and len(shown.columns) > MOST_COLUMNS:
        # Half hours against many queues: which half hour it is must stay in view.
        first = headings[next(column for column, unit in unit_of.items() if unit == "half_hour")]
        widths[first] = st.column_config.Column(pinned=True)
    return styler, widths


def suppressed(table: pd.DataFrame) -> pd.DataFrame:
    """A table to take away: of groups under 5 neither their number nor what they say.

    Their n reads `<5`, their values are empty. Whoever may see them all has the command line.
    """
    kept = table.copy()
    values = [column for column in _VALUES if column in table]
    groups = [("n", values), ("previous_n", _BEFORE)]
    groups += [(m.n, [m.value, m.low, m.high]) for m in _measures(table)]
    for n, of_group in groups:
        if n not in table:
            continue
        small = (table[n] > 0) & (table[n] < SUPPRESSED_BELOW)
        if small.any():
            for column in of_group:
                if column in kept:
                    kept[column] = kept[column].mask(small)
            kept[n] = table[n].astype(object).mask(small, f"<{SUPPRESSED_BELOW}")
    return kept


def download_buttons(table: pd.DataFrame, name: str) -> None:
    """CSV and XLSX of the frame, groups under 5 untold; made when clicked.

    The book says of what build and filters it is: a file is read long after its page. A plan under
    other circumstances than the published one says so by its name, too.
    """
    about = filters.told(queries.build())
    file = f"{name}_what_if" if {"scenario", "changes"} & table.attrs.keys() else name

    def taken() -> pd.DataFrame:
        made = suppressed(api.with_clock(table))
        made.attrs = about | table.attrs
        return made

    st.download_button(
        "CSV",
        lambda: api.csv_bytes(taken()),
        file_name=f"{file}.csv",
        mime="text/csv",
        key=f"csv-{name}",
        on_click="ignore",
        type="tertiary",
        help=_("Download the table as CSV (UTF-8)"),
    )
    st.download_button(
        "XLSX",
        lambda: api.xlsx_bytes(taken()),
        file_name=f"{file}.xlsx",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key=f"xlsx-{name}",
        on_click="ignore",
        type="tertiary",
        help=_("Download the table as an Excel file"),
    )


def local_times(frame: pd.DataFrame, columns: Sequence[str], zone: str) -> pd.DataFrame:
    """A copy with naive UTC instants turned into the wall clock of `zone`."""
    frame = frame.copy()
    for column in columns:
        instants = pd.to_datetime(frame[column]).dt.tz_localize("UTC")
        frame[column] = instants.dt.tz_convert(zone).dt.tz_localize(None)
    return frame


def _unit(column: str, table: pd.DataFrame, units: Mapping[str, str] | None) -> str | None:
    if units and column in units:
        return units[column]
    if column in _CODES:
        return "code"
    if column in _COUNTS or column.endswith("_n"):
        return "n"
    if column in _VALUES:
        return table.attrs.get("unit", "number")
    if column.endswith("_seconds"):
        return "seconds"
    if column.endswith("_share"):
        return "share"
    if column == "half_hour":
        return "half_hour"
    if column == "weekday":
        return "weekday"
    if pd.api.types.is_datetime64_any_dtype(table[column]):
        return "day"
    if pd.api.types.is_bool_dtype(table[column]):
        return None
    return "number" if pd.api.types.is_numeric_dtype(table[column]) else None


def _formatter(unit: str | None, reader: Reader) -> Callable[[Any], str] | None:
    return {
        "n": lambda n: n.words if isinstance(n, _Told) else reader.count(n),
        "seconds": reader.duration,
        "share": reader.share,
        "count": reader.number,
        "tenths": lambda value: reader.number(value, 1),
        "number": reader.compact,
        "score": lambda value: reader.number(value, 2),
        "half_hour": lambda slot: reader.half_hour(int(slot)),
        "weekday": lambda number: reader.weekday(int(number)),
        "day": reader.day,
        "instant": lambda at: reader.instant(at, "UTC"),
        "local_instant": lambda at: reader.instant(at, queries.build().zone),
    }.get(unit)


def _heading(column: str, words: Mapping[str, str] | None) -> str:
    known = {
        "channel": _("Channel"),
        "language": _("Language"),
        "topic": _("Topic"),
        "team": _("Team"),
        "urgency": _("Urgency"),
        "agent": _("Agent"),
        "day": _("Day"),
        "week": _("Week from"),
        "month": _("Month from"),
        "weekday": _("Weekday"),
        "half_hour": _("Half hour"),
        "hour": _("Hour"),
        "value": _("Value"),
        "n": _("n"),
        "low": _("95% low"),
        "high": _("95% high"),
        "previous_value": _("Period before"),
        "previous_n": _("n before"),
        "change": _("Change"),
        "bin_low": _("From"),
        "bin_high": _("To"),
        "seconds": _("After"),
        "surviving_share": _("Still waiting"),
        "at_risk": _("At risk"),
    }
    words = words or {}
    if column.endswith("_n") and column.removesuffix("_n") in words:
        return _("{name}: n").format(name=words[column.removesuffix("_n")])
    return words.get(column) or known.get(column) or column
