"""Messages and status events told by a mapping, and the contacts made of them."""

import pytest

from pipelines.errors import SettingsError

MESSAGES = """
source = "messages"
system = "chats"
zone = "Asia/Seoul"
contacts_from_messages = true
[columns]
contact_id = "chat"
sent_at = "at"
author = "who"
author_id = "name"
text = "words"
"""
HEADER = "chat,at,who,name,words\n"


def load(intake, text: str, mapping: str = MESSAGES, name: str = "m.csv"):
    told = intake.file("mappings/other.toml", mapping)
    [report] = intake.load(intake.file(name, text), mapping=told)
    return report


def test_a_chat_is_made_of_its_messages(intake):
    report = load(
        intake,
        HEADER + "1,2026-03-02 09:02,agent,a-1,hi\n1,2026-03-02 09:00,customer,c,help\n"
        "1,2026-03-02 09:03,agent,a-2,done\n",
    )
    assert (report.received, report.loaded) == (3, 3)
    assert intake.rows("contacts", "contact_id, kind, created_at, updated_at, agent_id") == [
        ("chats:1", "chat", "2026-03-02 00:00:00", "2026-03-02 00:03:00", "a-2")
    ]
    [(contact, message)] = intake.rows(
        "contacts", "requester_id, (SELECT author_id FROM read_parquet('"
        f"{intake.warehouse}/raw/*/messages.parquet') WHERE author_role = 'customer')",
    )  # fmt: skip
    assert contact == message != "c"


def test_messages_alone_make_no_contacts(intake):
    mapping = MESSAGES.replace("contacts_from_messages = true", "")
    report = load(intake, HEADER + "1,2026-03-02 09:00,customer,c,help\n", mapping)
    assert report.tables == {"messages": 1}


def test_a_message_that_comes_again_is_the_same_and_one_said_twice_is_two(intake):
    line = "1,2026-03-02 09:00,customer,c,help\n"
    load(intake, HEADER + line + line)
    load(intake, HEADER + line + "2,2026-03-02 09:00,customer,c,help\n", name="overlap.csv")
    distinct = "count(*), count(DISTINCT message_id)"
    assert intake.rows("messages", distinct) == [(4, 3)]


def test_messages_without_times_tell_how_many_replies_and_of_none_how_long_it_took(intake):
    mapping = MESSAGES.replace(
        'sent_at = "at"', 'created_at = { column = "chat", unit = "object_id" }'
    )
    chat = "64619c16ab8523e90010b544"
    rows = [("customer", "hi"), ("agent", "a"), ("agent", "b"), ("customer", "?"), ("agent", "c")]
    load(intake, HEADER + "".join(f"{chat},,{who},x,{words}\n" for who, words in rows), mapping)
    assert intake.rows("messages", "DISTINCT sent_at") == [(None,)]
    assert intake.rows("contacts", "created_at") == [("2023-05-15 02:42:30",)]
    assert intake.rows("contact_clocks", "replies_count, vendor_first_response_seconds") == [
        (2, None)
    ]


def test_messages_need_a_time_of_their_own_or_of_their_contact(intake):
    with pytest.raises(SettingsError, match="sent_at is required; where messages have no times"):
        load(intake, HEADER, MESSAGES.replace('sent_at = "at"', ""))


@pytest.mark.parametrize(("word", "is_public"), [("Y", False), ("n", True), ("", True)])
def test_yes_and_no_may_be_turned_round(intake, word, is_public):
    mapping = MESSAGES + 'is_public = "hidden"\n[values.is_public]\nY = "no"\nN = "yes"\n'
    text = "chat,at,who,name,words,hidden\n1,2026-03-02 09:00,agent,a,hi," + word + "\n"
    load(intake, text, mapping)
    assert intake.rows("messages", "is_public") == [(is_public,)]


def test_an_author_nobody_told_of_is_refused(intake):
    load(intake, HEADER + "1,2026-03-02 09:00,customer,c,a\n1,2026-03-02 09:01,visitor,c,b\n")
    assert intake.rows("rejects", "line, reasons, remedy") == [
        (3, "who is none of customer, agent, bot, system",
         "tell what it means in [values.author] of the mapping")
    ]  # fmt: skip


EVENTS = """
source = "status_events"
system = "log"
zone = "Asia/Seoul"
[columns]
contact_id = "case"
changed_at = "at"
status = "step"
topic = "about"
[missing]
"*" = ["?"]
[values.status]
A = "new"
E = "solved"
"""


def test_a_contact_is_what_its_latest_event_says(intake):
    text = "case,at,step,about\n7,02-03-2026 11:00,E,fees\n7,02-03-2026 09:00,A,login\n"
    load(intake, text, EVENTS)
    columns = "contact_id, created_at, updated_at, status, status_raw, topic_raw"
    assert intake.rows("contacts", columns) == [
        ("log:7", "2026-03-02 00:00:00", "2026-03-02 02:00:00", "solved", "E", "fees")
    ]
    assert intake.rows("status_events", "changed_at, to_status", "changed_at") == [
        ("2026-03-02 00:00:00", "new"), ("2026-03-02 02:00:00", "solved"),
    ]  # fmt: skip


def test_a_refused_event_says_nothing_of_its_contact(intake):
    text = "case,at,step,about\n7,02-03-2026 09:00,A,login\n7,31-02-2026 10:00,E,fees\n7,?,E,x\n"
    load(intake, text, EVENTS)
    assert intake.rows("contacts", "status, topic_raw") == [("new", "login")]
    assert intake.rejects() == [(3, "at is not a time"), (4, "at is missing")]


def test_servicenow_is_known_by_its_header_and_its_question_marks_are_nothing(intake):
    header = "number,incident_state,sys_updated_at,opened_at,caller_id,resolved_at,reopen_count\n"
    rows = (
        "INC1,New,02-03-2026 09:10,02-03-2026 09:00,Caller 1,?,0\n"
        "INC1,Awaiting User Info,02-03-2026 09:20,02-03-2026 09:00,Caller 1,?,0\n"
        "INC1,Resolved,02-03-2026 10:00,02-03-2026 09:00,?,02-03-2026 10:00,1\n"
    )
    [report] = intake.load(intake.file("x.csv", header + rows), zone="Asia/Seoul")
    assert report.source == "servicenow"
    assert intake.rows("contacts", "contact_id, created_at, status, requester_id") == [
        ("servicenow:INC1", "2026-03-02 00:00:00", "solved", None)
    ]
    assert intake.rows("contact_clocks", "solved_at, reopens_count") == [("2026-03-02 01:00:00", 1)]
    assert intake.rows("status_events", "to_status", "changed_at") == [
        ("new",), ("pending",), ("solved",)
    ]  # fmt: skip


def test_a_word_for_public_that_means_nothing_is_refused(intake):
    mapping = MESSAGES + 'is_public = "hidden"\n'
    load(intake, "chat,at,who,name,words,hidden\n1,2026-03-02 09:00,agent,a,hi,maybe\n", mapping)
    assert intake.rejects() == [(2, "is_public is neither yes nor no")]
