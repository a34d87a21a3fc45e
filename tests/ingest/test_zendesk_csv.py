"""Zendesk's full CSV export: by header, in its zone, with its ways of saying "missing"."""

import pytest

HEADER = (
    "Id,Requester id,Group,Status,Priority,Via,Created at,Updated at,Solved at,Satisfaction Score"
)
SEOUL = {"zone": "Asia/Seoul"}


def ticket(id_="1", created="2026-03-02 09:00", **fields) -> str:
    row = {
        "requester": "77", "group": "Support", "status": "Solved", "priority": "Low", "via": "Mail",
        "updated": "2026-03-03 09:00", "solved": "2026-03-02 12:00", "score": "Not Offered",
        **fields,
    }  # fmt: skip
    return ",".join(
        [id_, row["requester"], row["group"], row["status"], row["priority"], row["via"], created,
         row["updated"], row["solved"], row["score"]]
    )  # fmt: skip


def export(*rows: str, header: str = HEADER) -> str:
    return "\n".join((header, *rows)) + "\n"


def test_local_times_become_utc(intake):
    intake.load(intake.file("t.csv", export(ticket())), **SEOUL)
    assert intake.rows("contacts", "contact_id, created_at, updated_at") == [
        ("zendesk:1", "2026-03-02 00:00:00", "2026-03-03 00:00:00")
    ]
    assert intake.rows("contact_clocks", "solved_at") == [("2026-03-02 03:00:00",)]


def test_columns_are_found_by_header_in_any_order_and_number(intake):
    text = "created at,VIA,Status,Updated at,id\n2026-03-02 09:00,Chat,Open,2026-03-02 09:30,5\n"
    intake.load(intake.file("t.csv", text), source="zendesk_csv", **SEOUL)
    assert intake.rows("contacts", "source_id, channel_raw, status, team, created_at") == [
        ("5", "Chat", "open", None, "2026-03-02 00:00:00")
    ]


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-03-02 09:00", "2026-03-02 00:00:00"),
        ("2026-03-02 09:00:07", "2026-03-02 00:00:07"),
        ("02-03-2026 09:00", "2026-03-02 00:00:00"),
        ("2026-03-02T09:00:00+09:00", "2026-03-02 00:00:00"),
        ("2026-03-02T00:00:00Z", "2026-03-02 00:00:00"),
    ],
)
def test_times_in_every_form_that_exports_and_spreadsheets_write(intake, written, utc):
    intake.load(intake.file("t.csv", export(ticket(created=written))), **SEOUL)
    assert intake.rows("contacts", "created_at") == [(utc,)]


@pytest.mark.parametrize("missing", ["", "-", "1900-01-01 00:00:00", "1900-01-01 05:30"])
def test_a_missing_solve_is_null_however_it_is_written(intake, missing):
    intake.load(intake.file("t.csv", export(ticket(solved=missing))), **SEOUL)
    assert intake.rows("contact_clocks", "solved_at") == [(None,)]
    assert intake.rejects() == []


@pytest.mark.parametrize(
    ("written", "survey"),
    [
        ("", None),
        ("Not Offered", None),
        ("Offered", (None, None, None)),
        ("Good", ("good_bad", 1.0, "2026-03-02 03:00:00")),
        ("Bad", ("good_bad", 0.0, "2026-03-02 03:00:00")),
        ("4", ("1-5", 4.0, "2026-03-02 03:00:00")),
    ],
)
def test_satisfaction_offered_is_a_survey_without_an_answer(intake, written, survey):
    intake.load(intake.file("t.csv", export(ticket(score=written))), **SEOUL)
    assert intake.rows("surveys", "scale, score, answered_at") == ([survey] if survey else [])


def test_custom_columns_tell_language_and_topic(intake):
    header = HEADER + ",Language [list],Issue type [list]"
    intake.load(
        intake.file("t.csv", export(ticket() + ",한국어,Withdrawals", header=header)), **SEOUL
    )
    assert intake.rows("contacts", "language_raw, language_source, topic_raw") == [
        ("한국어", "declared", "Withdrawals")
    ]


