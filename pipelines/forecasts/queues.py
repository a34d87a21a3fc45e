"""The entry: arrivals of all queues in, forecasts with their own back-test out."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from zlib import crc32

import numpy as np
import pandas as pd

from pipelines.forecasts import grids
from pipelines.forecasts.backtest import BACKTEST_COLUMNS, backtest, origins_to_test
from pipelines.forecasts.base import QUANTILES, Floats, Grid, Model, discover
from pipelines.forecasts.borrowed_profile import BorrowedProfile
from pipelines.forecasts.combination import MEMBERS
from pipelines.forecasts.quantiles import day_paths, half_hour_quantiles
from pipelines.forecasts.rolling import Rolling
from pipelines.forecasts.selection import choose, marked

log = logging.getLogger(__name__)

QUEUE = ("channel", "language")
ALL = "*"
QUANTILE_COLUMNS = tuple(f"q{level * 1000:03.0f}".removesuffix("0") for level in QUANTILES)
INTERVAL_COLUMNS = (
    *QUEUE,
    "starts_at",
    "local_on",
    "local_slot",
    "mean",
    *QUANTILE_COLUMNS,
    "model",
)
DAY_COLUMNS = (*QUEUE, "local_on", "mean", "q10", "q50", "q90")
QUEUE_BACKTEST_COLUMNS = (*QUEUE, *BACKTEST_COLUMNS, "is_chosen")

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Forecasts:
    """intervals: INTERVAL_COLUMNS, one row per queue and half hour in which contacts can arrive.

    days: DAY_COLUMNS, one row per queue and day, and per day of all queues together
    (channel and language "*"). backtest: QUEUE_BACKTEST_COLUMNS, one row per queue, model and
    horizon.
    """

    intervals: pd.DataFrame
    days: pd.DataFrame
    backtest: pd.DataFrame


def forecast_queues(
    arrivals: pd.DataFrame,
    calendar: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    *,
    ahead: pd.DataFrame | None = None,
    last_on: date | None = None,
    horizon_days: int = 14,
    zone: str = "Asia/Seoul",
    seed: int = 0,
    models: Sequence[Model] | None = None,
    progress: Progress | None = None,
) -> Forecasts:
    """Forecast every queue with the model that did best on it, and say how well it did.

    Parameters
    ----------
    arrivals
        channel, language, local_on, local_slot, offered (NULL: not observed), and is_open
        where opening hours are known. Closed half hours of queues that get nothing while
        closed are absent from the forecast.
    calendar
        local_on and is_holiday, past and coming; with channel and language it is per queue.
        Further numeric columns are used as they are.
    events
        kind, starts_at, ends_at, known_at (UTC) of the market's events.
    ahead
        channel, language, local_on, local_slot, is_open of the days to forecast; where left
        out, the opening of the last four weeks goes on.
    last_on
        The last whole local day observed, on whose evening the forecast is made. Later rows
        are left aside: the rest of a day under way would read as a fall. By default the last
        day of the frame with anything observed.
    models
        Candidates; by default every model of this package but the members of the combination,
        which weighs them itself.
    progress
        Called with a text and the share done, 0 to 1.

    Notes
    -----
    A queue too young for a back-test (six weeks) gets the borrowed profile, and its `model`
    says that it is untested. A model that fails on a queue is left out there, with a warning
    in the log; no queue keeps another from its forecast.
    """
    last_on = last_on or grids.last_whole_day(arrivals)
    if last_on is None:
        return _combined([], horizon_days)
    first_on = pd.Timestamp(arrivals["local_on"].min()).date()
    days = grids.days_between(first_on, last_on, horizon_days)
    observed = len(days) - horizon_days
    slots = grids.half_hours(days[observed].item(), days[-1].item(), zone)
    queues = _grids(arrivals, calendar, events, ahead, days, observed, zone)
    models = candidates() if models is None else tuple(models)

    forecasts = []
    for done, (queue, grid) in enumerate(queues.items()):
        if progress is not None:
            progress(" ".join(queue), done / len(queues))
        try:
            forecasts.append(
                (queue, _forecast_queue(queue, grid, models, slots, horizon_days, seed))
            )
        except Exception as error:
            # Whatever one queue's data do to a model, the others still get their forecast.
            log.warning("no forecast for %s %s: %s: %s", *queue, type(error).__name__, error)
    return _combined(forecasts, horizon_days)


def candidates() -> tuple[Model, ...]:
    """The models among which each queue chooses."""
    members = {member.name for member in MEMBERS}
    return tuple(model for model in discover() if model.name not in members)


@dataclass(frozen=True)
class _QueueForecast:
    intervals: pd.DataFrame
    day_means: Floats
    paths: Floats
    days: np.ndarray
    backtest: pd.DataFrame


def _forecast_queue(
    queue: tuple[str, str],
    grid: Grid,
    models: Sequence[Model],
    slots: pd.DataFrame,
    horizon: int,
    seed: int,
) -> _QueueForecast:
    tested = _backtest(grid, models, horizon)
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
    quantiles = half_hour_quantiles(mean, past)

    lead = (slots["local_on"].to_numpy().astype("datetime64[D]") - grid.days[origin + 1]).astype(
        int
    )
    cell = lead, slots["local_slot"].to_numpy(dtype=int)
    intervals = slots.assign(mean=mean[cell], model=label)
    intervals[list(QUANTILE_COLUMNS)] = quantiles[cell]
    # A half hour that the clocks repeat brings its contacts twice.
    passes = grid.passes[origin + 1 :]
    per_day = np.where(np.isfinite(mean), mean * passes, np.nan)
    return _QueueForecast(
        intervals=intervals[intervals["mean"].notna()],
        day_means=np.where(np.isfinite(mean).any(axis=1), np.nansum(per_day, axis=1), np.nan),
        paths=day_paths(per_day, past, seed, crc32(" ".join(queue).encode())),
        days=grid.days[origin + 1 :],
        backtest=marked(tested, chosen),
    )


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


def _grids(arrivals, calendar, events, ahead, days, observed, zone) -> dict[tuple, Grid]:
    """Grids by (channel, language), each with its columns and with its channel as parent."""
    plain = {}
    for queue, rows in arrivals.groupby(list(QUEUE), sort=True):
        grid = grids.queue_grid(rows, _of_queue(ahead, queue), days, observed)
        if np.isfinite(grid.counts).any():
            plain[queue] = grid
    if not plain:
        return {}
    everything = grids.sum_grid(list(plain.values())) if len(plain) > 1 else None
    channels = {}
    for channel in {channel for channel, _ in plain}:
        members = [grid for (of, _), grid in plain.items() if of == channel]
        whole = grids.sum_grid(members) if len(members) > 1 else None
        channels[channel] = everything if whole is None else replace(whole, parent=everything)
    answer = {}
    for queue, grid in plain.items():
        columns, known_from = grids.day_columns(grid, _of_queue(calendar, queue), events, zone)
        answer[queue] = replace(
            grid, columns=columns, known_from=known_from, parent=channels[queue[0]]
        )
    return answer


def _of_queue(frame: pd.DataFrame | None, queue: tuple[str, str]) -> pd.DataFrame | None:
    if frame is None:
        return None
    for column, value in zip(QUEUE, queue, strict=True):
        if column in frame:
            frame = frame[frame[column] == value]
    return frame


def _combined(forecasts: list[tuple[tuple, _QueueForecast]], horizon: int) -> Forecasts:
    intervals, days, tests = [], [], []
    for (channel, language), each in forecasts:
        named = {"channel": channel, "language": language}
        intervals.append(each.intervals.assign(**named))
        days.append(_days(each.days, each.day_means, each.paths, named))
        tests.append(each.backtest.assign(**named))
    if forecasts:
        every = [each for _, each in forecasts]
        named = {"channel": ALL, "language": ALL}
        means = _sum_of_known(np.stack([each.day_means for each in every]))
        paths = _sum_of_known(np.stack([each.paths for each in every]))
        days.append(_days(every[0].days, means, paths, named))
    return Forecasts(
        _stacked(intervals, INTERVAL_COLUMNS),
        _stacked(days, DAY_COLUMNS),
        _stacked(tests, QUEUE_BACKTEST_COLUMNS),
    )


def _days(days: np.ndarray, means: Floats, paths: Floats, named: dict) -> pd.DataFrame:
    """DAY_COLUMNS of the days on which contacts can arrive."""
    is_open = np.isfinite(means)
    q10, q50, q90 = np.quantile(paths[:, is_open], [0.1, 0.5, 0.9], axis=0)
    on = days[is_open].astype("datetime64[us]")
    return pd.DataFrame(
        {"local_on": on, "mean": means[is_open], "q10": q10, "q50": q50, "q90": q90, **named}
    )


def _sum_of_known(values: Floats) -> Floats:
    """Sum over the first axis; NaN where all are."""
    is_known = np.isfinite(values)
    return np.where(is_known.any(axis=0), np.where(is_known, values, 0.0).sum(axis=0), np.nan)


def _stacked(frames: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    frames = [frame for frame in frames if not frame.empty]
    if not frames:
        return pd.DataFrame(columns=list(columns))
    return pd.concat(frames, ignore_index=True)[list(columns)]
