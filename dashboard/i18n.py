"""What language a reader sees: gettext catalogs, and the locale of the moment.

A catalog is `locale/<lang>/LC_MESSAGES/messages.po`; it is compiled in memory when first asked
for, so a fresh clone needs no step, and adding a language means adding a catalog. English is the
source: its text stands in the code. This module knows nothing of Streamlit: the app says where
the locale comes from (`follow`), a notebook may name one (`use`).
"""

from __future__ import annotations

import gettext as _gettext
from collections.abc import Callable, Iterable
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from dashboard.formats import Reader

LOCALE_DIR = Path(__file__).with_name("locale")
SOURCE_LOCALE = "en"

_source: Callable[[], str] = lambda: SOURCE_LOCALE  # noqa: E731  replaced by `follow`


@cache
def available() -> tuple[str, ...]:
    """Codes of the languages that have a catalog, English first."""
    found = sorted(path.parent.parent.name for path in LOCALE_DIR.glob("*/LC_MESSAGES/messages.po"))
    return tuple(sorted(found, key=lambda code: (code != SOURCE_LOCALE, code)))


def follow(source: Callable[[], str]) -> None:
    """Ask `source` for the locale whenever text is wanted (the app passes its session's)."""
    global _source
    _source = source


def use(code: str) -> None:
    """Fix the locale, for a notebook or a test."""
    follow(lambda: code)


def current() -> str:
    """Code of the locale in force, always one of `available()`."""
    return _source()


def choose(*wishes: str | None) -> str:
    """The first wish that a catalog meets ('ko-KR' is met by 'ko'), else English."""
    for wish in wishes:
        if wish:
            # a region is dropped only where no catalog has it
            found = negotiate_locale([wish.replace("-", "_")], available())
            if found:
                return found
    return SOURCE_LOCALE


def text(message: str) -> str:
    """`message` in the language of the moment; itself where the catalog lacks it."""
    return _translations(current()).gettext(message) if message else ""


def plural(one: str, many: str, n: int) -> str:
    """`one` or `many` as the language's own plural rule has it, with `{n}` left to fill in."""
    return _translations(current()).ngettext(one, many, n)


def listed(sentence: str | None) -> list[str]:
    """The parts of "a; b; c", which metrics share and catalogs therefore translate one by one."""
    return [part.strip() for part in (sentence or "").split(";") if part.strip()]


def pair(name: str, value: str) -> str:
    """'name: value', with the colon that the language writes."""
    return text(mark("{name}: {value}")).format(name=name, value=value)


def mark(message: str) -> str:
    """`message` unchanged, marked for the catalog: translated where it is shown."""
    return message


def languages(codes: Iterable[str]) -> dict[str, str]:
    """Code -> name of that language in its own words, for a language switch."""
    return {code: Locale.parse(code).get_display_name(code).capitalize() for code in codes}


def reader() -> Reader:
    """The reader of the moment: their words, numbers and dates."""
    code = current()
    return Reader(_translations(code).gettext, code)


# How Plotly's axes write dates: its own order is English, whatever the names of months.
_PLOTLY_DATES = {
    language: {
        "year": f"%Y{year}",
        "month": f"%Y{year}{gap}%-m{month}",
        "dayMonth": f"%-m{month}{gap}%-d{day}",
        "dayMonthYear": f"%Y{year}{gap}%-m{month}{gap}%-d{day}{gap}(%a)",
    }
    for language, year, month, day, gap in (
        ("ko", "년", "월", "일", " "),
        ("ja", "年", "月", "日", ""),
        ("zh", "年", "月", "日", ""),
    )
}


def plotly_locales(code: str) -> dict[str, dict]:
    """Names of days and months for Plotly, whose own language files are not in the page."""
    locale = Locale.parse(code)
    days = locale.days["format"]
    months = locale.months["format"]
    week = (6, 0, 1, 2, 3, 4, 5)  # Babel starts on Monday, Plotly on Sunday
    return {
        code: {
            "dictionary": {"Download plot as a PNG": text(mark("Download the chart as PNG"))},
            "format": {
                "days": [days["wide"][i] for i in week],
                "shortDays": [days["abbreviated"][i] for i in week],
                "months": [months["wide"][i] for i in range(1, 13)],
                "shortMonths": [months["abbreviated"][i] for i in range(1, 13)],
                **_PLOTLY_DATES.get(locale.language, {}),
            },
        }
    }


@cache
def _translations(code: str) -> _gettext.NullTranslations:
    path = LOCALE_DIR / code / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return _gettext.NullTranslations()
    with path.open("rb") as file:
        catalog = read_po(file, locale=code)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return _gettext.GNUTranslations(compiled)
