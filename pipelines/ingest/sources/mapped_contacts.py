"""What mapped sources deliver of a contact: the contract's columns as SQL over Fields' rows.

Vendors whose exports are plain tables are read by the same code: a source of theirs is a
mapping that lies beneath the user's own (`with_vendor_mapping`).
"""

from dataclasses import replace

from pipelines.ingest.checks import Check
from pipelines.ingest.contracts import CONTACT_CLOCKS, KINDS, LANGUAGE_SOURCES, STATUSES
from pipelines.ingest.mapping import Mapping
from pipelines.ingest.sources.base import Reading
from pipelines.ingest.sources.mapped import Fields
from pipelines.sql import literal

TEXTS = (
    "kind", "status", "channel", "direction", "language", "language_source", "topic", "team",
    "agent_id", "requester_id", "priority", "tags", "subject", "linked_contact_id", "merged_into",
)  # fmt: skip
TIMES = (
    "created_at", "updated_at", "first_inbound_at", "handed_over_at", "first_assigned_at",
    "assigned_at", "first_replied_at", "first_solved_at", "solved_at", "closed_at",
)  # fmt: skip
COUNTS = ("reopens_count", "replies_count", "teams_count")
VENDOR_SECONDS = tuple(n for n in CONTACT_CLOCKS.column_names if n.startswith("vendor_"))
NUMBERS = (*COUNTS, *VENDOR_SECONDS)

_STATUS_WORDS = {**{s: s for s in STATUSES}, "resolved": "solved", "on-hold": "hold",
                 "on hold": "hold"}  # fmt: skip
_OUTBOUND = ("outbound", "out", "outgoing")


def contact_columns(
    fields: Fields, contact_id: str, *, kind: str, created_at: str, updated_at: str
) -> dict[str, str]:
    """Expressions of a contact's columns.

    `contact_id`: SQL of the id's text; `kind`: the contact's kind where no field tells it;
    `created_at`, `updated_at`: SQL of the times."""
    reading, text = fields.reading, fields.text
    linked = reading.mapping.linked_system or reading.system
    direction = _direction_sql(fields)
    language_source = fields.text("language_source")
    columns = {
        "contact_id": reading.id(contact_id),
        "source": literal(reading.system),
        "source_id": contact_id,
        "kind": f"coalesce(lower({text('kind')}), '{kind}')",
        "direction": direction,
        "status": status_sql(fields),
        "status_raw": fields.said("status"),
        "created_at": created_at,
        "updated_at": updated_at,
        "channel_raw": text("channel"),
        "language_raw": text("language"),
        "language_source": f"CASE WHEN {text('language')} IS NULL THEN 'unknown'"
        f" ELSE coalesce(lower({language_source}), 'declared') END",
        "topic_raw": text("topic"),
        "priority": f"lower({text('priority')})",
        "tags": f"nullif(array_to_string({reading.tags(text('tags'))}, ' '), '')",
        "team": text("team"),
        "agent_id": text("agent_id"),
        "requester_id": reading.pseudonym(text("requester_id")),
        "subject": reading.masked(text("subject")),
        "first_inbound_at": fields.time("first_inbound_at"),
        "handed_over_at": fields.time("handed_over_at"),
        "merged_into": reading.id(text("merged_into")),
        "linked_contact_id": reading.id(text("linked_contact_id"), linked),
        "exclusion": f"""coalesce(exclusion_told, CASE
            WHEN {text("merged_into")} IS NOT NULL THEN 'merged' ELSE CASE {direction}
            WHEN 'outbound' THEN 'agent_initiated' WHEN 'internal' THEN 'internal' END END)""",
    }
    return columns


def clock_columns(
    fields: Fields, contact_id: str, *, created_at: str, updated_at: str
) -> dict[str, str]:
    """Expressions of the helpdesk's own clocks. A first reply's instant is a duration there."""
    seconds = {name: fields.number(name) for name in VENDOR_SECONDS}
    replied = f"date_sub('second', {created_at}, {fields.time('first_replied_at')})"
    told = seconds["vendor_first_response_seconds"]
    return {
        "contact_id": fields.reading.id(contact_id),
        "updated_at": updated_at,
        **{
            name: fields.time(name)
            for name in (
                "first_assigned_at", "assigned_at", "first_solved_at", "solved_at", "closed_at",
            )
        },
        **{name: fields.number(name) for name in COUNTS},
        **seconds,
        "vendor_first_response_seconds": f"coalesce({replied}, {told})",
    }  # fmt: skip


def has_clocks(fields: Fields) -> bool:
    """Does the mapping tell any of the helpdesk's clocks?"""
    return any(map(fields.has, (*TIMES[4:], *NUMBERS)))


def contact_checks(fields: Fields) -> list[Check]:
    """What is refused of a contact: words of no meaning, and impossible order."""
    checks = [*fields.one_of("kind", KINDS), *fields.one_of("language_source", LANGUAGE_SOURCES)]
    for later in ("first_replied_at", "first_solved_at", "solved_at", "closed_at"):
        checks += fields.not_before(later, "created_at")
    return checks


def _direction_sql(fields: Fields) -> str:
    if not fields.has("direction"):
        return "'inbound'"
    outbound = ", ".join(map(literal, _OUTBOUND))
    return f"""CASE WHEN lower(direction_text) IN ({outbound}) THEN 'outbound'
        WHEN lower(direction_text) = 'internal' THEN 'internal' ELSE 'inbound' END"""


def status_sql(fields: Fields, field: str = "status") -> str:
    """SQL of a status: the contract's word, as told in [values]; untold words are unknown.

    An export without a status still tells what was solved or closed."""
    if fields.has(field):
        cases = " ".join(f"WHEN '{word}' THEN '{s}'" for word, s in _STATUS_WORDS.items())
        return f"CASE lower({field}_text) {cases} ELSE 'unknown' END"
    solved = f"coalesce({fields.time('solved_at')}, {fields.time('first_solved_at')})"
    other = "open" if fields.has("solved_at") or fields.has("closed_at") else "unknown"
    return f"""CASE WHEN {fields.time("closed_at")} IS NOT NULL THEN 'closed'
        WHEN {solved} IS NOT NULL THEN 'solved' ELSE '{other}' END"""


def with_vendor_mapping(reading: Reading, vendor: Mapping) -> Reading:
    """The reading with a vendor's own mapping beneath the user's.

    Users choose columns, so what the file lacks of the vendor's is left out."""
    probe = reading.probe
    if probe.json is None:
        there = {
            name: field
            for name, field in vendor.columns.items()
            if all(probe.table.column(header) for header in field.columns)
        }
        left = {
            "missing": {
                h: t for h, t in vendor.missing.items() if h == "*" or probe.table.column(h)
            },
            "exclude": {
                reason: {h: t for h, t in rule.items() if probe.table.column(h)}
                for reason, rule in vendor.exclude.items()
            },
        }
        vendor = replace(vendor, columns=there, **left)
    mapping = probe.mapping.over(vendor)
    return replace(reading, probe=replace(probe, mapping=mapping))
