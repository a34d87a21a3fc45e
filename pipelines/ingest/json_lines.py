"""JSON lines read straight into typed columns: half the cost of taking lines and parsing them.

DuckDB's reader makes a row of NULLs of a line that is no JSON. The text of a line is asked for
only where its record is refused, so it is looked up in the file then.
"""

import codecs
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.sql import identifier, literal

_LARGEST_LINE = 64_000_000
_BLANK_LINE = re.compile(rb"\n[ \t\r]*\n")


def typed_sql(path: Path, structure: str) -> str:
    """SELECT _line, record, t of a file of JSON lines without blank ones.

    `structure` is what json_transform takes. `record` is NULL, as is t where a line is no JSON
    object or has none of the keys; `with_texts` adds the lines of refused rows."""
    columns = {key: _type(value) for key, value in json.loads(structure).items()}
    typed = ", ".join(f"{literal(key)}: {literal(type_)}" for key, type_ in columns.items())
    values = ", ".join(f"{literal(key)}: {identifier(key)}" for key in columns)
    is_empty = " AND ".join(f"{identifier(key)} IS NULL" for key in columns)
    return f"""
        SELECT row_number() OVER () AS _line, CAST(NULL AS VARCHAR) AS record,
            CASE WHEN {is_empty} THEN NULL ELSE {{{values}}} END AS t
        FROM read_json({literal(str(path))}, columns = {{{typed}}}, format = 'newline_delimited',
            maximum_object_size = {_LARGEST_LINE}, ignore_errors = true)"""


def _type(structure: object) -> str:
    """DuckDB's type of a part of a json_transform structure."""
    if isinstance(structure, str):
        return structure
    if isinstance(structure, list):
        return f"{_type(structure[0])}[]"
    keys = ", ".join(f"{identifier(key)} {_type(value)}" for key, value in structure.items())
    return f"STRUCT({keys})"


def has_blank_lines(path: Path) -> bool:
    """Does a blank line stand in the file, or a byte-order mark before it? The reader would not
    count the one, and not read the record after the other."""
    end = b"\n"
    with path.open("rb", buffering=0) as file:
        if file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8:
            return True
        file.seek(0)
        while block := file.read(1 << 20):
            if _BLANK_LINE.search(end + block):
                return True
            end = block[-2:]
    return False


class Lines:
    """The lines of a file, asked for by number in rising order."""

    def __init__(self, path: Path) -> None:
        self._lines = self._read(path)
        self._at, self._line = 0, ""

    def __call__(self, number: int) -> str:
        """Line `number`, from 1, without its end."""
        if number > self._at:
            self._line = next(itertools.islice(self._lines, number - self._at - 1, None))
            self._at = number
        return self._line

    def _read(self, path: Path) -> Iterator[str]:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            yield from (line.rstrip("\r\n") for line in file)


def with_texts(rows: pa.Table, lines: Lines) -> pa.Table:
    """Rows of a stream, with the line of the file where one is refused and has no text."""
    wanted = pc.and_(pc.is_valid(rows["_reasons"]), pc.is_null(rows["_raw"]))
    numbers = rows["_line"].filter(wanted).to_pylist()
    if not numbers:
        return rows
    texts = pa.array([lines(number) for number in numbers], pa.string())
    raw = rows["_raw"].cast(pa.string()).combine_chunks()
    raw = pc.replace_with_mask(raw, wanted.combine_chunks(), texts)
    return rows.set_column(rows.schema.get_field_index("_raw"), "_raw", raw)
