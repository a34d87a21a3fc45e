"""Loading: one file is one load, whole or not at all, never twice, whatever happens meanwhile."""

import gzip
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.errors import InputError, SettingsError, WarehouseBusyError, ZoneError
from pipelines.ingest.contracts import TABLES
from pipelines.ingest.load import load
from pipelines.ingest.raw_store import raw_store
from pipelines.warehouse.publish import writer_lock
from pipelines.warehouse.raw_files import committed_loads

HEADER = "Id,Requester id,Status,Via,Created at,Updated at,Solved at,Satisfaction Score,Subject\n"
ROW = "{},77,Solved,Mail,2026-03-02 09:00,2026-03-03 09:00,2026-03-02 12:00,Good,{}\n"
SEOUL = {"zone": "Asia/Seoul"}


def export(*ids: int, subject: str = "hello") -> str:
    return HEADER + "".join(ROW.format(id_, subject) for id_ in ids)


def raw_folders(warehouse: Path) -> list[str]:
    return sorted(path.name for path in (warehouse / "raw").iterdir() if path.name != ".lock")


def test_a_load_leaves_one_folder_with_its_books(intake):
    text = export(1, 2) + "oops,,Open,Mail,2026-03-02 09:00,,,,\n"
    [report] = intake.load(intake.file("t.csv", text), **SEOUL)
    [folder] = (intake.warehouse / "raw").glob("[0-9]*")
    assert sorted(path.name for path in folder.iterdir()) == [
        "contact_clocks.parquet", "contacts.parquet", "manifest.json", "rejects.parquet",
        "surveys.parquet",
    ]  # fmt: skip
    manifest = json.loads((folder / "manifest.json").read_text())
    expected = {
        "load_id": report.load_id, "file": "t.csv", "bytes": len(text), "source": "zendesk_csv",
        "system": "zendesk", "zone": "Asia/Seoul", "mapping": None, "encoding": "utf-8",
        "received": 3, "loaded": 2, "quarantined": 1,
        "tables": {"contacts": 2, "contact_clocks": 2, "surveys": 2},
    }  # fmt: skip
    assert {key: manifest[key] for key in expected} == expected
    assert folder.name == f"{report.load_id}-{manifest['sha256'][:16]}"


def test_every_raw_file_has_exactly_the_columns_and_types_of_its_contract(intake):
    intake.load(intake.file("t.csv", export(1)), **SEOUL)
    for name in ("contacts", "contact_clocks", "surveys"):
        [path] = (intake.warehouse / "raw").glob(f"*/{name}.parquet")
        described = duckdb.execute(f"DESCRIBE FROM '{path}'").fetchall()
        columns = [(column.name, column.type) for column in TABLES[name].columns]
        assert [(row[0], row[1]) for row in described] == [
            *columns, ("_load_id", "VARCHAR"), ("_line", "BIGINT"),
        ]  # fmt: skip


def test_the_same_content_is_never_loaded_twice_under_whatever_name(intake):
    first = intake.load(intake.file("a.csv", export(1)), **SEOUL)[0]
    again = intake.load(intake.file("b.csv", export(1)), **SEOUL)[0]
    assert again.skipped_reason == (
        f"the same content was loaded before, as {first.load_id} (a.csv);"
        " --again reads it anew, with another mapping or zone"
    )
    assert intake.rows("contacts", "source_id") == [("1",)]


def test_read_again_in_another_zone_it_takes_the_place_of_the_earlier_load(intake):
    path = intake.file("a.csv", export(1))
    wrong = intake.load(path, zone="UTC")[0]
    later = intake.load(intake.file("b.csv", export(2)), **SEOUL)[0]
    right = intake.load(path, **SEOUL, again=True)[0]
    assert (right.received, right.loaded) == (1, 1)
    assert wrong.load_id < right.load_id < later.load_id
    assert intake.rows("contacts", "source_id, _load_id", "source_id") == [
        ("1", right.load_id), ("2", later.load_id),
    ]  # fmt: skip


def test_a_load_that_fails_when_read_again_stays_as_it_was(intake):
    path = intake.file("a.csv", export(1))
    before = intake.load(path, **SEOUL)[0]
    with pytest.raises(ZoneError):
        intake.load(path, again=True)
    assert intake.rows("contacts", "source_id, _load_id") == [("1", before.load_id)]


def test_load_ids_sort_by_time(intake):
    paths = [intake.file(f"{i}.csv", export(i)) for i in range(1, 5)]
    ids = [report.load_id for report in intake.load(*paths, **SEOUL)]
    assert ids == sorted(set(ids))
    assert len(ids) == 4


