"""Channel.io (채널톡): chats with their messages, customers, calls and teams.

Two exports of one shape: the download (XLSX with its sheets, or JSON) and the Open API (JSON).
What is to be known of them:

- `openedAt` moves when a chat is opened again, and `waitingTime`, `firstRepliedAtAfterOpen` and
  `resolutionTime` with it: they are the last round's. The wait is counted from `firstQueuedAt` or
  `firstOpenedAt`, whichever is first, to the first human reply: of the messages where the file
  has them, else `firstRepliedAt`, else `firstRepliedAtAfterOpen` of a chat opened once. A
  reopened chat without messages tells that it was answered and solved, not when first.
- `createdAt` is when the window was opened; `firstAskedAt` is the customer's first message. What
  a bot (workflow, support bot, ALF) kept was never opened: it has no session. Messengers have no
  abandonment, since nobody hangs up; calls have.
- A bot may write in a manager's name: with the option `actAsManager` (person type bot), or as a
  manager with a workflow, support bot, campaign or ALF on the message. Both are bots.
- Durations and all `operation*` numbers (opening hours only) are the vendor's: compared, not used.
- Log messages (open, close, snooze, ...) are the history of the status, workflows' closes too.
- A language in `User data` is a default of browser or workspace: the person's, not the chat's.
- `channelId` is the workspace. Tags are paths (`문의/출금`); the topic is the deepest known word.

Times of a workbook carry no offset: the zone must be told. A download's password goes with
`--password-file`. unverified: columns of `UserChat meet data` (read under the API's names, calls
of messages likewise), media other than native and phone, states initial and missed, the 1-5
scale of `profile.csat` (other answers are refused as surveys, not as chats), whether a file of
statistics from before 2026-01-29 counts `firstRepliedAt` alike. Headers are the API's keys
whatever the account's language, as far as seen. The case file is not read.
"""

from pipelines.ingest.checks import Check, ruined_id
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Source, Stream, stream
from pipelines.ingest.sources.channel_io_parts import (
    CALLS_IN_MESSAGES,
    CHATS,
    MAIN_PARTS,
    MEETS,
    MESSAGES,
    TEAMS,
    USERS,
    Part,
    has_key,
    holds,
    is_channel_io,
    list_sql,
    rows_sql,
)
from pipelines.ingest.vocabulary import first_known_sql
from pipelines.sql import literal

_NOT_JSON = Check(
    "NOT is_record", "not a JSON object", "export the file again: this line is cut off or damaged"
)
_SHEETS = (
    "userchat data", "message data", "user data", "team data", "userchat meet data",
    "manager data", "bot data", "supportbot data", "marketing data", "userchattag data",
)  # fmt: skip
_NEVER = "'^(0?$|1970-01-01|1900-|1899-|0001-)'"
_STATUS = """CASE lower(state) WHEN 'initial' THEN 'new' WHEN 'queued' THEN 'new'
    WHEN 'opened' THEN 'open' WHEN 'snoozed' THEN 'pending' WHEN 'closed' THEN 'solved'
    WHEN 'missed' THEN 'closed' ELSE 'unknown' END"""
_STATUS_OF_ACTION = """CASE action WHEN 'enqueue' THEN 'new' WHEN 'open' THEN 'open'
    WHEN 'autoOpen' THEN 'open' WHEN 'snooze' THEN 'pending' WHEN 'close' THEN 'solved'
    WHEN 'autoClose' THEN 'solved' END"""
_NOT_SERVED = "('userLeft', 'ringTimeOver', 'noOperator', 'exceededQueue', 'abandonedInQueue')"


def _read(reading: Reading) -> list[Stream]:
    readers = (
        (CHATS, _chats), (MESSAGES, _messages), (USERS, _users), (TEAMS, _teams),
        (MEETS, _calls), (CALLS_IN_MESSAGES, _calls),
    )  # fmt: skip
    streams = []
    for part, read in readers:
        rows = rows_sql(reading, part)
        if rows is not None:
            streams += read(reading, rows)
    return streams


