"""What the texts of a column look like: times, numbers, ids, categories or words.

A guess is for a person to read and correct, never what a load goes by. It says by how many of
the texts it is borne out, and holds no text that may be personal: such columns are shown by
their commonest shape, `aaa@aaa.aa` or `999-9999`.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.ingest.numbers import commas_in, number_of, shape_of
from pipelines.ingest.times import is_long_form

_ENOUGH = 0.9
"""A type is guessed where this share of the texts bears it out."""
RUINED = "some ruined by a spreadsheet"
_MANY_VALUES = 30
_SHOWN_VALUES = 8
_OFTEN = 3
_LONG_TEXT = 40

_MISSING = frozenset(
    {"", "-", "--", "?", "null", "none", "n/a", "na", "nan", "nil", "#n/a", "없음"}
)
_NEVER = re.compile(r"(1900|1899|1970|0001|0000)-")

_ISO = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d([.,]\d+)?)?")
_OFFSET = re.compile(r"(Z|[+-]\d{2}:?\d{2}| UTC| GMT[+-]\d{1,2}(:?\d{2})?)$")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_YEAR_FIRST_DAY = re.compile(r"\d{4}([./])\d{1,2}\1\d{1,2}")
_YEAR_LAST = re.compile(
    r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d\d)(?:([ T])\d{1,2}:\d\d(:\d\d)?(?: ?([AaPp][Mm]))?)?"
)
_MAIL_DATE = re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d \+0000 \d{4}")
_CLOCK = re.compile(r"\d{1,3}:\d\d(:\d\d)?")
_OBJECT_ID = re.compile(r"[0-9a-f]{24}")
_RUINED = re.compile(r"\d([.,]\d+)?[eE]\+?\d{1,3}")
_EPOCHS = {
    "epoch": (946_684_800, 2_051_222_400),
    "epoch_milliseconds": (946_684_800_000, 2_051_222_400_000),
    "epoch_microseconds": (946_684_800_000_000, 2_051_222_400_000_000),
}
_TIME_WORDS = re.compile(
    r"(^|[ _])(at|on|ts|since|until)$|time|date|created|updated|일시|시각|날짜|日時|日期|时间"
    r"|(At|On)$"
)
_ID_WORDS = re.compile(
    r"(^|[ _.#-])(id|ids|uuid|guid|key|number|no\.?|#)$|^#|Id$|ID$|번호|番号|编号|单号"
)
_UNIT_WORDS = (
    ("milliseconds", re.compile(r"(^|[ _(])(ms|msec|milli\w*|millis)([ _)]|$)|Ms$|밀리초")),
    ("seconds", re.compile(r"(^|[ _(])(s|sec|secs|seconds?)([ _)]|$)|초\)?$|秒")),
    ("minutes", re.compile(r"(^|[ _(])(m|min|mins|minutes?)([ _)]|$)|분\)?$|分")),
    ("hours", re.compile(r"(^|[ _(])(h|hr|hrs|hours?)([ _)]|$)|시간\)?$|小时|時間")),
    ("days", re.compile(r"(^|[ _(])(d|days?)([ _)]|$)|일수|天")),
)
_PERSONAL_HEADER = re.compile(
    r"(^|[ _.-])(name|first ?name|last ?name|e-?mail|phone|mobile|tel|address|ip|birth\w*|passport"
    r"|account|iban|wallet|nick\w*)([ _.-]|$)"
    r"|requester|customer|caller|visitor|respondent|recipient|contact_email|이름|성명|이메일|전화"
    r"|휴대|주소|고객|氏名|名前|メール|電話|住所|姓名|邮箱|电话|手机|地址",
    re.IGNORECASE,
)
_THINGS = re.compile(
    r"company|product|brand|channel|topic|team|group|queue|category|file|form|ci_|tag|event",
    re.IGNORECASE,
)
_STAFF_HEADER = re.compile(
    r"(?<!user_)agent|assignee|assigned|owner|operator|server|author|_by$|상담원|담당|担当|客服",
    re.IGNORECASE,
)
_PERSONAL_TEXTS = {
    "e-mail addresses": re.compile(r"[\w.+-]+@[\w-]+\.\w+"),
    "phone numbers": re.compile(r"\+\d{1,3}[ -]?\d{2,}|\b0\d{1,2}-\d{3,4}-\d{4}\b"),
    "IP addresses": re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b"),
    "wallet addresses": re.compile(r"\b0x[0-9a-fA-F]{40}\b|\b(bc1|[13])[0-9A-Za-z]{25,42}\b"),
}


@dataclass(frozen=True)
class ColumnGuess:
    """What one column looks like. `question`: what a second header row asks, where one does.

    `kind`: time, day, clock, number, id, category, text or empty; `detail` says more; `formats`
    as strptime writes them, where a load must be told; `unit` of a number, or of a time that is
    one; `is_local`: a time without an offset; `personal`: why it may be, else empty; `missing`:
    texts that stand for nothing there; `values`: the commonest ones with their number, where
    they repeat (to show them, see `shown_values`); `shape`: the commonest shape of a text."""

    header: str
    kind: str
    detail: str
    filled: int
    distinct: int
    formats: tuple[str, ...] = ()
    unit: str | None = None
    is_local: bool = False
    personal: str = ""
    missing: tuple[str, ...] = ()
    values: tuple[tuple[str, int], ...] = ()
    shape: str = ""
    question: str = ""

    @property
    def is_unique(self) -> bool:
        return self.distinct == self.filled > 0


def guess(header: str, texts: Sequence[str], question: str = "") -> ColumnGuess:
    """What a column of these texts looks like."""
    stripped = [text.strip() for text in texts]
    there = [text for text in stripped if text.casefold() not in _MISSING]
    missing = {text for text in stripped if text and text.casefold() in _MISSING}
    counts = Counter(there)
    seen = ColumnGuess(
        header, "empty", "no value", len(there), len(counts), missing=tuple(sorted(missing)),
        question=question,
    )  # fmt: skip
    if not there:
        return seen
    found = (
        _as_time(header, there)
        or _as_number(header, there, len(counts))
        or _as_words(header, there, len(counts))
    )
    seen = replace(seen, **found, shape=Counter(map(shape, there)).most_common(1)[0][0])
    seen = replace(seen, personal=_personal(seen, there))
    is_repeated = len(counts) <= min(_MANY_VALUES, len(there) / 2)
    if seen.kind == "category" or (seen.kind in ("number", "id") and is_repeated):
        seen = replace(seen, values=tuple(counts.most_common(_MANY_VALUES)))
    return seen


def shown_values(seen: ColumnGuess) -> str:
    """The commonest values of a column that is not personal; else the shape of its texts.

    A value that hardly repeats may be what somebody wrote: it is not shown."""
    often = [(text, number) for text, number in seen.values if number >= _OFTEN]
    if seen.personal or seen.kind == "id" or not often:
        return seen.shape
    shown = [f"{text} ({number:,})" for text, number in often[:_SHOWN_VALUES]]
    more = seen.distinct - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")


def shape(text: str) -> str:
    """A text with every letter and digit replaced: `kim@example.com` is `aaa@aaaaaaa.aaa`."""
    text = re.sub(r"\d", "9", text[:30])
    text = re.sub(r"[^\W\d_]", lambda found: "a" if found[0].isascii() else "가", text)
    return re.sub(r"(.)\1{9,}", r"\1\1\1…", text)


def _share(pattern: re.Pattern[str], texts: Sequence[str]) -> float:
    return sum(pattern.fullmatch(text) is not None for text in texts) / len(texts)


def _as_time(header: str, texts: list[str]) -> dict | None:
    """Kind, detail and formats of a column of times; None where it is none."""
    never = sum(_NEVER.match(text) is not None for text in texts)
    also = f"; {never:,} written for never" if never else ""
    bare = [_OFFSET.sub("", text) for text in texts]
    if _share(_ISO, bare) >= _ENOUGH or sum(map(is_long_form, texts)) >= _ENOUGH * len(texts):
        offsets = sum(bool(_OFFSET.search(text)) for text in texts)
        if offsets == len(texts):
            return {"kind": "time", "detail": f"with its offset{also}"}
        local = "local: no offset" if not offsets else "some with an offset, some without"
        return {"kind": "time", "detail": local + also, "is_local": True}
    if _share(_MAIL_DATE, texts) >= _ENOUGH:
        formats = ("%a %b %d %H:%M:%S +0000 %Y",)
        return {"kind": "time", "detail": "UTC, in words", "formats": formats}
    if _share(_DAY, texts) >= _ENOUGH:
        formats = ("%Y-%m-%d",)
        return {"kind": "day", "detail": "day" + also, "formats": formats, "is_local": True}
    if _share(_YEAR_FIRST_DAY, texts) >= _ENOUGH:
        formats = tuple(sorted({f"%Y{text[4]}%m{text[4]}%d" for text in texts}))
        return {"kind": "day", "detail": "day", "formats": formats, "is_local": True}
    if _share(_YEAR_LAST, texts) >= _ENOUGH:
        return _year_last([found for text in texts if (found := _YEAR_LAST.fullmatch(text))])
    if _share(_CLOCK, texts) >= _ENOUGH:
        return {"kind": "clock", "detail": "H:MM:SS: a time of day or a duration", "unit": "clock"}
    if _share(_OBJECT_ID, texts) >= _ENOUGH:
        return {"kind": "id", "detail": "begins with its time", "unit": "object_id"}
    if not _TIME_WORDS.search(header):
        return None
    for unit, (low, high) in _EPOCHS.items():
        if all(text.isdigit() and low <= int(text) < high for text in texts):
            return {"kind": "time", "detail": unit.replace("_", " "), "unit": unit}
    if all(re.fullmatch(r"(19|20)?\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])", text) for text in texts):
        formats = ("%Y%m%d" if len(texts[0]) == 8 else "%y%m%d",)
        return {"kind": "day", "detail": "day", "formats": formats, "is_local": True}
    return None


def _year_last(found: list[re.Match[str]]) -> dict:
    """02/03/2026: month and day are told apart by those above 12, or not at all."""
    is_day_first = any(int(one[1]) > 12 for one in found)
    is_month_first = any(int(one[3]) > 12 for one in found)
    first, second = ("%m", "%d") if is_month_first else ("%d", "%m")
    detail = "month first" if is_month_first else "day first"
    if is_day_first == is_month_first:
        detail = "neither month nor day first" if is_day_first else "month or day first: not told"
    formats = set()
    for one in found:
        year = "%Y" if len(one[4]) == 4 else "%y"
        day = f"{first}{one[2]}{second}{one[2]}{year}"
        clock = ""
        if one[5]:
            seconds = ":%S" if one[6] else ""
            clock = f"{one[5]}%I:%M{seconds} %p" if one[7] else f"{one[5]}%H:%M{seconds}"
        formats.add(day + clock)
    return {
        "kind": "time" if any(one[5] for one in found) else "day",
        "detail": detail, "formats": tuple(sorted(formats)), "is_local": True,
    }  # fmt: skip


def _as_number(header: str, texts: list[str], distinct: int) -> dict | None:
    """Kind, detail and unit of a column of numbers, or of ids that are numbers."""
    if any(_RUINED.fullmatch(text) for text in texts):
        return {"kind": "id", "detail": f"{RUINED} (1.03E+13): export again"}
    read = [text for text in texts if shape_of(text)]
    if len(read) < _ENOUGH * len(texts):
        return None
    if _ID_WORDS.search(header) or any(
        text.startswith("0") and len(text) > 1 and text.isdigit() for text in texts
    ):
        return {"kind": "id", "detail": _times_each(len(texts), distinct)}
    commas = commas_in(read)
    numbers = [number for text in read if (number := number_of(text, commas)) is not None]
    parts = [f"{min(numbers):g} to {max(numbers):g}"] if numbers else []
    parts += [str(commas)] if commas else []
    unit = next((unit for unit, words in _UNIT_WORDS if words.search(header)), None)
    parts += [f"{unit}, by its name"] if unit else []
    return {"kind": "number", "detail": "; ".join(parts), "unit": unit}


def _as_words(header: str, texts: list[str], distinct: int) -> dict:
    """Kind and detail of a column of words."""
    longest = max(map(len, texts))
    if _ID_WORDS.search(header) and not any(" " in text for text in texts):
        return {"kind": "id", "detail": _times_each(len(texts), distinct)}
    is_short = longest <= _LONG_TEXT
    if is_short and distinct <= max(2, len(texts) // 2):
        return {"kind": "category", "detail": f"{distinct} values"}
    if is_short and distinct > 0.9 * len(texts) and not any(" " in text for text in texts):
        return {"kind": "id", "detail": _times_each(len(texts), distinct)}
    return {"kind": "text", "detail": f"{min(map(len, texts))} to {longest:,} characters"}


def _times_each(rows: int, distinct: int) -> str:
    return "each once" if rows == distinct else f"each {rows / distinct:.1f} times"


def _personal(seen: ColumnGuess, texts: list[str]) -> str:
    """Why a column may be personal; empty where nothing speaks for it."""
    if seen.kind in ("time", "day", "clock"):
        return ""
    found = [
        what
        for what, pattern in _PERSONAL_TEXTS.items()
        if any(pattern.search(text) for text in texts)
    ]
    if found:
        return f"holds {' and '.join(found)}"
    if seen.kind == "text":
        return "free text"
    if seen.kind == "number":
        return ""
    if _PERSONAL_HEADER.search(seen.header) and not _THINGS.search(seen.header):
        return "a person, by its name"
    return "a member of staff, by its name" if _STAFF_HEADER.search(seen.header) else ""
