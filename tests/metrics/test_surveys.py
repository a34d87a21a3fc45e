"""The voice of the customer: acceptance cases 18 and 20, and which rating counts."""

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


def test_csat_is_the_top_two_boxes_and_a_three_is_not_satisfied(warehouse, measured):
    warehouse(**rated(10, 20, 15, 3, 2))
    assert measured("csat") == {"value": 0.1, "n": 50}
    assert measured("csat_score") == {"value": 2.34, "n": 50}


def test_the_distribution_shows_every_rating(warehouse):
    warehouse(**rated(10, 20, 15, 3, 2))
    found = open_warehouse(warehouse.folder).distribution("csat_score")
    shares = (100 * found["n"] / found["n"].sum()).tolist()
    assert dict(zip(found["bin_low"], shares, strict=True)) == {1: 20, 2: 40, 3: 30, 4: 6, 5: 4}


def test_the_response_rate_is_of_the_surveys_sent_in_the_period(warehouse, measured):
    # 14 days to answer: one in time, one too late, one never; a fourth was sent before March.
    warehouse(
        contacts="contact_id\nc1\nc2\nc3\nc4",
        surveys="""
            contact_id | sent_at    | answered_at | score
            c1         | 2026-03-03 | 2026-03-04  | 5
            c2         | 2026-03-03 | 2026-03-25  | 5
            c3         | 2026-03-03 |             |
            c4         | 2026-02-27 | 2026-03-05  | 5
        """,
    )
    assert measured("survey_response_share", start="2026-03-01", end="2026-03-31") == {
        "value": 0.333333,
        "n": 3,
    }


def test_a_survey_whose_window_is_open_is_not_yet_unanswered(warehouse, measured):
    warehouse(
        contacts="contact_id\nc1\nc2",
        surveys="""
            contact_id | sent_at    | answered_at | score
            c1         | 2026-03-03 | 2026-03-04  | 5
            c2         | 2026-03-03 |             |
        """,
    )
    assert measured("survey_response_share") == {"value": 1, "n": 1}


def test_an_answer_after_the_window_is_no_rating(warehouse, measured):
    warehouse(
        contacts="contact_id\nc1\nc2",
        surveys="""
            contact_id | sent_at    | answered_at | score
            c1         | 2026-03-03 | 2026-03-04  | 5
            c2         | 2026-03-03 | 2026-03-25  | 1
        """,
    )
    assert measured("csat") == {"value": 1, "n": 1}


def test_the_last_rating_of_a_contact_counts_whatever_the_order_of_delivery(warehouse, measured):
    warehouse(
        contacts="contact_id\nc1",
        surveys="""
            contact_id | sent_at             | answered_at         | scale    | score
            c1         | 2026-03-03 00:00:00 | 2026-03-05 00:00:00 | good_bad | 0
            c1         | 2026-03-03 00:00:00 | 2026-03-04 00:00:00 | good_bad | 1
        """,
    )
    assert measured("good_share") == {"value": 0, "n": 1}


def test_scales_are_never_mixed(warehouse, measured):
    warehouse(
        contacts="contact_id\nc1\nc2\nc3",
        surveys="""
            contact_id | sent_at    | answered_at | scale    | score
            c1         | 2026-03-03 | 2026-03-04  | 1-5      | 2
            c2         | 2026-03-03 | 2026-03-04  | good_bad | 1
            c3         | 2026-03-03 | 2026-03-04  | 0-10     | 10
        """,
    )
    assert measured("csat") == {"value": 0, "n": 1}
    assert measured("csat_score") == {"value": 2, "n": 1}
    assert measured("good_share") == {"value": 1, "n": 1}


def test_each_aspect_is_a_mean_of_the_surveys_that_rate_it(warehouse, measured):
    warehouse(
        contacts="contact_id\nc1\nc2\nc3\nc4",
        surveys="""
            contact_id | sent_at    | answered_at | score | professionalism | speed | problem_solving
            c1         | 2026-03-03 | 2026-03-04  | 5     | 5               | 1     | 2
            c2         | 2026-03-03 | 2026-03-04  | 4     | 4               | 2     | 2
            c3         | 2026-03-03 | 2026-03-04  | 4     | 3               |       | 5
            c4         | 2026-03-03 | 2026-03-04  | 4     |                 |       | 5
        """,  # noqa: E501
    )
    assert measured("professionalism_score") == {"value": 4, "n": 3}
    assert measured("speed_score") == {"value": 1.5, "n": 2}
    assert measured("problem_solving_score") == {"value": 3.5, "n": 4}
