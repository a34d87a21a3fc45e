"""A telephone system's call log, one call a line, told by a mapping file.

An answered call without a time in the queue was taken at once: it waited 0 seconds. A caller
who hung up before reaching the queue (in the voice menu) has no `queue_entered_at` and no
wait, and is abandoned all the same.
"""

from pipelines.ingest.sources.base import Reading, Source, Stream
from pipelines.ingest.sources.mapped import Fields
from pipelines.ingest.sources.mapped_contacts import contact_columns
from pipelines.sql import literal

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
    queued = fields.time("queue_entered_at")
    if not fields.has("queue_entered_at"):
        queued = f"coalesce({fields.time('menu_left_at')}, created_at)"
    told_wait = fields.number("wait_seconds")
    values = f"""
        SELECT *, {_outcome(reading)} AS outcome,
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
    queue_entered = "coalesce(queued_at, CASE WHEN outcome = 'answered' THEN taken_at END)"
    seconds_to = "date_sub('second', {0}, {1})".format
    updated = (
        f"coalesce({fields.time('updated_at')}, {fields.time('ended_at')}, taken_at, left_at,"
        " created_at)"
    )
    contact = contact_columns(
        fields, "id_text", kind="call", created_at="created_at", updated_at=updated
    )
    language = fields.text("language")
    contact |= {
        "status": "'closed'",
        "status_raw": fields.text("outcome"),
        "channel": "NULL" if fields.has("channel") else "'phone'",
        "language_source": f"CASE WHEN {language} IS NULL THEN 'unknown' ELSE 'queue' END",
    }
    session = {
        "contact_id": contact["contact_id"],
        "updated_at": updated,
        "queue_entered_at": queue_entered,
        "answered_at": "taken_at",
        "abandoned_at": "left_at",
        "ended_at": f"""coalesce({fields.time("ended_at")},
            taken_at + to_seconds({fields.number("talk_seconds")}), left_at)""",
        "outcome": "outcome",
        "wait_seconds": f"""CASE WHEN {queue_entered} IS NOT NULL THEN coalesce(told_wait,
            {seconds_to(queue_entered, "coalesce(taken_at, left_at)")}) END""",
        "talk_seconds": f"""CASE WHEN outcome = 'answered' THEN coalesce(
            {fields.number("talk_seconds")}, {seconds_to("taken_at", fields.time("ended_at"))})
            END""",
        "hold_seconds": fields.number("hold_seconds"),
        "wrap_seconds": fields.number("wrap_seconds"),
        "transfers_count": fields.number("transfers_count"),
    }
    fills = {"contacts": contact, "sessions": session}
    return [fields.stream("contacts", values, fills, checks)]


def _outcome(reading: Reading) -> str:
    cases = " ".join(
        f"WHEN lower(outcome_text) IN ({', '.join(literal(t.strip().casefold()) for t in texts)})"
        f" THEN '{outcome}'"
        for outcome, texts in reading.mapping.outcomes.items()
        if texts
    )
    return f"CASE {cases} ELSE 'unknown' END" if cases else "'unknown'"


SOURCE = Source(
    name="call_log",
    system=None,
    main_table=lambda probe: "contacts",
    recognises=lambda probe: False,  # only a mapping can tell what its columns mean
    read=_read,
    fields=("id", "date", *_TIMES, *_NUMBERS, *_TEXTS),
    required=("id", "created_at", "outcome"),
)
