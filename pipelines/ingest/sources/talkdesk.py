"""Talkdesk's calls report, JSON: one call a record, of two generations that one file may mix.

- Until 2026-05-10 a call has an `interaction_id`; its times have no offset and are UTC; its
  durations are fractions of a day (0.000069444446 is 6 seconds).
- Since 2026-05-11 it has a `call_id`; its times end in Z; its durations are seconds.
- Which one a record is, its keys tell, never its date.
- The queue begins with the call and lasts as long as the caller waited: no other time is there.
- A score in `csat_score` is the customer's; `rating` is what the agent thinks, and left aside.
- Agents have names only: a pseudonym of the name stands for them.

Unverified: that a missed call reached the queue and was left by the caller (it counts as
abandoned), that short_abandoned is one too, the scale of `csat_score` (1-5, unless the mapping's
[scale] says another), and all keys of the new generation that FORMATS has not: `end_at`,
`agent_name`, `team`.
"""

from pipelines.ingest.checks import Check
from pipelines.ingest.mapping import Scale
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Source, Stream, stream
from pipelines.ingest.sources.records import NOT_JSON
from pipelines.ingest.times import moment_sql, seconds_sql
from pipelines.sql import literal

_KEYS = (
    "interaction_id", "call_type", "start_time", "end_time", "talk_time", "waiting_time",
    "holding_time", "customer_phone_number", "handling_agent", "agent_name", "team", "tags",
    "csat_score", "csat_survey_time", "transfer?",
    "call_id", "type", "start_at", "end_at", "total_time", "wait_time", "hold_time",
    "abandon_time",
)  # fmt: skip
_SHAPE = "{" + ", ".join(f'"{key}": "VARCHAR"' for key in _KEYS) + "}"
_DAY = 86400
_OUTCOMES = {
    "answered": ("inbound", "outbound"),
    "abandoned": ("abandoned", "short_abandoned", "missed"),
    "voicemail": ("voicemail",),
}


