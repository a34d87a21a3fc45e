"""How fast a metric is measured: by any two dimensions, over 28 days and over three years.

    python -m benchmarks.queries --contacts 10000000
    python -m benchmarks.queries --warehouse data/warehouse

Without --warehouse a made-up raw store is built first (`raw_store.py`). Every metric is then
measured as a page does it, through `pipelines.api`, by each pair of dimensions; what is printed
is wall-clock milliseconds. Nothing is kept between two answers but what DuckDB itself holds of the
file, so that the app's own cache is cold.
"""

import argparse
import contextlib
import itertools
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from benchmarks.raw_store import write_raw_store
from pipelines.api import Warehouse, open_warehouse
from pipelines.errors import UnknownNameError
from pipelines.settings import load_settings
from pipelines.warehouse.build import build
from pipelines.warehouse.publish import publish

DIMENSIONS = ("channel", "language", "topic", "team", "urgency", "half_hour", "month")
RECENT_DAYS = 28
SETTLING_DAYS = 14  # resolved shares and survey answers need a while to be known
BUDGET_RECENT_MS, BUDGET_ALL_MS = 50, 300


def pairs_of(warehouse: Warehouse, metric: str, day: date) -> list[tuple[str, str]]:
    """Every two dimensions that the metric has: of an event, say, no half hour may be known."""
    known = []
    for name in DIMENSIONS:
        with contextlib.suppress(UnknownNameError):
            warehouse.measure(metric, name, day, day)
            known.append(name)
    return list(itertools.combinations(known, 2))


def milliseconds(warehouse: Warehouse, metric: str, pairs: Sequence, *days: date) -> np.ndarray:
    """Wall-clock milliseconds of each answer, after one that is not counted."""
    warehouse.measure(metric, pairs[0], *days)
    took = []
    for by in pairs:
        began = time.perf_counter()
        warehouse.measure(metric, by, *days)
        took.append(1000 * (time.perf_counter() - began))
    return np.array(took)


def report(warehouse: Warehouse, repeats: int) -> bool:
    """Print a line per metric, then the p95 of all answers, and say whether these are in budget."""
    every = ([], [])
    last = warehouse.sql("SELECT max(arrived_on) AS day FROM fact_contacts")["day"].iloc[0]
    end = last.date() - timedelta(days=SETTLING_DAYS)
    recent = (end - timedelta(days=RECENT_DAYS - 1), end)
    print(f"{'metric':44} {'28 d p50':>9} {'28 d p95':>9} {'3 y p50':>9} {'3 y p95':>9}  ms")
    for number, metric in enumerate(warehouse.metrics()["metric"]):
        pairs = pairs_of(warehouse, metric, end)
        few = [pairs[(number * 5 + step) % len(pairs)] for step in range(5)]
        of_month = milliseconds(warehouse, metric, pairs * repeats, *recent)
        of_all = milliseconds(warehouse, metric, few * repeats)
        figures = [np.quantile(took, share) for took in (of_month, of_all) for share in (0.5, 0.95)]
        is_within = figures[1] <= BUDGET_RECENT_MS and figures[3] <= BUDGET_ALL_MS
        every[0].append(of_month)
        every[1].append(of_all)
        cells = " ".join(f"{figure:9.1f}" for figure in figures)
        print(f"{metric:44} {cells}{'' if is_within else '  over budget'}", flush=True)
    recent_p95, all_p95 = (np.quantile(np.concatenate(took), 0.95) for took in every)
    within = recent_p95 <= BUDGET_RECENT_MS and all_p95 <= BUDGET_ALL_MS
    print(f"{'all answers':44} {'':9} {recent_p95:9.1f} {'':9} {all_p95:9.1f}")
    print(f"budgets {BUDGET_RECENT_MS} and {BUDGET_ALL_MS} ms: {'met' if within else 'NOT met'}")
    return within


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 where 95 % of all answers are within their budget, else 1."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--warehouse", type=Path, help="measure this one instead of building one")
    parser.add_argument("--repeats", type=int, default=3, help="answers per pair of dimensions")
    options = parser.parse_args(arguments)
    with contextlib.ExitStack() as stack:
        root = options.warehouse
        if root is None:
            root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="queries-")))
            print(f"building {options.contacts:,} contacts ...", file=sys.stderr)
            write_raw_store(root, options.contacts)
            publish(root, build(root, load_settings()))
        return 0 if report(open_warehouse(root), options.repeats) else 1


if __name__ == "__main__":
    sys.exit(main())
