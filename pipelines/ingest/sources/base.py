"""The contract of a source: one vendor export, recognised by what stands in it.

A source says by which headers or keys it knows its files, and reads one file into streams: SQL
queries that give one row per record with a verdict, and a plan of which of their columns
fill which contract columns. The loader runs the queries, writes the raw tables and the rejects.
Vendor words stop here: what leaves a source is the contract's.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import duckdb

from pipelines.errors import SettingsError, ZoneError
from pipelines.ingest.contracts import STATUSES, TABLES
from pipelines.ingest.delimited import describe
from pipelines.ingest.json_kinds import holds_other_kinds, list_paths, other_kinds_sql
from pipelines.ingest.json_lines import has_blank_lines, typed_sql
from pipelines.ingest.json_records import (
    JsonShape,
    RecordTable,
    records_sql,
    shape_of,
)
from pipelines.ingest.mapping import LINE, Mapping
from pipelines.ingest.privacy import pseudonym_sql
from pipelines.ingest.quarantine import Check, judged_sql
from pipelines.ingest.tables import StoredTable, Table, identifier, normalised, quoted
from pipelines.ingest.vocabulary import first_known_sql


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
    checks, raw, received_on : see quarantine.judged_sql.
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


def _holds_words(line: str) -> bool:
    """Does a line hold more than separators and quotes?"""
    return bool(line.strip(" \t\r,;|\"'"))


_HEADER_LINES = 20
"""So many lines may stand before the header: a title, the period, a note of the zone."""


@dataclass(frozen=True)
class Probe:
    """A file as a source sees it before reading: its first text, and what was told of it.

    `stored`: the tables of a workbook (sheet -> table) or a Parquet file, else none; their
    header and that of a text may stand `header_line` lines below the top."""

    name: Path
    path: Path
    head: str
    is_whole: bool
    mapping: Mapping
    is_decomposed: bool = False
    stored: dict[str, StoredTable] = field(default_factory=dict)

    @cached_property
    def json(self) -> JsonShape | None:
        """Keys of its records, where the text is JSON."""
        return None if self.stored else shape_of(self.head)

    @cached_property
    def table(self) -> Table:
        """The file's table; the first sheet of a workbook; JSON as its mapping sees it."""
        if self.stored:
            first, *others = self.stored.values()
            for other in others:
                if other.goes_on(first):
                    first = first.followed_by(other)
            return self._told_of(first)
        if self.json is not None:
            shape = self.json.holding(self.mapping.headers)
            headers = dict.fromkeys((*self.mapping.headers, *sorted(shape.keys)))
            return RecordTable(tuple(headers), self.path, shape)
        return describe(self.path, self.name, self.head, self.mapping.file)

    @cached_property
    def is_plain_lines(self) -> bool:
        """Is it one record a line, and no line blank?"""
        shape = self.json
        is_lines = shape is not None and shape.is_lines and shape.envelope is None
        return is_lines and not has_blank_lines(self.path)

    @property
    def table_or_none(self) -> Table | None:
        """The file's table; None for JSON."""
        return self.table if self.json is None else None

    @cached_property
    def header_set(self) -> frozenset[str]:
        """Headers in lower case; empty for JSON."""
        if self.json is not None:
            return frozenset()
        return frozenset(normalised(header) for header in self.table.headers)

    @cached_property
    def has_told_columns(self) -> bool:
        """Does the header hold every column that the mapping tells?"""
        told = {normalised(c) for field in self.mapping.columns.values() for c in field.columns}
        told.discard(LINE)
        return bool(told) and told <= self.header_set

    def candidates(self) -> Iterator["Probe"]:
        """The file with its header in the first line, the second, and so on, unless told; of a
        workbook, each sheet in turn."""
        told = self.mapping.file
        is_text = self.json is None and not self.stored
        lines = self.head.split("\n", _HEADER_LINES) if is_text else []
        if not is_text or told.skip_lines or not told.has_header or _holds_words(lines[0]):
            yield self
        if self.json is not None or told.skip_lines or not told.has_header:
            return
        for name, table in self.stored.items():
            for lower in (table, *table.below(_HEADER_LINES)):
                yield replace(self, stored={name: lower} | self.stored | {name: lower})
        for number, line in enumerate(lines[1:-1], 1):
            if _holds_words(line):
                file = replace(told, skip_lines=number)
                yield replace(self, mapping=replace(self.mapping, file=file))

    def sheets_besides(self, known: tuple[str, ...]) -> list[str]:
        """The sheets of a workbook that are neither its table nor among the known ones."""
        first = next(iter(self.stored.values()), None)
        return [
            name
            for name, sheet in self.stored.items()
            if sheet is not first and not sheet.goes_on(first) and normalised(name) not in known
        ]

    def _told_of(self, sheet: StoredTable) -> StoredTable:
        """A sheet with its header where the mapping tells it."""
        told = self.mapping.file
        if told.skip_lines:
            lower = (table for table in (sheet, *sheet.below(told.skip_lines)))
            sheet = next((table for table in lower if table.header_line > told.skip_lines), sheet)
        if told.columns:
            if len(told.columns) != len(sheet.headers):
                raise SettingsError(
                    f"{self.name}: the mapping tells {len(told.columns)} columns, the sheet has"
                    f" {len(sheet.headers)}; correct [file] columns"
                )
            first = sheet.header_line - (not told.has_header)
            sheet = replace(sheet, headers=told.columns, header_line=first)
        return sheet


