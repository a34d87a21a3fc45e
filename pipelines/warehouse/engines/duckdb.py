"""DuckDB as the engine of a build: limits, the prelude, and the raw store as views."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.errors import BuildError
from pipelines.ingest.contracts import Table
from pipelines.sql import literal
from pipelines.warehouse.catalog import ColumnNote, Header, disagreements
from pipelines.warehouse.corrections import Correction
from pipelines.warehouse.engines import PROVENANCE, failure
from pipelines.warehouse.engines.deliveries import delivered_rows, latest_rows, repeated_rows
from pipelines.warehouse.frames import store_frame

MEMORY_LIMIT = "3.4GB"  # with its caches and the Python around it a build stays under 4 GB
_HASHES_AT_ONCE = 100_000_000  # 0.8 GB, while nothing else is held
PRELUDE = Path(__file__).with_suffix(".sql")


def connect(path: Path, spill: Path) -> duckdb.DuckDBPyConnection:
    """Open a build file for writing; what exceeds memory spills into `spill`."""
    connection = duckdb.connect(
        str(path),
        config={
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": str(spill),
            "preserve_insertion_order": False,
            "checkpoint_threshold": "1KB",  # a commit writes the file, instead of a log before it
            "write_buffer_row_group_count": 1,  # the rest is for joins, which spill at a high price
            # as Spark orders them, which can't be told otherwise
            "default_null_order": "nulls_first_on_asc_last_on_desc",
        },
    )
    connection.execute("SET enable_progress_bar = false")  # it would write to standard output
    run(connection, PRELUDE.read_text(encoding="utf-8"))
    return connection


def run(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.DuckDBPyConnection:
    """Execute statements that are the same in every build; the last one's answer is ready."""
    for statement in _parsed(sql):
        connection.execute(statement)
    return connection


@lru_cache(maxsize=1024)
def _parsed(sql: str) -> list[duckdb.Statement]:
    """To parse all models takes a seventh of a small build: a process does it once."""
    return duckdb.extract_statements(sql)


@contextmanager
def opening(connection: duckdb.DuckDBPyConnection, scratch: Path) -> Iterator["DuckDBEngine"]:
    """The engine that makes every table in the build file itself."""
    yield DuckDBEngine(connection)


