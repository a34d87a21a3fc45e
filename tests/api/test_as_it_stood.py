"""An earlier window is compared as it was when it was as old as the later one is."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipelines.api import Warehouse, open_warehouse
from pipelines.api.as_it_stood import STATES
from tests.fixtures import RawWarehouse
from tests.metrics import worlds
from tests.metrics.invented import as_text
from tests.metrics.worlds import World


def test_the_unanswered_of_the_window_before_are_those_it_had_at_its_own_end(warehouse):
    """Each week: one is answered after an hour, one of its last day after two. Data end with the
    second week, when only the first one's late reply is known."""
    warehouse(
        contacts="""
            contact_id | created_at
            then_soon  | 2026-03-02 01:00:00
            then_late  | 2026-03-07 12:00:00
            now_soon   | 2026-03-09 01:00:00
            now_late   | 2026-03-14 12:00:00
        """,
        messages="""
            contact_id | sent_at             | author_role
            then_soon  | 2026-03-02 02:00:00 | agent
            then_late  | 2026-03-09 12:00:00 | agent
            now_soon   | 2026-03-09 01:00:00 | customer
            now_soon   | 2026-03-09 02:00:00 | agent
            now_late   | 2026-03-14 12:00:00 | customer
            now_soon   | 2026-03-15 00:00:00 | customer
        """,
    )
    published = open_warehouse(warehouse.folder)
    days = {"start": "2026-03-08", "end": "2026-03-14"}
    found = published.compare("unanswered_share", **days)
    columns = ["value", "n", "previous_value", "previous_n", "change"]
    assert found[columns].to_numpy().tolist() == [[0.5, 2, 0.5, 2, 0.0]]
    assert found.attrs["previous_as_it_stood"] is True
    assert published.measure("unanswered_share", end="2026-03-07")["value"].tolist() == [0.0]
    changed = published.what_changed("unanswered_share", ("channel",), **days)
    assert (changed.before.value, changed.after.value, changed.total.value) == (0.5, 0.5, 0.0)


SOLVED_LATER = {
    "contacts": """
        contact_id | requester_id | topic | created_at           | status
        at_once    | r1           | fees  | 2026-03-02 01:00:00Z | solved
        later      | r2           | fees  | 2026-03-02 01:00:00Z | solved
        reopened   | r3           | fees  | 2026-03-02 01:00:00Z | solved
        will_be    | r4           | fees  | 2026-03-02 01:00:00Z | open
        came_back  | r5           | fees  | 2026-03-02 01:00:00Z | solved
        again      | r5           | fees  | 2026-03-08 12:00:00Z | solved
        now        | r6           | fees  | 2026-03-20 01:00:00Z | solved
        unsolved   | r7           | fees  | 2026-03-20 01:00:00Z | open
        cut        | r8           |       | 2026-03-29 00:00:00Z | open
    """,
    "status_events": """
        contact_id | changed_at           | from_status | to_status
        at_once    | 2026-03-03 01:00:00Z | open        | solved
        later      | 2026-03-20 01:00:00Z | open        | solved
        reopened   | 2026-03-04 01:00:00Z | open        | solved
        reopened   | 2026-03-06 01:00:00Z | solved      | open
        reopened   | 2026-03-21 01:00:00Z | open        | solved
        will_be    | 2026-03-04 01:00:00Z | open        | solved
        will_be    | 2026-03-20 01:00:00Z | solved      | open
        came_back  | 2026-03-04 01:00:00Z | open        | solved
        again      | 2026-03-09 01:00:00Z | open        | solved
        now        | 2026-03-21 01:00:00Z | open        | solved
    """,
}


