"""Small text tables in, a built warehouse out: how tests say what the data is.

A table is text: a line of column names, then one line a row, cells between bars; an empty cell
is NULL. Times are ISO, `Z` or no suffix meaning UTC. Columns that a test does not care about
get the defaults below.
"""

import hashlib
import json
import re
import shutil
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from pipelines.ingest.contracts import TABLES
from pipelines.settings import Settings, load_settings
from pipelines.warehouse.build import build
from pipelines.warehouse.publish import current, publish

SETTINGS = """
    [site]
    name = "Test Exchange"
    zone = "Asia/Seoul"

    [rules]
    excluded_tags = { closed_by_merge = "merged", spam = "spam" }

    [[calendars]]
    id = "seoul-day"
    zone = "Asia/Seoul"
    [[calendars.periods]]
    weekdays = ["09:00-18:00"]

    [[desks]]
    channel = "*"
    language = "*"
    calendar = "seoul-day"
    target_share = 0.8
    within_seconds = 60
    handle_seconds = 300
"""

_DEFAULTS = {
    "contacts": {
        "source": "zendesk",
        "kind": "ticket",
        "channel": "email",
        "direction": "inbound",
        "language": "ko",
        "language_source": "declared",
        "status": "open",
        "created_at": "2026-03-02 00:00:00",
    },
    "messages": {"is_public": "true"},
    "sessions": {"outcome": "unknown"},
    "surveys": {"scale": "1-5"},
    "people": {"role": "agent"},
    "article_events": {"events_count": "1"},
    "reviews": {
        "category": "all",
        "score_min": "0",
        "score_max": "100",
        "weight": "1",
        "is_critical": "false",
        "drawn": "random",
        "reviewed_at": "2026-03-05 00:00:00",
    },
    "market_events": {"kind": "surge"},
}


@dataclass
class RawWarehouse:
    """A warehouse folder under test. Calling it loads tables and returns the built connection."""

    folder: Path
    made: dict[tuple, Path] = field(default_factory=dict)
    _loads: int = field(init=False)

    def __post_init__(self) -> None:
        self._loads = len(list(self.folder.glob("raw/*/manifest.json")))

    def __call__(self, settings: str = SETTINGS, **tables: str) -> duckdb.DuckDBPyConnection:
        """Load one file that delivers these tables, build, publish, and open it read-only."""
        self.load(**tables)
        return self.build(settings)

    def once(self, settings: str = SETTINGS, **tables: str) -> duckdb.DuckDBPyConnection:
        """The same, built once for all tests of a module that ask for it and load no more."""
        asked = (settings, *tables.items())
        if asked in self.made:
            shutil.copytree(self.made[asked], self.folder, dirs_exist_ok=True)
            return self.open()
        self.made[asked] = self.folder
        return self(settings, **tables)

    def load(
        self,
        *,
        file: str | None = None,
        source: str = "test",
        rejects: str | None = None,
        is_full: bool = False,
        columns_unknown: Sequence[str] = (),
        columns_missing: Sequence[str] = (),
        prefix: str = "",
        **tables: str,
    ) -> str:
        """Commit one load of text tables to the raw store; returns its load_id.

        `prefix` is put before the file and every id: loads of different tests do not meet.
        """
        self._loads += 1
        load_id = f"20260101T000000{self._loads:06d}Z"
        rows = {name: _rows(text) for name, text in tables.items()}
        refused = _rows(rejects) if rejects else []
        digest = hashlib.sha256(repr((self._loads, rows)).encode()).hexdigest()
        folder = self.folder / "raw" / f"{load_id}-{digest[:16]}"
        folder.mkdir(parents=True)
        for name, table_rows in rows.items():
            _write(folder / f"{name}.parquet", name, table_rows, load_id, prefix)
        _write_rejects(folder / "rejects.parquet", refused, load_id)
        main = "contacts" if "contacts" in rows or not rows else next(iter(rows))
        loaded = len(rows.get(main, ()))
        manifest = {
            "load_id": load_id,
            "sha256": digest,
            "file": prefix + (file or f"file_{self._loads}.csv"),
            "source": source,
            "system": "zendesk",
            "zone": None,
            "is_full": is_full,
            "columns_unknown": list(columns_unknown),
            "columns_missing": list(columns_missing),
            "loaded_at": "2026-01-01T00:00:00+00:00",
            "received": loaded + len(refused),
            "loaded": loaded,
            "quarantined": len(refused),
            "tables": {name: len(table_rows) for name, table_rows in rows.items()},
            "rejected": Counter(row.get("table_name") or "contacts" for row in refused),
        }
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        return load_id

    def build(self, settings: str = SETTINGS) -> duckdb.DuckDBPyConnection:
        """Build and publish what is loaded, and open it read-only."""
        publish(self.folder, build(self.folder, self.read_settings(settings)))
        return self.open()

    def read_settings(self, text: str) -> Settings:
        """Settings from TOML text."""
        tomllib.loads(text)
        path = self.folder / "support.toml"
        path.write_text(text, encoding="utf-8")
        return load_settings(path)

    def open(self) -> duckdb.DuckDBPyConnection:
        """The published build, read-only."""
        return duckdb.connect(str(current(self.folder)), read_only=True)


