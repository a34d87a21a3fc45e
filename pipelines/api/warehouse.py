"""The warehouse as readers see it: questions in, frames out."""

import os
from pathlib import Path

import pandas as pd

from pipelines.api import books, measures, records, shares, urgency
from pipelines.api.contacts import ContactView, contact_view
from pipelines.api.definitions import BuildInfo, Definition
from pipelines.api.explanations import Explanations
from pipelines.api.freshness import build_info
from pipelines.api.health import Health
from pipelines.api.planning import Planning
from pipelines.api.published import Pointer
from pipelines.api.reviews import Reviews
from pipelines.api.rules import Rules
from pipelines.api.scenarios import Scenarios
from pipelines.api.selection import By, Day, Scope, Where
from pipelines.api.self_service import SelfService
from pipelines.settings import DEFAULT_WAREHOUSE


def open_warehouse(path: Path | str | None = None) -> "Warehouse":
    """The warehouse in `path`, else SUPPORT_QUALITY_WAREHOUSE, else the project's data/warehouse.

    Nothing is read yet: each question looks up the build that is published then.
    """
    return Warehouse(Path(path or os.environ.get("SUPPORT_QUALITY_WAREHOUSE") or DEFAULT_WAREHOUSE))


class Warehouse(Explanations, Health, Planning, Reviews, Rules, Scenarios, SelfService):
    """Published numbers of one warehouse. Safe to share between threads.

    Every method raises NothingPublishedError before the first build. `start` and `end` are
    calendar days of the site's zone and *both included*; None leaves that side open. `where`
    maps channel, language, topic, team, agent, ... to one value or a list of values; None
    among them stands for "not known". A value or name the build does not have raises
    UnknownNameError, which names the nearest that it has.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._pointer = Pointer(root)

    def build(self) -> BuildInfo:
        """What is published now, and whether it is stale."""
        return build_info(self.root, self._pointer.build())

    def metrics(self) -> pd.DataFrame:
        """One row per metric: the table `definitions`, without the rules of others."""
        found = self._pointer.build().definition_rows
        found = found[found["system"].isna()].reset_index(drop=True)
        is_known = found["up_is_good"].notna()
        found["up_is_good"] = found["up_is_good"].astype(object).where(is_known, None)
        return found

    def definition(self, metric: str) -> Definition:
        """What a metric means. Raises UnknownNameError for one that is not there."""
        return measures.definition_of(self._pointer.build(), metric)

    def measure(
        self,
        metric: str,
        by: By = (),
        start: Day = None,
        end: Day = None,
        where: Where = None,
        statistic: str | None = None,
    ) -> pd.DataFrame:
        """One metric, measured from rows after filtering.

        Parameters
        ----------
        by : names of DIMENSIONS
            channel, language, topic, team, agent, day, week (its Monday), month (its first),
            weekday (1 Monday .. 7), half_hour and hour (their start, 07:30); scale for surveys.
        statistic : str, optional
            Another one of the metric's `statistics`.

        Returns
        -------
        DataFrame
            One row per group, in order: the `by` columns, `value` (in the metric's unit),
            `n` observations, `low` and `high` of the 95 % interval. NaN: nothing observed, or
            no interval (counts and stocks have none). Days, weeks and months without
            observations are rows of n 0, so that a gap is seen as one. `.attrs` holds metric,
            label, statistic, unit, up_is_good, cut, version, build_id and is_approximate.
        """
        build = self._pointer.build()
        return measures.measure(build, metric, by, Scope(start, end, where), statistic)

    def compare(
        self,
        metric: str,
        by: By = (),
        start: Day = None,
        end: Day = None,
        where: Where = None,
        statistic: str | None = None,
    ) -> pd.DataFrame:
        """`measure`, next to the window of equal length just before.

        Adds previous_value, previous_n, previous_low, previous_high, and `change` = value -
        previous_value, in the metric's unit, with change_low and change_high (NaN for counts);
        1-30 November is compared with 2-31 October. A side left open is the first or last day
        that the metric has. Who is answered or solved, and how soon, is taken as it stood as long
        after the earlier window as the data end after the later one
        (`.attrs["previous_as_it_stood"]`), and of contacts those that had come, where the later
        window's last day is not over.
        """
        build = self._pointer.build()
        return measures.compare(build, metric, by, Scope(start, end, where), statistic)

    def distribution(
        self, metric: str, start: Day = None, end: Day = None, where: Where = None, by: By = ()
    ) -> pd.DataFrame:
        """How observations spread: [by..., bin_low, bin_high, n].

        Durations fall into half-open bins [bin_low, bin_high) from seconds to weeks, the
        last one open-ended (bin_high NaN), empty ones included; ratings and shares keep their
        own values (bin_low = bin_high).
        """
        build = self._pointer.build()
        return measures.distribution(build, metric, by, Scope(start, end, where))

    def ratings(
        self, metric: str, by: By = (), start: Day = None, end: Day = None, where: Where = None
    ) -> pd.DataFrame:
        """How often each rating of a metric such as csat_score was given.

        [by..., score, n, rated, value, low, high]: value is the share of the group's `rated`
        ratings that are this one, with Wilson's 95 % interval. A score that nobody in the group
        gave has no row.
        """
        return measures.ratings(self._pointer.build(), metric, by, Scope(start, end, where))

    def share_by_wait(
        self, metric: str, start: Day = None, end: Day = None, where: Where = None
    ) -> pd.DataFrame:
        """A share of contacts, such as csat, by the first response time of the same contacts.

        [bin_low, bin_high, value, n, low, high]; contacts without a reply are left out.
        Raises UnknownNameError for a metric that is not a share.
        """
        return shares.share_by_wait(self._pointer.build(), metric, Scope(start, end, where))

    def survival(
        self, metric: str, by: By = (), start: Day = None, end: Day = None, where: Where = None
    ) -> pd.DataFrame:
        """The share that still waits after so many seconds (Kaplan-Meier), with 95 % limits.

        [by..., seconds, surviving_share, low, high, at_risk]; only for metrics that keep
        unfinished observations (`*_censored_seconds`). Long curves are thinned to points
        that are at least a quarter of a percentage point apart; the points are exact.
        """
        build = self._pointer.build()
        return measures.survival(build, metric, by, Scope(start, end, where))

    def observations(
        self,
        metric: str,
        start: Day = None,
        end: Day = None,
        where: Where = None,
        limit: int = 200,
        offset: int = 0,
    ) -> pd.DataFrame:
        """The rows behind a number: one per observation, the newest day first."""
        build = self._pointer.build()
        return measures.observations(build, metric, Scope(start, end, where), limit, offset)

    def contacts(
        self,
        start: Day = None,
        end: Day = None,
        where: Where = None,
        limit: int = 200,
        offset: int = 0,
        order: str = "-arrived_at",
    ) -> pd.DataFrame:
        """Rows of fact_contacts by arrival day; `order` is a column, `-` in front descends.

        Counted contacts, unless `where` names an `exclusion`.
        """
        build = self._pointer.build()
        return records.contacts(build, Scope(start, end, where), limit, offset, order)

    def contact(
        self, contact_id: str, start: Day = None, end: Day = None, where: Where = None
    ) -> ContactView:
        """One contact; its neighbours are those of the filter that is given.

        Raises UnknownNameError for an id that the build does not hold.
        """
        build = self._pointer.build()
        neighbours = records.counted(build, "fact_contacts", "arrived_on", Scope(start, end, where))
        return contact_view(build, contact_id, neighbours)

    def surveys(
        self,
        start: Day = None,
        end: Day = None,
        where: Where = None,
        limit: int = 200,
        offset: int = 0,
    ) -> pd.DataFrame:
        """Answered surveys by day of the answer, the newest first; comments are masked."""
        return records.surveys(self._pointer.build(), Scope(start, end, where), limit, offset)

    def backlog(
        self, start: Day = None, end: Day = None, where: Where = None, by: By = ("day",)
    ) -> pd.DataFrame:
        """The stock by day: opening, created, reopened, resolved, merged, deleted, closing and
        its age buckets. A stock is never added up over days: `by` always holds `day`."""
        return records.backlog(self._pointer.build(), Scope(start, end, where), by)

    def filter_values(self) -> dict[str, list[str]]:
        """What can be filtered by: every channel, language, topic, team, urgency and agent of
        counted contacts, in alphabetical order."""
        return {name: list(values) for name, values in self._pointer.build().filter_values.items()}

    def urgent_waiting(self, where: Where = None) -> tuple[int, float | None]:
        """How many urgent contacts wait for a first reply at the data cut, and the longest wait in
        seconds, None where nobody waits. A state of that moment: it has no days."""
        return urgency.waiting(self._pointer.build(), where)

    def urgent_targets(self) -> pd.DataFrame:
        """[channel, target_share, within_seconds] of urgent contacts; '*': any other channel."""
        return urgency.targets(self._pointer.build())

    def site_rules(self) -> dict[str, float]:
        """The windows and thresholds that the site set, such as reopen_window_days."""
        return self._pointer.build().select("SELECT * FROM ref_rules").iloc[0].to_dict()

    def scales(self) -> pd.DataFrame:
        """[scale, lowest, highest, satisfied_from] of every survey scale."""
        return self._pointer.build().select("SELECT * FROM ref_scales")

    def sql(self, query: str) -> pd.DataFrame:
        """One SELECT on the published build. Raises InputError for anything else."""
        return self._pointer.build().select(query)

    def data_dictionary(self) -> pd.DataFrame:
        """One row per column of every published table: type, unit, meaning, grain."""
        return books.data_dictionary(self._pointer.build())
