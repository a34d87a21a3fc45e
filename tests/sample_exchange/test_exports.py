"""The files that the sample writes have the vendors' shapes, and ids agree between them."""

import csv
import json
import re
import unicodedata

import pytest


def _json_lines(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        yield record


@pytest.fixture(scope="module")
def csv_tickets(sample_folder):
    with (sample_folder / "zendesk_tickets.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_csv_has_the_columns_of_the_full_export(csv_tickets):
    header = list(csv_tickets[0])
    assert len(header) == 43
    assert header[:3] == ["Summation column", "Id", "Requester"]
    assert header[-2:] == ["Language [list]", "Issue type [list]"]


def test_csv_and_json_overlap_in_the_same_ids(sample_folder, csv_tickets):
    in_csv = {row["Id"] for row in csv_tickets}
    in_json = {str(t.get("id")) for t in _json_lines(sample_folder / "zendesk_json/tickets.jsonl")}
    overlap = in_csv & in_json
    assert 100 < len(overlap) < len(in_csv) / 4


def test_the_csv_shows_tickets_as_they_stood_sixty_days_before_the_end(csv_tickets):
    created = [row["Created at"] for row in csv_tickets if (row["Created at"] or "")[:4] == "2026"]
    assert max(created) < "2026-09-17 00:00"
    solved = [
        row["Solved at"] for row in csv_tickets if (row["Solved at"] or "").startswith("2026")
    ]
    assert max(solved) < "2026-09-17 00:00"
    assert {row["Solved at"] for row in csv_tickets if row["Status"] == "Open"} >= {
        "1900-01-01 00:00"
    }


def test_some_hangul_is_decomposed(csv_tickets):
    texts = {row["Issue type [list]"] for row in csv_tickets if row["Issue type [list]"]}
    decomposed = {text for text in texts if unicodedata.normalize("NFC", text) != text}
    assert {unicodedata.normalize("NFC", text) for text in decomposed} <= {
        "로그인", "거래", "출금", "도용", "본인인증", "수수료",
    }  # fmt: skip
    assert len(decomposed) >= 1


def test_the_envelope_holds_the_first_tickets_again(sample_folder):
    page = json.loads((sample_folder / "zendesk_json" / "tickets.json").read_text("utf-8"))
    lines = _json_lines(sample_folder / "zendesk_json" / "tickets.jsonl")
    assert page["count"] == len(page["tickets"])
    assert page["tickets"][0] == next(lines)


def test_keys_that_do_not_apply_are_absent_from_the_metrics(sample_folder):
    metrics = list(_json_lines(sample_folder / "zendesk_json" / "ticket_metrics.jsonl"))
    unsolved = [m for m in metrics if m["full_resolution_time_in_minutes"]["calendar"] is None]
    assert {"solved_at" in m for m in unsolved} == {False}
    reopened = [m for m in unsolved if m["reopens"] == 1]
    assert {m["first_resolution_time_in_minutes"]["calendar"] is None for m in reopened} == {False}


def test_a_merged_ticket_is_named_by_the_one_that_took_it(sample_folder, truth):
    told = {
        (f"zendesk:{merged}", f"zendesk:{ticket['id']}")
        for ticket in _json_lines(sample_folder / "zendesk_json" / "tickets.jsonl")
        if "id" in ticket
        for merged in ticket["merged_ticket_ids"]
    }
    known = set(
        truth.execute(
            "SELECT contact_id, merged_into FROM contacts WHERE exclusion = 'merged'"
        ).fetchall()
    )
    assert told <= known
    assert len(told) > 50


def test_a_chat_tells_bot_hand_over_and_agent_in_order(sample_folder, truth):
    chats = {
        f"zendesk_chat:{chat['id']}": [event["nick"] for event in chat["history"]]
        for chat in _json_lines(sample_folder / "zendesk_chat.jsonl")
        if "id" in chat and "history" in chat
    }
    contact_id, requester_free = truth.execute("""
        SELECT contact_id, agent_id FROM contacts
        WHERE channel = 'live_chat' AND handed_over_at IS NOT NULL AND dirt IS NULL
            AND first_reply_at IS NOT NULL AND clarification_rounds = 0
        ORDER BY arrived_at LIMIT 1
    """).fetchone()
    speakers = list(dict.fromkeys(nick.split(":")[0] + nick[-8:] for nick in chats[contact_id]))
    assert len(speakers) == 3
    assert chats[contact_id][2] == "agent:trigger"
    assert f"agent:{requester_free}" in chats[contact_id]


def test_chats_that_bots_contain_have_no_agent(sample_folder, truth):
    contained = {
        row[0]
        for row in truth.execute(
            "SELECT contact_id FROM contacts WHERE is_bot_contained"
        ).fetchall()
    }
    agents = {
        len(chat["agent_ids"])
        for chat in _json_lines(sample_folder / "zendesk_chat.jsonl")
        if f"zendesk_chat:{chat.get('id')}" in contained
    }
    assert agents == {0}


def test_texts_hold_invented_personal_data_and_none_that_could_be_real(sample_folder):
    text = (sample_folder / "zendesk_chat.jsonl").read_text(encoding="utf-8")
    emails = set(re.findall(r"[\w.]+@[\w.]+", text))
    assert {email.split("@")[1] for email in emails} == {
        "example.com",
        "example.org",
        "example.net",
    }
    phones = set(re.findall(r"01\d-\d{4}-\d{4}", text))
    assert {phone[:5] for phone in phones} == {"010-0"}  # no such number is given to anybody
    assert len(re.findall(r"0x[0-9a-f]{64}", text)) > 1_000


def test_a_caller_is_one_customer_and_a_customer_one_caller(sample_folder, truth):
    callers = {
        row["call_id"]: row["caller"]
        for row in csv.DictReader((sample_folder / "calls.csv").open(encoding="utf-8-sig"))
    }
    customers = truth.execute("""
        SELECT requester, split_part(contact_id, ':', 2) FROM contacts
        WHERE channel = 'phone' AND dirt IS NULL
    """).fetchall()
    pairs = {(requester, callers[call]) for requester, call in customers}
    assert len(pairs) == len({requester for requester, _ in pairs})
    assert len(pairs) == len({caller for _, caller in pairs})
    assert len(pairs) > 1_000
