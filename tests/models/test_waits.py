"""Arrival, human queue and first reply: who waited from when to when."""

import pytest

from tests.fixtures import rows_of

WAIT = """
    SELECT contact_id, first_response_seconds AS customer, queue_wait_seconds AS queue,
        is_answered AS answered
    FROM fact_contacts ORDER BY contact_id
"""


@pytest.mark.loads(
    contacts="""
        contact_id | kind | created_at           | handed_over_at
        c1         | chat | 2026-03-02 09:00:00Z | 2026-03-02 09:00:20Z
    """,
    messages="""
        contact_id | sent_at              | author_role
        c1         | 2026-03-02 09:00:00Z | customer
        c1         | 2026-03-02 09:00:01Z | bot
        c1         | 2026-03-02 09:01:02Z | agent
    """,
)
def test_a_hand_over_starts_the_human_queue_and_not_the_customers_wait(connection):
    assert rows_of(connection, WAIT) == [
        {"contact_id": "c1", "customer": 62, "queue": 42, "answered": True}
    ]


@pytest.mark.loads(
    contacts="""
        contact_id | created_at
        c1         | 2026-03-02 09:00:00Z
    """,
    messages="""
        contact_id | sent_at              | author_role | is_public
        c1         | 2026-03-02 09:00:00Z | customer    | true
        c1         | 2026-03-02 09:00:05Z | bot         | true
        c1         | 2026-03-02 09:00:06Z | system      | true
        c1         | 2026-03-02 09:02:00Z | agent       | false
        c1         | 2026-03-02 09:10:00Z | agent       | true
    """,
)
def test_bots_system_messages_and_notes_do_not_stop_the_clock(connection):
    assert rows_of(connection, WAIT)[0]["customer"] == 600


@pytest.mark.loads(
    contacts="""
        contact_id | created_at
        c1         | 2026-03-02 09:00:00Z
    """,
    messages="""
        contact_id | sent_at              | author_id | is_public
        c1         | 2026-03-02 09:00:00Z | p9        | true
        c1         | 2026-03-02 09:01:00Z | robot     | true
        c1         | 2026-03-02 09:02:00Z | kim       | false
        c1         | 2026-03-02 09:05:00Z | kim       | true
    """,
    people="""
        person_id | role
        kim       | agent
        robot     | bot
        p9        | customer
    """,
)
def test_roles_that_a_message_lacks_are_looked_up_in_people(connection):
    assert rows_of(connection, WAIT)[0]["customer"] == 300
    roles = "SELECT author_role, agent_id FROM fact_messages ORDER BY sent_at"
    assert connection.execute(roles).fetchall() == [
        ("customer", None), ("bot", "robot"), ("agent", "kim"), ("agent", "kim"),
    ]  # fmt: skip


@pytest.mark.case(13)
@pytest.mark.loads(
    contacts="""
        contact_id | kind | created_at
        c1         | chat | 2026-03-02 09:00:00Z
    """,
    messages="""
        contact_id | sent_at              | author_role | is_public
        c1         | 2026-03-02 09:00:00Z | customer    | true
        c1         | 2026-03-02 09:01:00Z | agent       | true
        c1         | 2026-03-02 09:01:10Z | agent       | true
        c1         | 2026-03-02 09:01:15Z | agent       | false
        c1         | 2026-03-02 09:01:20Z | agent       | true
    """,
)
def test_three_agent_messages_in_a_row_are_one_reply(connection):
    assert rows_of(
        connection,
        "SELECT agent_replies_count AS replies, customer_messages_count AS asked"
        " FROM fact_contacts",
    ) == [{"replies": 1, "asked": 1}]


