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

from pipelines.errors import BuildError, StorageError
from pipelines.ingest.contracts import DETECTED_LANGUAGES, MESSAGE_DETAILS, TABLES, Column, Table
from pipelines.settings import Settings
from pipelines.warehouse import catalog
from pipelines.warehouse.auditing import run_audits
from pipelines.warehouse.corrections import Correction, read_corrections
from pipelines.warehouse.engines import Engine, Opening, failure
from pipelines.warehouse.engines import duckdb as duckdb_engine
from pipelines.warehouse.frames import store_frame
from pipelines.warehouse.publish import current, discard_parts, writer_lock
from pipelines.warehouse.raw_files import Load, committed_loads
from pipelines.warehouse.site_tables import (
    load_spans,
    make_build_info,
    make_corrections,
    make_loads,
    make_references,
    make_time,
)

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


def build(
    warehouse: Path,
    settings: Settings,
    *,
    opening: Opening = duckdb_engine.opening,
    progress: Progress | None = None,
) -> Path:
    """Build every published table from the raw store, and audit them.

    Parameters
    ----------
    opening : callable, optional
        The engine that runs the SQL, see `engines.opening`; DuckDB itself by default.
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
        with (
            _writing(part) as connection,
            opening(connection, _spill(part).resolve() / "engine") as engine,
        ):
            say("raw store")
            corrections = read_corrections(settings.corrections)
            _expose_raw(engine, loads, corrections)
            detected = sorted((warehouse / "languages").glob("*.parquet"))
            engine.expose_raw(DETECTED_LANGUAGES, detected, provenance=())
            details = sorted((warehouse / "details").glob("*.parquet"))
            engine.expose_raw(MESSAGE_DETAILS, details, provenance=())
            say("calendars")
            make_references(engine, settings)
            make_corrections(engine, corrections)
            spans = load_spans(loads)
            make_loads(engine, loads, spans)
            make_time(engine, settings, spans)
            make_build_info(engine, settings, build_id, created_at)
            for head in catalog.models():
                say(head.name)
                engine.make(head)
            duckdb_engine.check_headers(connection, catalog.models())
            measures = (*catalog.metrics(), *catalog.rules())
            for head in measures:
                engine.make(head)
            duckdb_engine.check_headers(connection, measures)
            say("definitions")
            store_frame(connection, "definitions", catalog.definitions())
            store_frame(connection, "data_dictionary", catalog.dictionary())
            say("audits")
            run_audits(engine)
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
        discard_parts(warehouse)
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
    spill = _spill(part)
    connection = None
    try:
        connection = duckdb_engine.connect(part, spill)
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
            raise failure(part, error) from error
        raise
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def _spill(part: Path) -> Path:
    return part.with_name(part.name + ".spill")


def _expose_raw(engine: Engine, loads: list[Load], corrections: list[Correction]) -> None:
    for table in TABLES.values():
        paths = [path for load in loads if (path := load.parquet(table.name))]
        engine.expose_raw(table, paths)
        mine = [each for each in corrections if each.table == table.name]
        engine.expose_latest(table, mine)
    rejects = [path for load in loads if (path := load.parquet("rejects"))]
    replayed = ", ".join(
        f"('{load.load_id}', '{load.manifest['main_table']}')" for load in loads if load.is_replayed
    )
    still_refused = f"(_load_id, table_name) NOT IN ({replayed})" if replayed else "TRUE"
    engine.expose_raw(_REJECTS, rejects, provenance=(), where=still_refused)
