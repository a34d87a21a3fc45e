"""Warehouse copies of Intercom in Fivetran's tables, one table a file; times are UTC.

Conversations, their parts, contacts, admins, teams and articles are read; other tables hold
nothing that is measured and are passed over by name.

- `*_history` tables have a row for every version of a record. The last version of a conversation
  counts, by `updated_at`, and the older ones are what the build counts as duplicates; of parts,
  contacts and articles only the active version is loaded. A conversation without an active
  version is deleted.
- Ids, pseudonyms and words are those of Intercom's API: both may be loaded together.
- `conversation_rating_created_at` is when the rating was asked for; when it was given is not told,
  so it counts as given when the conversation was last updated.
- Tables of tags and of teams have the same headers, an id and a name: the names of tags are loaded
  like those of teams, and no conversation asks for them.
- Bodies are HTML. Closed is solved: a reply reopens it.

unverified: `_fivetran_active` false on the last version meaning that the record was deleted.
"""

from functools import partial

from pipelines.ingest.checks import Check
from pipelines.ingest.html import html_text_sql
from pipelines.ingest.sources.base import Reading, Stream, stream
from pipelines.ingest.sources.fivetran_zendesk import copied_names, unmeasured
from pipelines.ingest.sources.intercom_json import role_sql
from pipelines.ingest.sources.records import RecordKind, missing, not_times, source_of_kinds, teams
from pipelines.sql import literal

_UNMEASURED = {
    "collection_history": {"help_center_id", "parent_id", "default_locale"},
    "company_history": {"company_id", "monthly_spend", "user_count"},
    "company_tag_history": {"company_id", "tag_id"},
    "contact_company_history": {"company_id", "contact_id"},
    "contact_tag_history": {"contact_id", "tag_id"},
    "conversation_contact_history": {"contact_id", "conversation_id"},
    "conversation_tag_history": {"conversation_id", "tag_id"},
    "help_center_history": {"identifier", "website_turned_on"},
    "team_admin": {"admin_id", "team_id"},
}
_TAGS_APART = (
    "tags apart from their conversations are not read: rules by tag need Intercom's own export"
)
_INSTEAD = {"conversation_tag_history": _TAGS_APART}
_CONVERSATION = (
    "id", "created_at", "updated_at", "state", "priority", "assignee_id", "assignee_type",
    "source_type", "source_delivered_as", "source_subject", "source_author_id",
    "source_author_type", "first_contact_reply_created_at", "conversation_rating_value",
    "conversation_rating_remark", "conversation_rating_created_at", "_fivetran_active",
)  # fmt: skip
_PART = (
    "id", "conversation_id", "part_type", "author_id", "author_type", "body", "created_at",
    "_fivetran_active",
)  # fmt: skip
_ARTICLE = (
    "id", "title", "default_locale", "section_id", "collection_id", "state", "created_at",
    "updated_at", "_fivetran_active",
)  # fmt: skip
_IS_ACTIVE = "coalesce(lower(t._fivetran_active) <> 'false', true)"


def _dated(reading: Reading, records: str, *names: str) -> str:
    return f"SELECT *, {reading.times(*names, zone='UTC')} FROM ({records})"


def _conversations(reading: Reading) -> list[Stream]:
    times = (
        "created_at", "updated_at", "first_contact_reply_created_at",
        "conversation_rating_created_at",
    )  # fmt: skip
    rows = f"""
        SELECT *, NOT bool_or({_IS_ACTIVE}) OVER (PARTITION BY t.id) AS is_deleted,
            coalesce(first_contact_reply_created_at, CASE WHEN
                t.source_delivered_as = 'customer_initiated' THEN created_at END)
                AS first_inbound_at,
            CASE WHEN is_deleted THEN 'deleted' WHEN t.source_delivered_as <> 'customer_initiated'
                AND first_inbound_at IS NULL THEN 'agent_initiated' END AS exclusion,
            try_cast(t.conversation_rating_value AS DOUBLE) AS rating
        FROM ({_dated(reading, reading.flat_records(_CONVERSATION), *times)})"""
    contact = reading.id("t.id")
    is_customer = "t.source_author_type IN ('user', 'lead', 'contact')"
    return [
        stream(
            "contacts",
            rows,
            {
                "contacts": {
                    "contact_id": contact,
                    "source": literal(reading.system),
                    "source_id": "t.id",
                    "kind": "CASE WHEN t.source_type = 'email' THEN 'ticket' ELSE 'chat' END",
                    "channel": "CASE WHEN t.source_type = 'conversation' THEN 'live_chat' END",
                    "channel_raw": "t.source_type",
                    "direction": "CASE WHEN exclusion = 'agent_initiated' THEN 'outbound'"
                    " ELSE 'inbound' END",
                    "language_source": "'unknown'",
                    "status": "CASE WHEN is_deleted THEN 'deleted'"
                    " WHEN t.state = 'open' THEN 'open' WHEN t.state = 'closed' THEN 'solved'"
                    " WHEN t.state = 'snoozed' THEN 'pending' ELSE 'unknown' END",
                    "status_raw": "t.state",
                    "priority": "CASE t.priority WHEN 'priority' THEN 'high'"
                    " WHEN 'not_priority' THEN 'normal' ELSE lower(t.priority) END",
                    "team": "CASE WHEN t.assignee_type = 'team' THEN t.assignee_id END",
                    "agent_id": "CASE WHEN t.assignee_type = 'admin' THEN t.assignee_id END",
                    "requester_id": f"CASE WHEN {is_customer}"
                    f" THEN {reading.pseudonym('t.source_author_id')} END",
                    "subject": reading.masked(html_text_sql("t.source_subject")),
                    "created_at": "created_at",
                    "updated_at": "updated_at",
                    "first_inbound_at": "first_inbound_at",
                    "exclusion": "exclusion",
                },
                "surveys": {
                    "survey_id": contact,
                    "contact_id": contact,
                    "updated_at": "updated_at",
                    "sent_at": "conversation_rating_created_at",
                    "answered_at": "CASE WHEN rating IS NOT NULL THEN updated_at END",
                    "scale": "CASE WHEN rating IS NOT NULL THEN '1-5' END",
                    "score_raw": "t.conversation_rating_value",
                    "score": "rating",
                    "comment": reading.masked("t.conversation_rating_remark"),
                },
            },
            checks=[
                *missing("id", "created_at"),
                *not_times(*times),
                Check("updated_at < created_at", "updated_at is before created_at"),
                Check(
                    "t.conversation_rating_value IS NOT NULL"
                    " AND coalesce(rating NOT BETWEEN 1 AND 5, true)",
                    "conversation_rating_value is none of 1-5",
                ),
            ],
            raw="record",
            received_on="created_at",
            when={"surveys": "conversation_rating_created_at IS NOT NULL"},
        )
    ]


