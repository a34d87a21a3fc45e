"""Intercom conversations as third-party exporters write them: one message a row, with the columns
of its conversation repeated on each.

- Times are UTC without an offset: "2017-11-14 21:45:08".
- A conversation is made from its rows in the file: it arrives with its first customer message,
  and is agent-initiated where no customer wrote at all.
- Bots are authors of type bot; notes are not public; bodies are HTML.
- Closed is solved, as in the API.

unverified: the words of message_type but comment and note; `message_author_id`, without which
customers have no pseudonym. Intercom's own report exports have headers and zone of the account's
choice: they need a mapping.
"""

from pipelines.ingest.checks import Check, ruined_id
from pipelines.ingest.html import html_text_sql
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Source, Stream, stream
from pipelines.ingest.sources.intercom_json import role_sql
from pipelines.sql import literal

_SIGNATURE = {
    "message_id", "message_body", "message_created_at", "message_author_type", "conversation_id",
}  # fmt: skip
_CONVERSATION = ("created_at", "first_response_at", "closed_at")
_USUAL = (
    *sorted(_SIGNATURE), "message_type", "message_author_id", "conversation_state",
    *(f"conversation_{name}" for name in _CONVERSATION),
)  # fmt: skip


def _recognises(probe: Probe) -> bool:
    return probe.header_set >= _SIGNATURE


def _read(reading: Reading) -> list[Stream]:
    times = ("message_created_at", *(f"conversation_{name}" for name in _CONVERSATION))
    rows = f"""
        SELECT *, {reading.times(*times, zone=reading.zone or "UTC")},
            {role_sql("lower(t.message_author_type)")} AS author_role,
            {html_text_sql("t.message_body")} AS body
        FROM ({reading.flat_records(_USUAL)})"""
    checks = [
        Check("t.message_id IS NULL", "message_id is missing"),
        Check("t.conversation_id IS NULL", "conversation_id is missing"),
        ruined_id("t.message_id", "message_id"),
        ruined_id("t.conversation_id", "conversation_id"),
        Check("message_created_at IS NULL", "message_created_at is missing or no time"),
    ]
    contact = reading.id("t.conversation_id")
    customer = reading.pseudonym("t.message_author_id")
    messages = {
        "message_id": reading.id("t.message_id"),
        "contact_id": contact,
        "sent_at": "message_created_at",
        "author_id": f"CASE author_role WHEN 'agent' THEN t.message_author_id"
        f" WHEN 'customer' THEN {customer} END",
        "author_role": "author_role",
        "is_public": "NOT coalesce(contains(lower(t.message_type), 'note'), false)",
        "text": reading.masked("body"),
    }
    said = "FILTER (author_role = 'customer') OVER conversation"
    conversations = f"""
        SELECT *, min(message_created_at) OVER conversation AS first_at,
            min(message_created_at) {said} AS first_inbound_at,
            min({customer}) {said} AS requester_id,
            max(message_created_at) OVER conversation AS last_at
        FROM ({rows}) WHERE t.conversation_id IS NOT NULL AND message_created_at IS NOT NULL
        WINDOW conversation AS (PARTITION BY t.conversation_id)
        QUALIFY row_number() OVER (conversation ORDER BY message_created_at) = 1"""
    created = "least(conversation_created_at, first_at)"
    updated = "greatest(last_at, conversation_closed_at)"
    contacts = {
        "contact_id": contact,
        "source": literal(reading.system),
        "source_id": "t.conversation_id",
        "kind": "'chat'",
        "direction": "CASE WHEN first_inbound_at IS NULL THEN 'outbound' ELSE 'inbound' END",
        "language_source": "'unknown'",
        "status": "CASE t.conversation_state WHEN 'open' THEN 'open' WHEN 'closed' THEN 'solved'"
        " WHEN 'snoozed' THEN 'pending' ELSE 'unknown' END",
        "status_raw": "t.conversation_state",
        "requester_id": "requester_id",
        "created_at": created,
        "updated_at": updated,
        "first_inbound_at": "first_inbound_at",
        "exclusion": "CASE WHEN first_inbound_at IS NULL THEN 'agent_initiated' END",
    }
    clocks = {
        "contact_id": contact,
        "updated_at": updated,
        "solved_at": "conversation_closed_at",
        "vendor_first_response_seconds": "date_diff('second', first_inbound_at,"
        " conversation_first_response_at)",
    }
    order = [
        Check(f"{name} < {created}", f"{name} is before the conversation")
        for name in ("conversation_closed_at", "conversation_first_response_at")
    ]
    raw = "record"
    return [
        stream(
            "messages", rows, {"messages": messages}, checks=checks, raw=raw,
            received_on="message_created_at",
        ),
        stream(
            "contacts", conversations, {"contacts": contacts, "contact_clocks": clocks},
            checks=order, raw=raw, received_on="first_at", is_main=False,
        ),
    ]  # fmt: skip


SOURCE = Source(
    name="intercom_csv",
    system="intercom",
    main_table=lambda probe: "messages",
    recognises=_recognises,
    read=_read,
    usual_columns=_USUAL,
    joins_records=True,
)
