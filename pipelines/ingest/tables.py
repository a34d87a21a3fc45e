"""A table of texts, whatever file it stands in: headers, columns by header, rows as SQL.

Columns are named c1, c2, ... by position, since headers may repeat or be empty; every value is
text. Delimited files, sheets of a workbook and Parquet files are tables; JSON is not.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from pipelines.sql import identifier, literal


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
    """A table in a Parquet file. `relation`: the SQL that reads it; `texts`: SQL of each column's
    text, in the order of the headers; `line`: SQL of the record's line; records up to line
    `header_line` are no rows."""

    relation: str
    texts: tuple[str, ...]
    kind: str
    line: str = "_line"
    header_line: int = 0

    def rows_sql(self, missing: tuple[str, ...] = ("",), leave_out: int = 0) -> str:
        """See Table."""
        listed = ", ".join(map(literal, missing))
        columns = ", ".join(
            f"CASE WHEN {text} NOT IN ({listed}) THEN {text} END AS c{i}"
            for i, text in enumerate(self.texts, 1)
        )
        return (
            f"(SELECT {self.line} AS _line, {columns} FROM {self.relation}"
            f" WHERE {self.line} > {self.header_line + leave_out})"
        )

    def first_rows(self, number: int) -> list[list[str]]:
        """See Table."""
        return [row for _, row in self._numbered(number)]

    def below(self, number: int) -> list["StoredTable"]:
        """The same sheet with its header in each of the next rows; a Parquet file has its own."""
        if not self.header_line:
            return []
        return [
            replace(self, headers=tuple(row), header_line=line)
            for line, row in self._numbered(number)
        ]

    def _numbered(self, number: int) -> list[tuple[int, list[str]]]:
        texts = ", ".join(f"coalesce({text}, '')" for text in self.texts)
        with duckdb.connect() as connection:
            rows = connection.execute(
                f"SELECT {self.line}, {texts} FROM {self.relation}"
                f" WHERE {self.line} > {self.header_line} ORDER BY {self.line} LIMIT {number}"
            ).fetchall()
        return [(line, row) for line, *row in rows]

    def goes_on(self, other: "StoredTable") -> bool:
        """Has the sheet the same header, because its rows had no room in the other?"""
        return self != other and len(self.headers) > 1 and self.headers == other.headers

    def followed_by(self, other: "StoredTable") -> "StoredTable":
        """Both sheets as one; the lines of the second are counted on."""
        with duckdb.connect() as connection:
            [(last,)] = connection.execute(f"SELECT max(_line) FROM {self.relation}").fetchall()
        return replace(
            self,
            relation=f"(SELECT * FROM {self.relation} UNION ALL BY NAME"
            f" SELECT * REPLACE (_line + {last} AS _line) FROM {other.relation}"
            f" WHERE _line > {other.header_line})",
        )


def read_parquet_sql(path: Path) -> str:
    """SQL that reads a Parquet file, with the number of each row from 0."""
    return f"read_parquet({literal(str(path))}, file_row_number = true)"


def parquet_table(path: Path) -> StoredTable:
    """A Parquet export: its column names are the headers, its first row is line 1."""
    with duckdb.connect() as connection:
        columns = connection.execute(
            f"DESCRIBE SELECT * FROM read_parquet({literal(str(path))})"
        ).fetchall()
    names, types = zip(*((name, type_) for name, type_, *_ in columns), strict=True)
    texts = tuple(map(_text_sql, map(identifier, names), types))
    return StoredTable(names, read_parquet_sql(path), texts, "parquet", "(file_row_number + 1)")


def _text_sql(column: str, type_: str) -> str:
    """SQL of a typed value as exports write it: instants with their offset, whole numbers without
    a fraction, lists and structs as JSON."""
    text = f"CAST({column} AS VARCHAR)"
    if type_ in ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"):
        return f"strftime(timezone('UTC', {column}), '%Y-%m-%dT%H:%M:%S.%fZ')"
    if type_ in ("DOUBLE", "FLOAT"):  # a column of numbers with gaps, once it went through pandas
        return (
            f"CASE WHEN abs({column}) >= 1e15 THEN format('{{:.14E}}', {column})"
            f" WHEN {column} = trunc({column}) THEN format('{{:.0f}}', {column}) ELSE {text} END"
        )
    if type_ == "BLOB":
        return f"decode({column})"
    if type_.endswith("]") or type_.startswith(("STRUCT", "MAP", "UNION")):
        return f"CAST(to_json({column}) AS VARCHAR)"
    return text


def normalised(header: str) -> str:
    """A header without case, outer blanks and repeated blanks."""
    return " ".join(header.split()).casefold()
