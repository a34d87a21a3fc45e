"""The shape behind a number: how durations spread, and how many still wait."""

import numpy as np
import pandas as pd

from pipelines.api import estimates
from pipelines.api.published import Build
from pipelines.api.selection import Selection

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
        found = build.query(
            _by_expression(selection, "CAST(value AS DOUBLE)"), selection.parameters
        ).rename(columns={"bin": "bin_low"})
        return found.assign(bin_high=found["bin_low"])[
            [*selection.names, "bin_low", "bin_high", "n"]
        ]
    # How many lower edges a value has reached is the number of its bin.
    rungs = " + ".join(f"CAST(value >= {edge} AS INTEGER)" for edge in edges[1:])
    found = build.query(_by_expression(selection, rungs), selection.parameters)
    bins = pd.DataFrame(
        {
            "bin": range(len(edges)),
            "bin_low": np.array(edges, dtype=float),
            "bin_high": np.array([*edges[1:], np.nan], dtype=float),
        }
    )
    if found.empty:
        return pd.DataFrame(columns=[*selection.names, "bin_low", "bin_high", "n"])
    if selection.names:
        bins = found[selection.names].drop_duplicates().merge(bins, how="cross")
    found = bins.merge(found, on=[*selection.names, "bin"], how="left")
    found["n"] = found["n"].fillna(0).astype("int64")
    return found[[*selection.names, "bin_low", "bin_high", "n"]]


def survival(build: Build, selection: Selection) -> pd.DataFrame:
    """[by..., seconds, surviving_share, low, high, at_risk], one curve per group."""
    curves = []
    for key, observations in estimates.groups(build, selection, estimates.SURVIVAL_LIST):
        curve = estimates.survival_of(observations)
        kept = _spaced(curve.surviving_share)
        curves.append(
            pd.DataFrame(
                {
                    "seconds": curve.seconds[kept],
                    "surviving_share": curve.surviving_share[kept],
                    "low": curve.low[kept],
                    "high": curve.high[kept],
                    "at_risk": curve.at_risk[kept],
                }
            ).assign(**key)
        )
    columns = [*selection.names, "seconds", "surviving_share", "low", "high", "at_risk"]
    if not curves:
        return pd.DataFrame(columns=columns)
    order = [*selection.names, "seconds"]
    return pd.concat(curves)[columns].sort_values(order, ignore_index=True)


def _by_expression(selection: Selection, expression: str) -> str:
    names = [f'"{name}"' for name in selection.names]
    groups = [f'{d.expression} AS "{d.name}"' for d in selection.by]
    return (
        f"SELECT {', '.join([*groups, f'{expression} AS bin', 'count(*) AS n'])}"
        f' FROM "{selection.source}" WHERE {selection.condition}'
        f" GROUP BY ALL ORDER BY {', '.join([*names, 'bin'])}"
    )


def _spaced(share: np.ndarray) -> np.ndarray:
    """The first point of every step of a quarter of a percentage point, and the last."""
    if not len(share):
        return np.empty(0, dtype=np.int64)
    step = np.floor((1 - share) / _SMALLEST_STEP)
    is_kept = np.r_[True, step[1:] != step[:-1]]
    is_kept[-1] = True
    return np.flatnonzero(is_kept)