@dataclass(frozen=True)
class DuckDBEngine:
    """An `Engine` on one open build file."""

    connection: duckdb.DuckDBPyConnection
    files: dict[str, Sequence[Path]] = field(default_factory=dict, init=False)

    def expose_raw(
        self,
        table: Table,
        paths: Sequence[Path],
        provenance: Sequence[tuple[str, str]] = PROVENANCE,
        where: str = "TRUE",
    ) -> None:
        """Make `raw_<table>` from its Parquet files, or empty where nothing was delivered."""
        columns = [*((c.name, c.type) for c in table.columns), *provenance]
        typed = ", ".join(f"CAST(NULL AS {type_}) AS {name}" for name, type_ in columns)
        empty = f"SELECT {typed} WHERE FALSE"
        query = empty
        if paths:
            named = ", ".join(name for name, _ in columns)
            files = ", ".join(literal(str(path)) for path in paths)
            rows = f"read_parquet([{files}])"
            if self._has_older(files, len(columns)):
                found = f"FROM read_parquet([{files}], union_by_name = true)"
                rows = f"({empty} UNION ALL BY NAME {found})"
            query = f"SELECT {named} FROM {rows} WHERE {where}"
        self.view(f"raw_{table.name}", query)
        self.files[f"raw_{table.name}"] = paths

    def expose_latest(self, table: Table, corrections: Sequence[Correction] = ()) -> None:
        """Make `repeated_<table>`, `delivered_<table>` and `latest_<table>`.

        Only keys that were delivered more than once are sorted. They are looked for among the
        hashes of the keys, which are small whatever the keys are; where none occurs twice, as in
        most loads, the raw rows are the latest as they stand.
        """
        key_hash = f"hash({', '.join(table.key)})"
        repeated = f"repeated_{table.name}"
        hashes = ()
        if self.files[f"raw_{table.name}"]:
            hashes = self._hashes_of_several(f"SELECT {key_hash} AS found FROM raw_{table.name}")
        if any_repeated := len(hashes) > 0:
            self.connection.register("suspected", pd.DataFrame({"key_hash": hashes}))
            among = f"{key_hash} IN (SELECT key_hash FROM suspected)"
            rows = repeated_rows(table, among)
            self.connection.execute(f"CREATE TEMP TABLE {repeated} AS {rows}")
            self.connection.unregister("suspected")
            any_repeated = self._has_rows(repeated)  # hashes may be the same by chance
        else:
            self.view(
                repeated,
                f"SELECT *, CAST(NULL AS BIGINT) AS recency FROM raw_{table.name} WHERE FALSE",
            )
        self.view(f"delivered_{table.name}", delivered_rows(table, any_repeated))
        self.view(f"latest_{table.name}", latest_rows(table, corrections))

    def view(self, name: str, sql: str) -> None:
        """Make a view that only models read."""
        run(self.connection, f"CREATE TEMP VIEW {name} AS {sql}")

    def function(self, name: str, returns: str, sql: str) -> None:
        """Make a function of an instant `t`."""
        self.connection.execute(f"CREATE OR REPLACE MACRO {name}(t) AS CAST({sql} AS {returns})")

    def store(self, name: str, frame: pd.DataFrame, *, temporary: bool = False) -> None:
        """Store a frame in the types of its header; `temporary`: for models alone."""
        store_frame(self.connection, name, frame, temporary=temporary)

    def make(self, head: Header) -> None:
        """Run a model or metric. Raises BuildError where the SQL fails."""
        try:
            if head.is_view:
                temporary = "TEMP " if head.kind == "core" else ""
                run(self.connection, f"CREATE {temporary}VIEW {head.name} AS\n{head.sql.strip()}")
            else:
                order = "" if self._lies_sorted(head) else ordered(head)
                create_table(self.connection, head, head.sql.strip() + order)
        except duckdb.Error as error:
            raise failure(head.path, error) from error

    def rows(self, sql: str) -> list[Mapping[str, Any]]:
        """The rows of a small answer."""
        found = run(self.connection, sql)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def _has_rows(self, table: str) -> bool:
        return bool(self.connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall())

    def _hashes_of_several(self, sql: str) -> NDArray[np.uint64]:
        """Those of the hashes that occur more than once, `sql` giving them as `found`.

        Sorted by NumPy, part by part: a third of what it costs to group them.
        """
        ((rows,),) = self.connection.execute(f"SELECT count(*) FROM ({sql})").fetchall()
        parts = rows // _HASHES_AT_ONCE + 1
        several = []
        for part in range(parts):
            where = f"found % {parts} = {part}" if parts > 1 else "TRUE"
            answer = self.connection.sql(f"SELECT found FROM ({sql}) WHERE {where}")
            hashes = np.sort(answer.to_arrow_table()["found"].to_numpy())
            several.append(np.unique(hashes[1:][hashes[1:] == hashes[:-1]]))
        return np.concatenate(several)

    def _lies_sorted(self, head: Header) -> bool:
        """Whether a table's rows come sorted well enough without being sorted.

        `lies_as` names the raw column whose order they keep, being only joined to, or being what
        follows it soon. Most exports lie by time: each row group of a long one holds at most a
        twentieth of all of it. To sort wide tables once more takes more memory than their joins.
        """
        table, _, column = head.entries.get("lies_as", "").partition(".")
        files = [str(path) for path in self.files.get(f"raw_{table}", ())]
        if not files:
            return False
        ((share,),) = self.connection.execute(
            "SELECT avg(epoch(last_at - first_at)) / nullif(epoch(max(last_at) - min(first_at)), 0)"
            " FROM (SELECT CAST(stats_min_value AS TIMESTAMP) AS first_at,"
            " CAST(stats_max_value AS TIMESTAMP) AS last_at"
            " FROM parquet_metadata(?) WHERE path_in_schema = ?)",
            [files, column],
        ).fetchall()
        return share is not None and share <= 0.05

    def _has_older(self, files: str, columns: int) -> bool:
        """Whether a file was loaded before the table had all its columns: these are NULL there."""
        counted = (
            f"SELECT file_name, count(*) - 1 AS columns FROM parquet_schema([{files}]) GROUP BY 1"
        )
        fewest = self.connection.execute(f"SELECT min(columns) FROM ({counted})").fetchall()[0][0]
        return fewest < columns


def ordered(head: Header) -> str:
    """The order in which a table is stored, as its header says; empty where it says nothing."""
    order = head.entries.get("sort")
    return f"\nORDER BY {', '.join(order)}" if order else ""


def create_table(connection: duckdb.DuckDBPyConnection, head: Header, sql: str) -> None:
    """Make a table of the rows of `sql`, compressed as its header says; a core's is temporary."""
    if any(note.compression for note in head.columns):
        columns = ", ".join(_column(note) for note in head.columns)
        run(connection, f"CREATE TABLE {head.name} ({columns})")
        run(connection, f"INSERT INTO {head.name} BY NAME\n{sql}")
    else:
        temporary = "TEMP " if head.kind == "core" else ""
        run(connection, f"CREATE {temporary}TABLE {head.name} AS\n{sql}")


def _column(note: ColumnNote) -> str:
    compression = f" USING COMPRESSION {note.compression}" if note.compression else ""
    return f"{note.name} {note.type}{compression}"


def check_headers(connection: duckdb.DuckDBPyConnection, heads: Iterable[Header]) -> None:
    """Compare the tables and views of the build file with their headers; raises BuildError."""
    made: dict[str, list[tuple[str, str]]] = {}
    for table, *column in connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns()"
        " WHERE NOT internal ORDER BY table_name, column_index"
    ).fetchall():
        made.setdefault(table, []).append(tuple(column))
    for head in heads:
        if head.kind == "core" and head.name not in made:
            continue  # it stayed within the engine
        if wrong := disagreements(head, made.get(head.name, [])):
            raise BuildError(f"{head.path}: table and header disagree: {'; '.join(wrong)}")
