"""Agents for a load that is not known, but forecast with quantiles.

A plan for the mean load misses the target whenever more come, and does so in about half of all
half hours; what remains above the target in the quiet ones does not make up for it, since the
service level falls faster than it rises. Two remedies: staff to a quantile of the load (how often
may the target be missed?), or until the service level expected over all that may come reaches it.

Source: Ding & Koole, "Optimal call center forecasting and staffing", PEIS 36 (2022).
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from pipelines.errors import OutOfRangeError
from pipelines.staffing import erlang

FEWEST_QUANTILES = 9
"""With fewer the tails, which decide, are not seen."""


def critical_quantile(short_price: float, spare_price: float) -> float:
    """The quantile to staff to when an agent too few and one too many have these prices.

    short / (short + spare), the newsvendor's answer: an agent missed that costs four times one
    too many is worth the 80 % quantile.

    Raises
    ------
    OutOfRangeError
        A price that is not above 0.
    """
    if not (short_price > 0 and spare_price > 0):
        raise OutOfRangeError(
            f"short_price is {short_price} and spare_price {spare_price}; both must be above 0,"
            " else the best number of agents is none, or no number at all"
        )
    return short_price / (short_price + spare_price)


def even_quantiles(
    levels: Sequence[float], values: ArrayLike, count: int = FEWEST_QUANTILES
) -> NDArray[np.float64]:
    """[..., count] a forecast's quantiles at (i + 1/2) / count, each standing for an equal share.

    See `quantiles_at`.
    """
    return quantiles_at(levels, values, (np.arange(count) + 0.5) / count)


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


def required_at_quantile(
    load_quantiles: ArrayLike,
    quantile: float,
    handle_seconds: float,
    target_share: float,
    within_seconds: float,
    patience_seconds: float | None = None,
) -> NDArray[np.int64]:
    """Fewest agents that reach the target at `quantile` of the load.

    `load_quantiles` [..., Q] erlangs, each standing for an equal share of what may come; the
    quantile is theirs (linear between them). More load never needs fewer agents, so this is also
    the quantile of the agents required.
    """
    loads = _quantiles(load_quantiles)
    if not 0 < quantile < 1:
        raise OutOfRangeError(f"quantile is {quantile}; it must be between 0 and 1")
    return erlang.required_agents(
        np.quantile(loads, quantile, axis=-1),
        handle_seconds,
        target_share,
        within_seconds,
        patience_seconds,
    )


def expected_service_level(
    load_quantiles: ArrayLike,
    agents: ArrayLike,
    handle_seconds: float,
    within_seconds: float,
    patience_seconds: float | None = None,
) -> NDArray[np.float64]:
    """Share of all contacts answered in time over `load_quantiles` [..., Q], for `agents` [...].

    Each load counts with its contacts: of a day of 100 all in time and a day of 300 half in time
    it is 250 / 400, not the mean of the days, which hides that the busy day disappoints more
    people. A load that the agents cannot carry, where nobody hangs up, has the service level 0.
    NaN where every load is 0.
    """
    loads = _quantiles(load_quantiles)
    level = _service_level(loads, agents, handle_seconds, within_seconds, patience_seconds)
    in_time = np.where(loads > 0, level * loads, 0.0).sum(axis=-1)
    offered = loads.sum(axis=-1)
    return np.divide(in_time, offered, out=np.full(offered.shape, np.nan), where=offered > 0)


def required_for_expected_service_level(
    load_quantiles: ArrayLike,
    handle_seconds: float,
    target_share: float,
    within_seconds: float,
    patience_seconds: float | None = None,
) -> NDArray[np.int64]:
    """Fewest agents whose expected service level over the forecast reaches the target.

    `load_quantiles` [..., Q], Q >= 9, each standing for an equal share of what may come.
    """
    loads = _quantiles(load_quantiles)
    # Enough for the largest load is enough for all; the answer is searched below it.
    enough = erlang.required_agents(
        loads.max(axis=-1), handle_seconds, target_share, within_seconds, patience_seconds
    )

    def service_level(loads, agents):
        return _service_level(loads, agents, handle_seconds, within_seconds, patience_seconds)

    return fewest_expected(loads, np.zeros_like(enough), enough, target_share, service_level)


def fewest_expected(
    loads: NDArray[np.float64],
    too_few: NDArray[np.int64],
    enough: NDArray[np.int64],
    target_share: float,
    service_level: Callable[[NDArray, NDArray], NDArray],
) -> NDArray[np.int64]:
    """[...] fewest agents above `too_few` and up to `enough` that reach the target over `loads`.

    `service_level(loads [..., Q], agents [...])` is the share answered in time at each load, NaN
    where nothing arrives. It counts with its contacts, see `expected_service_level`.
    """
    shape, loads = np.shape(enough), loads.reshape(-1, loads.shape[-1])
    enough, too_few = np.array(enough).ravel(), np.array(too_few).ravel()
    offered = loads.sum(axis=-1)
    while (chosen := np.flatnonzero(enough - too_few > 1)).size:
        middle = (enough[chosen] + too_few[chosen]) // 2
        level = service_level(loads[chosen], middle)
        in_time = np.where(loads[chosen] > 0, level * loads[chosen], 0.0).sum(axis=-1)
        is_enough = in_time >= target_share * offered[chosen]
        enough[chosen[is_enough]] = middle[is_enough]
        too_few[chosen[~is_enough]] = middle[~is_enough]
    return enough.reshape(shape)


def miss_probability(
    load_quantiles: ArrayLike,
    agents: ArrayLike,
    handle_seconds: float,
    target_share: float,
    within_seconds: float,
    patience_seconds: float | None = None,
) -> NDArray[np.float64]:
    """How likely `agents` [...] miss the target: the share of the loads at which they would.

    "1 half hour in 9" is 0.11. A load of 0 misses nothing.
    """
    loads = _quantiles(load_quantiles)
    level = _service_level(loads, agents, handle_seconds, within_seconds, patience_seconds)
    return (level < target_share).mean(axis=-1)


def _service_level(loads, agents, handle, within, patience) -> NDArray[np.float64]:
    agents = np.broadcast_to(np.asarray(agents, dtype=float)[..., None], loads.shape)
    level = np.where(loads > 0, 0.0, np.nan)
    is_carried = (loads > 0) & ((agents > loads) | (patience is not None))
    does = erlang.performance(loads[is_carried], agents[is_carried], handle, within, patience)
    level[is_carried] = does.service_level_share
    return level


def _quantiles(load_quantiles: ArrayLike) -> NDArray[np.float64]:
    loads = np.asarray(load_quantiles, dtype=float)
    if loads.ndim == 0 or loads.shape[-1] < FEWEST_QUANTILES:
        raise OutOfRangeError(
            f"{loads.shape[-1] if loads.ndim else 1} quantiles of the load; at least"
            f" {FEWEST_QUANTILES} are needed to see the tails, where targets are missed"
        )
    if not np.all(np.isfinite(loads) & (loads >= 0)):
        raise OutOfRangeError("load quantiles must be finite and 0 or more")
    return loads
