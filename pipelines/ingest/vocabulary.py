"""Vendors' words as SQL: into words of ours, and which may stand for a language or a topic.

Words for languages and topics, from the reference tables, only tell which of several tags or custom
fields is the language or the topic; what it means is decided in the build, by the same tables.
"""

from functools import cache

from pipelines.reference import aliased
from pipelines.sql import literal

_WORDS_TOO = "am|ar|be|ca|da|el|et|fi|he|hi|hr|it|lo|lt|lv|ml|ms|my|no|pa|si|ta|te|uk"
"""Codes of languages that mean something else by themselves: `it`, `hr`, `no`, `uk`."""


@cache
def aliases(table: str) -> frozenset[str]:
    """Canonical values and aliases of `languages` or `topics`, in lower case.

    Raises SettingsError where the reference table can't be used."""
    return frozenset(row["alias"] for row in aliased(table))


def first_known_sql(texts: str, table: str) -> str:
    """SQL of the first text of a list that is a word for a language or topic; else NULL.

    A tag may carry a prefix: `lang_ko`, `language_ko`, `topic_kyc`, `issue_kyc`; some codes of
    languages need it, because they are words too."""
    known = ", ".join(literal(alias) for alias in sorted(aliases(table)))
    prefix = "^(topic|issue|category)_"
    if table == "languages":
        prefix = f"^((lang|language|locale)_|({_WORDS_TOO})$)"
    plain = f"list_transform({texts}, lambda x: regexp_replace(lower(x), '{prefix}', ''))"
    return f"list_filter({plain}, lambda x: x IN ({known}))[1]"


def words_sql(value: str, words: dict[str, str], otherwise: str) -> str:
    """SQL of the word for a code."""
    cases = " ".join(f"WHEN {literal(code)} THEN {literal(word)}" for code, word in words.items())
    return f"CASE {value} {cases} ELSE {otherwise} END"
