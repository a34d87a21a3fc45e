"""Drivers of satisfaction: closed forms, known coefficients, and reasons to refuse."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from pipelines.errors import OutOfRangeError
from pipelines.sample_exchange import opinions
from pipelines.sample_exchange.world import LANGUAGES, TOPICS
from pipelines.statistics import drivers
from pipelines.statistics.drivers import Terms

TRUE_SLOPES = {"chat": -0.8, "mail": -0.25}
CUTS = np.array([-3.2, -2.4, -1.4, 0.2])


def simulated(n: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {
            "channel": random.choice(["chat", "mail"], n, p=[0.6, 0.4]),
            "language": random.choice(["ko", "en", "ja"], n, p=[0.5, 0.3, 0.2]),
            "rounds": random.poisson(0.7, n),
            "is_reopened": random.random(n) < 0.2,
        }
    )
    typical = np.where(rows["channel"] == "chat", 180, 14_000)
    rows["wait_seconds"] = (typical * random.lognormal(0, 1, n)).round()
    rows["rating"] = 1 + np.searchsorted(CUTS, _latent(rows) + random.logistic(size=n))
    return rows


def _latent(rows: pd.DataFrame) -> np.ndarray:
    slope = rows["channel"].map(TRUE_SLOPES).to_numpy(dtype=float)
    shift = rows["language"].map({"ko": 0.0, "en": 0.4, "ja": -0.3}).to_numpy(dtype=float)
    return (
        slope * np.log1p(rows["wait_seconds"].to_numpy() / 60)
        - 0.3 * rows["rounds"].to_numpy()
        - 0.9 * rows["is_reopened"].to_numpy()
        + shift
        - 0.6 * (rows["channel"] == "mail").to_numpy()
    )


TERMS = Terms(
    durations=("wait_seconds",), numeric=("rounds",), flags=("is_reopened",),
    categorical=("channel", "language"), by="channel",
)  # fmt: skip
TRUTH = {
    "log minutes of wait_seconds, channel = chat": -0.8,
    "log minutes of wait_seconds, channel = mail": -0.25,
    "rounds": -0.3,
    "is_reopened": -0.9,
    "channel = mail": -0.6,
    "language = en": 0.4,
    "language = ja": -0.3,
}


def _a_minute_less(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(wait_seconds=(rows["wait_seconds"] - 60).clip(lower=0))


def _in_chat(rows: pd.DataFrame) -> pd.Series:
    return rows["channel"] == "chat"


@pytest.fixture(scope="module")
def large() -> drivers.Drivers:
    return drivers.fit(simulated(6_000, 1), "rating", TERMS)


def test_two_groups_and_two_scores_give_the_log_odds_ratio_of_the_table():
    # 60 of 100 satisfied without reopening, 20 of 80 with: log odds ratio of a fourfold table,
    # whose standard error is the root of the sum of 1/n.
    rows = pd.DataFrame(
        {
            "is_reopened": [False] * 100 + [True] * 80,
            "rating": [5] * 60 + [1] * 40 + [5] * 20 + [1] * 60,
        }
    )
    found = drivers.fit(rows, "rating", Terms(flags=("is_reopened",)))
    row = found.coefficients.iloc[0]
    expected = np.log(20 * 40 / (60 * 60))
    margin = 1.959964 * np.sqrt(1 / 60 + 1 / 40 + 1 / 20 + 1 / 60)
    assert row["value"] == pytest.approx(expected, abs=1e-3)
    assert [row["low"], row["high"]] == pytest.approx(
        [expected - margin, expected + margin], abs=2e-3
    )
    assert (found.n, row["n"]) == (180, 80)


def test_the_effect_of_a_flag_is_the_difference_of_shares_with_its_delta_interval():
    rows = pd.DataFrame(
        {
            "is_reopened": [False] * 100 + [True] * 80,
            "rating": [5] * 60 + [1] * 40 + [5] * 20 + [1] * 60,
        }
    )
    effect = drivers.fit(rows, "rating", Terms(flags=("is_reopened",))).effects().iloc[0]
    assert effect["value"] == pytest.approx(0.25 - 0.60, abs=1e-4)
    margin = 1.959964 * np.sqrt(0.6 * 0.4 / 100 + 0.25 * 0.75 / 80)
    assert [effect["low"], effect["high"]] == pytest.approx(
        [-0.35 - margin, -0.35 + margin], abs=1e-3
    )


def test_every_known_coefficient_is_recovered(large):
    found = large.coefficients.set_index("term")
    assert set(found.index) == set(TRUTH)
    for term, truth in TRUTH.items():
        assert found.loc[term, "value"] == pytest.approx(truth, abs=0.17), term


def test_a_minute_less_of_chat_wait_gives_what_the_true_model_gives(large):
    effect = large.effect(_a_minute_less, where=_in_chat)
    chats = large.rows[_in_chat(large.rows)]
    truth = [1 / (1 + np.exp(CUTS[2] - _latent(rows))) for rows in (chats, _a_minute_less(chats))]
    assert effect.n == len(chats)
    assert effect.value == pytest.approx((truth[1] - truth[0]).mean(), abs=0.006)
    assert 0 < effect.low < effect.value < effect.high


def test_intervals_cover_the_truth_about_95_times_in_100():
    hits, asked, effect_hits = 0, 0, 0
    for seed in range(40):
        model = drivers.fit(simulated(500, 1_000 + seed), "rating", TERMS)
        for _, row in model.coefficients.iterrows():
            hits += row["low"] <= TRUTH[row["term"]] <= row["high"]
            asked += 1
        chats = model.rows[_in_chat(model.rows)]
        truth = [1 / (1 + np.exp(CUTS[2] - _latent(r))) for r in (chats, _a_minute_less(chats))]
        effect = model.effect(_a_minute_less, where=_in_chat)
        effect_hits += effect.low <= (truth[1] - truth[0]).mean() <= effect.high
    assert 0.92 <= hits / asked <= 0.98
    assert 35 <= effect_hits <= 40


def test_a_change_of_nobody_and_of_nothing(large):
    nobody = large.effect(_a_minute_less, where=lambda rows: rows["channel"] == "fax")
    assert nobody.n == 0
    assert np.isnan(nobody.value)
    nothing = large.effect(lambda rows: rows)
    assert (nothing.value, nothing.low, nothing.high) == (0, 0, 0)


def test_ratings_with_a_null_are_left_out_and_counted():
    rows = simulated(400, 3)
    rows.loc[:24, "wait_seconds"] = np.nan
    found = drivers.fit(rows, "rating", TERMS)
    assert (found.n, found.left_out) == (375, 25)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows.assign(language=["vi"] * 9 + ["ko", "en", "ja"] * 97),
         "language = vi has 9 ratings, at least 10 are needed"),
        (lambda rows: rows.assign(rating=rows["rating"].where(rows["language"] != "ja", 5)),
         "ratings with language = ja are 5, so its effect has no limit"),
        (lambda rows: rows.assign(rounds=((rows["rating"] == 5) & (rows.index < 60)).astype(int)),
         "rounds separates good ratings from bad"),
        (lambda rows: rows.assign(wait_seconds=rows["wait_seconds"] - 1_000),
         "wait_seconds holds durations below 0 or without end"),
        (lambda rows: rows.assign(is_reopened=False), "is_reopened is the same in all 300"),
        (lambda rows: rows.assign(rounds=2), "rounds is the same in all ratings"),
        (lambda rows: rows.assign(rounds=rows["is_reopened"] * 3), "is_reopened follows from"),
        (lambda rows: rows.assign(rating=rows["rating"].clip(lower=4)), "needs scores below 4"),
        (lambda rows: rows.assign(rounds=rows["rating"] * 2), "separates good ratings from bad"),
    ],
)  # fmt: skip
def test_what_cannot_be_estimated_is_refused_with_the_reason(change, message):
    with pytest.raises(OutOfRangeError, match=message):
        drivers.fit(change(simulated(300, 4)), "rating", TERMS)


def test_without_a_term_there_is_nothing_to_fit():
    with pytest.raises(OutOfRangeError, match="name at least one term"):
        drivers.fit(simulated(50, 4), "rating", Terms())


def test_a_channel_that_nobody_rated_has_no_effect_to_tell(large):
    with pytest.raises(OutOfRangeError, match="channel = fax was not in the ratings"):
        large.effect(lambda rows: rows.assign(channel="fax"))


def _surveyed(seed: int, n: int) -> tuple[pd.DataFrame, float]:
    """Ratings as the invented exchange's customers give them, and what a minute truly gives."""
    random = np.random.default_rng(seed)
    language, topic = random.integers(0, 3, n), random.integers(0, len(TOPICS), n)
    ratio, solved = random.lognormal(0, 1, n), random.random(n) < 0.9
    reopened = solved & (random.random(n) < 0.1)
    surveys = opinions.draw_surveys(
        np.arange(n), np.ones(n, dtype=bool), 100.0, language, topic, ratio, solved, reopened,
        np.zeros(n), 10**9, random,
    )  # fmt: skip
    answered = surveys.answered >= 0

    def satisfied(wait):
        mood = 1 - 0.42 * np.log1p(np.clip(wait, 0, 200)) - 1.15 * ~solved - 0.55 * reopened
        mood = mood + opinions._TOPIC_MOOD[topic] + opinions._LENIENCY[language]
        return ndtr((mood - opinions._CUTS[2] / opinions._STYLE[language]) / 0.75)

    rows = pd.DataFrame(
        {
            "rating": surveys.score,
            "wait_seconds": ratio * 60,
            "is_solved": solved,
            "is_reopened": reopened,
            "language": [LANGUAGES[place].code for place in language],
            "topic": [list(TOPICS)[place] for place in topic],
        }
    )[answered]
    return rows, float((satisfied(np.maximum(ratio - 1, 0)) - satisfied(ratio))[answered].mean())


