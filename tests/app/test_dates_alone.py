"""An export that tells dates and no times of day: what its numbers, plans and pages say of it."""

from datetime import date, timedelta

import numpy as np
import pytest

from pipelines.api import open_warehouse
from pipelines.cli import main

MAPPING = """
source = "tickets"
system = "letters"
zone = "America/New_York"
time_formats = ["%Y-%m-%d"]
[columns]
id = "id"
created_at = "received"
closed_at = "closed"
channel = "by"
[constants]
language = "en"
"""
DAYS = 84


@pytest.fixture(scope="module")
def letters(made_by_one_worker):
    """Calls and forms of twelve weeks, known by the day alone, loaded, built and forecast."""

    def run(folder):
        rng, rows = np.random.default_rng(1), ["id,received,closed,by"]
        for day in range(DAYS):
            on = date(2026, 2, 2) + timedelta(days=day)
            for by, size in (("phone", 30), ("web form", 20)):
                for _ in range(rng.poisson(size)):
                    closed = on + timedelta(days=int(rng.random() < 0.3))
                    rows.append(f"{len(rows)},{on},{closed},{by}")
        (folder / "letters.csv").write_text("\n".join(rows))
        (folder / "letters.toml").write_text(MAPPING)
        given = ["--mapping", str(folder / "letters.toml"), "--warehouse", str(folder / "built")]
        assert main(["run", str(folder / "letters.csv"), *given]) == 0

    return made_by_one_worker("letters", run) / "built"


def queue(frame, channel):
    return frame[frame["channel"] == channel]


def test_queues_are_forecast_and_tested_by_their_days(letters):
    opened = open_warehouse(letters)
    assert set(opened.queues()["channel"]) == {"phone", "help_centre"}
    days = opened.forecast_days().groupby("channel")["mean"].mean()
    assert days["phone"] == pytest.approx(30, rel=0.1)
    assert days["*"] == pytest.approx(50, rel=0.1)
    tested = opened.backtest()
    assert tested["is_by_day"].all()
    assert {"counted_days", "seasonal_naive", "eight_week_mean"} == set(tested["model"])
    assert opened.forecast()["q50"].isna().all()
    assert set(opened.forecast_totals()["measure"]) == {"week_total"}


def test_forms_are_planned_over_opening_hours_and_calls_have_no_number_of_agents(letters):
    opened = open_warehouse(letters)
    plan = opened.staffing()
    calls = queue(plan, "phone")
    forms = queue(plan, "help_centre")
    assert set(calls.loc[calls["is_open"], "method"]) == {"days_only"}
    assert calls[["required_agents", "required_scheduled", "gap"]].isna().all().all()
    assert "promise" in set(forms["method"])
    assert forms["required_agents"].sum() > 0
    assert set(opened.shifts()["channel"]) == {"help_centre"}


def test_the_command_line_says_in_one_sentence_why_calls_have_no_agents(letters, capsys):
    assert main(["staffing", "--warehouse", str(letters)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert told.count("No agents for calls and chats whose export tells days") == 1


def test_durations_say_that_they_are_whole_days(letters, capsys):
    opened = open_warehouse(letters)
    assert opened.day_times()["time"].tolist() == ["created_at", "last_solved_at"]
    checks = opened.checks().set_index("check")
    assert not checks.loc["times_of_day_are_told", "passed"]
    assert checks.loc["no_batch_jobs", "passed"]
    assert main(["measure", "full_resolution_seconds", "--warehouse", str(letters)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "letters tells dates, no times of day" in told
    assert "│ 0 d │" in told
    assert "0 s" not in told


def test_the_staffing_page_says_why_and_shows_days_alone(open_app, letters):
    calls = open_app(letters, "staffing", queue="phone:en")
    assert [info.value for info in calls.info] == [
        "The export of this queue tells days, not times of day: how many calls or chats come in a"
        " half hour, and so how many people they take, nobody knows."
    ]
    assert next(m.value for m in calls.metric if m.label == "Hours to schedule") == "—"
    assert any("Of 1 queue of calls or chats only days are known" in c.value for c in calls.caption)
    demand = open_app(letters, "staffing", queue="phone:en", view="demand")
    assert "By half hour" not in [o for group in demand.button_group for o in group.options]
    assert not demand.exception


@pytest.mark.parametrize(
    ("by", "view"),
    [
        *(("phone", view) for view in ("plan", "scenarios", "shifts", "languages", "hiring")),
        *(("help_centre", view) for view in ("plan", "demand")),
    ],
)
def test_every_view_of_staffing_holds_for_queues_known_by_the_day(open_app, letters, by, view):
    app = open_app(letters, "staffing", queue=f"{by}:en", view=view)
    assert not app.exception
    told = " ".join(info.value for info in app.info)
    assert told.count("tells days, not times of day") == 1


def test_the_forecast_quality_page_speaks_of_days(open_app, letters):
    app = open_app(letters, "forecast_quality", queue="phone:en")
    assert not app.exception
    assert any("tells days alone" in c.value for c in app.caption)
    told = " ".join(m.value for m in app.markdown)
    assert "half hour last week" not in told


def test_a_solve_on_the_day_of_arrival_took_no_days_and_not_no_seconds(open_app, letters):
    app = open_app(letters, "resolution")
    solved = next(m for m in app.metric if m.label == "Median full resolution")
    assert (solved.value, solved.delta) == ("0 d", "0 d")


@pytest.mark.parametrize("page", ["overview", "wait_times", "resolution", "languages"])
def test_pages_of_durations_name_the_sources_that_tell_dates(open_app, letters, exchange, page):
    told = [info.value for info in open_app(letters, page).info]
    assert any(t.startswith("Source letters tells dates, no times of day") for t in told)
    assert not any("tells dates" in info.value for info in open_app(exchange, page).info)
