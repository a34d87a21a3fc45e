"""Zendesk's JSON: tickets, ticket metrics, comments, users, groups and satisfaction ratings.

From the incremental exports (the envelope with its pages), as an array, or one object per
line. Lists that come along with the tickets (users, groups, metric_sets) are read too.
Deliveries repeat and overlap; every row keeps its `updated_at`, and the build takes the latest.

- Who wrote a comment is known from `users`; comments carry the author's pseudonym, and staff
  are delivered under their id and under that pseudonym. What comes through the API in the name
  of staff is a machine's: it carries another pseudonym, which for staff means a bot. A voice
  comment is the record of a call, not a reply.
- A ticket is agent-initiated where its submitter is its assignee and not its requester.
- A merge is told by the target (`merged_ticket_ids`), which may stand in another file than the
  merged ticket: it is a row of `relations`.
- Groups are numbers in tickets; their names come from the mapping, else from a file of groups.
- Language and topic: the custom fields that the mapping names by number, else the first custom
  field or tag whose value is a word for one. A user's locale is the account's default.
- `satisfaction_rating` in a ticket has no time of its own: it counts as sent and answered when
  the ticket was last updated, and only where no satisfaction_ratings export tells it better.
- `status` is the category; `custom_status_id` is only what people call it. `closed` follows
  `solved` by itself after days.
- Keys of metrics that do not apply are absent: NULL. Minutes are whole, so 0 is under a minute.

unverified: the `via` words but voice, web, email and sample_ticket; which app the numbers of
messaging channels stand for; author -1; `reply_time_in_seconds`; `via_followup_source_id`;
VoiceComment.
"""

from collections.abc import Callable

from pipelines.ingest.checks import Check
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Source, Stream, stream
from pipelines.ingest.sources.records import (
    NOT_JSON,
    declared_language,
    direction_sql,
    missing,
    not_times,
    teams,
)
from pipelines.ingest.sources.zendesk_records import (
    SCORES,
    answer,
    comment_columns,
    merges,
    people,
    plain_score_sql,
    status_sql,
)
from pipelines.ingest.times import seconds_sql
from pipelines.ingest.vocabulary import first_known_sql
from pipelines.sql import literal

