"""Zendesk's JSON: tickets, ticket metrics, comments, users and satisfaction ratings.

From the incremental exports (the envelope with its pages), as an array, or one object per
line. Deliveries repeat and overlap; every row keeps its `updated_at`, and the build takes the
latest.

- Who wrote a comment is known from `users`; comments carry the author's pseudonym, and staff
  are delivered under their id and under that pseudonym. What comes through the API in the name
  of staff is a machine's: it carries another pseudonym, which for staff means a bot.
- A ticket is agent-initiated where its submitter is its assignee and not its requester.
- A merge is told by the target (`merged_ticket_ids`); the merged ticket learns its target where
  both stand in one file.
- Language and topic: the custom fields that the mapping names by number, else the first custom
  field or tag whose value is a word for one.
"""

from pipelines.ingest.quarantine import Check, judged_sql
from pipelines.ingest.sources.base import NOT_JSON, Fill, Probe, Reading, Source, Stream
from pipelines.ingest.tables import quoted
from pipelines.ingest.times import moment_sql
from pipelines.ingest.vocabulary import first_known_sql

_KINDS = {
    "tickets": ("contacts", {"id", "via", "status", "created_at", "requester_id"}),
    "ticket_metrics": ("contact_clocks", {"ticket_id", "reopens", "replies"}),
    "comments": ("messages", {"id", "ticket_id", "author_id", "public", "created_at"}),
    "users": ("people", {"id", "role", "locale"}),
    "satisfaction_ratings": ("surveys", {"id", "ticket_id", "score", "created_at"}),
}
_MINUTES = '{"calendar": "DOUBLE", "business": "DOUBLE"}'
_SHAPES = {
    "tickets": """{"id": "VARCHAR", "via": {"channel": "VARCHAR", "source": {"rel": "VARCHAR"}},
        "created_at": "VARCHAR", "updated_at": "VARCHAR", "subject": "VARCHAR",
        "priority": "VARCHAR", "status": "VARCHAR", "requester_id": "VARCHAR",
        "submitter_id": "VARCHAR", "assignee_id": "VARCHAR", "group_id": "VARCHAR",
        "tags": ["VARCHAR"], "custom_fields": [{"id": "VARCHAR", "value": "VARCHAR"}],
        "merged_ticket_ids": ["VARCHAR"]}""",
    "ticket_metrics": f"""{{"ticket_id": "VARCHAR", "created_at": "VARCHAR",
        "updated_at": "VARCHAR", "initially_assigned_at": "VARCHAR", "assigned_at": "VARCHAR",
        "solved_at": "VARCHAR", "reopens": "BIGINT", "replies": "BIGINT",
        "reply_time_in_seconds": {_MINUTES}, "reply_time_in_minutes": {_MINUTES},
        "first_resolution_time_in_minutes": {_MINUTES},
        "full_resolution_time_in_minutes": {_MINUTES},
        "requester_wait_time_in_minutes": {_MINUTES},
        "agent_wait_time_in_minutes": {_MINUTES}, "on_hold_time_in_minutes": {_MINUTES}}}""",
    "comments": """{"id": "VARCHAR", "ticket_id": "VARCHAR", "author_id": "VARCHAR",
        "body": "VARCHAR", "plain_body": "VARCHAR", "public": "BOOLEAN",
        "created_at": "VARCHAR", "via": {"channel": "VARCHAR"}}""",
    "users": """{"id": "VARCHAR", "role": "VARCHAR", "locale": "VARCHAR",
        "updated_at": "VARCHAR"}""",
    "satisfaction_ratings": """{"id": "VARCHAR", "ticket_id": "VARCHAR", "score": "VARCHAR",
        "comment": "VARCHAR", "created_at": "VARCHAR", "updated_at": "VARCHAR"}""",
}
_STATUSES = "('new', 'open', 'pending', 'hold', 'solved', 'closed', 'deleted')"
_MACHINES = "('rule', 'trigger', 'automation', 'system')"


def kind_of(probe: Probe) -> str | None:
    """Which of Zendesk's exports a JSON file is; None where it is none."""
    if probe.json is None:
        return None
    if probe.json.envelope in _KINDS:
        return probe.json.envelope
    return next((kind for kind, (_, keys) in _KINDS.items() if probe.json.keys >= keys), None)


