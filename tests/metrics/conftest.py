"""Metrics are tested whole: text tables through a build, and out through the door."""

import math

import pytest

from pipelines.api import open_warehouse


@pytest.fixture
def published(warehouse):
    """The door to what `warehouse(...)` has built in this test."""
    return open_warehouse(warehouse.folder)


@pytest.fixture
def measured(published):
    """`measured(metric, ...)`: the one value and its n; None where nothing was observed."""

    def measure(metric: str, **selection) -> dict:
        (row,) = published.measure(metric, **selection).to_dict("records")
        return {"value": _known(row["value"]), "n": row["n"]}

    return measure


@pytest.fixture
def measured_by(published):
    """`measured_by(metric, column, ...)`: {group: (value, n)}; days as ISO text."""

    def measure(metric: str, by: str, **selection) -> dict:
        found = published.measure(metric, by=by, **selection)
        groups = [g.date().isoformat() if by == "day" else g for g in found[by]]
        values = [_known(value) for value in found["value"]]
        return dict(zip(groups, zip(values, found["n"], strict=True), strict=True))

    return measure


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)
