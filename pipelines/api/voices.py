"""The warehouse's answers to "how did customers rate us, what did they look for in vain, and do
reviewers agree"."""

import pandas as pd

from pipelines.api import calibration, measures, self_service
from pipelines.api.published import Pointer
from pipelines.api.selection import By, Day, Scope, Where


class Voices:
    """The part of `Warehouse` on ratings, help centre and reviews; `start`, `end`, `where` are as
    there."""

    _pointer: Pointer

    def ratings(
        self, metric: str, by: By = (), start: Day = None, end: Day = None, where: Where = None
    ) -> pd.DataFrame:
        """How often each rating of a metric such as csat_score was given.

        [by..., score, n, rated, value, low, high]: value is the share of the group's `rated`
        ratings that are this one, with Wilson's 95 % interval. A score that nobody in the group
        gave has no row.
        """
        return measures.ratings(self._pointer.build(), metric, by, Scope(start, end, where))

    def searches(
        self, start: Day = None, end: Day = None, where: Where = None, limit: int = 200
    ) -> pd.DataFrame:
        """What was searched for in the help centre, the words that found nothing first.

        [query, language, n, no_result_count, no_click_count, contacted_count, value, low, high]:
        value is the share without a result; NULL: the export does not tell. Words are masked, and
        those of fewer than 5 searches left out. Of the filters only language applies.
        """
        return self_service.searches(self._pointer.build(), Scope(start, end, where), limit)

    def article_gaps(self, start: Day = None, end: Day = None, where: Where = None) -> pd.DataFrame:
        """Each language's topics: contacts, articles and views; those without an article first.

        [language, topic, n, articles_count, outdated_count, is_missing, views_count, value, low,
        high]: n are contacts, value contacts per 1,000 article views, NULL without views.
        `is_missing` is NULL where no articles were ever delivered.
        """
        return self_service.article_gaps(self._pointer.build(), Scope(start, end, where))

    def calibration(
        self,
        by: By = ("category",),
        start: Day = None,
        end: Day = None,
        where: Where = None,
    ) -> pd.DataFrame:
        """Agreement between reviewers on the contacts that two or more of them reviewed.

        Parameters
        ----------
        by : any of category, language, channel, topic, team

        Returns
        -------
        DataFrame
            [by..., statistic, first_reviewer, second_reviewer, value, n, low, high]: `percent`
            and Cohen's `kappa` of each two reviewers who share a contact, Krippendorff's `alpha`
            (ordinal) of all of them. NaN where all ratings are equal: chance agrees too. n are
            categories of contacts with both ratings, or two at least; limits at 95 %.
        """
        return calibration.calibration(self._pointer.build(), by, Scope(start, end, where))
