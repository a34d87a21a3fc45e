"""The contract of a source: one vendor export, recognised by what stands in it.

A source says by which headers or keys it knows its files, and reads one file into streams: SQL
queries that give one row per record with a verdict, and a plan of which of their columns
fill which contract columns. The loader runs the queries, writes the raw tables and the rejects.
Vendor words stop here: what leaves a source is the contract's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from pipelines.errors import SettingsError, ZoneError
from pipelines.ingest.checks import Check, judged_sql
from pipelines.ingest.contracts import STATUSES, TABLES
from pipelines.ingest.json_kinds import holds_other_kinds, list_paths, other_kinds_sql
from pipelines.ingest.json_lines import typed_sql
from pipelines.ingest.json_records import records_sql
from pipelines.ingest.mapping import Mapping
from pipelines.ingest.privacy import pseudonym_sql
from pipelines.ingest.probe import Probe
from pipelines.ingest.tables import Table, normalised
from pipelines.ingest.times import moment_sql
from pipelines.ingest.vocabulary import first_known_sql, words_sql
from pipelines.sql import identifier, literal


@dataclass(frozen=True)
class Fill:
    """How a stream fills one raw table.

    `columns`: contract column -> column of the query; what is not named is NULL. `constants`:
    contract column -> the same text on every row. `when`: a boolean column of the query; only
    rows where it is true (None: all) have a row in this table."""

    columns: dict[str, str]
    constants: dict[str, str] = field(default_factory=dict)
    when: str | None = None


@dataclass(frozen=True)
class Stream:
    """`query` gives one row per record: `_line`, `_reasons`, `_remedy`, `_raw`, `_received_on`
    and the columns that the fills name. `table` is what its rejected rows would have been in.
    `is_main`: its records are counted as received where `table` is the source's main table."""

    table: str
    query: str
    fills: dict[str, Fill]
    is_main: bool = True


def stream(
    table: str,
    rows: str,
    fills: dict[str, dict[str, str]],
    *,
    checks: Sequence[Check],
    raw: str,
    received_on: str,
    when: dict[str, str] | None = None,
    is_main: bool = True,
) -> Stream:
    """A stream in which every contract column is an expression over `rows`.

    Parameters
    ----------
    table : the raw table that refused rows would have been in.
    rows : SELECT giving `_line` and whatever the expressions name.
    fills : raw table -> contract column -> SQL expression; columns left out are NULL.
    checks, raw, received_on : see checks.judged_sql.
    when : raw table -> SQL condition of the rows that it gets; every row by default.
    """
    when = when or {}
    expressions, plan = [], {}
    for name, columns in fills.items():
        unknown = set(columns) - set(TABLES[name].column_names)
        if unknown:
            raise KeyError(f"{name} has no column {', '.join(sorted(unknown))}")
        expressions += [f'{sql} AS "{name}.{column}"' for column, sql in columns.items()]
        if name in when:
            expressions.append(f'coalesce({when[name]}, false) AS "{name}?"')
        plan[name] = Fill(
            {column: f"{name}.{column}" for column in columns},
            when=f"{name}?" if name in when else None,
        )
    query = f"""
        SELECT _line, _reasons, _remedy, _raw, _received_on, {", ".join(expressions)}
        FROM ({judged_sql(rows, checks, raw, received_on)})"""
    return Stream(table, query, plan, is_main)


