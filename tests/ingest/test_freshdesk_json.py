"""Freshdesk's API: what its numbers and flags mean, and who answered whom."""

import json

import pytest

from pipelines.settings import PROJECT_ROOT

EXPORTS = PROJECT_ROOT / "data" / "exports" / "freshdesk_json"
RECORDS = PROJECT_ROOT.parent / "shared" / "data" / "vendor_records"
CREATED = "2026-03-02T00:10:00Z"


def ticket(**fields) -> dict:
    return {
        "id": 7, "status": 2, "source": 1, "priority": 1, "type": None, "tags": [],
        "requester_id": 9001, "responder_id": 501, "group_id": 70, "spam": False,
        "created_at": CREATED, "updated_at": CREATED, "subject": "s", "custom_fields": {},
        "description_text": "help", "stats": {}, **fields,
    }  # fmt: skip


def conversation(**fields) -> dict:
    return {
        "id": 1, "ticket_id": 7, "user_id": 501, "incoming": False, "private": False, "source": 0,
        "body": "<p>hello</p>", "created_at": "2026-03-02T01:00:00Z", **fields,
    }  # fmt: skip


def load(intake, *records: dict) -> None:
    intake.load(intake.file("f.json", json.dumps(records)))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"source": 10}, ("outbound", "agent_initiated")),
        ({"spam": True}, ("inbound", "spam")),
        ({"deleted": True, "spam": True}, ("inbound", "deleted")),
        ({"association_type": 3}, ("internal", "internal")),
        ({"source": 3}, ("inbound", None)),
    ],
)
def test_what_no_customer_started_is_not_counted(intake, fields, expected):
    load(intake, ticket(**fields))
    assert intake.rows("contacts", "direction, exclusion") == [expected]


@pytest.mark.parametrize(
    ("code", "status"),
    [(2, "open"), (3, "pending"), (4, "solved"), (5, "closed"), (6, "pending"), (7, "pending"),
     (8, "unknown")],
)  # fmt: skip
def test_waiting_statuses_are_pending_and_the_accounts_own_unknown(intake, code, status):
    load(intake, ticket(status=code))
    assert intake.rows("contacts", "status, status_raw") == [(status, str(code))]


def test_channels_have_the_words_of_the_csv_and_unknown_codes_stay_visible(intake):
    load(intake, ticket(source=9), ticket(id=8, source=44))
    assert intake.rows("contacts", "channel_raw", "source_id") == [
        ("feedback widget",), ("source 44",),
    ]  # fmt: skip


def test_a_tag_of_two_words_stays_one_tag_and_may_be_excluded(intake):
    mapping = intake.file("mappings/f.toml", '[exclude.test]\ntags = ["smoke test"]\n')
    file = intake.file("f.json", json.dumps([ticket(tags=["vip", "Smoke test"])]))
    intake.load(file, mapping=mapping)
    assert intake.rows("contacts", "tags, exclusion") == [("vip Smoke_test", "test")]


def test_a_survey_answer_is_no_customer_message(intake):
    load(intake, conversation(incoming=True, source=6, category=7, user_id=9001))
    assert intake.rows("messages", "author_role, author_id, is_public") == [("system", None, False)]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ("agent", True)),
        ({"incoming": True}, ("customer", True)),
        ({"automation_id": 3}, ("bot", True)),
        ({"auto_response": True}, ("bot", True)),
        ({"source": 2, "private": True}, ("agent", False)),
        ({"source": 8}, ("agent", False)),
    ],
)
def test_notes_forwards_and_automations_do_not_answer(intake, fields, expected):
    load(intake, conversation(**fields))
    assert intake.rows("messages", "author_role, is_public") == [expected]


def test_html_is_read_as_text_before_it_is_masked(intake):
    body = "<style>p{}</style><p>I&#39;m me&#64;example.com</p><p>a &lt; b<br>c</p>"
    load(intake, conversation(body=body))
    assert intake.rows("messages", "text") == [("I'm <email>\na < b\nc",)]


