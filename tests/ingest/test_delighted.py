"""Delighted: epoch seconds, the scale of the survey's type, one type a file."""

import json

import pytest

from pipelines.errors import SettingsError


def response(id_: str, score: int, survey_type: str = "nps") -> dict:
    return {
        "id": id_, "person": "9", "survey_type": survey_type, "score": score, "comment": "fine",
        "created_at": 1772420400, "updated_at": 1772424000,
        "person_properties": {"Ticket ID": "55"}, "tags": [],
    }  # fmt: skip


def load(intake, *responses: dict, mapping: str = 'contact_system = "zendesk"'):
    intake.file("mappings/d.toml", mapping)
    [report] = intake.load(intake.file("d.json", json.dumps(responses)))
    return report


def test_an_nps_score_is_on_0_to_10_and_0_is_a_score(intake):
    report = load(intake, response("1", 0))
    assert (report.source, report.loaded) == ("delighted", 1)
    assert intake.rows(
        "surveys", "survey_id, contact_id, answered_at, updated_at, scale, score, comment"
    ) == [
        ("delighted:1", "zendesk:55", "2026-03-02 03:00:00", "2026-03-02 04:00:00", "nps", 0.0,
         "fine")
    ]  # fmt: skip


def test_scales_are_not_mixed_within_a_file(intake):
    load(intake, response("1", 9), response("2", 4, "csat"))
    assert intake.rejects() == [
        (2, "survey_type is not nps, as of the records before: another scale")
    ]


def test_the_scale_of_another_type_must_be_told(intake):
    with pytest.raises(SettingsError, match=r'must tell \[scale\] name = "1-5"'):
        load(intake, response("1", 3, "ces"))
    load(intake, response("1", 3, "ces"), mapping='contact_system = "x"\n[scale]\nname = "1-7"')
    assert intake.rows("surveys", "scale, score") == [("1-7", 3.0)]
