"""Acceptance cases 1-7: open seconds between two instants, through a whole build."""

from datetime import date
from itertools import product

import duckdb
import pandas as pd
import pytest

from pipelines.errors import SettingsError
from pipelines.settings import Calendar, Period, Shift
from pipelines.warehouse import calendars
from tests.fixtures import RawWarehouse

pytestmark = pytest.mark.time

CALENDAR = """
    [[calendars]]
    id = "{id}"
    zone = "{zone}"
    {calendar}

    [[desks]]
    channel = "{channel}"
    language = "{language}"
    calendar = "{id}"
    target_share = 0.8
    within_seconds = 60
    handle_seconds = 300
"""
QUEUES = [*product(("email", "social"), ("en", "es", "id", "ja", "ko", "pt", "ru", "tr", "vi"))]

Pair = tuple[str, str]
SITUATIONS: list[tuple[str, str, str, tuple[Pair, ...]]] = []
"""(test, zone, calendar, when contacts arrived and were answered) of every test that waits."""


def desk(zone: str, calendar: str, *pairs: Pair):
    """A desk with that calendar, whose contacts arrived at a and were answered at b, both UTC."""

    def register(test):
        SITUATIONS.append((test.__name__, zone, calendar, pairs))
        return test

    return register


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> tuple[duckdb.DuckDBPyConnection, dict[str, str]]:
    """One build answers every test, since each desk is a queue with a calendar of its own; and the
    test that each contact belongs to."""
    site = '[site]\nname = "Test"\nzone = "UTC"\n'
    contacts = ["contact_id | channel | language | created_at"]
    messages = ["contact_id | sent_at | author_role"]
    tests = {}
    for n, (test, zone, calendar, pairs) in enumerate(SITUATIONS):
        channel, language = QUEUES[n]
        site += CALENDAR.format(
            id=f"desk-{n}", zone=zone, calendar=calendar, channel=channel, language=language
        )
        for i, (arrived, replied) in enumerate(pairs):
            tests[f"c{n:02d}-{i}"] = test
            contacts.append(f"c{n:02d}-{i} | {channel} | {language} | {arrived}")
            messages.append(f"c{n:02d}-{i} | {replied} | agent")
    warehouse = RawWarehouse(tmp_path_factory.mktemp("business_time"))
    return warehouse(site, contacts="\n".join(contacts), messages="\n".join(messages)), tests


@pytest.fixture(scope="module")
def measured(built) -> dict[str, list[tuple[int, int | None]]]:
    """(calendar s, business s) of the contacts of each test, in their order."""
    connection, tests = built
    found = {}
    for contact, *waits in connection.execute(
        "SELECT contact_id, first_response_seconds, first_response_business_seconds"
        " FROM fact_contacts ORDER BY contact_id"
    ).fetchall():
        found.setdefault(tests[contact], []).append(tuple(waits))
    return found


@pytest.fixture
def waits(measured, request) -> list[tuple[int, int | None]]:
    """(calendar s, business s) of the contacts of the test's desk, in their order."""
    return measured[request.node.originalname]


WEEKDAYS_9_17 = '[[calendars.periods]]\nweekdays = ["09:00-17:00"]'
WEEKDAYS_10_18 = '[[calendars.periods]]\nweekdays = ["10:00-18:00"]'


@pytest.mark.case(1)
@desk("UTC", WEEKDAYS_9_17, ("2022-03-20 00:00:00", "2022-03-26 23:59:00"))
def test_a_week_of_five_days_of_eight_hours_has_144000_open_seconds(waits):
    assert waits == [(604_740, 144_000)]


FRIDAY_AT_FIVE = "2026-03-06 17:00:00"


@pytest.mark.case(2)
@desk(
    "UTC",
    WEEKDAYS_10_18,
    (FRIDAY_AT_FIVE, "2026-03-06 17:30:00"),
    (FRIDAY_AT_FIVE, "2026-03-09 10:59:59"),
    (FRIDAY_AT_FIVE, "2026-03-09 11:00:00"),
)
def test_a_weekend_costs_no_business_time(waits):
    assert waits == [(1_800, 1_800), (237_599, 7_199), (237_600, 7_200)]


# Thursday 23 and Friday 24 September 2026 are Chuseok in Korea
WEDNESDAY_AT_FIVE_PM = "2026-09-23 08:00:00"


