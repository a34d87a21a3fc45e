"""Service level in its five variants, and who leaves before an answer: acceptance case 16."""

import pytest

PHONE_DESK = """
    [site]
    name = "Test"
    zone = "Asia/Seoul"

    [rules]
    short_abandon_seconds = 5

    [[calendars]]
    id = "always"
    zone = "Asia/Seoul"
    [[calendars.periods]]
    daily = ["00:00-24:00"]

    [[desks]]
    channel = "*"
    language = "*"
    calendar = "always"
    target_share = 0.8
    within_seconds = 20
    handle_seconds = 300
"""


def calls(*groups: tuple[int, str, int]) -> dict[str, str]:
    """`(count, outcome, wait)`: so many calls of one minute past nine."""
    contacts = ["contact_id | kind | channel | created_at"]
    sessions = [
        "contact_id | queue_entered_at | answered_at | abandoned_at | outcome | wait_seconds"
    ]
    for group, (count, outcome, wait) in enumerate(groups):
        until = f"2026-03-02 09:{wait // 60:02d}:{wait % 60:02d}"
        answered = until if outcome == "answered" else ""
        abandoned = until if outcome == "abandoned" else ""
        for i in range(count):
            contacts.append(f"c{group}-{i} | call | phone | 2026-03-02 09:00:00")
            sessions.append(
                f"c{group}-{i} | 2026-03-02 09:00:00"
                f" | {answered} | {abandoned} | {outcome} | {wait}"
            )
    return {"contacts": "\n".join(contacts), "sessions": "\n".join(sessions)}


THOUSAND_CALLS = calls(
    (859, "answered", 10),
    (1, "answered", 20),  # the threshold is inclusive
    (140, "answered", 21),
    (10, "abandoned", 4),
    (10, "abandoned", 20),
    (40, "abandoned", 90),
)
"""1,000 answered, 860 of them within 20 s; 60 abandoned, 20 within 20 s, 10 under 5 s."""


@pytest.mark.case(16)
@pytest.mark.loads(PHONE_DESK, **THOUSAND_CALLS)
def test_the_five_service_levels_differ_in_what_they_do_with_the_abandoned(measured):
    percents = {
        metric: round(100 * measured(metric)["value"], 2)
        for metric in (
            "service_level_sl1",
            "service_level_sl2",
            "service_level_sl3",
            "service_level",
            "service_level_sl5",
        )
    }
    assert percents == {
        "service_level_sl1": 83.02,
        "service_level_sl2": 86.00,
        "service_level_sl3": 81.13,
        "service_level": 82.69,
        "service_level_sl5": 82.08,
    }


@pytest.mark.loads(PHONE_DESK, **THOUSAND_CALLS)
def test_each_service_level_counts_its_own_denominator(measured):
    assert measured("service_level")["n"] == 1_040
    assert measured("service_level_sl2")["n"] == 1_000
    assert measured("service_level_sl3")["n"] == 1_060


@pytest.mark.loads(PHONE_DESK, **THOUSAND_CALLS)
def test_net_abandonment_leaves_hang_ups_out_on_both_sides(measured):
    assert measured("abandoned_share") == {"value": 0.056604, "n": 1_060}
    assert measured("net_abandoned_share") == {"value": 0.047619, "n": 1_050}


@pytest.mark.loads(
    PHONE_DESK, **calls((1, "answered", 10), (1, "answered", 30), (1, "abandoned", 80))
)
def test_speed_of_answer_is_of_the_answered_and_the_queue_wait_of_all_offered(measured):
    assert measured("speed_of_answer_seconds") == {"value": 20, "n": 2}
    assert measured("queue_wait_seconds") == {"value": 40, "n": 3}


@pytest.mark.loads(PHONE_DESK, **calls((3, "answered", 10), (1, "callback", 30)))
def test_a_call_back_is_offered_but_neither_answered_nor_abandoned(measured):
    assert measured("abandoned_share") == {"value": 0, "n": 4}
    assert measured("unanswered_share") == {"value": 0.25, "n": 4}
    assert measured("queue_wait_seconds") == {"value": 15, "n": 4}
    assert measured("speed_of_answer_seconds") == {"value": 10, "n": 3}


