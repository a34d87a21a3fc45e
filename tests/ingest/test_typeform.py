"""Typeform: answers by the ref of their question, ids in hidden fields, UTC in the CSV."""

import json

import pytest

from pipelines.errors import SettingsError

MAPPING = """
contact_system = "zendesk"
[columns]
score = "csat"
comment = "RUqkXSeXBXSd"
language = "hidden.lang"
[scale]
name = "1-10"
"""
SCORE = {"field": {"id": "hVONkQcnSNRj", "type": "rating", "ref": "csat"}, "type": "number"}
COMMENT = {"field": {"id": "RUqkXSeXBXSd", "type": "long_text", "ref": "why"}, "type": "text"}
ANSWERED = {
    "landing_id": "21085286190ffad1",
    "token": "21085286190ffad1",
    "response_id": "21085286190ffad1",
    "landed_at": "2026-03-02T09:00:00Z",
    "submitted_at": "2026-03-02T09:01:00Z",
    "hidden": {"ticket_id": "0055", "lang": "ko"},
    "answers": [{**COMMENT, "text": "kim@example.com 로 주세요"}, {**SCORE, "number": 9}],
}
OPENED = {
    "token": "31085286190ffad1",
    "landed_at": "2026-03-02T10:00:00Z",
    "hidden": {"ticket_id": "56", "lang": "en"},
    "answers": None,
}


def load(intake, *items: dict, mapping: str = MAPPING):
    intake.file("mappings/t.toml", mapping)
    text = json.dumps({"items": items, "total_items": len(items), "page_count": 1})
    [report] = intake.load(intake.file("t.json", text))
    return report


def test_answers_are_found_by_ref_or_id_and_the_ticket_in_the_hidden_fields(intake):
    report = load(intake, ANSWERED)
    assert (report.source, report.received, report.loaded) == ("typeform", 1, 1)
    assert intake.rows(
        "surveys",
        "survey_id, contact_id, sent_at, answered_at, scale, score, comment, language_raw",
    ) == [
        ("typeform:21085286190ffad1", "zendesk:0055", None, "2026-03-02 09:01:00", "1-10", 9.0,
         "<email> 로 주세요", "ko")
    ]  # fmt: skip


def test_a_form_that_was_opened_and_not_submitted_is_unanswered(intake):
    load(intake, ANSWERED, OPENED)
    assert intake.rows("surveys", "contact_id, answered_at, score", "survey_id DESC")[0] == (
        "zendesk:56", None, None,
    )  # fmt: skip


def test_a_question_that_is_not_there_is_told_with_those_that_are(intake):
    with pytest.raises(SettingsError, match=r"no question 'nps' in t\.json; it has: csat, why, RU"):
        load(intake, ANSWERED, mapping=MAPPING.replace('"csat"', '"nps"'))


def test_the_csv_is_in_utc_as_its_headers_say(intake):
    intake.file("mappings/r.toml", '[columns]\nscore = "Would you?"\n[scale]\nname = "0-10"\n')
    text = "#,Would you?,Submit Date (UTC),Network ID\n2108,0,2026-03-02 09:01:00,n\n"
    intake.load(intake.file("r.csv", text), zone="Asia/Seoul")
    assert intake.rows("surveys", "survey_id, answered_at, score") == [
        ("typeform:2108", "2026-03-02 09:01:00", 0.0)
    ]