_KINDS = {
    "tickets": ("contacts", {"id", "via", "status", "created_at", "requester_id"}),
    "ticket_metrics": ("contact_clocks", {"ticket_id", "reopens", "replies"}),
    "comments": ("messages", {"id", "ticket_id", "author_id", "public", "created_at"}),
    "satisfaction_ratings": ("surveys", {"id", "ticket_id", "score", "created_at"}),
    "users": ("people", {"id", "role", "locale"}),
    "groups": ("teams", {"id", "url", "name", "deleted", "created_at"}),
}
"""Kind -> its raw table and the keys it is known by; the first kind of a file is its main one."""
_ENVELOPES = {kind: kind for kind in _KINDS} | {"metric_sets": "ticket_metrics"}
_BESIDE_TICKETS = ("users", "groups", "metric_sets")
_MINUTES = '{"calendar": "DOUBLE", "business": "DOUBLE"}'
_SHAPES = {
    "tickets": """{"id": "VARCHAR", "via": {"channel": "VARCHAR", "source": {"rel": "VARCHAR"}},
        "created_at": "VARCHAR", "updated_at": "VARCHAR", "subject": "VARCHAR",
        "priority": "VARCHAR", "status": "VARCHAR", "requester_id": "VARCHAR",
        "submitter_id": "VARCHAR", "assignee_id": "VARCHAR", "group_id": "VARCHAR",
        "tags": ["VARCHAR"], "custom_fields": [{"id": "VARCHAR", "value": "VARCHAR"}],
        "via_followup_source_id": "VARCHAR",
        "satisfaction_rating": {"score": "VARCHAR", "comment": "VARCHAR"}}""",
    "ticket_metrics": f"""{{"ticket_id": "VARCHAR", "created_at": "VARCHAR",
        "updated_at": "VARCHAR", "initially_assigned_at": "VARCHAR", "assigned_at": "VARCHAR",
        "solved_at": "VARCHAR", "reopens": "BIGINT", "replies": "BIGINT",
        "group_stations": "BIGINT",
        "reply_time_in_seconds": {_MINUTES}, "reply_time_in_minutes": {_MINUTES},
        "first_resolution_time_in_minutes": {_MINUTES},
        "full_resolution_time_in_minutes": {_MINUTES},
        "requester_wait_time_in_minutes": {_MINUTES},
        "agent_wait_time_in_minutes": {_MINUTES}, "on_hold_time_in_minutes": {_MINUTES}}}""",
    "comments": """{"id": "VARCHAR", "ticket_id": "VARCHAR", "author_id": "VARCHAR",
        "type": "VARCHAR", "body": "VARCHAR", "plain_body": "VARCHAR", "html_body": "VARCHAR",
        "public": "BOOLEAN", "created_at": "VARCHAR", "via": {"channel": "VARCHAR"}}""",
    "users": """{"id": "VARCHAR", "role": "VARCHAR", "locale": "VARCHAR",
        "updated_at": "VARCHAR"}""",
    "groups": '{"id": "VARCHAR", "name": "VARCHAR", "updated_at": "VARCHAR"}',
    "satisfaction_ratings": """{"id": "VARCHAR", "ticket_id": "VARCHAR", "score": "VARCHAR",
        "comment": "VARCHAR", "created_at": "VARCHAR", "updated_at": "VARCHAR"}""",
}
_CHANNELS = {
    "75": "live_chat",
    **dict.fromkeys(("72", "73", "74", "78", "88"), "social"),
}
"""Channels that are told by their number."""


def _kinds(probe: Probe) -> dict[str, str | None]:
    """Kind -> envelope of its records, of all that a JSON file holds; the main one first."""
    if probe.json is None:
        return {}
    shape = probe.json
    lists = shape.envelopes or {shape.envelope: shape.keys}
    found = {}
    for kind, (_, keys) in _KINDS.items():
        for envelope, seen in lists.items():
            is_named = envelope is not None and _ENVELOPES.get(envelope) == kind
            if seen >= keys or (is_named and not seen):
                found.setdefault(kind, envelope)
    if "tickets" in found and shape.envelope is not None and not probe.is_whole:
        # the lists beside the tickets may stand further below than was looked at
        found |= {
            _ENVELOPES[name]: name for name in _BESIDE_TICKETS if _ENVELOPES[name] not in found
        }
    return found


def _read(reading: Reading) -> list[Stream]:
    streams = []
    for kind, envelope in _kinds(reading.probe).items():
        records = reading.records(_SHAPES[kind], envelope)
        streams += _READERS[kind](reading, records)
    return streams


