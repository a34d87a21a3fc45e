"""Files that are made once for each load, between loading and building.

    <warehouse>/<folder>/<load_id>-v<version of the rules>.parquet

A new day costs a day. Each file is whole or not there at all; what belongs to no load any more, or
was left behind by a killed run, is removed, and a load whose rows were rewritten since is looked at
again.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.disk import storage_errors, sync
from pipelines.errors import BuildError
from pipelines.ingest.raw_store import is_whole
from pipelines.warehouse.publish import writer_lock
from pipelines.warehouse.raw_files import Load, committed_loads

Progress = Callable[[str, float], None]


def make_missing(
    warehouse: Path,
    folder: str,
    version: int | str,
    tables: Sequence[str],
    write: Callable[[list[Path], Path], Iterator[float]],
    progress: Progress | None = None,
) -> None:
    """Make the file of every load that has none under the present rules.

    Parameters
    ----------
    folder, version
        Where the files are, and which rules they are made by.
    tables
        Raw tables that a file is made from; a load without any of them has none.
    write
        `(raw tables of the load, draft to write)` -> the share done, from time to time. It may keep
        what it needs meanwhile below `draft.with_suffix(".scratch")`.
    progress
        Told the load's file and the share of all that is done.

    Raises BuildError where a raw table is damaged, WarehouseBusyError, StorageError.
    """
    with writer_lock(warehouse), storage_errors(warehouse):
        made = warehouse / folder
        made.mkdir(exist_ok=True)
        wanted = {
            made / f"{load.load_id}-v{version}.parquet": (load, sources)
            for load in committed_loads(warehouse)
            if (sources := [path for table in tables if (path := load.parquet(table))])
        }
        for path in set(made.iterdir()) - wanted.keys():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        missing = [(path, *of) for path, of in wanted.items() if not _is_newer(path, of[1])]
        for done, (path, load, sources) in enumerate(missing):
            for share in _whole(path, load, sources, write):
                if progress:
                    progress(load.manifest["file"], (done + share) / len(missing))


def _is_newer(path: Path, sources: list[Path]) -> bool:
    made = path.stat().st_mtime if is_whole(path) else 0  # a damaged one is made again
    return all(made >= source.stat().st_mtime for source in sources)


def _whole(path: Path, load: Load, sources: list[Path], write) -> Iterator[float]:
    draft = path.with_suffix(".draft")
    try:
        yield from write(sources, draft)
        sync(draft)
        os.replace(draft, path)
    except (pa.ArrowInvalid, duckdb.InvalidInputException) as error:
        raise BuildError(
            f"{load.folder}: holds a damaged table ({str(error).splitlines()[0]}); remove the"
            " folder and load the file again"
        ) from error
    finally:
        draft.unlink(missing_ok=True)
        shutil.rmtree(draft.with_suffix(".scratch"), ignore_errors=True)
