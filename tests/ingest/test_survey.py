"""Surveys told by a mapping file: scales, direction, sent and not answered."""

import pytest

from pipelines.errors import SettingsError

MAPPING = """
source = "survey"
system = "forms"
contact_system = "zendesk"
zone = "Asia/Seoul"
[columns]
id = "Id"
contact_id = "Ticket"
sent_at = "Sent"
answered_at = "Answered"
score = "Score"
professionalism = "Manners"
comment = "Comment"
[scale]
name = "1-5"
"""
HEADER = "Id,Ticket,Sent,Answered,Score,Manners,Comment\n"
SENT = "2026-03-02 09:00"


def load(intake, *lines: str, mapping: str = MAPPING):
    told = intake.file("mappings/s.toml", mapping)
    [report] = intake.load(intake.file("s.csv", HEADER + "\n".join(lines) + "\n"), mapping=told)
    return report


def test_a_survey_belongs_to_the_contact_of_the_system_it_names(intake):
    load(intake, f"1,55,{SENT},2026-03-02 10:00,4,5,call 010-1234-5678")
    assert intake.rows(
        "surveys",
        "survey_id, contact_id, sent_at, answered_at, scale, score, professionalism, comment",
    ) == [
        ("forms:1", "zendesk:55", "2026-03-02 00:00:00", "2026-03-02 01:00:00", "1-5", 4.0, 5,
         "call <phone>")
    ]  # fmt: skip


def test_sent_and_not_answered_has_no_scale_and_no_score(intake):
    load(intake, f"1,55,{SENT},,,,")
    assert intake.rows("surveys", "sent_at, answered_at, scale, score") == [
        ("2026-03-02 00:00:00", None, None, None)
    ]


def test_where_one_is_the_best_scores_are_turned_round(intake):
    load(intake, f"1,55,{SENT},2026-03-02 10:00,1,2,", mapping=MAPPING + "best = 1\n")
    assert intake.rows("surveys", "score_raw, score, professionalism") == [("1", 5.0, 4)]


def test_answers_in_words_have_the_number_that_the_mapping_tells(intake):
    mapping = MAPPING + '[scale.values]\n"매우 만족" = 5\n'
    load(intake, f"1,55,{SENT},2026-03-02 10:00,매우 만족,,", mapping=mapping)
    assert intake.rows("surveys", "score_raw, score") == [("매우 만족", 5.0)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f",55,{SENT},,,,", "Id is missing"),
        (f"1,55,{SENT},2026-03-02 10:00,7,,", "Score is off the scale 1-5"),
        (f"1,55,{SENT},2026-03-02 10:00,fine,,", "Score is not a score of the scale 1-5"),
        (f"1,55,{SENT},2026-03-02 08:00,4,,", "Answered is before Sent"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_with_its_local_day(intake, line, reason):
    load(intake, f"9,55,{SENT},,,,", line)
    assert intake.rows("rejects", "line, reasons, table_name, received_on") == [
        (3, reason, "surveys", "2026-03-02")
    ]


def test_aspects_are_on_1_to_5_whatever_the_scale_of_the_score(intake):
    mapping = MAPPING.replace('name = "1-5"', 'name = "0-10"')
    load(intake, f"1,55,{SENT},2026-03-02 10:00,0,5,", f"2,55,{SENT},,9,8,", mapping=mapping)
    assert intake.rows("surveys", "score, professionalism") == [(0.0, 5)]
    assert intake.rejects() == [(3, "Manners is off the scale 1-5")]


def test_zero_is_not_rated_only_where_the_mapping_says_so(intake):
    line = f"1,55,{SENT},2026-03-02 10:00,0,,"
    load(intake, line)
    assert intake.rejects() == [(2, "Score is off the scale 1-5")]
    load(intake, line + " ", mapping=MAPPING + '[missing]\nScore = ["0"]\n')
    assert intake.rows("surveys", "answered_at, scale, score") == [(None, None, None)]


def test_a_scale_must_be_told(intake):
    with pytest.raises(SettingsError, match=r"s\.toml: \[scale\] name: is required"):
        load(intake, f"1,55,{SENT},,,,", mapping=MAPPING.split("[scale]")[0])
