"""Answers as files: CSV and XLSX that a spreadsheet opens safely, shifts as a calendar."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from io import BytesIO

import numpy as np
import pandas as pd
import xlsxwriter

# A spreadsheet takes a cell that starts so for a formula, and runs it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_SHIFTS = uuid.UUID("5a0fc2b4-6f0e-5b7e-9d3e-0d5ad1d9a6c1")  # namespace of our events' ids
_LINE_BYTES = 75
_PLAIN_CELLS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
_INSTANT = "yyyy-mm-dd hh:mm:ss"
_DATE_FORMATS = {date: "yyyy-mm-dd", datetime: _INSTANT, pd.Timestamp: _INSTANT}


@dataclass(frozen=True)
class ShiftWords:
    """How the events of a calendar read: in English and with the queue's codes, unless told."""

    queue: Callable[[str, str], str] = "{}/{}".format
    person: Callable[[int], str] = "agent {}".format
    agents: Callable[[int], str] = lambda n: f"{n} agent{'s' if n != 1 else ''}"
    paid: str = "{hours} paid hours"
    rest: str = "Break of {minutes} minutes, {hours} h after the start"


_CLOCKS = {"local_slot": "local_time", "start_slot": "local_start", "end_slot": "local_end"}


def with_clock(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the site's clock ("09:30") after its half hours (19), for readers of files:
    its instants are UTC. One without half hours stays as it is."""
    made = frame.copy(deep=False)
    for slot, name in _CLOCKS.items():
        if slot in made and name not in made:
            told = [None if pd.isna(s) else _clock(int(s)) for s in made[slot]]
            made.insert(made.columns.get_loc(slot) + 1, name, told)
    return made


def _clock(slot: int) -> str:
    return f"{slot // 2 % 24:02d}:{slot % 2 * 30:02d}"


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """UTF-8 with BOM (Excel needs it for Hangul), text cells that look like formulas defused."""
    safe = frame.copy()
    for column in safe.columns[[_holds_text(safe[c]) for c in safe.columns]]:
        safe[column] = [_defused(cell) for cell in safe[column]]
    safe.columns = [_defused(name) for name in safe.columns]
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def xlsx_bytes(frame: pd.DataFrame, **further: pd.DataFrame) -> bytes:
    """One sheet with the frame, one for each further frame by its name, and one saying which
    metric, build and definition they are from.

    A spreadsheet knows no zones: instants with one are told in UTC, and their heading says so."""
    about = pd.DataFrame(
        [(name, str(value)) for name, value in frame.attrs.items()], columns=["what", "value"]
    )
    out = BytesIO()
    with xlsxwriter.Workbook(out, _PLAIN_CELLS) as book:
        for name, sheet in {"data": frame, **further, "about": about}.items():
            _write_sheet(book, name, _without_zones(sheet))
    return out.getvalue()


def _write_sheet(book: xlsxwriter.Workbook, name: str, frame: pd.DataFrame) -> None:
    """Column by column, in half the time of `DataFrame.to_excel`, which goes by the cell."""
    sheet = book.add_worksheet(name)
    for kind, shown in _DATE_FORMATS.items():
        at = book.add_format({"num_format": shown})
        sheet.add_write_handler(kind, partial(_write_date, at=at))
    sheet.write_row(0, 0, map(str, frame.columns), book.add_format({"bold": True}))
    sheet.freeze_panes(1, 0)
    for place in range(frame.shape[1]):
        sheet.write_column(1, place, _cells(frame.iloc[:, place]))
    sheet.autofit()


def _cells(column: pd.Series) -> list:
    told = column.astype(object).where(column.notna(), None)
    return told.replace([np.inf, -np.inf], ["inf", "-inf"]).tolist()


def _write_date(sheet, row: int, column: int, cell, _=None, *, at) -> int:
    return sheet.write_datetime(row, column, cell, at)


def icalendar_bytes(
    shifts: pd.DataFrame, site: str, made_at: datetime, words: ShiftWords = ShiftWords()
) -> bytes:
    """Shifts as iCalendar (RFC 5545): one event each, breaks in its description.

    Parameters
    ----------
    shifts
        Rows of `staffing_shifts`, or of `staffing_tours` (an event for each person's shift);
        instants are UTC and are written as UTC, so that every calendar shows them in its reader's
        own zone, whatever rules for clock changes it knows.
    site
        Name of the calendar, and part of every event's id.
    made_at
        UTC instant of the build that the shifts are from.
    words
        How titles and descriptions read; ids and categories are codes in every language.

    Notes
    -----
    An event's id is made of its site, queue, start, end and break, so that a calendar that is
    loaded again updates the number of agents instead of showing every shift twice; a person's, of
    the day of the shift, so that it moves when the plan does.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//support-quality//staffing//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(site)}",
    ]
    for shift in shifts.itertuples(index=False):
        lines += _event(shift, site, made_at, words)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line)).encode()


