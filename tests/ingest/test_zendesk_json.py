"""Zendesk's JSON: three shapes of file, five kinds of record, deliveries that repeat."""

import json

import pytest

from pipelines.ingest.privacy import pseudonym
from tests.ingest.conftest import KEY

TICKET = {
    "id": 145, "via": {"channel": "web", "source": {"rel": None}}, "status": "open",
    "created_at": "2026-03-02T09:00:00Z", "updated_at": "2026-03-02T10:00:00Z",
    "requester_id": 7, "submitter_id": 7, "assignee_id": 9, "group_id": 3, "subject": "hello",
    "priority": "Normal", "tags": ["vip"], "custom_fields": [], "merged_ticket_ids": [],
}  # fmt: skip


def lines(*records: dict) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


@pytest.mark.parametrize(
    "text",
    [
        lines(TICKET, TICKET | {"id": 146}),
        json.dumps([TICKET, TICKET | {"id": 146}]),
        json.dumps([TICKET, TICKET | {"id": 146}], indent=2),
        json.dumps({"tickets": [TICKET, TICKET | {"id": 146}], "end_of_stream": True, "count": 2}),
        json.dumps({"count": 2, "tickets": [TICKET, TICKET | {"id": 146}]}, indent=1),
        lines({"tickets": [TICKET], "count": 1}, {"tickets": [TICKET | {"id": 146}], "count": 1}),
    ],
    ids=["lines", "array", "indented array", "envelope", "indented envelope", "pages"],
)
def test_every_shape_of_file_gives_the_same_tickets(intake, text):
    [report] = intake.load(intake.file("export.json", text))
    assert (report.source, report.received) == ("zendesk_json", 2)
    assert intake.rows("contacts", "contact_id, channel_raw, status, priority, created_at") == [
        ("zendesk:145", "web", "open", "normal", "2026-03-02 09:00:00"),
        ("zendesk:146", "web", "open", "normal", "2026-03-02 09:00:00"),
    ]


@pytest.mark.parametrize(
    ("change", "exclusion"),
    [
        ({}, None),
        ({"submitter_id": 9}, "agent_initiated"),
        ({"via": {"channel": "voice", "source": {"rel": "outbound"}}}, "agent_initiated"),
        ({"via": {"channel": "closed_ticket", "source": {"rel": None}}}, "follow_up"),
        ({"via": {"channel": "sample_ticket", "source": {"rel": None}}}, "test"),
        ({"via": {"channel": "side_conversation", "source": {"rel": None}}}, "internal"),
        ({"via_followup_source_id": 12}, "follow_up"),
        ({"tags": ["closed_by_merge"]}, "merged"),
        ({"status": "deleted"}, "deleted"),
    ],
)
def test_what_is_no_customers_contact_says_why(intake, change, exclusion):
    intake.load(intake.file("t.jsonl", lines(TICKET | change)))
    assert intake.rows("contacts", "exclusion") == [(exclusion,)]


def test_a_ticket_tells_which_tickets_were_merged_into_it_wherever_those_stand(intake):
    target = TICKET | {"id": 200, "merged_ticket_ids": [145, 146]}
    intake.load(intake.file("t.jsonl", lines(TICKET, target)))
    assert intake.rows("relations", "contact_id, relation, other_contact_id") == [
        ("zendesk:145", "merged_into", "zendesk:200"),
        ("zendesk:146", "merged_into", "zendesk:200"),
    ]


@pytest.mark.parametrize("is_whole", [True, False], ids=["small", "longer than the first look"])
def test_lists_that_come_along_with_the_tickets_are_read_too(intake, is_whole):
    tickets = [TICKET | {"id": n} for n in range(1, 3 if is_whole else 4000)]
    beside = {
        "tickets": tickets,
        "users": [{"id": 9, "role": "agent", "locale": "ko"}],
        "groups": [{"id": 3, "url": "", "name": "Seoul", "deleted": False, "created_at": ""}],
        "metric_sets": [{"ticket_id": 1, "reopens": 2, "replies": 1}],
    }
    [report] = intake.load(intake.file("t.json", json.dumps(beside)))
    assert (report.received, report.quarantined) == (len(tickets), 0)
    assert ("9", "agent") in intake.rows("people", "person_id, role")
    assert intake.rows("teams", "team_id, name") == [("zendesk:3", "Seoul")]
    assert intake.rows("contact_clocks", "contact_id, reopens_count") == [("zendesk:1", 2)]


@pytest.mark.parametrize(
    ("rating", "survey"),
    [
        ({"score": "good", "id": 5, "comment": "ok"}, [("zendesk:145", "good_bad", 1.0, "ok")]),
        ({"score": "offered"}, [("zendesk:145", None, None, None)]),
        ({"score": "unoffered"}, []),
        (None, []),
    ],
)
def test_a_rating_in_the_ticket_is_the_tickets_own_survey(intake, rating, survey):
    intake.load(intake.file("t.jsonl", lines(TICKET | {"satisfaction_rating": rating})))
    assert intake.rows("surveys", "survey_id, scale, score, comment") == survey


@pytest.mark.parametrize(
    ("channel", "canonical"), [("web", None), ("75", "live_chat"), ("72", "social"), ("7", None)]
)
def test_a_channel_that_is_told_by_its_number(intake, channel, canonical):
    via = {"channel": channel, "source": {"rel": None}}
    intake.load(intake.file("t.jsonl", lines(TICKET | {"via": via})))
    assert intake.rows("contacts", "channel, channel_raw") == [(canonical, channel)]


