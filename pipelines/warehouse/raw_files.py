"""What the raw store holds: the manifests of its loads and the Parquet files beside them."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines.errors import BuildError
from pipelines.ingest.raw_store import recover


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

    Raises BuildError where a manifest can't be read.
    """
    recover(warehouse)
    found = {}
    for path in sorted((warehouse / "raw").glob("[0-9]*/manifest.json")):
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
            found[manifest["load_id"]] = (path.parent, manifest)
        except (ValueError, KeyError) as error:
            raise BuildError(
                f"{path}: unreadable manifest ({error}); remove the folder and load the file again"
            ) from None
    replayed = {manifest.get("replays") for _, manifest in found.values()}
    return [
        Load(load_id, folder, _still_counted(manifest, load_id in replayed), load_id in replayed)
        for load_id, (folder, manifest) in sorted(found.items())
    ]


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
