"""What DuckDB and Spark make of the same raw store, compared table by table, row by row."""

import importlib.util
import math
import os
import shutil
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from pipelines import sample_exchange
from pipelines.run import load
from pipelines.settings import load_settings
from pipelines.stages.languages import detect_languages
from pipelines.warehouse import catalog
from pipelines.warehouse.build import build
from pipelines.warehouse.engines import opening
from tests.fixtures import RawWarehouse

CONF_DIR = Path(__file__).with_name("spark_conf")
RELATIVE = 1e-9  # engines add doubles in different orders
OF_THE_BUILD = {"build_info"}  # names the build, so that no two are equal

_MISSING = [
    *(["the package pyspark"] if not importlib.util.find_spec("pyspark") else []),
    *(["Java"] if not (shutil.which("java") or os.environ.get("JAVA_HOME")) else []),
]
NEEDS_SPARK = pytest.mark.skipif(
    bool(_MISSING),
    reason=f"{' and '.join(_MISSING)} not here: pip install 'support-quality[spark]', Java 17",
)

# what engines are known to disagree about: NULLs and equal instants in orders, letters beyond
# ASCII, fractions of seconds, chains that are circles, keys that came several times
CASES = {
    "contacts": """
        contact_id | kind   | channel_raw | language | topic_raw | tags      | status | priority | agent_id | team | created_at              | updated_at          | merged_into | linked_contact_id
        a          | ticket | E-Mail      | ko       | KYC       | spam vip  | open   |          |          |      | 2026-03-02 00:00:00     | 2026-03-02 10:00:00 |             |
        a          | ticket | e-mail      | ko       | KYC       |           | solved | urgent   | 7        | x    | 2026-03-02 00:00:00     | 2026-03-02 10:00:00 |             |
        b          | chat   |             |          | Ünbekannt |           | closed |          | 7        |      | 2026-03-02 23:59:59.999 | 2026-03-04 00:00:00 |             | c
        c          | chat   |             | ja       |           |           | closed |          | 8        |      | 2026-03-03 00:00:00     | 2026-03-04 00:00:00 |             | d
        d          | ticket |             |          |           |           | open   |          |          |      | 2026-03-03 00:00:00.5   | 2026-03-04 00:00:00 |             | b
        e          | ticket |             | zh       |           |           | open   |          |          |      | 2026-03-03 01:00:00     |                     | f           |
        f          | ticket |             | zh       | 출금      |           | open   |          |          |      | 2026-03-03 01:00:00     |                     | e           |
        g          | ticket |             | en       |           |           | open   |          |          |      | 2026-03-03 01:00:00     |                     | e           | a
        h          | call   | Telefon     | de       |           |           | closed |          | 9        | y    | 2026-03-08 09:59:59     | 2026-03-08 11:00:00 |             |
        i          | call   |             | de       |           |           | closed |          | 9        | y    | 2026-03-08 10:00:00     | 2026-03-08 11:00:00 |             | h
        j          | call   |             | en       |           |           | closed |          |          |      | 2026-03-08 10:00:00     | 2026-03-08 11:00:00 |             |
        k          | ticket |             |          |           |           | solved |          | 7        |      | 2026-03-09 10:00:00     | 2026-03-09 09:00:00 |             |
    """,  # noqa: E501
    "messages": """
        message_id | contact_id | sent_at                 | author_role | author_id | is_public
        1          | a          | 2026-03-02 00:00:00     | customer    |           | true
        2          | a          | 2026-03-02 00:00:00     | agent       | 7         | true
        3          | a          |                         | agent       | 7         | true
        4          | b          | 2026-03-02 23:59:59.999 | customer    |           | true
        5          | b          | 2026-03-03 00:00:01.001 | bot         |           | true
        6          | d          | 2026-03-03 09:00:00     |             | 7         | true
        7          | d          | 2026-03-03 08:00:00     |             | z         | true
        8          | k          | 2026-03-09 09:30:00     | agent       | 7         | true
    """,
    "sessions": """
        contact_id | queue_entered_at    | answered_at         | abandoned_at        | ended_at            | outcome   | wait_seconds | talk_seconds
        b          | 2026-03-03 00:00:00 | 2026-03-03 00:00:30 |                     | 2026-03-03 00:10:00 | answered  |              | 570
        c          | 2026-03-03 00:05:00 | 2026-03-03 00:05:10 |                     | 2026-03-03 00:15:00 | answered  | 10           | 590
        h          | 2026-03-08 10:00:00 | 2026-03-08 10:00:30 |                     | 2026-03-08 10:05:00 | answered  | 30           | 270
        i          | 2026-03-08 10:05:00 | 2026-03-08 10:05:20 |                     | 2026-03-08 10:07:00 | answered  | 20           | 100
        j          | 2026-03-08 10:00:00 |                     | 2026-03-08 10:00:04 | 2026-03-08 10:00:04 | abandoned |              |
    """,  # noqa: E501
    "status_events": """
        contact_id | changed_at          | from_status | to_status
        a          | 2026-03-02 10:00:00 |             | solved
        a          | 2026-03-02 10:00:00 |             | closed
        a          | 2026-03-02 12:00:00 |             | open
        a          | 2026-03-05 12:00:00 | open        | solved
        k          | 2026-03-09 10:00:00 | open        | solved
    """,
    "surveys": """
        survey_id | contact_id | sent_at             | answered_at         | scale | score
        1         | a          | 2026-03-02 11:00:00 | 2026-03-02 12:00:00 | 1-5   | 5
        2         | a          | 2026-03-02 11:00:00 | 2026-03-02 12:00:00 | 1-5   | 3
        3         | h          |                     | 2026-03-08 12:00:00 | 0-10  | 9
        4         |            | 2026-03-08 12:00:00 |                     | 1-5   |
    """,
    "schedules": """
        channel | language | starts_at           | ends_at             | agents
        email   | ko       | 2026-03-02 22:10:00 | 2026-03-04 01:20:00 | 1.5
        email   | ko       | 2026-03-02 22:30:00 | 2026-03-02 23:00:00 | 3
    """,
    "people": "person_id | role  | language_raw\n7 | agent |\nz | customer | en-US",
}


