"""What other records than its own tell of a contact: merges, links, names of teams, ratings."""

import pytest

from tests.fixtures import rows_of


@pytest.mark.loads(
    contacts="""
        contact_id | created_at           | linked_contact_id
        zendesk:1  | 2026-03-02 09:00:00Z |
        zendesk:2  | 2026-03-02 10:00:00Z |
    """,
    relations="""
        contact_id | relation    | other_contact_id
        zendesk:1  | merged_into | zendesk:2
    """,
)
def test_a_merge_told_by_another_file_counts_as_one_told_by_the_contact(connection):
    assert rows_of(
        connection,
        "SELECT contact_id, exclusion, merged_into, CAST(arrived_at AS VARCHAR) AS arrived"
        " FROM fact_contacts ORDER BY 1",
    ) == [
        {"contact_id": "zendesk:1", "exclusion": "merged", "merged_into": "zendesk:2",
         "arrived": "2026-03-02 09:00:00"},
        {"contact_id": "zendesk:2", "exclusion": None, "merged_into": None,
         "arrived": "2026-03-02 09:00:00"},
    ]  # fmt: skip


@pytest.mark.loads(
    contacts="contact_id | kind\nzendesk:1 | ticket\nzendesk_messaging:a | chat",
    relations="""
        contact_id          | relation  | other_contact_id
        zendesk_messaging:a | linked_to | zendesk:1
    """,
)
def test_a_link_told_by_another_file_leaves_one_contact_counted(connection):
    assert connection.execute(
        "SELECT contact_id, exclusion FROM fact_contacts ORDER BY 1"
    ).fetchall() == [
        ("zendesk:1", "linked"),
        ("zendesk_messaging:a", None),
    ]


def test_a_team_is_called_by_its_name_where_an_export_tells_it(warehouse):
    connection = warehouse(
        contacts="contact_id | team\na | 36\nb | 37\nc |",
        teams="team_id | name | updated_at\nzendesk:36 | Seoul | 2026-03-02 09:00:00",
    )
    teams = connection.execute("SELECT contact_id, team FROM fact_contacts ORDER BY 1").fetchall()
    assert teams == [
        ("a", "Seoul"), ("b", "37"), ("c", None),
    ]  # fmt: skip


def test_of_a_rating_in_the_ticket_and_in_the_survey_export_the_export_counts(warehouse):
    connection = warehouse(
        contacts="contact_id\nzendesk:1\nzendesk:2",
        surveys="""
            survey_id | contact_id | answered_at          | score
            zendesk:1 | zendesk:1  | 2026-03-09 09:00:00Z | 5
            zendesk:2 | zendesk:2  | 2026-03-09 09:00:00Z | 5
            zendesk:9 | zendesk:1  | 2026-03-02 09:00:00Z | 5
            mail:7    | zendesk:2  | 2026-03-03 09:00:00Z | 1
        """,
    )
    surveys = connection.execute("SELECT survey_id FROM fact_surveys ORDER BY 1").fetchall()
    assert surveys == [("mail:7",), ("zendesk:2",), ("zendesk:9",)]


@pytest.mark.loads(
    contacts="contact_id\na\nb",
    contact_tags="contact_id | tag\na | vip\na | spam\nb | spammer",
)
def test_tags_told_apart_from_their_contact_exclude_it_too(connection):
    found = connection.execute("SELECT contact_id, exclusion FROM fact_contacts ORDER BY 1")
    assert found.fetchall() == [("a", "spam"), ("b", None)]