def test_what_the_mapping_excludes_says_why(intake):
    mapping = intake.file(
        "mappings/t.toml",
        """
        zone = "Asia/Seoul"
        [exclude.agent_initiated]
        Via = ["OutBound"]
        [exclude.internal]
        Via = ["Internal Communication"]
        """,
    )
    vias = ["Mail", "outbound", "Internal Communication", "Closed Ticket", "Sample Ticket"]
    rows = [ticket(str(i), via=via) for i, via in enumerate(vias)]
    intake.load(intake.file("t.csv", export(*rows)), mapping=mapping)
    assert intake.rows("contacts", "source_id, exclusion, direction") == [
        ("0", None, "inbound"),
        ("1", "agent_initiated", "outbound"),
        ("2", "internal", "internal"),
        ("3", "follow_up", "inbound"),
        ("4", "test", "inbound"),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (ticket("1.03006E+13"), "Id is in scientific notation"),
        (ticket("12a"), "Id is not a number"),
        (ticket(""), "Id is missing"),
        (ticket(requester="1.0300E+13"), "Requester id is in scientific notation"),
        (ticket(created="-"), "Created at is missing"),
        (ticket(created="1900-01-01 00:00:00"), "Created at is missing"),
        (ticket(created="yesterday at 9"), "Created at is not a time"),
        (ticket(created="2026-13-02 09:00"), "Created at is not a time"),
        (ticket(created="2026-03-02"), "Created at is not a time"),
        (ticket(solved="2026-03-02 08:59"), "Solved at is before Created at"),
        (ticket(updated="2160-03-02 08:59"), "Updated at is after 2100"),
        (ticket(score="Meh"), "Satisfaction Score is none of Offered, Good, Bad and 1-5"),
        (
            ticket("", created="soon", score="9"),
            "Id is missing; Satisfaction Score is none of Offered, Good, Bad and 1-5;"
            " Created at is not a time",
        ),
        (HEADER, "the header again"),
        ("SUM,,,,,,,,,", "a line of totals"),
        (ticket() + ",surplus", "more than 10 columns"),
        ("7,8,9", "fewer than 10 columns"),
        (ticket(group='"Sup"port'), "a quote is not closed properly"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_with_every_reason(intake, row, reason):
    good = [ticket("100"), ticket("101")]
    [report] = intake.load(intake.file("t.csv", export(good[0], row, good[1])), **SEOUL)
    assert intake.rejects() == [(3, reason)]
    assert (report.received, report.loaded, report.quarantined) == (3, 2, 1)
    assert intake.rows("contacts", "source_id") == [("100",), ("101",)]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("Reopens", "-1", "Reopens is negative"),
        ("Replies", "many", "Replies is not a number"),
        ("First reply time in minutes", "-5", "First reply time in minutes is negative"),
        ("Full resolution time in minutes", "99999999999",
         "Full resolution time in minutes is impossibly large"),
    ],
)  # fmt: skip
def test_impossible_numbers_are_refused(intake, column, value, reason):
    text = export(ticket() + f",{value}", header=f"{HEADER},{column}")
    intake.load(intake.file("t.csv", text), **SEOUL)
    assert intake.rejects() == [(2, reason)]


def test_the_vendors_minutes_become_seconds(intake):
    header = f"{HEADER},First reply time in minutes,Requester wait time in minutes,Reopens"
    intake.load(intake.file("t.csv", export(ticket() + ",2,30,1", header=header)), **SEOUL)
    assert intake.rows(
        "contact_clocks",
        "vendor_first_response_seconds, vendor_requester_wait_seconds, reopens_count,"
        " replies_count",
    ) == [(120, 1800, 1, None)]


def test_minutes_may_have_their_thousands_divided(intake):
    header = f"{HEADER},First reply time in minutes"
    rows = (ticket() + ',"1,037"', ticket("2") + ",2")
    intake.load(intake.file("t.csv", export(*rows, header=header)), **SEOUL)
    assert intake.rows("contact_clocks", "vendor_first_response_seconds") == [(120,), (62_220,)]


def test_a_ticket_keeps_newlines_inside_quotes(intake):
    header = f"{HEADER},Subject"
    text = export(ticket() + ',"two\nlines, one ticket"', ticket("2") + ",plain", header=header)
    [report] = intake.load(intake.file("t.csv", text), **SEOUL)
    assert report.received == 2
    assert intake.rows("contacts", "source_id, subject") == [
        ("1", "two\nlines, one ticket"),
        ("2", "plain"),
    ]


def test_no_name_or_address_of_a_customer_is_written_anywhere(intake):
    header = f"{HEADER},Requester,Requester email,Subject"
    person = ",Kim Minji,minji@example.com,write to minji@example.com"
    broken = ticket("3") + ',Kim Minji,minji@example.com,"broken" by Kim Minji'
    rows = [ticket() + person, ticket("2", created="soon") + person, broken]
    [report] = intake.load(intake.file("t.csv", export(*rows, header=header)), **SEOUL)
    assert report.quarantined == 2
    written = str(intake.rows("contacts", "*")) + str(intake.rows("rejects", "*"))
    assert "Minji" not in written  # three letters would come up in ciphertext by chance
    assert "minji@" not in written
    assert intake.rows("contacts", "subject") == [("write to <email>",)]


def test_the_zone_is_mandatory(intake):
    from pipelines.errors import ZoneError

    with pytest.raises(ZoneError, match=r"t\.csv: its times carry no offset .* --zone"):
        intake.load(intake.file("t.csv", export(ticket())))
    assert not list((intake.warehouse / "raw").glob("*/*"))


def test_a_skipped_hour_is_refused_and_a_repeated_one_is_taken_in_order(intake):
    rows = [
        ticket("1", created="2026-03-08 02:30", updated="2026-03-09 09:00", solved="-"),
        # 01:50 first occurrence (EDT); 01:10 can only be the second one (EST)
        ticket(
            "2", created="2026-11-01 01:50", updated="2026-11-02 09:00", solved="2026-11-01 01:10"
        ),
    ]
    intake.load(intake.file("t.csv", export(*rows)), zone="America/New_York")
    assert intake.rejects() == [
        (2, "Created at does not exist in America/New_York: clocks went forward")
    ]
    assert intake.rows("contacts", "created_at") == [("2026-11-01 05:50:00",)]
    assert intake.rows("contact_clocks", "solved_at") == [("2026-11-01 06:10:00",)]
