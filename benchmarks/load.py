"""How much more a load costs than DuckDB's own typed read of the same file into Parquet.

    python -m benchmarks.load                    # a Zendesk CSV of 1,000,000 tickets, 25 columns
    python -m benchmarks.load --rows 10000000
    python -m benchmarks.load --format jsonl     # the same tickets as Zendesk's JSON, 25 keys
    python -m benchmarks.load --file tickets.csv --zone Asia/Kolkata

All are measured in one run, each in a process of its own: CPU seconds (user + system) of the
whole process, imports included, and peak memory. The load checks every value, converts the
zone and writes three tables; the plain read does none of it. It is measured with and, to tell
what privacy costs, without pseudonyms and masks. The limits are 2.5 and 1.5 times the plain
read's CPU, and 2 GB.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

CPU_RATIO_LIMIT = 2.5
BARE_CPU_RATIO_LIMIT = 1.5
PEAK_GB_LIMIT = 2.0


@dataclass(frozen=True)
class Measured:
    """One process: CPU and wall seconds, peak resident memory in GB, rows delivered."""

    cpu_seconds: float
    wall_seconds: float
    peak_gb: float
    rows: int


def write_zendesk_csv(path: Path, rows: int) -> None:
    """Write a full CSV export of `rows` tickets over a year: 25 of Zendesk's columns."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = true")
    connection.execute(
        f"""
        COPY (
            SELECT
                1 AS "Summation column",
                100000 + i AS "Id",
                'Customer ' || (h % 900000) AS "Requester",
                360000000000 + h % 900000 AS "Requester id",
                'user' || (h % 900000) || '@example.com' AS "Requester email",
                'Agent ' || (h % 50) AS "Assignee",
                ['Support', 'Withdrawals', 'KYC', 'Trading'][1 + h % 4] AS "Group",
                CASE
                    WHEN h % 20 = 0 THEN 'Please write to user' || (h % 9000) || '@example.com'
                    WHEN h % 20 = 1 THEN 'Call me on 010-' || (1000 + h % 9000) || '-5678'
                    WHEN h % 5 = 1 THEN 'Withdrawal of 0.5 BTC not arrived after two hours'
                    WHEN h % 5 = 2 THEN '출금이 아직 도착하지 않았습니다'
                    WHEN h % 5 = 3 THEN 'Cannot log in, please help me with ' || (h % 1000)
                    ELSE 'Verification, documents rejected'
                END AS "Subject",
                'withdrawal vip tier_' || (h % 4) AS "Tags",
                ['Open', 'Solved', 'Closed', 'Pending', 'Closed'][1 + h % 5] AS "Status",
                ['Low', 'Normal', 'High', 'Urgent', '-'][1 + h % 5] AS "Priority",
                ['Mail', 'Web form', 'Chat', 'Web Widget', 'OutBound'][1 + h % 5] AS "Via",
                'Incident' AS "Ticket type",
                strftime(t, '%Y-%m-%d %H:%M') AS "Created at",
                strftime(t + to_seconds(h % 400000), '%Y-%m-%d %H:%M') AS "Updated at",
                strftime(t + to_seconds(h % 3000), '%Y-%m-%d %H:%M') AS "Assigned at",
                strftime(t + to_seconds(h % 3000), '%Y-%m-%d %H:%M') AS "Initially assigned at",
                CASE WHEN h % 5 IN (1, 2, 4)
                    THEN strftime(t + to_seconds(h % 300000), '%Y-%m-%d %H:%M')
                    ELSE '1900-01-01 00:00' END AS "Solved at",
                CASE WHEN h % 3 = 0 THEN ['Offered', 'Good', 'Bad', 'Offered'][1 + h // 7 % 4]
                    ELSE 'Not Offered' END AS "Satisfaction Score",
                h % 4 AS "Reopens",
                h % 7 AS "Replies",
                h % 3000 // 60 AS "First reply time in minutes",
                h % 300000 // 60 AS "Full resolution time in minutes",
                h % 90000 // 60 AS "Requester wait time in minutes",
                ['ko', 'en', 'ja', 'es'][1 + h % 4] AS "Language [list]"
            FROM (
                SELECT
                    i,
                    CAST(hash(i) % 1000000007 AS BIGINT) AS h,
                    TIMESTAMP '2026-01-01'
                        + to_seconds(CAST(i * 31536000.0 / {rows} AS BIGINT)) AS t
                FROM range({rows}) AS r(i)
            )
        ) TO '{path}' (HEADER, DELIMITER ',')
        """
    )


