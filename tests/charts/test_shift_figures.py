"""Figures of shifts, pools and hiring hold exactly what the frames hold."""

from datetime import date

import pandas as pd

from dashboard.charts import apart_and_pooled, gantt, hiring, required_against_scheduled

MONDAY = date(2026, 3, 2)
NULL = float("nan")


def shifts(*rows):
    columns = ["local_on", "start_slot", "end_slot", "break_slot", "break_end_slot", "agents"]
    return pd.DataFrame(rows, columns=columns)


def test_a_shift_is_a_bar_over_its_half_hours_and_its_break_is_left_open():
    bars = gantt(shifts((MONDAY, 18, 36, 26, 28, 3), (MONDAY, 18, 27, NULL, NULL, 2))).data[0]
    # the shorter shift comes first; the longer one is two bars on one line
    assert list(zip(bars.y, bars.base, bars.x, strict=True)) == [(0, 18, 9), (1, 18, 8), (1, 28, 8)]
    assert bars.text[0] == "Mon, Mar 2 09:00–13:30<br>People: <b>2</b>"
    assert bars.text[2] == "Mon, Mar 2 09:00–18:00<br>People: <b>3</b><br>Break: 13:00–14:00"


def test_every_shift_has_a_line_that_names_its_day_and_its_people():
    axis = gantt(shifts((MONDAY, 0, 18, NULL, NULL, 1), (MONDAY, 36, 54, NULL, NULL, 1))).layout
    assert list(axis.yaxis.ticktext) == ["Mon, Mar 2 · 1", "Mon, Mar 2 · 1"]
    # a night ends on the next day's clock
    assert axis.xaxis.range == (0, 56)
    assert axis.xaxis.ticktext[-1] == "04:00"


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
