"""load -> languages -> build -> forecast -> analysis -> publish, under the warehouse's one lock.

Readers see a new build only when all of it is done. If a stage fails, what was loaded stays
loaded, the published build stays up, and it is marked stale with the reason.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import BuildError, InputError, SupportQualityError
from pipelines.ingest.load import LoadReport
from pipelines.ingest.load import load as load_files
from pipelines.ingest.raw_store import check_pages
from pipelines.settings import Settings
from pipelines.stages.details import find_details
from pipelines.stages.languages import detect_languages
from pipelines.warehouse import catalog, publish
from pipelines.warehouse.build import build as build_tables
from pipelines.warehouse.build import copy_published
from pipelines.warehouse.engines import failure, opening
from pipelines.warehouse.raw_files import committed_loads

Progress = Callable[[str, float | None, str], None]
"""Called as `progress(stage, share done or None, what exactly)`."""


@dataclass(frozen=True)
class Published:
    """What was published: the build's id, its size, and how long it took in seconds."""

    build_id: str
    contacts: int
    queues_forecast: int
    seconds: float


def load(
    paths: Sequence[Path],
    warehouse: Path,
    *,
    progress: Progress | None = None,
    **told: Any,
) -> list[LoadReport]:
    """Read export files (or folders of them) into the raw store; one report per file.

    `told`: what `ingest.load.load` is told of the files: zone, mapping, encoding, ...

    Raises InputError, ZoneError, SettingsError, WarehouseBusyError, StorageError.
    """
    with publish.writer_lock(warehouse):
        return load_files(paths, warehouse, progress=_of("load", progress), **told)


def build(
    warehouse: Path,
    settings: Settings,
    *,
    engine: str = "duckdb",
    master: str | None = None,
    progress: Progress | None = None,
) -> Published:
    """Rebuild every table from the raw store, audit, analyse and publish; no forecast.

    `engine`, `master`: who runs the SQL, and where, see `warehouse.engines.opening`.

    Raises BuildError, EngineError, WarehouseBusyError, StorageError.
    """
    from pipelines.stages.analysis import add_analyses

    began = time.monotonic()
    with publish.writer_lock(warehouse), _stale_on_failure(warehouse):
        part = _built(warehouse, settings, engine, master, progress)
        add_analyses(part, settings, progress=_of("analysis", progress))
        return _publish(warehouse, part, began)


def forecast(warehouse: Path, settings: Settings, *, progress: Progress | None = None) -> Published:
    """Publish the current build anew with forecasts and agents for the next 14 days.

    Raises NothingPublishedError, WarehouseBusyError, StorageError.
    """
    from pipelines.stages.forecast import add_forecasts

    began = time.monotonic()
    with publish.writer_lock(warehouse), _stale_on_failure(warehouse):
        part = copy_published(warehouse)
        add_forecasts(part, settings, progress=_of("forecast", progress))
        return _publish(warehouse, part, began)


def run(
    paths: Sequence[Path],
    warehouse: Path,
    settings: Settings,
    *,
    engine: str = "duckdb",
    master: str | None = None,
    progress: Progress | None = None,
    **told: Any,
) -> tuple[list[LoadReport], Published]:
    """Load `paths` (none: only what is loaded), build, forecast, analyse and publish once.

    A file that can't be loaded keeps no other from being loaded, but all from being published.
    `engine`, `master`: as of `build`. `told`: as of `load`.

    Raises what `load`, `build` and `forecast` raise.
    """
    from pipelines.stages.analysis import add_analyses
    from pipelines.stages.forecast import add_forecasts

    began = time.monotonic()
    with publish.writer_lock(warehouse), _stale_on_failure(warehouse):
        reports = load(paths, warehouse, progress=progress, **told)
        part = _built(warehouse, settings, engine, master, progress)
        add_forecasts(part, settings, progress=_of("forecast", progress))
        add_analyses(part, settings, progress=_of("analysis", progress))
        return reports, _publish(warehouse, part, began)


def check_loaded(warehouse: Path) -> None:
    """Raises InputError where nothing is loaded: what was asked of a folder mistyped must not look
    done."""
    if not any(warehouse.glob("raw*/[0-9]*/manifest.json")):
        raise InputError(f"{warehouse}: nothing is loaded there; name the folder with --warehouse")


def loaded_besides(warehouse: Path, folder: Path) -> list[str]:
    """Names of loaded files whose content is not that of any file below `folder`, sorted."""
    known = {_sha256(path) for path in folder.rglob("*") if path.is_file()}
    loads = (load.manifest for load in committed_loads(warehouse))
    return sorted({load["file"] for load in loads if load["sha256"] not in known})


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _built(
    warehouse: Path,
    settings: Settings,
    engine: str,
    master: str | None,
    progress: Progress | None,
) -> Path:
    """The unpublished build of what is loaded, with what is read from texts first."""
    try:
        detect_languages(warehouse, progress=_of("languages", progress))
        find_details(warehouse, progress=_of("details", progress))
        return build_tables(
            warehouse, settings, opening=opening(engine, master), progress=_of_building(progress)
        )
    except (duckdb.Error, BuildError) as error:
        if isinstance(error, duckdb.Error) or error.__cause__:  # an engine's own
            check_pages(warehouse)
        if isinstance(error, BuildError):
            raise
        raise failure(warehouse / "raw", error) from error


@contextmanager
def _stale_on_failure(warehouse: Path) -> Iterator[None]:
    """Leave the reason of a failure where readers of the published build find it."""
    try:
        yield
    except BaseException as error:
        with suppress(OSError):  # a full disk must not hide what went wrong
            (warehouse / publish.STALE).write_text(f"{_reason(error)}\n", encoding="utf-8")
        raise


def _reason(error: BaseException) -> str:
    """One line; of a defect only its kind, since its text may quote a customer's row."""
    if isinstance(error, SupportQualityError):
        return " ".join(str(error).split())
    is_stopped = isinstance(error, KeyboardInterrupt) or str(error) == "Query interrupted"
    return "it was stopped" if is_stopped else type(error).__name__


def _publish(warehouse: Path, part: Path, began: float) -> Published:
    publish.publish(warehouse, part)
    (warehouse / publish.STALE).unlink(missing_ok=True)
    with duckdb.connect(str(publish.current(warehouse)), read_only=True) as connection:
        build_id = connection.execute("SELECT build_id FROM build_info").fetchall()[0][0]
        contacts = connection.execute("SELECT count(*) FROM fact_contacts").fetchall()[0][0]
        queues = _queues_forecast(connection)
    return Published(build_id, contacts, queues, time.monotonic() - began)


def _of(stage: str, progress: Progress | None) -> Callable[[str, float], None] | None:
    if progress is None:
        return None
    return lambda what, share: progress(stage, share, what)


def _of_building(progress: Progress | None) -> Callable[[str], None] | None:
    """The builder tells steps as it takes them: the models, and a few before and after."""
    if progress is None:
        return None
    steps, taken = len(catalog.models()) + 5, count()
    return lambda step: progress("build", min(1.0, next(taken) / steps), step)


def _queues_forecast(connection: duckdb.DuckDBPyConnection) -> int:
    """How many queues the build has a forecast for; 0 where none ran."""
    try:
        query = "SELECT count(DISTINCT (channel, language)) FROM forecast_intervals"
        return connection.execute(query).fetchall()[0][0]
    except duckdb.CatalogException:
        return 0
