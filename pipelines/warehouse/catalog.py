"""What every published table and metric means, read from the header of the file that makes it.

A SQL file starts with a comment of TOML between `/* ---` and `--- */`; tables made in Python
have theirs in `headers/*.toml`. A build compares headers with the tables it made, so a column
without a meaning, or a meaning without a column, never reaches a reader.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.errors import BuildError

WAREHOUSE_DIR = Path(__file__).resolve().parent

_HEADER = re.compile(r"\A/\* ---\n(?P<toml>.*?)\n--- \*/\n(?P<sql>.*)\Z", re.DOTALL)
_NUMBERS = ("INTEGER", "BIGINT", "DOUBLE")
_METRIC_KEYS = (
    "label", "summary", "statistic", "statistics", "unit", "population", "date", "exclusions",
    "formula", "worked_example", "version",
)  # fmt: skip
# Absent where they do not apply: a share has no clock, and of some metrics neither way is good.
_OPTIONAL_METRIC_KEYS = (
    "clock_start", "clock_stop", "pauses", "up_is_good", "variant_of", "differs", "system",
    "reference", "vendor_column", "requires", "leaves_out",
)  # fmt: skip
# A rule is a metric by somebody else's definition, and says whose and where that is written.
_RULE_KEYS = (*_METRIC_KEYS, "variant_of", "differs", "system", "reference", "leaves_out")

_NEEDED_BY_STATISTIC = {"ratio": "weight", "km_median": "is_observed", "km_p90": "is_observed"}


@dataclass(frozen=True)
class ColumnNote:
    """One column of a published table: DuckDB type, unit ("" where it has none) and meaning; how
    it is compressed where DuckDB's own choice costs too much ("" elsewhere)."""

    name: str
    type: str
    unit: str
    meaning: str
    compression: str = ""


@dataclass(frozen=True)
class Header:
    """What a file says about the table, view, metric or audit it makes.

    `kind` is core, fact, metric, rule, audit, or table (made in Python); `inputs` are the tables
    its SQL reads; `entries` holds every key of the header as written."""

    name: str
    kind: str
    path: Path
    summary: str
    grain: str = ""
    key: tuple[str, ...] = ()
    columns: tuple[ColumnNote, ...] = ()
    sql: str = ""
    inputs: frozenset[str] = frozenset()
    entries: dict = field(default_factory=dict, hash=False)

    def has(self, column: str) -> bool:
        """Whether the table has a column of that name."""
        return any(note.name == column for note in self.columns)

    @property
    def is_view(self) -> bool:
        """Whether it is stored as a view: metrics, rules, and cores that are read once."""
        return self.kind in ("metric", "rule") or self.entries.get("stored") == "view"


@lru_cache(maxsize=1)
def headers() -> tuple[Header, ...]:
    """Every header: models, metrics and audits in the order they can run, then Python's tables.

    Raises BuildError where a header is missing, is not TOML, or lacks a key.
    """
    sql = [
        *(_read(path, _kind(path)) for path in _files("models")),
        *(_read(path, "metric") for path in _files("metrics")),
        *(_read(path, "rule") for path in _files("rules")),
        *(_read(path, "audit") for path in _files("audits")),
    ]
    return (*_in_order(sql), *_python_made())


def models() -> list[Header]:
    """Core and fact tables, each after the tables it reads."""
    return [header for header in headers() if header.kind in ("core", "fact")]


def metrics() -> list[Header]:
    """Metrics by name."""
    return sorted((h for h in headers() if h.kind == "metric"), key=lambda h: h.name)


def rules() -> list[Header]:
    """Metrics by the definitions of helpdesks and others, by name; each is a `variant_of` one."""
    return sorted((h for h in headers() if h.kind == "rule"), key=lambda h: h.name)


def audits() -> list[Header]:
    """Audits by name."""
    return sorted((h for h in headers() if h.kind == "audit"), key=lambda h: h.name)


