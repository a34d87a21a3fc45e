"""Every metric of desks drawn at random, against reference.py: contact by contact and day by day.

One build of some hundred contacts tries as many cases; what differs is told with its contact, so
that the case is small already. Other worlds: change the seeds, all must do.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pandas as pd

from pipelines.api import Warehouse, open_warehouse
from pipelines.stages.details import find_details
from pipelines.warehouse import catalog
from tests.fixtures import RawWarehouse
from tests.metrics import reference, reference_desks, reference_voices
from tests.metrics.invented import as_text, shuffled
from tests.metrics.reading import Desk
from tests.metrics.worlds import Tables, World, drawn, renamed, renamed_id

METRICS = reference.METRICS | reference_voices.METRICS | reference_desks.METRICS
EVERYTHING = 1_000_000


def observed(door: Warehouse, metric: str) -> Counter:
    rows = door.observations(metric, limit=EVERYTHING)
    if metric == "backlog":
        rows = rows.groupby("observed_on", as_index=False)["value"].sum().assign(contact_id=None)
    names = rows["contact_id"].astype(object).where(rows["contact_id"].notna(), None)
    values = rows["value"].round(6)
    if "weight" in rows:
        values = zip(values, rows["weight"].round(6), strict=True)
    return Counter(zip(names, rows["observed_on"].dt.date, values, strict=True))


def by_hand(read: reference.Metric, desk: Desk) -> Counter:
    """To the millionth; a pair is a ratio's."""
    return Counter(
        (name, day, tuple(round(part, 6) for part in value) if isinstance(value, tuple)
         else round(value, 6))
        for name, day, value in read(desk)
    )  # fmt: skip


def test_every_metric_is_read_by_hand():
    assert {header.name.removeprefix("metric_") for header in catalog.metrics()} == {*METRICS}


def found_in(folder: Path, tables: Tables, world: World) -> dict[str, Counter]:
    """Every metric of these rows, built under the world's settings."""
    raw = RawWarehouse(folder)
    raw.load(**as_text(tables))
    find_details(raw.folder)
    raw.build(world.settings).close()
    door = open_warehouse(raw.folder)
    assert door.build().data_cut_at == pd.Timestamp(world.cut)
    return {metric: observed(door, metric) for metric in METRICS}


def read_in(world: World) -> dict[str, Counter]:
    """The same by hand."""
    desk = Desk(world)
    return {metric: by_hand(read, desk) for metric, read in METRICS.items()}


def assert_same(found: dict[str, Counter], expected: dict[str, Counter]) -> None:
    different = {
        metric: {"missing": expected[metric] - told, "too many": told - expected[metric]}
        for metric, told in found.items()
        if told != expected[metric]
    }
    assert different == {}
    assert sum(told.total() for told in expected.values()) > 4000


# Seoul in March, up to a near cut
def test_every_metric_is_what_walking_each_contact_finds(tmp_path):
    world = drawn(3, contacts=300)
    assert_same(found_in(tmp_path, world.tables, world), read_in(world))


# New York in spring, the clocks changing
def test_so_it_is_whatever_the_order_of_rows(tmp_path):
    world = drawn(10, contacts=300)
    assert_same(found_in(tmp_path, shuffled(world.tables, seed=1), world), read_in(world))


# London in autumn, the clocks changing. Of a schedule there is one, whoever works by it.
def test_unrelated_contacts_change_nothing_else_though_they_come_at_the_same_instants(tmp_path):
    world = drawn(11, contacts=300)
    world = replace(world, tables=world.tables | {"schedules": world.tables["schedules"][:0]})
    twin = {name: [renamed(row) for row in rows] for name, rows in world.tables.items()}
    both = {name: [*rows, *twin[name]] for name, rows in world.tables.items() if rows}
    alone = read_in(world)
    expected = {
        metric: told + Counter({(renamed_id(name), *rest): n for (name, *rest), n in told.items()})
        for metric, told in alone.items()
    }
    expected["backlog"] = Counter((None, day, 2 * value) for _, day, value in alone["backlog"])
    assert_same(found_in(tmp_path, both, world), expected)
