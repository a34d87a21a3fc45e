"""The stage between load and build: which messages ask for details, and which hold some.

    <warehouse>/details/<load_id>-v<version of the rules>.parquet

One file per load, made once, with rows of `contracts.MESSAGE_DETAILS` and no text: a build counts
them without reading a single text again.
"""

import os
from collections.abc import Callable
from pathlib import Path

import duckdb

from pipelines.errors import BuildError
from pipelines.ingest import details
from pipelines.ingest.raw_store import is_whole, storage_errors
from pipelines.ingest.tables import quoted
from pipelines.warehouse.publish import writer_lock
from pipelines.warehouse.raw_files import committed_loads

_MEMORY_LIMIT = "1GB"


def find_details(warehouse: Path, *, progress: Callable[[str, float], None] | None = None) -> None:
    """Look through the messages of every load that was not looked at under the present rules.

    What belongs to no load any more is removed; a load whose rows were rewritten since is looked
    at again.

    Raises BuildError where a raw table is damaged, WarehouseBusyError, StorageError.
    """
    with writer_lock(warehouse), storage_errors(warehouse):
        folder = warehouse / "details"
        folder.mkdir(exist_ok=True)
        wanted = {
            folder / f"{load.load_id}-v{details.VERSION}.parquet": source
            for load in committed_loads(warehouse)
            if (source := load.parquet("messages"))
        }
        for path in set(folder.iterdir()) - wanted.keys():
            path.unlink()
        missing = [(path, source) for path, source in wanted.items() if not _is_newer(path, source)]
        for done, (path, source) in enumerate(missing):
            if progress:
                progress(source.parent.name, done / len(missing))
            _write(path, source)


def _is_newer(path: Path, source: Path) -> bool:
    return is_whole(path) and path.stat().st_mtime >= source.stat().st_mtime


def _write(path: Path, source: Path) -> None:
    """Write a load's file: whole or not there at all."""
    draft = path.with_suffix(".draft")
    found = f"""
        WITH said AS (
            SELECT
                split_part(contact_id, ':', 1) AS system,
                message_id, contact_id, sent_at, author_id, author_role,
                coalesce(author_role, 'agent') = 'agent' AND {details.is_request_sql("text")}
                    AS is_request,
                coalesce(author_role, 'customer') = 'customer' AND {details.is_detail_sql("text")}
                    AS is_detail
            FROM read_parquet({quoted(str(source))})
            WHERE is_public AND text IS NOT NULL
        )
        SELECT * FROM said WHERE is_request OR is_detail
        UNION ALL
        SELECT DISTINCT system, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM said
    """
    try:
        with duckdb.connect(config={"memory_limit": _MEMORY_LIMIT}) as connection:
            connection.execute("SET enable_progress_bar = false")
            connection.execute(f"COPY ({found}) TO {quoted(str(draft))} (FORMAT parquet)")
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(draft, path)
    except duckdb.InvalidInputException as error:
        raise BuildError(
            f"{source.parent}: holds a damaged table ({str(error).splitlines()[0]}); remove the"
            " folder and load the file again"
        ) from error
    finally:
        draft.unlink(missing_ok=True)
