"""`python -m dashboard.catalogs [LANG]`: bring the catalogs up to date with the text in the code.

Messages are the texts marked in `dashboard/` (`_`, `N_`, `mark`, `translate`, `plural`) and the
words in the headers of metrics, rules and audits, which Definitions and Data health show. With a
LANG that has no catalog yet, an empty one is made: translate it, and the language is there.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

from dashboard.i18n import LOCALE_DIR, SOURCE_LOCALE, listed

_HERE = Path(__file__).parent
METRICS_DIR = _HERE.parent / "pipelines" / "warehouse" / "metrics"
RULES_DIR = METRICS_DIR.with_name("rules")
AUDITS_DIR = METRICS_DIR.with_name("audits")
AUDIT_WORDS = ("summary", "remedy")
METRIC_WORDS = ("label", "summary", "worked_example", "formula", "date")
POPULATION_WORDS = ("population", "clock_start", "clock_stop", "pauses")  # not shown of rules
METRIC_LISTS = ("exclusions", "differs")  # "a; b; c", each part a message
_MARKS = ("_", "N_", "mark", "translate")


def wanted() -> Catalog:
    """Every message the product shows, without translations."""
    catalog = Catalog(project="support-quality", charset="utf-8", fuzzy=False)
    for path in sorted(_HERE.rglob("*.py")):
        for message in marked(path.read_text(encoding="utf-8")):
            catalog.add(message)
    for path in sorted([*METRICS_DIR.glob("*.sql"), *RULES_DIR.glob("*.sql")]):
        header = sql_header(path)
        words = METRIC_WORDS + (POPULATION_WORDS if path.parent == METRICS_DIR else ())
        for word in words:
            if header.get(word):
                catalog.add(header[word])
        for word in METRIC_LISTS:
            for part in listed(header.get(word, "")):
                catalog.add(part)
    for path in sorted(AUDITS_DIR.glob("*.sql")):
        header = sql_header(path)
        for word in AUDIT_WORDS:
            catalog.add(header[word])
    return catalog


def marked(source: str) -> Iterator[str | tuple[str, str]]:
    """The texts that Python code marks for translation, those within f-strings included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and a.value]
            if name == "plural" and len(texts) > 1:
                yield texts[0], texts[1]
            elif name in _MARKS and texts:
                yield texts[0]


def sql_header(path: Path) -> dict:
    """The TOML in the comment that a metric's or audit's file starts with."""
    _, _, rest = path.read_text(encoding="utf-8").partition("/* ---\n")
    return tomllib.loads(rest.partition("--- */")[0])


def catalog_path(locale: str) -> Path:
    """Where the catalog of a language is, or would be."""
    return LOCALE_DIR / locale / "LC_MESSAGES" / "messages.po"


def read(locale: str) -> Catalog:
    """The catalog of a language; empty where there is none yet."""
    path = catalog_path(locale)
    if not path.exists():
        return Catalog(locale=locale, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def missing(locale: str) -> list[str]:
    """Messages that the catalog of `locale` does not translate, in alphabetical order."""
    there = read(locale)
    lacking = []
    for message in wanted():
        if not message.id:
            continue
        known = there.get(message.id)
        words = known.string if known else ""
        words = words if isinstance(words, (tuple, list)) else (words,)
        if known is None or known.fuzzy or not all(words):
            lacking.append(message.id if isinstance(message.id, str) else message.id[0])
    return sorted(lacking)


def update(locale: str) -> Path:
    """Add new messages, drop those no longer shown, keep every translation; gives the file."""
    there, fresh = (
        read(locale),
        Catalog(locale=locale, project="support-quality", charset="utf-8", fuzzy=False),
    )
    for message in wanted():
        if message.id:
            known = there.get(message.id)
            fresh.add(message.id, known.string if known else "")
    path = catalog_path(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, sort_output=True, no_location=True, omit_header=False, width=99)
    return path


def main() -> int:
    """Update the named languages, or all that have a catalog."""
    known = [path.parent.parent.name for path in LOCALE_DIR.glob("*/LC_MESSAGES/messages.po")]
    for locale in sys.argv[1:] or sorted(known):
        path = update(locale)
        lacking = 0 if locale == SOURCE_LOCALE else len(missing(locale))
        print(f"{path.relative_to(_HERE.parent)}: {lacking} to translate")
    return 0


if __name__ == "__main__":
    sys.exit(main())
