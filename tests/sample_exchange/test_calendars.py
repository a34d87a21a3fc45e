"""The sample's period and its desks' opening hours."""

from datetime import date

import pytest

from pipelines.sample_exchange.calendars import Period, is_open, local_time, period_for
from pipelines.sample_exchange.world import CALENDARS
from pipelines.settings import PROJECT_ROOT, load_settings

UNTIL = date(2026, 11, 15)


@pytest.mark.parametrize(
    ("contacts", "days"),
    [(1, 119), (20_000, 119), (200_000, 119), (1_000_000, 297), (10_000_000, 1096),
     (50_000_000, 1096)],
)  # fmt: skip
def test_the_period_grows_with_the_size(contacts, days):
    period = period_for(contacts, UNTIL)
    assert period.days == days
    assert period.last_on == UNTIL


def test_a_period_starts_and_ends_at_midnight_in_seoul():
    period = Period(date(2026, 11, 1), date(2026, 11, 15))
    assert period.starts == 1_793_458_800  # 2026-10-31T15:00Z
    assert period.ends == 1_794_754_800  # 2026-11-15T15:00Z
    assert period.slots == 15 * 48


def test_phones_are_open_on_working_days_only():
    period = Period(date(2026, 9, 21), date(2026, 9, 27))  # Chuseok: Thursday to Saturday
    open_ = is_open(period, "korea-day")[: period.slots].reshape(7, 48)
    assert open_.sum(axis=1).tolist() == [18, 18, 18, 0, 0, 0, 0]
    assert open_[0].nonzero()[0].tolist() == list(range(18, 36))


def test_a_desk_in_london_moves_by_an_hour_in_seoul_when_summer_time_ends():
    period = Period(date(2026, 10, 23), date(2026, 10, 26))  # clocks change on the 25th
    open_ = is_open(period, "europe-day")[: period.slots].reshape(4, 48)
    # 08:00 in London is 16:00 in Seoul on Friday, and 17:00 on Monday
    assert open_[0, 24:].nonzero()[0][0] + 24 == 32
    assert open_[3, 24:].nonzero()[0][0] + 24 == 34


def test_local_time_reads_the_clock_of_the_zone():
    period = Period(date(2026, 11, 1), date(2026, 11, 1))
    new_york = local_time(period, "America/New_York")
    assert new_york.half_hour[0] == 22  # midnight in Seoul: 11:00 the day before, still summer
    assert new_york.weekday[0] == 5
    assert new_york.ordinal[0] == date(2026, 10, 31).toordinal()


@pytest.mark.parametrize("calendar", CALENDARS)
def test_desks_keep_the_hours_that_support_toml_ships(calendar):
    zone, weekdays_only, country, spans = CALENDARS[calendar]
    told = next(
        c for c in load_settings(PROJECT_ROOT / "support.toml").calendars if c.id == calendar
    )
    assert (told.zone, told.holidays) == (zone, country)
    assert {(s.weekday, s.start_second, s.end_second) for s in told.periods[0].shifts} == {
        (weekday, 3600 * start, 3600 * end)
        for weekday in range(5 if weekdays_only else 7)
        for start, end in spans
    }
