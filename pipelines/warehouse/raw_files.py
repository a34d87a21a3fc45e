"""What the raw store holds: the manifests of its loads and the Parquet files beside them."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines.ingest.raw_store import check_whole, read_manifest


@dataclass(frozen=True)
class Load:
    """One loaded file; what its manifest counts is what still counts of it.

    `is_replayed`: a later load took over what was refused of its main table."""

    load_id: str
    folder: Path
    manifest: dict
    is_replayed: bool = False

    def parquet(self, table: str) -> Path | None:
        """The load's rows of one table, None where it delivered none."""
        path = self.folder / f"{table}.parquet"
        return path if path.exists() else None

    @property
    def loaded_at(self) -> datetime:
        """When it was loaded, naive UTC."""
        loaded_at = datetime.fromisoformat(self.manifest["loaded_at"])
        return loaded_at.replace(tzinfo=None)


def committed_loads(warehouse: Path) -> list[Load]:
    """Every committed load, oldest first; a folder without a manifest is not a load.

    Raises InputError where a manifest or a table is damaged.
    """
    paths = sorted((warehouse / "raw").glob("[0-9]*/manifest.json"))
    manifests = {path.parent: read_manifest(path) for path in paths}
    for folder in manifests:
        check_whole(folder)
    replayed = {manifest.get("replays") for manifest in manifests.values()}
    return [_load(folder, told, told["load_id"] in replayed) for folder, told in manifests.items()]


def committed_load_ids(warehouse: Path) -> set[str]:
    """Ids of the committed loads, without a look into their files."""
    manifests = (warehouse / "raw").glob("[0-9]*/manifest.json")
    return {path.parent.name.rsplit("-", 1)[0] for path in manifests}


def _load(folder: Path, manifest: dict, is_replayed: bool) -> Load:
    return Load(manifest["load_id"], folder, _still_counted(manifest, is_replayed), is_replayed)


def _still_counted(manifest: dict, is_replayed: bool) -> dict:
    """The manifest without rows of forgotten people, and without those that were replayed."""
    if is_replayed:
        rejected = manifest["rejected"] | {manifest["main_table"]: 0}
        return manifest | {
            "received": manifest["loaded"],
            "quarantined": 0,
            "rejected": rejected,
        }
    return manifest | {"received": manifest["received"] - manifest.get("forgotten", 0)}