@pytest.mark.loads(
    contacts="contact_id\nc1",
    messages="""
        contact_id | sent_at              | author_role
        c1         | 2026-03-02 09:00:00Z | customer
        c1         | 2026-03-02 09:01:00Z | agent
        c1         | 2026-03-02 09:02:00Z | customer
        c1         | 2026-03-02 09:03:00Z | customer
        c1         | 2026-03-02 09:04:00Z | agent
    """,
)
def test_an_answer_after_each_question_is_a_reply_each(connection):
    assert rows_of(
        connection,
        "SELECT agent_replies_count AS replies, customer_messages_count AS asked"
        " FROM fact_contacts",
    ) == [{"replies": 2, "asked": 3}]


@pytest.mark.loads(
    contacts="""
        contact_id | created_at           | first_inbound_at
        before     | 2026-03-02 09:00:00Z | 2026-03-02 08:50:00Z
        after      | 2026-03-02 09:00:00Z |
    """,
    messages="""
        contact_id | sent_at              | author_role
        before     | 2026-03-02 09:10:00Z | agent
        after      | 2026-03-02 09:02:00Z | customer
        after      | 2026-03-02 09:10:00Z | agent
    """,
)
def test_the_clock_starts_at_the_first_message_and_not_at_creation(connection):
    assert {row["contact_id"]: row["customer"] for row in rows_of(connection, WAIT)} == {
        "before": 1200,
        "after": 480,
    }


@pytest.mark.loads(
    contacts="""
        contact_id | created_at
        c1         | 2026-03-02 09:00:00Z
    """,
    messages="""
        contact_id | sent_at              | author_role
        c1         | 2026-03-02 09:00:10Z | agent
        c1         | 2026-03-02 09:00:30Z | customer
        c1         | 2026-03-02 09:02:00Z | agent
    """,
)
def test_what_an_agent_wrote_before_the_customer_is_not_a_reply(connection):
    assert rows_of(connection, WAIT)[0]["customer"] == 90


@pytest.mark.loads(
    contacts="""
        contact_id | kind | channel   | created_at
        c1         | chat | live_chat | 2026-03-02 09:00:00Z
    """,
    sessions="""
        contact_id | outcome  | queue_entered_at     | answered_at
        c1         | answered | 2026-03-02 09:00:05Z | 2026-03-02 09:00:25Z
    """,
    messages="""
        contact_id | sent_at              | author_role
        c1         | 2026-03-02 09:00:30Z | agent
        c1         | 2026-03-02 09:00:50Z | customer
    """,
)
def test_who_was_taken_before_writing_waited_since_joining_the_queue(connection):
    assert rows_of(connection, WAIT) == [
        {"contact_id": "c1", "customer": 25, "queue": 20, "answered": True}
    ]


@pytest.mark.loads(
    contacts="""
        contact_id | kind | channel | created_at
        answered   | call | phone   | 2026-03-02 09:00:00Z
        callback   | call | phone   | 2026-03-02 09:00:00Z
        hung_up    | call | phone   | 2026-03-02 09:00:00Z
        closed     | call | phone   | 2026-03-02 09:00:00Z
        in_menu    | call | phone   | 2026-03-02 09:00:00Z
        talked     | call | phone   | 2026-03-02 09:00:00Z
    """,
    sessions="""
        contact_id | outcome   | queue_entered_at    | answered_at         | ended_at            | talk_seconds
        answered   | answered  | 2026-03-02 09:00:10 | 2026-03-02 09:00:42 | 2026-03-02 09:03:00 |
        callback   | callback  | 2026-03-02 09:00:10 |                     | 2026-03-02 09:00:30 |
        closed     | unknown   |                     |                     | 2026-03-02 09:00:15 | 0
        hung_up    | abandoned | 2026-03-02 09:00:10 |                     | 2026-03-02 09:00:50 |
        in_menu    | abandoned |                     |                     | 2026-03-02 09:00:08 |
        talked     | unknown   |                     |                     | 2026-03-02 09:02:00 | 90
    """,  # noqa: E501
)
def test_calls_are_answered_abandoned_called_back_or_turned_away(connection):
    assert rows_of(
        connection,
        "SELECT contact_id AS id, is_offered AS offered, is_answered AS answered,"
        " is_abandoned AS abandoned, queue_wait_seconds AS wait, waited_seconds AS waited,"
        " is_resolved AS resolved FROM fact_contacts ORDER BY id",
    ) == [
        {"id": "answered", "offered": True, "answered": True, "abandoned": False, "wait": 32,
         "waited": 42, "resolved": None},
        {"id": "callback", "offered": True, "answered": False, "abandoned": False, "wait": None,
         "waited": 30, "resolved": None},
        {"id": "closed", "offered": False, "answered": False, "abandoned": None, "wait": None,
         "waited": None, "resolved": None},
        {"id": "hung_up", "offered": True, "answered": False, "abandoned": True, "wait": 40,
         "waited": 50, "resolved": None},
        {"id": "in_menu", "offered": True, "answered": False, "abandoned": True, "wait": None,
         "waited": 8, "resolved": None},
        {"id": "talked", "offered": True, "answered": True, "abandoned": False, "wait": None,
         "waited": None, "resolved": None},
    ]  # fmt: skip


