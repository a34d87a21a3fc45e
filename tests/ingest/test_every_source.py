"""What holds for every source, tried on its exports in data/exports/<source>/.

A new source is taken up by itself as soon as it has a folder there.
"""

import codecs
import gzip
import re
import shutil
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.ingest import checks, contracts
from pipelines.ingest.checks import Check
from pipelines.ingest.decoding import decode, inspect
from pipelines.ingest.load import LoadReport, load, replay
from pipelines.ingest.sources import sources
from pipelines.settings import PROJECT_ROOT

KEY = b"a key for tests, of 32 bytes ..."
EXPORTS = PROJECT_ROOT / "data" / "exports"
FILES = sorted(
    path
    for path in EXPORTS.glob("*/*")
    if path.is_file() and path.suffix in {".csv", ".tsv", ".txt", ".json", ".jsonl", ".js"}
)
ONE_OF_EACH = list({(path.parent.name, path.suffix): path for path in FILES}.values())
PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+\.\w+|0x[0-9a-fA-F]{40}|\b01[016-9]-?\d{3,4}-?\d{4}\b|\+\d{1,3}[ -]?\d{6,}"
)


def loaded(path: Path, warehouse: Path, **options) -> LoadReport:
    [report] = load([path], warehouse, key=KEY, **options)
    return report


def copied(path: Path, folder: Path, name: str | None = None) -> Path:
    """The export and its mappings in a folder of their own."""
    folder.mkdir(parents=True)
    if (path.parent / "mappings").exists():
        shutil.copytree(path.parent / "mappings", folder / "mappings")
    return Path(shutil.copy(path, folder / (name or path.name)))


def tables(warehouse: Path) -> dict[str, list[dict]]:
    """Rows of every raw table, without what differs from load to load."""
    found = {}
    for table in (*contracts.TABLES, "rejects"):
        if list(warehouse.glob(f"raw/*/{table}.parquet")):
            left_out = "_load_id" if table != "rejects" else "_load_id, raw"
            rows = duckdb.sql(
                f"SELECT * EXCLUDE ({left_out})"
                f" FROM read_parquet('{warehouse}/raw/*/{table}.parquet') ORDER BY ALL"
            )
            found[table] = [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]
    return {table: rows for table, rows in found.items() if rows}


@dataclass(frozen=True)
class Tried:
    """One export, loaded as it lies there."""

    path: Path
    warehouse: Path
    report: LoadReport
    rows: dict[str, list[dict]]


@pytest.fixture(params=FILES, ids=lambda path: f"{path.parent.name}/{path.name}", scope="module")
def export(request, tmp_path_factory) -> Tried:
    warehouse = tmp_path_factory.mktemp("export")
    report = loaded(request.param, warehouse)
    return Tried(request.param, warehouse, report, tables(warehouse))


def test_every_source_has_an_export_to_try_it_on():
    assert {path.name for path in EXPORTS.iterdir() if path.is_dir()} <= set(sources())
    assert {path.parent.name for path in FILES} == set(sources())


def test_a_file_is_recognised_and_its_books_balance(export):
    report = export.report
    assert report.source == export.path.parent.name
    assert report.received == report.loaded + report.quarantined
    assert (report.loaded > 0) != bool(report.skipped_reason)


def test_the_same_file_twice_is_loaded_once(export):
    assert loaded(export.path, export.warehouse).skipped_reason
    assert tables(export.warehouse) == export.rows


def test_rows_keep_to_the_contract(export):
    first, last = datetime(1995, 1, 1), datetime(2035, 1, 1)
    for name, table in contracts.TABLES.items():
        for row in export.rows.get(name, []):
            for column in table.columns:
                value = row[column.name]
                assert value is not None or not column.required, f"{name}.{column.name} is missing"
                if column.type == "TIMESTAMP" and value is not None:
                    assert first < value < last, f"{name}.{column.name}"
            for column, words in contracts.VOCABULARY.get(name, {}).items():
                assert row[column] is None or row[column] in words, f"{name}.{column}"


