"""A file as sources see it before reading: what is looked at to recognise it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from pipelines.errors import SettingsError
from pipelines.ingest.delimited import describe
from pipelines.ingest.json_lines import has_blank_lines
from pipelines.ingest.json_records import JsonShape, RecordTable, shape_of
from pipelines.ingest.mapping import LINE, Mapping
from pipelines.ingest.tables import StoredTable, Table, normalised


def _holds_words(line: str) -> bool:
    """Does a line hold more than separators and quotes?"""
    return bool(line.strip(" \t\r,;|\"'"))


_HEADER_LINES = 20
"""So many lines may stand before the header: a title, the period, a note of the zone."""


@dataclass(frozen=True)
class Probe:
    """A file as a source sees it before reading: its first text, and what was told of it.

    `stored`: the tables of a workbook (sheet -> table) or a Parquet file, else none; their
    header and that of a text may stand `header_line` lines below the top."""

    name: Path
    path: Path
    head: str
    is_whole: bool
    mapping: Mapping
    is_decomposed: bool = False
    stored: dict[str, StoredTable] = field(default_factory=dict)

    @cached_property
    def json(self) -> JsonShape | None:
        """Keys of its records, where the text is JSON."""
        return None if self.stored else shape_of(self.head)

    @cached_property
    def table(self) -> Table:
        """The file's table; the first sheet of a workbook; JSON as its mapping sees it."""
        if self.stored:
            first, *others = self.stored.values()
            for other in others:
                if other.goes_on(first):
                    first = first.followed_by(other)
            return self._told_of(first)
        if self.json is not None:
            shape = self.json.holding(self.mapping.headers)
            headers = dict.fromkeys((*self.mapping.headers, *sorted(shape.keys)))
            return RecordTable(tuple(headers), self.path, shape)
        return describe(self.path, self.name, self.head, self.mapping.file)

    @cached_property
    def is_plain_lines(self) -> bool:
        """Is it one record a line, and no line blank?"""
        shape = self.json
        is_lines = shape is not None and shape.is_lines and shape.envelope is None
        return is_lines and not has_blank_lines(self.path)

    @property
    def json_keys(self) -> frozenset[str]:
        """Keys of its records; empty for a table."""
        return self.json.keys if self.json is not None else frozenset()

    @property
    def table_or_none(self) -> Table | None:
        """The file's table; None for JSON."""
        return self.table if self.json is None else None

    @cached_property
    def header_set(self) -> frozenset[str]:
        """Headers in lower case; empty for JSON."""
        if self.json is not None:
            return frozenset()
        return frozenset(normalised(header) for header in self.table.headers)

    @property
    def names(self) -> frozenset[str]:
        """Headers in lower case, or keys, whichever the file has."""
        return self.header_set or self.json_keys

    @cached_property
    def has_told_columns(self) -> bool:
        """Does the header hold every column that the mapping tells?"""
        told = {normalised(c) for field in self.mapping.columns.values() for c in field.columns}
        told.discard(LINE)
        return bool(told) and told <= self.header_set

    def candidates(self) -> Iterator["Probe"]:
        """The file with its header in the first line, the second, and so on, unless told; of a
        workbook, each sheet in turn."""
        told = self.mapping.file
        is_text = self.json is None and not self.stored
        lines = self.head.split("\n", _HEADER_LINES) if is_text else []
        if not is_text or told.skip_lines or not told.has_header or _holds_words(lines[0]):
            yield self
        if self.json is not None or told.skip_lines or not told.has_header:
            return
        for name, table in self.stored.items():
            for lower in (table, *table.below(_HEADER_LINES)):
                yield replace(self, stored={name: lower} | self.stored | {name: lower})
        for number, line in enumerate(lines[1:-1], 1):
            if _holds_words(line):
                file = replace(told, skip_lines=number)
                yield replace(self, mapping=replace(self.mapping, file=file))

    def sheets_besides(self, known: tuple[str, ...]) -> list[str]:
        """The sheets of a workbook that are neither its table nor among the known ones."""
        first = next(iter(self.stored.values()), None)
        return [
            name
            for name, sheet in self.stored.items()
            if sheet is not first and not sheet.goes_on(first) and normalised(name) not in known
        ]

    def _told_of(self, sheet: StoredTable) -> StoredTable:
        """A sheet with its header where the mapping tells it."""
        told = self.mapping.file
        if told.skip_lines:
            lower = (table for table in (sheet, *sheet.below(told.skip_lines)))
            sheet = next((table for table in lower if table.header_line > told.skip_lines), sheet)
        if told.columns:
            if len(told.columns) != len(sheet.headers):
                raise SettingsError(
                    f"{self.name}: the mapping tells {len(told.columns)} columns, the sheet has"
                    f" {len(sheet.headers)}; correct [file] columns"
                )
            first = sheet.header_line - (not told.has_header)
            sheet = replace(sheet, headers=told.columns, header_line=first)
        return sheet
