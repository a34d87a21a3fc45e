"""Fivetran's copies of Zendesk: tables of a warehouse, times in UTC without saying so."""

import pytest

from pipelines.ingest.privacy import pseudonym
from pipelines.settings import PROJECT_ROOT
from tests.ingest.conftest import KEY

SEEDS = PROJECT_ROOT.parent / "shared" / "data" / "vendor_seeds" / "fivetran_zendesk"
TICKETS = """\
id,_fivetran_synced,assignee_id,created_at,group_id,priority,requester_id,status,subject,\
submitter_id,updated_at,via_channel,via_source_rel,merged_ticket_ids,via_followup_source_id
"""


def tickets(*rows: str, more_headers: str = "") -> str:
    head = TICKETS.strip() + more_headers
    return head + "\n" + "".join(f"{row}\n" for row in rows)


def test_a_ticket_table_tells_tickets_and_merges(intake):
    text = tickets(
        "12,2026-03-05 00:00:00.1,9,2026-03-02 09:00:00,36,High,7,closed,mail me@example.com,7,"
        '2026-03-03 09:00:00,email,,"[13, 14]",',
        "15,2026-03-05 00:00:00.1,9,2026-03-02 09:00:00,36,,7,on-hold,,7,,email,,[],12",
    )
    [report] = intake.load(intake.file("tickets.csv", text))
    assert (report.source, report.received) == ("fivetran_zendesk", 2)
    assert intake.rows("contacts", "contact_id, created_at, status, team, subject, exclusion") == [
        ("zendesk:12", "2026-03-02 09:00:00", "closed", "36", "mail <email>", None),
        ("zendesk:15", "2026-03-02 09:00:00", "hold", "36", None, "follow_up"),
    ]
    assert intake.rows("contacts", "requester_id")[0] == (pseudonym("7", "zendesk", KEY),)
    assert intake.rows("relations", "contact_id, other_contact_id") == [
        ("zendesk:13", "zendesk:12"), ("zendesk:14", "zendesk:12"),
    ]  # fmt: skip


def test_a_ticket_without_an_active_version_is_deleted_and_versions_keep_their_times(intake):
    def row(id_: int, status: str, day: int, active: str) -> str:
        return (
            f"{id_},2026-03-09 00:00:00,9,2026-03-02 09:00:00,36,,7,{status},,7,"
            f"2026-03-0{day} 09:00:00,email,,[],,{active}"
        )

    rows = [row(1, "open", 3, "false"), row(1, "solved", 4, "true"), row(2, "open", 3, "false")]
    intake.load(intake.file("t.csv", tickets(*rows, more_headers=",_fivetran_active")))
    assert intake.rows("contacts", "source_id, updated_at, status, exclusion") == [
        ("1", "2026-03-03 09:00:00", "open", None),
        ("1", "2026-03-04 09:00:00", "solved", None),
        ("2", "2026-03-03 09:00:00", "deleted", "deleted"),
    ]


def test_of_the_field_history_the_status_counts(intake):
    text = """\
field_name,ticket_id,updated,_fivetran_synced,user_id,value
status,12,2026-03-02 09:00:00,2026-03-05 00:00:00,7,new
priority,12,2026-03-02 09:00:00,2026-03-05 00:00:00,7,normal
status,12,2026-03-02 10:00:00,2026-03-05 00:00:00,9,on-hold
status,12,soon,2026-03-05 00:00:00,9,solved
"""
    [report] = intake.load(intake.file("history.csv", text))
    assert (report.received, report.quarantined) == (4, 1)
    assert intake.rows("status_events", "contact_id, changed_at, to_status") == [
        ("zendesk:12", "2026-03-02 09:00:00", "new"),
        ("zendesk:12", "2026-03-02 10:00:00", "hold"),
    ]
    assert intake.rejects() == [(5, "updated is not a time")]


def test_ids_that_a_spreadsheet_ruined_are_refused(intake):
    row = "1.03E+13,2026-03-05 00:00:00,9,2026-03-02 09:00:00,36,,7,open,,7,,email,,[],"
    intake.load(intake.file("t.csv", tickets(row)))
    assert intake.rejects() == [(2, "id is in scientific notation")]


def test_reserved_words_in_quotes_and_capitals_are_the_same_headers(intake):
    text = '"""TAG""",TICKET_ID,_FIVETRAN_SYNCED\nSpam,12,2026-03-05 00:00:00\n'
    [report] = intake.load(intake.file("tags.csv", text))
    assert (report.source, report.received) == ("fivetran_zendesk", 1)
    assert intake.rows("contact_tags", "contact_id, tag") == [("zendesk:12", "spam")]


def test_custom_fields_are_columns_that_the_mapping_tells(intake):
    row = "12,2026-03-05 00:00:00,9,2026-03-02 09:00:00,36,,7,open,,7,,email,,[],,fees,ko"
    columns = '[columns]\ntopic = "custom_issue"\nlanguage = "custom_language"\n'
    intake.file("mappings/t.toml", columns)
    headers = ",custom_issue,custom_language"
    intake.load(intake.file("t.csv", tickets(row, more_headers=headers)))
    assert intake.rows("contacts", "topic_raw, language_raw, language_source") == [
        ("fees", "ko", "declared")
    ]


def test_every_seed_table_loads_or_says_why_not(intake):
    if not SEEDS.exists():
        pytest.skip("../shared/data/vendor_seeds is not here")
    reports = {report.file.stem: report for report in intake.load(*sorted(SEEDS.glob("*.csv")))}
    received = {name: r.received for name, r in reports.items() if not r.skipped_reason}
    assert received == {
        "group_data": 8, "ticket_chat_data": 10, "ticket_chat_event_data": 12,
        "ticket_comment_data": 20, "ticket_data": 10, "ticket_field_history_data": 38,
        "ticket_tag_data": 10,         "user_data": 10, "user_data_snowflake": 10,
    }  # fmt: skip
    assert {r.source for r in reports.values()} == {"fivetran_zendesk", "zendesk_messaging"}
    assert sum(r.quarantined for r in reports.values()) == 0
    assert len(intake.rows("status_events", "contact_id")) == 30
    assert intake.rows("relations", "contact_id, other_contact_id", "relation DESC")[0] == (
        "zendesk:1967", "zendesk:1966",
    )  # fmt: skip
