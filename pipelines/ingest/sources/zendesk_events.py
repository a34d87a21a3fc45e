"""What happened to Zendesk's tickets: metric events, ticket audits and incremental ticket events.

- Metric events are the helpdesk's own clocks: when a wait was activated, paused, fulfilled or
  breached its target; the right source for every wait and not just the first.
- An audit is one update of a ticket with the events in it. `Create` and `Change` of the status
  become status events; `Comment` becomes a message, with the id that the comment has in every
  other export; all else is left out. Author -1 and `via` rule are the helpdesk itself.
- Incremental ticket events tell the same in other words: the changed field is a key of the child
  event ({"status": "solved", "previous_value": "open"}), and comments are there only where the
  export was made with `include=comment_events`.

unverified: everything about audits and ticket events but the event types' names (nobody's real
file was at hand); of metric events the metrics besides reply_time, agent_work_time and
requester_wait_time.
"""

from pipelines.ingest.checks import Check
from pipelines.ingest.sources.base import Reading, Stream, stream
from pipelines.ingest.sources.records import (
    NOT_JSON,
    RecordKind,
    missing,
    not_times,
    source_of_kinds,
)
from pipelines.ingest.sources.zendesk_records import comment_columns, status_sql
from pipelines.ingest.times import epoch_sql, moment_sql

_METRIC_EVENT = """{"id": "VARCHAR", "ticket_id": "VARCHAR", "metric": "VARCHAR",
    "instance_id": "BIGINT", "type": "VARCHAR", "time": "VARCHAR"}"""
_COMMENT = """"id": "VARCHAR", "type": "VARCHAR", "author_id": "VARCHAR", "public": "BOOLEAN",
    "body": "VARCHAR", "plain_body": "VARCHAR", "html_body": "VARCHAR",
    "previous_value": "VARCHAR" """
_AUDIT = f"""{{"id": "VARCHAR", "ticket_id": "VARCHAR", "created_at": "VARCHAR",
    "author_id": "VARCHAR", "via": {{"channel": "VARCHAR"}},
    "events": [{{{_COMMENT}, "field_name": "VARCHAR", "value": "VARCHAR",
        "via": {{"channel": "VARCHAR"}}}}]}}"""
_TICKET_EVENT = f"""{{"id": "VARCHAR", "ticket_id": "VARCHAR", "created_at": "VARCHAR",
    "timestamp": "BIGINT", "updater_id": "VARCHAR",
    "child_events": [{{{_COMMENT}, "event_type": "VARCHAR", "status": "VARCHAR",
        "via": "VARCHAR"}}]}}"""
_AUDIT_EVENT = """{'id': e.id, 'type': e.type,
    'author_id': coalesce(e.author_id, t.author_id), 'public': e.public, 'body': e.body,
    'plain_body': e.plain_body, 'html_body': e.html_body,
    'via': coalesce(e.via.channel, t.via.channel), 'before': e.previous_value,
    'after': CASE WHEN e.field_name = 'status' THEN e.value END}"""
_CHILD_EVENT = """{'id': e.id, 'type': coalesce(e.event_type, e.type),
    'author_id': coalesce(e.author_id, t.updater_id), 'public': e.public, 'body': e.body,
    'plain_body': e.plain_body, 'html_body': e.html_body, 'via': lower(e.via),
    'before': e.previous_value, 'after': e.status}"""


def _audits(reading: Reading) -> list[Stream]:
    created_at = moment_sql("t.created_at", reading.zone)
    return _updates(reading, _AUDIT, created_at, "t.events", _AUDIT_EVENT)


def _ticket_events(reading: Reading) -> list[Stream]:
    created_at = moment_sql("t.created_at", reading.zone)
    created_at = f"coalesce({created_at}, {epoch_sql('t.timestamp')})"
    return _updates(reading, _TICKET_EVENT, created_at, "t.child_events", _CHILD_EVENT)


def _updates(
    reading: Reading, shape: str, created_at: str, events: str, event: str
) -> list[Stream]:
    """Status events and comments of updates: each at `created_at`, with a list of `events`, of
    which `event` is one in the same words for all."""
    audits = f"SELECT *, {created_at} AS created_at FROM ({reading.records(shape)})"
    told = f"""
        SELECT _line, record, t.ticket_id AS ticket_id, created_at,
            unnest(list_transform({events}, lambda e: {event})) AS t
        FROM ({audits}) WHERE t.ticket_id IS NOT NULL AND created_at IS NOT NULL"""
    at = {"received_on": "created_at", "raw": "record"}
    contact = reading.id("ticket_id")
    return [
        stream(
            "status_events",
            audits,
            {},
            checks=[
                NOT_JSON,
                *missing("id", "ticket_id"),
                Check("t IS NOT NULL AND created_at IS NULL", "created_at is missing or no time"),
            ],
            **at,
        ),
        stream(
            "status_events",
            f"SELECT * FROM ({told}) WHERE t.after IS NOT NULL AND t.type IN ('Create', 'Change')",
            {
                "status_events": {
                    "contact_id": contact,
                    "changed_at": "created_at",
                    "from_status": f"CASE WHEN t.before IS NOT NULL THEN {status_sql('t.before')}"
                    " END",
                    "to_status": status_sql("t.after"),
                }
            },
            checks=[],
            is_main=False,
            **at,
        ),
        stream(
            "messages",
            f"SELECT * FROM ({told}) WHERE t.type IN ('Comment', 'VoiceComment')"
            " AND t.public IS NOT NULL",
            {
                "messages": comment_columns(reading, via="t.via")
                | {"contact_id": contact, "sent_at": "created_at"}
            },
            checks=[Check("t.id IS NULL", "a comment has no id")],
            is_main=False,
            **at,
        ),
    ]


def _metric_events(reading: Reading) -> list[Stream]:
    rows = f"SELECT *, {reading.times('time')} FROM ({reading.records(_METRIC_EVENT)})"
    return [
        stream(
            "metric_events",
            rows,
            {
                "metric_events": {
                    "event_id": reading.id("t.id"),
                    "contact_id": reading.id("t.ticket_id"),
                    "metric": "lower(t.metric)",
                    "instance": "t.instance_id",
                    "event": "lower(t.type)",
                    "happened_at": "time",
                }
            },
            checks=[
                NOT_JSON,
                *missing("id", "ticket_id", "metric", "type", "time"),
                *not_times("time"),
            ],
            raw="record",
            received_on="time",
        )
    ]


SOURCE = source_of_kinds(
    "zendesk_events",
    "zendesk",
    (
        RecordKind(
            "metric_events", ("id", "ticket_id", "metric", "instance_id", "time"), _metric_events
        ),
        RecordKind(
            "status_events", ("id", "ticket_id", "author_id", "events", "created_at"), _audits
        ),
        RecordKind(
            "status_events", ("id", "ticket_id", "updater_id", "child_events"), _ticket_events
        ),
    ),
)