def _tickets(reading: Reading, records: str) -> list[Stream]:
    def custom(field: str, table: str) -> str:
        told = reading.mapping.columns.get(field)
        if told is not None:
            number = literal(told.columns[0])
            return f"list_filter(t.custom_fields, lambda f: f.id = {number})[1].value"
        fields, tags = first_known_sql("field_values", table), first_known_sql("t.tags", table)
        return reading.composed(f"coalesce({fields}, {tags})")

    told = reading.told_exclusion(
        {"via": "t.via.channel", "via.channel": "t.via.channel"}, {"tags": "t.tags"}
    )
    channels = " ".join(f"WHEN '{number}' THEN '{c}'" for number, c in _CHANNELS.items())
    by_agent = "t.submitter_id = t.assignee_id AND t.submitter_id <> t.requester_id"
    rows = f"""
        SELECT *, {reading.times("created_at", "updated_at")},
            list_transform(list_filter(t.custom_fields, lambda f: f.value IS NOT NULL),
                lambda f: f.value) AS field_values,
            CASE WHEN t.status = 'deleted' THEN 'deleted'
                WHEN list_contains(t.tags, 'closed_by_merge') THEN 'merged'
                ELSE coalesce({told}, CASE
                    WHEN t.via.channel = 'closed_ticket' OR t.via.source.rel = 'follow_up'
                        OR t.via_followup_source_id IS NOT NULL THEN 'follow_up'
                    WHEN t.via.channel = 'sample_ticket' THEN 'test'
                    WHEN t.via.channel = 'side_conversation' THEN 'internal'
                    WHEN t.via.source.rel = 'outbound' OR ({by_agent}) THEN 'agent_initiated'
                END) END AS exclusion,
            {plain_score_sql("t.satisfaction_rating.score")} AS plain
        FROM ({records})"""
    named = f"SELECT *, {custom('language', 'languages')} AS language_raw FROM ({rows})"
    contact = reading.id("t.id")
    tickets = stream(
        "contacts",
        named,
        {
            "contacts": {
                "contact_id": contact,
                "source": literal(reading.system),
                "source_id": "t.id",
                "kind": "'ticket'",
                "channel": f"CASE t.via.channel {channels} END",
                "channel_raw": "t.via.channel",
                "direction": direction_sql("exclusion"),
                **declared_language("language_raw"),
                "topic_raw": custom("topic", "topics"),
                "status": status_sql("t.status"),
                "status_raw": "t.status",
                "priority": "lower(t.priority)",
                "tags": "array_to_string(t.tags, ' ')",
                "team": reading.translated("team", "t.group_id"),
                "agent_id": "t.assignee_id",
                "requester_id": reading.pseudonym("t.requester_id"),
                "subject": reading.masked("t.subject"),
                "created_at": "created_at",
                "updated_at": "updated_at",
                "exclusion": "exclusion",
            },
            "surveys": {
                "survey_id": contact,
                "contact_id": contact,
                "updated_at": "updated_at",
                "sent_at": "updated_at",
                **answer("updated_at"),
                "score_raw": "t.satisfaction_rating.score",
                "comment": reading.masked("t.satisfaction_rating.comment"),
                "language_raw": "language_raw",
            },
        },
        checks=[
            NOT_JSON,
            *missing("id", "created_at"),
            *not_times("created_at", "updated_at"),
            Check("updated_at < created_at", "updated_at is before created_at"),
        ],
        raw="record",
        received_on="created_at",
        when={"surveys": f"plain IN {SCORES} AND plain <> 'unoffered'"},
    )
    return [tickets, *_merges(reading)]


def _merges(reading: Reading) -> list[Stream]:
    """What the tickets tell of those merged into them."""
    if "merged_ticket_ids" not in reading.probe.json_keys:
        return []
    envelope = _kinds(reading.probe)["tickets"]
    records = reading.records('{"id": "VARCHAR", "merged_ticket_ids": ["VARCHAR"]}', envelope)
    rows = f"""
        SELECT _line, record, t.id AS target, unnest(t.merged_ticket_ids) AS merged
        FROM ({records}) WHERE t.id IS NOT NULL"""
    return [merges(reading, rows)]


