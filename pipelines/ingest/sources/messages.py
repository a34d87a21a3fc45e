"""Any table or list of records with one message a row, told by a mapping file.

With `contacts_from_messages = true` the messages tell the contacts too: a chat begins with its
first message, belongs to the agent who wrote last, and has whatever else a row of it tells
first. All messages of a contact must then stand in one file.

Messages without ids are known by their contact, time, author and words. Where messages have no
times, `created_at` tells when the contact began, and the contact tells how many replies it got
but of none how long it took.
"""

from pipelines.errors import SettingsError
from pipelines.ingest.checks import Check, judged_sql
from pipelines.ingest.contracts import AUTHOR_ROLES
from pipelines.ingest.sources.base import Reading, Source, Stream, stream
from pipelines.ingest.sources.mapped import NULL_TEXT, Fields
from pipelines.ingest.sources.mapped_contacts import (
    TEXTS,
    TIMES,
    contact_checks,
    contact_columns,
)

_OWN_TEXTS = ("contact_id", "message_id", "author", "author_id", "is_public", "text")
_PUBLIC = "('true', 't', 'yes', 'y', '1', 'public')"
_PRIVATE = "('false', 'f', 'no', 'n', '0', 'private', 'internal')"


def _read(reading: Reading) -> list[Stream]:
    mapping = reading.mapping
    is_timed = "sent_at" in mapping.columns
    if not is_timed and not (mapping.contacts_from_messages and "created_at" in mapping.columns):
        raise SettingsError(
            f"{mapping.path}: [columns] sent_at is required; where messages have no times, tell"
            " created_at, and contacts_from_messages = true"
        )
    times = ("sent_at", *TIMES)
    fields = Fields(reading, times, (), anchor="sent_at" if is_timed else "created_at")
    author = f"coalesce({fields.text('author_id')}, '')"
    same = f"contact_id_text, {fields.time('sent_at')}, {author}, {fields.text('text')}"
    words = f"concat_ws(' ', {same})"
    rows = f"""
        SELECT *, lower({fields.text("author")}) AS author_role,
            CASE WHEN lower({fields.text("is_public")}) IN {_PUBLIC} THEN true
                WHEN lower({fields.text("is_public")}) IN {_PRIVATE} THEN false
                WHEN {fields.text("is_public")} IS NULL THEN true END AS is_public,
            contact_id_text || '-' || coalesce({fields.text("message_id")},
                {reading.pseudonym(words)} || '-' ||
                row_number() OVER (PARTITION BY {same} ORDER BY _line)) AS message_key
        FROM ({fields.rows_sql()})"""
    checks = [
        *fields.not_a_record("contact_id"),
        *fields.checks(("contact_id", "sent_at" if is_timed else "created_at")),
        *fields.one_of("author", AUTHOR_ROLES),
        Check(
            "is_public IS NULL",
            "is_public is neither yes nor no",
            "tell what it means in [values.is_public] of the mapping",
        ),
        *contact_checks(fields),
    ]
    contact_id = reading.id("contact_id_text")
    messages = fields.stream(
        "messages",
        rows,
        {
            "messages": {
                "message_id": reading.id("message_key"),
                "contact_id": contact_id,
                "sent_at": fields.time("sent_at"),
                "author_role": "author_role",
                "author_id": f"CASE WHEN author_role = 'customer' THEN"
                f" {reading.pseudonym(fields.text('author_id'))} ELSE"
                f" {fields.text('author_id')} END",
                "is_public": "is_public",
                "text": reading.masked(fields.text("text")),
            }
        },
        checks,
    )
    if not mapping.contacts_from_messages:
        return [messages]
    judged = judged_sql(rows, checks, reading.probe.table.text_sql(), fields.received_on)
    return [messages, _contacts(fields, f"SELECT * FROM ({judged}) WHERE _reasons IS NULL")]


def _contacts(fields: Fields, rows: str) -> Stream:
    """The contacts that the good messages tell of."""
    order = "(sent_at, _line)" if fields.has("sent_at") else "_line"
    told = [f"{name}_text" for name in TEXTS if fields.has(name)]
    told += [name for name in TIMES if fields.has(name)]
    told += [fields.said(name) for name in TEXTS if fields.said(name) == f"{name}_said"]
    firsts = "".join(f", arg_min({name}, {order}) AS {name}" for name in told)
    author = fields.text("author_id")
    by_agent = "author_role = 'agent' AND is_public"
    sent = fields.time("sent_at")
    began = "coalesce(created_at, first_at)" if fields.has("created_at") else "first_at"
    contacts = f"""
        SELECT contact_id_text, min(_line) AS _line, arg_min(exclusion_told, {order})
            AS exclusion_told, min({sent}) AS first_at, max({sent}) AS last_at,
            arg_min({author}, {order}) FILTER (author_role = 'customer') AS customer,
            arg_max({author}, {order}) FILTER ({by_agent}) AS agent,
            count(*) FILTER ({by_agent} AND coalesce(role_before, '') <> 'agent') AS replies
            {firsts}
        FROM (SELECT *, lag(nullif(author_role, 'system') IGNORE NULLS) OVER (
            PARTITION BY contact_id_text, is_public ORDER BY {order}) AS role_before
            FROM ({rows}))
        GROUP BY contact_id_text"""
    columns = contact_columns(
        fields,
        "contact_id_text",
        kind="chat",
        created_at=began,
        updated_at=f"coalesce({fields.time('updated_at')}, last_at, {began})",
    )
    if not fields.has("requester_id"):
        columns["requester_id"] = fields.reading.pseudonym("customer")
    if not fields.has("agent_id"):
        columns["agent_id"] = "agent"
    fills = {"contacts": columns}
    if not fields.has("sent_at"):
        fills["contact_clocks"] = {
            "contact_id": columns["contact_id"], "updated_at": columns["updated_at"],
            "replies_count": "replies",
        }  # fmt: skip
    return stream(
        "contacts",
        contacts,
        fills,
        checks=[Check(f"{began} IS NULL", "no time tells when it began")],
        raw=NULL_TEXT,
        received_on=began,
        is_main=False,
    )


SOURCE = Source(
    name="messages",
    system=None,
    main_table=lambda probe: "messages",
    recognises=lambda probe: False,  # only a mapping can tell what its columns mean
    read=_read,
    fields=("date", "sent_at", *_OWN_TEXTS, *TEXTS, *TIMES),
    required=("contact_id",),
    joins_records=True,
)
