"""What the keeper's commands print: columns and reasons, never a value unless asked."""

import pytest

EXPORT = """\
Id,Requester id,Status,Via,Created at,Updated at,Solved at,Satisfaction Score,Subject
1,551,Solved,Mail,2026-03-02 09:00,2026-03-03 09:00,2026-03-02 12:00,Good,hello
2,552,Open,Mail,2026-03-29 02:30,,,,minji@example.com
"""


@pytest.fixture
def loaded(tmp_path, run_command, monkeypatch):
    monkeypatch.delenv("SUPPORT_QUALITY_KEY", raising=False)
    export, warehouse = tmp_path / "t.csv", tmp_path / "warehouse"
    export.write_text(EXPORT)
    assert run_command("load", export, "--zone", "Europe/Berlin", "--warehouse", warehouse)
    return warehouse


def test_the_quarantine_names_the_column_and_shows_the_value_only_when_asked(loaded, run_command):
    def listed(*options: str) -> str:
        return run_command("quarantine", *options, "--csv", "--warehouse", loaded).stdout

    assert "t.csv,3,contacts,,Created at," in listed()
    assert "minji" not in listed()
    assert "minji" not in listed("--values")
    assert '""<email>""' in listed("--values")
    assert "minji@example.com" in listed("--unmasked")


def test_a_replay_prints_what_became_of_the_rows(loaded, run_command):
    ran = run_command(
        "quarantine", "t.csv", "--replay", "--zone", "Asia/Seoul", "--csv", "--warehouse", loaded
    )
    assert ran.exit_code == 0
    assert ran.stdout.splitlines()[1].startswith("t.csv,zendesk_csv,")
    assert ",1,1,0," in ran.stdout
    assert run_command("quarantine", "--csv", "--warehouse", loaded).stdout.count("\n") == 1


def test_forgetting_prints_every_file_and_nothing_of_the_person(loaded, run_command):
    ran = run_command("forget", "--requester", "551", "--csv", "--warehouse", loaded)
    assert ran.exit_code == 0
    lines = ran.stdout.splitlines()
    assert lines[0] == "file,rows,found"
    assert {line.rsplit(",", 1)[1] for line in lines[1:]} == {"0"}
    assert len(lines) == 6  # contacts, clocks, surveys, rejects, manifest
    assert ran.stderr.endswith("removed 3 rows and 0 refused ones\n")


def test_forgetting_an_id_that_no_export_has_does_not_look_done(loaded, run_command):
    ran = run_command("forget", "--requester", "5551", "--csv", "--warehouse", loaded)
    assert ran.exit_code == 0
    assert "warning: no row of that person was loaded, so none was removed" in ran.stderr


def test_nobody_is_forgotten_by_an_empty_name(loaded, run_command):
    before = {path: path.read_bytes() for path in loaded.rglob("*") if path.is_file()}
    ran = run_command("forget", "--requester", " ", "--warehouse", loaded)
    assert ran.exit_code == 3
    assert "forget: whom? give the person's id" in ran.stderr
    assert {path: path.read_bytes() for path in loaded.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    "command", [("forget", "--requester", "551"), ("key", "rotate"), ("quarantine", "--replay")]
)
def test_a_mistyped_warehouse_is_told_and_not_made(command, tmp_path, run_command):
    ran = run_command(*command, "--warehouse", tmp_path / "mistyped")
    assert ran.exit_code == 3
    assert "mistyped: nothing is loaded there; name the folder with --warehouse" in ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_never_loaded_has_no_quarantine(loaded, run_command):
    ran = run_command("quarantine", "u.csv", "--warehouse", loaded)
    assert ran.exit_code == 3
    assert "error: u.csv: no such load or file; see support-quality ledger" in ran.stderr


def test_the_key_is_told_by_its_fingerprint_alone(loaded, run_command):
    secret = (loaded / "key").read_text()
    before = run_command("key", "show", "--warehouse", loaded).stdout
    after = run_command("key", "rotate", "--warehouse", loaded).stdout
    assert before != after
    assert "rotations   1" in after
    added = (loaded / "raw" / "rotations").read_text().strip()
    assert secret not in before + after
    assert added not in after
