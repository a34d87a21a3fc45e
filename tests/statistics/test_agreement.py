"""Agreement against acceptance case 24 and Krippendorff's own examples."""

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import OutOfRangeError
from pipelines.statistics.agreement import cohen_kappa, krippendorff_alpha, percent_agreement

FIRST = ["pass"] * 85 + ["fail"] * 5 + ["pass"] * 5 + ["fail"] * 5
SECOND = ["pass"] * 85 + ["fail"] * 5 + ["fail"] * 5 + ["pass"] * 5

# Krippendorff (2011), section C: four observers, twelve units, . = not rated.
OBSERVERS = """
    1 2 3 3 2 1 4 1 2 . . .
    1 2 3 3 2 2 4 1 2 5 . 3
    . 3 3 3 2 3 4 2 2 5 1 .
    1 2 3 3 2 4 4 1 2 5 1 .
"""


def units(text: str) -> np.ndarray:
    rows = [line.split() for line in text.strip().splitlines()]
    return np.array([[np.nan if x == "." else float(x) for x in row] for row in rows]).T


@pytest.mark.case(24)
def test_90_of_100_agree_and_kappa_is_0_444():
    agreed = percent_agreement(FIRST, SECOND)
    assert (agreed.n, agreed.value) == (100, 0.9)
    assert (round(agreed.low, 4), round(agreed.high, 4)) == (0.8256, 0.9448)
    kappa = cohen_kappa(FIRST, SECOND)
    assert (kappa.n, round(kappa.value, 3)) == (100, 0.444)


def test_the_bootstrap_interval_of_kappa_is_close_to_the_asymptotic_one():
    # Fleiss, Cohen & Everitt (1969): the standard error is .1572 here, so .136 to .753; the
    # bootstrap leans to the left as the estimate's distribution does.
    kappa = cohen_kappa(FIRST, SECOND, seed=5)
    assert (kappa.low, kappa.high) == pytest.approx((0.136, 0.753), abs=0.06)


@pytest.mark.case(24)
def test_kappa_and_alpha_are_null_where_all_pass():
    kappa = cohen_kappa(["pass"] * 100, ["pass"] * 100)
    alpha = krippendorff_alpha([["pass", "pass"]] * 100)
    assert kappa.n == alpha.n == 100
    assert np.isnan([kappa.value, kappa.low, kappa.high, alpha.value, alpha.low, alpha.high]).all()
    assert percent_agreement(["pass"] * 100, ["pass"] * 100).value == 1


def test_nobody_rated_is_null():
    found = [percent_agreement([], []), cohen_kappa([None], ["pass"]),
             krippendorff_alpha([["a", None]])]  # fmt: skip
    assert [estimate.n for estimate in found] == [0, 0, 0]
    assert np.isnan([estimate.value for estimate in found]).all()


def test_alpha_of_two_observers_and_binary_data_is_0_095():
    meg, owen = "0100000010", "1110010000"
    assert round(krippendorff_alpha(list(zip(meg, owen, strict=True))).value, 3) == 0.095


def test_alpha_of_two_observers_and_nominal_data_is_0_692():
    ben, gerry = "aabbdcccedda", "babbbccceddd"
    assert round(krippendorff_alpha(list(zip(ben, gerry, strict=True))).value, 3) == 0.692