@dataclass(frozen=True)
class OwnRows:
    """What one test sees of a build that it shares: the rows of what it has loaded itself."""

    folder: Path
    prefix: str
    connection: duckdb.DuckDBPyConnection

    def execute(self, query: str, parameters: Sequence = ()) -> duckdb.DuckDBPyConnection:
        """The answer to a query, in which every table holds this test's contacts alone."""
        tables = dict.fromkeys(re.findall(r"\b(?:FROM|JOIN)\s+(\w+)", query))
        own = ", ".join(f"{table} AS ({self._own(table)})" for table in tables)
        return self.connection.execute(f"WITH {own} {query}", parameters)

    def contact_ids(self) -> list[str]:
        """As they are in the build."""
        query = "SELECT contact_id FROM fact_contacts WHERE starts_with(contact_id, ?)"
        return [row[0] for row in self.connection.execute(query, [self.prefix]).fetchall()]

    def _own(self, table: str) -> str:
        columns = self.connection.execute(
            "SELECT column_name FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index",
            [table],
        ).fetchall()
        told = [column for (column,) in columns if _is_id(column) or column == "file"]
        assert told, f"whose rows {table} holds is not known: build them alone"
        owner = "file" if "file" in told else told[0]
        plain = ", ".join(f"replace({column}, '{self.prefix}', '') AS {column}" for column in told)
        build = f'"{current(self.folder).stem}"'
        return (
            f"SELECT * REPLACE ({plain}) FROM {build}.{table}"
            f" WHERE starts_with({owner}, '{self.prefix}')"
        )


@pytest.fixture(scope="module")
def shared_builds(request, tmp_path_factory) -> dict[tuple, tuple[Path, str]]:
    """Folder and prefix of what tests of this module ask for by `loads(settings, **tables)`.

    There is one build for all that have the same settings, and a load of its own in it for each:
    a build of ten rows takes as long as one of a thousand.
    """
    found: dict[tuple, tuple[Path, str]] = {}
    raws: dict[str, RawWarehouse] = {}
    for item in request.session.items:
        mark = item.get_closest_marker("loads")
        if mark is None or item.path != request.path or _asked(mark) in found:
            continue
        settings = _asked(mark)[0]
        if settings not in raws:
            raws[settings] = RawWarehouse(tmp_path_factory.mktemp("shared"))
        prefix = f"load-{len(found) + 1}:"
        raws[settings].load(prefix=prefix, **mark.kwargs)
        found[_asked(mark)] = raws[settings].folder, prefix
    for settings, raw in raws.items():
        raw.build(settings).close()
    return found


@pytest.fixture
def connection(request, shared_builds) -> Iterator[OwnRows]:
    """What a test that is marked `loads` asks about what it has loaded."""
    folder, prefix = shared_builds[_asked(request.node.get_closest_marker("loads"))]
    with RawWarehouse(folder).open() as opened:
        yield OwnRows(folder, prefix, opened)


