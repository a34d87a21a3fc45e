"""Warehouses filled through the real command, once per test session."""

import csv
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.cli import main


@dataclass(frozen=True)
class Ran:
    """What one run of the command left behind."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def rows(self) -> list[dict[str, str]]:
        """Standard output read as CSV."""
        return list(csv.DictReader(io.StringIO(self.stdout)))

    @property
    def header(self) -> list[str]:
        """The first line of standard output, read as CSV."""
        return next(csv.reader(io.StringIO(self.stdout)))


def _run(arguments: Sequence[object]) -> Ran:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    return Ran(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def run_command():
    """`run_command("measure", "csat", "--csv", "--warehouse", DIR)`, in this process."""
    return lambda *arguments: _run(arguments)


@pytest.fixture(scope="session")
def shell():
    """The same in a process of its own, as a shell or cron starts it."""

    def run(*arguments: object, **options: object) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "pipelines.cli", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            env={**os.environ, **options.pop("env", {})},
            **options,
        )

    return run


TICKETS = """\
Id,Requester id,Group,Status,Priority,Via,Created at,Updated at,Solved at,Satisfaction Score
1,501,Support,Solved,Low,Mail,2026-03-02 09:00:00,2026-03-02 12:00:00,2026-03-02 10:00:00,Good
2,502,Support,Open,Low,Mail,2026-03-02 10:30:00,2026-03-02 10:30:00,-,Not Offered
3,503,Help,Solved,Low,Web form,2026-03-03 08:15:00,2026-03-04 08:15:00,2026-03-03 09:15:00,Offered
"""


@pytest.fixture(scope="session")
def three_tickets(tmp_path_factory) -> Path:
    """A small export."""
    export = tmp_path_factory.mktemp("exports") / "three.csv"
    export.write_text(TICKETS, encoding="utf-8")
    return export


@pytest.fixture(scope="session")
def _published_once(made_by_one_worker, three_tickets) -> Path:
    def build(warehouse: Path) -> None:
        for arguments in (
            ["load", three_tickets, "--zone", "Asia/Seoul", "--warehouse", warehouse],
            ["build", "--warehouse", warehouse],
        ):
            ran = _run(arguments)
            assert ran.exit_code == 0, ran.stderr

    return made_by_one_worker("published", build)


@pytest.fixture
def published(tmp_path, _published_once) -> Path:
    """A small warehouse of one's own, with three tickets and a published build."""
    return shutil.copytree(_published_once, tmp_path / "warehouse")
