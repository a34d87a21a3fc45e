"""The warehouse's answers to "how did customers rate us, what did they look for in vain, and do
reviewers agree"."""

import pandas as pd

from pipelines.api import calibration, measures, reviewing, self_service
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

    def review_categories(
        self, start: Day = None, end: Day = None, where: Where = None
    ) -> pd.DataFrame:
        """Categories of the scorecards of randomly drawn reviews, the weightiest first.

        [category, value, n, low, high, weight, is_critical, failed_count]: value is the mean share
        of the points with its 95 % interval; reviews to which the category does not apply are
        left out. `failed_count` are reviews that a critical category failed.
        """
        return reviewing.categories(self._pointer.build(), Scope(start, end, where))

    def draw_reviews(
        self,
        count: int,
        by: By = ("channel", "language"),
        start: Day = None,
        end: Day = None,
        where: Where = None,
        *,
        seed: int,
    ) -> pd.DataFrame:
        """Contacts to review, drawn at random from each group of `by`; the same for the same seed.

        Parameters
        ----------
        count
            How many; a group with a contact gets at least one, so it may be more.
        by : any of channel, language, topic, team, agent, urgency

        Returns
        -------
        DataFrame
            One row per contact: contact_id, arrived_at, channel, language, topic, team, agent_id,
            stratum_contacts, is_reviewed (a random review of it is loaded) and
            selection_probability (drawn of its group / in its group). `.attrs` holds population,
            groups and seed. Drawn from counted contacts that were offered to agents and are not
            known to be unanswered: in others there is nothing to judge.

        Raises OutOfRangeError where `count` is below 1.
        """
        build = self._pointer.build()
        return reviewing.draw(build, count, by, Scope(start, end, where), seed)
