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


def found_in(warehouse, metric: str) -> list[list]:
    """contact, seconds, whether answered; by the time of asking."""
    observed = open_warehouse(warehouse.folder).observations(metric)
    observed = observed.sort_values(["contact_id", "observed_on", "observed_slot", "value"])
    return observed[["contact_id", "value", "is_observed"]].to_numpy().tolist()


def test_a_chat_and_the_ticket_that_it_became_are_one_conversation(warehouse):
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
            ticket     | 2026-03-02 00:35:00Z | agent
            ticket     | 2026-03-02 01:00:00Z | customer
            ticket     | 2026-03-02 03:00:00Z | agent
            ticket     | 2026-03-08 00:00:00Z | customer
        """,
    )
    # two minutes in the chat; half an hour from its last word to the mail; then the ticket's own
    assert found_in(warehouse, "next_reply_censored_seconds") == [
        ["chat", 120, True],
        ["chat", 1_800, True],
        ["chat", 7_200, True],
        ["chat", 86_400, False],
    ]


def test_what_a_ticket_begins_with_is_the_record_of_its_session_and_asks_nothing(warehouse):
    warehouse(
        contacts="""
            contact_id | kind   | channel   | status | created_at           | linked_contact_id
            chat       | chat   | live_chat | closed | 2026-03-02 00:00:00Z | recorded
            recorded   | ticket | email     | open   | 2026-03-02 00:20:00Z |
            call       | call   | phone     | closed | 2026-03-02 00:00:00Z | told
            told       | ticket | email     | open   | 2026-03-02 00:20:00Z |
        """,
        sessions="""
            contact_id | queue_entered_at     | answered_at          | outcome
            call       | 2026-03-02 00:00:00Z | 2026-03-02 00:00:30Z | answered
        """,
        messages="""
            contact_id | sent_at              | author_role
            chat       | 2026-03-02 00:00:00Z | customer
            chat       | 2026-03-02 00:01:00Z | agent
            recorded   | 2026-03-02 00:20:00Z | customer
            recorded   | 2026-03-02 02:00:00Z | agent
            told       | 2026-03-02 00:20:00Z | customer
            told       | 2026-03-02 01:00:00Z | customer
            told       | 2026-03-02 01:10:00Z | agent
        """,
    )
    assert found_in(warehouse, "next_reply_censored_seconds") == [["call", 600, True]]


def test_a_call_about_the_matter_that_is_answered_answers_what_was_written_before(warehouse):
    warehouse(
        contacts="""
            contact_id | kind   | channel | status | created_at           | linked_contact_id
            first      | call   | phone   | closed | 2026-03-02 00:00:00Z | ticket
            ticket     | ticket | email   | open   | 2026-03-02 00:20:00Z |
            second     | call   | phone   | closed | 2026-03-02 02:00:00Z | ticket
            third      | call   | phone   | closed | 2026-03-02 06:00:00Z | ticket
        """,
        sessions="""
            contact_id | queue_entered_at     | answered_at          | abandoned_at         | outcome
            first      | 2026-03-02 00:00:00Z | 2026-03-02 00:00:30Z |                      | answered
            second     | 2026-03-02 02:00:00Z | 2026-03-02 02:05:00Z |                      | answered
            third      | 2026-03-02 06:00:00Z |                      | 2026-03-02 06:02:00Z | abandoned
        """,  # noqa: E501
        messages="""
            contact_id | sent_at              | author_role
            ticket     | 2026-03-02 01:00:00Z | customer
            ticket     | 2026-03-02 03:00:00Z | agent
            ticket     | 2026-03-02 05:00:00Z | customer
            ticket     | 2026-03-02 09:00:00Z | agent
        """,
    )
    # written 01:00, answered in the call of 02:05, not by the mail of 03:00; written 05:00, hung
    # up at 06:02 without an answer, answered by the mail of 09:00
    assert found_in(warehouse, "next_reply_censored_seconds") == [
        ["first", 3_900, True],
        ["first", 14_400, True],
    ]


MERGED = {
    "contacts": """
        contact_id | status | created_at           | merged_into
        first      | closed | 2026-03-02 00:00:00Z | second
        second     | open   | 2026-03-02 03:00:00Z | third
        third      | open   | 2026-03-02 06:00:00Z |
    """,
    "messages": """
        contact_id | sent_at              | author_role
        first      | 2026-03-02 00:00:00Z | customer
        first      | 2026-03-02 00:10:00Z | agent
        second     | 2026-03-02 03:00:00Z | customer
        third      | 2026-03-02 06:00:00Z | customer
        third      | 2026-03-02 06:30:00Z | agent
    """,
}


@pytest.mark.case(31)
def test_a_reply_in_what_was_merged_stops_the_clock_that_its_question_started(warehouse, measured):
    warehouse(**MERGED)
    # asked at 00:00, answered at 00:10; the next two questions are one run, until 06:30
    assert measured("first_response_seconds") == {"value": 600, "n": 1}
    assert found_in(warehouse, "next_reply_censored_seconds") == [["third", 12_600, True]]


@pytest.mark.case(31)
def test_without_a_reply_in_what_was_merged_the_first_question_waits_for_the_targets(
    warehouse, measured
):
    unanswered = MERGED["messages"].replace("00:10:00Z | agent", "00:10:00Z | bot")
    warehouse(**MERGED | {"messages": unanswered})
    assert measured("first_response_seconds") == {"value": 23_400, "n": 1}
    assert found_in(warehouse, "next_reply_censored_seconds") == []
