"""The kinds of records in Channel.io's exports, and how each becomes rows.

JSON and workbook hold the same records under the same names: a key of a nested object,
`source.medium.mediumType`, is the header `source.medium.mediumType` of the sheet. So every kind
is described once, and rows of either look the same to who reads them. Times are epoch
milliseconds (API), ISO with or without an offset, or cells of a workbook; durations are
milliseconds (API) or `0h 1m 5s` (download).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipelines.ingest.json_records import records_sql
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading
from pipelines.ingest.tables import Table, normalised
from pipelines.ingest.times import happened_sql, instant_sql, local_sql, seconds_sql, zoned_sql
from pipelines.sql import literal

_FIRST_ROWS = 50
_NOTHING = "CAST(NULL AS VARCHAR)"
Keys = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Part:
    """One kind of record: the list in JSON, the sheet in a workbook, the keys that tell it; and
    column of the rows -> keys or headers, tried in turn."""

    envelope: str
    sheet: str
    signature: frozenset[str]
    texts: Keys
    times: Keys = field(default_factory=dict)
    durations: Keys = field(default_factory=dict)

    @property
    def written(self) -> Keys:
        """Every column as it is written, times and durations as `<name>_text`."""
        parsed = {**self.times, **self.durations}
        return {**self.texts, **{f"{name}_text": keys for name, keys in parsed.items()}}


CHATS = Part(
    "userChats",
    "userchat data",
    frozenset({"id", "userid", "state", "createdat"}),
    texts={
        "id": ("id",),
        "user_id": ("userId",),
        "state": ("state",),
        "priority": ("priority",),
        "assignee_id": ("assigneeId",),
        "team_id": ("teamId",),
        "description": ("title", "description"),
        "tags_text": ("tags",),
        # `app` says only that it came through some messenger: the more telling word first
        "medium": (
            "source.appMessenger.mediumType", "contactMediumType", "source.medium.mediumType",
            "mediumType",
        ),
        "bot": ("source.workflow.id", "source.supportBot.id", "alfRequestedAt"),
        "campaign": ("source.marketing.id", "source.marketing.type", "marketing.id"),
        "missed_reason": ("missedReason",),
        "replies": ("replyCount",),
        "csat": ("profile.csat",),
        "csat_comment": ("profile.csatComment",),
    },
    times={
        "created_at": ("createdAt",),
        "updated_at": ("updatedAt",),
        "first_queued_at": ("firstQueuedAt",),
        "first_opened_at": ("firstOpenedAt",),
        "opened_at": ("openedAt",),
        "first_asked_at": ("firstAskedAt",),
        "asked_at": ("askedAt",),
        "first_replied_at": ("firstRepliedAt",),
        "replied_after_open_at": ("firstRepliedAtAfterOpen",),
        "snoozed_at": ("snoozedAt",),
        "closed_at": ("closedAt",),
    },
    durations={
        "waiting": ("waitingTime",),
        "operation_waiting": ("operationWaitingTime",),
        "resolution": ("resolutionTime",),
    },
)  # fmt: skip

MESSAGES = Part(
    "messages",
    "message data",
    frozenset({"chatid", "persontype", "createdat"}),
    texts={
        "id": ("id", "messageId"),
        "chat_id": ("chatId",),
        "person_type": ("personType",),
        "person_id": ("personId",),
        "text": ("plainText",),
        "state": ("state",),
        "options": ("options",),
        "action": ("log.action",),
        "meet": ("meet.id",),
        "automation": ("workflow.id", "supportBot.id", "marketing.id", "alf.type"),
    },
    times={"created_at": ("createdAt",)},
)

MEETS = Part(
    "meets",
    "userchat meet data",
    frozenset({"chatid", "engagedat"}),
    texts={
        "chat_id": ("chatId", "userChatId"),
        "direction": ("call.direction", "front.direction", "direction"),
        "missed_reason": ("call.missedReason", "front.missedReason", "missedReason"),
        "voice_mail": ("call.voiceMail", "voiceMail"),
    },
    times={
        "waiting_from": (
            "call.firstWaitingStartedAt", "front.firstWaitingStartedAt", "firstWaitingStartedAt",
        ),
        "started_at": ("call.createAt", "roomStartedAt", "createdAt"),
        "engaged_at": ("call.engagedAt", "front.engagedAt", "engagedAt"),
        "ended_at": ("meetEndedAt", "call.closedAt", "closedAt", "endedAt"),
    },
)  # fmt: skip
"""In the API's JSON a call hangs on the message that tells of it, as `meet`."""

