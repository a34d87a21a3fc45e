"""Reading a table whose columns a mapping file tells: fields to SQL.

Rows are made in steps, each a SELECT over the one before, so that what is parsed once is named
once: texts (`<field>_text`), naive local times (`<field>_local`) and UTC instants
(`<field>_instant`) or numbers (`<field>_number`), then UTC (`<field>`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pipelines.ingest.checks import NOT_A_RECORD, RUINED_REMEDY, Check, not_a_record, ruined_id
from pipelines.ingest.mapping import ANY, LINE, Field
from pipelines.ingest.numbers import (
    SERIAL,
    Commas,
    commas_by_column,
    number_checks,
    number_sql,
    serial_columns,
    serial_sql,
)
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Stream, stream
from pipelines.ingest.sources.records import NOT_JSON
from pipelines.ingest.tables import normalised
from pipelines.ingest.times import (
    LONGEST_SECONDS,
    happened_sql,
    instant_sql,
    is_long_form,
    local_sql,
    long_form_sql,
    seconds_sql,
    zoned_sql,
)
from pipelines.sql import literal

_UNIT_SECONDS = {
    None: 1,
    "seconds": 1,
    "minutes": 60,
    "hours": 3600,
    "days": 86400,
    "milliseconds": 0.001,
}
_EPOCH_MICROSECONDS = {"epoch": 1_000_000, "epoch_milliseconds": 1_000, "epoch_microseconds": 1}
_IDS = ("id", "contact_id", "message_id", "requester_id", "linked_contact_id", "merged_into")
_NEVER = "'^(1900|1899|1970|0001|0000)-'"
_OFFSET = re.compile(r"(Z|[+-]\d{2}:?\d{2}| UTC| GMT[+-]\d{1,2}(:?\d{2})?)\s*$")
_FIRST_ROWS = 50
NULL_TEXT = "CAST(NULL AS VARCHAR)"
_RUINED_REMEDY = f"{RUINED_REMEDY}, or list it in [missing]"
_TIME_REMEDY = "write it as 2026-03-02 09:00, or tell time_formats in the mapping"


def with_default_columns(probe: Probe, fields: tuple[str, ...]) -> Probe:
    """The probe with every field that the mapping leaves out looked up by its own name."""
    columns = {f: Field((f,)) for f in fields if f in probe.header_set}
    mapping = replace(probe.mapping, columns={**columns, **probe.mapping.columns})
    return replace(probe, mapping=mapping)


@dataclass(frozen=True)
class Fields:
    """The fields of one file. `times` and `numbers` name the fields that are read as such;
    `anchor` is the time that clocks past midnight and repeated hours are measured from;
    `leave_out`: so many records after the header are headers too."""

    reading: Reading
    times: tuple[str, ...]
    numbers: tuple[str, ...]
    anchor: str
    leave_out: int = 0

    def has(self, field: str) -> bool:
        mapping = self.reading.mapping
        return field in mapping.columns or field in mapping.constants

    def rows_sql(self) -> str:
        """SELECT of every told field: texts, times in UTC, numbers; and `_line`, `exclusion`."""
        reading, mapping = self.reading, self.reading.mapping
        file = reading.probe.table
        tags = mapping.columns.get("tags", Field(("tags",))).columns
        tag_headers = tuple(map(normalised, tags))
        if reading.zone is None and self._has_local_times():
            reading.require_zone()
        told = [*mapping.columns, *(name for name in mapping.constants)]
        texts = ", ".join(
            f"{self._text(name)} AS {name}_text"
            for name in dict.fromkeys(told)
            if not (name in mapping.columns and mapping.columns[name].is_difference)
        )
        said = "".join(
            f" {self._plain_text(name)} AS {name}_said,"
            for name in mapping.values
            if self.has(name)
        )
        rows = f"""
            SELECT *, {texts},{said}
                {reading.exclusion(tag_headers)} AS exclusion_told
            FROM {file.rows_sql(leave_out=self.leave_out)}"""
        times = [name for name in self.times if self.has(name)]
        numbers = [name for name in self.numbers if self.has(name)]
        if self.has("date"):
            rows = f"SELECT *, {self._date()} AS _day FROM ({rows})"
        if self.anchor in times:
            rows = f"""
                SELECT *, {self._local(self.anchor)} AS {self.anchor}_local,
                    {self._instant(self.anchor)} AS {self.anchor}_instant
                FROM ({rows})"""
        rest = [name for name in times if name != self.anchor]
        rows = f"""
            SELECT *{"".join(f", {self._later(n)} AS {n}_local" for n in rest)}
                {"".join(f", {self._instant(n)} AS {n}_instant" for n in rest)}
                {"".join(f", {self._number(n)} AS {n}_number" for n in numbers)}
            FROM ({rows})"""
        if self.anchor in times:
            rows = f"SELECT *, {self._utc(self.anchor, None)} AS {self.anchor} FROM ({rows})"
        not_before = self.anchor if self.anchor in times else None
        utc = "".join(f", {self._utc(n, not_before)} AS {n}" for n in rest)
        return f"SELECT *{utc} FROM ({rows})"

    @property
    def received_on(self) -> str:
        """SQL of the day that a row belongs to, as the file writes it."""
        return f"coalesce({self.anchor}_local, {self.anchor})"

    def stream(
        self,
        table: str,
        rows: str,
        fills: dict[str, dict[str, str]],
        checks: Sequence[Check],
        when: dict[str, str] | None = None,
    ) -> Stream:
        """The stream of the file's own records; see base.stream."""
        raw = self.reading.probe.table.text_sql()
        return stream(
            table, rows, fills, checks=checks, raw=raw, received_on=self.received_on, when=when
        )

    def text(self, field: str) -> str:
        """SQL of a field's text in the rows; NULL where it isn't told."""
        return f"{field}_text" if self.has(field) else NULL_TEXT

    def said(self, field: str) -> str:
        """SQL of a field's text as the file has it, before [values] translate it."""
        is_translated = self.has(field) and field in self.reading.mapping.values
        return f"{field}_said" if is_translated else self.text(field)

    def time(self, field: str) -> str:
        """SQL of a field's UTC time in the rows."""
        return field if self.has(field) else "CAST(NULL AS TIMESTAMP)"

    def number(self, field: str) -> str:
        """SQL of a field's whole number (seconds, or a count) in the rows."""
        if not self.has(field):
            return "CAST(NULL AS BIGINT)"
        return seconds_sql(f"{field}_number")

    def checks(self, required: tuple[str, ...]) -> list[Check]:
        """What every mapped file is checked for; `required` fields must be there."""
        checks = []
        for name in required:
            checks.append(Check(f"{name}_text IS NULL", f"{self._title(name)} is missing"))
        for name in _IDS:
            if name in self.reading.mapping.columns:
                checks.append(ruined_id(f"{name}_text", self._title(name), _RUINED_REMEDY))
        for name in self.times:
            if not self.has(name):
                continue
            title = self._title(name)
            never = f"regexp_matches({name}_text, {_NEVER})"
            read = f"coalesce({name}_local, {name}_instant)"
            checks += [
                Check(
                    f"{name}_text IS NOT NULL AND {read} IS NULL AND NOT {never}",
                    f"{title} is not a time",
                    _TIME_REMEDY,
                ),
                Check(
                    f"{name} IS NULL AND {happened_sql(f'{name}_local')} IS NOT NULL",
                    f"{title} does not exist in {self.reading.zone}: clocks went forward"
                    if self.reading.zone
                    else f"{title} carries no offset, and no zone was told",
                    "check the zone (--zone or the mapping's zone) and load again",
                ),
                Check(f"{name} >= TIMESTAMP '2100-01-01'", f"{title} is after 2100"),
            ]
            if name in required:
                written = "written as 1900-01-01, the epoch or the like"
                was_never = f"{never} OR {read} IS NOT NULL AND {happened_sql(read)} IS NULL"
                checks.append(Check(was_never, f"{title} is missing ({written})"))
        for name in self.numbers:
            if not self.has(name):
                continue
            title = self._title(name)
            if not self._is_difference(name):
                checks += number_checks(name, title, self._commas.get(name))
            checks += [
                Check(f"{name}_number < 0", f"{title} is negative"),
                Check(f"{name}_number > {LONGEST_SECONDS}", f"{title} is too large a number"),
            ]
            if name.endswith("_seconds") and not name.startswith("vendor_"):
                checks.append(Check(f"{name}_number > 604800", f"{title} is over a week"))
        return checks

    def not_before(self, later: str, earlier: str) -> list[Check]:
        """A check that one time is not before another, where both are told."""
        if not (self.has(later) and self.has(earlier)):
            return []
        reason = f"{self._title(later)} is before {self._title(earlier)}"
        return [Check(f"{later} < {earlier}", reason)]

    def one_of(self, field: str, words: tuple[str, ...]) -> list[Check]:
        """A check that a field's text, where it is told, is one of the contract's words."""
        if not self.has(field):
            return []
        known = ", ".join(words)
        return [
            Check(
                f"lower({field}_text) NOT IN ({', '.join(map(literal, words))})",
                f"{self._title(field)} is none of {known}",
                f"tell what it means in [values.{field}] of the mapping",
            )
        ]

    def not_a_record(self, field: str) -> list[Check]:
        """Checks for what is no record: broken JSON; a header in the middle, totals, blanks."""
        if self.reading.probe.json is not None:
            refused = "NOT json_valid(record)"
            return [Check(refused, NOT_JSON.reason, NOT_JSON.remedy, alone=True)]
        columns = (f"c{i}" for i in range(1, len(self.reading.probe.table.headers) + 1))
        blank = f"concat({', '.join(columns)}) = ''"
        checks = [Check(blank, "an empty row", NOT_A_RECORD, True)]
        told = self.reading.mapping.columns.get(field)
        if told is None or told.columns[0] == LINE:
            return checks
        column = self.reading.column(told.columns[0], f"[columns] {field}")
        return [*checks, *not_a_record("c1", column, told.columns[0])]

    def _has_local_times(self) -> bool:
        """Does any of the file's first rows hold a time without an offset?"""
        return any(
            len(text) > 4 and not _OFFSET.search(text) for text in self._first_times(self.times)
        )

    def _first_times(self, names: tuple[str, ...]) -> list[str]:
        """The texts of these time fields in the file's first rows, units aside."""
        probe, mapping = self.reading.probe, self.reading.mapping
        headers = [
            header
            for name in names
            if name in mapping.columns and mapping.columns[name].unit is None
            for header in mapping.columns[name].columns
        ]
        if not headers:
            return []
        positions = [probe.table.position(header) for header in headers]
        return [
            row[position]
            for row in probe.table.first_rows(_FIRST_ROWS)
            for position in positions
            if position is not None and position < len(row)
        ]

    def _title(self, field: str) -> str:
        told = self.reading.mapping.columns.get(field)
        return " + ".join(told.columns) if told else field

    def _is_difference(self, field: str) -> bool:
        told = self.reading.mapping.columns.get(field)
        return told is not None and told.is_difference

    def _plain(self, header: str, key: str) -> str:
        """SQL of a column's trimmed text; NULL where it is a text that means missing."""
        if header == LINE:
            return f"CAST({LINE} AS VARCHAR)"
        column = self.reading.composed(self.reading.column(header, key))
        missing = self.reading.mapping.missing
        texts = ["", *missing.get(ANY, ())]
        for named, more in missing.items():
            if named != ANY and self.reading.column(
                named, f"[missing] {named}"
            ) == self.reading.column(header, key):
                texts += more
        listed = ", ".join(literal(text) for text in texts)
        return f"CASE WHEN trim({column}) IN ({listed}) THEN NULL ELSE trim({column}) END"

    def _plain_text(self, field: str) -> str:
        """SQL of a field's text as the file has it."""
        mapping = self.reading.mapping
        told = mapping.columns.get(field)
        if told is None:
            return literal(mapping.constants[field])
        key = f"[columns] {field}"
        if len(told.columns) == 1:
            text = self._plain(told.columns[0], key)
        else:
            parts = [f"trim({self.reading.column(header, key)})" for header in told.columns]
            text = " || '-' || ".join(parts)
        if field in self.times and any(map(is_long_form, self._first_times((field,)))):
            text = long_form_sql(text)
        text = f"left({text}, {told.first})" if told.first else text
        return self.reading.pseudonym(text) if told.is_name else text

    def _text(self, field: str) -> str:
        """SQL of a field's text, translated by the mapping's [values]."""
        text = self._plain_text(field)
        translated = self.reading.mapping.values.get(field)
        if not translated:
            return text
        cases = " ".join(
            f"WHEN {literal(raw.casefold())} THEN {literal(value)}"
            for raw, value in translated.items()
            if raw != ANY
        )
        other = literal(translated[ANY]) if ANY in translated else text
        if not cases:
            return f"CASE WHEN {text} IS NOT NULL THEN {other} END"
        return f"CASE WHEN {text} IS NOT NULL THEN CASE lower({text}) {cases} ELSE {other} END END"

    def _date(self) -> str:
        told = self.reading.mapping.date_format
        if told:
            return f"CAST(try_strptime(date_text, {literal(told)}) AS DATE)"
        return "try_cast(date_text AS DATE)"

    def _clock(self, text: str) -> str:
        formats = self.reading.mapping.time_formats
        if formats:
            listed = ", ".join(literal(f) for f in formats)
            return f"CAST(try_strptime({text}, [{listed}]) AS TIME)"
        return f"try_cast({text} AS TIME)"

    def _instant(self, field: str) -> str:
        """SQL of the UTC time of a text with an offset, or of a number."""
        text, unit = f"{field}_text", self._unit(field)
        if unit is None:
            return instant_sql(text)
        number = f"try_cast({text} AS DOUBLE) * {_EPOCH_MICROSECONDS.get(unit)}"
        if unit == "object_id":
            number = f"try_cast('0x' || left({text}, 8) AS BIGINT) * 1000000"
        possible = f"{number} BETWEEN -{LONGEST_SECONDS}000000 AND {LONGEST_SECONDS}000000"
        return f"CASE WHEN {possible} THEN make_timestamp(CAST({number} AS BIGINT)) END"

    def _unit(self, field: str) -> str | None:
        told = self.reading.mapping.columns.get(field)
        return told.unit if told else None

    def _local(self, field: str) -> str:
        text, formats = f"{field}_text", self.reading.mapping.time_formats
        if self._unit(field) is not None:
            return "CAST(NULL AS TIMESTAMP)"
        if field in self._serials:
            return serial_sql(text)
        whole = local_sql(text, formats)
        days = [f for f in formats if not re.search("%[HIcTX]", f)]
        if days:  # told to be days: local_sql takes no bare date for a time
            listed = ", ".join(map(literal, days))
            whole = f"coalesce({whole}, try_strptime({text}, [{listed}]))"
        if not self.has("date"):
            return whole
        return f"CASE WHEN length({text}) > 12 THEN {whole} ELSE _day + {self._clock(text)} END"

    def _later(self, field: str) -> str:
        local = self._local(field)
        if not self.has("date") or not self.has(self.anchor):
            return local
        day = f"INTERVAL 1 DAY * CAST({local} < {self.anchor}_local - INTERVAL 12 HOUR AS INTEGER)"
        return f"({local} + {day})"

    def _utc(self, field: str, not_before: str | None) -> str:
        zoned = zoned_sql(f"{field}_local", self.reading.zone, not_before)
        return happened_sql(f"coalesce({field}_instant, {zoned})")

    def _number(self, field: str) -> str:
        told = self.reading.mapping.columns.get(field)
        if told is not None and told.is_difference:
            return self._difference(field, told)
        text = f"{field}_text"
        if told is not None and told.unit == "clock":
            parts = f"string_split(ltrim({text}, '-'), ':')"
            return f"""CASE WHEN starts_with({text}, '-') THEN -1 ELSE 1 END * CASE len({parts})
                WHEN 3 THEN try_cast({parts}[1] AS DOUBLE) * 3600
                    + try_cast({parts}[2] AS DOUBLE) * 60 + try_cast({parts}[3] AS DOUBLE)
                WHEN 2 THEN try_cast({parts}[1] AS DOUBLE) * 60 + try_cast({parts}[2] AS DOUBLE)
                END"""
        factor = _UNIT_SECONDS[told.unit] if told is not None else 1
        return f"({number_sql(text, self._commas.get(field))}) * {factor}"

    @cached_property
    def _commas(self) -> dict[str, Commas]:
        """What commas are in the fields that are numbers and have some."""
        told = self.reading.mapping.columns
        texts = {
            name: self._plain_text(name)
            for name in self.numbers
            if name in told and not told[name].is_difference and told[name].unit != "clock"
        }
        file = self.reading.probe.table.rows_sql(leave_out=self.leave_out)
        return commas_by_column(self.reading.connection, file, texts)

    @cached_property
    def _serials(self) -> set[str]:
        """The fields of times that a spreadsheet counts in days."""
        texts = {
            name: self._plain_text(name)
            for name in self.times
            if any(re.fullmatch(SERIAL, text) for text in self._first_times((name,)))
        }
        file = self.reading.probe.table.rows_sql(leave_out=self.leave_out)
        return serial_columns(self.reading.connection, file, texts)

    def _difference(self, field: str, told: Field) -> str:
        """Seconds from one time column to another; clocks may pass midnight."""
        key = f"[columns] {field}"
        start, end = (self._plain(header, key) for header in told.columns)
        if self.has("date"):
            seconds = f"epoch({self._clock(end)}) - epoch({self._clock(start)})"
            return f"CASE WHEN {seconds} < -43200 THEN {seconds} + 86400 ELSE {seconds} END"
        formats = self.reading.mapping.time_formats
        times = [
            f"coalesce({local_sql(text, formats)}, {instant_sql(text)})" for text in (start, end)
        ]
        return f"epoch({times[1]}) - epoch({times[0]})"
