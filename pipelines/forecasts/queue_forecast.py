"""One queue: which model it gets, what that model expects, and what it expected before."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import pandas as pd

from pipelines.forecasts.backtest import backtest, origins_to_test
from pipelines.forecasts.base import QUANTILES, Floats, Grid, Model
from pipelines.forecasts.borrowed_profile import BorrowedProfile
from pipelines.forecasts.by_day import even_parts
from pipelines.forecasts.combination import Combination
from pipelines.forecasts.misses import PAST_LEADS
from pipelines.forecasts.paths import busiest_rates, half_hour_paths
from pipelines.forecasts.quantiles import PastErrors, day_paths, half_hour_quantiles
from pipelines.forecasts.rolling import Rolling
from pipelines.forecasts.selection import choose, marked

log = logging.getLogger(__name__)

QUANTILE_COLUMNS = tuple(f"q{level * 1000:03.0f}".removesuffix("0") for level in QUANTILES)

_FEWEST_CONTACTS_A_DAY = 5.0  # below, a queue has no days of its own to learn from


@dataclass(frozen=True)
class QueueForecast:
    """What one queue is expected to bring, H days ahead.

    intervals  half hours: starts_at, local_on, local_slot, mean, QUANTILE_COLUMNS, model
    days       [H]
    day_means  [H] NaN: closed
    day_paths  [paths, H] simulated totals of the days
    paths      [PATHS, H, 48] simulated half hours; None: only days are known
    busiest    [PATHS, H] contacts to expect in the busiest half hour that is open; None likewise
    backtest   BACKTEST_COLUMNS and is_chosen
    past       local_on, lead_days, forecast_contacts, offered_contacts: what the model in use
               would have said of days gone by, 1, 7 and 14 days ahead
    """

    intervals: pd.DataFrame
    days: np.ndarray
    day_means: Floats
    day_paths: Floats
    paths: np.ndarray | None
    busiest: Floats | None
    backtest: pd.DataFrame
    past: pd.DataFrame


def forecast_queue(
    queue: tuple[str, str],
    grid: Grid,
    models: Sequence[Model],
    slots: pd.DataFrame,
    horizon: int,
    seed: int,
    is_open: np.ndarray,
) -> QueueForecast:
    """Back-test the models, take the best one that loses to no yardstick, forecast with it.

    slots: starts_at, local_on, local_slot of the half hours ahead. is_open: [H, 48]. Half hours of
    a grid that is known by the day are even parts of it, without quantiles (NULL), and have no
    paths.
    """
    tested = _backtest(grid, _worth_trying(grid, models), horizon)
    chosen = choose(tested)
    origin = grid.observed - 1
    if chosen is None:
        model: Model = BorrowedProfile()
        label = f"{model.name} (untested: {grid.days_behind(origin)} days of history)"
    else:
        model = next(each for each in models if each.name == chosen)
        label = chosen
    rolling = Rolling(model, grid, [origin], horizon)
    mean, past = rolling.mean(origin), rolling.past(origin)

    first = grid.days[origin + 1]
    lead = (slots["local_on"].to_numpy().astype("datetime64[D]") - first).astype(int)
    cell = lead, slots["local_slot"].to_numpy(dtype=int)
    if grid.is_by_day:
        intervals = slots.assign(mean=even_parts(mean[:, 0], *cell, is_open), model=label)
        intervals[list(QUANTILE_COLUMNS)] = np.nan
    else:
        intervals = slots.assign(mean=mean[cell], model=label)
        intervals[list(QUANTILE_COLUMNS)] = half_hour_quantiles(mean, past)[cell]
    # A half hour that the clocks repeat brings its contacts twice.
    passes = grid.passes[origin + 1 :, : mean.shape[1]]
    per_day = np.where(np.isfinite(mean), mean * passes, np.nan)
    number = crc32(" ".join(queue).encode())
    totals = day_paths(per_day, past, seed, number)
    paths = busiest = None
    if not grid.is_by_day:
        paths = half_hour_paths(totals, mean, past, seed, number).astype(np.int32)
        busiest = busiest_rates(totals, mean, past, is_open, seed, number)
    return QueueForecast(
        intervals=intervals[intervals["mean"].notna()],
        days=grid.days[origin + 1 :],
        day_means=np.where(np.isfinite(mean).any(axis=1), np.nansum(per_day, axis=1), np.nan),
        day_paths=totals,
        paths=paths,
        busiest=busiest,
        backtest=marked(tested, chosen),
        past=_past_days(grid, past, rolling.earlier(origin)),
    )


def _worth_trying(grid: Grid, models: Sequence[Model]) -> list[Model]:
    """Without the combination where a day brings a contact or two: it could only cost time."""
    open_days = np.isfinite(grid.counts).any(axis=1).sum()
    if np.nansum(grid.counts) >= _FEWEST_CONTACTS_A_DAY * open_days:
        return list(models)
    return [model for model in models if model.name != Combination.name]


def _backtest(grid: Grid, models: Sequence[Model], horizon: int) -> pd.DataFrame:
    origins = origins_to_test(grid, horizon)
    tested = []
    for model in models:
        try:
            tested.append(backtest(grid, [model], origins, horizon))
        except (ArithmeticError, ValueError) as error:  # LinAlgError is a ValueError
            log.warning("%s is not used for this queue: %s", model.name, error)
    tested = [each for each in tested if not each.empty]
    return pd.concat(tested, ignore_index=True) if tested else backtest(grid, [], [], horizon)


def _past_days(grid: Grid, past: PastErrors, earlier: Sequence[int]) -> pd.DataFrame:
    is_known = np.isfinite(past.expected) & np.isfinite(past.came)
    rows = []
    for lead in (each for each in PAST_LEADS if each <= past.expected.shape[1]):
        known = is_known[:, lead - 1]
        for row in np.flatnonzero(known.any(axis=1)):
            rows.append(
                (
                    grid.days[earlier[row] + lead],
                    lead,
                    past.expected[row, lead - 1][known[row]].sum(),
                    past.came[row, lead - 1][known[row]].sum(),
                )
            )
    columns = ["local_on", "lead_days", "forecast_contacts", "offered_contacts"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(local_on=frame["local_on"].to_numpy().astype("datetime64[us]"))
