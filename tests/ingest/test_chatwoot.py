"""Chatwoot: the API's conversations, messages and events, and the CSV of survey responses."""

import json

import pytest

from pipelines.settings import PROJECT_ROOT

EXPORTS = PROJECT_ROOT / "data" / "exports"
START = 1772409600  # 2026-03-02 00:00:00 UTC


def message(second: int = 0, message_type: int = 1, sender: str | None = "user", **fields) -> dict:
    return {
        "id": 1000 + second, "conversation_id": 5, "message_type": message_type, "content": "...",
        "content_type": "text", "private": False, "created_at": START + second,
        "sender": {"id": 31, "type": sender}, **fields,
    }  # fmt: skip


def conversation(**fields) -> dict:
    return {
        "id": 5, "inbox_id": 1, "status": "open", "created_at": START, "labels": [],
        "last_activity_at": START + 900, "first_reply_created_at": 0, "waiting_since": 0,
        "messages": [], "additional_attributes": {"browser_language": "ko"},
        "meta": {"sender": {"id": 905}, "channel": "Channel::WebWidget"}, **fields,
    }  # fmt: skip


def load(intake, *records: dict) -> None:
    intake.load(intake.file("c.json", json.dumps({"data": {"meta": {}, "payload": records}})))


@pytest.mark.parametrize(
    ("fields", "role", "is_public"),
    [
        ({}, "agent", True),
        ({"private": True}, "agent", False),
        ({"message_type": 0, "sender": "contact"}, "customer", True),
        ({"message_type": 3, "sender": None}, "system", True),
        ({"message_type": 2, "sender": None}, "system", False),
        ({"sender": "agent_bot"}, "bot", True),
        ({"sender_type": "Captain::Assistant"}, "bot", True),
        ({"content_attributes": {"automation_rule_id": 3}}, "system", True),
        ({"additional_attributes": {"campaign_id": 3}}, "system", True),
        ({"sender": None}, "bot", True),
    ],
)
def test_only_public_messages_of_a_user_answer(intake, fields, role, is_public):
    load(intake, message(**fields))
    assert intake.rows("messages", "author_role, is_public") == [(role, is_public)]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Conversation was marked resolved by Kim", "solved"),
        ("Conversation was resolved by Lee", "solved"),
        ("Conversation was marked resolved by system due to 7 days of inactivity", "closed"),
        ("Conversation was marked resolved by Captain due to inactivity", "closed"),
        ("Conversation was reopened by Kim", "open"),
        ("System reopened the conversation due to a new incoming message.", "open"),
        ("Conversation was snoozed by Kim", "pending"),
        ("7 日間会話が非アクティブだったため、システムにより解決済みにされました", "closed"),
        ("佐藤 によって会話は解決済みになりました", "solved"),
        ("佐藤 によって会話が再開されました", "open"),
    ],
)
def test_activities_are_the_status_history_and_their_names_are_not_kept(intake, text, status):
    load(intake, message(60, 2, None, content=text))
    assert intake.rows("status_events", "changed_at, to_status") == [
        ("2026-03-02 00:01:00", status)
    ]
    assert intake.rows("messages", "text") == [(None,)]


def test_an_activity_of_other_kinds_changes_no_status(intake):
    load(intake, message(60, 2, None, content="Assigned to Kim by Lee"))
    assert intake.rows("status_events", "to_status") == []


def test_zero_is_never(intake):
    load(intake, conversation())
    assert intake.rows("contact_clocks", "vendor_first_response_seconds") == [(None,)]


def test_a_conversation_is_loaded_with_the_browsers_language_as_its_persons(intake):
    load(intake, conversation(labels=["fees"], status="resolved"))
    query = "contact_id, kind, channel_raw, status, language_raw, topic_raw, updated_at"
    assert intake.rows("contacts", query) == [
        ("chatwoot:5", "chat", "webwidget", "solved", None, "fees", "2026-03-02 00:15:00")
    ]
    [(requester,)] = intake.rows("contacts", "requester_id")
    assert intake.rows("people", "person_id, role, language_raw") == [(requester, "customer", "ko")]


def test_the_last_message_alone_does_not_tell_the_first_answer(intake):
    whole = conversation(id=6, messages=[message(2)])
    load(intake, conversation(messages=[message(800)]), whole)
    assert intake.rows("messages", "contact_id, message_id") == [("chatwoot:6", "chatwoot:1002")]


