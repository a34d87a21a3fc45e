"""How a value reads: numbers, shares, durations, dates, intervals and codes in a reader's words.

Every method takes None and NaN and gives an em dash: "not observed" is never printed as 0.
Nothing here imports Streamlit, so that charts and notebooks use it too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

import pandas as pd
from babel import Locale, UnknownLocaleError
from babel.dates import format_interval, format_skeleton
from babel.numbers import format_compact_currency, format_decimal

MISSING = "—"
SUPPRESSED_BELOW = 5  # a group this small could point at a person: its size and value stay untold
RANKED_FROM = 30  # nothing is ranked on fewer observations

N_ = str  # marks a word for the catalogs, which is translated where it is shown

# The words of the codes that a build uses.
_NAMES = {
    "channel": {
        "live_chat": N_("Live chat"),
        "email": N_("E-mail"),
        "phone": N_("Phone"),
        "help_centre": N_("Help centre"),
        "social": N_("Social media"),
        "unknown": N_("Unknown channel"),
    },
    "topic": {
        "login": N_("Login"),
        "trade": N_("Trading"),
        "withdrawal": N_("Withdrawal"),
        "stolen_account": N_("Stolen account"),
        "kyc": N_("Identity check"),
        "fees": N_("Fees"),
        "other": N_("Other"),
        "unknown": N_("Unknown topic"),
    },
    "urgency": {"urgent": N_("Urgent"), "normal": N_("Not urgent")},
    "status": {
        "new": N_("New"),
        "open": N_("Open"),
        "pending": N_("Waiting for the customer"),
        "hold": N_("On hold"),
        "solved": N_("Solved"),
        "closed": N_("Closed"),
        "deleted": N_("Deleted"),
        "unknown": N_("Not known"),
    },
}


_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+.!|~$:-])")


def step_words(change: float, told: Callable[[float], str]) -> str | None:
    """'+1,331.0 h': how far a metric is from another; None where it is not.

    A decrease has the hyphen: Streamlit reads the arrow off it, and a minus sign would point up.
    """
    change = round(change, 1)
    return ("+" if change > 0 else "-") + told(abs(change)) if change else None


def wall_clock(at: datetime, zone: str) -> pd.Timestamp:
    """A naive UTC instant as a clock in `zone` shows it."""
    return pd.Timestamp(at).tz_localize("UTC").tz_convert(ZoneInfo(zone))


def escaped(text: str) -> str:
    """Text that shows as it is where Markdown is read: a name from an export, an id from a link.

    Unescaped, it could fetch a picture from elsewhere; a Korean date would start a list.
    """
    return _MARKUP.sub(r"\\\1", text)


@dataclass(frozen=True)
class Reader:
    """Whom a page or a figure is for: how words, numbers, dates and durations read to them.

    `translate` is a gettext function; the default leaves the English of the source. `in_days`:
    measured durations are told in whole days, since the data hold dates and no times of day."""

    translate: Callable[[str], str] = str
    locale: str = "en"
    in_days: bool = False

    def number(self, value: float | None, decimals: int = 0) -> str:
        """1234.5 -> '1,234.5' with one decimal."""
        if _missing(value):
            return MISSING
        # `+ 0` turns a rounded -0.0 into 0
        return _grouped(round(value, decimals) + 0, decimals, self.locale)

    def compact(self, value: float | None) -> str:
        """As many decimals as the size needs: 1,234; 12.3; 1.23."""
        if _missing(value):
            return MISSING
        size = abs(value)
        decimals = 0 if float(value).is_integer() or size >= 100 else 1 if size >= 10 else 2
        return self.number(value, decimals)

    def money(self, value: float | None, currency: str | None) -> str:
        """Three figures of an amount: '₩9.13M', '₩913만'; `currency` is an ISO 4217 code."""
        if _missing(value):
            return MISSING
        if _missing(currency):
            return self.number(value)
        size = abs(value)
        # Thousands go by three digits, ten thousands (만, 億) by four.
        group, figures = 4 if self.locale[:2] in ("ko", "ja", "zh") else 3, len(f"{size:.0f}")
        leading = 1 if figures == 4 else figures % group
        digits = {1: 2, 2: 1}.get(leading, 0) if size >= 1000 else 0
        return format_compact_currency(value, currency, locale=self.locale, fraction_digits=digits)

    def share(self, value: float | None, decimals: int = 1) -> str:
        """0.123 -> '12.3%'."""
        if _missing(value):
            return MISSING
        before, after = _percent_signs(self.locale)
        return before + self.number(value * 100, decimals) + after

    def duration(self, seconds: float | None) -> str:
        """Seconds as people say them: '48 s', '3 min 20 s', '1 h 20 min', '2 d 4 h'.

        The two largest units; the smaller one is rounded.
        """
        if _missing(seconds):
            return MISSING
        if seconds < 0:
            return "−" + self.duration(-seconds)
        _ = self.translate
        units = ((86_400, _("{n} d")), (3_600, _("{n} h")), (60, _("{n} min")), (1, _("{n} s")))
        if seconds < 10 and seconds != int(seconds):
            return units[-1][1].format(n=self.number(seconds, 1))
        whole = round(seconds)
        for step in (60, 3_600):  # hours are told to the minute, days to the hour
            if whole >= step * (60 if step == 60 else 24):
                whole = round(seconds / step) * step
        for index, (size, form) in enumerate(units):
            if whole >= size:
                told = form.format(n=self.number(whole // size))
                if index + 1 < len(units):
                    below, below_form = units[index + 1]
                    if rest := whole % size // below:
                        less = below_form.format(n=self.number(rest))
                        return _("{larger} {smaller}").format(larger=told, smaller=less)
                return told
        return units[-1][1].format(n="0")

    def _measured_duration(self, seconds: float | None) -> str:
        """In whole days where nothing below them is known: 23 hours is one over a clock change."""
        if _missing(seconds) or not self.in_days:
            return self.duration(seconds)
        return self.translate("{n} d").format(n=self.number(round(seconds / 86_400)))

    def count(self, n: float | None) -> str:
        """How many rows stand behind a number; '<5' where the group is too small to tell."""
        if _missing(n):
            return MISSING
        return f"<{SUPPRESSED_BELOW}" if 0 < n < SUPPRESSED_BELOW else self.number(n)

    def value(self, value: float | None, unit: str) -> str:
        """A metric's value in its unit: 'seconds', 'share', 'points 1-5', or a plain number."""
        if unit == "seconds":
            return self._measured_duration(value)
        if unit == "share":
            return self.share(value)
        if _is_score(unit) and not _missing(value):
            return self.number(value, _point_decimals(value))  # a 4 beside 4.32 reads 4.00
        return self.compact(value)

    def interval(self, low: float | None, high: float | None, unit: str) -> str:
        """A 95% interval: '43 s – 1 min 5 s'; an em dash where a full count has none."""
        if _missing(low) or _missing(high):
            return MISSING
        return f"{self.value(low, unit)} – {self.value(high, unit)}"

    def measured(self, value, low, high, n, unit: str) -> str:
        """A value with its 95% interval and n, for a cell: '9.6% (8.8 – 10.5) · n 4,718'.

        Under 5 observations the value stays untold: '<5'.
        """
        if not _missing(n) and n < SUPPRESSED_BELOW:
            return self.count(n) if n > 0 else MISSING
        told = self.value(value, unit)
        if told == MISSING:
            return MISSING
        if not (_missing(low) or _missing(high)):
            ends = (
                [self.number(end * 100, 1) for end in (low, high)]
                if unit == "share"
                else [self.value(end, unit) for end in (low, high)]
            )
            told += f" ({' – '.join(ends)})"
        return told if _missing(n) else f"{told} · n {self.number(n)}"

    def change(self, now: float | None, before: float | None, unit: str) -> str | None:
        """The step from `before` to `now`: points of a share or score, time, else per cent.

        A step too small to show has no sign. None where either is not observed, or where per
        cent would have no base.
        """
        if _missing(now) or _missing(before):
            return None
        step = now - before
        if unit == "share":
            step = round(step * 100, 1)
            size = self.translate("{n} pts").format(n=self.number(abs(step), 1))
        elif unit == "seconds":
            size = self._measured_duration(abs(round(step)))
            step = round(step / 86_400) if self.in_days else round(step)
        elif _is_score(unit):
            decimals = _point_decimals(before)
            step = round(step, decimals)
            size = self.number(abs(step), decimals)
        elif before:
            step = round(step / abs(before), 3)
            size = self.share(abs(step))
        else:
            return None
        return ("+" if step > 0 else "-" if step < 0 else "") + size

    def day(self, value: date | None) -> str:
        """'Nov 20, 2026', '2026년 11월 20일': as the locale writes a day whose month is a word.

        The months of `days`, of `weekday_and_day` and of the charts' axes are words too.
        """
        return MISSING if _missing(value) else format_skeleton("yMMMd", value, locale=self.locale)

    def weekday_and_day(self, value: date | None) -> str:
        """A day with its weekday and without the year."""
        if _missing(value):
            return MISSING
        return format_skeleton("MMMEd", value, locale=self.locale)

    def days(self, start: date, end: date) -> str:
        """'24 Oct – 20 Nov 2026', both days included."""
        return format_interval(start, end, "yMMMd", locale=self.locale)

    def instant(self, value: datetime | None, zone: str, seconds: bool = False) -> str:
        """A naive UTC instant on the wall clock of `zone`, 24-hour clock."""
        if _missing(value):
            return MISSING
        local = wall_clock(value, zone)
        clock = local.strftime("%H:%M:%S" if seconds else "%H:%M")
        return f"{self.day(local.date())} {clock}"

    def listed(self, words: Iterable[str]) -> str:
        """'a, b': words beside each other, as the language separates them."""
        return self.translate(N_(", ")).join(words)

    def told(self, statements: Iterable[str]) -> str:
        """'a; b': statements beside each other, as the language separates them."""
        return self.translate(N_("; ")).join(statements)

    def weekday(self, number: int) -> str:
        """0 is Monday, in short."""
        return Locale.parse(self.locale).days["format"]["abbreviated"][number]

    def half_hour(self, slot: int) -> str:
        """Half hour 17 of the local day is 08:30."""
        return f"{slot // 2:02d}:{slot % 2 * 30:02d}"

    def language(self, code: str | None) -> str:
        """A customer's language ('ko', 'zh-TW', 'und') in the reader's words."""
        if _missing(code) or code in ("und", ""):
            return self.translate("Unknown language")
        tag = {"zh-CN": "zh_Hans", "zh-TW": "zh_Hant"}.get(code, code.replace("-", "_"))
        try:
            name = Locale.parse(tag).get_language_name(self.locale)
            if "_" in tag:
                name = Locale.parse(tag).get_display_name(self.locale)
        except (UnknownLocaleError, ValueError):
            return code
        return name or code

    def name(self, dimension: str, code: str | None) -> str:
        """The words for a code of a dimension ('channel', 'live_chat'); a code without any stays
        as it is, a missing one is '(none)'."""
        if dimension == "language":
            return self.language(code)
        if _missing(code):
            return self.translate("(none)")
        words = _NAMES.get(dimension, {}).get(code)
        return self.translate(words) if words else str(code)


