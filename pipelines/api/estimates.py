"""One number per group, with n and an interval, always from rows and never from other numbers.

Every estimate answers a frame of the selection's columns and `value, n, low, high`, one row
per group in the groups' order; NaN is NULL. Counts and stocks are full counts: they have no
sampling error and no interval.

Counts, shares, means and ratios are always exact. Percentiles are exact up to EXACT_UP_TO
observations and survival up to SURVIVAL_EXACT_UP_TO; beyond, durations are first counted in
logarithmic bins (`statistics.percentiles`: at most 1.2 % off), and the frame says so in
`.attrs["is_approximate"]`.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.api.definitions import PERCENTILES
from pipelines.api.published import Build
from pipelines.api.selection import Condition, Dimension, Selection
from pipelines.sql import identifier
from pipelines.statistics import intervals, percentiles
from pipelines.statistics.percentiles import bin_middle
from pipelines.statistics.survival import Survival, kaplan_meier, of_counts

Estimate = Callable[[Build, Selection], pd.DataFrame]

# Measured on two cores over 10 million contacts, by any two dimensions: beyond these an exact
# answer would take longer than the 300 ms that the widest range may take, or for survival the
# 50 ms that four weeks may take.
EXACT_UP_TO = 2_500_000
SURVIVAL_EXACT_UP_TO = 100_000

# One whole number holds both: the duration, and in the last bit whether it was seen to end.
_PACKED = "value * 2 + CAST(is_observed AS BIGINT)"
_BIN = f"floor(ln(value + 1) / ln({percentiles.BIN_RATIO}))"
# The last ends after a thousand years. No power of two, with which the same bin of all groups would
# lie in one set of the processor's cache: counting 15.7 million took 150 ms instead of 30.
_BINS = 1_031
_CELLS_AT_ONCE = 2_000_000

Group = tuple[tuple, np.ndarray]
"""A group's key and its values."""
Tally = tuple[list[tuple], np.ndarray, np.ndarray]
"""The keys of some groups, the bins in rising order, and how many of each group are in each:
[groups, bins, 2], those that were seen to end standing second."""


def count(build: Build, selection: Selection) -> pd.DataFrame:
    """How many observations."""
    found = build.query(selection.grouped("count(*) AS n"), selection.condition.parameters)
    return _estimated(found, found["n"].where(found["n"] > 0))


