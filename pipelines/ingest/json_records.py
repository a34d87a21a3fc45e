"""JSON exports as a relation of one record per row, whatever the file wraps around them.

Three shapes are read: one record per line (JSONL), an array of records, and the envelope of
an incremental export, {"tickets": [...], "end_of_stream": true}, alone or one per line.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from pipelines.ingest.tables import Table
from pipelines.sql import literal

_LARGEST_LINE = 64_000_000
_BUFFER = 2 * _LARGEST_LINE  # DuckDB would take 16 lines: a gigabyte, several times at once
_LARGEST_RECORD = 16_000_000


@dataclass(frozen=True)
class JsonShape:
    """`envelope`: path of the list that holds the records, None where they stand by themselves;
    `envelopes`: every such list of the first value, with the keys of its first records;
    `is_lines`: one value per line; `keys`: of the first records, as one alone may lack some;
    `outer_keys`: of the first value, whatever lists it holds."""

    envelope: str | None
    is_lines: bool
    is_array: bool
    keys: frozenset[str]
    envelopes: dict[str, frozenset[str]] = field(default_factory=dict)
    outer_keys: frozenset[str] = frozenset()

    def holding(self, headers: Iterable[str]) -> "JsonShape":
        """The shape whose records hold most of these paths: a list's, or the values themselves."""
        told = {header.split(".")[0].split("[")[0] for header in headers}
        choices = {self.envelope: self.keys, **self.envelopes, None: self.outer_keys or self.keys}
        envelope = max(choices, key=lambda at: len(told & choices[at]))
        return replace(self, envelope=envelope, keys=choices[envelope])


def shape_of(head: str) -> JsonShape | None:
    """The shape of a JSON text by its beginning; None where it is not JSON."""
    text = head.lstrip()
    if not text or text[0] not in "{[":
        return None
    if text[0] == "[":
        records = _first_values(text[1:])
        is_array = bool(records) and isinstance(records[0], dict)
        return JsonShape(None, False, True, _keys_of(records)) if is_array else None
    lines = text.split("\n", _RECORDS_LOOKED_AT)[:_RECORDS_LOOKED_AT]
    is_lines = isinstance(_parsed(lines[0]), dict) or _is_cut_off(lines)
    value = _beginning(lines[0] if is_lines else text)
    if not value:
        return None
    envelopes = {} if any(map(_NAMES_A_RECORD, value)) else _lists_of(value)
    if envelopes:
        path, keys = next(iter(envelopes.items()))
        return JsonShape(path, is_lines, False, keys, envelopes, frozenset(value))
    others = map(_parsed, lines[1:]) if is_lines else ()
    return JsonShape(None, is_lines, False, _keys_of([value, *others]))


_NAMES_A_RECORD = re.compile("(?:.*_)?id|.*Id|token", re.DOTALL).fullmatch
"""A key of a record, never of what is wrapped around records."""

_RECORDS_LOOKED_AT = 20


def _is_cut_off(lines: list[str]) -> bool:
    """Is the first line a record that breaks off, and the second one a whole record?"""
    is_open = lines[0].rstrip().endswith(("[", "{", ",", ":"))
    return not is_open and len(lines) > 1 and isinstance(_parsed(lines[1]), dict)


def _keys_of(records: Iterable[object]) -> frozenset[str]:
    return frozenset().union(*(record for record in records if isinstance(record, dict)))


def _lists_of(value: dict, path: str = "") -> dict[str, frozenset[str]]:
    """Path -> keys of the first records, of the lists of objects in a value and one level below."""
    lists = {}
    for key, inner in value.items():
        if isinstance(inner, list) and (not inner or isinstance(inner[0], dict)):
            lists[path + key] = _keys_of(inner[:_RECORDS_LOOKED_AT])
        elif isinstance(inner, dict) and not path:
            lists |= _lists_of(inner, f"{key}.")
    with_records = {at: keys for at, keys in lists.items() if keys}
    return with_records or lists


def _beginning(text: str) -> dict:
    """The object that a text begins with, as far as it goes: the text may be cut off."""
    decoder, at, found = json.JSONDecoder(), 1, {}
    try:
        while True:
            at = _after_blanks(text, at)
            if text[at] in ",":
                at = _after_blanks(text, at + 1)
            if text[at] == "}":
                return found
            key, at = decoder.raw_decode(text, at)
            at = _after_blanks(text, _after_blanks(text, at) + 1)
            start = at
            try:
                found[key], at = decoder.raw_decode(text, at)
            except (ValueError, RecursionError):  # cut off in the middle, or too deep
                inner = text[start:]
                if inner[0] == "[":
                    found[key] = [v for v in _first_values(inner[1:]) if isinstance(v, dict)]
                elif inner[0] == "{":
                    found[key] = _beginning(inner)
                return found
    except (ValueError, IndexError, RecursionError):
        return found


