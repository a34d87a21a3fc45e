"""What `support-quality load` makes of the sample, against the truth beside it."""

import duckdb
import pytest

from pipelines.ingest.load import load

SPOILED = (
    "broken_json", "no_id", "no_timestamp", "no_created_at", "no_time", "ruined_id", "short_row",
    "negative_minutes", "negative_wait", "answered_before_entered", "solved_before_created",
)  # fmt: skip
"""Kinds of dirt after which a row may be refused."""


@pytest.fixture(scope="module")
def raw(sample_folder, truth, tmp_path_factory):
    warehouse = tmp_path_factory.mktemp("warehouse")
    reports = load([sample_folder], warehouse)
    connection = duckdb.connect()
    for table in ("contacts", "sessions"):
        connection.execute(
            f"CREATE VIEW {table} AS FROM"
            f" read_parquet('{warehouse}/raw/*/{table}.parquet', union_by_name = true)"
        )
    connection.execute(f"CREATE VIEW truth AS FROM '{sample_folder}/truth/contacts.parquet'")
    return connection, reports


def test_every_file_is_recognised_and_its_books_balance(raw):
    _, reports = raw
    assert {report.file.name: report.source for report in reports} == {
        "agent_states.csv": "agent_states",
        "articles.jsonl": "zendesk_guide",
        "calls.csv": "call_log",
        "delighted.jsonl": "delighted",
        "ga4_events.jsonl": "ga4",
        "market_events.csv": "market_events",
        "schedules.csv": "schedule",
        "scorecards.csv": "reviews",
        "searches.csv": "zendesk_guide",
        "surveys.csv": "survey",
        "typeform_effort.csv": "typeform",
        "views.csv": "zendesk_guide",
        "zendesk_chat.jsonl": "zendesk_chat",
        "zendesk_tickets.csv": "zendesk_csv",
        "comments.jsonl": "zendesk_json",
        "satisfaction_ratings.jsonl": "zendesk_json",
        "ticket_events.jsonl": "zendesk_events",
        "ticket_metrics.jsonl": "zendesk_json",
        "tickets.json": "zendesk_json",
        "tickets.jsonl": "zendesk_json",
        "users.jsonl": "zendesk_json",
    }
    assert all(r.received == r.loaded + r.quarantined for r in reports)


def test_no_contact_is_lost_but_those_whose_only_row_is_spoiled(raw):
    connection, _ = raw
    lost = connection.execute("""
        SELECT DISTINCT dirt FROM truth ANTI JOIN contacts USING (contact_id)
    """).fetchall()
    assert {kind for (kind,) in lost} <= set(SPOILED)


def test_sessions_tell_the_true_answers_and_abandons(raw):
    connection, _ = raw
    n, replies, left = connection.execute("""
        SELECT count(*), avg((s.answered_at IS NOT DISTINCT FROM t.first_reply_at)::INT),
            avg((s.abandoned_at IS NOT DISTINCT FROM t.left_at)::INT)
        FROM truth AS t INNER JOIN sessions AS s USING (contact_id)
        WHERE t.dirt IS NULL AND (t.exclusion IS NULL OR t.exclusion = 'linked')
    """).fetchone()
    assert n > 35_000
    assert replies == 1.0
    assert left == 1.0
