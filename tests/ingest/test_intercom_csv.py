"""Intercom's messages in CSV: conversations are made from their rows."""

from pipelines.settings import PROJECT_ROOT

EXPORT = PROJECT_ROOT / "data" / "exports" / "intercom_csv" / "messages.csv"


def test_messages_are_text_and_bots_and_notes_do_not_answer(intake):
    [report] = intake.load(EXPORT)
    assert (report.received, report.loaded, report.quarantined) == (7, 6, 1)
    query = "message_id, author_role, is_public, text"
    assert intake.rows("messages", query, "message_id") == [
        ("intercom:1", "customer", True, "출금이 안 돼요 & 급해요"),
        ("intercom:2", "bot", True, "We reply soon"),
        ("intercom:3", "agent", False, "이 고객 확인 필요"),
        ("intercom:4", "agent", True, "처리했습니다\n감사합니다"),
        ("intercom:5", "agent", True, "New: lower fees"),
        ("intercom:6", "customer", True, "KYCができません。<email>"),
    ]
    assert intake.rejects() == [(8, "message_id is in scientific notation")]


def test_a_conversation_is_one_contact_and_none_where_no_customer_wrote(intake):
    intake.load(EXPORT)
    query = "contact_id, status, direction, exclusion, first_inbound_at"
    assert intake.rows("contacts", query, "contact_id") == [
        ("intercom:901", "solved", "inbound", None, "2026-03-02 00:00:00"),
        ("intercom:902", "open", "outbound", "agent_initiated", None),
        ("intercom:903", "open", "inbound", None, "2026-03-04 00:00:00"),
    ]
    clocks = "solved_at, vendor_first_response_seconds"
    assert intake.rows("contact_clocks", clocks, "contact_id")[0] == ("2026-03-02 01:00:00", 300)
