"""How forecasts do on many series beside both yardsticks: invented ones and parts of real ones.

    python -m benchmarks.forecast_series
    python -m benchmarks.forecast_series --data ../shared/data

Half hours and days are drawn by `invented_series`, in halves: methods may be chosen by the first,
what is told is that of the second (`--half`). With `--data` real series are forecast by the day, on
every evening, in the pieces of weeks in which a build forecasts them; what the difference to a
yardstick is worth is told by blocks of four weeks, as errors of evenings side by side are alike.
"Lost": errors larger than the better yardstick's, whichever that was on the series and horizon.
Prints one line of JSON at the end.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import holidays
import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from benchmarks import invented_series
from benchmarks.forecast import HORIZON, SERIES, Series, difference, told
from pipelines.forecasts import grids
from pipelines.forecasts.backtest import HORIZON_DAYS, forecast_scores, within_horizon
from pipelines.forecasts.base import QUANTILES, SLOTS, Floats, Grid, Model, actual_ahead
from pipelines.forecasts.combination import Combination
from pipelines.forecasts.counted_days import CountedDays
from pipelines.forecasts.eight_week_mean import EightWeekMean
from pipelines.forecasts.quantiles import day_paths
from pipelines.forecasts.rolling import Rolling
from pipelines.forecasts.seasonal_naive import SeasonalNaive

YARDSTICKS = (SeasonalNaive(), EightWeekMean())
GROUPS: dict[str, tuple[Callable[[int], invented_series.Invented], int]] = {
    "half hours": (invented_series.half_hours, 39),
    "days of less than 3": (lambda number: invented_series.days(number, 0.2, 3), 54),
    "days of 3 to 4000": (lambda number: invented_series.days(number, 3, 4000), 54),
}

_ORIGINS = 12
_STEP_DAYS = 5
_PIECE = 50  # evenings: those of a back-test
_BLOCK_DAYS = 28
_FEWEST_DAYS_BEFORE = 56
_MEDIAN = QUANTILES.index(0.5)
_SUMS = {"first week": slice(0, 7), "second week": slice(7, 14), "both": slice(0, 14)}


@dataclass(frozen=True)
class Answer:
    """One model on one series: quantiles [origins, HORIZON, S, Q] of counts, and of counts spread
    around them; if asked for, simulated days' totals [origins, paths, HORIZON]."""

    quantiles: Floats
    jittered: Floats
    paths: Floats


