"""One person's call, chat and ticket on one matter: which counts, and what it takes over."""

import pytest

from tests.fixtures import rows_of

FATES = "SELECT contact_id, exclusion FROM fact_contacts"


def fates(connection) -> dict:
    """contact_id -> why it is not counted."""
    return dict(connection.execute(FATES).fetchall())


def test_a_chat_that_became_a_ticket_counts_with_the_tickets_outcome(warehouse):
    connection = warehouse(
        contacts="""
            contact_id | kind   | channel   | language | language_source | topic | status | created_at       | linked_contact_id
            chat       | chat   | live_chat |          |                 |       | closed | 2026-03-02 09:00 | ticket
            ticket     | ticket | email     | ja       | declared        | kyc   | open   | 2026-03-02 09:20 |
        """,  # noqa: E501
        sessions="""
            contact_id | queue_entered_at | answered_at      | ended_at         | outcome  | talk_seconds
            chat       | 2026-03-02 09:00 | 2026-03-02 09:01 | 2026-03-02 09:10 | answered | 540
        """,  # noqa: E501
        status_events="""
            contact_id | changed_at       | from_status | to_status
            ticket     | 2026-03-02 12:00 | open        | solved
            ticket     | 2026-03-03 09:00 | solved      | open
        """,
        surveys="""
            survey_id | contact_id | sent_at          | answered_at      | score
            s1        | ticket     | 2026-03-02 12:00 | 2026-03-02 13:00 | 5
        """,
    )
    assert fates(connection) == {"chat": None, "ticket": "linked"}
    assert rows_of(
        connection,
        "SELECT channel, language, language_source, topic, status, first_response_seconds AS reply,"
        " first_resolution_seconds AS solve, is_resolved, reopens_count, handle_seconds"
        " FROM fact_contacts WHERE exclusion IS NULL",
    ) == [
        {"channel": "live_chat", "language": "ja", "language_source": "declared", "topic": "kyc",
         "status": "open", "reply": 60, "solve": 10_800, "is_resolved": False, "reopens_count": 1,
         "handle_seconds": 540}
    ]  # fmt: skip
    assert connection.execute("SELECT contact_id, channel FROM fact_resolutions").fetchall() == [
        ("chat", "live_chat")
    ]
    assert connection.execute("SELECT contact_id, exclusion FROM fact_surveys").fetchall() == [
        ("chat", None)
    ]
    assert connection.execute("SELECT sum(created), max(closing) FROM fact_backlog").fetchall() == [
        (1, 1)
    ]


@pytest.mark.loads(
    contacts="""
        contact_id | kind   | created_at       | linked_contact_id
        call       | call   | 2026-03-02 10:00 | ticket
        chat       | chat   | 2026-03-02 09:00 | ticket
        ticket     | ticket | 2026-03-02 08:00 |
        alone      | call   | 2026-03-02 08:00 |
    """,
)
def test_a_call_a_chat_and_a_ticket_of_one_matter_are_one_contact(connection):
    assert fates(connection) == {"alone": None, "call": "linked", "chat": None, "ticket": "linked"}
    assert connection.execute("SELECT counted, linked FROM ledger").fetchall() == [(2, 2)]


@pytest.mark.loads(
    contacts="""
        contact_id | linked_contact_id
        chain-a    | chain-b
        chain-b    | chain-c
        chain-c    |
        circle-a   | circle-b
        circle-b   | circle-c
        circle-c   | circle-a
        pair-a     | pair-b
        pair-b     | pair-a
        pair-c     | pair-a
        self-a     | self-a
        self-b     | self-a
        self-c     | self-b
    """,
)
def test_chains_and_circles_count_the_first_contact_whatever_their_order(connection):
    assert fates(connection) == {
        f"{shape}-{contact}": None if contact == "a" else "linked"
        for shape in ("chain", "circle", "pair", "self")
        for contact in "abc"
    }


@pytest.mark.loads(
    contacts="""
        contact_id | kind   | status | created_at       | linked_contact_id | merged_into
        first      | chat   | closed | 2026-03-02 09:00 | kept              |
        second     | chat   | closed | 2026-03-02 10:00 | gone              |
        kept       | ticket | open   | 2026-03-02 09:30 |                   |
        gone       | ticket | closed | 2026-03-02 10:30 |                   | kept
    """,
)
def test_of_merged_tickets_the_chats_that_became_them_are_one_matter(connection):
    assert fates(connection) == {
        "first": None, "second": "linked", "kept": "linked", "gone": "merged",
    }  # fmt: skip


