"""Zendesk's records of the account itself: schedules, forms, brands, organizations, ...

None of them is a contact, so nothing is loaded: they are known, and passed over with what to do
instead. A schedule describes opening hours, not agents on duty. Its intervals are minutes since
Sunday 00:00 in its own zone, whose name is one of Rails' ("New Caledonia"); they belong into the
calendars of support.toml.
"""

from pipelines.ingest.sources.records import RecordKind, source_of_kinds

_MEASURES_NOTHING = "hold nothing that is measured"
_RECORDS: dict[str, tuple[set[str], str]] = {
    "schedules": (
        {"intervals", "time_zone", "name"},
        "opening hours are no agents on duty: write them as [[calendars]] in support.toml",
    ),
    "holidays": (
        {"start_date", "end_date", "name"},
        "holidays belong into the [[calendars]] of support.toml",
    ),
    "custom_statuses": (
        {"status_category", "agent_label"},
        "every ticket tells the category of its status itself",
    ),
    "suspended_tickets": (
        {"cause", "author", "recipient"},
        "suspended mail is no ticket: recover what is wanted in Zendesk and export the tickets",
    ),
    "deleted_tickets": (
        {"deleted_at", "previous_state"},
        "the incremental export of tickets tells the deleted ones: load that",
    ),
    "organizations": ({"domain_names", "shared_tickets"}, f"organizations {_MEASURES_NOTHING}"),
    "brands": ({"subdomain", "has_help_center"}, f"brands {_MEASURES_NOTHING}"),
    "ticket_fields": ({"raw_title", "regexp_for_validation"}, f"fields {_MEASURES_NOTHING}"),
    "ticket_forms": ({"ticket_field_ids", "end_user_visible"}, f"forms {_MEASURES_NOTHING}"),
    "sla_policies": (
        {"policy_metrics", "filter"},
        "the targets of service are those of support.toml",
    ),
}
"""Envelope -> the keys that a record is known by, and why it is passed over."""


SOURCE = source_of_kinds(
    "zendesk_settings",
    "zendesk",
    [RecordKind("contacts", keys, passed_over=why) for keys, why in _RECORDS.values()],
)
