"""Filters travel in the URL as codes and are checked on the way in."""

from datetime import date, datetime

from dashboard.filters import Filters, last_days, parse
from pipelines.api import BuildInfo

KNOWN = {"channel": ["email", "phone"], "language": ["en", "ko"], "topic": [], "team": ["A, B"]}
DEFAULT = Filters(date(2026, 10, 24), date(2026, 11, 20))


def build(first_on: date | None, last_on: date | None) -> BuildInfo:
    at = datetime(2026, 11, 20, 15)
    return BuildInfo("b", at, at, "Asia/Seoul", "Site", first_on, last_on, False, None)


def test_filters_survive_the_way_through_the_url():
    filters = Filters(
        date(2026, 11, 1), date(2026, 11, 7), channel=("phone", "email"), team=("A, B",)
    )
    assert parse(filters.query(), KNOWN, DEFAULT) == (filters, [])


def test_an_unknown_code_is_dropped_and_named():
    filters, dropped = parse({"channel": ["fax", "phone"]}, KNOWN, DEFAULT)
    assert filters.channel == ("phone",)
    assert dropped == ["channel=fax"]


def test_text_that_is_no_date_is_dropped_and_named():
    filters, dropped = parse({"from": ["yesterday"], "to": ["2026-11-07"]}, KNOWN, DEFAULT)
    assert (filters.start, filters.end) == (DEFAULT.start, DEFAULT.end)
    assert dropped == ["from=yesterday"]


def test_days_of_no_year_in_which_anything_could_be_loaded_are_dropped_and_named():
    found, dropped = parse({"from": ["0001-01-01"], "to": ["9999-12-31"]}, KNOWN, DEFAULT)
    assert found == DEFAULT
    assert dropped == ["from=0001-01-01", "to=9999-12-31"]


def test_days_in_the_wrong_order_are_dropped_together():
    filters, dropped = parse({"from": ["2026-11-07"], "to": ["2026-11-01"]}, KNOWN, DEFAULT)
    assert (filters.start, filters.end) == (DEFAULT.start, DEFAULT.end)
    assert dropped == ["from=2026-11-07, to=2026-11-01"]


def test_a_first_day_alone_waits_for_the_last_one():
    filters, _ = parse({"from": ["2026-11-01"]}, KNOWN, DEFAULT)
    assert filters.is_partial
    assert filters.query() == {"from": ["2026-11-01"]}


def test_where_names_only_what_is_chosen():
    assert Filters(None, None, language=("ko",)).where == {"language": ["ko"]}


def test_last_days_end_with_the_data_not_with_today():
    chosen = last_days(build(date(2026, 1, 1), date(2026, 11, 20)), 7)
    assert (chosen.start, chosen.end) == (date(2026, 11, 14), date(2026, 11, 20))


def test_last_days_start_no_earlier_than_the_data():
    chosen = last_days(build(date(2026, 11, 19), date(2026, 11, 20)), 28)
    assert chosen.start == date(2026, 11, 19)


def test_a_build_without_contacts_still_has_days_to_show_until_the_local_day_of_its_cut():
    chosen = last_days(build(None, None), 28)  # cut at 15:00 UTC: in Seoul the day after
    assert (chosen.start, chosen.end) == (date(2026, 10, 25), date(2026, 11, 21))
