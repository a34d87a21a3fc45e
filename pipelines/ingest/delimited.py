"""Delimited text (CSV and its kin) as a relation of texts, dialect and columns spelled out.

Every column is read as text in one pass over all columns: DuckDB decides which broken records
to skip by the columns it is asked for, so two passes over different columns may disagree.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import duckdb

from pipelines.errors import InputError, SettingsError
from pipelines.ingest.mapping import FileFormat
from pipelines.ingest.tables import Table
from pipelines.sql import literal

_SEPARATORS = (",", "\t", ";", "|")
_REJECTS = "broken_records"
_LONGEST = 16_000_000
csv.field_size_limit(_LONGEST)  # a mail in a cell may be longer than Python expects


@dataclass(frozen=True)
class Delimited(Table):
    """How a delimited file is written. `head` is its first text; `skip_lines` of it stand
    before the header."""

    path: Path
    separator: str
    quote: str
    has_header: bool
    skip_lines: int
    head: str = field(repr=False, compare=False)

    @property
    def kind(self) -> str:
        """What a manifest says of the format."""
        return f"delimited by {self.separator!r}"

    def first_rows(self, number: int) -> list[list[str]]:
        """See Table."""
        text = "\n".join(self.head.split("\n")[self.skip_lines :])
        rows = _rows(text, self.separator, self.quote)
        return list(islice(rows, self.has_header, self.has_header + number))

    def rows_sql(self, missing: tuple[str, ...] = ("",), leave_out: int = 0) -> str:
        """See Table; broken records are kept aside."""
        first = self.skip_lines + self.has_header
        rows = f"SELECT row_number() OVER () + {first} AS _line, * FROM {self._file(missing)}"
        return f"({rows})" if not leave_out else f"({rows} QUALIFY _line > {first + leave_out})"

    def _file(self, missing: tuple[str, ...]) -> str:
        columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(1, len(self.headers) + 1))
        return (
            f"read_csv({literal(str(self.path))}, columns = {{{columns}}}, auto_detect = false,"
            f" header = {str(self.has_header).lower()}, skip = {self.skip_lines},"
            f" delim = {literal(self.separator)}, quote = {literal(self.quote)},"
            f" escape = {literal(self.quote)}, store_rejects = true, rejects_limit = 0,"
            f" rejects_table = '{_REJECTS}', rejects_scan = '{_REJECTS}_scan',"
            f" nullstr = [{', '.join(map(literal, missing))}], allow_quoted_nulls = true,"
            f" rejects_line_size_limit = 100000, max_line_size = {_LONGEST})"
        )


def describe(path: Path, name: Path, head: str, told: FileFormat) -> Delimited:
    """Find separator and headers in the first text of a file, as far as they aren't told.

    Raises InputError where there is no header, SettingsError where the mapping doesn't fit."""
    lines = io.StringIO(head)
    for _ in range(told.skip_lines):
        lines.readline()
    rest = lines.read()
    separator = told.separator or _separator(rest)
    if told.has_header:
        headers = _first_record(rest, separator, told.quote)
        if told.columns and len(told.columns) != len(headers):
            raise SettingsError(
                f"{name}: the mapping tells {len(told.columns)} columns, the header has"
                f" {len(headers)}; correct [file] columns"
            )
        headers = told.columns or headers
    else:
        headers = told.columns
    if not any(header.strip() for header in headers):
        raise InputError(f"{name}: line {told.skip_lines + 1}: no header line; export it again")
    return Delimited(
        tuple(headers), path, separator, told.quote, told.has_header, told.skip_lines, head
    )


def _separator(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(_SEPARATORS, key=first.count)


def _first_record(text: str, separator: str, quote: str) -> tuple[str, ...]:
    try:
        return tuple(next(_rows(text, separator, quote), ()))
    except csv.Error:
        return ()


def _rows(text: str, separator: str, quote: str) -> Iterator[list[str]]:
    return csv.reader(
        io.StringIO(text, newline=None),  # line ends may be mixed
        delimiter=separator,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
    )


def broken_count(connection: duckdb.DuckDBPyConnection) -> int | None:
    """How many errors this connection met in a delimited file; None where it read none."""
    try:  # to ask the catalog whether it did takes a sixteenth of the load of a small file
        return connection.execute(f"SELECT count(*) FROM {_REJECTS}").fetchall()[0][0]
    except duckdb.CatalogException:
        return None


def broken_records_sql(file: Delimited, footers: str | None = None) -> str:
    """SELECT line, reasons, raw of the records that could not be read, one row each.

    `footers`: pattern of lines that are no records (a copyright, the report's name)."""
    is_footer = (
        f"regexp_full_match(any_value(csv_line), {literal(footers)})" if footers else "false"
    )
    return f"""
        SELECT CAST(line AS BIGINT) AS line, any_value(csv_line) AS raw, {is_footer} AS is_footer,
            CASE WHEN is_footer THEN 'a footer line' ELSE string_agg(DISTINCT CASE error_type
                WHEN 'MISSING COLUMNS' THEN 'fewer than {len(file.headers)} columns'
                WHEN 'TOO MANY COLUMNS' THEN 'more than {len(file.headers)} columns'
                WHEN 'UNQUOTED VALUE' THEN 'a quote is not closed properly'
                WHEN 'LINE SIZE OVER MAXIMUM' THEN 'longer than 16 MB'
                ELSE lower(CAST(error_type AS VARCHAR)) END, '; ') END AS reasons
        FROM {_REJECTS} GROUP BY line ORDER BY line"""


def unclosed_quote(connection: duckdb.DuckDBPyConnection, file: Delimited) -> int | None:
    """The line whose quote swallows everything to the end of the file, or None.

    Only the last broken record can be the one; its quotes tell whether it ever ends."""
    last = connection.execute(
        f"""SELECT line, line_byte_position FROM {_REJECTS}
        WHERE error_type = 'UNQUOTED VALUE' ORDER BY line DESC LIMIT 1"""
    ).fetchall()
    if not last:
        return None
    line, start = last[0]
    text = file.path.read_bytes()[max(start - 1, 0) :]
    quote, is_open = file.quote.encode(), False
    ends = (file.separator.encode(), b"\n", b"\r", b"")
    position = text.find(quote)
    while position != -1:
        before, after = text[position - 1 : position], text[position + 1 : position + 2]
        if not is_open:
            is_open = before in ends
        elif after == quote:
            position += 1
        else:
            is_open = False
        position = text.find(quote, position + 1)
    return line if is_open else None
