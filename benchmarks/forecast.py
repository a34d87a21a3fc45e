"""How good forecasts are beside the two yardsticks, and what they cost.

    python -m benchmarks.forecast --data ../shared/data
    python -m benchmarks.forecast --queues 30 --days 180

With `--data` every model is back-tested on two real call centres' half hours (see `SERIES`),
14 open days or weeks ahead from rolling origins, and the scores are printed with their ratio to
the better yardstick. Then so many invented queues are forecast as a build does it, back-tests
included. CPU seconds are this process's. Prints one line of JSON at the end.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import holidays
import numpy as np
import pandas as pd

from pipelines.forecasts import forecast_queues, grids
from pipelines.forecasts.backtest import backtest
from pipelines.forecasts.base import Grid, discover
from pipelines.forecasts.level_profile import LevelProfile

HORIZON = 14
CPU_SECONDS_PER_FIT = 0.5
SECONDS_ALL_QUEUES = 40.0


@dataclass(frozen=True)
class Series:
    """A real series: its file below the data folder, its half hours, holidays and origins.

    `origins` are numbers of observed open days, the first being 1; those with less than
    `days_ahead` open days observed after them are left out.
    """

    name: str
    file: str
    read: Callable[[Path], pd.Series]
    holidays: Callable[[pd.Series], Iterable[date]]
    origins: range
    days_ahead: int


def five_minutes(path: Path) -> pd.Series:
    """Half hours of a file of calls per five minutes; closed days are absent."""
    calls = pd.read_csv(path, parse_dates=["DateTime"]).set_index("DateTime")["Calls"]
    return calls.groupby(calls.index.floor("30min")).sum()


def half_hours(path: Path) -> pd.Series:
    """Half hours of a file that has them."""
    return pd.read_csv(path, parse_dates=["ts"]).set_index("ts")["y"]


def weekdays_closed(calls: pd.Series) -> list[date]:
    """Mondays to Fridays on which nothing was counted: the desk's holidays."""
    on = pd.date_range(calls.index.min().normalize(), calls.index.max().normalize(), freq="B")
    return [day.date() for day in on.difference(calls.index.normalize())]


def israeli(calls: pd.Series) -> list[date]:
    """Public holidays in Israel in the years of the series."""
    return list(holidays.country_holidays("IL", years=sorted(set(calls.index.year))))


SERIES = (
    Series(
        name="bank 2003, weekdays 07:00-21:05",
        file="call_counts_5min/bank_calls_5min.csv",
        read=five_minutes,
        holidays=weekdays_closed,
        origins=range(100, 153, 4),
        days_ahead=10,
    ),
    Series(
        name="bank 1999, 24x7",
        file="call_counts_30min/bank_1999-01_to_10.csv",
        read=half_hours,
        holidays=israeli,
        origins=range(182, 352, 13),
        days_ahead=14,
    ),
)


def series_grid(series: Series, data: Path) -> tuple[Grid, list[int]]:
    """The grid of a series with its calendar columns, and the origins it is long enough for."""
    calls = series.read(data / series.file)
    frame = pd.DataFrame(
        {
            "local_on": calls.index.normalize(),
            "local_slot": calls.index.hour * 2 + calls.index.minute // 30,
            "offered": calls.to_numpy(dtype=float),
        }
    )
    first, last = calls.index[0].date(), calls.index[-1].date()
    days = grids.days_between(first, last, HORIZON)
    grid = grids.queue_grid(frame, None, days, len(days) - HORIZON)
    calendar = pd.DataFrame({"local_on": pd.to_datetime(list(series.holidays(calls)))})
    columns, known_from = grids.day_columns(grid, calendar.assign(is_holiday=True), None, "UTC")
    observed = np.flatnonzero(np.isfinite(grid.counts).any(axis=1))
    origins = [
        int(observed[number - 1])
        for number in series.origins
        if number + series.days_ahead <= len(observed)
    ]
    return replace(grid, columns=columns, known_from=known_from), origins


def scores(series: Series, data: Path) -> pd.DataFrame:
    """The back-test of every model on a series."""
    grid, origins = series_grid(series, data)
    return backtest(grid, discover(), origins, HORIZON)


def cpu_seconds_per_fit(series: Series, data: Path) -> float:
    """One forecast by level x profile from the end of the series, its selection included."""
    grid, _ = series_grid(series, data)
    began = time.process_time()
    LevelProfile().means(grid, [grid.observed - 1], HORIZON)
    return time.process_time() - began


def invented_queues(queues: int, days: int, seed: int = 1) -> pd.DataFrame:
    """Queues from a thousand contacts a day to none a week; every third is closed at night."""
    rng = np.random.default_rng(seed)
    last_on = date(2026, 3, 31)
    slots = grids.half_hours(last_on - timedelta(days=days - 1), last_on, "Asia/Seoul")
    weekday = slots["local_on"].dt.day_of_week.to_numpy()
    bell = 1 + np.sin((slots["local_slot"].to_numpy() - 16) / 48 * 2 * np.pi)
    frames = []
    for queue in range(queues):
        size = 20 * 0.75**queue
        expected = size * bell * np.where(weekday < 5, 1.0, 0.7)
        is_open = (slots["local_slot"] >= 18) | (queue % 3 > 0)
        offered = np.where(is_open, rng.poisson(expected), 0.0)
        named = {"channel": f"channel {queue % 5}", "language": f"language {queue // 5}"}
        frames.append(slots.assign(offered=offered, is_open=is_open, **named))
    return pd.concat(frames, ignore_index=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with the real series")
    parser.add_argument("--queues", type=int, default=30)
    parser.add_argument("--days", type=int, default=180)
    arguments = parser.parse_args()

    figures: dict[str, object] = {}
    for series in SERIES if arguments.data else ():
        tested = scores(series, arguments.data)
        yardstick = tested[tested["is_yardstick"]].groupby("horizon")[["wape", "pinball"]].min()
        for score in yardstick.columns:
            better = tested["horizon"].map(yardstick[score])
            tested[f"{score} / yardstick"] = tested[score] / better
        print(f"\n{series.name}, {tested['origins'].iat[0]} origins")
        print(
            tested.drop(columns=["origins", "is_yardstick"]).to_string(
                index=False, float_format="%.4f"
            )
        )
        seconds = cpu_seconds_per_fit(series, arguments.data)
        print(f"one fit of level_profile: {seconds:.3f} CPU s (at most {CPU_SECONDS_PER_FIT})")
        chosen = tested[tested["model"] == "level_profile"].set_index("horizon")
        figures[series.name] = {
            "wape": chosen["wape"].round(4).to_dict(),
            "wape_to_better_yardstick": chosen["wape / yardstick"].round(3).to_dict(),
            "cpu_seconds_per_fit": round(seconds, 3),
        }

    arrivals = invented_queues(arguments.queues, arguments.days)
    began, cpu_began = time.monotonic(), time.process_time()
    forecast_queues(arrivals)
    wall, cpu = time.monotonic() - began, time.process_time() - cpu_began
    print(
        f"\n{arguments.queues} queues x {arguments.days} days, back-tests included:"
        f" {cpu:.1f} CPU s, {wall:.1f} s (at most {SECONDS_ALL_QUEUES:.0f} on 2 cores)"
    )
    figures["queues"] = arguments.queues
    figures["cpu_seconds_all_queues"] = round(cpu, 1)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
