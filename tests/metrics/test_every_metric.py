"""What holds for every metric of the catalog, tried on an invented desk.

A new metric is taken up by itself. Each is measured with each of its statistics, by day, channel
and language; the desk is built once as it is and once for every way in which it may differ.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from pipelines.api import Warehouse, open_warehouse
from pipelines.ingest.contracts import EXCLUSIONS
from pipelines.stages.details import find_details
from pipelines.warehouse import catalog
from pipelines.warehouse.engines import duckdb as engine
from tests.fixtures import SETTINGS, RawWarehouse
from tests.metrics.invented import Tables, as_text, invented, shifted, shuffled

METRICS = [header.name.removeprefix("metric_") for header in catalog.metrics()]
BY = ["day", "channel", "language"]
WEEK = timedelta(days=7)
SEOUL = timedelta(hours=9)
MIDDLE = date(2026, 3, 11)
EVERYTHING = 1_000_000
URGENT = (
    SETTINGS
    + """
    [[urgent]]
    channel = "*"
    target_share = 0.9
    within_seconds = 30
"""
)

Numbers = dict[tuple[str, str], pd.DataFrame]
"""(metric, statistic) -> its answer by day, channel and language."""


def numbers(door: Warehouse) -> Numbers:
    found = {}
    for metric in METRICS:
        definition = door.definition(metric)
        for statistic in dict.fromkeys((definition.statistic, *definition.statistics)):
            found[metric, statistic] = door.measure(metric, by=BY, statistic=statistic)
    return found


def assert_same(found: Numbers, expected: Numbers) -> None:
    assert found.keys() == expected.keys()
    for which, frame in expected.items():
        pd.testing.assert_frame_equal(
            found[which], frame, rtol=1e-9, check_dtype=False, obj=str(which)
        )


@pytest.fixture(scope="module")
def desk() -> Tables:
    """Three weeks of contacts, from what they said to what was thought of them."""
    return invented(seed=38, contacts=150)


@contextmanager
def session(zone: str, threads: int) -> Iterator[None]:
    """What is opened inside has so many threads and, as the process has, this zone."""

    def in_zone(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
        connection.execute(f"SET TimeZone = '{zone}'")
        connection.execute(f"SET threads = {threads}")
        return connection

    connect, open_for_writing = duckdb.connect, engine.connect
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        patch.setattr(engine, "connect", lambda *a: in_zone(open_for_writing(*a)))
        patch.setattr(duckdb, "connect", lambda *a, **k: in_zone(connect(*a, **k)))
        yield
    time.tzset()


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> Callable[[Tables], Warehouse]:
    """`opened(tables)` builds them and opens the door."""

    def build(tables: Tables) -> Warehouse:
        raw = RawWarehouse(tmp_path_factory.mktemp("desk"))
        raw.load(**as_text(tables))
        find_details(raw.folder)
        raw.build(URGENT).close()
        return open_warehouse(raw.folder)

    return build


@pytest.fixture(scope="module")
def door(opened, desk) -> Warehouse:
    """The desk as it is."""
    with session("UTC", threads=1):
        return opened(desk)


@pytest.fixture(scope="module")
def expected(door) -> Numbers:
    """Every number of the desk as it is."""
    with session("UTC", threads=1):
        return numbers(door)


@pytest.mark.parametrize("metric", METRICS)
def test_something_is_observed(door, metric):
    assert door.measure(metric)["n"].iloc[0] > 0


def test_no_metric_counts_a_contact_that_is_left_out(opened, desk):
    reasons = [reason for reason in EXCLUSIONS if reason != "merged"]  # merged: case 31
    contacts = [
        row | {"exclusion": reasons[i % len(reasons)]} for i, row in enumerate(desk["contacts"])
    ]
    door = opened(desk | {"contacts": contacts})
    counted = {
        metric: door.observations(metric, limit=EVERYTHING)["contact_id"].dropna().tolist()
        for metric in METRICS
    }
    assert {metric: found for metric, found in counted.items() if found} == {}
    assert door.measure("backlog")["n"].item() == 0


@pytest.mark.case(33)
@pytest.mark.case(34)
@pytest.mark.parametrize(("zone", "threads"), [("Asia/Seoul", 2), ("America/New_York", 4)])
def test_neither_the_session_zone_nor_threads_nor_row_order_matter(
    opened, desk, expected, zone, threads
):
    with session(zone, threads):
        assert_same(numbers(opened(shuffled(desk, seed=threads))), expected)


def test_all_a_week_later_is_the_same_a_week_later(opened, desk, expected):
    later = numbers(opened(shifted(desk, WEEK)))
    assert_same({k: f.assign(day=f["day"] - WEEK) for k, f in later.items()}, expected)


@pytest.mark.parametrize("metric", METRICS)
def test_a_period_is_the_sum_of_its_parts(door, metric):
    whole, first, second = (
        door.measure(metric, start=start, end=end).iloc[0]
        for start, end in ((None, None), (None, MIDDLE), (MIDDLE + timedelta(days=1), None))
    )
    statistic = door.definition(metric).statistic
    if statistic == "last":  # a stock is that of its last day and never a sum
        assert whole["value"] == second["value"]
        return
    assert whole["n"] == first["n"] + second["n"]
    assert min(first["n"], second["n"]) > 0
    if statistic in ("count", "share", "mean"):
        totals = [row["value"] * (1 if statistic == "count" else row["n"])
                  for row in (whole, first, second)]  # fmt: skip
        assert totals[0] == pytest.approx(totals[1] + totals[2])


def kaplan_meier_quantile(values, is_observed, share: float) -> float:
    """When the share has ended, by the product-limit formula over distinct times."""
    staying = 1.0
    for at in np.unique(values[is_observed]):
        staying *= 1 - np.sum((values == at) & is_observed) / np.sum(values >= at)
        if staying <= 1 - share + 1e-12:
            return float(at)
    return float("nan")


def recomputed(rows: pd.DataFrame, statistic: str, feed_days: int) -> float:
    """A statistic from the rows behind it, in numpy."""
    values = rows["value"].to_numpy(dtype=float)
    if statistic.startswith("km_"):
        share = {"km_median": 0.5, "km_p90": 0.9}[statistic]
        return kaplan_meier_quantile(values, rows["is_observed"].to_numpy(dtype=bool), share)
    return {
        "count": lambda: len(rows),
        "daily_mean": lambda: len(rows) / feed_days,
        "share": values.mean,
        "mean": values.mean,
        "median": lambda: np.percentile(values, 50),
        "p90": lambda: np.percentile(values, 90),
        "ratio": lambda: values.sum() / rows["weight"].sum(),
        "last": lambda: values[rows["observed_on"] == rows["observed_on"].max()].sum(),
    }[statistic]()


def days_over(desk: Tables) -> set[date]:
    """Days in Seoul on which contacts came; not the last, if over a tenth of all come later in the
    day than the data end."""
    came = [row["created_at"] + SEOUL for row in desk["contacts"]]
    last = max(came)
    later = sum(at.time() > last.replace(minute=last.minute // 30 * 30 + 29).time() for at in came)
    days = {at.date() for at in came}
    return days - {last.date()} if later > 0.1 * len(came) else days


@pytest.mark.parametrize("metric", METRICS)
def test_every_statistic_is_that_of_the_rows_behind_it(door, desk, metric):
    days = days_over(desk)
    rows = door.observations(metric, limit=EVERYTHING)
    definition = door.definition(metric)
    for statistic in dict.fromkeys((definition.statistic, *definition.statistics)):
        (found,) = door.measure(metric, statistic=statistic).to_dict("records")
        told = rows[rows["observed_on"].dt.date.isin(days)] if statistic == "daily_mean" else rows
        assert found["value"] == pytest.approx(
            recomputed(told, statistic, len(days)), rel=1e-9, nan_ok=True
        ), statistic
        if statistic != "last":
            assert found["n"] == len(told)
