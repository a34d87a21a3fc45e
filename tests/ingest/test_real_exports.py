"""Real exports, with the mapping files that a user could have written."""

from pathlib import Path

import duckdb
import pytest

from pipelines.ingest.load import load
from pipelines.settings import PROJECT_ROOT, REFERENCE_DIR

SHARED = PROJECT_ROOT.parent / "shared" / "data"
MAPPINGS = REFERENCE_DIR / "mappings"


def loaded(folder: str, mapping: str, tmp_path_factory) -> Path:
    if not (SHARED / folder).exists():
        pytest.skip(f"../shared/data/{folder} is not here")
    warehouse = tmp_path_factory.mktemp(folder)
    load(sorted((SHARED / folder).glob("*_to_14.*")), warehouse, mapping=MAPPINGS / mapping)
    return warehouse / "raw"


@pytest.fixture(scope="module")
def india(tmp_path_factory) -> Path:
    return loaded("zendesk_csv_export", "zendesk_csv_export.toml", tmp_path_factory)


@pytest.fixture(scope="module")
def bank(tmp_path_factory) -> Path:
    return loaded("phone_call_log_1999", "anonymous_bank_1999.toml", tmp_path_factory)


def asked(raw: Path, query: str) -> list[tuple]:
    for table in ("contacts", "contact_clocks", "surveys", "sessions", "rejects"):
        query = query.replace(f"<{table}>", f"read_parquet('{raw}/*/{table}.parquet')")
    return duckdb.execute(query).fetchall()


def test_every_ticket_of_the_zendesk_export_is_loaded_and_817_say_why_they_do_not_count(india):
    assert asked(india, "SELECT count(*) FROM <rejects>") == [(0,)]
    query = "SELECT exclusion, count(*) FROM <contacts> GROUP BY ALL ORDER BY ALL NULLS FIRST"
    assert asked(india, query) == [
        (None, 3226), ("agent_initiated", 205), ("follow_up", 92), ("internal", 520),
    ]  # fmt: skip


def test_its_resolutions_and_ratings_are_those_of_the_file(india):
    both = "<contacts> JOIN <contact_clocks> USING (contact_id)"
    seconds = "median(epoch(solved_at) - epoch(created_at))"
    assert asked(india, f"SELECT count(solved_at), {seconds} FROM {both}") == [(3591, 356580.0)]
    assert asked(india, f"SELECT {seconds} FROM {both} WHERE channel_raw = 'Mail'") == [(444540.0,)]
    scores = "SELECT count(score), count(*) FILTER (score >= 4), count(*) FROM <surveys>"
    assert asked(india, scores) == [(196, 176, 1317)]


def test_the_call_log_reproduces_the_banks_figures(bank):
    assert asked(bank, "SELECT count(*) FROM <contacts>") == [(17456,)]
    assert asked(bank, "SELECT count(*) FROM <contacts> WHERE exclusion = 'test'") == [(143,)]
    rows = asked(
        bank,
        """SELECT outcome, count(*), count(*) FILTER (wait_seconds <= 20),
            round(avg(talk_seconds), 2), count(*) FILTER (queue_entered_at IS NULL)
        FROM <contacts> JOIN <sessions> USING (contact_id) WHERE exclusion IS NULL
        GROUP BY outcome ORDER BY outcome""",
    )
    assert rows == [("abandoned", 2908, 651, None, 1023), ("answered", 14405, 9163, 166.86, 0)]


def test_the_nine_calls_that_pass_midnight_end_after_they_began(bank):
    query = """SELECT count(*), min(epoch(ended_at) - epoch(answered_at) - talk_seconds)
        FROM <sessions> WHERE CAST(timezone('Asia/Jerusalem', timezone('UTC', ended_at)) AS DATE)
            > CAST(timezone('Asia/Jerusalem', timezone('UTC', answered_at)) AS DATE)"""
    assert asked(bank, query) == [(9, 0.0)]
