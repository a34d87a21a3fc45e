"""What refuses rows and what checks find, in the reader's words."""

import pytest

from dashboard import i18n, refusals
from dashboard.formats import ENGLISH


@pytest.fixture
def korean():
    i18n.use("ko")
    yield i18n.reader()
    i18n.use(i18n.SOURCE_LOCALE)


def test_reasons_are_told_in_the_readers_language_with_the_columns_of_the_export(korean):
    said = refusals.refusal("created_at is missing; Solved at is before Created at")
    assert said == "created_at: 값이 없습니다; Solved at: Created at보다 앞섭니다"
    assert refusals.refusal("the header again") == "머리글이 다시 나왔습니다"


def test_a_reason_of_no_known_form_stays_as_it_was_written(korean):
    assert refusals.refusal("email, solved, tags: kyc") == "email, solved, tags: kyc"
    assert refusals.refusal(None) == ""


def test_a_finding_is_labelled():
    assert refusals.finding(
        "source=zendesk, channel_raw=carrier, pigeon, contacts=1200", ENGLISH
    ) == ("Source: zendesk · Channel in the export: carrier, pigeon · Contacts: 1,200")


def test_the_checks_of_solves_and_of_dates_are_told_in_korean(korean):
    told = refusals.finding("source=zendesk, solved=2821, first_solve_untold=431", korean)
    assert told == "출처: zendesk · 해결: 2,821 · 첫 해결 시각 미상: 431"
    told = refusals.finding(
        "day=2031-01-01, day_before=2026-11-20, contacts_from_then_on=1", korean
    )
    assert told == "일자: 2031-01-01 · 직전 일자: 2026-11-20 · 그날 이후 문의: 1"
