"""Urgent contacts have a clock and targets of their own, day and night."""

import pytest

from tests.fixtures import SETTINGS

URGENT = """
    [[urgent]]
    channel = "*"
    target_share = 0.9
    within_seconds = 1800

    [[urgent]]
    channel = "live_chat"
    target_share = 0.9
    within_seconds = 30
"""

# The desk is open 09:00-18:00 in Seoul, 00:00-09:00 UTC; its own target is 60 s.
CONTACTS = """
    contact_id | topic          | channel   | created_at
    quick      | stolen_account | email     | 2026-03-02 01:00:00Z
    just       | stolen_account | email     | 2026-03-02 02:00:00Z
    overnight  | stolen_account | email     | 2026-03-02 14:50:00Z
    nobody     | stolen_account | email     | 2026-03-03 00:00:00Z
    waiting    | stolen_account | email     | 2026-03-03 01:50:00Z
    ordinary   | fees           | email     | 2026-03-02 01:00:00Z
    chat       | stolen_account | live_chat | 2026-03-02 03:00:00Z
"""
MESSAGES = """
    contact_id | sent_at              | author_role
    quick      | 2026-03-02 01:00:00Z | customer
    quick      | 2026-03-02 01:05:00Z | agent
    just       | 2026-03-02 02:00:00Z | customer
    just       | 2026-03-02 02:30:00Z | agent
    overnight  | 2026-03-02 14:50:00Z | customer
    overnight  | 2026-03-03 00:05:00Z | agent
    nobody     | 2026-03-03 00:00:00Z | customer
    waiting    | 2026-03-03 01:50:00Z | customer
    ordinary   | 2026-03-02 01:00:00Z | customer
    ordinary   | 2026-03-02 01:01:00Z | agent
    chat       | 2026-03-02 03:00:00Z | customer
    chat       | 2026-03-02 03:00:31Z | agent
    other      | 2026-03-03 02:00:00Z | agent
"""


@pytest.mark.loads(SETTINGS + URGENT, contacts=CONTACTS, messages=MESSAGES)
def test_urgent_contacts_are_answered_in_time_by_the_clock_or_they_are_not(measured_by):
    # quick and just (the threshold is inclusive) of four; `waiting` still has 20 of its 30 min
    assert measured_by("urgent_answered_share", "channel") == {
        "email": (0.5, 4),
        "live_chat": (0.0, 1),
    }


@pytest.mark.loads(SETTINGS + URGENT, contacts=CONTACTS, messages=MESSAGES)
def test_the_urgent_clock_runs_while_the_desk_is_closed(measured):
    night = measured(
        "urgent_first_response_seconds", start="2026-03-02", where={"channel": "email"}
    )
    assert night == {"value": 1800.0, "n": 3}  # of 300, 1,800 and 33,300 s
    longest = measured(
        "urgent_first_response_seconds", statistic="mean", where={"channel": "email"}
    )
    assert longest == {"value": 11_800.0, "n": 3}


@pytest.mark.loads(SETTINGS + URGENT, contacts=CONTACTS, messages=MESSAGES)
def test_the_service_level_takes_the_urgent_target_for_urgent_contacts_alone(connection):
    found = connection.execute(
        "SELECT contact_id, within_seconds, urgent_within_seconds FROM fact_contacts"
        " WHERE contact_id IN ('quick', 'ordinary', 'chat') ORDER BY 1"
    ).fetchall()
    assert found == [("chat", 30, 30), ("ordinary", 60, None), ("quick", 1800, 1800)]


@pytest.mark.loads(SETTINGS + URGENT, contacts=CONTACTS, messages=MESSAGES)
def test_the_service_level_by_urgency_shows_both_targets(measured_by):
    assert measured_by("service_level_sl3", "urgency") == {"normal": (1.0, 1), "urgent": (0.4, 5)}


@pytest.mark.loads(contacts=CONTACTS, messages=MESSAGES)
def test_without_an_urgent_target_the_desks_counts_and_the_urgent_share_is_not_measured(
    connection, measured
):
    assert measured("urgent_answered_share") == {"value": None, "n": 0}
    assert connection.execute(
        "SELECT DISTINCT within_seconds, urgent_within_seconds FROM fact_contacts"
    ).fetchall() == [(60, None)]
