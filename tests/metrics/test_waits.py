"""Waits: acceptance cases 8-13 and 17, and what stops which clock."""

import pytest

ANSWERED_AFTER_80_100_AND_93 = {
    "contacts": """
        contact_id | created_at
        monday-1   | 2026-03-02 01:00:00
        monday-2   | 2026-03-02 02:00:00
        wednesday  | 2026-03-04 01:00:00
    """,
    "messages": """
        contact_id | sent_at             | author_role
        monday-1   | 2026-03-02 01:01:20 | agent
        monday-2   | 2026-03-02 02:01:40 | agent
        wednesday  | 2026-03-04 01:01:33 | agent
    """,
}


def answered_after(*seconds: int) -> dict[str, str]:
    """E-mails of 2 March 2026, 09:00 in Seoul, each answered after so many seconds."""
    contacts, messages = ["contact_id"], ["contact_id | sent_at | author_role"]
    for i, wait in enumerate(seconds):
        contacts.append(f"c{i}")
        messages.append(f"c{i} | 2026-03-02 00:{wait // 60:02d}:{wait % 60:02d} | agent")
    return {"contacts": "\n".join(contacts), "messages": "\n".join(messages)}


@pytest.mark.case(8)
@pytest.mark.loads(
    contacts="""
        contact_id | kind | channel   | created_at          | handed_over_at
        c1         | chat | live_chat | 2026-03-02 09:00:00 | 2026-03-02 09:00:20
    """,
    messages="""
        contact_id | sent_at             | author_role
        c1         | 2026-03-02 09:00:00 | customer
        c1         | 2026-03-02 09:00:02 | bot
        c1         | 2026-03-02 09:01:02 | agent
    """,
)
def test_after_a_bot_the_customer_waits_from_the_first_message_and_the_queue_from_the_hand_over(
    measured,
):
    assert measured("first_response_seconds") == {"value": 62, "n": 1}
    assert measured("queue_wait_seconds") == {"value": 42, "n": 1}
    assert measured("speed_of_answer_seconds") == {"value": 42, "n": 1}


@pytest.mark.case(9)
@pytest.mark.loads(**ANSWERED_AFTER_80_100_AND_93)
def test_the_mean_is_of_contacts_and_never_of_days(measured):
    assert measured("first_response_seconds", statistic="mean") == {"value": 91, "n": 3}


@pytest.mark.case(9)
@pytest.mark.loads(**ANSWERED_AFTER_80_100_AND_93)
def test_a_day_without_contacts_has_no_value_rather_than_zero(measured_by):
    assert measured_by("first_response_seconds", "day", statistic="mean") == {
        "2026-03-02": (90, 2),
        "2026-03-03": (None, 0),
        "2026-03-04": (93, 1),
    }


@pytest.mark.case(10)
def test_a_median_over_groups_pools_their_contacts(warehouse, measured, measured_by):
    tables = answered_after(1, 2, 3, 10)
    tables["contacts"] = """
        contact_id | language
        c0         | ko
        c1         | ko
        c2         | ko
        c3         | en
    """
    warehouse(**tables)
    assert measured_by("first_response_seconds", "language") == {"en": (10, 1), "ko": (2, 3)}
    assert measured("first_response_seconds") == {"value": 2.5, "n": 4}


@pytest.mark.case(11)
@pytest.mark.loads(**answered_after(*range(1, 11)))
def test_the_ninetieth_percentile_is_interpolated(measured):
    assert measured("first_response_seconds", statistic="p90") == {"value": 9.1, "n": 10}


@pytest.mark.case(12)
@pytest.mark.loads(
    contacts="""
        contact_id | created_at
        c1         | 2026-03-02 09:00:00
        c2         | 2026-03-02 09:00:00
        waiting    | 2026-03-02 09:00:00
    """,
    messages="""
        contact_id | sent_at             | author_role | is_public
        c1         | 2026-03-02 09:00:05 | agent       | true
        c2         | 2026-03-02 09:00:10 | agent       | true
        waiting    | 2026-03-02 09:00:00 | customer    | true
        c1         | 2026-03-02 09:01:00 | agent       | false
    """,
)
def test_an_unanswered_contact_counts_as_longer_and_is_not_dropped(measured):
    assert measured("first_response_seconds", statistic="mean") == {"value": 7.5, "n": 2}
    assert measured("unanswered_share") == {"value": 0.333333, "n": 3}
    assert measured("first_response_censored_seconds") == {"value": 10, "n": 3}
    assert measured("first_response_censored_seconds", statistic="km_p90") == {
        "value": None,
        "n": 3,
    }


@pytest.mark.case(17)
@pytest.mark.loads(
    contacts="""
        contact_id | kind | channel | created_at
        c1         | call | phone   | 2026-03-01 22:28:00Z
    """,
    sessions="""
        contact_id | queue_entered_at     | answered_at          | outcome  | wait_seconds | talk_seconds
        c1         | 2026-03-01 22:28:00Z | 2026-03-01 22:32:00Z | answered | 240          | 100
    """,  # noqa: E501
)
def test_a_contact_offered_at_0728_and_answered_at_0732_belongs_to_the_half_hour_of_0700(
    measured_by,
):
    for metric in ("contacts", "service_level_sl3", "queue_wait_seconds", "handle_seconds"):
        assert list(measured_by(metric, "half_hour")) == ["07:00"]


