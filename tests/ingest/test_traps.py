"""The traps of real exports, one test each with a small witness: no number may fall for one.

The sources' own tests go deeper; here each trap is met once, through the load, and through the
build where it is about what is counted.
"""

import json

import pytest

from pipelines.api import open_warehouse
from pipelines.errors import InputError, ZoneError
from pipelines.stages.languages import detect_languages
from pipelines.statistics import funnel
from tests.fixtures import SETTINGS

SEOUL = {"zone": "Asia/Seoul"}
TICKETS = (
    "Id,Requester id,Status,Via,Created at,Updated at,Solved at,Satisfaction Score,"
    "First reply time in minutes\n"
)
TICKET = {
    "id": 1, "via": {"channel": "web", "source": {"rel": None}}, "status": "open",
    "requester_id": 7, "submitter_id": 7, "tags": [], "priority": None, "group_id": 3,
    "created_at": "2026-03-02T09:00:00Z", "updated_at": "2026-03-02T09:00:00Z",
}  # fmt: skip
FATES = "SELECT split_part(contact_id, ':', 2), exclusion FROM fact_contacts ORDER BY 1"


def ticket(id_="1", created="2026-03-02 09:00", solved="-", score="Not Offered", reply="-") -> str:
    return f"{id_},77,Open,Mail,{created},2026-12-09 09:00,{solved},{score},{reply}\n"


def lines(*records: dict) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def measured(warehouse, metric: str, **selection) -> tuple:
    """(value, n) of a metric over what is published."""
    [row] = open_warehouse(warehouse.folder).measure(metric, **selection).to_dict("records")
    return row["value"], row["n"]


def test_trap_1_one_family_writes_days_seconds_and_minutes(intake):
    calls = [
        {"interaction_id": "a", "call_type": "inbound", "start_time": "2026-03-02 09:00:00",
         "end_time": "2026-03-02 09:01:00", "talk_time": 30 / 86400, "waiting_time": 5 / 86400,
         "holding_time": 0.0, "customer_phone_number": "+821000000001"},
        {"call_id": "b", "type": "inbound", "start_at": "2026-03-02T09:00:00Z", "total_time": 60,
         "talk_time": 30, "wait_time": 5, "hold_time": 0,
         "customer_phone_number": "+821000000001"},
    ]  # fmt: skip
    intake.load(intake.file("calls.json", json.dumps({"entries": calls})))
    intake.load(intake.file("tickets.csv", TICKETS + ticket(reply="5")), **SEOUL)
    assert intake.rows("sessions", "wait_seconds, talk_seconds") == [(5, 30), (5, 30)]
    assert intake.rows("contact_clocks", "vendor_first_response_seconds") == [(300,)]


def test_trap_2_business_hours_hide_under_a_neutral_name(intake):
    text = (
        "Ticket ID,Status,Created time,Initial response time,First response time (in hrs),"
        "Agent interactions\n"
        "7,Open,2026-03-02 09:00:00,2026-03-03 09:10:00,08:10:00,1\n"
    )
    intake.load(intake.file("tickets.csv", text), **SEOUL)
    assert intake.rows(
        "contact_clocks", "vendor_first_response_seconds, vendor_first_response_business_seconds"
    ) == [(86_400 + 600, 8 * 3600 + 600)]


def test_trap_3_local_times_have_no_offset_and_an_hour_that_happens_twice_or_never(intake):
    twice = ticket("1", created="2026-11-01 01:50", solved="2026-11-01 01:10")
    never = ticket("2", created="2026-03-08 02:30")
    path = intake.file("tickets.csv", TICKETS + twice + never)
    with pytest.raises(ZoneError, match="no zone was told"):
        intake.load(path)
    with pytest.raises(ZoneError, match="unknown time zone 'Eastern Time"):
        intake.load(path, zone="Eastern Time (US & Canada)")
    intake.load(path, zone="America/New_York")
    assert intake.rows("contact_clocks", "solved_at") == [("2026-11-01 06:10:00",)]
    assert intake.rows("contacts", "created_at") == [("2026-11-01 05:50:00",)]
    assert intake.rejects() == [
        (3, "Created at does not exist in America/New_York: clocks went forward")
    ]


