"""A mapping to start from, for a file that no source knows or that needs one.

Which column is which field is guessed from headers in five languages and from what the columns
hold. What nobody can guess stands there as a comment that begins with `fill in`; everything
else loads as it is. A column that fits no field is listed, and can be loaded once it has one.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.ingest.contracts import SCALES, STATUSES
from pipelines.ingest.guessing import RUINED, ColumnGuess
from pipelines.ingest.mapping import LINE, TIME_UNITS, UNITS

FILL_IN = "fill in"

_MOST_STATUSES = 15
_MOMENTS = ("time", "day")
_WORDS = ("category", "text", "id")
_ANY_ID = ("id", "number", "category")

_PATTERNS: dict[str, tuple[str, tuple[str, ...]]] = {
    "id": (
        r"^(ticket|case|call|chat|incident|issue|request|response|survey|complaint|conversation"
        r"|interaction|tweet|doc|message)?[ _#.-]*(id|number|no\.?|key)$|^#$"
        r"|^(접수|문의|상담|티켓|통화) ?번호$|番号$|^(工单|编号)",
        _ANY_ID,
    ),
    "created_at": (
        r"created|open(ed)?[ _]?(at|on|time|date)?$|received|entered|submitted|^start|_entry$"
        r"|접수|생성|등록|作成|受付|创建|提交",
        _MOMENTS,
    ),
    "updated_at": (r"updated|modified|last[ _]update|수정|변경|更新", _MOMENTS),
    "first_replied_at": (r"first.*(repl|respon)", _MOMENTS),
    "solved_at": (r"solved|complete[dt]|해결|처리 ?완료|解決|解决", _MOMENTS),
    "closed_at": (r"closed?|종료|終了|关闭", _MOMENTS),
    "answered_at": (r"answered|respond|ser_start|응답|연결 ?시각", _MOMENTS),
    "ended_at": (r"^end|ended|finish|hang|ser_exit|통화 ?종료", _MOMENTS),
    "sent_at": (r"sent|offered|asked|발송|送信|发送", _MOMENTS),
    "wait_seconds": (r"wait|speed of answer|queue.*(time|sec)|^q_time|대기", ("number", "clock")),
    "talk_seconds": (r"talk|call.*duration|duration|ser_time|통화 ?시간", ("number", "clock")),
    "hold_seconds": (r"hold|보류", ("number", "clock")),
    "wrap_seconds": (r"wrap|after[ _-]?(call|contact)|후처리", ("number", "clock")),
    "outcome": (
        r"outcome|answered|picked.?up|disposition|abandon|통화 ?결과|응답 ?여부",
        ("category",),
    ),
    "score": (
        r"score|rating|rated|satisf|csat|nps|how .*(rate|satisf|likely)|만족|평점|별점|評価|満足"
        r"|评分|满意",
        ("number", "category", "text"),
    ),
    "professionalism": (r"professional|친절|전문성", ("number", "category")),
    "speed": (r"^speed$|신속|속도", ("number", "category")),
    "problem_solving": (r"problem.?solving|해결력|문제 ?해결", ("number", "category")),
    "status": (
        r"^(status|state|상태|ステータス|状态)$|_state$|status$|activity",
        ("category", "number", "id"),
    ),
    "channel": (r"channel|^via$|^source$|medium|contact[ _]type|채널|チャネル|渠道", ("category",)),
    "language": (r"^lang(uage)?$|locale|user_?language|언어|言語|语言", _WORDS),
    "topic": (
        r"^(category|topic|product|issue|type)|유형|분류|カテゴリ|类别|类型",
        ("category",),
    ),
    "team": (r"group|team|department|^queue$|팀|부서", _WORDS),
    "agent_id": (
        r"agent|assignee|assigned[ _]to|owner|^server$|상담원|담당자|担当|客服",
        (*_ANY_ID, "text"),
    ),
    "requester_id": (r"requester|customer|caller|client|visitor|고객|顧客|客户", _ANY_ID),
    "author": (r"sender|author|inbound|speaker|발신자", ("category",)),
    "priority": (r"^priority$|우선", ("category", "number")),
    "tags": (r"^tags?$|태그", _WORDS),
    "subject": (r"subject|title|제목|件名", ("text", "category", "id")),
    "comment": (
        r"comment|remark|feedback|anything else|why|의견|コメント|评论|意见",
        ("text", "category", "id"),
    ),
    "text": (
        r"^(body|text|message|source)$|description|narrative|content|문의 ?내용|내용|本文|内容",
        ("text",),
    ),
}  # fmt: skip
"""Field -> how its headers read, and the kinds of column that it may be, in the order of choice."""

_FIELDS_OF = {
    "call_log": (
        "id", "created_at", "outcome", "answered_at", "ended_at", "updated_at", "wait_seconds",
        "talk_seconds", "hold_seconds", "wrap_seconds", "channel", "language", "topic", "team",
        "agent_id", "requester_id", "priority",
    ),
    "tickets": (
        "id", "created_at", "updated_at", "first_replied_at", "solved_at", "closed_at", "status",
        "channel", "language", "topic", "team", "agent_id", "requester_id", "priority", "tags",
        "subject", "text",
    ),
    "status_events": (
        "contact_id", "changed_at", "status", "channel", "language", "topic", "team", "agent_id",
        "requester_id", "priority",
    ),
    "messages": ("contact_id", "message_id", "created_at", "sent_at", "author", "text", "language"),
    "survey": (
        "id", "contact_id", "sent_at", "answered_at", "updated_at", "score", "professionalism",
        "speed", "problem_solving", "comment", "language",
    ),
}  # fmt: skip
_ASKED = ("score", "professionalism", "speed", "problem_solving", "comment")
"""What no survey tool's export tells by itself."""

