"""Amazon Connect: deliveries again and again, legs of one call, queues without agents."""

import json

import pytest

BASE = {
    "ContactId": "c1",
    "InitialContactId": None,
    "PreviousContactId": None,
    "Channel": "VOICE",
    "InitiationMethod": "INBOUND",
    "InitiationTimestamp": "2026-03-02T00:00:00Z",
    "DisconnectTimestamp": "2026-03-02T00:10:00Z",
    "LastUpdateTimestamp": "2026-03-02T00:12:00Z",
    "DisconnectReason": "CUSTOMER_DISCONNECT",
    "CustomerEndpoint": {"Address": "+821000000003"},
    "Attributes": {"Lang": "KR", "why": "fees"},
    "Queue": {"Name": "Fees", "EnqueueTimestamp": "2026-03-02T00:00:30Z",
              "DequeueTimestamp": "2026-03-02T00:01:00Z", "Duration": 99},
    "Agent": {"Username": "a7", "ConnectedToAgentTimestamp": "2026-03-02T00:01:10Z",
              "AgentInteractionDuration": 500, "CustomerHoldDuration": 40,
              "AfterContactWorkDuration": 60},
}  # fmt: skip


def load(intake, *changes: dict, between: str = "\n", **options):
    text = between.join(json.dumps({**BASE, **change}) for change in changes)
    [report] = intake.load(intake.file("records", text), **options)
    assert report.source == "amazon_connect"
    return report


SESSION = "queue_entered_at, answered_at, abandoned_at, outcome, wait_seconds"


def test_a_wait_is_counted_from_the_queue_to_the_agent_and_not_taken_from_the_vendor(intake):
    load(intake, {})
    assert intake.rows("sessions", SESSION + ", talk_seconds, hold_seconds, wrap_seconds") == [
        ("2026-03-02 00:00:30", "2026-03-02 00:01:10", None, "answered", 40, 500, 40, 60)
    ]


@pytest.mark.parametrize("between", ["\n", "", " \n\n"])
def test_records_may_stand_side_by_side_as_the_stream_writes_them(intake, between):
    report = load(intake, {}, {"ContactId": "c2"}, {"ContactId": "c3"}, between=between)
    assert (report.received, report.loaded) == (3, 3)


def test_a_record_delivered_again_carries_the_time_that_tells_the_later_one(intake):
    load(intake, {"LastUpdateTimestamp": "2026-03-05T00:00:00Z"}, {})
    assert intake.rows("contacts", "contact_id, updated_at") == [
        ("connect:c1", "2026-03-02 00:12:00"), ("connect:c1", "2026-03-05 00:00:00"),
    ]  # fmt: skip


def test_a_queue_without_an_agent_was_abandoned(intake):
    load(intake, {"Agent": None})
    assert intake.rows("sessions", SESSION) == [
        ("2026-03-02 00:00:30", None, "2026-03-02 00:01:00", "abandoned", 30)
    ]


def test_who_hangs_up_before_any_queue_left_without_a_wait(intake):
    load(intake, {"Agent": None, "Queue": None})
    assert intake.rows("sessions", SESSION) == [
        (None, None, "2026-03-02 00:10:00", "abandoned", None)
    ]


def test_a_callback_is_not_abandoned_and_neither_is_the_call_that_asked_for_it(intake):
    load(
        intake,
        {"Agent": None},
        {"ContactId": "c2", "InitialContactId": "c1", "PreviousContactId": "c1", "Agent": None,
         "InitiationMethod": "CALLBACK"},
    )  # fmt: skip
    assert intake.rows("sessions", "contact_id, outcome, abandoned_at") == [
        ("connect:c1", "callback", None), ("connect:c2", "callback", None),
    ]  # fmt: skip


