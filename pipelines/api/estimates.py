"""One number per group, with n and an interval, always from rows and never from other numbers.

Every estimate answers a frame of the selection's columns and `value, n, low, high`, one row
per group in the groups' order; NaN is NULL. Counts and stocks are full counts: they have no
sampling error and no interval.

Counts, shares, means and ratios are always exact. Percentiles are exact up to EXACT_UP_TO
observations and survival up to SURVIVAL_EXACT_UP_TO; beyond, durations are first counted in
logarithmic bins (`statistics.percentiles`: at most 1.2 % off), and the frame says so in
`.attrs["is_approximate"]`.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from pipelines.api.definitions import PERCENTILES
from pipelines.api.published import Build
from pipelines.api.selection import Condition, Dimension, Selection, quoted
from pipelines.statistics import intervals, percentiles
from pipelines.statistics.survival import Survival, kaplan_meier

Estimate = Callable[[Build, Selection], pd.DataFrame]

# Measured on two cores over 10 million contacts, by channel and language: beyond these an exact
# answer would take longer than the 400 ms that the widest range may take, or for survival the
# 50 ms that four weeks may take.
EXACT_UP_TO = 5_000_000
SURVIVAL_EXACT_UP_TO = 250_000

# One whole number holds both: the duration (or its bin), and in the last bit whether it was
# seen to end.
_PACKED = "{} * 2 + CAST(is_observed AS BIGINT)"
_BIN = f"CAST(floor(ln(value + 1) / ln({percentiles.BIN_RATIO})) AS BIGINT)"

Group = tuple[tuple, np.ndarray, np.ndarray | None]
"""A group's key, its values, and how often each occurs (None: once each)."""


def count(build: Build, selection: Selection) -> pd.DataFrame:
    """How many observations."""
    found = build.query(selection.grouped("count(*) AS n"), selection.condition.parameters)
    return _estimated(found, found["n"].where(found["n"] > 0))


def daily_mean(build: Build, selection: Selection) -> pd.DataFrame:
    """Observations per day, with the t interval of the days.

    A day on which the selected sources delivered nothing at all is no day; one on which they
    delivered, but nothing of this group, is a 0: observed, and no gap.
    """
    groups = "".join(f"{quoted(name)}, " for name in selection.names)
    a_day = replace(selection, by=(*selection.by, Dimension("_day", "observed_on", "observed_on")))
    found = build.query(
        f"SELECT {groups} CAST(sum(n) AS BIGINT) AS n, sum(CAST(n AS DOUBLE) * n) AS squares"
        f" FROM ({a_day.grouped('count(*) AS n')}) GROUP BY ALL ORDER BY ALL",
        selection.condition.parameters,
    )
    periods = [d for d in selection.by if d.column == "observed_on"]
    days = build.query(
        f"SELECT {''.join(f'{d.expression} AS {quoted(d.name)}, ' for d in periods)}"
        " count(*) AS days FROM (SELECT DISTINCT arrived_on AS observed_on FROM fact_contacts"
        f" WHERE source IN (SELECT source FROM {quoted(selection.source)}"
        f" WHERE {selection.filters.text})) WHERE {selection.span.text} GROUP BY ALL ORDER BY ALL",
        (*selection.filters.parameters, *selection.span.parameters),
    )
    names = [d.name for d in periods]
    is_of_days_alone = len(names) == len(selection.names)
    found = (
        days.merge(found, on=names, how="left" if is_of_days_alone else "right")
        if names
        else found.join(days, how="cross")
    )
    n = _floats(found["n"].fillna(0))
    estimate = intervals.mean(_floats(found["days"]), n, _floats(found["squares"].fillna(0)))
    return _estimated(found[selection.names].assign(n=n), *estimate)


def share(build: Build, selection: Selection) -> pd.DataFrame:
    """Share of observations that have the property, with its Wilson interval."""
    found = build.query(
        selection.grouped("count(*) AS n", "CAST(sum(value) AS BIGINT) AS total"),
        selection.condition.parameters,
    )
    n, total = _floats(found["n"]), _floats(found["total"])
    value = np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0)
    return _estimated(found.drop(columns="total"), value, *intervals.wilson(total, n))


def mean(build: Build, selection: Selection) -> pd.DataFrame:
    """Arithmetic mean with its t interval, in one scan."""
    found = build.query(
        selection.grouped(
            "count(*) AS n",
            "sum(CAST(value AS DOUBLE)) AS total",
            "sum(CAST(value AS DOUBLE) * value) AS squares",
        ),
        selection.condition.parameters,
    )
    sums = ["total", "squares"]
    n, total, squares = (_floats(found[name]) for name in ("n", *sums))
    return _estimated(found.drop(columns=sums), *intervals.mean(n, total, squares))


def ratio(build: Build, selection: Selection) -> pd.DataFrame:
    """Total of the values over the total of the weights, with its linearised interval."""
    sums = {
        "total": "value",
        "weights": "weight",
        "squares": "value * value",
        "products": "value * weight",
        "weight_squares": "weight * weight",
    }
    found = build.query(
        selection.grouped(
            "count(*) AS n",
            *(f"sum(CAST({term} AS DOUBLE)) AS {name}" for name, term in sums.items()),
        ),
        selection.condition.parameters,
    )
    totals = (_floats(found[name]) for name in ("n", *sums))
    return _estimated(found.drop(columns=list(sums)), *intervals.ratio_of_totals(*totals))


