"""The raw store: one folder per loaded file, whole or not there at all.

    <warehouse>/raw/<load_id>-<sha16>/{<table>.parquet..., rejects.parquet, manifest.json}

A load writes into a hidden folder and one rename commits it. What a killed load leaves behind
is removed by the next one. `load_id` is the UTC time of the load, so that it sorts by time.

What touches many loads at once (another key, a person forgotten) makes a new store beside the
old one, whose unchanged files are links, and changes places with it: `RawStore.rewritten`.
"""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.disk import storage_errors, sync
from pipelines.errors import InputError, WarehouseBusyError
from pipelines.ingest.contracts import TABLES

_LOADING = ".loading-"
_NEXT, _LAST = "raw.next", "raw.last"
_ID_FORMAT = "%Y%m%dT%H%M%S%fZ"

_ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "TIMESTAMP": pa.timestamp("us"),
    "DATE": pa.date32(),
}
REJECT_COLUMNS = (
    ("line", "BIGINT"),
    ("table_name", "VARCHAR"),
    ("reasons", "VARCHAR"),
    ("remedy", "VARCHAR"),
    ("raw", "VARCHAR"),
    ("received_on", "DATE"),
    ("_load_id", "VARCHAR"),
)
_WORDS = ("text", "subject", "comment", "raw")
_COMPRESSIONS = dict.fromkeys(_WORDS, "zstd") | {"requester_id": "none", "author_id": "none"}
"""Free text is worth a stronger compression; pseudonyms are random, so that none helps."""


def table_schema(table: str) -> pa.Schema:
    """Arrow schema of a raw table's Parquet file: its contract, then `_load_id` and `_line`."""
    columns = [(column.name, column.type) for column in TABLES[table].columns]
    columns += [("_load_id", "VARCHAR"), ("_line", "BIGINT")]
    return pa.schema([(name, _ARROW_TYPES[type_]) for name, type_ in columns])


def rejects_schema() -> pa.Schema:
    """Arrow schema of rejects.parquet."""
    return pa.schema([(name, _ARROW_TYPES[type_]) for name, type_ in REJECT_COLUMNS])