@desk(
    "Asia/Seoul",
    'holidays = "KR"\n' + WEEKDAYS_10_18,
    (WEDNESDAY_AT_FIVE_PM, "2026-09-28 01:00:00"),
    (WEDNESDAY_AT_FIVE_PM, "2026-09-28 02:00:00"),
)
def test_public_holidays_are_closed(waits):
    assert waits == [(406_800, 3_600), (410_400, 7_200)]


# Christmas Day 2025 is a Thursday; in Northern Ireland the Friday is Boxing Day
CHRISTMAS_DAY_AT_THREE = "2025-12-25 15:00:00"


@pytest.mark.case(3)
@desk(
    "Europe/London",
    'holidays = "GB"\n' + WEEKDAYS_10_18,
    (CHRISTMAS_DAY_AT_THREE, "2025-12-29 10:30:00"),
    (CHRISTMAS_DAY_AT_THREE, "2025-12-29 12:00:00"),
)
def test_a_wait_that_starts_on_a_holiday_starts_counting_on_the_next_open_day(waits):
    assert waits == [(329_400, 1_800), (334_800, 7_200)]


@pytest.mark.case(4)
# from Friday at four to Monday at ten
@desk("America/New_York", WEEKDAYS_9_17, ("2026-03-06 21:00:00", "2026-03-09 14:00:00"))
def test_the_hour_lost_to_summer_time_is_not_waited(waits):
    assert waits == [(65 * 3600, 2 * 3600)]


@pytest.mark.case(5)
@desk(
    "Asia/Seoul",
    '[[calendars.periods]]\nweekdays = ["09:00-18:00"]',
    ("2026-01-05 08:30:00", "2026-01-06 00:30:00"),
)
def test_a_night_in_seoul_costs_its_open_hour_only(waits):
    assert waits == [(16 * 3600, 3600)]


NEVER_CLOSED = '[[calendars.periods]]\ndaily = ["00:00-24:00"]'
NINE_DAYS = ("2026-03-07 13:14:15", "2026-03-16 05:06:07")


@pytest.mark.case(6)
@desk("Asia/Seoul", NEVER_CLOSED, NINE_DAYS)
@desk("America/New_York", NEVER_CLOSED, NINE_DAYS)
def test_a_desk_that_never_closes_has_business_time_equal_to_calendar_time(waits):
    assert waits == [(748_312, 748_312), (748_312, 748_312)]


@pytest.mark.case(7)
@desk(
    "UTC",
    WEEKDAYS_9_17
    + '\n[[calendars.periods]]\nfrom = 2026-03-03T10:00:00\nweekdays = ["12:00-20:00"]',
    ("2026-03-02 16:00:00", "2026-03-03 14:00:00"),
)
def test_a_schedule_that_changes_while_somebody_waits_counts_each_part_by_its_own(waits):
    assert waits == [(22 * 3600, 14_400)]


@desk(
    "UTC",
    '[[calendars.periods]]\nweekdays = ["08:00-12:00", "13:00-17:00"]',
    ("2026-03-02 11:30:00", "2026-03-02 13:30:00"),
)
def test_several_shifts_a_day_leave_out_the_break(waits):
    assert waits == [(7_200, 3_600)]


@desk(
    "UTC",
    '[[calendars.periods]]\nweekdays = ["22:00-02:00"]',
    ("2026-03-06 21:00:00", "2026-03-07 03:00:00"),  # Friday night into Saturday
    ("2026-03-07 21:00:00", "2026-03-08 03:00:00"),  # Saturday night: closed
)
def test_a_shift_over_midnight_is_open_on_both_sides(waits):
    assert waits == [(21_600, 14_400), (21_600, 0)]


@desk("UTC", WEEKDAYS_9_17, ("2026-03-07 10:00:00", "2026-03-07 11:00:00"))
def test_a_reply_outside_opening_hours_took_0_business_seconds_and_counts(waits):
    assert waits == [(3_600, 0)]


def test_business_days_are_over_since_the_moment_from_which_they_were_open_until_the_cut(built):
    connection, _tests = built
    days = connection.execute("FROM business_days").df()
    (cut,) = connection.execute("SELECT data_cut_at FROM build_info").fetchone()
    lengths = dict(
        connection.execute("SELECT calendar_id, open_day_seconds FROM ref_queues").fetchall()
    )
    found = connection.execute("FROM ref_business_days_over").fetchall()
    assert len(found) == 3 * len(SITUATIONS)
    for calendar, count, since in found:
        minutes = pd.Series(pd.date_range(since, cut, freq="min", inclusive="left"))
        is_open = calendars.is_open(days, calendar, minutes)
        assert 60 * is_open.sum() == count * lengths[calendar]
        before = pd.Series([pd.Timestamp(since) - pd.Timedelta(seconds=1)])
        assert calendars.is_open(days, calendar, before).tolist() == [True]