@dataclass(frozen=True)
class Reading:
    """All that a source may use to read one file."""

    probe: Probe
    connection: duckdb.DuckDBPyConnection
    system: str
    zone: str | None
    key: bytes

    def __post_init__(self) -> None:
        self.connection.execute(
            "SET VARIABLE other_kinds = MAP(CAST([] AS BIGINT[]), CAST([] AS VARCHAR[]))"
        )

    @property
    def mapping(self) -> Mapping:
        return self.probe.mapping

    @property
    def name(self) -> Path:
        return self.probe.name

    def records(self, structure: str, envelope: str | None = None, with_text: bool = False) -> str:
        """SELECT _line, record (JSON text), t (the record as a struct; NULL: not JSON).

        `structure`: what json_transform takes; keys that are not there are NULL. `record` is for
        the rows that are refused: an expression may use it only `with_text`."""
        path, shape = self.probe.path, self.probe.json
        rows = records_sql(path, shape, envelope)
        is_sound = not self._finds_other_kinds(rows, list_paths(structure))
        if self.probe.is_plain_lines and envelope is None and not with_text:
            typed = typed_sql(path, structure)
        else:
            record = f"TRY(json_transform(record, '{structure}'))"
            typed = f"SELECT _line, record, {record} AS t FROM ({rows})"
        if is_sound:
            return typed
        refused = "map_contains(getvariable('other_kinds'), _line)"
        return f"SELECT _line, record, CASE WHEN {refused} THEN NULL ELSE t END AS t FROM ({typed})"

    def _finds_other_kinds(self, rows: str, paths: tuple[tuple[str, ...], ...]) -> bool:
        """Are there records in which one of these lists is none? NOT_JSON refuses them then."""
        if not paths or not holds_other_kinds(self.probe.path, paths):
            return False
        found = self.connection.execute(other_kinds_sql(rows, paths)).fetchall()
        told = self.connection.execute("SELECT getvariable('other_kinds')").fetchall()[0][0]
        both = told | dict(found)
        self.connection.execute(
            "SET VARIABLE other_kinds = MAP(CAST(? AS BIGINT[]), CAST(? AS VARCHAR[]))",
            [list(both), list(both.values())],
        )
        return bool(found)

    def flat_records(self, keys: Sequence[str]) -> str:
        """SELECT _line, record, t of records without inner ones, be they JSON or a table's rows:
        t has these keys, as texts; NULL where the file has no such key. A table's headers may stand
        in quotes of their own."""
        if self.probe.json is not None:
            return self.records("{" + ", ".join(f'"{key}": "VARCHAR"' for key in keys) + "}")
        table = self.probe.table
        values = ", ".join(
            f"{literal(key)}: {table.column(key, identifier(key)) or 'CAST(NULL AS VARCHAR)'}"
            for key in keys
        )
        return (
            f"SELECT _line, {table.text_sql()} AS record, {{{values}}} AS t FROM {table.rows_sql()}"
        )

    def pseudonym(self, value: str, system: str | None = None) -> str:
        """SQL of a customer's pseudonym."""
        return pseudonym_sql(value, system or self.system, self.key)

    def composed(self, text: str) -> str:
        """SQL of a text in Unicode's composed form (NFC): the same word is the same text."""
        return f"nfc_normalize({text})" if self.probe.is_decomposed else text

    def masked(self, text: str) -> str:
        """SQL of a masked text."""
        return f"masked({self.composed(text)})"

    def id(self, value: str, system: str | None = None) -> str:
        """SQL of an id with its system, `zendesk:123`: of a contact, message, survey, team, ..."""
        return f"({literal((system or self.system) + ':')} || {value})"

    def times(self, *names: str, zone: str | None = None) -> str:
        """SQL columns: texts of the record `t` as UTC times of the same names; those without an
        offset are of the zone, by default the file's."""
        zone = zone or self.zone
        return ", ".join(f"{moment_sql(f't.{name}', zone)} AS {name}" for name in names)

    def column(self, header: str, key: str) -> str:
        """SQL name of a column that the mapping names.

        Raises SettingsError where the file has no such column."""
        name = self.probe.table.column(header)
        if name is None:
            known = ", ".join(h for h in self.probe.table.headers if h.strip())
            raise SettingsError(
                f"{self.mapping.path}: {key}: {self.name.name} has no column '{header}';"
                f" it has: {known}"
            )
        return name

    def unknown_column(self, key: str, known: str) -> SettingsError:
        """The complaint about a column that this source does not have."""
        return SettingsError(f"{self.mapping.path}: {key}: no such column; known: {known}")

    def translated(self, field: str, value: str) -> str:
        """SQL of a value in the words that the mapping's [values.<field>] gives it."""
        words = self.mapping.values.get(field)
        return words_sql(value, words, value) if words else value

    def status(self, value: str, words: dict[str, str]) -> str:
        """SQL of the status for a helpdesk's word, in lower case; unknown for an account's own,
        unless the mapping's [values.status] tells it."""
        told = self.mapping.values.get("status", {})
        for raw, word in told.items():
            if word not in STATUSES:
                raise SettingsError(
                    f"{self.mapping.path}: [values.status] {raw}: no status '{word}'; known:"
                    f" {', '.join(STATUSES)}"
                )
        words = words | {normalised(raw): word for raw, word in told.items()}
        return words_sql(f"lower(trim({value}))", words, "'unknown'")

    def custom(self, field: str, fields: str, tags: str) -> str:
        """SQL of a JSON record's language or topic: of the custom field that the mapping names,
        else the first of custom fields (a MAP of texts) and tags (a list) that is a word for one.
        """
        told = self.mapping.columns.get(field)
        if told is not None:
            return self.composed(f"{fields}[{literal(told.columns[0])}]")
        values = f"list_filter(map_values({fields}), lambda v: v IS NOT NULL)"
        known = ", ".join(first_known_sql(texts, f"{field}s") for texts in (values, tags))
        return self.composed(f"coalesce({known})")

    def told_exclusion(self, texts: dict[str, str], lists: dict[str, str] | None = None) -> str:
        """SQL of the mapping's reason why a JSON record is not counted; NULL where it counts.

        `texts` and `lists`: what a rule may look at, as SQL of a text or of a list of texts."""
        lists = lists or {}
        cases = []
        for reason, rule in self.mapping.exclude.items():
            for name, wanted in rule.items():
                known = ", ".join(literal(text.strip().casefold()) for text in wanted)
                key = name.casefold()
                if key in lists:
                    values = f"list_transform({lists[key]}, lambda x: lower(x))"
                    cases.append(f"WHEN list_has_any({values}, [{known}]) THEN '{reason}'")
                elif key in texts:
                    cases.append(f"WHEN lower({texts[key]}) IN ({known}) THEN '{reason}'")
                else:
                    raise self.unknown_column(
                        f"[exclude.{reason}] {name}", ", ".join((*texts, *lists))
                    )
        return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"

    def require_zone(self) -> str:
        """The zone of the file's local times. Raises ZoneError where none was told."""
        if self.zone is None:
            raise ZoneError(
                f"{self.name}: its times carry no offset and no zone was told; pass --zone"
                ' Asia/Seoul, or write zone = "Asia/Seoul" in a mapping file'
            )
        return self.zone

    def tags(self, text: str) -> str:
        """SQL of the list of a table's tags: divided by blanks or commas, or a JSON list."""
        divided = f"string_split_regex({text}, '[ ,]+')"
        listed = f"TRY(from_json({text}, '[\"VARCHAR\"]'))"
        return f"coalesce(CASE WHEN starts_with({text}, '[') THEN {listed} END, {divided})"

    def exclusion(self, tag_headers: tuple[str, ...] = ()) -> str:
        """SQL of the mapping's reason why a row is not counted; NULL where it counts."""
        cases = []
        for reason, rule in self.mapping.exclude.items():
            for header, texts in rule.items():
                column = self.column(header, f"[exclude.{reason}] {header}")
                known = ", ".join(literal(text.strip().casefold()) for text in texts)
                if normalised(header) in tag_headers:
                    found = f"list_has_any({self.tags(f'lower({column})')}, [{known}])"
                else:
                    found = f"lower(trim({column})) IN ({known})"
                cases.append(f"WHEN {found} THEN '{reason}'")
        return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"


