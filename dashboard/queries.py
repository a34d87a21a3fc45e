"""Every question a page asks, through the one door and one cache.

A published build never changes, so an answer is kept under the build's id and the question's
arguments; a new build has a new id and old answers age out. Whatever scopes rows (filters,
later a role) is an argument, hence part of the key.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import pandas as pd
import streamlit as st

from dashboard import cache
from dashboard.formats import SUPPRESSED_BELOW
from pipelines import api

if TYPE_CHECKING:
    from dashboard.filters import Filters

P = ParamSpec("P")
R = TypeVar("R")


@st.cache_resource(show_spinner=False)
def _warehouse() -> api.Warehouse:
    return api.open_warehouse()


@st.cache_resource(show_spinner=False, ttl=3)
def build() -> api.BuildInfo:
    """The published build of this moment; raises NothingPublishedError where there is none.

    A new build shows within three seconds; until then sessions don't each look for one.
    """
    return _warehouse().build()


def once_a_build(work: Callable[P, R]) -> Callable[P, R]:
    """Keep what `work` gives under the published build's id and its arguments; no errors.

    `.is_kept` of the same arguments says whether it was asked before: of work that takes seconds.
    """

    def key(*arguments: P.args, **options: P.kwargs) -> bytes:
        made_of = (build().build_id, work.__module__, work.__name__, arguments, options)
        return cache.fingerprint(*made_of)

    @wraps(work)
    def answer(*arguments: P.args, **options: P.kwargs) -> R:
        return cache.answer(key(*arguments, **options), lambda: work(*arguments, **options))

    answer.is_kept = lambda *arguments, **options: cache.is_kept(key(*arguments, **options))
    return answer


def trust() -> api.Trust:
    """Whether this build can be trusted at this minute: by now a feed may be late."""
    return _trust(build().build_id)


@st.cache_resource(show_spinner=False, ttl=60)
def _trust(of_build: str) -> api.Trust:
    return _warehouse().trust()


@once_a_build
def ask(question: str, **arguments: Any) -> Any:
    """Call the warehouse's method `question`.

    Arguments are plain values (dates, strings, tuples, dicts of them).
    """
    return getattr(_warehouse(), question)(**arguments)


def measure(
    metric: str, filters: Filters, by: tuple[str, ...] = (), statistic: str | None = None
) -> pd.DataFrame:
    """`Warehouse.measure` over the filters: one row per group, `value, n, low, high`."""
    return ask("measure", metric=metric, by=by, statistic=statistic, **filters.scope)


def compare(
    metric: str, filters: Filters, by: tuple[str, ...] = (), statistic: str | None = None
) -> pd.DataFrame:
    """`Warehouse.compare`: as `measure`, with the window of equal length before."""
    return ask("compare", metric=metric, by=by, statistic=statistic, **filters.scope)


def survival(metric: str, filters: Filters, by: tuple[str, ...] = ()) -> pd.DataFrame:
    """`Warehouse.survival`: Kaplan-Meier curves, one per group of at least 5."""
    found = ask("survival", metric=metric, by=by, **filters.scope)
    if found.empty:
        return found
    sizes = found.groupby(list(by), dropna=False)["at_risk"].transform("max")
    return found[sizes >= SUPPRESSED_BELOW].reset_index(drop=True)


@once_a_build
def clock(filters: Filters, metric: str, by: tuple[str, ...]) -> pd.DataFrame:
    """A duration's median (`value`) and `p90`, each with its interval, by time of day: half hours
    as 0..47, Monday as 0."""
    frame = measure(metric, filters, by=by)
    ninth = measure(metric, filters, by=by, statistic="p90")
    frame = frame.merge(ninth[list(by)].assign(**behind(ninth, "p90")), on=list(by))
    hours, minutes = (frame["half_hour"].str[part].astype(int) for part in (slice(2), slice(3, 5)))
    frame["half_hour"] = hours * 2 + minutes // 30
    if "weekday" in frame:
        frame["weekday"] = frame["weekday"].astype(int) - 1
    return frame


@once_a_build
def side_by_side(
    filters: Filters,
    columns: dict[str, tuple[str, str | None]],
    by: tuple[str, ...],
) -> pd.DataFrame:
    """Several metrics of the same groups in one table, with the groups' contacts as `n`.

    Each value but a count is followed by `<name>_n`, `<name>_low` and `<name>_high`: how many
    stand behind it, and its 95% interval. One that fewer than 5 stand behind is NULL, however
    many contacts its group has.

    `columns`: name in the table -> (metric, statistic or None for its own).
    """
    table = measure("contacts", filters, by=by)[[*by, "value"]].rename(columns={"value": "n"})
    for name, (metric, statistic) in columns.items():
        values = measure(metric, filters, by=by, statistic=statistic)
        is_count = values.attrs["unit"] == "contacts"  # a count is its own n, and shown as `<5`
        told = {name: values["value"]} if is_count else behind(values, name)
        table = table.merge(values[list(by)].assign(**told), on=list(by), how="left")
        if not is_count:
            table[f"{name}_n"] = table[f"{name}_n"].fillna(0).astype("int64")
    return table.sort_values("n", ascending=False, ignore_index=True)


def behind(values: pd.DataFrame, name: str) -> dict[str, pd.Series]:
    """A measure as one among several of a table: its value, n and interval under its `name`.

    Under 5 observations value and interval are NULL."""
    is_told = values["n"] >= SUPPRESSED_BELOW
    told = {name: values["value"].where(is_told), f"{name}_n": values["n"]}
    return told | {f"{name}_{end}": values[end].where(is_told) for end in ("low", "high")}


def with_urgent_targets(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame by channel with target_seconds and target_share of urgent contacts; NULL: none."""
    targets = ask("urgent_targets").rename(columns={"within_seconds": "target_seconds"})
    targets = targets.set_index("channel")
    codes = [c if c in targets.index else "*" for c in frame["channel"]]
    found = targets.reindex(codes).reset_index(drop=True)
    told = frame.copy()
    for place, name in enumerate(("target_seconds", "target_share"), 1):
        told.insert(place, name, found[name])
    return told


