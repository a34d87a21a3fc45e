"""Whatever stands in one field of one record, the others load and the books balance.

Every field of the first export of each source is replaced in turn, each change being one more
record of the file. No value may end a load, get lost, become a zero or an impossible time, or
carry somebody's address past the mask.
"""

import copy
import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.ingest import contracts
from pipelines.ingest.load import load
from pipelines.settings import PROJECT_ROOT

KEY = b"a key for tests, of 32 bytes ..."
ANYTHING = (
    None, "", " ", "-", -1, "x", [], {}, [None], True, 12345678901234567890123, 1e300, 1.5,
    "1900-01-01T00:00:00Z", "0001-01-01 00:00:00", "2026-13-45 25:61:00", "1.03006E+13",
    "minsu@example.com",
)  # fmt: skip
TEXTS = tuple(str(value) for value in ANYTHING if not isinstance(value, list | dict | bool))
IDS = re.compile(r".*_id|merged_into|metric|event|kind|tag|name")
"""Columns of ids and of the vendor's own words, in which nobody expects an address."""
EXPORTS = sorted(
    path
    for path in (PROJECT_ROOT / "data" / "exports").glob("*/*")
    if path.suffix in {".csv", ".tsv", ".json", ".jsonl"}
)


def paths(value: object, path: tuple = ()) -> Iterator[tuple]:
    """The way to every value within a value; of a list, its first entry."""
    if path:
        yield path
    entries = value.items() if isinstance(value, dict) else []
    if isinstance(value, list) and value:
        entries = [(0, value[0])]
    for key, inner in entries:
        yield from paths(inner, (*path, key))


def changed(record: dict, path: tuple, value: object) -> dict:
    record = copy.deepcopy(record)
    holder = record
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return record


def wild_json(text: str, is_lines: bool) -> tuple[str, int] | None:
    """An export whose records are one of its own and all its changes; and how many they are."""
    whole = [json.loads(line) for line in text.split("\n") if line] if is_lines else None
    file = {"": whole or json.loads(text)}
    around = [file, file[""]] if isinstance(file[""], dict) else [file]
    around += [value for value in around[-1].values() if isinstance(value, dict)]
    lists = [(o, k) for o in around for k, v in o.items() if v and isinstance(v, list)]
    lists = [(o, k) for o, k in lists if isinstance(o[k][0], dict)]
    if not lists:
        return None
    holder, key = lists[0]
    record = max(holder[key], key=lambda r: len(json.dumps(r)))
    records = [record, *(changed(record, p, v) for p in paths(record) for v in ANYTHING)]
    holder[key] = records
    text = "\n".join(map(json.dumps, records)) if is_lines else json.dumps(file[""])
    return text, len(records)


def wild_table(text: str) -> tuple[str, int]:
    separator = max(",\t;", key=text.split("\n")[0].count)
    rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    width = max(map(len, rows))
    first = next(i for i, row in enumerate(rows) if len(row) == width) + 1
    record = max(rows[first:], key=lambda row: sum(map(bool, row)))
    changes = [[*record[:i], v, *record[i + 1 :]] for i in range(width) for v in TEXTS]
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(
        [*rows[:first], record, *changes]
    )
    return out.getvalue(), 1 + len(changes)


def everything(warehouse: Path) -> Iterator[tuple[str, dict]]:
    """(table, row) of all that was loaded."""
    for table in set(contracts.TABLES) - {"schedules", "market_events"}:  # of no customer
        if list(warehouse.glob(f"raw/*/{table}.parquet")):
            found = duckdb.sql(f"SELECT * FROM '{warehouse}/raw/*/{table}.parquet'")
            for row in found.fetchall():
                yield table, dict(zip(found.columns, row, strict=True))


@pytest.mark.parametrize("export", EXPORTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_wild_value_is_refused_or_loaded_and_never_lost(export, tmp_path):
    text = export.read_text(encoding="utf-8-sig")
    try:
        is_json = export.suffix in {".json", ".jsonl"}
        wild = wild_json(text, export.suffix == ".jsonl") if is_json else wild_table(text)
    except json.JSONDecodeError:
        wild = None
    if wild is None:
        pytest.skip("no list of records in one value")
    if (export.parent / "mappings").exists():
        shutil.copytree(export.parent / "mappings", tmp_path / "mappings")
    path = tmp_path / export.name
    path.write_text(wild[0], encoding="utf-8")
    report, *_ = load([tmp_path], tmp_path / "w", key=KEY, zone="Asia/Seoul")
    if report.skipped_reason:
        pytest.skip(report.skipped_reason)
    assert report.received == wild[1]
    assert report.received == report.loaded + report.quarantined
    for table, row in everything(tmp_path / "w"):
        for column in contracts.TABLES[table].columns:
            value, place = row[column.name], f"{table}.{column.name}"
            assert value is not None or not column.required, place
            if value is None:
                continue
            if column.name.endswith(("_seconds", "_count")):
                assert value >= 0, place
            if column.type == "TIMESTAMP":
                assert 1971 <= value.year <= 2100, place
            if column.type == "VARCHAR" and not IDS.fullmatch(column.name):
                assert "minsu" not in value, place
