"""The load of one file: recognised, decoded, checked, written, committed; or nothing at all."""

import struct
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.errors import InputError, SettingsError, StorageError, without_values
from pipelines.ingest.checks import BROKEN_RECORD_REMEDY, NOT_A_RECORD
from pipelines.ingest.decoding import DecodedFile, decode, inspect
from pipelines.ingest.delimited import (
    Delimited,
    broken_count,
    broken_records_sql,
    unclosed_quote,
)
from pipelines.ingest.file_lines import file_lines
from pipelines.ingest.forgotten import Forgotten, refused
from pipelines.ingest.json_lines import Lines, with_texts
from pipelines.ingest.mapping import Mapping, mapping_in
from pipelines.ingest.masking import Labels, define_masked
from pipelines.ingest.privacy import fingerprint, sealed
from pipelines.ingest.probe import Probe
from pipelines.ingest.raw_store import Draft, RawStore, rejects_schema, table_schema
from pipelines.ingest.sources import sources
from pipelines.ingest.sources.base import Fill, Reading, Source, Stream
from pipelines.ingest.unloadable import why_unloadable
from pipelines.sql import literal

_BATCH_ROWS = 122_880
_MEMORY_LIMIT = "1500MB"
_LABELS = frozenset(
    {"channel_raw", "language_raw", "topic_raw", "status_raw", "priority", "tags", "team"}
    | {"score_raw", "name", "tag", "metric", "event"}
)
"""Words of the vendor or the site, which sources deliver as they stand: somebody's e-mail in a
tag is masked by the loader."""


@dataclass(frozen=True)
class LoadReport:
    """What became of one file. `received` = `loaded` + `quarantined`, rows of its main table;
    `format`: how it is written; `tables`: rows written per raw table; `skipped_reason`: why
    nothing was loaded, if so."""

    file: Path
    source: str | None = None
    format: str | None = None
    load_id: str | None = None
    received: int = 0
    loaded: int = 0
    quarantined: int = 0
    tables: dict[str, int] = field(default_factory=dict)
    skipped_reason: str | None = None


class _LeftOutError(InputError):
    """No source recognises the file, or it holds no rows: in a folder it is passed over."""


class _PassedOverError(Exception):
    """The source knows the file and says why there is nothing in it to load."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(reason)
        self.source, self.reason = source, reason


@dataclass
class _Count:
    """Records so far: of the main table, and rejected ones by the table they were meant for;
    and the labels that stood in them."""

    received: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    labels: Labels = field(default_factory=Labels)


@dataclass(frozen=True)
class Told:
    """What a user told of the files to load; None: find out.

    `is_full`: the file holds all contacts of its period, so that earlier ones it lacks were
    deleted. `password`: of a protected workbook or zip. `again`: what was loaded before is read
    anew, and takes the place of the earlier load."""

    source: str | None = None
    mapping: Mapping | None = None
    zone: str | None = None
    encoding: str | None = None
    password: str | None = None
    is_full: bool = False
    again: bool = False


@dataclass(frozen=True)
class Replay:
    """Refused rows of an earlier load that are loaded again.

    `load_id`: of that load; `file`: what it read; `lines`: where its records stood there, in
    their order; `carried`: the rejects that can't be read as records and stay what they are."""

    load_id: str
    file: str
    lines: tuple[int, ...]
    carried: pa.Table