@pytest.mark.loads(
    contacts="""
        contact_id | kind   | created_at       | linked_contact_id | merged_into
        call       | call   | 2026-03-02 09:00 |                   |
        kept       | ticket | 2026-03-02 09:30 |                   |
        gone       | ticket | 2026-03-02 10:30 | call              | kept
    """,
)
def test_a_merged_ticket_that_names_its_call_does_not_lose_it(connection):
    assert fates(connection) == {"call": None, "kept": "linked", "gone": "merged"}


@pytest.mark.loads(
    contacts="""
        contact_id | kind   | tags | direction | status | linked_contact_id
        chat       | chat   | spam | inbound   | closed | ticket
        dialled    | call   |      | outbound  | closed | ticket
        ticket     | ticket |      | inbound   | solved |
    """,
)
def test_spam_of_a_matter_neither_counts_nor_hides_the_rest(connection):
    assert fates(connection) == {"chat": "spam", "dialled": "agent_initiated", "ticket": None}


@pytest.mark.loads(
    contacts="""
        contact_id | kind | source | agent_id | created_at       | linked_contact_id
        leg1       | call | aws    |          | 2026-03-02 09:00 |
        leg2       | call | aws    | 7        | 2026-03-02 09:02 | leg1
        leg3       | call | aws    | 8        | 2026-03-02 09:10 | leg2
    """,
    sessions="""
        contact_id | queue_entered_at     | answered_at          | ended_at         | outcome  | wait_seconds | talk_seconds | wrap_seconds
        leg1       | 2026-03-02 09:00:30Z |                      | 2026-03-02 09:02 | unknown  |              |              |
        leg2       | 2026-03-02 09:02     | 2026-03-02 09:03     | 2026-03-02 09:09 | answered | 60           | 360          | 30
        leg3       | 2026-03-02 09:10     | 2026-03-02 09:10:10Z | 2026-03-02 09:12 | answered | 10           | 110          |
    """,  # noqa: E501
)
def test_of_a_transferred_call_the_first_leg_counts_with_the_answer_of_the_second(connection):
    assert fates(connection) == {"leg1": None, "leg2": "linked", "leg3": "linked"}
    assert rows_of(
        connection,
        "SELECT contact_id, agent_id, first_response_seconds AS reply, queue_wait_seconds AS queue,"
        " handle_seconds AS handle, transfers_count AS transfers, agent_replies_count AS replies,"
        " is_abandoned, is_offered FROM fact_contacts WHERE is_offered",
    ) == [
        {"contact_id": "leg1", "agent_id": "7", "reply": 180, "queue": 150, "handle": 500,
         "transfers": 2, "replies": 1, "is_abandoned": False, "is_offered": True}
    ]  # fmt: skip


@pytest.mark.loads(
    contacts="""
        contact_id | kind   | created_at       | linked_contact_id
        monday     | call   | 2026-03-02 09:00 | ticket
        tuesday    | call   | 2026-03-03 09:00 | ticket
        ticket     | ticket | 2026-03-02 09:05 |
    """,
    sessions="""
        contact_id | queue_entered_at | answered_at          | abandoned_at     | outcome
        monday     | 2026-03-02 09:00 |                      | 2026-03-02 09:03 | abandoned
        tuesday    | 2026-03-03 09:00 | 2026-03-03 09:00:10Z |                  | answered
    """,
)
def test_who_called_again_on_the_same_ticket_did_leave_the_first_time(connection):
    assert connection.execute(
        "SELECT contact_id, is_abandoned, is_answered FROM fact_contacts WHERE exclusion IS NULL"
    ).fetchall() == [("monday", True, False)]