ENGLISH = Reader()


def _missing(value: object) -> bool:
    return value is None or bool(pd.isna(value))


def _is_score(unit: str) -> bool:
    return unit == "score" or unit.startswith("points")


def _point_decimals(value: float) -> int:
    return 1 if abs(value) >= 10 else 2


def _grouped(value: float, decimals: int, locale: str) -> str:
    """A number in the locale's separators. Babel's own way takes ten times as long, and a page
    writes thousands of numbers; it is kept for locales that do not group by thousands."""
    separators = _separators(locale)
    if separators is None:
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return format_decimal(value, format=pattern, locale=locale)
    return f"{value:,.{decimals}f}".translate(separators)


@cache
def _separators(locale: str) -> dict[int, str] | None:
    parsed = Locale.parse(locale)
    if parsed.decimal_formats[None].grouping != (3, 3) or parsed.default_numbering_system != "latn":
        return None
    symbols = parsed.number_symbols["latn"]
    return str.maketrans({",": symbols["group"], ".": symbols["decimal"]})


@cache
def _percent_signs(locale: str) -> tuple[str, str]:
    """What stands before and after the number of a percentage: '' and '%', or ' %', or '%'."""
    pattern = Locale.parse(locale).percent_formats[None]
    return pattern.prefix[0], pattern.suffix[0]
