"""Zendesk Talk's calls: one call a record, JSON of the incremental export or CSV; times in seconds.

- The export has one time, the start of the call; the rest follows from its seconds. The answer is
  `time_to_answer` after the start, which includes menus and greetings; the queue is entered
  `wait_time` before the answer (or before the caller hung up); the end is `duration` after the
  start. Where a number is missing, the queue begins when the menu (`ivr_time_spent`) is over.
- A call was answered where it is completed and has an agent; agent 0 is none. `talk_time` 0 is a
  call without talk, no `talk_time` is a call that does not tell.
- Who hangs up in the menu (`abandoned_in_ivr`) never reached the queue.
- Outgoing calls are the agents' own and do not count.
- A call that became a ticket names it: both are one matter, and the ticket counts. Callers are
  users of the helpdesk, so their pseudonym is the one that their tickets carry.
- Overlapping pages deliver a call again; its last `updated_at`, up to hours after the call, counts.
- Legs split a call among those who spoke in it. All that is measured stands in the call, so a
  file of legs is passed over.

unverified: every `completion_status` but `completed`, `failed` and `abandoned_in_ivr`; that the
API's seconds begin and end as the vendor defines its reports' (its page on Talk's durations says
so of those); that `wait_time` is of the first wait; that a `callback` call is the one that the
customer had asked for.
"""

import re

from pipelines.ingest.checks import Check, ruined_id
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Source, Stream, stream
from pipelines.ingest.sources.records import NOT_JSON, missing, not_times
from pipelines.ingest.times import moment_sql, seconds_sql
from pipelines.sql import literal

_SECONDS = ("duration", "wait_time", "time_to_answer", "talk_time", "hold_time", "wrap_up_time")
_KEYS = (
    "id", "created_at", "updated_at", "agent_id", "customer_id", "ticket_id", "direction",
    "completion_status", "callback", "voicemail", "ivr_time_spent", "ivr_destination_group_name",
    "default_group", *_SECONDS,
)  # fmt: skip
_IGNORED = (
    "call_charge", "call_channel", "call_group_id", "call_recording_consent",
    "call_recording_consent_action", "call_recording_consent_keypress", "callback_source",
    "consultation_time", "customer_requested_voicemail", "exceeded_queue_wait_time", "ivr_action",
    "ivr_hops", "ivr_routed_to", "line", "line_id", "line_type", "minutes_billed",
    "not_recording_time", "outside_business_hours", "overflowed", "overflowed_to", "phone_number",
    "phone_number_id", "quality_issues", "recording_control_interactions", "recording_time",
)  # fmt: skip
_SIGNATURE = frozenset({"id", "created_at", "direction", "completion_status", "wait_time"})
_LEGS = frozenset({"id", "call_id", "completion_status", "talk_time", "user_id"})
_HAS_OFFSET = re.compile(r".*\d(Z|[+-]\d\d:?\d\d| UTC)")


def _recognises(probe: Probe) -> bool:
    return probe.names >= _SIGNATURE or probe.names >= _LEGS


def _passed_over(probe: Probe) -> str | None:
    if probe.names >= _SIGNATURE:
        return None
    return "the legs of calls hold nothing that is measured: load the export of the calls"


def _zone(reading: Reading) -> str | None:
    """The zone of the file's times, which must be told where the first one has no offset."""
    if reading.probe.json is not None:
        return reading.zone
    position = reading.probe.table.position("created_at")
    rows = reading.probe.table.first_rows(1)
    has_offset = rows and len(rows[0]) > position and _HAS_OFFSET.fullmatch(rows[0][position])
    return reading.zone if has_offset else reading.require_zone()


