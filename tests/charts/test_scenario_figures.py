"""Demand without and under scenarios, as it is drawn."""

import pandas as pd

from dashboard import charts


def demand(mean):
    rows = pd.DataFrame({"local_slot": [18, 19, 20], "mean": mean, "before_mean": 10.0})
    bands = {"q10": 0.8, "q90": 1.2}
    for name, part in bands.items():
        rows[name], rows[f"before_{name}"] = rows["mean"] * part, rows["before_mean"] * part
    return rows.assign(local_on=pd.Timestamp("2026-03-02"))


def lines(figure):
    return {trace.name: trace.y.tolist() for trace in figure.data if trace.fill is None}


def test_one_scenario_is_drawn_beside_the_forecast_and_both_have_bands():
    figure = charts.demand_under({"surge": demand([10.0, 18.0, 14.0])})

    assert lines(figure) == {"Without the scenario": [10, 10, 10], "surge": [10, 18, 14]}
    assert len([trace for trace in figure.data if trace.fill == "toself"]) == 2
    assert figure.data[-1].text[1] == "Mon, Mar 2 09:30<br>surge: <b>18.0</b> (80%: 14.4 – 21.6)"


def test_two_scenarios_keep_their_bands_and_names_are_no_markup():
    pair = {"a <b>c</b>": demand([10.0, 11.0, 12.0]), "d": demand([10.0, 9.0, 8.0])}
    figure = charts.demand_under(pair)

    assert list(lines(figure)) == ["Without the scenario", "a &lt;b&gt;c&lt;/b&gt;", "d"]
    assert len([trace for trace in figure.data if trace.fill == "toself"]) == 2