@pytest.mark.loads(
    contacts="contact_id | kind | created_at\nc1 | call | 2026-03-02 09:00:00",
    sessions="""
        contact_id | outcome  | answered_at         | wait_seconds | talk_seconds | wrap_seconds
        c1         | answered | 2026-03-02 09:00:42 | 32           | 100          | 20
    """,
)
def test_the_queue_time_that_the_telephone_system_tells_is_taken(connection):
    assert rows_of(
        connection,
        "SELECT first_response_seconds AS response, queue_wait_seconds AS wait,"
        " talk_seconds AS talk, hold_seconds AS hold, handle_seconds AS handle FROM fact_contacts",
    ) == [{"response": 42, "wait": 32, "talk": 100, "hold": None, "handle": 120}]


def test_a_chat_that_only_a_bot_answered_is_contained_and_an_auto_reply_is_not(warehouse):
    connection = warehouse(
        contacts="""
            contact_id | kind   | channel   | created_at
            chat       | chat   | live_chat | 2026-03-02 09:00:00Z
            mail       | ticket | email     | 2026-03-02 09:00:00Z
        """,
        messages="""
            contact_id | sent_at              | author_role
            chat       | 2026-03-02 09:00:00Z | customer
            chat       | 2026-03-02 09:00:01Z | bot
            mail       | 2026-03-02 09:00:00Z | customer
            mail       | 2026-03-02 09:00:30Z | bot
        """,
    )
    assert rows_of(
        connection,
        "SELECT contact_id AS id, is_bot_contained AS contained, is_offered AS offered,"
        " is_answered AS answered, waited_seconds AS waited FROM fact_contacts ORDER BY id",
    ) == [
        {"id": "chat", "contained": True, "offered": False, "answered": False, "waited": None},
        {"id": "mail", "contained": False, "offered": True, "answered": False, "waited": 30},
    ]


@pytest.mark.loads(
    contacts="""
        contact_id | created_at           | updated_at
        clock      | 2026-03-02 09:00:00Z | 2026-03-05 09:00:00Z
        messages   | 2026-03-02 09:00:00Z |
        nothing    | 2026-03-02 09:00:00Z |
        waiting    | 2026-03-02 09:00:00Z |
    """,
    contact_clocks="""
        contact_id | vendor_first_response_seconds | replies_count
        clock      | 540                           | 2
        messages   | 540                           | 2
        nothing    |                               |
        waiting    |                               | 0
    """,
    messages="""
        contact_id | sent_at              | author_role
        messages   | 2026-03-02 09:10:05Z | agent
    """,
)
def test_the_vendors_clock_counts_only_where_no_timestamp_tells(connection):
    assert rows_of(
        connection,
        "SELECT contact_id AS id, first_response_seconds AS seconds, first_response_origin AS"
        " origin, is_answered AS answered FROM fact_contacts ORDER BY id",
    ) == [
        {"id": "clock", "seconds": 540, "origin": "vendor", "answered": True},
        {"id": "messages", "seconds": 605, "origin": "timestamps", "answered": True},
        {"id": "nothing", "seconds": None, "origin": None, "answered": None},
        {"id": "waiting", "seconds": None, "origin": None, "answered": False},
    ]


