"""Spark says the same as DuckDB: every published table and metric, in both directions."""

import pytest

from pipelines.warehouse.engines import spark
from tests.models.engine_equality import (
    CONF_DIR,
    NEEDS_SPARK,
    differences,
    loaded_exports,
    loaded_samples,
)


@pytest.fixture(scope="module")
def local():
    """One Spark on two threads of this process, for all builds of the module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(CONF_DIR))
        with spark.session("local[2]"):
            yield "local[2]"


@NEEDS_SPARK
@pytest.mark.slow
def test_the_committed_samples_give_the_same_tables_on_spark(local, exchange, tmp_path):
    assert differences(loaded_samples(exchange, tmp_path / "store"), local) == {}


@NEEDS_SPARK
@pytest.mark.slow
def test_dirty_rows_give_the_same_tables_on_spark(local, tmp_path):
    assert differences(loaded_exports(tmp_path, contacts=400, seed=11), local) == {}
