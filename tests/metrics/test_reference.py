"""Every metric of desks drawn at random, against reference.py: contact by contact and day by day.

One build of some hundred contacts tries as many cases; what differs is told with its contact, so
that the case is small already. Other worlds: change the seeds, all must do.
"""

from collections import Counter

import pandas as pd
import pytest

from pipelines.api import Warehouse, open_warehouse
from pipelines.details_stage import find_details
from pipelines.warehouse import catalog
from tests.fixtures import RawWarehouse
from tests.metrics import reference, reference_desks, reference_voices
from tests.metrics.invented import as_text
from tests.metrics.reading import Desk
from tests.metrics.worlds import drawn

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


# Seoul in March up to a near cut, New York in spring and London in autumn, clocks changing in both
@pytest.mark.parametrize("seed", [3, 10, 11])
def test_every_metric_is_what_walking_each_contact_finds(tmp_path, seed):
    world = drawn(seed, contacts=300)
    raw = RawWarehouse(tmp_path)
    raw.load(**as_text(world.tables))
    find_details(raw.folder)
    raw.build(world.settings).close()
    door, desk = open_warehouse(raw.folder), Desk(world)
    assert door.build().data_cut_at == pd.Timestamp(world.cut)
    different, tried = {}, 0
    for metric, read in METRICS.items():
        expected, found = by_hand(read, desk), observed(door, metric)
        tried += expected.total()
        if expected != found:
            different[metric] = {"missing": expected - found, "too many": found - expected}
    assert different == {}
    assert tried > 4000
