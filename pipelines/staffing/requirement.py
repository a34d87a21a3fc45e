"""Forecast contacts -> agents per half hour: required, on the roster, and what is missing.

Frames in, frames out. The methods are named in the column `method`:

erlang_c, erlang_a
    Phone, without and with known patience: at least the minimum presence while open, if the
    forecast expects any contacts at all. Each half hour is staffed for its mean modified offered
    load, which follows its arrivals with a lag of the handle time (see `offered_load`).
erlang_c_shared
    Live chat: as above with handle time / concurrency, that is, an agent who holds k chats
    at once counts as one who is k times as fast. Simple, and a little hopeful, since chats
    held together each take longer.
chat
    Live chat where `slowdown_share` says by how much: birth and death (see `chat`).
workload
    Deferrable channels (e-mail, help centre, social, unknown): what arrives on a day, and
    what arrived while the desk was closed before it, is spread evenly over the day's open
    half hours: agents = work / (open seconds x max occupancy). Some contacts of the evening
    are thereby planned before they arrive; the promise is a day, not a minute.
carried, lost
    The desk is closed: nobody is required. Contacts of deferrable channels wait for the
    opening (`carried`); calls and chats find nobody (`lost`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from pipelines.staffing import erlang
from pipelines.staffing.chat import Concurrency, chat_performance, required_chat_agents
from pipelines.staffing.offered_load import staffed_load

LIVE_CHANNELS = {"phone": "erlang_c", "live_chat": "erlang_c_shared"}
HALF_HOUR_SECONDS = 1800
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
    "offered_load_erlangs",
    "required_agents",
    "required_low",
    "required_high",
    "required_scheduled",
    "scheduled_agents",
    "gap",
    "service_level_share",
    "occupancy_share",
    "wait_mean_seconds",
    "method",
)


class Desk(Protocol):
    """What `require` reads of a desk: `settings.Desk`, or a row of `ref_desks`."""

    channel: str
    language: str
    target_share: float
    within_seconds: float
    handle_seconds: float
    concurrency: int
    shrinkage: float
    max_occupancy: float


def require(
    forecast: pd.DataFrame,
    desk: Desk,
    schedule: pd.DataFrame | None = None,
    *,
    opening: pd.DataFrame | None = None,
    days: pd.DataFrame | None = None,
    handle_seconds: float | None = None,
    patience_seconds: float | None = None,
    slowdown_share: float | None = None,
    minimum_agents: int = 1,
    waiting_contacts: float = 0.0,
) -> pd.DataFrame:
    """Agents that one queue needs in each forecast half hour, against those on the roster.

    Parameters
    ----------
    forecast
        One row per half hour of one queue, as `forecast_intervals`: channel, language,
        starts_at (UTC), local_on, local_slot, mean, q10, q90; with `is_open`, or see `opening`.
    desk
        Target, handle time, concurrency, shrinkage and occupancy of the queue's desk.
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
        The queue's measured mean handle time; wins over the desk's configured one.
    patience_seconds
        Mean patience of callers; Erlang A instead of Erlang C for live channels.
    slowdown_share
        By how much each further chat at once lengthens all of an agent's chats, in handle times
        of one held alone; `handle_seconds` is then that of one held alone.
    minimum_agents
        Agents of a live channel while it is open, however few contacts it gets.
    waiting_contacts
        Deferrable contacts unanswered when the forecast begins; work of the first open day.

    Returns
    -------
    DataFrame
        STAFFING_COLUMNS, one row per row of `forecast`, in time order. required_low and
        required_high answer the forecast's q10 and q90 (an 80 % band). gap = scheduled_agents
        - required_scheduled: negative is short. service_level_share, occupancy_share and
        wait_mean_seconds are those of the scheduled agents left after shrinkage (whole ones),
        of the required agents where no schedule is known; NULL where nobody arrives, for
        deferrable work (only occupancy is given), while closed, and where so few are
        scheduled that the queue would grow without limit.
    """
    if forecast.empty:
        return pd.DataFrame(columns=list(STAFFING_COLUMNS))
    rows = forecast.sort_values("starts_at", ignore_index=True)
    channel, language = rows.loc[0, ["channel", "language"]]
    is_open = _is_open(rows, opening)
    is_live = channel in LIVE_CHANNELS
    handle = float(desk.handle_seconds if pd.isna(handle_seconds) else handle_seconds)

    expected = rows[["q10", "mean", "q90"]].to_numpy(dtype=float).T
    if is_live:
        queue = _LiveQueue(
            handle, desk.within_seconds, patience_seconds, desk.concurrency, slowdown_share
        )
        contacts = np.where(is_open, expected, 0.0)
        in_hand = _in_hand(rows["starts_at"], contacts, handle)
        load = np.where(is_open, in_hand, 0.0) / desk.concurrency
        required = queue.required_agents(load, desk.target_share, desk.max_occupancy)
        # A desk that is open and gets contacts at all is never left empty.
        present = np.where(is_open & (contacts[1].sum() > 0), minimum_agents, 0)
        required = np.maximum(required, present)
        method = np.where(is_open, queue.method(channel), "lost")
    else:
        day = pd.factorize(rows["local_on"])[0]
        if days is not None:
            expected = expected[1] * _day_band(rows["local_on"], _of_queue(days, channel, language))
        expected = expected + np.where(np.arange(len(rows)) == 0, waiting_contacts, 0.0)
        contacts = np.stack([_spread_over_opening(row, day, is_open) for row in expected])
        load = contacts * handle / HALF_HOUR_SECONDS
        required = np.ceil(load / desk.max_occupancy - _ROUNDING)
        method = np.where(is_open, "workload", "carried")
    low, needed, high = required
    rostered = erlang.scheduled_agents(needed, desk.shrinkage)
    scheduled = _scheduled(rows, _of_queue(schedule, channel, language))

    answer = pd.DataFrame(
        {
            "channel": rows["channel"],
            "language": rows["language"],
            "starts_at": rows["starts_at"],
            "local_on": rows["local_on"],
            "local_slot": rows["local_slot"],
            "is_open": is_open,
            "expected_contacts": rows["mean"].astype(float),
            "handle_seconds": handle,
            "offered_load_erlangs": np.where(is_open, load[1], np.nan),
            "required_agents": _whole_when(is_open, needed),
            "required_low": _whole_when(is_open, np.minimum(low, needed)),
            "required_high": _whole_when(is_open, np.maximum(high, needed)),
            "required_scheduled": _whole_when(is_open, rostered),
            "scheduled_agents": scheduled,
            "gap": np.where(is_open, scheduled - rostered, np.nan),
        }
    )
    on_duty = np.floor(scheduled * (1 - desk.shrinkage) + _ROUNDING)
    on_duty = np.where(np.isnan(scheduled), needed, on_duty)
    # Where nobody arrives nobody can wait, even if earlier contacts are still in hand.
    open_load = np.where(is_open & (contacts[1] > 0), load[1], 0.0)
    does = queue.performance(open_load, on_duty) if is_live else _workload(open_load, on_duty)
    return answer.assign(**does, method=method)[list(STAFFING_COLUMNS)]


def require_all(
    forecasts: pd.DataFrame,
    desks: Iterable[Desk],
    schedules: pd.DataFrame | None = None,
    *,
    openings: pd.DataFrame | None = None,
    days: pd.DataFrame | None = None,
    handle_seconds: dict[tuple[str, str], float] | None = None,
    patience_seconds: dict[tuple[str, str], float] | None = None,
    waiting_contacts: dict[tuple[str, str], float] | None = None,
) -> pd.DataFrame:
    """`require` for every queue of `forecasts`; queues without a desk are left out.

    openings: channel, language, starts_at, is_open. days: as `forecast_days`. handle_seconds
    and patience_seconds (measured) and waiting_contacts: by (channel, language), where known.
    Returns STAFFING_COLUMNS; empty with those columns if no queue has a desk.
    """
    desks = tuple(desks)
    measured, patience = handle_seconds or {}, patience_seconds or {}
    waiting = waiting_contacts or {}
    answers = []
    for (channel, language), forecast in forecasts.groupby(["channel", "language"], sort=True):
        desk = desk_of(channel, language, desks)
        if desk is None:
            continue
        answers.append(
            require(
                forecast,
                desk,
                schedules,
                opening=_of_queue(openings, channel, language),
                days=days,
                handle_seconds=measured.get((channel, language)),
                patience_seconds=patience.get((channel, language)),
                waiting_contacts=waiting.get((channel, language), 0.0),
            )
        )
    if not answers:
        return pd.DataFrame(columns=list(STAFFING_COLUMNS))
    return pd.concat(answers, ignore_index=True)


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


def _in_hand(starts_at: pd.Series, contacts, handle) -> np.ndarray:
    """[3, rows] mean contacts in hand; half hours without a row have no arrivals."""
    half_hour = pd.Timedelta(seconds=HALF_HOUR_SECONDS)
    position = ((starts_at - starts_at.iloc[0]) // half_hour).to_numpy()
    arrivals = np.zeros((len(contacts), position[-1] + 1))
    arrivals[:, position] = contacts
    return staffed_load(arrivals, HALF_HOUR_SECONDS, handle)[:, position]


@dataclass(frozen=True)
class _LiveQueue:
    """Calls or chats: loads are in erlangs per agent's capacity, chats at once counted together."""

    handle_seconds: float
    within_seconds: float
    patience_seconds: float | None
    concurrency: int
    slowdown_share: float | None

    def method(self, channel: str) -> str:
        if self._is_chat():
            return "chat"
        if channel == "phone" and self.patience_seconds is not None:
            return "erlang_a"
        return LIVE_CHANNELS[channel]

    def required_agents(self, load, target, max_occupancy) -> np.ndarray:
        if self._is_chat():
            return required_chat_agents(
                self._rate(load),
                self.handle_seconds,
                target,
                self.within_seconds,
                self._patience(),
                self._together(),
                max_occupancy,
            )
        return erlang.required_agents(
            load,
            self.handle_seconds / self.concurrency,
            target,
            self.within_seconds,
            self.patience_seconds,
            max_occupancy,
        )

    def performance(self, load, agents) -> dict[str, np.ndarray]:
        """Service level, occupancy and mean wait; NaN where they are undefined."""
        service_level, occupancy, wait = (np.full(load.shape, np.nan) for _ in range(3))
        capacity = agents
        if self._is_chat():
            fastest = self._together().handled_per_second(self.handle_seconds)[-1]
            capacity = agents * fastest * self.handle_seconds / self.concurrency
        is_stable = (load > 0) & ((capacity > load) | (self.patience_seconds is not None))
        load, agents = load[is_stable], agents[is_stable]
        if self._is_chat():
            does = chat_performance(
                self._rate(load),
                agents,
                self.handle_seconds,
                self.within_seconds,
                self._patience(),
                self._together(),
            )
        else:
            does = erlang.performance(
                load,
                agents,
                self.handle_seconds / self.concurrency,
                self.within_seconds,
                self.patience_seconds,
            )
        service_level[is_stable] = does.service_level_share
        occupancy[is_stable] = does.occupancy_share
        wait[is_stable] = does.wait_mean_seconds
        return _named(service_level, occupancy, wait)

    def _is_chat(self) -> bool:
        return self.slowdown_share is not None and self.concurrency > 1

    def _rate(self, load) -> np.ndarray:
        return load * self.concurrency / self.handle_seconds

    def _patience(self) -> float:
        return np.inf if self.patience_seconds is None else self.patience_seconds

    def _together(self) -> Concurrency:
        return Concurrency(self.concurrency, self.slowdown_share)