def last(build: Build, selection: Selection) -> pd.DataFrame:
    """A stock at the last day of each period: added up over groups, never over days."""
    periods = [d.expression for d in selection.by if d.column == "observed_on"]
    last_days = Condition(
        f"observed_on IN (SELECT max(observed_on) FROM {quoted(selection.source)}"
        f" WHERE {selection.span.text}" + (f" GROUP BY {', '.join(periods)})" if periods else ")"),
        selection.span.parameters,
    )
    found = build.query(
        selection.grouped("CAST(sum(value) AS BIGINT) AS n", condition=last_days),
        (*selection.condition.parameters, *last_days.parameters),
    )
    value = found["n"]
    return _estimated(found.assign(n=value.fillna(0)), value)


def percentile(share: float) -> Estimate:
    """Continuous percentile, with the order statistics that enclose it as its interval."""

    def estimate(build: Build, selection: Selection) -> pd.DataFrame:
        if _is_small(build, selection, EXACT_UP_TO):
            rows = [
                (*key, *percentiles.exact(values, share), len(values))
                for key, values, _ in _listed(build, selection, "value")
            ]
            return _frame(selection, rows)
        rows = [
            (*key, *percentiles.binned(bins, counts, share), counts.sum())
            for key, bins, counts in _tallied(build, selection, _BIN)
        ]
        return _frame(selection, rows, is_approximate=True)

    return estimate


def survival_percentile(share: float) -> Estimate:
    """By when this share has ended; what has not ended yet is censored, not left out."""

    def estimate(build: Build, selection: Selection) -> pd.DataFrame:
        curves, is_exact = survivals(build, selection)
        rows = [(*key, *curve.quantile(share), n) for key, curve, n in curves]
        return _frame(selection, rows, is_approximate=not is_exact)

    return estimate


ESTIMATES: dict[str, Estimate] = {
    "count": count,
    "daily_mean": daily_mean,
    "share": share,
    "mean": mean,
    "ratio": ratio,
    "last": last,
    **{name: percentile(PERCENTILES[name]) for name in ("median", "p90")},
    **{name: survival_percentile(PERCENTILES[name]) for name in ("km_median", "km_p90")},
}


def survivals(
    build: Build, selection: Selection
) -> tuple[Iterator[tuple[tuple, Survival, int]], bool]:
    """Each group's key, its Kaplan-Meier curve and its n; and whether the curves are exact."""
    is_exact = _is_small(build, selection, SURVIVAL_EXACT_UP_TO)
    return _survivals(build, selection, is_exact), is_exact


def _survivals(
    build: Build, selection: Selection, is_exact: bool
) -> Iterator[tuple[tuple, Survival, int]]:
    if is_exact:
        found = _listed(build, selection, _PACKED.format("value"))
    else:
        found = _tallied(build, selection, _PACKED.format(_BIN))
    for key, packed, counts in found:
        if counts is None:
            packed = np.sort(packed)
        durations = packed >> 1 if is_exact else percentiles.bin_middle(packed >> 1)
        n = len(packed) if counts is None else int(counts.sum())
        yield key, kaplan_meier(durations, packed & 1, counts), n


def _is_small(build: Build, selection: Selection, limit: int) -> bool:
    """Whether the selection has at most `limit` observations."""
    if build.size(selection.source) <= limit:
        return True
    condition = selection.condition
    return build.size(selection.source, condition.text, condition.parameters) <= limit


def _listed(build: Build, selection: Selection, expression: str) -> Iterator[Group]:
    sql = selection.grouped(f"list({expression}) AS found")
    for key, values in _groups(build, selection, sql, "found"):
        yield key, values, None


def _tallied(build: Build, selection: Selection, expression: str) -> Iterator[Group]:
    """The values of each group in rising order with their counts, counted by the engine."""
    tally = Dimension("tally", "value", expression)
    counted = replace(selection, by=(*selection.by, tally)).grouped("count(*) AS n")
    names = [quoted(name) for name in selection.names]
    sql = (
        f"SELECT {', '.join([*names, 'list(tally ORDER BY tally) AS found'])},"
        f" list(n ORDER BY tally) AS counts FROM ({counted})"
        + (f" GROUP BY {', '.join(names)} ORDER BY {', '.join(names)}" if names else "")
    )
    yield from _groups(build, selection, sql, "found", "counts")


def _groups(build: Build, selection: Selection, sql: str, *lists: str) -> Iterator[tuple]:
    """Each group's key and its lists, which are views into one flat array: nothing is copied."""
    table = build.arrow(sql, selection.condition.parameters)
    keys = zip(*(table.column(name).to_pylist() for name in selection.names), strict=True)
    keys = list(keys) if selection.by else [()] * table.num_rows
    columns = [table.column(name).combine_chunks() for name in lists]
    flat = [column.values.to_numpy(zero_copy_only=False) for column in columns]
    ends = [column.offsets.to_numpy() for column in columns]
    for i, key in enumerate(keys):
        yield key, *(f[e[i] : e[i + 1]] for f, e in zip(flat, ends, strict=True))


def _frame(selection: Selection, rows: list, is_approximate: bool = False) -> pd.DataFrame:
    found = pd.DataFrame(rows, columns=[*selection.names, "value", "low", "high", "n"])
    found = _estimated(found[[*selection.names, "n"]], found["value"], found["low"], found["high"])
    found.attrs["is_approximate"] = is_approximate
    return found


def _estimated(found: pd.DataFrame, value, low=np.nan, high=np.nan) -> pd.DataFrame:
    groups = {name: found[name] for name in found.columns if name != "n"}
    low, high = (np.broadcast_to(limit, len(found)).astype(float) for limit in (low, high))
    n = found["n"].to_numpy(dtype="int64")
    return pd.DataFrame({**groups, "value": _floats(value), "n": n, "low": low, "high": high})


def _floats(column) -> np.ndarray:
    """A column, or values, as floats with NaN for NULL."""
    if isinstance(column, pd.Series):
        return column.to_numpy(dtype="float64", na_value=np.nan)
    return np.asarray(column, dtype="float64")
