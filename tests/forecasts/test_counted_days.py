"""The model of series that are known by the day."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from pipelines.forecasts.by_day import whole_days
from pipelines.forecasts.counted_days import CountedDays, day_rates
from pipelines.forecasts.eight_week_mean import EightWeekMean
from pipelines.forecasts.grids import day_columns, days_between, queue_grid
from pipelines.forecasts.level_profile import LevelProfile
from pipelines.forecasts.rolling import Rolling
from pipelines.forecasts.structural_days import has_two_years, structural_days

WEEK = np.array([5.0, 4.0, 3.0, 3.0, 2.0, 1.0, 1.0])


def daily(days, last_on="2026-03-29", yearly=0.0, seed=1):
    """A week of known shape around 40 to 200 a day, with a yearly wave on the log scale."""
    on = pd.date_range(end=last_on, periods=days + 14, freq="D")
    wave = np.exp(yearly * np.sin(2 * np.pi * on.day_of_year / 365.25))
    expected = 40 * WEEK[on.day_of_week] * np.asarray(wave)
    offered = np.random.default_rng(seed).poisson(expected).astype(float)
    frame = pd.DataFrame({"local_on": on, "offered": offered})
    return frame.iloc[:days].reset_index(drop=True), expected[days:]


def day_grid(history, last_on=None, horizon=14):
    """Days of a frame of local_on and offered as a grid."""
    last_on = last_on or history["local_on"].max().date()
    days = days_between(history["local_on"].min().date(), last_on, horizon)
    frame = whole_days(history.assign(local_slot=0))
    return queue_grid(frame, None, days, len(days) - horizon, slots=1)


def ahead(history, last_on=None):
    """[14] contacts expected after the history's last day; NaN: closed."""
    grid = day_grid(history, last_on)
    columns, known_from = day_columns(grid, None, None, "Asia/Seoul")
    grid = replace(grid, columns=columns, known_from=known_from)
    return Rolling(CountedDays(), grid, [grid.observed - 1], 14).mean(grid.observed - 1)[:, 0]


def test_a_week_by_the_day_goes_on():
    history, expected = daily(120)

    assert ahead(history).tolist() == pytest.approx(expected.tolist(), rel=0.12)


def test_with_two_years_the_yearly_wave_goes_on():
    history, expected = daily(760, yearly=0.4)

    assert has_two_years(day_grid(history), 759)
    assert ahead(history).sum() == pytest.approx(expected.sum(), rel=0.06)


def test_a_first_year_with_a_season_is_followed_up_and_down_more_closely_than_by_last_week():
    errors = []
    for seed, last_on in enumerate(pd.date_range("2026-01-10", periods=9, freq="40D")):
        history, expected = daily(330, last_on, yearly=0.6, seed=seed)  # up to 7 % a week
        last_week = np.tile(history["offered"].to_numpy()[-7:], 2)
        errors.append([np.abs(each - expected).sum() for each in (ahead(history), last_week)])

    ours, last_weeks = np.sum(errors, axis=0)
    # .874 by the level model alone, whose calendar and levels suit so smooth a wave best
    assert ours / last_weeks == pytest.approx(0.918, abs=0.02)


@pytest.mark.parametrize(
    ("a_day", "beside_mean", "beside_level"), [(0.5, 0.70, 0.55), (4.0, 0.70, 0.81)]
)
def test_few_contacts_a_day_are_forecast_closer_than_by_the_mean_and_by_logs(
    a_day, beside_mean, beside_level
):
    errors = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        on = pd.date_range(end="2026-04-12", periods=214, freq="D")
        drift = np.cumsum(rng.normal(0, 0.03, len(on)))
        expected = a_day * WEEK[on.day_of_week] / WEEK.mean() * np.exp(drift - drift.mean())
        frame = pd.DataFrame({"local_on": on, "offered": rng.poisson(expected).astype(float)})
        grid = day_grid(frame[:200], on[199].date(), 14)
        for model in (CountedDays(), EightWeekMean(), LevelProfile()):
            told = model.means(grid, [199], 14)[0, :, 0]
            errors.append(((told - expected[200:]) ** 2).mean())
    ours, mean, level = np.sqrt(np.reshape(errors, (-1, 3)).mean(axis=0))
    assert (ours / mean, ours / level) == pytest.approx((beside_mean, beside_level), abs=0.02)


