"""Words that may stand for a language or a topic, from the reference tables.

Sources use them only to tell which of several tags or custom fields is the language or the
topic; what it means is decided in the build, by the same tables.
"""

from functools import cache

from pipelines.ingest.tables import quoted
from pipelines.reference import aliased


@cache
def aliases(table: str) -> frozenset[str]:
    """Canonical values and aliases of `languages` or `topics`, in lower case.

    Raises SettingsError where the reference table can't be used."""
    return frozenset(row["alias"] for row in aliased(table))


def first_known_sql(texts: str, table: str) -> str:
    """SQL of the first text of a list that is a word for a language or topic; else NULL.

    A tag may carry a prefix: `lang_ko`, `language_ko`, `topic_kyc`, `issue_kyc`."""
    known = ", ".join(quoted(alias) for alias in sorted(aliases(table)))
    prefix = "^(lang|language|locale)_" if table == "languages" else "^(topic|issue|category)_"
    plain = f"list_transform({texts}, lambda x: regexp_replace(lower(x), '{prefix}', ''))"
    return f"list_filter({plain}, lambda x: x IN ({known}))[1]"
