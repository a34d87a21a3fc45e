"""The voice of the customer: acceptance cases 18 and 20 to 22, and which rating counts."""

import pytest

from pipelines.api import open_warehouse


def rated(*counts: int) -> dict[str, str]:
    """One contact and answered survey per rating; `counts` of the ratings 1, 2, ..."""
    contacts = ["contact_id | status"]
    surveys = ["contact_id | sent_at | answered_at | score"]
    for score, count in enumerate(counts, 1):
        for i in range(count):
            contacts.append(f"c{score}-{i} | solved")
            surveys.append(f"c{score}-{i} | 2026-03-03 | 2026-03-04 | {score}")
    return {"contacts": "\n".join(contacts), "surveys": "\n".join(surveys)}


@pytest.mark.case(18)
@pytest.mark.loads(**rated(10, 20, 15, 3, 2))
def test_csat_is_the_top_two_boxes_and_a_three_is_not_satisfied(measured):
    assert measured("csat") == {"value": 0.1, "n": 50}
    assert measured("csat_score") == {"value": 2.34, "n": 50}


@pytest.mark.case(18)
def test_the_distribution_shows_every_rating(warehouse):
    warehouse.once(**rated(10, 20, 15, 3, 2))
    found = open_warehouse(warehouse.folder).distribution("csat_score")
    shares = (100 * found["n"] / found["n"].sum()).tolist()
    assert dict(zip(found["bin_low"], shares, strict=True)) == {1: 20, 2: 40, 3: 30, 4: 6, 5: 4}


@pytest.mark.case(20)
# 14 days to answer: one in time, one too late, one never; a fourth was sent before March.
@pytest.mark.loads(
    contacts="contact_id\nc1\nc2\nc3\nc4",
    surveys="""
        contact_id | sent_at    | answered_at | score
        c1         | 2026-03-03 | 2026-03-04  | 5
        c2         | 2026-03-03 | 2026-03-25  | 5
        c3         | 2026-03-03 |             |
        c4         | 2026-02-27 | 2026-03-05  | 5
    """,
)
def test_the_response_rate_is_of_the_surveys_sent_in_the_period(measured):
    assert measured("survey_response_share", start="2026-03-01", end="2026-03-31") == {
        "value": 0.333333,
        "n": 3,
    }


def test_a_response_rate_waits_for_the_whole_window_of_those_who_answered_at_once_too(
    warehouse, measured
):
    # The data end on the 17th: the surveys of the 2nd had their 14 days, those of the 10th not.
    warehouse(
        contacts="contact_id | updated_at\nc1 | 2026-03-17\nc2 |\nc3 |\nc4 |",
        surveys="""
            contact_id | sent_at    | answered_at | score
            c1         | 2026-03-02 | 2026-03-04  | 5
            c2         | 2026-03-02 |             |
            c3         | 2026-03-10 | 2026-03-10  | 5
            c4         | 2026-03-10 |             |
        """,
    )
    assert measured("survey_response_share") == {"value": 0.5, "n": 2}


@pytest.mark.loads(
    contacts="contact_id\nc1\nc2",
    surveys="""
        contact_id | sent_at    | answered_at | score
        c1         | 2026-03-03 | 2026-03-04  | 5
        c2         | 2026-03-03 | 2026-03-25  | 1
    """,
)
def test_an_answer_after_the_window_is_no_rating(measured):
    assert measured("csat") == {"value": 1, "n": 1}


@pytest.mark.loads(
    contacts="contact_id\nc1",
    surveys="""
        contact_id | sent_at             | answered_at         | scale    | score
        c1         | 2026-03-03 00:00:00 | 2026-03-05 00:00:00 | good_bad | 0
        c1         | 2026-03-03 00:00:00 | 2026-03-04 00:00:00 | good_bad | 1
    """,
)
def test_the_last_rating_of_a_contact_counts_whatever_the_order_of_delivery(measured):
    assert measured("good_share") == {"value": 0, "n": 1}