@pytest.mark.parametrize(
    ("level", "expected"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_alpha_of_four_observers_with_missing_data_is_as_printed(level, expected):
    found = krippendorff_alpha(units(OBSERVERS), level)
    assert (found.n, round(found.value, 3)) == (11, expected)
    assert found.low < found.value < found.high <= 1


@pytest.mark.parametrize("scale", [1e-6, 1e6])
@pytest.mark.parametrize("level", ["ordinal", "interval"])
def test_alpha_does_not_depend_on_the_unit_that_ratings_are_written_in(level, scale):
    plain, scaled = (
        krippendorff_alpha(units(OBSERVERS), level),
        krippendorff_alpha(units(OBSERVERS) * scale, level),
    )
    assert vars(scaled) == pytest.approx(vars(plain))


def test_alpha_takes_frames_with_either_kind_of_null():
    ratings = pd.DataFrame({"a": [1, pd.NA, 2, 1], "b": [1, 2, 2, 2]}).astype("Int64")
    assert krippendorff_alpha(ratings, "ordinal").n == 3
    plain = krippendorff_alpha([[1, 1], [None, 2], [2, 2], [1, 2]], "ordinal")
    assert krippendorff_alpha(ratings, "ordinal") == plain


def test_alpha_of_two_raters_is_a_little_above_scotts_pi():
    # alpha = 1 - (n - 1) / n * (1 - pi) with n the number of ratings; pi = kappa here, since
    # both raters pass 90 of 100.
    found = krippendorff_alpha(list(zip(FIRST, SECOND, strict=True)))
    assert found.value == pytest.approx(1 - 199 / 200 * (1 - 0.08 / 0.18))


def test_equal_seeds_give_equal_intervals():
    assert cohen_kappa(FIRST, SECOND, seed=3) == cohen_kappa(FIRST, SECOND, seed=3)


def test_words_have_no_order():
    with pytest.raises(OutOfRangeError, match="ordinal ratings must be numbers"):
        krippendorff_alpha([["good", "bad"]], "ordinal")


def test_intervals_of_kappa_and_alpha_cover_the_truth_about_95_times_in_100():
    random = np.random.default_rng(17)
    shares = np.array([0.6, 0.3, 0.1])

    def rater(truth: np.ndarray) -> np.ndarray:
        guess = random.choice(3, len(truth), p=shares)
        return np.where(random.random(len(truth)) < 0.75, truth, guess)

    # Both know it with .75²; else they agree as guesses do. So kappa = alpha = .5625.
    hits = np.zeros(2)
    for seed in range(150):
        truth = random.choice(3, 80, p=shares)
        raters = [rater(truth) for _ in range(3)]
        kappa = cohen_kappa(raters[0], raters[1], seed)
        alpha = krippendorff_alpha(np.column_stack(raters), seed=seed)
        hits += [found.low <= 0.5625 <= found.high for found in (kappa, alpha)]
    assert (hits / 150 >= 0.9).all()
    assert (hits / 150 <= 0.99).all()


def test_categories_of_one_contact_are_no_further_contacts():
    # every unit four times, told as one item: kappa and its limits stay those of the 100
    items = np.repeat(np.arange(100), 4)
    fours = [np.repeat(np.array(rater, dtype=object), 4) for rater in (FIRST, SECOND)]
    once, again = cohen_kappa(FIRST, SECOND), cohen_kappa(*fours, items=items)
    assert (again.n, again.value) == (400, pytest.approx(once.value))
    assert (again.low, again.high) == pytest.approx((once.low, once.high))
    blind = cohen_kappa(*fours)
    assert blind.high - blind.low < 0.6 * (again.high - again.low)  # half as wide, wrongly
    # 10 contacts stray by 3.6 and 90 by 0.4: as unsure as a share of its 100 contacts
    agreed = percent_agreement(*fours, items=items)
    assert (agreed.n, agreed.value) == (400, 0.9)
    assert (round(agreed.low, 4), round(agreed.high, 4)) == (0.8256, 0.9448)
    assert percent_agreement(["a"] * 400, ["a"] * 400, items=items).low == pytest.approx(
        percent_agreement(["a"] * 100, ["a"] * 100).low
    )


def test_alpha_draws_the_categories_of_a_contact_together():
    ratings = units(OBSERVERS)
    items = np.repeat(np.arange(len(ratings)), 4)
    alone, together = (
        krippendorff_alpha(ratings),
        krippendorff_alpha(np.repeat(ratings, 4, axis=0), items=items),
    )
    blind = krippendorff_alpha(np.repeat(ratings, 4, axis=0))
    assert together.n == blind.n == 4 * alone.n
    assert (together.low, together.high) == pytest.approx((alone.low, alone.high), abs=0.02)
    assert blind.high - blind.low < 0.6 * (together.high - together.low)
