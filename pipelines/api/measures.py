"""A metric measured: its definition, what is selected of it, and the frame that answers.

Every frame carries in `.attrs` what a reader must know to quote it: metric, label, statistic,
unit, up_is_good, cut, version, build_id and is_approximate.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd

from pipelines.api import estimates, records, shapes
from pipelines.api.as_it_stood import as_it_stood
from pipelines.api.definitions import Definition
from pipelines.api.published import Build
from pipelines.api.selection import (
    CALENDAR,
    Scope,
    Selection,
    as_list,
    as_range,
    lookup,
    previous_window,
    select,
    undated,
)
from pipelines.errors import OutOfRangeError, UnknownNameError
from pipelines.statistics import intervals

_ESTIMATE = ("value", "low", "high")
RECENT_DAYS = 28
"""What is held against its own past where no first day is told: all days together have none."""


def definition_of(build: Build, metric: str) -> Definition:
    """What a metric means; raises UnknownNameError for one that is not there."""
    return lookup(metric, build.definitions, "metric")


def measure(
    build: Build,
    metric: str,
    by: Sequence[str],
    scope: Scope,
    statistic: str | None,
    relation: str | None = None,
) -> pd.DataFrame:
    """[by..., value, n, low, high]; periods of the range without observations are shown.

    `relation` is SQL of the observations, where they are not those of the published view.
    """
    definition = definition_of(build, metric)
    chosen = _statistic(definition, statistic)
    selection = replace(select_metric(build, metric, by, scope), relation=relation)
    found = _estimated(build, selection, chosen, definition)
    return labelled(_with_empty_periods(found, selection), build, definition, chosen)


def compare(
    build: Build,
    metric: str,
    by: Sequence[str],
    scope: Scope,
    statistic: str | None,
) -> pd.DataFrame:
    """`measure` beside the window before it: adds previous_value, _n, _low, _high and change with
    its own interval."""
    definition = definition_of(build, metric)
    chosen = _statistic(definition, statistic)
    names = undated(by, "compare: breakdown")
    window = closed_range(build, metric, scope)
    before = previous_window(*window)
    relation = None
    if chosen != "daily_mean":  # of days that are over
        relation = as_it_stood(build, definition, before[0], *window)
    now, then = (
        _estimated(
            build,
            replace(select_metric(build, metric, names, scope.over(*days)), relation=relation),
            chosen,
            definition,
        )
        for days, relation in ((window, None), (before, relation))
    )
    then = then.rename(columns={name: f"previous_{name}" for name in ("value", "n", "low", "high")})
    found = now.merge(then, on=names, how="outer") if names else now.join(then)
    counts = {name: found[name].fillna(0).astype("int64") for name in ("n", "previous_n")}
    sides = [found[f"{side}{name}"] for side in ("", "previous_") for name in _ESTIMATE]
    change = zip(("change", "change_low", "change_high"), intervals.difference(*sides), strict=True)
    found = found.assign(**counts, **dict(change))
    found.attrs = {
        "is_approximate": now.attrs["is_approximate"] or then.attrs["is_approximate"],
        "previous_start": before[0],
        "previous_end": before[1],
        "previous_as_it_stood": relation is not None,
    }
    return labelled(_in_order(found, names), build, definition, chosen)


def distribution(build: Build, metric: str, by: Sequence[str], scope: Scope) -> pd.DataFrame:
    """[by..., bin_low, bin_high, n]: see `shapes.distribution`."""
    definition = definition_of(build, metric)
    selection = select_metric(build, metric, by, scope)
    found = _shown(shapes.distribution(build, selection, definition.unit), selection)
    return labelled(found, build, definition, definition.statistic)


def ratings(build: Build, metric: str, by: Sequence[str], scope: Scope) -> pd.DataFrame:
    """[by..., score, n, rated, value, low, high]: see `Warehouse.ratings`."""
    by = as_list(by)
    found = distribution(build, metric, by, scope).rename(columns={"bin_low": "score"})
    found["rated"] = (
        found.groupby(by, dropna=False)["n"].transform("sum") if by else found["n"].sum()
    )
    found["value"] = intervals.ratio(found["n"], found["rated"])
    found["low"], found["high"] = intervals.wilson(found["n"], found["rated"])
    found.attrs["unit"] = "share"
    return found[[*by, "score", "n", "rated", "value", "low", "high"]]


def survival(build: Build, metric: str, by: Sequence[str], scope: Scope) -> pd.DataFrame:
    """[by..., seconds, surviving_share, low, high, at_risk]: see `shapes.survival`."""
    definition = definition_of(build, metric)
    if "is_observed" not in build.columns[_view(metric)]:
        raise UnknownNameError(
            f"{metric} keeps no unfinished observations; survival needs a metric such as"
            " first_response_censored_seconds"
        )
    selection = select_metric(build, metric, by, scope)
    found = _shown(shapes.survival(build, selection), selection)
    return labelled(found, build, definition, definition.statistic)


def observations(build: Build, metric: str, scope: Scope, limit: int, offset: int) -> pd.DataFrame:
    """Rows behind a number, the newest day first."""
    definition = definition_of(build, metric)
    selection = select_metric(build, metric, (), scope)
    found = records.observations(build, selection, limit, offset)
    return labelled(found, build, definition, definition.statistic)


def _view(metric: str) -> str:
    return f"metric_{metric}"


def select_metric(build: Build, metric: str, by, scope: Scope) -> Selection:
    """A part of a metric's observations; raises UnknownNameError for what it does not have."""
    selection = select(_view(metric), build.columns[_view(metric)], by, scope)
    build.check_values(scope.where)
    return selection


