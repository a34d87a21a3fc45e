"""`inspect` on the command line: what it says, and that it never writes over a mapping."""

import pytest

ROWS = "id,created,status,note\n" + "".join(
    f"{n},2026-03-0{n} 09:00:00,open,my name is Kim {n}\n" for n in range(1, 7)
)


@pytest.fixture
def unknown(tmp_path):
    path = tmp_path / "unknown.csv"
    path.write_text(ROWS)
    return path


def test_it_says_what_the_file_is_and_what_is_left_to_tell(run_command, unknown):
    ran = run_command("inspect", unknown)
    assert ran.exit_code == 0
    assert "records     6\n" in ran.stdout
    assert "read by     no source knows it\n" in ran.stdout
    assert "Left to fill in:\n  - the zone of its times, or pass --zone\n" in ran.stdout
    assert "Kim" not in ran.stdout


def test_the_mapping_is_written_loads_and_is_never_written_over(run_command, unknown):
    mapping = unknown.parent / "mappings" / "unknown.toml"
    ran = run_command("inspect", unknown, "--write", mapping, "--zone", "Asia/Seoul")
    assert ran.stdout.endswith(
        f"Wrote {mapping}; support-quality load {unknown} --mapping {mapping}\n"
    )
    warehouse = unknown.parent / "warehouse"
    assert (
        f"mapping     {mapping}, which a load goes by\n" in run_command("inspect", unknown).stdout
    )
    ran = run_command("load", unknown, "--warehouse", warehouse, "--csv")
    assert ran.stdout.splitlines()[1] == ("unknown.csv,tickets,\"delimited by ',', utf-8\",6,6,0,")
    mapping.write_text("# corrected by hand\n")
    ran = run_command("inspect", unknown, "--write", mapping)
    assert ran.exit_code == 3
    assert "exists already" in ran.stderr
    assert mapping.read_text() == "# corrected by hand\n"


def test_csv_has_a_line_per_column(run_command, unknown):
    ran = run_command("inspect", unknown, "--csv")
    assert ran.stdout.splitlines()[:3] == [
        "column,looks_like,detail,filled,personal,values_or_shape",
        "id,id,each once,6,,9",
        "created,time,local: no offset,6,,9999-99-99 99:99:99",
    ]


def test_a_file_that_cannot_be_read_is_one_line_of_error(run_command, unknown):
    unknown.write_bytes(b"")
    ran = run_command("inspect", unknown)
    assert ran.exit_code == 3
    assert ran.stderr == f"error: {unknown}: the file is empty (0 bytes); export it again\n"
