"""Any table or list of records with one contact a row, told by a mapping file.

The row's text is a message whose time is not known, so that it tells the language and no wait.
A rating in the row (`score`, with the mapping's [scale]) is a survey of the contact.
"""

from pipelines.errors import SettingsError
from pipelines.ingest.mapping import Mapping
from pipelines.ingest.sources.base import Reading, Source, Stream
from pipelines.ingest.sources.mapped import Fields
from pipelines.ingest.sources.mapped_contacts import (
    NUMBERS,
    TEXTS,
    TIMES,
    clock_columns,
    contact_checks,
    contact_columns,
    has_clocks,
    with_vendor_mapping,
)
from pipelines.ingest.sources.scores import told_score

_TIMES = (*TIMES, "survey_sent_at", "survey_answered_at")
FIELDS = ("id", "date", *TEXTS, *_TIMES, *NUMBERS, "text", "score", "comment")


def read_tickets(reading: Reading) -> list[Stream]:
    """Contacts, with their clocks, first text and rating as far as the mapping tells them."""
    fields = Fields(reading, _TIMES, NUMBERS, anchor="created_at")
    contact_id = reading.id("id_text")
    told = ("updated_at", "closed_at", "solved_at")
    updated = f"coalesce({', '.join(fields.time(name) for name in told)}, created_at)"
    times = {"created_at": "created_at", "updated_at": updated}
    fills = {"contacts": contact_columns(fields, "id_text", kind="ticket", **times)}
    when = {}
    if has_clocks(fields):
        fills["contact_clocks"] = clock_columns(fields, "id_text", **times)
    if fields.has("text"):
        fills["messages"] = {
            "message_id": contact_id, "contact_id": contact_id, "author_role": "'customer'",
            "author_id": reading.pseudonym(fields.text("requester_id")), "is_public": "true",
            "text": reading.masked("text_text"),
        }  # fmt: skip
        when["messages"] = "text_text IS NOT NULL"
    checks = [
        *fields.not_a_record("id"),
        *fields.checks(("id", "created_at")),
        *contact_checks(fields),
    ]
    rows = fields.rows_sql()
    if fields.has("score"):
        scale = reading.mapping.scale
        if scale is None:
            raise SettingsError(
                f'{reading.mapping.path}: [scale] name: is required, such as name = "1-5"'
            )
        score = told_score(reading.mapping, "score", scale)
        rows = f"SELECT *, {score.number_sql} AS score_number FROM ({rows})"
        checks += score.checks
        answered = (
            f"coalesce({fields.time('survey_answered_at')}, {fields.time('survey_sent_at')},"
            f" {updated})"
        )
        is_answered = "CASE WHEN score_number IS NOT NULL THEN"
        fills["surveys"] = {
            "survey_id": contact_id, "contact_id": contact_id, "updated_at": updated,
            "sent_at": fields.time("survey_sent_at"),
            "answered_at": f"{is_answered} {answered} END",
            "scale": f"{is_answered} '{scale.name}' END",
            "score_raw": "score_text", "score": score.directed_sql,
            "comment": reading.masked(fields.text("comment")),
        }  # fmt: skip
        when["surveys"] = f"score_number IS NOT NULL OR {fields.time('survey_sent_at')} IS NOT NULL"
    return [fields.stream("contacts", rows, fills, checks, when)]


def read_vendor_tickets(reading: Reading, vendor: Mapping) -> list[Stream]:
    """Contacts of a vendor whose export is a plain table, by the vendor's own mapping."""
    return read_tickets(with_vendor_mapping(reading, vendor))


SOURCE = Source(
    name="tickets",
    system=None,
    main_table=lambda probe: "contacts",
    recognises=lambda probe: False,  # only a mapping can tell what its columns mean
    read=read_tickets,
    fields=FIELDS,
    required=("id", "created_at"),
)
