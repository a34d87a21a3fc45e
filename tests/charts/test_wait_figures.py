"""Figures of durations hold exactly what the frames hold."""

import pandas as pd
import pytest

from dashboard.charts import distribution, percentiles_by_half_hour, still_waiting, timeline
from dashboard.charts.look import log_position

NULL = float("nan")


def test_bins_are_drawn_where_and_as_wide_as_they_are():
    bins = pd.DataFrame({"bin_low": [0.0, 9.0], "bin_high": [9.0, 99.0], "n": [30, 10]})
    bars = distribution(bins).data[0]
    assert list(bars.x) == pytest.approx([0.5, 1.5])
    assert list(bars.width) == pytest.approx([1.0, 1.0])
    assert list(bars.y) == [30, 10]
    assert bars.text[1] == "9 s – 1 min 39 s<br>n = 10 (25.0%)"


def test_percentiles_are_marked_where_they_are_and_missing_ones_are_not():
    bins = pd.DataFrame({"bin_low": [0.0], "bin_high": [99.0], "n": [30]})
    figure = distribution(bins, {"Median": 59.0, "90 %": NULL})
    assert [shape.x0 for shape in figure.layout.shapes] == [log_position(59)]
    assert [note.text for note in figure.layout.annotations] == ["Median <b>59 s</b>"]


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
    assert list(line.x) == pytest.approx([0, 1, 2])
    assert list(line.y) == [1.0, 0.5, 0.2]
    assert list(band.y) == [1.0, 1.0, 0.6, 0.6, 0.3, 0.1, 0.4, 0.4, 1.0, 1.0]


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
    figure = percentiles_by_half_hour(frame, {"value": "Median", "p90": "90 %"})
    lines = {
        trace.name: list(trace.y)[18:21] for trace in figure.data if trace.name != "95 % interval"
    }
    assert lines == {"Median": [60.0, None, 80.0], "90 %": [600.0, None, 800.0]}
    assert (
        figure.data[1].text[18]
        == "09:00<br>Median: <b>1 min</b><br>95 %: 50 s – 1 min 10 s<br>n = 40"
    )


def test_half_hours_without_a_row_are_gaps_and_the_day_has_48_places():
    frame = pd.DataFrame({"half_hour": [18], "value": [60.0], "n": [40]})
    line = percentiles_by_half_hour(frame, {"value": "Median"}).data[0]
    assert len(line.y) == 48
    assert [place for place, y in zip(line.x, line.y, strict=True) if y is not None] == ["09:00"]


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
    assert [list(t.x) for t in figure.data] == [[600_000.0], [0.0]]
    assert [list(t.text) for t in figure.data] == [["10 min"], ["0 s +"]]
    assert list(figure.layout.yaxis.categoryarray) == ["Open", "In the queue"]
