"""What a dated change did: an interrupted time series, and whether earlier dates show as much.

    y(day) = level + trend * day + weekday + [after] * (step + slope * days since) + remainder

The remainder of a day resembles that of the day before (AR(1), its correlation estimated and
corrected for the bias of short series), so that three bad weeks are not taken for twenty-one
independent observations. Days without data are left out; a gap of k days correlates as the
k-th power.

The placebo check fits the same model at every earlier date, on the days before the change
alone. If one placebo in four shows as much, so does the change by chance.

Source: Bernal, Cummins & Gasparrini (2017), International Journal of Epidemiology 46; Prais &
Winsten (1954); Marriott & Pope (1954), Biometrika 41, for the bias of the correlation.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from pipelines.errors import OutOfRangeError
from pipelines.statistics.intervals import CONFIDENCE, Estimate

Floats = NDArray[np.float64]

LEAST_DAYS = 14
"""Days with data needed on each side of a change: two of each weekday."""

_ROUNDS = 20
_STRONGEST = 0.95


@dataclass(frozen=True)
class Impact:
    """A change's effect in the unit of the series; each n is the number of days used.

    step           jump on the day of the change
    slope          change of the trend, per day
    average        mean effect over the days from the change on: what it gave so far
    correlation    of the remainders of neighbouring days
    placebo_share  share of earlier dates whose average effect is as many standard errors from
                   0; NaN where there is no room for any
    placebos       [on, value, low, high]: the average effect at each of them
    """

    step: Estimate
    slope: Estimate
    average: Estimate
    correlation: float
    placebo_share: float
    placebos: pd.DataFrame


def interrupted(
    days: ArrayLike, values: ArrayLike, changed_on: object, has_slope: bool = True
) -> Impact:
    """Effect of a change on a daily series.

    Parameters
    ----------
    days, values : array_like
        Local dates, each once, in any order, and what was measured on them; NaN: no data.
    changed_on
        First day under the change.
    has_slope
        False: the trend stays as it was, only the level may jump. Then `slope` is NaN.

    Raises
    ------
    OutOfRangeError
        A date occurs twice, or fewer than LEAST_DAYS days with data on either side.
    """
    day = np.asarray(pd.DatetimeIndex(days).to_numpy(), "datetime64[D]").astype(np.int64)
    values = np.asarray(values, dtype=float)
    order = np.argsort(day, kind="stable")
    day, values = day[order], values[order]
    if (np.diff(day) == 0).any():
        raise OutOfRangeError("a day occurs twice in the series: give one value per day")
    day, values = day[~np.isnan(values)], values[~np.isnan(values)]
    values = values - values[:1]  # the level is nobody's effect, and its rounding would look so
    change = int(np.datetime64(pd.Timestamp(changed_on), "D").astype(np.int64))
    before, after = int((day < change).sum()), int((day >= change).sum())
    if min(before, after) < LEAST_DAYS:
        raise OutOfRangeError(
            f"{before} days with data before the change and {after} from it on: "
            f"at least {LEAST_DAYS} are needed on each side"
        )
    step, slope, average, correlation = _fit(day, values, change, has_slope)
    placebos, strengths = _placebos(day[:before], values[:before], after, has_slope)
    share = float((strengths >= _strength(average)).mean()) if len(strengths) else np.nan
    return Impact(step, slope, average, correlation, share, placebos)


def _placebos(
    day: NDArray[np.int64], values: Floats, after: int, has_slope: bool
) -> tuple[pd.DataFrame, Floats]:
    """The model at each earlier date that has room; as many days after it as the change has."""
    after = max(min(after, len(day) // 2), LEAST_DAYS)
    rows, strengths = [], []
    for place in range(LEAST_DAYS, len(day) - after + 1):
        window = slice(0, place + after)
        average = _fit(day[window], values[window], int(day[place]), has_slope)[2]
        rows.append((day[place].astype("datetime64[D]"), average.value, average.low, average.high))
        strengths.append(_strength(average))
    frame = pd.DataFrame(rows, columns=["on", "value", "low", "high"])
    return frame.assign(on=pd.to_datetime(frame["on"])), np.array(strengths)


def _fit(
    day: NDArray[np.int64], values: Floats, change: int, has_slope: bool
) -> tuple[Estimate, Estimate, Estimate, float]:
    """Step, slope, average effect and correlation by generalised least squares."""
    is_after = day >= change
    since = np.where(is_after, day - change, 0).astype(float)
    weekday = (day[:, None] % 7 == np.arange(1, 7)).astype(float)
    effect = [is_after.astype(float), *([since] if has_slope else [])]
    columns = np.column_stack(
        [*effect, np.ones(len(day)), (day - change) / 100.0, weekday[:, weekday.any(axis=0)]]
    )
    gaps = np.diff(day)
    correlation = 0.0
    for _ in range(_ROUNDS):
        last = correlation
        design, response = _whitened(columns, values, gaps, correlation)
        # Where the desk is closed on a weekday, the others' columns make up the level's.
        coefficients, _, rank, _ = np.linalg.lstsq(design, response, rcond=None)
        correlation = _correlation(values - columns @ coefficients, gaps, int(rank))
        if abs(correlation - last) < 1e-6:
            break
    remainder = response - design @ coefficients
    freedom = max(len(day) - int(rank), 1)
    covariance = np.linalg.pinv(design.T @ design) * (remainder @ remainder) / freedom

    def estimate(combination: Floats) -> Estimate:
        weights = np.zeros(columns.shape[1])
        weights[: len(combination)] = combination
        value = float(weights @ coefficients)
        margin = float(
            stdtrit(freedom, (1 + CONFIDENCE) / 2) * np.sqrt(weights @ covariance @ weights)
        )
        return Estimate(len(day), value, value - margin, value + margin)

    step = estimate(np.array([1.0]))
    if not has_slope:
        unknown = Estimate(len(day), np.nan, np.nan, np.nan)
        return step, unknown, step, correlation
    average = estimate(np.array([1.0, since[is_after].mean()]))
    return step, estimate(np.array([0.0, 1.0])), average, correlation


def _whitened(
    columns: Floats, values: Floats, gaps: NDArray[np.int64], correlation: float
) -> tuple[Floats, Floats]:
    """Rows less what the row before foretells, scaled to one variance (Prais-Winsten)."""
    foretold = correlation ** gaps.astype(float)
    scale = np.sqrt((1 - correlation**2) / (1 - foretold**2))
    first = np.sqrt(1 - correlation**2)
    design = np.vstack(
        [columns[:1] * first, (columns[1:] - foretold[:, None] * columns[:-1]) * scale[:, None]]
    )
    return design, np.append(values[0] * first, (values[1:] - foretold * values[:-1]) * scale)


def _correlation(remainder: Floats, gaps: NDArray[np.int64], columns: int) -> float:
    """Lag-one correlation over neighbouring days; fitting lowers it, the more columns it has."""
    is_neighbour = gaps == 1
    if is_neighbour.sum() < LEAST_DAYS or not remainder.any():
        return 0.0
    found = (remainder[1:] * remainder[:-1])[is_neighbour].mean() / (remainder**2).mean()
    corrected = found + (columns / 2 + 2 * found) / len(remainder)
    return float(np.clip(corrected, 0.0, _STRONGEST))


def _strength(effect: Estimate) -> float:
    """How many times the half of its interval an effect is."""
    return abs(effect.value) / max(effect.high - effect.value, np.finfo(float).tiny)
