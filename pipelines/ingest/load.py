"""Export files into the raw store: recognise, decode, check, write, commit.

`load` is the whole of ingest for its callers. Each file is one load, whole or not at all; the
same content is never loaded twice. A file that can't be read keeps no other from being loaded.
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pipelines.errors import InputError, SettingsError, ZoneError
from pipelines.ingest.file_load import FileLoad, LoadReport, Told
from pipelines.ingest.mapping import mapping_in, read_mapping
from pipelines.ingest.privacy import check_key, warehouse_key
from pipelines.ingest.raw_store import raw_store
from pipelines.ingest.replay import replay as replay_load
from pipelines.ingest.replay import replayable
from pipelines.ingest.sources import sources
from pipelines.settings import check_encoding, check_zone

__all__ = ["LoadReport", "load", "replay"]

_FOLDERS_LEFT_OUT = ("truth", "mappings")
_DOCUMENTS = re.compile(r"\.|readme|license|.*\.md$", re.IGNORECASE)

_TROUBLE_OF_ONE_FILE = (InputError, ZoneError, SettingsError)

Progress = Callable[[str, float], None]


def load(
    paths: Sequence[Path],
    warehouse: Path,
    *,
    source: str | None = None,
    mapping: Path | None = None,
    zone: str | None = None,
    encoding: str | None = None,
    password: str | None = None,
    is_full: bool = False,
    again: bool = False,
    key: bytes | None = None,
    progress: Progress | None = None,
    report: Callable[[LoadReport], None] | None = None,
) -> list[LoadReport]:
    """Load files, and every recognised file below folders, into `<warehouse>/raw`.

    Parameters
    ----------
    paths : files or folders. In a folder, `truth/`, `mappings/`, hidden files, README, LICENSE
        and *.md are left out; a file of no known kind, or without a single record, is reported and
        skipped. Named directly, such a file is an InputError.
    source : the source's name, where it is not to be recognised.
    mapping : a mapping file for all of them, or a folder of mappings, of which each file takes
        its own (see `mapping.mapping_in`); else that of the folder `mappings` beside each file, or
        beside a folder around it, up to the one given in `paths`.
    zone : IANA zone of local times, for files whose mapping does not tell one.
    encoding : Python's name of the text's encoding, where it is not to be found out.
    password : of protected workbooks and zips.
    is_full : each file holds all contacts of its system from its first to its last creation
        time; earlier loaded ones of that period that it lacks count as deleted.
    again : what was loaded before is read anew, say with another mapping or zone, and takes the
        place of the earlier load and of its replays; else it is reported and skipped.
    key : secret of the pseudonyms; default: the warehouse's own.
    progress : called with a text and the share of bytes done, 0 to 1.
    report : called with each file's report as soon as it is known, of failed files too.

    Returns
    -------
    One report per file, in the order of loading.

    Raises
    ------
    StorageError, WarehouseBusyError: at once. InputError, ZoneError, SettingsError: when every
    other file is loaded; the first such error is raised and carries the others as its notes. A
    file that failed left nothing.
    """
    if zone is not None:
        check_zone(zone, "--zone")
    if encoding is not None:
        check_encoding(encoding, "--encoding")
    if source is not None and source not in sources():
        raise SettingsError(f"--source {source}: unknown; known: {', '.join(sorted(sources()))}")
    files = list(_files(paths))
    mappings = mapping if mapping is not None and mapping.is_dir() else None
    told = Told(
        source=source,
        mapping=read_mapping(mapping) if mapping is not None and mappings is None else None,
        zone=zone,
        encoding=encoding,
        password=password,
        is_full=is_full,
        again=again,
    )
    sizes = [path.stat().st_size for path, _ in files]
    total = sum(sizes) or 1
    reports, errors = [], []
    with raw_store(warehouse) as store:
        key = key or warehouse_key(warehouse)
        check_key(key, store.last())
        for number, (path, below) in enumerate(files):

            def tell(rows: int, share: float, number: int = number, path: Path = path) -> None:
                if progress is not None:
                    done = sum(sizes[:number]) + share * sizes[number]
                    progress(f"{path.name}: {rows:,} rows", done / total)

            tell(0, 0.0)
            try:
                own = mapping_in(mappings, path) if mappings is not None else told.mapping
                file = FileLoad(store, path, key, replace(told, mapping=own), below, tell)
                reports.append(file.load())
            except _TROUBLE_OF_ONE_FILE as error:
                errors.append(error)
                reports.append(LoadReport(path, skipped_reason=str(error)))
            if report is not None:
                report(reports[-1])
            tell(reports[-1].received, 1.0)
    if errors:
        first, *others = errors
        for other in others:
            first.add_note(str(other))
        raise first
    return reports


def replay(
    warehouse: Path,
    which: str | None = None,
    *,
    mapping: Path | None = None,
    zone: str | None = None,
    key: bytes | None = None,
    progress: Progress | None = None,
) -> list[LoadReport]:
    """Load what was refused again, as its mapping or zone was corrected; see `replay`.

    Parameters
    ----------
    which : a load id or a file's name; default: every load with refused rows.
    mapping, zone : see `load`; the zone is the earlier load's where none is given.

    Raises what `load` raises; a load before the one that failed stays replayed.
    """
    if zone is not None:
        check_zone(zone, "--zone")
    told = read_mapping(mapping) if mapping is not None else None
    reports = []
    with raw_store(warehouse) as store:
        key = key or warehouse_key(warehouse)
        check_key(key, store.last())
        found = replayable(store, which)
        for done, manifest in enumerate(found):

            def tell(rows: int, share: float, done: int = done, m: dict = manifest) -> None:
                if progress is not None:
                    progress(f"{m['file']}: {rows:,} rows", (done + share) / len(found))

            reports.append(replay_load(store, manifest, key, told, zone, tell))
    return reports


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, Path | None]]:
    """(file, the folder that was given, if it was one), folders walked in sorted order."""
    for path in map(Path, paths):
        if path.is_dir():
            for folder, folders, names in os.walk(path):
                folders[:] = sorted(
                    f for f in folders if f not in _FOLDERS_LEFT_OUT and f[0] != "."
                )
                for name in sorted(names):
                    if not _DOCUMENTS.match(name):
                        yield Path(folder) / name, path
        elif path.exists():
            yield path, None
        else:
            raise InputError(f"{path}: no such file or folder; check the path")