_OUTCOME_WORDS = {
    "answered": r"y|yes|true|answered|agent|completed|connected|handled|응답|연결",
    "abandoned": r"n|no|false|abandon\w*|hang\w*|missed|no answer|unanswered|포기|미응답|부재",
    "callback": r"call ?back\w*|콜백",
    "voicemail": r"voice ?mail|음성사서함",
}
_STATUS_WORDS = {
    "new": r"new|신규|접수|新規|新建",
    "open": r"open|active|in progress|assigned|처리 ?중|진행 ?중|対応中|处理中",
    "pending": r"pending|awaiting.*|waiting.*|대기|보류 ?중|待处理",
    "hold": r"(on[ -]?)?hold|보류|保留",
    "solved": r"solved|resolved|done|해결|처리 ?완료|解決済み?|已解决",
    "closed": r"closed?|종료|완료|クローズ|已关闭",
    "deleted": r"deleted|삭제",
}
_ISO_FORMATS = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]


@dataclass(frozen=True)
class Draft:
    """`source`: the kind of record that the file seems to hold, None where nothing fits;
    `text`: the mapping file; `to_fill_in`: what is left to tell; `unused`: columns that no field
    takes."""

    source: str | None
    text: str
    to_fill_in: tuple[str, ...]
    unused: tuple[str, ...]


def draft(
    columns: Sequence[ColumnGuess],
    *,
    name: str,
    known_as: str | None = None,
    asks: bool = False,
    zone: str | None = None,
    encoding: str | None = None,
    has_header: bool = True,
) -> Draft:
    """A mapping to start from.

    Parameters
    ----------
    columns : what each column of the file looks like.
    name : the file's name without its ending.
    known_as : the source that recognises the file, if one does.
    asks : is it a survey tool's, of which score and scale must be told?
    zone, encoding : what the user told.
    has_header : else the columns' names are made up.
    """
    chosen = _chosen(columns)
    if known_as is not None:
        source = known_as
        fields = {name: chosen[name] for name in _ASKED if name in chosen} if asks else {}
    else:
        source = _kind(columns, chosen)
        asks = source == "survey"
        fields = _fields(source or "tickets", chosen, columns)
    draft = _Writer(columns, fields, source, known_as is not None, asks)
    return draft.written(name, zone, encoding, has_header)