def _parts(reading: Reading) -> list[Stream]:
    rows = f"""
        SELECT *, {role_sql("t.author_type")} AS author_role, {html_text_sql("t.body")} AS body,
            CASE t.part_type WHEN 'close' THEN 'solved' WHEN 'open' THEN 'open'
                WHEN 'snoozed' THEN 'pending' WHEN 'unsnoozed' THEN 'open' END AS to_status
        FROM ({_dated(reading, reading.flat_records(_PART), "created_at")})"""
    contact = reading.id("t.conversation_id")
    return [
        stream(
            "messages",
            rows,
            {
                "messages": {
                    "message_id": reading.id("t.id"),
                    "contact_id": contact,
                    "sent_at": "created_at",
                    "author_id": f"""CASE author_role WHEN 'agent' THEN t.author_id
                        WHEN 'customer' THEN {reading.pseudonym("t.author_id")} END""",
                    "author_role": "author_role",
                    "is_public": "t.part_type <> 'note'",
                    "text": reading.masked("body"),
                },
                "status_events": {
                    "contact_id": contact,
                    "changed_at": "created_at",
                    "to_status": "to_status",
                },
            },
            checks=[
                *missing("id", "conversation_id", "part_type", "created_at"),
                *not_times("created_at"),
            ],
            raw="record",
            received_on="created_at",
            when={
                "messages": f"{_IS_ACTIVE} AND (body IS NOT NULL OR t.part_type = 'comment')",
                "status_events": f"{_IS_ACTIVE} AND to_status IS NOT NULL",
            },
        )
    ]


def _people(reading: Reading, *, is_admin: bool) -> list[Stream]:
    person = {
        "person_id": "t.id" if is_admin else reading.pseudonym("t.id"),
        "role": "'agent'" if is_admin else "'customer'",
    }
    rows, checks, when = reading.flat_records(("id",)), missing("id"), {}
    if not is_admin:
        keys = ("id", "language_override", "browser_language", "updated_at", "_fivetran_active")
        rows = _dated(reading, reading.flat_records(keys), "updated_at")
        person["language_raw"] = "coalesce(t.language_override, t.browser_language)"
        person["updated_at"] = "updated_at"
        checks += not_times("updated_at")
        when = {"people": _IS_ACTIVE}
    return [
        stream(
            "people", rows, {"people": person}, checks=checks, raw="record", received_on="NULL",
            when=when,
        )
    ]  # fmt: skip


def _articles(reading: Reading) -> list[Stream]:
    return [
        stream(
            "articles",
            _dated(reading, reading.flat_records(_ARTICLE), "created_at", "updated_at"),
            {
                "articles": {
                    "article_id": reading.id("t.id"),
                    "language_raw": "t.default_locale",
                    "title": reading.masked("t.title"),
                    "section": "coalesce(t.section_id, t.collection_id)",
                    "is_draft": "t.state = 'draft'",
                    "created_at": "created_at",
                    "updated_at": "updated_at",
                }
            },
            checks=[*missing("id", "default_locale"), *not_times("created_at", "updated_at")],
            raw="record",
            received_on="created_at",
            when={"articles": _IS_ACTIVE},
        )
    ]


def _teams(reading: Reading) -> list[Stream]:
    records = reading.flat_records(("id", "name", "updated_at"))
    return teams(reading, _dated(reading, records, "updated_at"))


SOURCE = source_of_kinds(
    "fivetran_intercom",
    "intercom",
    (
        RecordKind(
            "contacts", ("id", "source_delivered_as", "source_author_type", "state"), _conversations
        ),
        RecordKind(
            "messages", ("id", "conversation_id", "part_type", "author_type", "created_at"), _parts
        ),
        RecordKind(
            "people",
            ("id", "role", "language_override", "browser_language"),
            partial(_people, is_admin=False),
        ),
        RecordKind("people", ("id", "job_title", "email", "name"), partial(_people, is_admin=True)),
        RecordKind("articles", ("id", "title", "default_locale", "statistics_views"), _articles),
        RecordKind(
            "teams", ("id", "name", "_fivetran_deleted", "_fivetran_synced"), _teams, is_exact=True
        ),
        *unmeasured("Intercom", _UNMEASURED, _INSTEAD),
    ),
    names=copied_names,
)
