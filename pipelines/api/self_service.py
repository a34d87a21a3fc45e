"""What customers looked for in the help centre, and where it had nothing for them."""

from dataclasses import replace

import numpy as np
import pandas as pd

from pipelines.api.measures import measure
from pipelines.api.published import Pointer
from pipelines.api.selection import Day, Scope, Where, page, select
from pipelines.statistics import intervals

LEAST_SEARCHES = 5
"""Words that fewer than so many searched for may tell who they are."""
_EVENT_DATE = {"observed_on": "happened_on"}


class SelfService:
    """The part of `Warehouse` on the help centre; `start`, `end` and `where` are as there."""

    _pointer: Pointer

    def searches(
        self, start: Day = None, end: Day = None, where: Where = None, limit: int = 200
    ) -> pd.DataFrame:
        """What was searched for in the help centre, the words that found nothing first.

        [query, language, n, no_result_count, no_click_count, contacted_count, value, low, high]:
        value is the share without a result; NULL: the export does not tell. Words are masked, and
        those of fewer than 5 searches left out. Of the filters only language applies.
        """
        build = self._pointer.build()
        selection = select(
            "fact_article_events",
            build.columns["fact_article_events"],
            ("language",),
            _of_help_centre(Scope(start, end, where)),
            _EVENT_DATE,
        )
        found = build.query(
            f"""
            WITH searched AS (
                SELECT
                    lower(trim(query)) AS query,
                    language,
                    events_count,
                    no_result_count,
                    no_click_count,
                    contacted_count,
                    no_result_count IS NOT NULL AS is_told,
                    bool_or(no_result_count IS NOT NULL)
                        OVER (PARTITION BY lower(trim(query)), language) AS is_told_of_any
                FROM fact_article_events
                WHERE {selection.condition.text}
                    AND event = 'search'
                    AND is_counted
                    AND query IS NOT NULL
            )
            SELECT
                query,
                language,
                CAST(sum(events_count) AS BIGINT) AS n,
                CAST(sum(no_result_count) AS BIGINT) AS no_result_count,
                CAST(sum(no_click_count) AS BIGINT) AS no_click_count,
                CAST(sum(contacted_count) AS BIGINT) AS contacted_count
            FROM searched
            -- where some exports tell how many results there were, only theirs are looked at
            WHERE is_told = is_told_of_any
            GROUP BY ALL
            HAVING sum(events_count) >= {LEAST_SEARCHES}
            ORDER BY no_result_count DESC NULLS LAST, n DESC, query, language
            LIMIT ? OFFSET ?
            """,
            [*selection.condition.parameters, *page(limit)],
        )
        nothing, n = (
            found[name].to_numpy(dtype="float64", na_value=np.nan)
            for name in ("no_result_count", "n")
        )
        is_told = ~np.isnan(nothing)
        low, high = (
            np.where(is_told, side, np.nan) for side in intervals.wilson(np.nan_to_num(nothing), n)
        )
        counts = ["no_result_count", "no_click_count", "contacted_count"]
        found = found[["query", "language", "n", *counts]].assign(
            value=intervals.ratio(nothing, n), low=low, high=high
        )
        found.attrs = {"unit": "share"}
        return found

    def article_gaps(self, start: Day = None, end: Day = None, where: Where = None) -> pd.DataFrame:
        """Each language's topics: contacts, articles and views; those without an article first.

        [language, topic, n, articles_count, outdated_count, is_missing, views_count, value, low,
        high]: n are contacts, value contacts per 1,000 article views, NULL without views.
        `is_missing` is NULL where no articles were ever delivered.
        """
        build, scope = self._pointer.build(), Scope(start, end, where)
        by = ("language", "topic")
        contacts = measure(build, "contacts", by, scope, None)[[*by, "n"]]
        scope = replace(
            scope, where={name: scope.wanted[name] for name in by if name in scope.wanted}
        )
        per_view = measure(build, "contacts_per_thousand_views", by, scope, None)
        views = select(
            "fact_article_events",
            build.columns["fact_article_events"],
            by,
            scope,
            _EVENT_DATE,
        )
        viewed = build.query(
            "SELECT language, topic, CAST(sum(events_count) AS BIGINT) AS views_count"
            f" FROM fact_article_events WHERE {views.condition.text}"
            " AND event = 'view' AND is_counted GROUP BY ALL",
            views.condition.parameters,
        )
        articles = build.query(
            "SELECT language, topic, count(*) AS articles_count,"
            " count(*) FILTER (WHERE is_outdated) AS outdated_count"
            " FROM fact_articles WHERE NOT coalesce(is_draft, FALSE) GROUP BY ALL"
        )
        found = contacts.merge(articles, on=list(by), how="left").merge(
            viewed, on=list(by), how="left"
        )
        found = found.merge(per_view[[*by, "value", "low", "high"]], on=list(by), how="left")
        # A help centre that was never delivered has no gaps; nobody knows what it holds.
        counts = ["articles_count", "outdated_count"]
        found[counts] = found[counts].astype("Int64")
        if len(articles):
            found[counts] = found[counts].fillna(0)
        found["views_count"] = found["views_count"].astype("Int64")
        found = found[found["topic"] != "unknown"]
        found = found.assign(is_missing=(found["articles_count"] == 0).astype("boolean"))
        found = found.sort_values(
            ["is_missing", "n", "language", "topic"],
            ascending=[False, False, True, True],
            na_position="last",
            ignore_index=True,
        )
        columns = ["n", *counts, "is_missing", "views_count", "value", "low", "high"]
        found = found[[*by, *columns]]
        found.attrs = {"unit": per_view.attrs["unit"]}
        return found


def _of_help_centre(scope: Scope) -> Scope:
    """Of the filters those that mean something where nobody has contacted anybody: language.

    A search belongs to no topic, as it has found no article.
    """
    kept = {name: wanted for name, wanted in scope.wanted.items() if name == "language"}
    return replace(scope, where=kept)
