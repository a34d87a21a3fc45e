"""Any event log with one change of a contact's status a row, told by a mapping file.

A contact is what its latest row says of it; where no column tells when it began, it began with
its first event, so all events of a contact must then stand in one file. Rows that repeat the
status before them, updates of something else, change nothing: the build counts changes.
"""

from pipelines.ingest.checks import Check, judged_sql
from pipelines.ingest.mapping import Mapping
from pipelines.ingest.sources.base import Reading, Source, Stream, stream
from pipelines.ingest.sources.mapped import NULL_TEXT, Fields
from pipelines.ingest.sources.mapped_contacts import (
    NUMBERS,
    TEXTS,
    TIMES,
    clock_columns,
    contact_checks,
    contact_columns,
    has_clocks,
    status_sql,
    with_vendor_mapping,
)

FIELDS = ("contact_id", "changed_at", "from_status", "date", *TEXTS, *TIMES, *NUMBERS)


def read_status_events(reading: Reading) -> list[Stream]:
    """The changes of status, and the contacts as their latest rows have them."""
    fields = Fields(reading, ("changed_at", *TIMES), NUMBERS, anchor="changed_at")
    checks = [
        *fields.not_a_record("contact_id"),
        *fields.checks(("contact_id", "changed_at", "status")),
        *contact_checks(fields),
    ]
    rows = f"SELECT *, {status_sql(fields)} AS to_status FROM ({fields.rows_sql()})"
    events = {
        "contact_id": reading.id("contact_id_text"),
        "changed_at": "changed_at",
        "to_status": "to_status",
    }
    if fields.has("from_status"):
        events["from_status"] = status_sql(fields, "from_status")
    raw = reading.probe.table.text_sql()
    latest = f"""
        SELECT *, min(changed_at) OVER (PARTITION BY contact_id_text) AS first_at
        FROM ({judged_sql(rows, checks, raw, fields.received_on)}) WHERE _reasons IS NULL
        QUALIFY row_number() OVER (
            PARTITION BY contact_id_text ORDER BY changed_at DESC, _line DESC) = 1"""
    began = "coalesce(created_at, first_at)" if fields.has("created_at") else "first_at"
    updated = f"greatest(changed_at, {fields.time('updated_at')})"
    fills = {
        "contacts": contact_columns(
            fields, "contact_id_text", kind="ticket", created_at=began, updated_at=updated
        )
    }
    if has_clocks(fields):
        fills["contact_clocks"] = clock_columns(
            fields, "contact_id_text", created_at=began, updated_at=updated
        )
    return [
        fields.stream("status_events", rows, {"status_events": events}, checks),
        stream(
            "contacts",
            f"SELECT * EXCLUDE (_reasons, _remedy, _raw, _received_on, _refused) FROM ({latest})",
            fills,
            checks=[Check(f"{began} IS NULL", "no time tells when it began")],
            raw=NULL_TEXT,
            received_on=began,
            is_main=False,
        ),
    ]


def read_vendor_status_events(reading: Reading, vendor: Mapping) -> list[Stream]:
    """The changes of a vendor's event log, by the vendor's own mapping."""
    return read_status_events(with_vendor_mapping(reading, vendor))


SOURCE = Source(
    name="status_events",
    system=None,
    main_table=lambda probe: "status_events",
    recognises=lambda probe: False,  # only a mapping can tell what its columns mean
    read=read_status_events,
    fields=FIELDS,
    required=("contact_id", "changed_at", "status"),
    joins_records=True,
)
