"""What holds for every source, tried on its exports in data/exports/<source>/.

A new source is taken up by itself as soon as it has a folder there.
"""

import gzip
import re
import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.ingest import contracts
from pipelines.ingest.load import load
from pipelines.ingest.sources import sources
from pipelines.settings import PROJECT_ROOT

KEY = b"a key for tests, of 32 bytes ..."
EXPORTS = PROJECT_ROOT / "data" / "exports"
FILES = sorted(
    path
    for path in EXPORTS.glob("*/*")
    if path.is_file() and path.suffix in {".csv", ".tsv", ".txt", ".json", ".jsonl", ".js"}
)
PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+\.\w+|0x[0-9a-fA-F]{40}|\b01[016-9]-?\d{3,4}-?\d{4}\b|\+\d{1,3}[ -]?\d{6,}"
)
VOCABULARY = {
    "contacts": {
        "kind": contracts.KINDS,
        "direction": contracts.DIRECTIONS,
        "status": contracts.STATUSES,
        "language_source": contracts.LANGUAGE_SOURCES,
        "exclusion": tuple(contracts.EXCLUSIONS),
    },
    "messages": {"author_role": contracts.AUTHOR_ROLES},
    "people": {"role": contracts.AUTHOR_ROLES},
    "sessions": {"outcome": contracts.SESSION_OUTCOMES},
    "surveys": {"scale": contracts.SCALES},
}


def loaded(path: Path, warehouse: Path, **options):
    [report] = load([path], warehouse, key=KEY, **options)
    return report


def copied(path: Path, folder: Path, name: str | None = None) -> Path:
    """The export and its mappings in a folder of their own."""
    folder.mkdir(parents=True)
    if (path.parent / "mappings").exists():
        shutil.copytree(path.parent / "mappings", folder / "mappings")
    return Path(shutil.copy(path, folder / (name or path.name)))


def tables(warehouse: Path) -> dict[str, list[tuple]]:
    """Rows of every raw table, without what differs from load to load."""
    found = {}
    for table in (*contracts.TABLES, "rejects"):
        if list(warehouse.glob(f"raw/*/{table}.parquet")):
            left_out = "_load_id" if table != "rejects" else "_load_id, raw"
            rows = duckdb.sql(
                f"SELECT * EXCLUDE ({left_out})"
                f" FROM read_parquet('{warehouse}/raw/*/{table}.parquet') ORDER BY ALL"
            ).fetchall()
            if rows:
                found[table] = rows
    return found


@pytest.fixture(params=FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def export(request) -> Path:
    return request.param


def test_every_source_has_an_export_to_try_it_on():
    assert {path.name for path in EXPORTS.iterdir() if path.is_dir()} <= set(sources())
    assert {path.parent.name for path in FILES} == set(sources())


def test_a_file_is_recognised_and_its_books_balance(export, tmp_path):
    report = loaded(export, tmp_path / "w")
    if report.skipped_reason:
        assert report.source == export.parent.name
        return
    assert report.source == export.parent.name
    assert report.received == report.loaded + report.quarantined
    assert report.loaded > 0


def test_the_same_file_twice_is_loaded_once(export, tmp_path):
    loaded(export, tmp_path / "w")
    before = tables(tmp_path / "w")
    assert loaded(export, tmp_path / "w").skipped_reason
    assert tables(tmp_path / "w") == before


def test_rows_keep_to_the_contract(export, tmp_path):
    loaded(export, tmp_path / "w")
    for name, table in contracts.TABLES.items():
        if not list((tmp_path / "w").glob(f"raw/*/{name}.parquet")):
            continue
        rows = f"read_parquet('{tmp_path}/w/raw/*/{name}.parquet')"
        for column in table.columns:
            if column.required:
                missing = duckdb.sql(f"SELECT count(*) FROM {rows} WHERE {column.name} IS NULL")
                assert missing.fetchall() == [(0,)], f"{name}.{column.name} is missing"
            if column.type == "TIMESTAMP":
                wrong = duckdb.sql(
                    f"SELECT min({column.name}), max({column.name}) FROM {rows} WHERE"
                    f" {column.name} NOT BETWEEN '1995-01-01' AND '2035-01-01'"
                ).fetchall()
                assert wrong == [(None, None)], f"{name}.{column.name}"
        for column, words in VOCABULARY.get(name, {}).items():
            found = duckdb.sql(f"SELECT DISTINCT {column} FROM {rows} WHERE {column} IS NOT NULL")
            assert {word for (word,) in found.fetchall()} <= set(words), f"{name}.{column}"


def test_nobody_can_be_recognised_in_the_raw_store(export, tmp_path):
    loaded(export, tmp_path / "w")
    for name, table in contracts.TABLES.items():
        for path in (tmp_path / "w").glob(f"raw/*/{name}.parquet"):
            for column in table.columns:
                if column.type != "VARCHAR":
                    continue
                for (text,) in duckdb.sql(
                    f"SELECT DISTINCT {column.name} FROM '{path}' WHERE {column.name} IS NOT NULL"
                ).fetchall():
                    assert not PERSONAL.search(text), f"{name}.{column.name}: {text}"


@pytest.mark.parametrize("change", ["gzip", "utf-16", "utf-8-sig"])
def test_packing_and_encoding_change_nothing(export, change, tmp_path):
    other = copied(export, tmp_path / "other")
    if change == "gzip":
        packed = other.with_name(f"{other.name}.gz")
        packed.write_bytes(gzip.compress(other.read_bytes()))
        other.unlink()
        other = packed
    else:
        text = other.read_bytes().decode("utf-8-sig")
        other.write_bytes(text.encode(change))
        if other.read_bytes() == export.read_bytes():
            pytest.skip("the export has its byte-order mark already")
    mappings = other.parent / "mappings"
    told = [p.read_text() for p in mappings.glob("*.toml")] if mappings.exists() else []
    if any("encoding" in text for text in told):
        pytest.skip("the mapping tells the encoding")
    loaded(export, tmp_path / "plain")
    loaded(other, tmp_path / "changed")
    assert tables(tmp_path / "changed") == tables(tmp_path / "plain")
