"""Small-language desks apart, beside one pooled desk of agents who speak all their languages.

Apart, each language needs its own agents, and a small one keeps somebody waiting for a call that
seldom comes. Pooled, every contact may go to any agent: the same agents meet the same targets
with fewer. What bilingual agents cost, in handle time and in pay, decides how much of it remains.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipelines.errors import OutOfRangeError
from pipelines.staffing import chat, erlang
from pipelines.staffing.chat import CALLS, Concurrency
from pipelines.staffing.half_hours import HOURS, SECONDS
from pipelines.staffing.requirement import DAYS_ONLY

POOLING_COLUMNS = (
    "starts_at",
    "language",
    "contacts",
    "agents_apart",
    "agents_pooled",
    "agents_saved",
    "service_level_apart",
    "service_level_pooled",
    "occupancy_apart",
    "occupancy_pooled",
)

POOLED_COLUMNS = (
    "language",
    "contacts",
    "agent_hours_apart",
    "agent_hours_pooled",
    "agent_hours_saved",
    "service_level_apart",
    "service_level_pooled",
)

_OF_DESK = (
    "target_share",
    "within_seconds",
    "concurrency",
    "slowdown_share",
    "max_occupancy",
    "minimum_agents",
)
_MOST_MORE = 10_000
_ROUNDING = 1e-9


def pool(
    queues: pd.DataFrame,
    *,
    interval_seconds: float = SECONDS,
    slower_share: float = 0.0,
    concurrency: Concurrency = CALLS,
) -> pd.DataFrame:
    """Each language's desk apart and the pooled one, half hour by half hour.

    Parameters
    ----------
    queues
        One row per half hour and language: starts_at, language, contacts (expected),
        handle_seconds, target_share, within_seconds; and optionally patience_seconds (of every
        row; nobody hangs up where absent), max_occupancy (1 where absent; the pool keeps the
        lowest of its languages), minimum_agents (0 where absent; the pool keeps the highest), and
        concurrency with slowdown_share (how many chats the language's own agents hold at once;
        as the pool where absent).
    slower_share
        How much longer a bilingual agent takes; 0.1 is a tenth.
    concurrency
        Chats that an agent of the pool holds at once; calls by default.

    Returns
    -------
    DataFrame
        POOLING_COLUMNS, one row per row of `queues`, in order. `agents_pooled` and `agents_saved`
        are those of the whole half hour, repeated on the rows of its languages: the fewest
        pooled agents with whom every language reaches its own target within its own threshold.
        Saved is the sum of `agents_apart` - `agents_pooled`, negative where being slower costs
        more than pooling saves. Service levels are NaN where a language has no contacts. Pooled,
        languages wait alike, so theirs differ by threshold alone; handle times of the pool are
        taken as exponential with the common mean.

    Raises
    ------
    OutOfRangeError
        A number that makes no sense, or slower_share not above -1.
    """
    if queues.empty:
        return pd.DataFrame(columns=list(POOLING_COLUMNS))
    if not slower_share > -1:
        raise OutOfRangeError(f"slower_share is {slower_share}; it must be above -1")
    contacts, handle, target, within = (
        queues[name].to_numpy(dtype=float)
        for name in ("contacts", "handle_seconds", "target_share", "within_seconds")
    )
    patience = (
        queues["patience_seconds"].to_numpy(dtype=float) if "patience_seconds" in queues else None
    )
    count = len(queues)
    busy = queues.get("max_occupancy", pd.Series(np.ones(count))).to_numpy(dtype=float)
    present = queues.get("minimum_agents", pd.Series(np.zeros(count))).to_numpy(dtype=int)
    load = contacts * handle / interval_seconds
    apart = np.zeros(count, dtype=np.int64)
    reached, occupied = np.full(count, np.nan), np.full(count, np.nan)
    for at_once, its in _by_concurrency(queues, concurrency):
        given = (handle[its], target[its], within[its], None if patience is None else patience[its])
        apart[its] = np.maximum(_required(load[its], *given, at_once, busy[its]), present[its])
        alone = _performance(load[its], apart[its], given[0], given[2], given[3], at_once)
        reached[its], occupied[its] = alone.service_level_share, alone.occupancy_share

    # One row per half hour; `of` says which of them a row of `queues` belongs to.
    of = pd.factorize(queues["starts_at"])[0]
    offered = np.bincount(of, contacts)
    pooled_busy, pooled_present = np.ones(len(offered)), np.zeros(len(offered), dtype=int)
    np.minimum.at(pooled_busy, of, busy)
    np.maximum.at(pooled_present, of, present)
    pooled_load = np.bincount(of, load) * (1 + slower_share)
    pooled_handle = np.divide(
        pooled_load * interval_seconds, offered, out=np.ones(len(offered)), where=offered > 0
    )
    pooled_patience = None
    if patience is not None:
        # The mean rate of hanging up: those of the languages, weighted by their contacts.
        rate = np.bincount(of, contacts / patience)
        pooled_patience = np.divide(offered, rate, out=np.ones(len(offered)), where=rate > 0)

    def of_pool(agents):
        return _performance(
            pooled_load[of],
            agents[of],
            pooled_handle[of],
            within,
            None if pooled_patience is None else pooled_patience[of],
            concurrency,
        )

    at_once = concurrency.handled_per_second(1.0)[-1]  # erlangs that one agent can carry
    stable = None if pooled_patience is not None else pooled_load / at_once
    fewest = np.ones(len(offered)) if stable is None else np.floor(stable) + 1
    fewest = np.maximum(np.where(pooled_load > 0, fewest, 0), pooled_present).astype(np.int64)
    pooled = _fewest_for_all(contacts, target, of, fewest, pooled_busy[of], of_pool)
    together = of_pool(pooled)
    return pd.DataFrame(
        {
            "starts_at": queues["starts_at"].to_numpy(),
            "language": queues["language"].to_numpy(),
            "contacts": contacts,
            "agents_apart": apart,
            "agents_pooled": pooled[of],
            "agents_saved": (np.bincount(of, apart) - pooled)[of].astype(np.int64),
            "service_level_apart": reached,
            "service_level_pooled": np.where(contacts > 0, together.service_level_share, np.nan),
            "occupancy_apart": occupied,
            "occupancy_pooled": together.occupancy_share,
        },
        columns=list(POOLING_COLUMNS),
    )


def _by_concurrency(queues, of_pool):
    """How many chats the languages' own agents hold at once, and which rows do."""
    if "concurrency" not in queues:
        return [(of_pool, np.full(len(queues), True))]
    slots = queues["concurrency"].to_numpy(dtype=int)
    slowdown = queues["slowdown_share"].to_numpy(dtype=float)
    kinds = sorted(set(zip(slots.tolist(), slowdown.tolist(), strict=True)))
    return [(Concurrency(k, s), (slots == k) & (slowdown == s)) for k, s in kinds]


