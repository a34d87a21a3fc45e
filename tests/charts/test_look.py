"""The parts that all figures share: bands, gaps, the time axis."""

import subprocess
import sys

import pandas as pd
import pytest

from dashboard.charts.look import (
    band,
    faded,
    local_instants,
    log_position,
    log_time_axis,
    numbers,
    time_axis,
    with_gaps,
)
from dashboard.formats import ENGLISH

NULL = float("nan")


def drawn(values):
    """What a trace shows: NaN is a gap."""
    return [None if pd.isna(value) else value for value in values]


def test_a_band_goes_up_along_its_high_edge_and_back_along_its_low_one():
    area = band([1, 2, 3], [10, 20, 30], [11, 21, 31], name="b", colour="#000000", alpha=0.1)
    assert drawn(area.x) == [1, 2, 3, 3, 2, 1]
    assert drawn(area.y) == [11, 21, 31, 30, 20, 10]


def test_a_band_is_broken_where_a_bound_is_not_observed():
    area = band(
        [1, 2, 3, 4], [10, NULL, 30, 40], [11, 21, 31, 41], name="b", colour="#000000", alpha=0.1
    )
    assert drawn(area.x) == [1, 1, 3, 3, 4, 4, 3]
    assert drawn(area.y) == [11, 10, None, 31, 41, 40, 30]


def test_a_band_of_steps_has_the_corners_of_steps_and_a_last_one_as_wide_as_the_others():
    area = band([0, 1], [10, 20], [15, 25], name="b", colour="#000000", alpha=0.1, step=1)
    assert drawn(area.x) == [0, 1, 1, 2, 2, 1, 1, 0]
    assert drawn(area.y) == [15, 15, 25, 25, 20, 20, 10, 10]


def test_a_day_that_is_missing_becomes_an_empty_row():
    frame = pd.DataFrame(
        {"day": pd.to_datetime(["2026-03-04", "2026-03-01", "2026-03-02"]), "n": [4, 1, 2]}
    )
    filled = with_gaps(frame, "day", pd.Timedelta(days=1))
    assert list(filled["day"].dt.day) == [1, 2, 3, 4]
    assert drawn(numbers(filled["n"])) == [1, 2, None, 4]


def test_null_is_a_gap_and_zero_stays_zero():
    assert drawn(numbers(pd.Series([0, None, 3], dtype="Int64"))) == [0.0, None, 3.0]


def test_half_hours_become_the_local_clock():
    frame = pd.DataFrame({"local_on": ["2026-03-02", "2026-03-02"], "local_slot": [0, 47]})
    assert list(local_instants(frame)) == [
        pd.Timestamp("2026-03-02 00:00"),
        pd.Timestamp("2026-03-02 23:30"),
    ]


def test_the_logarithmic_time_axis_has_a_place_for_zero():
    assert log_position(0) == 0
    assert log_position(99) == pytest.approx(2)


def test_the_logarithmic_time_axis_is_ticked_in_units_that_people_use():
    axis = log_time_axis(0, 90_000, ENGLISH)
    assert axis["ticktext"] == ["0 s", "10 s", "1 min", "10 min", "1 h", "6 h", "1 d"]
    assert axis["tickvals"][2] == log_position(60)


def test_a_narrow_time_axis_still_has_ticks():
    assert log_time_axis(15, 45, ENGLISH)["ticktext"] == ["20 s", "30 s"]


def test_the_linear_time_axis_steps_in_whole_units():
    assert time_axis(900, ENGLISH)["ticktext"] == [
        "0 s",
        "5 min",
        "10 min",
        "15 min",
        "20 min",
    ]


def test_a_colour_is_faded_by_its_alpha_alone():
    assert faded("#3b7dd8", 0.5) == "rgba(59, 125, 216, 0.5)"


def test_charts_never_import_streamlit():
    code = "import sys, dashboard.charts; sys.exit('streamlit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
