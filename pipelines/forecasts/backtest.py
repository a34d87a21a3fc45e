"""How good each model would have been: forecasts from rolling origins against what came.

At every origin a model sees nothing later. Scores are pooled over origins and half hours, so
they are those of the volume, not of the average half hour:

wape      sum |mean - came| / sum came
pinball   mean pinball loss over QUANTILES and half hours / mean of what came
bias      sum (mean - came) / sum came; above 0 is too high
coverage  share of half hours within the central 50, 80 and 95 % of the quantiles; chance decides
          about counts at a band's edge (`quantiles.covered`), or no band of small counts could
          hold what it says

Of a queue that is known by the day, days stand for half hours.

Horizons are cumulative: "1 day" is the first open day ahead, "1 week" days 1 to 7,
"2 weeks" days 1 to 14.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipelines.forecasts.base import QUANTILES, Floats, Grid, Model, actual_ahead
from pipelines.forecasts.quantiles import as_counts, covered, jittered_quantiles
from pipelines.forecasts.rolling import Rolling

HORIZON_DAYS = {"1 day": 1, "1 week": 7, "2 weeks": 14}
SCORES = ("wape", "pinball", "bias", "coverage50", "coverage80", "coverage95")
BACKTEST_COLUMNS = ("model", "horizon", "origins", *SCORES, "is_yardstick")

_ORIGINS = 10
_STEP_DAYS = 5  # no divisor of the week: first days ahead fall on every weekday
_FEWEST_DAYS_BEFORE = 28
_BANDS = {"coverage50": (0.25, 0.75), "coverage80": (0.10, 0.90), "coverage95": (0.025, 0.975)}


def origins_to_test(grid: Grid, horizon: int) -> list[int]:
    """Up to 10 origins, 5 days apart, the latest with the whole horizon observed after it.

    Each has at least 28 days before it; none where the history is too short for that.
    """
    latest = grid.observed - 1 - horizon
    origins = [latest - _STEP_DAYS * back for back in range(_ORIGINS)]
    return sorted(origin for origin in origins if grid.days_behind(origin) >= _FEWEST_DAYS_BEFORE)


def backtest(
    grid: Grid, models: Sequence[Model], origins: Sequence[int], horizon: int
) -> pd.DataFrame:
    """BACKTEST_COLUMNS, one row per model and horizon.

    A model is left out where an origin has fewer days behind it than the model needs, and a
    score is NaN where nothing came at all.
    """
    rows = []
    for model in models:
        if not origins or grid.days_behind(min(origins)) < model.minimum_days:
            continue
        # The forecast itself is worked out in the same breath: many origins at once are cheaper.
        rolling = Rolling(model, grid, [*origins, grid.observed - 1], horizon)
        means = np.stack([rolling.mean(origin) for origin in origins])
        jittered = np.stack(
            [jittered_quantiles(rolling.mean(each), rolling.past(each)) for each in origins]
        )
        came = actual_ahead(grid, origins, horizon)[..., : means.shape[2]]
        for label, days in HORIZON_DAYS.items():
            if days > horizon:
                continue
            within = np.where(within_horizon(came, days), came, np.nan)
            scores = forecast_scores(means, as_counts(means, jittered), jittered, within)
            rows.append((model.name, label, len(origins), *scores, model.is_yardstick))
    return pd.DataFrame(rows, columns=list(BACKTEST_COLUMNS))


def within_horizon(came: Floats, days: int) -> np.ndarray:
    """[origins, horizon, 1] whether a day ahead belongs to the horizon of so many days."""
    lead = np.arange(came.shape[1])
    if days > 1:
        return np.broadcast_to((lead < days)[None, :, None], (*came.shape[:2], 1))
    is_open = np.isfinite(came).any(axis=2)
    return (lead == is_open.argmax(axis=1)[:, None])[..., None]


def forecast_scores(
    means: Floats, quantiles: Floats, jittered: Floats, came: Floats
) -> tuple[float, ...]:
    """SCORES of forecasts [..., 48] with quantiles [..., 48, Q] against what came, NaN left out.

    jittered: the same quantiles of the count spread over the unit around it, for coverage.
    """
    is_known = np.isfinite(came) & np.isfinite(means)
    came, means = came[is_known], means[is_known]
    quantiles, jittered = quantiles[is_known], jittered[is_known]
    volume = came.sum()
    if volume == 0:
        return (np.nan,) * len(SCORES)
    levels = np.asarray(QUANTILES)
    miss = came[:, None] - quantiles
    pinball = np.maximum(levels * miss, (levels - 1) * miss).mean(axis=1).sum()
    shares = [
        covered(came, jittered[:, _index(low)], jittered[:, _index(high)]).mean()
        for low, high in _BANDS.values()
    ]
    return (
        float(np.abs(means - came).sum() / volume),
        float(pinball / volume),
        float((means - came).sum() / volume),
        *map(float, shares),
    )


def _index(level: float) -> int:
    return QUANTILES.index(level)