@pytest.mark.parametrize(
    "never", ["", "-", "1900-01-01 00:00:00", "1970-01-01 00:00:00", "0001-01-01T00:00:00Z"]
)
def test_trap_4_never_is_written_as_a_date_or_a_dash(intake, never):
    intake.load(intake.file("tickets.csv", TICKETS + ticket(solved=never)), **SEOUL)
    assert intake.rows("contact_clocks", "solved_at") == [(None,)]
    missing = ticket("2", created=never) + ticket("3")
    intake.load(intake.file("more.csv", TICKETS + missing), **SEOUL)
    assert intake.rejects() == [(2, "Created at is missing")]


def test_trap_5_a_bot_speaks_as_the_agent_and_no_reply_is_faster_for_it(intake, warehouse):
    def says(second: int, nick: str) -> dict:
        sent = f"2026-03-02T09:{second // 60:02}:{second % 60:02}Z"
        return {"type": "chat.msg", "timestamp": sent, "nick": nick, "msg": "..."}

    history = [says(0, "visitor:7"), says(2, "agent:trigger"), says(62, "agent:9")]
    chat = {
        "type": "chat", "id": "c1", "timestamp": "2026-03-02T09:00:00Z", "started_by": "visitor",
        "update_timestamp": "2026-03-02T09:10:00Z", "visitor": {"id": "7"}, "history": history,
    }  # fmt: skip
    intake.load(intake.file("chats.jsonl", lines(chat)))
    assert intake.rows("messages", "author_role", "sent_at") == [
        ("customer",),
        ("bot",),
        ("agent",),
    ]
    warehouse.build(SETTINGS)
    assert measured(warehouse, "first_response_seconds") == (62, 1)


def test_trap_6_pages_overlap_and_tickets_come_again(intake, warehouse):
    solved = {"status": "solved", "updated_at": "2026-03-03T09:00:00Z"}
    pages = [TICKET, TICKET | {"id": 2}], [TICKET | solved, TICKET | {"id": 2}, TICKET | {"id": 3}]
    for number, page in enumerate(pages):
        intake.load(intake.file(f"page{number}.jsonl", lines(*page)))
    published = warehouse.build(SETTINGS)
    assert published.execute(
        "SELECT split_part(contact_id, ':', 2), status FROM fact_contacts ORDER BY 1"
    ).fetchall() == [("1", "solved"), ("2", "open"), ("3", "open")]
    assert published.execute(
        "SELECT sum(received), sum(counted), sum(duplicate) FROM ledger"
    ).fetchall() == [(5, 3, 2)]


def test_trap_7_a_history_has_a_row_for_every_version(intake, warehouse):
    header = (
        "id,_fivetran_synced,assignee_id,created_at,group_id,requester_id,status,subject,"
        "submitter_id,updated_at,via_channel,via_source_rel,merged_ticket_ids,"
        "via_followup_source_id,_fivetran_active\n"
    )

    def version(id_: int, status: str, day: int, active: str) -> str:
        return (
            f"{id_},2026-03-09 00:00:00,9,2026-03-02 09:00:00,36,7,{status},,7,"
            f"2026-03-0{day} 09:00:00,email,,[],,{active}\n"
        )

    rows = version(1, "open", 3, "false") + version(1, "solved", 4, "true")
    intake.load(intake.file("ticket.csv", header + rows + version(2, "open", 3, "false")))
    published = warehouse.build(SETTINGS)
    assert published.execute(
        "SELECT split_part(contact_id, ':', 2), status, exclusion FROM fact_contacts ORDER BY 1"
    ).fetchall() == [("1", "solved", None), ("2", "deleted", "deleted")]


def test_trap_8_closing_is_no_solve_and_the_first_solve_is_not_the_last(warehouse):
    warehouse(
        contacts="contact_id | created_at | status\nc | 2026-03-02 00:00 | closed",
        status_events="""
            contact_id | changed_at       | from_status | to_status
            c          | 2026-03-02 02:00 | open        | solved
            c          | 2026-03-02 04:00 | solved      | open
            c          | 2026-03-03 06:00 | open        | solved
            c          | 2026-03-23 06:00 | solved      | closed
        """,
    )
    assert measured(warehouse, "first_resolution_seconds") == (2 * 3600, 1)
    assert measured(warehouse, "full_resolution_seconds") == (30 * 3600, 1)
    assert measured(warehouse, "reopened_share") == (1, 1)


