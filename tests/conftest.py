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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Workers never wait for each other: one makes the exchange, the others prove for so long.

    The first file that asks for the exchange is begun first, then come files of slow proofs that
    do not ask for it, then all others as they were.
    """
    asking = list(dict.fromkeys(i.path for i in items if "exchange" in i.fixturenames))
    slow = {i.path for i in items if i.get_closest_marker("slow")}.difference(asking)
    ranks = dict.fromkeys(slow, 1) | dict.fromkeys(asking[:1], 0)
    items.sort(key=lambda item: ranks.get(item.path, 2))


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