@dataclass(frozen=True)
class FileLoad:
    """One file on its way into the raw store; holds what its steps share.

    `below`: the folder that was given and holds it, whose files may be of no known kind; None: the
    file itself was. `tell` is called with (rows so far, share of the file read so far)."""

    store: RawStore
    path: Path
    key: bytes
    told: Told
    below: Path | None
    tell: Callable[[int, float], None]
    replay: Replay | None = None

    def load(self) -> LoadReport:
        """Load the file. Raises what `load` raises."""
        try:
            seen = inspect(self.path)
        except OSError as error:
            raise InputError(f"{self.path}: can't be read: {error.strerror}") from None
        known = self.store.find(seen.sha256)
        told = self.told
        if known is not None and not told.again:
            reason = (
                f"the same content was loaded before, as {known['load_id']} ({known['file']});"
                " --again reads it anew, with another mapping or zone"
            )
            return LoadReport(self.path, known["source"], skipped_reason=reason)
        mapping = told.mapping if told.mapping is not None else mapping_near(self.path, self.below)
        load_id = (
            self.store.new_load_id(datetime.now(UTC))
            if known is None
            else self.store.id_in_place_of(known)
        )
        try:
            with (
                self.store.draft(load_id, seen.sha256) as draft,
                tempfile.TemporaryDirectory(dir=draft.folder) as scratch,
            ):
                encoding = told.encoding or mapping.file.encoding
                decoded = decode(self.path, seen, Path(scratch), encoding, told.password)
                probe, source = self._recognised(probe_of(self.path, decoded, mapping))
                if reason := source.passed_over(probe):
                    raise _PassedOverError(source.name, reason)
                report = self._fill(draft, Path(scratch), seen.sha256, decoded, probe, source)
                if known is not None:  # killed here, the file is one that was never loaded
                    self.store.remove(known)
                return report
        except _PassedOverError as error:
            return LoadReport(self.path, error.source, skipped_reason=error.reason)
        except _LeftOutError as error:
            if self.below is not None:
                return LoadReport(self.path, skipped_reason=str(error))
            raise InputError(str(error)) from None

    def _recognised(self, probe: Probe) -> tuple[Probe, Source]:
        """The source and the file as it reads it, with the header where it stands."""
        name = self.told.source or probe.mapping.source
        if name is not None:
            if name not in sources():
                raise SettingsError(
                    f"{probe.mapping.path}: source: unknown '{name}'; known:"
                    f" {', '.join(sorted(sources()))}"
                )
            source = sources()[name]
            found = (
                at for at in probe.candidates() if source.recognises(at) or at.has_told_columns
            )
            at = next(found, None)
            has_some = not probe.header_set.isdisjoint(source.usual_columns)
            if at is None and not has_some and not source.required:
                raise InputError(
                    f"{self.path}: line 1: not what {name} reads: it lacks the columns or keys that"
                    " such a file has; leave the source out to have it recognised"
                )
            return at or probe, source
        at, found = recognised(probe)
        if len(found) == 1:
            return at, found[0]
        if found:
            names = ", ".join(sorted(source.name for source in found))
            raise InputError(f"{self.path}: line 1: may be any of {names}; tell it with --source")
        raise _LeftOutError(f"{self.path}: line 1: unknown format; {why_unloadable(probe)}")

    def _fill(
        self,
        draft: Draft,
        scratch: Path,
        sha256: str,
        decoded: DecodedFile,
        probe: Probe,
        source: Source,
    ) -> LoadReport:
        system, zone = self._agreed(source, probe.mapping)
        connection = duckdb.connect()
        connection.execute(f"SET memory_limit = '{_MEMORY_LIMIT}'")
        connection.execute(f"SET temp_directory = {literal(str(scratch))}")
        connection.execute("SET TimeZone = 'UTC'")
        # a long IN list would become a join, which costs more than all else in these queries
        connection.execute("SET disabled_optimizers = 'in_clause'")
        connection.execute("SET enable_progress_bar = true")  # to be asked, never printed:
        connection.execute("SET enable_progress_bar_print = false")  # stdout is the caller's
        define_masked(connection)
        reading = Reading(probe, connection, system, zone, self.key)
        main_table = source.main_table(probe)
        count = _Count()
        forgotten = Forgotten.read(self.store.folder, self.key)
        try:
            for stream, batch in self._batches(connection, source.read(reading), probe):
                rows = self._renumbered(batch, probe)
                theirs = forgotten.among(rows, stream)
                if theirs is not None:
                    rows = refused(rows, theirs)
                _append(draft, stream, rows, main_table, count, self.key)
            if isinstance(probe.table_or_none, Delimited):
                self._append_broken(
                    draft, connection, probe.table_or_none, source, main_table, count
                )
        except (duckdb.Error, OSError) as error:
            raise self._explained(error) from error
        finally:
            connection.close()
        draft.append("rejects", pa.Table.from_batches([], rejects_schema()))
        if self.replay is not None:
            if count.received != len(self.replay.lines):
                raise _LeftOutError(
                    f"{self.replay.file}: a record holds several contacts, of which not all were"
                    " refused; mend the file and load it whole"
                )
            _carry(draft, self.replay.carried, main_table, count)
        tables = {table: rows for table, rows in draft.rows.items() if table != "rejects"}
        quarantined = count.rejected.get(main_table, 0)
        report = LoadReport(
            file=self.path,
            source=source.name,
            format=written(probe, decoded),
            load_id=draft.load_id,
            received=count.received,
            loaded=count.received - quarantined,
            quarantined=quarantined,
            tables=tables,
        )
        if count.received == 0:
            raise _LeftOutError(
                f"{self.path}: line 1: a header and no rows; export it again, or leave it out"
            )
        if self.replay is not None and report.loaded == 0:
            raise _LeftOutError(f"{self.replay.file}: none of the refused rows can be loaded yet")
        draft.finish(
            {
                "load_id": draft.load_id,
                "sha256": sha256,
                "file": self.replay.file if self.replay else self.path.name,
                "replays": self.replay.load_id if self.replay else None,
                "bytes": decoded.size,
                "source": source.name,
                "system": system,
                "format": _format(probe),
                "zone": zone,
                "is_full": self.told.is_full,
                "mapping": probe.mapping.path.name if probe.mapping.path else None,
                "encoding": decoded.encoding,
                "encoding_evidence": decoded.evidence,
                "compression": decoded.compression,
                "loaded_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "main_table": main_table,
                "received": report.received,
                "loaded": report.loaded,
                "quarantined": report.quarantined,
                "tables": tables,
                "rejected": count.rejected,
                "headers": source.headers(probe),
                "key_fingerprint": fingerprint(self.key),
                "envelope": probe.json.envelope if probe.json else None,
                **source.columns_report(probe),
            }
        )
        return report

    def _agreed(self, source: Source, mapping: Mapping) -> tuple[str, str | None]:
        """(system, zone) of the file, once the mapping is known to fit the source."""
        if mapping.path is not None:
            mapping.require(source.fields, source.required)
        elif source.required:
            raise SettingsError(
                f"{self.path}: a {source.name} needs a mapping file; write one and pass --mapping"
                f" (it must tell {', '.join(source.required)})"
            )
        system = mapping.system or source.system
        if system is None:
            raise SettingsError(f'{mapping.path}: system: is required; write system = "<name>"')
        return system, mapping.zone or self.told.zone

    def _batches(
        self, connection: duckdb.DuckDBPyConnection, streams: list[Stream], probe: Probe
    ) -> Iterator[tuple[Stream, pa.Table]]:
        """The rows of every stream, each of which reads the whole file once."""
        for number, stream in enumerate(streams):
            rows, lines = 0, Lines(probe.path)
            for batch in connection.sql(stream.query).to_arrow_reader(_BATCH_ROWS):
                rows += batch.num_rows
                share = min(max(connection.query_progress(), 0.0), 100.0) / 100
                self.tell(rows, (number + share) / len(streams))
                yield stream, with_texts(pa.Table.from_batches([batch]), lines)

    def _renumbered(self, rows: pa.Table, probe: Probe) -> pa.Table:
        """Rows of a replay with the lines that they had in the file they are from."""
        if self.replay is None:
            return rows
        first = 1 if probe.json is not None else 2
        lines = pa.array([self.replay.lines[n - first] for n in rows["_line"].to_pylist()])
        return rows.set_column(rows.schema.get_field_index("_line"), "_line", lines)

    def _append_broken(
        self,
        draft: Draft,
        connection: duckdb.DuckDBPyConnection,
        file: Delimited,
        source: Source,
        table: str,
        count: _Count,
    ) -> None:
        """Put the records that could not even be split into columns with the rejects."""
        broken = broken_count(connection)
        if broken is None:  # the source has a way of its own to read the text
            return
        if not broken and not count.rejected:
            return
        line = unclosed_quote(connection, file) if file.quote else None
        if line is not None:
            raise InputError(
                f"{self.path}: line {line}: a quote opens and never closes, so the rest of the"
                " file can't be read; close it or export again, and load the new file"
            )
        rows = connection.sql(
            f"""SELECT line AS _line, reasons AS _reasons, raw AS _raw,
                CASE WHEN is_footer THEN {literal(NOT_A_RECORD)}
                    ELSE {literal(BROKEN_RECORD_REMEDY)} END AS _remedy,
                CAST(NULL AS DATE) AS _received_on
            FROM ({broken_records_sql(file, source.footers)})"""
        ).to_arrow_table()
        if self.replay is None and (rows.num_rows or count.rejected):
            lines = file_lines(file, set(rows["_line"].to_pylist()), count.received)
            if lines is not None and rows.num_rows:
                rows = _with_lines(rows, "_line", lines.broken.__getitem__)
            if lines is not None and lines.first and count.rejected:
                draft.rewrite("rejects", lambda rejects: _with_lines(rejects, "line", lines.line))
        if rows.num_rows:
            draft.append("rejects", _rejects(rows, table, draft.load_id, self.key))
            count.received += rows.num_rows
            count.rejected[table] = count.rejected.get(table, 0) + rows.num_rows

    def _explained(self, error: duckdb.Error | OSError) -> Exception:
        """Trouble with the disk stays what it is; anything else is said of the file."""
        text = str(error).split("\n")[0]
        if "Out of Memory" in text:
            return StorageError(
                f"{self.path}: a record is too large for the {_MEMORY_LIMIT} that a load may take;"
                " export the records one per line, or in several files"
            )
        if isinstance(error, OSError) and error.errno is not None:
            return error  # of the system; Arrow wraps what DuckDB says of the file in one without
        if "No space left" in text or "File too large" in text or "max_temp" in text:
            return error
        said = without_values(str(error))
        return InputError(f"{self.path}: can't be read: {said}; export it again")


