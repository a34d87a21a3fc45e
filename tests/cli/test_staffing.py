"""The plan on the command line: tables, and files that calendars and spreadsheets read."""

import io

import pandas as pd
import pytest

from pipelines import api
from pipelines.cli import main


@pytest.fixture
def plan(exchange):
    return api.open_warehouse(exchange)


def run(*arguments):
    return main(["staffing", *map(str, arguments)])


def test_shifts_as_csv_are_those_of_the_door(exchange, plan, capsys, tmp_path):
    assert run("--shifts", "--queue", "phone/ko", "--csv", "--warehouse", exchange) == 0
    lines = capsys.readouterr().out.splitlines()
    shifts = plan.shifts("phone", "ko")
    assert lines[0] == ",".join(shifts.columns)
    assert len(lines) - 1 == len(shifts)


def test_the_calendar_has_an_event_for_every_shift(exchange, plan, capsys, tmp_path):
    target = tmp_path / "shifts.ics"
    assert run("--ics", target, "--queue", "phone/ko", "--warehouse", exchange) == 0
    assert capsys.readouterr().out == f"wrote {target}\n"
    content = target.read_text(encoding="utf-8")
    assert content.count("BEGIN:VEVENT") == len(plan.shifts("phone", "ko"))
    run("--ics", target, "--queue", "phone/ko", "--warehouse", exchange)
    assert target.read_text(encoding="utf-8") == content


def test_persons_shifts_are_dealt_out_as_the_plan_has_them_and_keep_the_rules(
    exchange, plan, capsys, tmp_path
):
    assert run("--tours", "--queue", "phone/ko", "--csv", "--warehouse", exchange) == 0
    lines = capsys.readouterr().out.splitlines()
    tours, shifts = plan.tours("phone", "ko"), plan.shifts("phone", "ko")
    assert (lines[0], len(lines) - 1) == (",".join(tours.columns), len(tours))
    same = ["local_on", "starts_at", "ends_at"]
    assert tours.groupby(same).size().equals(shifts.groupby(same)["agents"].sum())
    assert tours["person"].max() == shifts["people"].max()
    assert tours["rest_hours"].min() >= 11.0
    assert tours["week_hours"].max() <= 40.0
    assert tours["day_in_a_row"].max() <= 6
    target = tmp_path / "who.ics"
    assert run("--tours", "--ics", target, "--queue", "phone/ko", "--warehouse", exchange) == 0
    content = target.read_text(encoding="utf-8")
    assert content.count("BEGIN:VEVENT") == len(tours)
    assert "SUMMARY:phone/ko: agent 1\n" in content


def test_the_workbook_holds_half_hours_shifts_and_assumptions(exchange, plan, tmp_path):
    target = tmp_path / "plan.xlsx"
    assert run("--xlsx", target, "--queue", "phone/ko", "--warehouse", exchange) == 0
    sheets = pd.read_excel(target, sheet_name=None, engine="calamine")
    assert list(sheets) == ["data", "shifts", "tours", "assumptions", "about"]
    assert len(sheets["data"]) == len(plan.staffing("phone", "ko"))
    assert len(sheets["tours"]) == len(plan.tours("phone", "ko"))
    assert len(sheets["assumptions"]) == len(plan.staffing_queues())


def test_a_file_in_a_folder_that_is_not_there_is_one_line_of_error(exchange, capsys, tmp_path):
    code = run("--ics", tmp_path / "no" / "shifts.ics", "--warehouse", exchange)
    assert code != 0
    assert "name a file in a folder that is there" in capsys.readouterr().err


def test_the_plan_tried_out_keeps_its_target_and_says_so_for_people_required_and_scheduled(
    exchange, plan, capsys
):
    asked = ("--try-out", "--queue", "phone/ko", "--warehouse", exchange)
    assert run(*asked, "--csv") == 0
    told = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert told["is_scheduled"].tolist() == [False, True]
    assert told["reached_share"].tolist() == pytest.approx(
        [plan.trials("phone", "ko", is_scheduled=each)["reached_share"][0] for each in (0, 1)]
    )
    assert told["reached_share"][0] > told["target_share"][0] == 0.8
    assert run(*asked) == 0
    shown = capsys.readouterr().out
    assert ("phone/ko │ required" in shown, "phone/ko │ scheduled" in shown) == (True, True)


