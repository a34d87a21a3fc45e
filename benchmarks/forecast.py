"""How good forecasts are beside the yardsticks and what else could be installed; their cost.

    python -m benchmarks.forecast --data ../shared/data
    python -m benchmarks.forecast --data ../shared/data --peers --cache peers/
    python -m benchmarks.forecast --data ../shared/data --peers LightGBM --step 4
    python -m benchmarks.forecast --queues 60 --days 180

With `--data` every model is back-tested on two real call centres' half hours (see `SERIES`), 14
open days or two weeks ahead from rolling origins. `--peers` adds the libraries of `peers` (extra
`peers`) at the same origins and scores; `--cache` keeps their answers, which take minutes;
`--step` takes more origins, so many open days apart, than the nine of the protocol, whose
differences of a per cent are chance. Then
two to four invented years by the day are forecast, and so many invented queues as a build does
it, back-tests included: a mix of sizes, and all of them busy. CPU seconds are those of all
processes. Prints one line of JSON at the end.

WAPE is that of each method's median: it is what an absolute error asks for, and peers that give
quantiles give it. Pinball loss is the mean over nine quantiles, relative to the mean count.
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import holidays
import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from benchmarks.peers import PEERS, cached
from pipelines.forecasts import forecast_queues, grids
from pipelines.forecasts.backtest import (
    HORIZON_DAYS,
    SCORES,
    forecast_scores,
    within_horizon,
)
from pipelines.forecasts.base import QUANTILES, Floats, Grid, actual_ahead, discover
from pipelines.forecasts.by_day import whole_days
from pipelines.forecasts.combination import Combination
from pipelines.forecasts.counted_days import CountedDays
from pipelines.forecasts.quantiles import as_counts, day_paths, jittered_quantiles
from pipelines.forecasts.rolling import Rolling

HORIZON = 14
OURS = "combination"
CPU_SECONDS_PER_FIT = 0.3
SECONDS_ALL_QUEUES = 20.0

_BUSY_HALF_HOUR = 10.0

Measured = TypeVar("Measured")


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


def scores(
    series: Series, data: Path, *, peers: Sequence[str] = (), cache: Path | None = None
) -> pd.DataFrame:
    """Every model, and the peers asked for, on a series: one row per method and horizon.

    model, horizon, origins, wape (of the median), pinball, bias, coverage50/80/95, kind (ours,
    yardstick or peer), missed (a Series: by how many contacts, by origin).
    """
    grid, origins = series_grid(series, data)
    came = actual_ahead(grid, origins, HORIZON)
    rows = []

    def add(name: str, kind: str, quantiles: Floats, jittered: Floats) -> None:
        median = quantiles[..., QUANTILES.index(0.5)]
        for horizon, days in HORIZON_DAYS.items():
            within = np.where(within_horizon(came, days), came, np.nan)
            figures = forecast_scores(median, quantiles, jittered, within)
            missed = np.nansum(np.abs(median - within), axis=(1, 2))
            missed = pd.Series(missed, index=origins)
            rows.append((name, horizon, len(origins), *figures, kind, missed))

    for model in discover():
        kind = "yardstick" if model.is_yardstick else "ours"
        add(model.name, kind, *told(Rolling(model, grid, origins, HORIZON), origins))
    if peers:
        folder = None if cache is None else cache / series.name.split(",")[0]
        for name in peers:
            answers = [cached(name, grid, each, HORIZON, folder)[1] for each in origins]
            quantiles = np.stack(answers)
            # Peers' quantiles are continuous already; a bound of 0 leaves no count of 0 out.
            add(name, "peer", quantiles, np.where(quantiles <= 0, -0.5, quantiles))
    return pd.DataFrame(rows, columns=["model", "horizon", "origins", *SCORES, "kind", "missed"])


def told(rolling: Rolling, origins: Sequence[int]) -> tuple[Floats, Floats]:
    """[origins, HORIZON, S, QUANTILES] of the count, and of the count spread around it."""
    means = np.stack([rolling.mean(each) for each in origins])
    jittered = np.stack(
        [jittered_quantiles(rolling.mean(each), rolling.past(each)) for each in origins]
    )
    return as_counts(means, jittered), jittered


def compared(tested: pd.DataFrame) -> pd.DataFrame:
    """Per horizon: our WAPE and pinball loss over the best of all others in that very cell, and
    the standard error of the first ratio."""
    rows = {}
    others = tested[tested["kind"] != "ours"]
    for horizon, own in tested[tested["model"] == OURS].set_index("horizon").iterrows():
        cell = others[others["horizon"] == horizon].set_index("model")
        _, error = difference(own["missed"], cell.loc[cell["wape"].idxmin(), "missed"])
        rows[horizon] = {
            "wape / best other": own["wape"] / cell["wape"].min(),
            "standard error": error,
            "pinball / best other": own["pinball"] / cell["pinball"].min(),
        }
    return pd.DataFrame(rows).T


def difference(
    mine: pd.Series, theirs: pd.Series, block_days: int = HORIZON
) -> tuple[float, float]:
    """What was missed by origin differs by, relative to theirs, and its standard error.

    Errors of evenings side by side are alike: blocks of so many days are taken to be apart.
    """
    by_block = (mine - theirs).groupby(mine.index // block_days).sum()
    error = np.sqrt(len(by_block)) * by_block.std()
    return float((mine - theirs).sum() / theirs.sum()), float(error / theirs.sum())


def with_one_thread(measure: Callable[..., Measured], *arguments: object) -> Measured:
    """What a function measures with one thread, as a build's queues have."""
    with threadpool_limits(1, user_api="blas"):
        return measure(*arguments)