def _chosen(columns: Sequence[ColumnGuess]) -> dict[str, ColumnGuess]:
    """The first column that reads like each field; each column once."""
    chosen: dict[str, ColumnGuess] = {}
    for field, (words, kinds) in _PATTERNS.items():
        pattern = re.compile(words, re.IGNORECASE)
        for column in columns:
            is_free = column not in chosen.values() and _may_be(field, column)
            words = _plain(column.header), column.question
            if is_free and column.kind in kinds and any(map(pattern.search, words)):
                chosen[field] = column
                break
    return chosen


def _may_be(field: str, column: ColumnGuess) -> bool:
    """Is there nothing about a column that speaks against the field?"""
    if column.header.endswith("[]"):
        return False
    if field == "status":
        return column.distinct <= _MOST_STATUSES
    if field == "score" and column.kind == "number":
        return column.distinct > 1 or column.filled == 1
    return field == "id" or not column.detail.startswith(RUINED)


def _plain(header: str) -> str:
    """The words of a header, or of a path's last key: `stats.resolvedAt` is `resolved_At`."""
    last = header.rsplit(".", 1)[-1] or header
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", " ".join(last.split()))


def _kind(columns: Sequence[ColumnGuess], chosen: dict[str, ColumnGuess]) -> str | None:
    """What the file's records are: by what it has that only such records have."""
    if not any(column.kind in _MOMENTS or column.unit == "object_id" for column in columns):
        return "survey" if "score" in chosen else None
    if all(column.kind in (*_MOMENTS, "number", "empty") for column in columns):
        return None
    calls = ("wait_seconds", "talk_seconds", "hold_seconds", "wrap_seconds", "outcome")
    if sum(field in chosen for field in calls) >= 2:
        return "call_log"
    id_ = chosen.get("id")
    if id_ is not None and id_.distinct < 0.7 * id_.filled:  # several rows a contact
        if "status" in chosen:
            return "status_events"
        if "text" in chosen:
            return "messages"
    is_ticket = bool({"status", "solved_at", "closed_at", "priority"} & chosen.keys())
    return "survey" if "score" in chosen and not is_ticket else "tickets"


def _fields(
    source: str, chosen: dict[str, ColumnGuess], columns: Sequence[ColumnGuess]
) -> dict[str, ColumnGuess]:
    """The fields of that kind of record that a column was found for."""
    found = {field: chosen[field] for field in _FIELDS_OF[source] if field in chosen}
    free = [column for column in columns if column not in found.values()]
    moment = next((column for column in free if column.kind in _MOMENTS), None)
    moment = moment or next((column for column in free if column.unit == "object_id"), None)
    if source in ("status_events", "messages"):
        times = (chosen.get(name) for name in ("updated_at", "created_at", "sent_at", "solved_at"))
        at = next((time for time in times if time is not None), moment)
        at = at if at is not None and at.kind in _MOMENTS else None
        found.pop("created_at", None)
        found = {"contact_id": chosen["id"], **found}
        if at is not None:
            found["changed_at" if source == "status_events" else "sent_at"] = at
        elif chosen["id"].unit == "object_id":
            found["created_at"] = chosen["id"]
        return found
    if "id" not in found:
        unique = next((column for column in free if column.kind == "id" and column.is_unique), None)
        found = {"id": unique, **found} if unique is not None else found
    if source == "survey":
        answered = chosen.get("created_at", moment)
        return found if "answered_at" in found or answered is None else {
            **found, "answered_at": answered,
        }  # fmt: skip
    return found if "created_at" in found or moment is None else {**found, "created_at": moment}


