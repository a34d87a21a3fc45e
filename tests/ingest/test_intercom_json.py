"""Intercom's API: bots, leads, campaigns and out-of-office clocks."""

import json

import pytest

from pipelines.settings import PROJECT_ROOT

EXPORTS = PROJECT_ROOT / "data" / "exports" / "intercom_json"
RECORDS = PROJECT_ROOT.parent / "shared" / "data" / "vendor_records"
START = 1772409600  # 2026-03-02 00:00:00 UTC


def author(type_: str, id_: str) -> dict:
    return {"type": type_, "id": id_, "name": "Kim", "email": "kim@example.com"}


CONTACT, ADMIN, BOT = author("user", "5f"), author("admin", "814"), author("bot", "4423434")


def part(second: int, who: dict, body: str | None = "...", part_type: str = "comment") -> dict:
    return {
        "type": "conversation_part", "id": f"p{second}", "part_type": part_type, "body": body,
        "created_at": START + second, "author": who, "conversation_id": "9",
    }  # fmt: skip


def conversation(*parts: dict, by: dict = CONTACT, delivered_as="customer_initiated", **fields):
    return {
        "type": "conversation", "id": "9", "created_at": START, "updated_at": START + 9000,
        "source": {"type": "conversation", "delivered_as": delivered_as, "body": "<p>hi</p>",
                   "author": by},
        "contacts": {"contacts": [{"id": "5f"}]}, "first_contact_reply": None, "state": "open",
        "tags": {"tags": []}, "statistics": {}, "conversation_rating": None,
        "conversation_parts": {"conversation_parts": list(parts)}, **fields,
    }  # fmt: skip


def load(intake, *records: dict) -> None:
    intake.load(intake.file("c.json", json.dumps(records)))


def test_bots_and_notes_do_not_answer(intake):
    load(
        intake,
        conversation(
            part(3, BOT), part(60, ADMIN, "for us", "note"), part(90, ADMIN, None, "assignment"),
            part(120, ADMIN), by=author("lead", "5f"),
        ),
    )  # fmt: skip
    assert intake.rows("messages", "message_id, author_role, is_public", "sent_at") == [
        ("intercom:9-source", "customer", True),
        ("intercom:p3", "bot", True),
        ("intercom:p60", "agent", False),
        ("intercom:p120", "agent", True),
    ]
    assert intake.rows("messages", "author_id", "sent_at")[3] == ("814",)


@pytest.mark.parametrize("how", ["automated", "admin_initiated", "campaigns_initiated"])
def test_what_no_customer_answered_is_outbound(intake, how):
    load(intake, conversation(by=ADMIN, delivered_as=how))
    assert intake.rows("contacts", "direction, exclusion, first_inbound_at") == [
        ("outbound", "agent_initiated", None)
    ]


def test_an_answered_campaign_arrives_with_the_answer(intake):
    answered = {"created_at": START + 500}
    record = conversation(
        part(500, CONTACT), by=ADMIN, delivered_as="automated", first_contact_reply=answered
    )
    load(intake, record)
    assert intake.rows("contacts", "direction, exclusion, first_inbound_at") == [
        ("inbound", None, "2026-03-02 00:08:20")
    ]
    assert intake.rows("messages", "author_role", "sent_at") == [("system",), ("customer",)]


@pytest.mark.parametrize(
    ("fields", "handed_over_at"),
    [
        ({"ai_agent_participated": False}, "2026-03-02 00:00:00"),
        ({"ai_agent_participated": True}, None),
        ({"ai_agent_participated": True, "statistics": {"first_assignment_at": START + 60}},
         "2026-03-02 00:01:00"),
        ({"ai_agent_participated": True, "ai_agent": {"resolution_state": "routed_to_team"}},
         "2026-03-02 00:00:00"),
        ({}, None),
    ],
)  # fmt: skip
def test_canned_texts_contain_nothing_and_an_ai_agent_may(intake, fields, handed_over_at):
    load(intake, conversation(part(3, BOT), **fields))
    assert intake.rows("contacts", "handed_over_at") == [(handed_over_at,)]


