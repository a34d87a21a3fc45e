"""Google Forms' answers: the CSV of the form, or of the sheet that it writes to.

The first column is the time in the language of the sheet's owner, every other header is a
question's text: it may hold line breaks (a mapping writes blanks) and come twice (the second is
`<question> (2)`). Times: `2023. 4. 1 오후 3:05:22` in a Korean sheet, of the sheet's zone, which
must be told; `2023/04/01 3:05:22 오후 GMT+9` in the form's own download; 4/1/2023 15:05:22 in an
English one, where month or day may come first: `time_formats` in the mapping must tell.

Answers have no id. Theirs is the second of the answer, and their number within it in the order
of the file, to which Google only ever adds: a longer export of the same form says the same.

unverified: the names of the first column, and that the sheet's zone is that of its times.
"""

import re

from pipelines.errors import SettingsError
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Source, Stream
from pipelines.ingest.sources.survey import (
    CONTACT_HEADERS,
    FIELDS,
    distinct,
    surveys,
    with_usual_columns,
)
from pipelines.ingest.tables import normalised
from pipelines.ingest.times import is_long_form

_TIME_HEADERS = ("timestamp", "타임스탬프", "タイムスタンプ", "时间戳记", "时间戳", "時間戳記")
_YEAR_LAST = re.compile(r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}:\d{2}")
_USUAL = {"contact_id": CONTACT_HEADERS}


def _first_time(probe: Probe) -> str:
    rows = probe.table.first_rows(50)
    return next((row[0].strip() for row in rows if row and row[0].strip()), "")


def _read(reading: Reading) -> list[Stream]:
    table = reading.probe.table
    usual = {"answered_at": (table.headers[0],), **_USUAL}
    reading = with_usual_columns(reading, usual, distinct(table.headers))
    if _YEAR_LAST.match(_first_time(reading.probe)) and not reading.mapping.time_formats:
        raise SettingsError(
            f"{reading.name}: line 2: month or day first? Write"
            f' time_formats = ["%m/%d/%Y %H:%M:%S"] or ["%d/%m/%Y %H:%M:%S"] to'
            f" {reading.mapping.path}"
        )
    if "id" in reading.mapping.columns:
        return surveys(reading)
    number = "row_number() OVER (PARTITION BY answered_at ORDER BY _line)"
    second = "strftime(answered_at, '%Y-%m-%dT%H:%M:%SZ')"
    return surveys(reading, survey_id=f"{second} || '-' || {number}")


def _recognises(probe: Probe) -> bool:
    if probe.json is not None or not probe.table.headers:
        return False
    if normalised(probe.table.headers[0]) not in _TIME_HEADERS:
        return False
    first = _first_time(probe)
    return is_long_form(first) or _YEAR_LAST.match(first) is not None


SOURCE = Source(
    name="google_forms",
    system="google_forms",
    main_table=lambda probe: "surveys",
    recognises=_recognises,
    read=_read,
    fields=FIELDS,
    usual_columns=(),
    joins_records=True,
)
