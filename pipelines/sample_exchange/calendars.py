"""Half hours of the sample's period, and their local day, weekday and opening."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import pandas as pd

from pipelines.sample_exchange.world import CALENDARS, DAY_SLOTS, HOME_ZONE, SLOT_SECONDS

PLAN_DAYS = 14
"""Days after the last arrival that the schedule already covers."""


@dataclass(frozen=True)
class Period:
    """Days `[first_on, last_on]` of the home zone, and `PLAN_DAYS` of plan after them."""

    first_on: date
    last_on: date

    @property
    def days(self) -> int:
        return (self.last_on - self.first_on).days + 1

    @property
    def starts(self) -> int:
        """Epoch second of the first half hour."""
        return _epoch(self.first_on)

    @property
    def ends(self) -> int:
        """Epoch second of the data cut: the end of the last day."""
        return _epoch(self.last_on + timedelta(days=1))

    @property
    def slots(self) -> int:
        """Half hours with arrivals."""
        return (self.ends - self.starts) // SLOT_SECONDS

    @property
    def planned_slots(self) -> int:
        """Half hours with arrivals, and those of the plan after them."""
        return self.slots + PLAN_DAYS * DAY_SLOTS

    def slot_seconds(self) -> np.ndarray:
        """Epoch second at which each planned half hour starts."""
        return self.starts + SLOT_SECONDS * np.arange(self.planned_slots, dtype=np.int64)


def period_for(contacts: int, until: date) -> Period:
    """The period that a sample of this size covers, ending with the day `until`.

    17 weeks (119 days) up to 200,000 contacts, enough for a forecast's back-test; from there
    growing with size^0.5676 to three years (1,096 days) at ten million.
    """
    days = min(max(round(119 * (contacts / 200_000) ** 0.5676), 119), 1096)
    return Period(until - timedelta(days=days - 1), until)


@dataclass(frozen=True)
class LocalTime:
    """What the clocks of one zone show at each planned half hour."""

    half_hour: np.ndarray
    weekday: np.ndarray
    ordinal: np.ndarray


@lru_cache(maxsize=64)
def local_time(period: Period, zone: str) -> LocalTime:
    """The local half hour (0..47), weekday (Monday 0) and proleptic day of each half hour."""
    local = pd.to_datetime(period.slot_seconds(), unit="s", utc=True).tz_convert(zone)
    epoch_days = (local.tz_localize(None).asi8 // _ticks_per_day(local)).astype(np.int64)
    return LocalTime(
        half_hour=np.asarray(local.hour * 2 + local.minute // 30),
        weekday=np.asarray(local.day_of_week),
        ordinal=epoch_days + date(1970, 1, 1).toordinal(),
    )


def is_holiday(period: Period, zone: str, country: str | None) -> np.ndarray:
    """True in each half hour of a public holiday of `country`; nowhere without a country."""
    ordinal = local_time(period, zone).ordinal
    if country is None:
        return np.zeros(len(ordinal), dtype=bool)
    years = range(period.first_on.year, period.last_on.year + 2)
    closed = [day.toordinal() for day in holidays.country_holidays(country, years=years)]
    return np.isin(ordinal, closed)


@lru_cache(maxsize=16)
def is_open(period: Period, calendar: str) -> np.ndarray:
    """True in each planned half hour in which the calendar is open."""
    zone, weekdays_only, country, spans = CALENDARS[calendar]
    local = local_time(period, zone)
    open_ = np.zeros(period.planned_slots, dtype=bool)
    for start, end in spans:
        open_ |= (local.half_hour >= 2 * start) & (local.half_hour < 2 * end)
    if weekdays_only:
        open_ &= local.weekday < 5
    return open_ & ~is_holiday(period, zone, country)


def _epoch(day: date) -> int:
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(HOME_ZONE))
    return int(midnight.astimezone(UTC).timestamp())


def _ticks_per_day(index: pd.DatetimeIndex) -> int:
    return {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000}.get(index.unit, 86_400_000_000_000)
