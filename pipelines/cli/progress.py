"""How far long work is, on standard error: a live line with an estimate, or plain lines."""

import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

_QUIET_SECONDS = 5.0  # between two plain lines of one stage


class Reporter(AbstractContextManager):
    """Called by the pipeline as `reporter(stage, share, what)`; share None where nobody knows.

    On a terminal it shows one live bar per stage with the time left. Elsewhere (cron, a log file)
    it prints a line when a stage starts and at most one every five seconds after that.

    Ctrl-C is heard at the next report at the latest: a library that catches everything, such as
    one that is being imported, may swallow it where it arrives.
    """

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._bar = (
            Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                TaskProgressColumn(),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                TextColumn("{task.fields[what]}", style="dim"),
                console=console,
                transient=True,
            )
            if console.is_terminal
            else None
        )
        self._task = None
        self._stage: str | None = None
        self._began = self._printed = 0.0
        self._is_stopped = False
        self._handler_before = None

    def __enter__(self) -> "Reporter":
        if threading.current_thread() is threading.main_thread():
            self._handler_before = signal.signal(signal.SIGINT, self._stop)
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._handler_before is not None:
            signal.signal(signal.SIGINT, self._handler_before)
        if self._bar:
            self._bar.stop()

    def _stop(self, *_: object) -> None:
        self._is_stopped = True
        raise KeyboardInterrupt

    def __call__(self, stage: str, share: float | None = None, what: str = "") -> None:
        if self._is_stopped:
            raise KeyboardInterrupt
        if self._bar:
            self._draw(stage, share, what)
        else:
            self._print(stage, share, what)

    def _draw(self, stage: str, share: float | None, what: str) -> None:
        if stage != self._stage:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._stage, self._task = stage, self._bar.add_task(stage, total=None, what="")
        total = None if share is None else 1.0
        self._bar.update(self._task, completed=share or 0.0, total=total, what=what)

    def _print(self, stage: str, share: float | None, what: str) -> None:
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._began, self._printed = stage, now, now
            print(f"{stage} ...", file=sys.stderr, flush=True)
        elif now - self._printed >= _QUIET_SECONDS:
            self._printed = now
            parts = [stage, *([f"{share:.0%}"] if share is not None else []), what]
            if share:
                left = (now - self._began) * (1 - share) / share
                parts.append(f"(about {left:.0f} s left)")
            print(" ".join(part for part in parts if part), file=sys.stderr, flush=True)


def reporting_shares(report: Callable[..., None]) -> Callable[[str, int, int], None]:
    """A callback that is told `(stage, done, total)` and reports the share of it that is done."""
    return lambda stage, done, total: report(stage, done / total if total else None)