def _event(shift, site: str, made_at: datetime, words: ShiftWords) -> Iterable[str]:
    has_break = not pd.isna(shift.break_starts_at)
    if hasattr(shift, "person"):
        own = ("agent", str(shift.person), f"{shift.local_on:%Y-%m-%d}")
        who = words.person(shift.person)
    else:
        own = (
            _utc(shift.starts_at),
            _utc(shift.ends_at),
            _utc(shift.break_starts_at) if has_break else "",
        )
        who = words.agents(int(shift.agents))
    told = words.paid.format(hours=f"{shift.paid_hours:g}")
    key = (site, shift.channel, shift.language, *own)
    if has_break:
        # Counted from the start: right in whatever zone a calendar shows the shift.
        after = (shift.break_starts_at - shift.starts_at) / pd.Timedelta(hours=1)
        minutes = (shift.break_ends_at - shift.break_starts_at) / pd.Timedelta(minutes=1)
        told += "\n" + words.rest.format(minutes=f"{minutes:g}", hours=f"{after:g}")
    return (
        "BEGIN:VEVENT",
        f"UID:{uuid.uuid5(_SHIFTS, '|'.join(key))}",
        f"DTSTAMP:{_utc(made_at)}",
        f"DTSTART:{_utc(shift.starts_at)}",
        f"DTEND:{_utc(shift.ends_at)}",
        f"SUMMARY:{_text(f'{words.queue(shift.channel, shift.language)}: {who}')}",
        f"DESCRIPTION:{_text(told)}",
        f"CATEGORIES:{_text(shift.channel)},{_text(shift.language)}",
        "END:VEVENT",
    )


def _utc(at: datetime) -> str:
    return f"{pd.Timestamp(at):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """RFC 5545, 3.3.11: backslashes, semicolons, commas and line ends are escaped."""
    for plain, escaped in (("\\", "\\\\"), (";", r"\;"), (",", r"\,"), ("\n", r"\n")):
        value = str(value).replace(plain, escaped)
    return value.replace("\r", "")


def _folded(line: str) -> Iterator[str]:
    """RFC 5545, 3.1: no line above 75 bytes; the next one goes on after a space."""
    start, used = 0, 0
    for position, character in enumerate(line):
        size = len(character.encode())
        if used + size > _LINE_BYTES:
            yield line[start:position] if start == 0 else f" {line[start:position]}"
            start, used = position, 1
        used += size
    yield line[start:] if start == 0 else f" {line[start:]}"


def _without_zones(frame: pd.DataFrame) -> pd.DataFrame:
    made = frame.copy(deep=False)
    headings = list(frame.columns)
    for place, heading in enumerate(headings):
        cells = frame.iloc[:, place]
        if isinstance(cells.dtype, pd.DatetimeTZDtype):
            made.isetitem(place, cells.dt.tz_convert("UTC").dt.tz_localize(None))
        elif cells.dtype == object and any(map(_has_zone, cells)):
            told = [c.astimezone(UTC).replace(tzinfo=None) if _has_zone(c) else c for c in cells]
            made.isetitem(place, pd.Series(told, cells.index, dtype=object))
        else:
            continue
        headings[place] = f"{heading} (UTC)"
    made.columns = headings
    return made


def _has_zone(cell: object) -> bool:
    return isinstance(cell, datetime) and cell is not pd.NaT and cell.tzinfo is not None


def _holds_text(column: pd.Series) -> bool:
    return pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column)


def _defused(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell
