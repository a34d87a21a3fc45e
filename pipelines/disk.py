"""Disks: what is written becomes durable, and their trouble is told with its remedy."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import StorageError

_DISK_TROUBLE = {
    errno.ENOSPC: "the disk is full; make room and load again",
    errno.EDQUOT: "the disk quota is used up; make room and load again",
    errno.EFBIG: "a file grew over the limit of this system; make room and load again",
    errno.EROFS: "the folder is read-only; choose another with --warehouse",
    errno.EACCES: "no permission to read or write; grant it or choose another with --warehouse",
    errno.ENOTDIR: "a file stands where a folder is needed; choose another with --warehouse",
}


@contextmanager
def storage_errors(place: Path) -> Iterator[None]:
    """Turn trouble with the disk into StorageError: one line, nothing half written."""
    try:
        yield
    except Exception as error:
        remedy = _disk_trouble(error)
        if remedy is None:
            raise
        raise StorageError(f"{place}: {remedy} (what was loaded before is safe)") from error


def _disk_trouble(error: Exception) -> str | None:
    number = getattr(error, "errno", None)
    if number in _DISK_TROUBLE:
        return _DISK_TROUBLE[number]
    text = str(error)
    for number, remedy in _DISK_TROUBLE.items():
        if os.strerror(number) in text:
            return remedy
    return None


def sync(path: Path) -> None:
    """Make a file, or a folder's list of names, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
