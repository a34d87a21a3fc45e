"""Google Analytics 4: events in microseconds, reports below comment lines."""

import json

import pytest


def event(name: str, at: int | str = 1772442000123456, **params: str) -> dict:
    return {
        "event_date": "20260302", "event_timestamp": str(at), "event_name": name,
        "user_pseudo_id": "1234.5678", "device": {"language": "ko-kr"}, "event_params": [
            {"key": key, "value": {"string_value": value, "int_value": None}}
            for key, value in {"ga_session_id": "17", **params}.items()
        ],
    }  # fmt: skip


def lines(*records: dict) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def test_searches_and_views_of_articles_are_events_and_others_are_received_only(intake):
    location = "https://help.example.com/hc/ko/articles/360001-fees?x=1"
    records = [
        event("view_search_results", search_term="수수료 me@example.com"),
        event("page_view", page_location=location),
        event("page_view", page_location="https://help.example.com/hc/ko"),
        event("scroll"),
    ]
    [report] = intake.load(intake.file("events.json", lines(*records)))
    assert (report.source, report.received, report.quarantined) == ("ga4", 4, 0)
    assert intake.rows("article_events", "event, happened_at, query, article_id, language_raw") == [
        ("search", "2026-03-02 09:00:00.123456", "수수료 <email>", None, "ko-kr"),
        ("view", "2026-03-02 09:00:00.123456", None, "zendesk_guide:360001", "ko-kr"),
    ]
    [(visitor,)] = set(intake.rows("article_events", "visitor_id"))
    assert "1234" not in visitor


def test_a_signed_in_visitor_is_the_requester_of_their_tickets(intake):
    signed_in = event("view_search_results", search_term="fees") | {"user_id": "390001"}
    intake.load(intake.file("events.json", lines(signed_in)))
    ticket = {
        "id": 7, "requester_id": 390001, "submitter_id": 390001, "status": "new",
        "via": {"channel": "web"}, "created_at": "2026-03-02T10:00:00Z",
        "updated_at": "2026-03-02T10:00:00Z", "subject": "fees", "tags": [],
    }  # fmt: skip
    intake.load(intake.file("tickets.jsonl", lines(ticket)))
    [(visitor,)] = intake.rows("article_events", "visitor_id")
    assert intake.rows("contacts", "requester_id") == [(visitor,)]


def test_a_timestamp_in_seconds_is_refused(intake):
    record = event("view_search_results", at=1772442000, search_term="fees")
    intake.load(intake.file("events.json", lines(record)))
    assert intake.rejects() == [(1, "event_timestamp is not in microseconds")]


REPORT = """# ----------------------------------------
# Searches
# Account: Exchange
# Start date: {0}
# End date: {1}
# ----------------------------------------
{2}Search term;Event count;Total users
{3}출금;12;9
{3}(other);3;2
"""


@pytest.mark.parametrize(
    "text",
    [
        REPORT.format("20260302", "20260302", "", ""),
        REPORT.format("20260301", "20260331", "Date;", "20260302;"),
    ],
    ids=["one day", "a column of days"],
)
def test_a_report_is_read_below_its_comments_and_the_rest_counts_without_words(intake, text):
    [report] = intake.load(intake.file("report.csv", text), zone="Asia/Seoul")
    assert (report.source, report.received, report.quarantined) == ("ga4", 2, 0)
    assert intake.rows("article_events", "event, happened_at, query, events_count") == [
        ("search", "2026-03-01 15:00:00", "출금", 12),
        ("search", "2026-03-01 15:00:00", None, 3),
    ]


def test_a_report_of_a_month_without_days_is_passed_over(intake):
    path = intake.file("report.csv", REPORT.format("20260301", "20260331", "", ""))
    [report] = intake.load(path, zone="Asia/Seoul")
    assert report.skipped_reason.endswith("add the dimension Date to the report")
