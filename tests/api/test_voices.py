"""What was searched in vain, which articles are missing, and whether reviewers agree."""

import math

import pytest

from pipelines.api import open_warehouse
from pipelines.errors import UnknownNameError


@pytest.fixture
def answers(warehouse):
    """One small warehouse: a help centre with gaps, and 100 contacts reviewed by two."""
    kinds = [("pass", "pass")] * 85 + [("fail", "fail")] * 5 + [("pass", "fail")] * 5
    kinds += [("fail", "pass")] * 5
    reviews = ["review_id | contact_id | reviewer_id | category | score | drawn"]
    for i, (first, second) in enumerate(kinds):
        for reviewer, verdict in (("kim", first), ("lee", second)):
            drawn = "random" if reviewer == "kim" else "calibration"
            score = 100 if verdict == "pass" else 0
            reviews.append(f"{reviewer}{i} | r{i} | {reviewer} | tone | {score} | {drawn}")
            reviews.append(f"{reviewer}{i} | r{i} | {reviewer} | greeting | 100 | {drawn}")
    reviews.append("park | r0 | park | accuracy | 50 | random")  # alone: nobody to agree with
    warehouse(
        contacts="contact_id | language | topic | created_at\n"
        + "\n".join(f"r{i} | ko | other | 2026-03-01 00:00:00Z" for i in range(100))
        + "\n"
        + "\n".join(f"w{i} | ko | withdrawal | 2026-03-02 00:00:00Z" for i in range(3))
        + "\n"
        + "\n".join(f"j{i} | ja | withdrawal | 2026-03-02 00:00:00Z" for i in range(7))
        + "\nk1 | ko | kyc | 2026-03-02 00:00:00Z",
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
        reviews="\n".join(reviews),
    )
    return open_warehouse(warehouse.folder)


def test_what_found_nothing_comes_first_and_rare_words_are_left_out(answers):
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


def test_two_reviewers_agree_on_ninety_percent_which_is_a_kappa_of_0_444(answers):
    # Acceptance case 24: 85 and 5 alike, 5 and 5 apart; and all alike, where kappa is not defined.
    found = answers.calibration(by="category")
    assert set(found["category"]) == {"tone", "greeting"}
    tone, greeting = (
        found[found["category"] == name].set_index("statistic") for name in ("tone", "greeting")
    )
    assert tone.loc["percent", ["first_reviewer", "second_reviewer", "value", "n"]].tolist() == [
        "kim", "lee", 0.9, 100,
    ]  # fmt: skip
    assert tone.loc["percent", ["low", "high"]].tolist() == [
        pytest.approx(0.8256, abs=1e-4), pytest.approx(0.9448, abs=1e-4),
    ]  # fmt: skip
    assert tone.loc["kappa", "value"] == pytest.approx(0.444, abs=5e-4)
    assert tone.loc["kappa", "low"] < 0.444 < tone.loc["kappa", "high"]
    # 200 ratings, 180 passes and 20 fails, 10 pairs apart
    assert tone.loc["alpha", "value"] == pytest.approx(1 - 199 * 10 / (180 * 20), abs=1e-9)
    assert greeting.loc["percent", "value"] == 1
    assert math.isnan(greeting.loc["kappa", "value"])
    assert math.isnan(greeting.loc["alpha", "value"])
    by_language = answers.calibration(by=("category", "language"))
    assert set(by_language["language"]) == {"ko"}
    with pytest.raises(UnknownNameError, match="calibration: breakdown 'agent' is not known"):
        answers.calibration(by="agent")


def test_a_rating_is_told_with_its_share_and_the_limits_of_that(warehouse):
    scores = {"ko": [5] * 9 + [4], "ja": [3] * 4}
    rated = [(f"{code}{i}", code, n) for code, all_ in scores.items() for i, n in enumerate(all_)]
    warehouse(
        contacts="contact_id | language | created_at\n"
        + "\n".join(f"{contact} | {code} | 2026-03-01 00:00:00Z" for contact, code, _ in rated),
        surveys="survey_id | contact_id | sent_at | answered_at | scale | score\n"
        + "\n".join(
            f"s-{contact} | {contact} | 2026-03-01 00:00:00Z | 2026-03-02 00:00:00Z | 1-5 | {n}"
            for contact, _, n in rated
        ),
    )
    found = open_warehouse(warehouse.folder).ratings("csat_score", by="language").round(3)
    assert found.to_dict("split")["data"] == [
        ["ja", 3.0, 4, 4, 1.0, 0.51, 1.0],
        ["ko", 4.0, 1, 10, 0.1, 0.018, 0.404],
        ["ko", 5.0, 9, 10, 0.9, 0.596, 0.982],  # acceptance case 19: 9 of 10
    ]
    assert found.attrs["unit"] == "share"
    alone = open_warehouse(warehouse.folder).ratings("csat_score")
    assert alone[["score", "n", "rated"]].to_dict("split")["data"] == [
        [3.0, 4, 14], [4.0, 1, 14], [5.0, 9, 14],
    ]  # fmt: skip


def test_the_interval_of_a_rating_ends_where_its_scale_does(warehouse):
    scores = [5, 5, 5, 5, 3]
    warehouse(
        contacts="contact_id | created_at\n"
        + "\n".join(f"c{i} | 2026-03-01 00:00:00Z" for i in range(5)),
        surveys="survey_id | contact_id | sent_at | answered_at | scale | score\n"
        + "\n".join(
            f"s{i} | c{i} | 2026-03-01 00:00:00Z | 2026-03-02 00:00:00Z | 1-5 | {score}"
            for i, score in enumerate(scores)
        ),
    )
    found = open_warehouse(warehouse.folder).measure("csat_score").iloc[0]
    # Student's t: 4.6 - 2.776 * 0.4 = 3.49, and 5.71 beyond the scale
    assert (found["value"], round(found["low"], 2), found["high"]) == (4.6, 3.49, 5.0)


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
