"""Typeform's responses: JSON of its API (`items`), and the CSV of a form's results.

JSON: an answer is found by its question's `ref` or `id`, whose texts only the form's definition
holds, and so does the scale: the mapping tells both. The contact's id travels as a hidden
field: `hidden.ticket_id`. A response that was opened and never submitted has no `submitted_at`
and no answers; it says when the form was opened, not when it was offered, so it has no
`sent_at`. `landed_at` of 0001-01-01 is "never".

CSV: the headers are the questions' texts; `#` is the response's id; times are UTC, as their
headers say. Both give a response the same id.

unverified: that the CSV's `#` is the `response_id` of the JSON.
"""

from dataclasses import replace

from pipelines.errors import SettingsError
from pipelines.ingest.checks import Check
from pipelines.ingest.mapping import Field
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Source, Stream
from pipelines.ingest.sources.mapped import NULL_TEXT
from pipelines.ingest.sources.records import NOT_JSON
from pipelines.ingest.sources.survey import (
    CONTACT_HEADERS,
    FIELDS,
    TEXTS,
    answers,
    distinct,
    surveys,
    with_usual_columns,
)
from pipelines.ingest.times import moment_sql
from pipelines.sql import literal

_CSV_SIGNATURE = {"#", "submit date (utc)"}
_CSV_USUAL = {
    "id": ("#",),
    "answered_at": ("Submit Date (UTC)",),
    "contact_id": CONTACT_HEADERS,
}
_JSON_SIGNATURE = {"landed_at", "answers"}
_ANSWER = (
    '{"field":{"id":"VARCHAR","ref":"VARCHAR"},"text":"VARCHAR","number":"VARCHAR",'
    '"boolean":"VARCHAR","choice":{"label":"VARCHAR","other":"VARCHAR"}}'
)
_STRUCTURE = (
    '{"response_id":"VARCHAR","token":"VARCHAR","submitted_at":"VARCHAR","hidden":"JSON",'
    f'"answers":[{_ANSWER}]}}'
)
_HIDDEN = "hidden."
_ID = "coalesce(t.response_id, t.token)"


def _read(reading: Reading) -> list[Stream]:
    return _read_table(reading) if reading.probe.json is None else _read_json(reading)


def _read_table(reading: Reading) -> list[Stream]:
    reading = with_usual_columns(reading, _CSV_USUAL, distinct(reading.probe.table.headers))
    return surveys(replace(reading, zone="UTC"))


def _read_json(reading: Reading) -> list[Stream]:
    questions, hidden = _first_keys(reading)
    usual = {}
    contact = next((key for key in hidden if key.casefold() in CONTACT_HEADERS), None)
    if contact is not None:
        usual["contact_id"] = Field((_HIDDEN + contact,))
    reading = with_usual_columns(
        reading, usual, known=[*questions, *(_HIDDEN + key for key in hidden)]
    )
    texts = {"id": _ID}
    for name in TEXTS[1:]:
        texts[name] = _text(reading, name, questions)
    submitted = "t.submitted_at"
    columns = ", ".join(f"{sql} AS {name}_text" for name, sql in texts.items())
    rows = f"""
        SELECT _line, record, t, {columns},
            CAST(NULL AS TIMESTAMP) AS sent_at, CAST(NULL AS TIMESTAMP) AS updated_at,
            {moment_sql(submitted, None)} AS answered_at
        FROM ({reading.records(_STRUCTURE)})"""
    checks = [
        NOT_JSON,
        Check(f"t IS NOT NULL AND {_ID} IS NULL", "response_id is missing"),
        Check(f"{submitted} IS NOT NULL AND answered_at IS NULL", "submitted_at is not a time"),
    ]
    return [answers(reading, rows, checks, raw="record", received_on="answered_at")]


def _text(reading: Reading, name: str, questions: list[str]) -> str:
    """SQL of a field: a hidden field, or the answer to a question."""
    told = reading.mapping.columns.get(name)
    if told is None:
        constant = reading.mapping.constants.get(name)
        return NULL_TEXT if constant is None else literal(constant)
    [question] = told.columns
    if question.startswith(_HIDDEN):
        path = '$."' + question.removeprefix(_HIDDEN) + '"'
        return f"nullif(trim(json_extract_string(t.hidden, {literal(path)})), '')"
    if question not in questions:
        raise SettingsError(
            f"{reading.mapping.path}: [columns] {name}: no question '{question}' in"
            f" {reading.name.name}; it has: {', '.join(questions)}"
        )
    known = literal(question)
    answer = f"list_filter(t.answers, lambda a: a.field.ref = {known} OR a.field.id = {known})[1]"
    given = ("number", "text", "choice.label", "choice.other", "boolean")
    return f"nullif(trim(coalesce({', '.join(f'{answer}.{key}' for key in given)})), '')"


def _first_keys(reading: Reading) -> tuple[list[str], list[str]]:
    """The `ref`s and `id`s of questions, and the hidden fields, of the first records."""
    rows = reading.connection.execute(
        f"""SELECT list_distinct(flatten(list(list_transform(t.answers, lambda a: a.field.ref)))),
            list_distinct(flatten(list(list_transform(t.answers, lambda a: a.field.id)))),
            list_distinct(flatten(list(json_keys(t.hidden))))
        FROM (SELECT t FROM ({reading.records(_STRUCTURE)}) LIMIT 1000)"""
    ).fetchall()
    references, ids, hidden = (sorted(filter(None, found or ())) for found in rows[0])
    return [*references, *ids], hidden


def _recognises(probe: Probe) -> bool:
    if probe.json is not None:
        keys = probe.json_keys
        return keys >= _JSON_SIGNATURE and bool(keys & {"response_id", "token"})
    return probe.header_set >= _CSV_SIGNATURE


SOURCE = Source(
    name="typeform",
    system="typeform",
    main_table=lambda probe: "surveys",
    recognises=_recognises,
    read=_read,
    fields=FIELDS,
    usual_columns=("#", "start date (utc)", "submit date (utc)", "network id"),
)