@pytest.mark.case(21)
def test_a_change_of_mind_counts_in_the_order_in_which_it_happened(warehouse, measured):
    # Acceptance case 21 is c1: offered, good, bad. Its file delivers bad before good. c2 goes the
    # other way in one survey that is delivered twice, c3 keeps its mind, c4 changes it too late.
    warehouse(
        contacts="contact_id\nc1\nc2\nc3\nc4",
        surveys="""
            survey_id | contact_id | updated_at           | sent_at    | answered_at | scale    | score
            s1-offer  | c1         | 2026-03-03 00:00:00Z | 2026-03-03 |             |          |
            s1-bad    | c1         | 2026-03-05 00:00:00Z | 2026-03-03 | 2026-03-05  | good_bad | 0
            s1-good   | c1         | 2026-03-04 00:00:00Z | 2026-03-03 | 2026-03-04  | good_bad | 1
            s2        | c2         | 2026-03-06 00:00:00Z | 2026-03-03 | 2026-03-04  | good_bad | 1
            s2        | c2         | 2026-03-04 00:00:00Z | 2026-03-03 | 2026-03-04  | good_bad | 0
            s3        | c3         | 2026-03-04 00:00:00Z | 2026-03-03 | 2026-03-04  | good_bad | 1
            s3        | c3         | 2026-03-09 00:00:00Z | 2026-03-03 | 2026-03-04  | good_bad | 1
            s4-good   | c4         | 2026-03-04 00:00:00Z | 2026-03-03 | 2026-03-04  | good_bad | 1
            s4-bad    | c4         | 2026-03-25 00:00:00Z | 2026-03-03 | 2026-03-25  | good_bad | 0
        """,  # noqa: E501
    )
    assert measured("good_to_bad_share") == {"value": 0.25, "n": 4}
    assert measured("good_to_bad_share", where={"contact_id": "c1"}) == {"value": 1, "n": 1}
    assert measured("bad_to_good_share", where={"contact_id": "c1"}) == {"value": 0, "n": 1}
    assert measured("bad_to_good_share", where={"contact_id": "c2"}) == {"value": 1, "n": 1}
    assert measured("bad_to_good_share", where={"contact_id": ["c3", "c4"]}) == {"value": 0, "n": 2}


def answered(scale: str, *scores: int) -> dict[str, str]:
    """One contact and answer on `scale` per score."""
    contacts, surveys = ["contact_id"], ["contact_id | answered_at | scale | score"]
    for i, score in enumerate(scores):
        contacts.append(f"c{i}")
        surveys.append(f"c{i} | 2026-03-04 | {scale} | {score}")
    return {"contacts": "\n".join(contacts), "surveys": "\n".join(surveys)}


@pytest.mark.case(34)
@pytest.mark.loads(
    contacts="contact_id\nc1",
    surveys="""
        survey_id | contact_id | sent_at    | answered_at | score
        s2        | c1         | 2026-03-03 | 2026-03-04  | 1
        s1        | c1         | 2026-03-03 | 2026-03-04  | 5
    """,
)
def test_answers_of_one_second_go_by_their_ids_and_not_by_their_lines(measured):
    assert measured("csat_score") == {"value": 1, "n": 1}
    assert measured("good_to_bad_share") == {"value": 1, "n": 1}
    assert measured("bad_to_good_share") == {"value": 0, "n": 1}


@pytest.mark.case(22)
# Acceptance case 22: one of the detractors answered 0, which is an answer.
@pytest.mark.loads(**answered("nps", 9, 9, 10, 10, 10, 0, 3, 5, 6, 8))
def test_the_net_promoter_score_of_five_promoters_and_four_detractors_in_ten_is_ten(measured):
    assert measured("nps") == {"value": 10, "n": 10}
    assert measured("csat") == {"value": None, "n": 0}


def test_an_answer_weeks_before_the_first_contact_has_its_day(warehouse, measured_by):
    warehouse.once(
        surveys="""
            survey_id | answered_at         | scale | score
            s1        | 2026-01-05 01:00:00 | nps   | 10
            s2        | 2026-03-04 16:00:00 | nps   | 3
        """
    )
    days = {day: told for day, told in measured_by("nps", "day").items() if told[1]}
    assert days == {"2026-01-05": (100, 1), "2026-03-05": (-100, 1)}


