"""Whoever asks a command for help gets an example and the options they rely on."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest
import typer

from pipelines.cli import app, documents, failures

COMMANDS = sorted(typer.main.get_command(app).commands)
DESIGNED = """
    inspect load build forecast run serve demo metrics measure staffing scenarios agents ledger
    quarantine forget key check docs sql sample explain baseline funnel analysis searches gaps
    calibration draw switchboard differences vendors
"""


def test_the_commands_are_those_of_the_design():
    assert sorted(DESIGNED.split()) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example_that_names_the_command(command, run_command):
    ran = run_command(command, "--help")
    assert ran.exit_code == 0
    after = re.split(r"Examples?:", ran.stdout)[1]
    assert f"support-quality {command}" in " ".join(after.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_a_warehouse(command, run_command):
    assert "--warehouse" in run_command(command, "--help").stdout


@pytest.mark.parametrize(
    "command",
    [
        "metrics",
        "measure",
        "staffing",
        "scenarios",
        "agents",
        "ledger",
        "quarantine",
        "check",
        "sql",
        "switchboard",
    ],
)
def test_what_prints_a_table_takes_csv(command, run_command):
    assert "--csv" in run_command(command, "--help").stdout


def test_help_lists_every_exit_code(run_command):
    printed = " ".join(run_command("--help").stdout.split())
    for code, meaning in failures.exit_codes():
        assert f"{code} {meaning}" in printed


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nosuch",), "No such command 'nosuch'"),
        (("measure",), "Missing argument 'METRIC'"),
        (("measure", "csat", "--from", "03/01/2026"), "Invalid value for '--from'"),
        (("agents", "--arrivals", "many", "--handle", "180"), "Invalid value for '--arrivals'"),
    ],
)
def test_a_mistyped_command_is_one_line_and_exit_code_2(arguments, says, run_command):
    ran = run_command(*arguments)
    assert ran.exit_code == 2
    assert ran.stdout == ""
    assert ran.stderr.startswith("error: ")
    assert says in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_version_prints_the_version(run_command):
    ran = run_command("--version")
    assert ran.exit_code == 0
    assert ran.stdout == f"support-quality {version('support-quality')}\n"


def test_no_command_at_all_prints_the_help(run_command):
    ran = run_command()
    assert ran.exit_code == 2
    assert "Fill the warehouse" in ran.stdout
    assert ran.stderr == ""


def test_the_data_dictionary_and_the_table_of_exit_codes_are_those_of_the_code():
    assert documents.stale() == [], "run `support-quality docs`"


ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("data/**/README.md"))]
WRITTEN = re.compile(r"support-quality ([a-z][^\n#`|>;…]*)")


def unknown_words(lines: list[str]) -> list[str]:
    """Lines that name a command or an option that there is not."""
    wrong = []
    for line in lines:
        words = line.split()
        command = typer.main.get_command(app)
        while words and getattr(command, "commands", None):
            command = command.commands.get(words.pop(0))
        known = {name for each in command.params for name in each.opts} if command else set()
        told = {word.split("=")[0] for word in words if word.startswith("-")}
        if command is None or told - known - {"--help", "-h"}:
            wrong.append(line)
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_tells_to_type_is_there(page):
    assert unknown_words(WRITTEN.findall(page.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_what_help_gives_as_an_example_is_there(command, run_command):
    told = run_command(command, "--help").stdout.split("Example")[-1]
    assert unknown_words(WRITTEN.findall(told.split("╭")[0])) == []


def test_a_page_that_tells_of_what_is_not_there_is_found():
    assert unknown_words(["measure csat --by channel --form 2026-11-01", "mesure csat"]) == [
        "measure csat --by channel --form 2026-11-01", "mesure csat",
    ]  # fmt: skip