def _clock_of(
    day: ColumnGuess | None, columns: Sequence[ColumnGuess], fields: dict[str, ColumnGuess]
) -> ColumnGuess | None:
    """The column that holds the time of day, where `day` holds only days."""
    if day is None or day.kind != "day" or len(day.formats) != 1:
        return None
    free = (column for column in columns if column not in fields.values())
    return next((column for column in free if column.kind == "clock"), None)


def _quoted(text: str) -> str:
    """A text as TOML writes it, on one line."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)


def _listed(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


class _Writer:
    """Writes the mapping line by line, and keeps what is left to fill in."""

    def __init__(
        self,
        columns: Sequence[ColumnGuess],
        fields: dict[str, ColumnGuess],
        source: str | None,
        is_known: bool,
        asks: bool,
    ) -> None:
        self.columns, self.fields, self.source = columns, fields, source
        self.is_known, self.asks = is_known, asks
        self.clock = _clock_of(fields.get("created_at"), columns, fields)
        self.lines: list[str] = []
        self.to_fill_in: list[str] = []

    def written(self, name: str, zone: str | None, encoding: str | None, has_header: bool) -> Draft:
        """The draft, section by section."""
        self.head(name, zone)
        self.file(encoding, has_header)
        if self.asks or not self.is_known:
            self.column_lines()
        self.missing()
        if self.source == "call_log":
            self.outcomes()
        if "status" in self.fields:
            self.statuses()
        if self.asks:
            self.scale()
        used = {column.header for column in (*self.fields.values(), self.clock) if column}
        unused = tuple(c.header for c in self.columns if c.header not in used)
        if unused and not self.is_known:
            self.lines += ["", "# columns that no field takes:"]
            self.lines += [f"#   {' '.join(header.split())}" for header in unused]
        text = "\n".join(self.lines) + "\n"
        return Draft(self.source, text, tuple(self.to_fill_in), unused)

    def fill_in(self, line: str, what: str) -> None:
        """A line that only the user can complete."""
        self.lines.append(f"# {line}  # {FILL_IN}: {what}")
        if what not in self.to_fill_in:
            self.to_fill_in.append(what)

    def head(self, name: str, zone: str | None) -> None:
        self.lines.append(f"# Mapping of {name}, guessed from what it holds: read before you load.")
        if not self.is_known:
            system = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_") or "site"
            self.lines += [
                f'source = "{self.source or "tickets"}"',
                f'system = "{system}"  # prefix of the ids; the same for all exports of a system',
            ]
        if self.source == "messages":
            self.lines.append("contacts_from_messages = true  # unless another file tells them")
        if self.source is None:
            self.lines.append("# no kind of record fits: no column is a time, or all are counts")
        if self.asks and (self.is_known or "contact_id" in self.fields):
            self.fill_in('contact_system = "zendesk"', "the system whose contacts it asks about")
        moments = [column for name, column in self.fields.items() if name.endswith("_at")]
        is_local = any(column.is_local for column in (self.columns if self.is_known else moments))
        if self.clock is not None:
            [day] = self.fields["created_at"].formats
            self.lines += [f"date_format = {_quoted(day)}"] if day != "%Y-%m-%d" else []
            moments.remove(self.fields["created_at"])
        formats = sorted({text for column in moments for text in column.formats})
        if zone:
            self.lines.append(f"zone = {_quoted(zone)}")
        elif any("+0000" in text for text in formats):
            self.lines.append('zone = "UTC"')
        elif is_local:
            self.fill_in('zone = "Asia/Seoul"', "the zone of its times, or pass --zone")
        if formats:
            if any(column.is_local and not column.formats for column in moments):
                formats += _ISO_FORMATS
            is_doubtful = any(column.detail.endswith("not told") for column in moments)
            doubt = "  # check: month or day first?" if is_doubtful else ""
            self.lines.append(f"time_formats = {_listed(formats)}{doubt}")

    def file(self, encoding: str | None, has_header: bool) -> None:
        if encoding or not has_header:
            self.lines += ["", "[file]"]
        if encoding:
            self.lines.append(f"encoding = {_quoted(encoding)}")
        if not has_header:
            names = [column.header for column in self.columns]
            self.lines += ["header = false", f"columns = {_listed(names)}"]

    def column_lines(self) -> None:
        self.lines += ["", "[columns]"]
        if not self.is_known and not {"id", "contact_id"} & self.fields.keys():
            self.lines.append(
                f'id = "{LINE}"  # no column is an id: the number of the line, so load it once'
            )
        for field, column in self.fields.items():
            if field == "created_at" and self.clock is not None:
                self.lines.append(f"date = {_quoted(column.header)}  # {column.detail}")
                self.lines.append(
                    f"created_at = {_quoted(self.clock.header)}  # {self.clock.detail}"
                )
            else:
                self.lines.append(f"{field} = {self.where(field, column)}")
        if self.source in ("tickets", "call_log", None) and "created_at" not in self.fields:
            self.fill_in('created_at = "<column>"', "when a contact began; no column holds times")
        if self.asks and "score" not in self.fields:
            self.fill_in('score = "<column>"', "the column of the score")
        if self.source == "call_log" and "outcome" not in self.fields:
            self.lines += ["", "[constants]"]
            self.lines.append('outcome = "unknown"  # no column tells answered from abandoned')

    def where(self, field: str, column: ColumnGuess) -> str:
        is_duration = field.endswith("_seconds")
        units = UNITS if is_duration else TIME_UNITS if field.endswith("_at") else ()
        if column.unit in units:
            return f'{{ column = {_quoted(column.header)}, unit = "{column.unit}" }}'
        doubt = ": seconds? else tell the unit" if is_duration else ""
        return f"{_quoted(column.header)}  # {column.detail}{doubt}"

    def missing(self) -> None:
        told = [column for column in self.fields.values() if column.missing]
        if told:
            self.lines += ["", "[missing]"]
            self.lines += [f"{_quoted(c.header)} = {_listed(c.missing)}" for c in told]

    def outcomes(self) -> None:
        column = self.fields.get("outcome")
        left = [text for text, _ in column.values] if column else []
        self.lines += ["", "[outcomes]"]
        for outcome, words in _OUTCOME_WORDS.items():
            found = [text for text in left if re.fullmatch(words, text, re.IGNORECASE)]
            if found:
                self.lines.append(f"{outcome} = {_listed(found)}")
            left = [text for text in left if text not in found]
        if left:
            self.fill_in(f"answered = {_listed(left)}", "what the outcomes mean; else unknown")

    def statuses(self) -> None:
        values = [text for text, _ in self.fields["status"].values]
        values = [text for text in values if text.casefold() not in STATUSES]
        if values:
            self.lines += ["", f"[values.status]  # to: {', '.join(STATUSES)}"]
        for text in values:
            matching = (status for status, words in _STATUS_WORDS.items()
                        if re.fullmatch(words, text, re.IGNORECASE))  # fmt: skip
            status = next(matching, None)
            if status is not None:
                self.lines.append(f'{_quoted(text)} = "{status}"')
            else:
                self.fill_in(f'{_quoted(text)} = "open"', "what the statuses mean; else unknown")

    def scale(self) -> None:
        score = self.fields.get("score")
        seen = f"; the file holds {score.detail}" if score else ""
        self.lines += ["", "[scale]"]
        self.fill_in('name = "1-5"', f"the scale, one of {', '.join(SCALES)}{seen}")
        self.lines.append("# best = 1  # where the lowest score is the best")
        texts = [text for text, _ in score.values] if score else []
        words = [text for text in texts if not re.fullmatch(r"[\d.]+", text)]
        if words:
            self.lines += ["", "[scale.values]"]
        for text in words:
            self.fill_in(f"{_quoted(text)} = 5", "the scores that the answers stand for")
