"""Anomalies: measured false alarms, planted outages, and who carried them since when."""

import itertools
from datetime import timedelta

import holidays
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipelines.errors import OutOfRangeError
from pipelines.settings import PROJECT_ROOT
from pipelines.statistics import anomalies
from pipelines.statistics.anomalies import EVERYWHERE

WEEK = 336
SHAPE = np.abs(np.sin(np.arange(WEEK) / 48 * np.pi)) + 0.02


def _series(peak: float, spread: float, weeks: int = 40, seed: int = 1) -> tuple:
    random = np.random.default_rng(seed)
    mean = np.tile(SHAPE * peak, weeks) * np.repeat(1 + np.arange(weeks) * 0.005, WEEK)
    if spread:
        mean = mean * random.gamma(1 / spread, spread, len(mean))
    return random.poisson(mean).astype(float), np.tile(np.arange(WEEK), weeks)


@pytest.mark.parametrize("peak", [0.5, 3, 20, 200])
@pytest.mark.parametrize("spread", [0.0, 0.02, 0.1])
def test_at_most_one_ordinary_half_hour_in_a_thousand_is_marked(peak, spread):
    counts, season = _series(peak, spread)
    found = anomalies.unusual_counts(counts, season)["unusual"][8 * WEEK :]
    assert found.notna().all()
    assert (found != 0).mean() <= 0.0013


def test_limits_without_spread_are_those_of_a_negative_binomial():
    # Eight weeks of 20 exactly: nothing beyond chance, so the variance is 20 * (1 + 1/n), n being
    # the effective number of the eight weeks.
    found = anomalies.unusual_counts([20.0] * 9, [0] * 9).iloc[-1]
    weight = 0.5 ** (np.arange(8) / anomalies.HALF_LIFE)
    variance = 20 * (1 + (weight**2).sum() / weight.sum() ** 2)
    law = stats.nbinom(400 / (variance - 20), 20 / variance)
    assert found["expected"] == pytest.approx(20)
    assert (found["low"], found["high"]) == (law.ppf(0.0005), law.ppf(0.9995))
    assert found["n"] == 8


def test_an_outage_is_marked():
    counts, season = _series(20, 0.02)
    outage = 30 * WEEK + 28
    counts[outage : outage + 4] += 40
    found = anomalies.unusual_counts(counts, season)
    assert found["unusual"][outage : outage + 4].tolist() == [1, 1, 1, 1]


def test_last_weeks_outage_is_not_this_weeks_normal():
    counts, season = _series(20, 0.02)
    ordinary = anomalies.unusual_counts(counts, season)["expected"]
    counts[30 * WEEK : 31 * WEEK] += 40
    after = anomalies.unusual_counts(counts, season)["expected"]
    # A mean that weighs last week as much would rise by 5.4.
    assert (after - ordinary)[31 * WEEK : 32 * WEEK].mean() < 1.4


def test_silence_is_marked_where_many_were_due_and_not_at_night():
    counts, season = _series(60, 0.02)
    noon, night = 30 * WEEK + 24, 30 * WEEK + 48
    counts[[noon, night]] = 0
    found = anomalies.unusual_counts(counts, season)["unusual"]
    assert (found[noon], found[night]) == (-1, 0)


def test_a_burst_is_seen_in_a_short_sparse_series_and_ordinary_days_are_not():
    """Two contacts where next to none were due made a spread of hundreds: limits up to 195, and
    the burst unseen on half of the desks."""
    random = np.random.default_rng(3)
    seen, marked, weekday = 0, 0, np.arange(56) % 7
    for _ in range(100):
        counts = np.r_[np.zeros(28), random.poisson(2, 28)].astype(float)
        found = anomalies.unusual_counts(np.r_[counts[:-1], 25], weekday)
        seen += found["unusual"].iloc[-1] == 1
        steady = anomalies.unusual_counts(random.poisson(0.2, 56), weekday)
        assert steady["high"].dropna().max() < 8
        marked += (steady["unusual"].dropna() != 0).sum()
    assert seen >= 93
    assert marked <= 3  # of 2,800


def test_two_where_next_to_none_were_due_do_not_widen_later_limits():
    counts = [0, 1, 0, 0, 0, 0, 2, 0, 0, 3, 2, 2, 1, 3, 2, 2]
    high = anomalies.unusual_counts(counts, [0] * 16)["high"].tolist()
    assert high[-1] == 10  # by chance alone 8; were every square believed, 14


