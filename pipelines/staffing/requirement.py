"""Forecast contacts -> agents per half hour: required, on the roster, and what is missing.

Frames in, frames out. The methods are named in the column `method`:

erlang_c, erlang_a
    Calls (and chats held one at a time), without and with known patience. Each half hour is
    staffed for its mean modified offered load, which follows its arrivals with a lag of the
    handle time (see `offered_load`), and for what the forecast does not know (see `risk`).
chat
    Several chats at once: birth and death (see `chat`), else as above.
promise
    Deferrable channels (e-mail, help centre, social, unknown): the fewest agents, levelled, with
    whom everything is done within the promised business days, what already waits included
    (see `deferrable`).
days_only
    Calls and chats of a queue that is known by the day alone: how many come in a half hour, and so
    how many agents it takes, nobody knows (NULL).
carried, lost
    The desk is closed: nobody is required. Contacts of deferrable channels wait for the
    opening (`carried`); calls and chats find nobody (`lost`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from pipelines.staffing import deferrable, erlang, half_hours, risk
from pipelines.staffing.chat import Concurrency
from pipelines.staffing.half_hours import EXPECTED, MEAN, Queue
from pipelines.staffing.live_queue import LiveQueue
from pipelines.staffing.offered_load import staffed_load

LIVE_CHANNELS = ("phone", "live_chat")
DAYS_ONLY = "days_only"
OUTCOMES = 9
"""Equally likely loads of an uncertain half hour, each standing for a ninth of what may come."""
_OUTER = (0.1, 0.9)
_EVEN = (np.arange(OUTCOMES) + 0.5) / OUTCOMES
_ROUNDING = 1e-9

STAFFING_COLUMNS = (
    "channel",
    "language",
    "starts_at",
    "local_on",
    "local_slot",
    "is_open",
    "expected_contacts",
    "handle_seconds",
    "patience_seconds",
    "offered_load_erlangs",
    "required_agents",
    "required_low",
    "required_high",
    "required_scheduled",
    "scheduled_agents",
    "gap",
    "service_level_share",
    "miss_probability",
    "occupancy_share",
    "wait_mean_seconds",
    "live_help_hours",
    "waiting_due_contacts",
    "backlog_contacts",
    "method",
)
_WHOLE = ("required_agents", "required_low", "required_high", "required_scheduled")


class Desk(Protocol):
    """What `require` reads of a desk: a row of `ref_queues`.

    open_day_seconds   its usual open day; None where it never opens
    """

    channel: str
    language: str
    target_share: float
    within_seconds: float
    handle_seconds: float
    concurrency: int
    shrinkage: float
    max_occupancy: float
    slowdown_share: float
    minimum_agents: int
    promise_open_days: int
    open_day_seconds: float | None
    staffed_to: str
    gives_spare_time: bool


def require(
    forecast: pd.DataFrame,
    desk: Desk,
    schedule: pd.DataFrame | None = None,
    *,
    opening: pd.DataFrame | None = None,
    days: pd.DataFrame | None = None,
    handle_seconds: float | None = None,
    patience_seconds: float | None = None,
    waiting_contacts: Sequence[float] = (),
    live_help: pd.DataFrame | None = None,
    volume: ArrayLike = 1.0,
) -> pd.DataFrame:
    """Agents that one queue needs in each forecast half hour, against those on the roster.

    Parameters
    ----------
    forecast
        One row per half hour of one queue, as `forecast_intervals`: channel, language,
        starts_at (UTC), local_on, local_slot, mean, q10, q90 and any further quantiles; with
        `is_open`, or see `opening`. Quantiles are NULL where only the queue's days are known.
    desk
        Target, handle time, concurrency and what else the queue's desk sets.
    schedule
        starts_at, agents (on the roster, before shrinkage); rows of other queues are left
        aside where channel and language are given. A half hour without a row is 0 agents on
        a local day that has rows, and unknown (NULL) on a day that has none.
    opening
        starts_at, is_open; half hours it does not name count as open.
    days
        local_on, mean, q10, q90 of the queue's days, as `forecast_days`: the band of deferrable
        work, whose days are surer than their half hours. Without it the half hours' quantiles
        are added up, which makes the band too wide.
    handle_seconds
        The queue's measured mean handle time, of a contact held alone; wins over the desk's
        configured one.
    patience_seconds
        Mean patience of live contacts; without it nobody hangs up.
    waiting_contacts
        Deferrable contacts unanswered when the forecast begins, by the half hour of opening at
        whose end they are due: first those due in the first one.
    live_help
        starts_at, hours: agent hours of live desks that help with this deferrable queue.
    volume
        What comes beside the forecast, in all or in each row by time: 1.2 is a fifth more.

    Returns
    -------
    DataFrame
        STAFFING_COLUMNS, one row per row of `forecast`, in time order. Of live queues that are
        known by the day alone, agents and all that follows from them are NULL. required_low and
        required_high answer the 10 % and 90 % quantiles of the rate at which contacts come (an
        80 % band). gap = scheduled_agents - required_scheduled: negative is short.
        service_level_share, miss_probability, occupancy_share and wait_mean_seconds are those of
        the scheduled agents left after shrinkage (whole ones), of the required agents where no
        schedule is known, at the forecast's mean; NULL where nobody arrives, for deferrable work
        (only occupancy is given), while closed, and where so few are scheduled that the queue
        would grow without limit. miss_probability is how likely the rate is one at which they
        miss the target.
    """
    if forecast.empty:
        return pd.DataFrame(columns=list(STAFFING_COLUMNS))
    queue = (forecast["channel"].iloc[0], forecast["language"].iloc[0])
    return _as_frame(
        [
            _planned(
                queue,
                forecast,
                desk,
                _of_queue(schedule, *queue),
                opening,
                _of_queue(days, *queue),
                handle_seconds,
                patience_seconds,
                waiting_contacts,
                live_help,
                volume,
            )
        ]
    )


def _planned(
    queue: Queue,
    rows: pd.DataFrame,
    desk: Desk,
    schedule: pd.DataFrame | None,
    opening: pd.DataFrame | None,
    days: pd.DataFrame | None,
    handle_seconds: float | None,
    patience_seconds: float | None,
    waiting_contacts: Sequence[float],
    live_help: pd.DataFrame | None,
    volume: ArrayLike,
) -> dict[str, np.ndarray]:
    """`require`, each column an array: of many queues only one frame is made."""
    if not rows["starts_at"].is_monotonic_increasing:
        rows = rows.sort_values("starts_at")
    starts_at, local_on = rows["starts_at"].to_numpy(), rows["local_on"].to_numpy()
    mean = rows["mean"].to_numpy(dtype=float)
    volume = np.broadcast_to(np.asarray(volume, dtype=float), len(rows))
    is_open = half_hours.is_open_at(rows, starts_at, opening)
    handle = _handle_seconds(desk, handle_seconds)
    scheduled = half_hours.scheduled_at(starts_at, local_on, schedule)

    def taking(needed):
        return on_duty(scheduled, needed, desk.shrinkage)

    channel, language = queue
    patience = None
    if channel in LIVE_CHANNELS:
        patience = None if pd.isna(patience_seconds) else float(patience_seconds)
        if half_hours.are_known(rows):
            found = _live(rows, volume, desk, handle, patience, is_open, taking)
        else:
            found = _days_only(is_open)
    else:
        if days is None:
            contacts = np.stack(half_hours.low_needed_high(rows, desk.staffed_to))
            contacts = np.where(np.isnan(contacts), mean, contacts)  # known by the day: no band
        else:
            contacts = mean * half_hours.day_band(local_on, days, desk.staffed_to)
        help_hours = np.zeros(len(rows))
        if live_help is not None:
            at, is_there = half_hours.matched(live_help["starts_at"].to_numpy(), starts_at)
            help_hours[is_there] = live_help["hours"].to_numpy(dtype=float)[at]
        waiting = np.asarray(waiting_contacts, dtype=float)
        found = _deferrable(
            contacts * volume, local_on, desk, handle, is_open, waiting, help_hours, taking
        )
    low, needed, high = found.pop("required")
    rostered = np.full(len(rows), np.nan)
    is_known = np.isfinite(needed)
    rostered[is_known] = erlang.scheduled_agents(needed[is_known], desk.shrinkage)
    every = np.ones(len(rows))
    unknown = dict.fromkeys(STAFFING_COLUMNS, np.nan * every)
    return unknown | {
        "channel": np.full(len(rows), channel, dtype=object),
        "language": np.full(len(rows), language, dtype=object),
        "starts_at": starts_at,
        "local_on": local_on,
        "local_slot": rows["local_slot"].to_numpy(),
        "is_open": is_open,
        "expected_contacts": mean * volume,
        "handle_seconds": handle * every,
        "patience_seconds": (np.nan if patience is None else patience) * every,
        "required_agents": needed,
        "required_low": np.minimum(low, needed),
        "required_high": np.maximum(high, needed),
        "required_scheduled": rostered,
        "scheduled_agents": scheduled,
        "gap": np.where(is_open, scheduled - rostered, np.nan),
        **found,
    }


def _handle_seconds(desk: Desk, measured: float | None) -> float:
    return float(desk.handle_seconds if pd.isna(measured) else measured)


def _as_frame(plans: Sequence[dict[str, np.ndarray]]) -> pd.DataFrame:
    """STAFFING_COLUMNS of the queues one after the other; whole agents are NULL while closed, or
    where nobody knows how many it takes."""
    columns = {name: np.concatenate([each[name] for each in plans]) for name in STAFFING_COLUMNS}
    for name in _WHOLE:
        is_unknown = ~columns["is_open"] | np.isnan(columns[name])
        agents = np.where(is_unknown, 0, columns[name]).astype(np.int64)
        columns[name] = pd.arrays.IntegerArray(agents, is_unknown)
    for name in ("channel", "language", "method"):
        code, words = pd.factorize(columns[name])
        columns[name] = pd.array(words, dtype="str").take(code)
    return pd.DataFrame(columns)


def require_all(
    forecasts: pd.DataFrame,
    desks: Iterable[Desk],
    schedules: pd.DataFrame | None = None,
    *,
    openings: pd.DataFrame | None = None,
    days: pd.DataFrame | None = None,
    handle_seconds: Mapping[Queue, float] | None = None,
    patience_seconds: Mapping[Queue, float] | None = None,
    waiting_contacts: Mapping[Queue, Sequence[float]] | None = None,
    volume: Mapping[Queue, ArrayLike] | None = None,
    wanted: Collection[Queue] | None = None,
) -> pd.DataFrame:
    """`require` for every queue of `forecasts`; queues without a desk are left out.

    openings: channel, language, starts_at, is_open. days: as `forecast_days`. handle_seconds
    and patience_seconds (measured), waiting_contacts and volume (see `require`; 1 where absent):
    by (channel, language), where known. wanted: plan these alone; all by default.
    Live desks that give spare time are planned first: what their agents have left over while
    taking contacts is shared among the deferrable queues of their language, by their work. Nobody
    knows what those have left over that are known by the day alone.
    Returns STAFFING_COLUMNS; empty with those columns if no queue has a desk.
    """
    desks = tuple(desks)
    measured, patience = handle_seconds or {}, patience_seconds or {}
    waiting, volume = waiting_contacts or {}, volume or {}
    queues = {
        queue: (forecast, desk)
        for queue, forecast in half_hours.by_queue(forecasts).items()
        if (desk := desk_of(*queue, desks)) is not None
    }
    scheduled = half_hours.by_queue(schedules)
    opened = half_hours.by_queue(openings)
    banded = half_hours.by_queue(days)

    def plan(queue, live_help=None):
        forecast, desk = queues[queue]
        return _planned(
            queue,
            forecast,
            desk,
            scheduled.get(queue),
            opened.get(queue),
            None if days is None else banded.get(queue, days.iloc[:0]),
            measured.get(queue),
            patience.get(queue),
            waiting.get(queue, ()),
            live_help,
            volume.get(queue, 1.0),
        )

    is_wanted = set(queues if wanted is None else wanted)
    helped = {language for channel, language in is_wanted if channel not in LIVE_CHANNELS}
    plans = {
        queue: plan(queue)
        for queue, (_rows, desk) in queues.items()
        if queue[0] in LIVE_CHANNELS
        and (queue in is_wanted or (desk.gives_spare_time and queue[1] in helped))
    }
    work = {
        queue: (forecast["mean"].to_numpy() * volume.get(queue, 1.0)).sum()
        * _handle_seconds(desk, measured.get(queue))
        for queue, (forecast, desk) in queues.items()
        if queue[0] not in LIVE_CHANNELS
    }
    for queue in is_wanted & work.keys():
        language = queue[1]
        helping = [
            (each, queues[helper][1])
            for helper, each in plans.items()
            if helper[1] == language
            and queues[helper][1].gives_spare_time
            and DAYS_ONLY not in each["method"]
        ]
        whole = sum(amount for each, amount in work.items() if each[1] == language)
        share = work[queue] / whole if whole > 0 else 0.0
        plans[queue] = plan(queue, _spare_time(helping, share) if helping else None)
    found = [plans[queue] for queue in sorted(plans.keys() & is_wanted)]
    return _as_frame(found) if found else pd.DataFrame(columns=list(STAFFING_COLUMNS))


def desk_of(channel: str, language: str, desks: Iterable[Desk]) -> Desk | None:
    """The desk that names the queue most closely: both, then the channel, then the language.

    "*" stands for any. None where no desk fits.
    """
    desks = tuple(desks)
    for wanted in ((channel, language), (channel, "*"), ("*", language), ("*", "*")):
        for desk in desks:
            if (desk.channel, desk.language) == wanted:
                return desk
    return None


def live_queue(
    desk: Desk, handle_seconds: float, patience_seconds: float | None = None
) -> LiveQueue:
    """The queue that a desk answers, with its measured handle time and patience."""
    return LiveQueue(
        handle_seconds,
        desk.target_share,
        desk.within_seconds,
        desk.max_occupancy,
        patience_seconds,
        Concurrency(desk.concurrency, float(desk.slowdown_share)),
    )


def _live(rows, volume, desk, handle, patience, is_open, on_duty) -> dict[str, object]:
    queue = live_queue(desk, handle, patience)
    mean = rows["mean"].to_numpy(dtype=float)
    quantiles = half_hours.quantile_columns(rows)
    levels, values = list(quantiles), half_hours.columns_of(rows, quantiles.values())
    rule = desk.staffed_to
    chosen = 0.5 if rule in (EXPECTED, MEAN) else float(rule)
    counts = risk.quantiles_at(levels, values, [*_OUTER, chosen, *_EVEN])
    rates = risk.rate_quantiles(levels, values, mean, counts)
    contacts = np.vstack([mean, rates.T]) * volume
    in_hand = _in_hand(rows["starts_at"].to_numpy(), np.where(is_open, contacts, 0.0), handle)
    load, low_load, high_load, chosen_load, *loads = np.where(is_open, in_hand, 0.0)
    loads = np.stack(loads, axis=-1)
    if rule == EXPECTED:
        needed = queue.required_for_expected(load, loads)
    else:
        needed = queue.required_agents(load if rule == MEAN else chosen_load)
    low, high = queue.required_agents(np.stack([low_load, high_load]))
    # A desk that is open and gets contacts at all is never left empty.
    present = np.where(is_open & (contacts[0].sum() > 0), desk.minimum_agents, 0)
    needed = np.maximum(needed, present)
    agents = on_duty(needed)
    # Where nobody arrives nobody can wait, even if earlier contacts are still in hand.
    arrives = is_open & (mean * volume > 0)
    does = queue.performance(np.where(arrives, load, 0.0), agents)
    missed = queue.miss_probability(loads[arrives], agents[arrives])
    return {
        "required": np.maximum([low, needed, high], present),
        "offered_load_erlangs": np.where(is_open, load, np.nan),
        "service_level_share": does.service_level_share,
        "miss_probability": _placed(missed, arrives),
        "occupancy_share": np.where(arrives, does.occupancy_share, np.nan),
        "wait_mean_seconds": does.wait_mean_seconds,
        "method": np.where(is_open, queue.method, "lost"),
    }


def _days_only(is_open) -> dict[str, object]:
    """What `_live` would say, of a queue of which nobody knows when in the day contacts come."""
    return {
        "required": np.full((3, len(is_open)), np.nan),
        "method": np.where(is_open, DAYS_ONLY, "lost"),
    }


def _deferrable(contacts, local_on, desk, handle, is_open, waiting, help_hours, on_duty):
    paid = handle / 3600 / desk.max_occupancy
    open_day = 0.0 if pd.isna(desk.open_day_seconds) else desk.open_day_seconds
    promise = deferrable.promise_half_hours(desk.promise_open_days, open_day)
    plans = [
        deferrable.plan_promise(local_on, is_open, each * paid, waiting * paid, promise, help_hours)
        for each in contacts
    ]
    plan = plans[1]
    required = np.stack([each.dedicated_agents for each in plans])
    done = plan.done_hours * desk.max_occupancy / half_hours.HOURS
    own = np.maximum(plan.done_hours - help_hours, 0) * desk.max_occupancy
    own, agents = own / half_hours.HOURS, on_duty(required[1])
    busy = np.full(len(is_open), np.nan)
    np.divide(own, agents, out=busy, where=is_open & (own > _ROUNDING) & (agents >= own))
    return {
        "required": required,
        "offered_load_erlangs": np.where(is_open, done, np.nan),
        "occupancy_share": busy,
        "live_help_hours": np.where(is_open, help_hours, 0.0),
        "waiting_due_contacts": plan.waiting_due_hours / paid,
        "backlog_contacts": plan.backlog_hours / paid,
        "method": np.where(is_open, "promise", "carried"),
    }


def _placed(values, where) -> np.ndarray:
    answer = np.full(len(where), np.nan)
    answer[where] = values
    return answer


def on_duty(scheduled, needed, shrinkage) -> np.ndarray:
    """Agents taking contacts: those scheduled after shrinkage (whole ones), else those needed."""
    left = np.floor(scheduled * (1 - shrinkage) + _ROUNDING)
    return np.where(np.isnan(scheduled), needed, left)


def _spare_time(helping, share) -> pd.DataFrame:
    """starts_at, hours: what the agents of live desks (plan, desk) leave over, times `share`."""
    spare = []
    for plan, desk in helping:
        needed = plan["required_agents"] * plan["is_open"]
        agents = on_duty(plan["scheduled_agents"], needed, desk.shrinkage)
        # Agents without anything to take are free; those swamped (no occupancy) are not.
        busy, load = plan["occupancy_share"], plan["offered_load_erlangs"]
        busy = np.where(np.isnan(busy) & ~(load > 0), 0.0, busy)
        hours = share * deferrable.spare_hours(agents, busy)
        spare.append(pd.DataFrame({"starts_at": plan["starts_at"], "hours": hours}))
    if len(spare) == 1:
        return spare[0]
    return pd.concat(spare).groupby("starts_at", as_index=False)["hours"].sum()


def _in_hand(starts_at, contacts, handle) -> np.ndarray:
    """[..., rows] load to staff for; half hours without a row have no arrivals."""
    position = (starts_at - starts_at[0]) // np.timedelta64(half_hours.SECONDS, "s")
    arrivals = np.zeros((len(contacts), position[-1] + 1))
    arrivals[:, position] = contacts
    return staffed_load(arrivals, half_hours.SECONDS, handle)[:, position]


def _of_queue(frame: pd.DataFrame | None, channel: str, language: str) -> pd.DataFrame | None:
    if frame is None or not {"channel", "language"} <= set(frame.columns):
        return frame
    return frame[(frame["channel"] == channel) & (frame["language"] == language)]