def published() -> list[Header]:
    """Headers of what readers see: facts, Python-made tables, metrics, then rules, by name."""
    kinds = {"fact": 0, "table": 0, "metric": 1, "rule": 2}
    return sorted((h for h in headers() if h.kind in kinds), key=lambda h: (kinds[h.kind], h.name))


def header(name: str) -> Header:
    """The header of one table; raises BuildError where no file describes it."""
    for candidate in headers():
        if candidate.name == name:
            return candidate
    raise BuildError(f"table {name}: no header describes it; add one under {WAREHOUSE_DIR.name}/")


def disagreements(head: Header, made: Iterable[tuple[str, str]]) -> list[str]:
    """How a table differs from its header, one sentence each; empty where they agree.

    Parameters
    ----------
    made : iterable of (column name, DuckDB type), in the table's order
    """
    noted = {column.name: column.type for column in head.columns}
    made = dict(made)
    if not noted:
        return [] if head.kind == "core" else ["the header describes no columns"]
    return [
        *(f"{name} is in the header only" for name in noted if name not in made),
        *(f"{name} has no entry in the header" for name in made if name not in noted),
        *(
            f"{name} is {made[name]}, the header says {noted[name]}"
            for name in noted
            if name in made
            and noted[name] != made[name]
            and not (noted[name] == "number" and made[name] in _NUMBERS)
        ),
    ]


@lru_cache(maxsize=1)
def dictionary() -> pa.Table:
    """One row per column of every published table: table_name, column_name, type, unit,
    meaning, grain."""
    return pa.Table.from_pylist(
        [
            {
                "table_name": head.name,
                "column_name": column.name,
                "type": column.type,
                "unit": column.unit,
                "meaning": column.meaning,
                "grain": head.grain,
            }
            for head in published()
            for column in head.columns
        ]
    )


@lru_cache(maxsize=1)
def definitions() -> pa.Table:
    """One row per metric or rule: its name (without `metric_`), its header, and its SQL."""
    keys = (*_METRIC_KEYS, *_OPTIONAL_METRIC_KEYS)
    rows = []
    for head in (*metrics(), *rules()):
        row = {"metric": head.name.removeprefix("metric_")}
        row |= {key: _text(head.entries.get(key)) for key in keys}
        rows.append(row | {"sql": head.sql.strip()})
    return pa.Table.from_pylist(rows)


def dictionary_page() -> str:
    """The data dictionary as Markdown: the text of data/README.md."""
    lines = [
        "# Data dictionary",
        "",
        "Generated from the headers of `pipelines/warehouse/` by `support-quality docs`;"
        " edit those, not this page. Instants (`_at`) are naive UTC, days (`_on`) are of the"
        " site's zone, durations (`_seconds`) whole seconds. NULL means not observed or not"
        " applicable, never 0.",
        "",
    ]
    for head in published():
        lines += [f"## {head.name}", "", head.summary, ""]
        lines += [
            f"One row per: {head.grain}." + (f" Key: {', '.join(head.key)}." if head.key else ""),
            "",
        ]
        lines += ["| column | type | unit | meaning |", "|---|---|---|---|"]
        lines += [
            f"| {c.name} | {c.type} | {c.unit} | {c.meaning.replace('|', chr(92) + '|')} |"
            for c in head.columns
        ]
        lines.append("")
    return "\n".join(lines)


def _files(folder: str) -> list[Path]:
    return sorted((WAREHOUSE_DIR / folder).glob("*.sql"))


def _kind(path: Path) -> str:
    return "core" if path.stem.startswith("core_") else "fact"


def _read(path: Path, kind: str) -> Header:
    match = _HEADER.match(path.read_text(encoding="utf-8"))
    if match is None:
        raise BuildError(f"{path}: does not start with a header `/* ---` TOML `--- */`")
    entries = _toml(path, match["toml"])
    name = f"metric_{path.stem}" if kind in ("metric", "rule") else path.stem
    required = {
        "metric": _METRIC_KEYS,
        "rule": _RULE_KEYS,
        "audit": ("summary", "severity", "remedy"),
    }
    for key in required.get(kind, ("summary", "grain", "key")):
        if key not in entries:
            raise BuildError(f"{path}: the header lacks `{key}`")
    columns = entries.get("columns", {})
    inputs, selected = _parsed(path, match["sql"])
    if kind in ("metric", "rule"):
        columns = {**_metric_columns(selected, entries), **columns}
        _check_statistics(path, entries, columns)
    return Header(
        name=name,
        kind=kind,
        path=path,
        summary=entries["summary"],
        grain=entries.get("grain", "one observation"),
        key=tuple(entries.get("key", ())),
        columns=_notes(path, columns),
        sql=match["sql"],
        inputs=inputs,
        entries=entries,
    )


