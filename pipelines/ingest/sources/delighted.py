"""Delighted's survey responses, as its API lists them.

unverified, all of it (no record was seen): `score` 0-10 of an `nps` survey or 1-5 of a `csat`
one, `comment`, `created_at` (the answer) and `updated_at` in epoch seconds, `person_properties`
with whatever the sender attached, where the contact's id is looked for.

A file is on one scale: the mapping's, else that of its first record's `survey_type`. A record
of another type is refused, as its score would mean something else.
"""

import json
import re

from pipelines.ingest.checks import Check
from pipelines.ingest.mapping import Field, Scale, scale_bounds
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Source, Stream
from pipelines.ingest.sources.survey import CONTACT_HEADERS, FIELDS, surveys, with_usual_columns
from pipelines.ingest.tables import normalised
from pipelines.sql import literal

_SIGNATURE = {"survey_type", "score", "person_properties", "created_at"}
_SCALES = {"nps": "nps", "csat": "1-5"}
_TYPE = re.compile(r'"survey_type"\s*:\s*"(\w+)"')
_COLUMNS = {
    "id": Field(("id",)),
    "answered_at": Field(("created_at",), "epoch"),
    "updated_at": Field(("updated_at",), "epoch"),
    "score": Field(("score",)),
    "comment": Field(("comment",)),
}


def _contact_property(probe: Probe) -> str | None:
    """The path of the first record's property that carries a contact's id."""
    at = probe.table.position("person_properties")
    for row in probe.table.first_rows(1):
        properties = json.loads(row[at] or "{}")
        found = (key for key in properties if normalised(key) in CONTACT_HEADERS)
        return next((f"person_properties.{key}" for key in found), None)
    return None


def _read(reading: Reading) -> list[Stream]:
    survey_type = _TYPE.search(reading.probe.head)[1]
    usual = dict(_COLUMNS)
    contact = _contact_property(reading.probe)
    if contact is not None:
        usual["contact_id"] = Field((contact,))
    scale = _SCALES.get(survey_type)
    told = Scale(scale, best=scale_bounds(scale)[1]) if scale else None
    reading = with_usual_columns(reading, usual, scale=told)
    column = reading.probe.table.column("survey_type")
    return surveys(
        reading,
        checks=[
            Check(
                f"{column} <> {literal(survey_type)}",
                f"survey_type is not {survey_type}, as of the records before: another scale",
                "export one survey_type a file",
            )
        ],
    )


def _recognises(probe: Probe) -> bool:
    return probe.json_keys >= _SIGNATURE


SOURCE = Source(
    name="delighted",
    system="delighted",
    main_table=lambda probe: "surveys",
    recognises=_recognises,
    read=_read,
    fields=FIELDS,
)