def answers(
    grid: Grid, model: Model, origins: Sequence[int], *, with_paths: bool = False
) -> Answer:
    """What a model says on the evenings of `origins`, in pieces as a build asks it."""
    parts = []
    for first in range(0, len(origins), _PIECE):
        piece = origins[first : first + _PIECE]
        rolling = Rolling(model, replace(grid), piece, HORIZON)
        paths = [_paths(grid, rolling, each) for each in (piece if with_paths else ())]
        parts.append((*told(rolling, piece), np.array(paths)))
    return Answer(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _paths(grid: Grid, rolling: Rolling, origin: int) -> Floats:
    mean = rolling.mean(origin)
    passes = grid.passes[origin + 1 : origin + 1 + HORIZON]
    per_day = np.where(np.isfinite(mean), mean * passes, np.nan)
    return day_paths(per_day, rolling.past(origin), seed=origin)


def figures(answer: Answer, came: Floats) -> dict[str, dict[str, float]]:
    """Per horizon wape (of the median), pinball, coverage80 and coverage95."""
    rows = {}
    for horizon, days in HORIZON_DAYS.items():
        within = np.where(within_horizon(came, days), came, np.nan)
        median = answer.quantiles[..., _MEDIAN]
        wape, pinball, _, _, *bands = forecast_scores(
            median, answer.quantiles, answer.jittered, within
        )
        rows[horizon] = dict(
            zip(("wape", "pinball", "in80", "in95"), (wape, pinball, *bands), strict=True)
        )
    return rows


def held_sums(answer: Answer, came: Floats) -> dict[str, Floats]:
    """Per span of days [evenings, 2]: which part of its sum lay within 80 and 95 % of simulated."""
    is_whole = (np.isfinite(came) == np.isfinite(answer.quantiles[..., 0])).all(axis=2)
    totals = np.where(np.isfinite(came), came, 0.0).sum(axis=2)
    held = {}
    for name, days in _SUMS.items():
        known = is_whole[:, days].all(axis=1)
        sums = np.nansum(answer.paths[known][..., days], axis=2)
        total = totals[known][:, days].sum(axis=1)
        # Where sums are counts, the part of this one's probability that lies within counts.
        below = (sums < total[:, None]).mean(axis=1)
        width = np.maximum((sums <= total[:, None]).mean(axis=1) - below, 1e-9)
        held[name] = np.stack(
            [
                np.clip(np.minimum(below + width, high) - np.maximum(below, 1 - high), 0, width)
                / width
                for high in (0.9, 0.975)
            ],
            axis=1,
        )
    return held


def group(
    draw: Callable[[int], invented_series.Invented], numbers: range
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every series and horizon: kind, size, wape and pinball over the better yardstick's, in80,
    in95. And the spans of `held_sums`: share held of all evenings of all series."""
    rows, sums = [], {name: [] for name in _SUMS}
    for number in numbers:
        series = draw(number)
        grid = series.grid
        latest = grid.observed - 1 - HORIZON
        origins = [latest - _STEP_DAYS * back for back in reversed(range(_ORIGINS))]
        came = actual_ahead(grid, origins, HORIZON)
        model = CountedDays() if grid.is_by_day else Combination()
        mine = answers(grid, model, origins, with_paths=True)
        ours = figures(mine, came)
        theirs = [figures(answers(grid, each, origins), came) for each in YARDSTICKS]
        for horizon, own in ours.items():
            ratios = {
                score: own[score] / min(each[horizon][score] for each in theirs)
                for score in ("wape", "pinball")
            }
            rows.append(
                {"kind": series.kind, "size": series.size, "horizon": horizon, **own | ratios}
            )
        for name, held in held_sums(mine, came).items():
            sums[name].append(held)
    held = {name: np.concatenate(each).mean(axis=0) for name, each in sums.items()}
    return pd.DataFrame(rows), pd.DataFrame(held, index=["in80", "in95"]).T


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Per horizon: geometric means of both ratios, series lost, and how many bands hold 76-84 and
    92-98 %, beside the share held of all."""
    by_horizon = rows.groupby("horizon", sort=False)
    return pd.DataFrame(
        {
            "series": by_horizon.size(),
            "wape": np.exp(by_horizon["wape"].agg(lambda each: np.log(each).mean())),
            "pinball": np.exp(by_horizon["pinball"].agg(lambda each: np.log(each).mean())),
            "lost": by_horizon["wape"].agg(lambda each: int((each > 1).sum())),
            "in80": by_horizon["in80"].mean(),
            "within 76-84": by_horizon["in80"].agg(
                lambda each: int(each.between(0.76, 0.84).sum())
            ),
            "in95": by_horizon["in95"].mean(),
            "within 92-98": by_horizon["in95"].agg(
                lambda each: int(each.between(0.92, 0.98).sum())
            ),
        }
    )


def real_days(data: Path) -> Iterator[tuple[str, pd.Series, list[date]]]:
    """Real series by the day with the days off of their country: name, contacts, days off."""
    path = data / "helpdesk_event_logs" / "helpdesk.csv"
    events = pd.read_csv(path, parse_dates=["CompleteTimestamp"])
    opened = events.groupby("CaseID")["CompleteTimestamp"].min().dt.normalize()
    yield "helpdesk tickets", *_daily(opened, "IT")

    path = data / "complaints_cfpb" / "cfpb_complaints_data_mysql.csv"
    complaints = pd.read_csv(path, usecols=["product_name", "date_received"], encoding="utf-8-sig")
    received = pd.to_datetime(complaints["date_received"])
    yield "complaints", *_daily(received, "US")
    for product, of_product in received.groupby(complaints["product_name"]):
        yield f"complaints, {product.lower()}", *_daily(of_product, "US")

    for series in SERIES:
        calls = series.read(data / series.file)
        off = list(series.holidays(calls))
        yield f"{_name(series)}, days", calls.groupby(calls.index.normalize()).sum(), off
        for first in range(0, SLOTS, 12):
            of_part = calls[(calls.index.hour * 2) // 12 == first // 12]
            if of_part.sum() > 0:
                part = of_part.groupby(of_part.index.normalize()).sum()
                yield f"{_name(series)}, {first // 2:02d}-{first // 2 + 6:02d}:00", part, off


def _daily(on: pd.Series, country: str) -> tuple[pd.Series, list[date]]:
    every = pd.date_range(on.min(), on.max())
    off = holidays.country_holidays(country, years=sorted(set(every.year)))
    return on.value_counts().reindex(every, fill_value=0).astype(float), list(off)


def _name(series: Series) -> str:
    return series.name.split(",")[0]


def day_grid(counts: pd.Series, off: Sequence[date]) -> Grid:
    """Days of a series with its holidays; days that it lacks were closed."""
    days = grids.days_between(counts.index[0].date(), counts.index[-1].date(), HORIZON)
    frame = pd.DataFrame({"local_on": counts.index, "local_slot": 0, "offered": counts.to_numpy()})
    grid = grids.queue_grid(frame, None, days, len(days) - HORIZON, slots=1)
    calendar = pd.DataFrame({"local_on": pd.to_datetime(list(off)), "is_holiday": True})
    columns, known_from = grids.day_columns(grid, calendar, None, "UTC")
    return replace(grid, columns=columns, known_from=known_from)


def every_evening(grid: Grid) -> pd.DataFrame:
    """Per horizon: wape of ours and of each yardstick, and what ours differs from it, relative to
    it, with the standard error by blocks of four weeks; in80 and in95 of ours."""
    open_days = np.flatnonzero(grid.is_open_day[: grid.observed - HORIZON])
    origins = [day for day in open_days.tolist() if grid.days_behind(day) >= _FEWEST_DAYS_BEFORE]
    came = actual_ahead(grid, origins, HORIZON)
    told_by = {model.name: answers(grid, model, origins) for model in (CountedDays(), *YARDSTICKS)}
    rows = []
    for horizon, days in HORIZON_DAYS.items():
        within = np.where(within_horizon(came, days), came, np.nan)
        missed = {
            name: pd.Series(
                np.nansum(np.abs(each.quantiles[..., _MEDIAN] - within), axis=(1, 2)), index=origins
            )
            for name, each in told_by.items()
        }
        mine = figures(told_by[CountedDays.name], came)[horizon]
        row = {"horizon": horizon, "evenings": len(origins), "ours": mine["wape"]}
        for model in YARDSTICKS:
            theirs = missed[model.name]
            row[model.name] = theirs.sum() / np.nansum(within)
            row[f"to {model.name}"], row[f"se {model.name}"] = difference(
                missed[CountedDays.name], theirs, _BLOCK_DAYS
            )
        rows.append(row | {"in80": mine["in80"], "in95": mine["in95"]})
    return pd.DataFrame(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with the real series")
    parser.add_argument("--half", type=int, choices=(1, 2), default=2, help="of invented series")
    parser.add_argument("--only", default=",".join(GROUPS), help="groups, comma separated")
    arguments = parser.parse_args()
    answer: dict[str, object] = {}
    with threadpool_limits(1, user_api="blas"):
        for name in filter(None, arguments.only.split(",")):
            draw, series = GROUPS[name]
            first = series * (arguments.half - 1)
            rows, sums = group(draw, range(first, first + series))
            told_of = summary(rows)
            print(f"\n{name}, half {arguments.half}, ours over the better yardstick")
            print(told_of.to_string(float_format="%.3f"))
            print(sums.T.to_string(float_format="%.3f"))
            by_kind = rows.pivot_table("wape", "kind", "horizon", sort=False)
            print(by_kind[list(HORIZON_DAYS)].to_string(float_format="%.3f"), flush=True)
            answer[name] = told_of.round(3).to_dict("index")
        for name, counts, off in real_days(arguments.data) if arguments.data else ():
            rows = every_evening(day_grid(counts, off))
            print(f"\n{name}, {counts.mean():.1f} a day")
            print(rows.to_string(index=False, float_format="%.3f"), flush=True)
            answer[name] = rows.set_index("horizon").round(3).to_dict("index")
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
