"""A build on a cluster of one master and two workers is the build of one process."""

import pytest

from tests.models.engine_equality import CONF_DIR, NEEDS_SPARK, differences, loaded_exports
from tests.models.spark_cluster import cluster


@pytest.fixture
def master(tmp_path, monkeypatch):
    """The URL of a cluster that runs while the test does."""
    monkeypatch.setenv("SPARK_CONF_DIR", str(CONF_DIR))
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    (tmp_path / "cluster").mkdir()
    with cluster(tmp_path / "cluster") as url:
        yield url


@NEEDS_SPARK
@pytest.mark.slow
def test_two_workers_give_the_same_tables(master, tmp_path):
    store = loaded_exports(tmp_path, contacts=400, seed=12)
    assert differences(store, master) == {}
    # both workers had their part in it
    logs = [tmp_path / "cluster" / f"worker{number}.log" for number in (1, 2)]
    assert all("Asked to launch executor" in log.read_text() for log in logs)
