"""Scenarios on the command line: from a file to a name, and back to the same file."""

from datetime import timedelta

import pytest

from pipelines import api
from pipelines.api import demand_scenarios

TOML = """\
name = "급등"
note = "as in November"

[[effects]]
kind = "surge"
size = 0.8
starts_at = 2026-03-02T01:00:00Z
half_life_hours = 24.0
topics = ["withdrawal"]
"""


@pytest.fixture
def scenarios(run_command, tmp_path):
    """`scenarios("save", file)` in a warehouse of its own, where nothing was ever built."""
    return lambda *arguments: run_command("scenarios", *arguments, "--warehouse", tmp_path)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "surge.toml"
    path.write_text(TOML, encoding="utf-8")
    return path


def test_what_was_saved_from_a_file_is_shown_as_the_same_file(scenarios, file):
    assert scenarios("save", file, "--by", "kim").stdout == "saved '급등', revision 1, by kim\n"
    assert scenarios("show", "급등").stdout == TOML
    listed = scenarios("list", "--csv").stdout.splitlines()
    assert listed[0] == "name,kinds,starts_at,note,revision,saved_at,saved_by"
    assert listed[1].startswith("급등,surge,2026-03-02T01:00:00Z,as in November,1,")


def test_revisions_are_said_to_be_ones_and_a_deletion_stays_in_history(scenarios, file):
    scenarios("save", file, "--by", "kim")
    again = scenarios("save", file, "--by", "lee")
    assert (again.exit_code, again.stdout) == (3, "")
    assert "choose another name, or revise it" in again.stderr
    assert "revision 2, by lee" in scenarios("save", file, "--by", "lee", "--revise").stdout
    scenarios("delete", "급등", "--by", "kim")

    history = scenarios("history", "급등", "--csv").stdout.splitlines()[1:]
    assert [line.split(",")[::3] for line in history] == [["1", "kim"], ["2", "lee"], ["3", "kim"]]
    assert scenarios("show", "급등").exit_code == 10
    assert scenarios("show", "급등", "--revision", 1).stdout == TOML


def test_applied_as_csv_it_is_the_plan_of_the_door(exchange, run_command, tmp_path):
    door = api.open_warehouse(exchange)
    first = door.forecast("phone", "ko")["starts_at"].min().tz_localize("UTC").to_pydatetime()
    scenario = demand_scenarios.moved(demand_scenarios.from_text(TOML), first + timedelta(hours=2))
    path = tmp_path / "surge.json"
    path.write_text(demand_scenarios.to_json(scenario), encoding="utf-8")

    told = run_command(
        "scenarios", "apply", path, "--queue", "phone/ko", "--csv", "--warehouse", exchange
    )
    plan = door.staffing_under(scenario, "phone", "ko")
    lines = told.stdout.splitlines()
    assert lines[0] == ",".join(api.with_clock(plan).columns)
    assert len(lines) - 1 == len(plan)


def test_the_plan_under_a_scenario_is_tried_out_as_the_door_does(exchange, run_command, tmp_path):
    door = api.open_warehouse(exchange)
    first = door.forecast("phone", "ko")["starts_at"].min().tz_localize("UTC").to_pydatetime()
    surge = demand_scenarios.moved(demand_scenarios.from_text(TOML), first + timedelta(hours=1))
    path = tmp_path / "surge.toml"
    path.write_text(demand_scenarios.to_toml(surge), encoding="utf-8")
    asked = ("scenarios", "apply", path, "--queue", "phone/ko", "--warehouse", exchange)
    lines = run_command(*asked, "--try-out", "--csv").stdout.splitlines()
    told = [dict(zip(lines[0].split(","), line.split(","), strict=True)) for line in lines[1:]]
    assert [each["is_scheduled"] for each in told] == ["false", "true"]
    expected = [
        door.trials_under(surge, "phone", "ko", is_scheduled=each)["reached_share"][0]
        for each in (False, True)
    ]
    assert [float(each["reached_share"]) for each in told] == pytest.approx(expected)


def test_where_the_user_has_no_name_the_author_is_asked_for(scenarios, file, monkeypatch):
    def nameless():
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.setattr("getpass.getuser", nameless)
    refused = scenarios("save", file)
    assert refused.exit_code == 3
    assert "tell it with --by" in refused.stderr
    assert scenarios("save", file, "--by", "kim").exit_code == 0
