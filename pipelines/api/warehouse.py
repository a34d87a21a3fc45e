"""The warehouse as readers see it: questions in, frames out."""

import os
from pathlib import Path

import pandas as pd

from pipelines.api import books, drivers, estimates, plans, records, shapes
from pipelines.api.contacts import ContactView, contact_view
from pipelines.api.definitions import BuildInfo, Definition
from pipelines.api.freshness import build_info, freshness
from pipelines.api.published import Build, Pointer
from pipelines.api.selection import (
    CALENDAR,
    DIMENSIONS,
    Day,
    Selection,
    Where,
    as_day,
    as_list,
    previous_window,
    select,
    unknown,
)
from pipelines.errors import UnknownNameError
from pipelines.settings import PROJECT_ROOT

DEFAULT_ROOT = PROJECT_ROOT / "data" / "warehouse"


def open_warehouse(path: Path | str | None = None) -> "Warehouse":
    """The warehouse in `path`, else SUPPORT_QUALITY_WAREHOUSE, else data/warehouse.

    Nothing is read yet: each question looks up the build that is published then.
    """
    return Warehouse(Path(path or os.environ.get("SUPPORT_QUALITY_WAREHOUSE") or DEFAULT_ROOT))


class Warehouse:
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
        """One row per metric: the table `definitions`."""
        found = self._pointer.build().definitions.copy()
        found["up_is_good"] = (
            found["up_is_good"].astype(object).where(found["up_is_good"].notna(), None)
        )
        return found

    def definition(self, metric: str) -> Definition:
        """What a metric means. Raises UnknownNameError for one that is not there."""
        return _definition(self._pointer.build(), metric)

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
        definition = _definition(build, metric)
        chosen = _statistic(definition, statistic)
        selection = _selection(build, metric, by, start, end, where)
        found = estimates.ESTIMATES[chosen](build, selection)
        found = _shown(_with_gaps(found, selection), selection)
        return _labelled(found, build, definition, chosen)

    def filter_values(self) -> dict[str, list[str]]:
        """What can be filtered by: every channel, language, topic, team and agent of counted
        contacts, in alphabetical order."""
        return {name: list(values) for name, values in self._pointer.build().filter_values.items()}

    def ledger(self, by: tuple[str, ...] | list[str] = ("source", "file", "day")) -> pd.DataFrame:
        """The books: received = counted + quarantined + one column per reason, summed `by`."""
        return books.ledger(self._pointer.build(), by)

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

        Adds `previous_value`, `previous_n` and `change` = value - previous_value, in the
        metric's unit; 1-30 November is compared with 2-31 October. A side left open is the
        first or last day that the metric has.
        """
        build = self._pointer.build()
        definition = _definition(build, metric)
        chosen = _statistic(definition, statistic)
        names = as_list(by)
        for name in names:
            if name in CALENDAR:
                raise unknown(name, set(DIMENSIONS) - set(CALENDAR), "compare: breakdown")
        start, end = _closed(build, metric, start, end)
        windows = [(start, end), previous_window(start, end)]
        now, before = (
            _shown(estimates.ESTIMATES[chosen](build, selection), selection)
            for selection in (_selection(build, metric, names, *w, where) for w in windows)
        )
        before = before.drop(columns=["low", "high"])
        before = before.rename(columns={"value": "previous_value", "n": "previous_n"})
        if names:
            found = now.merge(before, on=names, how="outer", sort=True)
        else:
            found = pd.concat([now, before], axis=1)
        for count in ("n", "previous_n"):
            found[count] = found[count].fillna(0).astype("int64")
        found["change"] = found["value"] - found["previous_value"]
        found = _labelled(found, build, definition, chosen)
        found.attrs["previous_start"], found.attrs["previous_end"] = windows[1]
        return found

    def distribution(
        self,
        metric: str,
        start: Day = None,
        end: Day = None,
        where: Where = None,
        by: tuple[str, ...] | list[str] | str = (),
    ) -> pd.DataFrame:
        """How observations spread: [by..., bin_low, bin_high, n].

        Durations fall into half-open bins [bin_low, bin_high) from one second to weeks, the
        last one open-ended (bin_high NaN), empty ones included; ratings and shares keep their
        own values (bin_low = bin_high).
        """
        build = self._pointer.build()
        definition = _definition(build, metric)
        selection = _selection(build, metric, by, start, end, where)
        found = _shown(shapes.distribution(build, selection, definition.unit), selection)
        return _labelled(found, build, definition, definition.statistic)

    def share_by_wait(
        self, metric: str, start: Day = None, end: Day = None, where: Where = None
    ) -> pd.DataFrame:
        """A share of contacts, such as csat, by the first response time of the same contacts.

        [bin_low, bin_high, value, n, low, high]; contacts without a reply are left out.
        Raises UnknownNameError for a metric that is not a share.
        """
        build = self._pointer.build()
        definition = _definition(build, metric)
        if definition.statistic != "share":
            raise UnknownNameError(f"{metric} is not a share; share_by_wait needs one such as csat")
        selection = _selection(build, metric, (), start, end, where)
        found = drivers.share_by_wait(build, selection)
        return _labelled(found, build, definition, definition.statistic)

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
        definition = _definition(build, metric)
        if "is_observed" not in build.columns[f"metric_{metric}"]:
            raise UnknownNameError(
                f"{metric} keeps no unfinished observations; survival needs a metric such as"
                " first_response_censored_seconds"
            )
        selection = _selection(build, metric, by, start, end, where)
        found = _shown(shapes.survival(build, selection), selection)
        return _labelled(found, build, definition, definition.statistic)

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
        definition = _definition(build, metric)
        selection = _selection(build, metric, (), start, end, where)
        found = records.observations(build, selection, limit, offset)
        return _labelled(found, build, definition, definition.statistic)

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
        """One row per source: its files, rows, newest load and the time its rows span."""
        return freshness(self._pointer.build())

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

    def market_events(self) -> pd.DataFrame:
        """Events of the market and of the exchange, in time order."""
        return plans.market_events(self._pointer.build())

    def sql(self, query: str) -> pd.DataFrame:
        """One SELECT on the published build. Raises InputError for anything else."""
        return self._pointer.build().select(query)

    def data_dictionary(self) -> pd.DataFrame:
        """One row per column of every published table: type, unit, meaning, grain."""
        return books.data_dictionary(self._pointer.build())


def _definition(build: Build, metric: str) -> Definition:
    rows = build.definitions
    matching = rows[rows["metric"] == metric]
    if matching.empty:
        raise unknown(metric, rows["metric"], "metric")
    return Definition.from_row(matching.iloc[0].to_dict())


def _statistic(definition: Definition, wanted: str | None) -> str:
    allowed = dict.fromkeys((definition.statistic, *definition.statistics))
    if wanted is None:
        return definition.statistic
    if wanted not in allowed:
        raise unknown(wanted, allowed, f"{definition.metric}: statistic")
    return wanted


def _selection(build: Build, metric: str, by, start: Day, end: Day, where: Where) -> Selection:
    view = f"metric_{metric}"
    selection = select(view, build.columns[view], by, start, end, where)
    build.check_values(where)
    return selection


def _closed(build: Build, metric: str, start: Day, end: Day) -> tuple:
    if start is None or end is None:
        range_ = build.query(
            f"SELECT min(observed_on) AS first, max(observed_on) AS last FROM metric_{metric}"
        ).iloc[0]
        start = range_["first"] if start is None else start
        end = range_["last"] if end is None else end
    start, end = as_day(start, "start"), as_day(end, "end")
    return start, end


def _with_gaps(found: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Sorted, with a row of n 0 for every period of the range that has no observation."""
    names = selection.names
    if not names:
        return found
    periods = [name for name in names if name in CALENDAR]
    if periods and not found.empty:
        finest = periods[0]
        first = pd.Timestamp(selection.start or found[finest].min())
        last = pd.Timestamp(selection.end or found[finest].max())
        found = _completed(found, names, finest, first, last)
    return found.sort_values(names, kind="stable", na_position="last", ignore_index=True)


