"""Metrics are tested whole: text tables through a build, and out through the door."""

import math
from functools import cache

import pytest

from pipelines.api import open_warehouse


@pytest.fixture(scope="module")
def shared_door():
    """`shared_door(folder)`: the door to a build that tests of this module share, opened once."""
    return cache(open_warehouse)


@pytest.fixture
def published(request, shared_door):
    """The door to what `warehouse(...)` has built in this test, or to the build that it shares."""
    if request.node.get_closest_marker("loads"):
        return shared_door(request.getfixturevalue("connection").folder)
    return open_warehouse(request.getfixturevalue("warehouse").folder)


@pytest.fixture
def own(request) -> dict:
    """The selection of the contacts that a test which shares its build has loaded itself."""
    if not request.node.get_closest_marker("loads"):
        return {}
    return {"contact_id": request.getfixturevalue("connection").contact_ids()}


@pytest.fixture
def measured(published, own):
    """`measured(metric, ...)`: the one value and its n; None where nothing was observed."""

    def measure(metric: str, *, where: dict | None = None, **selection) -> dict:
        found = published.measure(metric, where=own | (where or {}), **selection)
        (row,) = found.to_dict("records")
        return {"value": _known(row["value"]), "n": row["n"]}

    return measure


@pytest.fixture
def measured_by(published, own):
    """`measured_by(metric, column, ...)`: {group: (value, n)}; days as ISO text."""

    def measure(metric: str, by: str, **selection) -> dict:
        found = published.measure(metric, by=by, where=own, **selection)
        groups = [g.date().isoformat() if by == "day" else g for g in found[by]]
        values = [_known(value) for value in found["value"]]
        return dict(zip(groups, zip(values, found["n"], strict=True), strict=True))

    return measure


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)
