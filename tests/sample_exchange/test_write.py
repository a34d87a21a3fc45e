"""What `write` promises: files by seed, nothing after the cut, books that tell every row."""

import gzip
import json
from datetime import UTC, date, datetime

import pyarrow.parquet as pq
import pytest

from pipelines import sample_exchange
from pipelines.errors import InputError, StorageError
from pipelines.sample_exchange.committed import CONTACTS, SEED
from pipelines.sample_exchange.dirt import KINDS
from pipelines.settings import SAMPLES_DIR

CUT = datetime(2026, 11, 15, 15, tzinfo=UTC).replace(tzinfo=None)
"""Midnight in Seoul after the last day, in UTC."""


def _contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path):
    for name, seed in (("first", 5), ("again", 5), ("other", 6)):
        sample_exchange.write(tmp_path / name, 1_500, seed)
    first, again, other = (_contents(tmp_path / name) for name in ("first", "again", "other"))
    assert first == again
    same = {name for name in first if first[name] == other[name]}
    assert "zendesk_guide/articles.jsonl" in same  # the help centre is no matter of chance
    same.remove("zendesk_guide/articles.jsonl")
    assert {name for name in same if name.endswith((".jsonl", ".json", ".parquet"))} == set()
    assert same & {"calls.csv", "surveys.csv", "zendesk_tickets.csv", "market_events.csv"} == set()


def test_a_tiny_sample_holds_no_file_without_a_record(tmp_path):
    sample_exchange.write(tmp_path / "tiny", 30, 1)
    written = _contents(tmp_path / "tiny")
    assert [name for name, content in written.items() if not content] == []
    assert "delighted.jsonl" not in written  # nobody of thirty was asked
    assert "zendesk_chat.jsonl" in written


def test_the_committed_sample_is_what_its_recorded_seed_gives(tmp_path):
    sample_exchange.write(tmp_path, CONTACTS, SEED)
    committed = {
        name.removesuffix(".gz"): gzip.decompress(content) if name.endswith(".gz") else content
        for name, content in _contents(SAMPLES_DIR).items()
        if name != "README.md"
    }
    made = _contents(tmp_path)
    for name in ("contacts", "visits", "reviews"):
        truth = f"truth/{name}.parquet"  # its bytes may differ between releases of Arrow
        assert pq.read_table(SAMPLES_DIR / truth).equals(pq.read_table(tmp_path / truth))
        del committed[truth], made[truth]
    assert committed.keys() == made.keys()
    assert [name for name in made if made[name] != committed[name]] == []


def test_every_contact_is_in_the_truth_once(truth):
    counted, distinct, linked = truth.execute("""
        SELECT count(*), count(DISTINCT contact_id), count(linked_contact_id) FROM contacts
    """).fetchone()
    assert counted == distinct
    assert counted == 60_000 + linked  # the tickets that chats became come on top


def test_a_single_contact_is_a_sample_too(tmp_path):
    sample_exchange.write(tmp_path, 1, 1)
    assert pq.read_table(tmp_path / "truth" / "contacts.parquet").num_rows == 1


def test_nothing_is_dated_after_the_cut(truth):
    latest = truth.execute("""
        SELECT max(greatest(arrived_at, first_reply_at, left_at, last_solved_at, ended_at,
            survey_sent_at, survey_answered_at)) FROM contacts
    """).fetchone()[0]
    assert latest.date() == date(2026, 11, 15)
    assert latest < CUT


def test_the_last_day_is_a_parameter(tmp_path):
    sample_exchange.write(tmp_path, 300, 1, until=date(2025, 3, 31))
    days = pq.read_table(tmp_path / "truth" / "contacts.parquet")["arrived_at"].to_pylist()
    assert max(days) < datetime(2025, 3, 31, 15)
    assert max(days) > datetime(2025, 3, 29, 15)


def test_lines_of_each_file_are_its_rows_and_what_summary_says_of_its_dirt(sample_folder):
    summary = json.loads((sample_folder / "truth" / "summary.json").read_text())
    extra = ("twice", "older_after_newer", "answered_later", "blank_line", "header_again")
    totals = {"zendesk_tickets.csv", "calls.csv"}
    for name, told in summary.items():
        lines = (sample_folder / name).read_bytes().count(b"\n")
        dirty = told["dirty"]
        broken_in_two = dirty.get("newline_in_subject", 0)
        expected = told["rows"] + sum(dirty.get(kind, 0) for kind in extra) + broken_in_two
        assert lines == expected + name.endswith(".csv") + (name in totals), name


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_dirt_is_there_at_a_small_rate(sample_folder, name):
    told = json.loads((sample_folder / "truth" / "summary.json").read_text())[name]
    assert sorted(told["dirty"]) == sorted(KINDS[name])
    assert 0.001 < sum(told["dirty"].values()) / told["rows"] < 0.006


def test_progress_counts_up_to_the_number_of_contacts(tmp_path):
    seen = []
    sample_exchange.write(tmp_path, 500, 1, progress=lambda *stage: seen.append(stage))
    assert seen[0] == ("demand and queues", 0, 0)
    assert seen[-1] == ("contacts", 500, 500)


def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StorageError, match=r"taken.*: Not a directory; choose another --out$"):
        sample_exchange.write(tmp_path / "taken" / "out", 10, 1)


def test_a_folder_of_somebodys_own_exports_is_not_written_into(tmp_path):
    (tmp_path / "calls.csv").write_text("mine")
    with pytest.raises(InputError, match="holds other files; choose another --out, or empty"):
        sample_exchange.write(tmp_path, 10, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["calls.csv"]


def test_fewer_than_one_contact_is_refused(tmp_path):
    with pytest.raises(ValueError, match="contacts must be at least 1, not 0"):
        sample_exchange.write(tmp_path, 0, 1)