def test_conversations_inside_a_ticket_are_its_messages(intake):
    reply = conversation()
    del reply["ticket_id"]
    stats = {"first_responded_at": "2026-03-02T01:00:00Z"}
    load(intake, ticket(conversations=[reply], stats=stats))
    assert intake.rows("messages", "message_id, contact_id, author_role", "sent_at") == [
        ("freshdesk:ticket-7", "freshdesk:7", "customer"), ("freshdesk:1", "freshdesk:7", "agent"),
    ]  # fmt: skip


def test_without_conversations_the_stats_tell_when_an_agent_replied(intake):
    load(intake, ticket(stats={"first_responded_at": "2026-03-02T00:30:00Z"}))
    assert intake.rows("messages", "sent_at, author_role, text", "sent_at") == [
        ("2026-03-02 00:10:00", "customer", "help"), ("2026-03-02 00:30:00", "agent", None),
    ]  # fmt: skip


def test_without_stats_nothing_is_said_of_replies(intake):
    record = ticket()
    del record["stats"]
    load(intake, record)
    assert intake.rows("messages", "message_id") == []


def test_what_an_agent_noted_of_a_call_is_not_the_customers_text(intake):
    load(intake, ticket(source=3))
    assert intake.rows("messages", "author_role, is_public") == [("agent", False)]


@pytest.mark.parametrize(
    ("answer", "score"),
    [(103, 3.0), (102, 2.0), (101, 1.0), (100, 0.0), (-101, -1.0), (-102, -2.0), (-103, -3.0)],
)
def test_ratings_are_signed(intake, answer, score):
    rating = {
        "id": 4, "survey_id": 1, "ticket_id": 7, "created_at": CREATED,
        "feedback": "a@example.com", "ratings": {"default_question": answer, "question_5": 1},
    }  # fmt: skip
    load(intake, rating)
    assert intake.rows(
        "surveys", "contact_id, scale, score, score_raw, sent_at, answered_at, comment"
    ) == [("freshdesk:7", "signed", score, str(answer), None, "2026-03-02 00:10:00", "<email>")]


def test_a_rating_off_the_scale_is_refused(intake):
    load(intake, {"id": 4, "survey_id": 1, "ticket_id": 7, "created_at": CREATED,
                  "ratings": {"default_question": 4}})  # fmt: skip
    assert intake.rejects() == [
        (1, "ratings.default_question is none of 100 to 103 and -101 to -103")
    ]


def test_a_ticket_solved_before_it_was_made_is_refused(intake):
    load(intake, ticket(stats={"resolved_at": "2026-03-01T00:00:00Z"}))
    assert intake.rejects() == [(1, "resolved_at is before created_at")]


def test_a_mapping_tells_the_accounts_own_fields_and_statuses(intake):
    intake.load(EXPORTS / "tickets.json")
    query = "status, team, language_raw, topic_raw"
    assert intake.rows("contacts", query, "source_id DESC")[0] == ("hold", "seoul", "ru", "fees")


def test_groups_name_the_teams_of_tickets(intake):
    intake.load(EXPORTS / "groups.json")
    assert intake.rows("teams", "team_id, name, updated_at") == [
        ("freshdesk:70", "Seoul", "2025-01-02 00:00:00")
    ]


def test_freshservice_has_other_codes_and_is_not_taken_for_freshdesk(intake):
    file = intake.file("f.json", json.dumps([ticket(urgency=1, impact=1)]))
    [report] = intake.load(intake.folder)
    assert (report.file, report.source) == (file, None)


def test_real_tickets_load_and_the_outbound_one_is_not_counted(intake):
    file = RECORDS / "freshdesk.tickets.jsonl"
    if not file.exists():
        pytest.skip("../shared/data/vendor_records is not here")
    intake.load(file)
    assert intake.rows("contacts", "source_id, status, channel_raw, exclusion", "source_id") == [
        ("18", "open", "email", None),
        ("22", "pending", "phone", None),
        ("23", "closed", "outbound email", "agent_initiated"),
    ]
    assert intake.rows("contact_clocks", "vendor_first_response_seconds, solved_at", "_line") == [
        (None, None), (821, None), (None, "2022-11-22 15:00:34"),
    ]  # fmt: skip
