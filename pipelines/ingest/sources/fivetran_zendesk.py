"""Warehouse copies of Zendesk Support in Fivetran's tables, one table a file; times are UTC.

Tickets, their tags, comments, users, groups and the history of ticket fields are read; chats and
their events are zendesk_messaging's. Other tables hold nothing that is measured and are passed
over by name.

- `merged_ticket_ids` is a list in a text. A field's history has one row a change, of which the
  status counts.
- Topic and language are custom fields: columns of the ticket table whose names the mapping tells
  (`[columns] topic = "custom_issue"`).
- A row that is `_fivetran_deleted`, or a ticket none of whose versions is `_fivetran_active`, is
  deleted in the helpdesk; older versions are what the build counts as duplicates.
- Headers may carry quotes and capitals, as Postgres and Snowflake write reserved words.

unverified: `_fivetran_active` on tickets (history mode; the seeds have none).
"""

from collections.abc import Iterator

from pipelines.ingest.checks import Check, ruined_id
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Stream, stream
from pipelines.ingest.sources.records import (
    RecordKind,
    declared_language,
    direction_sql,
    missing,
    not_times,
    source_of_kinds,
    teams,
)
from pipelines.ingest.sources.zendesk_records import comment_columns, merges, people, status_sql
from pipelines.ingest.times import moment_sql
from pipelines.sql import identifier, literal

_UNMEASURED = {
    "audit_log": {"action", "actor_id", "change_description", "source_type"},
    "brand": {"subdomain", "has_help_center", "brand_url"},
    "daylight_time": {"time_zone", "daylight_offset", "daylight_start_utc"},
    "domain_name": {"index", "organization_id", "domain_name"},
    "organization": {"id", "shared_comments", "shared_tickets"},
    "organization_tag": {"organization_id", "tag"},
    "schedule": {"start_time", "end_time", "time_zone", "start_time_utc"},
    "schedule_holiday": {"schedule_id", "start_date", "end_date"},
    "sla_policy_metric_history": {"sla_policy_id", "metric", "target"},
    "ticket_form_history": {"display_name", "end_user_visible"},
    "ticket_schedule": {"ticket_id", "schedule_id"},
    "ticket_sla_policy": {"ticket_id", "sla_policy_id", "policy_applied_at"},
    "time_zone": {"time_zone", "standard_offset"},
    "user_tag": {"tag", "user_id"},
}
_INSTEAD = {
    "schedule": "opening hours are no agents on duty: write them as [[calendars]] in support.toml",
    "schedule_holiday": "holidays belong into the [[calendars]] of support.toml",
}
_TICKET = (
    "id", "created_at", "updated_at", "status", "priority", "subject", "via_channel",
    "via_source_rel", "group_id", "assignee_id", "requester_id", "submitter_id",
    "merged_ticket_ids", "via_followup_source_id", "_fivetran_deleted", "_fivetran_active",
)  # fmt: skip
_COMMENT = (
    "id", "ticket_id", "user_id", "public", "body", "created", "voice_comment", "_fivetran_deleted",
)  # fmt: skip


def copied_names(probe: Probe) -> frozenset[str]:
    """Headers of one of Fivetran's tables, without quotes; none of another file."""
    headers = frozenset(header.strip('"') for header in probe.header_set)
    return headers if "_fivetran_synced" in headers else frozenset()


def unmeasured(
    vendor: str, tables: dict[str, set[str]], instead: dict[str, str]
) -> Iterator[RecordKind]:
    """Tables that are known by some of their headers and passed over, with what to do instead."""
    for table, headers in tables.items():
        why = instead.get(table, f"{vendor}'s table {table} holds nothing that is measured")
        yield RecordKind("contacts", headers, passed_over=why)


def _tickets(reading: Reading) -> list[Stream]:
    def custom(field: str) -> str:
        told = reading.mapping.columns.get(field)
        if told is None:
            return "CAST(NULL AS VARCHAR)"
        reading.column(told.columns[0], f"[columns] {field}")  # or say that there is none
        return reading.composed(f"t.{identifier(told.columns[0])}")

    told_columns = (field.columns[0] for field in reading.mapping.columns.values())
    records = reading.flat_records([*dict.fromkeys((*_TICKET, *told_columns))])
    by_agent = "t.submitter_id = t.assignee_id AND t.submitter_id <> t.requester_id"
    told = reading.told_exclusion({"via": "t.via_channel", "via_channel": "t.via_channel"})
    rows = f"""
        SELECT *, {reading.times("created_at", "updated_at", zone="UTC")},
            coalesce(lower(t._fivetran_deleted) = 'true', false)
                OR NOT coalesce(bool_or(lower(t._fivetran_active) = 'true')
                    OVER (PARTITION BY t.id), true) AS is_deleted,
            CASE WHEN is_deleted OR t.status = 'deleted' THEN 'deleted'
                ELSE coalesce({told}, CASE
                    WHEN t.via_channel = 'closed_ticket' OR t.via_source_rel = 'follow_up'
                        OR t.via_followup_source_id IS NOT NULL THEN 'follow_up'
                    WHEN t.via_channel = 'sample_ticket' THEN 'test'
                    WHEN t.via_channel = 'side_conversation' THEN 'internal'
                    WHEN t.via_source_rel = 'outbound' OR ({by_agent}) THEN 'agent_initiated'
                END) END AS exclusion
        FROM ({records})"""
    contacts = {
        "contact_id": reading.id("t.id"),
        "source": literal(reading.system),
        "source_id": "t.id",
        "kind": "'ticket'",
        "channel_raw": "t.via_channel",
        "direction": direction_sql("exclusion"),
        **declared_language(custom("language")),
        "topic_raw": custom("topic"),
        "status": f"CASE WHEN is_deleted THEN 'deleted' ELSE {status_sql('t.status')} END",
        "status_raw": "t.status",
        "priority": "lower(t.priority)",
        "team": reading.translated("team", "t.group_id"),
        "agent_id": "t.assignee_id",
        "requester_id": reading.pseudonym("t.requester_id"),
        "subject": reading.masked("t.subject"),
        "created_at": "created_at",
        "updated_at": "updated_at",
        "exclusion": "exclusion",
    }
    checks = [
        *missing("id", "created_at", "status"),
        ruined_id("t.id", "id"),
        ruined_id("t.requester_id", "requester_id"),
        *not_times("created_at", "updated_at"),
        Check("updated_at < created_at", "updated_at is before created_at"),
    ]
    merged = f"""
        SELECT _line, record, t.id AS target,
            unnest(regexp_extract_all(t.merged_ticket_ids, '[0-9]+')) AS merged
        FROM ({records}) WHERE t.id IS NOT NULL"""
    return [
        stream(
            "contacts",
            rows,
            {"contacts": contacts},
            checks=checks,
            raw="record",
            received_on="created_at",
        ),
        merges(reading, merged),
    ]


