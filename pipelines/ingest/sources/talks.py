"""Rooms that never close, such as a messenger's, cut into contacts where nobody wrote for a while.

A messenger keeps one endless talk per customer. A matter begins with the first message after
`interval_minutes` of silence (of the mapping; a day unless told), and each matter is a contact.
Its id holds the time of its first message, so that a longer export of the same talk delivers
the same contacts again.
"""

from collections.abc import Sequence

from pipelines.errors import SettingsError
from pipelines.ingest.checks import Check
from pipelines.ingest.contracts import AUTHOR_ROLES
from pipelines.ingest.sources.base import Reading, Stream, stream
from pipelines.sql import literal

_SILENCE_MINUTES = 1440


def role_sql(reading: Reading, author: str) -> str:
    """SQL of an author's role: what [values.author] of the mapping says, else customer.

    Raises SettingsError for a role that doesn't exist."""
    told = reading.mapping.values.get("author", {})
    for name, role in told.items():
        if role not in AUTHOR_ROLES:
            raise SettingsError(
                f"{reading.mapping.path}: [values.author] {name}: no role '{role}';"
                f" known: {', '.join(AUTHOR_ROLES)}"
            )
    cases = " ".join(f"WHEN {literal(name)} THEN '{role}'" for name, role in told.items())
    return f"CASE {author} {cases} ELSE 'customer' END" if cases else "'customer'"


def talk_stream(
    reading: Reading, rows: str, checks: Sequence[Check], raw: str, channel_raw: str
) -> Stream:
    """Messages, and the contacts that they make.

    `rows`: SELECT _line, room (a pseudonym), ordinal (the order of messages of one instant),
    sent_at, author, role, text."""
    system = reading.system
    minutes = reading.mapping.interval_minutes or _SILENCE_MINUTES
    talk = "PARTITION BY room ORDER BY sent_at, ordinal"
    begun = f"""
        SELECT *, coalesce(sent_at - lag(sent_at) OVER ({talk}) > INTERVAL {minutes} MINUTE, true)
                AND sent_at IS NOT NULL AS begins,
            row_number() OVER (PARTITION BY room, sent_at ORDER BY ordinal) AS position
        FROM ({rows})"""
    numbered = f"""
        SELECT *, sum(CAST(begins AS INTEGER)) OVER ({talk} ROWS UNBOUNDED PRECEDING) AS matter
        FROM ({begun})"""
    whole = "OVER (PARTITION BY room, matter)"
    first = f"""
        SELECT *, min(sent_at) {whole} AS created_at, max(sent_at) {whole} AS last_at,
            min(sent_at) FILTER (role = 'customer') {whole} AS asked_at,
            arg_min(author, sent_at) FILTER (role = 'customer') {whole} AS customer,
            arg_max(author, sent_at) FILTER (role = 'agent') {whole} AS agent
        FROM ({numbered})"""
    named = f"""
        SELECT *, room || '-' || strftime(created_at, '%Y%m%dT%H%M%S') AS matter_id
        FROM ({first})"""
    is_asked_first = "asked_at IS NOT NULL AND asked_at <= created_at"
    messages = {
        "message_id": f"'{system}:' || room || '-' || strftime(sent_at, '%Y%m%dT%H%M%S.%f')"
        " || '-' || lpad(CAST(position AS VARCHAR), 4, '0')",
        "contact_id": f"'{system}:' || matter_id",
        "sent_at": "sent_at",
        "author_id": f"CASE role WHEN 'customer' THEN {reading.pseudonym('author')}"
        " WHEN 'agent' THEN author END",
        "author_role": "role",
        "is_public": "true",
        "text": reading.masked("text"),
    }
    contacts = {
        "contact_id": f"'{system}:' || matter_id",
        "source": literal(system),
        "source_id": "matter_id",
        "kind": "'social'",
        "channel": "'social'",
        "channel_raw": literal(channel_raw),
        "direction": f"CASE WHEN {is_asked_first} THEN 'inbound' ELSE 'outbound' END",
        "language_source": "'unknown'",
        "status": "'unknown'",
        "agent_id": "agent",
        "requester_id": reading.pseudonym("customer"),
        "created_at": "created_at",
        "updated_at": "last_at",
        "first_inbound_at": "asked_at",
        "exclusion": f"CASE WHEN NOT coalesce({is_asked_first}, false) THEN 'agent_initiated' END",
    }
    return stream(
        "messages",
        named,
        {"messages": messages, "contacts": contacts},
        checks=checks,
        raw=raw,
        received_on="sent_at",
        when={"contacts": "begins"},
    )
