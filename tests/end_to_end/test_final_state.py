"""However rows arrive, the published tables are those of one clean load of the final state.

Files are split, shuffled, repeated, overlapping and out of order; loads are killed at any moment
or run out of disk. What was delivered once and never again is there, and what was superseded is
counted as a duplicate and nothing else.
"""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipelines.ingest.load import load
from pipelines.run import build
from pipelines.settings import load_settings

KEY = b"a key for tests, of 32 bytes ..."
START = datetime(2026, 3, 2, 1)
STATUSES = ("new", "open", "pending", "solved", "closed", "deleted")
FACTS = (
    "fact_contacts", "fact_messages", "fact_surveys", "fact_resolutions", "fact_backlog",
    "fact_arrivals",
)  # fmt: skip

Rows = dict[str, list[dict]]
"""Records by the key of the envelope they are exported in."""


def at(minutes: int) -> str:
    return f"{START + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


def histories(chance: random.Random, tickets: int) -> tuple[Rows, Rows]:
    """(every version of every record, only the last ones)."""
    every, final = {}, {}

    def record(kind: str, versions: list[dict]) -> None:
        every.setdefault(kind, []).extend(versions)
        final.setdefault(kind, []).append(versions[-1])

    for number in range(1, tickets + 1):
        created = chance.randrange(5000)
        changes = sorted(chance.sample(range(created, created + 4000), chance.randint(1, 4)))
        record("tickets", [
            {
                "id": number, "via": {"channel": chance.choice(["email", "web"])},
                "status": chance.choice(STATUSES), "created_at": at(created),
                "updated_at": at(minute), "requester_id": 900 + number % 5, "submitter_id": 1,
                "assignee_id": 7, "tags": chance.sample(["ko", "fees", "spam", "kyc"], 2),
            }
            for minute in changes
        ])  # fmt: skip
        for n in range(chance.randrange(4)):
            record("comments", [{
                "id": number * 10 + n, "ticket_id": number, "public": True,
                "author_id": chance.choice([7, 900 + number % 5]), "body": f"message {n}",
                "created_at": at(created + n * chance.randrange(1, 300)),
            }])  # fmt: skip
        if chance.random() < 0.5:
            record("satisfaction_ratings", [
                {"id": number, "ticket_id": number, "score": score, "created_at": at(created + 90),
                 "updated_at": at(created + 90 + n)}
                for n, score in enumerate(["offered", chance.choice(["good", "bad"])])
            ])  # fmt: skip
    record("users", [{"id": 7, "role": "agent", "locale": "ko", "updated_at": at(0)}])
    return every, final


def written(folder: Path, name: str, kind: str, records: list[dict]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def one_file_each(rows: Rows, folder: Path) -> list[Path]:
    return [written(folder, kind, kind, records) for kind, records in rows.items()]


def delivered_anyhow(rows: Rows, folder: Path, chance: random.Random) -> list[Path]:
    """Every record at least once, in any file, any order, some again and again."""
    files = []
    for kind, records in rows.items():
        parts: list[list[dict]] = [[] for _ in range(chance.randint(1, 3))]
        for record in records:
            for part in chance.sample(parts, chance.randint(1, len(parts))):
                part.extend([record] * chance.choice([1, 1, 2]))
        for n, part in enumerate(parts):
            if part:
                chance.shuffle(part)
                files.append(written(folder, f"{kind}-{n}", kind, part))
    chance.shuffle(files)
    return [*files, chance.choice(files)]


def published(warehouse: Path) -> dict[str, list[tuple]]:
    """The fact tables without the names of the loads."""
    build(warehouse, load_settings(None))
    path = warehouse / (warehouse / "CURRENT").read_text().strip()
    with duckdb.connect(str(path), read_only=True) as connection:
        return {
            table: connection.execute(
                f"SELECT COLUMNS(lambda c: c <> '_load_id') FROM {table} ORDER BY ALL"
            ).fetchall()
            for table in FACTS
        }


@pytest.mark.case(32)
@pytest.mark.slow
@settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(chance=st.randoms(use_true_random=False))
def test_any_order_of_any_pieces_is_one_clean_load_of_the_final_state(chance, tmp_path_factory):
    folder = tmp_path_factory.mktemp("final")
    every, final = histories(chance, tickets=12)
    load(one_file_each(final, folder / "clean"), folder / "once", key=KEY)
    for path in delivered_anyhow(every, folder / "pieces", chance):
        load([path], folder / "anyhow", key=KEY)
    assert published(folder / "anyhow") == published(folder / "once")


def loading(files: Iterable[Path], warehouse: Path, **options) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", "load", *map(str, files),
         "--warehouse", str(warehouse)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "SUPPORT_QUALITY_KEY": "a key of tests"},
        **options,
    )  # fmt: skip


def raw_rows(warehouse: Path) -> dict[str, list[tuple]]:
    """Everything in the raw store but the names of the loads."""
    return {
        table: duckdb.sql(
            f"SELECT COLUMNS(lambda c: c <> '_load_id')"
            f" FROM read_parquet('{warehouse}/raw/*/{table}.parquet') ORDER BY ALL"
        ).fetchall()
        for table in ("contacts", "messages", "surveys", "people")
    }


@dataclass(frozen=True)
class Large:
    """Files that take a while to load, how long, and what is in the raw store afterwards."""

    files: list[Path]
    seconds: float
    rows: dict[str, list[tuple]]


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> Large:
    folder = tmp_path_factory.mktemp("large")
    files = one_file_each(histories(random.Random(4), tickets=6000)[0], folder / "exports")
    began = time.monotonic()
    assert loading(files, folder / "w").wait() == 0
    return Large(files, time.monotonic() - began, raw_rows(folder / "w"))


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.4, 0.6, 0.75, 0.9])
def test_a_load_killed_at_any_moment_leaves_whole_files_and_the_next_one_finishes(
    large, share, tmp_path
):
    process = loading(large.files, tmp_path)
    time.sleep(share * large.seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    for manifest in tmp_path.glob("raw/[0-9]*/manifest.json"):
        told = json.loads(manifest.read_text())
        assert told["received"] == told["loaded"] + told["quarantined"]
        for table, rows in told["tables"].items():
            stored = duckdb.sql(f"SELECT count(*) FROM '{manifest.parent}/{table}.parquet'")
            assert stored.fetchall() == [(rows,)]
    assert loading(large.files, tmp_path).wait() == 0
    assert raw_rows(tmp_path) == large.rows
    assert not list((tmp_path / "raw").glob(".loading-*"))


@pytest.mark.slow
@pytest.mark.parametrize("limit", [1_000, 150_000])
def test_a_disk_that_fills_up_at_any_point_costs_nothing_that_was_loaded(large, limit, tmp_path):
    full = loading(
        large.files,
        tmp_path,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert full.wait() == 7
    assert loading(large.files, tmp_path).wait() == 0
    assert raw_rows(tmp_path) == large.rows
