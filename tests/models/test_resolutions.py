"""Solves, reopenings and the backlog."""

import pytest

from tests.fixtures import rows_of


@pytest.mark.loads(
    contacts="""
        contact_id | status | created_at
        c1         | solved | 2026-03-02 00:00:00Z
        c2         | solved | 2026-03-02 00:00:00Z
        c3         | solved | 2026-03-02 00:00:00Z
        c4         | closed | 2026-03-02 00:00:00Z
        c5         | solved | 2026-03-02 00:00:00Z
    """,
    status_events="""
        contact_id | changed_at           | from_status | to_status
        c1         | 2026-03-02 01:00:00Z | open        | solved
        c2         | 2026-03-02 01:00:00Z | open        | solved
        c3         | 2026-03-02 01:00:00Z | open        | solved
        c4         | 2026-03-02 01:00:00Z | open        | solved
        c4         | 2026-03-06 01:00:00Z | solved      | closed
        c5         | 2026-03-02 01:00:00Z | open        | solved
        c5         | 2026-03-03 01:00:00Z | solved      | open
        c5         | 2026-03-04 01:00:00Z | open        | solved
    """,
)
def test_five_contacts_of_which_one_was_solved_twice_are_six_events_and_one_reopened(connection):
    assert rows_of(
        connection,
        "SELECT COUNT(*) AS contacts, COUNT_IF(is_resolved) AS resolved,"
        " COUNT_IF(is_reopened_in_window) AS reopened FROM fact_contacts",
    ) == [{"contacts": 5, "resolved": 5, "reopened": 1}]
    assert connection.execute("SELECT COUNT(*) FROM fact_resolutions").fetchall() == [(6,)]
    assert rows_of(
        connection,
        "SELECT first_resolution_seconds AS first, full_resolution_seconds AS full,"
        " reopens_count AS reopens, is_provisional AS provisional"
        " FROM fact_contacts WHERE contact_id IN ('c4', 'c5') ORDER BY contact_id",
    ) == [
        {"first": 3600, "full": 3600, "reopens": 0, "provisional": False},
        {"first": 3600, "full": 176_400, "reopens": 1, "provisional": True},
    ]


@pytest.mark.parametrize(("from_open", "from_solved"), [("open", "solved"), ("", "")])
def test_closed_without_solved_is_a_solve_and_closed_after_solved_is_not(
    warehouse, from_open, from_solved
):
    connection = warehouse(
        contacts="""
            contact_id | status
            direct     | closed
            twice      | closed
        """,
        status_events=f"""
            contact_id | changed_at           | from_status   | to_status
            direct     | 2026-03-02 01:00:00Z | {from_open}   | closed
            twice      | 2026-03-02 00:30:00Z |               | open
            twice      | 2026-03-02 01:00:00Z | {from_open}   | solved
            twice      | 2026-03-06 01:00:00Z | {from_solved} | closed
        """,
    )
    assert connection.execute(
        "SELECT contact_id, CAST(solved_at AS VARCHAR), ordinal FROM fact_resolutions ORDER BY 1"
    ).fetchall() == [("direct", "2026-03-02 01:00:00", 1), ("twice", "2026-03-02 01:00:00", 1)]


@pytest.mark.loads(
    contacts="""
        contact_id | status
        in_time    | open
        late       | open
        never      | open
    """,
    status_events="""
        contact_id | changed_at           | from_status | to_status
        in_time    | 2026-03-02 01:00:00Z | open        | solved
        in_time    | 2026-03-09 01:00:00Z | solved      | open
        late       | 2026-03-02 01:00:00Z | open        | solved
        late       | 2026-03-09 01:00:01Z | solved      | open
    """,
)
def test_a_reopening_after_the_window_is_a_new_matter(connection):
    reopened = "SELECT contact_id, is_reopened_in_window, is_resolved FROM fact_contacts ORDER BY 1"
    assert connection.execute(reopened).fetchall() == [
        ("in_time", True, False),
        ("late", False, False),
        ("never", None, False),
    ]