def test_a_folder_is_loaded_with_its_mappings_and_the_unknown_is_reported(intake):
    intake.file("b/tickets.csv", export(1))
    intake.file("b/mappings/tickets.toml", 'zone = "Asia/Seoul"\nsystem = "second"\n')
    intake.file("a.csv", export(2))
    for ignored in ("truth/t.csv", "README.md", "LICENSE", "notes.md", ".hidden.csv"):
        intake.file(ignored, export(3))
    intake.file("menu.csv", "dish,price\nbibimbap,9000\n")
    intake.file("quiet_day.csv", HEADER)
    reports = intake.load(**SEOUL)
    assert [(report.file.name, report.received) for report in reports] == [
        ("a.csv", 1), ("menu.csv", 0), ("quiet_day.csv", 0), ("tickets.csv", 1),
    ]  # fmt: skip
    assert "unknown format" in reports[1].skipped_reason
    assert "no rows" in reports[2].skipped_reason
    assert intake.rows("contacts", "contact_id") == [("second:1",), ("zendesk:2",)]


def test_mappings_reach_the_folders_below_and_the_nearest_wins(intake):
    intake.file("mappings/tickets.toml", 'zone = "Asia/Seoul"\n')
    intake.file("sub/tickets_1.csv", export(1))
    intake.file("sub/deep/tickets_2.csv", export(2))
    intake.file("india/mappings/tickets.toml", 'zone = "Asia/Kolkata"\n')
    intake.file("india/tickets_3.csv", export(3))
    intake.load()
    assert intake.rows("contacts", "source_id, created_at") == [
        ("1", "2026-03-02 00:00:00"), ("2", "2026-03-02 00:00:00"), ("3", "2026-03-02 03:30:00"),
    ]  # fmt: skip


def test_mappings_outside_of_what_is_loaded_are_not_looked_for(intake):
    intake.file("mappings/tickets.toml", 'zone = "Asia/Seoul"\n')
    with pytest.raises(ZoneError, match=r"tickets_1\.csv: its times carry no offset"):
        intake.load(intake.file("sub/tickets_1.csv", export(1)))


def test_a_cell_may_hold_a_long_mail(intake):
    [report] = intake.load(intake.file("t.csv", export(1, subject="x" * 200_000)), **SEOUL)
    assert report.loaded == 1


def test_lines_of_nothing_but_separators_are_no_header(intake):
    text = ",,,\n" + "Tickets of March,,,\n" + ";;;\n" + export(1) + ",,,,,,,,\n"
    [report] = intake.load(intake.file("t.csv", text), **SEOUL)
    assert (report.source, report.received, report.loaded) == ("zendesk_csv", 2, 1)
    menu = intake.file("menu.csv", "dish,price\nbibimbap,9000\n,\n")
    with pytest.raises(InputError, match="unknown format"):
        intake.load(menu)


def test_the_mappings_zone_wins_over_the_one_given_for_all(intake):
    mapping = intake.file("m.toml", 'zone = "Asia/Kolkata"\n')
    intake.load(intake.file("t.csv", export(1)), mapping=mapping, **SEOUL)
    assert intake.rows("contacts", "created_at") == [("2026-03-02 03:30:00",)]


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"zone": "Asia/Soul"}, ZoneError, "--zone: unknown time zone 'Asia/Soul'"),
        ({"encoding": "klingon"}, SettingsError, "--encoding: unknown encoding 'klingon'; give"),
        ({"source": "lotus_notes", **SEOUL}, SettingsError, "--source lotus_notes: unknown"),
        (
            {"mapping": Path("/nosuch.toml"), **SEOUL},
            SettingsError,
            "nosuch.toml: no such file; pass --mapping FILE",
        ),
    ],
)
def test_options_that_cannot_be_used_are_told_before_anything_is_written(
    intake, options, error, says
):
    with pytest.raises(error, match=says):
        intake.load(intake.file("t.csv", export(1)), **options)
    assert not (intake.warehouse / "raw").exists()


def test_a_missing_file_is_told_before_anything_is_written(intake):
    path = intake.file("t.csv", export(1))
    with pytest.raises(InputError, match=r"nosuch\.csv: no such file or folder"):
        intake.load(path, intake.folder / "nosuch.csv", **SEOUL)
    assert not (intake.warehouse / "raw").exists()


def test_files_that_cannot_be_read_keep_no_other_from_being_loaded(intake):
    intake.file("a.csv", b"\0" * 100)
    intake.file("b.csv", export(1))
    intake.file("c.csv", "")
    reports = []
    with pytest.raises(InputError, match=r"a\.csv: a binary file") as caught:
        intake.load(**SEOUL, report=reports.append)
    assert [note.split(": ")[1] for note in caught.value.__notes__] == [
        "the file is empty (0 bytes); export it again"
    ]
    assert [(r.file.name, r.loaded, r.skipped_reason is None) for r in reports] == [
        ("a.csv", 0, False), ("b.csv", 1, True), ("c.csv", 0, False),
    ]  # fmt: skip
    assert intake.rows("contacts", "source_id") == [("1",)]
    assert len(raw_folders(intake.warehouse)) == 1


