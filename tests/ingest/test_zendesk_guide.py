"""Zendesk Guide: articles and votes of the API, counts of Explore whatever its language."""

import json

import pytest

from pipelines.errors import SettingsError, ZoneError

ARTICLE = {
    "id": 360001, "locale": "ko", "source_locale": "ko", "outdated": False,
    "outdated_locales": [], "title": "출금이 늦어질 때", "section_id": 77,
    "label_names": ["withdrawal"], "draft": False, "vote_sum": -1, "vote_count": 1,
    "created_at": "2026-03-01T09:00:00Z", "updated_at": "2026-03-02T09:00:00Z",
}  # fmt: skip
VOTE = {
    "id": 5, "user_id": 7, "value": -1, "item_id": 360001, "item_type": "Article",
    "created_at": "2026-03-02T09:00:00Z", "updated_at": "2026-03-02T09:00:00Z",
}  # fmt: skip


def test_articles_of_one_id_in_two_languages_are_two_and_say_if_they_are_out_of_date(intake):
    english = ARTICLE | {"locale": "en-us", "title": "Late withdrawals", "outdated": True}
    intake.load(intake.file("a.json", json.dumps({"articles": [ARTICLE, english], "count": 2})))
    assert intake.rows(
        "articles", "article_id, language_raw, title, topic_raw, is_outdated, votes_sum, section"
    ) == [
        ("zendesk_guide:360001", "en-us", "Late withdrawals", "withdrawal", True, -1, "77"),
        ("zendesk_guide:360001", "ko", "출금이 늦어질 때", "withdrawal", False, -1, "77"),
    ]


def test_votes_on_articles_are_events_and_other_votes_are_received_only(intake):
    votes = [VOTE, VOTE | {"id": 6, "value": 1}, VOTE | {"id": 7, "item_type": "Comment"}]
    votes.append(VOTE | {"id": 8, "value": 0})
    [report] = intake.load(intake.file("v.json", json.dumps({"votes": votes}, indent=1)))
    assert (report.received, report.quarantined) == (4, 1)
    assert intake.rows("article_events", "event_id, event, article_id, is_helpful") == [
        ("zendesk_guide:vote-5", "vote", "zendesk_guide:360001", False),
        ("zendesk_guide:vote-6", "vote", "zendesk_guide:360001", True),
    ]


@pytest.mark.parametrize(
    "headers",
    [
        "Search - Date,Search string,Search locale,Searches,Search results,Clicks,Tickets created",
        "날짜,검색어,언어,검색 수,검색 결과,클릭 수,생성된 티켓",
        "日付,検索文字列,ロケール,検索数,検索結果,クリック数,作成されたチケット",
    ],
    ids=["en", "ko", "ja"],
)
def test_searches_of_explore_in_the_viewers_language(intake, headers):
    text = f"""{headers}
2026-03-02,출금 me@example.com,ko,"1,204",2.6,300,12
2026-03-02,,ko,7,0,,
SUM,,,"1,211",,300,12
2026-03-02,bad,ko,many,0,0,0
"""
    path = intake.file("searches.csv", text)
    with pytest.raises(ZoneError):
        intake.load(path)
    [report] = intake.load(path, zone="Asia/Seoul")
    assert (report.source, report.received, report.quarantined) == ("zendesk_guide", 4, 2)
    assert intake.rows(
        "article_events",
        "event, happened_at, events_count, query, results_count, clicks_count, contacts_count",
        "events_count DESC",
    ) == [
        ("search", "2026-03-01 15:00:00", 1204, "출금 <email>", 3, 300, 12),
        ("search", "2026-03-01 15:00:00", 7, None, 0, None, None),
    ]
    assert intake.rejects() == [(4, "a line of totals"), (5, "count is not a number")]


def test_a_line_with_corrected_counts_is_the_same_event(intake):
    text = "Date,Article ID,Views\n2026-03-02,360001,{}\n"
    intake.load(intake.file("1.csv", text.format(5)), zone="Asia/Seoul")
    intake.load(intake.file("2.csv", text.format(6)), zone="Asia/Seoul")
    found = intake.rows("article_events", "event_id, event, article_id, events_count")
    assert [row[1:] for row in found] == [
        ("view", "zendesk_guide:360001", 5), ("view", "zendesk_guide:360001", 6),
    ]  # fmt: skip
    assert found[0][0] == found[1][0]


def test_counts_without_days_are_passed_over_with_the_remedy(intake):
    text = "Search string,Searches\nfees,5\n"
    [report] = intake.load(intake.file("s.csv", text), zone="Asia/Seoul")
    assert (report.source, report.received) == ("zendesk_guide", 0)
    assert report.skipped_reason.endswith("add the date to the report's rows")


def test_a_mapping_tells_headers_that_nobody_knew(intake):
    intake.file(
        "mappings/s.toml",
        'source = "zendesk_guide"\nzone = "Asia/Seoul"\n'
        '[columns]\ndate = "Tag"\nquery = "Suchbegriff"\ncount = "Suchen"\n',
    )
    path = intake.file("s.csv", "Tag;Suchbegriff;Suchen\n2026-03-02;Gebühr;1 204\n")
    intake.load(path)
    assert intake.rows("article_events", "event, query, events_count") == [
        ("search", "Gebühr", 1204)
    ]


def test_a_mapping_that_tells_too_little_says_what_is_missing(intake):
    intake.file(
        "mappings/s.toml",
        'source = "zendesk_guide"\nzone = "Asia/Seoul"\n[columns]\nquery = "Suchbegriff"\n',
    )
    path = intake.file("s.csv", "Tag;Suchbegriff;Suchen\n2026-03-02;fees;1\n")
    with pytest.raises(SettingsError, match="date, count, and query or article_id are needed"):
        intake.load(path)


def test_no_report_lacks_the_headers_of_another_or_of_other_languages(intake):
    for name, header, line in (
        ("searches.csv", "Search - Date,Search string,Searches", "2026-03-02,출금,3"),
        ("views.csv", "날짜,문서 ID,Article title,조회수,Mood", "2026-03-02,360001,출금,11,good"),
    ):
        intake.load(intake.file(name, f"{header}\n{line}\n"), zone="Asia/Seoul")
    told = {}
    for path in (intake.warehouse / "raw").glob("*/manifest.json"):
        manifest = json.loads(path.read_text())
        told[manifest["file"]] = (manifest["columns_unknown"], manifest["columns_missing"])
    assert told == {"searches.csv": ([], []), "views.csv": (["Mood"], [])}
