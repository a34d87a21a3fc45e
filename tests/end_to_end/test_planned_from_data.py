"""What a plan takes from the data: handle times, patience, and the work that waits."""

from datetime import date

import pytest

from pipelines import api, run
from pipelines.errors import SettingsError
from pipelines.stages.assumptions import (
    Handling,
    assumed,
    desks_of,
    measured_handling,
    measured_patience,
    waiting_contacts,
)
from tests.fixtures import SETTINGS

CHATS = (
    SETTINGS
    + """
    [[desks]]
    channel = "live_chat"
    language = "ko"
    calendar = "seoul-day"
    target_share = 0.8
    within_seconds = 60
    handle_seconds = 300
    concurrency = 3
    slowdown_share = 0.25
    hour_cost = 20000
"""
)


def sessions(count: int, *, left_after: int | None = None, waits: int = 30, first: int = 0) -> str:
    """Korean chats, one a minute: answered after `waits` and held for 5 minutes, or left."""
    rows = []
    for i in range(first, first + count):
        at = f"2026-03-02 {1 + i // 60:02d}:{i % 60:02d}"
        end = f"2026-03-02 {1 + (i + 5) // 60:02d}:{(i + 5) % 60:02d}"
        if left_after is None:
            rows.append(f"c{i} | {at}:00 | {at}:{waits:02d} | | {end}:{waits:02d} | answered | 300")
        else:
            rows.append(f"c{i} | {at}:00 | | {at}:{left_after:02d} | | abandoned | ")
    return "\n".join(rows)


HEAD = (
    "contact_id | queue_entered_at | answered_at | abandoned_at | ended_at | outcome |"
    " talk_seconds\n"
)


def contacts(count: int) -> str:
    rows = (f"c{i} | chat | live_chat | ko" for i in range(count))
    return "contact_id | kind | channel | language\n" + "\n".join(rows)


def test_patience_counts_the_waits_of_those_who_were_answered(warehouse):
    connection = warehouse(
        CHATS,
        contacts=contacts(70),
        sessions=HEAD + sessions(40) + "\n" + sessions(30, left_after=20, first=40),
    )
    found = measured_patience(connection)["live_chat", "ko"]
    # 40 waited 30 s and were answered, 30 hung up after 20 s: 1,800 s / 30
    assert (found.seconds, found.abandoned) == (60.0, 30)


def test_with_fewer_than_thirty_who_hung_up_patience_is_not_known(warehouse):
    connection = warehouse(
        CHATS,
        contacts=contacts(69),
        sessions=HEAD + sessions(40) + "\n" + sessions(29, left_after=20, first=40),
    )
    assert measured_patience(connection) == {}


def test_the_handle_time_is_measured_from_thirty_contacts_on(warehouse):
    connection = warehouse(CHATS, contacts=contacts(30), sessions=HEAD + sessions(30))
    settings = warehouse.read_settings(CHATS)
    found = measured_handling(connection, settings)
    assert found == {("live_chat", "ko"): Handling(300.0, 1.0, 30)}
    few = assumed([("live_chat", "ko"), ("email", "ko")], settings, {}, {})
    assert few["handle_source"].tolist() == ["setting", "setting"]
    assert few["patience_source"].tolist() == [None, "unknown"]
    told = assumed([("live_chat", "ko")], settings, found, {}).iloc[0]
    assert (told["handle_seconds"], told["handle_source"], told["handle_n"]) == (
        300,
        "measured",
        30,
    )
    assert (told["hour_cost"], told["weekly_hours"]) == (20_000, 40.0)


def test_chats_about_one_ticket_are_timed_and_waited_for_each(warehouse):
    chats = contacts(60).replace("language", "language | linked_contact_id")
    chats = chats.replace("| ko", "| ko | ticket") + "\nticket | ticket | email | ko |"
    told = HEAD + sessions(30) + "\n" + sessions(30, left_after=20, first=30)
    connection = warehouse(CHATS, contacts=chats, sessions=told)
    assert measured_handling(connection, warehouse.read_settings(CHATS)) == {
        ("live_chat", "ko"): Handling(300.0, 1.0, 30)
    }
    found = measured_patience(connection)["live_chat", "ko"]
    assert (found.seconds, found.abandoned) == (50.0, 30)  # 30 x 30 s + 30 x 20 s, over 30


def test_contacts_that_all_took_no_time_measure_nothing(warehouse):
    untimed = sessions(30).replace("answered | 300", "answered | 0")
    connection = warehouse(CHATS, contacts=contacts(30), sessions=HEAD + untimed)
    assert measured_handling(connection, warehouse.read_settings(CHATS)) == {}


def test_mail_that_waits_is_due_when_its_business_days_are_over_and_overdue_mail_in_one(warehouse):
    promise = SETTINGS + "    promise_open_days = 2\n"
    # Thursday, Friday and Saturday in Seoul; the desk is open from Monday to Friday, 9 to 18
    connection = warehouse(
        promise,
        contacts="""
            contact_id | created_at
            c1         | 2026-02-24 02:00:00
            c2         | 2026-03-05 02:00:00
            c3         | 2026-03-06 02:00:00
            c4         | 2026-03-07 02:00:00
            c5         | 2026-03-06 03:00:00
            c6         | 2026-02-24 02:00:00
            c7         | 2026-03-09 02:00:00
        """,
        messages="""
            contact_id | sent_at             | author_role
            c1         | 2026-02-24 02:00:00 | customer
            c2         | 2026-03-05 02:00:00 | customer
            c2         | 2026-03-06 02:00:00 | customer
            c3         | 2026-03-06 02:00:00 | customer
            c4         | 2026-03-07 02:00:00 | customer
            c5         | 2026-03-06 03:00:00 | customer
            c5         | 2026-03-06 03:05:00 | agent
            c6         | 2026-02-24 02:00:00 | customer
            c6         | 2026-03-05 02:00:00 | customer
            c7         | 2026-03-09 02:00:00 | customer
        """,
    )
    desks = desks_of(connection, warehouse.read_settings(promise))
    found = waiting_contacts(connection, desks, "Asia/Seoul", date(2026, 3, 8))
    # Asked at 11:00: of 18 open hours Thursday's has waited 16, Friday's 7, Saturday's none, and
    # February's is overdue. Who asked once in February has left; Monday's is not yet there.
    due = {half_hours: n for half_hours, n in enumerate(found["email", "ko"], 1) if n}
    assert due == {2 * 2: 1, 2 * 11: 1, 2 * 18: 1, 2 * 9: 1}
    assert len(found["email", "ko"]) == 36
    assert waiting_contacts(connection, desks, "Asia/Seoul", None) == {}


def test_a_calendar_that_the_build_does_not_know_is_to_be_built_first(warehouse):
    connection = warehouse(SETTINGS, contacts="contact_id\nc1")
    later = warehouse.read_settings(SETTINGS.replace("seoul-day", "seoul-night"))
    with pytest.raises(SettingsError, match="does not know calendar 'seoul-night' yet"):
        desks_of(connection, later)


def test_a_build_without_history_gets_an_empty_plan_and_no_error(warehouse):
    elsewhere = SETTINGS.replace('channel = "*"', 'channel = "phone"')
    warehouse(elsewhere, contacts="contact_id\nc1").close()
    run.forecast(warehouse.folder, warehouse.read_settings(elsewhere))
    door = api.open_warehouse(warehouse.folder)
    assert [len(frame) for frame in (door.staffing(), door.shifts(), door.staffing_queues())] == [
        0,
        0,
        0,
    ]
