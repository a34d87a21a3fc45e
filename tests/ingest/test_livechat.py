"""LiveChat: each thread of a chat is a contact of its own."""

import json

DAY = "2026-03-02T"
AGENT = "han@exchange.example.com"


def says(second: int, author: str, text: str = "...", **more) -> dict:
    return {
        "id": f"e{second}", "type": "message", "author_id": author, "text": text,
        "created_at": f"{DAY}09:{second // 60:02}:{second % 60:02}.250000Z", "visibility": "all",
        **more,
    }  # fmt: skip


def chat(*events: dict, rating: dict | None = None, **fields) -> str:
    properties = {"rating": rating} if rating else {}
    thread = {
        "id": "T1", "created_at": f"{DAY}09:00:00.000000Z", "tags": ["ko", "fees"],
        "events": list(events), "properties": properties, **fields,
    }  # fmt: skip
    users = [
        {"id": "c1", "type": "customer"},
        {"id": AGENT, "type": "agent"},
        {"id": "b1", "type": "bot"},
    ]
    return json.dumps({"id": "C1", "users": users, "thread": thread}) + "\n"


def session(intake) -> list[tuple]:
    return intake.rows("sessions", "outcome, wait_seconds, answered_at, abandoned_at")


def test_neither_a_bot_nor_a_note_between_agents_answers(intake):
    events = [
        says(10, "c1"), says(11, "b1"), says(30, AGENT, visibility="agents"), says(100, AGENT),
    ]  # fmt: skip
    intake.load(intake.file("c.jsonl", chat(*events)))
    assert session(intake) == [("answered", 90, f"{DAY[:10]} 09:01:40.250000", None)]
    assert intake.rows("messages", "author_role, is_public", "sent_at") == [
        ("customer", True), ("bot", True), ("agent", False), ("agent", True),
    ]  # fmt: skip


def test_before_version_3_2_a_note_said_so_in_recipients(intake):
    note = says(30, AGENT, recipients="agents")
    del note["visibility"]
    intake.load(intake.file("c.jsonl", chat(says(10, "c1"), note)))
    assert session(intake) == [("abandoned", 20, None, f"{DAY[:10]} 09:00:30.250000")]


def test_two_threads_of_one_chat_are_two_contacts_of_one_customer(intake):
    first = json.loads(chat(says(10, "c1")))
    second = {**first["thread"], "id": "T2", "created_at": f"{DAY}08:00:00Z"}
    both = {"id": "C1", "users": first["users"], "threads": [first["thread"], second]}
    [report] = intake.load(intake.file("c.json", json.dumps({"chats": [both], "found_chats": 1})))
    assert (report.received, report.loaded) == (2, 2)
    assert [row[0] for row in intake.rows("contacts", "source_id")] == ["C1/T1", "C1/T2"]
    assert len(set(intake.rows("contacts", "requester_id"))) == 1


def test_a_rating_is_zero_or_one_however_it_is_written(intake):
    good = {"score": {"value": 1}, "comment": {"value": "빨라요"}}
    intake.load(intake.file("a.jsonl", chat(says(1, "c1"), rating=good)))
    assert intake.rows("surveys", "scale, score, comment") == [("0-1", 1.0, "빨라요")]
    bad = chat(says(1, "c1"), rating={"score": 0, "comment": "늦어요"}, id="T9")
    intake.load(intake.file("b.jsonl", bad))
    assert intake.rows("surveys", "scale, score, comment", "score")[0] == ("0-1", 0.0, "늦어요")


def test_what_only_the_agent_began_is_no_contact_of_a_customer(intake):
    intake.load(intake.file("c.jsonl", chat(says(5, AGENT))))
    assert intake.rows("contacts", "direction, exclusion") == [("outbound", "agent_initiated")]


def test_an_agent_is_known_by_the_first_part_of_the_address_only(intake):
    intake.load(intake.file("c.jsonl", chat(says(1, "c1"), says(5, AGENT))))
    assert intake.rows("contacts", "agent_id") == [("han",)]
    assert intake.rows("messages", "author_id", "sent_at")[1] == ("han",)


def test_a_broken_line_and_a_thread_without_a_time_are_refused_and_counted(intake):
    lines = chat(says(1, "c1")) + '{"id": "C2", "users": [], "thr\n' + chat(created_at=None)
    [report] = intake.load(intake.file("c.jsonl", lines))
    assert (report.received, report.loaded, report.quarantined) == (3, 1, 2)
    assert intake.rejects() == [(2, "not a JSON object"), (3, "created_at is missing or no time")]


def test_a_greeting_before_the_question_is_no_answer_to_it(intake):
    events = [says(5, AGENT), says(10, "c1"), says(40, AGENT)]
    intake.load(intake.file("c.jsonl", chat(*events)))
    assert session(intake) == [("answered", 30, f"{DAY[:10]} 09:00:40.250000", None)]


def test_where_no_customer_wrote_nobody_waited_and_not_for_zero_seconds(intake):
    intake.load(intake.file("c.jsonl", chat(says(5, AGENT), says(10, "somebody"))))
    assert intake.rows("sessions", "outcome, queue_entered_at, wait_seconds") == [
        ("answered", None, None)
    ]
