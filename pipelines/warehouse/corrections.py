"""Known errors of a provider, corrected while they last: data/reference/corrections.csv.

One line says: where `condition` holds in the raw table `table`, `column` holds the wrong value
`expected` and should hold `correction`. Only rows that still hold `expected` are corrected: once
the provider has mended the error the line does nothing, and a check asks to remove it. Raw files
are never changed; what models read (`latest_<table>`) is.

Values are plain text of the column's type; an empty one is NULL. A condition compares columns of
that table with values (=, <>, <, >, IN, BETWEEN, LIKE, IS NULL, AND, OR, NOT) and nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pipelines.errors import SettingsError
from pipelines.ingest.contracts import TABLES, VOCABULARY, Column, Table
from pipelines.reference import rows
from pipelines.sql import literal

COLUMNS = (
    "id", "table", "condition", "column", "correction", "expected", "reason", "reported_on",
)  # fmt: skip


@dataclass(frozen=True)
class Correction:
    """One line of the file; `condition`, `correction` and `expected` are SQL over `d`, the row."""

    id: str
    table: str
    column: str
    condition: str
    correction: str
    expected: str
    line: dict[str, str]

    @property
    def holds(self) -> str:
        """SQL: true of rows that are still wrong."""
        return f"({self.condition}) AND d.{self.column} IS NOT DISTINCT FROM {self.expected}"


def read_corrections(path: Path) -> list[Correction]:
    """The lines of a corrections file, checked; none where there is no file.

    Raises SettingsError naming file, line and remedy.
    """
    if not path.exists():
        return []
    found = []
    for number, line in rows(path, COLUMNS):
        where = f"{path}: line {number}"
        found.append(_correction(where, {name: line[name].strip() for name in COLUMNS}))
        if found[-1].id in {other.id for other in found[:-1]}:
            raise SettingsError(f"{where}: id {found[-1].id} is there twice; choose another")
    return found


def corrected_columns(corrections: Iterable[Correction], names: Iterable[str]) -> str:
    """The SELECT list of a raw table `d`, with each corrected column's first that holds."""
    by_column: dict[str, list[str]] = {}
    for each in corrections:
        case = f"WHEN {each.holds} THEN {each.correction}"
        by_column.setdefault(each.column, []).append(case)
    return ", ".join(
        f"CASE {' '.join(by_column[name])} ELSE d.{name} END AS {name}"
        if name in by_column
        else f"d.{name}"
        for name in names
    )


def _correction(where: str, line: dict[str, str]) -> Correction:
    table = TABLES.get(line["table"])
    if table is None:
        raise SettingsError(f"{where}: table '{line['table']}' is none of {', '.join(TABLES)}")
    column = next((c for c in table.columns if c.name == line["column"]), None)
    if column is None or column.name in (*table.key, table.version):
        changeable = [n for n in table.column_names if n not in (*table.key, table.version)]
        raise SettingsError(
            f"{where}: column '{line['column']}' can't be corrected; one of {', '.join(changeable)}"
        )
    if not line["id"] or not line["reason"]:
        raise SettingsError(f"{where}: id and reason must be written")
    try:
        date.fromisoformat(line["reported_on"])
    except ValueError:
        raise SettingsError(f"{where}: reported_on must be a day such as 2026-03-31") from None
    if line["correction"] == line["expected"]:
        raise SettingsError(f"{where}: correction and expected are the same; nothing is wrong then")
    if column.required and not line["correction"]:
        raise SettingsError(f"{where}: {column.name} can't be empty; write a correction")
    return Correction(
        id=line["id"],
        table=table.name,
        column=column.name,
        condition=_condition(where, line["condition"], table),
        correction=_value(f"{where}: correction", line["correction"], table, column),
        expected=_value(f"{where}: expected", line["expected"], table, column),
        line=line,
    )


def _condition(where: str, text: str, table: Table) -> str:
    import sqlglot  # a tenth of a second that every command would pay, and few sites need
    from sqlglot import exp

    comparisons = (
        exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Neg, exp.Paren,
        exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE,
        exp.In, exp.Between, exp.Like, exp.Is,
    )  # fmt: skip
    try:
        tree = sqlglot.parse_one(text, read="duckdb")
    except sqlglot.ParseError:
        tree = None
    if tree is None or not all(isinstance(node, comparisons) for node in tree.walk()):
        raise SettingsError(
            f"{where}: condition can't be read; compare columns with values, such as"
            " source = 'zendesk' AND created_at < '2026-03-01'"
        )
    for column in tree.find_all(exp.Column):
        if column.name not in table.column_names or column.table:
            raise SettingsError(
                f"{where}: condition: {table.name} has no column '{column.sql()}';"
                f" it has {', '.join(table.column_names)}"
            )
        column.set("table", exp.to_identifier("d"))
    return tree.sql("duckdb")


def _value(where: str, text: str, table: Table, column: Column) -> str:
    """SQL of a value of the column's type."""
    if not text:
        return f"CAST(NULL AS {column.type})"
    words = VOCABULARY.get(table.name, {}).get(column.name)
    if words and text not in words:
        raise SettingsError(f"{where}: '{text}' is none of {', '.join(words)}")
    try:
        plain = _plain(text, column.type)
    except (ValueError, KeyError):
        raise SettingsError(f"{where}: '{text}' is not a {column.type}") from None
    return f"CAST({literal(plain)} AS {column.type})"


def _plain(text: str, type_: str) -> str:
    """The text in the one spelling of its type; raises ValueError or KeyError for another."""
    if type_ == "BIGINT":
        return str(int(text))
    if type_ == "DOUBLE":
        return repr(float(text))
    if type_ == "BOOLEAN":
        return {"true": "true", "false": "false"}[text.lower()]
    if type_ == "TIMESTAMP":
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None:
            instant = instant.astimezone(UTC).replace(tzinfo=None)
        return instant.isoformat(sep=" ")
    return text
