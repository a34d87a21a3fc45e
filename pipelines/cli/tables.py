"""Frames as people read them (rich tables) and as programs do (tidy CSV)."""

import csv
import sys
from collections.abc import Mapping
from datetime import date, datetime

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

MISSING = "–"
_MANY_COLUMNS = 8


def write_csv(frame: pd.DataFrame) -> None:
    """Write `frame` to standard output: a header, LF line ends, NULL as an empty cell.

    Numbers are plain and whole (no exponent, no separators, full precision); days are ISO dates,
    instants ISO with the `Z` of UTC, booleans true and false.
    """
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(frame.columns)
    columns = [_cells(frame[name], name) for name in frame.columns]
    writer.writerows(zip(*columns, strict=True))


def _cells(column: pd.Series, name: str) -> list[str]:
    is_day = pd.api.types.is_datetime64_any_dtype(column) and _holds_days(column, name)
    return [_cell(value, is_day) for value in column]


def _cell(value: object, is_day: bool) -> str:
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if value is pd.NA:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        return np.format_float_positional(value, trim="-")
    if isinstance(value, datetime):
        return value.date().isoformat() if is_day else f"{value.isoformat()}Z"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _holds_days(column: pd.Series, name: str) -> bool:
    """Frames hold DATE and TIMESTAMP alike; an instant is named `_at`, a day has no time."""
    return not name.endswith("_at") and (column.dropna() == column.dropna().dt.normalize()).all()


def print_table(
    frame: pd.DataFrame,
    *,
    title: str | None = None,
    units: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    notes: tuple[str, ...] = (),
) -> None:
    """Print `frame` for people: numbers to the right, `units` said as people say them.

    `units` maps a column to seconds, share, points, count or another unit; `notes` stand below.
    """
    units, labels = units or {}, labels or {}
    columns = [_spoken_column(frame[name], name, units.get(name)) for name in frame.columns]
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for name in frame.columns:
        numeric = pd.api.types.is_numeric_dtype(frame[name]) or name in units
        table.add_column(labels.get(name, name), justify="right" if numeric else "left")
    for row in zip(*columns, strict=True):
        table.add_row(*row)
    natural = Console(width=100_000).measure(table).maximum
    console = Console()
    if not console.is_terminal:
        console = Console(width=max(natural, 80))  # a pipe has no width to fold columns at
    if not len(frame):
        console.print(f"{title}: nothing to show" if title else "no rows", markup=False)
    elif len(columns) > _MANY_COLUMNS and natural > 1.5 * console.width:
        _print_records(console, frame.columns, columns)
    else:
        console.print(table)
    for note in notes:
        console.print(note, style="dim", highlight=False, markup=False)


def _print_records(console: Console, names: pd.Index, columns: list[list[str]]) -> None:
    """One block per row, for rows that are wider than the terminal."""
    for number, row in enumerate(zip(*columns, strict=True), 1):
        block = Table(title=f"row {number}", title_justify="left", show_header=False)
        for name, text in zip(names, row, strict=True):
            block.add_row(name, text)
        console.print(block)


def _spoken_column(column: pd.Series, name: str, unit: str | None) -> list[str]:
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return [spoken(value, unit or _unit_of(name)) for value in column]
    return [_escaped(text) or MISSING for text in _cells(column, name)]


def _unit_of(name: str) -> str:
    if name.endswith("_seconds"):
        return "seconds"
    return "share" if name.endswith("_share") else ""


def spoken(value: float | None, unit: str = "") -> str:
    """A number with its unit as people say it: '4 min 30 s', '82.7 %', '12,345'."""
    if value is None or pd.isna(value):
        return MISSING
    if unit == "seconds":
        return spoken_duration(float(value))
    if unit == "whole days":  # of seconds
        return f"{round(value / 86_400)} d"
    if unit == "share":
        return f"{value * 100:z.1f} %"
    if unit == "points":  # what lies between two shares
        return f"{value * 100:+z.1f} pts"
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:z,.2f}"


def spoken_duration(seconds: float) -> str:
    """Seconds as people say them: the two largest units, e.g. '2 h 05 min', '3 d 4 h'.

    Source: the product's rule that durations are seconds inside and words only in text.
    """
    sign = "-" if seconds < 0 else ""
    seconds = abs(seconds)
    if seconds < 59.95 and not float(seconds).is_integer():
        return f"{sign}{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{sign}{whole} s"
    if whole < 3600:
        return f"{sign}{whole // 60} min {whole % 60:02d} s"
    if whole < 86_400:
        return f"{sign}{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{sign}{whole // 86_400} d {whole % 86_400 // 3600} h"


def _escaped(text: str) -> str:
    """Text of a file is never markup."""
    return text.replace("[", r"\[")