def _append(
    draft: Draft, stream: Stream, rows: pa.Table, main_table: str, count: _Count, key: bytes
) -> None:
    """Divide the rows of one batch among the raw tables and the rejects."""
    reasons = rows["_reasons"]
    if stream.is_main and stream.table == main_table:
        count.received += rows.num_rows
    if reasons.null_count < len(reasons):
        rejected = rows.filter(pc.is_valid(reasons))
        draft.append("rejects", _rejects(rejected, stream.table, draft.load_id, key))
        before = count.rejected.get(stream.table, 0)
        count.rejected[stream.table] = before + rejected.num_rows
        rows = rows.filter(pc.is_null(reasons))
    for table, fill in stream.fills.items():
        chosen = rows.select([*dict.fromkeys(("_line", *fill.columns.values()))])
        if fill.when:
            chosen = chosen.filter(rows[fill.when])
        draft.append(table, _filled(chosen, table, fill, draft.load_id, count.labels))


def _filled(rows: pa.Table, table: str, fill: Fill, load_id: str, labels: Labels) -> pa.Table:
    """Rows in the shape of the raw table's contract."""
    constants = {**fill.constants, "_load_id": load_id}
    columns = []
    schema = table_schema(table)
    for column in schema:
        if column.name in fill.columns:
            values = rows[fill.columns[column.name]]
            values = values if values.type == column.type else values.cast(column.type)
            columns.append(labels.masked(values) if column.name in _LABELS else values)
        elif column.name == "_line":
            columns.append(rows["_line"])
        elif column.name in constants:
            columns.append(_repeated(constants[column.name], rows.num_rows))
        else:
            columns.append(pa.nulls(rows.num_rows, column.type))
    return pa.Table.from_arrays(columns, names=schema.names)