def _read(reading: Reading) -> list[Stream]:
    kind = kind_of(reading.probe)
    return _READERS[kind](reading)


def _records(reading: Reading, kind: str) -> str:
    return reading.records(_SHAPES[kind])


def _judged(reading: Reading, rows: str, checks: list[Check], received_on: str) -> str:
    return judged_sql(rows, [NOT_JSON, *checks], "record", received_on)


def _time_checks(reading: Reading, *names: str) -> list[Check]:
    return [
        Check(f"t.{name} IS NOT NULL AND {name} IS NULL", f"{name} is not a time") for name in names
    ]


def _missing(*names: str) -> list[Check]:
    return [
        Check(f"t IS NOT NULL AND nullif(t.{name}, '') IS NULL", f"{name} is missing")
        for name in names
    ]


def _fill(*names: str, **constants: str) -> Fill:
    return Fill({name: name for name in names}, constants)


def _tickets(reading: Reading) -> list[Stream]:
    zone, system, mapping = reading.zone, reading.system, reading.mapping
    rows = f"""
        SELECT *, {moment_sql("t.created_at", zone)} AS created_at,
            {moment_sql("t.updated_at", zone)} AS updated_at,
            list_transform(list_filter(t.custom_fields, lambda f: f.value IS NOT NULL),
                lambda f: f.value) AS field_values
        FROM ({_records(reading, "tickets")})"""
    checks = [
        *_missing("id", "created_at"),
        *_time_checks(reading, "created_at", "updated_at"),
        Check("updated_at < created_at", "updated_at is before created_at"),
    ]
    judged = _judged(reading, rows, checks, "created_at")
    targets = f"""
        SELECT source_id, min(target) AS target FROM (
            SELECT unnest(t.merged_ticket_ids) AS source_id, t.id AS target
            FROM ({_records(reading, "tickets")})) GROUP BY source_id"""

    def custom(field: str, table: str) -> str:
        told = mapping.columns.get(field)
        if told is not None:
            number = quoted(told.columns[0])
            return f"list_filter(t.custom_fields, lambda f: f.id = {number})[1].value"
        fields, tags = first_known_sql("field_values", table), first_known_sql("t.tags", table)
        return reading.composed(f"coalesce({fields}, {tags})")

    told = _told_exclusion(reading)
    by_agent = "t.submitter_id = t.assignee_id AND t.submitter_id <> t.requester_id"
    teams = mapping.values.get("team", {})
    team = " ".join(f"WHEN {quoted(raw)} THEN {quoted(name)}" for raw, name in teams.items())
    team = f"CASE t.group_id {team} ELSE t.group_id END" if team else "t.group_id"
    query = f"""
        SELECT _line, _reasons, _remedy, _raw, _received_on,
            '{system}:' || t.id AS contact_id, t.id AS source_id,
            t.via.channel AS channel_raw, t.status AS status_raw,
            CASE WHEN lower(t.status) IN {_STATUSES} THEN lower(t.status) ELSE 'unknown' END
                AS status,
            lower(t.priority) AS priority, array_to_string(t.tags, ' ') AS tags, {team} AS team,
            t.assignee_id AS agent_id, {reading.pseudonym("t.requester_id")} AS requester_id,
            {reading.masked("t.subject")} AS subject, created_at, updated_at,
            {custom("language", "languages")} AS language_raw,
            CASE WHEN language_raw IS NULL THEN 'unknown' ELSE 'declared' END AS language_source,
            {custom("topic", "topics")} AS topic_raw,
            '{system}:' || m.target AS merged_into,
            CASE WHEN t.status = 'deleted' THEN 'deleted'
                WHEN m.target IS NOT NULL OR list_contains(t.tags, 'closed_by_merge') THEN 'merged'
                ELSE coalesce({told}, CASE
                    WHEN t.via.channel = 'closed_ticket' OR t.via.source.rel = 'follow_up'
                        THEN 'follow_up'
                    WHEN t.via.channel = 'sample_ticket' THEN 'test'
                    WHEN t.via.channel = 'side_conversation' THEN 'internal'
                    WHEN t.via.source.rel = 'outbound' OR ({by_agent}) THEN 'agent_initiated'
                END) END AS exclusion,
            CASE exclusion WHEN 'agent_initiated' THEN 'outbound' WHEN 'internal' THEN 'internal'
                ELSE 'inbound' END AS direction
        FROM ({judged}) AS j LEFT JOIN ({targets}) AS m ON m.source_id = j.t.id"""
    fill = _fill(
        "contact_id", "source_id", "channel_raw", "status_raw", "status", "priority", "tags",
        "team", "agent_id", "requester_id", "subject", "created_at", "updated_at", "language_raw",
        "language_source", "topic_raw", "merged_into", "exclusion", "direction",
        source=system, kind="ticket",
    )  # fmt: skip
    return [Stream("contacts", query, {"contacts": fill})]


