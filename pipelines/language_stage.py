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

from pipelines.errors import BuildError
from pipelines.ingest import languages
from pipelines.ingest.raw_store import is_whole, storage_errors
from pipelines.ingest.tables import quoted
from pipelines.warehouse.publish import writer_lock
from pipelines.warehouse.raw_files import Load, committed_loads

_BATCH_ROWS = 250_000
_BATCH_BYTES = 100_000_000
_MEMORY_LIMIT = "1GB"  # the model and what Python holds come on top: under 2 GB in all
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
            sent_at, _line, file_row_number AS place, text
        FROM {rows}
        WHERE is_public AND coalesce(author_role, 'customer') = 'customer'
    """,
    "contacts": """
        SELECT contact_id, CAST(NULL AS VARCHAR) AS author_id, created_at AS sent_at, _line,
            file_row_number AS place, subject AS text
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

    Raises BuildError where a raw table is damaged, WarehouseBusyError, StorageError.
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
            for share in _write(path, load):
                if progress:
                    progress(load.manifest["file"], (done + share) / len(missing))


def _sources(load: Load) -> list[Path]:
    return [path for table in ("messages", "contacts") if (path := load.parquet(table))]


def _is_newer(path: Path, load: Load) -> bool:
    made = path.stat().st_mtime if is_whole(path) else 0  # a damaged one is made again
    return all(made >= source.stat().st_mtime for source in _sources(load))


def _write(path: Path, load: Load) -> Iterator[float]:
    """Write a load's file, yielding the share done: whole or not there at all. What a killed run
    leaves behind the next one removes."""
    draft, scratch = path.with_suffix(".draft"), path.with_suffix(".scratch")
    limits = {"memory_limit": _MEMORY_LIMIT, "temp_directory": str(scratch / "spill")}
    try:
        with (
            duckdb.connect(config=limits) as connection,
            pq.ParquetWriter(draft, _SCHEMA, compression="zstd") as writer,
        ):
            connection.execute("SET enable_progress_bar = false")
            counts = {source: _batch_count(source) for source in _sources(load)}
            done = 0
            for source, count in counts.items():
                for batch in _batches(connection, source, count, scratch / source.stem):
                    yield done / sum(counts.values())
                    found = languages.detect(connection, batch)
                    is_message = pa.repeat(pa.scalar(source.stem == "messages"), found.num_rows)
                    writer.write_table(found.append_column("is_message", is_message).cast(_SCHEMA))
                    done += 1
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(draft, path)
    except (pa.ArrowInvalid, duckdb.InvalidInputException) as error:
        raise BuildError(
            f"{load.folder}: holds a damaged table ({str(error).splitlines()[0]}); remove the"
            " folder and load the file again"
        ) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _batches(
    connection: duckdb.DuckDBPyConnection, source: Path, count: int, parts: Path
) -> Iterator[pa.Table]:
    """What customers wrote, in batches that each hold all there is of a contact: a raw table keeps
    no order, and a bot's script shows only in whole conversations."""
    rows = f"read_parquet({quoted(str(source))}, file_row_number = true)"
    written = _WRITTEN[source.stem].format(rows=rows)
    if count == 1:
        queries = [written]
    else:
        parts.mkdir(parents=True)
        connection.execute(
            f"COPY (SELECT *, hash(contact_id) % {count} AS part FROM ({written}))"
            f" TO {quoted(str(parts))} (FORMAT parquet, PARTITION_BY (part), OVERWRITE_OR_IGNORE)"
        )
        columns = "contact_id, author_id, sent_at, _line, place, text"
        queries = [
            f"SELECT {columns} FROM read_parquet({quoted(str(part / '*.parquet'))})"
            for part in parts.iterdir()
        ]
    for query in queries:
        yield connection.sql(query).to_arrow_table()


def _batch_count(source: Path) -> int:
    """How many batches keep rows and text of each within bounds."""
    file = pq.read_metadata(source)
    text = file.schema.names.index("text" if source.stem == "messages" else "subject")
    groups = map(file.row_group, range(file.num_row_groups))
    size = sum(group.column(text).total_uncompressed_size for group in groups)
    return max(1, -(-file.num_rows // _BATCH_ROWS), -(-size // _BATCH_BYTES))