def _repeated(text: str, times: int) -> pa.DictionaryArray:
    """The same text on every row, which Parquet stores once."""
    # buffers and not values: to convert a value, pyarrow imports pandas first
    encoded = text.encode()
    offsets = struct.pack("<ii", 0, len(encoded))
    once = pa.StringArray.from_buffers(1, pa.py_buffer(offsets), pa.py_buffer(encoded))
    type_ = pa.dictionary(pa.int32(), pa.string())
    zeros = [None, pa.py_buffer(bytes(4 * times))]
    return pa.DictionaryArray.from_buffers(type_, times, zeros, once)


def _rejects(rows: pa.Table, table: str, load_id: str, key: bytes) -> pa.Table:
    raw = pa.array(sealed(rows["_raw"].to_pylist(), key), pa.string())
    text = [pa.repeat(pa.scalar(value), rows.num_rows) for value in (table, load_id)]
    columns = [
        rows["_line"], text[0], rows["_reasons"], rows["_remedy"], raw,
        rows["_received_on"], text[1],
    ]  # fmt: skip
    return pa.Table.from_arrays(columns, names=rejects_schema().names).cast(rejects_schema())


def _with_lines(rows: pa.Table, name: str, line: Callable[[int], int]) -> pa.Table:
    """Rows with the line of the file in place of the number of the record."""
    lines = pa.array([line(number) for number in rows[name].to_pylist()], pa.int64())
    return rows.set_column(rows.schema.get_field_index(name), name, lines)