def test_trap_9_merged_spam_side_conversation_and_sample_tickets_are_no_customers(
    intake, warehouse
):
    changes = [
        {}, {"tags": ["closed_by_merge"]}, {"tags": ["spam"]},
        {"via": {"channel": "side_conversation", "source": {"rel": None}}},
        {"via": {"channel": "sample_ticket", "source": {"rel": None}}},
    ]  # fmt: skip
    records = [TICKET | {"id": number} | change for number, change in enumerate(changes, 1)]
    intake.load(intake.file("tickets.jsonl", lines(*records)))
    published = warehouse.build(SETTINGS)
    assert published.execute(FATES).fetchall() == [
        ("1", None), ("2", "merged"), ("3", "spam"), ("4", "internal"), ("5", "test"),
    ]  # fmt: skip
    assert published.execute(
        "SELECT received, counted, merged, spam, internal, test FROM ledger"
    ).fetchall() == [(5, 1, 1, 1, 1, 1)]


def test_trap_10_what_agents_start_is_left_out_and_a_daily_batch_is_told(intake, warehouse):
    outbound = TICKET | {"submitter_id": 9, "assignee_id": 9}
    batch = {f"2026-03-{day}T22:00:{i:02}Z" for day in range(10, 20) for i in range(8)}
    others = {f"2026-03-{day}T{hour:02}:{day}:00Z" for day in range(10, 20) for hour in range(12)}
    made = [
        TICKET | {"id": number, "created_at": at, "updated_at": at}
        for number, at in enumerate(sorted(batch | others), 100)
    ]
    intake.load(intake.file("tickets.jsonl", lines(outbound, *made)))
    published = warehouse.build(SETTINGS)
    assert published.execute(
        "SELECT sum(received), sum(counted), sum(agent_initiated) FROM ledger"
    ).fetchall() == [(201, 200, 1)]
    [(finding,)] = published.execute(
        """SELECT finding FROM findings WHERE "check" = 'no_batch_jobs'"""
    ).fetchall()
    assert "local_hour=7, local_minute=0, contacts=80, percent=40.0" in finding


def test_trap_11_a_call_its_transfer_a_chat_and_a_ticket_of_one_matter_are_one(warehouse):
    published = warehouse(
        contacts="""
            contact_id | kind   | created_at       | linked_contact_id
            call       | call   | 2026-03-02 10:00 | ticket
            transfer   | call   | 2026-03-02 10:05 | call
            chat       | chat   | 2026-03-02 09:00 | ticket
            ticket     | ticket | 2026-03-02 10:10 |
        """,
    )
    assert published.execute("SELECT counted, linked FROM ledger").fetchall() == [(1, 3)]


def test_trap_12_a_survey_is_not_sent_sent_or_answered_and_a_scale_has_a_direction(intake):
    scores = ["Not Offered", "Offered", "Good", "Bad", "4"]
    rows = [ticket(str(number), score=score) for number, score in enumerate(scores, 1)]
    intake.load(intake.file("tickets.csv", TICKETS + "".join(rows)), **SEOUL)
    assert intake.rows("surveys", "contact_id, answered_at IS NOT NULL, scale, score") == [
        ("zendesk:2", False, None, None), ("zendesk:3", True, "good_bad", 1.0),
        ("zendesk:4", True, "good_bad", 0.0), ("zendesk:5", True, "1-5", 4.0),
    ]  # fmt: skip
    mapping = """
        source = "survey"
        system = "german_school"
        zone = "Europe/Berlin"
        [columns]
        id = "id"
        answered_at = "at"
        score = "mark"
        [scale]
        name = "1-5"
        best = 1
    """
    told = intake.file("mappings/told.toml", mapping)
    intake.load(intake.file("s.csv", "id,at,mark\n1,2026-03-02 09:00,1\n"), mapping=told)
    assert intake.rows("surveys", "score_raw, score", "survey_id")[0] == ("1", 5.0)