def test_every_call_and_chat_about_a_ticket_is_work_for_agents_and_the_matter_counts_once(
    warehouse,
):
    connection = warehouse(
        contacts="""
            contact_id  | kind   | channel   | source | language | created_at       | linked_contact_id
            monday      | call   | phone     | aws    | ko       | 2026-03-02 09:00 | ticket
            tuesday     | call   | phone     | aws    | ko       | 2026-03-03 09:00 | ticket
            wednesday   | call   | phone     | aws    | ko       | 2026-03-04 09:00 | ticket
            passed_on   | call   | phone     | aws    | ko       | 2026-03-04 09:02 | wednesday
            backwards   | call   | phone     | aws    | ko       | 2026-03-05 09:00 | ticket
            to_a_bot    | chat   | live_chat | zd     | ko       | 2026-03-05 10:00 | ticket
            no_language | chat   | live_chat | zd     |          | 2026-03-05 11:00 | ticket
            ticket      | ticket | email     | zd     | ko       | 2026-03-02 09:05 |
        """,  # noqa: E501
        sessions="""
            contact_id  | queue_entered_at    | answered_at         | abandoned_at     | outcome   | talk_seconds | wrap_seconds
            monday      | 2026-03-02 09:00    |                     | 2026-03-02 09:03 | abandoned |              |
            tuesday     | 2026-03-03 09:00    | 2026-03-03 09:00:10 |                  | answered  | 300          | 30
            wednesday   | 2026-03-04 09:00    | 2026-03-04 09:00:05 |                  | answered  | 100          |
            passed_on   | 2026-03-04 09:02    | 2026-03-04 09:02:01 |                  | answered  | 200          | 20
            backwards   | 2026-03-05 09:00    | 2026-03-05 08:59    |                  | answered  | 100          |
            no_language | 2026-03-05 11:00    | 2026-03-05 11:00:20 |                  | answered  | 250          |
        """,  # noqa: E501
        messages="""
            contact_id | sent_at             | author_role
            to_a_bot   | 2026-03-05 10:00    | customer
            to_a_bot   | 2026-03-05 10:00:01 | bot
        """,
    )
    assert {name: fate for name, fate in fates(connection).items() if fate != "linked"} == {
        "monday": None, "backwards": "quarantined",
    }  # fmt: skip
    assert rows_of(
        connection,
        "SELECT channel, language, sum(offered) AS offered, sum(answered) AS answered,"
        " sum(abandoned) AS abandoned, sum(handle_seconds) AS seconds, sum(handled) AS handled"
        " FROM fact_arrivals GROUP BY ALL ORDER BY channel",
    ) == [
        {"channel": "live_chat", "language": "ko", "offered": 1, "answered": 1, "abandoned": 0,
         "seconds": 250, "handled": 1},
        {"channel": "phone", "language": "ko", "offered": 3, "answered": 2, "abandoned": 1,
         "seconds": 330 + 320, "handled": 2},
    ]  # fmt: skip
    for metric, expected in {
        "contacts": [("monday", 1)],
        "unanswered_share": [("monday", 1)],
        "handle_seconds": [("no_language", 250), ("tuesday", 330), ("wednesday", 320)],
        "speed_of_answer_seconds": [("no_language", 20), ("tuesday", 10), ("wednesday", 5)],
        "abandoned_share": [("monday", 1), ("no_language", 0), ("tuesday", 0), ("wednesday", 0)],
    }.items():
        found = f"SELECT contact_id, value FROM metric_{metric} ORDER BY contact_id"
        assert connection.execute(found).fetchall() == expected
    books = "SELECT sum(received), sum(counted), sum(linked), sum(quarantined) FROM ledger"
    assert connection.execute(books).fetchall() == [(8, 1, 6, 1)]


def test_replies_in_what_was_merged_are_added_one_contact_at_a_time(warehouse):
    connection = warehouse(
        contacts="""
            contact_id | kind   | channel   | status | created_at       | merged_into
            kept       | ticket | email     | solved | 2026-03-02 09:00 |
            mail       | ticket | email     | closed | 2026-03-02 09:01 | kept
            talked     | chat   | live_chat | closed | 2026-03-02 09:02 | kept
            counted    | ticket | email     | closed | 2026-03-02 09:03 | kept
        """,
        sessions="contact_id | answered_at | outcome\ntalked | 2026-03-02 09:03 | answered",
        messages="""
            contact_id | sent_at          | author_role
            kept       | 2026-03-02 09:00 | customer
            mail       | 2026-03-02 09:01 | customer
            mail       | 2026-03-02 09:10 | agent
        """,
        contact_clocks="contact_id | replies_count\ncounted | 2",
    )
    # a mail, a chat without its words, and two that the helpdesk counts
    assert connection.execute(
        "SELECT agent_replies_count FROM fact_contacts WHERE contact_id = 'kept'"
    ).fetchall() == [(4,)]


def test_a_call_that_two_systems_tell_is_one_session_and_one_reply(warehouse):
    connection = warehouse(
        contacts="""
            contact_id | kind   | channel | source | status | created_at       | linked_contact_id
            talk       | call   | phone   | zd     | closed | 2026-03-02 09:00 | ticket
            pbx        | call   | phone   | pbx    | closed | 2026-03-02 09:01 | ticket
            again      | call   | phone   | pbx    | closed | 2026-03-02 09:30 | ticket
            ticket     | ticket | email   | zd     | solved | 2026-03-02 09:05 |
        """,
        sessions="""
            contact_id | queue_entered_at | answered_at      | ended_at         | outcome  | talk_seconds
            talk       | 2026-03-02 09:00 | 2026-03-02 09:02 | 2026-03-02 09:10 | answered | 480
            pbx        | 2026-03-02 09:01 | 2026-03-02 09:02 |                  | answered | 470
            again      | 2026-03-02 09:30 | 2026-03-02 09:31 |                  | answered | 60
        """,  # noqa: E501
    )
    assert rows_of(
        connection,
        "SELECT sum(offered) AS offered, sum(answered) AS answered, sum(handle_seconds) AS seconds"
        " FROM fact_arrivals",
    ) == [{"offered": 2, "answered": 2, "seconds": 480 + 60}]
    assert connection.execute(
        "SELECT contact_id, agent_replies_count FROM fact_contacts WHERE exclusion IS NULL"
    ).fetchall() == [("talk", 2)]