def cpu_seconds_per_fit(series: Series, data: Path) -> float:
    """One forecast by the combination from the end of the series, all selection included."""
    grid, _ = series_grid(series, data)
    began = time.process_time()
    Combination().means(grid, [grid.observed - 1], HORIZON)
    return time.process_time() - began


def cpu_seconds_by_the_day(years: int) -> tuple[float, float]:
    """Invented years known by the day: one forecast with its bands, all selection included, and
    the queue as a build has it, back-tests of the model and of the yardsticks included."""
    rng = np.random.default_rng(years)
    on = pd.date_range(end="2026-03-31", periods=366 * years)
    wave = 0.3 * np.sin(2 * np.pi * on.day_of_year / 365.25)
    expected = 500 * np.exp(wave + rng.normal(0, 0.01, len(on)).cumsum())
    history = pd.DataFrame({"local_on": on, "offered": rng.poisson(expected).astype(float)})
    history = history.assign(channel="email", language="ko", local_slot=0)
    days = grids.days_between(on[0].date(), on[-1].date(), HORIZON)
    grid = grids.queue_grid(whole_days(history), None, days, len(on), slots=1)
    off = holidays.country_holidays("KR", years=sorted(set(on.year)))
    calendar = pd.DataFrame({"local_on": pd.to_datetime(list(off)), "is_holiday": True})
    forecast_queues(history.tail(90), calendar)  # what is loaded only once
    began = time.process_time()
    columns, known_from = grids.day_columns(grid, calendar, None, "Asia/Seoul")
    grid = replace(grid, columns=columns, known_from=known_from)
    rolling = Rolling(CountedDays(), grid, [len(on) - 1], HORIZON)
    day_paths(rolling.mean(len(on) - 1), rolling.past(len(on) - 1), 0)
    forecast_took = time.process_time() - began
    began = time.process_time()
    forecast_queues(history, calendar)
    return forecast_took, time.process_time() - began