def _main_table(probe: Probe) -> str:
    return next((table for table, part in MAIN_PARTS.items() if holds(probe, part)), "contacts")


def _checks(part: Part, *required: str) -> list[Check]:
    """What every record is checked for: ids, times and durations that can be read."""
    key = {name: keys[0] for name, keys in part.written.items()}
    checks = [_NOT_JSON]
    for name in required:
        column = f"{name}_text" if name in part.times else name
        never = f"{column} IS NULL OR regexp_matches({column}, {_NEVER})"
        checks.append(Check(f"is_record AND ({never})", f"{key[column]} is missing"))
        if name not in part.times:
            checks.append(ruined_id(name, key[name]))
    for name in part.times:
        text = f"{name}_text"
        wrong = f"{text} IS NOT NULL AND {name} IS NULL AND NOT regexp_matches({text}, {_NEVER})"
        checks.append(Check(wrong, f"{key[text]} is not a time"))
    for name in part.durations:
        text = f"{name}_text"
        checks += [
            Check(f"{text} IS NOT NULL AND {name} IS NULL", f"{key[text]} is not a duration"),
            Check(f"{name} < 0", f"{key[text]} is negative"),
        ]
    return checks


def _chats(reading: Reading, rows: str) -> list[Stream]:
    # answered without a question: the agent began. Older downloads don't tell who asked when.
    asks = "true" if has_key(reading.probe, CHATS, "firstAskedAt") else "false"
    told = reading.told_exclusion(
        {"state": "state", "mediumtype": "medium", "teamid": "team_id"}, {"tags": "tags"}
    )
    rows = f"""
        SELECT *, {list_sql("tags_text")} AS tags,
            CASE WHEN lower(medium) = 'phone' THEN 'call'
                WHEN lower(medium) LIKE '%email' THEN 'ticket'
                WHEN lower(medium) LIKE 'app%' THEN 'social' ELSE 'chat' END AS kind,
            least(first_queued_at, first_opened_at) AS queued_at,
            coalesce(opened_at > first_opened_at, false) AS is_reopened,
            coalesce(first_replied_at, CASE WHEN NOT is_reopened THEN replied_after_open_at END)
                AS known_reply_at,
            CASE WHEN known_reply_at >= coalesce(queued_at, created_at) THEN known_reply_at END
                AS replied_at,
            try_cast(replies AS BIGINT) AS replies_count,
            coalesce(replies_count > 0, false) OR first_replied_at IS NOT NULL
                OR replied_after_open_at IS NOT NULL AS is_replied,
            -- a call that nobody took is closed and not solved
            CASE WHEN missed_reason IS NULL OR is_replied THEN closed_at END AS solved_at
        FROM ({rows})"""
    rows = f"""
        SELECT *, kind <> 'call' AND first_asked_at IS NULL
                AND (campaign IS NOT NULL OR is_replied AND {asks}) AS is_outbound,
            coalesce({told}, CASE WHEN is_outbound THEN 'agent_initiated' END) AS exclusion
        FROM ({rows})"""
    parts = "flatten(list_transform(tags, lambda x: list_reverse(string_split(x, '/'))))"
    updated_at = """coalesce(updated_at,
        greatest(created_at, opened_at, asked_at, snoozed_at, closed_at))"""
    contact_id = reading.id("id")
    fills = {
        "contacts": {
            "contact_id": contact_id,
            "source": literal(reading.system),
            "source_id": "id",
            "kind": "kind",
            "channel_raw": "medium",
            "direction": "CASE WHEN is_outbound THEN 'outbound' ELSE 'inbound' END",
            "topic_raw": first_known_sql(parts, "topics"),
            "status": f"""CASE WHEN closed_at IS NOT NULL AND solved_at IS NULL THEN 'closed'
                ELSE {_STATUS} END""",
            "status_raw": "state",
            "priority": "lower(priority)",
            "tags": "array_to_string(list_transform(tags, lambda x: replace(x, ' ', '_')), ' ')",
            "team": "team_id",
            "agent_id": "assignee_id",
            "requester_id": reading.pseudonym("user_id"),
            "subject": reading.masked("description"),
            "created_at": "created_at",
            "updated_at": updated_at,
            "first_inbound_at": "first_asked_at",
            "handed_over_at": "CASE WHEN bot IS NOT NULL THEN queued_at END",
            "exclusion": "exclusion",
        },
        "contact_clocks": {
            "contact_id": contact_id,
            "updated_at": updated_at,
            "first_solved_at": "CASE WHEN NOT is_reopened THEN solved_at END",
            "solved_at": "solved_at",
            # that it was opened again is known, how often only the log tells
            "reopens_count": "CAST(is_reopened AS BIGINT)",
            "replies_count": "replies_count",
            "vendor_first_response_seconds": "CASE WHEN NOT is_reopened THEN waiting END",
            "vendor_first_response_business_seconds":
                "CASE WHEN NOT is_reopened THEN operation_waiting END",
            "vendor_full_resolution_seconds": "resolution",
        },
        "sessions": {
            "contact_id": contact_id,
            # a call's own record, where there is one, is the later word
            "updated_at": f"CASE WHEN kind = 'call' THEN created_at ELSE {updated_at} END",
            "queue_entered_at": "queued_at",
            "answered_at": "replied_at",
            "outcome": f"""CASE WHEN is_replied THEN 'answered'
                WHEN kind = 'call' AND missed_reason IN {_NOT_SERVED} THEN 'abandoned'
                ELSE 'unknown' END""",
            "abandoned_at": f"""CASE WHEN NOT is_replied AND kind = 'call'
                AND missed_reason IN {_NOT_SERVED} THEN closed_at END""",
            "wait_seconds": "date_sub('second', queued_at, replied_at)",
        },
    }  # fmt: skip
    checks = [
        *_checks(CHATS, "id", "created_at"),
        Check("updated_at < created_at", "updatedAt is before createdAt"),
        Check("closed_at < created_at", "closedAt is before createdAt"),
        Check("replies IS NOT NULL AND replies_count IS NULL", "replyCount is not a number"),
        Check("replies_count < 0", "replyCount is negative"),
    ]
    surveys = {
        "survey_id": contact_id,
        "contact_id": contact_id,
        "updated_at": updated_at,
        # the answer carries no time: it follows the close
        "answered_at": f"coalesce(closed_at, {updated_at})",
        "scale": "'1-5'",
        "score_raw": "csat",
        "score": "try_cast(csat AS DOUBLE)",
        "comment": reading.masked("csat_comment"),
    }
    sound = f"SELECT * FROM ({rows}) WHERE csat IS NOT NULL AND id IS NOT NULL"
    no_score = Check(
        "coalesce(try_cast(csat AS DOUBLE) NOT BETWEEN 1 AND 5, true)",
        "profile.csat is no number from 1 to 5",
        "ask for CSAT on the scale of 1 to 5, or leave the answer out",
    )
    return [
        stream(
            "contacts", rows, fills, checks=checks, raw="raw", received_on="created_at",
            when={"sessions": "queued_at IS NOT NULL"},
        ),
        stream(
            "surveys", sound, {"surveys": surveys}, checks=[no_score], raw="raw",
            received_on="created_at", is_main=False,
        ),
    ]  # fmt: skip


