"""The calculator answers as the textbooks do."""

import pytest

from pipelines import api

CASE = (
    "agents",
    "--arrivals",
    100,
    "--interval",
    1800,
    "--handle",
    180,
    "--share",
    0.8,
    "--within",
    20,
)


def test_100_calls_in_half_an_hour_of_3_minutes_take_14_agents_and_20_on_the_roster(run_command):
    ran = run_command(*CASE, "--shrinkage", 0.3, "--csv")
    header, row = ran.stdout.splitlines()
    answer = dict(zip(header.split(","), row.split(","), strict=True))
    assert header == (
        "agents,scheduled,service_level_share,wait_probability,wait_mean_seconds,"
        "occupancy_share,abandoned_share"
    )
    assert (answer["agents"], answer["scheduled"]) == ("14", "20")
    assert float(answer["service_level_share"]) == pytest.approx(0.888350019179, abs=1e-12)
    assert float(answer["wait_probability"]) == pytest.approx(0.174131933595, abs=1e-12)
    assert float(answer["wait_mean_seconds"]) == pytest.approx(7.836, abs=5e-4)


def test_people_who_hang_up_need_fewer_agents(run_command):
    ran = run_command(*CASE, "--patience", 300, "--csv")
    assert ran.stdout.splitlines()[1].startswith("13,13,")


def test_agents_who_hold_several_chats_are_those_of_the_door(run_command):
    case = ("agents", "--arrivals", 60, "--handle", 540, "--share", 0.8, "--within", 60)
    chats = (*case, "--at-once", 3, "--slower", 0.15)
    row = run_command(*chats, "--csv").stdout.splitlines()[1].split(",")
    told = api.agents(60, 1800, 540, 0.8, 60, concurrency=api.Concurrency(3, 0.15))
    assert (row[0], float(row[2])) == (str(told.agents), told.service_level_share)
    alone = run_command(*case, "--csv").stdout.splitlines()[1].split(",")
    assert told.agents < int(alone[0])
    assert "60 contacts in 30 min 00 s, 3 chats at once" in run_command(*chats).stdout


def test_people_read_words_and_units(run_command):
    printed = run_command(*CASE, "--shrinkage", 0.3).stdout
    assert "100 contacts in 30 min 00 s, Erlang C" in printed
    for label, value in (
        ("agents on the roster, after shrinkage", "20"),
        ("answered within 20 s", "88.8 %"),
        ("mean wait", "7.8 s"),
    ):
        line = next(line for line in printed.splitlines() if label in line)
        assert line.split("│")[2].strip() == value


def test_a_share_above_one_is_refused(run_command):
    ran = run_command("agents", "--arrivals", 10, "--handle", 180, "--share", 1.2)
    assert ran.exit_code == 12
    assert ran.stderr == (
        "error: target_share is 1.2; it must be between 0 and 1: no number of agents answers"
        " everybody in time, and none is needed to answer nobody\n"
    )
