"""Quality reviews: acceptance case 23, and which reviews estimate quality."""

import pytest


@pytest.mark.case(23)
# Acceptance case 23; the last review is 0 because a critical category is under a half.
@pytest.mark.loads(
    contacts="contact_id\nc1\nc2\nc3\nc4\nc5",
    reviews="""
        review_id | contact_id | category | score | is_critical
        r1        | c1         | all      | 100   | false
        r2        | c2         | all      | 9.91  | false
        r3        | c3         | all      | 63.96 | false
        r4        | c4         | all      | 90.99 | false
        r5        | c5         | all      | 100   | false
        r5        | c5         | security | 49    | true
    """,
)
def test_the_quality_score_is_the_mean_of_the_reviews(measured):
    assert measured("iqs") == {"value": 52.972, "n": 5}


# r1: (2 * 3/4 + 1 * 1) / 3; what does not apply takes its weight along. r2: half is enough.
# r3 has nothing that applies and is no review; r4 has one category without weight.
@pytest.mark.loads(
    contacts="contact_id | topic\nc1 | r1\nc2 | r2\nc3 | r3\nc4 | r4",
    reviews="""
        review_id | contact_id | category | score | score_min | score_max | weight | is_critical
        r1        | c1         | accuracy | 4     | 1         | 5         | 2      | false
        r1        | c1         | tone     | 1     | 0         | 1         | 1      | false
        r1        | c1         | policy   |       | 0         | 1         | 7      | true
        r2        | c2         | security | 50    | 0         | 100       | 1      | true
        r3        | c3         | tone     |       | 0         | 1         | 1      | false
        r4        | c4         | accuracy | 1     | 0         | 4         | 1      | false
        r4        | c4         | greeting | 4     | 0         | 4         | 0      | false
    """,
)
def test_a_review_is_the_weighted_mean_of_the_categories_that_apply(measured_by):
    assert measured_by("iqs", "topic") == {
        "r1": (83.333333, 1),
        "r2": (50, 1),
        "r4": (25, 1),
    }


@pytest.mark.loads(
    contacts="contact_id\nc1\nc2\nc3",
    reviews="""
        review_id | contact_id | score | drawn       | selection_probability
        r1        | c1         | 90    | random      | 0.01
        r2        | c2         | 50    | random      | 0.1
        r3        | c3         | 5     | targeted    |
        r4        | c1         | 10    | calibration |
    """,
)
def test_only_random_draws_estimate_and_each_stands_for_those_it_was_drawn_from(measured):
    assert measured("iqs") == {"value": 70, "n": 2}
    assert measured("iqs_weighted") == {"value": 86.363636, "n": 2}


def test_a_corrected_scorecard_replaces_the_older_one(warehouse, measured):
    warehouse.load(
        contacts="contact_id\nc1",
        reviews="""
            review_id | contact_id | score | updated_at
            r1        | c1         | 80    | 2026-03-06 00:00:00Z
        """,
    )
    warehouse(
        reviews="""
            review_id | contact_id | score | updated_at
            r1        | c1         | 20    | 2026-03-05 00:00:00Z
        """
    )
    assert measured("iqs") == {"value": 80, "n": 1}
