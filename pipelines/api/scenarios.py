"""The warehouse's answers to "what if it comes otherwise": saved scenarios, and plans under them.

A plan under a scenario is made as the published plan was (`staffing.requirement`), from the
published forecast, rosters, handle times and waiting work, with other contacts. Queues that the
scenario does not touch keep their published rows; one without any effect gives the published plan.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from pipelines.api import plans
from pipelines.api.published import Build, Pointer
from pipelines.api.selection import unknown
from pipelines.errors import NothingPublishedError
from pipelines.forecasts.scenarios import Scenario, applied, starts_at, topics_of
from pipelines.scenario_store import Revision, ScenarioStore
from pipelines.settings import load_settings
from pipelines.staffing.half_hours import Queue
from pipelines.staffing.requirement import LIVE_CHANNELS, require_all
from pipelines.staffing.rosters import plan_shifts
from pipelines.staffing.shortage import shortage, with_costs
from pipelines.staffing.what_if import waiting_by_half_hour
from pipelines.statistics.intervals import wilson

TOPIC_DAYS = 56
FEWEST_TOPICS = 30
"""Contacts that a queue needs to have topic shares of its own; else those of its channel, else of
all queues hold."""

COMPARED = {
    "contacts": "expected_contacts",
    "hours": "required_agent_hours",
    "peak": "peak_agents",
    "short_hours": "short_agent_hours",
    "cost": "required_cost",
}
"""What `effect` tells before, after and added -> its name in `shortage`."""

_QUEUE = ["channel", "language"]


class Scenarios:
    """The part of `Warehouse` on scenarios. `scenario` is a `Scenario`, whether saved or not."""

    root: Path
    _pointer: Pointer

    @property
    def _store(self) -> ScenarioStore:
        return ScenarioStore(self.root)

    def scenarios(self) -> pd.DataFrame:
        """One row per saved scenario, by name: name, kinds, starts_at (UTC), note, revision,
        saved_at (UTC), saved_by."""
        rows = [
            (
                each.name,
                ", ".join(dict.fromkeys(effect.kind for effect in each.scenario.effects)),
                pd.Timestamp(starts_at(each.scenario)).tz_localize(None),
                each.scenario.note,
                each.revision,
                pd.Timestamp(each.saved_at).tz_localize(None),
                each.saved_by,
            )
            for each in self._store.all()
        ]
        columns = ["name", "kinds", "starts_at", "note", "revision", "saved_at", "saved_by"]
        return pd.DataFrame(rows, columns=columns)

    def scenario(self, name: str, revision: int | None = None) -> Revision:
        """A saved scenario: the newest revision, or an earlier one. Raises UnknownNameError."""
        return self._store.load(name, revision)

    def scenario_history(self, name: str) -> list[Revision]:
        """Every revision of a name, deletions too, the first one first."""
        return self._store.history(name)

    def save_scenario(
        self, scenario: Scenario, by: str, replaces: int | None = None, at: datetime | None = None
    ) -> Revision:
        """Keep a scenario under its name; see `ScenarioStore.save`."""
        return self._store.save(scenario, by, at or datetime.now(UTC), replaces)

    def delete_scenario(
        self, name: str, by: str, replaces: int | None = None, at: datetime | None = None
    ) -> Revision:
        """Take a scenario from the list; its history stays."""
        return self._store.delete(name, by, at or datetime.now(UTC), replaces)

    def topic_shares(self, topics: Sequence[str] = ()) -> pd.DataFrame:
        """What part of each queue's contacts a topic makes up, over the last 8 weeks.

        [channel, language, topic, share, low, high, n, basis]. n: contacts behind the share.
        basis: queue, channel or all; the wider ones where fewer than 30 stand behind a queue's own.
        topics: these together, as topic "*", instead of each of all. Raises UnknownNameError for
        one that no contact has.
        """
        return topic_shares(self._pointer.build(), topics)

    def demand_under(
        self, scenario: Scenario, channel: str | None = None, language: str | None = None
    ) -> pd.DataFrame:
        """Half hours of `forecast_intervals` under the scenario, and what they were.

        The columns of the forecast, `volume` (what contacts were multiplied by), and
        `before_mean`, `before_q10`, `before_q90`: 0 in a queue that the scenario makes.

        Raises InputError where the scenario does not fit this forecast, UnknownNameError for
        channels, languages and topics that no queue has, NothingPublishedError before the first
        forecast; so do all plans under a scenario.
        """
        return demand_under(self._pointer.build(), scenario, channel, language)

    def staffing_under(
        self, scenario: Scenario, channel: str | None = None, language: str | None = None
    ) -> pd.DataFrame:
        """`staffing` under the scenario: half hours of all its queues, or of some.

        A new language is answered as the one it is like: its desk, hours and handle time, on a
        roster that has nobody yet (NULL).
        """
        return staffing_under(self._pointer.build(), scenario, channel, language)

    def effect_of_scenario(
        self,
        scenario: Scenario,
        channel: str | None = None,
        language: str | None = None,
        by: tuple[str, ...] = ("channel", "language"),
        after: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        """What the scenario comes to over the plan's days, one row per value of `by` (none: one).

        contacts, agent-hours to schedule, most people at once, hours short and cost, each
        `_before`, `_after` and `_added`; the most added first. NULL as in `shortage`; a queue that
        the scenario makes has 0 before. after: `staffing_under` of the same, where it is at hand.
        """
        build = self._pointer.build()
        if after is None:
            after = staffing_under(build, scenario, channel, language)
        known = _if_known(build, language)
        before = plans.queue_rows(build, "staffing_intervals", channel, known)
        return effect(before, after, queues_under(build, scenario), by)

    def beside(self, one: Scenario, two: Scenario) -> pd.DataFrame:
        """What two scenarios add, queue by queue: [channel, language] and of each of COMPARED
        `<name>_added` (by the first) and `<name>_added_other`, the most hours first. A queue
        that only the other makes has nothing added: 0."""
        return beside(*(self.effect_of_scenario(each) for each in (one, two)))

    def weeks_under(
        self,
        scenario: Scenario,
        channel: str = "*",
        language: str = "*",
        demand: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        """Contacts of whole weeks with their 80 % bands, before and under the scenario.

        [starts_on, ends_on, before_mean, before_q10, before_q90, mean, q10, q90] of a queue, of a
        channel (language "*") or of all. A band moves with its mean; that of a queue which the
        scenario makes is chance alone (Poisson). demand: `demand_under` of the same, where it is
        at hand.
        """
        build = self._pointer.build()
        if demand is None:
            of = (None if each == "*" else each for each in (channel, language))
            demand = demand_under(build, scenario, *of)
        return weeks_under(build, demand, channel, language)

    def trials_under(
        self,
        scenario: Scenario,
        channel: str | None = None,
        language: str | None = None,
        is_scheduled: bool = False,
        replications: int = 200,
        seed: int = 1,
    ) -> pd.DataFrame:
        """`trials` of the plan under the scenario: what the people scheduled, or those that it
        asks, come to where so many come."""
        build = self._pointer.build()
        return plans.tried_out(
            staffing_under(build, scenario, channel, language),
            plans.queue_rows(
                build, "forecast_days", channel, _if_known(build, language), order="1"
            ),
            _desks(build, scenario),
            is_scheduled=is_scheduled,
            replications=replications,
            seed=seed,
        )

    def shifts_under(
        self,
        scenario: Scenario,
        channel: str | None = None,
        language: str | None = None,
        settings: Path | None = None,
    ) -> pd.DataFrame:
        """Shifts that cover the plan under the scenario, as `shifts`; contracts are those of
        `settings` (support.toml). Takes about a tenth of a second a queue and week."""
        build = self._pointer.build()
        plan = staffing_under(build, scenario, channel, language)
        contract = load_settings(settings).shifts
        shifts, _ = plan_shifts(plan, _desks(build, scenario), contract, build.info["zone"])
        return shifts


def topic_shares(build: Build, topics: Sequence[str] = ()) -> pd.DataFrame:
    """See `Scenarios.topic_shares`."""
    build.check_values({"topic": list(topics)})
    counts = build.query(
        f"""
        SELECT channel, language, topic, CAST(count(*) AS BIGINT) AS contacts
        FROM fact_contacts
        WHERE is_offered
            AND topic IS NOT NULL
            AND arrived_on > (SELECT max(arrived_on) FROM fact_contacts) - {TOPIC_DAYS}
        GROUP BY channel, language, topic
        """
    )
    queues = build.query("SELECT DISTINCT channel, language FROM fact_arrivals ORDER BY 1, 2")
    own = counts.pivot_table(index=_QUEUE, columns="topic", values="contacts", fill_value=0)
    own = own.reindex(pd.MultiIndex.from_frame(queues), fill_value=0)
    of_channel = own.groupby("channel").transform("sum")
    whole = pd.DataFrame(np.tile(own.sum(), (len(own), 1)), own.index, own.columns)
    chosen, basis = whole, pd.Series("all", own.index)
    for name, wider in (("channel", of_channel), ("queue", own)):
        is_enough = wider.sum(axis=1) >= FEWEST_TOPICS
        chosen = wider.where(is_enough, chosen, axis=0)
        basis = basis.mask(is_enough, name)
    n = chosen.sum(axis=1)
    if topics:
        chosen = chosen.reindex(columns=list(topics), fill_value=0).sum(axis=1).to_frame("*")
        chosen.columns.name = "topic"
    found = chosen.stack().rename("contacts").reset_index()
    found["n"] = n.reindex(pd.MultiIndex.from_frame(found[_QUEUE])).to_numpy()
    found["basis"] = basis.reindex(pd.MultiIndex.from_frame(found[_QUEUE])).to_numpy()
    found = found[found["n"] > 0].reset_index(drop=True)
    found["share"] = found["contacts"] / found["n"]
    found["low"], found["high"] = wilson(found["contacts"], found["n"])
    return found[[*_QUEUE, "topic", "share", "low", "high", "n", "basis"]]


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
    build: Build, scenario: Scenario, channel: str | None = None, language: str | None = None
) -> pd.DataFrame:
    """See `Scenarios.staffing_under`."""
    # Live desks help the others of their language, so a queue of those is looked at with all of
    # its language; and a new language is planned like another.
    if _made(scenario):
        whole = staffing_under(build, scenario, channel) if language else None
        if whole is not None:
            return whole[whole["language"] == language].reset_index(drop=True)
    read = (channel if channel in LIVE_CHANNELS else None, language)
    known = (read[0], _if_known(build, language))
    forecast, told = _forecasts(build, scenario, *read)
    made = told.iloc[len(forecast) :]
    published = plans.queue_rows(build, "staffing_intervals", *known)
    opening = _with_made(published, made, scenario)
    desks = _desks(build, scenario, language)
    planned = set(_queues(opening))
    is_touched = (told["volume"] != 1) | (told.index >= len(forecast))
    touched = set(_queues(told[is_touched])) & planned
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
        handle_seconds=assumed["handle_seconds"].to_dict(),
        patience_seconds=assumed["patience_seconds"].to_dict(),
        waiting_contacts=waiting_by_half_hour(published),
        # What a scenario makes has all of its contacts in its forecast.
        volume={
            queue: factors.to_numpy()
            for queue, factors in told.iloc[: len(forecast)].groupby(_QUEUE)["volume"]
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


def effect(
    before: pd.DataFrame, after: pd.DataFrame, queues: pd.DataFrame, by: tuple[str, ...]
) -> pd.DataFrame:
    """Two plans of the same days side by side; see `Scenarios.effect_of_scenario`.

    queues: channel, language, hour_cost, as `staffing_queues`.
    """
    key = list(by) or ["all"]
    was, now = (
        shortage(with_costs(plan, queues).assign(all="*"), tuple(key)).set_index(key)
        for plan in (before, after)
    )
    # A queue that was not there needed nobody and cost nothing; where an answer is not known
    # (no schedule, no cost) it stays so on both sides.
    is_made = ~now.index.isin(was.index)
    columns = {}
    for name, measured in COMPARED.items():
        old = was[measured].reindex(now.index).astype(float)
        new = now[measured].astype(float)
        old = old.mask(is_made & new.notna(), 0.0)
        columns |= {f"{name}_before": old, f"{name}_after": new, f"{name}_added": new - old}
    found = pd.DataFrame(columns).sort_values("hours_added", ascending=False, kind="stable")
    return found.reset_index() if by else found.reset_index(drop=True)


def beside(one: pd.DataFrame, two: pd.DataFrame) -> pd.DataFrame:
    """See `Scenarios.beside`; of the `effect` of each on all queues."""
    added = [f"{name}_added" for name in COMPARED]
    frames = [each.set_index(_QUEUE)[added] for each in (one, two)]
    queues = frames[0].index.union(frames[1].index)
    columns = {}
    for frame, suffix in zip(frames, ("", "_other"), strict=True):
        is_there = queues.isin(frame.index)
        for name in added:
            values = frame[name].reindex(queues)
            columns[name + suffix] = values.where(is_there, 0.0)
    found = pd.DataFrame(columns)[[name + end for name in added for end in ("", "_other")]]
    most = found[["hours_added", "hours_added_other"]].max(axis=1)
    return found.loc[most.sort_values(ascending=False, kind="stable").index].reset_index()


def weeks_under(build: Build, demand: pd.DataFrame, channel: str, language: str) -> pd.DataFrame:
    """See `Scenarios.weeks_under`."""
    from scipy.stats import poisson  # half a second, of every command otherwise

    totals = plans.queue_rows(build, "forecast_totals", order="starts_on")
    weeks = totals[totals["measure"] == "week_total"]
    own = weeks[(weeks["channel"] == channel) & (weeks["language"] == language)]
    days = weeks[["starts_on", "ends_on"]].drop_duplicates()
    rows = []
    for first, last in days.itertuples(index=False):
        of_week = demand[demand["local_on"].between(first, last)]
        before, after = of_week["before_mean"].sum(), of_week["mean"].sum()
        known = own[own["starts_on"] == first]
        if len(known):
            low, high = known[["q10", "q90"]].iloc[0]
            grown = after / before if before > 0 else np.nan
            band = (low, high, after, low * grown, high * grown)
        else:
            band = (0.0, 0.0, after, *poisson.ppf([0.1, 0.9], after))
        rows.append((first, last, before, *band))
    columns = ["starts_on", "ends_on", "before_mean", "before_q10", "before_q90"]
    return pd.DataFrame(rows, columns=[*columns, "mean", "q10", "q90"])


def queues_under(build: Build, scenario: Scenario) -> pd.DataFrame:
    """`staffing_queues`, and a row for each queue that is made, as of the one it is like."""
    known = plans.queue_rows(build, "staffing_queues", order="channel, language")
    made = [
        known[known["language"] == like].assign(language=language)
        for language, like in _made(scenario).items()
    ]
    return pd.concat([known, *made], ignore_index=True)


def _forecasts(
    build: Build, scenario: Scenario, channel: str | None, language: str | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The published forecast, and under the scenario: the same rows, then those that it adds."""
    if "forecast_intervals" not in build.columns:
        raise NothingPublishedError(
            f"scenario {scenario.name}: nothing is forecast yet; run `support-quality forecast`"
        )
    made = _made(scenario)
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


