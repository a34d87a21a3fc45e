"""What refuses rows and what checks find, in the reader's words."""

import ast
from pathlib import Path

import pytest

from dashboard import i18n, refusals
from dashboard.formats import ENGLISH
from pipelines import ingest


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


def _said(node: ast.expr) -> str:
    """The text of a literal or an f-string, whose parts in braces stand as X; else nothing."""
    if isinstance(node, ast.JoinedStr):
        return "".join(getattr(part, "value", "X") if isinstance(part, ast.Constant) else "X"
                       for part in node.values)  # fmt: skip
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_whatever_a_source_refuses_rows_for_is_told_in_korean(korean):
    sources = Path(ingest.__file__).parent.rglob("*.py")
    calls = [
        node
        for path in sources
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Check"
    ]
    sentences = {_said(text) for call in calls for text in call.args[1:3]} - {""}
    parts = {part for sentence in sentences for part in sentence.split("; ")}
    assert parts >= {"X is negative", "not a JSON object", "ends_at is not after starts_at"}
    assert sorted(part for part in parts if refusals.refusal(part) == part) == []


def test_what_keeps_a_page_from_a_build_is_told_in_korean_with_the_folder(korean):
    told = "/data/wh: nothing is published there yet; run support-quality run FILES..."
    assert refusals.refusal(f"{told} --warehouse DIR, or support-quality demo") == (
        "/data/wh: 아직 게시된 빌드가 없습니다; "
        "support-quality run FILES... --warehouse DIR 또는 support-quality demo를 실행해 주세요"
    )
    assert refusals.refusal(
        "/data/wh/support-1.duckdb: the published build can't be opened (IO Error: cut off);"
        " run support-quality build"
    ) == (
        "/data/wh/support-1.duckdb: 게시된 빌드를 열 수 없습니다(IO Error: cut off); "
        "support-quality build를 실행해 주세요"
    )


def test_what_was_left_out_reads_in_words_with_its_tags_as_they_were():
    told = {
        "phone, closed": "Phone, Closed",
        "email, pending, tags: spam,vip": "E-mail, Waiting for the customer, tags: spam,vip",
        "the newest delivery of this contact counts": "the newest delivery of this contact counts",
        None: "",
    }
    assert {detail: refusals.excluded(detail, ENGLISH) for detail in told} == told
