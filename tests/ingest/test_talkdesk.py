"""Talkdesk: fractions of a day and seconds in one file, told apart by keys."""

import json

import pytest

OLD = {
    "interaction_id": "a1", "call_type": "inbound", "start_time": "2022-06-30 16:42:24",
    "end_time": "2022-06-30 16:42:38", "talk_time": 0.000069444446, "waiting_time": 0.00005787037,
    "holding_time": 0.0, "customer_phone_number": "+821000000001", "handling_agent": "Alice",
    "transfer?": "No", "csat_score": None, "rating": 2, "team": "T",
}  # fmt: skip
NEW = {
    "call_id": "b1", "callsid": "CA1", "type": "inbound", "start_at": "2026-05-11T01:00:00Z",
    "total_time": 300, "talk_time": 240, "wait_time": 60, "hold_time": 10, "abandon_time": None,
    "customer_phone_number": "+821000000001", "agent_name": "Alice", "csat_score": None,
}  # fmt: skip


def load(intake, *entries: dict, **options):
    text = json.dumps({"entries": entries, "total": len(entries)}, indent=1)
    [report] = intake.load(intake.file("calls.json", text), **options)
    assert report.source == "talkdesk"
    return report


@pytest.mark.parametrize("entries", [(OLD, NEW), (NEW, OLD)])
def test_one_file_holds_both_generations_and_each_keeps_its_units(intake, entries):
    load(intake, *entries)
    columns = "contact_id, answered_at, ended_at, wait_seconds, talk_seconds, hold_seconds"
    assert intake.rows("sessions", columns) == [
        ("talkdesk:a1", "2022-06-30 16:42:29", "2022-06-30 16:42:38", 5, 6, 0),
        ("talkdesk:b1", "2026-05-11 01:01:00", "2026-05-11 01:05:00", 60, 240, 10),
    ]


def test_the_same_customer_and_agent_are_the_same_in_both_and_nobody_is_named(intake):
    load(intake, OLD, NEW)
    assert intake.rows(
        "contacts",
        "count(DISTINCT requester_id), count(DISTINCT agent_id), bool_or(agent_id = 'Alice')",
    ) == [(1, 1, False)]


@pytest.mark.parametrize(
    ("type_", "outcome", "direction", "exclusion"),
    [
        ("abandoned", "abandoned", "inbound", None),
        ("short_abandoned", "abandoned", "inbound", None),
        ("missed", "abandoned", "inbound", None),
        ("voicemail", "voicemail", "inbound", None),
        ("outbound_missed", "unknown", "outbound", "agent_initiated"),
        ("something new", "unknown", "inbound", None),
    ],
)
def test_what_became_of_a_call_follows_from_its_type(intake, type_, outcome, direction, exclusion):
    load(intake, NEW | {"type": type_})
    assert intake.rows("sessions", "outcome") == [(outcome,)]
    assert intake.rows("contacts", "direction, exclusion") == [(direction, exclusion)]


def test_who_leaves_waited_for_the_time_of_leaving(intake):
    left = {"type": "short_abandoned", "wait_time": None, "abandon_time": 4, "total_time": 4}
    load(intake, NEW | left)
    assert intake.rows("sessions", "queue_entered_at, abandoned_at, wait_seconds") == [
        ("2026-05-11 01:00:00", "2026-05-11 01:00:04", 4)
    ]


def test_the_customers_score_is_a_survey_and_the_agents_rating_is_not(intake):
    load(intake, OLD | {"csat_score": 4, "csat_survey_time": "2022-06-30 16:44:40"}, NEW)
    assert intake.rows("surveys", "survey_id, answered_at, scale, score") == [
        ("talkdesk:a1", "2022-06-30 16:44:40", "1-5", 4.0)
    ]


def test_seconds_in_an_old_record_are_refused_instead_of_lasting_years(intake):
    load(intake, OLD | {"talk_time": 360}, NEW)
    assert [reason for _, reason in intake.rejects()] == [
        "a duration is over a week: it is no fraction of a day"
    ]


def test_a_score_off_the_scale_asks_for_the_scale(intake):
    load(intake, NEW | {"csat_score": 9}, OLD)
    assert intake.rows("rejects", "reasons, remedy") == [
        ("csat_score is off the scale 1-5", "tell [scale] name in a mapping, and load again")
    ]
    told = intake.file("mappings/m.toml", '[scale]\nname = "0-10"\n')
    load(intake, NEW | {"csat_score": 9}, mapping=told)
    assert intake.rows("surveys", "scale, score") == [("0-10", 9.0)]
