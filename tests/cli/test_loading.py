"""Loading from the command line: what is told of the files, and what is said in the end."""

import json

import pytest

ROWS = (
    "Id,Requester id,Status,Via,Created at,Updated at,Solved at\n"
    "1,77,Open,Mail,2026-03-02 09:00,2026-03-03 09:00,\n"
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "good.csv").write_text(ROWS)
    return tmp_path / "exports"


def load(run_command, folder, *options):
    warehouse = folder.parent / "warehouse"
    return run_command(
        "load", str(folder), "--warehouse", str(warehouse), "--zone", "Asia/Seoul", "--csv",
        *options,
    )  # fmt: skip


def test_every_file_has_its_line_with_its_format_and_its_books(run_command, folder):
    (folder / "menu.csv").write_text("dish,price\nbibimbap,9000\n")
    ran = load(run_command, folder)
    assert ran.exit_code == 0
    header, good, menu = ran.stdout.splitlines()
    assert header == "file,source,format,received,loaded,quarantined,skipped"
    assert good == "good.csv,zendesk_csv,\"delimited by ',', utf-8\",1,1,0,"
    assert menu.startswith("menu.csv,,,0,0,0,")


def test_a_folder_without_exports_is_said_so(run_command, tmp_path):
    ran = run_command("load", tmp_path, "--warehouse", tmp_path / "warehouse")
    assert (ran.exit_code, ran.stdout) == (0, "nothing to load: the folder holds no exports\n")


def test_unreadable_files_have_a_line_of_error_each_and_the_rest_is_loaded(run_command, folder):
    (folder / "a.csv").write_bytes(b"\0" * 100)
    (folder / "z.csv").write_text("")
    ran = load(run_command, folder)
    assert ran.exit_code == 3
    errors = [line for line in ran.stderr.splitlines() if line.startswith("error: ")]
    assert [line.rpartition("/")[2] for line in errors] == [
        "a.csv: a binary file, not text; export as CSV or JSON",
        "z.csv: the file is empty (0 bytes); export it again",
    ]
    assert [line.split(",")[0] for line in ran.stdout.splitlines()] == [
        "file", "a.csv", "good.csv", "z.csv",
    ]  # fmt: skip


def test_a_full_export_is_marked_as_one(run_command, folder):
    load(run_command, folder, "--full")
    [manifest] = folder.parent.glob("warehouse/raw/*/manifest.json")
    assert json.loads(manifest.read_text())["is_full"] is True


def test_a_password_file_that_is_not_there_is_told(run_command, folder):
    ran = load(run_command, folder, "--password-file", "nosuch.txt")
    assert ran.exit_code == 3
    assert ran.stderr.startswith("error: nosuch.txt: no readable password file")


def test_a_password_is_the_first_line_of_its_file_else_the_environments(tmp_path, monkeypatch):
    from pipelines.cli.loading import told_password

    monkeypatch.setenv("SUPPORT_QUALITY_PASSWORD", "of the environment")
    (tmp_path / "secret").write_text("of the file \nnot this\n")
    assert told_password(None) == "of the environment"
    assert told_password(tmp_path / "secret") == "of the file "
