"""Which delivery of a raw row counts: SQL that all engines run.

The raw store keeps every delivery. The newest of each key is the one with the highest
(version, load, line); where loads are the same in all of these, the row's own values decide, so
that the outcome never depends on the order of files.
"""

from collections.abc import Sequence

from pipelines.ingest.contracts import Table
from pipelines.warehouse.corrections import Correction, corrected_columns


def repeated_rows(table: Table, where: str = "TRUE") -> str:
    """SQL of the raw rows whose key came more than once, `recency` 1 the newest.

    Parameters
    ----------
    where : str
        True at least of all rows whose key is repeated: what an engine can tell cheaply.
    """
    names = _names(table)
    key = ", ".join(table.key)
    newest_first = [f"d.{name} DESC NULLS LAST" for name in ("_load_id", "_line", *names[:-2])]
    if table.version:
        newest_first.insert(0, f"d.{table.version} DESC NULLS LAST")
    return f"""
        WITH keys AS (
            SELECT {key} FROM raw_{table.name} WHERE {where} GROUP BY {key} HAVING COUNT(*) > 1
        )
        SELECT
            {_columns(names)},
            row_number() OVER (
                PARTITION BY {", ".join(f"d.{column}" for column in table.key)}
                ORDER BY {", ".join(newest_first)}
            ) AS recency
        FROM raw_{table.name} AS d
        INNER JOIN keys AS k ON {_same_key(table)}
    """


def delivered_rows(table: Table, any_repeated: bool) -> str:
    """SQL of the newest delivery of each key; without repeated keys these are the raw rows."""
    columns = _columns(_names(table))
    sql = f"SELECT {columns} FROM raw_{table.name} AS d"
    if any_repeated:
        sql += f"""
            WHERE NOT EXISTS (SELECT 1 FROM repeated_{table.name} AS k WHERE {_same_key(table)})
            UNION ALL
            SELECT {columns} FROM repeated_{table.name} AS d WHERE d.recency = 1
        """
    return sql


def latest_rows(table: Table, corrections: Sequence[Correction]) -> str:
    """SQL of the newest deliveries with the corrections in force."""
    corrected = corrected_columns(corrections, _names(table))
    return f"SELECT {corrected} FROM delivered_{table.name} AS d"


def _names(table: Table) -> list[str]:
    return [*table.column_names, "_load_id", "_line"]


def _columns(names: Sequence[str]) -> str:
    return ", ".join(f"d.{name}" for name in names)


def _same_key(table: Table) -> str:
    return " AND ".join(f"d.{column} = k.{column}" for column in table.key)