def test_trap_13_an_accounts_default_language_is_not_the_customers(intake, warehouse):
    user = {"id": 7, "role": "end-user", "locale": "ko", "updated_at": "2026-03-02T09:00:00Z"}
    comment = {
        "id": 5, "ticket_id": 1, "author_id": 7, "public": True, "type": "Comment",
        "body": "My withdrawal has not arrived yet", "created_at": "2026-03-02T09:00:00Z",
    }  # fmt: skip
    silent = TICKET | {"id": 2}
    intake.load(intake.file("tickets.jsonl", lines(TICKET, silent)))
    intake.load(intake.file("users.jsonl", lines(user)))
    intake.load(intake.file("comments.jsonl", lines(comment)))
    detect_languages(warehouse.folder)
    published = warehouse.build(SETTINGS)
    assert published.execute(
        "SELECT split_part(contact_id, ':', 2), language, language_source FROM fact_contacts"
        " ORDER BY 1"
    ).fetchall() == [("1", "en", "detected"), ("2", "ko", "user_profile")]


def test_trap_14_what_made_the_ticket_is_not_the_channel(intake, warehouse):
    api = TICKET | {"via": {"channel": "api", "source": {"rel": None}}}
    intake.load(intake.file("tickets.jsonl", lines(api, TICKET | {"id": 2})))
    published = warehouse.build(SETTINGS)
    assert published.execute(
        "SELECT split_part(contact_id, ':', 2), channel FROM fact_contacts ORDER BY 1"
    ).fetchall() == [("1", "unknown"), ("2", "help_centre")]


PLAIN = (
    "Summation column,Id,Requester id,Status,Via,Created at,Updated at,Subject\n"
    "1,1,77,Open,Mail,2026-03-02 09:00,2026-03-09 09:00,출금 문의\n"
    "1,2,77,Open,Mail,2026-03-02 09:00,2026-03-09 09:00,출금 문의\n"
)
HEADER = PLAIN.split("\n")[0]


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (PLAIN.encode("utf-8-sig"), []),
        (PLAIN.encode("utf-16"), []),
        (PLAIN.encode("cp949"), []),
        (PLAIN.replace("\n", "\r\n").encode(), []),
        (PLAIN.replace("\n", "\r").encode(), []),
        (PLAIN.replace(",", ";").encode(), []),
        (PLAIN.replace(",", "\t").encode(), []),
        (f"Report of March\n\n{PLAIN}".encode(), []),
        (PLAIN.replace("\n1,2,", f"\n{HEADER}\n1,2,").encode(), [(3, "the header again")]),
        (f"{PLAIN}SUM,2,,,,,,\n".encode(), [(4, "a line of totals")]),
        (PLAIN.replace("출금 문의", '"출금\n문의"').encode(), []),
    ],
    ids=["bom", "utf-16", "cp949", "crlf", "cr", "semicolon", "tab", "metadata", "header again",
         "sum", "newline"],
)  # fmt: skip
def test_trap_15_one_table_is_written_in_many_ways(intake, content, refused):
    [report] = intake.load(intake.file("tickets.csv", content), **SEOUL)
    assert (report.received, report.loaded) == (2 + len(refused), 2)
    assert intake.rows("contacts", "source_id, created_at, replace(subject, chr(10), ' ')") == [
        ("1", "2026-03-02 00:00:00", "출금 문의"), ("2", "2026-03-02 00:00:00", "출금 문의"),
    ]  # fmt: skip
    assert intake.rejects() == refused


def test_trap_16_a_ruined_id_is_refused_and_a_long_or_padded_one_is_exact(intake):
    rows = ticket("1.03006E+13") + ticket("007") + ticket("90071992547409931")
    intake.load(intake.file("tickets.csv", TICKETS + rows), **SEOUL)
    intake.load(intake.file("tickets.jsonl", lines(TICKET | {"id": 90071992547409933})))
    assert intake.rows("contacts", "source_id") == [
        ("007",), ("90071992547409931",), ("90071992547409933",),
    ]  # fmt: skip
    assert intake.rows("rejects", "line, reasons, remedy") == [
        (2, "Id is in scientific notation",
         "a spreadsheet ruined the id: export again and don't save the file in one")
    ]  # fmt: skip


