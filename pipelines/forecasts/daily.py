"""Series that are known by the day only. Missing days are missing, not zero."""

from datetime import date

import numpy as np
import pandas as pd

from pipelines.forecasts import grids
from pipelines.forecasts.base import SLOTS, Grid
from pipelines.forecasts.counted_days import CountedDays
from pipelines.forecasts.quantiles import day_paths
from pipelines.forecasts.rolling import Rolling
from pipelines.forecasts.structural_days import has_two_years

DAILY_COLUMNS = ("local_on", "mean", "q10", "q50", "q90", "model")

_SEEN_WEEKS = 8


def forecast_daily(
    history: pd.DataFrame,
    calendar: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    *,
    last_on: date | None = None,
    horizon_days: int = 14,
    zone: str = "Asia/Seoul",
    seed: int = 0,
) -> pd.DataFrame:
    """DAILY_COLUMNS, one row per day ahead on which contacts can arrive.

    history: local_on, offered (NULL: not observed); one row per day. A weekday without any row
    observed in the last 8 weeks is closed. calendar and events as for `forecast_queues`.
    Fewer than 28 days give no forecast, an empty frame.
    """
    seen = history[history["offered"].notna()]
    if seen.empty:
        return pd.DataFrame(columns=list(DAILY_COLUMNS))
    last_on = last_on or pd.Timestamp(seen["local_on"].max()).date()
    grid = one_slot_grid(seen, last_on, horizon_days)
    columns, known_from = grids.day_columns(grid, calendar, events, zone)
    grid = Grid(grid.days, grid.counts, grid.passes, grid.observed, columns, known_from)
    model, origin = CountedDays(), grid.observed - 1
    if grid.days_behind(origin) < model.minimum_days:
        return pd.DataFrame(columns=list(DAILY_COLUMNS))
    rolling = Rolling(model, grid, [origin], horizon_days)
    mean = rolling.mean(origin)
    paths = day_paths(mean, rolling.past(origin), seed)
    is_open = np.isfinite(mean[:, 0])
    q10, q50, q90 = np.quantile(paths[:, is_open], [0.1, 0.5, 0.9], axis=0)
    return pd.DataFrame(
        {
            "local_on": grid.days[grid.observed :][is_open].astype("datetime64[us]"),
            "mean": mean[is_open, 0],
            "q10": q10,
            "q50": q50,
            "q90": q90,
            "model": "level and structural" if has_two_years(grid, origin) else "level",
        }
    )


def one_slot_grid(seen: pd.DataFrame, last_on: date, horizon: int) -> Grid:
    """Days as a grid whose only half hour is the first: it holds the day."""
    on = seen["local_on"].to_numpy().astype("datetime64[D]")
    days = grids.days_between(on.min().item(), last_on, horizon)
    observed = len(days) - horizon
    counts = np.full((len(days), SLOTS), np.nan)
    position = (on - days[0]).astype(int)
    is_past = position < observed
    counts[position[is_past], 0] = seen["offered"].to_numpy(dtype=float)[is_past]
    weekday = (days.astype(int) + 3) % 7
    recent = slice(max(0, observed - 7 * _SEEN_WEEKS), observed)
    usual = np.unique(weekday[recent][np.isfinite(counts[recent, 0])])
    passes = np.zeros_like(counts)
    passes[:, 0] = np.isin(weekday, usual) | np.isfinite(counts[:, 0])
    return Grid(days, counts, passes, observed)
