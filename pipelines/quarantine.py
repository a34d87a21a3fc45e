"""Refused rows: shown with their place, reason and remedy, and loaded again."""

import re
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd

from pipelines.api import open_warehouse
from pipelines.errors import InputError
from pipelines.ingest.load import LoadReport
from pipelines.ingest.load import replay as replay_refused
from pipelines.ingest.masking import masked
from pipelines.ingest.privacy import unsealed, warehouse_key
from pipelines.ingest.tables import normalised
from pipelines.run import Progress, check_loaded
from pipelines.warehouse import publish
from pipelines.warehouse.raw_files import Load, committed_loads

_NAMED = re.compile(r"^([\w.]+) (?:is|are|or) |\bis (?:before|after) ([\w.]+)$")


def quarantine(
    warehouse: Path, which: str | None = None, limit: int = 1000, values: str | None = None
) -> pd.DataFrame:
    """Refused rows, of the newest loads first: where they stand, why, and what to do.

    Parameters
    ----------
    which : only of this file or load id.
    values : None, `masked` or `unmasked`: show the rows too, in a column `raw`.

    Returns
    -------
    One row per refused row and, where a build is published, per contact that it refuses (these
    have no line): load_id, file, line, table_name, contact_id, columns, reasons, remedy.
    `columns`: those of the file that the reasons name.

    Raises NothingPublishedError where nothing is loaded, InputError for a file or load that is
    not there, SettingsError where `values` are asked for and the key is another.
    """
    loads = committed_loads(warehouse)
    if not loads:
        return open_warehouse(warehouse).quarantine(limit).assign(columns=None)
    loads = [
        load for load in reversed(loads) if which in (None, load.load_id, load.manifest["file"])
    ]
    if not loads:
        raise InputError(f"{which}: no such load or file; see support-quality ledger")
    rows = []
    for load in loads:
        rows += _refused_by_load(load, limit - len(rows))
    rows += _refused_by_build(warehouse, which, limit - len(rows))
    frame = pd.DataFrame(
        rows,
        columns=["load_id", "file", "line", "table_name", "contact_id", "columns", "reasons",
                 "remedy", "raw"],
    ).astype({"line": "Int64"})  # fmt: skip
    if values is None:
        return frame.drop(columns="raw")
    texts = unsealed(frame["raw"].where(frame["raw"].notna(), None), warehouse_key(warehouse))
    return frame.assign(raw=masked(texts) if values == "masked" else texts)


def replay(
    warehouse: Path,
    which: str | None = None,
    *,
    mapping: Path | None = None,
    zone: str | None = None,
    progress: Progress | None = None,
) -> list[LoadReport]:
    """Load refused rows again; see ingest.load.replay. The next `run` publishes them."""
    check_loaded(warehouse)
    with publish.writer_lock(warehouse):
        tell = None if progress is None else lambda what, share: progress("replay", share, what)
        return replay_refused(warehouse, which, mapping=mapping, zone=zone, progress=tell)


def _columns_named(reasons: str, headers: Sequence[str]) -> str | None:
    """The columns of a file, or keys of a JSON record, that reasons speak of."""
    if headers:
        spoken = f" {normalised(reasons)} "
        found = [
            header
            for header in dict.fromkeys(headers)
            if header.strip()
            and re.search(rf"(?<!\w){re.escape(normalised(header))}(?!\w)", spoken)
        ]
    else:
        parts = [_NAMED.findall(reason) for reason in reasons.split("; ")]
        found = [name for pairs in parts for pair in pairs for name in pair if name]
    return ", ".join(dict.fromkeys(found)) or None


def _refused_by_load(load: Load, limit: int) -> list[dict[str, object]]:
    with duckdb.connect() as connection:
        found = connection.execute(
            """SELECT line, table_name, reasons, remedy, raw FROM read_parquet($file)
            WHERE NOT $is_replayed OR table_name <> $main_table
            ORDER BY line, table_name LIMIT $limit""",
            {
                "file": str(load.parquet("rejects")),
                "is_replayed": load.is_replayed,
                "main_table": load.manifest["main_table"],
                "limit": limit,
            },
        ).fetchall()
    headers = load.manifest.get("headers", [])
    return [
        {
            "load_id": load.load_id,
            "file": load.manifest["file"],
            "line": line,
            "table_name": table,
            "contact_id": None,
            "columns": _columns_named(reasons, headers),
            "reasons": reasons,
            "remedy": remedy,
            "raw": raw,
        }
        for line, table, reasons, remedy, raw in found
    ]


def _refused_by_build(warehouse: Path, which: str | None, limit: int) -> list[dict[str, object]]:
    if limit <= 0 or not (warehouse / publish.POINTER).exists():
        return []
    with duckdb.connect(str(publish.current(warehouse)), read_only=True) as connection:
        found = connection.execute(
            """SELECT load_id, file, table_name, contact_id, reasons, remedy FROM quarantine
            WHERE line IS NULL AND ($which IS NULL OR $which IN (load_id, file))
            ORDER BY load_id DESC, contact_id LIMIT $limit""",
            {"which": which, "limit": limit},
        ).df()
    return found.to_dict("records")
