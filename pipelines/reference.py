"""Tables that a site keeps by hand, as CSV: data/reference/*.csv."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from pipelines.errors import SettingsError
from pipelines.hand_written import read_text
from pipelines.settings import REFERENCE_DIR

_FLAGS = {"true": True, "false": False}


def aliased(name: str, flags: Sequence[str] = ()) -> list[dict[str, str | bool]]:
    """One row per spelling of the channels, languages or topics: all columns as they are written,
    but `alias` in lower case, which stands once in the table, and `flags` as booleans.

    A flag that the file has no column for is left out. Raises what `rows` raises.
    """
    path = REFERENCE_DIR / f"{name}.csv"
    found: dict[str, dict[str, str | bool]] = {}
    for line, row in rows(path, (name.removesuffix("s"), "alias")):
        alias = row["alias"].strip().lower()
        if alias in found:
            raise SettingsError(f"{path}: line {line}: alias '{alias}' is there twice; keep one")
        found[alias] = {**row, "alias": alias}
        for flag in (flag for flag in flags if flag in row):
            if row[flag].strip().lower() not in _FLAGS:
                raise SettingsError(
                    f"{path}: line {line}: {flag} must be true or false, not '{row[flag]}'"
                )
            found[alias][flag] = _FLAGS[row[flag].strip().lower()]
    return list(found.values())


def rows(path: Path, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """(line of the file, row) of a table that has at least these columns; empty cells are "".

    Raises SettingsError: the file can't be read, is not UTF-8, lacks a column, or a line has
    another number of cells.
    """
    reader = csv.DictReader(io.StringIO(read_text(path, "put the table back"), newline=""))
    header = list(reader.fieldnames or ())
    lacking = [column for column in columns if column not in header]
    if lacking:
        raise SettingsError(
            f"{path}: line 1: lacks the column {lacking[0]}; it needs {','.join(columns)}"
        )
    found = []
    for row in reader:
        if None in row or None in row.values():
            raise SettingsError(
                f"{path}: line {reader.line_num}: needs {len(header)} columns; quote commas"
            )
        found.append((reader.line_num, row))
    return found
