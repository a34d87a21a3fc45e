"""How many contacts each half hour brings, per channel and language, and what moves them."""

from dataclasses import dataclass, replace

import numpy as np

from pipelines.sample_exchange.calendars import PLAN_DAYS, Period, is_holiday, is_open, local_time
from pipelines.sample_exchange.world import (
    CHANNELS,
    DAY_SHAPES,
    DAY_SLOTS,
    HOLIDAY_FACTORS,
    HOME_ZONE,
    LANGUAGES,
    LIVE_CHAT,
    LIVE_DESKS,
    NON_PHONE_MIX,
    PHONE,
    SLOT_SECONDS,
    TOPIC_FACTORS,
    TOPIC_SHARES,
    TOPICS,
    WEEKDAY_FACTORS,
)

LOGIN, TRADE, WITHDRAWAL, STOLEN, KYC, FEES, OTHER = range(len(TOPICS))
YEARLY_GROWTH = 0.22
LARGEST_LIFT = 5.0
ARTICLE_KEEPS = 0.6
"""Share of the contacts about identity checks that still come once the article is rewritten."""


@dataclass(frozen=True)
class MarketEvent:
    """One event; instants are epoch seconds, `ends_at` not included. `topic`: what it concerns,
    empty for all; told for changes of the exchange's own support, which last."""

    event_id: str
    kind: str
    title: str
    starts_at: int
    ends_at: int
    known_at: int
    topic: str = ""


@dataclass(frozen=True)
class Burst:
    """A fault nobody announced: one topic of one desk multiplies; instants in epoch seconds."""

    starts_at: int
    ends_at: int
    channel: int
    language: int
    topic: int
    factor: float


@dataclass(frozen=True)
class Demand:
    """The period's contacts.

    `counts` (half hour, channel, language) are drawn, `expected` are what they were drawn
    from, `usual` (planned half hour, channel, language) what a planner would expect who knows
    seasons and holidays but not the market; `topic_lift` (half hour, topic) multiplies a
    topic's share while an event lasts; `burst` lifts one topic of one desk on top. `true_effects`
    says what `pipelines.analysis` should find.
    """

    counts: np.ndarray
    expected: np.ndarray
    usual: np.ndarray
    topic_lift: np.ndarray
    events: tuple[MarketEvent, ...]
    burst: Burst
    true_effects: dict


def draw_demand(period: Period, contacts: int, rng: np.random.Generator) -> Demand:
    """Spread exactly `contacts` contacts over the period."""
    usual = _usual(period)
    events, lift = _market(period, rng)
    shares = topic_shares()
    noise = _day_noise(period, rng)
    burst = _burst(period)
    hours = burst_slots(burst, period)
    usual_now = usual[: period.slots] * noise[:, None, :]
    expected = usual_now * np.einsum("clk,tk->tcl", shares, lift)
    extra = (burst.factor - 1) * shares[burst.channel, burst.language, burst.topic]
    extra = extra * lift[hours, burst.topic] * usual_now[hours, burst.channel, burst.language]
    expected[hours, burst.channel, burst.language] += extra
    for event in events:
        if event.kind == "outage":
            first = (event.starts_at - period.starts) // SLOT_SECONDS
            last = (event.ends_at - period.starts) // SLOT_SECONDS
            expected[first:last] = 0.0
    scale = contacts / expected.sum()
    weights = expected.ravel() * (scale / contacts)
    counts = rng.multinomial(contacts, weights).reshape(expected.shape)
    about = np.einsum("tcl,cl->t", usual_now, shares[:, :, KYC]) * lift[:, KYC] * scale
    effects = {
        "changes": [_true_change(event, about, period) for event in events if event.topic],
        "bursts": [_true_burst(burst, float(extra.sum() * scale))],
    }
    return Demand(counts, expected * scale, usual * scale, lift, events, burst, effects)