def test_closing_and_opening_are_the_status_history(intake):
    load(
        intake,
        conversation(
            part(10, ADMIN, None, "close"), part(20, CONTACT, "no", "open"),
            part(30, ADMIN, None, "snoozed"), part(40, BOT, None, "close"),
        ),
    )  # fmt: skip
    assert intake.rows("status_events", "changed_at, to_status", "changed_at") == [
        ("2026-03-02 00:00:10", "solved"), ("2026-03-02 00:00:20", "open"),
        ("2026-03-02 00:00:30", "pending"), ("2026-03-02 00:00:40", "solved"),
    ]  # fmt: skip
    assert intake.rows("messages", "text", "sent_at") == [("hi",), ("no",)]


def test_a_rating_is_asked_for_before_it_is_given(intake):
    asked = {"created_at": START + 100, "updated_at": START + 100, "rating": None, "remark": None}
    given = {**asked, "updated_at": START + 300, "rating": 2, "remark": "call 010-0000-1111"}
    load(
        intake,
        conversation(conversation_rating=asked),
        conversation(id="10", conversation_rating=given),
    )
    assert intake.rows("surveys", "sent_at, answered_at, scale, score, comment", "sent_at, 2") == [
        ("2026-03-02 00:01:40", "2026-03-02 00:05:00", "1-5", 2.0, "call <phone>"),
        ("2026-03-02 00:01:40", None, None, None, None),
    ]


def test_a_tracker_is_internal_and_a_customers_ticket_is_linked_to_its_conversation(intake):
    intake.load(EXPORTS / "tickets.json")
    query = "source_id, status, direction, exclusion, linked_contact_id"
    assert intake.rows("contacts", query, "source_id") == [
        ("ticket-71", "open", "inbound", None, "intercom:1"),
        ("ticket-72", "new", "internal", "internal", None),
        ("ticket-73", "solved", "internal", "internal", "intercom:1"),
    ]
    assert intake.rows("messages", "contact_id, author_role")[0] == ("intercom:ticket-71", "agent")


def test_the_contacts_language_is_what_was_chosen_else_the_browsers(intake):
    intake.load(EXPORTS / "contacts.jsonl")
    assert intake.rows("people", "role, language_raw", "_line") == [
        ("customer", "ko"), ("customer", "ja"), ("customer", None),
    ]  # fmt: skip


def test_a_part_beside_its_conversations_repeats_the_reply_at_the_same_instant(intake):
    record = conversation(statistics={"first_admin_reply_at": START + 120})
    del record["conversation_parts"]
    intake.load(intake.file("c.json", json.dumps([record])))
    intake.load(intake.file("p.jsonl", json.dumps(part(120, ADMIN))))
    assert intake.rows("messages", "sent_at, author_role, message_id", "sent_at, 3") == [
        ("2026-03-02 00:00:00", "customer", "intercom:9-source"),
        ("2026-03-02 00:02:00", "agent", "intercom:9-first-reply"),
        ("2026-03-02 00:02:00", "agent", "intercom:p120"),
    ]


def test_a_rating_off_its_scale_and_an_end_before_the_start_are_refused(intake):
    rating = {"created_at": START, "rating": 7}
    load(
        intake,
        conversation(conversation_rating=rating),
        conversation(statistics={"first_close_at": START - 1}),
    )
    assert intake.rejects() == [
        (1, "conversation_rating.rating is none of 1-5"),
        (2, "first_close_at is before created_at"),
    ]


def test_real_conversations_wait_by_the_clock_and_not_by_the_vendors_figure(intake):
    if not RECORDS.exists():
        pytest.skip("../shared/data/vendor_records is not here")
    intake.load(RECORDS / "intercom.conversations.jsonl")
    intake.load(RECORDS / "intercom.conversation_parts.jsonl")
    assert intake.rows("contacts", "source_id, channel, exclusion", "source_id") == [
        ("1", "live_chat", None), ("60", "live_chat", "agent_initiated"),
    ]  # fmt: skip
    own = "vendor_first_response_business_seconds"
    assert intake.rows("contact_clocks", own, "_line") == [(4_317_957,), (None,)]
    seconds = "contact_id, author_role, epoch(sent_at)"
    spoken = {row[:2]: row[2] for row in intake.rows("messages", seconds, "sent_at DESC")}
    waited = spoken["intercom:1", "agent"] - spoken["intercom:1", "customer"]
    assert waited == 18_100_888
