"""Plans under other circumstances: a scenario of demand, and what is changed in single queues.

Made as the published plan was (`staffing.requirement`, `staffing.rosters`), from the published
forecast, rosters, handle times, waiting work and contracts. See `api.scenarios`.
"""

from collections.abc import Collection, Iterable, Mapping
from types import SimpleNamespace

import numpy as np
import pandas as pd

from pipelines.api import plans
from pipelines.api.published import Build
from pipelines.api.selection import unknown
from pipelines.api.topics import topic_shares
from pipelines.errors import NothingPublishedError
from pipelines.forecasts.scenarios import Scenario, applied, topics_of
from pipelines.staffing.half_hours import Queue
from pipelines.staffing.requirement import LIVE_CHANNELS, require_all
from pipelines.staffing.what_if import Scenario as Changes
from pipelines.staffing.what_if import desk_under, volume_under, waiting_by_half_hour

_QUEUE = ["channel", "language"]
_UNCHANGED = Changes()


def demand_under(
    build: Build, scenario: Scenario, channel: str | None = None, language: str | None = None
) -> pd.DataFrame:
    """See `Scenarios.demand_under`."""
    forecast, told = _forecasts(build, scenario, channel, language)
    for name in ("mean", "q10", "q90"):
        told[f"before_{name}"] = 0.0
        told.loc[: len(forecast) - 1, f"before_{name}"] = forecast[name]
    for name, value in (("channel", channel), ("language", language)):
        told = told if value is None else told[told[name] == value]
    return told.sort_values([*_QUEUE, "starts_at"], ignore_index=True)


def staffing_under(
    build: Build,
    scenario: Scenario | None,
    channel: str | None = None,
    language: str | None = None,
    changes: Mapping[Queue, Changes] | None = None,
) -> pd.DataFrame:
    """See `Scenarios.staffing_under`."""
    changes = changes or {}
    if scenario is None and not changes:
        return plans.queue_rows(build, "staffing_intervals", channel, language)
    # Live desks help the others of their language, so a queue of those is looked at with all of
    # its language; and a new language is planned like another.
    if languages_made(scenario):
        whole = staffing_under(build, scenario, channel, None, changes) if language else None
        if whole is not None:
            return whole[whole["language"] == language].reset_index(drop=True)
    read = (channel if channel in LIVE_CHANNELS else None, language)
    known = (read[0], if_known(build, language))
    forecast, told = _forecasts(build, scenario, *read)
    made = told.iloc[len(forecast) :]
    published = plans.queue_rows(build, "staffing_intervals", *known)
    opening = _with_made(published, made, scenario)
    desks = desks_under(build, scenario, language, changes)
    planned = set(_queues(opening))
    is_touched = (told["volume"] != 1) | (told.index >= len(forecast))
    touched = {*_queues(told[is_touched]), *changes} & planned
    wanted = {
        queue
        for queue in touched | _helped(touched, planned, desks)
        if channel in (None, queue[0]) and language in (None, queue[1])
    }
    assumed = opening.groupby(_QUEUE)[["handle_seconds", "patience_seconds"]].first()
    after = require_all(
        pd.concat([forecast, made.drop(columns="volume")]) if len(made) else forecast,
        desks,
        opening[[*_QUEUE, "starts_at", "scheduled_agents"]]
        .rename(columns={"scheduled_agents": "agents"})
        .dropna(subset="agents"),
        openings=opening[[*_QUEUE, "starts_at", "is_open"]],
        days=plans.queue_rows(build, "forecast_days", *known, order="1"),
        handle_seconds={
            queue: seconds * (1 + changes.get(queue, _UNCHANGED).handle_change_share)
            for queue, seconds in assumed["handle_seconds"].items()
        },
        patience_seconds=assumed["patience_seconds"].to_dict(),
        waiting_contacts=waiting_by_half_hour(published),
        # What a scenario makes has all of its contacts in its forecast.
        volume={
            queue: volume_under(rows, changes.get(queue, _UNCHANGED), rows["volume"])
            for queue, rows in told.iloc[: len(forecast)].groupby(_QUEUE)
        },
        wanted=wanted,
    ).astype(dict(published.dtypes))
    if wanted == planned:
        return after
    kept = _of(published, planned - wanted)
    for name, value in (("channel", channel), ("language", language)):
        kept = kept if value is None else kept[kept[name] == value]
    found = pd.concat([kept, after], ignore_index=True)
    return found.sort_values([*_QUEUE, "starts_at"], ignore_index=True)