def _workload(load, agents) -> dict[str, np.ndarray]:
    """Deferrable work has an occupancy alone, where the agents can do it."""
    service_level, occupancy, wait = (np.full(load.shape, np.nan) for _ in range(3))
    np.divide(load, agents, out=occupancy, where=(load > 0) & (agents >= load))
    return _named(service_level, occupancy, wait)


def _named(service_level, occupancy, wait) -> dict[str, np.ndarray]:
    return {
        "service_level_share": service_level,
        "occupancy_share": occupancy,
        "wait_mean_seconds": wait,
    }


def _spread_over_opening(contacts, day, is_open) -> np.ndarray:
    """Contacts per open half hour: each day's own and carried ones, evenly.

    What arrives after the last opening of the forecast is due beyond it and is left out.
    """
    # The next open half hour, at or after the arrival, says on which day the work is done.
    position = np.where(is_open, np.arange(len(day)), len(day))
    next_open = np.minimum.accumulate(position[::-1])[::-1]
    is_due = next_open < len(day)
    work = np.bincount(day[next_open[is_due]], weights=contacts[is_due], minlength=day.max() + 1)
    open_count = np.bincount(day[is_open], minlength=day.max() + 1)
    return np.where(is_open, work[day] / np.maximum(open_count[day], 1), 0.0)


def _day_band(local_on: pd.Series, days: pd.DataFrame) -> np.ndarray:
    """[3, rows] the day's q10, mean and q90 relative to its mean; 1 on days without contacts."""
    by_day = days.drop_duplicates("local_on").set_index("local_on")
    relative = by_day[["q10", "mean", "q90"]].div(by_day["mean"].where(by_day["mean"] > 0), axis=0)
    return relative.reindex(local_on).fillna(1.0).to_numpy(dtype=float).T


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
