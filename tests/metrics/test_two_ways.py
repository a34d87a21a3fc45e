"""The same numbers a second time: in Python, one contact after the other, from the raw rows.

What SQL does with joins and windows over everything is done here as a person would with a pencil:
walk a contact's messages, its statuses, or the minutes of its wait.
"""

from collections import Counter, defaultdict
from datetime import datetime, time, timedelta

import pandas as pd
import pytest

from pipelines.api import Warehouse, open_warehouse
from pipelines.statistics import clusters
from tests.fixtures import SETTINGS, RawWarehouse
from tests.metrics.invented import Tables, as_text, invented

SEOUL = timedelta(hours=9)
TARGET, SHORT = 60, 5  # seconds, as in SETTINGS and by default
OPENS, CLOSES = time(9), time(18)
EVERYTHING = 1_000_000


def built(folder, tables: Tables) -> Warehouse:
    raw = RawWarehouse(folder)
    raw(SETTINGS, **as_text(tables)).close()
    return open_warehouse(raw.folder)


@pytest.fixture(scope="module")
def desk() -> Tables:
    return invented(seed=4, contacts=400)


@pytest.fixture(scope="module")
def door(tmp_path_factory, desk) -> Warehouse:
    return built(tmp_path_factory.mktemp("desk"), desk)


@pytest.fixture(scope="module")
def contacts(desk) -> dict[str, dict]:
    """Every contact that counts, with its own messages, changes of status, and session."""
    found = {row["contact_id"]: {**row, "messages": [], "changes": [], "session": None}
             for row in desk["contacts"] if not row.get("exclusion")}  # fmt: skip
    for row in desk["messages"]:
        found[row["contact_id"]]["messages"].append((row["sent_at"], row["author_role"]))
    for row in desk["status_events"]:
        found[row["contact_id"]]["changes"].append(
            (row["changed_at"], row["from_status"], row["to_status"])
        )
    for row in desk["sessions"]:
        found[row["contact_id"]]["session"] = row
    for contact in found.values():
        contact["messages"].sort()
        contact["changes"].sort()
    return found


def values(door: Warehouse, metric: str) -> dict[str, float]:
    """The value of each contact."""
    rows = door.observations(metric, limit=EVERYTHING)
    return dict(zip(rows["contact_id"], rows["value"], strict=True))


def first_reply(contact: dict) -> datetime | None:
    session = contact["session"]
    if session and session["answered_at"]:
        return session["answered_at"]
    return next((at for at, role in contact["messages"] if role == "agent"), None)


def seconds(wait: timedelta) -> int:
    return round(wait.total_seconds())


def is_open(at: datetime) -> bool:
    local = at + SEOUL
    return local.weekday() < 5 and OPENS <= local.time() < CLOSES


def open_seconds(start: datetime, end: datetime) -> int:
    """Open seconds of `[start, end)`, minute by minute."""
    total, at = 0, start
    while at < end:
        following = min(at.replace(second=0) + timedelta(minutes=1), end)
        total += seconds(following - at) if is_open(at) else 0
        at = following
    return total


def test_first_responses_are_those_that_walking_the_messages_finds(door, contacts):
    expected = {
        name: seconds(reply - contact["created_at"])
        for name, contact in contacts.items()
        if (reply := first_reply(contact))
    }
    assert values(door, "first_response_seconds") == expected
    assert len(expected) > 200


def test_a_chats_wait_is_the_same_from_its_messages_and_from_its_session(
    tmp_path_factory, desk, door
):
    chats = {r["contact_id"] for r in desk["contacts"] if r.get("channel") == "live_chat"}
    waits = [door] + [
        built(tmp_path_factory.mktemp("half"), {k: rows for k, rows in desk.items() if k != table})
        for table in ("sessions", "messages")
    ]
    waits = [
        {name: wait for name, wait in values(d, "speed_of_answer_seconds").items() if name in chats}
        for d in waits
    ]
    assert waits[0] == waits[1] == waits[2]
    assert len(waits[0]) > 50


def test_next_replies_are_those_that_walking_the_messages_finds(door, contacts):
    expected = Counter()
    for name, contact in contacts.items():
        asked = None
        for at, role in contact["messages"]:
            if role == "customer" and asked is None:
                asked = at
            elif role == "agent":
                if asked is not None and asked != contact["created_at"]:
                    expected[name, seconds(at - asked)] += 1
                asked = None
    rows = door.observations("next_reply_seconds", limit=EVERYTHING)
    assert Counter(zip(rows["contact_id"], rows["value"], strict=True)) == expected
    assert expected.total() > 50


def test_business_time_is_that_of_walking_minute_by_minute(door, contacts):
    expected = {
        name: open_seconds(contact["created_at"], reply)
        for name, contact in contacts.items()
        if (reply := first_reply(contact))
    }
    assert values(door, "first_response_business_seconds") == expected


