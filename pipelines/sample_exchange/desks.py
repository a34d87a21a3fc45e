"""Who is on duty, and how long a contact that comes now will wait: half hour by half hour.

The waits come from utilisation: Bolch's approximation of the probability of waiting, the mean
wait of those who wait in M/M/n, and on top the queue that is left over from busier half hours.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.sample_exchange.calendars import Period, is_open, local_time
from pipelines.sample_exchange.demand import Demand
from pipelines.sample_exchange.world import (
    DAY_SLOTS,
    EMAIL,
    HOME_ZONE,
    LANGUAGES,
    LIVE_CHAT,
    LIVE_DESKS,
    PHONE,
    SHRINKAGE,
    SLOT_SECONDS,
    TICKET_HANDLE_SECONDS,
)

WEEK_SLOTS = 7 * DAY_SLOTS
TICKET_UTILISATION = 0.62
REACHES_PEOPLE = {LIVE_CHAT: 0.72, PHONE: 0.96}
"""Share of a channel's contacts that the bot or the voice menu does not keep."""
MOST_OCCUPIED = 0.87
EMAIL_OCCUPIED = 0.8
OPEN_HOURS = 9
"""Hours of a day of the e-mail desks."""
SPARED = 0.5
"""Part of the e-mail that a phone desk open at the same time answers between its calls."""
SAFETY = {LIVE_CHAT: 1.4, PHONE: 2.0}
"""Free places planned beyond the load, in square roots of it."""


@dataclass(frozen=True)
class LiveQueues:
    """(half hour, live desk) arrays; `scheduled` covers the planned half hours too.

    `delay_probability` that no agent is free, `delay_seconds` the mean wait of those delayed,
    `backlog_seconds` the wait behind those who came before, `opens_in_seconds` counted from
    the start of the half hour, 0 while open."""

    scheduled: np.ndarray
    is_open: np.ndarray
    delay_probability: np.ndarray
    delay_seconds: np.ndarray
    backlog_seconds: np.ndarray
    opens_in_seconds: np.ndarray


@dataclass(frozen=True)
class TicketQueues:
    """Work on tickets per language: a clock that runs at the desk's pace and stops at night.

    `worked` (half hour edge, language) counts the contacts the desk could have answered by
    then, `waiting` (half hour, language) those that lie before a new one, `pace` (half hour,
    language) the contacts per open half hour."""

    edges: np.ndarray
    worked: np.ndarray
    waiting: np.ndarray
    pace: np.ndarray

    def after(
        self, instants: np.ndarray, language: np.ndarray, slot: np.ndarray, open_hours: np.ndarray,
        queued: bool,
    ) -> np.ndarray:  # fmt: skip
        """The instant at which `open_hours` of the desk's time have passed since each instant,
        after the queue of that moment where `queued`. All one-dimensional, epoch seconds."""
        result = np.empty(len(instants))
        for i in range(len(LANGUAGES)):
            mine = language == i
            start = np.interp(instants[mine], self.edges, self.worked[:, i])
            ahead = self.pace[slot[mine], i] * 2.0 * open_hours[mine]
            if queued:
                ahead = ahead + self.waiting[slot[mine], i]
            result[mine] = np.interp(start + ahead, self.worked[:, i], self.edges)
        return result.astype(np.int64)


def schedule(period: Period, demand: Demand) -> np.ndarray:
    """Agents on duty per planned half hour and live desk, 0 where closed.

    The plan knows the season but works in whole hours and trusts habits: little slack in the
    first hour and in the evening, much at night."""
    home = local_time(period, HOME_ZONE).half_hour
    slack = np.ones(DAY_SLOTS)
    slack[18:20], slack[40:45], slack[2:14] = 0.35, 0.3, 1.4
    scheduled = np.zeros((period.planned_slots, len(LIVE_DESKS)))
    for d, desk in enumerate(LIVE_DESKS):
        open_ = is_open(period, desk.calendar)
        usual = np.where(open_, demand.usual[:, desk.channel, desk.language], 0.0)
        usual *= REACHES_PEOPLE[desk.channel]
        hourly = usual.reshape(-1, 2).sum(axis=1) / np.maximum(open_.reshape(-1, 2).sum(axis=1), 1)
        load = np.repeat(hourly, 2) * desk.handle_seconds / SLOT_SECONDS
        spare = SAFETY[desk.channel] * slack[home] * np.sqrt(load)
        places = np.maximum(load + spare, load / MOST_OCCUPIED)
        busy = np.ceil(places / desk.concurrency)
        scheduled[:, d] = np.where(open_, np.maximum(np.ceil(busy / (1 - SHRINKAGE)), 2), 0)
    return scheduled