def _required(load, handle, target, within, patience, concurrency, busy):
    if concurrency.slots == 1:
        return erlang.required_agents(load, handle, target, within, patience, busy)
    endless = np.inf if patience is None else patience
    return chat.required_chat_agents(
        load / handle, handle, target, within, endless, concurrency, busy
    )


def _performance(load, agents, handle, within, patience, concurrency):
    if concurrency.slots == 1:
        return erlang.performance(load, agents, handle, within, patience)
    endless = np.inf if patience is None else patience
    return chat.chat_performance(load / handle, agents, handle, within, endless, concurrency)


def _fewest_for_all(contacts, target, of, agents, busy, of_pool):
    """Add an agent wherever some language with contacts still misses its target, or the pool is
    busier than it may be."""
    for _ in range(_MOST_MORE):
        does = of_pool(agents)
        is_missed = (does.service_level_share < target) | (does.occupancy_share > busy + _ROUNDING)
        is_missed &= contacts > 0
        if not is_missed.any():
            return agents
        agents[np.unique(of[is_missed])] += 1
    raise OutOfRangeError(f"a target takes more than {_MOST_MORE:,} agents beyond the load")


def pool_plan(
    staffing: pd.DataFrame,
    desks: pd.DataFrame,
    languages: Sequence[str],
    *,
    slower_share: float = 0.0,
) -> pd.DataFrame:
    """The languages of one live channel apart and pooled, from their published plans.

    Parameters
    ----------
    staffing
        Rows of `staffing_intervals` of one channel.
    desks
        One row per language: language, target_share, within_seconds, concurrency, slowdown_share,
        max_occupancy, minimum_agents.
    languages
        Two or more to put together; half hours in which fewer than two of them are open are left
        out, and languages that are known by the day alone.
    slower_share
        As for `pool`.

    Returns
    -------
    DataFrame
        As `pool`. A language of unknown patience is given the median of the others. Contacts are
        the forecast's mean on both sides. Of chats, a language's own agents hold as many at once
        as its desk says, those of the pool as many as the language with most contacts.

    Raises
    ------
    OutOfRangeError
        Fewer than two languages.
    """
    if len(languages) < 2:
        raise OutOfRangeError("a pool takes two languages or more")
    is_planned = staffing["is_open"].astype(bool) & (staffing["method"] != DAYS_ONLY)
    rows = staffing[staffing["language"].isin(list(languages)) & is_planned]
    rows = rows[rows.groupby("starts_at")["language"].transform("nunique") > 1]
    rows = rows.merge(desks[["language", *_OF_DESK]], on="language")
    rows = rows.sort_values(["starts_at", "language"], ignore_index=True)
    if rows.empty:
        return pool(rows)
    patience = rows["patience_seconds"].astype(float)
    queues = pd.DataFrame(
        {
            "starts_at": rows["starts_at"],
            "language": rows["language"],
            "contacts": rows["expected_contacts"],
            "handle_seconds": rows["handle_seconds"],
            "target_share": rows["target_share"],
            "within_seconds": rows["within_seconds"],
            "max_occupancy": rows["max_occupancy"],
            "minimum_agents": rows["minimum_agents"],
            "concurrency": rows["concurrency"],
            "slowdown_share": rows["slowdown_share"],
        }
    )
    if patience.notna().any():
        queues["patience_seconds"] = patience.fillna(patience.median())
    return pool(queues, slower_share=slower_share, concurrency=held_by_pool(queues, desks))


