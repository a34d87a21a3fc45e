"""A reader sees the old build or the new one, whenever and however a writer ends."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from pipelines.errors import BuildError, NothingPublishedError, StorageError, WarehouseBusyError
from pipelines.settings import PROJECT_ROOT
from pipelines.warehouse import build as runner
from pipelines.warehouse import catalog
from pipelines.warehouse.publish import current, publish, writer_lock
from tests.fixtures import SETTINGS, RawWarehouse

ONE_CONTACT = "contact_id\nc1"


@pytest.fixture(scope="module")
def _published_once(tmp_path_factory) -> Path:
    warehouse = RawWarehouse(tmp_path_factory.mktemp("published"))
    warehouse(contacts=ONE_CONTACT).close()
    return warehouse.folder


@pytest.fixture
def published(tmp_path, _published_once) -> RawWarehouse:
    """One contact, loaded and published; one's own to change."""
    return RawWarehouse(shutil.copytree(_published_once, tmp_path / "published"))


def test_nothing_published_says_what_to_run(tmp_path):
    with pytest.raises(NothingPublishedError, match="nothing is published there yet; run support-"):
        current(tmp_path)


def test_a_pointer_that_can_not_be_written_leaves_no_build_behind(published):
    before = sorted(path.name for path in published.folder.glob("support-*"))
    part = runner.copy_published(published.folder)
    (published.folder / f"CURRENT.{os.getpid()}").mkdir()
    with pytest.raises(StorageError, match="Is a directory"):
        publish(published.folder, part)
    assert sorted(path.name for path in published.folder.glob("support-*")) == [*before, part.name]


@pytest.mark.parametrize("name", ["", "support-gone.duckdb"])
def test_a_pointer_to_a_build_that_is_gone_says_what_to_run(tmp_path, name):
    (tmp_path / "CURRENT").write_text(name)
    with pytest.raises(
        NothingPublishedError, match="CURRENT: names a build that is gone; run support-quality bu"
    ):
        current(tmp_path)


def test_a_build_is_not_seen_before_it_is_published(warehouse):
    warehouse.load(contacts=ONE_CONTACT)
    part = runner.build(warehouse.folder, warehouse.read_settings(SETTINGS))
    assert part.name.endswith(".duckdb.part")
    with pytest.raises(NothingPublishedError):
        current(warehouse.folder)
    name = publish(warehouse.folder, part)
    assert current(warehouse.folder) == warehouse.folder / name
    left = {path.name for path in warehouse.folder.iterdir() if path.is_file()}
    assert left == {".lock", "CURRENT", "support.toml", name}


def test_the_last_three_builds_stay(published):
    names = [current(published.folder).name]
    for _ in range(4):
        names.append(publish(published.folder, runner.copy_published(published.folder)))
    assert sorted(path.name for path in published.folder.glob("*.duckdb")) == names[-3:]


def test_a_failing_build_leaves_the_published_one_and_no_rest(published, monkeypatch):
    before = current(published.folder)
    broken = catalog.Header(
        name="fact_broken",
        kind="fact",
        path=Path("models/fact_broken.sql"),
        summary="",
        sql="SELECT 1 / x",
    )
    monkeypatch.setattr(catalog, "models", lambda: [broken])
    with pytest.raises(BuildError, match=r"models/fact_broken\.sql: Binder Error"):
        runner.build(published.folder, published.read_settings(SETTINGS))
    assert current(published.folder) == before
    assert not list(published.folder.glob("*.part*"))
    assert not list(published.folder.glob("*.wal"))


def test_the_next_build_clears_what_a_killed_one_left(warehouse):
    warehouse.load(contacts=ONE_CONTACT)
    left = "support-20200101T000000000000Z.duckdb.part"
    (warehouse.folder / f"{left}.spill").mkdir()
    (warehouse.folder / f"{left}.spill" / "duckdb_temp_storage-0.tmp").write_bytes(b"x")
    for name in (left, f"{left}.wal", "CURRENT.4242"):
        (warehouse.folder / name).write_bytes(b"x")
    warehouse.build().close()
    kept = {current(warehouse.folder).name, "CURRENT", ".lock", "support.toml", "raw"}
    assert {path.name for path in warehouse.folder.iterdir()} == kept


def test_an_audit_that_blocks_names_itself_the_rows_and_the_remedy(warehouse, monkeypatch):
    warehouse.load(contacts=ONE_CONTACT)
    audit = catalog.Header(
        name="contacts_have_topics",
        kind="audit",
        path=Path("audits/contacts_have_topics.sql"),
        summary="every contact has a topic",
        sql="SELECT contact_id FROM fact_contacts WHERE topic = 'unknown'",
        entries={"severity": "block", "remedy": "map it"},
    )
    monkeypatch.setattr(catalog, "audits", lambda: [audit])
    with pytest.raises(
        BuildError,
        match=r"audit contacts_have_topics found 1 rows \(every contact has a topic\);"
        r" first: contact_id=c1\. To mend it: map it\. The published build stays\.",
    ):
        runner.build(warehouse.folder, warehouse.read_settings(SETTINGS))


def test_an_audit_that_warns_is_published_with_its_finding(warehouse):
    connection = warehouse(contacts="contact_id | channel | channel_raw\nc1 | | pigeon")
    assert connection.execute(
        """SELECT severity, passed, found, detail FROM checks WHERE "check" = 'known_channels'"""
    ).fetchall() == [
        (
            "warn",
            False,
            1,
            "first: source=zendesk, channel_raw=pigeon, contacts=1. To mend it: add the raw value"
            " to data/reference/channels.csv.",
        )
    ]