def _python_made() -> Iterator[Header]:
    for path in sorted((WAREHOUSE_DIR / "headers").glob("*.toml")):
        for name, entries in _toml(path, path.read_text(encoding="utf-8")).items():
            yield Header(
                name=name,
                kind="internal" if entries.get("internal") else "table",
                path=path,
                summary=entries["summary"],
                grain=entries["grain"],
                key=tuple(entries["key"]),
                columns=_notes(path, entries["columns"]),
                entries=entries,
            )


@lru_cache(maxsize=1)
def _observation() -> dict:
    path = WAREHOUSE_DIR / "observation.toml"
    return _toml(path, path.read_text(encoding="utf-8"))


def _metric_columns(selected: list[str], entries: dict) -> dict:
    """The columns that metrics share are described once; `value` takes the metric's unit."""
    shared = _observation()
    notes = {name: shared[name] for name in selected if name in shared}
    return notes | {"value": shared["value"] | {"unit": entries["unit"]}}


def _check_statistics(path: Path, entries: dict, columns: dict) -> None:
    """What a statistic needs beside the value must be a column of the observations."""
    for name in dict.fromkeys((entries["statistic"], *entries["statistics"])):
        needed = _NEEDED_BY_STATISTIC.get(name)
        if needed and needed not in columns:
            raise BuildError(f"{path}: the statistic {name} needs a column `{needed}`")


def _toml(path: Path, text: str) -> dict:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BuildError(f"{path}: the header is not valid TOML: {error}") from None


def _notes(path: Path, columns: dict) -> tuple[ColumnNote, ...]:
    try:
        return tuple(
            ColumnNote(
                name,
                note["type"],
                note.get("unit", ""),
                note["meaning"],
                note.get("compression", ""),
            )
            for name, note in columns.items()
        )
    except KeyError as error:
        raise BuildError(f"{path}: a column of the header lacks {error}") from None


def _parsed(path: Path, sql: str) -> tuple[frozenset[str], list[str]]:
    """The tables that a query reads, and the names of its columns, as DuckDB parses it."""
    read: set[str] = set()
    named: set[str] = set()

    def note(node: dict) -> dict:
        if node.get("type") == "BASE_TABLE":
            read.add(node["table_name"])
        for cte in node.get("cte_map", {}).get("map", ()):
            named.add(cte["key"])
        return node

    ((text,),) = duckdb.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()
    tree = json.loads(text, object_hook=note)
    if tree["error"]:
        complaint = tree["error_message"].splitlines()[0]
        raise BuildError(f"{path}: cannot be parsed: {complaint}")
    node = tree["statements"][0]["node"]
    while "select_list" not in node:  # a union is named by its first part
        node = node["children"][0]
    selected = [column["alias"] or column["column_names"][-1] for column in node["select_list"]]
    return frozenset(read - named), selected


def _in_order(found: list[Header]) -> list[Header]:
    """Each after those it reads; by name where that leaves a choice."""
    waiting = {head.name: head for head in sorted(found, key=lambda h: h.name)}
    ordered: list[Header] = []
    while waiting:
        ready = [h for h in waiting.values() if not (h.inputs - {h.name}) & waiting.keys()]
        if not ready:
            raise BuildError(f"models read each other in a circle: {', '.join(waiting)}")
        for head in ready:
            ordered.append(waiting.pop(head.name))
    return ordered


def _text(entry: object) -> object:
    return ",".join(entry) if isinstance(entry, list) else entry
