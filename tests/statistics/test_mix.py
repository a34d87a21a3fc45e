"""Rate and mix: acceptance case 25, exact sums, and intervals that cover."""

import itertools

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import OutOfRangeError
from pipelines.statistics import mix

WEEK_1 = pd.DataFrame({"language": ["ko", "en"], "n": [900, 100], "total": [810, 60]})
WEEK_2 = pd.DataFrame({"language": ["ko", "en"], "n": [500, 500], "total": [455, 310]})


@pytest.mark.case(25)
def test_87_to_76_5_is_1_1_of_rate_and_minus_11_6_of_mix():
    found = mix.decompose(WEEK_1, WEEK_2, ["language"])
    assert [
        round(100 * share, 6)
        for share in (found.before, found.after, found.change.value, found.rate.value,
                      found.mix.value)
    ] == [87.0, 76.5, -10.5, 1.1, -11.6]  # fmt: skip
    assert found.change.n == 2000


def test_each_group_says_its_part_of_rate_and_mix():
    groups = mix.decompose(WEEK_1, WEEK_2, ["language"]).groups.set_index("language")
    # At the old mix the new rates give 88.1: Korean is 2.9 above it and lost 40 points of the
    # mix, English 26.1 below it and won them.
    assert (100 * groups["rate"]).round(6).to_dict() == {"ko": 0.9, "en": 0.2}
    assert (100 * groups["mix"]).round(6).to_dict() == {"ko": -1.16, "en": -10.44}


def test_a_group_that_vanishes_or_appears_is_mix_alone():
    before = pd.DataFrame({"channel": ["chat", "fax"], "n": [50, 50], "total": [40, 10]})
    after = pd.DataFrame({"channel": ["chat", "app"], "n": [50, 50], "total": [40, 30]})
    found = mix.decompose(before, after, ["channel"])
    assert found.rate.value == 0
    assert found.mix.value == pytest.approx(0.70 - 0.50)
    groups = found.groups.set_index("channel")
    assert groups["rate"].to_dict() == {"app": 0, "chat": 0, "fax": 0}
    assert np.isnan(groups.loc["fax", "value_after"])
    assert np.isnan(groups.loc["app", "value_before"])


def test_means_come_apart_as_shares_do():
    before = pd.DataFrame({"c": ["chat", "mail"], "n": [3, 1], "total": [30.0, 100.0],
                           "squares": [302.0, 10_000.0]})  # fmt: skip
    after = pd.DataFrame({"c": ["chat", "mail"], "n": [2, 2], "total": [24.0, 180.0],
                          "squares": [290.0, 16_300.0]})  # fmt: skip
    found = mix.decompose(before, after, ["c"])
    assert (found.before, found.after) == (32.5, 51.0)
    assert found.rate.value == pytest.approx(0.75 * 2 - 0.25 * 10)
    assert found.mix.value == pytest.approx(0.25 * (90 - 12))


def _periods(seed: int, groups: int = 60) -> tuple[pd.DataFrame, pd.DataFrame]:
    random = np.random.default_rng(seed)
    keys = pd.DataFrame(
        list(itertools.product(["chat", "mail", "phone"], ["ko", "en", "ja", "vi"], range(5))),
        columns=["channel", "language", "topic"],
    )
    made = []
    for _ in range(2):
        n = random.integers(0, 40, groups) * (random.random(groups) < 0.8)
        made.append(keys.assign(n=n, total=random.binomial(n, random.random(groups))))
    return made[0], made[1]


@pytest.mark.parametrize("seed", range(5))
def test_parts_of_groups_add_up_to_the_whole_change(seed):
    found = mix.decompose(*_periods(seed), ["channel", "language", "topic"])
    assert found.rate.value + found.mix.value == pytest.approx(found.change.value, abs=1e-14)
    assert found.groups["rate"].sum() == pytest.approx(found.rate.value, abs=1e-14)
    assert found.groups["mix"].sum() == pytest.approx(found.mix.value, abs=1e-14)


@pytest.mark.parametrize("order", list(itertools.permutations(["channel", "language", "topic"])))
def test_dimensions_add_up_to_the_change_in_whatever_order_they_are_named(order):
    before, after = _periods(3)
    parts = mix.attribute(before, after, order).set_index("part")["value"]
    change = after["total"].sum() / after["n"].sum() - before["total"].sum() / before["n"].sum()
    assert parts.sum() == pytest.approx(change, abs=1e-14)
    reference = mix.attribute(before, after, ["channel", "language", "topic"])
    pd.testing.assert_series_equal(
        parts.sort_index(), reference.set_index("part")["value"].sort_index()
    )


def test_one_dimension_is_attributed_what_it_decomposes_to():
    parts = mix.attribute(WEEK_1, WEEK_2, ["language"]).set_index("part")["value"]
    assert (100 * parts).round(6).to_dict() == {"rate": 1.1, "language": -11.6}


def test_a_dimension_whose_mix_did_not_move_and_does_not_matter_is_given_nothing():
    rows = [("chat", day, n, total) for day in "ab" for n, total in [(90, 81)]]
    rows += [("mail", day, 10, 5) for day in "ab"]
    before = pd.DataFrame(rows, columns=["channel", "parity", "n", "total"])
    after = before.assign(n=[50, 50, 50, 50], total=[45, 45, 25, 25])
    parts = mix.attribute(before, after, ["channel", "parity"]).set_index("part")["value"]
    assert parts.to_dict() == pytest.approx({"rate": 0, "channel": 0.7 - 0.86, "parity": 0})


