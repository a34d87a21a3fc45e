"""ServiceNow's incident log: one row per update of an incident, the latest one its state.

- `?` means null, times are DD-MM-YYYY HH:MM without an offset: the zone must be told.
- `opened_at` may be later than `sys_created_at` or earlier; the incident begins when opened.
- `resolved_at` and `closed_at` are the final ones, written on every row of the incident; the
  history of `incident_state` tells solves and reopenings. Closed is some days after resolved.
- `assigned_to` is a name, so a pseudonym stands for the agent.
- `reopen_count`, `reassignment_count` and the state are those of the row's own moment.

Verified on the public incident log of one company; other tables and API exports are unverified.
"""

from pipelines.ingest.mapping import vendor_mapping
from pipelines.ingest.sources.base import Source
from pipelines.ingest.sources.status_events import FIELDS, read_vendor_status_events

_MAPPING = vendor_mapping(
    "servicenow",
    """
    [columns]
    contact_id = "number"
    changed_at = "sys_updated_at"
    status = "incident_state"
    created_at = "opened_at"
    channel = "contact_type"
    topic = "category"
    priority = "priority"
    team = "assignment_group"
    agent_id = { column = "assigned_to", pseudonym = true }
    requester_id = "caller_id"
    solved_at = "resolved_at"
    closed_at = "closed_at"
    reopens_count = "reopen_count"

    [missing]
    "*" = ["?"]

    [values.status]
    Active = "open"
    "In Progress" = "open"
    "Awaiting User Info" = "pending"
    "Awaiting Problem" = "hold"
    "Awaiting Vendor" = "hold"
    "Awaiting Evidence" = "hold"
    "On Hold" = "hold"
    Resolved = "solved"
    Canceled = "closed"
    """,
)

SOURCE = Source(
    name="servicenow",
    system="servicenow",
    main_table=lambda probe: "status_events",
    recognises=lambda probe: probe.header_set
    >= {"number", "incident_state", "sys_updated_at", "opened_at"},
    read=lambda reading: read_vendor_status_events(reading, _MAPPING),
    fields=FIELDS,
    usual_columns=(
        "number", "incident_state", "active", "reassignment_count", "reopen_count",
        "sys_mod_count", "made_sla", "caller_id", "opened_by", "opened_at", "sys_created_by",
        "sys_created_at", "sys_updated_by", "sys_updated_at", "contact_type", "location",
        "category", "subcategory", "u_symptom", "cmdb_ci", "impact", "urgency", "priority",
        "assignment_group", "assigned_to", "knowledge", "u_priority_confirmation", "notify",
        "problem_id", "rfc", "vendor", "caused_by", "closed_code", "resolved_by", "resolved_at",
        "closed_at",
    ),
    joins_records=True,
)  # fmt: skip