class Draft:
    """An uncommitted load: Parquet files that grow in a hidden folder."""

    def __init__(self, folder: Path, load_id: str) -> None:
        self.folder = folder
        self.load_id = load_id
        self.rows: dict[str, int] = {}
        self._writers: dict[str, pq.ParquetWriter] = {}

    def append(self, table: str, rows: pa.Table) -> None:
        """Add rows (in the table's schema) to a table's file, which exists from then on."""
        if table not in self._writers:
            self._writers[table] = pq.ParquetWriter(
                self.folder / f"{table}.parquet", rows.schema, **_parquet_options(rows.schema)
            )
            self.rows.setdefault(table, 0)
        if rows.num_rows:
            self._writers[table].write_table(rows)
            self.rows[table] += rows.num_rows

    def rewrite(self, table: str, change: Callable[[pa.Table], pa.Table]) -> None:
        """Change the rows that a table has so far, a batch at a time."""
        self._writers.pop(table).close()
        path = self.folder / f"{table}.parquet"
        before = path.rename(path.with_suffix(".before"))
        with pq.ParquetFile(before) as file:
            for batch in file.iter_batches():
                self.append(table, change(pa.Table.from_batches([batch])))
        before.unlink()

    def finish(self, manifest: dict[str, Any]) -> None:
        """Close the files, write the manifest, and make everything durable."""
        for writer in self._writers.values():
            writer.close()
        text = json.dumps(manifest, indent=2, ensure_ascii=False)
        (self.folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
        for path in (*self.folder.iterdir(), self.folder):
            sync(path)

    def abandon(self) -> None:
        for writer in self._writers.values():
            with contextlib.suppress(Exception):
                writer.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _parquet_options(schema: pa.Schema) -> dict[str, Any]:
    """How to write each column: what repeats by dictionary, text compressed harder, statistics
    only of times; the rest would be built and never used."""
    texts = [
        field.name
        for field in schema
        if pa.types.is_string(field.type) or pa.types.is_dictionary(field.type)
    ]
    keys = [name for name in texts if name.endswith("_id") and name not in ("_load_id", "agent_id")]
    return {
        "compression": {name: _COMPRESSIONS.get(name, "snappy") for name in schema.names},
        "use_dictionary": [name for name in texts if name not in (*keys, *_WORDS)],
        "write_statistics": [name for name in schema.names if name.endswith("_at")],
    }


def read_manifest(path: Path) -> dict[str, Any]:
    """What a load says of itself.

    Raises InputError where the file is damaged.
    """
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if not {"load_id", "sha256"} <= manifest.keys():
            raise ValueError("it lacks its load_id or sha256")
    except (ValueError, AttributeError) as error:
        raise InputError(
            f"{path}: unreadable manifest ({error}); remove the folder and load the file again"
        ) from None
    return manifest


def check_whole(folder: Path) -> None:
    """Raises InputError where a table of a load was cut short, by a disk or a copy that failed."""
    for path in folder.glob("*.parquet"):
        if not is_whole(path):
            raise InputError(f"{path}: damaged; remove its folder and load the file again")


def check_pages(warehouse: Path) -> None:
    """Raises InputError where a file that ends as it should holds pages that can't be read.

    Reads all that was loaded, and what was made of it for each load: only once an engine failed.
    """
    remedies = {
        "raw/[0-9]*": "remove its folder and load the file again",
        "languages": "remove it: the next run makes it again",
        "details": "remove it: the next run makes it again",
    }
    for place, remedy in remedies.items():
        for path in sorted(warehouse.glob(f"{place}/*.parquet")):
            try:
                with storage_errors(path), pq.ParquetFile(path) as opened:
                    for _ in opened.iter_batches():
                        pass
            except (pa.ArrowException, OSError) as error:
                raise InputError(f"{path}: holds damaged pages; {remedy}") from error


def is_whole(path: Path) -> bool:
    """Whether a Parquet file is there and can be opened."""
    try:
        with storage_errors(path):
            pq.read_metadata(path)
    except (pa.ArrowException, OSError):
        return False
    return True


@dataclass(frozen=True)
class RawStore:
    """The raw folder of one warehouse. Use it inside `with raw_store(warehouse) as store`."""

    folder: Path

    def manifests(self) -> list[dict[str, Any]]:
        """Manifests of the committed loads, oldest first."""
        return [read_manifest(path) for path in sorted(self.folder.glob("[0-9]*/manifest.json"))]

    def last(self) -> dict[str, Any] | None:
        """The manifest of the newest load, if there is one."""
        paths = sorted(self.folder.glob("[0-9]*/manifest.json"))
        return read_manifest(paths[-1]) if paths else None

    def find(self, sha256: str) -> dict[str, Any] | None:
        """The manifest of the load that has this content, if there is one."""
        for path in self.folder.glob(f"[0-9]*-{sha256[:16]}/manifest.json"):
            manifest = read_manifest(path)
            if manifest["sha256"] == sha256:
                return manifest
        return None

    def folder_of(self, manifest: dict[str, Any]) -> Path:
        """Where a load lies."""
        return self.folder / f"{manifest['load_id']}-{manifest['sha256'][:16]}"

    def new_load_id(self, now: datetime) -> str:
        """The time as an id, later than every id that is there, also if the clock went back."""
        ids = [path.name.split("-")[0] for path in self.folder.glob("[0-9]*-*")]
        last = max(ids, default="")
        candidate = now.strftime(_ID_FORMAT)
        if candidate > last:
            return candidate
        later = datetime.strptime(last, _ID_FORMAT).replace(tzinfo=UTC) + timedelta(microseconds=1)
        return later.strftime(_ID_FORMAT)

    def id_in_place_of(self, manifest: dict[str, Any]) -> str:
        """An id just behind that of a load, so that what was loaded later stays the later."""
        taken = {path.name.split("-")[0] for path in self.folder.glob("[0-9]*-*")}
        at = datetime.strptime(manifest["load_id"], _ID_FORMAT).replace(tzinfo=UTC)
        while (load_id := at.strftime(_ID_FORMAT)) in taken:
            at += timedelta(microseconds=1)
        return load_id

    def remove(self, manifest: dict[str, Any]) -> None:
        """Remove a load, and the replays of what it refused first."""
        for later in self.manifests():
            if later.get("replays") == manifest["load_id"]:
                self.remove(later)
        gone = self.folder / f"{_LOADING}{manifest['load_id']}-removed"
        os.rename(self.folder_of(manifest), gone)
        sync(self.folder)
        shutil.rmtree(gone, ignore_errors=True)

    @contextlib.contextmanager
    def draft(self, load_id: str, sha256: str) -> Iterator[Draft]:
        """A draft that is committed by one rename when the block ends without an error."""
        folder = self.folder / f"{_LOADING}{load_id}"
        folder.mkdir()
        draft = Draft(folder, load_id)
        try:
            yield draft
            os.rename(folder, self.folder / f"{load_id}-{sha256[:16]}")
            sync(self.folder)
        except BaseException:
            draft.abandon()
            raise

    @contextlib.contextmanager
    def rewritten(self) -> Iterator[Path]:
        """An empty folder that becomes the raw store when the block ends without an error."""
        following = self.folder.with_name(_NEXT)
        shutil.rmtree(following, ignore_errors=True)
        following.mkdir()
        os.link(self.folder / ".lock", following / ".lock")  # the same lock, held on
        try:
            yield following
            for path in (*following.rglob("*"), following):
                sync(path)
            os.rename(self.folder, self.folder.with_name(_LAST))
        except BaseException:
            shutil.rmtree(following, ignore_errors=True)
            raise
        recover(self.folder.parent)

    def remove_leftovers(self) -> None:
        """Remove what killed loads left behind."""
        for path in self.folder.glob(f"{_LOADING}*"):
            shutil.rmtree(path, ignore_errors=True)


def recover(warehouse: Path) -> None:
    """End the change of places that a killed process left half done; else do nothing.

    The old store steps aside only once the new one is whole on disk."""
    folder, following, last = (warehouse / name for name in ("raw", _NEXT, _LAST))
    if following.exists() and not folder.exists():
        os.rename(following, folder)
        sync(warehouse)
    if folder.exists():
        shutil.rmtree(last, ignore_errors=True)
        shutil.rmtree(following, ignore_errors=True)


@contextlib.contextmanager
def raw_store(warehouse: Path) -> Iterator[RawStore]:
    """Open the raw store for writing; one process at a time.

    Raises WarehouseBusyError while another load runs, StorageError where the folder can't be
    written or the disk fills up."""
    store = RawStore(warehouse / "raw")
    with storage_errors(warehouse):
        recover(warehouse)
        store.folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(store.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise WarehouseBusyError(
                f"{warehouse}: another load is running; wait for it to end and load again"
            ) from None
        try:
            store.remove_leftovers()
            yield store
        finally:
            os.close(lock)
