"""How far long work is goes to standard error, as lines where nobody watches a terminal."""

import os
import signal
from contextlib import suppress

import pytest

from pipelines.cli import progress


def test_a_log_file_gets_a_line_per_stage_and_an_estimate_every_five_seconds(capsys, monkeypatch):
    clock = iter([0.0, 1.0, 10.0, 11.0, 12.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.Reporter() as report:
        report("load", 0.0)
        report("load", 0.1, "tickets.csv")
        report("load", 0.5, "calls.csv")
        report("load", 0.6, "calls.csv")
        report("build")
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == [
        "load ...",
        "load 50% calls.csv (about 10 s left)",
        "build ...",
    ]


def test_ctrl_c_that_a_library_swallows_is_heard_at_the_next_report():
    before = signal.getsignal(signal.SIGINT)
    with progress.Reporter() as report:
        report("load")
        with suppress(BaseException):
            os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            report("build")
    assert signal.getsignal(signal.SIGINT) == before
