"""What the raw store holds: the manifests of its loads and the Parquet files beside them."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines.errors import BuildError


@dataclass(frozen=True)
class Load:
    """One loaded file. `main_table` is the table whose rows `received` counts."""

    load_id: str
    folder: Path
    manifest: dict

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
    loads = []
    for path in sorted((warehouse / "raw").glob("*/manifest.json")):
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
            loads.append(Load(manifest["load_id"], path.parent, manifest))
        except (ValueError, KeyError) as error:
            raise BuildError(
                f"{path}: unreadable manifest ({error}); remove the folder and load the file again"
            ) from None
    return sorted(loads, key=lambda load: load.load_id)
