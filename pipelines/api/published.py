"""One published build, opened read-only and shared by threads.

A build is an immutable file; `CURRENT` in the warehouse names the one to read. The pointer is
resolved anew for every question, so that a page shows a new build at its next run, and one
question is answered by one build from end to end. A build that was retired between reading
the pointer and opening the file is simply looked up again.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from pipelines.api.definitions import Definition
from pipelines.api.selection import Dimension, Selection, Where, as_list, unknown
from pipelines.errors import InputError, NothingPublishedError
from pipelines.sql import identifier
from pipelines.warehouse.publish import pointed

_RETRIES = 3
_SIZES_KEPT = 10_000
_FRAMES_KEPT = 24
_KNOWN_KEPT = 500


class Build:
    """A published file: `query` is safe in any thread, since each takes its own cursor."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sizes: dict[tuple, int] = {}
        self._known: dict[tuple, dict[int, object]] = {}
        self._kept: dict[tuple, pd.DataFrame] = {}
        self._connection = duckdb.connect(str(path), read_only=True)
        # DuckDB opens a file once per process: a second reader of it finds the settings locked.
        if self._connection.sql("SELECT current_setting('lock_configuration')").fetchall()[0][0]:
            return
        # Whatever text reaches it, a reader's query can neither touch files nor change settings.
        for setting in (
            "enable_external_access = false",
            "python_enable_replacements = false",
            "lock_configuration = true",
        ):
            self._connection.execute(f"SET {setting}")

    def query(self, sql: str, parameters: Sequence = ()) -> pd.DataFrame:
        """One SELECT as a frame; values are parameters, never text.

        Raises InputError for a value that can't be read as its column's type.
        """
        with _values_readable():
            return self._connection.cursor().execute(sql, list(parameters)).df()

    def kept(self, sql: str, parameters: Sequence = ()) -> pd.DataFrame:
        """`query`, kept for who asks the same again: of the forecast and the plan, which every
        what-if begins with, and which are some thousand rows however many contacts there are."""
        key = (sql, *parameters)
        found = self._kept.get(key)
        if found is None:
            found = self.query(sql, parameters)
            if len(self._kept) >= _FRAMES_KEPT:
                self._kept.clear()
            self._kept[key] = found
        return found.copy(deep=False)  # whoever writes into it gets data of his own

    def arrow(self, sql: str, parameters: Sequence = ()) -> pa.Table:
        """One SELECT as an Arrow table: lists per group arrive as flat arrays, uncopied."""
        with _values_readable():
            return self._connection.cursor().sql(sql, params=list(parameters)).to_arrow_table()

    def select(self, sql: str) -> pd.DataFrame:
        """Text that somebody typed: exactly one statement that only reads.

        Raises InputError for anything else, and where DuckDB refuses the statement.
        """
        try:
            statements = self._connection.cursor().extract_statements(sql)
            if len(statements) != 1 or statements[0].type not in (
                duckdb.StatementType.SELECT,
                duckdb.StatementType.EXPLAIN,
            ):
                raise InputError("sql: one SELECT at a time; a published build can only be read")
            return self._connection.cursor().execute(sql).df()
        except duckdb.Error as error:
            raise InputError(f"sql: {str(error).splitlines()[0]}") from None

    @cached_property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """Columns of every table and view, in their order."""
        found = self.query(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_catalog = current_database()"
            " ORDER BY table_name, ordinal_position"
        )
        return {
            str(table): tuple(rows)
            for table, rows in found.groupby("table_name", sort=False)["column_name"]
        }

    def size(self, table: str, condition: str = "TRUE", parameters: Sequence = ()) -> int:
        """Rows of a table or view that meet a condition; counted once: a build never changes."""
        asked = (table, condition, *parameters)
        if asked not in self._sizes:
            if len(self._sizes) >= _SIZES_KEPT:
                self._sizes.clear()
            counted = f"SELECT count(*) AS n FROM {identifier(table)} WHERE {condition}"
            self._sizes[asked] = int(self.query(counted, parameters)["n"].iloc[0])
        return self._sizes[asked]

    def known(self, selection: Selection, dimension: Dimension) -> dict[int, object]:
        """The values that a dimension has in a selection, in their order, by a whole number.

        Text is numbered from 1; NULL, where it occurs, is the last. Looked up once: a build never
        changes.
        """
        rows_from, condition = selection.rows_from, selection.condition
        asked = (rows_from, dimension.expression, condition.text, *condition.parameters)
        if asked not in self._known:
            if len(self._known) >= _KNOWN_KEPT:
                self._known.clear()
            column, number = dimension.column, dimension.number
            occurring = f"SELECT DISTINCT {column} FROM {rows_from} WHERE {condition.text}"
            if number:  # days or slots: all between the first and the last, which are read faster
                occurring = (
                    f"WITH ends AS (SELECT min({column}) AS low, max({column}) - low AS span,"
                    f" count(*) > count({column}) AS has_unknown"
                    f" FROM {rows_from} WHERE {condition.text})"
                    f" SELECT low + CAST(unnest(range(span + 1)) AS INTEGER) AS {column} FROM ends"
                    " UNION ALL SELECT NULL FROM ends WHERE has_unknown"
                )
            number = number or f"row_number() OVER (ORDER BY {dimension.expression})"
            found = self.arrow(
                f"SELECT DISTINCT CAST({number} AS BIGINT) AS number,"
                f" {dimension.expression} AS known FROM ({occurring}) ORDER BY 2",
                condition.parameters,
            )
            numbers, values = (found.column(name).to_pylist() for name in ("number", "known"))
            known = dict(zip(numbers, values, strict=True))
            if None in known:
                known[max(known.keys() - {None}, default=0) + 1] = known.pop(None)
            self._known[asked] = known
        return self._known[asked]

    @cached_property
    def definition_rows(self) -> pd.DataFrame:
        """One row per metric or rule: its definition, fields that an older build lacks NULL."""
        found = self.query("SELECT * FROM definitions ORDER BY metric")
        fields = [field for field in Definition.__dataclass_fields__ if field not in found]
        return found.assign(**dict.fromkeys(fields))

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        """What each metric means."""
        rows = self.definition_rows.to_dict("records")
        return {row["metric"]: Definition.from_row(row) for row in rows}

    @cached_property
    def filter_values(self) -> dict[str, tuple[str, ...]]:
        """Known values of each dimension among the counted contacts, in alphabetical order."""
        columns = {
            **{name: name for name in ("channel", "language", "topic", "team", "urgency")},
            "agent": "agent_id",
        }
        return {
            name: tuple(
                self.query(
                    f"SELECT DISTINCT {column} AS known FROM fact_contacts"
                    f" WHERE exclusion IS NULL AND {column} IS NOT NULL ORDER BY 1"
                )["known"]
            )
            for name, column in columns.items()
            if column in self.columns["fact_contacts"]  # a build of an older version lacks some
        }

    @cached_property
    def queue_values(self) -> dict[str, tuple[str, ...]]:
        """Channels and languages that have a queue."""
        return {
            name: tuple(
                self.query(f"SELECT DISTINCT {name} AS known FROM fact_arrivals ORDER BY 1")[
                    "known"
                ]
            )
            for name in ("channel", "language")
        }

    @cached_property
    def covered_days(self) -> tuple[date | None, date | None]:
        """First and last local day with a counted contact; None without any."""
        found = self.query(
            "SELECT min(arrived_on) AS first, max(arrived_on) AS last FROM fact_contacts"
            " WHERE exclusion IS NULL"
        ).iloc[0]
        return tuple(None if pd.isna(day) else pd.Timestamp(day).date() for day in found)

    @cached_property
    def load_ids(self) -> frozenset[str]:
        """The raw loads that this build has read."""
        return frozenset(self.query("SELECT load_id FROM loads")["load_id"])

    @cached_property
    def origin_values(self) -> dict[str, tuple[str, ...]]:
        """Sources and scales that any metric can have: pages have no menu of them."""
        from_contacts = ("fact_contacts", "fact_surveys", "fact_reviews", "fact_article_events")
        places = {
            "source": [*((table, "source") for table in from_contacts),
                       ("fact_agent_time", "origin")],
            "scale": [("fact_surveys", "scale")],
        }  # fmt: skip
        known = {
            name: " UNION ".join(
                f"SELECT {column} AS known FROM {table} WHERE {column} IS NOT NULL"
                for table, column in columns
                if column in self.columns.get(table, ())
            )
            for name, columns in places.items()
        }
        return {
            name: tuple(self.query(f"{query} ORDER BY 1")["known"]) if query else ()
            for name, query in known.items()
        }

    def check_values(self, where: Where) -> None:
        """Raises UnknownNameError for a filter value that no counted contact has, and for a source
        or scale that nothing has."""
        for name, wanted in (where or {}).items():
            known = self.filter_values.get(name)
            if known is None and name in ("source", "scale"):
                known = self.origin_values[name]
            for value in as_list(wanted) if known is not None else ():
                if value is not None and value not in known:
                    raise unknown(value, known, name)

    @cached_property
    def info(self) -> dict:
        """The row of build_info."""
        return self.query("SELECT * FROM build_info").iloc[0].to_dict()


class Pointer:
    """Follows `CURRENT` of one warehouse and keeps the build it names open."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._build: Build | None = None

    def build(self) -> Build:
        """The build that is published now.

        Raises NothingPublishedError where there is none.
        """
        for attempt in range(1, _RETRIES + 1):
            path = pointed(self.root)
            current = self._build
            if current is not None and current.path == path:
                return current
            with self._lock:
                if self._build is not None and self._build.path == path:
                    return self._build
                try:
                    # The former build is let go, not closed: other threads may be reading it.
                    self._build = Build(path)
                    return self._build
                except duckdb.IOException as error:
                    if attempt == _RETRIES:
                        raise NothingPublishedError(
                            f"{path}: the published build can't be opened"
                            f" ({str(error).splitlines()[0]}); run support-quality build"
                        ) from None
        raise AssertionError("unreachable")


@contextmanager
def _values_readable() -> Iterator[None]:
    try:
        yield
    except duckdb.ConversionException as error:
        raise InputError(f"filter: {str(error).splitlines()[0]}") from None