def test_a_contact_without_a_reply_is_censored_at_the_data_cut(warehouse):
    connection = warehouse(
        contacts="""
            contact_id | created_at           | updated_at
            waiting    | 2026-03-02 09:00:00Z |
            other      | 2026-03-02 09:00:00Z | 2026-03-02 09:01:00Z
        """,
        messages="""
            contact_id | sent_at              | author_role
            waiting    | 2026-03-02 09:00:00Z | customer
        """,
    )
    assert rows_of(
        connection,
        "SELECT waited_seconds AS waited, is_answered AS answered, left_at FROM fact_contacts"
        " WHERE contact_id = 'waiting'",
    ) == [{"waited": 60, "answered": False, "left_at": None}]


@pytest.mark.loads(
    contacts="""
        contact_id  | created_at           | updated_at
        silent      | 2026-03-02 09:00:00Z |
        asked_again | 2026-03-02 09:00:00Z |
        other       | 2026-03-02 09:00:00Z | 2026-03-05 09:00:01Z
    """,
    messages="""
        contact_id  | sent_at              | author_role
        silent      | 2026-03-02 09:00:00Z | customer
        asked_again | 2026-03-02 09:00:00Z | customer
        asked_again | 2026-03-02 19:00:00Z | customer
    """,
)
def test_silence_of_72_hours_without_a_further_message_is_leaving(connection):
    left = "SELECT contact_id, CAST(left_at AS VARCHAR) FROM fact_contacts"
    assert dict(connection.execute(left).fetchall()) == {
        "silent": "2026-03-05 09:00:00",
        "asked_again": None,
        "other": None,
    }


@pytest.mark.loads(
    contacts="""
        contact_id | kind | channel   | agent_id | created_at
        first      | chat | live_chat | kim      | 2026-03-02 09:00:00Z
        second     | chat | live_chat | kim      | 2026-03-02 09:05:00Z
        elsewhere  | chat | live_chat | lee      | 2026-03-02 09:00:00Z
    """,
    sessions="""
        contact_id | outcome  | answered_at         | ended_at            | talk_seconds
        first      | answered | 2026-03-02 09:00:00 | 2026-03-02 09:10:00 | 600
        second     | answered | 2026-03-02 09:05:00 | 2026-03-02 09:15:00 | 600
        elsewhere  | answered | 2026-03-02 09:00:00 | 2026-03-02 09:10:00 | 600
    """,
)
def test_overlapping_chats_of_an_agent_share_the_time(connection):
    handled = "SELECT contact_id, handle_seconds FROM fact_contacts"
    assert dict(connection.execute(handled).fetchall()) == {
        "first": 300 + 150,
        "second": 150 + 300,
        "elsewhere": 600,
    }


RELAY = [
    (f"c{i:02d}", f"{9 + i // 6:02d}:{i % 6}0", f"{9 + (i + 1) // 6:02d}:{(i + 1) % 6}0")
    for i in range(40)
]


@pytest.mark.loads(
    contacts="contact_id | kind | channel | agent_id | created_at\n"
    + "\n".join(f"{c} | chat | live_chat | kim | 2026-03-02 {a}:00Z" for c, a, _ in RELAY),
    sessions="contact_id | outcome | answered_at | ended_at | talk_seconds\n"
    + "\n".join(
        f"{c} | answered | 2026-03-02 {a}:00 | 2026-03-02 {b}:00 | 600" for c, a, b in RELAY
    ),
)
def test_a_chat_that_starts_as_another_ends_shares_nothing_with_it(connection):
    handled = "SELECT contact_id, handle_seconds FROM fact_contacts"
    assert dict(connection.execute(handled).fetchall()) == {c: 600 for c, _, _ in RELAY}