@dataclass(frozen=True)
class Source:
    """One kind of export.

    `system` prefixes its ids (None: the mapping must tell). `main_table` is what its records
    are, counted as received. `fields` and `required` are what a mapping may and must tell;
    `usual_columns` are the headers, in lower case, that its exports have by themselves;
    `optional_columns` it reads too, where they are there.
    `recognises` looks at headers or keys, never at the file's name. `footers` is a pattern of
    whole lines that stand between or after the records and are none; `has_headers` is false where
    the first line names a customer, as in a talk; `header_rows` tells how many of a table's first
    records are headers too. `passed_over` says why a file that the
    source knows is not loaded: it holds nothing that is measured. `sheets` are those of a
    workbook, in lower case, that it knows besides the first. `joins_records`: what it delivers
    is made of several records, so that a refused one can't be replayed alone."""

    name: str
    system: str | None
    main_table: Callable[[Probe], str]
    recognises: Callable[[Probe], bool]
    read: Callable[[Reading], list[Stream]]
    fields: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    usual_columns: tuple[str, ...] = ()
    optional_columns: tuple[str, ...] = ()
    footers: str | None = None
    has_headers: Callable[[Probe], bool] = lambda probe: True
    header_rows: Callable[[Table], int] = lambda table: 0
    passed_over: Callable[[Probe], str | None] = lambda probe: None
    sheets: tuple[str, ...] = ()
    joins_records: bool = False

    def headers(self, probe: Probe) -> list[str]:
        """The file's headers; none in JSON, or where its first line is somebody's words."""
        if probe.json is not None or not self.has_headers(probe):
            return []
        return list(probe.table.headers)

    def columns_report(self, probe: Probe) -> dict[str, list[str]]:
        """Headers that nothing uses, and usual ones that are not there; none where the file has no
        headers, or where a source names no columns since it knows them by their place."""
        headers = self.headers(probe)
        if not headers or not (self.usual_columns or self.fields):
            return {"columns_unknown": [], "columns_missing": []}
        names = (
            *self.usual_columns, *self.optional_columns, *self.fields, *probe.mapping.headers,
        )  # fmt: skip
        known = {normalised(header) for header in names}
        unread = probe.sheets_besides(self.sheets)
        return {
            "columns_unknown": [
                *(h for h in headers if normalised(h) not in known),
                *(f"sheet {name!r}" for name in unread),
            ],
            "columns_missing": [h for h in self.usual_columns if h not in probe.header_set],
        }
