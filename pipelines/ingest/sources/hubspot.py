"""HubSpot's tickets: JSON of its API, every property a text, or the CSV of its ticket list.

- Stages are numbers that only the portal knows: tell what they mean in [values.status] (by the
  stage's number, in CSV by its label). Until then they are `unknown`, and the close date tells
  what was solved.
- `time_to_close` and `time_to_first_agent_reply` are milliseconds in JSON and HH:mm:ss in CSV;
  they are HubSpot's own durations, kept for comparison.
- CSV times have no offset: the zone must be told.

Unverified: all headers of the CSV, its HH:mm:ss durations, the numbers of the first pipeline's
stages (1 new, 2 waiting on contact, 3 waiting on us, 4 closed), and that a merged ticket's record
disappears. Answers of surveys are another export (feedback submissions).
"""

from pipelines.ingest.mapping import vendor_mapping
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Source, Stream
from pipelines.ingest.sources.tickets import FIELDS, read_vendor_tickets

_JSON = vendor_mapping(
    "hubspot",
    """
    [columns]
    id = "id"
    created_at = "properties.createdate"
    updated_at = "properties.hs_lastmodifieddate"
    solved_at = "properties.closed_date"
    status = "properties.hs_pipeline_stage"
    channel = "properties.source_type"
    topic = "properties.hs_ticket_category"
    priority = "properties.hs_ticket_priority"
    team = "properties.hs_pipeline"
    agent_id = "properties.hubspot_owner_id"
    subject = "properties.subject"
    text = "properties.content"

    [columns.vendor_first_response_seconds]
    column = "properties.time_to_first_agent_reply"
    unit = "milliseconds"

    [columns.vendor_full_resolution_seconds]
    column = "properties.time_to_close"
    unit = "milliseconds"

    [values.status]
    1 = "new"
    2 = "pending"
    3 = "open"
    4 = "closed"

    [values.channel]
    FORM = "web form"

    [exclude.deleted]
    archived = ["true"]
    """,
)
_CSV = vendor_mapping(
    "hubspot",
    """
    [columns]
    id = "Ticket ID"
    created_at = "Create date"
    updated_at = "Last modified date"
    solved_at = "Close date"
    status = "Ticket status"
    channel = "Source"
    topic = "Category"
    priority = "Priority"
    team = "Pipeline"
    agent_id = { column = "Ticket owner", pseudonym = true }
    subject = "Ticket name"
    text = "Ticket description"

    [columns.vendor_first_response_seconds]
    column = "Time to first agent reply (HH:mm:ss)"
    unit = "clock"

    [columns.vendor_full_resolution_seconds]
    column = "Time to close (HH:mm:ss)"
    unit = "clock"

    [values.status]
    New = "new"
    "Waiting on contact" = "pending"
    "Waiting on us" = "open"
    Closed = "closed"

    [values.channel]
    Form = "web form"
    """,
)
_HEADERS = ("ticket id", "ticket name", "pipeline", "ticket status", "create date")


def _recognises(probe: Probe) -> bool:
    if probe.json is None:
        return probe.header_set >= set(_HEADERS)
    # every object of the API has these keys; a pipeline's stage only tickets have
    return probe.json_keys >= {"id", "properties"} and '"hs_pipeline_stage"' in probe.head


def _read(reading: Reading) -> list[Stream]:
    return read_vendor_tickets(reading, _CSV if reading.probe.json is None else _JSON)


SOURCE = Source(
    name="hubspot",
    system="hubspot",
    main_table=lambda probe: "contacts",
    recognises=_recognises,
    read=_read,
    fields=FIELDS,
    usual_columns=(*_HEADERS, "close date", "source", "priority", "ticket owner"),
    optional_columns=_CSV.headers,
)