def test_a_report_says_how_the_file_is_written(intake):
    packed = gzip.compress(export(1, subject="환영합니다 고객님").encode("cp949"))
    [report] = intake.load(intake.file("t.csv.gz", packed), **SEOUL)
    assert report.format == "delimited by ',', cp949, gzip"


def test_a_told_encoding_is_taken_and_whether_the_export_is_full_is_kept(intake):
    path = intake.file("t.csv", export(1, subject="안").encode("cp949"))
    intake.load(path, **SEOUL, encoding="cp949", is_full=True)
    assert intake.rows("contacts", "subject") == [("안",)]
    [manifest] = (intake.warehouse / "raw").glob("*/manifest.json")
    assert json.loads(manifest.read_text())["is_full"] is True


def test_a_second_load_at_the_same_time_is_turned_away(intake):
    path = intake.file("t.csv", export(1))
    with (
        raw_store(intake.warehouse),
        pytest.raises(WarehouseBusyError, match="another load is running"),
    ):
        intake.load(path, **SEOUL)


def test_the_key_of_the_warehouse_links_its_loads(intake, monkeypatch):
    monkeypatch.delenv("SUPPORT_QUALITY_KEY", raising=False)
    intake.load(intake.file("a.csv", export(1)), key=None, **SEOUL)
    intake.load(intake.file("b.csv", export(2)), key=None, **SEOUL)
    assert intake.rows("contacts", "count(*), count(DISTINCT requester_id)") == [(2, 1)]
    assert stat.S_IMODE((intake.warehouse / "key").stat().st_mode) == 0o600


def test_another_key_than_before_is_refused_since_no_customer_would_be_told_again(intake):
    intake.load(intake.file("a.csv", export(1)), **SEOUL)
    with pytest.raises(SettingsError, match="is not that of the loads before"):
        intake.load(intake.file("b.csv", export(2)), key=b"x" * 32, **SEOUL)
    assert intake.rows("contacts", "source_id") == [("1",)]


def test_progress_tells_the_share_done(intake):
    told = []
    intake.load(
        intake.file("t.csv", export(1, 2)), **SEOUL, progress=lambda what, share: told.append(share)
    )
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


def test_progress_of_a_packed_file_goes_by_what_is_read_of_it(intake):
    rows = "".join(ROW.format(i, "x" * 40) for i in range(600_000))
    told = []
    intake.load(
        intake.file("t.csv.gz", gzip.compress((HEADER + rows).encode(), 1)),
        **SEOUL,
        progress=lambda what, share: told.append((int(what.split()[1].replace(",", "")), share)),
    )
    assert told == sorted(told)
    shares = [share for rows, share in told if 0 < rows < 300_000]
    assert shares
    assert all(0.1 < share < 0.8 for share in shares)


LOADER = """
import sys
from pathlib import Path
from pipelines.ingest.load import load
load([Path(sys.argv[1])], Path(sys.argv[2]), zone="Asia/Seoul", key=b"k" * 32,
     progress=lambda what, share: print(share, flush=True))
"""


def start_loading(path: Path, warehouse: Path, **options) -> subprocess.Popen:
    command = [sys.executable, "-c", LOADER, str(path), str(warehouse)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


@pytest.mark.slow
def test_a_killed_load_leaves_nothing_that_counts_and_the_next_one_cleans_up(intake):
    many = intake.file(
        "many.csv", HEADER + "".join(ROW.format(i, "x" * 50) for i in range(400_000))
    )
    process = start_loading(many, intake.warehouse)
    while process.stdout.readline() == "0.0\n":
        pass  # the first rows are written when the share moves
    process.send_signal(signal.SIGKILL)
    process.wait()
    [left] = raw_folders(intake.warehouse)
    assert left.startswith(".loading-")
    intake.load(intake.file("t.csv", export(7)), **SEOUL)
    [folder] = raw_folders(intake.warehouse)
    assert folder[0] == "2"
    assert intake.rows("contacts", "source_id") == [("7",)]


@pytest.mark.parametrize("killed", ["before", "between", "after"])
def test_a_store_that_changed_places_is_whole_wherever_the_process_was_killed(intake, killed):
    intake.load(intake.file("t.csv", export(1)), **SEOUL)
    raw, following, last = (intake.warehouse / n for n in ("raw", "raw.next", "raw.last"))
    [load_folder] = raw.glob("[0-9]*")
    following.mkdir()
    (following / "half_written").mkdir()
    if killed != "before":
        shutil.rmtree(following)
        shutil.copytree(raw, following)
        (following / load_folder.name / "mark").touch()
        raw.rename(last)
    if killed == "after":
        following.rename(raw)
    with writer_lock(intake.warehouse):
        [found] = committed_loads(intake.warehouse)
    assert (found.folder / "mark").exists() == (killed != "before")
    assert sorted(path.name for path in intake.warehouse.glob("raw*")) == ["raw"]


def _small_files_only() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))