def test_a_rate_is_the_weekdays_share_at_the_level_of_the_days_before():
    on = pd.date_range(end="2026-03-29", periods=112, freq="D")  # 16 weeks of 1 a day, then 3
    offered = np.where(np.arange(112) < 109, 1.0, 3.0)
    grid = day_grid(pd.DataFrame({"local_on": on, "offered": offered}), on[-1].date(), 14)

    fast = day_rates(grid, [111], 14, with_calendar=False)[0, 0]
    weight = 0.5 ** (np.arange(112)[::-1] / 3)
    age = 0.5 ** (np.arange(112)[::-1] / 112)
    everyday = age @ offered / age.sum()
    came = np.array([(age * offered)[on.day_of_week == day].sum() for day in range(7)])
    usual = everyday * np.array([age[on.day_of_week == day].sum() for day in range(7)])
    week = everyday * (came + 4) / (usual + 4)
    level = (weight @ offered + 1) / (weight @ week[on.day_of_week] + 1)
    assert fast.tolist() == pytest.approx((level * np.tile(week, 2)).tolist())
    assert level == pytest.approx(1.69, abs=0.01)  # half of the weight is on the three days


def test_a_rate_with_the_calendar_takes_a_holiday_for_a_holiday():
    on = pd.date_range(end="2026-03-29", periods=196, freq="D")
    is_holiday = np.isin(np.arange(210), np.r_[8:196:17, 193:196, 198])  # the last three, and one
    offered = np.where(is_holiday, 50.0, 100.0)[:196]
    frame = pd.DataFrame({"local_on": on, "offered": offered})
    plain = day_grid(frame, on[-1].date(), 14)
    holiday = is_holiday[:, None].astype(float)
    grid = replace(plain, columns=holiday, known_from=np.zeros((210, 1), dtype=int))

    without, with_calendar = (
        day_rates(grid, [195], 14, with_calendar=known)[0, 0, :4] for known in (False, True)
    )
    assert with_calendar.tolist() == pytest.approx([100, 100, 50, 100], rel=0.03)
    assert without.tolist() == pytest.approx([75.3, 75.9, 76.9, 75.0], rel=0.01)


def test_forecasts_of_a_structural_series_know_nothing_later_than_their_evening():
    history, _ = daily(800, yearly=0.4)
    grid = day_grid(history, history["local_on"].iloc[-1].date(), 14)
    changed = replace(grid, counts=np.where(np.arange(814)[:, None] > 760, 999.0, grid.counts))

    before, after = (structural_days(each, [750, 760, 790], 14) for each in (grid, changed))
    assert before[:2].tolist() == after[:2].tolist()
    assert np.log(after[2] / before[2]).mean() == pytest.approx(0.784, abs=0.03)


def test_with_two_years_bands_are_learnt_from_errors_of_the_average_with_the_structural_model(
    monkeypatch,
):
    history, _ = daily(800, yearly=0.4)
    grid = day_grid(history, history["local_on"].iloc[-1].date(), 14)
    evenings = [740, 770, 799]

    average = CountedDays().means(grid, evenings, 14)[:, :, 0]
    structural = structural_days(grid, evenings, 14)
    monkeypatch.setattr("pipelines.forecasts.counted_days.has_two_years", lambda grid, day: False)
    alone = CountedDays().means(replace(grid), evenings, 14)[:, :, 0]
    assert average == pytest.approx((alone + structural) / 2)
    assert np.abs(alone / structural - 1).mean() == pytest.approx(0.056, abs=0.01)


