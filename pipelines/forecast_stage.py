"""The stage between tables and publication: what will arrive, and how many agents it takes.

Reads arrivals, schedules, market events and handle times of an unpublished build by SQL, hands
frames to `pipelines.forecasts` and `pipelines.staffing`, and writes their answers as tables.
"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import holidays
import pandas as pd

from pipelines.errors import SettingsError
from pipelines.forecasts import forecast_queues
from pipelines.settings import Settings
from pipelines.staffing.requirement import desk_of, require_all
from pipelines.warehouse import calendars
from pipelines.warehouse.build import add_frames

HORIZON_DAYS = 14
HANDLE_TIME_DAYS = 56
HANDLE_TIME_CONTACTS = 30

Queue = tuple[str, str]


def add_forecasts(
    part: Path, settings: Settings, *, progress: Callable[[str, float], None] | None = None
) -> None:
    """Add forecast_* and staffing_intervals for the next 14 days to an unpublished build.

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
        handle_seconds = measured_handle_seconds(connection)
        waiting = waiting_contacts(connection)

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
        progress=progress,
    )
    staffing = require_all(
        forecasts.intervals,
        settings.desks,
        schedules,
        openings=ahead,
        days=forecasts.days,
        handle_seconds=handle_seconds,
        waiting_contacts=waiting,
    )
    add_frames(
        part,
        {
            "forecast_intervals": forecasts.intervals,
            "forecast_days": forecasts.days,
            "forecast_backtest": forecasts.backtest,
            "staffing_intervals": staffing,
        },
    )


def waiting_contacts(connection: duckdb.DuckDBPyConnection) -> dict[Queue, float]:
    """Contacts without a reply at the data cut, by (channel, language): the work that the first
    hours of a plan find waiting. Queues where nobody waits are left out."""
    rows = connection.execute(
        """
        SELECT
            channel,
            language,
            count(*)
        FROM fact_contacts
        WHERE exclusion IS NULL
          AND is_offered
          AND NOT is_answered
          AND left_at IS NULL
          AND is_resolved IS NOT TRUE
        GROUP BY channel, language
        """
    ).fetchall()
    return {(channel, language): float(count) for channel, language, count in rows}


def measured_handle_seconds(connection: duckdb.DuckDBPyConnection) -> dict[Queue, float]:
    """Mean seconds an agent is with a contact, by (channel, language), over the last 8 weeks.

    A chat counts in full: `pipelines.staffing` divides by the desk's concurrency. Queues with
    fewer than 30 handled contacts are left out: their desk's setting holds.
    """
    rows = connection.execute(
        """
        SELECT
            channel,
            language,
            avg(talk_seconds + coalesce(hold_seconds, 0) + coalesce(wrap_seconds, 0))
        FROM fact_contacts
        WHERE exclusion IS NULL
          AND talk_seconds IS NOT NULL
          AND arrived_on > (SELECT max(arrived_on) FROM fact_contacts) - CAST(? AS INTEGER)
        GROUP BY channel, language
        HAVING count(*) >= ?
        """,
        [HANDLE_TIME_DAYS, HANDLE_TIME_CONTACTS],
    ).fetchall()
    return {(channel, language): seconds for channel, language, seconds in rows}


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
        "SELECT channel, language, starts_at, local_on, local_slot, offered, is_open"
        " FROM fact_arrivals"
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
        name, _, region = country.partition("-")
        for day in holidays.country_holidays(name, subdiv=region or None, years=years):
            rows.append((channel, language, pd.Timestamp(day), True))
    return pd.DataFrame(rows, columns=["channel", "language", "local_on", "is_holiday"])
