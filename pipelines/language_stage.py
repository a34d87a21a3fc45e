"""The stage between load and build: which language each contact's customer wrote.

    <warehouse>/languages/<load_id>-v<version of the rules>.parquet

One file per load, made once: a new day costs a day. Rows are of `contracts.DETECTED_LANGUAGES`
and hold no text. A contact's messages may come in several loads; the build takes the row that
rests on most letters. Where only the helpdesk's staff list tells who is a customer, and that may
come later, every author is detected and the build chooses.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.ingest import languages
from pipelines.ingest.raw_store import storage_errors
from pipelines.ingest.tables import quoted
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
_WRITTEN = {
    "messages": """
        SELECT
            contact_id,
            CASE WHEN author_role IS NULL THEN author_id END AS author_id,
            sent_at, _line, text
        FROM {rows}
        WHERE is_public AND coalesce(author_role, 'customer') = 'customer'
    """,
    "contacts": """
        SELECT contact_id, CAST(NULL AS VARCHAR) AS author_id, created_at AS sent_at, _line,
            subject AS text
        FROM {rows}
        WHERE subject IS NOT NULL
    """,
}
"""What customers wrote or may have written, by raw table."""


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
            shutil.rmtree(path) if path.is_dir() else path.unlink()
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
    """Whole or not there at all: what a killed run leaves behind the next one removes."""
    draft, parts = path.with_suffix(".draft"), path.with_suffix(".parts")
    with pq.ParquetWriter(draft, _SCHEMA, compression="zstd") as writer:
        for table, query in _WRITTEN.items():
            source = load.parquet(table)
            for batch in _batches(source, query, parts) if source else ():
                found = languages.detect(batch)
                is_message = pa.repeat(pa.scalar(table == "messages"), found.num_rows)
                writer.write_table(found.append_column("is_message", is_message).cast(_SCHEMA))
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(draft, path)


def _batches(source: Path, query: str, parts: Path) -> Iterator[pa.Table]:
    """The rows of a raw table in batches that each hold all there is of a contact: a raw table
    keeps no order, and a bot's script shows only in whole conversations."""
    rows = pq.read_metadata(source).num_rows
    count = -(-rows // _BATCH_ROWS)
    selected = query.format(rows=f"read_parquet({quoted(str(source))})")
    with duckdb.connect(config={"memory_limit": "1GB"}) as connection:
        connection.execute("SET enable_progress_bar = false")
        if count <= 1:
            batches = [connection.sql(selected).to_arrow_table()]
        else:
            connection.execute(
                f"COPY (SELECT *, hash(contact_id) % {count} AS part FROM ({selected}))"
                f" TO {quoted(str(parts))} (FORMAT parquet, PARTITION_BY (part))"
            )
            batches = (
                connection.sql(
                    f"SELECT contact_id, author_id, sent_at, _line, text"
                    f" FROM read_parquet({quoted(str(part))} || '/*.parquet')"
                ).to_arrow_table()
                for part in sorted(parts.glob("part=*"))
            )
        yield from (batch for batch in batches if batch.num_rows)
    shutil.rmtree(parts, ignore_errors=True)
