"""Every trouble ends in one line and a documented exit code."""

import errno
import inspect

import duckdb
import pytest

from pipelines import errors
from pipelines.cli import failures

CLASSES = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if kind is not errors.SupportQualityError
]


def test_no_two_classes_share_an_exit_code():
    codes = [kind.exit_code for kind in CLASSES]
    assert sorted(codes) == sorted(set(codes))


def test_each_class_of_errors_has_its_line_in_the_table():
    documented = dict(failures.exit_codes())
    assert {kind.exit_code for kind in CLASSES} <= documented.keys()
    assert documented[4] == (
        "Times carry no offset and no zone was given, or the zone does not exist."
    )


@pytest.mark.parametrize("kind", CLASSES)
def test_a_known_trouble_exits_with_the_code_of_its_class(kind, capsys):
    code = failures.report(kind("calls.csv, line 3: two\nlines; mend it"))
    assert code == kind.exit_code
    assert capsys.readouterr().err == "error: calls.csv, line 3: two lines; mend it\n"


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device", "wh/raw/x.parquet"),
        OSError(errno.EFBIG, "File too large", "wh/raw/x.parquet"),
        duckdb.IOException('IO Error: Could not write file "x": No space left on device'),
        duckdb.OutOfMemoryException("failed to offload data block"),
    ],
)
def test_a_full_disk_is_told_as_such_whoever_hits_it(error):
    line, code = failures.explained(error)
    assert code == errors.StorageError.exit_code
    assert "free some space and run again, nothing was lost" in line


def test_a_defect_is_one_line_without_a_traceback(capsys):
    assert failures.report(ZeroDivisionError("division by zero")) == 70
    printed = capsys.readouterr().err
    assert printed.startswith("error: unexpected ZeroDivisionError: division by zero;")
    assert printed.count("\n") == 1


def test_debug_shows_the_traceback_of_a_defect(capsys, monkeypatch):
    monkeypatch.setenv("SUPPORT_QUALITY_DEBUG", "1")
    try:
        raise ZeroDivisionError("division by zero")
    except ZeroDivisionError as error:
        failures.report(error)
    assert "Traceback (most recent call last)" in capsys.readouterr().err


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("Query interrupted")])
def test_ctrl_c_exits_as_shells_expect(error):
    line, code = failures.explained(error)
    assert code == 130
    assert line.startswith("stopped;")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("measure", "csat", "--from", "2026-13-01"),
            "Invalid value for '--from': '2026-13-01' is no day like 2026-03-31;"
            " see support-quality measure --help",
        ),
        (("measure",), "Missing argument 'METRIC'; see support-quality measure --help"),
        (("nosuch",), "No such command 'nosuch'; see support-quality --help"),
    ],
)
def test_what_was_typed_wrong_is_said_with_the_help_of_its_command(run_command, arguments, says):
    ran = run_command(*arguments)
    assert (ran.exit_code, ran.stderr) == (2, f"error: {says}\n")
