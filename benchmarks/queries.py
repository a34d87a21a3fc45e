"""How fast a metric is measured: by channel and language, over 28 days and over everything.

    python -m benchmarks.queries --contacts 10000000
    python -m benchmarks.queries --warehouse data/warehouse

Without --warehouse a build of two years of invented contacts is made first, with the facts that
metrics read. Every metric is then measured as a page does it, warm, through `pipelines.api`;
what is printed is wall-clock milliseconds.
"""

import argparse
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb

from pipelines.api import Warehouse, open_warehouse
from pipelines.warehouse import catalog

BY = ("channel", "language")
RECENT_DAYS = 28
SETTLING_DAYS = 14  # resolved shares and survey answers need a while to be known
BUDGET_RECENT_MS, BUDGET_ALL_MS = 50, 400

FACTS = Path(__file__).with_name("query_facts.sql")


def synthesise(warehouse: Path, contacts: int) -> None:
    """Publish a build of `contacts` invented contacts over two years, with every metric."""
    path = warehouse / "support-benchmark.duckdb"
    with duckdb.connect(str(path), config={"memory_limit": "3GB"}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("CREATE TEMP TABLE wanted AS SELECT ? AS contacts", [contacts])
        connection.execute(FACTS.read_text(encoding="utf-8"))
        definitions = catalog.definitions()
        connection.execute("CREATE TABLE definitions AS SELECT * FROM definitions")
        for metric in definitions.itertuples():
            connection.execute(f"CREATE VIEW metric_{metric.metric} AS {metric.sql}")
    (warehouse / "CURRENT").write_text(path.name, encoding="utf-8")


def timed(measure: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Median and 95th percentile of wall-clock milliseconds, after one run to warm up."""
    measure()
    took = []
    for _ in range(repeats):
        began = time.perf_counter()
        measure()
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took), sorted(took)[max(0, round(0.95 * len(took)) - 1)]


def report(warehouse: Warehouse, repeats: int) -> bool:
    """Print a line per metric and say whether every one is within its budget."""
    within = True
    last = warehouse.sql("SELECT max(arrived_on) AS day FROM fact_contacts")["day"].iloc[0]
    end = last.date() - timedelta(days=SETTLING_DAYS)
    start = end - timedelta(days=RECENT_DAYS - 1)
    print(f"{'metric':36} {'28 d p50':>9} {'28 d p95':>9} {'all p50':>9} {'all p95':>9}  ms")
    for metric in warehouse.metrics()["metric"]:
        recent = timed(lambda m=metric: warehouse.measure(m, BY, start, end), repeats)
        whole = timed(lambda m=metric: warehouse.measure(m, BY), max(3, repeats // 4))
        within &= recent[1] <= BUDGET_RECENT_MS and whole[1] <= BUDGET_ALL_MS
        print(f"{metric:36} {recent[0]:9.1f} {recent[1]:9.1f} {whole[0]:9.1f} {whole[1]:9.1f}")
    print(f"budgets {BUDGET_RECENT_MS} and {BUDGET_ALL_MS} ms: {'met' if within else 'NOT met'}")
    return within


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 where every metric is within its budget, else 1."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--warehouse", type=Path, help="measure this one instead of inventing it")
    parser.add_argument("--repeats", type=int, default=20)
    options = parser.parse_args(arguments)
    with contextlib.ExitStack() as stack:
        root = options.warehouse
        if root is None:
            root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="queries-")))
            print(f"inventing {options.contacts:,} contacts ...", file=sys.stderr)
            synthesise(root, options.contacts)
        return 0 if report(open_warehouse(root), options.repeats) else 1


if __name__ == "__main__":
    sys.exit(main())