@pytest.mark.loads(**answered("ces", 1, 4, 5, 7))
def test_five_to_seven_of_seven_is_easy_and_seven_is_the_easiest(measured):
    assert measured("ces_share") == {"value": 0.5, "n": 4}
    assert measured("ces_score") == {"value": 4.25, "n": 4}


@pytest.mark.loads(
    contacts="contact_id\nc1\nc2\nc3",
    surveys="""
        contact_id | sent_at    | answered_at | scale    | score
        c1         | 2026-03-03 | 2026-03-04  | 1-5      | 2
        c2         | 2026-03-03 | 2026-03-04  | good_bad | 1
        c3         | 2026-03-03 | 2026-03-04  | 0-10     | 10
    """,
)
def test_scales_are_never_mixed(measured):
    assert measured("nps") == {"value": None, "n": 0}
    assert measured("csat") == {"value": 0, "n": 1}
    assert measured("csat_score") == {"value": 2, "n": 1}
    assert measured("good_share") == {"value": 1, "n": 1}


@pytest.mark.loads(
    contacts="contact_id\nc1\nc2\nc3\nc4",
    surveys="""
        contact_id | sent_at    | answered_at | score | professionalism | speed | problem_solving
        c1         | 2026-03-03 | 2026-03-04  | 5     | 5               | 1     | 2
        c2         | 2026-03-03 | 2026-03-04  | 4     | 4               | 2     | 2
        c3         | 2026-03-03 | 2026-03-04  | 4     | 3               |       | 5
        c4         | 2026-03-03 | 2026-03-04  | 4     |                 |       | 5
    """,
)
def test_each_aspect_is_a_mean_of_the_surveys_that_rate_it(measured):
    assert measured("professionalism_score") == {"value": 4, "n": 3}
    assert measured("speed_score") == {"value": 1.5, "n": 2}
    assert measured("problem_solving_score") == {"value": 3.5, "n": 4}


# METRICS.md: of merged contacts the customer is counted once, and of several ratings the last.
@pytest.mark.case(31)
@pytest.mark.loads(
    contacts="""
        contact_id | created_at           | status | merged_into
        first      | 2026-03-02 00:00:00Z | closed | second
        second     | 2026-03-02 03:00:00Z | closed | third
        third      | 2026-03-02 06:00:00Z | solved |
        other      | 2026-03-02 06:00:00Z | solved |
    """,
    surveys="""
        survey_id | contact_id | sent_at             | answered_at         | score
        s1        | first      | 2026-03-03 00:00:00 | 2026-03-03 01:00:00 | 1
        s2        | second     | 2026-03-03 00:00:00 | 2026-03-04 01:00:00 | 5
        s3        | third      | 2026-03-03 00:00:00 |                     |
        s4        | other      | 2026-03-03 00:00:00 | 2026-03-03 01:00:00 | 2
        s5        | other      | 2026-03-30 00:00:00 |                     |
    """,
)
def test_ratings_of_what_was_merged_are_those_of_the_contact_that_counts(measured):
    # the last of s1 and s2 is good; of the four sent by 3 March three were answered
    assert measured("csat") == {"value": 0.5, "n": 2}
    assert measured("bad_to_good_share") == {"value": 0.5, "n": 2}
    # Zendesk counts every answer, whatever it was given to
    assert measured("zendesk_csat") == {"value": 0.333333, "n": 3}
    before = {"start": "2026-03-03", "end": "2026-03-03"}
    assert measured("survey_response_share", **before) == {"value": 0.75, "n": 4}


@pytest.mark.loads(
    contacts="""
        contact_id | created_at           | status | merged_into
        first      | 2026-03-02 00:00:00Z | closed | second
        second     | 2026-03-02 03:00:00Z | solved |
    """,
    surveys="""
        survey_id | contact_id | sent_at             | answered_at         | scale  | score
        s1        | first      | 2026-03-03 00:00:00 | 2026-03-03 01:00:00 | signed | -2
        s2        | second     | 2026-03-03 00:00:00 | 2026-03-03 02:00:00 | signed | 3
    """,
)
def test_freshdesk_leaves_out_what_was_merged_and_keeps_the_rating_of_its_target(measured):
    assert measured("freshdesk_csat") == {"value": 1, "n": 1}
