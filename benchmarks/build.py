"""What a build costs beside one plain copy of the raw tables, both in one run.

    python -m benchmarks.build --contacts 1000000 [--raw WAREHOUSE] [--keep DIR]

Without `--raw` it makes up a raw store of the given size (`raw_store.py`). CPU and peak memory
are those of one subprocess each, so that neither run sees the other's caches. Prints one line of
JSON at the end.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks.raw_store import write_raw_store
from pipelines.ingest.contracts import TABLES
from pipelines.settings import PROJECT_ROOT, load_settings
from pipelines.warehouse.build import build
from pipelines.warehouse.engines.duckdb import MEMORY_LIMIT
from pipelines.warehouse.publish import current, publish
from pipelines.warehouse.raw_files import committed_loads

LIMIT_RATIO = 2.5
LIMIT_BYTES = 4 * 1024**3
LIMIT_QUERY_SECONDS = 0.050


def copy_raw(warehouse: Path, target: Path) -> None:
    """The yardstick: every raw table copied from its Parquet files into one DuckDB file."""
    connection = duckdb.connect(
        str(target),
        config={
            "memory_limit": MEMORY_LIMIT,
            "preserve_insertion_order": False,
        },
    )
    connection.execute("SET enable_progress_bar = false")
    loads = committed_loads(warehouse)
    for table in TABLES:
        paths = [str(path) for load in loads if (path := load.parquet(table))]
        if paths:
            connection.execute(f"CREATE TABLE {table} AS FROM read_parquet({paths})")
    connection.execute("CHECKPOINT")
    connection.close()


def measured(*arguments: str, module: str = "benchmarks.build") -> dict[str, float]:
    """CPU seconds, wall seconds and peak memory of one subprocess of a benchmark."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", module, *arguments], cwd=PROJECT_ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"benchmark step {arguments[1]} failed")
    return {
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "wall_seconds": round(time.perf_counter() - started, 1),
        "peak_bytes": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
    }


def month_query_seconds(warehouse: Path, runs: int = 20) -> float:
    """The slowest but one of `runs` warm answers: median first response by channel and
    language over 28 days."""
    connection = duckdb.connect(str(current(warehouse)), read_only=True)
    query = """
        SELECT
            channel, language, COUNT(*) AS n,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS value
        FROM metric_first_response_seconds
        WHERE observed_on BETWEEN DATE '2026-03-01' AND DATE '2026-03-28'
        GROUP BY channel, language
    """
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        connection.execute(query).fetchall()
        seconds.append(time.perf_counter() - started)
    connection.close()
    return sorted(seconds)[-2]


def main() -> None:
    """Run both, side by side, and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--raw", type=Path, help="a warehouse folder that holds a raw store")
    parser.add_argument("--keep", type=Path, help="work here and leave the files")
    parser.add_argument("--step", choices=["copy", "build"], help=argparse.SUPPRESS)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    if options.step == "copy":
        return copy_raw(options.raw, options.keep)
    if options.step == "build":
        return _build(options.raw, options.verbose)
    work = options.keep or Path(tempfile.mkdtemp(prefix="build-benchmark-"))
    warehouse = options.raw or work / "warehouse"
    try:
        if not options.raw and not (warehouse / "raw").exists():
            print(f"writing a raw store of {options.contacts:,} contacts", file=sys.stderr)
            write_raw_store(warehouse, options.contacts)
        target = work / "copy.duckdb"
        target.unlink(missing_ok=True)
        copied = measured("--step", "copy", "--raw", str(warehouse), "--keep", str(target))
        target.unlink()
        verbose = ["--verbose"] if options.verbose else []
        built = measured("--step", "build", "--raw", str(warehouse), *verbose)
        figures = {
            "contacts": options.contacts,
            "copy": copied,
            "build": built,
            "ratio": round(built["cpu_seconds"] / copied["cpu_seconds"], 2),
            "limit_ratio": LIMIT_RATIO,
            "limit_bytes": LIMIT_BYTES,
            "month_query_seconds": round(month_query_seconds(warehouse), 4),
            "limit_query_seconds": LIMIT_QUERY_SECONDS,
            "file_bytes": current(warehouse).stat().st_size,
        }
        print(json.dumps(figures))
    finally:
        if not options.keep:
            shutil.rmtree(work, ignore_errors=True)


def _build(warehouse: Path, verbose: bool) -> None:
    last = ["start", time.perf_counter(), time.process_time()]

    def progress(step: str) -> None:
        now, cpu = time.perf_counter(), time.process_time()
        if verbose:
            print(f"{cpu - last[2]:8.2f} cpu s {now - last[1]:8.2f} s  {last[0]}", file=sys.stderr)
        last[:] = [step, now, cpu]

    part = build(warehouse, load_settings(), progress=progress)
    progress("end")
    publish(warehouse, part)


if __name__ == "__main__":
    main()
