"""Qualtrics: three header rows, previews and tests, choices in the words of five languages."""

import csv
import io

import pytest
import xlsxwriter

from pipelines.errors import SettingsError, ZoneError

HEADERS = """StartDate,EndDate,Status,Finished,RecordedDate,ResponseId,UserLanguage,Q1,Q2,ticket_id
Start Date,End Date,Response Type,Finished,Recorded Date,Response ID,User Language,"How
satisfied
were you?","Speed, of the answer",ticket_id
"{""ImportId"":""startDate""}","{""ImportId"":""endDate""}","{""ImportId"":""status""}","{""ImportId"":""finished""}","{""ImportId"":""recordedDate""}","{""ImportId"":""_recordId""}","{""ImportId"":""userLanguage""}","{""ImportId"":""QID1""}","{""ImportId"":""QID2""}","{""ImportId"":""ticket_id""}"
"""
MAPPING = """
contact_system = "zendesk"
zone = "Asia/Seoul"
[columns]
score = "Q1"
speed = "Q2"
[scale]
name = "1-5"
[scale.values]
"매우 만족" = 5
"Dissatisfied" = 2
"""


def answer(id_: str, status: str, score: str, speed: str = "") -> str:
    times = "2026-03-02 09:00:00,2026-03-02 09:01:00"
    return f"{times},{status},True,2026-03-02 09:01:02,{id_},KO,{score},{speed},55\n"


def load(intake, *answers: str, headers: str = HEADERS, mapping: str = MAPPING, **options):
    if mapping:
        intake.file("mappings/q.toml", mapping)
    [report] = intake.load(intake.file("q.csv", headers + "".join(answers)), **options)
    return report


def test_choices_are_scores_by_the_mapping_and_the_start_is_no_offer(intake):
    report = load(intake, answer("R_1", "IP Address", "매우 만족", "4"))
    assert (report.source, report.received, report.loaded) == ("qualtrics", 1, 1)
    assert intake.rows(
        "surveys",
        "survey_id, contact_id, sent_at, answered_at, scale, score_raw, score, speed, language_raw",
    ) == [
        ("qualtrics:R_1", "zendesk:55", None, "2026-03-02 00:01:02", "1-5", "매우 만족", 5.0, 4,
         "KO")
    ]  # fmt: skip


def test_previews_tests_and_spam_are_left_out_with_their_reason_and_the_books_balance(intake):
    report = load(
        intake,
        answer("R_1", "IP Address", "Dissatisfied"),
        answer("R_2", "Survey Preview", "매우 만족"),
        answer("R_3", "Survey Test", "no such choice"),
        answer("R_4", "8", "매우 만족"),
    )
    assert (report.received, report.loaded, report.quarantined) == (4, 1, 3)
    assert [reason for _, reason in intake.rejects()] == [
        "a preview of the survey, no customer's answer",
        "a test of the survey, no customer's answer",
        "spam by Qualtrics' judgement",
    ]


def test_a_recode_that_is_off_the_scale_is_refused(intake):
    load(intake, answer("R_1", "IP Address", "12"), answer("R_2", "IP Address", "5"))
    assert intake.rejects() == [(6, "Q1 is off the scale 1-5")]


def test_an_export_with_one_header_row_reads_the_same(intake):
    one_row = HEADERS.split("\n", 1)[0] + "\n"
    report = load(intake, answer("R_1", "IP Address", "5"), headers=one_row)
    assert (report.received, report.loaded) == (1, 1)


def test_an_answer_that_was_changed_later_is_the_newer_delivery(intake):
    load(intake, answer("R_1", "IP Address", "5"))
    changed = answer("R_1", "IP Address", "2").replace("09:01:02", "10:30:00")
    intake.load(
        intake.file("later/q.csv", HEADERS + changed), mapping=intake.folder / "mappings/q.toml"
    )
    assert intake.rows("surveys", "survey_id, updated_at, score", "updated_at") == [
        ("qualtrics:R_1", "2026-03-02 00:01:02", 5.0),
        ("qualtrics:R_1", "2026-03-02 01:30:00", 2.0),
    ]


def test_without_a_mapping_the_error_shows_the_columns_and_where_to_start(intake):
    with pytest.raises(SettingsError) as caught:
        load(intake, answer("R_1", "IP Address", "5"), mapping="", zone="Asia/Seoul")
    message = str(caught.value)
    assert 'must tell [columns] score = "<column>"; write it to mappings/q.toml' in message
    assert "support-quality inspect q.csv --write" in message
    assert message.endswith("'UserLanguage', 'Q1', 'Q2', 'ticket_id'")


def test_whose_tickets_are_meant_must_be_told(intake):
    with pytest.raises(SettingsError, match='must tell contact_system = "zendesk"'):
        load(intake, answer("R_1", "IP Address", "5"), mapping=MAPPING.split("\n", 2)[2])


def test_the_zone_must_be_told(intake):
    with pytest.raises(ZoneError, match="its times carry no offset"):
        load(
            intake,
            answer("R_1", "IP Address", "5"),
            mapping=MAPPING.replace('zone = "Asia/Seoul"', ""),
        )


def test_a_workbook_of_answers_reads_like_the_csv(intake):
    rows = list(csv.reader(io.StringIO(HEADERS + answer("R_1", "IP Address", "매우 만족", "4"))))
    with xlsxwriter.Workbook(intake.folder / "q.xlsx") as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(rows):
            sheet.write_row(line, 0, row)
    intake.file("mappings/q.toml", MAPPING)
    [report] = intake.load(intake.folder / "q.xlsx")
    assert (report.source, report.received, report.loaded) == ("qualtrics", 1, 1)
    assert intake.rows("surveys", "survey_id, answered_at, score, speed") == [
        ("qualtrics:R_1", "2026-03-02 00:01:02", 5.0, 4)
    ]
