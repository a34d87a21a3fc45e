"""Scorecards of quality reviews: one category a row."""

import pytest

from pipelines.errors import SettingsError

HEADER = (
    "review_id,contact_id,reviewer_id,category,score,score_max,weight,is_critical,drawn,"
    "selection_probability,reviewed_at"
)
MAPPING = 'zone = "Asia/Seoul"\ncontact_system = "zendesk"\n'


def load(intake, *rows: str, mapping: str = MAPPING, header: str = HEADER):
    intake.file("mappings/cards.toml", mapping)
    [report] = intake.load(intake.file("cards.csv", "\n".join([header, *rows]) + "\n"))
    return report


def test_a_scorecard_is_known_by_its_headers_and_what_does_not_apply_stays_empty(intake):
    report = load(
        intake,
        "R1,55,9001,accuracy,4,5,2,no,random,0.05,2026-03-02 18:00:00",
        "R1,55,9001,tone,N/A,5,,yes,Random,0.05,2026-03-02 18:00:00",
    )
    assert (report.source, report.loaded, report.quarantined) == ("reviews", 2, 0)
    assert intake.rows(
        "reviews",
        "review_id, contact_id, category, score, score_min, score_max, weight, is_critical, drawn,"
        " selection_probability, reviewed_at",
    ) == [
        ("reviews:R1", "zendesk:55", "accuracy", 4.0, 0.0, 5.0, 2.0, False, "random", 0.05,
         "2026-03-02 09:00:00"),
        ("reviews:R1", "zendesk:55", "tone", None, 0.0, 5.0, 1.0, True, "random", 0.05,
         "2026-03-02 09:00:00"),
    ]  # fmt: skip


def test_what_cannot_be_a_score_or_a_draw_is_refused_with_its_reason(intake):
    load(
        intake,
        "R1,55,9001,accuracy,6,5,1,no,random,0.05,2026-03-02 18:00:00",
        "R2,55,9001,accuracy,good,5,1,no,random,0.05,2026-03-02 18:00:00",
        "R3,55,9001,accuracy,4,5,1,perhaps,random,0.05,2026-03-02 18:00:00",
        "R4,55,9001,accuracy,4,5,1,no,picked,0.05,2026-03-02 18:00:00",
        "R5,55,9001,accuracy,4,5,1,no,random,5,2026-03-02 18:00:00",
        "R6,55,9001,accuracy,nan,5,1,no,random,0.05,2026-03-02 18:00:00",
    )
    assert [reason for _, reason in intake.rejects()] == [
        "score is off its scale",
        "score is not a number",
        "is_critical is neither yes nor no",
        "drawn is none of random, targeted, calibration",
        "selection_probability is not above 0 and at most 1",
        "score is not a number",
    ]


def test_a_card_that_waits_for_its_reviewer_is_told_from_one_without_a_date(intake):
    report = load(
        intake,
        "R1,55,9001,accuracy,4,5,1,no,random,0.05,2026-03-02 18:00:00",
        "R2,56,9001,accuracy,,5,1,no,random,0.05,",
        "R3,57,9001,accuracy,4,5,1,no,random,0.05,",
        "R4,58,9001,accuracy,,5,1,no,random,0.05,2026-03-02 18:00:00",
    )
    assert (report.received, report.loaded, report.quarantined) == (4, 2, 2)
    assert intake.rejects() == [(3, "not reviewed yet"), (4, "reviewed_at is missing")]


def test_a_tool_of_its_own_is_told_by_a_mapping_and_names_become_pseudonyms(intake):
    load(
        intake,
        "R1,55,Kim Soyun,Greeting,Pass,2026-03-02 18:00:00",
        header="Card,Ticket,Grader,Section,Result,Graded",
        mapping=MAPPING + """
            source = "reviews"
            [columns]
            review_id = "Card"
            contact_id = "Ticket"
            reviewer_id = { column = "Grader", pseudonym = true }
            category = "Section"
            score = "Result"
            reviewed_at = "Graded"
            [constants]
            score_max = "1"
            drawn = "targeted"
            [values.score]
            Pass = "1"
            Fail = "0"
        """,
    )  # fmt: skip
    [(reviewer, category, score, drawn)] = intake.rows(
        "reviews", "reviewer_id, category, score, drawn"
    )
    assert (category, score, drawn) == ("Greeting", 1.0, "targeted")
    assert "Kim" not in reviewer


def test_how_contacts_were_drawn_is_never_guessed(intake):
    with pytest.raises(SettingsError, match=r"\[columns\] drawn is required"):
        load(intake, "R1,55,a,4,5,2026-03-02", header="review_id,contact_id,category,score,"
             "score_max,reviewed_at")  # fmt: skip
