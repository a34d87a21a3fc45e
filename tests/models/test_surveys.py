"""Surveys: sent, answered in time, and which rating counts."""

import pytest

from tests.fixtures import rows_of


def test_answers_are_in_the_window_late_missing_or_still_possible(warehouse):
    connection = warehouse(
        contacts="""
            contact_id | created_at           | updated_at
            c1         | 2026-03-01 00:00:00Z | 2026-03-20 00:00:00Z
        """,
        surveys="""
            survey_id | contact_id | sent_at              | answered_at          | score
            in_time   | c1         | 2026-03-02 00:00:00Z | 2026-03-16 00:00:00Z | 5
            late      | c1         | 2026-03-02 00:00:00Z | 2026-03-16 00:00:01Z | 1
            missing   | c1         | 2026-03-02 00:00:00Z |                      |
            open      | c1         | 2026-03-10 00:00:00Z |                      |
            undated   | c1         |                      | 2026-03-16 00:00:00Z | 4
        """,
    )
    windows = "SELECT survey_id, is_answered_in_window FROM fact_surveys"
    assert dict(connection.execute(windows).fetchall()) == {
        "in_time": True,
        "late": False,
        "missing": False,
        "open": None,
        "undated": None,
    }


def test_surveys_answered_later_do_not_make_contacts_wait_longer(warehouse):
    connection = warehouse(
        contacts="contact_id | created_at           | updated_at\n"
        "c1         | 2026-03-01 00:00:00Z | 2026-03-02 00:00:00Z",
        surveys="""
            survey_id | contact_id | sent_at              | answered_at          | score
            late      | c1         | 2026-03-02 00:00:00Z | 2026-03-20 00:00:00Z | 5
            missing   | c1         | 2026-03-02 00:00:00Z |                      |
        """,
    )
    followed = connection.execute("SELECT followed_seconds FROM fact_contacts").fetchall()
    assert followed == [(86_400,)]
    # the survey that nobody answered is known until the 20th
    windows = "SELECT survey_id, is_answered_in_window FROM fact_surveys"
    assert dict(connection.execute(windows).fetchall()) == {"late": False, "missing": False}


@pytest.mark.loads(
    contacts="contact_id\nc1",
    surveys="""
        survey_id | answered_at          | scale    | score
        a         | 2026-03-02 00:00:00Z | 1-5      | 3
        b         | 2026-03-02 00:00:00Z | 1-5      | 4
        c         | 2026-03-02 00:00:00Z | good_bad | 1
        d         | 2026-03-02 00:00:00Z | good_bad | 0
        e         | 2026-03-02 00:00:00Z | 0-10     | 8
        f         | 2026-03-02 00:00:00Z | 0-10     | 9
        g         | 2026-03-02 00:00:00Z | 1-7      | 6
        h         |                      |          |
    """,
)
def test_each_scale_has_its_own_top_two_boxes(connection):
    satisfied = "SELECT survey_id, is_satisfied FROM fact_surveys"
    assert dict(connection.execute(satisfied).fetchall()) == {
        "a": False, "b": True, "c": True, "d": False, "e": False, "f": True, "g": True, "h": None,
    }  # fmt: skip


@pytest.mark.loads(
    contacts="contact_id\nc1",
    surveys="""
        survey_id | contact_id | sent_at              | answered_at          | score
        first     | c1         | 2026-03-02 00:00:00Z | 2026-03-02 01:00:00Z | 5
        last      | c1         | 2026-03-02 00:00:00Z | 2026-03-03 01:00:00Z | 2
        too_late  | c1         | 2026-03-02 00:00:00Z | 2026-04-03 01:00:00Z | 1
        unknown   |            | 2026-03-02 00:00:00Z | 2026-03-02 01:00:00Z | 3
    """,
)
def test_the_last_rating_of_a_contact_within_the_window_counts(connection):
    last = "SELECT survey_id FROM fact_surveys WHERE is_last_rating ORDER BY 1"
    assert connection.execute(last).fetchall() == [("last",), ("unknown",)]


@pytest.mark.loads(
    contacts="""
        contact_id | channel | language | topic | team | agent_id | created_at
        c1         | email   | ja       | kyc   | t1   | kim      | 2026-03-02 00:00:00Z
    """,
    messages="contact_id | sent_at | author_role\nc1 | 2026-03-02 00:01:00Z | agent",
    surveys="""
        survey_id | contact_id | answered_at          | score | language_raw
        known     | c1         | 2026-03-02 16:00:00Z | 5     | ko
        unknown   | nobody     | 2026-03-02 16:00:00Z | 5     | ko
    """,
)
def test_a_survey_takes_queue_and_wait_of_its_contact(connection):
    assert rows_of(
        connection,
        "SELECT channel, language, topic, team, agent_id, first_response_seconds AS wait,"
        " CAST(answered_on AS VARCHAR) AS answered_on FROM fact_surveys ORDER BY survey_id",
    ) == [
        {"channel": "email", "language": "ja", "topic": "kyc", "team": "t1", "agent_id": "kim",
         "wait": 60, "answered_on": "2026-03-03"},
        {"channel": "unknown", "language": "ko", "topic": "unknown", "team": None,
         "agent_id": None, "wait": None, "answered_on": "2026-03-03"},
    ]  # fmt: skip


LEAST_SATISFIED = {
    "good_bad": (1, 0), "0-1": (1, 0), "1-3": (3, 2), "1-5": (4, 3), "1-7": (6, 5),
    "1-10": (9, 8), "0-10": (9, 8), "signed": (1, 0),
}  # fmt: skip
"""Scale -> the lowest score that is satisfied, and the one below it."""


def of_each_scale() -> str:
    """Two surveys of each scale, of which one is satisfied."""
    return "survey_id | contact_id | answered_at | scale | score\n" + "\n".join(
        f"{scale} {word} | {word} | 2026-03-02 12:00:00Z | {scale} | {score}"
        for scale, scores in LEAST_SATISFIED.items()
        for word, score in zip(("yes", "no"), scores, strict=True)
    )


@pytest.mark.loads(contacts="contact_id\nyes\nno", surveys=of_each_scale())
def test_each_scale_has_its_own_rule_of_who_is_satisfied(connection):
    found = connection.execute("SELECT survey_id, is_satisfied FROM fact_surveys").fetchall()
    assert dict(found) == {
        f"{scale} {word}": word == "yes" for scale in LEAST_SATISFIED for word in ("yes", "no")
    }