def test_all_messages_in_a_conversation_are_read_by_its_display_id(intake):
    opened = message(60, 2, None, content="Conversation was marked open by Captain")
    inside = [message(0, 0, "contact"), opened, message(90)]
    for each in inside:
        each["conversation_id"] = 70001  # the database's
    load(intake, conversation(messages=inside))
    assert intake.rows("messages", "contact_id, author_role", "sent_at") == [
        ("chatwoot:5", "customer"), ("chatwoot:5", "system"), ("chatwoot:5", "agent"),
    ]  # fmt: skip
    assert intake.rows("contacts", "handed_over_at") == [("2026-03-02 00:01:00",)]


@pytest.mark.parametrize(
    ("status", "assignee", "handed_over_at"),
    [("open", None, "2026-03-02 00:00:00"), ("pending", None, None), ("resolved", None, None),
     ("resolved", {"id": 31}, "2026-03-02 00:00:00")],
)  # fmt: skip
def test_what_is_open_or_assigned_is_in_human_hands(intake, status, assignee, handed_over_at):
    meta = {"sender": {"id": 905}, "channel": "Channel::WebWidget", "assignee": assignee}
    load(intake, conversation(status=status, meta=meta))
    assert intake.rows("contacts", "handed_over_at") == [(handed_over_at,)]


def test_a_survey_form_is_a_survey_answered_or_not(intake):
    answer = {"rating": 2, "feedback_message": "write to a@example.com"}
    form = {"content_type": "input_csat", "updated_at": START + 500}
    load(
        intake,
        message(10, 3, None, **form),
        message(20, 3, None, **form,
                content_attributes={"submitted_values": {"csat_survey_response": answer}}),
    )  # fmt: skip
    assert intake.rows("surveys", "sent_at, answered_at, scale, score, comment", "sent_at") == [
        ("2026-03-02 00:00:10", None, None, None, None),
        ("2026-03-02 00:00:20", "2026-03-02 00:08:20", "1-5", 2.0, "write to <email>"),
    ]


def test_every_resolution_is_an_event_and_the_hand_over_too(intake):
    intake.load(EXPORTS / "chatwoot_json" / "reporting_events.jsonl")
    assert intake.rows("status_events", "changed_at, to_status", "changed_at") == [
        ("2026-03-02 00:10:00", "solved"), ("2026-03-02 00:15:00", "open"),
        ("2026-03-02 00:20:00", "solved"),
    ]  # fmt: skip
    handed = ("conversation_bot_handoff", "2026-03-02 00:01:00")
    assert handed in intake.rows("metric_events", "metric, happened_at")


def test_an_event_that_ends_before_it_starts_is_refused(intake):
    event = {"name": "reply_time", "value": 5.0, "conversation_id": 5,
             "event_start_time": START + 9, "event_end_time": START}  # fmt: skip
    load(intake, event)
    assert intake.rejects() == [(1, "event_end_time is before event_start_time")]


@pytest.mark.parametrize(
    ("file", "surveys", "rejects"),
    [
        (
            "csat_en.csv",
            [("chatwoot:1", 5.0, "Thank you", "2026-03-02 00:11:40"),
             ("chatwoot:2", 1.0, "Slow, and my number is <phone>", "2026-03-03 05:00:00"),
             ("chatwoot:5", 3.0, None, "2026-03-12 09:40:12")],
            ["no link to a conversation"],
        ),
        (
            "csat_ko.csv",
            [("chatwoot:3", 4.0, "빠르고 친절했어요", "2026-03-04 01:00:00"),
             ("chatwoot:4", 2.0, "출금이 너무 느려요", "2026-03-05 01:00:00")],
            ["a footer line"],
        ),
        (
            "csat_ja.csv",
            [("chatwoot:6", 5.0, "とても助かりました", "2026-03-06 01:00:00")],
            ["a footer line"] * 2,
        ),
    ],
)  # fmt: skip
def test_survey_responses_are_read_in_any_language(intake, file, surveys, rejects):
    intake.load(EXPORTS / "chatwoot_csv" / file)
    assert intake.rows("surveys", "contact_id, score, comment, answered_at") == surveys
    assert [reason for (reason,) in intake.rows("rejects", "reasons")] == rejects


def test_translated_headers_are_no_unknown_columns(intake):
    intake.load(EXPORTS / "chatwoot_csv" / "csat_ja.csv")
    [manifest] = intake.warehouse.glob("raw/*/manifest.json")
    assert json.loads(manifest.read_text())["columns_unknown"] == []


def test_a_summary_says_which_export_to_take_instead(intake):
    [report] = intake.load(EXPORTS / "chatwoot_csv" / "agents_ja.csv")
    assert report.skipped_reason == (
        "a summary of averages, from which no contact can be taken; load the conversations and"
        " messages of Chatwoot's API instead"
    )