_JSON_TYPES = {
    "id": "BIGINT", "via": "STRUCT(channel VARCHAR, source STRUCT(rel VARCHAR))",
    "created_at": "TIMESTAMP", "updated_at": "TIMESTAMP", "generated_timestamp": "BIGINT",
    "type": "VARCHAR", "subject": "VARCHAR", "raw_subject": "VARCHAR", "priority": "VARCHAR",
    "status": "VARCHAR", "recipient": "VARCHAR", "requester_id": "BIGINT",
    "submitter_id": "BIGINT", "assignee_id": "BIGINT", "group_id": "BIGINT",
    "organization_id": "BIGINT", "brand_id": "BIGINT", "tags": "VARCHAR[]",
    "custom_fields": "STRUCT(id BIGINT, value VARCHAR)[]",
    "satisfaction_rating": "STRUCT(score VARCHAR)", "is_public": "BOOLEAN",
    "has_incidents": "BOOLEAN", "ticket_form_id": "BIGINT", "allow_channelback": "BOOLEAN",
    "from_messaging_channel": "BOOLEAN",
}  # fmt: skip


def write_zendesk_json(path: Path, rows: int) -> None:
    """Write `rows` tickets as lines of Zendesk's JSON, with 25 of its keys."""
    import duckdb

    duckdb.connect().execute(
        f"""
        COPY (
            SELECT 100000 + i AS id,
                {{'channel': ['email', 'web', 'api', 'chat'][1 + h % 4],
                    'source': {{'rel': NULL::VARCHAR}}}} AS via,
                strftime(t, '%Y-%m-%dT%H:%M:%SZ') AS created_at,
                strftime(t + to_seconds(h % 400000), '%Y-%m-%dT%H:%M:%SZ') AS updated_at,
                1780000000 + h % 9000000 AS generated_timestamp, 'incident' AS type,
                CASE h % 5 WHEN 0 THEN 'Please write to user' || (h % 9000) || '@example.com'
                    WHEN 1 THEN 'Withdrawal of 0.5 BTC not arrived after two hours'
                    WHEN 2 THEN '출금이 아직 도착하지 않았습니다'
                    ELSE 'Cannot log in, please help me with ' || (h % 1000) END AS subject,
                subject AS raw_subject, ['low', 'normal', 'high', NULL][1 + h % 4] AS priority,
                ['open', 'solved', 'closed', 'pending'][1 + h % 4] AS status,
                NULL::VARCHAR AS recipient, 360000000000 + h % 900000 AS requester_id,
                360000000000 + h % 900000 AS submitter_id, 370000000000 + h % 50 AS assignee_id,
                40000 + h % 4 AS group_id, NULL::BIGINT AS organization_id, 17 AS brand_id,
                ['withdrawal', 'tier_' || (h % 4)] AS tags,
                [{{'id': 360001, 'value': ['ko', 'en', 'ja', 'es'][1 + h % 4]}},
                    {{'id': 360002, 'value': NULL}}] AS custom_fields,
                {{'score': 'unoffered'}} AS satisfaction_rating, true AS is_public,
                false AS has_incidents, 5000 AS ticket_form_id, false AS allow_channelback,
                false AS from_messaging_channel
            FROM (
                SELECT i, CAST(hash(i) % 1000000007 AS BIGINT) AS h,
                    TIMESTAMP '2026-01-01'
                        + to_seconds(CAST(i * 31536000.0 / {rows} AS BIGINT)) AS t
                FROM range({rows}) AS r(i)
            )
        ) TO '{path}' (FORMAT json)
        """
    )


def plain_read(path: Path, out: Path) -> int:
    """DuckDB's own typed read of the same file into Parquet; the rows of it."""
    import csv

    if path.suffix == ".jsonl":
        return _copied(
            f"read_json('{path}', columns = {_JSON_TYPES}, format = 'newline_delimited')", out
        )
    with path.open(encoding="utf-8-sig", newline="") as file:
        headers = next(csv.reader(file))
    columns = {header: _plain_type(header) for header in headers}
    return _copied(
        f"""read_csv('{path}', columns = {columns}, header = true, auto_detect = false,
            delim = ',', quote = '"', escape = '"',
            nullstr = ['', '-', '1900-01-01 00:00', '1900-01-01 00:00:00'])""",
        out,
    )


