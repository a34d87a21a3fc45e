"""What changed, against what, and who is covered: the questions of overview and languages.

Asked through `dashboard.queries`, kept as there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dashboard.formats import RANKED_FROM, SUPPRESSED_BELOW
from dashboard.queries import ask, behind, measure, once_a_build
from pipelines import api
from pipelines.errors import OutOfRangeError

if TYPE_CHECKING:
    from dashboard.filters import Filters


def what_changed(metric: str, filters: Filters) -> api.WhatChanged | None:
    """`Warehouse.what_changed` by channel, language and topic; None where a window is empty."""
    try:
        return ask("what_changed", metric=metric, **filters.scope)
    except OutOfRangeError:
        return None


@once_a_build
def change_parts(metric: str, filters: Filters) -> pd.DataFrame:
    """[part, value, n, low, high]: total, rate, and the mix part of each dimension; empty where
    a window has fewer than 5: the step would tell what they said."""
    columns = ["part", "value", "n", "low", "high"]
    found = what_changed(metric, filters)
    if found is None or min(found.before.n, found.after.n) < SUPPRESSED_BELOW:
        return pd.DataFrame(columns=columns)
    total = pd.DataFrame([{"part": "total", **vars(found.total)}])
    frame = pd.concat([total, found.attribution], ignore_index=True)[columns]
    frame.attrs = {"unit": found.unit, "up_is_good": found.up_is_good, "metric": metric}
    return frame


@once_a_build
def changed_groups(metric: str, filters: Filters, most: int = 3) -> pd.DataFrame:
    """Groups whose rate moved the whole by more than chance, the strongest first.

    Of at least 30 observations in both windows; [channel, language, topic, n_before, n_after,
    value_before, value_after, rate, rate_low, rate_high, ...]; empty where a window is.
    """
    found = what_changed(metric, filters)
    if found is None:
        return pd.DataFrame(columns=["rate"])
    groups = found.groups
    is_large = (groups["n_before"] >= RANKED_FROM) & (groups["n_after"] >= RANKED_FROM)
    is_beyond_chance = (groups["rate_low"] > 0) | (groups["rate_high"] < 0)
    told = groups[is_large & is_beyond_chance]
    return told.loc[told["rate"].abs().nlargest(most).index].reset_index(drop=True)


@once_a_build
def effects_of_changes(filters: Filters, most: int = 2) -> pd.DataFrame:
    """Rows of the `most` latest dated changes that concern the chosen groups, a day of whose
    effect lies in the chosen days; metrics in a fixed order."""
    found = ask("impacts")
    if found.empty:
        return found
    found = found[pd.to_datetime(found["changed_on"]) <= pd.Timestamp(filters.end)]
    for name, codes in filters.where.items():
        if name in found:
            found = found[found[name].isna() | found[name].isin(codes)]
    latest = found["event_id"].drop_duplicates().head(most)
    return found[found["event_id"].isin(latest)].reset_index(drop=True)


@once_a_build
def recent_anomalies(build: api.BuildInfo, filters: Filters, days: int = 7) -> pd.DataFrame:
    """Anomalies of the last `days` days of the data that concern the chosen groups, one row each
    with its strongest carrier, the latest first; `threads` of its incident."""
    found = ask("anomalies")
    if found.empty:
        return found.assign(threads=[])
    incidents = ask("incidents")[["anomaly_id", "topic", "channel", "language", "threads"]]
    found = found[found["position"] == 1]
    since = pd.Timestamp(build.data_cut_at) - pd.Timedelta(days=days)
    found = found[found["starts_at"] >= since]
    for name, codes in filters.where.items():
        if name in found:
            found = found[found[name].isin([*codes, "*"])]
    keys = ["anomaly_id", "topic", "channel", "language"]
    return found.merge(incidents, on=keys, how="left")


def own_baseline(metric: str, filters: Filters, by: str = "language") -> pd.DataFrame:
    """`Warehouse.own_baseline`: each group against its own 12 weeks before the chosen days.

    Groups that occur, the largest first; a baseline of fewer than 5 is NULL."""
    found = ask("own_baseline", metric=metric, by=(by,), **filters.scope)

    attrs = found.attrs
    baseline = ["baseline_value", "baseline_low", "baseline_high"]
    baseline += ["change", "change_low", "change_high"]  # the value less the change is the baseline
    is_told = found["baseline_n"] >= SUPPRESSED_BELOW
    found = found.assign(**{name: found[name].where(is_told) for name in baseline})
    found = found[found["n"] > 0].sort_values("n", ascending=False, ignore_index=True)
    found.attrs = attrs
    return found


def coverage(filters: Filters, by: tuple[str, ...]) -> pd.DataFrame:
    """`Warehouse.coverage`: contacts that came while nobody was scheduled, and agent hours."""
    return ask("coverage", by=by, **filters.scope)


@once_a_build
def by_local_hour(measured: str, filters: Filters) -> pd.DataFrame:
    """[language, hour, value, n] of one of LOCAL_HOURS, the language with most contacts first;
    agent hours have no n."""
    metric, unit = LOCAL_HOURS[measured]
    by = ("language", "hour")
    if measured in ("staffed", "uncovered"):
        frame = coverage(filters, by)
        if measured == "staffed":
            # A plan is no sample: n and interval are those of the uncovered share.
            frame = frame[[*by, "agent_hours"]].rename(columns={"agent_hours": "value"})
    elif measured == "satisfaction":
        frame = ask("share_by_arrival_hour", metric=metric, by=("language",), **filters.scope)
    else:
        frame = measure(metric, filters, by=by)
    volume = measure("contacts", filters, by=("language",)).set_index("language")["value"]
    frame = frame.assign(_volume=-frame["language"].map(volume).fillna(0))
    frame = frame.sort_values(["_volume", "language", "hour"], ignore_index=True)
    frame = frame.drop(columns="_volume")
    frame.attrs["unit"] = unit
    return frame


LOCAL_HOURS = {
    "demand": ("contacts", "count"),
    "wait": ("first_response_seconds", "seconds"),
    "resolution": ("resolved_share", "share"),
    "satisfaction": ("csat", "share"),
    "unanswered": ("unanswered_share", "share"),
    "staffed": (None, "number"),
    "uncovered": (None, "share"),
}
"""What is shown by language and local hour: its metric, for its definition, and its unit; what
comes from schedules is no metric."""


@once_a_build
def languages(filters: Filters) -> pd.DataFrame:
    """Every language and channel side by side, with the hours that are staffed for it, the most
    contacts first. Each number has its n and interval; of fewer than 5 observations it is NULL."""
    by = ("channel", "language")
    table = measure("contacts", filters, by=by)[[*by, "n"]]
    for name, metric in _SIDE_BY_SIDE.items():
        values = measure(metric, filters, by=by)
        table = table.merge(
            values[list(by)].assign(**behind(values, name)), on=list(by), how="left"
        )
    cover = coverage(filters, by)
    cover = cover[[*by, "agent_hours"]].assign(**behind(cover, "uncovered"))
    table = table.merge(cover, on=list(by), how="left")
    return table.sort_values("n", ascending=False, kind="stable", ignore_index=True)


_SIDE_BY_SIDE = {
    "wait": "first_response_seconds",
    "resolved": "resolved_share",
    "satisfied": "csat",
    "unanswered": "unanswered_share",
    "urgent": "urgent_answered_share",
}


@once_a_build
def without_cover(filters: Filters, most: int = 6) -> pd.DataFrame:
    """Live queues in which much arrives while nobody is scheduled, most such contacts first.

    Rows of `languages`: at least 30 contacts, a fifth of them uncovered. Written contacts may
    wait until somebody comes; chats and calls cannot.
    """
    table = languages(filters)
    is_told = (table["n"] >= RANKED_FROM) & table["channel"].isin(LIVE)
    found = table[is_told & (table["uncovered"] >= UNCOVERED_FROM)]
    missed = (found["uncovered"] * found["n"]).nlargest(most)
    return found.loc[missed.index].reset_index(drop=True)


LIVE = ("live_chat", "phone")
UNCOVERED_FROM = 0.2
