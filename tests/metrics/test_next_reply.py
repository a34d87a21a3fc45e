"""How long customers wait after the first reply: one observation a run of their messages."""

import pytest

from pipelines.api import open_warehouse
from tests.fixtures import RawWarehouse

CONTACTS = """
    contact_id | status | created_at           | updated_at
    c1         | solved | 2026-03-02 00:00:00Z |
    c2         | open   | 2026-03-02 00:00:00Z | 2026-03-02 02:00:00Z
    first      | open   | 2026-03-02 00:00:00Z |
    greeted    | open   | 2026-03-02 00:00:00Z |
    spam       | solved | 2026-03-02 00:00:00Z |
"""
MESSAGES = """
    contact_id | sent_at              | author_role | is_public
    c1         | 2026-03-02 00:00:00Z | customer    | true
    c1         | 2026-03-02 00:00:10Z | bot         | true
    c1         | 2026-03-02 00:05:00Z | agent       | true
    c1         | 2026-03-02 00:10:00Z | customer    | true
    c1         | 2026-03-02 00:12:00Z | customer    | true
    c1         | 2026-03-02 00:13:00Z | bot         | true
    c1         | 2026-03-02 00:14:00Z | agent       | false
    c1         | 2026-03-02 00:20:00Z | agent       | true
    c1         | 2026-03-02 00:21:00Z | agent       | true
    c1         | 2026-03-02 00:30:00Z | customer    | true
    c1         | 2026-03-02 00:35:00Z | agent       | true
    c1         | 2026-03-02 00:36:00Z | customer    | true
    c2         | 2026-03-02 00:00:00Z | customer    | true
    c2         | 2026-03-02 00:01:00Z | agent       | true
    c2         | 2026-03-02 01:00:00Z | customer    | true
    first      | 2026-03-02 00:00:00Z | customer    | true
    greeted    | 2026-03-02 00:00:00Z | agent       | true
    greeted    | 2026-03-02 00:03:00Z | customer    | true
    greeted    | 2026-03-02 00:03:00Z | agent       | true
"""


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    """The door to a build whose data end at 02:00 UTC."""
    raw = RawWarehouse(tmp_path_factory.mktemp("talk"))
    raw.load(contacts=CONTACTS, messages=MESSAGES)
    raw.build().close()
    return open_warehouse(raw.folder)


def test_each_run_of_messages_waits_from_its_first_to_the_next_human_reply(talk):
    # asked 00:10 and 00:12, answered 00:20 (bots and notes do not count); asked 00:30, 00:35
    found = talk.observations("next_reply_seconds").sort_values("value")
    assert found[["contact_id", "value"]].to_numpy().tolist() == [["c1", 300], ["c1", 600]]


def test_the_first_wait_is_the_first_response_and_no_next_reply(talk):
    (first,) = talk.measure("first_response_seconds", statistic="mean").to_dict("records")
    (later,) = talk.measure("next_reply_seconds", statistic="mean").to_dict("records")
    assert (first["value"], first["n"]) == (120.0, 3)  # 300, 60 and 0 s
    assert (later["value"], later["n"]) == (450.0, 2)


def test_thanks_after_the_solution_wait_for_nothing_and_an_open_question_waits_on(talk):
    found = talk.observations("next_reply_censored_seconds", where={"is_observed": False})
    assert found[["contact_id", "value"]].to_numpy().tolist() == [["c2", 3600]]


def test_a_run_still_waiting_is_longer_than_and_not_left_out(talk):
    # 300, 600 and one longer than 3,600: two thirds are answered by 10 minutes
    (found,) = talk.measure("next_reply_censored_seconds").to_dict("records")
    assert (found["value"], found["n"]) == (600.0, 3)


def test_a_first_reply_in_the_second_of_the_question_is_no_next_reply(talk):
    assert talk.observations("first_response_seconds", where={"contact_id": "greeted"})[
        "value"
    ].tolist() == [0]
    assert talk.observations("next_reply_seconds", where={"contact_id": "greeted"}).empty


def test_what_is_said_last_in_a_chat_that_became_a_ticket_is_answered_there(warehouse):
    warehouse(
        contacts="""
            contact_id | kind   | status | created_at           | linked_contact_id
            chat       | chat   | closed | 2026-03-02 00:00:00Z | ticket
            ticket     | ticket | open   | 2026-03-02 00:20:00Z |
            later      | ticket | open   | 2026-03-09 00:00:00Z |
        """,
        messages="""
            contact_id | sent_at              | author_role
            chat       | 2026-03-02 00:00:00Z | customer
            chat       | 2026-03-02 00:01:00Z | agent
            chat       | 2026-03-02 00:02:00Z | customer
            chat       | 2026-03-02 00:04:00Z | agent
            chat       | 2026-03-02 00:05:00Z | customer
            ticket     | 2026-03-02 00:30:00Z | agent
        """,
    )
    door = open_warehouse(warehouse.folder)
    found = door.observations("next_reply_censored_seconds")
    assert found[["value", "is_observed"]].to_numpy().tolist() == [[120, True]]
