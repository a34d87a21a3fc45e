"""The entry: arrivals of all queues in, forecasts with their own back-test out."""

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from multiprocessing import get_context

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from pipelines.forecasts import grids
from pipelines.forecasts.backtest import BACKTEST_COLUMNS
from pipelines.forecasts.base import SLOTS, Floats, Grid, Model, discover
from pipelines.forecasts.by_day import queues_by_day, whole_days
from pipelines.forecasts.combination import MEMBERS
from pipelines.forecasts.paths import TOTAL_COLUMNS, rates_of_peaks, totals_and_peaks
from pipelines.forecasts.queue_forecast import QUANTILE_COLUMNS, QueueForecast, forecast_queue

log = logging.getLogger(__name__)

QUEUE = ("channel", "language")
ALL = "*"
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
QUEUE_BACKTEST_COLUMNS = (*QUEUE, *BACKTEST_COLUMNS, "is_chosen", "is_by_day")
QUEUE_TOTAL_COLUMNS = (*QUEUE, *TOTAL_COLUMNS)
PAST_COLUMNS = (*QUEUE, "local_on", "lead_days", "forecast_contacts", "offered_contacts")

_FEWEST_QUEUES_TO_SHARE = 12  # starting processes takes as long as a handful of queues

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Forecasts:
    """intervals: INTERVAL_COLUMNS, one row per queue and half hour in which contacts can arrive.
    Of queues that are known by the day alone, half hours are even parts of it without quantiles.

    days: DAY_COLUMNS, one row per queue and day, and per day of all queues together
    (channel and language "*"). backtest: QUEUE_BACKTEST_COLUMNS, one row per queue, model and
    horizon; `is_by_day`: errors and coverage are those of days. totals: QUEUE_TOTAL_COLUMNS, weeks
    and daily peaks of each queue, channel (language "*") and of all ("*", "*"); no peaks where a
    queue among them is known by the day. past: PAST_COLUMNS, one row per queue, day gone by and
    lead: what the model in use would have said, and what came.
    """

    intervals: pd.DataFrame
    days: pd.DataFrame
    backtest: pd.DataFrame
    totals: pd.DataFrame
    past: pd.DataFrame


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
    workers: int = 1,
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
        Candidates of queues known by the half hour; by default every model of this package but
        the members of the combination, which weighs them itself.
    workers
        Processes that share the queues; the numbers are the same with any number of them.
    progress
        Called with a text and the share done, 0 to 1.

    Notes
    -----
    A queue too young for a back-test (six weeks) gets the borrowed profile, and its `model`
    says that it is untested. A queue whose contacts all came in one half hour of the day
    (`by_day.queues_by_day`) is forecast and tested by its days, with the models for those.
    A model that fails on a queue is left out there, with a warning
    in the log; no queue keeps another from its forecast.
    """
    last_on = last_on or grids.last_whole_day(arrivals)
    if last_on is None:
        return _combined([])
    first_on = pd.Timestamp(arrivals["local_on"].min()).date()
    days = grids.days_between(first_on, last_on, horizon_days)
    observed = len(days) - horizon_days
    slots = grids.half_hours(days[observed].item(), days[-1].item(), zone)
    queues = _grids(arrivals, calendar, events, ahead, days, observed, zone)
    models = candidates() if models is None else tuple(models)

    forecasts = []
    tasks = [
        (
            queue,
            grid,
            discover(of_days=True) if grid.is_by_day else models,
            slots,
            horizon_days,
            seed,
            grids.opening(_of_queue(ahead, queue), days)[observed:],
        )
        for queue, grid in queues.items()
    ]
    for done, (queue, answer) in enumerate(_answers(tasks, workers)):
        if progress is not None:
            progress(" ".join(queue), done / len(tasks))
        if isinstance(answer, Exception):
            # Whatever one queue's data do to a model, the others still get their forecast.
            log.warning("no forecast for %s %s: %s: %s", *queue, type(answer).__name__, answer)
        else:
            forecasts.append((queue, answer))
    return _combined(forecasts)


def _answers(tasks: list[tuple], workers: int) -> Iterator[tuple]:
    """Each queue with its forecast, or with the exception that took its place; in order."""
    queues = [task[0] for task in tasks]
    if workers <= 1 or len(tasks) < _FEWEST_QUEUES_TO_SHARE:
        yield from zip(queues, map(_answer, tasks), strict=True)
        return
    done = 0
    # Fresh processes: a copy of this one would inherit the database's threads in mid-flight. They
    # import the program that runs, which not every program survives: then this process goes on.
    with (
        suppress(BrokenProcessPool),
        ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool,
    ):
        for queue, answer in zip(queues, pool.map(_answer, tasks), strict=True):
            yield queue, answer
            done += 1
    yield from zip(queues[done:], map(_answer, tasks[done:]), strict=True)


def _answer(task: tuple) -> QueueForecast | Exception:
    # Matrices are small: threads that wait for each other would burn what other processes need (60
    # busy queues on two cores took three times the CPU).
    try:
        with threadpool_limits(1, user_api="blas"):
            return forecast_queue(*task)
    except Exception as error:
        return error


def candidates() -> tuple[Model, ...]:
    """The models among which each queue chooses."""
    members = {member.name for member in MEMBERS}
    return tuple(model for model in discover() if model.name not in members)


def _grids(arrivals, calendar, events, ahead, days, observed, zone) -> dict[tuple, Grid]:
    """Grids by (channel, language), each with its columns and with its channel as parent."""
    by_day = queues_by_day(arrivals[arrivals["local_on"] < pd.Timestamp(days[observed])])
    others = arrivals
    if by_day:
        is_by_day = pd.MultiIndex.from_frame(arrivals[list(QUEUE)]).isin(list(by_day))
        others = arrivals[~is_by_day]
    plain = _related(others, ahead, days, observed)
    if by_day:
        # Their channel's days are those of all its queues, its half hours of the others alone.
        of_days = None if ahead is None or ahead.empty else whole_days(ahead)
        related = _related(whole_days(arrivals), of_days, days, observed, slots=1)
        plain |= {queue: related[queue] for queue in by_day}
    answer = {}
    for queue, grid in sorted(plain.items()):
        columns, known_from = grids.day_columns(grid, _of_queue(calendar, queue), events, zone)
        answer[queue] = replace(grid, columns=columns, known_from=known_from)
    return answer


def _related(arrivals, ahead, days, observed, slots=SLOTS) -> dict[tuple, Grid]:
    """Grids by (channel, language), each with its channel as parent."""
    plain = {}
    for queue, rows in arrivals.groupby(list(QUEUE), sort=True):
        grid = grids.queue_grid(rows, _of_queue(ahead, queue), days, observed, slots)
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
    return {queue: replace(grid, parent=channels[queue[0]]) for queue, grid in plain.items()}


def _of_queue(frame: pd.DataFrame | None, queue: tuple[str, str]) -> pd.DataFrame | None:
    if frame is None:
        return None
    for column, value in zip(QUEUE, queue, strict=True):
        if column in frame:
            frame = frame[frame[column] == value]
    return frame


def _combined(forecasts: list[tuple[tuple, QueueForecast]]) -> Forecasts:
    intervals, days, tests, past = [], [], [], []
    for queue, each in forecasts:
        named = dict(zip(QUEUE, queue, strict=True))
        intervals.append(each.intervals.assign(**named))
        days.append(_days(each.days, each.day_means, each.day_paths, named))
        tests.append(each.backtest.assign(**named, is_by_day=each.paths is None))
        past.append(each.past.assign(**named))
    if forecasts:
        whole = [each for _, each in forecasts]
        means, totals = _sum_of_means(whole), _sum_of_totals(whole)
        days.append(_days(whole[0].days, means, totals, dict.fromkeys(QUEUE, ALL)))
    return Forecasts(
        _stacked(intervals, INTERVAL_COLUMNS),
        _stacked(days, DAY_COLUMNS),
        _stacked(tests, QUEUE_BACKTEST_COLUMNS),
        _stacked(_totals(forecasts), QUEUE_TOTAL_COLUMNS),
        _stacked(past, PAST_COLUMNS),
    )


def _totals(forecasts: list[tuple[tuple, QueueForecast]]) -> list[pd.DataFrame]:
    """Weeks and peaks of each queue, of each channel and of all: parts and wholes, one by one."""
    groups: dict[tuple[str, str], list[QueueForecast]] = {}
    for (channel, language), each in forecasts:
        for group in {(channel, language), (channel, ALL), (ALL, ALL)}:
            groups.setdefault(group, []).append(each)
    answer = []
    for (channel, language), members in sorted(groups.items()):
        known = [each.paths for each in members if each.paths is not None]
        paths = np.sum(known, axis=0) if len(known) == len(members) else None
        totals = totals_and_peaks(
            members[0].days, _sum_of_means(members), _sum_of_totals(members), paths
        )
        answer.append(totals.assign(channel=channel, language=language))
    for (channel, language), each in forecasts:
        if each.busiest is not None:
            rates = rates_of_peaks(each.days, each.busiest)
            answer.append(rates.assign(channel=channel, language=language))
    return answer


def _sum_of_means(members: list[QueueForecast]) -> Floats:
    return _sum_of_known(np.stack([each.day_means for each in members]))


def _sum_of_totals(members: list[QueueForecast]) -> Floats:
    return _sum_of_known(np.stack([each.day_paths for each in members]))


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
