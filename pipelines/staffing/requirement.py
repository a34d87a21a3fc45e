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
    whom everything is done within the promised days of opening, what already waits included
    (see `deferrable`).
carried, lost
    The desk is closed: nobody is required. Contacts of deferrable channels wait for the
    opening (`carried`); calls and chats find nobody (`lost`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from pipelines.staffing import deferrable, erlang, risk
from pipelines.staffing.chat import Concurrency
from pipelines.staffing.live_queue import LiveQueue
from pipelines.staffing.offered_load import staffed_load

LIVE_CHANNELS = ("phone", "live_chat")
HALF_HOUR_SECONDS = 1800
OUTCOMES = 9
"""Equally likely loads of an uncertain half hour, each standing for a ninth of what may come."""
EXPECTED, MEAN = "expected", "mean"
"""What a desk is staffed to: the service level over all outcomes, or at the forecast's mean; else
to a quantile."""

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

Queue = tuple[str, str]


class Desk(Protocol):
    """What `require` reads of a desk: `settings.Desk`, or a row of `ref_queues`."""

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
        `is_open`, or see `opening`.
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
        Deferrable contacts unanswered when the forecast begins, by the day of opening at whose
        end they are due: first those due on the first one.
    live_help
        starts_at, hours: agent hours of live desks that help with this deferrable queue.
    volume
        What comes beside the forecast, in all or in each row by time: 1.2 is a fifth more.

    Returns
    -------
    DataFrame
        STAFFING_COLUMNS, one row per row of `forecast`, in time order. required_low and
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
    rows = forecast.sort_values("starts_at", ignore_index=True)
    channel, language = rows.loc[0, ["channel", "language"]]
    volume = np.broadcast_to(np.asarray(volume, dtype=float), len(rows))
    is_open = _is_open(rows, opening)
    handle = float(desk.handle_seconds if pd.isna(handle_seconds) else handle_seconds)
    scheduled = _scheduled(rows, _of_queue(schedule, channel, language))

    def on_duty(needed):
        """Agents taking contacts: those scheduled after shrinkage, else those required."""
        left = np.floor(scheduled * (1 - desk.shrinkage) + _ROUNDING)
        return np.where(np.isnan(scheduled), needed, left)

    if channel in LIVE_CHANNELS:
        patience = None if pd.isna(patience_seconds) else float(patience_seconds)
        found = _live(rows, volume, desk, handle, patience, is_open, on_duty)
    else:
        patience = None
        band = None
        if days is not None:
            of_queue = _of_queue(days, channel, language)
            band = _day_band(rows["local_on"], of_queue, desk.staffed_to)
        help_hours = np.zeros(len(rows))
        if live_help is not None:
            at = live_help.set_index("starts_at")["hours"]
            help_hours = rows["starts_at"].map(at).fillna(0.0).to_numpy(dtype=float)
        waiting = np.asarray(waiting_contacts, dtype=float)
        found = _deferrable(rows, volume, desk, handle, is_open, band, waiting, help_hours, on_duty)
    low, needed, high = found.pop("required")
    rostered = erlang.scheduled_agents(needed, desk.shrinkage)
    answer = pd.DataFrame(
        {
            "channel": rows["channel"],
            "language": rows["language"],
            "starts_at": rows["starts_at"],
            "local_on": rows["local_on"],
            "local_slot": rows["local_slot"],
            "is_open": is_open,
            "expected_contacts": rows["mean"].to_numpy(dtype=float) * volume,
            "handle_seconds": handle,
            "patience_seconds": np.nan if patience is None else patience,
            "required_agents": _whole_when(is_open, needed),
            "required_low": _whole_when(is_open, np.minimum(low, needed)),
            "required_high": _whole_when(is_open, np.maximum(high, needed)),
            "required_scheduled": _whole_when(is_open, rostered),
            "scheduled_agents": scheduled,
            "gap": np.where(is_open, scheduled - rostered, np.nan),
        }
    )
    absent = dict.fromkeys(set(STAFFING_COLUMNS) - set(answer) - set(found), np.nan)
    return answer.assign(**found, **absent)[list(STAFFING_COLUMNS)]


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
    taking contacts is shared among the deferrable queues of their language, by their work.
    Returns STAFFING_COLUMNS; empty with those columns if no queue has a desk.
    """
    desks = tuple(desks)
    measured, patience = handle_seconds or {}, patience_seconds or {}
    waiting, volume = waiting_contacts or {}, volume or {}
    queues = {
        queue: (forecast, desk)
        for queue, forecast in forecasts.groupby(["channel", "language"], sort=True)
        if (desk := desk_of(*queue, desks)) is not None
    }

    def plan(queue, live_help=None):
        forecast, desk = queues[queue]
        return require(
            forecast,
            desk,
            schedules,
            opening=_of_queue(openings, *queue),
            days=days,
            handle_seconds=measured.get(queue),
            patience_seconds=patience.get(queue),
            waiting_contacts=waiting.get(queue, ()),
            live_help=live_help,
            volume=volume.get(queue, 1.0),
        )

    is_wanted = set(queues if wanted is None else wanted)
    helped = {language for channel, language in is_wanted if channel not in LIVE_CHANNELS}
    plans = {
        queue: plan(queue)
        for queue, (_rows, desk) in queues.items()
        if queue[0] in LIVE_CHANNELS
        and (queue in is_wanted or (desk.gives_spare_time and queue[1] in helped))
    }
    helpers = [each for queue, each in plans.items() if queues[queue][1].gives_spare_time]
    work = {
        queue: (queues[queue][0]["mean"] * volume.get(queue, 1.0)).sum()
        * (measured.get(queue) or queues[queue][1].handle_seconds)
        for queue in queues
        if queue[0] not in LIVE_CHANNELS
    }
    for queue in is_wanted & work.keys():
        language = queue[1]
        helping = [each for each in helpers if each["language"].iloc[0] == language]
        whole = sum(amount for each, amount in work.items() if each[1] == language)
        share = work[queue] / whole if whole > 0 else 0.0
        plans[queue] = plan(queue, _spare_time(helping, queues, share) if helping else None)
    found = [plans[queue] for queue in sorted(plans.keys() & is_wanted)]
    if not found:
        return pd.DataFrame(columns=list(STAFFING_COLUMNS))
    return pd.concat(found, ignore_index=True)


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
        Concurrency(int(desk.concurrency), float(desk.slowdown_share)),
    )


def _live(rows, volume, desk, handle, patience, is_open, on_duty) -> dict[str, object]:
    queue = live_queue(desk, handle, patience)
    mean = rows["mean"].to_numpy(dtype=float)
    quantiles = _quantile_columns(rows)
    levels, values = list(quantiles), rows[list(quantiles.values())].to_numpy(dtype=float)
    rule = desk.staffed_to
    chosen = 0.5 if rule in (EXPECTED, MEAN) else float(rule)
    counts = risk.quantiles_at(levels, values, [*_OUTER, chosen, *_EVEN])
    rates = risk.rate_quantiles(levels, values, mean, counts)
    contacts = np.vstack([mean, rates.T]) * volume
    in_hand = _in_hand(rows["starts_at"], np.where(is_open, contacts, 0.0), handle)
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


def _deferrable(rows, volume, desk, handle, is_open, band, waiting, help_hours, on_duty):
    if band is None:
        contacts = np.stack(_low_needed_high(rows, desk.staffed_to))
    else:
        contacts = rows["mean"].to_numpy(dtype=float) * band
    plans = [
        deferrable.plan_promise(
            rows["local_on"],
            is_open,
            each * volume * (paid := handle / 3600 / desk.max_occupancy),
            waiting * paid,
            desk.promise_open_days,
            help_hours,
        )
        for each in contacts
    ]
    plan = plans[1]
    required = np.stack([each.dedicated_agents for each in plans])
    done = plan.done_hours * desk.max_occupancy / deferrable.HOURS
    own = np.maximum(plan.done_hours - help_hours, 0) * desk.max_occupancy
    own, agents = own / deferrable.HOURS, on_duty(required[1])
    busy = np.full(len(rows), np.nan)
    np.divide(own, agents, out=busy, where=is_open & (own > 0) & (agents >= own))
    return {
        "required": required,
        "offered_load_erlangs": np.where(is_open, done, np.nan),
        "occupancy_share": busy,
        "live_help_hours": np.where(is_open, help_hours, 0.0),
        "waiting_due_contacts": plan.waiting_due_hours / paid,
        "backlog_contacts": plan.backlog_hours / paid,
        "method": np.where(is_open, "promise", "carried"),
    }


def _low_needed_high(frame: pd.DataFrame, rule: str) -> list[np.ndarray]:
    """q10, what the rule staffs to, and q90 of a forecast's half hours or days."""
    low, mean, high = frame[["q10", "mean", "q90"]].to_numpy(dtype=float).T
    if rule in (EXPECTED, MEAN):
        return [low, mean, high]
    quantiles = _quantile_columns(frame)
    values = frame[list(quantiles.values())].to_numpy(dtype=float)
    return [low, risk.quantiles_at(list(quantiles), values, [float(rule)])[:, 0], high]


def _quantile_columns(rows: pd.DataFrame) -> dict[float, str]:
    """Level -> column, ascending: q025 is 0.025."""
    found = {float("0." + name[1:]): name for name in rows if name[0] == "q" and name[1:].isdigit()}
    return dict(sorted(found.items()))


def _placed(values, where) -> np.ndarray:
    answer = np.full(len(where), np.nan)
    answer[where] = values
    return answer


def _spare_time(helping, queues, share) -> pd.DataFrame:
    """starts_at, hours: what the agents of live desks leave over, times `share`."""
    spare = []
    for plan in helping:
        desk = queues[tuple(plan.loc[0, ["channel", "language"]])][1]
        left = np.floor(plan["scheduled_agents"] * (1 - desk.shrinkage) + _ROUNDING)
        agents = left.where(plan["scheduled_agents"].notna(), plan["required_agents"])
        agents = agents.astype("Float64").to_numpy(dtype=float, na_value=0.0)
        # Agents without anything to take are free; those swamped (no occupancy) are not.
        busy = plan["occupancy_share"].where(
            plan["occupancy_share"].notna() | (plan["offered_load_erlangs"] > 0), 0.0
        )
        hours = share * deferrable.spare_hours(agents, busy.to_numpy(dtype=float))
        spare.append(pd.DataFrame({"starts_at": plan["starts_at"], "hours": hours}))
    return pd.concat(spare).groupby("starts_at", as_index=False)["hours"].sum()


def _in_hand(starts_at: pd.Series, contacts, handle) -> np.ndarray:
    """[..., rows] load to staff for; half hours without a row have no arrivals."""
    half_hour = pd.Timedelta(seconds=HALF_HOUR_SECONDS)
    position = ((starts_at - starts_at.iloc[0]) // half_hour).to_numpy()
    arrivals = np.zeros((len(contacts), position[-1] + 1))
    arrivals[:, position] = contacts
    return staffed_load(arrivals, HALF_HOUR_SECONDS, handle)[:, position]


def _day_band(local_on: pd.Series, days: pd.DataFrame, rule: str) -> np.ndarray:
    """[3, rows] the day's q10, what is staffed to and q90 beside its mean; 1 without contacts."""
    by_day = days.drop_duplicates("local_on").set_index("local_on")
    mean = by_day["mean"].where(by_day["mean"] > 0)
    band = pd.DataFrame(np.stack(_low_needed_high(by_day, rule), axis=1), index=by_day.index)
    return band.div(mean, axis=0).reindex(local_on).fillna(1.0).to_numpy(dtype=float).T


def _is_open(rows: pd.DataFrame, opening: pd.DataFrame | None) -> np.ndarray:
    if opening is not None:
        known = opening.drop_duplicates("starts_at").set_index("starts_at")["is_open"]
        is_open = rows["starts_at"].map(known)
    elif "is_open" in rows:
        is_open = rows["is_open"]
    else:
        return np.ones(len(rows), dtype=bool)
    return is_open.astype("boolean").fillna(True).to_numpy(dtype=bool)


def _scheduled(rows: pd.DataFrame, schedule: pd.DataFrame | None) -> np.ndarray:
    """Agents on the roster per row; NaN on local days for which no schedule was delivered."""
    if schedule is None or schedule.empty:
        return np.full(len(rows), np.nan)
    agents = rows["starts_at"].map(schedule.groupby("starts_at")["agents"].sum())
    is_delivered = agents.notna().groupby(rows["local_on"]).transform("any")
    return agents.where(agents.notna() | ~is_delivered, 0.0).to_numpy(dtype=float)


def _of_queue(frame: pd.DataFrame | None, channel: str, language: str) -> pd.DataFrame | None:
    if frame is None or not {"channel", "language"} <= set(frame.columns):
        return frame
    return frame[(frame["channel"] == channel) & (frame["language"] == language)]


def _whole_when(is_open, agents) -> pd.Series:
    return pd.Series(agents).astype("Int64").where(pd.Series(is_open))
