"""A made-up raw store of any size, for measuring builds without loading exports first."""

import json
from pathlib import Path
from string import Template

import duckdb

from pipelines.ingest.contracts import TABLES, Table

_ROWS_PER_LOAD = 1_000_000
_DELIVERED = (
    "contacts", "contact_clocks", "messages", "status_events", "sessions", "surveys",
    "article_events", "reviews",
)  # fmt: skip


def write_raw_store(warehouse: Path, contacts: int) -> None:
    """Write `contacts` contacts under `warehouse`/raw, one load per million.

    In the shape of a busy exchange: five messages a contact, a session for each live one, the
    helpdesk's clocks and up to four changes of status for the rest, a survey for one in five, a
    quality review for one in a hundred, and a page read in the help centre for one in five.
    """
    blocks = _blocks(Path(__file__).with_suffix(".sql"))
    connection = duckdb.connect(
        config={
            "memory_limit": "2GB",
            "temp_directory": str(warehouse / ".spill"),
        }
    )
    connection.execute("SET enable_progress_bar = false")
    connection.execute(blocks["noise"])
    for number, start in enumerate(range(0, contacts, _ROWS_PER_LOAD)):
        stop = min(start + _ROWS_PER_LOAD, contacts)
        load_id = f"20260801T{number:06d}000000Z"
        folder = warehouse / "raw" / f"{load_id}-{number:016d}"
        folder.mkdir(parents=True)
        base = Template(blocks["base"]).substitute(contacts=contacts, start=start, stop=stop)
        written = {}
        for name in _DELIVERED:
            query = _as_contract(connection, TABLES[name], base, blocks[name], load_id)
            path = folder / f"{name}.parquet"
            copied = connection.execute(
                f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
            )
            written[name] = copied.fetchall()[0][0]
        manifest = {
            "load_id": load_id,
            "sha256": f"{number:064d}",
            "file": f"made_up_{number}.csv",
            "source": "made_up",
            "system": "zendesk",
            "loaded_at": "2026-08-01T00:00:00+00:00",
            "received": stop - start,
            "loaded": stop - start,
            "quarantined": 0,
            "main_table": "contacts",
            "tables": written,
            "rejected": {},
        }
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    connection.close()


def _as_contract(
    connection: duckdb.DuckDBPyConnection, table: Table, base: str, rows: str, load_id: str
) -> str:
    described = connection.execute(f"DESCRIBE {base} {rows}").fetchall()
    given = {column[0] for column in described}
    columns = ", ".join(
        f"CAST({c.name if c.name in given else 'NULL'} AS {c.type}) AS {c.name}"
        for c in table.columns
    )
    provenance = f"'{load_id}' AS _load_id, row_number() OVER () AS _line"
    return f"{base}, delivered AS ({rows}) SELECT {columns}, {provenance} FROM delivered"


def _blocks(path: Path) -> dict[str, str]:
    parts = path.read_text(encoding="utf-8").split("-- block: ")[1:]
    return dict(part.split("\n", 1) for part in parts)