@pytest.mark.parametrize(
    ("metric", "then", "today", "now"),
    [
        # a fortnight before the cut: at_once, will_be and came_back of the five with a week behind
        ("resolved_share", (3 / 5, 5), (5 / 6, 6), (1 / 2, 2)),
        ("first_contact_resolved_share", (2 / 5, 5), (4 / 6, 6), (1 / 2, 2)),
        ("repeated_share", (1 / 5, 5), (1 / 6, 6), (0.0, 2)),
    ],
)
def test_the_solved_of_the_window_before_are_those_it_had_after_as_long(
    warehouse, metric, then, today, now
):
    warehouse(**SOLVED_LATER)
    published = open_warehouse(warehouse.folder)
    days = {"start": "2026-03-15", "end": "2026-03-28"}
    (found,) = published.compare(metric, **days).to_dict("records")
    assert (found["previous_value"], found["previous_n"]) == then
    assert (found["value"], found["n"]) == now
    changed = published.what_changed(metric, ("channel",), **days)
    assert (changed.before.value, changed.before.n) == then
    (past,) = published.own_baseline(metric, (), baseline_days=14, **days).to_dict("records")
    assert (past["baseline_value"], past["baseline_n"]) == then
    assert past["change"] == pytest.approx(now[0] - then[0])
    (found,) = published.measure(metric, end="2026-03-14").to_dict("records")
    assert (found["value"], found["n"]) == pytest.approx(today)


def test_of_a_longer_past_each_window_has_had_as_long_as_the_present_one(warehouse):
    """Of each week one of two is answered, eight days later; data end with the third week."""
    days = ("2026-03-01", "2026-03-08", "2026-03-15")
    warehouse(
        contacts="contact_id | created_at\n"
        + "\n".join(f"{day}{name} | {day} 03:00:00Z" for day in days for name in "ab")
        + "\ncut | 2026-03-22 03:00:00Z",
        messages="contact_id | sent_at | author_role\n"
        + "\n".join(f"{day}{name} | {day} 03:00:00Z | customer" for day in days for name in "ab")
        + "\n2026-03-01a | 2026-03-09 03:00:00Z | agent"
        + "\n2026-03-08a | 2026-03-16 03:00:00Z | agent",
    )
    published = open_warehouse(warehouse.folder)
    days = {"start": "2026-03-15", "end": "2026-03-21"}
    (found,) = published.own_baseline("unanswered_share", (), baseline_days=14, **days).to_dict(
        "records"
    )
    assert (found["value"], found["baseline_value"], found["baseline_n"]) == (1.0, 1.0, 4)
    assert published.measure("unanswered_share", end="2026-03-14")["value"].tolist() == [0.5]


@pytest.mark.parametrize("metric", ["first_response_seconds", "speed_of_answer_seconds"])
def test_replies_that_came_after_as_long_are_not_in_the_waits_of_the_window_before(
    warehouse, metric
):
    """Each week one is answered after an hour, and one of its last day after ten; data end three
    hours after it."""
    warehouse(
        contacts="""
            contact_id | created_at
            then_soon  | 2026-03-02 01:00:00
            then_late  | 2026-03-07 12:00:00
            now_soon   | 2026-03-09 01:00:00
            now_late   | 2026-03-14 12:00:00
        """,
        messages="""
            contact_id | sent_at             | author_role
            then_soon  | 2026-03-02 02:00:00 | agent
            then_late  | 2026-03-07 22:00:00 | agent
            now_soon   | 2026-03-09 01:00:00 | customer
            now_soon   | 2026-03-09 02:00:00 | agent
            now_late   | 2026-03-14 12:00:00 | customer
            now_soon   | 2026-03-14 15:00:00 | customer
        """,
    )
    published = open_warehouse(warehouse.folder)
    days = {"start": "2026-03-08", "end": "2026-03-14"}
    found = published.compare(metric, statistic="mean", **days)
    columns = ["value", "n", "previous_value", "previous_n", "change"]
    assert found[columns].to_numpy().tolist() == [[3_600, 1, 3_600, 1, 0]]
    assert published.measure(metric, statistic="mean", end="2026-03-07")["value"].tolist() == [
        (3_600 + 36_000) / 2
    ]


