"""Zendesk Chat: who waited for whom is read from the history."""

import json

import pytest

from pipelines.ingest.privacy import unsealed

START = "2026-03-02T09:00:00Z"


def at(second: int) -> str:
    return f"2026-03-02T09:{second // 60:02}:{second % 60:02}Z"


def event(second: int, type_: str, nick: str, **more) -> dict:
    return {"type": type_, "timestamp": at(second), "nick": nick, **more}


def says(second: int, nick: str, text: str = "...") -> dict:
    return event(second, "chat.msg", nick, msg=text)


BOT, AGENT, VISITOR = "agent:trigger", "agent:9", "visitor:77"
LEAVES = event(300, "chat.memberleave", VISITOR)


def chat(*history: dict, **fields) -> str:
    record = {
        "type": "chat", "id": "c1", "timestamp": START, "update_timestamp": at(600),
        "started_by": "visitor", "visitor": {"id": "77", "name": "Kim"}, "tags": ["ko", "fees"],
        "department_name": "Seoul", "agent_ids": ["9"], "missed": False, "rating": None,
        "zendesk_ticket_id": None, "history": list(history), **fields,
    }  # fmt: skip
    return json.dumps(record) + "\n"


def session(intake) -> tuple:
    [row] = intake.rows(
        "sessions", "outcome, queue_entered_at, answered_at, abandoned_at, ended_at, wait_seconds"
    )
    return tuple(v[11:] if isinstance(v, str) and "-" in v else v for v in row)


def test_the_human_queue_runs_from_the_hand_over_to_the_humans_first_words(intake):
    history = [
        says(0, VISITOR), says(2, BOT), event(20, "chat.transfer", BOT),
        event(40, "chat.memberjoin", AGENT), says(62, AGENT), LEAVES,
    ]  # fmt: skip
    intake.load(intake.file("c.jsonl", chat(*history)))
    assert session(intake) == ("answered", "09:00:20", "09:01:02", None, "09:05:00", 42)
    assert intake.rows("contacts", "kind, channel, first_inbound_at, handed_over_at") == [
        ("chat", "live_chat", "2026-03-02 09:00:00", "2026-03-02 09:00:20")
    ]


def test_a_chat_without_a_bot_waits_from_its_start(intake):
    intake.load(intake.file("c.jsonl", chat(says(0, VISITOR), says(30, AGENT), LEAVES)))
    assert session(intake) == ("answered", "09:00:00", "09:00:30", None, "09:05:00", 30)


def test_who_leaves_before_a_human_speaks_has_abandoned(intake):
    joined = event(40, "chat.memberjoin", AGENT)
    intake.load(intake.file("c.jsonl", chat(says(0, VISITOR), joined, LEAVES, missed=True)))
    assert session(intake) == ("abandoned", "09:00:00", None, "09:05:00", "09:05:00", 300)


def test_a_chat_that_the_bot_contained_never_reached_the_queue(intake):
    intake.load(intake.file("c.jsonl", chat(says(0, VISITOR), says(2, BOT), LEAVES)))
    assert session(intake) == ("unknown", None, None, None, "09:05:00", None)


def test_triggers_are_bots_and_agents_are_agents(intake):
    history = [says(0, VISITOR, "me@example.com"), says(2, BOT), says(30, AGENT), LEAVES]
    intake.load(intake.file("c.jsonl", chat(*history)))
    assert intake.rows("messages", "message_id, author_role, text, is_public", "sent_at") == [
        ("zendesk_chat:c1-1", "customer", "<email>", True),
        ("zendesk_chat:c1-2", "bot", "...", True),
        ("zendesk_chat:c1-3", "agent", "...", True),
    ]
    assert intake.rows("messages", "author_id", "sent_at")[2] == ("9",)


def test_an_offline_message_is_a_ticket_without_a_session(intake):
    text = chat(type="offline_msg", message="anybody there?", history=None, agent_ids=[])
    intake.load(intake.file("c.jsonl", text))
    assert intake.rows("contacts", "kind, status, agent_id") == [("ticket", "open", None)]
    assert intake.rows("messages", "author_role, sent_at, text") == [
        ("customer", "2026-03-02 09:00:00", "anybody there?")
    ]
    assert intake.rows("sessions", "contact_id") == []