def test_a_part_of_a_plan_is_not_tried_out(exchange, capsys):
    assert run("--try-out", "--from", "2026-11-20", "--warehouse", exchange) == 2
    assert "without --from and --to" in capsys.readouterr().err


def test_queues_without_a_schedule_are_tried_with_the_people_required_alone(plan):
    unscheduled = plan.queues().query("has_staffing and not has_schedule").iloc[0]
    of = unscheduled["channel"], unscheduled["language"]
    assert len(plan.trials(*of, is_scheduled=True)) == 0


def frame(capsys) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(capsys.readouterr().out))


def test_what_is_changed_is_in_the_half_hours_the_shifts_and_the_persons(exchange, plan, capsys):
    changes = {("phone", "ko"): api.Scenario(volume_change_share=0.5, max_occupancy=0.7)}
    asked = ("--queue", "phone/ko", "--change", "volume=0.5", "--change", "busy=0.7")
    told = ("--csv", "--warehouse", exchange)
    assert run(*asked, *told) == 0
    half_hours = plan.staffing_under(None, "phone", "ko", changes)
    assert frame(capsys)["required_scheduled"].sum() == half_hours["required_scheduled"].sum()
    shifts, tours = plan.rosters_under(None, "phone", "ko", changes)
    run(*asked, "--shifts", *told)
    assert frame(capsys)["agents"].sum() == shifts["agents"].sum()
    run(*asked, "--tours", *told)
    assert frame(capsys)["person"].max() == tours["person"].max()
    assert tours["person"].max() > plan.tours("phone", "ko")["person"].max()
    second = tours["local_on"].sort_values().unique()[1]
    run(*asked, "--tours", "--from", f"{second:%Y-%m-%d}", "--to", f"{second:%Y-%m-%d}", *told)
    assert len(frame(capsys)) == (tours["local_on"] == second).sum()


def test_a_calendar_of_changed_shifts_is_another_calendar(exchange, plan, capsys, tmp_path):
    target = tmp_path / "what_if.ics"
    run("--ics", target, "--queue", "phone/ko", "--change", "handle=0.5", "--warehouse", exchange)
    name = f"X-WR-CALNAME:{plan.build().site_name} · handle=0.5"
    assert name in target.read_text(encoding="utf-8")


def test_languages_are_pooled_on_the_command_line_as_on_the_page(exchange, plan, capsys):
    asked = ("--queue", "phone/ko", "--pool", "ko,ja", "--change", "volume=1", "--csv")
    assert run(*asked, "--warehouse", exchange) == 0
    double = {("phone", "ko"): api.Scenario(volume_change_share=1.0)}
    pooled = api.pool_plan(
        plan.staffing_under(None, "phone", changes=double),
        plan.desks_under(None, "phone", changes=double),
        ["ko", "ja"],
    )
    saved = api.pooled_by_language(pooled)["agent_hours_saved"].iloc[0]
    assert frame(capsys).set_index("language").loc["*", "agent_hours_saved"] == saved


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (("--change", "volumes=1"), "--change volumes=1: write NAME=VALUE, of volume, surge_on"),
        (("--change", "volume=half"), "'half' is no number"),
        (("--change", "shrinkage=1"), "shrinkage is 1.0; it must be 0 or more and below 1"),
        (("--change", "surge=1"), "surge and surge_on go together"),
        (("--change", "surge=1", "--change", "surge_on=2001-01-01"), "no day of the plan, 2"),
        (("--pool", "ko,tlh"), "--pool: name two or more languages, of"),
    ],
)
def test_changes_that_make_no_sense_are_told(exchange, capsys, told, said):
    assert run("--queue", "phone/ko", *told, "--warehouse", exchange) != 0
    assert said in capsys.readouterr().err
