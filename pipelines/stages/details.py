"""The stage between load and build: which messages ask for details, and which hold some.

One file per load (see `per_load`) in <warehouse>/details, with rows of `contracts.MESSAGE_DETAILS`
and no text: a build counts them without reading a single text again.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipelines.ingest import details
from pipelines.sql import literal
from pipelines.stages import per_load

_MEMORY_LIMIT = "1GB"


def find_details(warehouse: Path, *, progress: per_load.Progress | None = None) -> None:
    """Look through the messages of every load that was not looked at under the present rules.

    Raises BuildError where a raw table is damaged, WarehouseBusyError, StorageError.
    """
    per_load.make_missing(warehouse, "details", details.VERSION, ("messages",), _write, progress)


def _write(sources: list[Path], draft: Path) -> Iterator[float]:
    yield 0.0
    (messages,) = sources
    found = f"""
        WITH said AS (
            SELECT
                split_part(contact_id, ':', 1) AS system,
                message_id, contact_id, sent_at, author_id, author_role,
                coalesce(author_role, 'agent') = 'agent' AND {details.is_request_sql("text")}
                    AS is_request,
                coalesce(author_role, 'customer') = 'customer' AND {details.is_detail_sql("text")}
                    AS is_detail
            FROM read_parquet({literal(str(messages))})
            WHERE is_public AND text IS NOT NULL
        )
        SELECT * FROM said WHERE is_request OR is_detail
        UNION ALL
        SELECT DISTINCT system, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM said
    """
    with duckdb.connect(config={"memory_limit": _MEMORY_LIMIT}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"COPY ({found}) TO {literal(str(draft))} (FORMAT parquet)")
