"""One number per group, with n and an interval, always from rows (or from parts that add up).

Every function answers a frame with the selection's columns and `value, n, low, high`; NaN is
NULL. Counts and stocks are full counts: they have no sampling error and no interval.
"""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from pipelines.api.definitions import PERCENTILES
from pipelines.api.published import Build
from pipelines.api.selection import Selection
from pipelines.statistics import intervals
from pipelines.statistics.survival import Survival, kaplan_meier

Estimate = Callable[[Build, Selection], pd.DataFrame]


def count(build: Build, selection: Selection) -> pd.DataFrame:
    """How many observations."""
    found = build.query(selection.grouped("count(*) AS n"), selection.parameters)
    return _with(found, found["n"].where(found["n"] > 0))


def share(build: Build, selection: Selection) -> pd.DataFrame:
    """Share of observations that have the property, with its Wilson interval."""
    found = build.query(
        selection.grouped("count(*) AS n, CAST(sum(value) AS BIGINT) AS total"),
        selection.parameters,
    )
    n, total = _floats(found["n"]), _floats(found.pop("total"))
    value = np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0)
    return _with(found, value, *intervals.wilson(total, n))


def mean(build: Build, selection: Selection) -> pd.DataFrame:
    """Arithmetic mean with its t interval, in one scan."""
    found = build.query(
        selection.grouped(
            "count(*) AS n, sum(CAST(value AS DOUBLE)) AS total,"
            " sum(CAST(value AS DOUBLE) * value) AS squares"
        ),
        selection.parameters,
    )
    n, total, squares = (_floats(found[name]) for name in ("n", "total", "squares"))
    return _with(found[[*selection.names, "n"]], *intervals.mean(n, total, squares))


def percentile(share: float) -> Estimate:
    """Continuous percentile with the order statistics that enclose it: exact."""

    def estimate(build: Build, selection: Selection) -> pd.DataFrame:
        return _by_group(
            build, selection, "list(value) AS observations", lambda v: exact_percentile(v, share)
        )

    return estimate


def survival_percentile(share: float) -> Estimate:
    """By when this share has ended, unfinished observations counted as censored."""

    def estimate(build: Build, selection: Selection) -> pd.DataFrame:
        return _by_group(build, selection, SURVIVAL_LIST, lambda v: survival_of(v).quantile(share))

    return estimate


def last(build: Build, selection: Selection) -> pd.DataFrame:
    """A stock at the last day of each period: added up over groups, never over days."""
    periods = [d for d in selection.by if d.column == "observed_on"]
    latest = ", ".join(d.expression for d in periods)
    day = f"max(observed_on) OVER ({f'PARTITION BY {latest}' if latest else ''})"
    columns = [d.expression + f' AS "{d.name}"' for d in selection.by]
    found = build.query(
        f"WITH days AS (SELECT {', '.join([*columns, 'value', 'observed_on'])},"
        f" {day} AS _last FROM {selection.source} WHERE {selection.condition})"
        f" SELECT {''.join(f'{chr(34)}{n}{chr(34)}, ' for n in selection.names)}"
        " CAST(sum(value) AS BIGINT) AS n FROM days WHERE observed_on = _last"
        + (
            f" GROUP BY {', '.join(f'{chr(34)}{n}{chr(34)}' for n in selection.names)}"
            if selection.by
            else ""
        ),
        selection.parameters,
    )
    value = found["n"]
    return _with(found.assign(n=found["n"].fillna(0)), value)


ESTIMATES: dict[str, Estimate] = {
    "count": count,
    "share": share,
    "mean": mean,
    "last": last,
    "median": percentile(PERCENTILES["median"]),
    "p90": percentile(PERCENTILES["p90"]),
    "km_median": survival_percentile(PERCENTILES["km_median"]),
    "km_p90": survival_percentile(PERCENTILES["km_p90"]),
}

# One whole number holds both: the duration, and in the last bit whether it was seen to end.
SURVIVAL_LIST = "list(value * 2 + CAST(is_observed AS BIGINT)) AS observations"


def exact_percentile(observations: np.ndarray, share: float) -> tuple[float, float, float]:
    """A percentile interpolated as `percentile_cont` does, and its order-statistic interval.

    NaN where there is nothing, and for a limit that no observation is far enough out to give.
    """
    n = len(observations)
    if not n:
        return np.nan, np.nan, np.nan
    position = (n - 1) * share
    below = int(position)
    above = min(below + 1, n - 1)
    low, high = (int(rank) for rank in intervals.percentile_ranks(n, share))
    wanted = {below, above, max(low - 1, 0), min(high - 1, n - 1)}
    ordered = np.partition(observations, sorted(wanted))
    value = ordered[below] + (float(ordered[above]) - ordered[below]) * (position - below)
    return (
        float(value),
        float(ordered[low - 1]) if low >= 1 else np.nan,
        float(ordered[high - 1]) if high <= n else np.nan,
    )


def survival_of(observations: np.ndarray) -> Survival:
    """Kaplan-Meier of what SURVIVAL_LIST packed."""
    packed, counts = np.unique(observations, return_counts=True)
    return kaplan_meier(packed >> 1, packed & 1, counts)


def groups(build: Build, selection: Selection, aggregate: str) -> Iterator[tuple[dict, np.ndarray]]:
    """Each group's names and its list of observations."""
    table = build.arrow(selection.grouped(aggregate), selection.parameters).combine_chunks()
    keys = table.select(selection.names).to_pylist() if selection.by else [{}]
    lists = table.column("observations").combine_chunks()
    values = lists.values.to_numpy(zero_copy_only=False)
    offsets = lists.offsets.to_numpy()
    for i, key in enumerate(keys):
        yield key, values[offsets[i] : offsets[i + 1]]


def _by_group(build, selection, aggregate, estimate) -> pd.DataFrame:
    rows = [
        (*key.values(), *estimate(observations), len(observations))
        for key, observations in groups(build, selection, aggregate)
    ]
    found = pd.DataFrame(rows, columns=[*selection.names, "value", "low", "high", "n"])
    return found[[*selection.names, "value", "n", "low", "high"]]


def _with(found: pd.DataFrame, value, low=np.nan, high=np.nan) -> pd.DataFrame:
    names = [name for name in found.columns if name != "n"]
    numbers = {"value": _floats(value), "n": found["n"].astype("int64")}
    limits = {"low": low, "high": high}
    return found[names].assign(**numbers, **limits).astype({"low": "float64", "high": "float64"})


def _floats(column) -> np.ndarray:
    return pd.Series(column).to_numpy(dtype="float64", na_value=np.nan)