def test_trap_17_a_reply_of_zero_whole_minutes_is_a_reply_and_a_dash_is_none(intake):
    rows = ticket("1", reply="0") + ticket("2", reply="-") + ticket("3", reply="-1")
    intake.load(intake.file("tickets.csv", TICKETS + rows), **SEOUL)
    assert intake.rows("contact_clocks", "contact_id, vendor_first_response_seconds") == [
        ("zendesk:1", 0), ("zendesk:2", None),
    ]  # fmt: skip
    assert intake.rejects() == [(4, "First reply time in minutes is negative")]


def test_trap_18_a_vendors_duration_is_compared_and_never_used_where_times_are(warehouse):
    published = warehouse(
        contacts="contact_id | created_at\nc | 2026-03-02 09:00",
        messages="""
            contact_id | sent_at          | author_role
            c          | 2026-03-02 09:00 | customer
            c          | 2026-03-02 09:10 | agent
        """,
        contact_clocks="contact_id | vendor_first_response_seconds\nc | 99999",
    )
    assert measured(warehouse, "first_response_seconds") == (600, 1)
    assert published.execute(
        """SELECT finding FROM findings WHERE "check" = 'vendor_clocks_agree'"""
    ).fetchall() == [("source=zendesk, compared=1, differing=1",)]


def test_trap_19_a_quiet_half_hour_is_zero_and_a_day_without_a_feed_is_not(warehouse):
    published = warehouse(
        contacts="""
            contact_id | source  | channel | created_at
            c1         | zendesk | email   | 2026-03-01 15:10
            c2         | zendesk | email   | 2026-03-03 15:10
            c3         | zendesk | email   | 2026-03-04 14:50
            c4         | calls   | phone   | 2026-03-02 15:10
        """,
    )
    assert published.execute(
        "SELECT local_on::VARCHAR, count(offered), sum(offered) FROM fact_arrivals"
        " WHERE channel = 'email' GROUP BY ALL ORDER BY 1"
    ).fetchall() == [("2026-03-02", 48, 1), ("2026-03-03", 0, None), ("2026-03-04", 48, 2)]


def test_trap_20_the_unsolved_are_censored_and_not_dropped(warehouse):
    warehouse(
        contacts="""
            contact_id | created_at       | status | updated_at
            quick      | 2026-03-02 00:00 | solved |
            slow       | 2026-03-02 00:00 | solved |
            unsolved   | 2026-03-02 00:00 | open   | 2026-03-04 12:00
        """,
        status_events="""
            contact_id | changed_at       | from_status | to_status
            quick      | 2026-03-02 05:00 | open        | solved
            slow       | 2026-03-02 10:00 | open        | solved
        """,
    )
    assert measured(warehouse, "first_resolution_seconds") == (27_000, 2)  # the median of two
    assert measured(warehouse, "resolution_censored_seconds") == (36_000, 3)


def test_trap_21_a_tiny_group_is_shown_with_its_n_and_never_judged(warehouse):
    answered = "\n".join(f"p{i} | phone | 2026-03-02 09:00" for i in range(40))
    warehouse(
        contacts=f"contact_id | channel | created_at\n{answered}\n"
        + "\n".join(f"e{i} | email | 2026-03-02 09:00" for i in range(4)),
        surveys="contact_id | sent_at | answered_at | score\n"
        + "\n".join(f"p{i} | 2026-03-02 10:00 | 2026-03-02 10:00 | 5" for i in range(40))
        + "\n"
        + "\n".join(f"e{i} | 2026-03-02 10:00 | 2026-03-02 10:00 | 1" for i in range(4)),
    )
    found = open_warehouse(warehouse.folder).measure("csat", by="channel").set_index("channel")
    assert found[["value", "n"]].to_dict("index") == {
        "email": {"value": 0, "n": 4}, "phone": {"value": 1, "n": 40},
    }  # fmt: skip
    judged = funnel.shares([0, 40], [4, 40])["outside"]
    assert judged.isna().tolist() == [True, False]


def test_a_file_that_is_no_table_at_all_is_one_line_of_error(intake):
    with pytest.raises(InputError) as caught:
        intake.load(intake.file("empty.csv", ""))
    assert "\n" not in str(caught.value)
