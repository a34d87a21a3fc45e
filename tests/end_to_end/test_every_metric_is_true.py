"""200,000 contacts of the invented exchange: each metric against what the simulation knows."""

from pathlib import Path

import duckdb
import pytest

from pipelines import run, sample_exchange
from pipelines.api import Warehouse, open_warehouse
from pipelines.settings import load_settings
from pipelines.stages.details import find_details
from pipelines.warehouse import catalog
from pipelines.warehouse.build import build
from pipelines.warehouse.publish import publish
from tests.end_to_end import desk_clocks
from tests.end_to_end.true_metrics import TOTALS, TRUE

pytestmark = pytest.mark.slow

CONTACTS, SEED = 200_000, 7
METRICS = {header.name.removeprefix("metric_") for header in catalog.metrics()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A sample of 200,000 contacts, loaded and built."""
    folder = tmp_path_factory.mktemp("true")
    sample_exchange.write(folder / "sample", CONTACTS, SEED)
    run.load([folder / "sample"], folder / "warehouse")
    find_details(folder / "warehouse")
    publish(folder / "warehouse", build(folder / "warehouse", load_settings(None)))
    return folder


@pytest.fixture(scope="module")
def door(folder) -> Warehouse:
    return open_warehouse(folder / "warehouse")


@pytest.fixture(scope="module")
def both(folder):
    """The build, with `clean` (true contacts whose rows are clean), `truth` (those that count)
    and `whole` (all)."""
    warehouse = folder / "warehouse"
    build_path = warehouse / (warehouse / "CURRENT").read_text().strip()
    connection = duckdb.connect(str(build_path), read_only=True)
    sample = folder / "sample"
    for name in ("contacts", "visits", "reviews", "polls"):
        connection.execute(f"CREATE TEMP TABLE {name} AS FROM '{sample}/truth/{name}.parquet'")
    for path in ("zendesk_guide/searches.csv", "zendesk_guide/views.csv", "schedules.csv",
                 "agent_states.csv"):  # fmt: skip
        connection.execute(f"CREATE TEMP TABLE {Path(path).stem} AS FROM '{sample}/{path}'")
    connection.register("minutes", desk_clocks.minutes())
    connection.execute("CREATE TEMP TABLE cut AS SELECT data_cut_at FROM build_info")
    connection.execute(f"CREATE TEMP TABLE whole AS {desk_clocks.WITH_DESKS}")
    connection.execute(
        """
        CREATE TEMP TABLE clean AS
        SELECT *
        FROM whole AS w
        WHERE dirt IS NULL
            -- a chat that went on as a ticket is told by both their rows, so is what was merged
            AND NOT EXISTS (
                FROM whole AS other
                WHERE other.dirt IS NOT NULL
                    AND (other.linked_contact_id = w.contact_id
                        OR other.contact_id = w.linked_contact_id
                        OR other.merged_into = w.contact_id)
            )
            -- who is deleted in the hours after the cut is still in the exports
            AND NOT (exclusion IS NOT DISTINCT FROM 'deleted'
                AND arrived_at > (SELECT data_cut_at FROM cut) - INTERVAL 1 DAY)
        """
    )
    connection.execute("CREATE TEMP VIEW truth AS FROM clean WHERE exclusion IS NULL")
    yield connection
    connection.close()


def test_every_metric_has_a_truth():
    assert sorted([*TRUE, *TOTALS]) == sorted(METRICS)


@pytest.mark.parametrize("metric", TRUE)
def test_it_counts_whom_it_should_and_gives_each_its_true_value(both, metric):
    truth = TRUE[metric]
    compared, not_true, not_found, wrong = both.execute(
        f"""
        WITH told AS (
            SELECT contact_id, sum(value) AS value
            FROM metric_{metric}
            WHERE contact_id IN (SELECT contact_id FROM clean WHERE {truth.told})
            GROUP BY contact_id
        ),
        truly AS (SELECT contact_id, sum(value) AS value FROM ({truth.sql()}) GROUP BY contact_id)
        SELECT
            count(*),
            count(*) FILTER (t.contact_id IS NULL),
            count(*) FILTER (f.contact_id IS NULL),
            count(*) FILTER (abs(t.value - f.value) > {truth.slack})
        FROM truly AS t
        FULL JOIN told AS f ON f.contact_id = t.contact_id
        """
    ).fetchall()[0]
    assert compared > 3_500
    assert max(not_true, not_found, wrong) <= truth.dirty_share * compared


@pytest.mark.parametrize("metric", [name for name, truth in TRUE.items() if truth.is_told_wholly])
def test_the_truth_of_everybody_dirty_rows_included_lies_within_its_interval(both, door, metric):
    truth, statistic = TRUE[metric], door.definition(metric).statistic
    if statistic not in ("share", "mean", "median"):
        pytest.skip(f"a {statistic} has no sampling error, or censored rows")
    average = "median" if statistic == "median" else "avg"
    everybody = truth.sql("(FROM whole WHERE exclusion IS NULL)")
    (true,) = both.execute(f"SELECT {average}(value) FROM ({everybody})").fetchall()[0]
    found = door.measure(metric).iloc[0]
    assert found["low"] - truth.slack <= true <= found["high"] + truth.slack


@pytest.mark.parametrize("metric", TOTALS)
def test_what_is_of_no_single_contact_adds_up_to_its_true_value(both, door, metric):
    total = TOTALS[metric]
    (true,) = both.execute(total.sql).fetchall()[0]
    found = door.measure(metric, where=total.where, end=total.end)["value"].item()
    assert found == pytest.approx(true, rel=total.dirty_share)
