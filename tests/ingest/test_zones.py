"""Local times to UTC as SQL: equal to the zone database wherever a time exists once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest

from pipelines.ingest.zones import second_occurrence_sql, utc_sql

pytestmark = pytest.mark.time


def in_utc(local: str, zone: str) -> datetime | None:
    return duckdb.execute(
        f"SELECT {utc_sql('t', zone)} FROM (SELECT CAST($1 AS TIMESTAMP) AS t)", [local]
    ).fetchall()[0][0]


@pytest.mark.parametrize(
    "zone",
    ["Asia/Seoul", "Asia/Kolkata", "America/New_York", "Europe/London", "Australia/Lord_Howe",
     "Asia/Jerusalem", "America/Sao_Paulo", "Pacific/Apia", "Africa/Casablanca"],
)  # fmt: skip
def test_every_half_hour_of_ten_years_agrees_with_the_zone_database(zone):
    rows = duckdb.execute(
        f"""SELECT t, {utc_sql("t", zone)} FROM range(TIMESTAMP '2010-01-01',
            TIMESTAMP '2020-01-01', INTERVAL 90 MINUTE) AS r(t)"""
    ).fetchall()
    info = ZoneInfo(zone)
    for local, utc in rows:
        first = local.replace(tzinfo=info).astimezone(UTC).replace(tzinfo=None)
        exists = first.replace(tzinfo=UTC).astimezone(info).replace(tzinfo=None) == local
        assert utc == (first if exists else None), (zone, local)


def test_a_skipped_time_does_not_exist():
    assert in_utc("2026-03-08 01:59", "America/New_York") == datetime(2026, 3, 8, 6, 59)
    assert in_utc("2026-03-08 02:00", "America/New_York") is None
    assert in_utc("2026-03-08 02:59:59", "America/New_York") is None
    assert in_utc("2026-03-08 03:00", "America/New_York") == datetime(2026, 3, 8, 7, 0)


def test_a_repeated_time_is_its_first_occurrence_or_on_request_its_second():
    assert in_utc("2026-11-01 01:30", "America/New_York") == datetime(2026, 11, 1, 5, 30)
    second = second_occurrence_sql("t", "America/New_York")
    [(found,)] = duckdb.execute(
        f"SELECT {second} FROM (SELECT TIMESTAMP '2026-11-01 01:30' AS t)"
    ).fetchall()
    assert found - in_utc("2026-11-01 01:30", "America/New_York") == timedelta(hours=1)


def test_a_zone_without_clock_changes_has_no_second_occurrence():
    assert second_occurrence_sql("t", "Asia/Tokyo") is None
    assert utc_sql("t", "Asia/Tokyo").count("INTERVAL") == 1
