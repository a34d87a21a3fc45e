"""What changed between a window and the one before it: rates within groups, or the mix of groups.

Shares and means can be taken apart, since they are sums over observations; a median or a count
cannot.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from pipelines.api.as_it_stood import as_it_stood
from pipelines.api.definitions import Definition
from pipelines.api.measures import (
    definition_of,
    recent_range,
    select_metric,
)
from pipelines.api.published import Build
from pipelines.api.selection import Condition, Scope, previous_window, undated
from pipelines.errors import OutOfRangeError, UnknownNameError
from pipelines.statistics import intervals, mix
from pipelines.statistics.intervals import Estimate

WITHIN = ("channel", "language", "topic")
MOST_GROUPS = 5_000
MOST_ATTRIBUTED = 4
"""Dimensions whose parts are told apart: the work doubles with each."""


@dataclass(frozen=True)
class WhatChanged:
    """A share or mean in two windows of equal length, and why it differs.

    before, after        both values, with n and interval
    total, rate, mix     the change and its two parts: total = rate + mix exactly
    groups               one row per group: the dimensions, n_before, n_after, value_before,
                         value_after, rate, rate_low, rate_high, mix, mix_low, mix_high
    attribution          [part, n, value, low, high]: the rate part, and each dimension's share of
                         the mix part
    standardised         [period, n, value, low, high, effective_n, covered_share]: both windows as
                         if they had the mix of both together
    """

    metric: str
    label: str
    statistic: str
    unit: str
    up_is_good: bool | None
    dims: tuple[str, ...]
    start: date
    end: date
    previous_start: date
    previous_end: date
    before: Estimate
    after: Estimate
    total: Estimate
    rate: Estimate
    mix: Estimate
    groups: pd.DataFrame
    attribution: pd.DataFrame
    standardised: pd.DataFrame
    cut: pd.Timestamp
    version: int
    build_id: str

    def frame(self) -> pd.DataFrame:
        """Everything as one tidy table: [part, *dims, n, value, low, high].

        `part` is before, after, total, rate, mix; mix by dimension as `mix of <name>`;
        before_standardised, after_standardised; and of each group its `rate` and `mix`.
        """
        rows = [
            {"part": name, **vars(getattr(self, name))}
            for name in ("before", "after", "total", "rate", "mix")
        ]
        mixes = self.attribution[self.attribution["part"] != "rate"]
        rows += mixes.assign(part="mix of " + mixes["part"]).to_dict("records")
        kept = self.standardised[["period", "n", "value", "low", "high"]]
        rows += (kept.assign(part=kept["period"] + "_standardised").drop(columns="period")).to_dict(
            "records"
        )
        for row in self.groups.to_dict("records"):
            names = {name: row[name] for name in self.dims}
            for part in ("rate", "mix"):
                numbers = {
                    "n": row["n_before"] + row["n_after"],
                    "value": row[part],
                    "low": row[f"{part}_low"],
                    "high": row[f"{part}_high"],
                }
                rows.append({"part": part, **names, **numbers})
        return pd.DataFrame(rows, columns=["part", *self.dims, "n", "value", "low", "high"])


def what_changed(build: Build, metric: str, dims: Sequence[str], scope: Scope) -> WhatChanged:
    """See `Warehouse.what_changed`."""
    definition = definition_of(build, metric)
    statistic = additive_statistic(definition)
    names = tuple(undated(dims, "what changed: group"))
    if not names:
        raise OutOfRangeError("name at least one dimension whose mix may have changed")
    if len(names) > MOST_ATTRIBUTED:
        raise OutOfRangeError(f"{len(names)} dimensions at once; at most {MOST_ATTRIBUTED}")
    window = recent_range(build, metric, scope)
    earlier = previous_window(*window)
    relation = as_it_stood(build, definition, earlier[0], *window)
    after = sums(build, metric, statistic, names, scope.over(*window))
    before = sums(build, metric, statistic, names, scope.over(*earlier), relation)
    for days, rows in ((window, after), (earlier, before)):
        if rows.empty:
            raise OutOfRangeError(
                f"{metric} has no observation from {days[0]} to {days[1]}: choose other days"
            )
    if max(len(after), len(before)) > MOST_GROUPS:
        raise OutOfRangeError(
            f"{len(after)} groups of {', '.join(names)}; at most {MOST_GROUPS}: name fewer"
        )
    found = mix.decompose(before, after, names)
    periods = pd.concat([before.assign(period="before"), after.assign(period="after")])
    return WhatChanged(
        metric,
        definition.label,
        statistic,
        definition.unit,
        definition.up_is_good,
        names,
        *window,
        *earlier,
        _estimate(before),
        _estimate(after),
        found.change,
        found.rate,
        found.mix,
        found.groups,
        mix.attribute(before, after, names),
        _before_first(mix.standardised(periods, "period", names)),
        pd.Timestamp(build.info["data_cut_at"]),
        definition.version,
        str(build.info["build_id"]),
    )


def additive_statistic(definition: Definition) -> str:
    """`share` or `mean`, whichever the metric has: sums that add up over groups.

    Raises UnknownNameError for a metric with neither.
    """
    for statistic in ("share", "mean"):
        if statistic in (definition.statistic, *definition.statistics):
            return statistic
    raise UnknownNameError(
        f"{definition.metric} is neither a share nor a mean, so its changes can't be taken apart;"
        " ask for one such as csat"
    )


def sums(
    build: Build,
    metric: str,
    statistic: str,
    by: Sequence[str],
    scope: Scope,
    relation: str | None = None,
) -> pd.DataFrame:
    """[*by, n, total] and, for means, `squares`: what adds up over rows, by group; `relation` as
    `measures.measure` takes it."""
    selection = replace(select_metric(build, metric, by, scope), relation=relation)
    aggregates = ["count(*) AS n", "coalesce(sum(CAST(value AS DOUBLE)), 0) AS total"]
    if statistic == "mean":
        aggregates.append("coalesce(sum(CAST(value AS DOUBLE) * value), 0) AS squares")
    sql = selection.grouped(*aggregates, condition=Condition("value IS NOT NULL"))
    found = build.query(sql, selection.condition.parameters)
    return found[found["n"] > 0]


def _estimate(rows: pd.DataFrame) -> Estimate:
    n, total = int(rows["n"].sum()), float(rows["total"].sum())
    if "squares" in rows:
        value, low, high = intervals.mean(n, total, float(rows["squares"].sum()))
    else:
        value, (low, high) = total / n, intervals.wilson(total, n)
    return Estimate(n, float(value), float(low), float(high))


def _before_first(found: pd.DataFrame) -> pd.DataFrame:
    return found.sort_values("period", ascending=False, ignore_index=True)
