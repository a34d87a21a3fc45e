"""Figures that compare groups tell n, the interval, and nothing about groups under five."""

import pandas as pd
import pytest

from dashboard.charts import (
    backlog,
    calibration,
    cohorts,
    dots,
    errors,
    funnel,
    grid,
    ledger,
    ratings,
    still_waiting,
    trend,
)

NULL = float("nan")


def drawn(values):
    """What a trace shows: NaN is a gap."""
    return [None if pd.isna(value) else value for value in values]


def cells(*rows):
    frame = pd.DataFrame(rows, columns=["channel", "language", "value", "n"])
    return frame.assign(low=frame["value"] - 10, high=frame["value"] + 10)


def test_a_grid_writes_value_and_n_into_the_cell():
    figure = grid(cells(("phone", "ko", 60.0, 40)), unit="seconds")
    assert figure.data[1].text[0] == "1 min<br><span style='font-size:11px'>n 40</span>"
    assert figure.data[0].customdata[0][0] == (
        "phone · ko<br><b>1 min</b><br>95%: 50 s – 1 min 10 s<br>n = 40"
    )


def test_a_grid_cell_under_five_has_neither_colour_nor_value():
    figure = grid(cells(("phone", "ko", 60.0, 4), ("phone", "en", 90.0, 40)), unit="seconds")
    assert [list(row) for row in figure.data[0].z] == [[None, 90.0]]
    assert figure.data[1].text[0] == "<5"


def test_a_pair_without_contacts_stays_empty():
    figure = grid(cells(("phone", "ko", 60.0, 40), ("email", "en", 90.0, 40)), unit="seconds")
    assert [list(row) for row in figure.data[0].z] == [[60.0, None], [None, 90.0]]


@pytest.mark.parametrize(
    ("up_is_good", "ranks"), [(True, [0.0, 0.5, 1.0]), (False, [1.0, 0.5, 0.0])]
)
def test_a_grid_colours_from_worst_to_best_whatever_the_sizes(up_is_good, ranks):
    frame = cells(("a", "ko", 1.0, 40), ("a", "en", 2.0, 40), ("a", "ja", 9_000.0, 40))
    assert list(grid(frame, unit="seconds", up_is_good=up_is_good).data[0].z[0]) == ranks


def test_a_grid_ranks_no_group_under_thirty():
    frame = cells(("a", "ko", 1.0, 40), ("a", "en", 2.0, 29), ("a", "ja", 3.0, 30))
    assert list(grid(frame, unit="seconds", up_is_good=False).data[0].z[0]) == [1.0, None, 0.0]


def groups(**columns):
    base = {
        "language": ["ko", "en"],
        "value": [0.8, 0.5],
        "low": [0.7, 0.1],
        "high": [0.85, 0.9],
        "n": [100, 4],
    }
    return pd.DataFrame(base | columns)


def test_a_dot_carries_its_interval_on_both_sides():
    dot = dots(groups(), "language", unit="share").data[0]
    assert dot.error_x.array[0] == pytest.approx(0.05)
    assert dot.error_x.arrayminus[0] == pytest.approx(0.1)
    assert dot.text[0] == "<b>80.0%</b><br>95%: 70.0% – 85.0%<br>n = 100"


def test_a_group_under_five_has_no_dot():
    figure = dots(groups(), "language", unit="share")
    assert drawn(figure.data[0].x) == [0.8, None]
    assert figure.data[0].text[1] == "n = <5"
    assert [(said.y, said.text) for said in figure.layout.annotations] == [("en", "<5")]


def test_effects_below_nothing_stand_left_of_a_line_in_the_middle():
    effects = groups().assign(value=[-0.1, 0.2], low=[-0.2, 0.1], high=[0.05, 0.3], n=100)
    figure = dots(effects, "language", unit="share")
    assert figure.layout.xaxis.range == pytest.approx((-0.315, 0.315))
    assert [(line.x0, line.x1) for line in figure.layout.shapes] == [(0, 0)]
    assert figure.data[0].text[0] == "<b>-10.0%</b><br>95%: -20.0% – 5.0%<br>n = 100"


def test_a_baseline_is_a_mark_of_its_own_group():
    figure = dots(groups(before=[0.75, NULL]), "language", unit="share", baseline="before")
    assert drawn(figure.data[0].x) == [0.75, None]
    assert drawn(figure.data[0].y) == ["ko", "en"]


def test_a_group_that_is_not_drawn_does_not_stretch_the_axis():
    frame = pd.DataFrame(
        {
            "topic": ["fees", "kyc"],
            "value": [0.2, 0.1],
            "low": [0.1, -8.0],
            "high": [0.3, 9.0],
            "n": [40, 2],
        }
    )
    assert dots(frame, "topic", unit="share").layout.xaxis.range == (0, 1.02)