def _read(reading: Reading) -> list[Stream]:
    scale = reading.mapping.scale or Scale("1-5", 5)
    low, high = scale.bounds

    def seconds(old: str | None, new: str) -> str:
        days = f"try_cast(t.{old} AS DOUBLE) * {_DAY}" if old else "NULL"
        return seconds_sql(f"CASE WHEN is_old THEN {days} ELSE try_cast(t.{new} AS DOUBLE) END")

    outcome = " ".join(
        f"WHEN call_type IN ({', '.join(map(repr, words))}) THEN '{word}'"
        for word, words in _OUTCOMES.items()
    )
    rows = f"""
        SELECT *, t.call_id IS NULL AS is_old, lower(coalesce(t.call_type, t.type)) AS call_type,
            {moment_sql("coalesce(t.start_time, t.start_at)", "UTC")} AS created_at,
            {moment_sql("coalesce(t.end_time, t.end_at)", "UTC")} AS told_end_at,
            {moment_sql("t.csat_survey_time", "UTC")} AS surveyed_at,
            try_cast(t.csat_score AS DOUBLE) AS score
        FROM ({reading.records(_SHAPE)})"""
    rows = f"""
        SELECT *, coalesce(t.call_id, t.interaction_id) AS id,
            CASE {outcome} ELSE 'unknown' END AS outcome,
            starts_with(call_type, 'outbound') AS is_outbound,
            {seconds("waiting_time", "wait_time")} AS told_wait,
            {seconds("talk_time", "talk_time")} AS talk,
            {seconds("holding_time", "hold_time")} AS hold,
            {seconds(None, "abandon_time")} AS left_after,
            coalesce(told_end_at, created_at + to_seconds({seconds(None, "total_time")}))
                AS ended_at
        FROM ({rows})"""
    rows = (
        f"SELECT *, coalesce(CASE WHEN outcome = 'abandoned' THEN left_after END, told_wait)"
        f" AS wait FROM ({rows})"
    )
    checks = [
        NOT_JSON,
        Check("t IS NOT NULL AND id IS NULL", "neither call_id nor interaction_id"),
        Check(
            "t IS NOT NULL AND created_at IS NULL",
            "start_time and start_at are missing, or no time",
        ),
        Check(
            "nullif(coalesce(t.end_time, t.end_at), '') IS NOT NULL AND told_end_at IS NULL",
            "end_time, or end_at, is not a time",
        ),
        Check(
            "nullif(CASE WHEN is_old THEN t.waiting_time ELSE t.wait_time END, '') IS NOT NULL"
            " AND told_wait IS NULL",
            "waiting_time, or wait_time, is not a number",
        ),
        Check("told_end_at < created_at", "the call ends before it starts"),
        Check("least(told_wait, talk, hold, left_after) < 0", "a duration is negative"),
        Check(
            "is_old AND greatest(told_wait, talk, hold) > 604800",
            "a duration is over a week: it is no fraction of a day",
            "tell the vendor: its records mix units",
        ),
        Check(
            f"t.csat_score IS NOT NULL AND score IS NULL OR score NOT BETWEEN {low} AND {high}",
            f"csat_score is off the scale {scale.name}",
            "tell [scale] name in a mapping, and load again",
        ),
    ]
    contact_id = reading.id("id")
    agent = "CASE WHEN outcome = 'answered' THEN coalesce(t.handling_agent, t.agent_name) END"
    contacts = {
        "contact_id": contact_id, "source": literal(reading.system), "source_id": "id",
        "kind": "'call'", "channel": "'phone'",
        "direction": "CASE WHEN is_outbound THEN 'outbound' ELSE 'inbound' END",
        "language_source": "'unknown'", "status": "'closed'",
        "status_raw": "coalesce(t.call_type, t.type)", "tags": "replace(t.tags, '+', ' ')",
        "team": "t.team", "agent_id": reading.pseudonym(agent),
        "requester_id": reading.pseudonym("t.customer_phone_number"),
        "created_at": "created_at", "updated_at": "coalesce(ended_at, created_at)",
        "exclusion": f"""coalesce({reading.told_exclusion({"team": "t.team"})},
            CASE WHEN is_outbound THEN 'agent_initiated' END)""",
    }  # fmt: skip
    sessions = {
        "contact_id": contact_id, "updated_at": contacts["updated_at"],
        "queue_entered_at": "CASE WHEN NOT is_outbound THEN created_at END",
        "answered_at": "CASE WHEN outcome = 'answered' THEN created_at + to_seconds(wait) END",
        "abandoned_at": "CASE WHEN outcome = 'abandoned' THEN coalesce("
        "created_at + to_seconds(wait), ended_at) END",
        "ended_at": "ended_at", "outcome": "outcome",
        "wait_seconds": "CASE WHEN NOT is_outbound THEN wait END",
        "talk_seconds": "CASE WHEN outcome = 'answered' THEN talk END",
        "hold_seconds": "CASE WHEN outcome = 'answered' THEN hold END",
        "transfers_count": "CASE lower(t.\"transfer?\") WHEN 'yes' THEN 1 WHEN 'no' THEN 0 END",
    }  # fmt: skip
    asked = "coalesce(surveyed_at, ended_at, created_at)"
    surveys = {
        "survey_id": contact_id, "contact_id": contact_id,
        "updated_at": asked, "sent_at": asked, "answered_at": asked,
        "scale": f"'{scale.name}'", "score_raw": "t.csat_score",
        "score": f"{low + high} - score" if scale.is_reversed else "score",
    }  # fmt: skip
    return [
        stream(
            "contacts",
            rows,
            {"contacts": contacts, "sessions": sessions, "surveys": surveys},
            checks=checks,
            raw="record",
            received_on="created_at",
            when={"surveys": "score IS NOT NULL"},
        )
    ]


def _recognises(probe: Probe) -> bool:
    keys = probe.json_keys
    return keys >= {"interaction_id", "call_type"} or keys >= {"call_id", "callsid", "start_at"}


SOURCE = Source(
    name="talkdesk",
    system="talkdesk",
    main_table=lambda probe: "contacts",
    recognises=_recognises,
    read=_read,
)
