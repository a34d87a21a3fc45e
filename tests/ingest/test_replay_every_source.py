"""What any source refused and then would accept comes in by a replay, as if it had at once."""

import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.ingest import quarantine
from pipelines.ingest.contracts import TABLES
from pipelines.ingest.load import load, replay
from pipelines.ingest.quarantine import Check
from pipelines.ingest.sources import sources

KEY = b"a key for tests, of 32 bytes ..."
EXPORTS = Path(__file__).parents[2] / "data" / "exports"
FILES = sorted(
    path
    for path in EXPORTS.glob("*/*")
    if path.is_file() and path.name[0] != "." and "README" not in path.name
)


def refuse_some(monkeypatch) -> None:
    """Make every source refuse each other record, as a wrong mapping would."""
    judged_sql = quarantine.judged_sql

    def judged(rows, checks, raw, received_on, surely_good="false"):
        wrong = Check("_line % 2 = 0", "refused until something is corrected")
        return judged_sql(rows, [*checks, wrong], raw, received_on)

    for name, module in list(sys.modules.items()):
        if name.startswith("pipelines.ingest.sources") and hasattr(module, "judged_sql"):
            monkeypatch.setattr(module, "judged_sql", judged)


def rows(warehouse: Path, table: str) -> list[tuple]:
    """The table's rows without their provenance, later deliveries of a key not told apart."""
    columns = ", ".join(TABLES[table].column_names) if table in TABLES else "line"
    files = f"{warehouse}/raw/[0-9]*/{table}.parquet"
    return duckdb.execute(f"SELECT DISTINCT {columns} FROM '{files}' ORDER BY ALL").fetchall()


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_replay_gives_what_a_clean_load_gives(path, tmp_path, monkeypatch):
    sources()
    [clean] = load([path], tmp_path / "clean", key=KEY, zone="Asia/Seoul")
    if clean.load_id is None:
        pytest.skip(clean.skipped_reason)
    refuse_some(monkeypatch)
    [first] = load([path], tmp_path / "replayed", key=KEY, zone="Asia/Seoul")
    monkeypatch.undo()
    if first.quarantined == clean.quarantined:
        pytest.skip("no record was refused")
    beside = path.parent / "mappings" / f"{path.name.split('.')[0]}.toml"
    mapping = beside if beside.exists() else None
    [second] = replay(tmp_path / "replayed", key=KEY, mapping=mapping, zone="Asia/Seoul")
    if second.skipped_reason:
        assert sources()[clean.source].joins_records or "several contacts" in second.skipped_reason
        assert rows(tmp_path / "replayed", "rejects") != []
        return
    assert first.loaded + second.loaded == clean.loaded
    main = max(clean.tables, key=lambda table: (clean.tables[table] == clean.loaded, table))
    assert rows(tmp_path / "replayed", main) == rows(tmp_path / "clean", main)
