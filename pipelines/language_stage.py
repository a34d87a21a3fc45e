"""The stage between load and build: which language each contact's customer wrote.

    <warehouse>/languages/<load_id>-v<version of the rules>.parquet

One file per load, made once: a new day costs a day. Rows are of `contracts.DETECTED_LANGUAGES`
and hold no text. A contact's messages may come in several loads; the build takes the row that
rests on most letters. Where only the helpdesk's staff list tells who is a customer, and that may
come later, every author is detected and the build chooses.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.ingest import languages
from pipelines.ingest.raw_store import storage_errors
from pipelines.warehouse.publish import writer_lock
from pipelines.warehouse.raw_files import Load, committed_loads

_BATCH_ROWS = 250_000
_SCHEMA = pa.schema(
    [
        ("contact_id", pa.string()),
        ("author_id", pa.string()),
        ("language", pa.string()),
        ("letters", pa.int64()),
        ("is_message", pa.bool_()),
    ]
)
_MESSAGE = ("contact_id", "author_id", "author_role", "is_public", "sent_at", "_line", "text")


def detect_languages(
    warehouse: Path, *, progress: Callable[[str, float], None] | None = None
) -> None:
    """Detect the languages of every load that has not been looked at under the present rules.

    Declared contacts too: only so can conflicts be counted. What belongs to no load any more is
    removed; a load whose rows were rewritten since is looked at again.

    Raises WarehouseBusyError, StorageError.
    """
    with writer_lock(warehouse), storage_errors(warehouse):
        folder = warehouse / "languages"
        folder.mkdir(exist_ok=True)
        wanted = {
            folder / f"{load.load_id}-v{languages.VERSION}.parquet": load
            for load in committed_loads(warehouse)
            if _sources(load)
        }
        for path in set(folder.iterdir()) - wanted.keys():
            path.unlink()
        missing = [(path, load) for path, load in wanted.items() if not _is_newer(path, load)]
        for done, (path, load) in enumerate(missing):
            if progress:
                progress(load.manifest["file"], done / len(missing))
            _write(path, load)


def _sources(load: Load) -> list[Path]:
    return [path for table in ("messages", "contacts") if (path := load.parquet(table))]


def _is_newer(path: Path, load: Load) -> bool:
    made = path.stat().st_mtime if path.exists() else 0
    return all(made >= source.stat().st_mtime for source in _sources(load))


def _write(path: Path, load: Load) -> None:
    """Whole or not there at all: a killed run leaves a part that the next one removes."""
    part = path.with_suffix(".part")
    with pq.ParquetWriter(part, _SCHEMA, compression="zstd") as writer:
        for batch, is_message in _batches(load):
            if not batch.num_rows:
                continue
            found = languages.detect(batch)
            flags = pa.repeat(pa.scalar(is_message), found.num_rows)
            writer.write_table(found.append_column("is_message", flags).cast(_SCHEMA))
    with part.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(part, path)


def _batches(load: Load) -> Iterator[tuple[pa.Table, bool]]:
    """What customers may have written, and whether it is messages (else subjects)."""
    for rows in _read(load.parquet("messages"), _MESSAGE):
        is_told = pc.fill_null(pc.equal(rows["author_role"], "customer"), False)
        may_be = pc.and_(rows["is_public"], pc.or_(is_told, pc.is_null(rows["author_role"])))
        author = pc.if_else(is_told, pa.scalar(None, pa.string()), rows["author_id"])
        rows = rows.set_column(1, "author_id", author).filter(may_be)
        yield rows.select(["contact_id", "author_id", "sent_at", "_line", "text"]), True
    for rows in _read(load.parquet("contacts"), ("contact_id", "created_at", "_line", "subject")):
        rows = rows.filter(pc.is_valid(rows["subject"]))
        rows = rows.rename_columns(["contact_id", "sent_at", "_line", "text"])
        yield rows.append_column("author_id", pa.nulls(rows.num_rows, pa.string())), False


def _read(path: Path | None, columns: tuple[str, ...]) -> Iterator[pa.Table]:
    """A raw table's columns in parts of even size, so that no part is too small to compare
    openings in."""
    if path is None:
        return
    with pq.ParquetFile(path) as file:
        parts = max(1, -(-file.metadata.num_rows // _BATCH_ROWS))
        size = max(1, -(-file.metadata.num_rows // parts))
        for batch in file.iter_batches(batch_size=size, columns=list(columns)):
            yield pa.Table.from_batches([batch]).select(list(columns))