def burst_slots(burst: Burst, period: Period) -> slice:
    """The half hours of the period that a burst lasts."""
    first = (burst.starts_at - period.starts) // SLOT_SECONDS
    return slice(first, (burst.ends_at - period.starts) // SLOT_SECONDS)


def topic_shares() -> np.ndarray:
    """(channel, language, topic) shares of a quiet day; each adds up to one."""
    factors = np.array([TOPIC_FACTORS[channel] for channel in CHANNELS])
    by_language = np.ones((len(LANGUAGES), len(TOPICS)))
    for i in range(len(LANGUAGES)):  # customers abroad verify and withdraw more, trade less
        if i > 0:
            by_language[i] = (1.0, 0.85, 1.15, 1.0, 1.25, 0.95, 0.9 + 0.02 * i)
    shares = TOPIC_SHARES * factors[:, None, :] * by_language[None, :, :]
    return shares / shares.sum(axis=2, keepdims=True)


def _usual(period: Period) -> np.ndarray:
    days = np.arange(period.planned_slots) / DAY_SLOTS
    growth = (1 + YEARLY_GROWTH) ** (days / 365.25) * (1 + 0.06 * np.sin(days / 365.25 * 6.28))
    home = local_time(period, HOME_ZONE)
    opening_bell = 1 + 0.22 * _bump(home.half_hour / 2 + 0.25, 9.3, 0.5)
    usual = np.empty((period.planned_slots, len(CHANNELS), len(LANGUAGES)))
    phone_open = {desk.language: is_open(period, desk.calendar)
                  for desk in LIVE_DESKS if desk.channel == PHONE}  # fmt: skip
    for i, language in enumerate(LANGUAGES):
        for c, channel in enumerate(CHANNELS):
            prefers = language.phone if c == PHONE else (1 - language.phone)
            mix = 1.0 if c == PHONE else NON_PHONE_MIX[channel]
            level = language.share * prefers * mix
            if level == 0:
                usual[:, c, i] = 0.0
                continue
            zones = language.zones
            if c == PHONE and language.phone_zone:
                zones = ((language.phone_zone, 1.0),)
            shape = sum(
                weight * _zone_shape(period, zone, channel, language.holidays)
                for zone, weight in zones
            )
            if c == PHONE:  # callers know the hours; a few try anyway
                shape = np.where(phone_open[i], shape, 0.22 * shape)
            usual[:, c, i] = level * shape * growth * opening_bell
    return usual


def _zone_shape(period: Period, zone: str, channel: str, country: str | None) -> np.ndarray:
    local = local_time(period, zone)
    hours = np.arange(DAY_SLOTS) / 2 + 0.25
    floor, bumps = DAY_SHAPES[channel]
    day = np.maximum(floor + sum(h * _bump(hours, at, width) for at, width, h in bumps), 0.02)
    day = day / day.mean()
    shape = day[local.half_hour] * np.array(WEEKDAY_FACTORS[channel])[local.weekday]
    holiday = is_holiday(period, zone, country)
    after = np.zeros_like(holiday)
    after[DAY_SLOTS:] = holiday[:-DAY_SLOTS] & ~holiday[DAY_SLOTS:]
    working = local.weekday < 5
    shape = np.where(holiday & working, shape * HOLIDAY_FACTORS[channel], shape)
    return np.where(after & working, shape * 1.16, shape)


def _bump(hours: np.ndarray, centre: float, width: float) -> np.ndarray:
    distance = (hours - centre + 12) % 24 - 12
    return np.exp(-0.5 * (distance / width) ** 2)


def _day_noise(period: Period, rng: np.random.Generator) -> np.ndarray:
    """(half hour, language) factors: days differ, and a busy day is followed by another."""
    shocks = rng.normal(size=(period.days, len(LANGUAGES) + 1)) * np.array(
        [0.045] + [0.05] * len(LANGUAGES)
    )
    for day in range(1, period.days):
        shocks[day] += 0.45 * shocks[day - 1]
    return np.exp(np.repeat(shocks[:, :1] + shocks[:, 1:], DAY_SLOTS, axis=0))


@dataclass(frozen=True)
class EventKind:
    """How often a kind of event comes and what it does.

    `days_between` on average; `start_hours` of the local day, `hours` it lasts and
    `warning_hours` it is known before are ranges (the upper start hour is left out). `lifts`
    says how much of the event's strength, drawn from `strengths`, each topic feels; the effect
    halves every `half_life_hours`, or lasts as long as the event where that is None."""

    name: str
    days_between: float
    start_hours: tuple[int, int]
    hours: tuple[int, int]
    warning_hours: tuple[int, int]
    strengths: tuple[float, float]
    half_life_hours: tuple[float, float] | None
    lifts: dict[int, float]


_EVENT_KINDS = (
    EventKind("surge", 9.0, (0, 24), (2, 6), (0, 0), (0.9, 2.9), (1.2, 3.5),
              {TRADE: 1.0, WITHDRAWAL: 0.8, LOGIN: 0.35, STOLEN: 0.1}),
    EventKind("withdrawal_halt", 24.0, (9, 22), (3, 8), (0, 1), (1.6, 2.9), (2.0, 4.0),
              {WITHDRAWAL: 1.0, OTHER: 0.15}),
    EventKind("listing", 13.0, (14, 19), (4, 8), (24, 96), (0.5, 1.4), (1.5, 3.0),
              {TRADE: 1.0, KYC: 0.3, FEES: 0.2}),
    EventKind("maintenance", 15.0, (2, 5), (2, 4), (72, 168), (0.8, 1.8), None,
              {LOGIN: 1.0, TRADE: 0.9}),
    EventKind("campaign", 35.0, (10, 11), (72, 168), (120, 240), (0.5, 1.0), None,
              {FEES: 0.8, OTHER: 0.4, KYC: 0.3}),
)  # fmt: skip
_COINS = ("BTC", "ETH", "XRP", "SOL", "DOGE", "KAIA", "ADA", "AVAX")


def _market(period: Period, rng: np.random.Generator) -> tuple[tuple[MarketEvent, ...], np.ndarray]:
    """The period's events in time order, and the lift they give each half hour and topic."""
    lift = np.ones((period.slots, len(TOPICS)))
    events = []
    for kind in _EVENT_KINDS:
        days = period.days + PLAN_DAYS
        for _ in range(max(2, round(days / kind.days_between))):
            half_hours = DAY_SLOTS * rng.integers(0, days)
            half_hours += 2 * rng.integers(*kind.start_hours) + rng.integers(0, 2)
            duration = 3600 * int(rng.integers(kind.hours[0], kind.hours[1] + 1))
            strength = rng.uniform(*kind.strengths)
            fade = 3600 * rng.uniform(*kind.half_life_hours) if kind.half_life_hours else None
            warning = 3600 * int(rng.integers(kind.warning_hours[0], kind.warning_hours[1] + 1))
            coin = _COINS[rng.integers(0, len(_COINS))]
            starts_at = period.starts + SLOT_SECONDS * int(half_hours)
            known_at = starts_at - warning
            if known_at >= period.ends:
                continue  # nobody knows of it yet
            _raise(lift, period, starts_at, duration, strength, fade, kind.lifts)
            title = _title(kind.name, coin, strength)
            ends_at = starts_at + duration
            events.append(MarketEvent("", kind.name, title, starts_at, ends_at, known_at))
    outage = _outage(period, rng)
    _raise(lift, period, outage.ends_at, 10 * 3600, 4.2, 1.6 * 3600, {LOGIN: 1.0, TRADE: 0.4})
    events.append(outage)
    lift = np.minimum(lift, LARGEST_LIFT)
    article = _article(period)
    lift[(article.starts_at - period.starts) // SLOT_SECONDS :, KYC] *= ARTICLE_KEEPS
    events.append(article)
    events.sort(key=lambda event: (event.starts_at, event.kind))
    return tuple(replace(e, event_id=f"M{i:04d}") for i, e in enumerate(events, 1)), lift


def _outage(period: Period, rng: np.random.Generator) -> MarketEvent:
    """Three to four hours on an afternoon 39 days before the end."""
    day = max(period.days - 39, 7)
    starts_at = period.starts + day * 86_400 + 14 * 3600
    lasts = int(rng.integers(6, 9)) * SLOT_SECONDS
    return MarketEvent("", "outage", "Exchange and helpdesk unreachable", starts_at,
                       starts_at + lasts, starts_at)  # fmt: skip


def _article(period: Period) -> MarketEvent:
    """A change of the support's own, 35 days before the end, from a midnight on."""
    starts_at = period.starts + max(period.days - 35, 1) * 86_400
    return MarketEvent("", "article", "Help article on identity checks rewritten", starts_at,
                       starts_at + 86_400, starts_at, TOPICS[KYC])  # fmt: skip


def _true_change(event: MarketEvent, about: np.ndarray, period: Period) -> dict:
    """The mean effect per day on contacts of the topic, from `about` (expected per half hour)."""
    first = (event.starts_at - period.starts) // SLOT_SECONDS
    per_day = about[first:].sum() / ((len(about) - first) / DAY_SLOTS)
    return {
        "kind": event.kind,
        "topic": event.topic,
        "starts_at": event.starts_at,
        "metric": "contacts",
        "effect_per_day": round(float(per_day * (1 - 1 / ARTICLE_KEEPS)), 4),
    }


def _burst(period: Period) -> Burst:
    """Three hours on an afternoon 12 days before the end: withdrawals by Korean chat."""
    starts_at = period.starts + max(period.days - 12, 0) * 86_400 + 14 * 3600
    return Burst(starts_at, starts_at + 3 * 3600, LIVE_CHAT, 0, WITHDRAWAL, 30.0)


def _true_burst(burst: Burst, extra: float) -> dict:
    return {
        "starts_at": burst.starts_at,
        "ends_at": burst.ends_at,
        "channel": CHANNELS[burst.channel],
        "language": LANGUAGES[burst.language].code,
        "topic": TOPICS[burst.topic],
        "expected_extra": round(extra, 4),
    }


def _raise(
    lift: np.ndarray, period: Period, starts_at: int, duration: int, strength: float,
    fade: float | None, lifts: dict[int, float],
) -> None:  # fmt: skip
    """Multiply `lift` by an event: half an hour at full strength and then fading, or a plateau."""
    first = (starts_at - period.starts) // SLOT_SECONDS
    tail = int(3 * fade) if fade else 3600
    last = min(first + (duration + tail) // SLOT_SECONDS, period.slots)
    after = (np.arange(first, last) - first) * SLOT_SECONDS
    plateau = duration if fade is None else min(duration, 1800)
    level = np.where(after < plateau, 1.0, 0.5 ** ((after - plateau) / (fade if fade else 1800.0)))
    for topic, share in lifts.items():
        lift[first:last, topic] *= 1 + strength * share * level


def _title(kind: str, coin: str, strength: float) -> str:
    return {
        "surge": f"{coin} moves {round(4 + 5 * strength)} % within the hour",
        "withdrawal_halt": f"{coin} withdrawals halted",
        "listing": f"{coin} pair listed",
        "maintenance": "Scheduled maintenance",
        "campaign": f"{coin} fee campaign",
    }[kind]