def held_by_pool(contacts: pd.DataFrame, desks: pd.DataFrame) -> Concurrency:
    """How many chats the agents of a pool hold at once: as many as the desk of the language with
    most contacts has it. contacts: language, contacts, in any number of rows."""
    biggest = contacts.groupby("language")["contacts"].sum().idxmax()
    desk = desks[desks["language"] == biggest].iloc[0]
    return Concurrency(int(desk["concurrency"]), float(desk["slowdown_share"]))


def pooled_by_language(pooled: pd.DataFrame) -> pd.DataFrame:
    """What `pool` comes to: one row per language, and one (`language` "*") of all together.

    Columns: language, contacts, agent_hours_apart, agent_hours_pooled, agent_hours_saved (of all
    together; NULL for a language, whose agents are nobody's alone), service_level_apart and
    service_level_pooled, weighted by contacts.
    """
    if pooled.empty:
        return pd.DataFrame(columns=list(POOLED_COLUMNS))
    levels = ["service_level_apart", "service_level_pooled"]
    weighted = pooled.assign(
        **{name: pooled[name].fillna(0.0) * pooled["contacts"] for name in levels},
        agent_hours_apart=pooled["agents_apart"] * HOURS,
    )
    summed = ["contacts", "agent_hours_apart", *levels]
    each = weighted.groupby("language", as_index=False)[summed].sum()
    whole = each[summed].sum().to_frame().T.assign(language="*")
    once = pooled.drop_duplicates("starts_at")
    whole["agent_hours_pooled"] = once["agents_pooled"].sum() * HOURS
    whole["agent_hours_saved"] = once["agents_saved"].sum() * HOURS
    found = pd.concat([whole, each], ignore_index=True)
    for name in levels:
        found[name] = found[name].div(found["contacts"]).where(found["contacts"] > 0)
    return found[list(POOLED_COLUMNS)]
