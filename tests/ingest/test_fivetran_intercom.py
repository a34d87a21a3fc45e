"""Fivetran's copies of Intercom: a row for every version, of which one is the state."""

import pytest

from pipelines.ingest.privacy import pseudonym
from pipelines.settings import PROJECT_ROOT
from tests.ingest.conftest import KEY

SEEDS = PROJECT_ROOT.parent / "shared" / "data" / "vendor_seeds" / "fivetran_intercom"
CONVERSATIONS = """\
id,updated_at,_fivetran_synced,assignee_id,assignee_type,conversation_rating_created_at,\
conversation_rating_remark,conversation_rating_value,created_at,first_contact_reply_created_at,\
priority,source_author_id,source_author_type,source_delivered_as,source_type,state,\
_fivetran_active
"""


def version(id_: int, day: int, state: str, active: str, rating: str = ",,", by="customer") -> str:
    at = f"2026-03-0{day} 09:00:00"
    return (
        f"{id_},{at},{at},55,team,{rating},2026-03-01 09:00:00,,not_priority,u1,user,"
        f"{by}_initiated,conversation,{state},{active}\n"
    )


def test_every_version_keeps_its_time_and_a_conversation_without_an_active_one_is_deleted(intake):
    text = CONVERSATIONS + version(1, 2, "open", "false") + version(1, 3, "closed", "true")
    text += version(2, 2, "open", "false")
    [report] = intake.load(intake.file("c.csv", text))
    assert (report.source, report.received) == ("fivetran_intercom", 3)
    assert intake.rows("contacts", "source_id, updated_at, status, exclusion, team") == [
        ("1", "2026-03-02 09:00:00", "open", None, "55"),
        ("1", "2026-03-03 09:00:00", "solved", None, "55"),
        ("2", "2026-03-02 09:00:00", "deleted", "deleted", "55"),
    ]
    assert intake.rows("contacts", "requester_id")[0] == (pseudonym("u1", "intercom", KEY),)


def test_what_an_operator_sent_and_nobody_answered_is_no_contact(intake):
    intake.load(intake.file("c.csv", CONVERSATIONS + version(1, 2, "open", "true", by="operator")))
    assert intake.rows("contacts", "direction, exclusion") == [("outbound", "agent_initiated")]


def test_a_rating_was_asked_for_then_and_given_by_the_last_update(intake):
    rated = version(1, 3, "closed", "true", "2026-03-02 10:00:00,mail me@example.com,4")
    wrong = version(2, 3, "closed", "true", "2026-03-02 10:00:00,,9")
    intake.load(intake.file("c.csv", CONVERSATIONS + rated + wrong))
    assert intake.rows("surveys", "sent_at, answered_at, scale, score, comment") == [
        ("2026-03-02 10:00:00", "2026-03-03 09:00:00", "1-5", 4.0, "mail <email>")
    ]
    assert intake.rejects() == [(3, "conversation_rating_value is none of 1-5")]


def test_only_active_parts_are_messages_and_closing_is_a_status(intake):
    text = """\
id,updated_at,_fivetran_synced,author_id,author_type,conversation_id,created_at,part_type,body,\
_fivetran_active
7,2026-03-02 09:00:00,x,9,admin,1,2026-03-02 09:00:00,comment,<p>old</p>,FALSE
7,2026-03-02 09:05:00,x,9,admin,1,2026-03-02 09:00:00,comment,<p>new &amp; better</p>,TRUE
8,2026-03-02 09:05:00,x,9,admin,1,2026-03-02 09:10:00,note,<p>for us</p>,TRUE
9,2026-03-02 09:05:00,x,9,admin,1,2026-03-02 09:20:00,close,,TRUE
"""
    [report] = intake.load(intake.file("p.csv", text))
    assert report.received == 4
    assert intake.rows("messages", "message_id, author_role, is_public, text") == [
        ("intercom:7", "agent", True, "new & better"), ("intercom:8", "agent", False, "for us"),
    ]  # fmt: skip
    assert intake.rows("status_events", "contact_id, changed_at, to_status") == [
        ("intercom:1", "2026-03-02 09:20:00", "solved")
    ]


def test_every_seed_table_loads_or_says_why_not(intake):
    if not SEEDS.exists():
        pytest.skip("../shared/data/vendor_seeds is not here")
    reports = {report.file.stem: report for report in intake.load(*sorted(SEEDS.glob("*.csv")))}
    received = {name: r.received for name, r in reports.items() if not r.skipped_reason}
    assert received == {
        "admin_data": 4, "article_history_data": 4, "contact_history_data": 9,
        "conversation_history_data": 9, "conversation_part_history_data": 9, "tag_data": 25,
        "team_data": 3,
    }  # fmt: skip
    assert {r.source for r in reports.values()} == {"fivetran_intercom"}
    assert sum(r.quarantined for r in reports.values()) == 0
    latest = "source_id, max_by(status, updated_at)"
    found = intake.rows("contacts", f"DISTINCT {latest} OVER (PARTITION BY source_id)")
    assert found == [("156643300001311", "solved"), ("156643300001372", "solved")]