def test_without_a_desk_business_time_is_null(warehouse):
    connection = warehouse(
        '[site]\nname = "Test"\nzone = "UTC"\n',
        contacts="contact_id | created_at\nc1 | 2026-03-02 09:00:00",
        messages="contact_id | sent_at | author_role\nc1 | 2026-03-02 09:01:00 | agent",
    )
    assert connection.execute(
        "SELECT first_response_seconds, first_response_business_seconds, is_out_of_hours,"
        " within_seconds FROM fact_contacts"
    ).fetchall() == [(60, None, None, None)]


def test_out_of_hours_is_half_open(warehouse):
    connection = warehouse(
        '[site]\nname = "Test"\nzone = "UTC"\n'
        + CALENDAR.format(id="desk", zone="UTC", calendar=WEEKDAYS_9_17, channel="*", language="*"),
        contacts="""
            contact_id | created_at
            early      | 2026-03-02 08:59:59
            first      | 2026-03-02 09:00:00
            last       | 2026-03-02 16:59:59
            late       | 2026-03-02 17:00:00
        """,
    )
    assert dict(
        connection.execute("SELECT contact_id, is_out_of_hours FROM fact_contacts").fetchall()
    ) == {"early": True, "first": False, "last": False, "late": True}


ALWAYS_OPEN = tuple(Shift(weekday, 0, 86_400) for weekday in range(7))


def test_days_of_23_and_25_hours_have_46_and_50_half_hours():
    slots = calendars.half_hours("America/New_York", date(2026, 3, 7), date(2026, 3, 9))
    assert slots.groupby("local_on").size().tolist() == [48, 46, 48]
    slots = calendars.half_hours("America/New_York", date(2026, 11, 1), date(2026, 11, 1))
    assert len(slots) == 50
    assert slots["starts_at"].is_unique
    assert slots["local_slot"].value_counts().loc[[1, 2, 3, 4]].tolist() == [1, 2, 2, 1]


@pytest.mark.parametrize(
    "zone", ["Asia/Seoul", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "UTC"]
)
def test_local_time_by_adding_is_local_time_by_looking_up(zone):
    quarters = calendars.local_quarters(zone, date(2024, 1, 1), date(2026, 12, 31))
    with duckdb.connect() as connection:
        connection.execute("CREATE MACRO seconds_after(t, n) AS t + to_seconds(n)")
        connection.execute(f"CREATE MACRO local_at(t) AS {calendars.local_at(quarters)}")
        connection.register("quarters", quarters)
        ((wrong, looked_up),) = connection.execute(
            "SELECT count(*) FILTER (CAST(local_at(t) AS DATE) IS DISTINCT FROM local_on"
            " OR hour(local_at(t)) * 2 + minute(local_at(t)) // 30 IS DISTINCT FROM local_slot),"
            " count(*) FROM (SELECT quarter_at + INTERVAL 899 SECONDS AS t, * FROM quarters)"
        ).fetchall()
        assert (wrong, looked_up) == (0, (1 + 1096 + 1) * 96)
        outside = connection.execute(
            "SELECT local_at(min(quarter_at) - INTERVAL 1 SECOND),"
            " local_at(max(quarter_at) + INTERVAL 15 MINUTES) FROM quarters"
        ).fetchall()
    assert outside == [(None, None)]


def test_a_desk_open_around_the_clock_is_open_23_and_25_hours_where_clocks_change():
    calendar = Calendar("c", "America/New_York", None, (Period(None, ALWAYS_OPEN),))
    days = calendars.business_days([calendar], date(2026, 3, 1), date(2026, 11, 30))
    assert (days["e1"] - days["s1"]).unique().tolist() == [86_400]
    openings = calendars.open_periods(
        Calendar("c", "America/New_York", None, (Period(None, (Shift(6, 0, 86_400),)),)),
        date(2026, 3, 8),
        date(2026, 3, 8),
    )
    assert [(b - a).total_seconds() / 3600 for a, b in openings] == [23.0]


