"""Direct messages of an X archive: talks of one brand with its customers."""

import json

import pytest

from pipelines.errors import SettingsError

BRAND = "90071992547409931"  # more than a double holds


def says(minute: int, sender: str, text: str = "...") -> dict:
    created = f"2026-03-02T{9 + minute // 60:02}:{minute % 60:02}:00.000Z"
    return {
        "messageCreate": {
            "id": f"17759000000000{minute:05}", "senderId": sender, "text": text,
            "createdAt": created,
        }
    }  # fmt: skip


def archive(*talks: tuple[str, list[dict]]) -> str:
    conversations = [
        {"dmConversation": {"conversationId": name, "messages": entries[::-1]}}
        for name, entries in talks
    ]
    return "window.YTD.direct_messages.part0 = " + json.dumps(conversations)


TWO = archive(
    (f"{BRAND}-1", [says(0, "1", "help"), says(30, BRAND, "done")]),
    (f"{BRAND}-2", [says(5, "2")]),
)


def test_the_brand_is_the_account_of_every_talk(intake):
    [report] = intake.load(intake.file("direct-messages.js", TWO))
    assert (report.source, report.received, report.loaded) == ("x_archive", 3, 3)
    assert intake.rows("messages", "author_role, text, sent_at", "sent_at") == [
        ("customer", "help", "2026-03-02 09:00:00"),
        ("customer", "...", "2026-03-02 09:05:00"),
        ("agent", "done", "2026-03-02 09:30:00"),
    ]
    assert intake.rows("contacts", "agent_id, direction", "created_at") == [
        (BRAND, "inbound"), (None, "inbound"),
    ]  # fmt: skip


def test_one_talk_alone_does_not_tell_and_a_mapping_does(intake):
    one = archive((f"{BRAND}-1", [says(0, "1"), says(30, BRAND)]))
    with pytest.raises(SettingsError, match=r"\[values.author\]"):
        intake.load(intake.file("dm.js", one))
    intake.file("mappings/dm.toml", f'[values.author]\n"{BRAND}" = "agent"\n')
    intake.load(intake.file("dm.js", one))
    assert intake.rows("messages", "author_role", "sent_at") == [("customer",), ("agent",)]


def test_reactions_and_joins_are_no_messages(intake):
    entries = [says(0, "1"), {"reactionCreate": {"senderId": "1", "reactionKey": "like"}}]
    other = (f"{BRAND}-2", [{"joinConversation": {"initiatingUserId": BRAND}}])
    [report] = intake.load(intake.file("dm.js", archive((f"{BRAND}-1", entries), other)))
    assert report.received == 1


def test_what_the_brand_began_is_not_a_customers_contact(intake):
    talks = ((f"{BRAND}-1", [says(0, BRAND), says(9, "1")]), (f"{BRAND}-2", [says(5, "2")]))
    intake.load(intake.file("dm.js", archive(*talks)))
    assert intake.rows("contacts", "exclusion", "created_at") == [("agent_initiated",), (None,)]


def test_an_archive_in_one_line_has_no_headers_of_what_was_said(intake):
    intake.load(intake.file("direct-messages.js", TWO))
    [manifest] = intake.warehouse.glob("raw/*/manifest.json")
    assert json.loads(manifest.read_text(encoding="utf-8"))["headers"] == []
