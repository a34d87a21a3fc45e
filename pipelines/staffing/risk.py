"""Agents for a load that is not known, but forecast with quantiles.

A plan for the mean load misses the target whenever more come, and does so in about half of all
half hours; what remains above the target in the quiet ones does not make up for it, since the
service level falls faster than it rises. Two remedies: staff to a quantile of the load (how often
may the target be missed?), or until the service level expected over all that may come reaches it.
Where an agent missed and one too many have prices, the quantile is the newsvendor's:
missed / (missed + too many), 80 % where one missed costs four times as much.

Source: Ding & Koole, "Optimal call center forecasting and staffing", PEIS 36 (2022).
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from pipelines.errors import OutOfRangeError
from pipelines.staffing.search import halve


def quantiles_at(
    levels: Sequence[float], values: ArrayLike, wanted: ArrayLike
) -> NDArray[np.float64]:
    """[..., n] a forecast's quantiles at the levels `wanted` [n].

    `values` [..., levels] at ascending `levels` between 0 and 1. Between two levels quantiles lie
    on the line through both; beyond the outermost they continue the last line, not below 0.
    """
    levels, wanted = np.asarray(levels, dtype=float), np.asarray(wanted, dtype=float)
    values = np.asarray(values, dtype=float)
    if not np.all((wanted > 0) & (wanted < 1)):
        raise OutOfRangeError(f"wanted levels are {wanted.tolist()}; they must be between 0 and 1")
    is_ascending = np.all(np.diff(levels) > 0) and levels[0] > 0 and levels[-1] < 1
    if len(levels) < 2 or not is_ascending or values.shape[-1] != len(levels):
        raise OutOfRangeError(
            f"levels are {levels.tolist()}; at least two, ascending between 0 and 1, one per value"
        )
    right = np.clip(np.searchsorted(levels, wanted), 1, len(levels) - 1)
    part = (wanted - levels[right - 1]) / (levels[right] - levels[right - 1])
    low, high = values[..., right - 1], values[..., right]
    return np.maximum(low + part * (high - low), 0)


def rate_quantiles(
    levels: Sequence[float], values: ArrayLike, mean: ArrayLike, wanted: ArrayLike
) -> NDArray[np.float64]:
    """[..., values] quantiles of a count, drawn in to those of the rate behind it.

    A half hour's contacts vary because its rate is not known, and because contacts at a known rate
    come by chance. Queueing formulas count that chance already: planned for twice, a desk of ten
    contacts a half hour gets an agent too many. Variances add up, and chance has the variance
    `mean` (Poisson), so what the rate keeps of each distance from the mean is
    sqrt(1 - mean / variance), 0 where the count varies no more than chance does.

    Parameters
    ----------
    levels, values
        The forecast's ascending levels and its quantiles [..., levels], contacts. The variance is
        that of a normal count with these distances between symmetric levels, on average.
    mean
        [...] expected contacts.
    wanted
        [..., n] quantiles of the count to draw in.
    """
    levels, values = np.asarray(levels, dtype=float), np.asarray(values, dtype=float)
    mean, wanted = np.asarray(mean, dtype=float), np.asarray(wanted, dtype=float)
    pairs = [
        (values[..., -1 - i] - values[..., i]) / (ndtri(levels[-1 - i]) - ndtri(levels[i]))
        for i in range(len(levels) // 2)
    ]
    variance = np.mean(pairs, axis=0) ** 2 if pairs else np.zeros(mean.shape)
    kept = 1 - np.divide(mean, variance, out=np.ones(mean.shape), where=variance > mean)
    return np.maximum(mean[..., None] + (wanted - mean[..., None]) * np.sqrt(kept)[..., None], 0)


def expected_service_level(
    loads: NDArray[np.float64], service_level: NDArray[np.float64]
) -> NDArray[np.float64]:
    """[...] share of all contacts answered in time over equally likely `loads` [..., Q].

    `service_level` [..., Q] at each of them. Each load counts with its contacts: of a day of 100
    all in time and a day of 300 half in time it is 250 / 400, not the mean of the days, which
    hides that the busy day disappoints more people. NaN where every load is 0.
    """
    offered = loads.sum(axis=-1)
    in_time = np.where(loads > 0, service_level * loads, 0.0).sum(axis=-1)
    return np.divide(in_time, offered, out=np.full(offered.shape, np.nan), where=offered > 0)


def fewest_expected(
    loads: NDArray[np.float64],
    too_few: NDArray[np.int64],
    enough: NDArray[np.int64],
    target_share: float,
    service_level: Callable[[NDArray, NDArray], NDArray],
) -> NDArray[np.int64]:
    """[...] fewest agents above `too_few` and up to `enough` whose expected service level over
    equally likely `loads` [..., Q] reaches the target; see `expected_service_level`.

    `service_level(loads [..., Q], agents [...])` is the share answered in time at each load, NaN
    where nothing arrives.
    """
    shape, loads = np.shape(enough), loads.reshape(-1, loads.shape[-1])
    enough, too_few = np.array(enough).ravel(), np.array(too_few).ravel()

    def suffices(chosen: NDArray[np.int64], agents: NDArray[np.int64]) -> NDArray[np.bool_]:
        level = service_level(loads[chosen], agents)
        return ~(expected_service_level(loads[chosen], level) < target_share)

    halve(suffices, too_few, enough, np.arange(enough.size))
    return enough.reshape(shape)
