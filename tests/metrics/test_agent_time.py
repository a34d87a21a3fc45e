"""Occupancy and utilisation: the same handle time over two different times."""

import math
from datetime import datetime, timedelta

import pytest

from pipelines.api import open_warehouse
from tests.fixtures import RawWarehouse

# 2 March: an hour of ann (40 min handling, 5 wrap, 10 available, 5 away) across two half hours, and
# ten minutes of bob. 3 March has no states, only a schedule.
AGENT_STATES = """
    agent_id | state     | starts_at            | ends_at              | channel | language
    ann      | handling  | 2026-03-02 01:00:00Z | 2026-03-02 01:40:00Z | phone   | ko
    ann      | wrap      | 2026-03-02 01:40:00Z | 2026-03-02 01:45:00Z | phone   | ko
    ann      | available | 2026-03-02 01:45:00Z | 2026-03-02 01:55:00Z | phone   | ko
    ann      | away      | 2026-03-02 01:55:00Z | 2026-03-02 02:00:00Z | phone   | ko
    bob      | available | 2026-03-02 01:00:00Z | 2026-03-02 01:10:00Z | phone   | ko
"""
SCHEDULES = """
    channel | language | starts_at            | ends_at              | agents
    phone   | ko       | 2026-03-02 01:00:00Z | 2026-03-02 02:00:00Z | 10
    phone   | ko       | 2026-03-03 01:00:00Z | 2026-03-03 02:00:00Z | 2
    email   | ko       | 2026-03-03 01:00:00Z | 2026-03-03 02:00:00Z | 3
"""
CONTACTS = """
    contact_id | kind   | channel | status | created_at           | agent_id
    call       | call   | phone   | closed | 2026-03-03 01:05:00Z | ann
    mail       | ticket | email   | open   | 2026-03-03 01:05:00Z |
    end        | call   | phone   | closed | 2026-03-03 02:00:00Z |
"""
SESSIONS = """
    contact_id | answered_at          | outcome  | talk_seconds | wrap_seconds
    call       | 2026-03-03 01:05:10Z | answered | 1500         | 300
"""


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    """The door to the build."""
    raw = RawWarehouse(tmp_path_factory.mktemp("agents"))
    raw.load(contacts=CONTACTS, sessions=SESSIONS, schedules=SCHEDULES, agent_states=AGENT_STATES)
    raw.build().close()
    return open_warehouse(raw.folder)


def of(door, metric: str, **selection) -> tuple[float | None, int]:
    (row,) = door.measure(metric, **selection).to_dict("records")
    return None if math.isnan(row["value"]) else round(row["value"], 4), row["n"]


def test_occupancy_leaves_breaks_out_and_utilisation_does_not(door):
    ann = {"where": {"agent": "ann"}}
    assert of(door, "occupancy_share", **ann) == (0.8182, 2)  # 45 of 55 min, two half hours
    assert of(door, "utilisation_share", **ann) == (0.75, 2)  # 45 of 60 min


def test_the_occupancy_of_all_is_that_of_the_added_up_time_not_the_mean_of_agents(door):
    # 45 of 65 min, while the mean of 81.8 % and 0 % would be 40.9 %
    assert of(door, "occupancy_share", end="2026-03-02") == (0.6923, 3)


def test_a_stretch_is_cut_at_the_half_hours(door):
    found = door.measure("occupancy_share", by="half_hour", where={"agent": "ann"})
    assert found["half_hour"].tolist() == ["10:00", "10:30"]
    assert found["value"].round(4).tolist() == [1.0, 0.6]  # 30 of 30 min; 15 of 25 min


def test_without_states_paid_time_is_what_was_scheduled_and_occupancy_is_not_known(door):
    # 1,800 s of handling in two agents' hour: 1,800 / 7,200
    assert of(door, "utilisation_share", start="2026-03-03") == (0.25, 2)
    assert of(door, "occupancy_share", start="2026-03-03") == (None, 0)


def test_a_desk_without_measured_handle_time_is_left_out_and_not_idle(door):
    found = door.measure("utilisation_share", by="channel", start="2026-03-03")
    assert found["channel"].tolist() == ["phone"]


def busy(day: int, seconds: int) -> str:
    """Four half hours of one agent, so many seconds of each with a contact."""
    lines = []
    for half_hour in range(4):
        begins = datetime(2026, 3, day) + timedelta(minutes=30 * half_hour)
        turns, ends = begins + timedelta(seconds=seconds), begins + timedelta(minutes=30)
        lines += [f"ann | handling | {begins} | {turns}", f"ann | available | {turns} | {ends}"]
    return "\n".join(lines)


THREE_DAYS = pytest.mark.loads(
    contacts="contact_id | created_at\nc1 | 2026-03-02 00:00:00\nc2 | 2026-03-05 00:00:00",
    agent_states="agent_id | state | starts_at | ends_at\n"
    + "\n".join((busy(2, 900), busy(3, 900), busy(4, 960))),
)


@THREE_DAYS
def test_half_hours_of_one_day_are_no_independent_witnesses(published):
    # 3,600, 3,600 and 3,840 of 7,200 s: 51.1%. The days are 80, 80 and 160 s off it:
    # 4.3027 * sqrt(3/2 * 38,400) / 21,600 = 4.78 points to each side; twelve half hours taken
    # for independent would say 1.04
    (found,) = published.measure("occupancy_share").to_dict("records")
    assert found["n"] == 12
    assert [round(found[name], 4) for name in ("low", "value", "high")] == [0.4633, 0.5111, 0.5589]


@THREE_DAYS
def test_one_day_alone_does_not_tell_how_days_differ(published):
    (found,) = published.measure("occupancy_share", start="2026-03-02", end="2026-03-02").to_dict(
        "records"
    )
    assert (found["value"], found["n"]) == (0.5, 4)
    assert math.isnan(found["low"])
