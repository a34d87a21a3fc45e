"""Qualtrics' CSV or workbook of responses.

Three header rows: the columns' ids, the questions' texts (which may hold line breaks) and
`{"ImportId": ...}`; a mapping names a column by its id, such as `Q1`. Answers are the choices'
texts or, where so exported, their recode values: a recode is an arbitrary number and not the
scale, so the mapping tells what each text means in `[scale.values]`.

Previews and tests by the survey's own makers are left out, with their reason, and so is what
Qualtrics calls spam. `StartDate` is when somebody began to answer, not when they were asked: it
is no `sent_at`. Times have no offset: the zone must be told. IP addresses, names, e-mail
addresses and places are in every export and are not read.

unverified: that the zone is the exporting user's; the numbers of `Status` where values are
exported as numbers (0 answered, 1 preview, 2 test, 8 spam).
"""

import re

from pipelines.ingest.checks import NOT_A_RECORD, Check
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
from pipelines.sql import literal

_SIGNATURE = {"responseid", "status", "finished", "recordeddate"}
_USUAL = {
    "id": ("ResponseId",),
    "answered_at": ("RecordedDate",),
    "language": ("UserLanguage",),
    "contact_id": CONTACT_HEADERS,
}
_LEFT_OUT = {
    "a preview of the survey, no customer's answer": ("survey preview", "preview", "1"),
    "a test of the survey, no customer's answer": ("survey test", "test", "2"),
    "spam by Qualtrics' judgement": ("spam", "8"),
}
_IMPORT_ID = re.compile(r'\s*\{\s*"ImportId"')


def _header_rows(table: Table) -> int:
    """How many of the first records are headers: all up to the one of the import ids."""
    found = [bool(_IMPORT_ID.match(cell)) for row in table.first_rows(50) for cell in row[:1]]
    return found.index(True) + 1 if True in found else 0


def _read(reading: Reading) -> list[Stream]:
    table = reading.probe.table
    reading = with_usual_columns(reading, _USUAL, distinct(table.headers))
    status = f"lower(trim({table.column('Status')}))"
    return surveys(
        reading,
        leave_out=_header_rows(table),
        checks=[
            Check(f"{status} IN ({', '.join(map(literal, words))})", reason, NOT_A_RECORD, True)
            for reason, words in _LEFT_OUT.items()
        ],
    )


def _recognises(probe: Probe) -> bool:
    return probe.header_set >= _SIGNATURE


SOURCE = Source(
    name="qualtrics",
    system="qualtrics",
    main_table=lambda probe: "surveys",
    recognises=_recognises,
    read=_read,
    fields=FIELDS,
    usual_columns=(
        "startdate", "enddate", "status", "progress", "duration (in seconds)", "finished",
        "recordeddate", "responseid", "distributionchannel", "userlanguage",
    ),
    header_rows=_header_rows,
)  # fmt: skip