def _ticket_metrics(reading: Reading, records: str) -> list[Stream]:
    times = ("created_at", "updated_at", "initially_assigned_at", "assigned_at", "solved_at")

    def seconds(name: str, clock: str = "calendar") -> str:
        return seconds_sql(f"t.{name}_in_minutes.{clock} * 60")

    def first_reply(clock: str) -> str:
        exact = seconds_sql(f"t.reply_time_in_seconds.{clock}")
        return f"coalesce({exact}, {seconds('reply_time', clock)})"

    vendor = {
        "vendor_first_response_seconds": first_reply("calendar"),
        "vendor_first_response_business_seconds": first_reply("business"),
        "vendor_first_resolution_seconds": seconds("first_resolution_time"),
        "vendor_full_resolution_seconds": seconds("full_resolution_time"),
        "vendor_requester_wait_seconds": seconds("requester_wait_time"),
        "vendor_agent_wait_seconds": seconds("agent_wait_time"),
        "vendor_on_hold_seconds": seconds("on_hold_time"),
    }
    rows = f"SELECT *, {reading.times(*times)} FROM ({records})"
    clocks = {
        "contact_id": reading.id("t.ticket_id"),
        "updated_at": "updated_at",
        "first_assigned_at": "initially_assigned_at",
        "assigned_at": "assigned_at",
        "solved_at": "solved_at",
        "reopens_count": "t.reopens",
        "replies_count": "t.replies",
        "teams_count": "t.group_stations",
        **vendor,
    }
    return [
        stream(
            "contact_clocks",
            rows,
            {"contact_clocks": clocks},
            checks=[
                NOT_JSON,
                *missing("ticket_id"),
                *not_times(*times),
                Check("solved_at < created_at", "solved_at is before created_at"),
                Check("t.reopens < 0 OR t.replies < 0", "reopens or replies is negative"),
                *(Check(f"{sql} < 0", f"{name} is negative") for name, sql in vendor.items()),
            ],
            raw="record",
            received_on="created_at",
        )
    ]


def _comments(reading: Reading, records: str) -> list[Stream]:
    rows = f"SELECT *, {reading.times('created_at')} FROM ({records})"
    own = {"contact_id": reading.id("t.ticket_id"), "sent_at": "created_at"}
    return [
        stream(
            "messages",
            rows,
            {"messages": comment_columns(reading) | own},
            checks=[
                NOT_JSON,
                *missing("id", "ticket_id", "author_id", "created_at"),
                *not_times("created_at"),
                Check("t IS NOT NULL AND t.public IS NULL", "public is missing"),
            ],
            raw="record",
            received_on="created_at",
        )
    ]


def _users(reading: Reading, records: str) -> list[Stream]:
    rows = f"SELECT *, {reading.times('updated_at')} FROM ({records})"
    return people(reading, rows)


def _groups(reading: Reading, records: str) -> list[Stream]:
    rows = f"SELECT *, {reading.times('updated_at')} FROM ({records})"
    return teams(reading, rows)


def _satisfaction_ratings(reading: Reading, records: str) -> list[Stream]:
    rows = f"""
        SELECT *, {reading.times("created_at", "updated_at")}, {plain_score_sql("t.score")} AS plain
        FROM ({records})"""
    surveys = {
        "survey_id": reading.id("'rating-' || t.id"),
        "contact_id": reading.id("t.ticket_id"),
        "updated_at": "updated_at",
        "sent_at": "created_at",
        **answer("coalesce(updated_at, created_at)"),
        "score_raw": "t.score",
        "comment": reading.masked("t.comment"),
    }
    return [
        stream(
            "surveys",
            rows,
            {"surveys": surveys},
            checks=[
                NOT_JSON,
                *missing("id", "ticket_id", "created_at"),
                *not_times("created_at", "updated_at"),
                Check("updated_at < created_at", "updated_at is before created_at"),
                Check(
                    f"t IS NOT NULL AND coalesce(plain, '') NOT IN {SCORES}",
                    "score is none of offered, good and bad",
                ),
            ],
            raw="record",
            received_on="created_at",
            when={"surveys": "plain <> 'unoffered'"},
        )
    ]


_READERS: dict[str, Callable[[Reading, str], list[Stream]]] = {
    "tickets": _tickets,
    "ticket_metrics": _ticket_metrics,
    "comments": _comments,
    "satisfaction_ratings": _satisfaction_ratings,
    "users": _users,
    "groups": _groups,
}

SOURCE = Source(
    name="zendesk_json",
    system="zendesk",
    main_table=lambda probe: _KINDS[next(iter(_kinds(probe)))][0],
    recognises=lambda probe: bool(_kinds(probe)),
    read=_read,
    fields=("language", "topic", "team"),
)
