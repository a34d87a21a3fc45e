"""JSON exports as a relation of one record per row, whatever the file wraps around them.

Three shapes are read: one record per line (JSONL), an array of records, and the envelope of
an incremental export, {"tickets": [...], "end_of_stream": true}, alone or one per line.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from pipelines.ingest.delimited import quoted

_LARGEST_LINE = 64_000_000
_BUFFER = 2 * _LARGEST_LINE  # DuckDB would take 16 lines: a gigabyte, several times at once
_LARGEST_RECORD = 16_000_000


@dataclass(frozen=True)
class JsonShape:
    """`envelope`: the key that holds the records, None where they stand by themselves;
    `is_lines`: one value per line; `keys`: of the first record."""

    envelope: str | None
    is_lines: bool
    is_array: bool
    keys: frozenset[str]


def shape_of(head: str) -> JsonShape | None:
    """The shape of a JSON text by its beginning; None where it is not JSON."""
    text = head.lstrip()
    if not text or text[0] not in "{[":
        return None
    if text[0] == "[":
        first = _first_value(text[1:].lstrip())
        return JsonShape(None, False, True, frozenset(first)) if isinstance(first, dict) else None
    line = text.split("\n", 1)[0]
    is_lines = isinstance(_parsed(line), dict)
    value = _parsed(line) if is_lines else _parsed(text)
    envelope = _envelope(value, text)
    if envelope is not None:
        key, record = envelope
        return JsonShape(key, is_lines, False, frozenset(record))
    if not isinstance(value, dict):
        value = _first_value(text)
    if not isinstance(value, dict):
        return None
    return JsonShape(None, is_lines, False, frozenset(value))


_ENVELOPES = (
    "tickets", "ticket_metrics", "comments", "users", "satisfaction_ratings", "chats",
)  # fmt: skip


def _envelope(value: object, text: str) -> tuple[str, dict] | None:
    """(key, first record) of an incremental export, also where the text is cut off."""
    if isinstance(value, dict):
        for key in _ENVELOPES:
            records = value.get(key)
            if (
                isinstance(records, list)
                and ("count" in value or len(value) < 12)
                and "id" not in value
            ):
                first = records[0] if records else {}
                return (key, first) if isinstance(first, dict) else None
        return None
    for key in _ENVELOPES:
        start = text.find(f'"{key}"', 0, 2000)
        bracket = text.find("[", start)
        if start != -1 and text[start + len(key) + 2 : bracket].strip() == ":":
            first = _first_value(text[bracket + 1 :].lstrip())
            if isinstance(first, dict):
                return key, first
    return None


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _first_value(text: str) -> object:
    try:
        return json.JSONDecoder().raw_decode(text)[0]
    except ValueError:
        return None


def records_sql(path: Path, shape: JsonShape) -> str:
    """SELECT _line, record (JSON text; not valid JSON where the line is broken)."""
    if shape.is_lines:
        # one text column per line: a line that is no JSON is a reject, not the end of the load
        lines = f"""
            SELECT row_number() OVER () AS _line, c1 AS record
            FROM read_csv({quoted(str(path))}, columns = {{'c1': 'VARCHAR'}}, auto_detect = false,
                header = false, delim = chr(1), quote = '', escape = '',
                max_line_size = {_LARGEST_LINE},
                buffer_size = {_BUFFER})"""
        lines = f"SELECT _line, record FROM ({lines}) WHERE trim(record) <> ''"
        if shape.envelope is None:
            return lines
        return f"""
            SELECT _line, unnest(json_extract(record, '$.{shape.envelope}[*]')) AS record
            FROM ({lines}) WHERE json_valid(record)
            UNION ALL SELECT _line, record FROM ({lines}) WHERE NOT json_valid(record)"""
    # an envelope is one value, as large as its file
    largest = max(_LARGEST_RECORD, path.stat().st_size if shape.envelope else 0)
    objects = (
        f"read_json_objects({quoted(str(path))},"
        f" format = '{'array' if shape.is_array else 'unstructured'}',"
        f" maximum_object_size = {largest})"
    )
    if shape.envelope is not None:
        objects = (
            f"(SELECT unnest(json_extract(json, '$.{shape.envelope}[*]')) AS json FROM {objects})"
        )
    return f"SELECT row_number() OVER () AS _line, CAST(json AS VARCHAR) AS record FROM {objects}"


def without_names_sql(record: str) -> str:
    """SQL of a record's text for the quarantine: names of people are left out, also where the
    record is cut off."""
    return (
        f'regexp_replace({record}, \'"([a-z_]*name|alias|notes)"( *: *)"[^"]*"?\','
        " '\"\\1\"\\2\"<person>\"', 'g')"
    )
