"""SurveyMonkey's CSV or workbook of responses.

Two header rows: a question that spreads over several columns (one a choice) stands in the first
row over the first of them, the choices in the second. A mapping names such a column
`<question> / <choice>`, and any other by the question alone.

`Respondent ID` has 11 digits and more: a spreadsheet that saved the file ruined it, and rows
that would share one id are refused. E-mail and IP addresses, names and `Custom Data` that no
mapping names are not read. `Start Date` is when somebody began to answer: it is no `sent_at`.

unverified: times as MM/DD/YYYY hh:mm:ss AM/PM of the account's zone (they have no offset: the
zone must be told); the second row says `Response` or `Open-Ended Response` under a question of
one column, and nothing under the columns that SurveyMonkey makes.
"""

from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Source, Stream
from pipelines.ingest.sources.survey import (
    CONTACT_HEADERS,
    FIELDS,
    distinct,
    surveys,
    with_usual_columns,
)
from pipelines.ingest.tables import Table

_SIGNATURE = {"respondent id", "collector id", "start date", "end date"}
_USUAL = {
    "id": ("Respondent ID",),
    "answered_at": ("End Date",),
    "contact_id": (*CONTACT_HEADERS, "Custom Data 1"),
}
_TIMES = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S")
_ONE_ANSWER = ("", "response", "open-ended response")


def _named(headers: tuple[str, ...], choices: list[str]) -> list[str]:
    """The columns' names, made of both header rows."""
    names, question = [], ""
    for header, choice in zip(headers, choices, strict=True):
        question = header.strip() or question
        has_choices = choice.strip().casefold() not in _ONE_ANSWER
        names.append(f"{question} / {choice.strip()}" if has_choices else question)
    return distinct(names)


def _header_rows(table: Table) -> int:
    """1 where the first record has no respondent: it is the second header row."""
    first = next(iter(table.first_rows(1)), [])
    is_whole = len(first) == len(table.headers)
    return int(is_whole and not first[table.position("Respondent ID")].strip())


def _read(reading: Reading) -> list[Stream]:
    table = reading.probe.table
    header_rows = _header_rows(table)
    choices = table.first_rows(1)[0] if header_rows else [""] * len(table.headers)
    reading = with_usual_columns(
        reading, _USUAL, _named(table.headers, choices), time_formats=_TIMES
    )
    return surveys(reading, leave_out=header_rows)


def _recognises(probe: Probe) -> bool:
    return probe.header_set >= _SIGNATURE


SOURCE = Source(
    name="surveymonkey",
    system="surveymonkey",
    main_table=lambda probe: "surveys",
    recognises=_recognises,
    read=_read,
    fields=FIELDS,
    usual_columns=("respondent id", "collector id", "start date", "end date"),
    header_rows=_header_rows,
)
