"""The shape behind a number: how durations spread, and how many still wait."""

from dataclasses import replace

import numpy as np
import pandas as pd

from pipelines.api import estimates
from pipelines.api.published import Build
from pipelines.api.selection import Dimension, Selection

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
DURATION_EDGES = (
    0, 5, 10, 20, 30, _MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE,
    30 * _MINUTE, _HOUR, 2 * _HOUR, 4 * _HOUR, 8 * _HOUR, 16 * _HOUR, _DAY,
    2 * _DAY, 3 * _DAY, 7 * _DAY, 14 * _DAY, 28 * _DAY,
)  # fmt: skip
"""Lower edges of the bins of durations, in seconds, as people say them."""

_SMALLEST_STEP = 0.0025


def distribution(
    build: Build, selection: Selection, unit: str, edges: tuple[int, ...] = DURATION_EDGES
) -> pd.DataFrame:
    """[by..., bin_low, bin_high, n]; durations in half-open bins, other units by value."""
    if unit != "seconds":
        found = _by_bin(build, selection, "CAST(value AS DOUBLE)").rename(
            columns={"bin": "bin_low"}
        )
        return found.assign(bin_high=found["bin_low"])[_columns(selection)]
    found = _by_bin(build, selection, bin_number("value", edges))
    bins = pd.DataFrame(
        {
            "bin": range(len(edges)),
            "bin_low": np.array(edges, dtype=float),
            "bin_high": np.array([*edges[1:], np.nan], dtype=float),
        }
    )
    if selection.by:
        bins = found[selection.names].drop_duplicates().merge(bins, how="cross")
    elif found.empty:
        bins = bins.head(0)
    found = bins.merge(found, on=[*selection.names, "bin"], how="left")
    found["n"] = found["n"].fillna(0).astype("int64")
    return found[_columns(selection)]


def bin_number(column: str, edges: tuple[int, ...]) -> str:
    """SQL of the bin, from 0, that a duration falls into; `edges` are the bins' lower ends."""
    cases = " ".join(f"WHEN {column} < {edge} THEN {i}" for i, edge in enumerate(edges[1:]))
    return f"CASE {cases} ELSE {len(edges) - 1} END"


def survival(build: Build, selection: Selection) -> pd.DataFrame:
    """[by..., seconds, surviving_share, low, high, at_risk], one curve per group."""
    columns = ["seconds", "surviving_share", "low", "high", "at_risk"]
    found = pd.DataFrame(columns=[*selection.names, *columns])
    curves, is_exact = estimates.survivals(build, selection)
    parts = []
    for key, curve, _ in curves:
        kept = _spaced(curve.surviving_share)
        points = pd.DataFrame({name: getattr(curve, name)[kept] for name in columns})
        parts.append(points.assign(**dict(zip(selection.names, key, strict=True))))
    if parts:
        found = pd.concat(parts, ignore_index=True)[list(found)]
    found.attrs = {"is_approximate": not is_exact}
    return found


def _columns(selection: Selection) -> list[str]:
    return [*selection.names, "bin_low", "bin_high", "n"]


def _by_bin(build: Build, selection: Selection, expression: str) -> pd.DataFrame:
    binned = replace(selection, by=(*selection.by, Dimension("bin", "value", expression)))
    return build.query(binned.grouped("count(*) AS n"), selection.condition.parameters)


def _spaced(share: np.ndarray) -> np.ndarray:
    """The first point of every step of a quarter of a percentage point, and the last."""
    if not len(share):
        return np.empty(0, dtype=np.int64)
    step = np.floor((1 - share) / _SMALLEST_STEP)
    is_kept = np.r_[True, step[1:] != step[:-1]]
    is_kept[-1] = True
    return np.flatnonzero(is_kept)
