"""Who answers, and weights that undo who did not: hand-computed and simulated."""

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import OutOfRangeError
from pipelines.statistics import nonresponse

# Half of all asked waited long, but only a fifth of the answers are theirs.
CELLS = pd.DataFrame(
    {
        "wait": ["short", "long"],
        "n": [1_000, 1_000],
        "answered": [400, 100],
        "total": [360, 40],
    }
)


def test_those_who_waited_long_answer_less_often():
    found = nonresponse.representation(CELLS, ["wait"]).set_index("group")
    assert found["value"].to_dict() == {"long": 0.1, "short": 0.4}
    assert found["share_of_asked"].to_dict() == {"long": 0.5, "short": 0.5}
    assert found["share_of_answers"].to_dict() == {"long": 0.2, "short": 0.8}
    assert found.loc["long", ["low", "high"]].round(4).tolist() == [0.0829, 0.1202]


def test_80_percent_of_answers_are_65_percent_of_everybody():
    found = nonresponse.adjust(CELLS, ["wait"])
    assert (found.raw.n, found.raw.value) == (500, 0.8)
    assert found.adjusted.value == pytest.approx((0.9 + 0.4) / 2)
    assert found.weights.set_index("wait")["weight"].to_dict() == {"long": 2.5, "short": 0.625}
    # (400 * .625 + 100 * 2.5)² / (400 * .625² + 100 * 2.5²) = 250,000 / 781.25
    assert found.effective_n == 320
    assert (round(found.adjusted.low, 4), round(found.adjusted.high, 4)) == (0.5962, 0.7002)
    assert found.method == "cells"
    assert found.collapsed.empty


def test_means_are_adjusted_as_shares_are():
    cells = CELLS.assign(total=[1_800.0, 250.0], squares=[8_200.0, 700.0])
    found = nonresponse.adjust(cells, ["wait"])
    assert found.raw.value == pytest.approx(4.1)
    assert found.adjusted.value == pytest.approx((4.5 + 2.5) / 2)
    assert found.adjusted.low < 3.5 < found.adjusted.high


def test_where_all_answer_alike_nothing_changes():
    cells = CELLS.assign(answered=[400, 400], total=[360, 160])
    found = nonresponse.adjust(cells, ["wait"])
    assert found.effective_n == 800
    assert vars(found.adjusted) == pytest.approx(vars(found.raw))


GRID = pd.DataFrame(
    {
        "channel": ["chat", "chat", "mail", "mail"],
        "language": ["ko", "en", "ko", "en"],
        "n": [400, 100, 200, 300],
        "answered": [100, 20, 50, 0],
        "total": [90, 14, 30, 0],
    }
)


def test_with_an_empty_cell_every_margin_still_becomes_everybodys():
    found = nonresponse.adjust(GRID, ["channel", "language"])
    assert found.method == "raking"
    assert found.collapsed.empty
    stands_for = found.weights.assign(people=found.weights["weight"] * found.weights["answered"])
    for name, expected in (("channel", 0.5), ("language", 0.4)):
        share = stands_for.groupby(name)["people"].sum() / stands_for["people"].sum()
        assert share.iloc[0] == pytest.approx(expected, abs=1e-8)
    # Only one table fits: mail-en is empty, so en stands in chat alone: .4, chat-ko .1, mail-ko .5.
    assert found.adjusted.value == pytest.approx(0.4 * 0.7 + 0.1 * 0.9 + 0.5 * 0.6)


def test_a_language_without_any_answer_is_collapsed_into_the_others_and_said():
    cells = pd.concat(
        [
            CELLS.assign(language="ko"),
            pd.DataFrame({"wait": ["short"], "n": [500], "answered": [0], "total": [0],
                          "language": ["vi"]}),
        ]
    )  # fmt: skip
    found = nonresponse.adjust(cells, ["wait", "language"])
    assert found.collapsed.to_dict("records") == [
        {"dimension": "language", "value": "vi", "n": 500}
    ]
    assert found.adjusted.value == pytest.approx(0.6 * 0.9 + 0.4 * 0.4)


def test_an_unknown_language_is_a_group_like_any_other():
    cells = GRID.assign(language=["ko", None, "ko", None])
    named = GRID.assign(language=["ko", "und", "ko", "und"])
    unknown, known = (nonresponse.adjust(rows, ["channel", "language"]) for rows in (cells, named))
    assert unknown.adjusted.value == pytest.approx(known.adjusted.value)
    assert nonresponse.representation(cells, ["language"])["n"].tolist() == [600, 400]


def test_without_answers_there_is_no_score():
    found = nonresponse.adjust(CELLS.assign(answered=0, total=0), ["wait"])
    assert found.raw.n == found.adjusted.n == 0
    assert np.isnan([found.raw.value, found.adjusted.value, found.effective_n]).all()
    assert found.collapsed["value"].tolist() == ["long", "short"]


def test_contradicting_empty_cells_are_refused_with_a_remedy():
    diagonal = GRID.assign(answered=[10, 0, 0, 10], total=[9, 0, 0, 5])
    with pytest.raises(OutOfRangeError, match="leave out a dimension"):
        nonresponse.adjust(diagonal, ["channel", "language"])


def test_more_answers_than_asked_are_refused():
    with pytest.raises(OutOfRangeError, match="more answers than people asked"):
        nonresponse.adjust(CELLS.assign(n=300), ["wait"])


def test_the_adjusted_share_is_everybodys_and_its_interval_covers_it_95_times_in_100():
    random = np.random.default_rng(21)
    waits, satisfied, answers = [0.5, 0.3, 0.2], [0.9, 0.7, 0.4], [0.3, 0.2, 0.08]
    truth = float(np.dot(waits, satisfied))
    hits, raw_hits, total = 0, 0, 0.0
    for _ in range(120):
        n = random.multinomial(2_000, waits)
        answered = random.binomial(n, answers)
        cells = pd.DataFrame({"wait": range(3), "n": n, "answered": answered,
                              "total": random.binomial(answered, satisfied)})  # fmt: skip
        found = nonresponse.adjust(cells, ["wait"])
        total += found.adjusted.value
        hits += found.adjusted.low <= truth <= found.adjusted.high
        raw_hits += found.raw.low <= truth <= found.raw.high
    assert total / 120 == pytest.approx(truth, abs=0.006)
    assert 0.91 <= hits / 120 <= 0.99
    assert raw_hits / 120 < 0.3
