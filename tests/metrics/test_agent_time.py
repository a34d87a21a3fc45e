"""Occupancy and utilisation: the same handle time over two different times."""

import math

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