@pytest.mark.case(34)
@pytest.mark.loads(
    contacts="""
        contact_id | created_at
        good       | 2026-03-02 09:00:00Z
        backwards  | 2026-03-02 09:00:00Z
    """,
    messages="""
        contact_id | sent_at              | author_role
        good       | 2026-03-02 09:01:00Z | agent
        backwards  | 2026-03-02 08:00:00Z | agent
    """,
)
def test_a_reply_before_creation_is_quarantined_and_not_clipped(connection):
    assert connection.execute(
        "SELECT contact_id, exclusion FROM fact_contacts ORDER BY contact_id"
    ).fetchall() == [("backwards", "quarantined"), ("good", None)]
    assert connection.execute("SELECT contact_id, reasons FROM quarantine").fetchall() == [
        ("backwards", "answered before it was created")
    ]
    assert connection.execute("SELECT received, counted, quarantined FROM ledger").fetchall() == [
        (2, 1, 1)
    ]


@pytest.mark.loads(
    contacts="""
        contact_id | created_at
        answered   | 2026-03-02 09:00:00Z
        waiting    | 2026-03-02 09:00:00Z
        written    | 2026-03-02 09:00:00Z
    """,
    messages="""
        contact_id | sent_at              | author_role
        written    | 2026-03-02 09:00:00Z | customer
        written    | 2026-03-02 09:10:00Z | agent
    """,
    contact_clocks="contact_id | vendor_first_response_seconds\nanswered | 60",
    metric_events="""
        event_id | contact_id | metric         | instance | event    | happened_at
        1        | answered   | reply_time     | 1        | activate | 2026-03-02 09:05:00Z
        2        | answered   | reply_time     | 1        | fulfill  | 2026-03-02 09:35:00Z
        3        | answered   | reply_time     | 2        | activate | 2026-03-02 10:00:00Z
        4        | answered   | reply_time     | 2        | fulfill  | 2026-03-02 10:01:00Z
        5        | answered   | agent_work_time | 1       | activate | 2026-03-02 09:00:00Z
        6        | waiting    | reply_time     | 1        | activate | 2026-03-02 09:00:00Z
        7        | written    | reply_time     | 1        | activate | 2026-03-02 09:00:00Z
        8        | written    | reply_time     | 1        | fulfill  | 2026-03-02 09:20:00Z
    """,
)
def test_without_messages_the_reply_clocks_start_and_stop_tell_the_wait(connection):
    assert connection.execute(
        "SELECT contact_id, first_response_seconds, first_response_origin, is_answered"
        " FROM fact_contacts ORDER BY 1"
    ).fetchall() == [
        ("answered", 1800, "metric_events", True),
        ("waiting", None, None, False),
        ("written", 600, "timestamps", True),
    ]


@pytest.mark.loads(
    contacts="""
        contact_id | kind | created_at
        answered   | chat | 2026-03-02 09:00:00Z
        clock      | chat | 2026-03-02 09:00:00Z
        silent     | chat | 2026-03-02 09:00:00Z
    """,
    messages="""
        contact_id | sent_at | author_role
        answered   |         | customer
        answered   |         | agent
        clock      |         | customer
        silent     |         | customer
    """,
    contact_clocks="""
        contact_id | vendor_first_response_seconds | replies_count
        answered   |                               | 1
        clock      | 540                           |
        silent     |                               | 0
    """,
)
def test_messages_without_times_tell_who_was_answered_and_of_none_how_long_it_took(connection):
    assert rows_of(connection, WAIT) == [
        {"contact_id": "answered", "customer": None, "queue": None, "answered": True},
        {"contact_id": "clock", "customer": 540, "queue": 540, "answered": True},
        {"contact_id": "silent", "customer": None, "queue": None, "answered": False},
    ]