def test_a_full_disk_is_a_storage_error_and_nothing_is_left(intake):
    text = HEADER + "".join(ROW.format(i, os.urandom(20).hex()[:23]) for i in range(20_000))
    process = start_loading(
        intake.file("t.csv", text), intake.warehouse, preexec_fn=_small_files_only
    )
    _, stderr = process.communicate()
    assert stderr.splitlines()[-1].startswith("pipelines.errors.StorageError: ")
    assert "make room and load again" in stderr.splitlines()[-1]
    assert raw_folders(intake.warehouse) == []


def test_columns_that_nothing_uses_are_listed_in_the_manifest(intake):
    text = HEADER.strip() + ",Shoe size\n" + ROW.format(1, "x").strip() + ",43\n"
    intake.load(intake.file("t.csv", text), **SEOUL)
    [manifest] = (intake.warehouse / "raw").glob("*/manifest.json")
    assert json.loads(manifest.read_text())["columns_unknown"] == ["Shoe size"]


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_split_shuffled_and_repeated_exports_hold_the_same_rows(tmp_path_factory, data):
    ids = data.draw(st.lists(st.integers(1, 10**9), min_size=2, max_size=12, unique=True))
    order = data.draw(st.permutations(ids))
    cut = data.draw(st.integers(1, len(ids) - 1))
    columns = ", ".join(TABLES["contacts"].column_names)

    def contacts(name: str, *exports: str) -> list[tuple]:
        folder = tmp_path_factory.mktemp(name)
        paths = []
        for number, text in enumerate(exports):
            paths.append(folder / f"{number}.csv")
            paths[-1].write_text(text)
        load(paths, folder / "w", key=b"k" * 32, **SEOUL)
        query = f"SELECT DISTINCT {columns} FROM '{folder}/w/raw/*/contacts.parquet' ORDER BY ALL"
        return duckdb.execute(query).fetchall()

    whole = contacts("whole", export(*ids))
    assert len(whole) == len(ids)
    parts = export(*order[:cut]), export(*order[cut:])
    assert contacts("parts", *parts, export(*order), parts[0]) == whole


def test_parquet_is_written_in_row_groups_that_stream(intake):
    rows = "".join(ROW.format(i, "x") for i in range(300_000))
    intake.load(intake.file("t.csv", HEADER + rows), **SEOUL)
    [path] = (intake.warehouse / "raw").glob("*/contacts.parquet")
    groups = pq.ParquetFile(path).metadata
    assert (groups.num_rows, groups.num_row_groups) == (300_000, 3)


def test_a_mapping_is_for_every_export_whose_name_begins_with_its_own(intake):
    intake.file("mappings/tickets.toml", 'zone = "Asia/Seoul"\n')
    intake.file("mappings/tickets_india.toml", 'zone = "Asia/Kolkata"\n')
    intake.file("tickets_2026-03-02.csv", export(1))
    intake.file("tickets_india.csv.gz", gzip.compress(export(2).encode()))
    intake.file("tickets.csv", export(3))
    intake.file("ticketsold.csv", export(4))
    with pytest.raises(ZoneError, match=r"ticketsold\.csv: its times carry no offset"):
        intake.load()
    assert intake.rows("contacts", "source_id, created_at") == [
        ("1", "2026-03-02 00:00:00"), ("2", "2026-03-02 03:30:00"), ("3", "2026-03-02 00:00:00"),
    ]  # fmt: skip


def test_a_folder_of_mappings_has_one_for_each_export_or_for_its_folder(intake):
    told = intake.file("told/seoul.toml", 'zone = "Asia/Seoul"\n').parent
    intake.file("told/tickets.toml", 'zone = "Asia/Kolkata"\n')
    intake.load(
        intake.file("seoul/week1.csv", export(1)),
        intake.file("seoul/tickets.csv", export(2)),
        mapping=told,
    )
    assert intake.rows("contacts", "source_id, created_at") == [
        ("1", "2026-03-02 00:00:00"), ("2", "2026-03-02 03:30:00"),
    ]  # fmt: skip
