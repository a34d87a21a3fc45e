"""Which build readers see: one immutable file behind a pointer, and one writer at a time.

`CURRENT` holds the file name of the published build. A build is complete on disk before the
pointer moves, and the pointer moves by one atomic replace: whoever reads, and whenever the
writer dies, there is either the old build or the new one.
"""

import errno
import fcntl
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.disk import sync
from pipelines.errors import BuildError, NothingPublishedError, StorageError, WarehouseBusyError
from pipelines.ingest.raw_store import recover

POINTER = "CURRENT"
STALE = "STALE"
"""A failed run leaves this file in the warehouse, with its reason; a published one removes it."""
KEPT_BUILDS = 3

_held: dict[Path, tuple[int, int]] = {}  # warehouse -> (thread, depth): the lock is re-entrant
_held_guard = threading.Lock()


@contextmanager
def writer_lock(warehouse: Path) -> Iterator[None]:
    """Hold the warehouse for writing; the same thread may enter again.

    The operating system frees the lock when the process ends, however it ends. What a killed
    writer left half done in the raw store is ended first; readers, who hold no lock, never do:
    it may be the work of a writer who lives.

    Raises
    ------
    WarehouseBusyError
        Another process or thread is writing to it.
    StorageError
        The folder can't be written.
    """
    warehouse = warehouse.resolve()
    me = threading.get_ident()
    with _held_guard:
        thread, depth = _held.get(warehouse, (me, 0))
        if thread != me:
            raise _busy(warehouse)
        handle = _locked(warehouse) if depth == 0 else None
        _held[warehouse] = (me, depth + 1)
    try:
        if depth == 0:
            recover(warehouse)
        yield
    finally:
        with _held_guard:
            if depth == 0:
                del _held[warehouse]
                os.close(handle)
            else:
                _held[warehouse] = (me, depth)


def pointed(warehouse: Path) -> Path:
    """The file that the pointer names; a reader who finds it retired asks again.

    Raises NothingPublishedError where nothing was published yet.
    """
    try:
        return warehouse / (warehouse / POINTER).read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        raise NothingPublishedError(
            f"{warehouse}: nothing is published there yet; run support-quality run FILES..."
            " --warehouse DIR, or support-quality demo"
        ) from None


def current(warehouse: Path) -> Path:
    """The file of the published build.

    Raises NothingPublishedError where nothing was published yet, or the build is gone.
    """
    path = pointed(warehouse)
    if not path.is_file():
        raise NothingPublishedError(
            f"{warehouse / POINTER}: names a build that is gone; run support-quality build"
        )
    return path


def publish(warehouse: Path, part: Path) -> str:
    """Make a finished build the one that readers see, and retire all but the last three.

    Parameters
    ----------
    part : Path
        What `build.build` returned: `support-<build_id>.duckdb.part`, closed.

    Returns
    -------
    str
        File name of the published build.

    Raises
    ------
    BuildError
        The part still has a write-ahead log: its writer has not closed it.
    StorageError
        The disk is full or the folder can't be written; the old build stays up.
    """
    with writer_lock(warehouse):
        log = part.with_name(part.name + ".wal")
        if log.exists():
            raise BuildError(f"{part}: still open or not checkpointed ({log.name} exists)")
        final = part.with_name(part.name.removesuffix(".part"))
        try:
            # What needs room comes first: a full disk leaves no build that nobody reads.
            sync(part)
            pointer = warehouse / f"{POINTER}.{os.getpid()}"
            pointer.write_text(final.name + "\n", encoding="utf-8")
            sync(pointer)
            os.rename(part, final)
            os.replace(pointer, warehouse / POINTER)
            sync(warehouse)
        except OSError as error:
            raise _storage(warehouse, error) from None
        _retire(warehouse, final.name)
        return final.name


def discard_parts(warehouse: Path) -> None:
    """Remove what killed builds left behind. Call it with the lock held."""
    for path in [*warehouse.glob("support-*.duckdb.part*"), *warehouse.glob(f"{POINTER}.*")]:
        if path.is_dir():  # what it spilled
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _locked(warehouse: Path) -> int:
    try:
        warehouse.mkdir(parents=True, exist_ok=True)
        handle = os.open(warehouse / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise _storage(warehouse, error) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        is_held = isinstance(error, BlockingIOError)  # else the folder is on no disk that locks
        raise (_busy(warehouse) if is_held else _storage(warehouse, error)) from None
    return handle


def _busy(warehouse: Path) -> WarehouseBusyError:
    return WarehouseBusyError(
        f"{warehouse}: another run is writing to this warehouse; wait until it ends"
    )


def _storage(warehouse: Path, error: OSError) -> StorageError:
    remedy = "free some space" if error.errno == errno.ENOSPC else "check the folder's permissions"
    return StorageError(f"{warehouse}: {error.strerror}; {remedy} and run again")


def _retire(warehouse: Path, published: str) -> None:
    """Names sort by time; a reader that has an old file open keeps it until it lets go."""
    builds = sorted(path.name for path in warehouse.glob("support-*.duckdb"))
    for name in builds[:-KEPT_BUILDS]:
        if name != published:
            (warehouse / name).unlink(missing_ok=True)
