"""Freshdesk's CSV: local times, business hours as clocks, and headers that come twice."""

import pytest

from pipelines.errors import SettingsError, ZoneError
from pipelines.settings import PROJECT_ROOT

EXPORTS = PROJECT_ROOT / "data" / "exports" / "freshdesk_csv"
HEADER = (
    "Ticket ID,Status,Source,Type,Created time,Resolved time,Closed time,Last update time,"
    "Initial response time,First response time (in hrs),Agent interactions,Tags,Survey results,Type"
)
AT = "2026-03-02 09:00:00"


def row(id="7", status="Open", source="Email", created=AT, resolved="", replied="", business="",
        tags="", survey="") -> str:  # fmt: skip
    return (
        f"{id},{status},{source},Question,{created},{resolved},,{created},{replied},{business},2,"
        f'"{tags}",{survey},Other'
    )


def load(intake, *rows: str, header: str = HEADER, mapping: str | None = None, **options):
    options = {"zone": "Asia/Seoul", **options}
    if mapping is not None:
        options["mapping"] = intake.file("mappings/f.toml", mapping)
    return intake.load(intake.file("f.csv", "\n".join((header, *rows)) + "\n"), **options)


def clocks(intake) -> tuple:
    [found] = intake.rows(
        "contact_clocks",
        "vendor_first_response_seconds, vendor_first_response_business_seconds, replies_count",
    )
    return found


def test_times_are_the_accounts_and_need_a_zone(intake):
    with pytest.raises(ZoneError, match="no zone was told"):
        load(intake, row(), zone=None)
    load(intake, row())
    assert intake.rows("contacts", "created_at") == [("2026-03-02 00:00:00",)]


@pytest.mark.parametrize(
    ("replied", "business", "expected"),
    [
        ("2026-03-02 19:00:00", "00:40:05", (36_000, 2405, 2)),  # the desk was closed for long
        ("2026-03-02 09:30:00", "", (1800, None, 2)),
        ("2026-03-02 09:30:00", "-01:30:00", (1800, None, 2)),
        ("", "112:00:00", (None, 403_200, 2)),
    ],
)
def test_hours_are_business_hours_and_the_instants_are_the_clock(
    intake, replied, business, expected
):
    load(intake, row(replied=replied, business=business))
    assert clocks(intake) == expected


def test_of_headers_that_come_twice_the_first_counts(intake):
    load(intake, row())
    assert intake.rows("contacts", "topic_raw") == [("Question",)]


def test_freshservice_writes_other_capitals(intake):
    intake.load(EXPORTS / "freshservice.csv")
    query = "contact_id, status, channel_raw, agent_id, created_at"
    assert intake.rows("contacts", query, "contact_id") == [
        ("freshservice:31", "solved", "Portal", "Agent 7", "2026-03-02 00:00:00"),
        ("freshservice:32", "open", "Email", None, "2026-03-02 02:00:00"),
    ]
    own = "vendor_first_response_business_seconds"
    assert intake.rows("contact_clocks", own, "_line") == [(600,), (None,)]


def test_outbound_mail_is_the_agents(intake):
    load(intake, row(source="Outbound Email"))
    assert intake.rows("contacts", "direction, exclusion") == [("outbound", "agent_initiated")]


def test_answers_are_signed_and_yield_to_the_ratings_of_the_api(intake):
    load(intake, row(survey="Very Unhappy"), row("8"))
    assert intake.rows("surveys", "survey_id, scale, score, score_raw, sent_at") == [
        ("freshdesk:7", "signed", -2.0, "Very Unhappy", None)
    ]


def test_an_answer_of_another_scale_is_refused_until_a_mapping_tells_it(intake):
    load(intake, row(survey="Could be better"))
    assert intake.rejects() == [(2, "the survey's answer is no known word")]


def test_a_mapping_tells_answers_and_statuses_of_the_account(intake):
    mapping = '[values.survey]\n"Could be better" = "-1"\n[values.status]\nEscalated = "hold"\n'
    load(intake, row(survey="Could be better", status="Escalated"), mapping=mapping)
    assert intake.rows("contacts", "status, status_raw") == [("hold", "Escalated")]
    assert intake.rows("surveys", "score") == [(-1.0,)]


def test_a_status_that_does_not_exist_is_an_error(intake):
    mapping = '[values.status]\nEscalated = "urgent"\n'
    with pytest.raises(SettingsError, match="no status 'urgent'"):
        load(intake, row(), mapping=mapping)


def test_tags_are_divided_by_commas(intake):
    mapping = '[exclude.test]\nTags = ["qa"]\n'
    load(intake, row(tags="vip, stolen account, qa"), mapping=mapping)
    assert intake.rows("contacts", "tags, exclusion") == [("vip stolen_account qa", "test")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (row(resolved="2026-03-01 09:00:00"), "Resolved time is before Created time"),
        (row(id="1.03006E+13"), "Ticket ID is in scientific notation"),
        (row(resolved="yesterday at nine"), "Resolved time is not a time"),
        (row(business="2.5"), "First response time (in hrs) is not HH:MM:SS"),
    ],
)
def test_what_cannot_be_is_refused(intake, line, reason):
    [report] = load(intake, row("8"), line)
    assert (report.received, report.loaded, report.quarantined) == (2, 1, 1)
    assert intake.rejects() == [(3, reason)]