def _told_exclusion(reading: Reading) -> str:
    """The mapping's reasons; a rule may look at `via` (the channel), `status` and `tags`."""
    cases = []
    for reason, rule in reading.mapping.exclude.items():
        for column, texts in rule.items():
            known = ", ".join(quoted(text.strip().casefold()) for text in texts)
            name = column.casefold()
            if name == "tags":
                cases.append(f"WHEN list_has_any(t.tags, [{known}]) THEN '{reason}'")
            elif name in ("via", "via.channel"):
                cases.append(f"WHEN lower(t.via.channel) IN ({known}) THEN '{reason}'")
            else:
                raise reading.unknown_column(f"[exclude.{reason}] {column}", "via, tags")
    return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"


def _ticket_metrics(reading: Reading) -> list[Stream]:
    zone = reading.zone
    times = ("created_at", "updated_at", "initially_assigned_at", "assigned_at", "solved_at")
    rows = f"""
        SELECT *, {", ".join(f"{moment_sql(f't.{name}', zone)} AS {name}" for name in times)}
        FROM ({_records(reading, "ticket_metrics")})"""
    checks = [
        *_missing("ticket_id"),
        *_time_checks(reading, *times),
        Check("solved_at < created_at", "solved_at is before created_at"),
        Check("t.reopens < 0 OR t.replies < 0", "reopens or replies is negative"),
    ]

    def seconds(name: str, clock: str = "calendar") -> str:
        return f"CAST(round(t.{name}_in_minutes.{clock} * 60) AS BIGINT)"

    def first_reply(clock: str) -> str:
        exact = f"CAST(round(t.reply_time_in_seconds.{clock}) AS BIGINT)"
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
    checks += [Check(f"{sql} < 0", f"{name} is negative") for name, sql in vendor.items()]
    query = f"""
        SELECT _line, _reasons, _remedy, _raw, _received_on,
            {reading.contact_id("t.ticket_id")} AS contact_id, updated_at,
            initially_assigned_at AS first_assigned_at, assigned_at, solved_at,
            t.reopens AS reopens_count, t.replies AS replies_count,
            {", ".join(f"{sql} AS {name}" for name, sql in vendor.items())}
        FROM ({_judged(reading, rows, checks, "created_at")})"""
    fill = _fill(
        "contact_id", "updated_at", "first_assigned_at", "assigned_at", "solved_at",
        "reopens_count", "replies_count", *vendor,
    )  # fmt: skip
    return [Stream("contact_clocks", query, {"contact_clocks": fill})]


def _api_system(reading: Reading) -> str:
    return f"{reading.system}/api"


def _comments(reading: Reading) -> list[Stream]:
    rows = f"""
        SELECT *, {moment_sql("t.created_at", reading.zone)} AS created_at
        FROM ({_records(reading, "comments")})"""
    checks = [
        *_missing("id", "ticket_id", "author_id", "created_at"),
        *_time_checks(reading, "created_at"),
        Check("t IS NOT NULL AND t.public IS NULL", "public is missing"),
    ]
    is_machine = f"t.author_id = '-1' OR t.via.channel IN {_MACHINES}"
    query = f"""
        SELECT _line, _reasons, _remedy, _raw, _received_on,
            '{reading.system}:' || t.id AS message_id,
            {reading.contact_id("t.ticket_id")} AS contact_id, created_at AS sent_at,
            CASE WHEN {is_machine} THEN NULL
                WHEN t.via.channel = 'api'
                    THEN {reading.pseudonym("t.author_id", _api_system(reading))}
                ELSE {reading.pseudonym("t.author_id")} END AS author_id,
            CASE WHEN {is_machine} THEN 'bot' END AS author_role,
            t.public AS is_public,
            {reading.masked("coalesce(t.plain_body, t.body)")} AS text
        FROM ({_judged(reading, rows, checks, "created_at")})"""
    names = ("message_id", "contact_id", "sent_at", "author_id", "author_role", "is_public", "text")
    return [Stream("messages", query, {"messages": _fill(*names)})]


