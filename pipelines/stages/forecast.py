"""The stage between tables and publication: what will arrive, and how many agents it takes.

Reads arrivals, schedules, market events and handle times of an unpublished build by SQL, hands
frames to `pipelines.forecasts` and `pipelines.staffing`, and writes their answers as tables.
"""

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from pipelines.errors import SettingsError
from pipelines.forecasts import forecast_queues
from pipelines.settings import Settings, public_holidays
from pipelines.staffing import contracts, half_hours
from pipelines.staffing.requirement import LIVE_CHANNELS, desk_of, live_queue, require_all
from pipelines.staffing.rosters import plan_shifts
from pipelines.stages.assumptions import (
    MEASURED_DAYS,
    Queue,
    assumed,
    desks_of,
    measured_handling,
    measured_patience,
    waiting_contacts,
)
from pipelines.warehouse import calendars
from pipelines.warehouse.build import add_frames

HORIZON_DAYS = 14


def add_forecasts(
    part: Path, settings: Settings, *, progress: Callable[[str, float], None] | None = None
) -> None:
    """Add forecast_* and staffing_* for the next 14 days to an unpublished build.

    The forecast starts on the day after the last whole day of data. Queues without a desk get a
    forecast and no agents.

    Raises
    ------
    SettingsError
        The settings count days in another zone than the build.
    """
    with duckdb.connect(str(part), read_only=True) as connection:
        zone = connection.execute("SELECT zone FROM build_info").fetchall()[0][0]
        if zone != settings.zone:
            raise SettingsError(
                f"{settings.path}: [site] zone is {settings.zone}, the build counts days in"
                f" {zone}; run `support-quality build` with these settings first"
            )
        arrivals = _arrivals(connection)
        last_on = _last_whole_day(connection, zone)
        # A change of our own stays: models learn it as a new level, not as an event that passes.
        events = connection.execute("SELECT * FROM fact_market_events WHERE NOT is_change").df()
        schedules = connection.execute(
            "SELECT channel, language, starts_at, agents FROM fact_schedules"
        ).df()
        handling = measured_handling(connection, settings)
        patience = measured_patience(connection)
        desks = desks_of(connection, settings)
        waiting = waiting_contacts(connection, desks, zone, last_on)
        handled = _handled_by_day(connection)

    queues = list(arrivals[["channel", "language"]].drop_duplicates().itertuples(index=False))
    ahead = pd.DataFrame()
    if last_on is not None:
        ahead = openings(settings, queues, last_on + timedelta(days=1), HORIZON_DAYS)
    forecasts = forecast_queues(
        arrivals,
        _holidays(settings, queues, arrivals["local_on"]),
        events,
        ahead=ahead,
        last_on=last_on,
        horizon_days=HORIZON_DAYS,
        zone=zone,
        workers=os.cpu_count() or 1,
        progress=progress,
    )
    queues = [tuple(queue) for queue in queues]
    assumptions = assumed(queues, settings, handling, patience)
    by_queue = assumptions.set_index(["channel", "language"])
    staffing = require_all(
        forecasts.intervals,
        desks,
        schedules,
        openings=ahead,
        days=forecasts.days,
        handle_seconds=by_queue["handle_seconds"].to_dict(),
        patience_seconds=by_queue["patience_seconds"].to_dict(),
        waiting_contacts=waiting,
    )
    shifts, tours = plan_shifts(staffing, settings.desks, settings.shifts, zone)
    add_frames(
        part,
        {
            "forecast_intervals": forecasts.intervals,
            "forecast_days": forecasts.days,
            "forecast_backtest": forecasts.backtest,
            "forecast_totals": with_peak_agents(forecasts.totals, settings, assumptions),
            "forecast_past": with_handle_times(forecasts.past, handled),
            "staffing_intervals": staffing,
            "staffing_queues": assumptions,
            "staffing_contracts": contracts.as_rows(settings.shifts),
            "staffing_shifts": shifts,
            "staffing_tours": tours,
        },
    )


def with_peak_agents(
    totals: pd.DataFrame, settings: Settings, assumptions: pd.DataFrame
) -> pd.DataFrame:
    """`Forecasts.totals` with agents (`peak_agents`) instead of the rates (`peak_rate`) of the
    days' busiest half hours.

    More contacts never take fewer agents, so the quantile of the agents is the agents at the
    quantile; their mean is not known (NULL). Live queues with a desk only; what is still in hand
    from the half hour before is left out.
    """
    levels = ["q025", "q10", "q50", "q90", "q975"]
    is_rate = totals["measure"] == "peak_rate"
    totals, peaks = totals[~is_rate], totals[is_rate].set_index(["channel", "language"])
    added = []
    for row in assumptions[assumptions["channel"].isin(LIVE_CHANNELS)].itertuples():
        if (row.channel, row.language) not in peaks.index:
            continue
        desk = desk_of(row.channel, row.language, settings.desks)
        handle = float(row.handle_seconds)
        patience = None if pd.isna(row.patience_seconds) else float(row.patience_seconds)
        own = peaks.loc[[(row.channel, row.language)]].reset_index()
        load = own[levels].to_numpy(dtype=float) * handle / half_hours.SECONDS
        agents = live_queue(desk, handle, patience).required_agents(load.ravel())
        agents = np.maximum(agents, desk.minimum_agents)
        own[levels] = agents.reshape(load.shape).astype(float)
        added.append(own.assign(measure="peak_agents", mean=float("nan")))
    return pd.concat([totals, *added], ignore_index=True)[list(totals.columns)]


