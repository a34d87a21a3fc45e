"""Fair comparison of groups: with their own past, with what chance allows, within a language.

Nothing here ranks: languages differ in how they rate, and small groups differ by chance.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipelines.api.as_it_stood import as_it_stood
from pipelines.api.changes import additive_statistic, sums
from pipelines.api.definitions import Definition
from pipelines.api.measures import definition_of, labelled, measure, recent_range
from pipelines.api.published import Build
from pipelines.api.selection import Condition, Scope, select, undated, window_before
from pipelines.errors import OutOfRangeError, UnknownNameError
from pipelines.statistics import funnel as funnels
from pipelines.statistics import intervals, percentiles, pooling
from pipelines.statistics.funnel import RANKED_FROM

BASELINE_DAYS = 84
MOST_RANKED = 5_000_000
NOTABLE_STEP = 0.05  # of the former value: with enough contacts any step is more than chance


def own_baseline(
    build: Build,
    metric: str,
    by: Sequence[str],
    scope: Scope,
    baseline_days: int = BASELINE_DAYS,
) -> pd.DataFrame:
    """See `Warehouse.own_baseline`."""
    if baseline_days < 1:
        raise OutOfRangeError(f"a baseline of {baseline_days} days holds nothing; give 1 or more")
    definition = definition_of(build, metric)
    statistic = _comparable(definition)
    names = undated(by, "own baseline: breakdown")
    first, last = recent_range(build, metric, scope)
    past = window_before(first, baseline_days)
    relation = None
    if statistic != "daily_mean":
        relation = as_it_stood(build, definition, past[0], first, last)
    now, then = (
        measure(build, metric, names, scope.over(*days), statistic, relation)
        for days, relation in (((first, last), None), (past, relation))
    )
    shared = {name: f"baseline_{name}" for name in ("value", "n", "low", "high")}
    then = then[[*names, *shared]].rename(columns=shared)
    found = now.merge(then, on=names, how="outer") if names else now.join(then)
    found = found.assign(
        **{name: found[name].fillna(0).astype("int64") for name in ("n", "baseline_n")}
    )
    if definition.statistic in ("share", "mean"):
        change = _difference(build, definition, names, (first, last), past, scope, relation)
        found = found.merge(change, on=names, how="left") if names else found.join(change)
    else:
        sides = [f"{side}{name}" for side in ("", "baseline_") for name in ("value", "low", "high")]
        change = intervals.difference(*(found[name] for name in sides))
        columns = ("change", "change_low", "change_high")
        found = found.assign(**dict(zip(columns, change, strict=True)))
    found["outside"] = _outside(found)
    found.attrs = now.attrs | {
        "baseline_start": past[0],
        "baseline_end": past[1],
        "baseline_as_it_stood": relation is not None,
    }
    return found


def funnel(
    build: Build,
    metric: str,
    by: Sequence[str],
    scope: Scope,
    is_overdispersed: bool = True,
) -> pd.DataFrame:
    """See `Warehouse.funnel`."""
    definition, statistic, rows = _sums_of(build, metric, by, "funnel", scope)
    if statistic == "share":
        judged = funnels.shares(rows["total"], rows["n"], is_overdispersed)
    else:
        judged = funnels.means(rows["n"], rows["total"], rows["squares"], is_overdispersed)
        limits = [name for name in judged if name.startswith(("low", "high"))]
        judged[limits] = judged[limits].clip(*(definition.bounds or (0.0, None)))
    return _beside(build, definition, statistic, rows, judged)


def pooled(build: Build, metric: str, by: Sequence[str], scope: Scope) -> pd.DataFrame:
    """See `Warehouse.pooled`."""
    definition, statistic, rows = _sums_of(build, metric, by, "pooled", scope)
    if statistic == "share":
        found = pooling.shares(rows["total"], rows["n"])
    else:
        found = pooling.means(rows["n"], rows["total"], rows["squares"])
    return _beside(build, definition, statistic, rows, found)


def within_language(build: Build, metric: str, by: Sequence[str], scope: Scope) -> pd.DataFrame:
    """See `Warehouse.within_language`."""
    definition = definition_of(build, metric)
    if definition.unit == "seconds" or "mean" not in (
        definition.statistic,
        *definition.statistics,
    ):
        raise UnknownNameError(
            f"{metric} is no score: ranks within a language need one such as csat_score"
        )
    names = undated(by, "within language: breakdown")
    view = f"metric_{metric}"
    grouped = tuple(dict.fromkeys((*names, "language")))
    selection = select(view, build.columns[view], grouped, scope)
    build.check_values(scope.where)
    columns = ", ".join(f"{d.expression} AS {d.name}" for d in selection.by)
    condition = Condition.all_of((selection.condition, Condition("value IS NOT NULL")))
    if build.size(view, condition.text, condition.parameters) > MOST_RANKED:
        raise OutOfRangeError(f"{metric}: over {MOST_RANKED} ratings to rank; choose fewer days")
    rows = build.query(
        f"SELECT {columns}, value FROM {view} WHERE {condition.text}", condition.parameters
    )
    rank = percentiles.rank_within(rows["language"], rows["value"])
    rows = rows.assign(rank=rank, square=rank**2)[~np.isnan(rank)]
    parts = {"n": ("rank", "size"), "total": ("rank", "sum"), "squares": ("square", "sum")}
    if names:
        found = rows.groupby(names, dropna=False, sort=True).agg(**parts).reset_index()
    else:
        found = pd.DataFrame(
            {"n": [len(rows)], "total": [rank.sum()], "squares": [(rank**2).sum()]}
        )
    value, low, high = intervals.mean(found["n"], found["total"], found["squares"])
    found = found[[*names, "n"]].assign(value=value, low=low, high=high)
    ranked = _beside(build, definition, "mean", found[names], found.drop(columns=names))
    ranked.attrs["unit"] = "share"
    return ranked


def _sums_of(build, metric, by, what, scope) -> tuple[Definition, str, pd.DataFrame]:
    definition = definition_of(build, metric)
    statistic = additive_statistic(definition)
    names = undated(by, f"{what}: breakdown")
    if not names:
        raise OutOfRangeError(f"{what}: name what to compare, such as language or agent")
    return definition, statistic, sums(build, metric, statistic, names, scope)


def _comparable(definition: Definition) -> str:
    """A statistic that windows of different lengths share: a count, by the day.

    Raises UnknownNameError for a count that has no mean of its days.
    """
    if definition.statistic != "count":
        return definition.statistic
    if "daily_mean" not in definition.statistics:
        raise UnknownNameError(
            f"{definition.metric} is a count, which the longer window has more of; ask for a share,"
            " mean or percentile such as csat"
        )
    return "daily_mean"


def _difference(build, definition, names, window, past, scope, relation) -> pd.DataFrame:
    """Each group's change with its interval, from the sums of both windows."""
    statistic = definition.statistic
    now, then = (
        sums(build, definition.metric, statistic, names, scope.over(*days), relation)
        for days, relation in ((window, None), (past, relation))
    )
    both = (
        now.merge(then, on=names, suffixes=("", "_then"))
        if names
        else now.join(then, suffixes=("", "_then"), how="inner")
    )
    if statistic == "share":
        columns = ("total", "n", "total_then", "n_then")
        change = intervals.share_difference(*(both[name] for name in columns))
    else:
        columns = ("n", "total", "squares", "n_then", "total_then", "squares_then")
        change = intervals.mean_difference(*(both[name] for name in columns))
    named = dict(zip(("change", "change_low", "change_high"), change, strict=True))
    return both[names].assign(**named)