CALLS_IN_MESSAGES = Part(
    MESSAGES.envelope,
    MESSAGES.sheet,
    MESSAGES.signature,
    texts={
        name: keys if name == "chat_id" else tuple(f"meet.{key}" for key in keys)
        for name, keys in MEETS.texts.items()
    },
    times={name: tuple(f"meet.{key}" for key in keys) for name, keys in MEETS.times.items()},
)

USERS = Part(
    "users",
    "user data",
    frozenset({"id", "channelid", "haschat"}),
    texts={"id": ("id",), "language": ("language", "systemLanguage")},
    times={"updated_at": ("updatedAt",), "created_at": ("createdAt",)},
)

TEAMS = Part(
    "teams",
    "team data",
    frozenset({"id", "channelid", "name", "managerids"}),
    texts={"id": ("id",), "name": ("name",)},
    times={"updated_at": ("updatedAt",)},
)

MAIN_PARTS = {"contacts": CHATS, "messages": MESSAGES, "people": USERS, "teams": TEAMS}
"""What a file's records are, and so received as; chats first."""


def holds(probe: Probe, part: Part) -> bool:
    """Does the file hold such records?"""
    if probe.json is not None:
        return part.envelope in probe.json.envelopes or (
            probe.json.envelope is None and _keys(probe) >= part.signature
        )
    return _table(probe, part) is not None


def has_key(probe: Probe, part: Part, key: str) -> bool:
    """May the records tell this? JSON leaves out the keys that do not apply."""
    table = _table(probe, part) if probe.json is None else None
    return table is None or table.column(key) is not None


def is_channel_io(probe: Probe) -> bool:
    """Is the file Channel.io's? A workbook's first sheet must be one that tells."""
    if probe.json is None:
        return any(
            probe.header_set >= part.signature for part in (CHATS, MESSAGES)
        ) and not _is_case_file(probe)
    if probe.json.envelopes:
        keys = {at: {key.lower() for key in keys} for at, keys in probe.json.envelopes.items()}
        return any(
            keys.get(part.envelope, frozenset()) >= part.signature for part in MAIN_PARTS.values()
        )
    return any(_keys(probe) >= part.signature for part in MAIN_PARTS.values())


def rows_sql(reading: Reading, part: Part) -> str | None:
    """SELECT _line, raw, is_record and every column of the part; None where the file has none.

    Raises ZoneError where times carry no offset and no zone is known."""
    probe = reading.probe
    if not (holds(probe, part) or (probe.json is not None and probe.json.envelopes)):
        return None
    written = _json_sql(probe, part) if probe.json is not None else _sheet_sql(reading, part)
    locals_ = [f"{local_sql(f'{name}_text')} AS {name}_local" for name in part.times]
    times = [f"{_time(name, reading.zone)} AS {name}" for name in part.times]
    durations = [f"{_seconds(f'{name}_text')} AS {name}" for name in part.durations]
    return f"""
        SELECT {", ".join(["*", *times, *durations])}
        FROM (SELECT {", ".join(["*", *locals_])} FROM ({written}))"""


def list_sql(text: str) -> str:
    """SQL of a list, which JSON writes as an array and a sheet with `, ` between."""
    return (
        f"CASE WHEN {text} LIKE '[%]' AND json_valid({text})"
        f" THEN json_extract_string({text}, '$[*]') ELSE string_split({text}, ', ') END"
    )


def _keys(probe: Probe) -> frozenset[str]:
    return frozenset(key.lower() for key in probe.json.keys)


