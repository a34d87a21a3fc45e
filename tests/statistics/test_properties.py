"""What must hold of any numbers: parts add up, order and labels do not matter, limits enclose.

The cases are drawn by hypothesis; the formulas that they are held against are the definitions,
written as loops.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.statistics import intervals, mix, nonresponse, percentiles, pooling
from pipelines.statistics.agreement import cohen_kappa, krippendorff_alpha, percent_agreement
from pipelines.statistics.survival import kaplan_meier, of_counts

drawn = settings(max_examples=40, deadline=None, derandomize=True)
costly = settings(max_examples=10, deadline=None, derandomize=True)

waits = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=40)
shares = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
cells = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(0, 30), st.floats(0, 1)),
    min_size=1,
    max_size=8,
)
ratings = st.lists(st.sampled_from([1.0, 2.0, 3.0, None]), min_size=3, max_size=3)


def period(rows: list) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["channel", "language", "n", "share"])
    one = pd.DataFrame([("a", "x", 1, 1.0)], columns=frame.columns)  # never an empty period
    frame = pd.concat([frame, one], ignore_index=True)
    return frame.assign(total=np.floor(frame["n"] * frame.pop("share")))


@drawn
@given(waits)
def test_the_share_that_waits_longer_is_the_product_of_those_who_stay(told):
    curve = kaplan_meier(*zip(*told, strict=True))
    share, expected = 1.0, []
    for moment in sorted({wait for wait, ended in told if ended}):
        at_risk = sum(wait >= moment for wait, _ in told)
        share *= 1 - sum(wait == moment and ended for wait, ended in told) / at_risk
        expected.append((moment, at_risk, pytest.approx(share)))
    assert list(zip(curve.seconds, curve.at_risk, curve.surviving_share, strict=True)) == expected
    known = ~np.isnan(curve.low)
    assert (curve.low <= curve.surviving_share)[known].all()
    assert (curve.surviving_share <= curve.high)[known].all()


@drawn
@given(waits, st.randoms(use_true_random=False), st.integers(1, 1000))
def test_a_curve_knows_neither_the_order_nor_the_start_of_the_clock(told, random, later):
    curve = kaplan_meier(*zip(*told, strict=True))
    shuffled = random.sample(told, len(told))
    moved = kaplan_meier(*zip(*((wait + later, ended) for wait, ended in shuffled), strict=True))
    for share in (0.1, 0.5, 0.9):
        expected = np.array(curve.quantile(share)) + later
        np.testing.assert_array_equal(moved.quantile(share), expected)


@drawn
@given(st.lists(waits, min_size=1, max_size=4))
def test_a_table_of_groups_gives_each_its_own_curve(groups):
    seconds = np.arange(31)
    counts = np.zeros((len(groups), 31, 2), dtype=np.int64)
    for row, told in enumerate(groups):
        for wait, ended in told:
            counts[row, wait, int(ended)] += 1
    together = of_counts(seconds, counts).quantile(0.5)
    alone = [kaplan_meier(*zip(*told, strict=True)).quantile(0.5) for told in groups]
    np.testing.assert_array_equal(np.transpose(together), alone)


@costly
@given(cells, cells)
def test_rate_and_mix_add_up_to_the_change_though_groups_come_and_go(before, after):
    first, second = period(before), period(after)
    found = mix.decompose(first, second, ["channel", "language"])
    rates = [frame["total"].sum() / frame["n"].sum() for frame in (first, second)]
    assert found.change.value == pytest.approx(rates[1] - rates[0], abs=1e-12)
    assert found.rate.value + found.mix.value == pytest.approx(found.change.value, abs=1e-12)
    for part in ("rate", "mix"):
        assert found.groups[part].sum() == pytest.approx(getattr(found, part).value, abs=1e-12)
    told = mix.attribute(first, second, ["channel", "language"]).set_index("part")["value"]
    assert told.sum() == pytest.approx(found.change.value, abs=1e-12)
    turned = mix.attribute(first, second, ["language", "channel"]).set_index("part")["value"]
    pd.testing.assert_series_equal(told, turned.reindex(told.index), atol=1e-12)


@costly
@given(cells)
def test_a_period_beside_itself_has_changed_in_nothing(rows):
    found = mix.decompose(period(rows), period(rows[::-1]), ["channel", "language"])
    parts = [found.rate.value, found.mix.value, *found.groups["rate"], *found.groups["mix"]]
    assert parts == pytest.approx([0] * len(parts), abs=1e-12)


@drawn
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60), st.floats(0.1, 0.9))
def test_a_percentile_is_numpys_and_lies_within_its_limits(values, share):
    value, low, high = percentiles.exact(np.array(values), share)
    assert value == pytest.approx(np.quantile(values, share))
    assert not low > value
    assert not high < value


@drawn
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60), st.sampled_from([0.5, 0.9]))
def test_bins_miss_a_percentile_by_at_most_1_2_per_cent(values, share):
    bins, counts = np.unique(
        np.floor(np.log(np.array(values) + 1) / np.log(percentiles.BIN_RATIO)), return_counts=True
    )
    (value,), _, _ = percentiles.binned(bins, counts[None, :], share)
    assert value == pytest.approx(np.quantile(values, share), rel=0.012, abs=0.012)


@drawn
@given(shares)
def test_a_share_lies_within_its_limits_and_those_of_its_opposite_mirror_them(told):
    k, n = told
    low, high = intervals.wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1
    assert intervals.wilson(n - k, n) == (pytest.approx(1 - high), pytest.approx(1 - low))
    wider = np.subtract(*intervals.wilson(k, n)[::-1])
    assert np.subtract(*intervals.wilson(4 * k, 4 * n)[::-1]) < wider


@drawn
@given(shares, shares)
def test_a_difference_turned_round_is_its_opposite(first, second):
    there = np.array(intervals.share_difference(*first, *second))
    back = np.array(intervals.share_difference(*second, *first))
    np.testing.assert_allclose(there, -back[[0, 2, 1]], atol=1e-12)
    assert there[1] <= there[0] <= there[2]
    assert np.abs(there).max() <= 1 + 1e-12


@drawn
@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 9)), min_size=2, max_size=30))
def test_a_weight_of_two_halves_is_a_mean_of_rows_and_weights_need_no_unit(rows):
    values, weights = (np.array(column, dtype=float) for column in zip(*rows, strict=True))

    def mean(w):
        sums = (w.sum(), (w**2).sum(), (w * values).sum(), (w * values**2).sum())
        return intervals.weighted_mean(*sums)

    equal = intervals.mean(len(values), values.sum(), (values**2).sum())
    np.testing.assert_allclose(mean(np.full(len(values), 3.0)), equal, rtol=1e-9, atol=1e-4)
    np.testing.assert_allclose(mean(weights), mean(weights / 7), rtol=1e-9, atol=1e-4)
    effective = intervals.effective_n(weights.sum(), (weights**2).sum())
    assert effective <= len(rows) + 1e-9


@drawn
@given(st.lists(shares, min_size=2, max_size=12), st.randoms(use_true_random=False))
def test_a_pooled_share_lies_between_its_own_and_that_of_all(groups, random):
    k, n = (np.array(column) for column in zip(*groups, strict=True))
    found = pooling.shares(k, n)
    centre = pooling.shares([*k, 0], [*n, 0])["value"].iloc[-1]
    inside = np.sort([found["raw"], np.full(len(n), centre)], axis=0)
    assert (found["value"] >= inside[0] - 1e-9).all()
    assert (found["value"] <= inside[1] + 1e-9).all()
    assert ((found["low"] <= found["value"]) & (found["value"] <= found["high"])).all()
    order = random.sample(range(len(n)), len(n))
    again = pooling.shares(k[order], n[order])
    np.testing.assert_allclose(again["value"], found["value"].iloc[order], atol=1e-6)


@drawn
@given(st.lists(ratings, min_size=2, max_size=12))
def test_agreement_knows_no_order_of_raters_or_units_and_no_names_of_grades(units):
    table = np.array(units, dtype=object)
    first, second, _ = table.T
    kappa = cohen_kappa(first, second)
    assert cohen_kappa(second, first).value == pytest.approx(kappa.value, nan_ok=True)
    named = {1.0: "poor", 2.0: "fair", 3.0: "good", None: None}
    words = ([named[grade] for grade in rater] for rater in (first, second))
    assert cohen_kappa(*words).value == pytest.approx(kappa.value, nan_ok=True)
    assert not kappa.value > percent_agreement(first, second).value + 1e-12
    for level in ("nominal", "ordinal", "interval"):
        alpha = krippendorff_alpha(table, level).value
        turned = krippendorff_alpha(table[::-1, ::-1], level).value
        assert turned == pytest.approx(alpha, nan_ok=True, abs=1e-9)
        assert not alpha > 1


@costly
@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(1, 40),
                          st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=6))  # fmt: skip
def test_who_answered_is_composed_as_everybody_asked_once_weighted(rows):
    asked = pd.DataFrame(rows, columns=["channel", "language", "n", "answered", "total"])
    asked["answered"] = np.ceil(asked["n"] * asked["answered"].clip(lower=0.01))
    asked["total"] = np.floor(asked["answered"] * asked["total"])
    found = nonresponse.adjust(asked, ["channel", "language"])
    people = asked.groupby(["channel", "language"])[["n", "answered", "total"]].sum()
    stood_for = (found.weights["answered"] * found.weights["weight"]).to_numpy()
    np.testing.assert_allclose(stood_for / stood_for.sum(), people["n"] / people["n"].sum())
    by_hand = (people["n"] * people["total"] / people["answered"]).sum() / people["n"].sum()
    assert found.adjusted.value == pytest.approx(by_hand)
    assert found.effective_n <= asked["answered"].sum() + 1e-9
