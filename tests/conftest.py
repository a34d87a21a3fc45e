"""Fixtures that every folder of tests may use."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.settings import SAMPLES_DIR
from tests.fixtures import connection, made_once, shared_builds, warehouse

__all__ = ["connection", "made_once", "shared_builds", "warehouse"]


@pytest.fixture(scope="session")
def made_by_one_worker(tmp_path_factory) -> Callable[[str, Callable[[Path], object]], Path]:
    """`made_by_one_worker(name, make)`: a folder that `make` fills once for all workers.

    So it is read only: a test that writes takes a copy.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def made(name: str, make: Callable[[Path], object]) -> Path:
        folder, whole = shared / name, shared / f"{name}.made"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # the other workers wait for the first
            if not whole.exists():
                folder.mkdir(exist_ok=True)
                make(folder)
                whole.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def exchange(made_by_one_worker) -> Path:
    """The committed samples of the invented exchange: loaded, built, forecast, published."""

    def run(folder: Path) -> None:
        assert main(["run", str(SAMPLES_DIR), "--warehouse", str(folder)]) == 0

    return made_by_one_worker("exchange", run)
