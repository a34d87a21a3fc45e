"""Weeks, peaks and past forecasts of queues, channels and the whole."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pipelines.forecasts import forecast_queues
from pipelines.forecasts.base import discover
from pipelines.forecasts.queues import PAST_COLUMNS, QUEUE_TOTAL_COLUMNS
from pipelines.stages.forecast import with_handle_times, with_peak_agents
from tests.forecasts.series import arrivals

QUICK = [m for m in discover() if m.is_yardstick or m.name == "borrowed_profile"]


@pytest.fixture(scope="module")
def history():
    return pd.concat(
        [
            arrivals(),
            arrivals(language="ja", size=0.05, seed=2),
            arrivals(channel="mail", language="ko", size=0.1, seed=3),
        ],
        ignore_index=True,
    )


@pytest.fixture(scope="module")
def forecasts(history):
    return forecast_queues(history, models=QUICK, seed=3)


def test_every_queue_channel_and_the_whole_have_two_weeks_and_fourteen_peaks(forecasts):
    totals = forecasts.totals

    assert tuple(totals.columns) == QUEUE_TOTAL_COLUMNS
    groups = totals.groupby(["channel", "language", "measure"]).size().unstack()
    assert groups.index.tolist() == [
        ("*", "*"),
        ("mail", "*"),
        ("mail", "ko"),
        ("phone", "*"),
        ("phone", "ja"),
        ("phone", "ko"),
    ]
    assert groups["week_total"].tolist() == [2] * 6
    assert groups["day_peak"].tolist() == [14] * 6


def test_weeks_of_the_parts_add_up_to_the_week_of_the_whole(forecasts):
    weeks = forecasts.totals[forecasts.totals["measure"] == "week_total"]
    mean = weeks.set_index(["channel", "language", "starts_on"])["mean"].unstack()

    parts = mean.drop(index=[("*", "*"), ("mail", "*"), ("phone", "*")])
    assert mean.loc[("phone", "*")].tolist() == pytest.approx(
        (mean.loc[("phone", "ko")] + mean.loc[("phone", "ja")]).tolist()
    )
    assert mean.loc[("*", "*")].tolist() == pytest.approx(parts.sum().tolist())


def test_a_week_holds_its_days_and_a_peak_is_no_less_than_the_busiest_mean(forecasts):
    weeks = forecasts.totals.query("channel == '*' and measure == 'week_total'")
    days = forecasts.days.query("channel == '*'")["mean"].to_numpy()
    assert weeks["mean"].tolist() == pytest.approx([days[:7].sum(), days[7:].sum()])

    peaks = forecasts.totals.query("channel == 'phone' and language == 'ko'")
    peaks = peaks[peaks["measure"] == "day_peak"].set_index("starts_on")["mean"]
    half_hours = forecasts.intervals.query("channel == 'phone' and language == 'ko'")
    busiest = half_hours.groupby("local_on")["mean"].max()
    assert (peaks.to_numpy() > busiest.to_numpy()).all()


def test_quantiles_of_totals_are_sorted(forecasts):
    quantiles = forecasts.totals[["q025", "q10", "q50", "q90", "q975"]].to_numpy(dtype=float)

    assert (np.diff(quantiles, axis=1) >= 0).all()


def test_past_forecasts_are_those_of_evenings_one_seven_and_fourteen_days_before(
    history, forecasts
):
    past = forecasts.past.query("channel == 'phone' and language == 'ko'")

    assert tuple(forecasts.past.columns) == PAST_COLUMNS
    assert sorted(past["lead_days"].unique()) == [1, 7, 14]
    came = history.query("channel == 'phone' and language == 'ko'")
    came = came.groupby("local_on")["offered"].sum()
    assert past["offered_contacts"].tolist() == came.loc[past["local_on"]].tolist()

    # what was said a week before the last day is what a forecast from that evening says
    cut = history[history["local_on"] <= "2026-03-22"]
    model = next(
        m for m in QUICK if m.name == forecasts.intervals.query("language == 'ko'")["model"].iat[0]
    )
    again = forecast_queues(cut, models=[model], seed=3).days
    again = again.query("channel == 'phone' and language == 'ko' and local_on == '2026-03-29'")
    told = past.query("lead_days == 7 and local_on == '2026-03-29'")["forecast_contacts"]
    assert told.tolist() == pytest.approx(again["mean"].tolist())


@pytest.mark.slow
def test_several_processes_give_the_same_numbers(history):
    many = pd.concat(
        [history.assign(channel=history["channel"] + str(n)) for n in range(4)], ignore_index=True
    )

    alone = forecast_queues(many, models=QUICK[:1], workers=1)
    shared = forecast_queues(many, models=QUICK[:1], workers=2)
    pd.testing.assert_frame_equal(shared.intervals, alone.intervals)
    pd.testing.assert_frame_equal(shared.totals, alone.totals)


def test_a_plan_assumes_the_handle_time_of_the_eight_weeks_up_to_its_evening():
    on = pd.Timestamp("2026-03-29")
    days = [on - pd.Timedelta(days=back) for back in (63, 8, 7, 0)]
    handled = pd.DataFrame(
        {
            "channel": "phone",
            "language": "ko",
            "local_on": days,
            "seconds": [9000.0, 1000.0, 2000.0, 4000.0],
            "n": [10, 10, 5, 10],
        }
    )
    past = pd.DataFrame(
        {
            "channel": "phone",
            "language": ["ko", "ko", "en"],
            "local_on": on,
            "lead_days": [7, 1, 7],
            "forecast_contacts": 10.0,
            "offered_contacts": 11.0,
        }
    )

    answer = with_handle_times(past, handled)
    # on the 22nd: the days 8 and 7 before, 3,000 s over 15 contacts; the 63rd is too long ago
    assert answer["forecast_handle_seconds"].tolist()[:2] == [200.0, 200.0]
    assert answer["handle_seconds"].tolist()[:2] == [400.0, 400.0]
    assert answer.loc[2, ["handle_seconds", "forecast_handle_seconds"]].isna().tolist() == [
        True,
        True,
    ]


def test_agents_at_the_peak_are_the_agents_at_its_quantiles():
    desk = SimpleNamespace(
        channel="phone",
        language="ko",
        target_share=0.8,
        within_seconds=20,
        max_occupancy=1.0,
        concurrency=1,
        slowdown_share=0.0,
        minimum_agents=10,
    )
    assumptions = pd.DataFrame(
        {
            "channel": ["phone"],
            "language": ["ko"],
            "handle_seconds": 180.0,
            "patience_seconds": None,
        }
    )
    on = pd.Timestamp("2026-03-30")
    peaks = pd.DataFrame(
        [
            ("phone", "ko", "day_peak", on, on, 130.0, 110.0, 120.0, 130.0, 140.0, 150.0),
            ("phone", "ko", "peak_rate", on, on, 101.0, 60.0, 80.0, 100.0, 120.0, 140.0),
        ],
        columns=list(QUEUE_TOTAL_COLUMNS),
    )

    answer = with_peak_agents(peaks, SimpleNamespace(desks=[desk]), assumptions)
    agents = answer[answer["measure"] == "peak_agents"]
    # 180 s, 80 % in 20 s; 100 calls in half an hour take 14 (STAFFING.md), 60 take 9: 10 are there
    assert agents[["q025", "q10", "q50", "q90", "q975"]].to_numpy().tolist() == [
        [10, 11, 14, 16, 18]
    ]
    assert agents["mean"].isna().tolist() == [True]
    assert answer["measure"].tolist() == ["day_peak", "peak_agents"]
