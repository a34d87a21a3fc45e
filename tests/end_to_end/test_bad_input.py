"""Whatever comes in: one clear line, a documented exit code, nothing lost, the build still up."""

import errno
import fcntl
import gzip
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipelines.errors import InputError, StorageError
from pipelines.ingest import raw_store
from pipelines.ingest.raw_store import check_pages, check_whole

HEADER = "Id,Requester id,Group,Status,Priority,Via,Subject,Created at,Updated at,Solved at\n"
ROW = (
    "{id},7,Support,Solved,Low,Mail,{subject},2026-03-05 09:00,2026-03-05 12:00,2026-03-05 10:00\n"
)
SEOUL = ("--zone", "Asia/Seoul")


def rows(count: int, subject: str = "문의") -> str:
    """Tickets whose language its letters tell: Latin ones would wait three seconds for a model."""
    return "".join(ROW.format(id=100 + i, subject=subject) for i in range(count))


def state(warehouse: Path) -> tuple[str, list[str]]:
    """What must not change: the published build, and the loads in the raw store."""
    loads = sorted(path.parent.name for path in (warehouse / "raw").glob("*/manifest.json"))
    return (warehouse / "CURRENT").read_text(), loads


def assert_one_line(ran, code: int, *says: str) -> None:
    assert ran.exit_code == code, ran.stderr
    lines = [line for line in ran.stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, ran.stderr
    assert "Traceback" not in ran.stderr
    for text in says:
        assert text in lines[0]


def assert_still_up(warehouse: Path, run_command) -> None:
    ran = run_command("measure", "contacts", "--csv", "--warehouse", warehouse)
    assert ran.rows[0]["value"] == "3"


def no_file(folder: Path) -> Path:
    return folder / "nosuch.csv"


def unknown_format(folder: Path) -> Path:
    path = folder / "menu.csv"
    path.write_text("dish,price\nbibimbap,9000\n", encoding="utf-8")
    return path


def truncated_gzip(folder: Path) -> Path:
    path = folder / "tickets.csv.gz"
    path.write_bytes(gzip.compress((HEADER + rows(2000)).encode())[:-200])
    return path


def empty_file(folder: Path) -> Path:
    path = folder / "tickets.csv"
    path.write_bytes(b"")
    return path


def header_only(folder: Path) -> Path:
    path = folder / "tickets.csv"
    path.write_text(HEADER, encoding="utf-8")
    return path


def binary(folder: Path) -> Path:
    path = folder / "tickets.csv"
    path.write_bytes(bytes(range(256)) * 50)
    return path


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (no_file, "nosuch.csv"),
        (unknown_format, "menu.csv"),
        (truncated_gzip, "tickets.csv.gz"),
        (empty_file, "tickets.csv"),
        (header_only, "tickets.csv"),
        (binary, "tickets.csv"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(make, says, published, tmp_path, run_command):
    before = state(published)
    ran = run_command("load", make(tmp_path), *SEOUL, "--warehouse", published)
    assert_one_line(ran, 3, says)
    assert state(published) == before
    assert_still_up(published, run_command)


@pytest.mark.parametrize(("zone", "says"), [((), "--zone"), (("--zone", "Asia/Soul"), "Asia/Soul")])
def test_times_without_a_zone_that_exists_are_not_guessed(
    zone, says, published, tmp_path, run_command
):
    path = tmp_path / "tickets.csv"
    path.write_text(HEADER + rows(2), encoding="utf-8")
    before = state(published)
    ran = run_command("load", path, *zone, "--warehouse", published)
    assert_one_line(ran, 4, says)
    assert state(published) == before


def test_a_damaged_manifest_is_named_by_whoever_reads_it(published, tmp_path, run_command):
    (manifest,) = (published / "raw").glob("*/manifest.json")
    manifest.write_text("{", encoding="utf-8")
    path = tmp_path / "tickets.csv"
    path.write_text(HEADER + rows(2), encoding="utf-8")
    for command in (("load", path, *SEOUL), ("build",), ("quarantine",), ("key", "rotate")):
        ran = run_command(*command, "--warehouse", published)
        assert_one_line(ran, 3, "manifest.json: unreadable manifest", "remove the folder")


@pytest.mark.parametrize("table", ["contacts", "rejects"])
def test_a_table_of_the_raw_store_that_was_cut_short_is_named(table, published, run_command):
    before = state(published)
    (path,) = (published / "raw").glob(f"*/{table}.parquet")
    path.write_bytes(path.read_bytes()[:-10])
    for command in (("build",), ("quarantine",), ("key", "rotate")):
        ran = run_command(*command, "--warehouse", published)
        assert_one_line(ran, 3, f"{table}.parquet: damaged; remove its folder and load the file")
    assert state(published) == before


def lose_pages(path) -> None:
    """All but the footer, which tells where they were."""
    content = path.read_bytes()
    footer = 8 + int.from_bytes(content[-8:-4], "little")
    path.write_bytes(b"PAR1" + b"\xff" * (len(content) - footer - 4) + content[-footer:])


@pytest.mark.parametrize("check", [check_whole, check_pages])
def test_a_file_that_may_not_be_read_is_not_called_damaged(check, tmp_path, monkeypatch):
    def refuse(*_args):  # who runs the tests may be root, whom no file refuses
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(raw_store.pq, "read_metadata", refuse)
    monkeypatch.setattr(raw_store.pq, "ParquetFile", refuse)
    path = tmp_path / ("" if check is check_whole else "details") / "load.parquet"
    path.parent.mkdir(exist_ok=True)
    path.touch()
    with pytest.raises(StorageError, match=f"{path}: no permission to read or write"):
        check(tmp_path)


@pytest.mark.parametrize("made", ["languages", "details"])
def test_what_was_made_of_texts_is_removed_and_made_again_where_pages_are_lost(
    made, published, tmp_path
):
    (whole,) = published.glob("raw/*/contacts.parquet")
    path = tmp_path / made / "load.parquet"
    path.parent.mkdir()
    path.write_bytes(whole.read_bytes())
    check_pages(tmp_path)
    lose_pages(path)
    with pytest.raises(InputError, match=f"{path}: holds damaged pages; remove it: the next run"):
        check_pages(tmp_path)


def test_what_is_read_from_texts_is_read_again_where_its_file_was_cut_short(published, run_command):
    (path,) = (published / "languages").glob("*.parquet")
    whole = path.read_bytes()
    path.write_bytes(whole[:-10])
    assert run_command("build", "--warehouse", published).exit_code == 0
    assert len(path.read_bytes()) == len(whole)


def test_who_was_forgotten_is_not_forgotten_with_a_damaged_file(published, tmp_path, run_command):
    (published / "raw" / "forgotten.json").write_text("{", encoding="utf-8")
    path = tmp_path / "tickets.csv"
    path.write_text(HEADER + rows(2), encoding="utf-8")
    before = state(published)
    ran = run_command("load", path, *SEOUL, "--warehouse", published)
    assert_one_line(ran, 3, "forgotten.json: damaged; put it back from a backup")
    assert state(published) == before


def test_a_damaged_key_is_told_as_such(published, tmp_path, run_command):
    (published / "key").write_text("no key", encoding="utf-8")
    path = tmp_path / "tickets.csv"
    path.write_text(HEADER + rows(2), encoding="utf-8")
    ran = run_command("load", path, *SEOUL, "--warehouse", published)
    assert_one_line(ran, 5, "key: is no key any more; put it back from a backup")


@pytest.mark.parametrize("options", [(), ("--open", "spam")])
def test_the_books_of_a_file_that_was_never_loaded_are_not_empty_but_unknown(
    options, published, run_command
):
    ran = run_command("ledger", *options, "--file", "nosuch.csv", "--warehouse", published)
    assert_one_line(ran, 10, "file 'nosuch.csv' is not known; known: ")


def test_cp949_bytes_are_read_as_korean(published, tmp_path, run_command):
    path = tmp_path / "tickets.csv"
    path.write_bytes((HEADER + rows(3, "출금이 안 됩니다")).encode("cp949"))
    ran = run_command("run", path, *SEOUL, "--warehouse", published)
    assert ran.exit_code == 0, ran.stderr
    ran = run_command(
        "sql", "SELECT DISTINCT subject FROM fact_contacts WHERE contact_id LIKE '%:10_'", "--csv",
        "--warehouse", published,
    )  # fmt: skip
    assert ran.stdout == "subject\n출금이 안 됩니다\n"


def test_cp949_bytes_inside_utf8_name_their_line(published, tmp_path, run_command):
    path = tmp_path / "tickets.csv"
    broken = ROW.format(id=900, subject="출금").encode("cp949")
    path.write_bytes((HEADER + rows(5, "출금이 안 됩니다")).encode() + broken)
    before = state(published)
    ran = run_command("load", path, *SEOUL, "--warehouse", published)
    if ran.exit_code == 0:  # refused as a row: then it is in quarantine, with its line
        manifest = next(m for m in (published / "raw").glob("*/manifest.json")
                        if m.parent.name not in before[1])  # fmt: skip
        assert '"quarantined": 1' in manifest.read_text()
    else:
        assert_one_line(ran, 3, "tickets.csv", "7")
        assert state(published) == before


def test_a_quote_that_never_closes_loses_no_other_row(published, tmp_path, run_command):
    path = tmp_path / "tickets.csv"
    path.write_text(HEADER + rows(4) + ROW.format(id=900, subject='"open'), encoding="utf-8")
    before = state(published)
    ran = run_command("load", path, *SEOUL, "--csv", "--warehouse", published)
    if ran.exit_code == 0:
        row = ran.rows[0]
        assert (row["received"], row["loaded"], row["quarantined"]) == ("5", "4", "1")
    else:
        assert_one_line(ran, 3, "tickets.csv", "6")
        assert state(published) == before


def _small_files_only() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


@pytest.mark.parametrize("command", ["load", "build", "run"])
def test_a_full_disk_is_told_and_nothing_is_lost(command, published, tmp_path, run_command):
    path = tmp_path / "tickets.csv"
    path.write_text(HEADER + rows(2000), encoding="utf-8")
    files = () if command == "build" else (path, *SEOUL)
    before = state(published)
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "pipelines.cli",
            command,
            *map(str, files),
            "--warehouse",
            published,
        ],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=_small_files_only,  # as a quota would do it
    )
    assert ran.returncode == 7, ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stderr.splitlines()[-1].startswith("error: ")
    assert state(published)[0] == before[0]
    assert_still_up(published, run_command)
    again = run_command("run", *files, "--warehouse", published)
    assert again.exit_code == 0, again.stderr


