"""What customers say, and what they found for themselves: questions of satisfaction and
self-service.

Asked through `dashboard.queries`, kept as there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dashboard.formats import RANKED_FROM, Reader
from dashboard.i18n import text as _
from dashboard.queries import ask, behind, measure, once_a_build

if TYPE_CHECKING:
    from dashboard.filters import Filters


@once_a_build
def within_language(metric: str, filters: Filters, by: str) -> pd.DataFrame:
    """`Warehouse.within_language`: mean rank of a group's ratings among those of their language;
    the group with most ratings first."""
    found = ask("within_language", metric=metric, by=(by,), **filters.scope)
    ordered = found.sort_values("n", ascending=False, kind="stable", ignore_index=True)
    ordered.attrs = found.attrs
    return ordered


def nonresponse(dimension: str, scale: str) -> pd.DataFrame:
    """[level, raw, value, n, low, high, ...] of the surveys on a scale: as answered, and as
    everybody's; the most asked first. `dimension` '*' is all."""
    found = ask("nonresponse")
    found = found[(found["dimension"] == dimension) & (found["scale"] == scale)]
    columns = [
        "survey", "level", "n", "answers", "raw", "raw_low", "raw_high", "value", "low", "high",
        "effective_n",
    ]  # fmt: skip
    found = found[columns].rename(columns={"n": "asked", "answers": "n"})
    found = found.sort_values("asked", ascending=False, ignore_index=True)
    found.attrs = {"unit": "share"}
    return found


def representation(dimension: str, survey: str) -> pd.DataFrame:
    """[level, value, n, low, high, share_of_asked, share_of_answers]: response rates of one kind
    of survey; the most asked first."""
    found = ask("representation")
    found = found[(found["dimension"] == dimension) & (found["survey"] == survey)]
    found = found.drop(columns=["survey", "dimension"])
    found = found.sort_values("n", ascending=False, ignore_index=True)
    found.attrs = {"unit": "share"}
    return found


def surveys(scale: str) -> list[str]:
    """Kinds of survey on a scale of which it is known who did not answer, the largest first."""
    found = nonresponse("*", scale).sort_values("asked", ascending=False)
    return found["survey"].tolist()


def drivers(filters: Filters) -> pd.DataFrame:
    """[term, level, unit, value, n, low, high]: of the one language chosen, where it has a model
    of its own, else of all; the strongest effect first."""
    found = ask("drivers", language=None)
    chosen = filters.where.get("language") or []
    mine = found[found["language"].isin(chosen)] if len(chosen) == 1 else found.head(0)
    found = found[found["language"] == "*"] if mine.empty else mine
    strongest = found["value"].abs().sort_values(ascending=False, kind="stable").index
    found = found.loc[strongest].reset_index(drop=True)
    found.attrs = {"unit": "share"}
    return found


def driver_words(row: dict, reader: Reader) -> str:
    """What an effect is of: "Live chat: a minute less of first response"."""
    term, level, unit = row["term"], row["level"], row["unit"]
    if term == "first_response_seconds":
        step = _("an hour sooner") if unit.startswith("an hour") else _("a minute sooner")
        return _("{group}: first response {step}").format(
            group=reader.name("channel", level), step=step
        )
    if term == "is_reopened":
        return _("Reopened")
    if term == "clarification_rounds":
        return _("One more question back to the customer")
    return _("{group}, against the most frequent one").format(group=reader.name(term, level))


def level_words(dimension: str, level: str, reader: Reader) -> str:
    """What a group of customers asked is called."""
    if dimension in ("channel", "language"):
        return reader.name(dimension, level)
    return {
        "under 1 min": _("under a minute"),
        "1-5 min": _("1 to 5 minutes"),
        "5-60 min": _("5 to 60 minutes"),
        "1-4 h": _("1 to 4 hours"),
        "4-24 h": _("4 to 24 hours"),
        "24 h+": _("a day or more"),
        "resolved": _("Resolved"),
        "reopened": _("Reopened"),
        "unresolved": _("Not resolved"),
    }.get(level, _("Not known"))


@once_a_build
def bots(filters: Filters, by: str) -> pd.DataFrame:
    """[by, value (resolved), n, low, high] and of `contained` and `left` the same: chats with a
    bot, the group with most first."""
    found = measure("bot_resolved_share", filters, by=(by,))
    attrs = found.attrs
    for name, metric in (("contained", "bot_contained_share"), ("left", "bot_left_share")):
        other = measure(metric, filters, by=(by,))
        found = found.merge(other[[by]].assign(**behind(other, name)), on=by, how="left")
    found = found.sort_values("n", ascending=False, kind="stable", ignore_index=True)
    found.attrs = attrs
    return found


@once_a_build
def searches(filters: Filters) -> pd.DataFrame:
    """`Warehouse.searches`: words searched for, those that found nothing most often first; words
    of fewer than 30 searches after them, by the alphabet."""
    found = ask("searches", **filters.scope)
    attrs = found.attrs
    is_ranked = found["n"] >= RANKED_FROM
    others = found[~is_ranked].sort_values(["query", "language"])
    found = pd.concat([found[is_ranked], others], ignore_index=True)
    found.attrs = attrs
    return found


@once_a_build
def article_gaps(filters: Filters) -> pd.DataFrame:
    """`Warehouse.article_gaps` of topics with at least 30 contacts, those that lack an article
    first."""
    found = ask("article_gaps", **filters.scope)
    kept = found[found["n"] >= RANKED_FROM].reset_index(drop=True)
    kept.attrs = found.attrs
    return kept


@once_a_build
def contacts_per_view(filters: Filters, by: str) -> pd.DataFrame:
    """Contacts per 1,000 article views of groups large enough to be put in order, the most first;
    those without views are left out."""
    found = measure("contacts_per_thousand_views", filters, by=(by,))
    attrs = found.attrs
    found = found[found["value"].notna() & (found["n"] >= RANKED_FROM)]
    found = found.sort_values("value", ascending=False, kind="stable", ignore_index=True)
    found.attrs = attrs
    return found