def test_no_data_is_neither_judged_nor_used_and_four_weeks_are_needed():
    counts = [10.0, 12.0, np.nan, 9.0, 11.0, 30.0]
    found = anomalies.unusual_counts(counts, [0] * 6)
    assert found["unusual"].isna().tolist() == [True] * 5 + [False]
    assert found["n"].tolist() == [0, 1, 2, 2, 3, 4]
    assert found["unusual"][5] == 1


def test_a_verdict_stands_whatever_comes_later():
    counts, season = _series(20, 0.05)
    whole, part = (
        anomalies.unusual_counts(counts[:end], season[:end])["unusual"] for end in (None, 20 * WEEK)
    )
    assert whole[: 20 * WEEK].tolist() == part.tolist()


def test_a_holiday_is_judged_by_holidays():
    season = ["mon"] * 8 + ["holiday"] * 5 + ["mon", "holiday"]
    counts = [100.0, 98, 103, 99, 101, 97, 102, 100, 40, 42, 38, 41, 39, 40, 40]
    assert anomalies.unusual_counts(counts, season)["unusual"].tolist()[-2:] == [-1, 0]


CHANNELS, LANGUAGES = ["chat", "mail", "phone"], ["ko", "en", "ja", "vi"]
TOPICS = ["withdrawal", "login", "kyc", "fees", "other"]
DIMENSIONS = ["channel", "language", "topic"]


def _cells(seed: int = 5) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    cells = pd.DataFrame(list(itertools.product(CHANNELS, LANGUAGES, TOPICS)), columns=DIMENSIONS)
    expected = random.gamma(2, 6, len(cells))
    return cells.assign(expected=expected, count=random.poisson(expected))


def _planted(**where: str) -> pd.DataFrame:
    cells = _cells()
    is_here = np.all([cells[name] == value for name, value in where.items()], axis=0)
    return cells.assign(count=cells["count"].where(~is_here, cells["count"] * 3 + 10))


def test_without_cells_nothing_carries_anything():
    assert anomalies.carriers(_cells()[:0], DIMENSIONS).empty


@pytest.mark.parametrize(
    "where",
    [
        {"topic": "withdrawal"},
        {"language": "ja"},
        {"channel": "phone", "topic": "login"},
        {"channel": "chat", "language": "ko", "topic": "withdrawal"},
    ],
)
def test_the_planted_combination_is_named_first_and_nothing_else(where):
    found = anomalies.carriers(_planted(**where), DIMENSIONS)
    named = found[DIMENSIONS].to_dict("records")
    assert named == [{name: where.get(name, EVERYWHERE) for name in DIMENSIONS}]


def test_a_surge_everywhere_has_no_culprit():
    cells = _cells()
    found = anomalies.carriers(cells.assign(count=cells["count"] * 2), DIMENSIONS)
    assert found.loc[0, DIMENSIONS].tolist() == [EVERYWHERE] * 3
    assert found.loc[0, "explained_share"] == 1


def test_an_ordinary_day_names_nobody():
    named = [len(anomalies.carriers(_cells(seed), DIMENSIONS)) for seed in range(20)]
    assert named == [0] * 20


def test_two_causes_are_named_one_after_the_other():
    cells = _planted(topic="withdrawal")
    cells["count"] += 60 * ((cells["channel"] == "phone") & (cells["language"] == "vi"))
    found = anomalies.carriers(cells, DIMENSIONS)[DIMENSIONS]
    assert sorted(found.itertuples(index=False, name=None)) == [
        (EVERYWHERE, EVERYWHERE, "withdrawal"), ("phone", "vi", EVERYWHERE),
    ]  # fmt: skip


def test_what_is_missing_is_found_as_what_is_too_much():
    cells = _cells()
    cells.loc[cells["channel"] == "mail", "count"] = 0
    found = anomalies.carriers(cells, DIMENSIONS, is_surplus=False)
    assert found.loc[0, DIMENSIONS].tolist() == ["mail", EVERYWHERE, EVERYWHERE]
    assert found.loc[0, "value"] == pytest.approx(
        -cells.query("channel == 'mail'")["expected"].sum()
    )


def test_an_excess_has_the_exact_poisson_limits():
    # 30 counted where 10 were due: the mean of 30 lies between 20.24 and 42.83 (Garwood).
    cells = pd.DataFrame({"topic": ["a", "b"], "count": [30, 10], "expected": [10.0, 10.0]})
    found = anomalies.carriers(cells, ["topic"]).iloc[0]
    assert (found["topic"], found["n"], found["value"]) == ("a", 30, 20)
    assert [round(found["low"], 2), round(found["high"], 2)] == [10.24, 32.83]
    assert found["explained_share"] == 1


def test_a_cell_without_expectation_is_refused():
    with pytest.raises(OutOfRangeError, match="expected count"):
        anomalies.carriers(pd.DataFrame({"t": ["a"], "count": [1], "expected": [np.nan]}), ["t"])


