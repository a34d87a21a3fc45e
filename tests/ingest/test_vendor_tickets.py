"""Zammad, HubSpot and Salesforce: tables of tickets, each with its vendor's own traps."""

import json

import pytest

from pipelines.errors import ZoneError

ZAMMAD = {
    "id": 7, "number": "67007", "title": "x", "group_id": 1, "priority_id": 3, "state_id": 4,
    "owner_id": 3, "customer_id": 40, "create_article_type_id": 5,
    "created_at": "2026-03-02T00:10:00.000Z", "updated_at": "2026-03-02T05:00:00.000Z",
    "first_response_at": "2026-03-02T00:40:00.000Z", "first_response_in_min": 12,
    "close_at": "2026-03-02T04:00:00.000Z", "close_in_min": 99,
}  # fmt: skip


def load(intake, name: str, content, **options):
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    [report] = intake.load(intake.file(name, text), **options)
    return report


def test_zammads_minutes_follow_its_calendar_and_are_left_aside(intake):
    assert load(intake, "t.json", [ZAMMAD]).source == "zammad"
    columns = "solved_at, vendor_first_response_seconds, vendor_full_resolution_seconds"
    assert intake.rows("contact_clocks", columns) == [("2026-03-02 04:00:00", 1800, None)]


@pytest.mark.parametrize(
    ("state", "status", "exclusion"),
    [(1, "new", None), (4, "closed", None), (5, "closed", "merged"), (6, "deleted", None),
     (9, "unknown", None)],
)  # fmt: skip
def test_a_merged_ticket_of_zammad_does_not_count(intake, state, status, exclusion):
    load(intake, "t.json", [ZAMMAD | {"state_id": state}])
    assert intake.rows("contacts", "status, exclusion") == [(status, exclusion)]


def test_owner_1_of_zammad_is_nobody(intake):
    load(intake, "t.json", [ZAMMAD, ZAMMAD | {"id": 8, "owner_id": 1}])
    assert intake.rows("contacts", "contact_id, agent_id, channel_raw, priority") == [
        ("zammad:7", "3", "phone", "high"), ("zammad:8", None, "phone", "high"),
    ]  # fmt: skip


def test_a_sites_own_states_are_told_beside_the_vendors(intake):
    told = intake.file("mappings/m.toml", '[values.status]\n9 = "hold"\n')
    load(intake, "t.json", [ZAMMAD | {"state_id": 9}, ZAMMAD | {"id": 8}], mapping=told)
    assert intake.rows("contacts", "status") == [("closed",), ("hold",)]


def hubspot(id_: str, **properties) -> dict:
    base = {
        "createdate": "2026-03-02T00:10:00.5Z", "hs_lastmodifieddate": "2026-03-02T05:00:00Z",
        "closed_date": "", "hs_pipeline": "0", "hs_pipeline_stage": "93124", "source_type": "CHAT",
        "time_to_close": "14400000", "time_to_first_agent_reply": "600000",
    }  # fmt: skip
    return {"id": id_, "properties": base | properties, "archived": False}


def test_hubspots_properties_are_texts_and_its_milliseconds_its_own(intake):
    content = {"results": [hubspot("9007199254740993", closed_date="2026-03-02T04:10:00Z")]}
    assert load(intake, "t.json", content).source == "hubspot"
    assert intake.rows("contacts", "contact_id, channel_raw, status, status_raw") == [
        ("hubspot:9007199254740993", "CHAT", "unknown", "93124")
    ]
    columns = "solved_at, vendor_first_response_seconds, vendor_full_resolution_seconds"
    assert intake.rows("contact_clocks", columns) == [("2026-03-02 04:10:00", 600, 14400)]


def test_a_stage_of_hubspot_means_what_the_portals_mapping_says(intake):
    told = intake.file("mappings/m.toml", '[values.status]\n93124 = "closed"\n')
    archived = hubspot("2") | {"archived": True}
    load(intake, "t.json", {"results": [hubspot("1"), archived]}, mapping=told)
    assert intake.rows("contacts", "status, exclusion") == [("closed", "deleted"), ("closed", None)]


def test_other_objects_of_hubspot_are_not_taken_for_tickets(intake):
    deal = {"id": "1", "properties": {"dealstage": "x", "createdate": "2026-03-02T00:10:00Z"}}
    [report] = intake.load(intake.file("deals.json", json.dumps({"results": [deal]})).parent)
    assert report.skipped_reason.startswith(f"{intake.folder}/deals.json: line 1: unknown format")