def _read(reading: Reading) -> list[Stream]:
    zone, mapping = _zone(reading), reading.mapping
    helpdesk = mapping.linked_system or "zendesk"
    whole = {n: seconds_sql(f"try_cast(t.{n} AS BIGINT)") for n in (*_SECONDS, "ivr_time_spent")}
    seconds = "".join(f", {sql} AS {name}" for name, sql in whole.items())
    rows = f"""
        SELECT *, {moment_sql("t.created_at", zone)} AS created_at,
            {moment_sql("t.updated_at", zone)} AS updated_at,
            nullif(t.agent_id, '0') AS agent_id, lower(t.direction) = 'outbound' AS is_outbound,
            lower(t.completion_status) AS completion{seconds}
        FROM ({reading.flat_records(_KEYS)})"""
    outcomes = f"""
        SELECT *,
            CASE WHEN is_outbound THEN 'unknown'
                WHEN lower(t.callback) = 'true' THEN 'callback'
                WHEN lower(t.voicemail) = 'true' THEN 'voicemail'
                WHEN completion = 'completed' AND agent_id IS NOT NULL THEN 'answered'
                WHEN starts_with(completion, 'abandoned') OR completion = 'not_answered'
                    THEN 'abandoned'
                ELSE 'unknown' END AS outcome,
            created_at + to_seconds(duration) AS ended_at,
            created_at + to_seconds(coalesce(ivr_time_spent, 0)) AS menu_ended_at
        FROM ({rows})"""
    moments = f"""
        SELECT *, outcome <> 'unknown' AND completion <> 'abandoned_in_ivr' AS is_queued,
            CASE WHEN agent_id IS NOT NULL AND completion = 'completed' AND NOT is_outbound
                THEN coalesce(created_at + to_seconds(time_to_answer),
                    menu_ended_at + to_seconds(wait_time)) END AS answered_at,
            CASE WHEN outcome = 'abandoned' THEN ended_at END AS abandoned_at,
            CASE WHEN is_queued THEN greatest(created_at, coalesce(
                coalesce(answered_at, abandoned_at) - to_seconds(wait_time), menu_ended_at))
                END AS queue_entered_at
        FROM ({outcomes})"""
    contact = reading.id("t.id")
    return [
        stream(
            "contacts",
            moments,
            {
                "contacts": {
                    "contact_id": contact,
                    "source": literal(reading.system),
                    "source_id": "t.id",
                    "kind": "'call'",
                    "channel": "'phone'",
                    "channel_raw": "t.direction",
                    "direction": "CASE WHEN is_outbound THEN 'outbound' ELSE 'inbound' END",
                    "language_source": "'unknown'",
                    "status": "'closed'",
                    "status_raw": "t.completion_status",
                    "team": "coalesce(t.ivr_destination_group_name, t.default_group)",
                    "agent_id": "agent_id",
                    "requester_id": reading.pseudonym("nullif(t.customer_id, '0')", helpdesk),
                    "created_at": "created_at",
                    "updated_at": "updated_at",
                    "linked_contact_id": f"'{helpdesk}:' || nullif(t.ticket_id, '0')",
                    "exclusion": "CASE WHEN is_outbound THEN 'agent_initiated' END",
                },
                "sessions": {
                    "contact_id": contact,
                    "updated_at": "updated_at",
                    "queue_entered_at": "queue_entered_at",
                    "answered_at": "answered_at",
                    "abandoned_at": "abandoned_at",
                    "ended_at": "ended_at",
                    "outcome": "outcome",
                    "wait_seconds": "CASE WHEN is_queued THEN coalesce(date_sub('second',"
                    " queue_entered_at, coalesce(answered_at, abandoned_at)), wait_time) END",
                    "talk_seconds": "talk_time",
                    "hold_seconds": "hold_time",
                    "wrap_seconds": "wrap_up_time",
                },
            },
            checks=_checks(),
            raw="record",
            received_on="created_at",
        )
    ]


def _checks() -> list[Check]:
    checks = [
        NOT_JSON,
        *missing("id", "created_at"),
        *(ruined_id(f"t.{name}", name) for name in ("id", "customer_id", "ticket_id")),
        *not_times("created_at", "updated_at"),
        Check("updated_at < created_at", "updated_at is before created_at"),
        Check("answered_at > ended_at", "time_to_answer is longer than the call"),
        Check("wait_time > duration", "wait_time is longer than the call"),
        Check("menu_ended_at > ended_at", "ivr_time_spent is longer than the call"),
    ]
    for name in _SECONDS:
        checks += [
            Check(f"t.{name} IS NOT NULL AND {name} IS NULL", f"{name} is not whole seconds"),
            Check(f"{name} < 0", f"{name} is negative"),
        ]
    return checks


SOURCE = Source(
    name="zendesk_talk",
    system="zendesk_talk",
    main_table=lambda probe: "contacts",
    recognises=_recognises,
    read=_read,
    usual_columns=(*_KEYS, *_IGNORED),
    passed_over=_passed_over,
)
