"""Zendesk's histories: audits, ticket events and metric events tell what happened when."""

import json

from pipelines.ingest.privacy import pseudonym
from tests.ingest.conftest import KEY

AUDIT = {
    "id": 1, "ticket_id": 145, "created_at": "2026-03-02T09:00:00Z", "author_id": 7,
    "via": {"channel": "web"}, "metadata": {}, "events": [
        {"id": 11, "type": "Comment", "author_id": 7, "public": True, "body": "me@example.com"},
        {"id": 12, "type": "Create", "field_name": "status", "value": "new"},
        {"id": 13, "type": "Create", "field_name": "tags", "value": ["ko", "vip"]},
    ],
}  # fmt: skip
SOLVED = {
    "id": 2, "ticket_id": 145, "created_at": "2026-03-02T10:00:00Z", "author_id": 9,
    "via": {"channel": "web"}, "events": [
        {"id": 21, "type": "Comment", "author_id": 9, "public": False, "body": "note"},
        {"id": 22, "type": "Change", "field_name": "status", "value": "solved",
         "previous_value": "new"},
        {"id": 23, "type": "Change", "field_name": "group_id", "value": "4", "previous_value": "3"},
        {"id": 24, "type": "Notification", "subject": "hello", "body": "mail"},
        {"id": 25, "type": "Comment", "author_id": -1, "public": True, "body": "bye",
         "via": {"channel": "rule"}},
    ],
}  # fmt: skip


def test_audits_tell_statuses_and_comments_and_are_counted_themselves(intake):
    text = json.dumps({"audits": [AUDIT, SOLVED], "count": 2})
    [report] = intake.load(intake.file("a.json", text))
    assert (report.source, report.received, report.quarantined) == ("zendesk_events", 2, 0)
    assert intake.rows("status_events", "contact_id, changed_at, from_status, to_status") == [
        ("zendesk:145", "2026-03-02 09:00:00", None, "new"),
        ("zendesk:145", "2026-03-02 10:00:00", "new", "solved"),
    ]
    assert intake.rows("messages", "message_id, author_id, author_role, is_public, text") == [
        ("zendesk:11", pseudonym("7", "zendesk", KEY), None, True, "<email>"),
        ("zendesk:21", pseudonym("9", "zendesk", KEY), None, False, "note"),
        ("zendesk:25", None, "bot", True, "bye"),
    ]


def test_ticket_events_tell_the_same_in_their_own_words(intake):
    event = {
        "id": 5, "ticket_id": 145, "timestamp": 1772442000, "updater_id": 9, "via": "Web form",
        "event_type": "Audit", "child_events": [
            {"id": 51, "event_type": "Change", "status": "pending", "previous_value": "open"},
            {"id": 52, "event_type": "Comment", "type": "Comment", "public": True,
             "body": "answer", "author_id": 9, "via": "Web form"},
            {"id": 53, "event_type": "Change", "priority": "high", "previous_value": "low"},
        ],
    }  # fmt: skip
    intake.load(intake.file("e.json", json.dumps({"ticket_events": [event], "end_time": 1})))
    assert intake.rows("status_events", "changed_at, from_status, to_status") == [
        ("2026-03-02 09:00:00", "open", "pending")
    ]
    assert intake.rows("messages", "message_id, author_id, text") == [
        ("zendesk:52", pseudonym("9", "zendesk", KEY), "answer")
    ]


def test_an_audit_without_a_time_is_refused_with_all_its_events(intake):
    text = json.dumps(AUDIT | {"created_at": "soon"}) + "\n" + json.dumps(SOLVED) + "\n"
    [report] = intake.load(intake.file("a.jsonl", text))
    assert (report.received, report.loaded, report.quarantined) == (2, 1, 1)
    assert intake.rejects() == [(1, "created_at is missing or no time")]
    assert intake.rows("status_events", "to_status") == [("solved",)]


def test_metric_events_are_the_helpdesks_own_clocks(intake):
    event = {
        "id": 926232157301, "ticket_id": 145, "metric": "reply_time", "instance_id": 0,
        "type": "measure", "time": "2026-03-02T09:00:00Z",
    }  # fmt: skip
    breach = event | {
        "id": 926232757371, "instance_id": 1, "type": "breach", "deleted": False,
        "sla": {"target": 60, "business_hours": False, "policy": {"id": 1}},
    }  # fmt: skip
    untimed = event | {"id": 3, "time": None}
    path = intake.file(
        "m.json", json.dumps({"ticket_metric_events": [event, breach, untimed]}, indent=1)
    )
    [report] = intake.load(path)
    assert (report.received, report.quarantined) == (3, 1)
    assert intake.rows(
        "metric_events", "event_id, contact_id, metric, instance, event, happened_at"
    ) == [
        ("zendesk:926232157301", "zendesk:145", "reply_time", 0, "measure", "2026-03-02 09:00:00"),
        ("zendesk:926232757371", "zendesk:145", "reply_time", 1, "breach", "2026-03-02 09:00:00"),
    ]
    assert intake.rejects() == [(3, "time is missing")]
