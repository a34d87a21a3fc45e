"""What changes in exports without anybody saying so: it is listed, and nothing is dropped."""

from datetime import datetime, timedelta

import pytest

from tests.fixtures import RawWarehouse


def findings(connection, check: str) -> list[str]:
    """The rows that one check found."""
    return [
        text
        for (text,) in connection.execute(
            'SELECT finding FROM findings WHERE "check" = ? ORDER BY position', [check]
        ).fetchall()
    ]


def days(counts: dict[str, int], hour: int = 9) -> str:
    """Contacts on days: {"2026-03-02": 3} makes three that day, a minute apart."""
    rows = []
    for day, count in counts.items():
        start = datetime.fromisoformat(day) + timedelta(hours=hour - 9)  # Seoul is UTC+9
        rows += [f"{day}-{i} | {start + timedelta(minutes=i)}" for i in range(count)]
    return "contact_id | created_at\n" + "\n".join(rows)


def mondays(*counts: int) -> dict[str, int]:
    """So many contacts on the Mondays from 2 March 2026 on."""
    return {
        f"{datetime(2026, 3, 2) + timedelta(weeks=week):%Y-%m-%d}": count
        for week, count in enumerate(counts)
    }


def test_unknown_words_are_listed_with_their_counts_and_all_contacts_stay(warehouse):
    connection = warehouse(
        contacts="""
            contact_id | channel | channel_raw | status  | status_raw
            a          |         | pigeon      | unknown | Parked
            b          |         | pigeon      | unknown | Parked
            c          |         | smoke       | open    | Open
        """,
    )
    assert findings(connection, "known_channels") == [
        "source=zendesk, channel_raw=pigeon, contacts=2",
        "source=zendesk, channel_raw=smoke, contacts=1",
    ]  # fmt: skip
    assert findings(connection, "known_statuses") == [
        "source=zendesk, status_raw=Parked, contacts=2"
    ]
    assert connection.execute("SELECT counted FROM ledger").fetchall() == [(3,)]


def test_a_day_far_under_its_weekdays_range_is_told_and_a_usual_or_quiet_one_is_not(warehouse):
    connection = warehouse(contacts=days(mondays(40, 40, 44, 36, 12, 40, 15)))
    assert findings(connection, "volume_holds") == [
        "source=zendesk, day=2026-03-30, contacts=12, usual=40.0"
    ]  # 13 April is the last day: it may not be over
    assert findings(connection, "no_load_gaps") == []


def test_a_whole_day_that_is_missing_is_a_gap(warehouse):
    connection = warehouse(contacts=days(mondays(9, 9, 9, 9, 0, 9)))
    assert findings(connection, "no_load_gaps") == [
        "source=zendesk, day=2026-03-30, contacts=0, usual=9.0"
    ]


def test_a_minute_that_makes_many_contacts_every_day_is_told_and_never_left_out(warehouse):
    made_at_seven = [
        f"batch-{day}-{i} | 2026-03-{day:02} 22:00:{i:02}" for day in range(1, 11) for i in range(8)
    ]
    spread = [
        f"c-{day}-{hour} | 2026-03-{day:02} {hour:02}:{day:02}:00"
        for day in range(1, 11) for hour in range(12)
    ]  # fmt: skip
    connection = warehouse(
        contacts="contact_id | created_at\n" + "\n".join([*made_at_seven, *spread])
    )
    assert findings(connection, "no_batch_jobs") == [
        "source=zendesk, channel=email, local_hour=7, local_minute=0, contacts=80, percent=40.0"
    ]
    assert connection.execute("SELECT sum(counted) FROM ledger").fetchall() == [(200,)]


DATES = [f"2026-{month:02}-{day:02}" for month in (3, 11) for day in range(1, 11)]


def dated(source: str, march: str, november: str) -> list[str]:
    """Ten contacts of a source on each of DATES, at the hour of its month."""
    return [
        f"{source}-{on}-{i} | {source} | {on} {march if '-03-' in on else november} | solved"
        for on in DATES
        for i in range(10)
    ]


@pytest.fixture(scope="module")
def of_dates(tmp_path_factory):
    """Sources whose times are dates or nearly so, in one build."""
    rows = [
        "contact_id | source | created_at | status",
        *dated("dates", "05:00:00", "04:00:00"),  # midnight, by summer and winter time
        *dated("hours", "05:00:00", "04:00:00"),
        "late | hours | 2026-11-10 06:00:00 | open",
        *dated("minutes", "05:00:00", "05:00:00"),
        "later | minutes | 2026-11-10 05:01:00 | open",
    ]
    raw = RawWarehouse(tmp_path_factory.mktemp("dates"))
    with raw(contacts="\n".join(rows)) as connection:
        yield connection


def test_a_source_whose_times_are_dates_is_told_and_no_other(of_dates):
    # times on the hour that are not one midnight, or a minute past it, are times
    assert findings(of_dates, "times_of_day_are_told") == [
        "source=dates, time=created_at, contacts=200"
    ]


def test_of_a_source_whose_times_are_dates_no_machine_is_suspected(of_dates):
    assert findings(of_dates, "no_batch_jobs") == [
        "source=minutes, channel=email, local_hour=14, local_minute=0, contacts=200, percent=99.5"
    ]


def test_columns_that_are_new_or_gone_since_the_file_before_are_told_once(warehouse):
    for name, unknown, missing in (
        ("monday.csv", ["Mood"], []),
        ("tuesday.csv", ["Mood", "Weather"], ["Tags"]),
        ("wednesday.csv", ["Mood", "Weather"], ["Tags"]),
    ):
        warehouse.load(
            file=name,
            contacts=f"contact_id\n{name}",
            columns_unknown=unknown,
            columns_missing=missing,
        )
    assert findings(warehouse.build(), "columns_hold") == [
        "source=test, file=tuesday.csv, column_name=Tags, state=vanished",
        "source=test, file=tuesday.csv, column_name=Weather, state=new",
    ]


def test_a_contact_dated_years_ahead_is_told_as_it_moves_the_data_cut(warehouse):
    usual = {f"2026-03-{day:02}": 10 for day in range(2, 14)}
    connection = warehouse(contacts=days(usual | {"2031-01-01": 1}))
    assert findings(connection, "no_leap_ahead") == [
        "day=2031-01-01, day_before=2026-03-13, contacts_from_then_on=1"
    ]
