"""Series known by the day only."""

import numpy as np
import pandas as pd
import pytest

from pipelines.forecasts.daily import DAILY_COLUMNS, forecast_daily

WEEK = np.array([5.0, 4.0, 3.0, 3.0, 2.0, 1.0, 1.0])


def daily(days, last_on="2026-03-29", yearly=0.0, seed=1):
    """A week of known shape around 40 to 200 a day, with a yearly wave on the log scale."""
    on = pd.date_range(end=last_on, periods=days + 14, freq="D")
    wave = np.exp(yearly * np.sin(2 * np.pi * on.day_of_year / 365.25))
    expected = 40 * WEEK[on.day_of_week] * np.asarray(wave)
    offered = np.random.default_rng(seed).poisson(expected).astype(float)
    frame = pd.DataFrame({"local_on": on, "offered": offered})
    return frame.iloc[:days].reset_index(drop=True), expected[days:]


def test_a_week_by_the_day_goes_on():
    history, expected = daily(120)

    answer = forecast_daily(history)
    assert tuple(answer.columns) == DAILY_COLUMNS
    assert answer["local_on"].iloc[0] == history["local_on"].iloc[-1] + pd.Timedelta(days=1)
    assert answer["mean"].tolist() == pytest.approx(expected.tolist(), rel=0.12)
    assert answer["model"].unique().tolist() == ["level"]
    assert (answer["q10"] < answer["q50"]).all()
    assert (answer["q50"] < answer["q90"]).all()


def test_with_two_years_the_structural_model_joins_in():
    history, expected = daily(760, yearly=0.4)

    answer = forecast_daily(history)
    assert answer["model"].unique().tolist() == ["level and structural"]
    assert answer["mean"].sum() == pytest.approx(expected.sum(), rel=0.06)


def test_a_first_year_with_a_season_is_followed_up_and_down_more_closely_than_by_last_week():
    errors = []
    for seed, last_on in enumerate(pd.date_range("2026-01-10", periods=9, freq="40D")):
        history, expected = daily(330, last_on, yearly=0.6, seed=seed)  # up to 7 % a week
        ahead = forecast_daily(history)["mean"].to_numpy()
        last_week = np.tile(history["offered"].to_numpy()[-7:], 2)
        errors.append([np.abs(each - expected).sum() for each in (ahead, last_week)])

    ours, last_weeks = np.sum(errors, axis=0)
    assert ours / last_weeks == pytest.approx(0.874, abs=0.02)  # .94 without levels that move


def test_closed_weekdays_and_missing_days_are_absent_and_not_zero():
    history, _ = daily(140)
    is_open = history["local_on"].dt.day_of_week < 5
    history = history[is_open & (history["local_on"] != "2026-03-11")]

    answer = forecast_daily(history)
    weekdays = answer["local_on"].dt.day_of_week
    assert weekdays.max() == 4
    assert len(answer) == 10
    usual = 40 * WEEK[weekdays]
    assert answer["mean"].tolist() == pytest.approx(usual.tolist(), rel=0.12)


def test_four_weeks_are_the_least():
    history, _ = daily(27)

    assert len(forecast_daily(history)) == 0
    assert len(forecast_daily(history.assign(offered=np.nan))) == 0


def test_the_future_changes_nothing():
    history, _ = daily(140)
    later = history.copy()
    later.loc[120:, "offered"] *= 9
    last_on = history["local_on"].iloc[119].date()

    pd.testing.assert_frame_equal(
        forecast_daily(later, last_on=last_on), forecast_daily(history, last_on=last_on)
    )