def test_two_years_that_are_mostly_missing_are_not_two_years():
    few = np.random.default_rng(0).poisson(50.0, 30).astype(float)
    history = pd.DataFrame({"local_on": pd.date_range("2023-01-01", periods=770)})
    history["offered"] = np.r_[few[:20], np.full(740, np.nan), few[20:]]

    assert not has_two_years(day_grid(history), 769)
    # a year of which a month is known went up to 261 million contacts within two weeks
    assert ahead(history) == pytest.approx(few.mean(), rel=0.25)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("unknown", ["holiday", "weekday"])
def test_what_no_observed_day_has_told_is_not_worth_anything(unknown):
    history, expected = daily(800)
    on, horizon = history["local_on"], 14
    is_untold = on.dt.day_of_week == 6 if unknown == "weekday" else (on == on[300])
    history["offered"] = history["offered"].mask(is_untold)
    grid = day_grid(history, on[799].date(), horizon)
    holiday = np.isin(np.arange(814), [300, 802])[:, None].astype(float)
    grid = replace(grid, passes=np.maximum(grid.passes, np.arange(48) == 0))
    if unknown == "holiday":
        grid = replace(grid, columns=holiday, known_from=np.zeros((814, 1), dtype=int))

    told = structural_days(grid, [799], horizon)[0]
    is_known = pd.date_range(on[799], periods=15)[1:].day_of_week != 6
    assert told[is_known] == pytest.approx(expected[is_known], rel=0.12)
    assert np.isfinite(told).all()


def test_days_that_are_all_alike_go_on_alike():
    history = pd.DataFrame({"local_on": pd.date_range("2023-01-01", periods=800), "offered": 50.0})

    assert has_two_years(day_grid(history), 799)
    # the half contact that lets a day without any have a logarithm is no contact: 50.25 with it
    assert ahead(history) == pytest.approx(50, abs=0.01)


@pytest.mark.parametrize(("step", "taken"), [(0.0, 0.36), (0.05, 1.02)])
def test_a_structural_series_holds_on_to_a_level_that_stays_and_follows_one_that_moves(step, taken):
    rng = np.random.default_rng(3)
    logs = 8 + np.cumsum(rng.normal(0, step, 800)) + rng.normal(0, 0.05, 800)
    on = pd.date_range(end="2026-03-29", periods=800)
    grids = (
        day_grid(
            pd.DataFrame({"local_on": on, "offered": np.exp(logs + higher)}), on[-1].date(), 14
        )
        for higher in (0.0, np.where(np.arange(800) < 770, 0.0, 0.1))  # the last month, by a tenth
    )

    before, after = (np.log(structural_days(grid, [769, 799], 14)[1]) for grid in grids)
    assert (after - before).mean() / 0.1 == pytest.approx(taken, abs=0.02)


def test_days_that_are_not_observed_say_nothing_about_a_rate():
    history, expected = daily(140)
    history.loc[100:119, "offered"] = np.nan

    assert ahead(history).tolist() == pytest.approx(expected.tolist(), rel=0.15)


def test_closed_weekdays_and_missing_days_are_absent_and_not_zero():
    history, _ = daily(140)
    is_open = history["local_on"].dt.day_of_week < 5
    history = history[is_open & (history["local_on"] != "2026-03-11")]

    answer = ahead(history, date(2026, 3, 15))
    assert np.isnan(answer).tolist() == [False] * 5 + [True] * 2 + [False] * 5 + [True] * 2
    usual = np.tile(40 * WEEK[:5], 2)
    assert answer[np.isfinite(answer)].tolist() == pytest.approx(usual.tolist(), rel=0.12)


def test_the_future_changes_nothing():
    history, _ = daily(140)
    later = history.copy()
    later.loc[120:, "offered"] *= 9
    last_on = history["local_on"].iloc[119].date()

    assert ahead(later, last_on).tolist() == ahead(history, last_on).tolist()