def test_language_and_topic_are_the_custom_fields_or_tags_that_are_words_for_one(intake):
    fields = [{"id": 1, "value": None}, {"id": 2, "value": "ja"}, {"id": 3, "value": "kyc"}]
    records = [
        TICKET | {"custom_fields": fields},
        TICKET | {"id": 2, "tags": ["vip", "lang_ko", "fees"]},
        TICKET | {"id": 3},
        TICKET | {"id": 4, "tags": ["it", "hr"]},  # departments
        TICKET | {"id": 5, "tags": ["hr", "lang_it"]},
    ]
    intake.load(intake.file("t.jsonl", lines(*records)))
    assert intake.rows("contacts", "source_id, language_raw, topic_raw, language_source") == [
        ("145", "ja", "kyc", "declared"),
        ("2", "ko", "fees", "declared"),
        ("3", None, None, "unknown"),
        ("4", None, None, "unknown"),
        ("5", "it", None, "declared"),
    ]


def test_ids_over_two_to_the_53_are_exact(intake):
    intake.load(intake.file("t.jsonl", lines(TICKET | {"id": 9007199254740993})))
    assert intake.rows("contacts", "source_id") == [("9007199254740993",)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": 145, "via": {"channel": "we', "not a JSON object"),
        (json.dumps({k: v for k, v in TICKET.items() if k != "id"}), "id is missing"),
        (json.dumps(TICKET | {"created_at": "soon"}), "created_at is not a time"),
        (json.dumps(TICKET | {"created_at": "2026-03-02 09:00"}), "created_at is not a time"),
        (json.dumps(TICKET | {"updated_at": "2026-03-01T09:00:00Z"}),
         "updated_at is before created_at"),
    ],
)  # fmt: skip
def test_a_broken_line_is_refused_and_the_others_are_loaded(intake, line, reason):
    [report] = intake.load(intake.file("t.jsonl", lines(TICKET) + line + "\n" + lines(TICKET)))
    assert (report.received, report.loaded, report.quarantined) == (3, 2, 1)
    assert intake.rejects() == [(2, reason)]


def test_metrics_whose_keys_are_absent_are_null_and_minutes_become_seconds(intake):
    metric = {
        "id": 1, "ticket_id": 145, "created_at": "2026-03-02T09:00:00Z", "reopens": 1, "replies": 2,
        "updated_at": "2026-03-03T09:00:00Z",
        "reply_time_in_minutes": {"calendar": 40, "business": 5},
        "full_resolution_time_in_minutes": {"calendar": None, "business": None},
    }  # fmt: skip
    intake.load(intake.file("m.jsonl", lines(metric)))
    assert intake.rows(
        "contact_clocks",
        "contact_id, solved_at, reopens_count, replies_count, vendor_first_response_seconds,"
        " vendor_first_response_business_seconds, vendor_full_resolution_seconds",
    ) == [("zendesk:145", None, 1, 2, 2400, 300, None)]


def test_staff_are_found_by_the_pseudonym_that_comments_carry_and_their_api_is_a_bot(intake):
    users = [
        {"id": 9, "role": "agent", "locale": "ko", "updated_at": "2026-03-01T00:00:00Z"},
        {"id": 7, "role": "end-user", "locale": "en-US", "updated_at": "2026-03-01T00:00:00Z"},
    ]
    comment = {
        "id": 1, "ticket_id": 145, "public": True, "created_at": "2026-03-02T09:00:00Z",
        "body": "my number is 010-1234-5678", "via": {"channel": "web"},
    }  # fmt: skip
    comments = [
        comment | {"author_id": 7},
        comment | {"id": 2, "author_id": 9, "public": False},
        comment | {"id": 3, "author_id": -1, "via": {"channel": "rule"}},
        comment | {"id": 4, "author_id": 9, "via": {"channel": "api"}},
        comment | {"id": 5, "author_id": 9, "type": "VoiceComment"},
    ]
    intake.file("users.jsonl", lines(*users))
    intake.file("comments.jsonl", lines(*comments))
    reports = intake.load()
    assert [report.received for report in reports] == [5, 2]
    people = dict(intake.rows("people", "person_id, role"))
    assert people["9"] == "agent"
    assert people[pseudonym("7", "zendesk", KEY)] == "customer"
    found = intake.rows("messages", "message_id, author_id, author_role, is_public, text")
    roles = [(id_, role or people[author], public) for id_, author, role, public, _ in found]
    assert roles == [
        ("zendesk:1", "customer", True),
        ("zendesk:2", "agent", False),
        ("zendesk:3", "bot", True),
        ("zendesk:4", "bot", True),
        ("zendesk:5", "system", True),
    ]
    assert {text for *_, text in found} == {"my number is <phone>"}


def test_ratings_offered_are_sent_and_unanswered_and_never_offered_are_no_survey(intake):
    rating = {
        "id": 1, "ticket_id": 145, "requester_id": 7, "score": "offered", "comment": None,
        "created_at": "2026-03-02T09:00:00Z", "updated_at": "2026-03-02T09:00:00Z",
    }  # fmt: skip
    later = {"updated_at": "2026-03-04T09:00:00Z"}
    records = [
        rating,
        rating | {"id": 2, "score": "good_with_comment", "comment": "thanks"} | later,
        rating | {"id": 3, "score": "unoffered"},
    ]
    [report] = intake.load(intake.file("r.jsonl", lines(*records)))
    assert (report.received, report.loaded) == (3, 3)
    assert intake.rows("surveys", "survey_id, answered_at, scale, score, comment") == [
        ("zendesk:rating-1", None, None, None, None),
        ("zendesk:rating-2", "2026-03-04 09:00:00", "good_bad", 1.0, "thanks"),
    ]