def test_ratings_straddle_the_middle_score():
    counts = pd.DataFrame({"language": "ko", "score": [1, 2, 3, 4, 5], "n": [10, 20, 40, 10, 20]})
    figure = ratings(counts, "language")
    assert [trace.name for trace in figure.data] == ["1", "2", "3", "4", "5"]
    assert [trace.x[0] for trace in figure.data] == pytest.approx([0.1, 0.2, 0.4, 0.1, 0.2])
    assert [trace.base[0] for trace in figure.data] == pytest.approx([-0.5, -0.4, -0.2, 0.2, 0.3])
    assert figure.data[2].customdata[0] == "3: <b>40.0%</b><br>n = 40 / 100"


def test_a_rating_tells_the_limits_of_its_share():
    counts = pd.DataFrame(
        {
            "language": "ko",
            "score": [4, 5],
            "n": [1, 9],
            "low": [0.018, 0.596],
            "high": [0.404, 0.982],
        }
    )
    figure = ratings(counts, "language")
    assert figure.data[4].customdata[0] == "5: <b>90.0%</b><br>95%: 59.6% – 98.2%<br>n = 9 / 10"


def test_ratings_of_contacts_without_a_team_have_a_bar_too():
    team = pd.Series(["a", "a", None, None], dtype="str")
    counts = pd.DataFrame({"team": team, "score": [1, 5, 1, 5], "n": [10, 30, 20, 20]})
    names = {code: "(none)" if pd.isna(code) else code for code in counts["team"].unique()}
    figure = ratings(counts, "team", names=names)
    assert list(figure.data[0].y) == ["a", "(none)"]
    assert list(figure.data[0].x) == [0.25, 0.5]


def test_a_scale_of_two_meets_at_the_middle():
    counts = pd.DataFrame({"language": "ko", "score": [0, 1], "n": [25, 75]})
    figure = ratings(counts, "language", scale=(0, 1), score_names={0: "Bad", 1: "Good"})
    assert [(t.name, t.base[0], t.x[0]) for t in figure.data] == [
        ("Bad", -0.25, 0.25),
        ("Good", 0.0, 0.75),
    ]


def test_a_group_with_fewer_than_five_ratings_has_no_bar():
    counts = pd.DataFrame({"language": "ko", "score": [1, 5], "n": [1, 3]})
    figure = ratings(counts, "language")
    assert drawn(trace.x[0] for trace in figure.data) == [None] * 5
    assert [(said.y, said.text) for said in figure.layout.annotations] == [("ko", "<5")]


def days(**columns):
    base = {
        "day": pd.to_datetime(["2026-03-01", "2026-03-02", "2026-03-04"]),
        "value": [0.5, 0.6, 0.7],
        "low": [0.4, 0.5, 0.6],
        "high": [0.6, 0.7, 0.8],
        "n": [40, 40, 40],
    }
    return pd.DataFrame(base | columns)


def test_a_trend_breaks_on_days_without_observations():
    line = trend(days(), "day", unit="share").data[-1]
    assert drawn(line.y) == [0.5, 0.6, None, 0.7]


def test_a_trend_breaks_on_days_with_fewer_than_five():
    figure = trend(days(n=[40, 4, 40]), "day", unit="share", label="Satisfied")
    assert drawn(figure.data[-1].y) == [0.5, None, None, 0.7]
    assert figure.data[-1].text[1] == "Mon, Mar 2<br>Satisfied: n = <5"


def test_values_that_may_still_move_are_hollow():
    line = trend(days(open=[False, False, True]), "day", unit="share", provisional="open").data[-1]
    assert line.marker.symbol == ("circle", "circle", "circle", "circle-open")
    assert line.text[3].endswith("<br><i>provisional: may still move</i>")


def test_backlog_is_stacked_oldest_at_the_bottom():
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(["2026-03-01"]),
            "aged_0_1d": [5],
            "aged_1_3d": [3],
            "aged_3_7d": [2],
            "aged_7d_plus": [10],
        }
    )
    figure = backlog(frame)
    assert [(t.name, t.y[0]) for t in figure.data] == [
        ("7 days and more", 10),
        ("3 to 7 days", 2),
        ("1 to 3 days", 3),
        ("under 1 day", 5),
        ("all open", 20),
    ]
    assert figure.data[0].text[0] == "10 (50.0%)"


