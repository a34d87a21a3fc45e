"""KakaoTalk's talk exports: four layouts of one conversation, none with a zone.

- Windows: day lines `--------------- 2026년 10월 2일 금요일 ---------------`, then
  `[name] [오후 3:15] text`;
- Android: `2026년 10월 2일 오후 3:15, name : text`;
- iPhone: `2026. 10. 2. 오후 3:15, name : text`;
- Mac: a CSV with the headers Date, User, Message and seconds.

Times are those of the device (tell the zone) and, but for the CSV, whole minutes: within one, the
order of the file holds. 오전 12시 is midnight. A line that begins like none of these goes on with
the message before it. Who is not told to be an agent or a bot ([values.author] in a mapping) is a
customer. Somebody's coming and going is a system message, whose text, a name, is left out.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from pipelines.errors import SettingsError
from pipelines.ingest.checks import Check
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Source, Stream
from pipelines.ingest.sources.talks import role_sql, talk_stream
from pipelines.ingest.times import happened_sql, local_sql, zoned_sql

_DAY = re.compile(r"-{5,} (\d{4})년 (\d{1,2})월 (\d{1,2})일 .요일 -{5,}")
_WINDOWS = re.compile(r"\[(?P<user>[^\]]+)\] \[(?P<half>오전|오후) (?P<h>\d{1,2}):(?P<m>\d\d)\] ?")
_CLOCK = r"(?P<half>오전|오후) (?P<h>\d{1,2}):(?P<m>\d\d)"
_PHONE = re.compile(
    rf"(?:(?P<y>\d{{4}})년 (?P<mo>\d{{1,2}})월 (?P<d>\d{{1,2}})일"
    rf"|(?P<y2>\d{{4}})\. (?P<mo2>\d{{1,2}})\. (?P<d2>\d{{1,2}})\.) {_CLOCK}"
    r", (?:(?P<user>.+?) : )?"
)
_SEPARATOR = re.compile(rf"\d{{4}}[년.] \d{{1,2}}[월.] \d{{1,2}}[일.] (?:.요일|{_CLOCK})")
_COMES_AND_GOES = re.compile(r".*님(?:이|을|과).*(?:들어왔습니다|나갔습니다|초대했습니다)\.?")
_MAC_HEADERS = frozenset({"date", "user", "message"})


def _read(reading: Reading) -> list[Stream]:
    reading.require_zone()
    if not reading.mapping.values.get("author"):
        raise SettingsError(
            f"{reading.name}: which of its authors are agents is not told; write"
            ' [values.author] "<name as in the file>" = "agent" (or "bot") in a mapping file'
        )
    if reading.probe.header_set >= _MAC_HEADERS:
        table = reading.probe.table
        columns = [table.column(name) for name in ("date", "user", "message")]
        texts = ", ".join(
            f"{column} AS {name}"
            for column, name in zip(columns, ("sent_text", "author", "text"), strict=True)
        )
        rows = f"SELECT _line, {texts}, {table.text_sql()} AS raw FROM {table.rows_sql()}"
    else:
        reading.connection.register("talk", _parsed(reading.probe.path))
        rows = "SELECT * FROM talk"
    local = f"SELECT *, {happened_sql(local_sql('sent_text'))} AS sent_local FROM ({rows})"
    goes = f"regexp_full_match(text, '{_COMES_AND_GOES.pattern}')"
    told = f"""
        SELECT *, {zoned_sql("sent_local", reading.zone)} AS sent_at,
            CASE WHEN author IS NULL OR {goes} THEN 'system'
                ELSE {role_sql(reading, "author")} END AS role
        FROM ({local})"""
    # the room is known by its customers: the title of an export differs from device to device
    room = """string_agg(DISTINCT CASE WHEN role = 'customer' THEN author END, '|'
        ORDER BY CASE WHEN role = 'customer' THEN author END) OVER ()"""
    roomed = f"SELECT *, coalesce({room}, '') AS customers FROM ({told})"
    talk = f"""
        SELECT _line, _line AS ordinal, {reading.pseudonym("customers")} AS room, sent_text,
            sent_local, sent_at, role, raw, CASE WHEN role <> 'system' THEN author END AS author,
            CASE WHEN role <> 'system' THEN text END AS text
        FROM ({roomed})"""
    checks = [
        Check("sent_text IS NULL", "the message has no time"),
        Check("sent_text IS NOT NULL AND sent_local IS NULL", "its time is no time"),
        Check(
            "sent_local IS NOT NULL AND sent_at IS NULL",
            f"its time does not exist in {reading.zone}: clocks went forward",
            "check the zone (--zone or the mapping's zone) and load again",
        ),
    ]
    return [talk_stream(reading, talk, checks, "raw", "kakaotalk")]


def _parsed(path: Path) -> pa.Table:
    """_line, sent_text (local), author, text, raw of every message of a text export."""
    columns = ("_line", "sent_text", "author", "text", "raw")
    rows = list(_messages(path))
    kinds = [pa.int64(), *[pa.string()] * 4]
    return pa.table(
        [pa.array([row[i] for row in rows], kind) for i, kind in enumerate(kinds)],
        names=columns,
    )


def _messages(path: Path) -> Iterator[tuple[int, str, str | None, str, str]]:
    day, message = None, None
    with path.open(encoding="utf-8-sig", newline=None) as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            new_day = _DAY.fullmatch(line)
            found = _WINDOWS.match(line) if day else _PHONE.match(line)
            if new_day:
                day = tuple(map(int, new_day.groups()))
            elif found:
                if message:
                    yield message
                sent = _sent(found, day)
                message = (number, sent, found["user"], line[found.end() :], line)
            elif day and _COMES_AND_GOES.fullmatch(line):
                if message:
                    yield message
                message = (number, message[1] if message else _midnight(day), None, line, line)
            elif message and not _SEPARATOR.fullmatch(line):
                message = (*message[:3], f"{message[3]}\n{line}", f"{message[4]}\n{line}")
    if message:
        yield message


def _sent(found: re.Match, day: tuple[int, int, int] | None) -> str:
    """The local time as text; text that is no time where there is no such day or hour."""
    named = found.groupdict()
    year, month, date = day or (int(named[key] or named[f"{key}2"]) for key in ("y", "mo", "d"))
    hour = int(found["h"]) % 12 + 12 * (found["half"] == "오후")
    return f"{year:04}-{month:02}-{date:02} {hour:02}:{found['m']}"


def _midnight(day: tuple[int, int, int]) -> str:
    return f"{datetime(*day):%Y-%m-%d %H:%M}"  # noqa: DTZ001 - local time of the device


def _recognises(probe: Probe) -> bool:
    if probe.json is not None or probe.stored:
        return False
    if probe.header_set == _MAC_HEADERS:
        return True
    lines = probe.head.splitlines()[:30]
    return any(_PHONE.match(line) and " : " in line for line in lines) or (
        any(map(_DAY.fullmatch, lines)) and any(map(_WINDOWS.match, lines))
    )


SOURCE = Source(
    name="kakaotalk",
    system="kakaotalk",
    main_table=lambda probe: "messages",
    recognises=_recognises,
    read=_read,
    fields=("author",),
    usual_columns=tuple(sorted(_MAC_HEADERS)),
    has_headers=lambda probe: probe.header_set == _MAC_HEADERS,
    joins_records=True,
)