def _made(scenario: Scenario) -> dict[str, str]:
    """The languages that the scenario adds -> those that they are like."""
    new = (each.values for each in scenario.effects if each.kind == "language")
    return {values["language"]: values["like"] for values in new}


def _with_made(published: pd.DataFrame, made: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """The published plan, and that of each queue made: open and worked as the one it is like."""
    plan = [published]
    for language, like in _made(scenario).items():
        of = published[published["language"] == like]
        of = of[of["channel"].isin(made.loc[made["language"] == language, "channel"])]
        plan.append(of.assign(language=language, scheduled_agents=np.nan))
    return pd.concat(plan, ignore_index=True)


def _desks(build: Build, scenario: Scenario, language: str | None = None) -> list[SimpleNamespace]:
    """The desk of every queue (of a language), by its channel and language; those made have the
    one they are like."""
    found = []
    made = _made(scenario)
    of = "SELECT * FROM ref_queues WHERE language = coalesce(?, language)"
    for row in build.kept(of, [language]).to_dict("records"):
        desk = {name: None if pd.isna(value) else value for name, value in row.items()}
        if desk["concurrency"] is None:  # nobody answers this queue
            continue
        found.append(SimpleNamespace(**desk))
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


def _if_known(build: Build, language: str | None) -> str | list[str] | None:
    """The language for a query; nothing at all for one that only the scenario has."""
    return (
        [] if language is not None and language not in build.queue_values["language"] else language
    )
