"""Figures of shifts, pools and hiring hold exactly what the frames hold."""

from datetime import date, timedelta

import pandas as pd

from dashboard.charts import apart_and_pooled, gantt, hiring, required_against_scheduled

MONDAY = date(2026, 3, 2)
NULL = float("nan")


def tours(*rows):
    columns = ["person", "local_on", "start_slot", "end_slot", "break_slot", "break_end_slot"]
    return pd.DataFrame(rows, columns=columns).assign(
        is_beyond_headcount=pd.array([pd.NA] * len(rows), dtype="boolean")  # as builds answer
    )


def bars_of(figure):
    bars = figure.data[0]
    return list(zip(bars.y, bars.base, bars.x, strict=True))


def test_a_person_is_a_line_and_a_break_is_left_open():
    figure = gantt(tours((1, MONDAY, 18, 36, 26, 28), (2, MONDAY, 18, 27, NULL, NULL)))
    # of one day, who leaves first comes first; the longer shift is two bars on one line
    assert bars_of(figure) == [(0, 18, 9), (1, 18, 8), (1, 28, 8)]
    assert list(figure.layout.yaxis.ticktext) == ["Agent 2", "Agent 1"]
    assert figure.data[0].text[0] == "Agent 2<br>Mon, Mar 2 09:00–13:30"
    assert figure.data[0].text[2] == "Agent 1<br>Mon, Mar 2 09:00–18:00<br>Break: 13:00–14:00"


def test_a_night_ends_on_the_next_days_clock():
    axis = gantt(tours((1, MONDAY, 0, 18, NULL, NULL), (2, MONDAY, 36, 54, NULL, NULL))).layout
    assert axis.xaxis.range == (0, 56)
    assert axis.xaxis.ticktext[-1] == "04:00"


def test_a_week_is_drawn_to_the_end_of_its_last_night():
    tuesday = MONDAY + timedelta(days=1)
    week = tours((1, MONDAY, 34, 52, NULL, NULL), (1, tuesday, 34, 52, NULL, NULL))
    assert gantt(week).layout.xaxis.range == (0, 100)


def test_several_days_go_on_to_the_right_on_the_line_of_each_person():
    tuesday = MONDAY + timedelta(days=1)
    figure = gantt(
        tours(
            (1, MONDAY, 18, 27, NULL, NULL),
            (2, MONDAY, 20, 29, NULL, NULL),
            (1, tuesday, 18, 27, NULL, NULL),
        ).assign(is_beyond_headcount=pd.array([False, True, False], dtype="boolean"))
    )
    assert bars_of(figure) == [(0, 18, 9), (0, 66, 9), (1, 20, 9)]
    assert list(figure.layout.xaxis.ticktext) == ["Mon<br>2", "Tue<br>3"]
    assert figure.data[0].text[2].endswith("<br>Beyond the headcount")
    assert figure.data[0].marker.color[0] != figure.data[0].marker.color[2]


def test_a_pool_is_drawn_as_steps_beside_the_desks_apart():
    frame = pd.DataFrame(
        {
            "local_on": MONDAY,
            "local_slot": [18, 19],
            "agents_apart": [9, 8],
            "agents_pooled": [7, 6],
        }
    )
    apart, pooled = apart_and_pooled(frame).data
    assert (apart.name, list(apart.y)) == ("Apart", [9.0, 8.0, 8.0])
    assert (pooled.name, list(pooled.y)) == ("Pooled", [7.0, 6.0, 6.0])
    assert pooled.line.shape == "hv"


def test_hiring_shows_whom_to_hire_and_how_many_are_worth_being_there():
    plan = pd.DataFrame(
        {
            "label": ["Mar", "Apr"],
            "required": [9.5, 10.0],
            "effective": [9.0, 10.5],
            "hires": [2, 0],
        }
    )
    hires, needed, there = hiring(plan).data
    assert (list(hires.x), list(hires.y)) == (["Mar", "Apr"], [2, 0])
    assert (list(needed.y), list(there.y)) == ([9.5, 10.0], [9.0, 10.5])
    assert list(there.text) == ["9.0", "10.5"]


def test_a_scenario_has_the_plan_without_it_as_a_dotted_line():
    plan = pd.DataFrame(
        {
            "local_on": MONDAY,
            "local_slot": [18],
            "required_scheduled": [10.0],
            "required_agents": [7.0],
            "scheduled_agents": [9.0],
        }
    )
    figure = required_against_scheduled(plan.assign(required_scheduled=14.0), before=plan)
    lines = {trace.name: (trace.line.dash, list(trace.y)) for trace in figure.data}
    assert lines == {
        "Without the scenario": ("dot", [10.0, 10.0]),
        "To schedule": ("solid", [14.0, 14.0]),
        "Scheduled": ("solid", [9.0, 9.0]),
    }
