"""Which build answers: the pointer, retired builds, threads, staleness, and typed SQL."""

import json
import shutil
import threading
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.api import open_warehouse
from pipelines.errors import InputError, NothingPublishedError
from pipelines.warehouse.build import copy_published
from pipelines.warehouse.publish import pointed, publish
from tests.fixtures import RawWarehouse

ONE = "contact_id\nc1"
TWO = "contact_id\nc1\nc2"


@pytest.fixture(scope="module")
def _published_once(tmp_path_factory) -> Path:
    warehouse = RawWarehouse(tmp_path_factory.mktemp("published"))
    warehouse(contacts=ONE).close()
    return warehouse.folder


@pytest.fixture
def published(tmp_path, _published_once) -> RawWarehouse:
    """One contact, loaded and published; one's own to change."""
    return RawWarehouse(shutil.copytree(_published_once, tmp_path / "published"))


def contacts(door) -> int:
    return int(door.measure("contacts")["n"].iloc[0])


def test_before_the_first_build_the_remedy_is_named(tmp_path):
    with pytest.raises(NothingPublishedError, match="nothing is published there yet; run support-"):
        open_warehouse(tmp_path).measure("contacts")


def test_the_folder_comes_from_the_environment_where_none_is_given(week_folder, monkeypatch):
    monkeypatch.setenv("SUPPORT_QUALITY_WAREHOUSE", str(week_folder))
    assert contacts(open_warehouse()) == 5


def test_a_new_build_is_seen_by_the_next_question(warehouse):
    door = open_warehouse(warehouse.folder)
    warehouse(contacts=ONE).close()
    first = door.build()
    assert contacts(door) == 1
    warehouse(contacts=TWO).close()
    assert contacts(door) == 2
    assert door.build().build_id > first.build_id


def test_a_build_retired_between_pointer_and_open_is_looked_up_again(published, monkeypatch):
    door = open_warehouse(published.folder)
    answers = iter([published.folder / "support-gone.duckdb"])
    monkeypatch.setattr(
        "pipelines.api.published.pointed", lambda root: next(answers, None) or pointed(root)
    )
    assert contacts(door) == 1


def test_a_build_that_cannot_be_opened_is_said_so(tmp_path):
    (tmp_path / "CURRENT").write_text("support-gone.duckdb")
    with pytest.raises(NothingPublishedError, match=r"support-gone\.duckdb: the published build"):
        open_warehouse(tmp_path).build()


def test_threads_share_one_door_while_builds_come_and_go(published):
    door, seen, failures, is_over = open_warehouse(published.folder), set(), [], threading.Event()

    def read() -> None:
        try:
            while not is_over.is_set():
                seen.add(contacts(door))
                door.measure("first_response_seconds", by=["channel", "language"])
                is_over.wait(0.02)  # or four readers take the builder's time
        except Exception as failure:
            failures.append(failure)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    published(contacts=TWO).close()
    for _ in range(8):  # more than the three builds that are kept
        publish(published.folder, copy_published(published.folder))
    is_over.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert seen <= {1, 2}
    assert contacts(door) == 2


def test_a_build_says_what_it_covers(week):
    info = week.build()
    assert (info.zone, info.site_name) == ("Asia/Seoul", "Test Exchange")
    assert (info.first_on, info.last_on) == (date(2026, 3, 2), date(2026, 3, 4))
    assert (info.is_stale, info.stale_reason) == (False, None)


def test_a_build_is_stale_once_something_newer_is_loaded(published):
    published.load(contacts=TWO)
    info = open_warehouse(published.folder).build()
    assert info.is_stale
    assert info.stale_reason == "1 newer delivery is loaded but not in this build"


def test_a_build_of_an_older_version_tells_no_dates(published):
    with duckdb.connect(str(pointed(published.folder))) as build:
        build.execute("DROP TABLE fact_day_times")
    opened = open_warehouse(published.folder)
    assert opened.day_times().empty
    assert not opened.tells_days_alone()


def test_a_half_written_load_does_not_make_a_build_stale(published):
    (published.folder / "raw" / "20300101T000000000000Z-0123456789abcdef").mkdir()
    assert not open_warehouse(published.folder).build().is_stale


def test_a_run_that_failed_makes_the_build_that_stays_stale(published):
    (published.folder / "STALE").write_text("march.csv: no zone\n")
    assert open_warehouse(published.folder).build().stale_reason == (
        "the last run failed: march.csv: no zone"
    )


def test_a_feed_that_dries_up_makes_a_build_stale(warehouse):
    # Loaded on two days, but the second day's export still ends where the first one's did.
    for position, day in enumerate(("2026-03-02", "2026-03-06"), 1):
        warehouse.load(contacts=f"contact_id | created_at\nc{position} | 2026-03-02 00:00:00")
        (manifest,) = warehouse.folder.glob(f"raw/20260101T00000000000{position}Z-*/manifest.json")
        content = json.loads(manifest.read_text()) | {"loaded_at": f"{day}T01:00:00+00:00"}
        manifest.write_text(json.dumps(content))
    warehouse.build().close()
    assert open_warehouse(warehouse.folder).build().stale_reason == (
        "test delivered nothing after 2026-03-02 00:00 UTC"
    )


@pytest.mark.parametrize(
    "query",
    [
        "DROP TABLE fact_contacts",
        "SELECT 1; SELECT 2",
        "ATTACH 'other.duckdb'",
        "SET lock_configuration = false",
        "COPY fact_contacts TO 'out.csv'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM no_such_table",
        "SELEC 1",
        "",
    ],
)
def test_typed_sql_only_reads_the_build_and_fails_in_one_line(week, query):
    with pytest.raises(InputError, match=r"^sql: [^\n]+$"):
        week.sql(query)


def test_typed_sql_answers_a_select(week):
    found = week.sql("SELECT count(*) AS n FROM fact_contacts WHERE exclusion IS NULL")
    assert found["n"].tolist() == [5]


def test_typed_sql_cannot_reach_python_variables(week):
    secret = week.metrics()
    with pytest.raises(InputError, match="secret"):
        week.sql("SELECT * FROM secret")
    assert "csat" in set(secret["metric"])
