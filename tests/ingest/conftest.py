"""A warehouse to load into, and the rows that came out of it."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from pipelines.ingest.load import LoadReport, load

KEY = b"a key for tests, of 32 bytes ..."


@dataclass(frozen=True)
class Intake:
    """A folder for export files beside the warehouse that they are loaded into."""

    folder: Path
    warehouse: Path

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def load(self, *paths: Path, **options) -> list[LoadReport]:
        return load(paths or (self.folder,), self.warehouse, **{"key": KEY, **options})

    def rows(self, table: str, columns: str, order: str = "ALL") -> list[tuple]:
        """The columns of a raw table over all loads; times as text."""
        query = f"""SELECT {columns} FROM read_parquet('{self.warehouse}/raw/*/{table}.parquet')
            ORDER BY {order}"""
        rows = duckdb.execute(query).fetchall()
        return [tuple(str(v) if hasattr(v, "year") else v for v in row) for row in rows]

    def rejects(self) -> list[tuple]:
        """(line, reasons) of everything refused."""
        return self.rows("rejects", "line, reasons")


@pytest.fixture
def intake(tmp_path) -> Intake:
    (tmp_path / "exports").mkdir()
    return Intake(tmp_path / "exports", tmp_path / "warehouse")
