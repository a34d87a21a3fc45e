"""What a manager could install instead, on the same half hours and the same evenings.

Three forecasting libraries, each set up as its users would for half hours of a call centre, with
the calendar that our models have. They come with the extra `peers` and are used by benchmarks
alone. A peer says its own quantiles; negative ones are read as 0, which can only help it.
"""

import logging
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.forecasts.base import QUANTILES, SLOTS, Floats, Grid

Answer = tuple[Floats, Floats]
"""[horizon, 48] expected contacts and [horizon, 48, quantiles]; NaN where closed."""

Peer = Callable[[Grid, int, int], Answer]

_LEVELS = np.asarray(QUANTILES)
_LAG_WEEKS = 8
_LEADS = (range(1, 2), range(2, 8), range(8, 15))
_TREES = {
    "n_estimators": 250,
    "learning_rate": 0.05,
    "num_leaves": 31,
    "min_child_samples": 40,
    "subsample": 0.8,
    "subsample_freq": 1,
    "colsample_bytree": 0.8,
    "verbosity": -1,
    "num_threads": 1,
    "seed": 1,
}


def mstl_autoets(grid: Grid, origin: int, horizon: int) -> Answer:
    """statsforecast: daily and weekly seasons by MSTL, the rest by AutoETS.

    Only half hours that are usually open make up its day, and only weekdays that are its week.
    What is missing takes the mean of the same half hour in the weeks beside it, so that no
    season is shifted.
    """
    from statsforecast.models import MSTL, AutoETS

    days, slots = _usual(grid, origin)
    past = [day for day in days if day <= origin]
    counts = _filled(grid.counts[: origin + 1], grid.weekday)[np.ix_(past, slots)]
    per_week = len(slots) * len(np.unique(grid.weekday[days]))
    model = MSTL(season_length=[len(slots), per_week], trend_forecaster=AutoETS(model="ZZN"))
    coming = [day for day in days if origin < day <= origin + horizon]
    levels = sorted({round(100 * abs(2 * level - 1), 6) for level in QUANTILES if level != 0.5})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answer = model.forecast(y=counts.ravel(), h=len(coming) * len(slots), level=levels)
    by_band = {
        (key.split("-")[0], float(key.split("-")[1])): answer[key]
        for key in answer
        if key != "mean"
    }
    columns = [
        answer["mean"]
        if level == 0.5
        else by_band["lo" if level < 0.5 else "hi", round(100 * abs(2 * level - 1), 6)]
        for level in QUANTILES
    ]
    mean, quantiles = _empty(horizon)
    lead = np.asarray(coming) - origin - 1
    mean[np.ix_(lead, slots)] = answer["mean"].reshape(len(coming), -1)
    quantiles[np.ix_(lead, slots)] = np.stack(columns, axis=-1).reshape(len(coming), len(slots), -1)
    return _as_counts(grid, origin, mean, quantiles)


def prophet(grid: Grid, origin: int, horizon: int) -> Answer:
    """Prophet: multiplicative weekly season of high order, the calendar's columns as regressors."""
    from prophet import Prophet

    logging.getLogger("cmdstanpy").setLevel(logging.ERROR)
    logging.getLogger("prophet").setLevel(logging.ERROR)
    model = Prophet(
        growth="linear",
        seasonality_mode="multiplicative",
        daily_seasonality=False,
        weekly_seasonality=False,
        yearly_seasonality=False,
        changepoint_prior_scale=0.05,
        uncertainty_samples=400,
    )
    model.add_seasonality("daily", period=1, fourier_order=12)
    model.add_seasonality("week", period=7, fourier_order=40)
    columns = grid.columns_known_at(origin)
    for column in range(columns.shape[1]):
        model.add_regressor(f"c{column}", prior_scale=1.0, standardize=False)
    frame = _half_hours(grid, columns)
    past = frame[(frame["day"] <= origin) & frame["y"].notna()]
    coming = frame[(frame["day"] > origin) & (frame["day"] <= origin + horizon) & frame["is_open"]]
    model.fit(past.drop(columns=["day", "slot", "is_open"]))
    np.random.seed(1)  # prophet draws from the global generator
    samples = model.predictive_samples(coming.drop(columns=["y", "day", "slot", "is_open"]))["yhat"]
    mean, quantiles = _empty(horizon)
    cell = coming["day"].to_numpy() - origin - 1, coming["slot"].to_numpy()
    mean[cell] = samples.mean(axis=1)
    quantiles[cell] = np.quantile(samples, _LEVELS, axis=1).T
    return _as_counts(grid, origin, mean, quantiles)


def lightgbm(grid: Grid, origin: int, horizon: int) -> Answer:
    """LightGBM, direct: one model per span of leads (day 1, 2-7, 8-14) and quantile.

    It sees what was known on the evening of each training day: the same half hour in the last
    weeks and its means, recent levels, weekday, half hour, lead and the calendar's columns. The
    median of its quantiles is its point forecast, which is what WAPE asks for.
    """
    from lightgbm import LGBMRegressor

    mean, quantiles = _empty(horizon)
    for leads in _LEADS:
        coming = [lead for lead in leads if lead <= horizon]
        if not coming:
            continue
        rows, answers = [], []
        for lead in leads:
            evenings = np.arange(28, origin + 1 - lead)
            # Later spans have many rows; every second evening of theirs says as much.
            evenings = evenings[:: 1 if len(leads) == 1 else 2]
            features, came, size = _features(grid, evenings, lead)
            is_known = np.isfinite(came) & (size > 0)
            rows.append(features[is_known])
            answers.append(came[is_known])
        train, came = np.concatenate(rows), np.concatenate(answers)
        asked = [_features(grid, np.array([origin]), lead)[0][0] for lead in coming]
        ahead = np.stack(asked)  # [leads, 48, features]
        flat = ahead.reshape(-1, ahead.shape[-1])
        lead = np.asarray(coming) - 1
        for index, level in enumerate(QUANTILES):
            model = LGBMRegressor(objective="quantile", alpha=level, **_TREES)
            model.fit(train, came)
            quantiles[lead, :, index] = model.predict(flat).reshape(len(coming), SLOTS)
    mean = np.sort(quantiles, axis=-1)[..., QUANTILES.index(0.5)]
    return _as_counts(grid, origin, mean, quantiles)


