"""Half hours and days that season and calendar do not explain, who carries them, and since when.

Counts of contacts in all, and of each channel, language and topic, are judged against their own
past; what stands out is then looked at cell by cell (topic, channel and language together).
"""

from collections.abc import Iterator
from datetime import date

import duckdb
import numpy as np
import pandas as pd

from pipelines.analysis import EVERYWHERE, Absence, Found
from pipelines.analysis.observed_days import up_days, whole_days
from pipelines.statistics import anomalies, clusters

JUDGED_DAYS = 56
HISTORY_DAYS = 7 * anomalies.HISTORY
SLOTS = 48
DIMENSIONS = ("topic", "channel", "language")
BLOCKS = (1, 4)
"""Half hours that are judged together."""

FALSE_ALARMS_A_WEEK = 0.25
"""Ordinary blocks marked in a week, over all series together: of each length, and of days."""

LEAST_A_DAY = 5.0
"""Contacts a day that a series needs to be judged."""

LEAST_EXCESS = 10.0
"""Contacts more or less than expected that are worth anybody's attention."""

PAUSE = 2
"""Half hours without a mark after which the next one is an anomaly of its own."""

MOST = 200
MEMBERS = 200_000
"""Contacts listed as members of incidents, at most; the latest incidents come first."""

_ANOMALIES = [
    "anomaly_id", "grain", "is_surplus", "starts_at", "ends_at", "local_on", "topic", "channel",
    "language", "position", "n", "expected_contacts", "value", "low", "high", "explained_share",
    "event_id", "event_title",
]  # fmt: skip
_INCIDENTS = [
    "incident_id", "anomaly_id", "topic", "channel", "language", "starts_at", "ends_at",
    "expected_contacts", "n", "threads", "requesters", "excess", "low", "high", "event_id",
    "event_title",
]  # fmt: skip
_MEMBERS = ["incident_id", "contact_id", "thread_id", "is_first", "arrived_at"]


def analyse(connection: duckdb.DuckDBPyConnection, zone: str, closed_on: set[date]) -> Found:
    """analysis_anomalies, analysis_incidents and analysis_incident_contacts.

    Parameters
    ----------
    closed_on
        Public holidays where the site is: they are judged with Sundays.
    """
    cells = _cells(connection)
    empty = {
        "analysis_anomalies": pd.DataFrame(columns=_ANOMALIES),
        "analysis_incidents": pd.DataFrame(columns=_INCIDENTS),
        "analysis_incident_contacts": pd.DataFrame(columns=_MEMBERS),
    }
    days = _days(cells)
    needed = 7 * anomalies.LEAST_HISTORY
    if len(days) <= needed:
        reason = (
            f"{len(days)} days of contacts; more than {needed} are needed to know what is usual"
        )
        return Found(empty, (Absence("anomalies", EVERYWHERE, reason),))
    (cut,) = connection.execute("SELECT data_cut_at FROM build_info").fetchone()
    calendar = _Calendar(days, zone, closed_on, pd.Timestamp(cut))
    grid = _Grid(cells, calendar, up_days(connection), whole_days(connection))
    spans = [*_half_hour_spans(grid)]
    spans += [span for span in _day_spans(grid) if not _overlaps(span, spans)]
    events = connection.execute(
        "SELECT event_id, title, starts_at, ends_at FROM fact_market_events WHERE NOT is_change"
    ).df()
    rows = [row for span in spans[-MOST:] for row in _carried(grid, span, events)]
    found = pd.DataFrame(rows, columns=_ANOMALIES)
    incidents, members = _incidents(connection, found)
    return Found(
        {
            "analysis_anomalies": found,
            "analysis_incidents": incidents,
            "analysis_incident_contacts": members,
        }
    )