def curve(week, *steps):
    """Steps are (hours, surviving share)."""
    return pd.DataFrame(
        {
            "week": week,
            "seconds": [hours * 3600 for hours, _share in steps],
            "surviving_share": [share for _hours, share in steps],
            "low": 0.3,
            "high": 0.8,
            "at_risk": 40,
        }
    )


def test_cohorts_are_read_at_whole_days():
    line = cohorts(curve("a", (30, 0.7), (40, 0.5), (72, 0.2)), "week").data[-1]
    assert drawn(line.x) == [1, 2, 3]
    assert drawn(line.y) == pytest.approx([0.0, 0.5, 0.8])


def test_a_cohort_ends_where_its_follow_up_ends():
    both = pd.concat([curve("old", (20, 0.5), (80, 0.2)), curve("new", (20, 0.6), (30, 0.5))])
    figure = cohorts(both, "week")
    assert {t.name: drawn(t.x) for t in figure.data if t.name} == {"old": [1, 2, 3], "new": [1]}


def test_only_the_newest_cohort_has_a_band():
    both = pd.concat([curve("old", (20, 0.5), (30, 0.2)), curve("new", (20, 0.6), (30, 0.5))])
    assert [t.name for t in cohorts(both, "week").data] == ["old", "", "new"]


def test_of_years_of_cohorts_the_newest_thirteen_are_drawn():
    weeks = pd.concat([curve(f"week {i}", (20, 0.5), (30, 0.2)) for i in range(60)])
    names = [trace.name for trace in cohorts(weeks, "week").data if trace.name]
    assert names == [f"week {i}" for i in range(47, 60)]


def test_the_ledger_stacks_what_became_of_rows_and_leaves_empty_reasons_out():
    frame = pd.DataFrame(
        {"source": ["zendesk"], "received": [100], "counted": [90], "spam": [10], "test": [0]}
    )
    figure = ledger(frame, "source", ["counted", "spam", "test"])
    assert [(t.name, t.x[0], t.text[0]) for t in figure.data] == [
        ("counted", 90, "90 (90.0%)"),
        ("spam", 10, "10 (10.0%)"),
    ]


def backtest():
    return pd.DataFrame(
        {
            "model": ["naive", "level"],
            "horizon": "1 day",
            "wape": [0.08, 0.05],
            "origins": 14,
            "is_chosen": [False, True],
            "is_yardstick": [True, False],
            "coverage50": [0.5, 0.48],
            "coverage80": [0.8, NULL],
            "coverage95": [0.9, 0.96],
        }
    )


def test_the_chosen_model_is_filled_and_lies_on_top_of_the_yardsticks():
    figure = errors(backtest())
    assert [(t.name, drawn(t.x), t.marker.symbol) for t in figure.data] == [
        ("naive (yardstick)", [0.08], "diamond-open"),
        ("level (chosen)", [0.05], "circle"),
    ]


def test_coverage_is_set_against_its_promise_and_what_was_not_measured_is_a_gap():
    figure = calibration(backtest(), "model")
    assert [drawn(t.x) for t in figure.data[1:]] == [[0.5, 0.8, 0.95]] * 2
    assert drawn(figure.data[2].y) == [0.48, None, 0.96]


KNOWN_TO_NOBODY = (
    "Nothing to show: no loaded export tells it, or fewer than 5 fall into these days."
)
NOBODY = cells().astype({"value": float, "n": "int64"})
CURVES = pd.DataFrame(columns=["seconds", "surviving_share", "low", "high", "at_risk", "channel"])


@pytest.mark.parametrize(
    "figure",
    [
        grid(NOBODY, unit="seconds"),
        grid(cells(("email", "ko", NULL, 0)), unit="seconds"),
        dots(NOBODY, "channel", unit="share"),
        trend(pd.DataFrame(columns=["week", "value", "n", "low", "high"]), "week", unit="share"),
        cohorts(CURVES, "channel"),
        still_waiting(CURVES, "channel"),
        funnel(NOBODY, "channel", unit="share"),
        ledger(pd.DataFrame(columns=["source", "received", "counted"]), "source", ["counted"]),
    ],
)
def test_a_figure_of_nothing_says_that_nothing_is_known_instead_of_standing_empty(figure):
    assert [note.text for note in figure.layout.annotations] == [KNOWN_TO_NOBODY]
    assert len(figure.data) == 0


def test_a_lone_group_has_no_other_to_differ_from():
    alone = cells(("email", "ko", 60.0, 40)).assign(
        target=60.0, low_95=NULL, high_95=NULL, low_998=NULL, high_998=NULL, outside=0
    )
    (note,) = funnel(alone, "language", unit="seconds").layout.annotations
    assert note.text == "One group alone: there is no other to differ from."
