"""DuckDB as the engine of a build: limits, the prelude, and the raw store as views."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from pipelines.ingest.contracts import Table
from pipelines.warehouse.corrections import Correction, corrected_columns

MEMORY_LIMIT = "3GB"  # with its caches and the Python around it a build stays under 4 GB
PRELUDE = Path(__file__).with_suffix(".sql")

_PROVENANCE = (("_load_id", "VARCHAR"), ("_line", "BIGINT"))


def connect(path: Path, spill: Path) -> duckdb.DuckDBPyConnection:
    """Open a build file for writing; what exceeds memory spills into `spill`."""
    connection = duckdb.connect(
        str(path),
        config={
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": str(spill),
            "preserve_insertion_order": False,
        },
    )
    connection.execute("SET enable_progress_bar = false")  # it would write to standard output
    connection.execute(PRELUDE.read_text(encoding="utf-8"))
    return connection


def expose_raw(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    paths: Sequence[Path],
    provenance: Sequence[tuple[str, str]] = _PROVENANCE,
    where: str = "TRUE",
) -> None:
    """Make `raw_<table>` from its Parquet files, or empty where nothing was delivered."""
    columns = [*((c.name, c.type) for c in table.columns), *provenance]
    if paths:
        named = ", ".join(name for name, _ in columns)
        files = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
        query = f"SELECT {named} FROM read_parquet([{files}]) WHERE {where}"
    else:
        typed = ", ".join(f"CAST(NULL AS {type_}) AS {name}" for name, type_ in columns)
        query = f"SELECT {typed} WHERE FALSE"
    connection.execute(f"CREATE TEMP VIEW raw_{table.name} AS {query}")


def expose_latest(
    connection: duckdb.DuckDBPyConnection, table: Table, corrections: Sequence[Correction] = ()
) -> None:
    """Make `latest_<table>`: of each key the newest delivery by (version, load, line), corrected.

    `delivered_<table>` is the same before the corrections.

    Only keys that were delivered more than once are sorted (`repeated_<table>`, recency 1 the
    newest). They are looked for among the hashes of the keys, which are small whatever the keys
    are; where none occurs twice, as in most loads, the raw rows are the latest as they stand.
    """
    names = [*table.column_names, "_load_id", "_line"]
    columns = ", ".join(f"d.{name}" for name in names)
    key = ", ".join(table.key)
    own_key = ", ".join(f"d.{column}" for column in table.key)
    same_key = " AND ".join(f"d.{column} = k.{column}" for column in table.key)
    newest_first = [f"d.{name} DESC NULLS LAST" for name in ("_load_id", "_line", *names[:-2])]
    if table.version:
        newest_first.insert(0, f"d.{table.version} DESC NULLS LAST")
    connection.execute(
        f"""
        CREATE TEMP TABLE suspected_{table.name} AS
        SELECT hash({key}) AS key_hash FROM raw_{table.name} GROUP BY key_hash HAVING COUNT(*) > 1
        """
    )
    connection.execute(
        f"""
        CREATE TEMP TABLE repeated_{table.name} AS
        WITH keys AS (
            SELECT {key}
            FROM raw_{table.name}
            WHERE hash({key}) IN (SELECT key_hash FROM suspected_{table.name})
            GROUP BY {key}
            HAVING COUNT(*) > 1
        )
        SELECT
            {columns},
            row_number() OVER (
                PARTITION BY {own_key} ORDER BY {", ".join(newest_first)}
            ) AS recency
        FROM raw_{table.name} AS d
        INNER JOIN keys AS k ON {same_key}
        """
    )
    latest = f"SELECT {columns} FROM raw_{table.name} AS d"
    if connection.execute(f"SELECT COUNT(*) FROM repeated_{table.name}").fetchall()[0][0]:
        latest += f"""
            WHERE NOT EXISTS (SELECT 1 FROM repeated_{table.name} AS k WHERE {same_key})
            UNION ALL
            SELECT {columns} FROM repeated_{table.name} AS d WHERE d.recency = 1
        """
    connection.execute(f"CREATE TEMP VIEW delivered_{table.name} AS {latest}")
    connection.execute(
        f"CREATE TEMP VIEW latest_{table.name} AS"
        f" SELECT {corrected_columns(corrections, names)} FROM delivered_{table.name} AS d"
    )
    connection.execute(f"DROP TABLE suspected_{table.name}")