def _carry(draft: Draft, rejects: pa.Table, main_table: str, count: _Count) -> None:
    """Take over the rejects of a replayed load that can't be read as records."""
    ids = pa.repeat(pa.scalar(draft.load_id), rejects.num_rows)
    at = rejects.schema.get_field_index("_load_id")
    draft.append("rejects", rejects.set_column(at, "_load_id", ids))
    count.received += rejects.num_rows
    count.rejected[main_table] = count.rejected.get(main_table, 0) + rejects.num_rows


def mapping_near(path: Path, below: Path | None = None) -> Mapping:
    """The mapping that the folder `mappings` beside an export holds for it, else one beside a
    folder around it, up to the one `below` which exports were looked for; else an empty one."""
    folders = [path.parent]
    while below is not None and folders[-1] != below:
        folders.append(folders[-1].parent)
    found = (mapping_in(folder / "mappings", path) for folder in folders)
    return next((mapping for mapping in found if mapping is not None), Mapping())


def probe_of(path: Path, decoded: DecodedFile, mapping: Mapping) -> Probe:
    """A decoded file as sources look at it."""
    return Probe(
        path,
        decoded.path,
        decoded.head,
        decoded.is_whole,
        mapping,
        decoded.is_decomposed,
        decoded.stored,
    )


def recognised(probe: Probe) -> tuple[Probe, list[Source]]:
    """The sources that know a file, and the file with its header where they found it."""
    for at in probe.candidates():
        found = [source for source in sources().values() if source.recognises(at)]
        if found:
            return at, found
    return probe, []


def _format(probe: Probe) -> str:
    if probe.json is None:
        return probe.table.kind
    return "json lines" if probe.json.is_lines else "json"


def written(probe: Probe, decoded: DecodedFile) -> str:
    """How a file is written, in one line: format, encoding of its text, compression."""
    encoding = None if decoded.stored else decoded.encoding
    return ", ".join(filter(None, (_format(probe), encoding, decoded.compression)))
