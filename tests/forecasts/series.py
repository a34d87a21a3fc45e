"""Small invented queues whose week is known exactly."""

from datetime import date, timedelta

import numpy as np

from pipelines.forecasts.base import Grid
from pipelines.forecasts.grids import half_hours

MONDAY = np.datetime64("2026-01-05")
WEEK = (5.0, 4.0, 3.0, 3.0, 2.0, 1.0, 1.0)  # times the bell of the day, Monday first
BELL = 20 * np.exp(-(((np.arange(48) - 28) / 8.0) ** 2))


def weekly_counts(days: np.ndarray) -> np.ndarray:
    """[D, 48] a week that repeats without noise."""
    weekday = (days.astype(int) + 3) % 7
    return np.array(WEEK)[weekday][:, None] * BELL


def weekly_grid(weeks=10, horizon=14, first=MONDAY, noise_seed=None, open_slots=slice(0, 48)):
    days = np.arange(first, first + 7 * weeks + horizon)
    counts = weekly_counts(days)
    if noise_seed is not None:
        counts = np.random.default_rng(noise_seed).poisson(counts).astype(float)
    passes = np.zeros_like(counts)
    passes[:, open_slots] = 1
    counts = np.where(passes > 0, counts, np.nan)
    counts[7 * weeks :] = np.nan
    return Grid(days, counts, passes, observed=7 * weeks)


def arrivals(
    last_on=date(2026, 3, 29),
    days=84,
    zone="Asia/Seoul",
    channel="phone",
    language="ko",
    size=1.0,
    seed=1,
):
    """The frame that `forecast_queues` takes, of one queue, Poisson around the known week."""
    slots = half_hours(last_on - timedelta(days=days - 1), last_on, zone)
    weekday = slots["local_on"].dt.day_of_week.to_numpy()
    expected = size * np.array(WEEK)[weekday] * BELL[slots["local_slot"]]
    offered = np.random.default_rng(seed).poisson(expected).astype(float)
    return slots.assign(channel=channel, language=language, offered=offered, is_open=True)