def test_an_email_has_no_abandonment_but_may_be_left_before_a_reply(warehouse, measured, published):
    # Cut at 9 March: answered after an hour; after 80 h, and then "thanks" or nothing; silent;
    # asked again after 10 h; and two of the day before, of whom one is answered.
    warehouse(
        contacts="""
            contact_id | created_at
            answered   | 2026-03-02 00:00:00
            thanks     | 2026-03-02 00:00:00
            too_late   | 2026-03-02 00:00:00
            silent     | 2026-03-02 16:00:00
            asked      | 2026-03-02 00:00:00
            fresh      | 2026-03-08 14:00:00
            prompt     | 2026-03-08 14:00:00
        """,
        messages="""
            contact_id | sent_at             | author_role
            answered   | 2026-03-02 00:00:00 | customer
            answered   | 2026-03-02 01:00:00 | agent
            thanks     | 2026-03-02 00:00:00 | customer
            thanks     | 2026-03-05 08:00:00 | agent
            thanks     | 2026-03-05 09:00:00 | customer
            too_late   | 2026-03-02 00:00:00 | customer
            too_late   | 2026-03-05 08:00:00 | agent
            silent     | 2026-03-02 16:00:00 | customer
            asked      | 2026-03-02 00:00:00 | customer
            asked      | 2026-03-02 10:00:00 | customer
            fresh      | 2026-03-08 14:00:00 | customer
            prompt     | 2026-03-08 14:00:00 | customer
            prompt     | 2026-03-08 15:00:00 | agent
            answered   | 2026-03-09 00:00:00 | customer
        """,
    )
    assert measured("abandoned_share") == {"value": None, "n": 0}
    assert measured("left_before_reply_share") == {"value": 0.4, "n": 5}
    rows = published.observations("left_before_reply_share")
    assert dict(zip(rows["contact_id"], rows["value"], strict=True)) == {
        "answered": 0, "thanks": 0, "too_late": 1, "silent": 1, "asked": 0,
    }  # fmt: skip


# Cut at 9 March: neither answered nor known to have hung up, a week of silence ago.
@pytest.mark.loads(
    contacts="""
        contact_id | kind | channel | created_at
        lost       | call | phone   | 2026-03-02 09:00:00
        answered   | call | phone   | 2026-03-09 09:00:00
    """,
    sessions="""
        contact_id | queue_entered_at    | answered_at         | outcome
        lost       | 2026-03-02 09:00:00 |                     | unknown
        answered   | 2026-03-09 09:00:00 | 2026-03-09 09:00:10 | answered
    """,
)
def test_a_call_of_unknown_outcome_has_not_left_before_a_reply(measured):
    assert measured("left_before_reply_share") == {"value": None, "n": 0}
    assert measured("abandoned_share") == {"value": 0, "n": 1}
    assert measured("unanswered_share") == {"value": 0.5, "n": 2}


def test_an_email_still_within_its_target_is_not_yet_counted(warehouse, measured):
    # The target is 60 s; the cut is 09:01:30, so one is late by now and one still has time.
    warehouse(
        contacts="""
            contact_id | created_at
            answered   | 2026-03-02 09:00:00
            late       | 2026-03-02 09:00:00
            in-time    | 2026-03-02 09:01:00
        """,
        messages="""
            contact_id | sent_at             | author_role | is_public
            answered   | 2026-03-02 09:00:30 | agent       | true
            late       | 2026-03-02 09:00:00 | customer    | true
            in-time    | 2026-03-02 09:01:00 | customer    | true
            answered   | 2026-03-02 09:01:30 | agent       | false
        """,
    )
    assert measured("service_level") == {"value": 0.5, "n": 2}


def test_who_is_answered_at_once_is_not_counted_before_those_who_came_with_them(
    warehouse, measured
):
    # The target is 60 s and the cut 09:01:30: only what becomes of the first is known.
    warehouse(
        contacts="""
            contact_id | created_at
            old        | 2026-03-02 09:00:00
            prompt     | 2026-03-02 09:01:00
            new        | 2026-03-02 09:01:00
        """,
        messages="""
            contact_id | sent_at             | author_role
            old        | 2026-03-02 09:01:30 | agent
            prompt     | 2026-03-02 09:01:10 | agent
        """,
    )
    for variant in ("", "_sl1", "_sl2", "_sl3", "_sl5"):
        assert measured(f"service_level{variant}") == {"value": 0, "n": 1}


def test_a_voice_mail_answered_by_mail_is_answered_and_not_in_the_queue(warehouse, measured):
    warehouse(
        PHONE_DESK,
        contacts="""
            contact_id | kind   | channel | created_at          | linked_contact_id
            taken      | call   | phone   | 2026-03-02 09:00:00 |
            machine    | call   | phone   | 2026-03-02 09:00:00 | ticket
            ticket     | ticket | email   | 2026-03-02 09:01:00 |
        """,
        sessions="""
            contact_id | queue_entered_at    | answered_at         | outcome   | wait_seconds
            taken      | 2026-03-02 09:00:00 | 2026-03-02 09:00:10 | answered  | 10
            machine    | 2026-03-02 09:00:00 |                     | voicemail | 4
        """,
        messages="""
            contact_id | sent_at             | author_role
            ticket     | 2026-03-02 12:00:00 | agent
        """,
    )
    assert measured("unanswered_share") == {"value": 0, "n": 2}
    assert measured("first_response_seconds", statistic="mean") == {"value": 5405, "n": 2}
    assert measured("speed_of_answer_seconds") == {"value": 10, "n": 1}
    assert measured("queue_wait_seconds") == {"value": 7, "n": 2}
    for variant, n in (("", 2), ("_sl1", 2), ("_sl2", 1), ("_sl3", 2), ("_sl5", 2)):
        assert measured(f"service_level{variant}") == {"value": 1 / n, "n": n}


