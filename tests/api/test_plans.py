"""Forecasts and their misses through the door, on numbers small enough to reckon by hand."""

import shutil

import pandas as pd
import pytest

from pipelines.api import open_warehouse
from pipelines.errors import OutOfRangeError, UnknownNameError
from pipelines.warehouse.build import add_frames, copy_published
from pipelines.warehouse.publish import publish

MONDAY, TUESDAY = pd.Timestamp("2026-03-02"), pd.Timestamp("2026-03-03")
LEVELS = ["mean", "q025", "q10", "q50", "q90", "q975"]

TOTALS = pd.DataFrame(
    [
        ("*", "*", "week_total", MONDAY, MONDAY, 30.0, 20.0, 24.0, 30.0, 37.0, 41.0),
        ("email", "*", "week_total", MONDAY, MONDAY, 20.0, 12.0, 15.0, 20.0, 26.0, 29.0),
        ("email", "ko", "week_total", MONDAY, MONDAY, 12.0, 6.0, 8.0, 12.0, 17.0, 20.0),
        ("email", "ko", "day_peak", MONDAY, MONDAY, 3.5, 2.0, 2.0, 3.0, 5.0, 6.0),
    ],
    columns=[
        "channel",
        "language",
        "measure",
        "starts_on",
        "ends_on",
        "mean",
        "q025",
        "q10",
        "q50",
        "q90",
        "q975",
    ],
)
PAST = pd.DataFrame(
    [
        # ko: 100 x 360 s planned. en: 50 x 720 s planned. chat: nobody timed a contact.
        ("email", "ko", MONDAY, 7, 100.0, 80.0, 450.0, 360.0),
        ("email", "en", MONDAY, 7, 50.0, 70.0, 720.0, 720.0),
        ("live_chat", "ko", MONDAY, 7, 10.0, 16.0, None, None),
        ("email", "ko", TUESDAY, 7, 100.0, 110.0, None, 360.0),
        ("email", "ko", TUESDAY, 1, 105.0, 110.0, None, 360.0),
    ],
    columns=[
        "channel",
        "language",
        "local_on",
        "lead_days",
        "forecast_contacts",
        "offered_contacts",
        "handle_seconds",
        "forecast_handle_seconds",
    ],
)


@pytest.fixture(scope="module")
def planned(week_folder, tmp_path_factory):
    """The week with the forecasts above."""
    folder = tmp_path_factory.mktemp("planned") / "warehouse"
    shutil.copytree(week_folder, folder)
    part = copy_published(folder)
    add_frames(part, {"forecast_totals": TOTALS, "forecast_past": PAST})
    publish(folder, part)
    return open_warehouse(folder)


def test_totals_are_those_of_the_queue_the_channel_or_the_whole(planned):
    week = planned.forecast_totals("email", "ko").iloc[0]
    assert week["measure"] == "week_total"
    assert week[LEVELS].tolist() == [12, 6, 8, 12, 17, 20]
    assert planned.forecast_totals("email", "ko")["measure"].tolist() == ["week_total", "day_peak"]
    assert planned.forecast_totals("email", "*")["q90"].tolist() == [26]
    assert planned.forecast_totals("*", "*")["mean"].tolist() == [30]
    assert len(planned.forecast_totals()) == 4
    with pytest.raises(UnknownNameError, match="queue: language 'kr' is not known; known: en, ko"):
        planned.forecast_totals("email", "kr")


def test_a_miss_splits_into_volume_mix_and_handle_time_without_a_rest(planned):
    missed = planned.misses("email", lead_days=7).set_index("local_on")
    parts = ["volume_hours", "mix_hours", "handle_hours"]

    # Monday: planned 10 + 10 h; came 80 x 450 s + 70 x 720 s = 10 + 14 h. 150 came of 150, so no
    # volume; 20 moved from 360 s to 720 s: 2 h of mix; ko took 90 s longer, 80 times: 2 h.
    assert missed.loc[MONDAY, ["forecast_hours", "came_hours"]].tolist() == [20, 24]
    assert missed.loc[MONDAY, parts].tolist() == [0, 2, 2]
    # Tuesday: nothing was timed, so its 10 contacts more take as long as planned
    assert missed.loc[TUESDAY, ["forecast_hours", "came_hours"]].tolist() == [10, 11]
    assert missed.loc[TUESDAY, parts].tolist() == [1, 0, 0]
    assert missed[parts].sum(axis=1).tolist() == (
        (missed["came_hours"] - missed["forecast_hours"]).tolist()
    )


def test_a_queue_without_handle_times_is_counted_with_its_volume_and_no_hours(planned):
    of_queues = planned.misses(lead_days=7, by=["channel", "language"]).set_index(
        ["channel", "language"]
    )
    counts = ["queues", "timed_queues", "forecast_contacts", "offered_contacts", "volume_contacts"]
    hours = ["forecast_hours", "came_hours", "volume_hours", "mix_hours", "handle_hours"]

    assert of_queues.loc[("live_chat", "ko"), counts].tolist() == [1, 0, 10, 16, 6]
    assert of_queues.loc[("live_chat", "ko"), hours].isna().tolist() == [True] * 5
    monday = planned.misses(end="2026-03-02", by=[]).iloc[0]
    assert monday[counts].tolist() == [3, 2, 160, 166, 6]
    assert monday[hours].tolist() == [20, 24, 0, 2, 2]


def test_a_lead_that_is_not_kept_and_a_breakdown_that_is_none_are_refused(planned):
    with pytest.raises(OutOfRangeError, match=r"lead_days is 3: .* kept for 1, 7, 14 days before"):
        planned.misses(lead_days=3)
    with pytest.raises(UnknownNameError, match="misses: breakdown 'chanel' is not known; did you"):
        planned.misses(by=["chanel"])
    assert planned.misses(by="channel")["channel"].tolist() == ["email", "live_chat"]
