"""The warehouse as readers see it: questions in, frames out."""

import os
from pathlib import Path

import pandas as pd

from pipelines.api import (
    books,
    differences,
    measures,
    plans,
    records,
    switchboard,
    vendor_agreement,
)
from pipelines.api.contacts import ContactView, contact_view
from pipelines.api.definitions import BuildInfo, Definition
from pipelines.api.explanations import Explanations
from pipelines.api.freshness import build_info, freshness
from pipelines.api.published import Pointer
from pipelines.api.scenarios import Scenarios
from pipelines.api.selection import Day, Where
from pipelines.api.trust import Trust, trust
from pipelines.api.voices import Voices
from pipelines.settings import PROJECT_ROOT

DEFAULT_ROOT = PROJECT_ROOT / "data" / "warehouse"


def open_warehouse(path: Path | str | None = None) -> "Warehouse":
    """The warehouse in `path`, else SUPPORT_QUALITY_WAREHOUSE, else data/warehouse.

    Nothing is read yet: each question looks up the build that is published then.
    """
    return Warehouse(Path(path or os.environ.get("SUPPORT_QUALITY_WAREHOUSE") or DEFAULT_ROOT))


class Warehouse(Explanations, Scenarios, Voices):
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

    def rules(self) -> pd.DataFrame:
        """One row per other rule for a metric: `metric` its name, `variant_of` the metric, and
        the same columns as `metrics`; `system` is NULL or "site" where the rule is ours."""
        found = self._pointer.build().definition_rows
        return found[found["variant_of"].notna()].reset_index(drop=True)

    def definition(self, metric: str) -> Definition:
        """What a metric means. Raises UnknownNameError for one that is not there."""
        return measures.definition_of(self._pointer.build(), metric)

    def measure(
        self,
        metric: str,
        by: tuple[str, ...] | list[str] | str = (),
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
        return measures.measure(build, metric, by, start, end, where, statistic)

    def switchboard(
        self,
        metric: str,
        start: Day = None,
        end: Day = None,
        where: Where = None,
        dated_by: str | None = None,
        statistic: str | None = None,
        within_seconds: int | None = None,
        short_abandon_seconds: int | None = None,
    ) -> pd.DataFrame:
        """One metric under every rule there is for it, side by side.

        Parameters
        ----------
        dated_by : "arrival" or "event", optional
            Rows of one table are dated alike; the metric's own date where not told.
        within_seconds, short_abandon_seconds : int, optional
            Of service levels: the threshold T for every queue instead of its desk's target, and
            the s under which a hang-up is a short one.

        Returns
        -------
        DataFrame
            One row per rule, the metric's own first: rule (a metric name for `measure` and
            `observations`), label, system (helpdesk; NULL: ours), date, value, n, low, high,
            differs (from the first), words. `.attrs` as of `measure`, with dated_by and dates.
        """
        build = self._pointer.build()
        thresholds = _thresholds(within_seconds, short_abandon_seconds)
        return switchboard.switchboard(
            build, metric, start, end, where, dated_by, statistic, thresholds
        )

    def differences(
        self,
        rule: str,
        other_rule: str,
        start: Day = None,
        end: Day = None,
        where: Where = None,
        within_seconds: int | None = None,
        short_abandon_seconds: int | None = None,
        reason: str | None = None,
        limit: int = 200,
        offset: int = 0,
    ) -> pd.DataFrame:
        """Contacts that two rules of a switchboard count differently, the largest gap first.

        [contact_id, channel, language, topic, day, other_day, value, other_value, difference,
        start_seconds, stop_seconds, hours_seconds, rounding_seconds, reason]. `difference` =
        other_value - value is the sum of the four parts; a value is NULL where its rule leaves
        the contact out or counts it on a day outside the range. Reasons are codes, several joined
        by ", " (`reason` picks one); `unknown`: nothing explains it. `.attrs`: compared, differing.
        """
        build = self._pointer.build()
        thresholds = _thresholds(within_seconds, short_abandon_seconds)
        return differences.differences(
            build, rule, other_rule, start, end, where, thresholds, reason, limit, offset
        )

    def difference_reasons(
        self,
        rule: str,
        other_rule: str,
        start: Day = None,
        end: Day = None,
        where: Where = None,
        within_seconds: int | None = None,
        short_abandon_seconds: int | None = None,
    ) -> pd.DataFrame:
        """`differences` counted: [reason, n, only_here, only_there, mean_difference]."""
        build = self._pointer.build()
        thresholds = _thresholds(within_seconds, short_abandon_seconds)
        return differences.difference_reasons(
            build, rule, other_rule, start, end, where, thresholds
        )

    def vendor_agreement(
        self, start: Day = None, end: Day = None, where: Where = None
    ) -> pd.DataFrame:
        """How many of the helpdesk's own figures we reproduce within a minute, by rule.

        [system, rule, label, told, recomputed, agreeing, value, n, low, high,
        median_gap_seconds], by day of creation. What only the helpdesk's clock tells is told and
        not recomputed: value is NULL without anything to compare.
        """
        return vendor_agreement.agreement(self._pointer.build(), start, end, where)

    def vendor_disagreements(
        self,
        rule: str,
        start: Day = None,
        end: Day = None,
        where: Where = None,
        limit: int = 200,
        offset: int = 0,
    ) -> pd.DataFrame:
        """Contacts whose figure is not ours within a minute, the largest gap first.

        [contact_id, channel, language, topic, day, value, vendor_value, difference, reason]; a
        reason is another way of counting that gives the vendor's figure, else `unknown`.
        `.attrs["reasons"]` counts all of them.
        """
        build = self._pointer.build()
        return vendor_agreement.disagreements(build, rule, start, end, where, limit, offset)

    def compare(
        self,
        metric: str,
        by: tuple[str, ...] | list[str] | str = (),
        start: Day = None,
        end: Day = None,
        where: Where = None,
        statistic: str | None = None,
    ) -> pd.DataFrame:
        """`measure`, next to the window of equal length just before.

        Adds previous_value, previous_n, previous_low, previous_high, and `change` = value -
        previous_value, in the metric's unit; 1-30 November is compared with 2-31 October. A side
        left open is the first or last day that the metric has.
        """
        build = self._pointer.build()
        return measures.compare(build, metric, by, start, end, where, statistic)

    def distribution(
        self,
        metric: str,
        start: Day = None,
        end: Day = None,
        where: Where = None,
        by: tuple[str, ...] | list[str] | str = (),
    ) -> pd.DataFrame:
        """How observations spread: [by..., bin_low, bin_high, n].

        Durations fall into half-open bins [bin_low, bin_high) from seconds to weeks, the
        last one open-ended (bin_high NaN), empty ones included; ratings and shares keep their
        own values (bin_low = bin_high).
        """
        build = self._pointer.build()
        return measures.distribution(build, metric, by, start, end, where)

    def share_by_wait(
        self, metric: str, start: Day = None, end: Day = None, where: Where = None
    ) -> pd.DataFrame:
        """A share of contacts, such as csat, by the first response time of the same contacts.

        [bin_low, bin_high, value, n, low, high]; contacts without a reply are left out.
        Raises UnknownNameError for a metric that is not a share.
        """
        return measures.share_by_wait(self._pointer.build(), metric, start, end, where)

    def survival(
        self,
        metric: str,
        by: tuple[str, ...] | list[str] | str = (),
        start: Day = None,
        end: Day = None,
        where: Where = None,
    ) -> pd.DataFrame:
        """The share that still waits after so many seconds (Kaplan-Meier), with 95 % limits.

        [by..., seconds, surviving_share, low, high, at_risk]; only for metrics that keep
        unfinished observations (`*_censored_seconds`). Long curves are thinned to points
        that are at least a quarter of a percentage point apart; the points are exact.
        """
        build = self._pointer.build()
        return measures.survival(build, metric, by, start, end, where)

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
        return measures.observations(build, metric, start, end, where, limit, offset)

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
        return records.contacts(build, start, end, where, limit, offset, order)

    def contact(
        self, contact_id: str, start: Day = None, end: Day = None, where: Where = None
    ) -> ContactView:
        """One contact; its neighbours are those of the filter that is given.

        Raises UnknownNameError for an id that the build does not hold.
        """
        build = self._pointer.build()
        neighbours = records.counted(build, "fact_contacts", "arrived_on", start, end, where)
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
        return records.surveys(self._pointer.build(), start, end, where, limit, offset)

    def backlog(
        self,
        start: Day = None,
        end: Day = None,
        where: Where = None,
        by: tuple[str, ...] | list[str] | str = ("day",),
    ) -> pd.DataFrame:
        """The stock by day: opening, created, reopened, resolved, merged, deleted, closing and
        its age buckets. A stock is never added up over days: `by` always holds `day`."""
        return records.backlog(self._pointer.build(), start, end, where, by)

    def ledger(self, by: tuple[str, ...] | list[str] = ("source", "file", "day")) -> pd.DataFrame:
        """The books: received = counted + quarantined + one column per reason, summed `by`."""
        return books.ledger(self._pointer.build(), by)

    def left_out(
        self,
        reason: str | None = None,
        source: str | None = None,
        file: str | None = None,
        day: Day = None,
        detail: str | None = None,
        limit: int = 200,
        offset: int = 0,
    ) -> pd.DataFrame:
        """The rows behind the books: received and not counted, for a `reason` (a column of the
        ledger), source, file, day, and refused for exactly `detail`. None: any."""
        return books.left_out(
            self._pointer.build(), reason, source, file, day, detail, limit, offset
        )

    def findings(self) -> pd.DataFrame:
        """What the checks found: check, position, source, finding; at most 200 of a check."""
        return books.findings(self._pointer.build())

    def corrections(self) -> pd.DataFrame:
        """Known errors of providers that are corrected, with the rows found and corrected."""
        return books.corrections(self._pointer.build())

    def source_days(self, since: Day = None) -> pd.DataFrame:
        """Contacts of each source and day: contacts, usual, least, is_low."""
        return books.source_days(self._pointer.build(), since)

    def loads(self) -> pd.DataFrame:
        """Loaded files, the newest first."""
        return books.loads(self._pointer.build())

    def quarantine(self, limit: int = 1000) -> pd.DataFrame:
        """Refused rows: load_id, file, line, table_name, reasons, remedy."""
        return books.quarantine(self._pointer.build(), limit)

    def checks(self) -> pd.DataFrame:
        """Audits of this build, what failed first: check, severity, passed, found, summary."""
        return books.checks(self._pointer.build())

    def freshness(self) -> pd.DataFrame:
        """One row per source: its files, rows, newest load, the time its rows span, and whether
        a newer one should be here by now (`expected_at`, `is_late`)."""
        return freshness(self._pointer.build())

    def trust(self) -> Trust:
        """Can today's numbers be trusted: yes, remarks or no, and the reasons, the worst first."""
        return trust(self.root, self._pointer.build())

    def filter_values(self) -> dict[str, list[str]]:
        """What can be filtered by: every channel, language, topic, team, urgency and agent of
        counted contacts, in alphabetical order."""
        return {name: list(values) for name, values in self._pointer.build().filter_values.items()}

    def queues(self) -> pd.DataFrame:
        """One row per channel and language, the busiest first, with its desk's targets."""
        return plans.queues(self._pointer.build())

    def arrivals(
        self,
        channel: str | list[str] | None = None,
        language: str | list[str] | None = None,
        start: Day = None,
        end: Day = None,
    ) -> pd.DataFrame:
        """Half hours of fact_arrivals; offered 0 was observed, NULL is a gap in the feed."""
        build = self._pointer.build()
        return plans.queue_rows(build, "fact_arrivals", channel, language, start, end)

    def forecast(
        self,
        channel: str | list[str] | None = None,
        language: str | list[str] | None = None,
        start: Day = None,
        end: Day = None,
    ) -> pd.DataFrame:
        """Half hours of forecast_intervals: mean and quantiles; empty before a forecast ran."""
        build = self._pointer.build()
        return plans.queue_rows(build, "forecast_intervals", channel, language, start, end)

    def forecast_days(
        self,
        channel: str | list[str] | None = None,
        language: str | list[str] | None = None,
        start: Day = None,
        end: Day = None,
    ) -> pd.DataFrame:
        """Day totals with their own quantiles (those of half hours do not add up); channel
        and language '*' hold all queues together."""
        build = self._pointer.build()
        order = "channel, language, local_on"
        return plans.queue_rows(build, "forecast_days", channel, language, start, end, order)

    def forecast_totals(self, channel: str | list[str] | None = None, language=None):
        """Weeks and daily peaks with their own quantiles; language '*': a channel, both: all."""
        order = "channel, language, measure DESC, starts_on"
        build = self._pointer.build()
        return plans.queue_rows(build, "forecast_totals", channel, language, order=order)

    def misses(
        self, channel=None, language=None, start: Day = None, end: Day = None, **how
    ) -> pd.DataFrame:
        """Forecast against what came, in contacts of all queues, and in hours of work of those
        with handle times (else NULL): volume, mix and handle time add up.

        lead_days (7): made 1, 7 or 14 days before. by (["local_on"]): what a row is of.
        """
        return plans.misses(self._pointer.build(), channel, language, start, end, **how)

    def backtest(self) -> pd.DataFrame:
        """How every model did on past origins, by queue and horizon."""
        return plans.backtest(self._pointer.build())

    def staffing(
        self,
        channel: str | list[str] | None = None,
        language: str | list[str] | None = None,
        start: Day = None,
        end: Day = None,
    ) -> pd.DataFrame:
        """Half hours of staffing_intervals: agents required and scheduled; NULL while closed."""
        build = self._pointer.build()
        return plans.queue_rows(build, "staffing_intervals", channel, language, start, end)

    def staffing_queues(self) -> pd.DataFrame:
        """What the plan of each queue assumes (handle time, patience, cost) and how it is known."""
        build = self._pointer.build()
        return plans.queue_rows(build, "staffing_queues", order="channel, language")

    def shifts(
        self,
        channel: str | list[str] | None = None,
        language: str | list[str] | None = None,
        start: Day = None,
        end: Day = None,
    ) -> pd.DataFrame:
        """Shifts of staffing_shifts, in time order: how many take each, its break, hours, cost."""
        return plans.shifts(self._pointer.build(), channel, language, start, end)

    def tours(self, channel=None, language=None, **days: Day) -> pd.DataFrame:
        """Who works when (staffing_tours): a row per person of a queue and shift, with its rest."""
        return plans.tours(self._pointer.build(), channel, language, **days)

    def market_events(self) -> pd.DataFrame:
        """Events of the market and of the exchange, in time order."""
        return plans.market_events(self._pointer.build())

    def sql(self, query: str) -> pd.DataFrame:
        """One SELECT on the published build. Raises InputError for anything else."""
        return self._pointer.build().select(query)

    def data_dictionary(self) -> pd.DataFrame:
        """One row per column of every published table: type, unit, meaning, grain."""
        return books.data_dictionary(self._pointer.build())


def _thresholds(within_seconds: int | None, short_abandon_seconds: int | None) -> dict:
    return {"within_seconds": within_seconds, "short_abandon_seconds": short_abandon_seconds}
