"""A table of texts, whatever file it stands in: headers, columns by header, rows as SQL.

Columns are named c1, c2, ... by position, since headers may repeat or be empty; every value is
text. Delimited files, sheets of a workbook and Parquet files are tables; JSON is not.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq


@dataclass(frozen=True)
class Table:
    """What sources know of a table: `headers` in the file's order, as they stand there."""

    headers: tuple[str, ...]

    def position(self, header: str) -> int | None:
        """Where the (first) column with this header stands, from 0; case and blanks ignored."""
        wanted = normalised(header)
        return next((i for i, h in enumerate(self.headers) if normalised(h) == wanted), None)

    def column(self, *headers: str) -> str | None:
        """The SQL name of the first column with one of these headers, tried in turn."""
        positions = (self.position(header) for header in headers)
        return next((f"c{at + 1}" for at in positions if at is not None), None)

    def rows_sql(self, missing: tuple[str, ...] = ("",), leave_out: int = 0) -> str:
        """SELECT _line, c1..cn of every record; NULL where a value is one of the texts that mean
        missing. `leave_out`: so many records after the header are headers too."""
        raise NotImplementedError

    def first_rows(self, number: int) -> list[list[str]]:
        """The first rows, as texts; missing ones are empty."""
        raise NotImplementedError

    def text_sql(self) -> str:
        """SQL of a record as a line of CSV, from which it can be read again."""
        columns = ", ".join(
            f"coalesce('\"' || replace(c{i}, '\"', '\"\"') || '\"', '')"
            for i in range(1, len(self.headers) + 1)
        )
        return f"concat_ws(',', {columns})"


@dataclass(frozen=True)
class StoredTable(Table):
    """A table in a Parquet file. `columns`: their names there, in the order of the headers;
    `line`: SQL of the record's line; records up to line `header_line` are no rows."""

    path: Path
    columns: tuple[str, ...]
    kind: str
    line: str = "_line"
    header_line: int = 0

    def rows_sql(self, missing: tuple[str, ...] = ("",), leave_out: int = 0) -> str:
        """See Table."""
        listed = ", ".join(map(quoted, missing))
        columns = ", ".join(
            f"CASE WHEN {text} NOT IN ({listed}) THEN {text} END AS c{i}"
            for i, text in enumerate(self._texts(), 1)
        )
        return (
            f"(SELECT {self.line} AS _line, {columns} FROM {self._file()}"
            f" WHERE {self.line} > {self.header_line + leave_out})"
        )

    def first_rows(self, number: int) -> list[list[str]]:
        """See Table."""
        texts = ", ".join(f"coalesce({text}, '')" for text in self._texts())
        with duckdb.connect() as connection:
            rows = connection.execute(
                f"SELECT {texts} FROM {self._file()} WHERE {self.line} > {self.header_line}"
                f" ORDER BY {self.line} LIMIT {number}"
            ).fetchall()
        return [list(row) for row in rows]

    def _texts(self) -> list[str]:
        return [f"CAST({identifier(name)} AS VARCHAR)" for name in self.columns]

    def _file(self) -> str:
        return f"read_parquet({quoted(str(self.path))}, file_row_number = true)"


def parquet_table(path: Path) -> StoredTable:
    """A Parquet export: its column names are the headers, its first row is line 1."""
    names = tuple(pq.read_schema(path).names)
    return StoredTable(names, path, names, "parquet", "(file_row_number + 1)")


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def normalised(header: str) -> str:
    """A header without case, outer blanks and repeated blanks."""
    return " ".join(header.split()).casefold()
