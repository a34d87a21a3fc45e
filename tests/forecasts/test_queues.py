"""`forecast_queues`: frames in, frames out."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from pipelines.forecasts import forecast_queues
from pipelines.forecasts.base import discover
from pipelines.forecasts.grids import half_hours
from pipelines.forecasts.queues import (
    DAY_COLUMNS,
    INTERVAL_COLUMNS,
    QUEUE_BACKTEST_COLUMNS,
    candidates,
)
from tests.forecasts.series import BELL, WEEK, arrivals

QUICK = [m for m in discover() if m.is_yardstick or m.name == "borrowed_profile"]
QUANTILE_COLUMNS = ["q025", "q05", "q10", "q25", "q50", "q75", "q90", "q95", "q975"]


@pytest.fixture(scope="module")
def history():
    """A phone queue of some 5,000 contacts a week and one of some 200, twelve weeks."""
    return pd.concat([arrivals(), arrivals(language="ja", size=0.04, seed=2)], ignore_index=True)


@pytest.fixture(scope="module")
def forecasts(history):
    return forecast_queues(history, seed=3)


def test_the_columns_are_those_of_the_published_tables(forecasts):
    assert tuple(forecasts.intervals.columns) == INTERVAL_COLUMNS
    assert list(INTERVAL_COLUMNS[6:-1]) == QUANTILE_COLUMNS
    assert tuple(forecasts.days.columns) == DAY_COLUMNS
    assert tuple(forecasts.backtest.columns) == QUEUE_BACKTEST_COLUMNS


def test_every_queue_is_forecast_for_two_weeks_from_the_day_after(forecasts):
    per_queue = forecasts.intervals.groupby(["channel", "language"])
    assert per_queue.size().to_dict() == {("phone", "ja"): 672, ("phone", "ko"): 672}
    assert forecasts.intervals["starts_at"].min() == pd.Timestamp("2026-03-29 15:00")
    assert forecasts.intervals["local_on"].max() == pd.Timestamp("2026-04-12")


def test_days_are_the_sums_of_half_hours_and_the_whole_is_the_sum_of_its_parts(forecasts):
    half_hours_summed = forecasts.intervals.groupby(["language", "local_on"])["mean"].sum()
    days = forecasts.days.set_index(["language", "local_on"])["mean"]
    assert days.loc["ko"].tolist() == pytest.approx(half_hours_summed.loc["ko"].tolist())
    assert days.loc["*"].tolist() == pytest.approx((days.loc["ko"] + days.loc["ja"]).tolist())
    assert len(days.loc["*"]) == 14


def test_the_forecast_is_near_what_the_week_is_known_to_bring(forecasts):
    # series.py: weekdays 5 4 3 3 2 1 1 times a bell of 283.6 contacts
    days = forecasts.days.set_index("language").loc["ko"]
    expected = 283.6 * np.array([5, 4, 3, 3, 2, 1, 1] * 2)
    assert days["mean"].tolist() == pytest.approx(expected.tolist(), rel=0.08)
    assert ((days["q10"] < expected * 1.03) & (days["q90"] > expected * 0.97)).all()


def test_quantiles_are_sorted_and_never_below_zero(forecasts):
    quantiles = forecasts.intervals[QUANTILE_COLUMNS].to_numpy()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert (quantiles >= 0).all()
    assert (np.diff(forecasts.days[["q10", "q50", "q90"]].to_numpy(), axis=1) >= 0).all()


def test_every_model_is_back_tested_against_both_yardsticks_and_one_is_chosen(forecasts):
    tested = forecasts.backtest
    assert set(tested["model"]) == {model.name for model in candidates()}
    assert set(tested.loc[tested["is_yardstick"], "model"]) == {"seasonal_naive", "eight_week_mean"}
    chosen = tested[tested["is_chosen"] & (tested["horizon"] == "2 weeks")]
    assert chosen["language"].tolist() == ["ja", "ko"]
    used = forecasts.intervals.groupby("language")["model"].first()
    assert chosen.set_index("language")["model"].to_dict() == used.to_dict()


def test_the_same_seed_gives_the_same_numbers(history, forecasts):
    again = forecast_queues(history, seed=3)
    pd.testing.assert_frame_equal(again.intervals, forecasts.intervals)
    pd.testing.assert_frame_equal(again.days, forecasts.days)


def test_a_week_later_the_same_arrivals_give_the_same_forecast_a_week_later(history, forecasts):
    later = history.assign(local_on=history["local_on"] + pd.Timedelta(days=7))

    # the 1st of April is a week elsewhere in the month: no columns of the month here
    yardstick = [model for model in discover() if model.is_yardstick]
    here = forecast_queues(history, seed=3, models=yardstick).intervals
    there = forecast_queues(later, seed=3, models=yardstick).intervals
    assert there["mean"].tolist() == pytest.approx(here["mean"].tolist())
    assert (there["starts_at"] - here["starts_at"]).unique() == [pd.Timedelta(days=7)]


def test_one_bad_queue_does_not_keep_the_others_from_their_forecast(history):
    class Picky:
        name = "picky"
        is_yardstick = False
        minimum_days = 1

        def means(self, grid, origins, horizon):
            if np.nanmean(grid.counts) > 1:
                raise ArithmeticError("too many contacts")
            return np.zeros((len(origins), horizon, 48))

    class Broken(Picky):
        name = "broken"
        is_yardstick = True

        def means(self, grid, origins, horizon):
            if np.nanmean(grid.counts) > 1:
                raise RuntimeError("cannot go on")
            return np.zeros((len(origins), horizon, 48))

    yardsticks = [model for model in discover() if model.is_yardstick]
    without_picky = forecast_queues(history, models=[*yardsticks, Picky()])
    assert set(without_picky.backtest.query("language == 'ko'")["model"]) == {
        "seasonal_naive",
        "eight_week_mean",
    }
    assert set(without_picky.intervals["language"]) == {"ko", "ja"}
    without_queue = forecast_queues(history, models=[*yardsticks, Broken()])
    assert set(without_queue.intervals["language"]) == {"ja"}


def test_a_young_queue_borrows_and_says_that_it_is_untested(history):
    young = arrivals(days=9, language="es", size=0.05, seed=4)

    answer = forecast_queues(pd.concat([history, young], ignore_index=True), models=QUICK)

    rows = answer.intervals.query("language == 'es'")
    assert rows["model"].unique().tolist() == ["borrowed_profile (untested: 9 days of history)"]
    # the parent's week at the size of the young queue: 283.6 x 0.05 x 38 over two weeks
    assert rows["mean"].sum() == pytest.approx(539, rel=0.25)
    assert "es" not in set(answer.backtest["language"])


def test_one_stray_contact_is_not_one_a_day(history):
    stray = arrivals(days=2, language="und", size=0.0)
    stray.loc[3, "offered"] = 1.0

    answer = forecast_queues(pd.concat([history, stray], ignore_index=True), models=QUICK)

    assert answer.intervals.query("language == 'und'")["mean"].sum() < 1


def test_a_small_queue_takes_the_shape_of_the_day_from_its_channel(history):
    tiny = arrivals(language="ru", size=0.003, seed=5)

    answer = forecast_queues(
        pd.concat([history, tiny], ignore_index=True),
        models=[
            model for model in discover() if model.name in ("eight_week_mean", "borrowed_profile")
        ],
    )

    rows = answer.intervals.query("language == 'ru'")
    assert rows["model"].unique().tolist() == ["borrowed_profile"]
    night, noon = rows.query("local_slot < 8"), rows.query("24 <= local_slot < 32")
    assert night["mean"].sum() < 0.05 * noon["mean"].sum()


def test_closed_half_hours_are_absent_unless_contacts_arrive_in_them(history):
    closed = (history["local_slot"] < 18) | (history["local_slot"] >= 36)
    hours = history.assign(is_open=~closed)
    calls = hours.assign(offered=hours["offered"].where(~closed, 0))

    as_calls = forecast_queues(calls, models=QUICK).intervals
    assert (as_calls["local_slot"].min(), as_calls["local_slot"].max()) == (18, 35)
    as_mail = forecast_queues(hours, models=QUICK).intervals
    assert (as_mail["local_slot"].min(), as_mail["local_slot"].max()) == (0, 47)


def test_the_coming_opening_hours_decide_where_they_are_given(history):
    calls = history.assign(offered=history["offered"].where(history["local_slot"] >= 18, 0))
    calls["is_open"] = calls["local_slot"] >= 18
    coming = pd.concat(
        [
            half_hours(date(2026, 3, 30), date(2026, 4, 12), "Asia/Seoul").assign(
                channel="phone", language=language
            )
            for language in ("ko", "ja")
        ]
    )
    coming["is_open"] = (coming["local_slot"] >= 18) & (
        coming["local_on"] != pd.Timestamp("2026-04-01")
    )

    answer = forecast_queues(calls, ahead=coming, models=QUICK)

    assert answer.intervals["local_slot"].min() == 18
    assert pd.Timestamp("2026-04-01") not in set(answer.intervals["local_on"])
    assert pd.Timestamp("2026-04-01") not in set(answer.days["local_on"])
    assert answer.days["local_on"].nunique() == 13


def test_a_day_under_way_is_left_aside(history, forecasts):
    begun = arrivals(last_on=date(2026, 3, 30), days=1)
    begun["offered"] = begun["offered"].where(begun["local_slot"] < 10, 0)

    answer = forecast_queues(
        pd.concat([history, begun], ignore_index=True), last_on=date(2026, 3, 29), seed=3
    )

    pd.testing.assert_frame_equal(answer.intervals, forecasts.intervals)


@pytest.mark.time
@pytest.mark.parametrize(("changes_on", "slots"), [(date(2026, 3, 8), 46), (date(2025, 11, 2), 50)])
def test_the_days_on_which_clocks_change_have_46_and_50_half_hours(changes_on, slots):
    before = arrivals(last_on=changes_on - timedelta(days=3), zone="America/New_York")

    answer = forecast_queues(before, zone="America/New_York", models=QUICK)

    on_the_day = answer.intervals[answer.intervals["local_on"] == pd.Timestamp(changes_on)]
    assert len(on_the_day) == slots
    assert on_the_day["starts_at"].diff().dropna().unique() == [pd.Timedelta(minutes=30)]


@pytest.mark.time
def test_a_repeated_hour_does_not_make_its_half_hours_twice_as_busy():
    # the day of 25 hours lies in the history; 01:00 to 02:00 came twice, 30 contacts each half hour
    history = arrivals(last_on=date(2025, 11, 23), zone="America/New_York")
    history["offered"] = 30.0

    answer = forecast_queues(history, zone="America/New_York", models=QUICK)

    assert answer.intervals["mean"].tolist() == pytest.approx([30.0] * 672, rel=0.02)


def test_holidays_and_events_of_the_calendar_are_learnt():
    history = arrivals(days=140)
    holidays = pd.to_datetime(
        [
            "2025-11-20",
            "2025-12-09",
            "2025-12-25",
            "2026-01-14",
            "2026-02-16",
            "2026-03-10",
            "2026-04-01",
        ]
    )
    history["offered"] = history["offered"].where(
        ~history["local_on"].isin(holidays), history["offered"] * 0.3
    )
    calendar = pd.DataFrame({"local_on": holidays, "is_holiday": True})

    level_profile = [model for model in discover() if model.name == "level_profile"]
    without = forecast_queues(history, models=level_profile).days.set_index("local_on")["mean"]
    answer = forecast_queues(history, calendar, models=level_profile)
    with_calendar = answer.days.set_index("local_on")["mean"]

    holiday = pd.Timestamp("2026-04-01")
    assert with_calendar[holiday].iloc[0] < 0.6 * without[holiday].iloc[0]


def test_progress_names_each_queue_and_how_much_is_done(history):
    seen = []
    yardsticks = [model for model in discover() if model.is_yardstick]

    forecast_queues(history, models=yardsticks, progress=lambda *done: seen.append(done))

    assert seen == [("phone ja", 0.0), ("phone ko", 0.5)]


def test_nothing_observed_is_nothing_forecast(history):
    for empty in (history.iloc[:0], history.assign(offered=np.nan)):
        answer = forecast_queues(empty)
        assert tuple(answer.intervals.columns) == INTERVAL_COLUMNS
        assert (len(answer.intervals), len(answer.days), len(answer.backtest)) == (0, 0, 0)


def opened_ten_days_ago(stray: float = 0.0, days: int = 84):
    """A line since 20 March; before it, `stray` contacts of one day in January."""
    rows = arrivals(days=days)
    opened = rows["local_on"] > pd.Timestamp("2026-03-19")
    offered = rows["offered"].where(opened, 0.0)
    at = (rows["local_on"] == pd.Timestamp("2026-01-12")) & (rows["local_slot"] == 20)
    return rows.assign(offered=offered.mask(at, stray)), rows[opened]


def test_a_stray_contact_months_before_a_line_was_opened_changes_nothing_of_its_forecast():
    with_stray, alone = opened_ten_days_ago(stray=1.0)
    other = arrivals(language="ja", size=0.04, seed=2)
    found, told = (
        forecast_queues(pd.concat([each, other], ignore_index=True), models=QUICK, seed=3)
        for each in (with_stray, alone)
    )
    own, want = (each.days.query("language == 'ko'")["mean"] for each in (found, told))
    assert own.tolist() == pytest.approx(want.tolist())
    assert own.mean() == pytest.approx(sum(WEEK) / 7 * BELL.sum(), rel=0.05)


def test_one_burst_on_a_line_that_nobody_calls_does_not_open_it():
    rows = arrivals(days=84).assign(offered=0.0)
    at = (rows["local_on"] == pd.Timestamp("2026-03-20")) & (rows["local_slot"] == 20)
    found = forecast_queues(rows.assign(offered=rows["offered"].mask(at, 60.0)), models=QUICK)
    assert found.days.query("language == 'ko'")["mean"].mean() < 2  # 60 in 84 days


def test_the_bands_of_a_line_that_opened_are_of_the_size_of_what_it_brings():
    for opened in (3, 6, 10, 21):
        rows = arrivals(days=84)
        before = rows["local_on"] <= pd.Timestamp("2026-03-29") - pd.Timedelta(days=opened)
        found = forecast_queues(rows.assign(offered=rows["offered"].mask(before, 0.0)))
        weeks = found.totals.query("measure == 'week_total' and language == 'ko'")
        assert weeks["q975"].max() < 60_000  # such a week brings 5,300
        assert found.totals.notna().all().all()


@pytest.mark.parametrize(("days", "times"), [(1, 8.0), (2, 8.0), (3, 8.0), (2, 0.05), (3, 0.0)])
def test_an_incident_at_a_months_end_is_no_new_level_either(days, times):
    """The 26th to 31st are a part of the month that has a worth of its own: no reason for this."""
    usual = arrivals(days=140)
    is_last = usual["local_on"] > pd.Timestamp("2026-03-29") - pd.Timedelta(days=days)
    offered = usual["offered"].where(~is_last, (usual["offered"] * times).round())
    weeks = [
        forecast_queues(each).days.query("language == 'ko'")["mean"].head(7).sum()
        for each in (usual, usual.assign(offered=offered))
    ]
    assert weeks[1] == pytest.approx(weeks[0], rel=0.05)


def test_what_every_month_begins_with_is_learnt_and_not_taken_for_an_incident():
    usual = arrivals(days=140, last_on=date(2026, 3, 29))
    is_first = usual["local_on"].dt.day <= 3
    offered = usual["offered"].where(~is_first, (usual["offered"] * 2.5).round())
    days = forecast_queues(usual.assign(offered=offered)).days.query("language == 'ko'")
    by_day, plain = (
        each.set_index("local_on")["mean"]
        for each in (days, forecast_queues(usual).days.query("language == 'ko'"))
    )
    first = slice(pd.Timestamp("2026-04-01"), pd.Timestamp("2026-04-03"))
    assert (by_day[first] / plain[first]).mean() == pytest.approx(2.5, rel=0.15)