@contextmanager
def _writing_elsewhere(warehouse: Path) -> Iterator[None]:
    """The system's lock as another process holds it: this one does not know that it has it."""
    with (warehouse / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@pytest.mark.parametrize("command", ["load", "build", "forecast", "run"])
def test_a_second_writer_is_turned_away_at_once(command, published, three_tickets, run_command):
    before = state(published)
    files = (three_tickets, *SEOUL) if command in ("load", "run") else ()
    with _writing_elsewhere(published):
        ran = run_command(command, *files, "--warehouse", published)
    assert ran.exit_code == 6
    assert ran.stderr.splitlines()[-1].startswith(f"error: {published}")
    assert state(published) == before


def test_readers_do_not_wait_for_a_writer(published, run_command):
    with _writing_elsewhere(published):
        ran = run_command("measure", "contacts", "--csv", "--warehouse", published)
    assert ran.stdout.splitlines()[1].startswith("3,")


def test_pages_that_a_disk_lost_are_named_and_leave_the_old_build_up_and_stale(
    published, run_command
):
    (path,) = published.glob("raw/*/contacts.parquet")
    lose_pages(path)
    before = state(published)
    ran = run_command("build", "--warehouse", published)
    assert_one_line(ran, 3, f"{path}: holds damaged pages; remove its folder and load the file")
    assert state(published) == before
    assert_still_up(published, run_command)
    read = run_command("measure", "contacts", "--csv", "--warehouse", published)
    assert "stale" in read.stderr
    checked = run_command("check", "--warehouse", published)
    assert_one_line(checked, 8, "stale")


@pytest.mark.parametrize(("how", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
def test_a_run_that_is_stopped_midway_changes_nothing_and_the_next_one_works(
    how, code, published, tmp_path, run_command
):
    path = tmp_path / "tickets.csv"
    path.write_text(HEADER + rows(2000), encoding="utf-8")
    before = state(published)
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", "run", path, *SEOUL, "--warehouse", published],
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stderr:
        if line.startswith("build"):
            process.send_signal(how)
            break
    said = process.stderr.read()
    assert process.wait() == code
    assert "Traceback" not in said
    assert how == signal.SIGKILL or said.splitlines()[-1].startswith("error: stopped;")
    assert state(published)[0] == before[0]
    assert_still_up(published, run_command)
    again = run_command("run", path, *SEOUL, "--warehouse", published)
    assert again.exit_code == 0, again.stderr
    measured = run_command("measure", "contacts", "--csv", "--warehouse", published)
    assert measured.rows[0]["value"] == "2003"
    assert list(published.glob("*.part*")) == []


def test_a_bug_is_one_line_too(published, run_command, monkeypatch):
    monkeypatch.delenv("SUPPORT_QUALITY_DEBUG", raising=False)
    monkeypatch.setattr("pipelines.run.build_tables", lambda *_, **__: 1 // 0)
    before = state(published)
    ran = run_command("build", "--warehouse", published)
    assert_one_line(ran, 70, "unexpected ZeroDivisionError")
    assert state(published) == before


def test_a_warehouse_without_a_build_says_what_to_run(tmp_path, run_command):
    ran = run_command("measure", "contacts", "--warehouse", tmp_path / "empty")
    assert_one_line(ran, 9, "support-quality")


def test_a_folder_that_cannot_be_written_is_named(tmp_path, run_command):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    ran = run_command("build", "--warehouse", in_the_way / "warehouse")
    assert_one_line(ran, 7, str(in_the_way))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[site\n", "not valid TOML"),
        ("[site]\nzone = 'Mars/Olympus'\n", "Mars/Olympus"),
    ],
)
def test_settings_that_cannot_be_used_name_their_file(text, says, published, tmp_path, run_command):
    settings = tmp_path / "site.toml"
    settings.write_text(text, encoding="utf-8")
    ran = run_command("build", "--settings", settings, "--warehouse", published)
    assert ran.exit_code in (4, 5)
    assert "site.toml" in ran.stderr
    assert says in ran.stderr


def test_a_reader_that_stops_early_is_not_an_error(published):
    ran = subprocess.run(
        f"{sys.executable} -m pipelines.cli sql --csv --warehouse {published}"
        " 'SELECT range FROM range(300000)' | head -1; echo ${PIPESTATUS[0]}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout == "range\n0\n"
    assert ran.stderr == ""
