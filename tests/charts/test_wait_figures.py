"""Figures of durations hold exactly what the frames hold."""

import pandas as pd
import pytest

from dashboard.charts import distribution, percentiles_by_half_hour, still_waiting, timeline

NULL = float("nan")


def drawn(values):
    """What a trace shows: NaN is a gap."""
    return [None if pd.isna(value) else value for value in values]


BINS = pd.DataFrame(
    {"bin_low": [0.0, 9.0, 99.0, 999.0], "bin_high": [9.0, 99.0, 999.0, NULL], "n": [0, 30, 10, 0]}
)


def test_bins_are_bars_of_equal_width_whose_height_is_the_count():
    bars = distribution(BINS).data[0]
    assert drawn(bars.x) == [0.5, 1.5]
    assert drawn(bars.y) == [30, 10]
    assert bars.text[1] == "1 min 39 s – 16 min 39 s<br>n = 10 (25.0%)"


def test_empty_bins_at_the_ends_are_not_drawn_and_those_between_are():
    gap = BINS.assign(n=[7, 0, 9, 0])
    assert drawn(distribution(gap).data[0].y) == [7, 0, 9]


def test_the_last_bin_is_open_ended():
    assert distribution(BINS.assign(n=[0, 0, 0, 6])).data[0].text == (
        "16 min 39 s and more<br>n = 6 (100.0%)",
    )


def test_percentiles_are_marked_within_their_bin_and_missing_ones_are_not():
    figure = distribution(BINS, {"Median": 99.0, "9 of 10": 99.0 * 10**0.5, "99 of 100": NULL})
    assert [shape.x0 for shape in figure.layout.shapes] == pytest.approx([1.0, 1.5], abs=0.01)
    assert figure.layout.annotations[0].text == "Median <b>1 min 39 s</b>"


def curve(**columns):
    base = {
        "seconds": [0.0, 9.0, 99.0],
        "surviving_share": [1.0, 0.5, 0.2],
        "low": [1.0, 0.4, 0.1],
        "high": [1.0, 0.6, 0.3],
        "at_risk": [40, 20, 8],
    }
    return pd.DataFrame(base | columns)


def test_a_survival_curve_falls_in_steps_within_its_band():
    figure = still_waiting(curve())
    band, line = figure.data
    assert line.line.shape == "hv"
    assert drawn(line.x) == pytest.approx([0, 1, 2])
    assert drawn(line.y) == [1.0, 0.5, 0.2]
    assert drawn(band.y) == [1.0, 1.0, 0.6, 0.6, 0.3, 0.1, 0.4, 0.4, 1.0, 1.0]


def test_hover_of_a_survival_curve_tells_interval_and_how_many_are_at_risk():
    text = still_waiting(curve()).data[-1].text[1]
    assert text == "All<br>after 9 s: <b>50.0%</b> (40.0% – 60.0%)<br>still waiting: n = 20"


def test_each_group_has_its_own_curve_and_name():
    both = pd.concat([curve(language="ko"), curve(language="en")])
    figure = still_waiting(both, "language", names={"ko": "Korean"})
    assert [t.name for t in figure.data if t.name] == ["Korean", "en"]


def test_percentiles_by_half_hour_break_where_fewer_than_five_waited():
    frame = pd.DataFrame(
        {
            "half_hour": [18, 19, 20],
            "value": [60.0, 70.0, 80.0],
            "p90": [600.0, 700.0, 800.0],
            "low": [50.0, 60.0, 70.0],
            "high": [70.0, 80.0, 90.0],
            "n": [40, 4, 40],
        }
    )
    figure = percentiles_by_half_hour(frame, {"value": "Median", "p90": "90%"})
    lines = {
        trace.name: drawn(trace.y)[18:21] for trace in figure.data if trace.name != "95% interval"
    }
    assert lines == {"Median": [60.0, None, 80.0], "90%": [600.0, None, 800.0]}
    assert (
        figure.data[1].text[18]
        == "09:00<br>Median: <b>1 min</b><br>95%: 50 s – 1 min 10 s<br>n = 40"
    )


def test_half_hours_stand_in_the_order_of_the_clock_where_some_have_no_interval():
    frame = pd.DataFrame(
        {
            "half_hour": [2, 3, 4],
            "value": [60.0, 70.0, 80.0],
            "low": [50.0, None, 70.0],
            "high": [70.0, None, 90.0],
            "n": [40, 8, 40],
        }
    )
    axis = percentiles_by_half_hour(frame, {"value": "Median"}).layout.xaxis
    assert axis.categoryorder == "array"
    assert list(axis.categoryarray)[:5] == ["00:00", "00:30", "01:00", "01:30", "02:00"]
    assert len(axis.categoryarray) == 48


def test_half_hours_without_a_row_are_gaps_and_the_day_has_48_places():
    frame = pd.DataFrame({"half_hour": [18], "value": [60.0], "n": [40]})
    line = percentiles_by_half_hour(frame, {"value": "Median"}).data[0]
    assert len(line.y) == 48
    assert [place for place, y in zip(line.x, drawn(line.y), strict=True) if y is not None] == [
        "09:00"
    ]


def test_a_wait_that_still_runs_is_drawn_to_the_last_instant_known():
    waits = pd.DataFrame(
        {
            "label": ["In the queue", "Open"],
            "kind": ["wait", "work"],
            "starts_at": pd.to_datetime(["2026-03-02 09:00", "2026-03-02 09:10"]),
            "ends_at": pd.to_datetime(["2026-03-02 09:10", None]),
        }
    )
    figure = timeline(waits)
    assert [drawn(t.x) for t in figure.data] == [[600_000.0], [0.0]]
    assert [list(t.text) for t in figure.data] == [["10 min"], ["0 s +"]]
    assert list(figure.layout.yaxis.categoryarray) == ["Open", "In the queue"]


def test_groups_of_fewer_than_five_have_no_curve():
    both = pd.concat([curve(language="ko"), curve(language="en", at_risk=[3, 2, 1])])
    assert [t.name for t in still_waiting(both, "language").data if t.name] == ["ko"]


def test_the_axis_begins_at_the_last_round_duration_before_the_first_end():
    late = curve(seconds=[700.0, 4000.0, 90_000.0])
    assert still_waiting(late).layout.xaxis.ticktext == ("10 min", "1 h", "6 h", "1 d")


def test_a_long_curve_is_drawn_at_every_half_per_cent_and_its_end():
    share = [1 - i / 10_000 for i in range(1001)]
    long = pd.DataFrame(
        {"seconds": range(1001), "surviving_share": share, "low": share, "high": share}
    ).assign(at_risk=1000)
    line = still_waiting(long).data[-1]
    assert len(line.y) < 25
    assert (line.y[0], line.y[-1]) == (1.0, share[-1])