def invented_queues(queues: int, days: int, seed: int = 1, smallest: float = 0.0) -> pd.DataFrame:
    """Queues from a thousand contacts a day to none a week; every third is closed at night.

    smallest: contacts per half hour that even the last ones have on average.
    """
    rng = np.random.default_rng(seed)
    last_on = date(2026, 3, 31)
    slots = grids.half_hours(last_on - timedelta(days=days - 1), last_on, "Asia/Seoul")
    weekday = slots["local_on"].dt.day_of_week.to_numpy()
    bell = 1 + np.sin((slots["local_slot"].to_numpy() - 16) / 48 * 2 * np.pi)
    frames = []
    for queue in range(queues):
        size = max(smallest, 20 * 0.75**queue)
        expected = size * bell * np.where(weekday < 5, 1.0, 0.7)
        is_open = (slots["local_slot"] >= 18) | (queue % 3 > 0)
        offered = np.where(is_open, rng.poisson(expected), 0.0)
        named = {"channel": f"channel {queue % 5}", "language": f"language {queue // 5}"}
        frames.append(slots.assign(offered=offered, is_open=is_open, **named))
    return pd.concat(frames, ignore_index=True)


def _cpu_seconds() -> float:
    """CPU time of this process and of those that it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with the real series")
    parser.add_argument(
        "--peers",
        nargs="*",
        choices=PEERS,
        help="beside what could be installed: names, all if none is named",
    )
    parser.add_argument("--step", type=int, help="open days between origins, instead of 4 and 13")
    parser.add_argument("--cache", type=Path, help="folder that keeps the peers' answers")
    parser.add_argument("--queues", type=int, default=60)
    parser.add_argument("--days", type=int, default=180)
    arguments = parser.parse_args()

    figures: dict[str, object] = {}
    peers = tuple(PEERS) if arguments.peers == [] else arguments.peers or ()
    for series in SERIES if arguments.data else ():
        first, end = series.origins.start, series.origins.stop
        origins = range(first, end, arguments.step or series.origins.step)
        series = replace(series, origins=origins)
        tested = scores(series, arguments.data, peers=peers, cache=arguments.cache)
        ratios = compared(tested)
        print(f"\n{series.name}, {tested['origins'].iat[0]} origins")
        print(
            tested.drop(columns=["origins", "missed"]).to_string(index=False, float_format="%.4f")
        )
        print(ratios.to_string(float_format="%.3f"))
        seconds = with_one_thread(cpu_seconds_per_fit, series, arguments.data)
        print(f"one fit of {OURS}: {seconds:.3f} CPU s (at most {CPU_SECONDS_PER_FIT})")
        mine = tested[tested["model"] == OURS].set_index("horizon")
        figures[series.name] = {
            "wape": mine["wape"].round(4).to_dict(),
            "pinball": mine["pinball"].round(4).to_dict(),
            "ratios_to_best_other": ratios.round(3).to_dict(),
            "cpu_seconds_per_fit": round(seconds, 3),
        }

    by_the_day = {years: with_one_thread(cpu_seconds_by_the_day, years) for years in (2, 3, 4)}
    for years, (seconds, whole) in by_the_day.items():
        print(
            f"{years} years by the day: {seconds:.3f} CPU s (at most {CPU_SECONDS_PER_FIT}),"
            f" back-tests included {whole:.3f}"
        )
    figures["cpu_seconds_by_the_day"] = {
        years: [round(each, 3) for each in measured] for years, measured in by_the_day.items()
    }

    figures["queues"] = arguments.queues
    for name, smallest in (("mixed", 0.0), ("busy", _BUSY_HALF_HOUR)):
        arrivals = invented_queues(arguments.queues, arguments.days, smallest=smallest)
        began, cpu_began = time.monotonic(), _cpu_seconds()
        forecast_queues(arrivals, workers=os.cpu_count() or 1)
        wall, cpu = time.monotonic() - began, _cpu_seconds() - cpu_began
        print(
            f"\n{arguments.queues} {name} queues x {arguments.days} days, back-tests included:"
            f" {cpu:.1f} CPU s, {wall:.1f} s (at most {SECONDS_ALL_QUEUES:.0f} on 2 cores)"
        )
        figures[f"cpu_seconds_{name}_queues"] = round(cpu, 1)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
