"""Run the command in this process and see what a shell would see."""

import io
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest

from pipelines.cli import main


@dataclass(frozen=True)
class Ran:
    """What one run of the command left behind."""

    exit_code: int
    stdout: str
    stderr: str


@pytest.fixture
def run_command(monkeypatch):
    """`run_command("measure", "csat", "--csv")` -> exit code, standard output and error."""
    monkeypatch.delenv("SUPPORT_QUALITY_WAREHOUSE", raising=False)
    monkeypatch.delenv("SUPPORT_QUALITY_DEBUG", raising=False)

    def run(*arguments: object) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main([str(argument) for argument in arguments])
        return Ran(code, out.getvalue(), err.getvalue())

    return run