def _messages(reading: Reading, rows: str) -> list[Stream]:
    rows = f"""
        SELECT *, {list_sql("options")} AS options_list, {_STATUS_OF_ACTION} AS to_status,
            coalesce(id, chat_id || '-' || epoch_ms(created_at) || '-' || person_id) AS message_id,
            CASE WHEN lower(person_type) = 'user' THEN 'customer'
                WHEN lower(person_type) = 'manager' AND automation IS NULL THEN 'agent'
                WHEN lower(person_type) IN ('manager', 'bot') THEN 'bot'
                ELSE 'system' END AS author_role
        FROM ({rows})"""
    contact_id = reading.id("chat_id")
    fills = {
        "messages": {
            "message_id": reading.id("message_id"),
            "contact_id": contact_id,
            "sent_at": "created_at",
            "author_role": "author_role",
            "author_id": f"""CASE author_role WHEN 'customer' THEN {reading.pseudonym("person_id")}
                WHEN 'agent' THEN person_id END""",
            "is_public": "NOT coalesce(list_contains(options_list, 'private'), false)",
            "text": reading.masked("text"),
        },
        "status_events": {
            "contact_id": contact_id,
            "changed_at": "created_at",
            "to_status": "to_status",
        },
    }
    when = {
        "messages": "action IS NULL AND meet IS NULL AND coalesce(state, '') <> 'removed'",
        "status_events": "to_status IS NOT NULL",
    }
    checks = [
        *_checks(MESSAGES, "chat_id", "created_at"),
        Check("message_id IS NULL", "id is missing, and who wrote it"),
    ]
    return [
        stream(
            "messages", rows, fills, checks=checks, raw="raw", received_on="created_at", when=when
        )
    ]


