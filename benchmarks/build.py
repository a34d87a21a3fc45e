"""What a build costs beside one plain copy of the raw tables, both in one run.

    python -m benchmarks.build --contacts 1000000 [--raw WAREHOUSE] [--keep DIR]

Without `--raw` it makes up a raw store of the given size in the shape of a busy exchange: five
messages a contact, a session for each live one, the helpdesk's clocks for the rest, and a
survey for one in five. CPU and peak memory are those of one subprocess each, so that neither
run sees the other's caches. Prints one line of JSON at the end.
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

from pipelines.ingest.contracts import TABLES
from pipelines.settings import PROJECT_ROOT, load_settings
from pipelines.warehouse.build import build
from pipelines.warehouse.engines.duckdb import MEMORY_LIMIT
from pipelines.warehouse.publish import current, publish
from pipelines.warehouse.raw_files import committed_loads

LIMIT_RATIO = 3.0
LIMIT_BYTES = 4 * 1024**3
LIMIT_QUERY_SECONDS = 0.050
_MESSAGES_PER_CONTACT = 5

_NOISE = """
    CREATE MACRO noise
        (a, b) AS CAST(hash(a, b) % 1000000007 AS BIGINT),
        (a, b, c) AS CAST(hash(a, b, c) % 1000000007 AS BIGINT)