@pytest.mark.loads(
    contacts="""
        contact_id | kind   | created_at       | linked_contact_id
        chat       | chat   | 2026-03-02 09:00 | ticket
        ticket     | ticket | 2026-03-02 09:05 |
    """,
    messages="""
        contact_id | sent_at              | author_role
        chat       | 2026-03-02 09:00     | customer
        chat       | 2026-03-02 09:00:05Z | bot
        ticket     | 2026-03-02 10:00     | agent
    """,
)
def test_a_bots_chat_that_became_a_ticket_was_not_contained(connection):
    assert connection.execute(
        "SELECT contact_id, is_offered, is_bot_contained, first_response_seconds"
        " FROM fact_contacts WHERE exclusion IS NULL"
    ).fetchall() == [("chat", True, False, 3600)]


@pytest.mark.loads(
    contacts="""
        contact_id | kind   | status | created_at       | linked_contact_id
        chat       | chat   | closed | 2026-03-05 09:00 | ticket
        ticket     | ticket | solved | 2026-03-02 09:00 |
    """,
    status_events="""
        contact_id | changed_at       | from_status | to_status
        ticket     | 2026-03-02 11:00 | new         | solved
        ticket     | 2026-03-03 09:00 | solved      | open
        ticket     | 2026-03-04 09:00 | open        | solved
    """,
)
def test_who_chats_about_a_ticket_that_was_solved_before_counts_and_is_nobodys_fault(connection):
    assert fates(connection) == {"chat": None, "ticket": "linked"}
    assert connection.execute(
        "SELECT is_resolved, first_resolution_seconds, full_resolution_seconds, reopens_count"
        " FROM fact_contacts WHERE contact_id = 'chat'"
    ).fetchall() == [(True, None, None, 1)]
    assert connection.execute("SELECT count(*) FROM quarantine").fetchone() == (0,)


def test_a_ticket_reopened_before_its_chat_came_is_open_from_then_on(warehouse):
    connection = warehouse(
        contacts="""
            contact_id | kind   | status | created_at       | linked_contact_id
            chat       | chat   | closed | 2026-03-05 09:00 | ticket
            ticket     | ticket | open   | 2026-03-02 09:00 |
            cut        | ticket | closed | 2026-03-06 09:00 |
        """,
        status_events="""
            contact_id | changed_at       | from_status | to_status
            ticket     | 2026-03-02 11:00 | new         | solved
            ticket     | 2026-03-03 09:00 | solved      | open
            cut        | 2026-03-06 09:00 | new         | solved
        """,
    )
    assert connection.execute(
        "SELECT CAST(day AS VARCHAR), sum(created), sum(resolved), sum(reopened), sum(closing)"
        " FROM fact_backlog GROUP BY day ORDER BY day"
    ).fetchall() == [("2026-03-05", 1, 1, 1, 1), ("2026-03-06", 1, 1, 0, 1)]


@pytest.mark.loads(
    contacts="""
        contact_id | kind   | status | created_at       | linked_contact_id
        call       | call   | closed | 2026-03-05 09:00 | ticket
        ticket     | ticket | open   | 2026-03-02 09:00 |
    """,
    sessions="""
        contact_id | queue_entered_at | ended_at         | outcome
        call       | 2026-03-05 09:00 | 2026-03-05 09:00 | voicemail
    """,
    messages="""
        contact_id | sent_at          | author_role
        ticket     | 2026-03-02 09:00 | customer
        ticket     | 2026-03-02 10:00 | agent
        ticket     | 2026-03-05 11:00 | agent
    """,
)
def test_who_calls_about_an_old_ticket_is_answered_by_the_first_reply_after_the_call(connection):
    assert connection.execute(
        "SELECT contact_id, is_answered, first_response_seconds FROM fact_contacts"
        " WHERE exclusion IS NULL"
    ).fetchall() == [("call", True, 7200)]
