"""What a build costs beside dbt on the same SQL, and beside pandas on the heart of it.

    python -m benchmarks.build_peers --contacts 1000000 --dbt /path/to/dbt

dbt gets the very models of the product: an engine that writes them into a dbt project instead of
running them, over the same views of the raw store. It reaches for code hosts when installed, so it
has no extra of ours: put `dbt-core<1.12`, `dbt-duckdb` and `duckdb==2.0.0` into an environment of
its own; without one its line is left out. pandas does the part that can be said in a page: every
contact with its waits and resolution in local days, the arrivals per half hour, and the ratings.
CPU seconds and peak memory are those of one subprocess each.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import numpy as np
import pandas as pd

from benchmarks.build import measured
from benchmarks.raw_store import write_raw_store
from pipelines.settings import load_settings
from pipelines.warehouse import catalog
from pipelines.warehouse.build import build
from pipelines.warehouse.catalog import Header
from pipelines.warehouse.engines import duckdb as duckdb_engine
from pipelines.warehouse.engines.duckdb import MEMORY_LIMIT, DuckDBEngine, ordered
from pipelines.warehouse.raw_files import committed_loads

ZONE = "Asia/Seoul"


class _Lasting:
    """A connection that makes for good what a build makes for its own connection alone."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def execute(self, sql: str | duckdb.Statement, *parameters: Any) -> duckdb.DuckDBPyConnection:
        text = sql if isinstance(sql, str) else sql.query
        return self._connection.execute(text.replace(" TEMP ", " "), *parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


@dataclass(frozen=True)
class DbtProject(DuckDBEngine):
    """Writes models as files of a dbt project; what a build reads besides is made as ever."""

    folder: Path

    def make(self, head: Header) -> None:
        sql = head.sql.strip()
        models = {made.name for made in (*catalog.models(), *catalog.metrics(), *catalog.rules())}
        if inputs := "|".join(sorted((head.inputs - {head.name}) & models, key=len, reverse=True)):
            sql = re.sub(rf"\b(FROM|JOIN) ({inputs})\b", r"\1 {{ ref('\2') }}", sql)
        kind = "view" if head.is_view else "table"
        text = f"{{{{ config(materialized='{kind}') }}}}\n{sql}{ordered(head)}\n"
        (self.folder / "models" / f"{head.name}.sql").write_text(text, encoding="utf-8")

    def rows(self, sql: str) -> list:
        are_models_written = any((self.folder / "models").iterdir())
        # from then on audits ask for tables that dbt has yet to make
        return [{"found": 0}] if are_models_written else super().rows(sql)


def write_dbt_project(warehouse: Path, folder: Path) -> Path:
    """Write the project, and the build file that it fills; returns the file."""
    (folder / "models").mkdir(parents=True)

    @contextmanager
    def opening(connection: duckdb.DuckDBPyConnection, scratch: Path) -> Iterator[DbtProject]:
        yield DbtProject(_Lasting(connection), folder)

    with patch.object(duckdb_engine, "check_headers"):  # dbt has yet to make the tables
        part = build(warehouse, load_settings(), opening=opening)
    settings = {"memory_limit": MEMORY_LIMIT, "preserve_insertion_order": False}
    target = {"type": "duckdb", "path": str(part), "threads": 1, "settings": settings}
    profile = {"support": {"target": "it", "outputs": {"it": target}}}
    (folder / "profiles.yml").write_text(json.dumps(profile), encoding="utf-8")
    project = {"name": "support", "version": "1.0", "profile": "support", "model-paths": ["models"]}
    (folder / "dbt_project.yml").write_text(json.dumps(project), encoding="utf-8")
    return part


def run_dbt(dbt: Path, folder: Path) -> None:
    """Run every model of the project."""
    command = [dbt, "run", "--project-dir", folder, "--profiles-dir", folder, "--quiet"]
    environment = os.environ | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
    subprocess.run(command, check=True, cwd=folder, env=environment)


def build_in_pandas(warehouse: Path, target: Path) -> None:
    """Contacts with waits and resolution, arrivals and ratings, as a careful analyst writes it."""
    loads = committed_loads(warehouse)

    def read(table: str, columns: list[str]) -> pd.DataFrame:
        paths = [path for load in loads if (path := load.parquet(table))]
        return pd.concat([pd.read_parquet(path, columns=columns) for path in paths])

    contacts = read("contacts", ["contact_id", "kind", "channel", "channel_raw", "language_raw",
        "topic_raw", "status", "priority", "tags", "team", "agent_id", "requester_id", "subject",
        "created_at", "updated_at", "handed_over_at"])  # fmt: skip
    contacts = contacts.drop_duplicates("contact_id", keep="last")
    clocks = read("contact_clocks", ["contact_id", "solved_at", "reopens_count",
        "vendor_first_resolution_seconds", "vendor_full_resolution_seconds"])  # fmt: skip
    sessions = read("sessions", ["contact_id", "queue_entered_at", "answered_at", "abandoned_at",
        "ended_at", "outcome", "wait_seconds", "talk_seconds", "wrap_seconds"])  # fmt: skip
    messages = read(
        "messages",
        ["message_id", "contact_id", "sent_at", "author_role", "author_id", "is_public", "text"],
    ).drop_duplicates("message_id", keep="last")

    spoken = messages[messages["is_public"]].sort_values(["contact_id", "sent_at"], kind="stable")
    is_new_turn = (spoken["author_role"] != spoken["author_role"].shift()) | (
        spoken["contact_id"] != spoken["contact_id"].shift()
    )
    firsts = spoken.groupby(["contact_id", "author_role"])["sent_at"].min().unstack()
    replies = (is_new_turn & (spoken["author_role"] == "agent")).groupby(spoken["contact_id"]).sum()

    found = contacts.merge(firsts, left_on="contact_id", right_index=True, how="left")
    found = found.merge(
        replies.rename("replies"), left_on="contact_id", right_index=True, how="left"
    )
    found = found.merge(sessions, on="contact_id", how="left").merge(
        clocks, on="contact_id", how="left"
    )
    found["language"] = found["language_raw"].str.lower().str.split("-").str[0]
    found["channel"] = found["channel"].fillna(found["channel_raw"])
    is_spam = (" " + found["tags"] + " ").str.contains(" spam ", regex=False)
    found["exclusion"] = np.where(is_spam, "spam", None)
    found["arrived_at"] = found["customer"].fillna(found["created_at"])
    local = found["arrived_at"].dt.tz_localize("UTC").dt.tz_convert(ZONE)
    found["arrived_on"], found["slot"] = local.dt.date, local.dt.hour * 2 + local.dt.minute // 30
    found["first_reply_at"] = found["agent"].fillna(found["answered_at"])
    waited = (found["first_reply_at"] - found["arrived_at"]).dt.total_seconds()
    found["first_response_seconds"] = waited.where(waited >= 0)
    found["resolution_seconds"] = (found["solved_at"] - found["arrived_at"]).dt.total_seconds()
    counted = found[found["exclusion"].isna()]
    arrivals = (
        counted.groupby(["channel", "language", "arrived_on", "slot"]).size().rename("offered")
    )
    surveys = read("surveys", ["survey_id", "contact_id", "sent_at", "answered_at", "score"])
    surveys = surveys.merge(
        found[["contact_id", "channel", "language", "arrived_on"]], on="contact_id", how="left"
    )
    found = found.sort_values(["arrived_on", "channel", "language"], kind="stable")
    for name, frame in {
        "contacts": found,
        "messages": messages,
        "arrivals": arrivals.reset_index(),
        "surveys": surveys,
    }.items():
        frame.to_parquet(target / f"{name}.parquet", index=False)


def main() -> None:
    """Run the product and its peers on the same raw store, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--raw", type=Path, help="a warehouse folder that holds a raw store")
    parser.add_argument("--dbt", type=Path, help="the dbt command of an environment of its own")
    parser.add_argument("--keep", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--step", choices=["dbt_files", "dbt", "pandas"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step == "dbt_files":
        write_dbt_project(options.raw, options.keep)
        return
    if options.step == "dbt":
        return run_dbt(options.dbt, options.keep)
    if options.step == "pandas":
        return build_in_pandas(options.raw, options.keep)
    work = Path(tempfile.mkdtemp(prefix="build-peers-"))
    warehouse = options.raw or work / "warehouse"
    if not options.raw:
        write_raw_store(warehouse, options.contacts)
    here = "benchmarks.build_peers"
    figures = {"product": measured("--step", "build", "--raw", str(warehouse))}
    if options.dbt:
        project = str(work / "dbt")
        raw = ("--raw", str(warehouse), "--keep", project)
        parts = (
            measured("--step", "dbt_files", *raw, module=here),
            measured("--step", "dbt", "--dbt", str(options.dbt), *raw, module=here),
        )
        figures["dbt"] = {
            "cpu_seconds": round(sum(part["cpu_seconds"] for part in parts), 1),
            "peak_bytes": max(part["peak_bytes"] for part in parts),
        }
    answers = work / "pandas"
    answers.mkdir()
    figures["pandas"] = measured(
        "--step", "pandas", "--raw", str(warehouse), "--keep", str(answers), module=here
    )
    for name, figure in figures.items():
        figure["ratio"] = round(figure["cpu_seconds"] / figures["product"]["cpu_seconds"], 2)
        print(f"{name:8} {figure['cpu_seconds']:7.1f} CPU s  {figure['ratio']:5.2f} x  "
              f"{figure['peak_bytes'] / 2**30:5.2f} GiB", file=sys.stderr)  # fmt: skip
    print(json.dumps({"contacts": options.contacts} | figures))
    shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
