"""The warehouse's answers to "what changed, why, and what needs a look"."""

import pandas as pd

from pipelines.api import changes, comparisons, shares
from pipelines.api import coverage as covers
from pipelines.api.changes import WhatChanged
from pipelines.api.published import Pointer
from pipelines.api.selection import By, Condition, Day, Scope, Where, as_list
from pipelines.sql import identifier


class Explanations:
    """The part of `Warehouse` that explains; `start`, `end` and `where` are as there."""

    _pointer: Pointer

    def what_changed(
        self,
        metric: str,
        dims: By = changes.WITHIN,
        start: Day = None,
        end: Day = None,
        where: Where = None,
    ) -> WhatChanged:
        """A share's or mean's change against the window before, as rate part and mix part; of the
        last 28 days where `start` is left open.

        Both parts add up to the change exactly, over groups of all `dims` together; the mix part
        is told apart by dimension. Intervals at 95 %, by drawing both windows anew.

        Raises UnknownNameError for a metric that is neither share nor mean, OutOfRangeError
        where a window has no observation.
        """
        build = self._pointer.build()
        return changes.what_changed(build, metric, dims, Scope(start, end, where))

    def own_baseline(
        self,
        metric: str,
        by: By = ("language",),
        start: Day = None,
        end: Day = None,
        where: Where = None,
        baseline_days: int = comparisons.BASELINE_DAYS,
    ) -> pd.DataFrame:
        """Each group against its own days before `start`: a language against itself alone.

        Where `start` is left open, its last 28 days against those before. `measure` (of a count,
        the mean of its days) with baseline_value, baseline_n, baseline_low, baseline_high; change
        with change_low and change_high; and `outside`: 1 above its baseline by more than chance,
        -1 below, 0 neither, NULL under n = 30 and of stocks. Who is answered or solved, and how
        soon, is taken as it stood after as long (`.attrs["baseline_as_it_stood"]`).
        """
        build = self._pointer.build()
        return comparisons.own_baseline(build, metric, by, Scope(start, end, where), baseline_days)

    def within_language(
        self,
        metric: str,
        by: By = (),
        start: Day = None,
        end: Day = None,
        where: Where = None,
    ) -> pd.DataFrame:
        """Scores of groups by the mean rank of each score among all of its own language.

        [by..., n, value, low, high]; 0.5 is a language's usual, whatever its habit of rating.
        """
        build = self._pointer.build()
        return comparisons.within_language(build, metric, by, Scope(start, end, where))

    def funnel(
        self,
        metric: str,
        by: By,
        start: Day = None,
        end: Day = None,
        where: Where = None,
        is_overdispersed: bool = True,
    ) -> pd.DataFrame:
        """Groups of a share or mean against all, with limits that narrow with n; no ranking.

        [by..., n, value, low, high, target, low_95, high_95, low_998, high_998, outside];
        `outside` is NULL under n = 30. `is_overdispersed` widens the limits by what groups
        differ in anyway: without, every large group lies outside.
        """
        build = self._pointer.build()
        return comparisons.funnel(build, metric, by, Scope(start, end, where), is_overdispersed)

    def pooled(
        self,
        metric: str,
        by: By,
        start: Day = None,
        end: Day = None,
        where: Where = None,
    ) -> pd.DataFrame:
        """What small groups of a share or mean are most likely like, given all the others.

        [by..., n, raw, value, low, high, pooled]; `pooled` is how much of the value is the
        mean of all.
        """
        return comparisons.pooled(self._pointer.build(), metric, by, Scope(start, end, where))

    def coverage(
        self,
        by: By = ("channel", "language"),
        start: Day = None,
        end: Day = None,
        where: Where = None,
    ) -> pd.DataFrame:
        """The share of contacts that arrived while nobody was scheduled: [by..., value, n, low,
        high, agent_hours].

        `by`: channel, language, hour (local). n are all counted contacts, those of queues and
        days of which no schedule is known too: these have neither a share nor hours (NaN).
        """
        return covers.coverage(self._pointer.build(), by, Scope(start, end, where))

    def share_by_arrival_hour(
        self,
        metric: str,
        by: By = (),
        start: Day = None,
        end: Day = None,
        where: Where = None,
    ) -> pd.DataFrame:
        """A share such as csat by the local hour at which the same contacts arrived.

        [by..., hour, value, n, low, high], for metrics that are dated by something else.
        """
        build = self._pointer.build()
        return shares.share_by_arrival_hour(build, metric, by, Scope(start, end, where))

    def drivers(self, language: str | list[str] | None = "*") -> pd.DataFrame:
        """What the satisfied share depends on: language, term, level, unit, n, value, low, high.

        '*' stands for all languages with enough ratings, each by its own model; None: every one.
        """
        order = "language, term, level NULLS FIRST"
        return self._analysis("analysis_drivers", order, language=language)

    def impacts(self) -> pd.DataFrame:
        """What dated changes did to each metric, the latest change first."""
        return self._analysis("analysis_impact", "changed_on DESC, event_id, metric")

    def anomalies(self) -> pd.DataFrame:
        """Half hours and days that season and calendar do not explain, the latest first, one row
        per carrier: topic, channel and language ('*': all)."""
        return self._analysis("analysis_anomalies", "starts_at DESC, anomaly_id, position")

    def incidents(self) -> pd.DataFrame:
        """Bursts of contacts about one thing, the latest first, each collapsed to one row."""
        return self._analysis("analysis_incidents", "starts_at DESC, incident_id")

    def incident_contacts(self, incident_id: str) -> pd.DataFrame:
        """The contacts of one incident in order of arrival, with the thread of each."""
        order = "arrived_at, contact_id"
        return self._analysis("analysis_incident_contacts", order, incident_id=incident_id)

    def nonresponse(self) -> pd.DataFrame:
        """Satisfaction as answered and as everybody's, by kind of survey; dimension '*' is all."""
        return self._analysis("analysis_nonresponse", "survey, dimension, level")

    def representation(self) -> pd.DataFrame:
        """Those who answered surveys against everybody asked, by dimension."""
        return self._analysis("analysis_representation", "survey, dimension, level")

    def analyses_absent(self) -> pd.DataFrame:
        """What the analyses of this build could not tell: analysis, subject, reason."""
        return self._analysis("analysis_absent", "analysis, subject")

    def _analysis(self, name: str, order: str, **wanted: object) -> pd.DataFrame:
        """Rows of one table that the build made by models and tests, `wanted` column -> value or
        values (None: any). Empty where a build of an earlier version has no such table."""
        build = self._pointer.build()
        if name not in build.columns:
            columns = build.query(
                "SELECT column_name FROM data_dictionary WHERE table_name = ?", [name]
            )
            return pd.DataFrame(columns=columns["column_name"].tolist())
        conditions = Condition.all_of(
            Condition(
                f"{identifier(column)} IN ({', '.join('?' * len(as_list(values)))})",
                tuple(as_list(values)),
            )
            for column, values in wanted.items()
            if values is not None
        )
        return build.query(
            f"SELECT * FROM {identifier(name)} WHERE {conditions.text} ORDER BY {order}",
            conditions.parameters,
        )
