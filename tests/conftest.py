"""Fixtures that every folder of tests may use."""

import fcntl
import os
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.settings import SAMPLES_DIR
from tests.fixtures import made_once, warehouse

__all__ = ["made_once", "warehouse"]


@pytest.fixture(scope="session")
def exchange(tmp_path_factory) -> Path:
    """The committed samples of the invented exchange: loaded, built, forecast, published.

    Made once for all workers, so read only: a test that writes takes a copy.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "exchange"
    with (shared / "exchange.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the other workers wait for the first
        if not (folder / "CURRENT").exists():
            assert main(["run", str(SAMPLES_DIR), "--warehouse", str(folder)]) == 0
    return folder