WITHIN = Terms(
    durations=("wait_seconds",), flags=("is_solved", "is_reopened"), categorical=("topic",)
)


def _within_languages(rows: pd.DataFrame, link: drivers.Link = "logit") -> drivers.DriversWithin:
    return drivers.DriversWithin(
        {name: drivers.fit(own, "rating", WITHIN, link) for name, own in rows.groupby("language")}
    )


def test_within_languages_the_invented_exchanges_own_effect_is_found():
    hits = 0
    for seed in range(4):
        rows, truth = _surveyed(seed, 5_000)
        model = _within_languages(rows, link="probit")
        effect = model.effect(_a_minute_less)
        assert effect.n == len(rows)
        hits += effect.low <= truth <= effect.high
    assert hits == 4


def test_what_is_pooled_over_languages_is_the_mean_over_their_ratings():
    rows = _surveyed(1, 3_000)[0]
    found = _within_languages(rows)
    parts = [model.effect(_a_minute_less) for model in found.models.values()]
    pooled = found.effect(_a_minute_less)
    assert pooled.value == pytest.approx(
        np.average([p.value for p in parts], weights=[p.n for p in parts])
    )
    table = found.effects().set_index("term")
    assert table.loc["is_solved", "n"] == len(rows)
    assert table.loc["is_solved", "low"] > 0 > table.loc["is_reopened", "high"]


def test_one_spread_for_all_languages_finds_too_small_an_effect():
    rows, truth = _surveyed(0, 5_000)
    pooled = Terms(
        durations=WITHIN.durations, flags=WITHIN.flags, categorical=("topic", "language")
    )
    one = drivers.fit(rows, "rating", pooled, link="probit").effect(_a_minute_less)
    each = _within_languages(rows, "probit").effect(_a_minute_less)
    assert one.value < each.value
    assert abs(each.value - truth) < abs(one.value - truth)