@once_a_build
def busiest_first(frame: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    """A frame by channel and language, both in the order of how many contacts they have."""
    contacts = measure("contacts", filters, by=("channel", "language"))
    order = {
        name: contacts.groupby(name)["value"].sum().sort_values(ascending=False).index.tolist()
        for name in ("channel", "language")
    }
    ranks = {name: {code: i for i, code in enumerate(codes)} for name, codes in order.items()}
    return frame.sort_values(
        ["channel", "language"], key=lambda codes: codes.map(ranks[codes.name]), ignore_index=True
    )


@once_a_build
def worsened(metric: str, filters: Filters) -> pd.DataFrame:
    """The three channels and languages in which the metric got worse by most."""
    frame = compare(metric, filters, by=("channel", "language"))
    return api.worsened(frame, up_is_good=frame.attrs["up_is_good"]).head(3)


@once_a_build
def ratings(metric: str, filters: Filters, by: str) -> pd.DataFrame:
    """`Warehouse.ratings`: how often each was given, the group with most ratings first."""
    frame = ask("ratings", metric=metric, by=(by,), **filters.scope)
    frame["score"] = frame["score"].astype(int)
    order = frame.sort_values(["rated", by, "score"], ascending=[False, True, True])
    return order.reset_index(drop=True)


_LISTED = (
    "arrived_at",
    "channel",
    "language",
    "topic",
    "urgency",
    "first_response_seconds",
    "full_resolution_seconds",
    "status",
    "reopens_count",
    "team",
    "contact_id",
)


def contacts(filters: Filters, limit: int, offset: int) -> pd.DataFrame:
    """Counted contacts of the filter, the newest first: what a list of them shows."""
    frame = ask(
        "contacts",
        **filters.scope,
        limit=limit,
        offset=offset,
    )
    return frame[list(_LISTED)]


def contact(contact_id: str, filters: Filters) -> api.ContactView:
    """One contact, its neighbours by arrival in the filter; raises UnknownNameError."""
    return ask("contact", contact_id=contact_id, **filters.scope)


def observed(choices: dict[str, tuple[str, str]], filters: Filters) -> dict[str, tuple[str, str]]:
    """Of `choices`, code -> (metric, label), those that anybody delivers; all where none is.

    A view should not open on a measure that no loaded export tells."""
    told = {
        code: (metric, label)
        for code, (metric, label) in choices.items()
        if (compare(metric, filters)["n"] > 0).any()
    }
    return told or choices


def has_urgent(filters: Filters) -> bool:
    """Whether urgent contacts are among the chosen ones: many sites know none."""
    return "urgent" in measure("contacts", filters, by=("urgency",))["urgency"].tolist()


@once_a_build
def short_queues(build: api.BuildInfo) -> pd.DataFrame:
    """Queues whose plan lacks people within 24 hours of the data cut, the shortest first.

    The columns of `pipelines.api.shortage`; no row without a forecast and a schedule.
    """
    plan = ask("staffing")
    if plan.empty:
        return api.shortage(plan)
    ahead = plan["starts_at"] - pd.Timestamp(build.data_cut_at)
    near = plan[(ahead >= pd.Timedelta(0)) & (ahead < pd.Timedelta(hours=24))]
    queues = api.shortage(near)
    return queues[queues["short_half_hours"] > 0].reset_index(drop=True)


def definition(metric: str) -> api.Definition:
    """What a metric means; raises UnknownNameError."""
    return ask("definition", metric=metric)


def scenarios() -> pd.DataFrame:
    """`Warehouse.scenarios`: those saved at this moment; people write them, so nothing is kept."""
    return _warehouse().scenarios()


def scenario(name: str) -> Any:
    """A saved scenario of this moment; raises UnknownNameError."""
    return _warehouse().scenario(name)


def scenario_history(name: str) -> list:
    """Every revision of a scenario of this moment, the first one first."""
    return _warehouse().scenario_history(name)


def save_scenario(scenario: Any, by: str, replaces: int | None) -> Any:
    """`Warehouse.save_scenario`."""
    return _warehouse().save_scenario(scenario, by, replaces)


def delete_scenario(name: str, by: str, replaces: int) -> None:
    """`Warehouse.delete_scenario`."""
    _warehouse().delete_scenario(name, by, replaces)


@once_a_build
def scenario_effect(
    scenario: Any, channel: str | None, language: str | None, by: tuple[str, ...]
) -> pd.DataFrame:
    """`Warehouse.effect_of_scenario`, its plan made once for all that show it."""
    of = {"scenario": scenario, "channel": channel, "language": language}
    return _warehouse().effect_of_scenario(**of, by=by, after=ask("staffing_under", **of))


@once_a_build
def scenario_weeks(scenario: Any, channel: str, language: str) -> pd.DataFrame:
    """`Warehouse.weeks_under`, its demand asked once for all that show it."""
    of = {"channel": channel, "language": language}
    narrowed = {name: None if each == "*" else each for name, each in of.items()}
    demand = ask("demand_under", scenario=scenario, **narrowed)
    return _warehouse().weeks_under(scenario, **of, demand=demand)


@once_a_build
def scenarios_beside(one: Any, two: Any) -> pd.DataFrame:
    """`Warehouse.beside`, of effects that are kept."""
    by = ("channel", "language")
    return api.beside(*(scenario_effect(each, None, None, by) for each in (one, two)))


@once_a_build
def rosters_under(
    channel: str | None = None, language: str | None = None, **asked: Any
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`Warehouse.rosters_under`: seconds of work, for whoever clicks."""
    return _warehouse().rosters_under(channel=channel, language=language, **asked)