WEEKENDS = (Shift(5, 0, 86_400), Shift(6, 0, 86_400))
NIGHTS = tuple(Shift(weekday, 22 * 3600, 30 * 3600) for weekday in (4, 5))  # Friday and Saturday
OVERLAPPING = (Shift(0, 9 * 3600, 14 * 3600), Shift(0, 13 * 3600, 18 * 3600))


@pytest.mark.parametrize(
    ("zone", "holidays", "shifts", "opened"),
    [
        ("Asia/Seoul", None, WEEKENDS, {"2026-03-07": 24, "2026-03-08": 24}),
        ("America/New_York", None, WEEKENDS, {"2026-03-07": 24, "2026-03-08": 23}),
        ("Asia/Seoul", None, NIGHTS, {"2026-03-06": 8, "2026-03-07": 8}),
        ("UTC", None, (*NIGHTS, *WEEKENDS),
         {"2026-03-06": 8, "2026-03-07": 24, "2026-03-08": 18}),
        ("Asia/Seoul", None, OVERLAPPING, {"2026-03-02": 9}),
        ("Asia/Seoul", "KR", OVERLAPPING, {}),  # the day after a holiday on a Sunday
    ],
)  # fmt: skip
def test_days_on_which_a_desk_opens_are_those_of_its_zone(zone, holidays, shifts, opened):
    calendar = Calendar("c", zone, holidays, (Period(None, shifts),))
    found = calendars.open_days([calendar], date(2026, 3, 2), date(2026, 3, 8))
    told = zip(found["local_on"].dt.strftime("%Y-%m-%d"), found["open_seconds"], strict=True)
    assert dict(told) == {day: hours * 3600 for day, hours in opened.items()}


def test_a_desk_in_seoul_open_around_the_clock_at_weekends_has_business_days_of_24_hours(warehouse):
    weekends = '[[calendars.periods]]\nsat = ["00:00-24:00"]\nsun = ["00:00-24:00"]'
    connection = warehouse(
        '[site]\nname = "Test"\nzone = "UTC"\n'
        + CALENDAR.format(
            id="desk", zone="Asia/Seoul", calendar=weekends, channel="*", language="*"
        ),
        contacts="contact_id | created_at\nc1 | 2026-03-02 09:00:00",
    )
    # by days of UTC: 9 hours of Friday, 24 of Saturday and 15 of Sunday, 15 in the middle
    told = connection.execute("FROM ref_calendars").fetchall()
    assert told == [("desk", 86_400)]


def test_openings_end_at_the_second_of_two_equal_clock_times():
    sunday_to_half_past_one = Calendar(
        "c", "America/New_York", None, (Period(None, (Shift(6, 0, 5_400),)),)
    )
    (opening,) = calendars.open_periods(
        sunday_to_half_past_one, date(2026, 11, 1), date(2026, 11, 1)
    )
    assert [str(bound) for bound in opening] == ["2026-11-01 04:00:00", "2026-11-01 06:30:00"]


def test_more_than_four_openings_a_day_are_refused_with_the_day():
    shifts = tuple(Shift(0, hour * 3600, hour * 3600 + 60) for hour in range(5))
    calendar = Calendar("bits", "UTC", None, (Period(None, shifts),))
    with pytest.raises(SettingsError, match="'bits' opens 5 times on 2026-03-02"):
        calendars.business_days([calendar], date(2026, 3, 2), date(2026, 3, 2))


def test_an_unknown_country_is_refused_with_its_name():
    calendar = Calendar("c", "UTC", "Atlantis", (Period(None, ALWAYS_OPEN),))
    with pytest.raises(SettingsError, match="no holidays are known for 'Atlantis'"):
        calendars.business_days([calendar], date(2026, 3, 2), date(2026, 3, 2))


def test_is_open_is_null_without_a_calendar_and_outside_its_days():
    calendar = Calendar("c", "UTC", None, (Period(None, (Shift(0, 3600, 7200),)),))
    days = calendars.business_days([calendar], date(2026, 3, 2), date(2026, 3, 2))
    clock = ["2026-03-02 00:59:59", "2026-03-02 01:00:00", "2026-03-02 02:00:00"]
    instants = pd.Series(pd.to_datetime([*clock, "2026-03-03 01:00:00"]))
    assert calendars.is_open(days, "c", instants).tolist() == [False, True, False, pd.NA]
    assert calendars.is_open(days, None, instants).isna().all()