def loaded_exports(folder: Path, contacts: int, seed: int) -> Path:
    """A raw store with CASES, some of them in an earlier load too, and a generated exchange."""
    sample_exchange.write(folder / "exports", contacts, seed)
    store = folder / "store"
    store.mkdir()
    cases = RawWarehouse(store)
    earlier = "\n".join(CASES["contacts"].strip().splitlines()[:4])
    cases.load(contacts=earlier, rejects="reasons | received_on\nno time |\nno id | 2026-03-02")
    cases.load(**CASES)
    load([folder / "exports"], store)
    detect_languages(store)
    return store


def loaded_samples(exchange: Path, folder: Path) -> Path:
    """The raw store of the committed samples, in a folder to build in."""
    folder.mkdir()
    for part in ("raw", "languages"):
        (folder / part).symlink_to(exchange / part)
    return folder


def observations(columns: tuple[str, ...], names: list[str]) -> str:
    """The rows of several metrics with the same columns, under their names, as one query."""
    selected = ", ".join(
        f"CAST({name} AS DOUBLE) AS {name}" if name in ("value", "weight") else name
        for name in columns
    )
    queries = (f"SELECT '{name}' AS metric, {selected} FROM {name}" for name in names)
    return "\nUNION ALL\n".join(queries)


def metric_queries() -> list[str]:
    """All metrics and rules, in as few queries as they have sets of columns."""
    alike = defaultdict(list)
    for head in (*catalog.metrics(), *catalog.rules()):
        alike[tuple(note.name for note in head.columns)].append(head.name)
    return [observations(columns, names) for columns, names in alike.items()]


@contextmanager
def measured_by_spark(connection, scratch, open_spark, folder):
    """A Spark engine that leaves the observations of all metrics behind, as it computes them."""
    with open_spark(connection, scratch) as engine:
        yield engine
        for number, query in enumerate(metric_queries()):
            engine.session.sql(query).write.parquet(f"file://{folder}/{number}")


def differences(store: Path, master: str) -> dict[str, tuple]:
    """What a build by Spark holds that one by DuckDB does not, and the reverse, by table.

    Raises AssertionError where columns or their types differ."""
    settings = load_settings(None)
    by_duckdb = build(store, settings)
    by_duckdb = by_duckdb.rename(store / "by_duckdb.duckdb")
    measured = store / "measured"
    open_spark = opening("spark", master)
    by_spark = build(
        store,
        settings,
        opening=lambda file, scratch: measured_by_spark(file, scratch, open_spark, measured),
    )
    both = duckdb.connect()
    both.execute(f"ATTACH '{by_duckdb}' AS a (READ_ONLY)")
    both.execute(f"ATTACH '{by_spark}' AS b (READ_ONLY)")
    tables = both.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'a'"
    ).fetchall()
    found = {}
    for (name,) in tables:
        if name not in OF_THE_BUILD:
            described = [both.execute(f"DESCRIBE {side}.{name}").fetchall() for side in "ab"]
            assert described[0] == described[1], name
            found[name] = left_over(both, f"FROM a.{name}", f"FROM b.{name}")
    both.execute("USE a")
    for number, query in enumerate(metric_queries()):
        found[f"metrics {number}"] = left_over(
            both, query, f"FROM read_parquet('{measured}/{number}/*.parquet')"
        )
    return {name: rows for name, rows in found.items() if rows != ([], [])}


def left_over(connection, left: str, right: str) -> tuple[list, list]:
    """The rows of each query that the other lacks; doubles may differ in their last digits."""
    only_left = connection.execute(f"({left}) EXCEPT ALL ({right}) ORDER BY ALL").fetchall()
    only_right = connection.execute(f"({right}) EXCEPT ALL ({left}) ORDER BY ALL").fetchall()
    if len(only_left) == len(only_right) and all(map(nearly_equal, only_left, only_right)):
        return [], []
    return only_left[:3], only_right[:3]


def nearly_equal(left: tuple, right: tuple) -> bool:
    """Whether two rows are the same but for the last digits of doubles."""
    return all(
        math.isclose(a, b, rel_tol=RELATIVE) if isinstance(a, float) and b is not None else a == b
        for a, b in zip(left, right, strict=True)
    )