def daily_mean(build: Build, selection: Selection) -> pd.DataFrame:
    """Observations per day, with the t interval of the days.

    A day on which the feeds of all selected sources were down is no day (fact_source_days), nor is
    one that lacks over a tenth of what they bring, as the last day may that is not over, and what
    came on it is not counted; one on which they were up, and brought nothing of this group, is a
    0: observed, and no gap.
    """
    observed = Condition(
        "observed_on IN (SELECT day FROM fact_source_days"
        " JOIN (SELECT source, sum(contacts) AS of_all FROM fact_source_days GROUP BY source)"
        " USING (source)"
        f" JOIN (SELECT source, count(*) AS selected FROM {identifier(selection.source)}"
        f" WHERE {selection.filters.text} GROUP BY source) USING (source) GROUP BY day"
        " HAVING bool_or(is_up) AND sum((missing + to_come) * selected / of_all)"
        " <= 0.1 * sum((missing + to_come + contacts) * selected / of_all))",
        selection.filters.parameters,
    )
    groups = "".join(f"{identifier(name)}, " for name in selection.names)
    a_day = replace(selection, by=(*selection.by, Dimension("_day", "observed_on", "observed_on")))
    found = build.query(
        f"SELECT {groups} CAST(sum(n) AS BIGINT) AS n, sum(CAST(n AS DOUBLE) * n) AS squares"
        f" FROM ({a_day.grouped('count(*) AS n', condition=observed)}) GROUP BY ALL ORDER BY ALL",
        (*selection.condition.parameters, *observed.parameters),
    )
    periods = [d for d in selection.by if d.column == "observed_on"]
    days_told = Condition.all_of((observed, selection.span))
    days = build.query(
        f"SELECT {''.join(f'{d.expression} AS {identifier(d.name)}, ' for d in periods)}"
        " count(*) AS days FROM (SELECT DISTINCT day AS observed_on FROM fact_source_days)"
        f" WHERE {days_told.text} GROUP BY ALL ORDER BY ALL",
        days_told.parameters,
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
    value = intervals.ratio(total, n)
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
    """Total of the values over the total of the weights, with its linearised interval.

    Where the rows of a day depend on each other (an agent's half hours), the days are what the
    interval is drawn from: the observations tell in `cluster_on`. One day has none.
    """
    by_day = "cluster_on" in build.columns[selection.source]
    unit = Dimension("_unit", "cluster_on", "cluster_on") if by_day else None
    names = "".join(f"{identifier(name)}, " for name in selection.names)
    units = (
        replace(selection, by=(*selection.by, unit)).grouped(
            "count(*) AS n",
            # of integers DuckDB 2.0 may take a sum's type from limits that it outgrows
            "sum(CAST(value AS DOUBLE)) AS value",
            "sum(CAST(weight AS DOUBLE)) AS weight",
        )
        if by_day
        else f"SELECT {''.join(f'{d.expression} AS {identifier(d.name)}, ' for d in selection.by)}"
        f" 1 AS n, value, weight FROM {selection.rows_from} WHERE {selection.condition.text}"
    )
    sums = {
        "total": "value",
        "weights": "weight",
        "squares": "value * value",
        "products": "value * weight",
        "weight_squares": "weight * weight",
    }
    found = build.query(
        f"SELECT {names} CAST(coalesce(sum(n), 0) AS BIGINT) AS n, count(*) AS units, "
        + ", ".join(f"sum(CAST({term} AS DOUBLE)) AS {name}" for name, term in sums.items())
        + f" FROM ({units}) GROUP BY ALL ORDER BY ALL",
        selection.condition.parameters,
    )
    totals = (_floats(found[name]) for name in ("units", *sums))
    estimate = intervals.ratio_of_totals(*totals)
    return _estimated(found.drop(columns=["units", *sums]), *estimate)


def last(build: Build, selection: Selection) -> pd.DataFrame:
    """A stock at the last day of each period: added up over groups, never over days."""
    periods = [d.expression for d in selection.by if d.column == "observed_on"]
    last_days = Condition(
        f"observed_on IN (SELECT max(observed_on) FROM {identifier(selection.source)}"
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
                for key, values in _listed(build, selection, "value")
            ]
            return _frame(selection, rows)
        rows = [
            row
            for keys, bins, counts in _tallied(build, selection)
            for row in _rows(keys, percentiles.binned(bins, counts[:, :, 1], share), counts)
        ]
        return _frame(selection, rows, is_approximate=True)

    return estimate


def survival_percentile(share: float) -> Estimate:
    """By when this share has ended; what has not ended yet is censored, not left out."""

    def estimate(build: Build, selection: Selection) -> pd.DataFrame:
        if _is_small(build, selection, SURVIVAL_EXACT_UP_TO):
            curves, _ = survivals(build, selection)
            return _frame(
                selection, [(*key, *curve.quantile(share), n) for key, curve, n in curves]
            )
        rows = [
            row
            for keys, bins, counts in _tallied(build, selection, "is_observed")
            for row in _rows(keys, of_counts(bin_middle(bins), counts).quantile(share), counts)
        ]
        return _frame(selection, rows, is_approximate=True)

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


def possible(found: pd.DataFrame, lowest: float, highest: float, *, is_share: bool) -> pd.DataFrame:
    """Limits that a value can have: a mean of 4.6 on 1-5 is not "up to 5.7".

    Where all rows of a share agree (none of 12 searches found nothing), their spread says that it
    is certain, which it is not: Wilson's limits on the rows stand in. A share above 1, as a
    utilisation may be, keeps its own.
    """
    value, n = found["value"], found["n"]
    low, high = found["low"], found["high"]
    if is_share:
        is_agreed = (low == high) & value.between(lowest, highest)
        wilson_low, wilson_high = intervals.wilson(value * n, n)
        low, high = low.mask(is_agreed, wilson_low), high.mask(is_agreed, wilson_high)
    low = low.mask((low < lowest) & (value >= lowest), lowest)
    high = high.mask((high > highest) & (value <= highest), highest)
    return found.assign(low=low, high=high)


def survivals(
    build: Build, selection: Selection
) -> tuple[Iterator[tuple[tuple, Survival, int]], bool]:
    """Each group's key, its Kaplan-Meier curve and its n; and whether the curves are exact."""
    is_exact = _is_small(build, selection, SURVIVAL_EXACT_UP_TO)
    curves = _exact_survivals if is_exact else _close_survivals
    return curves(build, selection), is_exact


def _exact_survivals(build: Build, selection: Selection) -> Iterator[tuple[tuple, Survival, int]]:
    for key, packed in _listed(build, selection, _PACKED):
        packed = np.sort(packed)
        yield key, kaplan_meier(packed >> 1, packed & 1), len(packed)


def _close_survivals(build: Build, selection: Selection) -> Iterator[tuple[tuple, Survival, int]]:
    for keys, bins, counts in _tallied(build, selection, "is_observed"):
        durations = np.repeat(bin_middle(bins), 2)
        is_observed = np.tile([False, True], len(bins))
        for key, found in zip(keys, counts, strict=True):
            yield key, kaplan_meier(durations, is_observed, found.ravel()), int(found.sum())


def _is_small(build: Build, selection: Selection, limit: int) -> bool:
    """Whether the selection has at most `limit` observations."""
    if build.size(selection.source) <= limit:
        return True
    condition = selection.condition
    return build.size(selection.source, condition.text, condition.parameters) <= limit


def _listed(build: Build, selection: Selection, expression: str) -> Iterator[Group]:
    """Each group's key and its values, which are views into one flat array: nothing is copied."""
    sql = selection.grouped(f"list({expression}) AS found")
    table = build.arrow(sql, selection.condition.parameters)
    keys = zip(*(table.column(name).to_pylist() for name in selection.names), strict=True)
    keys = list(keys) if selection.by else [()] * table.num_rows
    found = table.column("found").combine_chunks()
    flat, ends = found.values.to_numpy(zero_copy_only=False), found.offsets.to_numpy()
    for i, key in enumerate(keys):
        yield key, flat[ends[i] : ends[i + 1]]


def _tallied(build: Build, selection: Selection, is_observed: str = "TRUE") -> Iterator[Tally]:
    """How many of each group's durations fall into each bin, some groups at a time, in order."""
    numbered, size, known = _cells(build, selection, is_observed)
    cells, counts = _counted(numbered, size)
    group, place = np.divmod(cells, 2 * _BINS)
    is_used = np.bincount(place >> 1, minlength=_BINS) > 0
    bins, bin_places = np.flatnonzero(is_used), np.cumsum(is_used) - 1
    begins = np.flatnonzero(np.diff(group, prepend=-1))
    step = max(_CELLS_AT_ONCE // (2 * len(bins)), 1) if len(bins) else 1
    for start in range(0, len(begins), step):
        groups = group[begins[start : start + step]]
        end = begins[start + step] if start + step < len(begins) else len(cells)
        part = slice(begins[start], end)
        found = np.zeros((len(groups), len(bins), 2), dtype=np.int64)
        row = np.searchsorted(groups, group[part])
        found[row, bin_places[place[part] >> 1], place[part] & 1] = counts[part]
        places = np.unravel_index(groups, [len(values) for values in known]) if known else ()
        columns = [
            [values[place] for place in column]
            for values, column in zip(known, places, strict=True)
        ]
        yield list(zip(*columns, strict=True)) if known else [()], bins, found


def _cells(
    build: Build, selection: Selection, is_observed: str
) -> tuple[pa.ChunkedArray, int, list[list[object]]]:
    """The number of every observation's cell, how many cells there are, and the values of each
    dimension.

    The engine numbers, NumPy counts: twice as fast as grouping millions of rows by text, which
    hashes and compares them all. A cell is a group, a bin, and whether the end was seen. Numbers
    are added up as doubles, which are exact as far as here and need no checks for overflow.
    """
    cell, size, parameters = f"{_BIN} * 2 + CAST({is_observed} AS DOUBLE)", 2 * _BINS, []
    known = []
    for dimension in reversed(selection.by):
        values = build.known(selection, dimension)
        number = dimension.number
        if number is None:
            number = f"list_position(CAST(? AS VARCHAR[]), {dimension.expression})"
            parameters.insert(0, [value for value in values.values() if value is not None])
        first, last = min(values, default=0), max(values, default=0)
        if None in values.values():
            number = f"coalesce({number}, {last})"
        cell = f"(CAST({number} AS DOUBLE) - {first}) * {size} + {cell}"
        size *= last - first + 1
        known.insert(0, [values.get(place) for place in range(first, last + 1)])
    sql = (
        f"SELECT CAST({cell} AS {'INTEGER' if size < 2**31 else 'BIGINT'}) AS cell"
        f" FROM {selection.rows_from} WHERE {selection.condition.text}"
    )
    cells = build.arrow(sql, (*parameters, *selection.condition.parameters))["cell"]
    return cells, size, known


def _counted(cells: pa.ChunkedArray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The cells that occur, rising, and how often each does."""
    if size > max(2 * len(cells), _CELLS_AT_ONCE):
        return np.unique(cells.to_numpy(), return_counts=True)
    # Part by part, as NumPy counts a copy in 64 bits, and to write one of all takes longer; in
    # threads, as counting waits for memory.
    counts, step = np.zeros(size, dtype=np.int64), max(size, 1_000_000)
    parts = [cells.slice(start, step) for start in range(0, len(cells), step)]
    with ThreadPoolExecutor(min(len(parts), os.cpu_count() or 1) or 1) as pool:
        for found in pool.map(lambda part: np.bincount(part.to_numpy(), minlength=size), parts):
            counts += found
    found = np.flatnonzero(counts)
    return found, counts[found]


def _rows(keys: list[tuple], estimate: tuple, counts: np.ndarray) -> list[tuple]:
    """Each group's key, value, limits and n."""
    figures = zip(*(part.tolist() for part in (*estimate, counts.sum(axis=(1, 2)))), strict=True)
    return [(*key, *found) for key, found in zip(keys, figures, strict=True)]


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
