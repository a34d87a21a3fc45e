"""Real files of no vendor, loaded with the mapping files that lie in data/reference/mappings."""

from pathlib import Path

import duckdb
import pytest

from pipelines.errors import InputError
from pipelines.ingest.load import LoadReport, load
from pipelines.settings import PROJECT_ROOT, REFERENCE_DIR

SHARED = PROJECT_ROOT.parent / "shared" / "data"


def files(folder: str) -> list[Path]:
    if not (SHARED / folder).exists():
        pytest.skip(f"../shared/data/{folder} is not here")
    return sorted(path for path in (SHARED / folder).iterdir() if path.suffix in (".csv", ".txt"))


@pytest.fixture
def loaded(tmp_path):
    def load_folder(folder: str) -> LoadReport:
        mapping = REFERENCE_DIR / "mappings" / f"{folder}.toml"
        [report] = load(files(folder), tmp_path, mapping=mapping)
        return report

    return load_folder


@pytest.fixture
def asked(tmp_path):
    def ask(table: str, columns: str) -> list[tuple]:
        rows = f"read_parquet('{tmp_path}/raw/*/{table}.parquet')"
        return duckdb.sql(f"SELECT {columns} FROM {rows} GROUP BY ALL ORDER BY ALL").fetchall()

    return ask


def test_complaints_are_days_and_their_stories_have_many_lines(loaded, asked):
    report = loaded("complaints_cfpb")
    assert (report.received, report.quarantined) == (1813, 0)
    assert asked("contacts", "status, count(*)") == [("closed", 1803), ("open", 10)]
    hours = "hour(timezone('America/New_York', timezone('UTC', created_at))), count(*)"
    assert asked("contacts", hours) == [(0, 1813)]


def test_the_help_desks_codes_become_statuses_and_the_rare_ones_stay_unknown(loaded, asked):
    assert loaded("helpdesk_event_logs").loaded == 13710
    assert asked("contacts", "status, count(*)") == [("solved", 3804)]
    assert asked("status_events", "to_status, count(*)") == [
        ("new", 4144), ("open", 4278), ("pending", 962), ("solved", 4150), ("unknown", 176),
    ]  # fmt: skip


def test_every_incident_is_what_its_last_update_says(loaded, asked):
    report = loaded("servicenow_event_log")
    assert (report.source, report.received, report.quarantined) == ("servicenow", 5998, 0)
    assert asked("contacts", "status, count(*)") == [("closed", 890)]
    assert asked("contact_clocks", "count(solved_at), count(closed_at), sum(reopens_count)") == [
        (861, 890, 11)
    ]


def test_destroyed_handling_times_are_refused_by_name(loaded, asked):
    report = loaded("itsm_broken_numbers")
    assert (report.received, report.quarantined) == (40, 40)
    assert asked("rejects", "reasons, count(*)") == [
        ("Handle_Time_hrs: what its comma means is not told", 40)
    ]


def test_padding_is_left_out_of_the_invented_tickets(loaded, asked):
    report = loaded("SYNTHETIC_tickets_en_de")
    assert (report.loaded, report.quarantined) == (99, 2543)
    assert asked("rejects", "reasons, count(*)") == [("an empty row", 2543)]
    assert asked("contacts", "language_raw, count(*)") == [("de", 32), ("en", 67)]


def test_chats_without_message_times_have_replies_and_no_waits(loaded, asked):
    report = loaded("chat_ko_en")
    assert (report.received, report.quarantined) == (16122, 0)
    assert asked("messages", "author_role, count(*), count(sent_at)") == [
        ("agent", 9080, 0), ("customer", 7042, 0),
    ]  # fmt: skip
    assert asked("contacts", "count(*), count(DISTINCT created_at), min(created_at)::VARCHAR") == [
        (423, 423, "2021-09-22 20:09:55")
    ]
    columns = "count(*), sum(replies_count), count(vendor_first_response_seconds)"
    assert asked("contact_clocks", columns) == [(423, 3308, 0)]


def test_posts_become_threads(tmp_path, asked):
    reports = load(files("social_twcs_sample"), tmp_path)
    assert [(r.source, r.received, r.quarantined) for r in reports] == [
        ("twcs", 93, 0), ("twcs", 121, 0),
    ]  # fmt: skip
    assert asked("contacts", "exclusion, count(*)") == [("agent_initiated", 1), (None, 62)]


@pytest.mark.parametrize(
    ("folder", "why"),
    [("call_counts_5min", "counts per interval"), ("call_counts_30min", "counts per interval"),
     ("survey_comments", "no column holds times")],
)  # fmt: skip
def test_what_holds_no_contacts_says_so(folder, why, tmp_path):
    with pytest.raises(InputError, match=f"unknown format; {why}"):
        load(files(folder), tmp_path)