def _calls(reading: Reading, rows: str) -> list[Stream]:
    """The first call of each chat, which is the wait of who called."""
    rows = f"""
        SELECT *, coalesce(waiting_from, started_at, engaged_at) AS queued_at,
            coalesce(lower(voice_mail), 'false') IN ('true', '1') AS is_voicemail
        FROM ({rows})
        WHERE chat_id IS NOT NULL AND queued_at IS NOT NULL
        QUALIFY row_number() OVER (PARTITION BY chat_id ORDER BY queued_at, _line) = 1"""
    left_at = """CASE WHEN engaged_at IS NULL AND NOT is_voicemail
        AND coalesce(missed_reason, '') <> 'notInOperation' THEN ended_at END"""
    session = {
        "contact_id": reading.id("chat_id"),
        "updated_at": "coalesce(ended_at, engaged_at, queued_at)",
        "queue_entered_at":
            "CASE WHEN coalesce(missed_reason, '') <> 'notInOperation' THEN queued_at END",
        "answered_at": "engaged_at",
        "abandoned_at": left_at,
        "ended_at": "ended_at",
        "outcome": f"""CASE WHEN engaged_at IS NOT NULL THEN 'answered'
            WHEN is_voicemail THEN 'voicemail' WHEN {left_at} IS NOT NULL THEN 'abandoned'
            ELSE 'unknown' END""",
        "wait_seconds": f"date_sub('second', queued_at, coalesce(engaged_at, {left_at}))",
        "talk_seconds": "date_sub('second', engaged_at, ended_at)",
    }  # fmt: skip
    checks = [
        Check("engaged_at < queued_at", "engagedAt is before the wait began"),
        Check("ended_at < coalesce(engaged_at, queued_at)", "the call ended before it began"),
    ]
    return [
        stream(
            "sessions", rows, {"sessions": session}, checks=checks, raw="raw",
            received_on="queued_at", is_main=False,
        )
    ]  # fmt: skip


def _users(reading: Reading, rows: str) -> list[Stream]:
    person = {
        "person_id": reading.pseudonym("id"),
        "role": "'customer'",
        "language_raw": "language",
        "updated_at": "coalesce(updated_at, created_at)",
    }
    checks = _checks(USERS, "id")
    return [
        stream(
            "people", rows, {"people": person}, checks=checks, raw="raw", received_on="created_at"
        )
    ]


def _teams(reading: Reading, rows: str) -> list[Stream]:
    team = {"team_id": reading.id("id"), "name": "name", "updated_at": "updated_at"}
    checks = _checks(TEAMS, "id", "name")
    return [
        stream("teams", rows, {"teams": team}, checks=checks, raw="raw", received_on="updated_at")
    ]


SOURCE = Source(
    name="channel_io",
    system="channel_io",
    main_table=_main_table,
    recognises=is_channel_io,
    read=_read,
    sheets=_SHEETS,
    usual_columns=tuple(
        sorted({keys[0].lower() for keys in CHATS.written.values()} - {"updatedat", "title"})
    ),
)