def _completed(found, names, period, first, last) -> pd.DataFrame:
    others = [name for name in names if name != period]
    if any(name in CALENDAR for name in others):
        return found
    first = _period_start(first, period)
    grid = pd.DataFrame({period: pd.date_range(first, last, freq=CALENDAR[period])})
    if others:
        grid = found[others].drop_duplicates().merge(grid, how="cross")
    grid[period] = grid[period].astype("datetime64[us]")
    found[period] = found[period].astype("datetime64[us]")
    found = grid.merge(found, on=names, how="left")
    found["n"] = found["n"].fillna(0).astype("int64")
    return found[[*names, "value", "n", "low", "high"]]


def _period_start(day: pd.Timestamp, period: str) -> pd.Timestamp:
    if period == "week":
        return day - pd.Timedelta(days=day.weekday())
    return day.replace(day=1) if period == "month" else day


def _shown(found: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """The groups as readers see them: days as timestamps, half hours as clock times."""
    for dimension in selection.by:
        if dimension.name in CALENDAR:
            found[dimension.name] = found[dimension.name].astype("datetime64[us]")
        if dimension.shown is not None:
            found[dimension.name] = dimension.shown(found[dimension.name])
    return found


def _labelled(
    found: pd.DataFrame, build: Build, definition: Definition, statistic: str
) -> pd.DataFrame:
    found.attrs |= {
        "metric": definition.metric,
        "label": definition.label,
        "statistic": statistic,
        "unit": definition.unit,
        "up_is_good": definition.up_is_good,
        "cut": pd.Timestamp(build.info["data_cut_at"]),
        "version": definition.version,
        "build_id": str(build.info["build_id"]),
        "is_approximate": bool(found.attrs.get("is_approximate", False)),
    }
    return found
