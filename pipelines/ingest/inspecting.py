"""A look at an unknown file: how it is written, what it holds, which source reads it.

Nothing is loaded and nothing personal is shown: of columns that may be personal only the shape.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import InputError, without_values
from pipelines.ingest.decoding import DecodedFile, decode, inspect
from pipelines.ingest.delimited import Delimited, broken_records_sql
from pipelines.ingest.drafting import Draft, draft
from pipelines.ingest.file_load import mapping_near, probe_of, recognised, written
from pipelines.ingest.guessing import ColumnGuess, guess
from pipelines.ingest.json_records import records_sql
from pipelines.ingest.mapping import Mapping
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources import sources
from pipelines.ingest.sources.base import Source
from pipelines.ingest.tables import Table
from pipelines.ingest.unloadable import why_no_mapping_helps

_SAMPLE_ROWS = 2_000
_FEWEST_NEAR = 0.3
_DEPTH = 3


@dataclass(frozen=True)
class Nearness:
    """How near a source came that does not know the file: of its usual columns, so many are
    there, and these are not."""

    source: str
    found: int
    usual: int
    lacking: tuple[str, ...]


@dataclass(frozen=True)
class Inspection:
    """What a look at a file told.

    `encoding_evidence`: how the encoding is known; `header_line`: where the header stands, None
    where there is none; `rows`: records in the whole file, `blank`: those that hold nothing,
    `broken`: lines that can't be split;
    `parts`: sheets, or lists of records, with their number of columns; `sources`: who recognises
    it; `passed_over`: why it can't be loaded as it is, if so; `columns` are guessed from the first
    rows. `mapping` is the file beside it that a load would go by."""

    file: Path
    mapping: Path | None
    size: int
    format: str
    encoding_evidence: str
    header_line: int | None
    rows: int
    blank: int
    broken: int
    parts: dict[str, int]
    sources: tuple[str, ...]
    passed_over: str | None
    nearest: tuple[Nearness, ...]
    columns: tuple[ColumnGuess, ...]
    draft: Draft

    @property
    def needs_zone(self) -> bool:
        """Does any column hold times without an offset?"""
        return any(column.is_local for column in self.columns)


def inspect_file(
    path: Path,
    *,
    zone: str | None = None,
    encoding: str | None = None,
    password: str | None = None,
) -> Inspection:
    """Look at a file without loading it.

    Raises InputError for what cannot be read at all: empty, binary, cut off, protected."""
    try:
        seen = inspect(path)
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror}; check the path") from None
    with tempfile.TemporaryDirectory() as scratch:
        beside = mapping_near(path)
        decoded = decode(path, seen, Path(scratch), encoding or beside.file.encoding, password)
        probe = probe_of(path, decoded, Mapping(path=beside.path, file=beside.file))
        try:
            return _looked_at(probe, decoded, zone, encoding)
        except duckdb.Error as error:
            said = without_values(str(error))
            raise InputError(f"{path}: can't be read: {said}; export it again") from None


def _looked_at(
    probe: Probe, decoded: DecodedFile, zone: str | None, encoding: str | None
) -> Inspection:
    at, found = recognised(probe)
    at = at if found else _with_header(at)
    source = found[0] if len(found) == 1 else None
    passed_over = source.passed_over(at) if source else None if found else why_no_mapping_helps(at)
    asks = source is not None and not passed_over and source.main_table(at) == "surveys"
    table = _table(at)
    header_rows = source.header_rows(table) if source and table else 0
    headers, sample = _sampled(at, table, source)
    questions, sample = sample[:header_rows][:1], sample[header_rows:]
    rows, blank, broken = _counted(at, table)
    has_header = at.json is not None or at.mapping.file.has_header
    columns = tuple(
        guess(
            header,
            [row[i] for row in sample if i < len(row)],
            " ".join(questions[0][i].split()) if questions else "",
        )
        for i, header in enumerate(headers)
        if header.strip()
    )
    return Inspection(
        file=at.name,
        mapping=probe.mapping.path,
        size=decoded.size,
        format=written(at, decoded) if at.json or table else f"text, {decoded.encoding}",
        encoding_evidence=decoded.evidence,
        header_line=_header_line(at, table) if has_header else None,
        rows=rows - header_rows,
        blank=blank,
        broken=broken,
        parts=_parts(at),
        sources=tuple(source.name for source in found),
        passed_over=passed_over,
        nearest=() if found else tuple(_nearest(at, table)),
        columns=columns,
        draft=draft(
            columns,
            name=at.name.name.split(".")[0],
            known_as=source.name if source else None,
            asks=asks,
            zone=zone,
            encoding=encoding,
            has_header=has_header,
        ),
    )


def _table(probe: Probe) -> Table | None:
    """The file's table; None for JSON, and for a text without a header."""
    try:
        return probe.table_or_none
    except InputError:
        return None


