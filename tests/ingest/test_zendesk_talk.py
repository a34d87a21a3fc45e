"""Zendesk Talk: one time and many seconds tell how long a caller waited."""

import json

import pytest

from pipelines.errors import ZoneError
from pipelines.ingest.privacy import pseudonym
from tests.ingest.conftest import KEY

CALL = {
    "id": 360045612, "created_at": "2026-03-02T00:00:00Z", "updated_at": "2026-03-02T02:10:00Z",
    "agent_id": 9, "customer_id": 7, "ticket_id": 145, "direction": "inbound",
    "completion_status": "completed", "duration": 200, "wait_time": 30, "time_to_answer": 50,
    "talk_time": 140, "hold_time": 10, "wrap_up_time": 25, "ivr_time_spent": 12,
    "callback": False, "voicemail": False, "phone_number": "+82200000000",
}  # fmt: skip


def lines(*records: dict) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def session(intake, **change) -> tuple:
    intake.load(intake.file("calls.jsonl", lines(CALL | change)))
    [row] = intake.rows(
        "sessions", "outcome, queue_entered_at, answered_at, abandoned_at, wait_seconds"
    )
    return tuple(v[11:] if isinstance(v, str) and "-" in v else v for v in row)


def test_the_queue_begins_after_the_menu_and_ends_with_the_answer(intake):
    assert session(intake) == ("answered", "00:00:20", "00:00:50", None, 30)
    assert intake.rows("sessions", "ended_at, talk_seconds, hold_seconds, wrap_seconds") == [
        ("2026-03-02 00:03:20", 140, 10, 25)
    ]


def test_a_call_that_became_a_ticket_is_that_ticket_of_that_customer(intake):
    intake.load(intake.file("calls.json", json.dumps({"calls": [CALL], "count": 1})))
    assert intake.rows("contacts", "contact_id, kind, channel, linked_contact_id, agent_id") == [
        ("zendesk_talk:360045612", "call", "phone", "zendesk:145", "9")
    ]
    assert intake.rows("contacts", "requester_id") == [(pseudonym("7", "zendesk", KEY),)]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"completion_status": "abandoned_in_queue", "agent_id": 0, "talk_time": None},
         ("abandoned", "00:02:50", None, "00:03:20", 30)),
        ({"completion_status": "abandoned_in_ivr", "agent_id": 0, "talk_time": None},
         ("abandoned", None, None, "00:03:20", None)),
        ({"completion_status": "abandoned_in_queue", "agent_id": 0, "wait_time": None},
         ("abandoned", "00:00:12", None, "00:03:20", 188)),
        ({"voicemail": True, "agent_id": 0, "time_to_answer": None},
         ("voicemail", "00:00:12", None, None, 30)),
        ({"callback": True}, ("callback", "00:00:20", "00:00:50", None, 30)),
        ({"direction": "outbound", "agent_id": None, "talk_time": 0},
         ("unknown", None, None, None, None)),
        ({"completion_status": "failed", "agent_id": 0}, ("unknown", None, None, None, None)),
    ],
    ids=["abandoned", "in the menu", "wait not told", "voicemail", "callback", "outbound",
         "failed"],
)  # fmt: skip
def test_calls_without_an_answer_say_how_they_ended(intake, change, expected):
    assert session(intake, **change) == expected


def test_outgoing_calls_do_not_count_and_no_talk_is_not_the_same_as_untold_talk(intake):
    records = [
        CALL | {"id": 1, "direction": "outbound", "agent_id": None, "talk_time": 0},
        CALL | {"id": 2, "direction": "outbound", "agent_id": 9, "talk_time": None},
    ]
    intake.load(intake.file("calls.jsonl", lines(*records)))
    assert intake.rows("contacts", "source_id, direction, exclusion") == [
        ("1", "outbound", "agent_initiated"), ("2", "outbound", "agent_initiated"),
    ]  # fmt: skip
    assert intake.rows("sessions", "contact_id, talk_seconds") == [
        ("zendesk_talk:1", 0), ("zendesk_talk:2", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"hold_time": -3}, "hold_time is negative"),
        ({"talk_time": "1:20"}, "talk_time is not whole seconds"),
        (
            {"wait_time": 500},
            "wait_time is longer than the call",
        ),
        ({"updated_at": "2026-03-01T00:00:00Z"}, "updated_at is before created_at"),
    ],
)
def test_impossible_seconds_are_refused(intake, change, reason):
    [report] = intake.load(intake.file("calls.jsonl", lines(CALL | change)))
    assert (report.received, report.quarantined) == (1, 1)
    assert intake.rejects() == [(1, reason)]


def test_a_table_of_calls_says_the_same_and_needs_a_zone_for_local_times(intake):
    table = "id,created_at,direction,completion_status,wait_time,duration,agent_id,talk_time\n"
    local = "12,2026-03-02 09:00:00,inbound,completed,50,200,9,\n"
    path = intake.file("calls.csv", table + local)
    with pytest.raises(ZoneError, match="no zone was told"):
        intake.load(path)
    intake.load(path, zone="Asia/Seoul")
    assert intake.rows("sessions", "contact_id, answered_at, talk_seconds") == [
        ("zendesk_talk:12", "2026-03-02 00:00:50", None)
    ]


def test_legs_are_known_and_passed_over(intake):
    leg = {"id": 1, "call_id": 5, "user_id": 0, "agent_id": 0, "type": "customer",
           "completion_status": "completed", "talk_time": 3}  # fmt: skip
    [report] = intake.load(intake.file("legs.json", json.dumps({"legs": [leg]})))
    assert (report.source, report.received) == ("zendesk_talk", 0)
    assert report.skipped_reason.startswith("the legs of calls hold nothing that is measured")
