"""The same rows give the same marts: whatever the zone of process or session, the number of
threads, or the order in which rows lie in their files."""

import os
import random
import subprocess
import sys
import time

import duckdb
import pytest

from pipelines.settings import PROJECT_ROOT
from pipelines.warehouse.engines import duckdb as engine
from tests.fixtures import RawWarehouse

CONTACTS = [
    "contact_id | kind | channel | language | status | created_at | updated_at | agent_id",
    *(
        f"c{i:02d} | {('ticket', 'chat')[i % 2]} | {('email', 'live_chat')[i % 2]}"
        f" | {('ko', 'en', 'ja')[i % 3]} | {('open', 'solved')[i % 2]}"
        f" | 2026-03-0{1 + i % 8} 14:{i:02d}:00 | 2026-03-20 00:00:00 | a{i % 2}"
        for i in range(40)
    ),
]
# every message of a contact at the same instant: only a tie-breaker can order them
MESSAGES = [
    "message_id | contact_id | sent_at | author_role",
    *(
        f"m{i:02d}{n} | c{i:02d} | 2026-03-0{1 + i % 8} 15:{i:02d}:00 | {role}"
        for i in range(40)
        for n, role in enumerate(("customer", "agent", "bot", "agent", "customer"))
    ),
]
EVENTS = [
    "contact_id | changed_at | to_status",
    *(
        f"c{i:02d} | 2026-03-09 15:{i:02d}:00 | {status}"
        for i in range(0, 40, 2)
        for status in ("open", "pending", "solved", "closed")
    ),
]
SESSIONS = [
    "contact_id | outcome | answered_at | ended_at | talk_seconds",
    *(
        f"c{i:02d} | answered | 2026-03-0{1 + i % 8} 14:{i:02d}:07"
        f" | 2026-03-0{1 + i % 8} 15:30:00 | 600"
        for i in range(1, 40, 2)
    ),
]
DELIVERED = {
    "contacts": CONTACTS, "messages": MESSAGES, "status_events": EVENTS, "sessions": SESSIONS,
}  # fmt: skip
MARTS = (
    "fact_contacts", "fact_messages", "fact_status_events", "fact_resolutions", "fact_arrivals",
    "fact_backlog", "ledger", "business_days",
)  # fmt: skip


def content(connection: duckdb.DuckDBPyConnection) -> dict[str, list]:
    return {
        mart: connection.execute(f"SELECT * FROM {mart} ORDER BY ALL").fetchall() for mart in MARTS
    }


def delivered(shuffle: random.Random | None = None) -> dict[str, str]:
    tables = {}
    for name, (head, *rows) in DELIVERED.items():
        if shuffle:
            shuffle.shuffle(rows)
        tables[name] = "\n".join([head, *rows])
    return tables


@pytest.fixture(scope="module")
def clean(tmp_path_factory) -> RawWarehouse:
    return RawWarehouse(tmp_path_factory.mktemp("clean"))


@pytest.fixture(scope="module")
def expected(clean) -> dict[str, list]:
    return content(clean(**delivered()))


@pytest.mark.case(34)
def test_the_order_of_rows_does_not_matter(expected, tmp_path):
    for seed in (1, 2):
        shuffled = RawWarehouse(tmp_path / f"shuffled{seed}")(**delivered(random.Random(seed)))
        assert content(shuffled) == expected


def test_the_number_of_threads_does_not_matter(expected, tmp_path, monkeypatch):
    connect = engine.connect

    def connect_with_one_thread(path, spill):
        connection = connect(path, spill)
        connection.execute("SET threads = 1")
        return connection

    monkeypatch.setattr(engine, "connect", connect_with_one_thread)
    assert content(RawWarehouse(tmp_path / "one_thread")(**delivered())) == expected


@pytest.mark.case(33)
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Seoul"])
def test_the_zone_of_the_process_does_not_matter(expected, tmp_path, monkeypatch, zone):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert content(RawWarehouse(tmp_path / "zone")(**delivered())) == expected
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_build_in_another_process_zone_has_the_same_days(clean, expected):
    count = (
        "import sys; from pathlib import Path\n"
        "from pipelines.settings import load_settings\n"
        "from pipelines.warehouse.build import build\n"
        "from pipelines.warehouse.publish import publish\n"
        "folder = Path(sys.argv[1])\n"
        "publish(folder, build(folder, load_settings(folder / 'support.toml')))\n"
    )
    subprocess.run(
        [sys.executable, "-c", count, str(clean.folder)],
        check=True,
        cwd=PROJECT_ROOT,
        env={**os.environ, "TZ": "America/New_York"},
    )
    assert content(clean.open()) == expected


def test_half_a_second_is_rounded_up_whatever_was_shared_before(warehouse):
    # chats that share seconds in thirds and sevenths, then two at a time that share one in halves
    sessions = ["contact_id | outcome | answered_at | ended_at | talk_seconds"]
    expected = []
    for i in range(60):
        begins = f"2026-03-02 10:{i:02d}"
        for n in range(3 + 4 * (i % 2)):
            sessions.append(f"t{i}{n} | answered | {begins}:0{n} | {begins}:{17 + i % 9} | 9")
        sessions += [
            f"x{i:02d} | answered | {begins}:30 | {begins}:40 | 10",
            f"y{i:02d} | answered | {begins}:39 | {begins}:50 | 11",
        ]
        expected += [(f"x{i:02d}", 10), (f"y{i:02d}", 11)]  # 9.5 and 10.5
    names = [line.split(" | ")[0] for line in sessions[1:]]
    contacts = ["contact_id | kind | channel | agent_id | created_at"]
    contacts += [f"{name} | chat | live_chat | a1 | 2026-03-02 00:00:00" for name in names]
    connection = warehouse(contacts="\n".join(contacts), sessions="\n".join(sessions))
    found = connection.execute(
        "SELECT contact_id, handle_seconds FROM fact_contacts"
        " WHERE contact_id NOT LIKE 't%' ORDER BY contact_id"
    ).fetchall()
    assert found == sorted(expected)
