"""Raw rows -> one DuckDB file of published tables: run the models, check them, audit them.

The file is built beside the published one under a name of its own and is not seen by anybody
until `publish.publish` moves the pointer to it. Whatever fails on the way leaves the
published build as it was.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd

from pipelines.errors import BuildError, StorageError, without_values
from pipelines.ingest.contracts import DETECTED_LANGUAGES, TABLES, Column, Table
from pipelines.settings import Settings
from pipelines.warehouse import catalog
from pipelines.warehouse.auditing import run_audits
from pipelines.warehouse.corrections import Correction, read_corrections
from pipelines.warehouse.engines import duckdb as engine
from pipelines.warehouse.frames import store_frame
from pipelines.warehouse.publish import current, discard_parts, writer_lock
from pipelines.warehouse.raw_files import Load, committed_loads
from pipelines.warehouse.site_tables import (
    make_build_info,
    make_corrections,
    make_loads,
    make_references,
    make_time,
)

_FULL_DISK = ("no space left", "file too large", "disk quota", "failed to offload")

_REJECTS = Table(
    "rejects",
    "one refused line",
    ("line",),
    None,
    (
        Column("line", "BIGINT", "line of the file"),
        Column("table_name", "VARCHAR", "raw table it was meant for"),
        Column("reasons", "VARCHAR", "every reason"),
        Column("remedy", "VARCHAR", "what to do"),
        Column("received_on", "DATE", "local day it belongs to, where it can be read"),
        Column("_load_id", "VARCHAR", "load"),
    ),
)

Progress = Callable[[str], None]


def build(warehouse: Path, settings: Settings, *, progress: Progress | None = None) -> Path:
    """Build every published table from the raw store, and audit them.

    Parameters
    ----------
    progress : callable, optional
        Told the name of each step before it runs.

    Returns
    -------
    Path
        `support-<build_id>.duckdb.part`: complete, closed, and not published.

    Raises
    ------
    BuildError
        A model fails, a table differs from its header, or an audit that blocks found rows.
    StorageError
        The disk is full.
    WarehouseBusyError
        Another run is writing to this warehouse.
    """
    say = progress or (lambda step: None)
    with writer_lock(warehouse):
        discard_parts(warehouse)
        loads = committed_loads(warehouse)
        if not loads:
            raise BuildError(
                f"{warehouse}: nothing is loaded; run `support-quality load FILE...` first"
            )
        created_at = datetime.now(UTC).replace(tzinfo=None)
        build_id = f"{created_at:%Y%m%dT%H%M%S%fZ}"
        part = warehouse / f"support-{build_id}.duckdb.part"
        with _writing(part) as connection:
            say("raw store")
            corrections = read_corrections(settings.corrections)
            _expose_raw(connection, loads, corrections)
            detected = sorted((warehouse / "languages").glob("*.parquet"))
            engine.expose_raw(connection, DETECTED_LANGUAGES, detected, provenance=())
            say("calendars")
            make_references(connection, settings)
            make_corrections(connection, corrections)
            make_loads(connection, loads)
            make_time(connection, settings)
            make_build_info(connection, settings, build_id, created_at)
            for head in catalog.models():
                say(head.name)
                _run_model(connection, head)
            for head in catalog.metrics():
                _run_model(connection, head)
            say("definitions")
            store_frame(connection, "definitions", catalog.definitions())
            store_frame(connection, "data_dictionary", catalog.dictionary())
            say("audits")
            run_audits(connection)
        return part


def add_frames(part: Path, frames: Mapping[str, pd.DataFrame]) -> None:
    """Put tables made in Python (forecasts, staffing) into an unpublished build.

    A table that is there already is replaced. Columns are put in the header's order and types.

    Raises BuildError where a frame lacks a column of its header, or has one more.
    """
    with _writing(part) as connection:
        for name, frame in frames.items():
            store_frame(connection, name, frame)


def copy_published(warehouse: Path) -> Path:
    """A new unpublished build with the content of the published one, to add frames to.

    Raises NothingPublishedError where nothing was published yet.
    """
    with writer_lock(warehouse):
        source = current(warehouse)
        created_at = datetime.now(UTC).replace(tzinfo=None)
        build_id = f"{created_at:%Y%m%dT%H%M%S%fZ}"
        part = warehouse / f"support-{build_id}.duckdb.part"
        try:
            shutil.copyfile(source, part)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise StorageError(f"{part}: {error.strerror}; free some space and run again") from None
        with _writing(part) as connection:
            connection.execute(
                "UPDATE build_info SET build_id = ?, created_at = ?", [build_id, created_at]
            )
        return part


@contextmanager
def _writing(part: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An open build file; checkpointed and closed at the end, removed where anything fails."""
    spill = part.with_name(part.name + ".spill")
    connection = None
    try:
        connection = engine.connect(part, spill)
        connection.begin()  # one transaction: 90 commits would each wait for the disk
        yield connection
        connection.commit()
        connection.execute("CHECKPOINT")
        connection.close()
    except BaseException as error:
        if connection is not None:
            connection.close()
        for path in (part, part.with_name(part.name + ".wal")):
            path.unlink(missing_ok=True)
        if isinstance(error, duckdb.Error):
            raise _failure(part, error) from error
        raise
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def _failure(place: Path | str, error: duckdb.Error) -> BuildError | StorageError:
    text = str(error)
    if any(sign in text.lower() for sign in _FULL_DISK):
        return StorageError(f"{place}: the disk is full; free some space and run again")
    return BuildError(f"{place}: {without_values(text)}")


def _expose_raw(
    connection: duckdb.DuckDBPyConnection, loads: list[Load], corrections: list[Correction]
) -> None:
    for table in TABLES.values():
        paths = [path for load in loads if (path := load.parquet(table.name))]
        engine.expose_raw(connection, table, paths)
        mine = [each for each in corrections if each.table == table.name]
        engine.expose_latest(connection, table, mine)
    rejects = [path for load in loads if (path := load.parquet("rejects"))]
    replayed = ", ".join(
        f"('{load.load_id}', '{load.manifest['main_table']}')" for load in loads if load.is_replayed
    )
    still_refused = f"(_load_id, table_name) NOT IN ({replayed})" if replayed else "TRUE"
    engine.expose_raw(connection, _REJECTS, rejects, provenance=(), where=still_refused)


def _run_model(connection: duckdb.DuckDBPyConnection, head: catalog.Header) -> None:
    temporary = "TEMP " if head.kind == "core" else ""
    stored = "VIEW" if head.is_view else "TABLE"
    order = head.entries.get("sort")
    sql = head.sql.strip()
    if order:
        sql += f"\nORDER BY {', '.join(order)}"
    try:
        connection.execute(f"CREATE {temporary}{stored} {head.name} AS\n{sql}")
        _check_header(connection, head)
    except duckdb.Error as error:
        raise _failure(head.path, error) from error


def _check_header(connection: duckdb.DuckDBPyConnection, head: catalog.Header) -> None:
    made = connection.execute(
        "SELECT column_name, column_type FROM (DESCRIBE " + head.name + ")"
    ).fetchall()
    wrong = catalog.disagreements(head, made)
    if wrong:
        raise BuildError(f"{head.path}: table and header disagree: {'; '.join(wrong)}")