def rosters_under(
    build: Build,
    scenario: Scenario | None,
    channel: str | None = None,
    language: str | None = None,
    changes: Mapping[Queue, Changes] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """See `Scenarios.rosters_under`."""
    from pipelines.staffing.rosters import plan_shifts  # half a second, of every command otherwise

    of = (channel, if_known(build, language))
    after = staffing_under(build, scenario, channel, language, changes)
    before = plans.queue_rows(build, "staffing_intervals", *of)
    found = (plans.shifts(build, *of, None, None), plans.tours(build, *of))
    needed = before.set_index([*_QUEUE, "starts_at"])["required_scheduled"].rename("before")
    told = after.join(needed, on=[*_QUEUE, "starts_at"])
    is_other = told["required_scheduled"].fillna(0) != told["before"].fillna(0)
    others = set(_queues(told[is_other]))
    if not others:
        return found
    made = plan_shifts(
        _of(after, others),
        desks_under(build, scenario, language, changes),
        plans.contract(build),
        build.info["zone"],
        begins_on=plans.queue_rows(build, "staffing_intervals")["local_on"].min(),
    )
    kept = (_of(rows, set(_queues(rows)) - others) for rows in found)
    both = (
        pd.concat([old, new.astype(dict(old.dtypes))], ignore_index=True)
        for old, new in zip(kept, made, strict=True)
    )
    shifts, tours = both
    return (
        shifts.sort_values([*_QUEUE, "starts_at", "ends_at"], kind="stable", ignore_index=True),
        tours.sort_values([*_QUEUE, "person", "starts_at"], kind="stable", ignore_index=True),
    )


def _forecasts(
    build: Build, scenario: Scenario | None, channel: str | None, language: str | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The published forecast, and under the scenario: the same rows, then those that it adds."""
    if "forecast_intervals" not in build.columns:
        name = f"scenario {scenario.name}" if scenario else "what if"
        raise NothingPublishedError(
            f"{name}: nothing is forecast yet; run `support-quality forecast`"
        )
    if scenario is None:
        forecast = plans.queue_rows(build, "forecast_intervals", channel, language)
        return forecast, forecast.assign(volume=1.0)
    made = languages_made(scenario)
    for effect in scenario.effects:
        given = effect.values
        for name in ("channel", "language", "topic"):
            known = build.filter_values["topic"] if name == "topic" else build.queue_values[name]
            known = {*known, *(made if name == "language" else ())}
            for value in given.get(f"{name}s", ()):
                if value not in known:
                    error = unknown(value, sorted(known), f"scenario {scenario.name}: {name}")
                    error.code, error.values = "scenario_not_here", {name: value}
                    raise error
    # A new language takes the shape of another, on all of its channels: those are read too.
    read = (None, None) if made else (channel, language)
    forecast = plans.queue_rows(build, "forecast_intervals", *read)
    shares = topic_shares(build) if topics_of(scenario) else None
    told = applied(forecast, scenario, shares)
    return forecast, told


def languages_made(scenario: Scenario | None) -> dict[str, str]:
    """The languages that the scenario adds -> those that they are like."""
    effects = scenario.effects if scenario else ()
    new = (each.values for each in effects if each.kind == "language")
    return {values["language"]: values["like"] for values in new}


def _with_made(
    published: pd.DataFrame, made: pd.DataFrame, scenario: Scenario | None
) -> pd.DataFrame:
    """The published plan, and that of each queue made: open and worked as the one it is like."""
    plan = [published]
    for language, like in languages_made(scenario).items():
        of = published[published["language"] == like]
        of = of[of["channel"].isin(made.loc[made["language"] == language, "channel"])]
        plan.append(of.assign(language=language, scheduled_agents=np.nan))
    return pd.concat(plan, ignore_index=True)


def desks_under(
    build: Build,
    scenario: Scenario | None,
    language: str | None = None,
    changes: Mapping[Queue, Changes] | None = None,
) -> list[SimpleNamespace]:
    """The desk of every queue (of a language), by its channel and language, with what `changes`
    says; those made have the one they are like."""
    found = []
    made = languages_made(scenario)
    of = "SELECT * FROM ref_queues WHERE language = coalesce(?, language)"
    for row in build.kept(of, [language]).to_dict("records"):
        desk = {name: None if pd.isna(value) else value for name, value in row.items()}
        if desk["concurrency"] is None:  # nobody answers this queue
            continue
        own = (changes or {}).get((desk["channel"], desk["language"]), _UNCHANGED)
        found.append(desk_under(SimpleNamespace(**desk), own))
        found += [
            SimpleNamespace(**desk | {"language": language})
            for language, like in made.items()
            if like == desk["language"]
        ]
    return found


def _helped(
    touched: Collection[Queue], planned: Collection[Queue], desks: list[SimpleNamespace]
) -> set[Queue]:
    """Deferrable queues that get other help from live desks, since these or others of their
    language have other contacts."""
    helping = {desk.language for desk in desks if desk.gives_spare_time}
    changed = helping & {language for _channel, language in touched}
    return {
        (channel, language)
        for channel, language in planned
        if channel not in LIVE_CHANNELS and language in changed
    }


def _queues(rows: pd.DataFrame) -> Iterable[Queue]:
    return rows[_QUEUE].drop_duplicates().itertuples(index=False, name=None)


def _of(rows: pd.DataFrame, queues: Collection[Queue]) -> pd.DataFrame:
    return rows[pd.MultiIndex.from_frame(rows[_QUEUE]).isin(list(queues))]


def if_known(build: Build, language: str | None) -> str | list[str] | None:
    """The language for a query; nothing at all for one that only the scenario has."""
    return (
        [] if language is not None and language not in build.queue_values["language"] else language
    )
