"""Figures of demand and agents hold exactly what the frames hold."""

from datetime import date

import pandas as pd
import pytest

from dashboard.charts import (
    agents_map,
    fan,
    gap_map,
    gap_words,
    required_against_scheduled,
    slot_bars,
    week_map,
)

NULL = float("nan")


def drawn(values):
    """What a trace shows: NaN is a gap."""
    return [None if pd.isna(value) else value for value in values]


MONDAY = date(2026, 3, 2)


def half_hours(slots, **columns):
    return pd.DataFrame({"local_on": MONDAY, "local_slot": slots, **columns})


def traces(figure):
    return {trace.name: trace for trace in figure.data}


def test_history_breaks_where_the_feed_was_down():
    history = half_hours([18, 19, 20], offered=[5.0, NULL, 0.0])
    ahead = half_hours([21], q50=[4.0])
    assert drawn(traces(fan(history, ahead))["Came in"].y) == [5.0, None, 0.0]


def test_history_breaks_where_half_hours_are_closed_and_absent():
    history = half_hours([18, 19, 30], offered=[5.0, 6.0, 7.0])
    came_in = traces(fan(history, half_hours([31], q50=[4.0])))["Came in"]
    assert drawn(came_in.y) == [5.0, 6.0, None, 7.0]


def test_the_fan_has_a_band_for_each_pair_of_quantiles_widest_first():
    ahead = half_hours(
        [18], q025=[1.0], q10=[2.0], q25=[3.0], q50=[4.0], q75=[5.0], q90=[6.0], q975=[7.0]
    )
    figure = fan(half_hours([17], offered=[4.0]), ahead)
    names = [trace.name for trace in figure.data]
    assert names == [
        "95% interval",
        "80% interval",
        "50% interval",
        "Came in",
        "Forecast (median)",
    ]
    assert [drawn(t.y) for t in figure.data[:3]] == [[7.0, 1.0], [6.0, 2.0], [5.0, 3.0]]


def test_a_daily_fan_draws_days_and_the_band_that_is_there():
    days = pd.DataFrame({"local_on": [MONDAY], "offered": [40.0]})
    ahead = pd.DataFrame(
        {"local_on": [date(2026, 3, 3)], "q10": [30.0], "q50": [40.0], "q90": [55]}
    )
    figure = fan(days, ahead, daily=True)
    assert [t.name for t in figure.data] == ["80% interval", "Came in", "Forecast (median)"]
    assert drawn(figure.data[2].x) == [pd.Timestamp("2026-03-03")]
    assert figure.layout.yaxis.title.text == "contacts a day"


def test_hover_of_the_forecast_tells_each_interval():
    ahead = half_hours([18], q10=[2.0], q25=[3.0], q50=[4.0], q75=[5.0], q90=[6.0])
    text = traces(fan(half_hours([17], offered=[4.0]), ahead))["Forecast (median)"].text[0]
    assert text == "Mon, Mar 2 09:00<br>Expected: <b>4.0</b><br>50%: 3 – 5<br>80%: 2 – 6"


def test_events_outside_the_days_shown_are_left_out():
    events = pd.DataFrame(
        {
            "kind": ["listing", "outage"],
            "title": ["A new coin", "Log-in outage"],
            "starts_at": pd.to_datetime(["2026-03-02 09:15", "2026-05-01 00:00"]),
        }
    )
    history = half_hours([18, 19], offered=[5.0, 6.0])
    marks = traces(fan(history, half_hours([20], q50=[4.0]), events=events))["Market event"]
    assert drawn(marks.x) == [pd.Timestamp("2026-03-02 09:15")]
    assert marks.text[0] == "Mon, Mar 2 09:15<br><b>A new coin</b>"


def test_what_a_scenario_changes_is_dotted_beside_it():
    ahead = half_hours([20, 21], mean=[9.0, 12.0], before_mean=[6.0, 8.0])
    before = traces(fan(half_hours([19], offered=[5.0]), ahead))["Without the scenario"]
    assert (drawn(before.y), before.line.dash) == ([6.0, 8.0], "dot")
    assert before.text[1] == "Mon, Mar 2 10:30<br>Without the scenario: 8.0"


def plan(**columns):
    base = {
        "required_agents": [7.0, 8.0],
        "required_scheduled": [10.0, 12.0],
        "scheduled_agents": [10.0, 10.0],
        "gap": [0.0, -2.0],
    }
    return half_hours([18, 19], **(base | columns))


def test_agents_are_drawn_as_steps_that_last_their_half_hour():
    needed = traces(required_against_scheduled(plan()))["To schedule"]
    assert needed.line.shape == "hv"
    assert drawn(needed.x) == [
        pd.Timestamp("2026-03-02 09:00"),
        pd.Timestamp("2026-03-02 09:30"),
        pd.Timestamp("2026-03-02 10:00"),
    ]
    assert drawn(needed.y) == [10.0, 12.0, 12.0]


def test_a_closed_half_hour_is_a_gap_not_zero_agents():
    frame = half_hours(
        [18, 19, 20],
        required_agents=[7.0, NULL, 7.0],
        required_scheduled=[10.0, NULL, 10.0],
        scheduled_agents=[9.0, NULL, 9.0],
    )
    needed = traces(required_against_scheduled(frame))["To schedule"]
    assert drawn(needed.y) == [10.0, 10.0, None, 10.0, 10.0]