NOT_JSON = Check(
    "t IS NULL",
    "not a JSON object",
    "export the file again: this line is cut off or damaged",
    told="getvariable('other_kinds')[_line]",
)


def words_sql(value: str, words: dict[str, str], otherwise: str) -> str:
    """SQL of the word for a code."""
    cases = " ".join(f"WHEN {quoted(code)} THEN {quoted(word)}" for code, word in words.items())
    return f"CASE {value} {cases} ELSE {otherwise} END"


def tags_sql(tags: str) -> str:
    """SQL of a list of tags as one text, divided by blanks; those within a tag become _."""
    return f"array_to_string(list_transform({tags}, lambda tag: replace(tag, ' ', '_')), ' ')"


def missing(*names: str) -> list[Check]:
    """Checks that a JSON record has these keys, which its structure reads as text."""
    return [
        Check(f"t IS NOT NULL AND nullif(t.{name}, '') IS NULL", f"{name} is missing")
        for name in names
    ]


def not_times(*names: str) -> list[Check]:
    """Checks that a JSON record's texts could be read into columns of the same names."""
    return [
        Check(f"t.{name} IS NOT NULL AND {name} IS NULL", f"{name} is not a time") for name in names
    ]


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
            f"{quoted(key)}: {table.column(key, identifier(key)) or 'CAST(NULL AS VARCHAR)'}"
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

    def contact_id(self, value: str, system: str | None = None) -> str:
        """SQL of a contact's id."""
        return f"({quoted((system or self.system) + ':')} || {value})"

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
        words = self.mapping.values.get(field, {})
        cases = " ".join(f"WHEN {quoted(raw)} THEN {quoted(word)}" for raw, word in words.items())
        return f"CASE {value} {cases} ELSE {value} END" if cases else value

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
            return self.composed(f"{fields}[{quoted(told.columns[0])}]")
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
                known = ", ".join(quoted(text.strip().casefold()) for text in wanted)
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
                known = ", ".join(quoted(text.strip().casefold()) for text in texts)
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
    whole lines that stand between or after the records and are none; `header_rows` tells how
    many of a table's first records are headers too. `passed_over` says why a file that the
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
    header_rows: Callable[[Table], int] = lambda table: 0
    passed_over: Callable[[Probe], str | None] = lambda probe: None
    sheets: tuple[str, ...] = ()
    joins_records: bool = False

    def columns_report(self, probe: Probe) -> dict[str, list[str]]:
        """Headers that nothing uses, and usual ones that are not there; none in JSON, or where a
        source names no columns since it knows them by their place."""
        if probe.json is not None or not (self.usual_columns or self.fields):
            return {"columns_unknown": [], "columns_missing": []}
        mapping = probe.mapping
        names = (*self.usual_columns, *self.optional_columns, *self.fields, *mapping.headers)
        known = {normalised(header) for header in names}
        unread = probe.sheets_besides(self.sheets)
        return {
            "columns_unknown": [
                *(h for h in probe.table.headers if normalised(h) not in known),
                *(f"sheet {name!r}" for name in unread),
            ],
            "columns_missing": [h for h in self.usual_columns if h not in probe.header_set],
        }
