"""Histograms of the duration metrics, so that the widest ranges are answered without their rows."""

import duckdb

from pipelines.statistics.percentiles import BIN_RATIO
from pipelines.warehouse import catalog


def make_histograms(connection: duckdb.DuckDBPyConnection) -> None:
    """Monthly log-binned counts of every duration metric: additive, so any range is quick."""
    head = catalog.header("metric_histograms")
    columns = ", ".join(f"{c.name} {c.type}" for c in head.columns)
    connection.execute(f"CREATE TABLE metric_histograms ({columns})")
    for metric in catalog.metrics():
        if metric.entries["unit"] != "seconds":
            continue
        observed = "is_observed" if metric.has("is_observed") else "TRUE"
        connection.execute(
            f"""
            INSERT INTO metric_histograms
            SELECT
                '{metric.name.removeprefix("metric_")}' AS metric,
                month_of(observed_on) AS month,
                channel, language, topic, team,
                {observed} AS is_observed,
                CAST(floor(ln(value + 1) / ln({BIN_RATIO})) AS INTEGER) AS bin,
                COUNT(*) AS n,
                CAST(SUM(value) AS BIGINT) AS total
            FROM {metric.name}
            WHERE value >= 0
            GROUP BY ALL
            """
        )