def email_schedule(period: Period, demand: Demand) -> np.ndarray:
    """Agents who answer e-mail per planned half hour and language, 0 where closed.

    Two at least, for as many whole hours at the end of the day as it takes: what came since the
    evening before is due by then, on Mondays the weekend's too. Where it takes more than one all
    day, all day."""
    open_ = is_open(period, "korea-day")
    usual = demand.usual[:, EMAIL, :].copy()
    for desk in LIVE_DESKS:
        meets = open_ & is_open(period, desk.calendar)
        if desk.channel == PHONE and meets.sum() > open_.sum() / 2:
            usual[:, desk.language] *= 1 - SPARED
    evenings = np.flatnonzero(open_ & ~np.append(open_[1:], False))
    came = np.diff(np.cumsum(usual, axis=0)[evenings], axis=0, prepend=0)
    hours = came * TICKET_HANDLE_SECONDS / 3600 / EMAIL_OCCUPIED / (1 - SHRINKAGE)
    agents = np.maximum(np.ceil(hours / OPEN_HOURS), 2)
    present = np.where(hours > OPEN_HOURS, OPEN_HOURS, np.ceil(hours / agents))
    day = np.minimum(np.searchsorted(evenings, np.arange(len(open_))), len(evenings) - 1)
    left = (_closes_in(open_) / 3600)[:, None]
    return np.where(open_[:, None] & (left <= present[day]), agents[day], 0)


def live_queues(period: Period, demand: Demand) -> LiveQueues:
    """Approximate waits of every live desk in every half hour with arrivals."""
    scheduled = schedule(period, demand)
    slots, desks = period.slots, len(LIVE_DESKS)
    channel = [desk.channel for desk in LIVE_DESKS]
    language = [desk.language for desk in LIVE_DESKS]
    handle = np.array([desk.handle_seconds for desk in LIVE_DESKS])
    patience = np.array([desk.patience_seconds for desk in LIVE_DESKS])
    places = np.array([desk.concurrency for desk in LIVE_DESKS])
    servers = scheduled[:slots] * (1 - SHRINKAGE) * places
    open_ = servers > 0
    reaches = np.array([REACHES_PEOPLE[desk.channel] for desk in LIVE_DESKS])
    came = np.where(open_, demand.counts[:, channel, language] * reaches, 0.0)
    expected = demand.expected[:, channel, language] * reaches
    load = 0.5 * (expected + came) * handle / SLOT_SECONDS
    with np.errstate(divide="ignore", invalid="ignore"):
        utilisation = np.where(open_, np.minimum(load / servers, 0.97), 0.0)
    probability = np.where(
        utilisation > 0.7,
        (utilisation**servers + utilisation) / 2,
        utilisation ** ((servers + 1) / 2),
    )
    delay = np.where(open_, handle / np.maximum(servers * (1 - utilisation), 1e-9), 0.0)
    capacity = servers * SLOT_SECONDS / handle
    stays = np.exp(-SLOT_SECONDS / (2.5 * patience))
    waiting = np.zeros((slots, desks))
    left_over = np.zeros(desks)
    for t in range(slots):
        waiting[t] = left_over
        left_over = np.maximum(left_over * stays + came[t] - capacity[t], 0.0)
    backlog = np.where(open_, waiting / np.maximum(capacity, 1e-9) * SLOT_SECONDS, 0.0)
    opens_in = np.stack(
        [_opens_in(is_open(period, desk.calendar))[:slots] for desk in LIVE_DESKS], axis=1
    )
    return LiveQueues(scheduled, open_, np.where(open_, probability, 0.0), delay, backlog, opens_in)


def ticket_queues(period: Period, demand: Demand) -> TicketQueues:
    """The pace and the queue of the ticket desk of every language."""
    open_ = is_open(period, "korea-day")
    usual = _weekly_mean(demand.usual[:, EMAIL:, :].sum(axis=1))
    pace = usual * WEEK_SLOTS / 90 / TICKET_UTILISATION
    capacity = np.where(open_[:, None], pace, pace * 1e-7)
    came = np.zeros_like(capacity)
    came[: period.slots] = demand.counts[:, EMAIL:, :].sum(axis=1)
    waiting = np.zeros_like(capacity)
    left_over = np.zeros(len(LANGUAGES))
    for t in range(period.planned_slots):
        waiting[t] = left_over
        left_over = np.maximum(left_over + came[t] - capacity[t], 0.0)
    edges = np.append(period.slot_seconds(), period.ends + 14 * 86_400).astype(float)
    worked = np.vstack([np.zeros(len(LANGUAGES)), np.cumsum(capacity, axis=0)])
    return TicketQueues(edges, worked, waiting, pace)


def _weekly_mean(usual: np.ndarray) -> np.ndarray:
    """Mean of the surrounding seven days, per half hour."""
    padded = np.concatenate([usual[:WEEK_SLOTS], usual, usual[-WEEK_SLOTS:]])
    total = np.cumsum(np.vstack([np.zeros(usual.shape[1]), padded]), axis=0)
    first = np.arange(len(usual)) + WEEK_SLOTS - WEEK_SLOTS // 2
    return (total[first + WEEK_SLOTS] - total[first]) / WEEK_SLOTS


def _opens_in(open_: np.ndarray) -> np.ndarray:
    index = np.arange(len(open_))
    next_open = np.where(open_, index, len(open_))
    next_open = np.minimum.accumulate(next_open[::-1])[::-1]
    return (next_open - index) * SLOT_SECONDS


def _closes_in(open_: np.ndarray) -> np.ndarray:
    """Seconds from the start of each half hour to the next that is closed; 0 while closed."""
    return _opens_in(~open_)
