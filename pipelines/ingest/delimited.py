"""Delimited text (CSV and its kin) as a relation of texts, dialect and columns spelled out.

Every column is read as text in one pass over all columns: DuckDB decides which broken records
to skip by the columns it is asked for, so two passes over different columns may disagree.
Columns are named c1, c2, ... by position, since headers may repeat or be empty.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.errors import InputError, SettingsError
from pipelines.ingest.mapping import FileFormat

_SEPARATORS = (",", "\t", ";", "|")
_REJECTS = "broken_records"


@dataclass(frozen=True)
class Delimited:
    """How a delimited file is written: `headers` in file order, as they stand there."""

    path: Path
    headers: tuple[str, ...]
    separator: str
    quote: str
    has_header: bool
    skip_lines: int

    def position(self, header: str) -> int | None:
        """Where the (first) column with this header stands, from 0; case and blanks ignored."""
        wanted = normalised(header)
        return next((i for i, h in enumerate(self.headers) if normalised(h) == wanted), None)

    def column(self, header: str) -> str | None:
        """The SQL name of the (first) column with this header."""
        position = self.position(header)
        return None if position is None else f"c{position + 1}"

    def first_rows(self, head: str, number: int) -> list[list[str]]:
        """The first rows of the file's first text."""
        lines = head.split("\n")[self.skip_lines + self.has_header :][:number]
        return list(_rows("\n".join(lines), self.separator, self.quote))

    def relation_sql(self, missing: tuple[str, ...] = ("",)) -> str:
        """SQL of the whole file: c1..cn as VARCHAR, NULL where a value is one of the texts that
        mean missing; broken records are kept aside."""
        columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(1, len(self.headers) + 1))
        return (
            f"read_csv({quoted(str(self.path))}, columns = {{{columns}}}, auto_detect = false,"
            f" header = {str(self.has_header).lower()}, skip = {self.skip_lines},"
            f" delim = {quoted(self.separator)}, quote = {quoted(self.quote)},"
            f" escape = {quoted(self.quote)}, store_rejects = true, rejects_limit = 0,"
            f" rejects_table = '{_REJECTS}', rejects_scan = '{_REJECTS}_scan',"
            f" nullstr = [{', '.join(map(quoted, missing))}], allow_quoted_nulls = true,"
            " rejects_line_size_limit = 2000, max_line_size = 16000000)"
        )

    def text_sql(self, personal: Iterable[str] = ()) -> str:
        """SQL of a record's text for the quarantine; of `personal` columns (c1, c2, ...) it
        tells only that they are there."""
        hidden = set(personal)
        columns = ", ".join(
            f"CASE WHEN {c} IS NULL THEN '' ELSE '<person>' END"
            if c in hidden
            else f"coalesce({c}, '')"
            for c in (f"c{i}" for i in range(1, len(self.headers) + 1))
        )
        return f"concat_ws({quoted(self.separator)}, {columns})"


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def normalised(header: str) -> str:
    """A header without case, outer blanks and repeated blanks."""
    return " ".join(header.split()).casefold()


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
    return Delimited(path, tuple(headers), separator, told.quote, told.has_header, told.skip_lines)


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
        io.StringIO(text),
        delimiter=separator,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
    )


def broken_records_sql(file: Delimited) -> str:
    """SELECT line, reasons, raw of the records that could not be read, one row each."""
    return f"""
        SELECT CAST(line AS BIGINT) AS line,
            string_agg(DISTINCT CASE error_type
                WHEN 'MISSING COLUMNS' THEN 'fewer than {len(file.headers)} columns'
                WHEN 'TOO MANY COLUMNS' THEN 'more than {len(file.headers)} columns'
                WHEN 'UNQUOTED VALUE' THEN 'a quote is not closed properly'
                WHEN 'LINE SIZE OVER MAXIMUM' THEN 'longer than 16 MB'
                ELSE lower(CAST(error_type AS VARCHAR)) END, '; ') AS reasons,
            -- which part of a broken line is a name can't be told: letters become x
            any_value(regexp_replace(csv_line, '\\p{{L}}', 'x', 'g')) AS raw
        FROM {_REJECTS} GROUP BY line ORDER BY line"""


def forget_broken_records(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget the records kept aside by an earlier file."""
    connection.execute(f"DROP TABLE IF EXISTS {_REJECTS}")
    connection.execute(f"DROP TABLE IF EXISTS {_REJECTS}_scan")


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
