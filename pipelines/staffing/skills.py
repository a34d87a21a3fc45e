"""Agents of several skills, tried out: languages that share some of their agents.

No closed form tells how languages fare whose agents speak one, two or all of them: a contact goes
to a free agent of the narrowest skill that serves it, a free agent to the longest waiting of those
he can serve. So such plans are simulated, many days at once, as in `simulation`. Chat agents hold
several at once: the chats of a group are spread evenly over its agents, and last as long as those
who hold so many make them (see `chat`).

Source: Gans, Koole & Mandelbaum, "Telephone call centers", MSOM 5 (2003), section 5, for the
routing; Wallace & Whitt, "A staffing algorithm for call centers with skill-based routing",
MSOM 7 (2005), for how few flexible agents it takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.errors import OutOfRangeError
from pipelines.staffing.chat import CALLS, Concurrency
from pipelines.staffing.pooling import held_by_pool
from pipelines.staffing.simulation import ratio_of_replications

SKILL_COLUMNS = (
    "language",
    "offered",
    "service_level_share",
    "service_level_low",
    "service_level_high",
    "abandoned_share",
    "wait_mean_seconds",
)


@dataclass(frozen=True)
class Group:
    """Agents with the same skills.

    languages     those they serve
    agents        how many
    slower_share  how much longer they take than the handle time; 0.1 is a tenth
    """

    languages: tuple[str, ...]
    agents: int
    slower_share: float = 0.0


@dataclass(frozen=True)
class Demand:
    """What one language brings: contacts an hour, and how they are to be answered."""

    language: str
    contacts_per_hour: float
    handle_seconds: float
    within_seconds: float
    patience_seconds: float


def simulate_skills(
    demands: Sequence[Demand],
    groups: Sequence[Group],
    *,
    concurrency: Concurrency = CALLS,
    hours: float = 8.0,
    warm_hours: float = 1.0,
    replications: int = 200,
    seed: int,
) -> pd.DataFrame:
    """What each language gets from agents of mixed skills at constant rates.

    Parameters
    ----------
    groups
        Asked in this order for a contact that several could take: put the narrowest first. Of
        chats, those whose agents hold fewer come first.
    concurrency
        Chats at once and how they slow each other; the default holds one call.
    warm_hours
        Left out at the beginning, when the desk is empty.

    Returns
    -------
    DataFrame
        SKILL_COLUMNS, one row per language in order; the service level is that of all offered,
        with a 95 % interval from how replications differ.

    Raises
    ------
    OutOfRangeError
        A language that no group serves, or a number that makes no sense.
    """
    _check(demands, groups, hours, warm_hours)
    desk = _Desk(
        demands, groups, concurrency, hours * 3600, replications, np.random.default_rng(seed)
    )
    while desk.advance():
        desk.answer()
    return desk.counted(warm_hours * 3600)


def fewest_flexible(
    demands: Sequence[Demand],
    agents: int,
    target_share: float,
    *,
    slower_share: float = 0.0,
    concurrency: Concurrency = CALLS,
    replications: int = 200,
    seed: int,
) -> tuple[int | None, pd.DataFrame]:
    """How many of `agents` must speak all languages, the others one each by their load.

    Returns
    -------
    The fewest with whom every language reaches the target, and what it then gets as
    `simulate_skills` tells it; None, and what all flexible reach, where even they do not.
    """

    def tried(flexible: int) -> pd.DataFrame:
        groups = mixed(demands, agents, flexible, slower_share)
        return simulate_skills(
            demands, groups, concurrency=concurrency, replications=replications, seed=seed
        )

    def is_enough(found: pd.DataFrame) -> bool:
        return bool((found["service_level_share"].fillna(1.0) >= target_share).all())

    enough, found = agents, tried(agents)
    if not is_enough(found):
        return None, found
    # With nobody who speaks all of them, each language needs somebody of its own.
    alone = mixed(demands, agents, 0)
    lacks = any(
        each.contacts_per_hour > 0 and not group.agents
        for each, group in zip(demands, alone, strict=False)
    )
    too_few = 0 if lacks else -1
    while enough - too_few > 1:
        middle = (enough + too_few) // 2
        trial = tried(middle)
        if is_enough(trial):
            enough, found = middle, trial
        else:
            too_few = middle
    return enough, found


def mixed(
    demands: Sequence[Demand], agents: int, flexible: int, slower_share: float = 0.0
) -> list[Group]:
    """One group per language, and `flexible` of the `agents` in a last one that speaks all.

    The others are shared out by load, largest remainder first.
    """
    if not 0 <= flexible <= agents:
        raise OutOfRangeError(f"{flexible} of {agents} agents; there must be 0 to {agents}")
    load = np.array([each.contacts_per_hour * each.handle_seconds for each in demands])
    share = (agents - flexible) * load / load.sum() if load.sum() > 0 else np.zeros(len(load))
    whole = np.floor(share).astype(int)
    missing = agents - flexible - whole.sum() if load.sum() > 0 else 0
    whole[np.argsort(whole - share, kind="stable")[:missing]] += 1
    groups = [Group((each.language,), int(n)) for each, n in zip(demands, whole, strict=True)]
    return [*groups, Group(tuple(each.language for each in demands), flexible, slower_share)]


class _Desk:
    """All replications of a desk of mixed skills at their present times."""

    def __init__(self, demands, groups, concurrency, seconds, replications, random):
        self.demands, self.random = demands, random
        self.rows = np.arange(replications)
        names = [each.language for each in demands]
        self.skill = np.array([[name in group.languages for name in names] for group in groups])
        slower = np.array([1 + group.slower_share for group in groups])
        handle = np.array([each.handle_seconds for each in demands])
        self.speed = self.skill / (slower[:, None] * handle)
        # [chats that an agent holds] what he gets done a second, in chats held alone
        self.done = concurrency.handled_per_second(1.0)
        self.slots = concurrency.slots
        rate = np.array([each.contacts_per_hour / 3600 for each in demands])
        patience = np.array([each.patience_seconds for each in demands])
        counts = random.poisson(rate * seconds, (replications, len(demands)))
        shape = (replications, len(demands), int(counts.max(initial=0)) + 1)
        # [replication, language, contact] in order of arrival; never for those beyond the count
        at = random.random(shape) * seconds
        at[np.arange(shape[2]) >= counts[..., None]] = np.inf
        self.arrived = np.sort(at, axis=2)
        self.gives_up_after = random.exponential(1.0, shape) * patience[:, None]
        self.waited = np.full(shape, np.nan)
        self.seen = np.zeros(shape[:2], dtype=np.int64)
        self.head = np.zeros(shape[:2], dtype=np.int64)
        self.busy = np.zeros((replications, *self.skill.shape), dtype=np.int64)
        self.agents = np.array([group.agents for group in groups])
        self.now = np.zeros(replications)

    def advance(self) -> bool:
        """Take every replication to its next event; False once all are done."""
        following = np.take_along_axis(self.arrived, self.seen[..., None], 2)[..., 0]
        language = following.argmin(axis=1)
        arrival = following[self.rows, language]
        speeds = self.busy * self.speed * self.pace()[..., None]
        speeds = speeds.reshape(len(self.rows), -1)
        speed = speeds.sum(axis=1)
        with np.errstate(divide="ignore"):
            finish = self.now + self.random.standard_exponential(len(self.rows)) / speed
        at = np.minimum(arrival, finish)
        is_done = np.isinf(at)
        if is_done.all():
            return False
        is_arrival = ~is_done & (arrival <= finish)
        self.now = np.where(is_done, self.now, at)
        self.seen[self.rows[is_arrival], language[is_arrival]] += 1
        finished = np.flatnonzero(~is_done & ~is_arrival)
        if finished.size:
            sums = np.cumsum(speeds[finished], axis=1)
            drawn = self.random.random(finished.size) * sums[:, -1]
            by = np.minimum((sums <= drawn[:, None]).sum(axis=1), sums.shape[1] - 1)
            self.busy.reshape(len(self.rows), -1)[finished, by] -= 1
        return True

    def pace(self) -> NDArray[np.float64]:
        """[replication, group] how fast a chat of the group goes, against one held alone.

        Chats spread evenly: of i with n agents, some hold i // n and the others one more.
        """
        if self.slots == 1:
            return np.ones((1, 1))
        held = self.busy.sum(axis=2)
        agents = np.maximum(self.agents, 1)
        fewer, more = np.divmod(held, agents)
        done = (agents - more) * self.done[fewer]
        done = done + more * self.done[np.minimum(fewer + 1, self.slots)]
        return done / np.maximum(held, 1)

    def answer(self):
        """The longest waiting whom somebody free can serve is answered, unless he hung up."""
        while True:
            held = self.busy.sum(axis=2)
            free = self.agents * self.slots - held > 0
            is_waiting = self.head < self.seen
            can = is_waiting & (free @ self.skill)
            could = np.flatnonzero(can.any(axis=1))
            if not could.size:
                return
            since = np.take_along_axis(self.arrived, self.head[..., None], 2)[..., 0]
            language = np.where(can, since, np.inf)[could].argmin(axis=1)
            head = self.head[could, language]
            waited = self.now[could] - since[could, language]
            is_here = waited <= self.gives_up_after[could, language, head]
            row, spoken = could[is_here], language[is_here]
            self.waited[row, spoken, head[is_here]] = waited[is_here]
            may = free[row] & self.skill[:, spoken].T
            # For calls all free groups hold 0 a head: the first, hence narrowest, is taken.
            a_head = held[row] // np.maximum(self.agents, 1)
            group = np.where(may, a_head, self.slots).argmin(axis=1)
            self.busy[row, group, spoken] += 1
            self.head[could, language] += 1

    def counted(self, warm_seconds: float) -> pd.DataFrame:
        """Language by language, of contacts that arrived once the desk was warm."""
        counts = np.isfinite(self.arrived) & (self.arrived >= warm_seconds)
        is_lost = np.isnan(self.waited)
        waited = np.where(is_lost, self.gives_up_after, self.waited)
        within = np.array([each.within_seconds for each in self.demands])
        served = counts & ~is_lost & (waited <= within[:, None])
        rows = []
        for place, each in enumerate(self.demands):
            offered = counts[:, place].sum(axis=1).astype(float)
            level, low, high = ratio_of_replications(served[:, place].sum(axis=1), offered)
            total = offered.sum()
            lost = (counts & is_lost)[:, place].sum()
            wait = np.where(counts, waited, 0.0)[:, place].sum()
            known = total > 0
            rows.append(
                (
                    each.language,
                    int(total),
                    level,
                    low,
                    high,
                    lost / total if known else np.nan,
                    wait / total if known else np.nan,
                )
            )
        return pd.DataFrame(rows, columns=list(SKILL_COLUMNS))


def _check(demands, groups, hours, warm_hours) -> None:
    spoken = {language for group in groups if group.agents > 0 for language in group.languages}
    for each in demands:
        is_sound = 0 < each.handle_seconds < np.inf and 0 < each.patience_seconds < np.inf
        if not (is_sound and 0 <= each.contacts_per_hour < np.inf and each.within_seconds >= 0):
            raise OutOfRangeError(
                f"{each.language}: contacts and the threshold must be 0 or more, handle time and"
                " patience above 0"
            )
        if each.contacts_per_hour > 0 and each.language not in spoken:
            raise OutOfRangeError(f"nobody speaks {each.language}: give it agents, or no contacts")
    if any(group.agents < 0 or group.slower_share <= -1 for group in groups):
        raise OutOfRangeError("a group has 0 agents or more, and a slower_share above -1")
    if not 0 <= warm_hours < hours:
        raise OutOfRangeError(f"{warm_hours} warm hours of {hours}; some must be left to count")


@dataclass(frozen=True)
class BusiestMix:
    """How many agents of a pool must speak all its languages, in its busiest half hour.

    starts_at  the half hour (UTC)
    agents     of the pool
    flexible   of them, who must speak all; None where not even all of them do
    by_language  SKILL_COLUMNS, what each language then gets
    """

    starts_at: pd.Timestamp
    agents: int
    flexible: int | None
    by_language: pd.DataFrame


def busiest_mix(
    pooled: pd.DataFrame,
    staffing: pd.DataFrame,
    desks: pd.DataFrame,
    *,
    slower_share: float = 0.0,
    replications: int = 60,
    seed: int = 1,
) -> BusiestMix:
    """`fewest_flexible` of the busiest half hour of a pool of calls, or of chats.

    Parameters
    ----------
    pooled
        As `pooling.pool_plan` gives it.
    staffing
        Rows of `staffing_intervals` of the channel: handle times and patience.
    desks
        language, target_share, within_seconds, concurrency, slowdown_share; the highest target
        holds for all, and all hold as many chats at once as in `pooling.pool_plan`.

    Raises
    ------
    OutOfRangeError
        Nothing is pooled.
    """
    if pooled.empty:
        raise OutOfRangeError("nothing is pooled: these languages are never open together")
    starts_at = pooled.groupby("starts_at")["contacts"].sum().idxmax()
    now = pooled[(pooled["starts_at"] == starts_at) & (pooled["contacts"] > 0)]
    rows = now.merge(
        staffing[["starts_at", "language", "handle_seconds", "patience_seconds"]],
        on=["starts_at", "language"],
    ).merge(desks[["language", "within_seconds", "target_share"]], on="language")
    known = rows["patience_seconds"].astype(float)
    # Who never hangs up would wait for ever once his agents are too few: an hour is never reached.
    patience = known.fillna(known.median()).fillna(3600.0)
    demands = [
        Demand(row.language, 2 * row.contacts, row.handle_seconds, row.within_seconds, each)
        for row, each in zip(rows.itertuples(), patience, strict=True)
    ]
    agents = int(now["agents_pooled"].iloc[0])
    flexible, found = fewest_flexible(
        demands,
        agents,
        float(rows["target_share"].max()),
        slower_share=slower_share,
        concurrency=held_by_pool(pooled, desks),
        replications=replications,
        seed=seed,
    )
    return BusiestMix(starts_at, agents, flexible, found)
