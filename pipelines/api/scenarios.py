"""The warehouse's answers to "what if it comes otherwise": saved scenarios, and plans under them.

A plan under a scenario is made as the published plan was (`staffing.requirement`), from the
published forecast, rosters, handle times and waiting work, with other contacts. On top of it, or
of the published plan (no scenario), single queues may have other targets, handle times or
shrinkage (`staffing.what_if.Scenario`). Queues that nothing touches keep their published rows; a
scenario without any effect gives the published plan.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.api import plans
from pipelines.api.plans_under import (
    demand_under,
    desks_under,
    if_known,
    languages_made,
    rosters_under,
    staffing_under,
)
from pipelines.api.published import Build, Pointer
from pipelines.api.topics import topic_shares
from pipelines.forecasts.scenarios import Scenario, starts_at
from pipelines.scenario_store import Revision, ScenarioStore
from pipelines.staffing.half_hours import Queue
from pipelines.staffing.shortage import shortage, with_costs
from pipelines.staffing.what_if import Scenario as Changes

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
    """The part of `Warehouse` on scenarios.

    `scenario` is a `Scenario`, whether saved or not, or None for the plan as it is published;
    `changes` tells by (channel, language) what is different in a queue besides, as a slider says.
    """

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
        self,
        scenario: Scenario | None,
        channel: str | None = None,
        language: str | None = None,
        changes: Mapping[Queue, Changes] | None = None,
    ) -> pd.DataFrame:
        """`staffing` under the scenario: half hours of all its queues, or of some.

        A new language is answered as the one it is like: its desk, hours and handle time, on a
        roster that has nobody yet (NULL). Live desks under `changes` have other time to spare for
        the work of their language. Raises OutOfRangeError for changes that make no sense.
        """
        return staffing_under(self._pointer.build(), scenario, channel, language, changes)

    def desks_under(
        self,
        scenario: Scenario | None,
        channel: str | None = None,
        language: str | None = None,
        changes: Mapping[Queue, Changes] | None = None,
    ) -> pd.DataFrame:
        """The desk of each queue that somebody answers, under the same: the columns of `queues`
        that tell what it promises and how it works."""
        desks = desks_under(self._pointer.build(), scenario, language, changes)
        found = pd.DataFrame([vars(desk) for desk in desks])
        return found if channel is None else found[found["channel"] == channel]

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
        known = if_known(build, language)
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
        scenario: Scenario | None,
        channel: str | None = None,
        language: str | None = None,
        is_scheduled: bool = False,
        replications: int = 200,
        seed: int = 1,
        changes: Mapping[Queue, Changes] | None = None,
    ) -> pd.DataFrame:
        """`trials` of the plan under the scenario: what the people scheduled, or those that it
        asks, come to where so many come."""
        build = self._pointer.build()
        return plans.tried_out(
            staffing_under(build, scenario, channel, language, changes),
            plans.queue_rows(build, "forecast_days", channel, if_known(build, language), order="1"),
            desks_under(build, scenario, changes=changes),
            is_scheduled=is_scheduled,
            replications=replications,
            seed=seed,
        )

    def rosters_under(
        self,
        scenario: Scenario | None,
        channel: str | None = None,
        language: str | None = None,
        changes: Mapping[Queue, Changes] | None = None,
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """`shifts` that cover the plan under the scenario, and `tours`: who works them.

        By the contracts of the published plan. Queues that take as many people as in it keep their
        shifts; for the others it is a tenth of a second of work mostly, and for one that is open
        day and night up to half a minute.
        """
        return rosters_under(self._pointer.build(), scenario, channel, language, changes)


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
        for language, like in languages_made(scenario).items()
    ]
    return pd.concat([known, *made], ignore_index=True)