@pytest.mark.case(27)
@pytest.mark.time
@pytest.mark.loads(
    contacts="""
        contact_id | created_at
        late       | 2026-03-02 14:30:00Z
        early      | 2026-03-02 18:00:00Z
    """
)
def test_half_past_eleven_at_night_and_three_sharp_are_each_in_one_hour(measured_by):
    assert measured_by("contacts", "hour") == {"03:00": (1, 1), "23:00": (1, 1)}


@pytest.mark.case(29)
@pytest.mark.time
@pytest.mark.parametrize(
    ("zone", "day"),
    [("Asia/Seoul", "2026-11-01"), ("Asia/Tokyo", "2026-11-01"), ("Europe/London", "2026-10-31")],
)
def test_the_day_of_a_contact_is_the_day_in_the_sites_zone(warehouse, measured_by, zone, day):
    warehouse(
        f'[site]\nname = "Test"\nzone = "{zone}"',
        contacts="contact_id | created_at\nc1 | 2026-10-31 15:30:00Z",
    )
    assert measured_by("contacts", "day") == {day: (1, 1)}


# Seoul 09-18: Monday 17:30 to Tuesday 09:30 is 16 h by the calendar, 1 h of it open.
@pytest.mark.loads(
    contacts="contact_id | created_at\nc1 | 2026-01-05 08:30:00Z",
    messages="contact_id | sent_at | author_role\nc1 | 2026-01-06 00:30:00Z | agent",
)
def test_opening_hours_pause_the_business_clock(measured):
    assert measured("first_response_seconds") == {"value": 57_600, "n": 1}
    assert measured("first_response_business_seconds") == {"value": 3_600, "n": 1}


# A Zendesk CSV with the column of first replies in minutes and without that of business hours.
@pytest.mark.loads(
    contacts="""
        contact_id | status | created_at           | updated_at
        told       | solved | 2026-01-05 08:30:00Z | 2026-01-20 00:00:00Z
        both       | solved | 2026-01-05 08:30:00Z | 2026-01-20 00:00:00Z
        unanswered | open   | 2026-01-05 08:30:00Z | 2026-01-20 00:00:00Z
    """,
    contact_clocks="""
        contact_id | replies_count | vendor_first_response_seconds | vendor_first_response_business_seconds
        told       | 1             | 57600                         |
        both       | 1             | 57600                         | 5400
        unanswered | 0             |                               |
    """,  # noqa: E501
)
def test_where_a_helpdesk_tells_calendar_time_alone_our_calendar_tells_its_opening_hours(measured):
    # one hour by our calendar, and an hour and a half by the helpdesk's own
    assert measured("first_response_business_seconds", statistic="mean") == {"value": 4_500, "n": 2}
    # the answered must not be left out of a share that the unanswered are in
    assert measured("email_answered_1_day_share") == {"value": 0.666667, "n": 3}


# The helpdesk counts from its ticket, in which the customer had waited for an hour already.
@pytest.mark.loads(
    contacts="""
        contact_id | status | created_at           | updated_at           | merged_into
        first      | closed | 2026-01-05 01:00:00Z | 2026-01-20 00:00:00Z | second
        second     | solved | 2026-01-05 02:00:00Z | 2026-01-20 00:00:00Z |
    """,
    contact_clocks="""
        contact_id | replies_count | vendor_first_response_seconds | vendor_first_response_business_seconds
        second     | 1             | 3600                          | 1800
    """,  # noqa: E501
)
def test_a_duration_that_a_helpdesk_tells_of_a_merge_target_lacks_the_wait_before_it(measured):
    assert measured("first_response_seconds") == {"value": 7_200, "n": 1}
    assert measured("first_response_business_seconds") == {"value": 7_200, "n": 1}
    assert measured("first_response_censored_seconds") == {"value": 7_200, "n": 1}
    assert measured("zendesk_first_response_seconds") == {"value": 3_600, "n": 1}


@pytest.mark.loads(
    '[site]\nname = "Test"\nzone = "Asia/Seoul"',
    contacts="contact_id | created_at\nc1 | 2026-01-05 08:30:00Z",
    messages="contact_id | sent_at | author_role\nc1 | 2026-01-06 00:30:00Z | agent",
)
def test_without_a_calendar_there_is_no_business_time_and_no_out_of_hours(measured):
    assert measured("first_response_business_seconds") == {"value": None, "n": 0}
    assert measured("out_of_hours_share") == {"value": None, "n": 0}


@pytest.mark.loads(
    contacts="""
        contact_id | created_at           | topic
        dawn       | 2026-03-01 23:59:59Z | fees
        opening    | 2026-03-02 00:00:00Z | stolen_account
        last       | 2026-03-02 08:59:59Z | fees
        closing    | 2026-03-02 09:00:00Z | stolen_account
        night      | 2026-03-02 18:00:00Z | stolen_account
    """
)
def test_contacts_outside_nine_to_six_are_out_of_hours(measured):
    assert measured("out_of_hours_share") == {"value": 0.6, "n": 5}
    assert measured("urgent_out_of_hours_share") == {"value": 0.666667, "n": 3}