"""

# Every value comes from a hash of the row's number: the same rows on any machine. Arrivals
# spread over 400 days; two fifths are live chats, a tenth calls, the rest tickets.
_BASE = """
    SELECT
        i,
        noise(i, 1) % 1000 AS dice,
        CASE WHEN noise(i, 1) % 1000 < 400 THEN 'chat' WHEN noise(i, 1) % 1000 < 500 THEN 'call' ELSE 'ticket' END AS kind,
        CASE WHEN noise(i, 1) % 1000 < 400 THEN 'zendesk_chat:' WHEN noise(i, 1) % 1000 < 500 THEN 'calls:' ELSE 'zendesk:' END
            || (1000000 + i) AS contact_id,
        TIMESTAMP '2025-06-01' + to_seconds(CAST(i * 34560000 // {contacts} AS BIGINT)) AS born_at,
        CAST(floor(-ln((noise(i, 2) % 999983 + 1) / 999984.0) * CASE WHEN noise(i, 1) % 1000 < 500 THEN 45 ELSE 14400 END) AS BIGINT) AS wait,
        noise(i, 3) % 100 AS luck
    FROM range({start}, {stop}) AS r(i)
"""
_ROWS = {
    "contacts": """
        SELECT
            contact_id, split_part(contact_id, ':', 1) AS source, split_part(contact_id, ':', 2) AS source_id, kind,
            CASE kind WHEN 'chat' THEN 'live_chat' WHEN 'call' THEN 'phone' END AS channel,
            CASE kind WHEN 'ticket' THEN ['email', 'web', 'twitter'][1 + noise(i, 4) % 3] ELSE kind END AS channel_raw,
            'inbound' AS direction, NULL AS language,
            ['ko', 'ko-KR', 'ko', 'en', 'en-US', 'ja', 'zh-CN', 'es', 'ru', 'vi'][1 + noise(i, 5) % 10] AS language_raw,
            'declared' AS language_source, NULL AS topic,
            ['login', 'trade', 'withdrawal', 'stolen account', 'kyc', 'fees', 'other'][1 + noise(i, 6) % 7] AS topic_raw,
            CASE WHEN luck < 80 THEN 'closed' WHEN luck < 92 THEN 'solved' ELSE 'open' END AS status,
            NULL AS status_raw, ['low', 'normal', 'high', 'urgent'][1 + noise(i, 7) % 4] AS priority,
            CASE WHEN luck = 7 THEN 'spam ' ELSE '' END || 'app ios v' || noise(i, 8) % 9 AS tags,
            kind || ' team ' || noise(i, 5) % 10 // 3 AS team, 'agent_' || noise(i, 10) % 400 AS agent_id,
            md5(CAST(noise(i, 11) % 3000000 AS VARCHAR)) AS requester_id,
            'Question ' || noise(i, 12) % 100000 AS subject, born_at AS created_at, born_at + to_seconds(wait * 3 + 600) AS updated_at,
            NULL AS first_inbound_at, CASE WHEN kind = 'chat' AND luck < 30 THEN born_at + to_seconds(20) END AS handed_over_at,
            NULL AS merged_into, NULL AS linked_contact_id, NULL AS exclusion
        FROM base
    """,
    "contact_clocks": """
        SELECT contact_id, born_at + to_seconds(wait * 3 + 600) AS updated_at, born_at + to_seconds(60) AS first_assigned_at,
            CASE WHEN luck < 92 THEN born_at + to_seconds(wait * 3 + 500) END AS solved_at, CASE WHEN luck % 12 = 0 THEN 1 ELSE 0 END AS reopens_count,
            2 AS replies_count, wait // 60 * 60 AS vendor_first_response_seconds, wait * 2 AS vendor_first_resolution_seconds,
            wait * 3 + 500 AS vendor_full_resolution_seconds
        FROM base WHERE kind = 'ticket'
    """,
    "messages": """
        SELECT contact_id || '-' || n AS message_id, contact_id,
            born_at + to_seconds(CASE n WHEN 0 THEN 0 ELSE wait + (n - 1) * 61 END) AS sent_at,
            CASE WHEN n % 2 = 0 THEN 'customer_' || noise(i, 11) % 3000000 ELSE 'agent_' || noise(i, 10) % 400 END AS author_id,
            CASE WHEN n % 2 = 0 THEN 'customer' ELSE 'agent' END AS author_role, noise(i, n, 13) % 20 > 0 AS is_public,
            'My withdrawal ' || noise(i, n, 14) || ' has not arrived since ' || noise(i, n, 15) % 60 || ' minutes, please check order '
                || noise(i, n, 16) % 1000000 AS text
        FROM base, range({messages}) AS m(n) WHERE kind <> 'call'
    """,
    "sessions": """
        SELECT contact_id, born_at + to_seconds(wait * 3 + 600) AS updated_at, born_at + to_seconds(20) AS queue_entered_at,
            CASE WHEN luck < 90 THEN born_at + to_seconds(20 + wait) END AS answered_at,
            CASE WHEN luck >= 90 THEN born_at + to_seconds(20 + wait) END AS abandoned_at, born_at + to_seconds(wait + 620) AS ended_at,
            CASE WHEN luck < 90 THEN 'answered' ELSE 'abandoned' END AS outcome, wait AS wait_seconds,
            CASE WHEN luck < 90 THEN 600 END AS talk_seconds, 30 AS wrap_seconds, noise(i, 17) % 2 AS transfers_count
        FROM base WHERE kind <> 'ticket'
    """,
    "surveys": """
        SELECT 'surveys:' || i AS survey_id, contact_id, born_at + to_seconds(90000) AS updated_at, born_at + to_seconds(86400) AS sent_at,
            CASE WHEN luck < 40 THEN born_at + to_seconds(90000) END AS answered_at, '1-5' AS scale,
            CASE WHEN luck < 40 THEN CAST(1 + noise(i, 18) % 5 AS VARCHAR) END AS score_raw,
            CASE WHEN luck < 40 THEN 1 + noise(i, 18) % 5 END AS score, CASE WHEN luck < 40 THEN 1 + noise(i, 19) % 5 END AS speed,
            CASE WHEN luck < 20 THEN 'the agent was quick and explained it well ' || i END AS comment, 'ko' AS language_raw
        FROM base WHERE i % 5 = 0
    """,
}


def write_raw(warehouse: Path, contacts: int, rows_per_load: int = 1_000_000) -> None:
    """A made-up raw store of `contacts` contacts, one load per million."""
    connection = duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(warehouse / ".tmp")})
    connection.execute(_NOISE)
    for number, start in enumerate(range(0, contacts, rows_per_load)):
        stop = min(start + rows_per_load, contacts)
        load_id = f"20260801T{number:06d}000000Z"
        folder = warehouse / "raw" / f"{load_id}-{number:016d}"
        folder.mkdir(parents=True)
        base = _BASE.format(contacts=contacts, start=start, stop=stop)
        for table, query in _ROWS.items():
            delivered = connection.execute(f"DESCRIBE WITH base AS ({base}) {query.format(messages=_MESSAGES_PER_CONTACT)}").fetchall()
            given = {column[0] for column in delivered}
            columns = ", ".join(
                f"CAST({c.name if c.name in given else 'NULL'} AS {c.type}) AS {c.name}"
                for c in TABLES[table].columns
            )
            connection.execute(
                f"COPY (WITH base AS ({base}), given AS ({query.format(messages=_MESSAGES_PER_CONTACT)})"
                f" SELECT {columns}, '{load_id}' AS _load_id, row_number() OVER () AS _line FROM given)"
                f" TO '{folder / (table + '.parquet')}' (FORMAT parquet, COMPRESSION zstd)"
            )
        manifest = {
            "load_id": load_id, "file": f"made_up_{number}.csv", "source": "made_up", "system": "zendesk",
            "loaded_at": "2026-08-01T00:00:00+00:00", "received": stop - start, "loaded": stop - start,
            "quarantined": 0, "tables": dict.fromkeys(_ROWS, 0),
        }  # fmt: skip
        (folder / "manifest.json").write_text(json.dumps(manifest))
    connection.close()


def copy_raw(warehouse: Path, target: Path) -> None:
    """The yardstick: every raw table copied from its Parquet files into one DuckDB file."""
    connection = duckdb.connect(
        str(target),
        config={"memory_limit": MEMORY_LIMIT, "preserve_insertion_order": False},
    )
    loads = committed_loads(warehouse)
    for table in TABLES:
        paths = [str(path) for load in loads if (path := load.parquet(table))]
        if paths:
            connection.execute(f"CREATE TABLE {table} AS FROM read_parquet({paths})")
    connection.execute("CHECKPOINT")
    connection.close()


def measured(*arguments: str) -> dict[str, float]:
    """CPU seconds, wall seconds and peak memory of one subprocess of this module."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.build", *arguments], cwd=PROJECT_ROOT)
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
        SELECT channel, language, COUNT(*) AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS value
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
            write_raw(warehouse, options.contacts)
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