def _comments(reading: Reading) -> list[Stream]:
    as_comments = f"""
        SELECT _line, record, t.ticket_id AS ticket_id, t.created AS created,
            {moment_sql("t.created", "UTC")} AS created_at,
            coalesce(lower(t._fivetran_deleted) = 'true', false) AS is_deleted,
            {{'id': t.id, 'author_id': t.user_id, 'public': try_cast(t.public AS BOOLEAN),
                'type': CASE WHEN lower(t.voice_comment) = 'true' THEN 'VoiceComment' END,
                'body': t.body, 'plain_body': t.body, 'html_body': NULL, 'via': NULL}} AS t
        FROM ({reading.flat_records(_COMMENT)})"""
    return [
        stream(
            "messages",
            as_comments,
            {
                "messages": comment_columns(reading, via="t.via")
                | {"contact_id": reading.id("ticket_id"), "sent_at": "created_at"}
            },
            checks=[
                *missing("id", "author_id"),
                ruined_id("t.id", "id"),
                ruined_id("t.author_id", "user_id"),
                ruined_id("ticket_id", "ticket_id"),
                Check("ticket_id IS NULL", "ticket_id is missing"),
                Check("created_at IS NULL", "created is missing or no time"),
                Check("t.public IS NULL", "public is neither true nor false"),
            ],
            raw="record",
            received_on="created_at",
            when={"messages": "NOT is_deleted"},
        )
    ]


def _field_history(reading: Reading) -> list[Stream]:
    records = reading.flat_records(("field_name", "ticket_id", "updated", "value"))
    rows = f"SELECT *, {reading.times('updated', zone='UTC')} FROM ({records})"
    return [
        stream(
            "status_events",
            rows,
            {
                "status_events": {
                    "contact_id": reading.id("t.ticket_id"),
                    "changed_at": "updated",
                    "to_status": status_sql("t.value"),
                }
            },
            checks=[*missing("field_name", "ticket_id", "updated"), *not_times("updated")],
            raw="record",
            received_on="updated",
            when={"status_events": "t.field_name = 'status' AND t.value IS NOT NULL"},
        )
    ]


def _tags(reading: Reading) -> list[Stream]:
    return [
        stream(
            "contact_tags",
            reading.flat_records(("tag", "ticket_id")),
            {
                "contact_tags": {
                    "contact_id": reading.id("t.ticket_id"),
                    "tag": "lower(t.tag)",
                }
            },
            checks=missing("tag", "ticket_id"),
            raw="record",
            received_on="NULL",
        )
    ]


def _updated(reading: Reading, *keys: str) -> str:
    records = reading.flat_records((*keys, "updated_at"))
    return f"SELECT *, {reading.times('updated_at', zone='UTC')} FROM ({records})"


SOURCE = source_of_kinds(
    "fivetran_zendesk",
    "zendesk",
    (
        RecordKind(
            "contacts", ("id", "requester_id", "submitter_id", "status", "via_channel"), _tickets
        ),
        RecordKind(
            "messages", ("id", "ticket_id", "user_id", "public", "body", "created"), _comments
        ),
        RecordKind(
            "status_events", ("field_name", "ticket_id", "updated", "value"), _field_history
        ),
        RecordKind("contact_tags", ("tag", "ticket_id"), _tags),
        RecordKind(
            "people",
            ("id", "role", "locale", "ticket_restriction"),
            lambda reading: people(reading, _updated(reading, "id", "role", "locale")),
        ),
        RecordKind(
            "teams",
            ("id", "name", "url", "created_at", "_fivetran_deleted"),
            lambda reading: teams(reading, _updated(reading, "id", "name")),
        ),
        *unmeasured("Zendesk", _UNMEASURED, _INSTEAD),
    ),
    names=copied_names,
    fields=("language", "topic", "team"),
)