@pytest.mark.loads(
    PHONE_DESK, **calls((3, "answered", 10), (1, "callback", 5), (1, "callback", 30))
)
def test_a_call_back_is_offered_and_not_answered_in_time_whenever_it_was_asked_for(measured):
    assert measured("service_level") == {"value": 0.6, "n": 5}
    assert measured("service_level_sl3") == {"value": 0.6, "n": 5}
    assert measured("service_level_sl2") == {"value": 1, "n": 3}


@pytest.mark.loads(
    contacts="""
        contact_id | kind | channel | created_at
        c1         | call | phone   | 2026-03-02 09:00:00
        c2         | call | phone   | 2026-03-02 09:10:00
    """,
    sessions="""
        contact_id | queue_entered_at    | answered_at         | outcome  | wait_seconds | talk_seconds | hold_seconds | wrap_seconds
        c1         | 2026-03-02 09:00:00 | 2026-03-02 09:00:00 | answered | 0            | 120          | 30           | 50
        c2         | 2026-03-02 09:10:00 | 2026-03-02 09:10:00 | answered | 0            |              |              |
    """,  # noqa: E501
)
def test_handle_time_adds_talk_hold_and_after_contact_work(measured):
    assert measured("handle_seconds") == {"value": 200, "n": 1}


@pytest.mark.loads(
    contacts="""
        contact_id | kind   | channel_raw | created_at           | status
        c1         | ticket | email       | 2026-03-02 01:00:00Z | solved
        c2         | ticket | email       | 2026-03-02 01:00:00Z | open
    """,
    contact_clocks="""
        contact_id | replies_count | solved_at
        c1         | 2             | 2026-03-04 01:00:00Z
        c2         | 0             |
    """,
)
def test_an_export_without_reply_times_has_no_service_level_of_its_unanswered_alone(measured):
    assert measured("service_level") == {"value": None, "n": 0}
    assert measured("unanswered_share") == {"value": 0.5, "n": 2}


def test_a_vendor_clock_for_one_contact_says_that_the_others_were_never_answered(
    warehouse, measured
):
    warehouse(
        contacts="""
            contact_id | kind   | channel_raw | created_at           | status
            c1         | ticket | email       | 2026-03-02 01:00:00Z | solved
            c2         | ticket | email       | 2026-03-02 01:00:00Z | open
            c3         | ticket | email       | 2026-03-09 01:00:00Z | open
        """,
        contact_clocks="""
            contact_id | replies_count | vendor_first_response_seconds
            c1         | 1             | 60
            c2         | 0             |
            c3         | 0             |
        """,
    )
    assert measured("service_level") == {"value": 0.5, "n": 2}


def test_the_reader_chooses_the_threshold_and_the_short_abandon_for_himself(warehouse, published):
    """Acceptance case 16, on a desk whose own target is another: T = 20 s and s = 5 s are given."""
    warehouse(
        PHONE_DESK.replace("within_seconds = 20", "within_seconds = 90").replace(
            "short_abandon_seconds = 5", "short_abandon_seconds = 2"
        ),
        **calls(
            (860, "answered", 20),
            (140, "answered", 21),
            (10, "abandoned", 4),
            (10, "abandoned", 20),
            (40, "abandoned", 90),
        ),
    )

    def percents(**thresholds) -> list[float]:
        table = published.switchboard("service_level", **thresholds).set_index("rule")
        rules = ["service_level_sl1", "service_level_sl2", "service_level_sl3"]
        rules += ["service_level", "service_level_sl5"]
        return (100 * table.loc[rules, "value"]).round(2).tolist()

    assert percents(within_seconds=20, short_abandon_seconds=5) == [
        83.02, 86.0, 81.13, 82.69, 82.08,
    ]  # fmt: skip
    assert percents() == [100.0, 100.0, 94.34, 100.0, 94.34]
    assert percents(within_seconds=0) == [0.0, 0.0, 0.0, 0.0, 0.0]
    reasons = published.difference_reasons(
        "service_level", "service_level_sl1", within_seconds=20, short_abandon_seconds=5
    )
    assert dict(zip(reasons["reason"], reasons["n"], strict=True)) == {
        "left_at_once": 10,
        "left_in_time": 10,
    }
