"""Every figure of the README, measured on this machine in one run.

    python -m benchmarks                        # one million contacts
    python -m benchmarks --contacts 10000000
    python -m benchmarks --only load,queries

Each benchmark measures the product and its yardstick side by side in one run and prints a ratio, so
that figures of different machines can be compared. Each is also a module of its own with options.
"""

import argparse
import os
import platform
import subprocess
import sys
from pathlib import Path

import duckdb

BENCHMARKS = {
    "load": ("--rows",),
    "masking": ("--rows",),
    "build": ("--contacts",),
    "queries": ("--contacts",),
    "forecast": (),
    "forecast_series": (),
    "staffing": (),
    "what_if": (),
    "app": (),
}


def machine() -> str:
    """One line that says what the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB; {platform.system()},"
        f" Python {platform.python_version()}, DuckDB {duckdb.__version__}"
    )


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def main() -> int:
    """Run the benchmarks one after the other; the exit code tells how many failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contacts", type=int, default=1_000_000, help="size (default 1,000,000)")
    parser.add_argument("--only", default=",".join(BENCHMARKS), help="names, comma separated")
    arguments = parser.parse_args()
    names = arguments.only.split(",")
    if unknown := set(names) - set(BENCHMARKS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(BENCHMARKS)}")
    print(f"{machine()}; {arguments.contacts:,} contacts", flush=True)
    failed = 0
    for name in names:
        print(f"\n== {name}", flush=True)
        sized = [word for option in BENCHMARKS[name] for word in (option, str(arguments.contacts))]
        command = [sys.executable, "-m", f"benchmarks.{name}", *sized]
        failed += subprocess.run(command, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