@pytest.mark.loads(
    contacts="""
        contact_id | status | created_at           | updated_at
        once       | closed | 2026-03-02 00:00:00Z | 2026-03-20 00:00:00Z
        twice      | solved | 2026-03-02 00:00:00Z | 2026-03-05 00:00:00Z
        again_open | open   | 2026-03-02 00:00:00Z | 2026-03-04 00:00:00Z
        not_told   | solved | 2026-03-02 00:00:00Z | 2026-03-05 00:00:00Z
        unsolved   | open   | 2026-03-02 00:00:00Z | 2026-03-05 00:00:00Z
    """,
    contact_clocks="""
        contact_id | solved_at            | reopens_count | vendor_first_resolution_seconds
        once       | 2026-03-03 00:00:00Z | 0             | 86340
        twice      | 2026-03-04 00:00:00Z | 1             | 7200
        again_open |                      | 1             | 7200
        not_told   |                      | 0             |
        unsolved   |                      | 0             |
    """,
)
def test_without_a_history_the_helpdesks_clocks_tell_the_solves(connection):
    assert rows_of(
        connection,
        "SELECT contact_id AS id, first_resolution_seconds AS first, full_resolution_seconds AS"
        " full, is_resolved AS solved, is_reopened_in_window AS again,"
        " resolution_waited_seconds AS waited FROM fact_contacts ORDER BY id",
    ) == [
        {"id": "again_open", "first": 7200, "full": None, "solved": False, "again": True,
         "waited": 7200},
        {"id": "not_told", "first": None, "full": None, "solved": True, "again": None,
         "waited": None},
        {"id": "once", "first": 86_400, "full": 86_400, "solved": True, "again": False,
         "waited": 86_400},
        {"id": "twice", "first": 7200, "full": 172_800, "solved": True, "again": True,
         "waited": 7200},
        {"id": "unsolved", "first": None, "full": None, "solved": False, "again": None,
         "waited": 1_555_200},
    ]  # fmt: skip
    assert connection.execute("SELECT COUNT(*) FROM fact_resolutions").fetchall() == [(4,)]


BACKLOG = """
    SELECT CAST(day AS VARCHAR) AS day, opening, created, reopened, resolved, merged, deleted,
        closing, aged_0_1d, aged_1_3d, aged_3_7d, aged_7d_plus
    FROM fact_backlog ORDER BY day
"""


def test_the_backlog_balances_on_a_day_with_a_reopen_a_merge_and_a_delete(warehouse):
    connection = warehouse(
        contacts="""
            contact_id | status  | created_at           | updated_at           | merged_into | tags
            waits      | open    | 2026-03-02 01:00:00Z |                      |             |
            reopened   | open    | 2026-03-02 01:00:00Z |                      |             |
            merged     | closed  | 2026-03-02 01:00:00Z | 2026-03-03 02:00:00Z | waits       |
            deleted    | deleted | 2026-03-02 01:00:00Z | 2026-03-03 02:00:00Z |             |
            not_ours   | open    | 2026-03-02 01:00:00Z | 2026-03-04 02:00:00Z |             | spam
            new        | open    | 2026-03-03 01:00:00Z |                      |             |
        """,
        status_events="""
            contact_id | changed_at           | from_status | to_status
            reopened   | 2026-03-02 02:00:00Z | open        | solved
            reopened   | 2026-03-03 02:00:00Z | solved      | open
        """,
    )
    assert connection.execute(BACKLOG).fetchall() == [
        # day, opening, created, reopened, resolved, merged, deleted, closing, by age
        ("2026-03-02", 0, 4, 0, 1, 0, 0, 3, 3, 0, 0, 0),
        ("2026-03-03", 3, 1, 1, 0, 1, 1, 3, 1, 2, 0, 0),
        ("2026-03-04", 3, 0, 0, 0, 0, 0, 3, 0, 3, 0, 0),
    ]


def test_the_backlog_ages_by_days_since_creation(warehouse):
    connection = warehouse(
        contacts="""
            contact_id | status | created_at           | updated_at
            old        | open   | 2026-03-02 01:00:00Z |
            clock      | open   | 2026-03-10 01:00:00Z | 2026-03-10 01:00:00Z
        """,
    )
    ages = (
        "SELECT closing, aged_0_1d, aged_1_3d, aged_3_7d, aged_7d_plus FROM fact_backlog"
        " ORDER BY day"
    )
    assert connection.execute(ages).fetchall() == [
        (1, 1, 0, 0, 0),
        (1, 0, 1, 0, 0),
        (1, 0, 1, 0, 0),
        (1, 0, 0, 1, 0),
        (1, 0, 0, 1, 0),
        (1, 0, 0, 1, 0),
        (1, 0, 0, 1, 0),
        (1, 0, 0, 0, 1),
        (2, 1, 0, 0, 1),
    ]


def test_calls_are_never_in_the_backlog(warehouse):
    connection = warehouse(contacts="contact_id | kind\nc1 | call")
    assert connection.execute("SELECT COUNT(*) FROM fact_backlog").fetchall() == [(0,)]