def test_the_band_of_agents_steps_too():
    figure = required_against_scheduled(plan(scheduled_low=[8.0, 9.0], scheduled_high=[12.0, 15.0]))
    assert drawn(traces(figure)["80% of outcomes"].y) == [12, 12, 15, 15, 9, 9, 8, 8]


def test_hover_of_the_plan_tells_the_band_and_the_agents_at_their_desks():
    figure = required_against_scheduled(plan(scheduled_low=[8.0, 9.0], scheduled_high=[12.0, 15.0]))
    assert traces(figure)["To schedule"].text[1] == (
        "Mon, Mar 2 09:30<br>To schedule: <b>12</b> (80%: 9 – 15)<br>At their desks: 8"
    )


def test_the_gap_map_is_symmetric_about_enough_and_leaves_closed_cells_empty():
    cells = gap_map(plan(gap=[3.0, NULL])).data[0]
    assert (cells.zmin, cells.zmax) == (-3.0, 3.0)
    assert [drawn(row) for row in cells.z] == [[3.0, None]]
    assert drawn(cells.x) == ["09:00", "09:30"]


def test_the_gap_map_is_orange_where_people_are_missing_and_blue_where_they_are_spare():
    scale = gap_map(plan()).data[0].colorscale
    assert (scale[0][1], scale[-1][1]) == ("rgba(196, 92, 10, 0.95)", "rgba(37, 92, 178, 0.95)")


@pytest.mark.parametrize(
    ("gap", "words"),
    [(-2.0, "2 short"), (1.0, "1 spare"), (0.0, "exactly enough"), (-0.5, "0.5 short")],
)
def test_a_gap_in_words(gap, words):
    assert gap_words(gap) == words


def test_a_clock_change_that_repeats_a_half_hour_shows_the_scarcer_of_the_two():
    frame = half_hours(
        [2, 2], required_scheduled=[5.0, 5.0], scheduled_agents=[4.0, 6.0], gap=[-1.0, 1.0]
    )
    assert [drawn(row) for row in gap_map(frame).data[0].z] == [[-1.0]]


def test_the_week_map_hides_cells_with_fewer_than_five():
    frame = pd.DataFrame(
        {"weekday": [0, 0], "half_hour": [18, 19], "value": [60.0, 600.0], "n": [5, 4]}
    )
    cells = week_map(frame, "value", unit="seconds", label="wait").data[0]
    assert drawn(cells.z[0][18:20]) == [60.0, None]
    assert cells.text[0][18] == "Mon 09:00<br><b>1 min</b><br>n = 5"
    assert cells.text[0][19] == "Mon 09:30<br>n = <5"


def test_the_map_of_agents_takes_the_most_of_the_days_that_share_a_cell():
    both = pd.concat([plan(), plan(required_scheduled=[20.0, NULL])]).assign(queue="phone:ko")
    cells = agents_map(both, row="queue", names={"phone:ko": "Phone · Korean"}).data[0]
    assert [drawn(row) for row in cells.z] == [[20.0, 12.0]]
    assert (cells.zmin, cells.zmax) == (0, 20.0)
    assert cells.text[0][0] == "Phone · Korean · 09:00<br>To schedule: <b>20</b>"


def test_a_cell_of_many_days_tells_of_one_half_hour_and_which():
    monday = plan(required_scheduled=[4.0, 4.0], scheduled_agents=[1.0, 4.0], gap=[-3.0, 0.0])
    sunday = plan(required_scheduled=[2.0, 2.0], scheduled_agents=[0.0, 2.0], gap=[-2.0, 0.0])
    both = pd.concat([sunday.assign(local_on=pd.Timestamp("2026-03-01")), monday])
    cells = gap_map(both.assign(queue="phone:ko"), row="queue", names={"phone:ko": "Phone"}).data[0]
    # not Monday's gap beside what Sunday needs and has: 0 of 2 are 2 short, 1 of 4 are 3
    assert cells.text[0][0] == (
        "Phone · Mon, Mar 2 09:00<br><b>3 short</b><br>To schedule: 4 · Scheduled: 1"
    )


def test_a_plan_without_a_schedule_has_no_line_of_scheduled_people():
    figure = required_against_scheduled(plan(scheduled_agents=[NULL, NULL]))
    assert [trace.name for trace in figure.data] == ["To schedule"]


def test_half_hours_without_demand_are_empty_not_zero():
    frame = pd.DataFrame({"local_slot": [18], "value": [2.5]})
    bar = slot_bars(frame, label="contacts a day").data[0]
    assert [(x, y) for x, y in zip(bar.x, drawn(bar.y), strict=True) if y is not None] == [
        ("09:00", 2.5)
    ]


def test_the_line_is_the_median_unless_contacts_are_so_few_that_it_jumps():
    many = half_hours([18, 19], mean=[9.3, 9.4], q50=[9.0, 9.0])
    few = half_hours([18, 19], mean=[0.4, 0.6], q50=[0.0, 1.0])
    history = half_hours([17], offered=[1.0])
    assert drawn(traces(fan(history, many))["Forecast (median)"].y) == [9.0, 9.0]
    assert drawn(traces(fan(history, few))["Forecast (mean)"].y) == [0.4, 0.6]