def test_a_build_without_loads_says_what_to_run(warehouse):
    with pytest.raises(
        BuildError, match=r"nothing is loaded; run `support-quality load FILE\.\.\.`"
    ):
        runner.build(warehouse.folder, warehouse.read_settings(SETTINGS))


def test_a_second_writer_is_told_at_once(warehouse):
    warehouse.load(contacts=ONE_CONTACT)
    holder = subprocess.Popen(
        [
            sys.executable, "-c",
            "import sys, time; from pathlib import Path\n"
            "from pipelines.warehouse.publish import writer_lock\n"
            "with writer_lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)",
            str(warehouse.folder),
        ],
        cwd=PROJECT_ROOT,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(WarehouseBusyError, match="another run is writing"):
            runner.build(warehouse.folder, warehouse.read_settings(SETTINGS))
    finally:
        holder.kill()
        holder.wait()
    runner.build(warehouse.folder, warehouse.read_settings(SETTINGS))


def test_the_lock_is_reentrant_for_its_thread_and_closed_to_others(tmp_path):
    seen = []

    def other():
        try:
            with writer_lock(tmp_path):
                seen.append("entered")
        except WarehouseBusyError:
            seen.append("busy")

    with writer_lock(tmp_path), writer_lock(tmp_path):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    other()
    assert seen == ["busy", "entered"]


def test_a_part_that_is_still_open_is_not_published(warehouse):
    warehouse.load(contacts=ONE_CONTACT)
    part = runner.build(warehouse.folder, warehouse.read_settings(SETTINGS))
    part.with_name(part.name + ".wal").write_bytes(b"")
    with pytest.raises(BuildError, match="still open or not checkpointed"):
        publish(warehouse.folder, part)


WRITERS = """
import os, sys
from pathlib import Path
from pipelines.settings import load_settings
from pipelines.warehouse import catalog
from pipelines.warehouse.build import build
from pipelines.warehouse.publish import publish
folder = Path(sys.argv[1])
settings = load_settings(folder / "support.toml")
catalog.headers()  # read once, before the first writer
for line in sys.stdin:
    writer = os.fork()
    while not writer:
        publish(folder, build(folder, settings))
    print(writer, flush=True)
    os.waitpid(writer, 0)
"""


@pytest.mark.slow
def test_a_killed_writer_never_tears_what_readers_see(published):
    with subprocess.Popen(
        [sys.executable, "-c", WRITERS, str(published.folder)],
        cwd=PROJECT_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as writers:
        for delay in (0.1, 0.4, 0.7, 1.0, 1.3, 1.6):
            print("next", file=writers.stdin, flush=True)
            writer = int(writers.stdout.readline())
            deadline = time.monotonic() + delay
            try:
                while time.monotonic() < deadline:
                    assert _read(published.folder) == (1, 1)
                    time.sleep(0.02)  # or the reader takes the writer's time
            finally:
                os.kill(writer, signal.SIGKILL)
            assert _read(published.folder) == (1, 1)
        writers.stdin.close()
    published.build().close()
    assert not list(published.folder.glob("*.part*"))
    assert not list(published.folder.glob("CURRENT.*"))


def _read(folder: Path) -> tuple[int, int]:
    connection = duckdb.connect(str(current(folder)), read_only=True)
    try:
        return connection.execute(
            "SELECT (SELECT COUNT(*) FROM fact_contacts), (SELECT SUM(received) FROM ledger)"
        ).fetchall()[0]
    finally:
        connection.close()


def test_frames_are_added_to_a_copy_of_the_published_build(published):
    first = current(published.folder)
    frame = pd.DataFrame(
        {
            "channel": ["*"], "language": ["*"], "local_on": pd.to_datetime(["2026-03-03"]),
            "mean": [1.5], "q10": [1], "q50": [1], "q90": [3],
        }
    )  # fmt: skip
    part = runner.copy_published(published.folder)
    runner.add_frames(part, {"forecast_days": frame})
    publish(published.folder, part)
    connection = published.open()
    assert connection.execute("SELECT channel, mean, q90 FROM forecast_days").fetchall() == [
        ("*", 1.5, 3.0)
    ]
    assert connection.execute("SELECT COUNT(*) FROM fact_contacts").fetchall() == [(1,)]
    assert connection.execute("SELECT build_id FROM build_info").fetchall() == [
        (current(published.folder).name.removeprefix("support-").removesuffix(".duckdb"),)
    ]
    assert first.exists()


def test_what_a_killed_forecast_left_behind_goes_with_the_next_one(published):
    left = published.folder / "support-20260101T000000000000Z.duckdb.part"
    left.touch()
    part = runner.copy_published(published.folder)
    assert list(published.folder.glob("*.part")) == [part]


def test_a_frame_that_lacks_a_column_of_its_header_is_refused(published):
    part = runner.copy_published(published.folder)
    with pytest.raises(BuildError, match="frame and header of forecast_days disagree on"):
        runner.add_frames(part, {"forecast_days": pd.DataFrame({"channel": ["*"]})})
    assert not part.exists()


def test_rows_loaded_before_a_table_had_all_its_columns_are_null_in_the_later_ones(warehouse):
    events = "starts_at | ends_at\n2026-03-02 00:00:00 | 2026-03-03 00:00:00"
    warehouse.load(contacts="contact_id\nc1", market_events=events)
    (path,) = (warehouse.folder / "raw").glob("*/market_events.parquet")
    older = path.with_suffix(".older")
    duckdb.sql(
        f"COPY (SELECT * EXCLUDE (channel, language, topic) FROM '{path}') TO '{older}'"
        " (FORMAT parquet)"
    )
    older.replace(path)
    found = warehouse.build().execute(
        "SELECT count(*), count(topic), bool_or(is_change) FROM fact_market_events"
    )
    assert found.fetchall() == [(1, 0, False)]
