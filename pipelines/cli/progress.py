"""How far long work is, on standard error: a live line with an estimate, or plain lines."""

import sys
import time
from contextlib import AbstractContextManager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

_QUIET_SECONDS = 5.0  # between two plain lines of one stage


class Reporter(AbstractContextManager):
    """Called by the pipeline as `reporter(stage, done, total)`; `total` 0 where nobody knows.

    On a terminal it shows one live bar per stage with the time left. Elsewhere (cron, a log file)
    it prints a line when a stage starts and at most one every five seconds after that.
    """

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._bar = (
            Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
            if self._console.is_terminal
            else None
        )
        self._task = None
        self._stage: str | None = None
        self._stage_began = self._printed = 0.0

    def __enter__(self) -> "Reporter":
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def __call__(self, stage: str, done: float = 0, total: float = 0) -> None:
        if self._bar:
            self._draw(stage, done, total)
        else:
            self._print(stage, done, total)

    def _draw(self, stage: str, done: float, total: float) -> None:
        if stage != self._stage:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._stage, self._task = stage, self._bar.add_task(stage, total=total or None)
        self._bar.update(self._task, completed=done, total=total or None)

    def _print(self, stage: str, done: float, total: float) -> None:
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._stage_began, self._printed = stage, now, now
            print(stage, file=sys.stderr, flush=True)
        elif now - self._printed >= _QUIET_SECONDS:
            self._printed = now
            left = (now - self._stage_began) * (total - done) / done if done and total else None
            share = f" {done / total:.0%}" if total else ""
            estimate = f", about {left:.0f} s left" if left is not None else ""
            print(f"{stage}{share}{estimate}", file=sys.stderr, flush=True)
