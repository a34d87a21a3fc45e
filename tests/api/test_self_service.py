"""What was searched in vain, and which articles are missing."""

import math

import pytest

from pipelines.api import open_warehouse


def test_what_found_nothing_comes_first_and_rare_words_are_left_out(warehouse):
    warehouse(
        contacts="contact_id | language | topic | created_at\n"
        + "\n".join(f"w{i} | ko | withdrawal | 2026-03-02 00:00:00Z" for i in range(3))
        + "\n"
        + "\n".join(f"j{i} | ja | withdrawal | 2026-03-02 00:00:00Z" for i in range(7))
        + "\nk1 | ko | kyc | 2026-03-02 00:00:00Z"
        + "\nr1 | ko | other | 2026-03-01 00:00:00Z",  # the day before what is asked about
        articles="""
            article_id | language_raw | topic_raw | is_draft | is_outdated
            a          | ko           | 출금       | false    | true
            b          | ja           | 출금       | true     | false
        """,
        article_events="""
            event_id | event  | happened_at | events_count | article_id | language_raw | query   | results_count | clicks_count | contacts_count
            e1       | view   | 2026-03-02  | 60           | a          | ko           |         |               |              |
            e2       | search | 2026-03-02  | 20           |            | ja           | 出金     | 0             | 0            | 8
            e3       | search | 2026-03-03  | 10           |            | ja           | 出金     | 2             | 5            | 0
            e4       | search | 2026-03-02  | 6            |            | ko           | OTP     | 1             | 6            | 0
            e5       | search | 2026-03-02  | 4            |            | ko           | my name | 0             | 0            | 0
        """,  # noqa: E501
    )
    answers = open_warehouse(warehouse.folder)
    found = answers.searches()
    columns = ["query", "language", "n", "no_result_count", "no_click_count", "contacted_count"]
    assert found[columns].values.tolist() == [
        ["出金", "ja", 30, 20, 25, 8],
        ["otp", "ko", 6, 0, 0, 0],
    ]
    assert found["value"].tolist() == [pytest.approx(2 / 3), 0]
    assert answers.searches(where={"language": "ko"})["query"].tolist() == ["otp"]

    # A draft is no article; topics without one come first, the one with most contacts ahead.
    gaps = answers.article_gaps(start="2026-03-02")
    columns = ["language", "topic", "n", "articles_count", "outdated_count", "is_missing"]
    assert gaps[columns].values.tolist() == [
        ["ja", "withdrawal", 7, 0, 0, True],
        ["ko", "kyc", 1, 0, 0, True],
        ["ko", "withdrawal", 3, 1, 1, False],
    ]
    assert gaps["value"].tolist() == [pytest.approx(math.nan, nan_ok=True)] * 2 + [50]


def test_searches_that_all_found_something_are_not_sure_to_go_on_so(warehouse):
    warehouse(
        contacts="contact_id | created_at\nc1 | 2026-03-01 00:00:00Z",
        article_events="""
            event_id | event  | happened_at | events_count | language_raw | results_count
            k1       | search | 2026-03-01  | 10           | ko           | 2
            k2       | search | 2026-03-02  | 10           | ko           | 3
            k3       | search | 2026-03-03  | 10           | ko           | 1
            j1       | search | 2026-03-01  | 9            | ja           | 0
            j2       | search | 2026-03-02  | 1            | ja           | 3
        """,
    )
    found = open_warehouse(warehouse.folder).measure("search_no_result_share", by="language")
    told = found.round(3)[["language", "value", "n", "low", "high"]].to_dict("split")["data"]
    # ja: 90 %, linearised from -1.39 to 3.19; ko: 0 of 30 on 3 rows, Wilson's 0 of 3 (case 19)
    assert told == [["ja", 0.9, 2, 0.0, 1.0], ["ko", 0.0, 3, 0.0, 0.561]]