def test_out_of_hours_is_when_the_walls_clock_says_so(door, contacts):
    assert values(door, "out_of_hours_share") == {
        name: int(not is_open(contact["created_at"])) for name, contact in contacts.items()
    }


def test_the_five_service_levels_are_the_formulas_over_counted_calls_and_chats(door, contacts):
    sessions = [c["session"] for c in contacts.values() if c["session"]]
    waits = {outcome: [s["wait_seconds"] for s in sessions if s["outcome"] == outcome]
             for outcome in ("answered", "abandoned")}  # fmt: skip
    answered, abandoned = len(waits["answered"]), len(waits["abandoned"])
    in_time = sum(wait <= TARGET for wait in waits["answered"])
    left_in_time = sum(wait <= TARGET for wait in waits["abandoned"])
    left_at_once = sum(wait < SHORT for wait in waits["abandoned"])
    offered = answered + abandoned
    expected = {
        "service_level_sl1": (in_time + left_in_time) / offered,
        "service_level_sl2": in_time / answered,
        "service_level_sl3": in_time / offered,
        "service_level": in_time / (offered - left_in_time),
        "service_level_sl5": (in_time + left_at_once) / offered,
        "abandoned_share": abandoned / offered,
        "net_abandoned_share": (abandoned - left_at_once) / (offered - left_at_once),
    }
    live = {"channel": ["phone", "live_chat"]}
    for metric, value in expected.items():
        found = door.measure(metric, where=live)["value"].item()
        assert found == pytest.approx(value, abs=1e-12), metric


def in_statuses(contact: dict) -> tuple[dict[str, int], datetime] | None:
    """Seconds in each status from creation to the last solve; None while it is not solved."""
    solves = [at for at, _, after in contact["changes"] if after == "solved"]
    if contact["status"] != "solved":
        return None
    spent, since = defaultdict(int), contact["created_at"]
    for at, before, _ in contact["changes"]:
        if at <= solves[-1]:
            spent[before] += seconds(at - since)
            since = at
    return spent, solves[-1]


def test_waits_by_status_are_those_of_walking_the_history(door, contacts):
    spent = {n: found[0] for n, c in contacts.items() if c["changes"] and (found := in_statuses(c))}
    for metric, statuses in {
        "requester_wait_seconds": ("new", "open", "hold"),
        "agent_wait_seconds": ("pending",),
        "agent_work_seconds": ("new", "open"),
        "on_hold_seconds": ("hold",),
    }.items():
        expected = {name: sum(s[status] for status in statuses) for name, s in spent.items()}
        assert values(door, metric) == expected, metric
    assert len(spent) > 30


def test_solves_and_reopenings_are_counted_as_the_history_tells_them(door, contacts):
    for metric, (before, after) in {
        "resolve_events": ("open", "solved"),
        "reopen_events": ("solved", "open"),
    }.items():
        rows = door.observations(metric, limit=EVERYTHING)
        assert Counter(rows["contact_id"]) == Counter(
            name
            for name, contact in contacts.items()
            for change in contact["changes"]
            if change[1:] == (before, after)
        ), metric


def test_the_backlog_of_every_day_is_a_recount_at_its_midnight(door, contacts):
    days = door.backlog(where={"channel": "email"}).set_index("day")["closing"]
    for day, closing in days.items():
        midnight = day.to_pydatetime() + timedelta(days=1) - SEOUL
        standing = 0
        for contact in contacts.values():
            if contact["channel"] == "email" and contact["created_at"] < midnight:
                changes = [after for at, _, after in contact["changes"] if at < midnight]
                standing += not changes or changes[-1] != "solved"
        assert closing == standing, day
    assert len(days) > 20


def test_repeats_and_first_contact_resolution_are_those_of_the_clusters(door, contacts):
    rows = pd.DataFrame(
        {
            "contact_id": name,
            "requester_id": contact["requester_id"],
            "topic": contact["topic"],
            "arrived_at": contact["created_at"],
            "resolved_at": next(
                (at for at, _, after in contact["changes"] if after == "solved"), None
            ),
        }
        for name, contact in contacts.items()
    )
    cut = pd.Timestamp(door.build().data_cut_at)
    found = clusters.repeats(rows, cut).set_index("contact_id")
    repeated = found["is_repeated"].dropna().astype(int).to_dict()
    assert values(door, "repeated_share") == repeated
    resolved = values(door, "first_contact_resolved_share")
    expected = found["is_first_contact_resolution"].dropna().astype(int)
    assert resolved == expected[expected.index.isin(resolved.keys())].to_dict()
    assert {c for c, row in contacts.items() if row["channel"] == "email"} == resolved.keys()
    assert 0 < sum(repeated.values()) < len(repeated)