def test_row_order_changes_nothing():
    before, after = _periods(4)
    dimensions = ["channel", "language", "topic"]
    shuffled = mix.decompose(before.sample(frac=1, random_state=1), after[::-1], dimensions)
    straight = mix.decompose(before, after, dimensions)
    assert vars(shuffled.mix) == vars(straight.mix)


def test_none_of_three_after_three_of_three_is_no_certain_change():
    one = pd.DataFrame({"language": ["ko"], "n": [3], "total": [3]})
    found = mix.decompose(one, one.assign(total=0), ["language"])
    assert found.change.value == -1
    # Each period is drawn at (3 + 7/8) / 4 or its mirror: sd of both sqrt(2 * .96875 * .03125 / 3).
    margin = 1.959964 * np.sqrt(2 * 0.96875 * 0.03125 / 3)
    assert found.change.high == pytest.approx(-1 + margin, rel=0.15)


def test_a_mean_of_one_observation_changes_in_doubt():
    one = pd.DataFrame({"language": ["ko"], "n": [1], "total": [5.0], "squares": [25.0]})
    two = pd.DataFrame({"language": ["ko"], "n": [2], "total": [8.0], "squares": [34.0]})
    found = mix.decompose(one, two, ["language"])
    assert found.change.value == -1
    assert np.isnan([found.change.low, found.change.high, found.rate.low]).all()


def test_an_empty_period_has_no_rate_to_change():
    with pytest.raises(OutOfRangeError, match="no observations"):
        mix.decompose(WEEK_1, WEEK_2.iloc[:0], ["language"])


def test_95_percent_intervals_cover_the_true_parts_about_95_times_in_100():
    w1, w2 = np.array([0.5, 0.3, 0.2]), np.array([0.3, 0.3, 0.4])
    r1, r2 = np.array([0.9, 0.8, 0.6]), np.array([0.92, 0.78, 0.6])
    truth = {"rate": (w1 * (r2 - r1)).sum(), "mix": ((w2 - w1) * r2).sum()}
    truth["change"] = truth["rate"] + truth["mix"]
    random = np.random.default_rng(11)
    hits = dict.fromkeys(truth, 0)
    for seed in range(200):
        periods = []
        for w, r in ((w1, r1), (w2, r2)):
            n = random.multinomial(400, w)
            periods.append(pd.DataFrame({"g": [0, 1, 2], "n": n, "total": random.binomial(n, r)}))
        found = mix.decompose(*periods, ["g"], seed=seed)
        for part, value in truth.items():
            hits[part] += getattr(found, part).low <= value <= getattr(found, part).high
    assert {part: 182 <= count <= 199 for part, count in hits.items()} == dict.fromkeys(truth, True)


def test_intervals_of_dimensions_cover_their_true_parts_about_95_times_in_100():
    keys = pd.DataFrame(list(itertools.product("ab", "xyz")), columns=["channel", "language"])
    mixes = np.array([[0.3, 0.1, 0.1, 0.2, 0.2, 0.1], [0.1, 0.1, 0.1, 0.3, 0.2, 0.2]])
    rates = np.array([[0.9, 0.85, 0.8, 0.7, 0.6, 0.5], [0.9, 0.8, 0.8, 0.75, 0.6, 0.5]])
    exact = [keys.assign(n=w, total=w * r) for w, r in zip(1e7 * mixes, rates, strict=True)]
    truth = mix.attribute(*exact, ["channel", "language"])["value"]
    random, hits = np.random.default_rng(12), 0
    for seed in range(100):
        drawn = [random.multinomial(600, w) for w in mixes]
        periods = [
            keys.assign(n=n, total=random.binomial(n, r)) for n, r in zip(drawn, rates, strict=True)
        ]
        found = mix.attribute(*periods, ["channel", "language"], seed=seed)
        hits += (found["low"] <= truth) & (truth <= found["high"])
    assert hits.between(90, 100).tolist() == [True, True, True]


def test_standardised_rates_take_the_mix_away():
    weeks = pd.concat([WEEK_1.assign(week=1), WEEK_2.assign(week=2)])
    found = mix.standardised(weeks, "week", ["language"], standard=WEEK_1).set_index("week")
    assert found["value"].round(6).to_dict() == {1: 0.870, 2: 0.881}
    assert found["covered_share"].tolist() == [1, 1]
    # Its own mix keeps all of week 1; at week 1's mix week 2 counts for 1 / (.81/500 + .01/500).
    assert found["effective_n"].round(2).to_dict() == {1: 1000.0, 2: 609.76}


def test_a_unit_without_a_group_says_how_much_of_the_standard_it_covers():
    weeks = pd.concat([WEEK_1.assign(week=1), WEEK_2[:1].assign(week=2)])
    found = mix.standardised(weeks, "week", ["language"], standard=WEEK_1).set_index("week")
    assert found.loc[2, "value"] == pytest.approx(0.91)
    assert found.loc[2, "covered_share"] == pytest.approx(0.9)


def test_a_mean_standardised_to_its_own_mix_is_the_plain_mean():
    waits = pd.DataFrame({"week": 1, "c": ["chat", "mail"], "n": [4, 6], "total": [40.0, 600.0],
                          "squares": [420.0, 61_000.0]})  # fmt: skip
    found = mix.standardised(waits, "week", ["c"])
    assert found.loc[0, "value"] == pytest.approx(64.0)
    # t(0.975, 9) = 2.2622; variance .16 * (20/3)/4 + .36 * 200/6.
    margin = 2.2621572 * np.sqrt(0.16 * (20 / 3) / 4 + 0.36 * 200 / 6)
    assert found.loc[0, "high"] == pytest.approx(64 + margin, abs=1e-4)