def _with_header(probe: Probe) -> Probe:
    """The file with its header in the first line that reads like one; or without a header."""
    for at in probe.candidates():
        table = _table(at)
        if table is None:
            continue
        filled = [header for header in table.headers if header.strip()]
        widths = Counter(len(row) for row in table.first_rows(20))
        is_wide = not widths or widths.most_common(1)[0][0] == len(table.headers)
        if is_wide and len(filled) > len(table.headers) / 2:
            return _without_header(at) if _are_values(filled) else at
    return probe


def _are_values(headers: list[str]) -> bool:
    """Does most of a header line look like numbers and times?"""
    kinds = [guess("", [header]).kind for header in headers]
    return sum(kind in ("number", "time", "day", "clock") for kind in kinds) > len(kinds) / 2


def _without_header(probe: Probe) -> Probe:
    names = tuple(f"c{i}" for i in range(1, len(probe.table.headers) + 1))
    file = replace(probe.mapping.file, has_header=False, columns=names)
    return replace(probe, mapping=Mapping(file=file))


def _header_line(probe: Probe, table: Table | None) -> int | None:
    if table is None:
        return None
    return getattr(table, "header_line", probe.mapping.file.skip_lines + 1) or None


def _sampled(
    probe: Probe, table: Table | None, source: Source | None
) -> tuple[list[str], list[list[str]]]:
    """Headers and first rows; of JSON the paths of its keys, of what is no table nothing."""
    if table is not None:
        headers = list(table.headers) if source is None else source.headers(probe)
        return headers, table.first_rows(_SAMPLE_ROWS) if headers else []
    if probe.json is None:
        return [], []
    query = f"SELECT record FROM ({records_sql(probe.path, probe.json)}) LIMIT {_SAMPLE_ROWS}"
    with duckdb.connect() as connection:
        texts = [text for (text,) in connection.execute(query).fetchall()]
    records = [dict(_flat(_parsed(text))) for text in texts]
    paths = list(dict.fromkeys(path for record in records for path in record))
    return paths, [[record.get(path, "") for path in paths] for record in records]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _flat(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """(path of keys, text) of the values of a record; of a list, how long it is."""
    if isinstance(value, dict) and depth < _DEPTH:
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else key, depth + 1)
    elif isinstance(value, list):
        yield f"{path}[]", str(len(value))
    elif path:
        yield path, "" if value is None or isinstance(value, dict) else str(value)


def _counted(probe: Probe, table: Table | None) -> tuple[int, int, int]:
    """(records, those that hold nothing, lines that can't be split) of the whole file."""
    with duckdb.connect() as connection:

        def counted(what: str, rows: str) -> tuple[int, ...]:
            return connection.execute(f"SELECT {what} FROM ({rows})").fetchall()[0]

        if probe.json is not None:
            return (*counted("count(*)", records_sql(probe.path, probe.json)), 0, 0)
        if table is None:
            return probe.head.count("\n"), 0, 0
        text = table.text_sql()  # asks for every column: see delimited
        what = f"count({text}), count(*) FILTER (trim({text}, ',\"') = '')"
        rows, blank = counted(what, f"FROM {table.rows_sql()}")
        if not isinstance(table, Delimited):
            return rows, blank, 0
        return rows, blank, *counted("count(*)", broken_records_sql(table))


def _parts(probe: Probe) -> dict[str, int]:
    """Columns of every sheet of a workbook, or keys of every list in a JSON envelope."""
    if probe.json is not None:
        return {name: len(keys) for name, keys in probe.json.envelopes.items()}
    return {name: len(table.headers) for name, table in probe.stored.items() if name}


def _nearest(probe: Probe, table: Table | None) -> Iterator[Nearness]:
    near = []
    for source in sources().values():
        usual = source.usual_columns
        found = set(usual) & (probe.header_set if table is not None else set())
        if len(found) >= max(2, _FEWEST_NEAR * len(usual)):
            lacking = tuple(name for name in usual if name not in found)
            near.append(Nearness(source.name, len(found), len(usual), lacking))
    yield from sorted(near, key=lambda one: one.found / one.usual, reverse=True)[:3]
