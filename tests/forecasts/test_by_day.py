"""Queues whose export tells days, and no times of day."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from pipelines.forecasts import forecast_queues
from pipelines.forecasts.base import discover
from pipelines.forecasts.by_day import even_parts, queues_by_day, whole_days
from pipelines.forecasts.grids import half_hours
from tests.forecasts.series import WEEK, arrivals

FORM = ("web_form", "en")
QUICK = [model for model in discover() if model.is_yardstick]


def dated(
    days=84, last_on=date(2026, 3, 29), zone="Asia/Seoul", of="Asia/Seoul", growth=0.0, seed=1
):
    """Half hours of a queue whose contacts all lie at midnight in the zone `of`.

    40 to 200 a day at first, and `growth` more each day.
    """
    slots = half_hours(pd.Timestamp(last_on) - pd.Timedelta(days=days - 1), last_on, zone)
    there = slots["starts_at"].dt.tz_localize("UTC").dt.tz_convert(of)
    is_midnight = (there.dt.hour == 0) & (there.dt.minute == 0)
    age = (slots["local_on"] - slots["local_on"].iloc[0]).dt.days
    expected = 40 * np.array(WEEK)[there.dt.day_of_week] * is_midnight * (1 + growth) ** age
    offered = np.random.default_rng(seed).poisson(expected).astype(float)
    return slots.assign(channel=FORM[0], language=FORM[1], offered=offered)


@pytest.fixture(scope="module")
def forecasts():
    """Forms known by the day from Washington, and calls by the half hour; the site is in Seoul."""
    both = [dated(days=200, of="America/New_York", growth=0.003), arrivals(days=84)]
    return forecast_queues(pd.concat(both, ignore_index=True), seed=3)


@pytest.mark.parametrize(
    ("zone", "of", "slots"),
    [
        ("Asia/Seoul", "Asia/Seoul", [0]),
        ("Asia/Seoul", "America/New_York", [26, 28]),
        ("Australia/Sydney", "Europe/London", [18, 20, 22]),
        ("Europe/London", "Atlantic/Cape_Verde", [2, 4]),
        ("America/New_York", "America/Bogota", [0, 2]),
        ("America/New_York", "America/Panama", [0, 2]),
        ("America/New_York", "America/Caracas", [0, 46]),
    ],
)
def test_one_midnight_is_told_from_hours_wherever_clocks_change(zone, of, slots):
    history = dated(days=500, zone=zone, of=of)

    came = history.loc[history["offered"] > 0, "local_slot"]
    assert sorted(came.unique()) == slots
    assert queues_by_day(history) == {FORM}


def test_contacts_at_two_times_of_day_are_known_by_the_half_hour():
    history = dated()
    at_noon = history["local_slot"] == 26
    history.loc[at_noon & (history["local_on"] == "2026-03-10"), "offered"] = 1.0

    assert queues_by_day(history) == set()


def test_hours_that_change_from_day_to_day_are_no_midnight():
    history = dated(days=84).assign(offered=0.0)
    # a contact a day, at noon or at one: a desk that opens for two hours
    slot = np.where(np.arange(84) % 2 == 0, 24, 26)
    history.loc[np.arange(84) * 48 + slot, "offered"] = 1.0

    assert queues_by_day(history) == set()


def test_too_few_days_are_taken_for_what_their_channel_is():
    few = dated(days=13).assign(language="ja")

    assert queues_by_day(few) == set()
    assert queues_by_day(pd.concat([few, dated()])) == {FORM, ("web_form", "ja")}
    mixed = arrivals(channel="web_form")
    assert queues_by_day(pd.concat([few, mixed])) == set()
    # nothing else in its channel: as all queues are
    assert ("chat", "ja") in queues_by_day(pd.concat([few.assign(channel="chat"), dated()]))


def test_whole_days_are_known_where_all_of_their_half_hours_are():
    rows = dated(days=3).assign(is_open=False)
    on = rows["local_on"].unique()
    rows["offered"] = np.where(rows["local_slot"] == 0, 7.0, 0.0)
    rows.loc[(rows["local_on"] == on[1]) & (rows["local_slot"] > 30), "offered"] = np.nan
    rows.loc[(rows["local_on"] == on[2]) & (rows["local_slot"] == 20), "is_open"] = True

    days = whole_days(rows)
    assert days["local_slot"].tolist() == [0, 0, 0]
    assert days["offered"].tolist() == pytest.approx([7.0, np.nan, 7.0], nan_ok=True)
    assert days["is_open"].tolist() == [False, False, True]


def test_half_hours_are_even_parts_of_the_open_day_or_of_all_of_a_closed_one():
    is_open = np.zeros((2, 48), dtype=bool)
    is_open[0, 18:22] = True
    lead, slot = np.divmod(np.arange(96), 48)

    parts = even_parts(np.array([8.0, 48.0]), lead, slot, is_open)
    assert parts[18:22].tolist() == [2.0] * 4
    assert np.isnan(np.delete(parts[:48], range(18, 22))).all()
    assert parts[48:].tolist() == [1.0] * 48


def test_a_queue_known_by_the_day_is_forecast_by_its_days(forecasts):
    days = forecasts.days[forecasts.days["channel"] == FORM[0]]
    # midnight in Washington is one or two in the afternoon of the same day in Seoul
    expected = 40 * np.array(WEEK * 2) * 1.003 ** np.arange(200, 214)
    assert days["mean"].tolist() == pytest.approx(expected.tolist(), rel=0.12)
    assert (days["q10"] < days["q50"]).all()
    assert (days["q50"] < days["q90"]).all()


def test_its_half_hours_are_parts_of_the_day_without_quantiles(forecasts):
    rows = forecasts.intervals[forecasts.intervals["channel"] == FORM[0]]
    days = forecasts.days[forecasts.days["channel"] == FORM[0]]

    assert len(rows) == 14 * 48
    assert rows["model"].unique().tolist() == ["counted_days"]
    assert rows[["q025", "q50", "q975"]].isna().all().all()
    assert rows["mean"].iloc[:48].tolist() == pytest.approx([days["mean"].iloc[0] / 48] * 48)


def test_its_back_test_is_of_days_beside_both_yardsticks(forecasts):
    tested = forecasts.backtest[forecasts.backtest["channel"] == FORM[0]]
    assert tested["is_by_day"].all()
    two_weeks = tested[tested["horizon"] == "2 weeks"].set_index("model")
    assert set(two_weeks.index) == {"seasonal_naive", "eight_week_mean", "counted_days"}
    assert two_weeks["is_chosen"].to_dict()["counted_days"]
    assert two_weeks["wape"].round(3).to_dict() == pytest.approx(
        {"seasonal_naive": 0.072, "eight_week_mean": 0.108, "counted_days": 0.063}, abs=0.003
    )
    assert not forecasts.backtest.loc[forecasts.backtest["channel"] == "phone", "is_by_day"].any()


def test_nobody_knows_the_busiest_half_hour_of_days(forecasts):
    totals = forecasts.totals.groupby(["channel", "language"])["measure"].unique()
    assert totals[FORM].tolist() == ["week_total"]
    assert totals["*", "*"].tolist() == ["week_total"]
    assert set(totals["phone", "ko"]) == {"week_total", "day_peak", "peak_rate"}
    weeks = forecasts.totals[forecasts.totals["measure"] == "week_total"]
    weeks = weeks.drop_duplicates(["channel", "starts_on"]).set_index(["channel", "starts_on"])
    of_all, forms, calls = (weeks.loc[of, "mean"].to_numpy() for of in ("*", FORM[0], "phone"))
    assert of_all.tolist() == pytest.approx((forms + calls).tolist())


def test_past_forecasts_of_its_days_are_kept(forecasts):
    past = forecasts.past.query("channel == 'web_form' and lead_days == 7")
    history = whole_days(dated(days=200, of="America/New_York", growth=0.003)).set_index(
        "local_on"
    )["offered"]
    assert past["offered_contacts"].tolist() == history[past["local_on"]].tolist()
    assert past["forecast_contacts"].sum() == pytest.approx(past["offered_contacts"].sum(), rel=0.1)


def test_hours_of_other_queues_do_not_learn_from_its_midnight():
    small = arrivals(channel=FORM[0], language="ja", size=0.004, seed=5)
    together = forecast_queues(pd.concat([dated(), small], ignore_index=True), models=QUICK)

    alone = forecast_queues(small, models=QUICK)
    rows = together.intervals[together.intervals["language"] == "ja"]
    assert rows["mean"].tolist() == alone.intervals["mean"].tolist()


def test_a_young_queue_known_by_the_day_borrows_the_week_and_says_so():
    young = dated(days=20, seed=2).assign(language="ja")
    answer = forecast_queues(pd.concat([young, dated()], ignore_index=True))

    rows = answer.intervals[answer.intervals["language"] == "ja"]
    assert rows["model"].unique().tolist() == ["borrowed_profile (untested: 20 days of history)"]
    days = answer.days[answer.days["language"] == "ja"]["mean"]
    assert days.tolist() == pytest.approx((40 * np.array(WEEK * 2)).tolist(), rel=0.2)


def test_a_desk_closed_at_weekends_gets_its_days_in_its_opening_hours():
    history = dated()
    is_weekday = history["local_on"].dt.day_of_week < 5
    history["offered"] = history["offered"].where(is_weekday, 0.0)
    ahead = half_hours(date(2026, 3, 30), date(2026, 4, 12), "Asia/Seoul")
    for frame in (history, ahead):
        opens = (frame["local_slot"] >= 18) & (frame["local_slot"] < 36)
        frame["is_open"] = opens & (frame["local_on"].dt.day_of_week < 5)
    ahead = ahead.assign(channel=FORM[0], language=FORM[1])

    answer = forecast_queues(history, ahead=ahead)
    assert answer.days[answer.days["channel"] == FORM[0]]["local_on"].dt.day_of_week.max() == 4
    assert sorted(answer.intervals["local_slot"].unique()) == list(range(18, 36))
    assert len(answer.intervals) == 10 * 18
