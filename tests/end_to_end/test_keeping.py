"""Who is forgotten is nowhere any more; who rotates the key can still tell the same person."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from pipelines import personal_data, quarantine, run
from pipelines.errors import BuildError
from pipelines.ingest.load import load
from pipelines.ingest.privacy import pseudonym, warehouse_key
from pipelines.ingest.rewriting import Removed
from pipelines.settings import load_settings
from pipelines.stages import forecast

HEADER = "Id,Requester id,Status,Via,Created at,Updated at,Solved at,Satisfaction Score,Subject\n"


def tickets(*rows: tuple[int, int]) -> str:
    lines = (
        f"{id_},{who},Solved,Mail,2026-03-02 0{id_}:00,2026-03-03 09:00,2026-03-02 12:00,Good,x\n"
        for id_, who in rows
    )
    return HEADER + "".join(lines)


COMMENTS = {
    "comments": [
        {"id": n, "ticket_id": ticket, "author_id": author, "type": "Comment", "public": True,
         "body": "hello", "created_at": "2026-03-02T01:00:00Z", "via": {"channel": "email"}}
        for n, ticket, author in ((1, 1, 551), (2, 1, 900), (3, 2, 552))
    ]
}  # fmt: skip
REFUSED = "9,551,Open,Mail,no time,,,,written by 551\n8,552,Open,Mail,no time,,,,by another\n"


@pytest.fixture(scope="module")
def _warehouse_once(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("keeping")
    exports = folder / "exports"
    exports.mkdir()
    (exports / "a.csv").write_text(tickets((1, 551), (2, 552), (3, 551)) + REFUSED)
    (exports / "b.csv").write_text(tickets((4, 553), (5, 552)))
    (exports / "comments.json").write_text(json.dumps(COMMENTS))
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("SUPPORT_QUALITY_KEY", raising=False)
        run.run([exports], folder / "warehouse", load_settings(None), zone="Asia/Seoul")
    return folder / "warehouse"


@pytest.fixture
def warehouse(tmp_path, monkeypatch, _warehouse_once) -> Path:
    """Two exports and a file of comments, loaded and published; one's own to change.

    What is published anew has no forecasts: nothing of a person is in them.
    """
    monkeypatch.delenv("SUPPORT_QUALITY_KEY", raising=False)
    monkeypatch.setattr(forecast, "add_forecasts", lambda *_, **__: None)
    return shutil.copytree(_warehouse_once, tmp_path / "warehouse")


def published(warehouse: Path, query: str) -> list[tuple]:
    path = warehouse / (warehouse / "CURRENT").read_text().strip()
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def raw(warehouse: Path, table: str, columns: str) -> list[tuple]:
    path = f"{warehouse}/raw/[0-9]*/{table}.parquet"
    return duckdb.execute(f"SELECT {columns} FROM read_parquet('{path}') ORDER BY ALL").fetchall()


def test_a_forgotten_person_is_nowhere_and_the_books_balance(warehouse):
    run.build(warehouse, load_settings(None))  # so that an older build holds the person too
    removed, left = personal_data.forget(warehouse, "551", load_settings(None), system="zendesk")
    assert removed == Removed(rows=8, refused=1)  # contacts, clocks, surveys and messages of two
    assert left["found"].sum() == 0
    assert len(list(warehouse.glob("support-*.duckdb"))) == 1
    assert raw(warehouse, "contacts", "source_id") == [("2",), ("4",), ("5",)]
    assert raw(warehouse, "contact_clocks", "contact_id") == [
        ("zendesk:2",), ("zendesk:4",), ("zendesk:5",),
    ]  # fmt: skip
    assert raw(warehouse, "messages", "message_id") == [("zendesk:3",)]
    assert published(warehouse, "SELECT count(*) FROM fact_contacts") == [(3,)]
    ledger = published(
        warehouse,
        "SELECT file, sum(received), sum(counted), sum(quarantined) FROM ledger"
        " GROUP BY file ORDER BY file",
    )
    assert ledger == [("a.csv", 2, 1, 1), ("b.csv", 2, 2, 0)]
    manifests = [json.loads(p.read_text()) for p in sorted(warehouse.glob("raw/*/manifest.json"))]
    assert [
        (m["received"], m["loaded"], m["quarantined"], m.get("forgotten")) for m in manifests[:2]
    ] == [(5, 1, 1, 3), (2, 2, 0, 0)]
    shown = quarantine.quarantine(warehouse, values="unmasked")
    assert [row.split(",")[0] for row in shown["raw"]] == ['"8"']


def test_the_books_hold_a_replayed_row_once(tmp_path):
    export, warehouse = tmp_path / "t.csv", tmp_path / "warehouse"
    gap = "{},551,Open,Mail,2026-03-29 02:30,,,,x\n"  # an hour that Berlin does not have
    export.write_text(tickets((1, 551)) + gap.format(2) + gap.format(3) + "4,551\n")
    load([export], warehouse, zone="Europe/Berlin")
    assert list(quarantine.quarantine(warehouse)["columns"].fillna("")) == [
        "Created at", "Created at", "",
    ]  # fmt: skip
    [report] = quarantine.replay(warehouse, "t.csv", zone="Asia/Seoul")
    assert (report.received, report.loaded, report.quarantined) == (3, 2, 1)
    run.build(warehouse, load_settings(None))
    assert published(
        warehouse, "SELECT sum(received), sum(counted), sum(quarantined) FROM ledger"
    ) == [(4, 3, 1)]
    assert published(warehouse, "SELECT sum(received), sum(quarantined) FROM loads") == [(4, 1)]
    assert published(warehouse, "SELECT line, reasons FROM quarantine") == [
        (5, "fewer than 9 columns")
    ]


def test_where_nothing_can_be_built_no_build_with_the_person_stays(warehouse, monkeypatch):
    def fail(*_, **__):
        raise BuildError("no model can be made")

    (warehouse / "support-20260101T000000000000Z.duckdb.part.spill").mkdir()  # a killed build's
    monkeypatch.setattr(run, "detect_languages", fail)
    with pytest.raises(BuildError, match="no model can be made"):
        personal_data.forget(warehouse, "551", load_settings(None))
    assert list(warehouse.glob("support-*")) == []
    assert not (warehouse / "CURRENT").exists()


def test_what_is_delivered_again_of_a_forgotten_person_is_refused(warehouse, tmp_path):
    personal_data.forget(warehouse, "551", load_settings(None))
    again = tmp_path / "again.csv"
    again.write_text(tickets((1, 551), (6, 552), (7, 551)))
    comments = tmp_path / "again.json"
    comments.write_text(json.dumps(COMMENTS, indent=1))
    first, second = load([again, comments], warehouse, zone="Asia/Seoul")
    assert (first.received, first.loaded, first.quarantined) == (3, 1, 2)
    assert second.tables["messages"] == 1
    assert raw(warehouse, "contacts", "source_id") == [("2",), ("4",), ("5",), ("6",)]
    refused = raw(warehouse, "rejects", "line, reasons, raw IS NULL, _load_id")
    assert [row[:3] for row in refused if row[3] == first.load_id] == [
        (2, "belongs to a person who was forgotten", True),
        (4, "belongs to a person who was forgotten", True),
    ]


def test_rotation_changes_every_pseudonym_and_old_and_new_loads_still_agree(warehouse, tmp_path):
    before = warehouse_key(warehouse)
    old = raw(warehouse, "contacts", "requester_id")
    told = personal_data.rotate_key(warehouse, load_settings(None))
    after = warehouse_key(warehouse)
    assert told[0] != told[1]
    assert after[:32] == before
    assert len(after) == 64
    assert os.stat(warehouse / "raw" / "rotations").st_mode & 0o777 == 0o600
    new = raw(warehouse, "contacts", "requester_id")
    assert set(old).isdisjoint(new)
    again = tmp_path / "c.csv"
    again.write_text(tickets((6, 551)))
    load([again], warehouse, zone="Asia/Seoul")
    assert raw(warehouse, "contacts", "count(*), count(DISTINCT requester_id)") == [(6, 3)]
    authors = raw(warehouse, "messages", "DISTINCT author_id")
    assert (pseudonym("551", "zendesk", after),) in authors
    assert len(list(warehouse.glob("support-*.duckdb"))) == 1
    assert set(published(warehouse, "SELECT requester_id FROM fact_contacts")) == set(new)
    # the quarantine opens with the new key; a second rotation turns what the first turned
    assert len(quarantine.quarantine(warehouse, values="masked")) == 2
    personal_data.rotate_key(warehouse, load_settings(None))
    assert pseudonym("551", "zendesk", warehouse_key(warehouse)) in {
        person for (person,) in raw(warehouse, "contacts", "requester_id")
    }


def test_who_was_forgotten_stays_so_after_a_rotation(warehouse, tmp_path):
    personal_data.forget(warehouse, "551", load_settings(None))
    personal_data.rotate_key(warehouse, load_settings(None))
    again = tmp_path / "again.csv"
    again.write_text(tickets((1, 551)))
    [report] = load([again], warehouse, zone="Asia/Seoul")
    assert (report.loaded, report.quarantined) == (0, 1)


def test_who_only_reads_leaves_alone_what_a_writer_is_making(warehouse):
    (warehouse / "raw.next").mkdir()
    assert len(quarantine.quarantine(warehouse)) == 2
    assert (warehouse / "raw.next").exists()


KILLED = """
import sys
from pathlib import Path
from pipelines import personal_data
from pipelines.settings import load_settings
personal_data.{call}
print("done", flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("wait", [0.0, 0.1, 0.4, 1.6])
def test_killed_while_forgetting_and_run_again_leaves_nothing(warehouse, wait):
    call = f"forget(Path({str(warehouse)!r}), '551', load_settings(None))"
    process = subprocess.Popen([sys.executable, "-c", KILLED.format(call=call)])
    deadline = time.monotonic() + 20
    while not (warehouse / "raw.next").exists() and time.monotonic() < deadline:
        if process.poll() is not None:
            break
        time.sleep(0.002)
    time.sleep(wait)
    process.send_signal(signal.SIGKILL)
    process.wait()
    _, left = personal_data.forget(warehouse, "551", load_settings(None))
    assert left["found"].sum() == 0
    assert raw(warehouse, "contacts", "source_id") == [("2",), ("4",), ("5",)]
    assert published(warehouse, "SELECT count(*) FROM fact_contacts") == [(3,)]