def test_a_window_whose_last_day_is_not_over_is_compared_with_one_as_short(warehouse):
    """Two a day, at 09:00 and 21:00 in Seoul; data end at noon of the eighth day."""
    days = [f"2026-03-{day:02d}" for day in range(1, 9)]
    warehouse(
        contacts="contact_id | created_at\n"
        + "\n".join(
            f"{day}-{hour} | {day} {hour}:00:00Z"
            for day in days
            for hour in ("00", "12")
            if (day, hour) != ("2026-03-08", "12")
        )
        + "\ncut | 2026-03-08 03:00:00Z"
    )
    published = open_warehouse(warehouse.folder)
    found = published.compare("contacts", start="2026-03-05", end="2026-03-08")
    # 7 and the one at noon, against 7 without the one in the evening of the fourth
    assert found[["value", "previous_value"]].to_numpy().tolist() == [[8, 7]]
    assert found.attrs["previous_as_it_stood"] is True
    found = published.compare("contacts", start="2026-03-05", end="2026-03-07")
    assert found[["value", "previous_value"]].to_numpy().tolist() == [[6, 6]]
    assert found.attrs["previous_as_it_stood"] is False


def dated(world: World) -> World:
    """The world without what no export dates: merges, links, deletions, counts of reopenings, and
    contacts that were made before their first word."""
    written = {}
    for row in sorted(world.tables["messages"], key=lambda row: row["sent_at"]):
        if row["author_role"] == "customer" and row["is_public"]:
            written.setdefault(row["contact_id"], row["sent_at"])
    contacts = [
        row | {"merged_into": None, "linked_contact_id": None}
        for row in world.tables["contacts"]
        if written.get(row["contact_id"], row["created_at"]) == row["created_at"]
    ]
    kept = ("messages", "status_events", "sessions")
    return delivered(replace(world, tables={"contacts": contacts}
                             | {name: world.tables[name] for name in kept}), world.cut)  # fmt: skip


def delivered(world: World, cut: datetime) -> World:
    """What an export of that instant would have held."""
    ends = {"messages": "sent_at", "status_events": "changed_at", "sessions": "ended_at"}
    tables = {
        name: [row for row in world.tables[name] if row[end] <= cut] for name, end in ends.items()
    }
    status = {row["contact_id"]: row["to_status"] for row in tables["status_events"]}
    came = [row for row in world.tables["contacts"] if row["created_at"] <= cut]
    came = [row for row in came if row["contact_id"] != "cut"]
    for place, row in enumerate(came):
        own = {"status": status.get(row["contact_id"], "new")} if row["kind"] == "ticket" else {}
        is_later = row["handed_over_at"] and row["handed_over_at"] > cut
        came[place] = row | own | ({"handed_over_at": None} if is_later else {})
    ids = {row["contact_id"] for row in came}
    tables = {
        name: [row for row in rows if row["contact_id"] in ids] for name, rows in tables.items()
    }
    last = {"contact_id": "cut", "created_at": cut, "tags": "spam", "requester_id": "nobody"}
    return replace(world, tables={"contacts": [*came, last]} | tables, cut=cut)


def built(world: World, folder) -> Warehouse:
    raw = RawWarehouse(folder)
    raw.load(**as_text(world.tables))
    raw.build(world.settings).close()
    return open_warehouse(raw.folder)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_window_before_is_what_an_export_of_that_day_tells_of_it(tmp_path, monkeypatch, seed):
    monkeypatch.setattr(worlds._Draw, "clocked", lambda draw, contact: {})
    world, days = dated(worlds.drawn(seed, contacts=220)), 9
    now = built(world, tmp_path / "now")
    then = built(delivered(world, world.cut - timedelta(days=days)), tmp_path / "then")
    last = world.cut.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(world.zone)).date()
    start = last - timedelta(days=days - 1)
    for metric in STATES:
        statistic = "mean" if metric.endswith("seconds") else None
        found = now.compare(metric, start=start, end=last, statistic=statistic).iloc[0]
        told = then.measure(
            metric, start=start - timedelta(days=days), end=start - timedelta(days=1),
            statistic=statistic,
        ).iloc[0]  # fmt: skip
        assert (metric, found["previous_n"]) == (metric, told["n"])
        assert found["previous_value"] == pytest.approx(told["value"], nan_ok=True), metric
        assert metric in ("resolved_share", "first_contact_resolved_share") or told["n"] > 0