def _after_blanks(text: str, at: int) -> int:
    while text[at].isspace():
        at += 1
    return at


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _first_values(text: str) -> list[object]:
    """The first values of an array that begins before `text`, as far as it goes."""
    decoder, at, found = json.JSONDecoder(), 0, []
    try:
        while len(found) < _RECORDS_LOOKED_AT:
            value, at = decoder.raw_decode(text, _after_blanks(text, at))
            found.append(value)
            at = _after_blanks(text, at)
            if text[at] != ",":
                break
            at += 1
    except (ValueError, IndexError, RecursionError):
        pass
    return found


def records_sql(path: Path, shape: JsonShape, envelope: str | None = None) -> str:
    """SELECT _line, record (JSON text; not valid JSON where the line is broken).

    `envelope`: the list whose records are wanted, where it is not the shape's own."""
    envelope = envelope or shape.envelope
    if shape.is_lines:
        # one text column per line: a line that is no JSON is a reject, not the end of the load
        lines = f"""
            SELECT row_number() OVER () AS _line, c1 AS record
            FROM read_csv({literal(str(path))}, columns = {{'c1': 'VARCHAR'}}, auto_detect = false,
                header = false, delim = chr(1), quote = '', escape = '',
                max_line_size = {_LARGEST_LINE},
                buffer_size = {_BUFFER})"""
        lines = f"SELECT _line, record FROM ({lines}) WHERE trim(record) <> ''"
        if envelope is None:
            return lines
        return f"""
            SELECT _line, unnest(json_extract(record, '$.{envelope}[*]')) AS record
            FROM ({lines}) WHERE json_valid(record)
            UNION ALL SELECT _line, record FROM ({lines}) WHERE NOT json_valid(record)"""
    # an envelope is one value, as large as its file
    largest = max(_LARGEST_RECORD, path.stat().st_size if envelope else 0)
    objects = (
        f"read_json_objects({literal(str(path))},"
        f" format = '{'array' if shape.is_array else 'unstructured'}',"
        f" maximum_object_size = {largest})"
    )
    if envelope is not None:
        objects = f"(SELECT unnest(json_extract(json, '$.{envelope}[*]')) AS json FROM {objects})"
    return f"SELECT row_number() OVER () AS _line, CAST(json AS VARCHAR) AS record FROM {objects}"


@dataclass(frozen=True)
class RecordTable(Table):
    """JSON records as a table, for mappings: a header is a path of keys, `stats.resolved_at`.

    A key may be missing from every record of a file, so every path that a mapping tells is a
    header, besides the first record's own keys."""

    path: Path
    shape: JsonShape
    kind: str = "json"

    def rows_sql(self, missing: tuple[str, ...] = ("",), leave_out: int = 0) -> str:
        """See Table; also `record`. Lists and objects are their JSON text."""
        paths = ", ".join(literal(json_path(header)) for header in self.headers)
        listed = ", ".join(map(literal, missing))
        columns = ", ".join(
            f"CASE WHEN v[{i}] NOT IN ({listed}) THEN v[{i}] END AS c{i}"
            for i in range(1, len(self.headers) + 1)
        )
        return f"""(SELECT _line, record, {columns} FROM (
            SELECT _line, record, TRY(json_extract_string(record, [{paths}])) AS v
            FROM ({records_sql(self.path, self.shape)})) WHERE _line > {leave_out})"""

    def first_rows(self, number: int) -> list[list[str]]:
        """See Table."""
        columns = ", ".join(f"coalesce(c{i}, '')" for i in range(1, len(self.headers) + 1))
        with duckdb.connect() as connection:
            rows = connection.execute(
                f"SELECT {columns} FROM {self.rows_sql()} LIMIT {number}"
            ).fetchall()
        return [list(row) for row in rows]

    def text_sql(self) -> str:
        """SQL of the record as it stands in the file."""
        return "record"


def json_path(header: str) -> str:
    """The path of `stats.resolved_at` or `contacts[0].id` as DuckDB writes it."""
    keys = (re.fullmatch(r"(.*?)((?:\[\d+\])*)", key, re.DOTALL) for key in header.split("."))
    return "$" + "".join(f'."{key[1]}"{key[2]}' for key in keys)