def _copied(rows: str, out: Path) -> int:
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"COPY (FROM {rows}) TO '{out / 'plain.parquet'}'")
    return connection.sql(f"SELECT count(*) FROM '{out / 'plain.parquet'}'").fetchall()[0][0]


def _plain_type(header: str) -> str:
    if header.endswith(" at"):
        return "TIMESTAMP"
    if header in ("Id", "Requester id", "Reopens", "Replies") or "in minutes" in header:
        return "BIGINT"
    return "VARCHAR"


def whole_load(path: Path, out: Path, zone: str) -> int:
    """The product's load of the file; the rows received."""
    from pipelines.ingest.load import load

    return load([path], out, zone=zone)[0].received


def bare_load(path: Path, out: Path, zone: str) -> int:
    """The load as it would be without pseudonyms and masks; the rows received."""
    from pipelines.ingest.masking import Labels
    from pipelines.ingest.sources import base

    Labels.masked = lambda self, values: values
    base.Reading.masked = lambda self, text: text
    base.pseudonym_sql = lambda value, *_: value
    return whole_load(path, out, zone)


def measure(what: str, path: Path, zone: str) -> Measured:
    """Run one of the two in its own process and read what it cost."""
    with tempfile.TemporaryDirectory(dir=path.parent) as out:
        command = [sys.executable, "-m", "benchmarks.load", "--run", what]
        command += ["--file", str(path), "--zone", zone, "--out", out]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Measured(**json.loads(text))


def _run(what: str, path: Path, out: Path, zone: str) -> Measured:
    started = time.monotonic()
    if what == "plain":
        rows = plain_read(path, out)
    else:
        rows = (bare_load if what == "bare" else whole_load)(path, out, zone)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    unit = 1 if sys.platform == "darwin" else 1024
    return Measured(
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        wall_seconds=time.monotonic() - started,
        peak_gb=usage.ru_maxrss * unit / 1e9,
        rows=rows,
    )


def compare(path: Path, zone: str, repeats: int = 3) -> dict[str, float]:
    """CPU of all three, the ratios (of the least of each), and the load's peak memory."""
    kinds = ("plain", "bare", "load")
    runs = {kind: [] for kind in kinds}
    for _ in range(repeats):  # in turn, so that all see the same machine
        for kind in kinds:
            runs[kind].append(measure(kind, path, zone))
    plain, bare, load = (min(run.cpu_seconds for run in runs[kind]) for kind in kinds)
    return {
        "rows": runs["load"][0].rows,
        "plain_cpu_seconds": plain,
        "bare_cpu_seconds": bare,
        "load_cpu_seconds": load,
        "bare_cpu_ratio": bare / plain,
        "cpu_ratio": load / plain,
        "load_wall_seconds": min(run.wall_seconds for run in runs["load"]),
        "load_peak_gb": max(run.peak_gb for run in runs["load"]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--file", type=Path, help="measure this Zendesk CSV instead")
    parser.add_argument("--format", choices=("csv", "jsonl"), default="csv")
    parser.add_argument("--zone", default="Asia/Seoul")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--run", choices=("plain", "bare", "load"), help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        print(json.dumps(asdict(_run(options.run, options.file, options.out, options.zone))))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = options.file
        if path is None:
            path = Path(folder) / f"tickets.{options.format}"
            write = write_zendesk_csv if options.format == "csv" else write_zendesk_json
            write(path, options.rows)
        figures = compare(path.resolve(), options.zone, options.repeats)
    print(f"load of {figures['rows']:,} tickets ({path.name})")
    print(f"  plain typed read into Parquet:    {figures['plain_cpu_seconds']:6.2f} CPU s")
    print(
        f"  load without pseudonyms and masks: {figures['bare_cpu_seconds']:6.2f} CPU s,"
        f" ratio {figures['bare_cpu_ratio']:.2f} (limit {BARE_CPU_RATIO_LIMIT})"
    )
    print(
        f"  load:                             {figures['load_cpu_seconds']:6.2f} CPU s,"
        f" ratio {figures['cpu_ratio']:.2f} (limit {CPU_RATIO_LIMIT}),"
        f" {figures['load_wall_seconds']:.1f} s,"
        f" peak {figures['load_peak_gb']:.2f} GB (limit {PEAK_GB_LIMIT})"
    )


if __name__ == "__main__":
    main()