def test_hubspots_list_has_local_times_and_clocks(intake):
    text = (
        "Ticket ID,Ticket name,Pipeline,Ticket status,Create date,Close date,"
        "Time to close (HH:mm:ss)\n501,x,S,Closed,2026-03-02 09:10,2026-03-02 13:10,26:00:00\n"
    )
    with pytest.raises(ZoneError):
        load(intake, "t.csv", text)
    load(intake, "t.csv", text, zone="Asia/Seoul")
    assert intake.rows("contact_clocks", "solved_at, vendor_full_resolution_seconds") == [
        ("2026-03-02 04:10:00", 93600)
    ]


CASE = {
    "attributes": {"type": "Case"}, "Id": "500B0000001AAAAIA4", "CaseNumber": "00001026",
    "Status": "Closed", "Origin": "Web", "IsDeleted": False,
    "CreatedDate": "2026-03-02T00:34:11.000+0000", "ClosedDate": "2026-03-02T04:34:11.000+0000",
}  # fmt: skip


def test_a_case_of_salesforce_is_the_same_in_the_interface_and_in_a_report(intake):
    report = '"Case Number","Date/Time Opened","Case Origin"\n"00001026","2026-03-02 09:34","Web"\n'
    assert load(intake, "c.json", {"done": True, "records": [CASE]}).source == "salesforce"
    assert load(intake, "r.csv", report, zone="Asia/Seoul").source == "salesforce"
    assert intake.rows("contacts", "contact_id, date_trunc('minute', created_at)") == [
        ("salesforce:00001026", "2026-03-02 00:34:00"),
        ("salesforce:00001026", "2026-03-02 00:34:00"),
    ]


def test_a_case_without_a_number_is_known_by_15_characters_of_its_id(intake):
    text = (
        "ID,STATUS,ORIGIN,CREATEDDATE\n500B0000001AAAAIA4,New,Web,2026-03-02T01:00:00.000Z\n"
        "500B0000001AAAA,Closed,Web,2026-03-02T01:00:00.000Z\n"
    )
    load(intake, "loader.csv", text)
    assert intake.rows("contacts", "DISTINCT contact_id") == [("salesforce:500B0000001AAAA",)]


def test_a_report_is_read_between_its_title_and_its_footers(intake):
    text = (
        '"Cases of März"\n\n"Case Number","Date/Time Opened","Case Origin"\n'
        '"00001026","02.03.2026 09:34","Web"\n"Grand Totals (1 Record)"\n\n"Acme GmbH"\n'
        '"Copyright © 2000-2026 salesforce.com, inc. All rights reserved."\n'
    ).encode("iso-8859-1")
    report = load(intake, "r.csv", text, zone="Asia/Seoul", encoding="iso-8859-1")
    assert (report.received, report.loaded) == (4, 1)
    assert intake.rows("contacts", "source_id, created_at") == [("00001026", "2026-03-02 00:34:00")]
    assert {reason for _, reason in intake.rejects()} == {"a footer line"}


def test_a_report_month_first_must_be_told(intake):
    text = '"Case Number","Date/Time Opened"\n"1","3/2/2026 9:34 AM"\n"2","2026-03-02 09:34"\n'
    load(intake, "r.csv", text, zone="UTC")
    assert intake.rejects() == [(2, "Date/Time Opened is not a time")]
    told = intake.file("mappings/m.toml", 'zone = "UTC"\ntime_formats = ["%m/%d/%Y %I:%M %p"]\n')
    load(intake, "r.csv", text.replace('"2","2026-03-02 09:34"\n', ""), mapping=told)
    assert intake.rows("contacts", "created_at") == [
        ("2026-03-02 09:34:00",), ("2026-03-02 09:34:00",)
    ]  # fmt: skip


def test_what_a_user_tells_comes_before_what_the_vendor_means(intake):
    told = intake.file(
        "mappings/m.toml",
        '[columns]\ntopic = "title"\n[constants]\nchannel = "kiosk"\n'
        '[values.status]\n4 = "solved"\n',
    )
    load(intake, "t.json", [ZAMMAD], mapping=told)
    assert intake.rows("contacts", "topic_raw, channel_raw, status, team") == [
        ("x", "kiosk", "solved", "1")
    ]


def test_columns_that_a_vendors_mapping_reads_are_not_called_unknown(intake):
    text = '"Case Number","Date/Time Opened","Case Origin","Size"\n"1","2026-03-02 09:34",Web,42\n'
    load(intake, "r.csv", text, zone="UTC")
    [manifest] = intake.warehouse.glob("raw/*/manifest.json")
    columns = json.loads(manifest.read_text())
    assert (columns["columns_unknown"], columns["columns_missing"]) == (["Size"], [])