def _users(reading: Reading) -> list[Stream]:
    rows = f"""
        SELECT *, {moment_sql("t.updated_at", reading.zone)} AS updated_at,
            lower(t.role) IN ('agent', 'admin') AS is_staff
        FROM ({_records(reading, "users")})"""
    checks = [*_missing("id", "role"), *_time_checks(reading, "updated_at")]
    judged = _judged(reading, rows, checks, "updated_at")

    def people(person_id: str, role: str, where: str) -> str:
        return f"""
            SELECT _line, _reasons, _remedy, _raw, _received_on, {person_id} AS person_id,
                {role} AS role, t.locale AS language_raw, updated_at
            FROM ({judged}) WHERE {where}"""

    by_pseudonym = reading.pseudonym("t.id")
    fill = {"people": _fill("person_id", "role", "language_raw", "updated_at")}
    staff = "_reasons IS NULL AND is_staff"
    role = "CASE WHEN is_staff THEN 'agent' ELSE 'customer' END"
    own = people(f"CASE WHEN is_staff THEN t.id ELSE {by_pseudonym} END", role, "true")
    machine = reading.pseudonym("t.id", _api_system(reading))
    return [
        Stream("people", own, fill),
        Stream("people", people(by_pseudonym, "'agent'", staff), fill, is_main=False),
        Stream("people", people(machine, "'bot'", staff), fill, is_main=False),
    ]


def _satisfaction_ratings(reading: Reading) -> list[Stream]:
    zone = reading.zone
    rows = f"""
        SELECT *, {moment_sql("t.created_at", zone)} AS created_at,
            {moment_sql("t.updated_at", zone)} AS updated_at,
            regexp_replace(lower(t.score), '_with(out)?_comment$', '') AS plain
        FROM ({_records(reading, "satisfaction_ratings")})"""
    checks = [
        *_missing("id", "ticket_id", "created_at"),
        *_time_checks(reading, "created_at", "updated_at"),
        Check("updated_at < created_at", "updated_at is before created_at"),
        Check(
            "t IS NOT NULL AND coalesce(plain, '') NOT IN ('good', 'bad', 'offered', 'unoffered')",
            "score is none of offered, good and bad",
        ),
    ]
    query = f"""
        SELECT _line, _reasons, _remedy, _raw, _received_on,
            '{reading.system}:' || t.id AS survey_id,
            {reading.contact_id("t.ticket_id")} AS contact_id, updated_at, created_at AS sent_at,
            CASE WHEN plain IN ('good', 'bad') THEN coalesce(updated_at, created_at) END
                AS answered_at,
            CASE WHEN plain IN ('good', 'bad') THEN 'good_bad' END AS scale,
            t.score AS score_raw,
            CAST(CASE plain WHEN 'good' THEN 1 WHEN 'bad' THEN 0 END AS DOUBLE) AS score,
            {reading.masked("t.comment")} AS comment, plain <> 'unoffered' AS was_sent
        FROM ({_judged(reading, rows, checks, "created_at")})"""
    names = (
        "survey_id", "contact_id", "updated_at", "sent_at", "answered_at", "scale", "score_raw",
        "score", "comment",
    )  # fmt: skip
    fill = Fill({name: name for name in names}, when="was_sent")
    return [Stream("surveys", query, {"surveys": fill})]


_READERS = {
    "tickets": _tickets,
    "ticket_metrics": _ticket_metrics,
    "comments": _comments,
    "users": _users,
    "satisfaction_ratings": _satisfaction_ratings,
}

SOURCE = Source(
    name="zendesk_json",
    system="zendesk",
    main_table=lambda probe: _KINDS[kind_of(probe)][0],
    recognises=lambda probe: kind_of(probe) is not None,
    read=_read,
    fields=("language", "topic", "team"),
)