def worsened(comparison: pd.DataFrame, *, up_is_good: bool) -> pd.DataFrame:
    """The groups of a comparison that moved in the bad direction, the worst first.

    Parameters
    ----------
    comparison : one row per group as `Warehouse.compare` gives it: `value`, `n`, `previous_value`,
        `previous_n`, `change_low`, `change_high`.

    Returns
    -------
    The rows, by relative step, of groups with at least 30 observations in both windows that moved
    by at least a twentieth, and by more than chance: the 95% interval of the change, in which both
    windows are estimates, has no 0. A smaller step is what any two windows differ by.
    """
    rows = comparison.dropna(subset=["value", "previous_value", "change_low", "change_high"])
    rows = rows[(rows["n"] >= RANKED_FROM) & (rows["previous_n"] >= RANKED_FROM)]
    step = rows["value"] - rows["previous_value"]
    is_beyond = rows["change_low"] > 0
    if up_is_good:
        step, is_beyond = -step, rows["change_high"] < 0
    relative = step / rows["previous_value"].where(rows["previous_value"] != 0)
    notable = relative[is_beyond & (relative >= NOTABLE_STEP)]
    return rows.loc[notable.sort_values(ascending=False, kind="stable").index]


def _outside(found: pd.DataFrame) -> pd.Series:
    """1 above the own baseline by more than chance, -1 below, 0 neither; NULL under n = 30, and of
    what has no interval to tell chance by (a stock)."""
    above, below = found["change_low"] > 0, found["change_high"] < 0
    judged = (above.astype("Int64") - below.astype("Int64")).astype("Int64")
    is_told = found[["change_low", "change_high"]].notna().any(axis=1)
    enough = (found["n"] >= RANKED_FROM) & (found["baseline_n"] >= RANKED_FROM)
    return judged.where(enough & is_told)


def _beside(
    build: Build, definition: Definition, statistic: str, rows: pd.DataFrame, found: pd.DataFrame
) -> pd.DataFrame:
    """The groups beside what was found of them, and what a reader must know to quote it."""
    keys = [name for name in rows if name not in ("n", "total", "squares")]
    beside = pd.concat([rows[keys].reset_index(drop=True), found.reset_index(drop=True)], axis=1)
    return labelled(beside, build, definition, statistic)
