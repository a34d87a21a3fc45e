"""Numbers as spreadsheets write them: `1,037`, `1.037,5`, and times as `46083.375`.

`1,037` alone may be a thousand or a one with decimals; beside others of its column it mostly is one
of them. A column is read where all of it agrees; else what can't be read for certain is refused.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum

import duckdb

from pipelines.ingest.checks import Check
from pipelines.sql import literal

_SHAPES = {
    "either": r"[+-]?[1-9]\d{0,2},\d{3}",
    "commas_divide": r"[+-]?[1-9]\d{0,2}((,\d{3})+\.\d+|(,\d{3}){2,})",
    "comma_is_point": r"[+-]?(\d+,\d+|[1-9]\d{0,2}(\.\d{3})+,\d+)",
    "under_a_thousand": r"[+-]?\d{1,3}",
    "thousand_or_more": r"[+-]?\d{4,}",
    "point_divides": r"[+-]?[1-9]\d{0,2}(\.\d{3})+",
    "point": r"[+-]?\d*\.\d+",
    "other": r"[+-]?\d[\d.]*,[\d,.]*\d",
}
"""Shapes of numbers, the first that fits. `other` has commas where none of these has:
`3,87,16,91,111`."""

_DIVIDED = r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?"
SERIAL = r"(2[6-9]|[3-6]\d|7[0-2])\d{3}(\.\d+)?"
"""A time as a spreadsheet counts it, in days since 1899-12-30, of 1971 to 2099."""
_WITH_COMMA = r"[+-]?(\d+|[1-9]\d{0,2}(\.\d{3})+)(,\d+)?"


class Commas(StrEnum):
    """What commas in a column's numbers are."""

    DIVIDE = "thousands separators"
    POINT = "decimal commas"
    UNTOLD = "commas of thousands or of decimals: not told"


_UNTOLD_REMEDY = (
    "a comma divides thousands in one country and begins decimals in another, and this column does"
    " not tell which: write 1037 or 1.037 and load again"
)


def shape_of(text: str) -> str | None:
    """The shape of a number; None of what is none."""
    return next((name for name, shape in _SHAPES.items() if re.fullmatch(shape, text)), None)


def commas_of(shapes: Mapping[str, int]) -> Commas | None:
    """What commas are in a column that holds so many numbers of each shape; None: it has none."""
    has = {name for name, count in shapes.items() if count}
    if not has & {"either", "commas_divide", "comma_is_point", "other"}:
        return None
    if "other" in has:
        return Commas.UNTOLD
    if "comma_is_point" in has:
        return Commas.UNTOLD if has & {"commas_divide", "point"} else Commas.POINT
    # where thousands are divided all without a comma are less than one
    is_less = bool(has & {"under_a_thousand", "point"}) and "thousand_or_more" not in has
    return Commas.DIVIDE if "commas_divide" in has or is_less else Commas.UNTOLD


def commas_in(texts: Iterable[str]) -> Commas | None:
    """What commas are in a column of these texts."""
    return commas_of(Counter(filter(None, map(shape_of, texts))))


def number_of(text: str, commas: Commas | None = None) -> float | None:
    """A number; None for what is none, or can't be told. As `number_sql`."""
    if commas is Commas.DIVIDE and re.fullmatch(_DIVIDED, text):
        text = text.replace(",", "")
    if commas is Commas.POINT and re.fullmatch(_WITH_COMMA, text):
        text = text.replace(".", "").replace(",", ".")
    try:
        return float(text)
    except ValueError:
        return None


def commas_by_column(
    connection: duckdb.DuckDBPyConnection, rows: str, texts: Mapping[str, str]
) -> dict[str, Commas]:
    """What commas are in those columns of numbers that have some.

    `rows`: SQL to select from; `texts`: SQL of each column's text, by its name."""
    found = _asked(connection, rows, texts, "bool_or(contains({text}, ','))")
    some = {name: text for name, text in texts.items() if found[name]}
    cases = " ".join(
        f"WHEN regexp_full_match({{text}}, {_braced(shape)}) THEN {literal(name)}"
        for name, shape in _SHAPES.items()
    )
    shapes = _asked(connection, rows, some, f"histogram(CASE {cases} END)")
    return {name: commas for name in some if (commas := commas_of(shapes[name] or {}))}


def serial_columns(
    connection: duckdb.DuckDBPyConnection, rows: str, texts: Mapping[str, str]
) -> set[str]:
    """The columns whose every text is a spreadsheet's count of days, some with a time of day."""
    serial = f"bool_and(regexp_full_match({{text}}, {_braced(SERIAL)}))"
    found = _asked(connection, rows, texts, f"{serial} AND bool_or(contains({{text}}, '.'))")
    return {name for name, is_serial in found.items() if is_serial}


def _asked(
    connection: duckdb.DuckDBPyConnection, rows: str, texts: Mapping[str, str], question: str
) -> dict:
    """The answer of an aggregate, in which `{text}` stands for the column, for each column."""
    if not texts:
        return {}
    asked = ", ".join(question.format(text=text) for text in texts.values())
    [answers] = connection.execute(f"SELECT {asked} FROM {rows}").fetchall()
    return dict(zip(texts, answers, strict=True))


def _braced(pattern: str) -> str:
    """A pattern as SQL, in a text that goes through `format`."""
    return literal(pattern).replace("{", "{{").replace("}", "}}")


def serial_sql(text: str) -> str:
    """SQL of the local time of a spreadsheet's count of days, to the second."""
    seconds = f"CAST(round(try_cast({text} AS DOUBLE) * 86400) AS BIGINT)"
    return f"TIMESTAMP '1899-12-30' + to_seconds({seconds})"


def number_sql(text: str, commas: Commas | None = None) -> str:
    """SQL of a number; NULL for what is none, or can't be told."""
    plain = f"try_cast({text} AS DOUBLE)"
    if commas is Commas.DIVIDE:
        divided = f"try_cast(replace({text}, ',', '') AS DOUBLE)"
        is_divided = f"regexp_full_match({text}, {literal(_DIVIDED)})"
        return f"CASE WHEN {is_divided} THEN {divided} ELSE {plain} END"
    if commas is Commas.POINT:
        pointed = f"try_cast(replace(replace({text}, '.', ''), ',', '.') AS DOUBLE)"
        return f"CASE WHEN regexp_full_match({text}, {literal(_WITH_COMMA)}) THEN {pointed} END"
    return plain


def number_checks(name: str, title: str, commas: Commas | None) -> list[Check]:
    """Refuses what `number_sql` could not read: `<name>_text` without its `<name>_number`."""
    is_none = f"{name}_text IS NOT NULL AND {name}_number IS NULL"
    plain = Check(is_none, f"{title} is not a number")
    if commas is not Commas.UNTOLD:
        return [plain]
    has_comma = f"regexp_full_match({name}_text, {literal(_SHAPES['other'])})"
    untold = f"{title}: what its comma means is not told"
    return [
        Check(f"{is_none} AND {has_comma}", untold, _UNTOLD_REMEDY),
        Check(f"{is_none} AND NOT {has_comma}", plain.reason),
    ]
