"""The stage between load and build: which language each contact's customer wrote.

One file per load (see `per_load`) in <warehouse>/languages, with rows of
`contracts.DETECTED_LANGUAGES` and no text. A contact's messages may come in several loads; the
build takes the row that rests on most letters. Where only the helpdesk's staff list tells who is
a customer, and that may come later, every author is detected and the build chooses.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.ingest import languages
from pipelines.sql import literal
from pipelines.stages import per_load

_BATCH_ROWS = 250_000
_BATCH_BYTES = 100_000_000
_MEMORY_LIMIT = "800MB"  # the model, 800 MB too, and what Python holds come on top
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


def detect_languages(warehouse: Path, *, progress: per_load.Progress | None = None) -> None:
    """Detect the languages of every load that has not been looked at under the present rules.

    Declared contacts too: only so can conflicts be counted.

    Raises BuildError where a raw table is damaged, WarehouseBusyError, StorageError.
    """
    tables = ("messages", "contacts")
    per_load.make_missing(warehouse, "languages", languages.rules(), tables, _write, progress)


def _write(sources: list[Path], draft: Path) -> Iterator[float]:
    scratch = draft.with_suffix(".scratch")
    limits = {"memory_limit": _MEMORY_LIMIT, "temp_directory": str(scratch / "spill")}
    with (
        duckdb.connect(config=limits) as connection,
        pq.ParquetWriter(draft, _SCHEMA, compression="zstd") as writer,
    ):
        connection.execute("SET enable_progress_bar = false")
        counts = {source: _batch_count(source) for source in sources}
        done = 0
        for source, count in counts.items():
            for batch in _batches(connection, source, count, scratch / source.stem):
                yield done / sum(counts.values())
                found = languages.detect(connection, batch)
                is_message = pa.repeat(pa.scalar(source.stem == "messages"), found.num_rows)
                writer.write_table(found.append_column("is_message", is_message).cast(_SCHEMA))
                done += 1


def _batches(
    connection: duckdb.DuckDBPyConnection, source: Path, count: int, parts: Path
) -> Iterator[pa.Table]:
    """What customers wrote, in batches that each hold all there is of a contact: a raw table keeps
    no order, and a bot's script shows only in whole conversations."""
    rows = f"read_parquet({literal(str(source))}, file_row_number = true)"
    written = _WRITTEN[source.stem].format(rows=rows)
    if count == 1:
        queries = [written]
    else:
        parts.mkdir(parents=True)
        connection.execute(
            f"COPY (SELECT *, hash(contact_id) % {count} AS part FROM ({written}))"
            f" TO {literal(str(parts))} (FORMAT parquet, PARTITION_BY (part), OVERWRITE_OR_IGNORE)"
        )
        columns = "contact_id, author_id, sent_at, _line, place, text"
        queries = [
            f"SELECT {columns} FROM read_parquet({literal(str(part / '*.parquet'))})"
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