@pytest.mark.parametrize(
    ("rating", "survey"),
    [("good", ("good_bad", 1.0, "2026-03-02 09:05:10")),
     ("bad", ("good_bad", 0.0, "2026-03-02 09:05:10")), (None, (None, None, None))],
)  # fmt: skip
def test_a_rating_asked_for_is_a_survey_answered_or_not(intake, rating, survey):
    asked = event(300, "chat.request.rating", BOT)
    rated = [event(310, "chat.rating", VISITOR, new_rating=rating)] if rating else []
    history = [says(0, VISITOR), says(30, AGENT), asked, *rated]
    intake.load(intake.file("c.jsonl", chat(*history, rating=rating)))
    assert intake.rows("surveys", "scale, score, answered_at") == [survey]
    assert intake.rows("surveys", "contact_id, sent_at") == [
        ("zendesk_chat:c1", "2026-03-02 09:05:00")
    ]


def test_tags_tell_language_and_topic_and_the_ticket_is_linked(intake):
    intake.load(intake.file("c.jsonl", chat(says(0, VISITOR), zendesk_ticket_id=45)))
    assert intake.rows("contacts", "language_raw, topic_raw, team, linked_contact_id") == [
        ("ko", "fees", "Seoul", "zendesk:45")
    ]


@pytest.mark.parametrize(
    ("history", "started_by", "expected"),
    [
        ([says(0, AGENT)], "agent", ("outbound", "agent_initiated")),
        ([says(0, BOT)], "trigger", ("outbound", "agent_initiated")),
        ([says(0, BOT), says(9, VISITOR)], "trigger", ("inbound", None)),
    ],
    ids=["agent", "trigger", "trigger that the visitor answered"],
)
def test_a_chat_that_no_visitor_started_is_outbound(intake, history, started_by, expected):
    intake.load(intake.file("c.jsonl", chat(*history, started_by=started_by)))
    assert intake.rows("contacts", "direction, exclusion") == [expected]


def test_a_message_dated_before_its_chat_is_refused_and_the_chat_is_not(intake):
    early = says(0, VISITOR) | {"timestamp": "2026-03-01T09:00:00Z"}
    [report] = intake.load(
        intake.file("c.jsonl", chat(early, says(5, VISITOR), says(30, AGENT), LEAVES))
    )
    assert (report.received, report.loaded, report.quarantined) == (1, 1, 0)
    assert intake.rows("rejects", "table_name, reasons") == [
        ("messages", "a message is dated before its chat")
    ]
    assert intake.rows("contacts", "first_inbound_at") == [("2026-03-02 09:00:05",)]


def test_a_refused_chat_lies_sealed(intake):
    text, key = chat(says(0, VISITOR), timestamp="soon"), bytes(32)
    intake.load(intake.file("c.jsonl", text), key=key)
    [(reasons, raw)] = intake.rows("rejects", "reasons, raw")
    assert reasons == "timestamp is not a time"
    assert "visitor" not in raw
    assert unsealed([raw], key) == [text.strip()]


@pytest.mark.parametrize(
    ("wrap", "line"),
    [("{}{}", 2), ("{}\n{}", 3), ("[{},{}]", 2)],
    ids=["lines", "a blank line between", "array"],
)
@pytest.mark.parametrize("other", [{"0": says(0, VISITOR)}, "see attachment", 3])
def test_a_history_that_is_no_list_is_refused_and_not_read_as_absent(intake, wrap, line, other):
    sound = chat(says(0, VISITOR), says(30, AGENT), LEAVES)
    [report] = intake.load(
        intake.file("c.json", wrap.format(sound, chat(id="c2", history=other)))
    )  # fmt: skip
    assert (report.received, report.loaded, report.quarantined) == (2, 1, 1)
    assert intake.rows("rejects", "line, reasons") == [(line, "history is not a list")]
    assert intake.rows("contacts", "contact_id") == [("zendesk_chat:c1",)]