@pytest.fixture(scope="module")
def made_once() -> dict[tuple, Path]:
    """What tests of this module have built for each other."""
    return {}


@pytest.fixture
def warehouse(tmp_path: Path, made_once: dict[tuple, Path]) -> RawWarehouse:
    """`warehouse(contacts="...", messages="...")` builds text tables and returns a connection."""
    folder = tmp_path / "warehouse"
    folder.mkdir()
    return RawWarehouse(folder, made_once)


def rows_of(connection: duckdb.DuckDBPyConnection | OwnRows, query: str, *parameters) -> list[dict]:
    """The rows of a query as dictionaries, instants as `YYYY-MM-DD HH:MM:SS` text."""
    found = connection.execute(query, parameters)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _asked(mark: pytest.Mark) -> tuple:
    return (mark.args[0] if mark.args else SETTINGS, *mark.kwargs.items())


def _is_id(column: str) -> bool:
    return column == "merged_into" or (column.endswith("_id") and column != "_load_id")


def _rows(text: str) -> list[dict[str, str | None]]:
    lines = [line.strip() for line in text.strip().splitlines()]
    lines = [line for line in lines if line and not set(line) <= set("-| ")]
    names = [cell.strip() for cell in lines[0].split("|")]
    rows = []
    for line in lines[1:]:
        cells = [cell.strip() or None for cell in line.split("|")]
        rows.append(dict(zip(names, cells, strict=True)))
    return rows


def _write(path: Path, table: str, rows: list[dict], load_id: str, prefix: str) -> None:
    contract = TABLES[table]
    filled = [
        _DEFAULTS.get(table, {}) | _derived(table, i, row) | row for i, row in enumerate(rows, 1)
    ]
    unknown = {name for row in filled for name in row} - {*contract.column_names, "_line"}
    assert not unknown, f"{table} has no column {sorted(unknown)}"
    for row in filled:
        row |= {name: prefix + row[name] for name in filter(_is_id, row) if row[name]}
    _copy(path, [(c.name, c.type) for c in contract.columns], filled, load_id, with_line=True)


def _derived(table: str, position: int, row: dict) -> dict:
    """Keys that a test need not write."""
    if table == "contacts":
        return {"source_id": row["contact_id"]}
    if table == "messages":
        return {"message_id": f"m{position:04d}"}
    if table == "surveys" and "survey_id" not in row:
        return {"survey_id": f"s{position:04d}"}
    if table == "article_events" and "event_id" not in row:
        return {"event_id": f"v{position:04d}"}
    if table == "market_events":
        return {"event_id": f"e{position:04d}"}
    return {}


def _write_rejects(path: Path, rows: list[dict], load_id: str) -> None:
    columns = [
        ("line", "BIGINT"), ("table_name", "VARCHAR"), ("reasons", "VARCHAR"),
        ("remedy", "VARCHAR"), ("raw", "VARCHAR"), ("received_on", "DATE"),
    ]  # fmt: skip
    filled = [{"line": i, "table_name": "contacts"} | row for i, row in enumerate(rows, 1)]
    _copy(path, columns, filled, load_id, with_line=False)


def _copy(path: Path, columns: list, rows: list[dict], load_id: str, *, with_line: bool) -> None:
    selected = [f"CAST(row.{name} AS {type_}) AS {name}" for name, type_ in columns]
    selected.append(f"'{load_id}' AS _load_id")
    if with_line:
        selected.append("CAST(row._line AS BIGINT) AS _line")
    fields = ", ".join(f'"{name}": "VARCHAR"' for name in [*(n for n, _ in columns), "_line"])
    names = [*(name for name, _ in columns), "_line"]
    content = [
        {
            name: _text(row.get(name, i)) if name == "_line" else _text(row.get(name))
            for name in names
        }
        for i, row in enumerate(rows, 2)
    ]
    duckdb.execute(
        f"COPY (SELECT {', '.join(selected)} FROM"
        f" (SELECT unnest(from_json(?, '[{{{fields}}}]')) AS row))"
        f" TO '{path}' (FORMAT parquet)",
        [json.dumps(content)],
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value).removesuffix("Z")
