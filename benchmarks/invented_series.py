"""Series whose movements are known, drawn by number: what forecasts are tried on beside real ones.

A series is a level per day times a week, a calendar and chance. How the level moves is its kind:

steady    it stays, but for remainders that fade over days, as in all others
growing   by 0.5 to 1.5 % a week, up or down
seasons   a wave of a year, up to a third up and down
drifting  a random walk
doubled   from one day on, at some time in the last ten weeks
halved    likewise
bursts    days of up to four times as many, fading to half within two
gaps      the feed was down for runs of days
weekdays  closed on Saturdays and Sundays

Half hours have four kinds more: longer hours and a sixth weekday at some time in the last six
weeks, clocks that change, and one contact in twenty half hours.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import holidays
import numpy as np
import pandas as pd

from pipelines.forecasts import grids
from pipelines.forecasts.base import SLOTS, Floats, Grid

HORIZON = 14
DAY_KINDS = (
    "steady",
    "growing",
    "seasons",
    "drifting",
    "doubled",
    "halved",
    "bursts",
    "gaps",
    "weekdays",
)
HALF_HOUR_KINDS = (*DAY_KINDS, "longer hours", "sixth day", "clock changes", "sparse")

_LAST_ON = date(2026, 3, 29)  # New York's clocks changed three weeks before, Seoul's never do
_HOLIDAY = 0.5  # times an everyday's contacts
_FADING = 0.6
_REMAINDER = 0.06
_SCATTER = 0.02  # variance of a slot's rate, relative
_OPEN = (16, 40)  # half hours of desks that close


@dataclass(frozen=True)
class Invented:
    """A series: its kind, contacts a day on average, and its grid with the calendar's columns."""

    kind: str
    size: float
    grid: Grid


def days(number: int, smallest: float, largest: float) -> Invented:
    """A series by the day: half a year to three years, `smallest` to `largest` contacts a day."""
    rng = np.random.default_rng([1, number])
    kind = DAY_KINDS[number % len(DAY_KINDS)]
    size = float(np.exp(rng.uniform(np.log(smallest), np.log(largest))))
    on = _dates(int(rng.integers(180, 1100)))
    rate, is_seen = _levels(kind, on, rng)
    rate = size * rate[:, None]
    counts = np.where(is_seen[:, None], _counts(rate, rng), np.nan)
    frame = pd.DataFrame({"local_on": on, "local_slot": 0, "offered": counts[:, 0]})
    return Invented(kind, size, _grid(frame, on, "Asia/Seoul", slots=1))


def half_hours(number: int) -> Invented:
    """A series by the half hour: 170 to 330 days, 10 to 3,000 contacts a day; sparse ones 2.4."""
    rng = np.random.default_rng([2, number])
    kind = HALF_HOUR_KINDS[number % len(HALF_HOUR_KINDS)]
    size = 0.05 * SLOTS if kind == "sparse" else float(np.exp(rng.uniform(2.3, 8)))
    on = _dates(int(rng.integers(170, 330)))
    level, is_seen = _levels(kind, on, rng)
    zone = "America/New_York" if kind == "clock changes" else "Asia/Seoul"
    slots = grids.half_hours(on[0].date(), on[-1].date(), zone)
    day = slots["local_on"].to_numpy()
    day = np.searchsorted(on.to_numpy(), day)
    slot = slots["local_slot"].to_numpy(dtype=int)
    noon, width = rng.uniform(24, 32, 2), rng.uniform(5, 9, 2)
    bells = np.exp(-0.5 * ((np.arange(SLOTS)[:, None] - noon) / width) ** 2)
    # A weekday's busiest hours lie earlier or later than another's.
    mixed = bells @ rng.dirichlet([4, 4], 7).T + 0.02
    is_open = np.ones((len(on), SLOTS), dtype=bool)
    if kind in ("weekdays", "longer hours", "sixth day"):
        is_open[:, : _OPEN[0]] = is_open[:, _OPEN[1] :] = False
        is_open[on.day_of_week >= 5] = False
    changed = len(on) - int(rng.integers(14, 42))
    if kind == "longer hours":
        is_open[changed:, _OPEN[1] : _OPEN[1] + 4] = is_open[changed:, 20][:, None]
    if kind == "sixth day":
        is_open[changed:, _OPEN[0] : _OPEN[1]] |= (on.day_of_week == 5)[changed:, None]
    share = mixed / mixed.sum(axis=0)
    rate = size * level[day] * share[slot, on.day_of_week[day]]
    open_now = is_open[day, slot]
    counts = np.where(is_seen[day] & open_now, _counts(rate, rng), np.nan)
    frame = slots.assign(offered=np.where(is_seen[day] & ~open_now, 0.0, counts), is_open=open_now)
    return Invented(kind, size, _grid(frame, on, zone))


