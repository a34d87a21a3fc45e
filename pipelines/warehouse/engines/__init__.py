"""Who runs the SQL of a build, behind one small protocol.

Model, metric and audit files are the same text for every engine. What engines spell differently
is in one prelude of functions each (`duckdb.sql`, `spark.sql`), and what they do differently, in
one module each. Whichever runs, what is published is a DuckDB file.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pipelines.errors import BuildError, StorageError, without_values
from pipelines.ingest.contracts import Table
from pipelines.warehouse.catalog import Header
from pipelines.warehouse.corrections import Correction

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

PROVENANCE = (("_load_id", "VARCHAR"), ("_line", "BIGINT"))
"""Columns that every raw table has beside those of its contract."""

_FULL_DISK = ("no space left", "file too large", "disk quota", "failed to offload")


class Engine(Protocol):
    """What a build asks of whoever runs its SQL.

    Every method raises BuildError where the engine refuses, and StorageError on a full disk.
    """

    def expose_raw(
        self,
        table: Table,
        paths: Sequence[Path],
        provenance: Sequence[tuple[str, str]] = PROVENANCE,
        where: str = "TRUE",
    ) -> None:
        """Make `raw_<table>` from its Parquet files, or empty where nothing was delivered."""

    def expose_latest(self, table: Table, corrections: Sequence[Correction] = ()) -> None:
        """Make `latest_<table>`: of each key the newest delivery by (version, load, line),
        corrected; `delivered_<table>`, the same before the corrections; and `repeated_<table>`,
        the keys that were delivered more than once (recency 1 the newest)."""

    def view(self, name: str, sql: str) -> None:
        """Make a view that only models read."""

    def function(self, name: str, returns: str, sql: str) -> None:
        """Make a function of an instant `t`, in the words that both engines know."""

    def store(self, name: str, frame: "pd.DataFrame", *, temporary: bool = False) -> None:
        """Store a frame in the types of its header, for models and (else than temporary) readers.

        Raises BuildError where frame and header name different columns."""

    def make(self, head: Header) -> None:
        """Run a model or metric: cores for the build alone, facts and metrics to be published.

        Raises BuildError where the table differs from its header."""

    def rows(self, sql: str) -> list[Mapping[str, Any]]:
        """The rows of a small answer; instants are naive UTC."""


Opening = Callable[["duckdb.DuckDBPyConnection", Path], AbstractContextManager[Engine]]
"""`(build file, scratch folder) -> engine`: an engine that fills the open build file."""


def opening(name: str = "duckdb", master: str | None = None) -> Opening:
    """The engine of that name, ready to be opened on a build file.

    Parameters
    ----------
    name : {"duckdb", "spark"}
    master : str, optional
        Where Spark runs: `local[*]` (the default), `spark://host:7077`, `yarn`, ...
    """
    if name == "spark":
        from pipelines.warehouse.engines import spark

        return spark.opening(master or "local[*]")
    from pipelines.warehouse.engines import duckdb

    return duckdb.opening


def failure(place: Path | str, error: Exception) -> BuildError | StorageError:
    """What an engine's own exception means to the user, without the values that it quotes."""
    text = str(error)
    if any(sign in text.lower() for sign in _FULL_DISK):
        return StorageError(f"{place}: the disk is full; free some space and run again")
    return BuildError(f"{place}: {without_values(text)}")