def test_nobody_can_be_recognised_in_the_raw_store(export):
    for name in contracts.TABLES:
        for row in export.rows.get(name, []):
            for column, value in row.items():
                personal = isinstance(value, str) and PERSONAL.search(value)
                assert not personal, f"{name}.{column}: {value}"


def packed(path: Path, folder: Path, encoding: str) -> Path:
    """The export and its mappings in a folder of their own, its text in `encoding` and zipped."""
    other = copied(path, folder)
    text = other.read_bytes().decode("utf-8-sig")
    other.unlink()
    zipped = other.with_name(f"{other.name}.gz")
    zipped.write_bytes(gzip.compress(text.encode(encoding)))
    return zipped


def seen(path: Path, scratch: Path) -> tuple:
    """All that a load sees of a file's bytes, but for a byte order mark."""
    scratch.mkdir()
    of = decode(path, inspect(path), scratch, None, None)
    text = of.path.read_bytes().removeprefix(codecs.BOM_UTF8)
    return text, of.head, of.is_whole, of.is_decomposed, of.stored


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_packing_and_encoding_change_nothing_that_a_load_sees(path, tmp_path):
    zipped = packed(path, tmp_path / "other", "utf-16")
    assert seen(zipped, tmp_path / "zipped") == seen(path, tmp_path / "plain")


@pytest.mark.parametrize(
    "export", ONE_OF_EACH, ids=lambda path: f"{path.parent.name}/{path.name}", indirect=True
)
def test_a_packed_export_with_a_byte_order_mark_loads_as_the_plain_one(export, tmp_path):
    loaded(packed(export.path, tmp_path / "other", "utf-8-sig"), tmp_path / "changed")
    assert tables(tmp_path / "changed") == export.rows


def refuse_some(monkeypatch) -> None:
    """Make every source refuse each other record, as a wrong mapping would."""
    judged_sql = checks.judged_sql

    def judged(rows, checks, raw, received_on, surely_good="false"):
        wrong = Check("_line % 2 = 0", "refused until something is corrected")
        return judged_sql(rows, [*checks, wrong], raw, received_on)

    for name, module in list(sys.modules.items()):
        if name.startswith("pipelines.ingest.sources") and hasattr(module, "judged_sql"):
            monkeypatch.setattr(module, "judged_sql", judged)


def distinct_rows(warehouse: Path, table: str) -> list[tuple]:
    """The table's rows without their provenance, later deliveries of a key not told apart."""
    known = contracts.TABLES.get(table)
    columns = ", ".join(known.column_names) if known else "line"
    files = f"{warehouse}/raw/[0-9]*/{table}.parquet"
    return duckdb.execute(f"SELECT DISTINCT {columns} FROM '{files}' ORDER BY ALL").fetchall()


def test_a_replay_gives_what_a_clean_load_gives(export, tmp_path, monkeypatch):
    """What any source refused and then would accept comes in as if it had at once."""
    if export.report.load_id is None:
        pytest.skip(export.report.skipped_reason)
    refuse_some(monkeypatch)
    first = loaded(export.path, tmp_path)
    monkeypatch.undo()
    if first.quarantined == export.report.quarantined:
        pytest.skip("no record was refused")
    beside = export.path.parent / "mappings" / f"{export.path.name.split('.')[0]}.toml"
    [second] = replay(tmp_path, key=KEY, mapping=beside if beside.exists() else None)
    if second.skipped_reason:
        joins_records = sources()[export.report.source].joins_records
        assert joins_records or "several contacts" in second.skipped_reason
        assert distinct_rows(tmp_path, "rejects") != []
        return
    assert first.loaded + second.loaded == export.report.loaded
    made = export.report.tables
    main = max(made, key=lambda table: (made[table] == export.report.loaded, table))
    assert distinct_rows(tmp_path, main) == distinct_rows(export.warehouse, main)