def _dates(n: int) -> pd.DatetimeIndex:
    return pd.date_range(_LAST_ON - timedelta(days=n - 1), _LAST_ON)


def _levels(kind: str, on: pd.DatetimeIndex, rng: np.random.Generator) -> tuple[Floats, np.ndarray]:
    """[D] what each day brings relative to a usual one, and whether the feed was up."""
    n = len(on)
    week = rng.normal(0, 0.25, 7)
    log = (week - week.mean())[on.day_of_week]
    shocks = rng.normal(0, _REMAINDER, n)
    remainder = np.zeros(n)
    for day in range(1, n):
        remainder[day] = _FADING * remainder[day - 1] + shocks[day]
    log = log + remainder
    is_seen = np.ones(n, dtype=bool)
    days = np.arange(n)
    changed = n - int(rng.integers(21, 70))
    if kind == "growing":
        log = log + rng.choice([-1, 1]) * rng.uniform(0.005, 0.015) * days / 7
    elif kind == "seasons":
        log = log + 0.3 * np.sin(2 * np.pi * (on.day_of_year / 365.25 + rng.uniform()))
    elif kind == "drifting":
        log = log + rng.normal(0, 0.02, n).cumsum()
    elif kind == "doubled":
        log = log + np.log(2) * (days >= changed)
    elif kind == "halved":
        log = log - np.log(2) * (days >= changed)
    elif kind == "bursts":
        for began in np.flatnonzero(rng.uniform(size=n) < 1 / 40):
            log[began:] += rng.uniform(0.3, 1.4) * 0.6 ** np.arange(n - began)
    elif kind == "gaps":
        for began in np.flatnonzero(rng.uniform(size=n) < 1 / 60):
            is_seen[began : began + int(rng.integers(1, 6))] = False
    level = np.exp(np.asarray(log, dtype=float))
    level[on.normalize().isin(_holidays(on))] *= _HOLIDAY
    if kind == "weekdays":
        level[on.day_of_week >= 5] = 0.0
    return level, is_seen


def _counts(rate: Floats, rng: np.random.Generator) -> Floats:
    scattered = rng.gamma(1 / _SCATTER, _SCATTER, rate.shape)
    return rng.poisson(rate * scattered).astype(float)


def _holidays(on: pd.DatetimeIndex) -> pd.DatetimeIndex:
    return pd.to_datetime(list(holidays.country_holidays("KR", years=sorted(set(on.year)))))


def _grid(frame: pd.DataFrame, on: pd.DatetimeIndex, zone: str, slots: int = SLOTS) -> Grid:
    days = grids.days_between(on[0].date(), on[-1].date(), HORIZON)
    grid = grids.queue_grid(frame, None, days, len(on), slots)
    calendar = pd.DataFrame({"local_on": _holidays(on), "is_holiday": True})
    columns, known_from = grids.day_columns(grid, calendar, None, zone)
    return replace(grid, columns=columns, known_from=known_from)