def _statistic(definition: Definition, wanted: str | None) -> str:
    allowed = {name: name for name in (definition.statistic, *definition.statistics)}
    return lookup(wanted or definition.statistic, allowed, f"{definition.metric}: statistic")


def closed_range(build: Build, metric: str, scope: Scope) -> tuple[date, date]:
    """Both days of a range; a side left open is the first or last day that the metric has.

    Raises UnknownNameError for a metric without observations, asked without days;
    OutOfRangeError where the side that is told lies beyond all that the metric has.
    """
    start, end = scope.days
    if start and end:  # as pages ask: reading the whole metric for its ends would tell nothing
        return start, end
    days = build.query(
        f"SELECT min(observed_on) AS first, max(observed_on) AS last FROM {_view(metric)}"
    ).iloc[0]
    first, last = (None if pd.isna(day) else pd.Timestamp(day).date() for day in days)
    is_later = end is None and start is not None and last is not None and start > last
    is_earlier = start is None and end is not None and first is not None and end < first
    if is_later or is_earlier:
        raise OutOfRangeError(
            f"{metric} has observations from {first} to {last}: give both days to look beyond"
        )
    start, end = as_range(start or first or end, end or last or start)
    if start is None:
        raise UnknownNameError(f"{metric} has no observations yet; compare needs a start and end")
    return start, end


def recent_range(build: Build, metric: str, scope: Scope) -> tuple[date, date]:
    """As `closed_range`, but of its last RECENT_DAYS where no first day is told."""
    first, last = closed_range(build, metric, scope)
    if scope.days[0] is None:
        first = max(first, last - timedelta(days=RECENT_DAYS - 1))
    return first, last


def _estimated(
    build: Build, selection: Selection, statistic: str, definition: Definition
) -> pd.DataFrame:
    found = estimates.ESTIMATES[statistic](build, selection)
    is_approximate = found.attrs.get("is_approximate", False)
    if statistic in ("mean", "ratio") and definition.bounds:
        found = estimates.possible(found, *definition.bounds, is_share=definition.unit == "share")
    found = _shown(found, selection)
    found.attrs = {"is_approximate": is_approximate}
    return found


def _shown(found: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """The groups as readers see them: days as timestamps, half hours as clock times."""
    for dimension in selection.by:
        if dimension.name in CALENDAR:
            found[dimension.name] = found[dimension.name].astype("datetime64[us]")
        if dimension.shown is not None:
            found[dimension.name] = dimension.shown(found[dimension.name])
    return found


def _in_order(found: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    if not names:
        return found
    return found.sort_values(list(names), kind="stable", na_position="last", ignore_index=True)


def _with_empty_periods(found: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """A row of n 0 for every day, week or month of the range that has no observation.

    Two periods at once (day and month, say) are left as they are.
    """
    periods = [name for name in selection.names if name in CALENDAR]
    if len(periods) != 1:
        return found
    (period,) = periods
    others = [name for name in selection.names if name != period]
    first = selection.start or found[period].min()
    last = selection.end or found[period].max()
    if pd.isna(first) or pd.isna(last):
        return found
    starts = pd.date_range(_period_start(first, period), last, freq=CALENDAR[period], unit="us")
    grid = pd.DataFrame({period: starts})
    if others:
        grid = found[others].drop_duplicates().merge(grid, how="cross")
    whole = grid.merge(found, on=selection.names, how="left")[list(found.columns)]
    whole["n"] = whole["n"].fillna(0).astype("int64")
    whole.attrs = found.attrs
    return _in_order(whole, selection.names)


def _period_start(day: date, period: str) -> pd.Timestamp:
    day = pd.Timestamp(day)
    if period == "week":
        return day - pd.Timedelta(days=day.weekday())
    return day.replace(day=1) if period == "month" else day


def labelled(
    found: pd.DataFrame, build: Build, definition: Definition, statistic: str
) -> pd.DataFrame:
    """The same frame with what a reader must know to quote it in its `.attrs`."""
    found.attrs = {
        "metric": definition.metric,
        "label": definition.label,
        "statistic": statistic,
        "unit": definition.unit,
        "up_is_good": definition.up_is_good,
        "cut": pd.Timestamp(build.info["data_cut_at"]),
        "version": definition.version,
        "build_id": str(build.info["build_id"]),
        "is_approximate": False,
        **found.attrs,
    }
    return found