PEERS: dict[str, Peer] = {
    "statsforecast MSTL(AutoETS)": mstl_autoets,
    "Prophet": prophet,
    "LightGBM": lightgbm,
}


def cached(name: str, grid: Grid, origin: int, horizon: int, folder: Path | None) -> Answer:
    """The peer's answer, read from `folder` where it was given before."""
    path = None if folder is None else folder / f"{name}-{origin}-{horizon}.npz"
    if path is not None and path.exists():
        with np.load(path) as kept:
            return kept["mean"], kept["quantiles"]
    mean, quantiles = PEERS[name](grid, origin, horizon)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path, mean=mean, quantiles=quantiles)
    return mean, quantiles


def _features(grid: Grid, evenings: np.ndarray, lead: int):
    """[evenings, 48, features], [evenings, 48] what came, [evenings, 48] mean of 8 weeks."""
    target = evenings + lead
    weeks = -(-lead // 7)
    same = target[:, None] - 7 * (weeks + np.arange(_LAG_WEEKS))  # the latest at or before evening
    lags = np.where((same >= 0)[..., None], grid.counts[np.maximum(same, 0)], np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        means = [np.nanmean(lags[:, :n], axis=1) for n in (2, 4, 8)]
        totals = np.nansum(grid.counts, axis=1)
        totals = np.where(np.isfinite(grid.counts).any(axis=1), totals, np.nan)
        weekday_mean = np.array(
            [
                [
                    np.nanmean(totals[max(0, day % 7) : day + 1 : 7][-8:])
                    for day in range(at - 6, at + 1)
                ]
                for at in evenings
            ]
        )
        recent = np.array([totals[at - 6 : at + 1] for at in evenings]) / weekday_mean
        levels = [recent[:, -1], np.nanmean(recent[:, -3:], axis=1), np.nanmean(recent, axis=1)]
        month = np.array([np.nanmean(totals[at - 27 : at + 1]) for at in evenings])
        last_day = grid.counts[evenings]
    columns = np.stack([grid.columns_known_at(at)[at + lead] for at in evenings])
    day_of_month = (grid.days[target] - grid.days[target].astype("datetime64[M]")).astype(int) + 1
    per_day = np.column_stack(
        [grid.weekday[target], day_of_month, np.full(len(target), lead), *levels, month, columns]
    )
    slots = np.broadcast_to(np.arange(SLOTS), (len(evenings), SLOTS))
    features = np.concatenate(
        [
            np.broadcast_to(per_day[:, None], (len(evenings), SLOTS, per_day.shape[1])),
            slots[..., None],
            np.moveaxis(lags[:, :4], 1, 2),
            np.stack(means, axis=-1),
            last_day[..., None],
        ],
        axis=-1,
    )
    came = np.where(
        target[:, None] < grid.observed, grid.counts[np.minimum(target, len(grid.days) - 1)], np.nan
    )
    return features, came, np.nan_to_num(means[-1])


def _usual(grid: Grid, origin: int) -> tuple[np.ndarray, np.ndarray]:
    """Days on weekdays that are usually open, and half hours that are."""
    is_open = grid.passes[: origin + 1] > 0
    weekdays = np.unique(grid.weekday[: origin + 1][is_open.any(axis=1)])
    days = np.flatnonzero(np.isin(grid.weekday, weekdays))
    first = np.flatnonzero(np.isfinite(grid.counts).any(axis=1))[0]
    return days[days >= first], np.flatnonzero(is_open.any(axis=0))


def _filled(counts: Floats, weekday: np.ndarray) -> Floats:
    frame = pd.DataFrame(counts)
    by_weekday = frame.groupby(weekday[: len(frame)])
    around = by_weekday.transform(lambda column: column.rolling(5, 1, center=True).mean())
    filled = frame.fillna(around).fillna(by_weekday.transform("mean"))
    return filled.fillna(0.0).to_numpy()


def _half_hours(grid: Grid, columns: Floats) -> pd.DataFrame:
    day, slot = np.divmod(np.arange(len(grid.days) * SLOTS), SLOTS)
    frame = pd.DataFrame(
        {
            "ds": pd.to_datetime(grid.days[day]) + pd.to_timedelta(30 * slot, unit="min"),
            "y": grid.counts.ravel(),
            "day": day,
            "slot": slot,
            "is_open": grid.passes.ravel() > 0,
        }
    )
    named = pd.DataFrame(columns[day], columns=[f"c{n}" for n in range(columns.shape[1])])
    return pd.concat([frame, named], axis=1)


def _empty(horizon: int) -> Answer:
    return np.full((horizon, SLOTS), np.nan), np.full((horizon, SLOTS, len(QUANTILES)), np.nan)


def _as_counts(grid: Grid, origin: int, mean: Floats, quantiles: Floats) -> Answer:
    is_open = grid.passes[origin + 1 : origin + 1 + len(mean)] > 0
    mean = np.where(is_open, np.maximum(mean, 0.0), np.nan)
    return mean, np.where(is_open[..., None], np.sort(np.maximum(quantiles, 0.0), axis=-1), np.nan)