def _json_sql(probe: Probe, part: Part) -> str:
    """The texts of all keys, for which each record is parsed once."""
    paths = [f"$.{key}" for keys in part.written.values() for key in keys]
    places = iter(range(1, len(paths) + 1))
    columns = ", ".join(
        f"coalesce({', '.join([*(f'v[{next(places)}]' for _ in keys), _NOTHING])}) AS {name}"
        for name, keys in part.written.items()
    )
    envelope = part.envelope if probe.json.envelopes else None
    listed = ", ".join(map(literal, paths))
    return f"""
        SELECT _line, record AS raw, v IS NOT NULL AS is_record, {columns} FROM (
            SELECT _line, record, TRY(json_extract_string(record, [{listed}])) AS v
            FROM ({records_sql(probe.path, probe.json, envelope)}))"""


def _sheet_sql(reading: Reading, part: Part) -> str:
    table = _table(reading.probe, part)
    columns = {
        name: [column for key in keys if (column := table.column(key))]
        for name, keys in part.written.items()
    }
    _require_zone(reading, table, part)
    listed = ", ".join(
        f"coalesce({', '.join([*found, _NOTHING])}) AS {name}" for name, found in columns.items()
    )
    return (
        f"SELECT _line, {table.text_sql()} AS raw, true AS is_record, {listed}"
        f" FROM {table.rows_sql()}"
    )


def _table(probe: Probe, part: Part) -> Table | None:
    """The sheet of that name, with its header where it stands; else the table that tells itself."""
    for name, sheet in probe.stored.items():
        if normalised(name) == part.sheet:
            return next((t for t in (sheet, *sheet.below(20)) if t.column("id", "chatId")), None)
    return probe.table if probe.header_set >= part.signature else None


def _is_case_file(probe: Probe) -> bool:
    return "userchatcaseid" in probe.header_set


def _require_zone(reading: Reading, table: Table, part: Part) -> None:
    positions = [table.position(key) for keys in part.times.values() for key in keys]
    if reading.zone is None and any(map(_is_local, _values(table, positions))):
        reading.require_zone()


def _values(table: Table, positions: list[int | None]) -> Iterator[str]:
    for row in table.first_rows(_FIRST_ROWS):
        yield from (row[at] for at in positions if at is not None and at < len(row))


def _is_local(text: str) -> bool:
    return len(text) > 10 and not text.isdigit() and not (text[-1] == "Z" or text[-6] in "+-")


def _time(name: str, zone: str | None) -> str:
    """Epoch milliseconds, else a text with an offset, else one of the told zone."""
    text = f"{name}_text"
    epoch = (
        f"epoch_ms(CASE WHEN regexp_full_match({text}, '[0-9]{{1,14}}') THEN {text}::BIGINT END)"
    )
    zoned = zoned_sql(f"{name}_local", zone)
    return happened_sql(f"coalesce({epoch}, {instant_sql(text)}, {zoned})")


def _seconds(text: str) -> str:
    """Milliseconds, `1h 2m 3s`, or a clock. NULL for what is no duration."""

    def number(unit: str) -> str:
        return f"coalesce(try_cast(regexp_extract({text}, '([0-9]+) *{unit}', 1) AS BIGINT), 0)"

    return rf"""CASE
        WHEN regexp_full_match({text}, '-?[0-9]+([.][0-9]+)?')
            THEN {seconds_sql(f"(try_cast({text} AS DOUBLE) / 1000)")}
        WHEN regexp_full_match({text}, ' *([0-9]+ *h)? *([0-9]+ *m)? *([0-9]+ *s)? *')
            AND trim({text}) <> ''
            THEN {number("h")} * 3600 + {number("m")} * 60 + {number("s")}
        WHEN regexp_full_match({text}, '[0-9]+:[0-9]{{2}}:[0-9]{{2}}')
            THEN CAST(regexp_extract({text}, '^([0-9]+):', 1) AS BIGINT) * 3600
                + CAST(regexp_extract({text}, ':([0-9]+):', 1) AS BIGINT) * 60
                + CAST(regexp_extract({text}, ':([0-9]+)$', 1) AS BIGINT) END"""