def test_withdrawals_since_14_00_begin_at_the_28th_half_hour():
    random = np.random.default_rng(6)
    expected = 4 * SHAPE[:48]
    counts = random.poisson(expected).astype(float)
    counts[28:] += random.poisson(9, 20)
    found = anomalies.burst(counts, expected)
    assert (found.start, found.stop) == (28, 48)
    assert found.excess.n == counts[28:].sum()
    assert found.excess.value == pytest.approx(counts[28:].sum() - expected[28:].sum())
    assert found.excess.low > 0


def test_a_half_hour_without_data_does_not_end_a_burst():
    expected = np.full(10, 5.0)
    counts = np.array([5, 5, 20, np.nan, 20, 5, 5, 5, 5, 5], dtype=float)
    found = anomalies.burst(counts, expected)
    assert (found.start, found.stop, found.excess.value) == (2, 5, 30)


def test_as_expected_there_is_no_burst():
    assert anomalies.burst([5.0, 5.0], [5.0, 5.0]) is None
    assert anomalies.burst([], []) is None


def test_withdrawals_korean_chat_since_14_00():
    """From half-hourly cells to the sentence on the overview page."""
    random = np.random.default_rng(14)
    weeks, today = 10, 9 * WEEK + 3 * 48
    cells = list(itertools.product(CHANNELS, LANGUAGES, TOPICS))
    means = random.gamma(2, 0.25, len(cells))
    counts = random.poisson(means[:, None] * np.tile(SHAPE, weeks)).astype(float)
    outage = cells.index(("chat", "ko", "withdrawal"))
    counts[outage, today + 28 : today + 40] += random.poisson(30, 12)
    season = np.tile(np.arange(WEEK), weeks)

    day = slice(today, today + 48)
    total = anomalies.unusual_counts(counts.sum(axis=0), season)[day].reset_index(drop=True)
    assert total.index[total["unusual"] == 1].min() == 28
    found = anomalies.burst(total["value"], total["expected"])
    assert (found.start, found.stop) == (28, 40)

    span = slice(today + found.start, today + found.stop)
    expected = [anomalies.unusual_counts(cell, season)["expected"][span].sum() for cell in counts]
    marked = pd.DataFrame(cells, columns=DIMENSIONS).assign(
        count=counts[:, span].sum(axis=1), expected=expected
    )
    named = anomalies.carriers(marked, DIMENSIONS)
    assert named[DIMENSIONS].to_numpy().tolist() == [["chat", "ko", "withdrawal"]]
    assert named.loc[0, "explained_share"] == pytest.approx(1, abs=0.25)


@pytest.fixture(scope="module")
def bank_calls() -> pd.DataFrame:
    """A bank's calls per half hour, January to October 1999, judged by weekday and slot."""
    path = PROJECT_ROOT.parent / "shared/data/call_counts_30min/bank_1999-01_to_10.csv"
    if not path.exists():
        pytest.skip("../shared/data/call_counts_30min is not here")
    calls = pd.read_csv(path, parse_dates=["ts"])
    slot = calls["ts"].dt.hour * 2 + calls["ts"].dt.minute // 30
    judged = anomalies.unusual_counts(calls["y"], calls["ts"].dt.day_of_week * 48 + slot)
    return judged.assign(day=calls["ts"].dt.strftime("%m-%d"))[59 * 48 :]


def test_a_real_banks_quiet_days_are_its_holidays_which_it_was_not_told(bank_calls):
    silent = (bank_calls["unusual"] == -1).groupby(bank_calls["day"]).sum()
    # Purim; 8 March, an unexplained fall; the first and last days of Passover and the eves
    # before them; Shavuot with its eve; Rosh Hashanah; Yom Kippur with its eve.
    assert silent[silent >= 10].index.tolist() == [
        "03-02", "03-08", "03-31", "04-01", "04-06", "04-07", "05-20", "05-21", "09-12", "09-19",
        "09-20",
    ]  # fmt: skip


def test_on_a_real_banks_working_days_six_half_hours_in_a_thousand_are_marked(bank_calls):
    """More than the one of independent half hours: whole days are busy or quiet together."""
    feasts = holidays.country_holidays(
        "IL", years=1999, categories=("public", "optional", "school")
    )
    closed = {
        (day - timedelta(days=before)).strftime("%m-%d") for day in feasts for before in (0, 1)
    }
    ordinary = bank_calls[~bank_calls["day"].isin({*closed, "03-08"})]
    assert ((ordinary["unusual"] != 0).sum(), len(ordinary)) == (63, 10_032)