def test_a_transfer_is_a_contact_of_its_own_linked_to_the_first(intake):
    leg = {"InitialContactId": "c1", "InitiationMethod": "TRANSFER"}
    load(intake, {}, {"ContactId": "c2", "PreviousContactId": "c1"} | leg,
         {"ContactId": "c3", "PreviousContactId": "c2"} | leg,
         {"ContactId": "c3", "PreviousContactId": "c2"} | leg)  # fmt: skip
    assert intake.rows("contacts", "contact_id, linked_contact_id, exclusion") == [
        ("connect:c1", None, None), ("connect:c2", "connect:c1", None),
        ("connect:c3", "connect:c1", None), ("connect:c3", "connect:c1", None),
    ]  # fmt: skip
    assert intake.rows("sessions", "DISTINCT contact_id, transfers_count") == [
        ("connect:c1", 2), ("connect:c2", 0), ("connect:c3", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("channel", "method", "kind", "direction", "exclusion"),
    [
        ("VOICE", "OUTBOUND", "call", "outbound", "agent_initiated"),
        ("VOICE", "API", "call", "outbound", "agent_initiated"),
        ("CHAT", "API", "chat", "inbound", None),
        ("EMAIL", "INBOUND", "ticket", "inbound", None),
        ("EMAIL", "AGENT_REPLY", "ticket", "outbound", "agent_initiated"),
        ("TASK", "API", "ticket", "internal", "internal"),
        ("VOICE", "MONITOR", "call", "internal", "internal"),
    ],
)
def test_who_began_a_contact_follows_from_channel_and_method(
    intake, channel, method, kind, direction, exclusion
):
    load(intake, {"Channel": channel, "InitiationMethod": method})
    assert intake.rows("contacts", "kind, direction, exclusion") == [(kind, direction, exclusion)]


def test_the_programming_interface_names_queue_and_agent_otherwise(intake):
    record = {k: v for k, v in BASE.items() if k not in ("ContactId", "Queue", "Agent")}
    queued, connected = "2026-03-02T00:00:30Z", "2026-03-02T00:01:00Z"
    record |= {
        "Id": "d1", "InitialContactId": "d1", "LanguageCode": "ko-KR",
        "QueueInfo": {"Id": "q1", "EnqueueTimestamp": queued},
        "AgentInfo": {"Id": "ag", "ConnectedToAgentTimestamp": connected},
    }  # fmt: skip
    intake.load(intake.file("r.jsonl", json.dumps(record)))
    assert intake.rows("contacts", "contact_id, team, agent_id, language_raw") == [
        ("connect:d1", "q1", "ag", "ko-KR")
    ]
    assert intake.rows("sessions", "outcome, wait_seconds, talk_seconds") == [("answered", 30, 540)]


def test_language_and_topic_stand_where_the_mapping_says_the_flow_wrote_them(intake):
    told = intake.file(
        "mappings/m.toml",
        '[columns]\nlanguage = "Lang"\ntopic = "why"\n[values.language]\nKR = "ko"',
    )
    load(intake, {}, mapping=told)
    assert intake.rows("contacts", "language_raw, language_source, topic_raw") == [
        ("ko", "queue", "fees")
    ]


def test_a_record_that_cannot_be_is_refused(intake):
    report = load(
        intake, {"InitiationTimestamp": None}, {"DisconnectTimestamp": "2026-03-01T00:00:00Z"}, {}
    )
    assert (report.received, report.quarantined) == (3, 2)
    assert intake.rejects() == [
        (1, "InitiationTimestamp is missing, or no time"),
        (2, "DisconnectTimestamp is before InitiationTimestamp"),
    ]


def test_a_time_that_cannot_be_read_makes_no_answered_call_an_abandoned_one(intake):
    agent = BASE["Agent"]
    load(
        intake,
        {},
        {"Agent": agent | {"ConnectedToAgentTimestamp": "2026-13-02T00:01:10Z"}},
        {"Agent": agent | {"CustomerHoldDuration": -1}},
    )
    assert intake.rows("sessions", "outcome") == [("answered",)]
    assert intake.rejects() == [
        (2, "ConnectedToAgentTimestamp is not a time"),
        (3, "CustomerHoldDuration is negative"),
    ]
