"""Raw rows -> one DuckDB file of published tables: run the models, check them, audit them.

The file is built beside the published one under a name of its own and is not seen by anybody
until `publish.publish` moves the pointer to it. Whatever fails on the way leaves the
published build as it was.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import duckdb
import pandas as pd

from pipelines.errors import BuildError, StorageError
from pipelines.ingest.contracts import TABLES, Column, Table
from pipelines.settings import REFERENCE_DIR, Settings
from pipelines.statistics.percentiles import BIN_RATIO
from pipelines.warehouse import calendars, catalog
from pipelines.warehouse.engines import duckdb as engine
from pipelines.warehouse.publish import current, discard_parts, writer_lock
from pipelines.warehouse.raw_files import Load, committed_loads

HORIZON_DAYS = 62  # opening hours and local time reach this far past the data: forecasts need them
_LONGEST_HISTORY = timedelta(days=365 * 40)

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
            _expose_raw(connection, loads)
            say("calendars")
            _make_references(connection, settings)
            _make_loads(connection, loads)
            _make_time(connection, settings)
            _make_build_info(connection, settings, build_id, created_at)
            for head in catalog.models():
                say(head.name)
                _run_model(connection, head)
            for head in catalog.metrics():
                _run_model(connection, head)
            say("definitions")
            _make_definitions(connection)
            say("histograms")
            _make_histograms(connection)
            say("audits")
            _audit(connection)
        return part


def add_frames(part: Path, frames: Mapping[str, pd.DataFrame]) -> None:
    """Put tables made in Python (forecasts, staffing) into an unpublished build.

    A table that is there already is replaced. Columns are put in the header's order and types.

    Raises BuildError where a frame lacks a column of its header, or has one more.
    """
    with _writing(part) as connection:
        for name, frame in frames.items():
            _make_frame(connection, name, frame)


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
    return BuildError(f"{place}: {text.splitlines()[0]}")


def _expose_raw(connection: duckdb.DuckDBPyConnection, loads: list[Load]) -> None:
    for table in TABLES.values():
        paths = [path for load in loads if (path := load.parquet(table.name))]
        engine.expose_raw(connection, table, paths)
        engine.expose_latest(connection, table)
    rejects = [path for load in loads if (path := load.parquet("rejects"))]
    engine.expose_raw(connection, _REJECTS, rejects, provenance=())


def _make_references(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    for name in ("channels", "languages", "topics"):
        _make_frame(connection, f"ref_{name}", _reference(name))
    connection.execute(
        "CREATE TEMP VIEW ref_urgent_topics AS"
        " SELECT topic, bool_or(is_urgent) AS is_urgent FROM ref_topics GROUP BY topic"
    )
    rules = asdict(settings.rules)
    tags = rules.pop("excluded_tags")
    _make_frame(connection, "ref_rules", pd.DataFrame([rules]))
    _make_frame(
        connection,
        "ref_excluded_tags",
        pd.DataFrame(
            [(tag, f" {tag} ", exclusion, i) for i, (tag, exclusion) in enumerate(tags.items(), 1)],
            columns=["tag", "padded_tag", "exclusion", "rank"],
        ),
    )
    desks = pd.DataFrame(
        [asdict(desk) for desk in settings.desks],
        columns=[
            "channel", "language", "calendar", "target_share", "within_seconds",
            "handle_seconds", "concurrency", "shrinkage", "max_occupancy",
        ],
    )  # fmt: skip
    _make_frame(connection, "ref_desks", desks.rename(columns={"calendar": "calendar_id"}))


def _reference(name: str) -> pd.DataFrame:
    frame = pd.read_csv(REFERENCE_DIR / f"{name}.csv", dtype=str, keep_default_na=False)
    frame["alias"] = frame["alias"].str.strip().str.lower()
    if "is_urgent" in frame:
        frame["is_urgent"] = frame["is_urgent"].str.lower() == "true"
    return frame.drop_duplicates("alias")


def _make_loads(connection: duckdb.DuckDBPyConnection, loads: list[Load]) -> None:
    kept = ("load_id", "file", "source", "system", "zone", "received", "loaded", "quarantined")
    frame = pd.DataFrame(
        [
            {key: load.manifest.get(key) for key in kept}
            | {"loaded_at": load.loaded_at}
            | {"tables": ",".join(sorted(load.manifest.get("tables", {})))}
            for load in loads
        ]
    )
    spans = connection.execute(
        """
        SELECT _load_id AS load_id, min(first_at) AS first_at, max(last_at) AS last_at
        FROM (
            SELECT _load_id, min(created_at) AS first_at, max(created_at) AS last_at
            FROM raw_contacts GROUP BY _load_id
            UNION ALL
            SELECT _load_id, min(sent_at), max(sent_at) FROM raw_messages GROUP BY _load_id
            UNION ALL
            SELECT _load_id, min(sent_at), max(greatest(sent_at, answered_at))
            FROM raw_surveys GROUP BY _load_id
            UNION ALL
            SELECT _load_id, min(starts_at), max(ends_at) FROM raw_schedules GROUP BY _load_id
        )
        GROUP BY _load_id
        """
    ).df()
    _make_frame(connection, "loads", frame.merge(spans, on="load_id", how="left"))


def _make_time(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    first, cut = connection.execute(
        """
        SELECT min(first_at), max(last_at)
        FROM (
            SELECT
                min(least(created_at, first_inbound_at)) AS first_at,
                max(greatest(created_at, updated_at)) AS last_at
            FROM raw_contacts
            UNION ALL SELECT NULL, max(sent_at) FROM raw_messages
            UNION ALL SELECT NULL, max(changed_at) FROM raw_status_events
            UNION ALL
            SELECT NULL, max(greatest(answered_at, abandoned_at, ended_at)) FROM raw_sessions
            UNION ALL SELECT min(sent_at), max(greatest(sent_at, answered_at)) FROM raw_surveys
        )
        """
    ).fetchall()[0]
    if cut is None:
        raise BuildError("the raw store holds no contacts, messages or surveys; load an export")
    first = max(first or cut, cut - _LONGEST_HISTORY)
    _make_frame(connection, "core_data_cut", pd.DataFrame({"data_cut_at": [cut]}), temporary=True)
    span = first.date() - timedelta(days=1), cut.date() + timedelta(days=HORIZON_DAYS)
    quarters = calendars.local_quarters(settings.zone, *span)
    _make_frame(connection, "core_local_quarters", quarters, temporary=True)
    days = calendars.business_days(settings.calendars, *span)
    _make_frame(connection, "business_days", days)


def _make_build_info(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    build_id: str,
    created_at: datetime,
) -> None:
    cut = connection.execute("SELECT data_cut_at FROM core_data_cut").fetchall()[0][0]
    row = {
        "build_id": build_id,
        "created_at": created_at,
        "data_cut_at": cut,
        "zone": settings.zone,
        "site_name": settings.name,
        "settings_json": json.dumps(asdict(settings), default=str, sort_keys=True),
        "code_version": _code_version(),
        "definitions_version": catalog.definitions_version(),
    }
    _make_frame(connection, "build_info", pd.DataFrame([row]))


def _code_version() -> str:
    try:
        return version("support-quality")
    except PackageNotFoundError:
        return "not installed"


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


def _make_frame(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    frame: pd.DataFrame,
    *,
    temporary: bool = False,
) -> None:
    """Store a frame as a table, cast to the types of its header."""
    head = catalog.header(name)
    extra = set(frame.columns) ^ {column.name for column in head.columns}
    if extra:
        raise BuildError(
            f"{head.path}: frame and header of {name} disagree on {', '.join(sorted(extra))}"
        )
    columns = ", ".join(f'CAST("{c.name}" AS {c.type}) AS "{c.name}"' for c in head.columns)
    connection.register("incoming_frame", frame)
    kind = "TEMP TABLE" if temporary else "TABLE"
    connection.execute(f"CREATE OR REPLACE {kind} {name} AS SELECT {columns} FROM incoming_frame")
    connection.unregister("incoming_frame")


def _make_definitions(connection: duckdb.DuckDBPyConnection) -> None:
    _make_frame(connection, "definitions", catalog.definitions())
    _make_frame(connection, "data_dictionary", catalog.dictionary())


def _make_histograms(connection: duckdb.DuckDBPyConnection) -> None:
    """Monthly log-binned counts of every duration metric: additive, so any range is quick."""
    head = catalog.header("metric_histograms")
    columns = ", ".join(f"{c.name} {c.type}" for c in head.columns)
    connection.execute(f"CREATE TABLE metric_histograms ({columns})")
    for metric in catalog.metrics():
        if metric.entries["unit"] != "seconds":
            continue
        observed = "is_observed" if metric.has("is_observed") else "TRUE"
        connection.execute(
            f"""
            INSERT INTO metric_histograms
            SELECT
                '{metric.name.removeprefix("metric_")}' AS metric,
                month_of(observed_on) AS month,
                channel, language, topic, team,
                {observed} AS is_observed,
                CAST(floor(ln(value + 1) / ln({BIN_RATIO})) AS INTEGER) AS bin,
                COUNT(*) AS n,
                CAST(SUM(value) AS BIGINT) AS total
            FROM {metric.name}
            WHERE value >= 0
            GROUP BY ALL
            """
        )


def _audit(connection: duckdb.DuckDBPyConnection) -> None:
    """Run every audit, keep the outcome in `checks`, and stop where one that blocks found rows."""
    rows = []
    for head in catalog.audits():
        offending = f"({head.sql.strip()})"
        (found,) = connection.execute(f"SELECT COUNT(*) FROM {offending}").fetchall()[0]
        detail = None
        if found:
            first = connection.execute(f"SELECT * FROM {offending} LIMIT 1").df().iloc[0]
            row = ", ".join(f"{name}={value}" for name, value in first.items())
            detail = f"first: {row}. To mend it: {head.entries['remedy']}."
        rows.append((head.name, head.entries["severity"], not found, found, head.summary, detail))
    columns = ["check", "severity", "passed", "found", "summary", "detail"]
    checks = pd.DataFrame(rows, columns=columns)
    _make_frame(connection, "checks", checks)
    blocking = checks[~checks["passed"].astype(bool) & (checks["severity"] == "block")]
    if len(blocking):
        worst = blocking.iloc[0]
        raise BuildError(
            f"audit {worst['check']} found {worst['found']} rows ({worst['summary']});"
            f" {worst['detail']} The published build stays."
        )
