"""Time in each status, transfers, touches and the e-mail promise, on one build with small desks."""

import math

import pytest

from pipelines.api import open_warehouse
from tests.fixtures import RawWarehouse

# The desk is open Mon-Fri 09:00-18:00 in Seoul: 00:00-09:00 UTC. 2026-03-06 is a Friday.
CONTACTS = """
    contact_id | kind   | channel   | status | created_at           | updated_at
    waits      | ticket | email     | solved | 2026-03-02 00:00:00Z |
    again      | ticket | email     | closed | 2026-03-02 00:00:00Z |
    unsolved   | ticket | email     | open   | 2026-03-02 00:00:00Z | 2026-03-02 03:00:00Z
    vendor     | ticket | email     | solved | 2026-03-02 00:00:00Z |
    monday     | ticket | email     | open   | 2026-03-06 08:00:00Z |
    late       | ticket | email     | open   | 2026-03-06 08:00:00Z |
    tuesday    | ticket | email     | open   | 2026-03-06 08:00:00Z |
    wednesday  | ticket | email     | open   | 2026-03-06 08:00:00Z |
    night      | ticket | email     | open   | 2026-03-06 10:00:00Z |
    never      | ticket | email     | open   | 2026-03-06 08:00:00Z |
    new        | ticket | email     | open   | 2026-03-12 08:00:00Z |
    prompt     | ticket | email     | open   | 2026-03-12 08:00:00Z |
    eve        | ticket | email     | open   | 2026-03-11 08:59:59Z |
    evening    | ticket | email     | open   | 2026-03-11 09:00:00Z |
    call       | call   | phone     | closed | 2026-03-06 01:00:00Z |
    passed     | call   | phone     | closed | 2026-03-06 01:00:00Z |
    gave_up    | call   | phone     | closed | 2026-03-06 01:00:00Z |
    post       | social | social    | open   | 2026-03-13 00:00:00Z | 2026-03-13 00:00:00Z
"""
STATUS_EVENTS = """
    contact_id | changed_at           | from_status | to_status
    waits      | 2026-03-02 00:10:00Z | new         | open
    waits      | 2026-03-02 00:30:00Z | open        | pending
    waits      | 2026-03-02 01:30:00Z | pending     | open
    waits      | 2026-03-02 01:40:00Z | open        | hold
    waits      | 2026-03-02 02:10:00Z | hold        | solved
    again      | 2026-03-02 00:01:00Z |             | open
    again      | 2026-03-02 00:02:00Z |             | solved
    again      | 2026-03-03 00:00:00Z |             | open
    again      | 2026-03-03 00:05:00Z |             | solved
    again      | 2026-03-07 00:05:00Z |             | closed
    unsolved   | 2026-03-02 03:00:00Z | new         | open
"""
CLOCKS = """
    contact_id | solved_at            | vendor_requester_wait_seconds | vendor_on_hold_seconds | vendor_agent_wait_seconds | replies_count | teams_count
    waits      | 2026-03-02 02:10:00Z | 60                            | 60                     | 60                        |               |
    vendor     | 2026-03-02 05:00:00Z | 7200                          | 0                      | 600                       | 1             | 3
"""  # noqa: E501
MESSAGES = """
    contact_id | sent_at              | author_role | is_public
    waits      | 2026-03-02 00:00:00Z | customer    | true
    waits      | 2026-03-02 00:30:00Z | agent       | true
    waits      | 2026-03-02 00:30:20Z | agent       | true
    waits      | 2026-03-02 02:00:00Z | agent       | false
    again      | 2026-03-02 00:00:00Z | customer    | true
    again      | 2026-03-02 00:02:00Z | agent       | true
    again      | 2026-03-03 00:00:00Z | customer    | true
    again      | 2026-03-03 00:05:00Z | agent       | true
    monday     | 2026-03-06 08:00:00Z | customer    | true
    monday     | 2026-03-09 08:00:00Z | agent       | true
    late       | 2026-03-06 08:00:00Z | customer    | true
    late       | 2026-03-09 08:00:01Z | agent       | true
    tuesday    | 2026-03-06 08:00:00Z | customer    | true
    tuesday    | 2026-03-10 08:00:00Z | agent       | true
    wednesday  | 2026-03-06 08:00:00Z | customer    | true
    wednesday  | 2026-03-11 08:00:00Z | agent       | true
    night      | 2026-03-06 10:00:00Z | customer    | true
    night      | 2026-03-06 11:00:00Z | agent       | true
    never      | 2026-03-06 08:00:00Z | customer    | true
    new        | 2026-03-12 08:00:00Z | customer    | true
    prompt     | 2026-03-12 08:00:00Z | customer    | true
    prompt     | 2026-03-12 08:30:00Z | agent       | true
    eve        | 2026-03-11 08:59:59Z | customer    | true
    eve        | 2026-03-12 08:00:00Z | agent       | true
    evening    | 2026-03-11 09:00:00Z | customer    | true
    evening    | 2026-03-12 08:00:00Z | agent       | true
    post       | 2026-03-13 00:00:00Z | customer    | true
"""
SESSIONS = """
    contact_id | queue_entered_at     | answered_at          | abandoned_at         | outcome   | transfers_count
    call       | 2026-03-06 01:00:00Z | 2026-03-06 01:00:10Z |                      | answered  | 0
    passed     | 2026-03-06 01:00:00Z | 2026-03-06 01:00:10Z |                      | answered  | 2
    gave_up    | 2026-03-06 01:00:00Z |                      | 2026-03-06 01:00:40Z | abandoned | 0
"""  # noqa: E501


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The door to the build; its data end on Friday 13 March, 09:00 in Seoul."""
    raw = RawWarehouse(tmp_path_factory.mktemp("work"))
    raw.load(
        contacts=CONTACTS,
        status_events=STATUS_EVENTS,
        contact_clocks=CLOCKS,
        messages=MESSAGES,
        sessions=SESSIONS,
    )
    raw.build().close()
    return open_warehouse(raw.folder)


def of(desk, metric: str, **selection) -> tuple[float | None, int]:
    """The one value of a metric, and its n."""
    (row,) = desk.measure(metric, **selection).to_dict("records")
    return None if math.isnan(row["value"]) else round(row["value"], 6), row["n"]


def each(desk, metric: str) -> dict[str, float]:
    """Every observation of a metric by contact."""
    found = desk.observations(metric)
    return dict(zip(found["contact_id"], found["value"], strict=True))


@pytest.mark.parametrize(
    ("metric", "seconds"),
    [
        # new 10 min, open 20 + 10 min, pending 60 min, on hold 30 min; again: new and open 1 min
        # each, and 5 min after the reopening, while the day in solved is nobody's wait
        ("requester_wait_seconds", {"waits": 4_200, "again": 420, "vendor": 7_200}),
        ("agent_wait_seconds", {"waits": 3_600, "again": 0, "vendor": 600}),
        ("agent_work_seconds", {"waits": 2_400, "again": 420}),
        ("on_hold_seconds", {"waits": 1_800, "again": 0, "vendor": 0}),
    ],
)
def test_time_in_each_status_is_that_of_the_history_and_of_the_vendor_only_without_one(
    desk, metric, seconds
):
    assert each(desk, metric) == seconds


def test_requester_wait_is_agent_work_and_on_hold_together(desk):
    wait, work, hold = (
        each(desk, metric)
        for metric in ("requester_wait_seconds", "agent_work_seconds", "on_hold_seconds")
    )
    assert {contact: work[contact] + hold[contact] for contact in work} == {
        contact: wait[contact] for contact in work
    }


def test_an_unsolved_contact_has_no_finished_wait(desk):
    assert "unsolved" not in each(desk, "requester_wait_seconds")


def test_time_in_status_belongs_to_the_day_of_the_last_solve(desk):
    found = desk.measure("on_hold_seconds", by="day", statistic="mean", end="2026-03-03")
    assert found["n"].tolist() == [2, 1]  # waits and vendor; again


def test_an_e_mail_asked_on_friday_is_answered_within_as_many_business_days(desk):
    week = {"start": "2026-03-06", "end": "2026-03-06"}
    # six of them: on Monday at the same time, a second later, Tuesday, Wednesday, while the desk
    # was closed, and never
    assert of(desk, "email_answered_1_day_share", **week) == (0.333333, 6)
    assert of(desk, "email_answered_2_days_share", **week) == (0.666667, 6)
    assert of(desk, "email_answered_3_days_share", **week) == (0.833333, 6)


def test_an_unanswered_e_mail_is_late_only_when_its_days_are_over(desk):
    # asked on Thursday 17:00, the data end on Friday 09:00: an hour of opening has passed
    assert "new" not in each(desk, "email_answered_1_day_share")
    assert each(desk, "email_answered_3_days_share")["never"] == 0


def test_an_e_mail_is_judged_when_its_days_are_over_answered_or_not(desk):
    """Counted as soon as they are answered, the young ones would always look perfect."""
    judged = {
        days: {"prompt", "eve", "evening", "monday"} & each(desk, metric).keys()
        for days, metric in (
            (1, "email_answered_1_day_share"),
            (2, "email_answered_2_days_share"),
            (3, "email_answered_3_days_share"),
        )
    }
    # Until Friday 09:00 it is nine open hours since Thursday 09:00: just over for who came in the
    # last second of Wednesday, not for who came after closing, whom Friday's first second is left
    assert judged == {1: {"eve", "monday"}, 2: {"monday"}, 3: {"monday"}}
    late = desk.measure("email_answered_1_day_share", start="2026-03-12", end="2026-03-12")
    assert late["n"].tolist() == [0]


def test_one_touch_is_one_reply_however_many_messages_it_has(desk):
    assert each(desk, "one_touch_share") == {"waits": 1, "again": 0, "vendor": 1}
    assert of(desk, "one_touch_share") == (0.666667, 3)


def test_a_transfer_counts_once_for_each_handled_contact(desk):
    assert each(desk, "transferred_share") == {"call": 0, "passed": 1, "vendor": 1}
    assert of(desk, "transferred_share", where={"channel": "phone"}) == (0.5, 2)


def test_a_helpdesk_that_counts_teams_tells_how_often_a_ticket_changed_hands(desk):
    found = desk.contacts(where={"contact_id": "vendor"})
    assert found["transfers_count"].tolist() == [2]


def test_a_message_left_in_chat_and_solved_by_one_mail_is_one_touch(warehouse, measured):
    warehouse(
        contacts="""
            contact_id | kind   | status | created_at       | linked_contact_id
            left       | chat   | closed | 2026-03-02 09:00 | ticket
            ticket     | ticket | solved | 2026-03-02 09:01 |
        """,
        messages="""
            contact_id | sent_at          | author_role
            left       | 2026-03-02 09:00 | customer
            ticket     | 2026-03-02 11:00 | agent
        """,
        status_events="""
            contact_id | changed_at       | from_status | to_status
            ticket     | 2026-03-02 11:00 | new         | solved
        """,
    )
    assert measured("one_touch_share") == {"value": 1, "n": 1}


def test_one_touch_counts_the_replies_of_the_whole_matter(warehouse):
    # the first chat's ticket was solved without a word, the second's by one; the calls tell no
    # words, of one ticket the helpdesk tells a count; of two merged tickets both were answered
    connection = warehouse(
        contacts="""
            contact_id | kind   | channel   | status | created_at       | linked_contact_id | merged_into
            once       | chat   | live_chat | closed | 2026-03-02 09:00 | silent            |
            silent     | ticket | email     | solved | 2026-03-02 09:30 |                   |
            again      | chat   | live_chat | closed | 2026-03-02 09:00 | more              |
            more       | ticket | email     | solved | 2026-03-02 09:30 |                   |
            called     | call   | phone     | closed | 2026-03-02 09:00 | note              |
            note       | ticket | email     | solved | 2026-03-02 09:30 |                   |
            counted    | call   | phone     | closed | 2026-03-02 09:00 | two               |
            two        | ticket | email     | solved | 2026-03-02 09:30 |                   |
            first      | ticket | email     | closed | 2026-03-02 09:00 |                   | second
            second     | ticket | email     | solved | 2026-03-02 10:00 |                   |
        """,  # noqa: E501
        sessions="""
            contact_id | queue_entered_at | answered_at      | outcome
            called     | 2026-03-02 09:00 | 2026-03-02 09:01 | answered
            counted    | 2026-03-02 09:00 |                  | answered
        """,
        messages="""
            contact_id | sent_at          | author_role
            once       | 2026-03-02 09:00 | customer
            once       | 2026-03-02 09:01 | agent
            once       | 2026-03-02 09:02 | agent
            silent     | 2026-03-02 09:30 | customer
            again      | 2026-03-02 09:00 | customer
            again      | 2026-03-02 09:01 | agent
            more       | 2026-03-02 11:00 | agent
            more       | 2026-03-02 12:00 | customer
            first      | 2026-03-02 09:00 | customer
            first      | 2026-03-02 09:10 | agent
            second     | 2026-03-02 10:00 | customer
            second     | 2026-03-02 11:00 | agent
        """,
        contact_clocks="""
            contact_id | solved_at        | replies_count
            silent     | 2026-03-02 12:00 | 9
            more       | 2026-03-02 12:00 |
            note       | 2026-03-02 12:00 |
            two        | 2026-03-02 12:00 | 2
            second     | 2026-03-02 12:00 |
        """,
    )
    door = open_warehouse(warehouse.folder)
    assert each(door, "one_touch_share") == {
        "once": 1, "again": 0, "called": 1, "counted": 0, "second": 0,
    }  # fmt: skip
    replies = connection.execute(
        "SELECT contact_id, agent_replies_count, customer_messages_count FROM fact_contacts"
        " WHERE exclusion IS NULL ORDER BY contact_id"
    )
    assert replies.fetchall() == [
        ("again", 2, 2), ("called", 1, None), ("counted", 3, None), ("once", 1, 1),
        ("second", 2, 2),
    ]  # fmt: skip


def test_a_session_whose_ticket_changed_teams_was_transferred(warehouse):
    warehouse(
        contacts="""
            contact_id | kind   | channel   | created_at       | linked_contact_id
            kept       | chat   | live_chat | 2026-03-02 09:00 | one
            one        | ticket | email     | 2026-03-02 09:30 |
            passed     | chat   | live_chat | 2026-03-02 09:00 | three
            three      | ticket | email     | 2026-03-02 09:30 |
            untold     | chat   | live_chat | 2026-03-02 09:00 | two
            two        | ticket | email     | 2026-03-02 09:30 |
        """,
        sessions="""
            contact_id | queue_entered_at | answered_at      | outcome  | transfers_count
            kept       | 2026-03-02 09:00 | 2026-03-02 09:01 | answered | 0
            passed     | 2026-03-02 09:00 | 2026-03-02 09:01 | answered | 1
            untold     | 2026-03-02 09:00 | 2026-03-02 09:01 | answered |
        """,
        contact_clocks="""
            contact_id | teams_count
            one        | 1
            three      | 3
            two        | 2
        """,
    )
    door = open_warehouse(warehouse.folder)
    assert each(door, "transferred_share") == {"kept": 0, "passed": 1, "untold": 1}
    found = door.contacts(where={"contact_id": "passed"})
    assert found["transfers_count"].tolist() == [3]


def test_who_writes_again_in_another_ticket_that_is_merged_has_not_left(warehouse):
    warehouse(
        contacts="""
            contact_id | created_at       | merged_into | status
            first      | 2026-03-02 09:00 | second      | closed
            second     | 2026-03-02 10:00 |             | open
            left       | 2026-03-02 09:00 |             | open
            later      | 2026-03-12 09:00 |             | open
        """,
        messages="""
            contact_id | sent_at          | author_role
            first      | 2026-03-02 09:00 | customer
            second     | 2026-03-02 10:00 | customer
            left       | 2026-03-02 09:00 | customer
        """,
    )
    door = open_warehouse(warehouse.folder)
    assert each(door, "left_before_reply_share") == {"second": 0, "left": 1}


@pytest.mark.loads(
    contacts="""
        contact_id | kind | channel | status  | created_at
        talked     | call | phone   | closed  | 2026-03-02 00:00:00Z
        hung_up    | call | phone   | closed  | 2026-03-02 00:00:00Z
        recorded   | call | phone   | closed  | 2026-03-02 00:00:00Z
        failed     | call | phone   | closed  | 2026-03-02 00:00:00Z
        untold     | call | phone   | closed  | 2026-03-02 00:00:00Z
    """,
    sessions="""
        contact_id | answered_at          | abandoned_at         | outcome   | talk_seconds | wrap_seconds
        talked     | 2026-03-02 00:00:10Z |                      | answered  | 180          | 20
        hung_up    |                      | 2026-03-02 00:00:40Z | abandoned | 0            | 0
        recorded   |                      |                      | voicemail | 25           | 0
        failed     |                      |                      | unknown   | 0            |
        untold     |                      |                      | unknown   | 60           | 40
    """,  # noqa: E501
)
def test_who_hung_up_or_spoke_to_a_machine_was_not_handled_in_no_time(measured):
    # 200 and 100 s; Talk tells a talk time of 0 for who hung up, and that of a recording
    assert measured("handle_seconds") == {"value": 150, "n": 2}