def with_handle_times(past: pd.DataFrame, handled: pd.DataFrame) -> pd.DataFrame:
    """`Forecasts.past` with two more columns, NULL where nothing was handled.

    handle_seconds: mean of the day. forecast_handle_seconds: what a plan would have assumed on
    the evening of the forecast, the mean of the 8 weeks up to then.

    handled: channel, language, local_on, seconds, n of the days on which something was.
    """
    on_day = handled.assign(handle_seconds=handled["seconds"] / handled["n"])
    # Without a single row a frame does not know that its column holds days.
    past = past.assign(local_on=pd.to_datetime(past["local_on"]))
    answer = past.merge(
        on_day[["channel", "language", "local_on", "handle_seconds"]],
        how="left",
        on=["channel", "language", "local_on"],
    )
    sums = {
        queue: rows.set_index("local_on")[["seconds", "n"]].sort_index()
        for queue, rows in handled.groupby(["channel", "language"])
    }
    planned = []
    for row in past.itertuples():
        evening = row.local_on - pd.Timedelta(days=row.lead_days)
        before = sums.get((row.channel, row.language))
        if before is not None:
            first = evening - pd.Timedelta(days=MEASURED_DAYS - 1)
            before = before.loc[first:evening].sum()
        known = before is not None and before["n"] > 0
        planned.append(before["seconds"] / before["n"] if known else None)
    return answer.assign(forecast_handle_seconds=pd.array(planned, dtype="Float64"))


def openings(settings: Settings, queues: list[Queue], first_on: date, days: int) -> pd.DataFrame:
    """One row per queue and half hour from `first_on` on: channel, language, starts_at (UTC),
    local_on, local_slot, is_open (NULL: no desk)."""
    last_on = first_on + timedelta(days=days - 1)
    slots = calendars.half_hours(settings.zone, first_on, last_on)
    one_day = timedelta(days=1)  # a local day reaches into the UTC days beside it
    hours = calendars.business_days(settings.calendars, first_on - one_day, last_on + one_day)
    by_calendar = {
        calendar.id: calendars.is_open(hours, calendar.id, slots["starts_at"])
        for calendar in settings.calendars
    }
    frames = []
    for channel, language in queues:
        desk = desk_of(channel, language, settings.desks)
        is_open = by_calendar[desk.calendar] if desk else None
        frames.append(slots.assign(channel=channel, language=language, is_open=is_open))
    return pd.concat(frames, ignore_index=True)


def _arrivals(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    return connection.execute(
        "SELECT channel, language, starts_at, local_on, local_slot,"
        " CASE WHEN is_observed THEN offered END AS offered, is_open"
        " FROM fact_arrivals"
    ).df()


def _handled_by_day(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """channel, language, local_on, seconds, n: agents' work on the contacts of each day."""
    return connection.execute(
        """
        SELECT
            channel,
            language,
            CAST(arrived_on AS TIMESTAMP) AS local_on,
            CAST(sum(handle_seconds) AS DOUBLE) AS seconds,
            count(handle_seconds) AS n
        FROM fact_contacts
        WHERE is_offered
          AND handle_seconds IS NOT NULL
        GROUP BY channel, language, arrived_on
        """
    ).df()


def _last_whole_day(connection: duckdb.DuckDBPyConnection, zone: str) -> date | None:
    """The last local day that the data cover to its end, give or take an hour."""
    last_on, cut = connection.execute(
        """
        SELECT (SELECT max(local_on) FROM fact_arrivals WHERE offered IS NOT NULL), data_cut_at
        FROM build_info
        """
    ).fetchall()[0]
    if last_on is None:
        return None
    local_cut = pd.Timestamp(cut, tz="UTC").tz_convert(zone) + pd.Timedelta(hours=1)
    return min(last_on, local_cut.date() - timedelta(days=1))


def _holidays(settings: Settings, queues: list[Queue], days: pd.Series) -> pd.DataFrame:
    """channel, language, local_on, is_holiday: of the country that the queue's calendar closes
    for; a desk that never closes has the holidays of the site's zone."""
    by_id = {calendar.id: calendar for calendar in settings.calendars}
    at_home = next(
        (c.holidays for c in settings.calendars if c.zone == settings.zone and c.holidays), None
    )
    rows = []
    if days.empty:
        return pd.DataFrame(columns=["channel", "language", "local_on", "is_holiday"])
    years = range(days.min().year, days.max().year + 2)
    for channel, language in queues:
        desk = desk_of(channel, language, settings.desks)
        country = (by_id[desk.calendar].holidays if desk else None) or at_home
        if country is None:
            continue
        for day in sorted(public_holidays(country, years, str(settings.path))):
            rows.append((channel, language, pd.Timestamp(day), True))
    return pd.DataFrame(rows, columns=["channel", "language", "local_on", "is_holiday"])
