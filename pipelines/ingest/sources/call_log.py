"""A telephone system's call log, one call a line, told by a mapping file.

An answered call without a time in the queue was taken at once: it waited 0 seconds. A caller
who hung up before reaching the queue (in the voice menu) has no `queue_entered_at` and no
wait, and is abandoned all the same.
"""

from pipelines.ingest.quarantine import judged_sql
from pipelines.ingest.sources.base import Fill, Reading, Source, Stream
from pipelines.ingest.sources.mapped import Fields
from pipelines.ingest.tables import quoted

_TIMES = (
    "created_at", "menu_left_at", "queue_entered_at", "queue_left_at", "answered_at", "ended_at",
    "updated_at",
)  # fmt: skip
_NUMBERS = ("wait_seconds", "talk_seconds", "hold_seconds", "wrap_seconds", "transfers_count")
_TEXTS = (
    "outcome", "direction", "channel", "language", "topic", "team", "agent_id", "requester_id",
    "priority", "tags", "subject", "linked_contact_id",
)  # fmt: skip


def _read(reading: Reading) -> list[Stream]:
    fields = Fields(reading, _TIMES, _NUMBERS, anchor="created_at")
    file, system = reading.probe.table, reading.system
    linked = reading.mapping.linked_system or system
    queued = fields.time("queue_entered_at")
    if not fields.has("queue_entered_at"):
        queued = f"coalesce({fields.time('menu_left_at')}, created_at)"
    told_wait = fields.number("wait_seconds")
    values = f"""
        SELECT *, {_outcome(reading)} AS outcome, {_direction(fields)} AS direction,
            {queued} AS queued_at, {told_wait} AS told_wait
        FROM ({fields.rows_sql()})"""
    values = f"""
        SELECT *,
            CASE WHEN outcome = 'answered' THEN coalesce({fields.time("answered_at")},
                {fields.time("queue_left_at")}, queued_at + to_seconds(told_wait),
                {fields.time("menu_left_at")}) END AS taken_at,
            CASE WHEN outcome = 'abandoned' THEN coalesce({fields.time("queue_left_at")},
                queued_at + to_seconds(told_wait), {fields.time("ended_at")},
                {fields.time("menu_left_at")}) END AS left_at
        FROM ({values})"""
    checks = [
        *fields.not_a_record("id"),
        *fields.checks(("id", "created_at")),
        *fields.not_before("answered_at", "created_at"),
        *fields.not_before("ended_at", "created_at"),
        *fields.not_before("ended_at", "answered_at"),
    ]
    judged = judged_sql(
        values,
        checks,
        file.text_sql(),
        "coalesce(created_at_local, created_at)",
    )
    queue_entered = "coalesce(queued_at, CASE WHEN outcome = 'answered' THEN taken_at END)"
    seconds_to = "date_sub('second', {0}, {1})".format
    query = f"""
        SELECT _line, _reasons, _remedy, _raw, _received_on,
            {reading.contact_id("id_text")} AS contact_id, id_text AS source_id,
            {"NULL" if fields.has("channel") else "'phone'"} AS channel,
            {fields.text("channel")} AS channel_raw, direction,
            {fields.text("language")} AS language_raw,
            CASE WHEN {fields.text("language")} IS NULL THEN 'unknown' ELSE 'queue' END
                AS language_source,
            {fields.text("topic")} AS topic_raw, {fields.text("outcome")} AS status_raw,
            lower({fields.text("priority")}) AS priority, {fields.text("tags")} AS tags,
            {fields.text("team")} AS team, {fields.text("agent_id")} AS agent_id,
            {reading.pseudonym(fields.text("requester_id"))} AS requester_id,
            {reading.masked(fields.text("subject"))} AS subject,
            created_at, coalesce({fields.time("updated_at")}, {fields.time("ended_at")},
                taken_at, left_at, created_at) AS updated_at,
            {reading.contact_id(fields.text("linked_contact_id"), linked)} AS linked_contact_id,
            coalesce(exclusion_told, CASE direction WHEN 'outbound' THEN 'agent_initiated'
                WHEN 'internal' THEN 'internal' END) AS exclusion,
            {queue_entered} AS queue_entered_at, taken_at AS answered_at, left_at AS abandoned_at,
            coalesce({fields.time("ended_at")},
                taken_at + to_seconds({fields.number("talk_seconds")}), left_at) AS ended_at,
            outcome,
            CASE WHEN {queue_entered} IS NOT NULL THEN coalesce(told_wait,
                {seconds_to(queue_entered, "coalesce(taken_at, left_at)")}) END AS wait_seconds,
            CASE WHEN outcome = 'answered' THEN coalesce({fields.number("talk_seconds")},
                {seconds_to("taken_at", fields.time("ended_at"))}) END AS talk_seconds,
            {fields.number("hold_seconds")} AS hold_seconds,
            {fields.number("wrap_seconds")} AS wrap_seconds,
            {fields.number("transfers_count")} AS transfers_count
        FROM ({judged})"""
    contacts = (
        "contact_id", "source_id", "channel", "channel_raw", "direction", "language_raw",
        "language_source", "topic_raw", "status_raw", "priority", "tags", "team", "agent_id",
        "requester_id", "subject", "created_at", "updated_at", "linked_contact_id", "exclusion",
    )  # fmt: skip
    sessions = (
        "contact_id", "updated_at", "queue_entered_at", "answered_at", "abandoned_at", "ended_at",
        "outcome", "wait_seconds", "talk_seconds", "hold_seconds", "wrap_seconds",
        "transfers_count",
    )  # fmt: skip
    constants = {"source": system, "kind": "call", "status": "closed"}
    return [
        Stream(
            "contacts",
            query,
            {
                "contacts": Fill({name: name for name in contacts}, constants),
                "sessions": Fill({name: name for name in sessions}),
            },
        )
    ]


def _outcome(reading: Reading) -> str:
    cases = " ".join(
        f"WHEN lower(outcome_text) IN ({', '.join(quoted(t.strip().casefold()) for t in texts)})"
        f" THEN '{outcome}'"
        for outcome, texts in reading.mapping.outcomes.items()
        if texts
    )
    return f"CASE {cases} ELSE 'unknown' END" if cases else "'unknown'"


def _direction(fields: Fields) -> str:
    if not fields.has("direction"):
        return "'inbound'"
    return """CASE WHEN lower(direction_text) IN ('outbound', 'out', 'outgoing') THEN 'outbound'
        WHEN lower(direction_text) = 'internal' THEN 'internal' ELSE 'inbound' END"""


SOURCE = Source(
    name="call_log",
    system=None,
    main_table=lambda probe: "contacts",
    recognises=lambda probe: False,  # only a mapping can tell what its columns mean
    read=_read,
    fields=("id", "date", *_TIMES, *_NUMBERS, *_TEXTS),
    required=("id", "created_at", "outcome"),
)