def _cells(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Contacts by day, half hour, topic, channel and language, as far back as is judged by."""
    found = connection.execute(
        """
        SELECT
            arrived_on,
            arrived_slot,
            topic,
            channel,
            language,
            count(*) AS n
        FROM fact_contacts
        WHERE exclusion IS NULL
          AND arrived_on > (
              SELECT max(arrived_on) FROM fact_contacts WHERE exclusion IS NULL
          ) - CAST(? AS INTEGER)
        GROUP BY ALL
        ORDER BY ALL
        """,
        [JUDGED_DAYS + HISTORY_DAYS],
    ).df()
    return found.astype(dict.fromkeys(DIMENSIONS, "category"))


def _days(cells: pd.DataFrame) -> pd.DatetimeIndex:
    if cells.empty:
        return pd.DatetimeIndex([])
    days = pd.DatetimeIndex(cells["arrived_on"])
    return pd.date_range(days.min(), days.max(), freq="D")


class _Calendar:
    """The days looked at, and the season of each: its weekday, a holiday's being Sunday's; and the
    half hours of which no count can be compared, those after the data end among them."""

    def __init__(
        self, days: pd.DatetimeIndex, zone: str, closed_on: set[date], cut: pd.Timestamp
    ) -> None:
        self.days, self.zone = days, zone
        is_holiday = np.array([day.date() in closed_on for day in days])
        self.season = np.where(is_holiday, 6, days.day_of_week)
        self.first_judged = max(len(days) - JUDGED_DAYS, 0)
        slots = pd.date_range(days[0], periods=len(days) * SLOTS, freq="30min")
        # where clocks change, a half hour by the wall clock comes twice or not at all
        is_odd = slots.tz_localize(zone, ambiguous="NaT", nonexistent="NaT").isna()
        ends = cut.tz_localize("UTC").tz_convert(zone).tz_localize(None)
        self.is_untold = is_odd | (slots + pd.Timedelta(minutes=30) > ends)

    def instant(self, place: int) -> pd.Timestamp:
        """UTC instant of the place-th half hour by the wall clock."""
        day, slot = self.days[place // SLOTS], place % SLOTS
        local = day + pd.Timedelta(minutes=30 * slot)
        aware = local.tz_localize(self.zone, ambiguous=True, nonexistent="shift_forward")
        return aware.tz_convert("UTC").tz_localize(None)


class _Grid:
    """Counts of every half hour and cell: sparse, as rows of (place, cell, n)."""

    def __init__(
        self,
        cells: pd.DataFrame,
        calendar: _Calendar,
        up_days: pd.DatetimeIndex,
        whole_days: pd.DatetimeIndex,
    ) -> None:
        self.calendar = calendar
        day = (pd.DatetimeIndex(cells["arrived_on"]) - calendar.days[0]).days.to_numpy()
        self.place = day * SLOTS + cells["arrived_slot"].to_numpy(dtype=int)
        self.n = cells["n"].to_numpy(dtype=float)
        self.values = cells[list(DIMENSIONS)]
        self.length = len(calendar.days) * SLOTS
        self.is_fed = np.repeat(calendar.days.isin(up_days), SLOTS)
        # what a feed that was down did not deliver is no lack of customers
        self.is_whole = calendar.days.isin(whole_days)

    def season(self, block: int) -> np.ndarray:
        """The season of each block of half hours: kind of day and place in it."""
        blocks = SLOTS // block
        return np.repeat(self.calendar.season, blocks) * blocks + np.tile(
            np.arange(blocks), len(self.calendar.days)
        )

    def series(self) -> Iterator[np.ndarray]:
        """Half-hourly counts in all, then of each value of each dimension that is large enough;
        NaN on days on which no feed was up."""
        yield self._counted(np.ones(len(self.n), dtype=bool))
        for name in DIMENSIONS:
            for value in self.values[name].cat.categories:
                counts = self._counted((self.values[name] == value).to_numpy())
                if np.nansum(counts) >= LEAST_A_DAY * len(self.calendar.days):
                    yield counts

    def _rows(self, start: int, stop: int) -> pd.DataFrame:
        """The rows of some half hours; rows are in time order."""
        first, last = np.searchsorted(self.place, [start, stop])
        return self.values.iloc[first:last].assign(n=self.n[first:last])

    def _counted(self, is_mine: np.ndarray) -> np.ndarray:
        counts = np.bincount(self.place[is_mine], self.n[is_mine], self.length)
        return np.where(self.is_fed, counts, np.nan)

    def cells_between(self, start: int, stop: int) -> pd.DataFrame:
        """[topic, channel, language, count, expected] of the half hours from start to stop.

        Expected is the mean of the same half hours of the days of like season before, each
        day's without its own largest: an outage of last month must not make this one usual.
        """
        day, length = start // SLOTS, stop - start
        days = np.flatnonzero(self.calendar.season[:day] == self.calendar.season[day])
        days = days[self.is_fed[days * SLOTS]][-anomalies.HISTORY :]
        begins = days * SLOTS + start % SLOTS
        parts = [self._rows(start, stop).assign(window=-1)]
        for window, begin in enumerate(begins):
            parts.append(self._rows(begin, begin + length).assign(window=window))
        every = pd.concat(parts, ignore_index=True)
        table = every.pivot_table(
            index=list(DIMENSIONS), columns="window", values="n", aggfunc="sum",
            fill_value=0.0, observed=True,
        )  # fmt: skip
        past = table.reindex(columns=range(len(begins)), fill_value=0.0).to_numpy()
        usual = _without_largest(past)
        counted = table[-1].to_numpy() if -1 in table else np.zeros(len(table))
        found = table.index.to_frame(index=False).astype(str)
        return found.assign(count=counted, expected=usual)


def _without_largest(past: np.ndarray) -> np.ndarray:
    """Mean of each cell over its past windows, with the window of most contacts drawn in."""
    if past.shape[1] < 3:
        return past.mean(axis=1)
    totals = past.sum(axis=0)
    kept = np.delete(past, totals.argmax(), axis=1)
    return kept.mean(axis=1)


def _half_hour_spans(grid: _Grid) -> Iterator[tuple[str, bool, int, int]]:
    """(grain, is_surplus, start, stop) of runs of half hours that some series marks.

    Blocks of BLOCKS half hours are judged: short ones show what is sharp, long ones what is
    too thin for a single half hour.
    """
    series = [np.where(grid.calendar.is_untold, np.nan, counts) for counts in grid.series()]
    marks = np.zeros((len(series), grid.length), dtype=int)
    for block in BLOCKS:
        allowed = FALSE_ALARMS_A_WEEK * block / (7 * SLOTS * len(series))
        season = grid.season(block)
        for row, counts in enumerate(series):
            judged = anomalies.unusual_counts(_summed(counts, block), season, allowed)
            found = judged["unusual"].fillna(0).to_numpy(dtype=int)
            marks[row] = np.where(marks[row] == 0, np.repeat(found, block), marks[row])
    marks[:, : grid.calendar.first_judged * SLOTS] = 0
    for sign in (1, -1):
        is_marked = (marks == sign).any(axis=0)
        if sign < 0:
            is_marked &= np.repeat(grid.is_whole, SLOTS)
        for start, stop in _runs(np.flatnonzero(is_marked)):
            yield "half_hour", sign > 0, *_bounds(grid, series, marks == sign, sign, start, stop)


def _summed(counts: np.ndarray, block: int) -> np.ndarray:
    """Counts of blocks of half hours; NaN where one has no data."""
    return counts.reshape(-1, block).sum(axis=1)


def _runs(places: np.ndarray) -> Iterator[tuple[int, int]]:
    """Half-open runs of places that lie at most PAUSE apart and on one day."""
    if not len(places):
        return
    breaks = np.flatnonzero((np.diff(places) > PAUSE + 1) | (np.diff(places // SLOTS) > 0))
    for run in np.split(places, breaks + 1):
        yield int(run[0]), int(run[-1]) + 1


def _bounds(grid, series, is_marked, sign, start, stop) -> tuple[int, int]:
    """When the burst around some marks began and ended, by the series that shows it best."""
    row = int(is_marked[:, start:stop].sum(axis=1).argmax())
    day = start // SLOTS
    around = slice(max(day * SLOTS, start - 6), min((day + 1) * SLOTS, stop + 6))
    judged = anomalies.unusual_counts(series[row][: around.stop], grid.season(1)[: around.stop])
    expected = judged["expected"].to_numpy()[around]
    found = anomalies.burst(series[row][around], expected, is_surplus=sign > 0)
    if found is None:
        return start, stop
    return around.start + found.start, around.start + found.stop


def _day_spans(grid: _Grid) -> Iterator[tuple[str, bool, int, int]]:
    """Whole days that some series marks."""
    series = [_summed(counts, SLOTS) for counts in grid.series()]
    allowed = FALSE_ALARMS_A_WEEK / (7 * len(series))
    for sign in (1, -1):
        marked = np.zeros(len(grid.calendar.days), dtype=bool)
        for counts in series:
            judged = anomalies.unusual_counts(counts, grid.calendar.season, allowed)
            marked |= (judged["unusual"] == sign).fillna(False).to_numpy(dtype=bool)
        marked[: grid.calendar.first_judged] = False
        if sign < 0:
            marked &= grid.is_whole
        marked[-1] = False  # the last day may not have ended at the cut
        for day in np.flatnonzero(marked):
            yield "day", sign > 0, int(day) * SLOTS, (int(day) + 1) * SLOTS


def _overlaps(span: tuple, others: list[tuple]) -> bool:
    return any(span[2] < stop and start < span[3] for _, _, start, stop in others)


def _carried(grid: _Grid, span: tuple, events: pd.DataFrame) -> Iterator[tuple]:
    """One row per carrier of a span; none where chance explains the cells after all, or where
    it is about a handful of contacts."""
    grain, is_surplus, start, stop = span
    starts_at, ends_at = grid.calendar.instant(start), grid.calendar.instant(stop - 1)
    ends_at += pd.Timedelta(minutes=30)
    cells = grid.cells_between(start, stop)
    if cells.empty:  # nobody came, and nobody did on days alike
        return
    carriers = anomalies.carriers(cells, DIMENSIONS, is_surplus)
    event_id, title = _event_of(events, starts_at, ends_at)
    name = f"{starts_at:%Y%m%dT%H%M}{'+' if is_surplus else '-'}"
    carriers = carriers[carriers["value"].abs() >= LEAST_EXCESS]
    for position, row in enumerate(carriers.itertuples(), 1):
        yield (
            name, grain, is_surplus, starts_at, ends_at, grid.calendar.days[start // SLOTS],
            row.topic, row.channel, row.language, position, row.n, row.expected, row.value,
            row.low, row.high, row.explained_share, event_id, title,
        )  # fmt: skip


def _event_of(events: pd.DataFrame, starts_at, ends_at) -> tuple[str | None, str | None]:
    """The known event that lasts into the span and began last; its wake of two hours counts."""
    wake = pd.Timedelta(hours=2)
    here = events[(events["starts_at"] < ends_at) & (events["ends_at"] + wake > starts_at)]
    if here.empty:
        return None, None
    last = here.sort_values("starts_at").iloc[-1]
    return last["event_id"], last["title"]


def _incidents(
    connection: duckdb.DuckDBPyConnection, found: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each surplus of some hours as one incident, and the contacts that it consists of."""
    is_burst = found["is_surplus"].astype(bool) & (found["grain"] == "half_hour")
    bursts = found[is_burst].sort_values("starts_at", ascending=False)
    rows, members, listed = [], [], 0
    for burst in bursts.to_dict("records"):
        contacts = _contacts(connection, burst)
        if listed + len(contacts) > MEMBERS:
            break
        listed += len(contacts)
        incident_id = f"{burst['anomaly_id']}{burst['position']}"
        named = {
            "starts_at": burst["starts_at"],
            "stops_at": burst["ends_at"],
            "expected": burst["expected_contacts"],
        }
        counted = clusters.incidents(contacts, pd.DataFrame([named])).iloc[0]
        rows.append(
            {
                **{name: burst[name] for name in _INCIDENTS if name in burst},
                "incident_id": incident_id,
                **{name: counted[name] for name in ("n", "threads", "requesters", "excess")},
            }
        )
        joined = clusters.threads(contacts).merge(contacts[["contact_id", "arrived_at"]])
        members.append(joined.assign(incident_id=incident_id)[_MEMBERS])
    return (
        pd.DataFrame(rows, columns=_INCIDENTS),
        pd.concat(members, ignore_index=True) if members else pd.DataFrame(columns=_MEMBERS),
    )


def _contacts(connection: duckdb.DuckDBPyConnection, burst: dict) -> pd.DataFrame:
    """The contacts of a burst's cells and hours, in order of arrival; topic NULL: not known."""
    named = [name for name in DIMENSIONS if burst[name] != EVERYWHERE]
    return connection.execute(
        f"""
        SELECT contact_id, requester_id, nullif(topic, 'unknown') AS topic, arrived_at
        FROM fact_contacts
        WHERE exclusion IS NULL
          AND arrived_on BETWEEN CAST(? AS DATE) AND CAST(? AS DATE) + 1
          AND arrived_at >= ? AND arrived_at < ?
          {"".join(f" AND fact_contacts.{name} = ?" for name in named)}
        ORDER BY arrived_at, contact_id
        """,
        [
            burst["local_on"], burst["local_on"], burst["starts_at"], burst["ends_at"],
            *(burst[name] for name in named),
        ],
    ).df()  # fmt: skip
