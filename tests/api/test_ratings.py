"""How customers rated, how far reviewers agree, and how sure that is."""

import math

import pytest

from pipelines.api import open_warehouse
from pipelines.errors import UnknownNameError


def test_two_reviewers_agree_on_ninety_percent_which_is_a_kappa_of_0_444(warehouse):
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
        + "\n".join(f"r{i} | ko | other | 2026-03-01 00:00:00Z" for i in range(100)),
        reviews="\n".join(reviews),
    )
    answers = open_warehouse(warehouse.folder)
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
