"""Zendesk messaging: who spoke is not who the actor says, and what is told twice is said once."""

import json

from pipelines.ingest.privacy import pseudonym
from tests.ingest.conftest import KEY

BOT = {"source": {"type": "zd:answerBot"}, "author": {"type": "BUSINESS"}}
USER = {"source": {"type": "web"}, "author": {"type": "USER"}}


def event(index: int, second: int, actor: str | None, message: str, original=USER, **more) -> dict:
    return {
        "chat_id": "c1", "created_at": f"2026-03-02 09:00:{second:02}.500000", "actor_id": actor,
        "chat_index": index, "is_history_context": None, "message": message, "message_id": None,
        "original_message": json.dumps(original), "type": "ChatMessage", **more,
    }  # fmt: skip


CONVERSATION = [
    event(0, 0, "777", "help me@example.com"),
    event(1, 2, "agent:9", "Hi there, got a question?", BOT),
    event(2, 4, "__trigger", "please wait", {}),
    event(3, 9, "__system", "", {}, type="ChatDepartmentTransfer"),
    event(4, 20, "agent:12", "", {}, type="ChatJoin"),
    event(5, 40, "agent:12", "hello", {"author": {"type": "BUSINESS"}}),
    event(6, 50, None, "somebody left", {}),
    event(7, 51, "777", "from last week", is_history_context=True),
]


def loaded(intake, *events: dict):
    text = "".join(json.dumps(record) + "\n" for record in events)
    [report] = intake.load(intake.file("events.jsonl", text))
    return report


def test_the_bot_is_told_apart_from_the_agent_it_is_dressed_as(intake):
    assert loaded(intake, *CONVERSATION).received == 8
    customer = pseudonym("777", "zendesk", KEY)
    assert intake.rows("messages", "message_id, author_role, author_id, text", "sent_at") == [
        ("zendesk_messaging:c1-0", "customer", customer, "help <email>"),
        ("zendesk_messaging:c1-1", "bot", None, "Hi there, got a question?"),
        ("zendesk_messaging:c1-2", "bot", None, "please wait"),
        ("zendesk_messaging:c1-5", "agent", "12", "hello"),
        ("zendesk_messaging:c1-6", "system", None, "somebody left"),
    ]


def test_a_conversation_waits_from_the_bots_transfer_to_the_agents_first_words(intake):
    loaded(intake, *CONVERSATION)
    assert intake.rows(
        "contacts", "contact_id, kind, first_inbound_at, handed_over_at, agent_id"
    ) == [
        ("zendesk_messaging:c1", "chat", "2026-03-02 09:00:00.500000",
         "2026-03-02 09:00:09.500000", "12")
    ]  # fmt: skip
    assert intake.rows("sessions", "outcome, wait_seconds, transfers_count") == [
        ("answered", 31, 0)
    ]


def test_a_conversation_that_only_the_bot_held_never_reached_the_queue(intake):
    loaded(intake, *CONVERSATION[:3])
    assert intake.rows("sessions", "outcome, queue_entered_at, wait_seconds") == [
        ("unknown", None, None)
    ]


def test_the_table_of_chats_tells_the_ticket_that_a_conversation_is(intake):
    text = (
        "chat_id,_fivetran_synced,channel,conversation_id,ticket_id,user_id,visitor_id\n"
        "c1,2026-03-05 00:00:00,native_messaging,x1,145,777,v1\n"
        "c2,2026-03-05 00:00:00,native_messaging,x1,,777,v1\n"
    )
    [report] = intake.load(intake.file("ticket_chat.csv", text))
    assert (report.source, report.received, report.quarantined) == ("zendesk_messaging", 2, 0)
    assert intake.rows("relations", "contact_id, relation, other_contact_id") == [
        ("zendesk_messaging:c1", "linked_to", "zendesk:145")
    ]
