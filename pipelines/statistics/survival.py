"""Durations of which some have not ended yet: Kaplan-Meier.

A contact that still waits has waited *at least* so long. Leaving it out would make a desk
look faster the more contacts it never answers; here it counts for as long as it was watched.

Source: Kaplan & Meier (1958), JASA 53; Greenwood (1926) for the variance; Kalbfleisch &
Prentice (2002), section 1.4, for the log(-log) limits; Brookmeyer & Crowley (1982),
Biometrics 38, for the interval of a quantile.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from pipelines.statistics.intervals import CONFIDENCE

# Products such as 3/4 * 2/3 miss one half by an ulp: they have reached it.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Survival:
    """The share that still waits after each duration at which some wait ended.

    seconds          the durations, rising
    at_risk          observations that waited at least so long
    events           waits that ended exactly then
    surviving_share  share that waits longer; starts below 1 at the first duration
    low, high        95 % limits of the share; NaN once nobody is left to estimate them

    Of many groups at once all but `seconds` have a row per group, and where a group's waits did
    not end its share stays as it was.
    """

    seconds: NDArray[np.float64]
    at_risk: NDArray[np.int64]
    events: NDArray[np.int64]
    surviving_share: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def quantile(self, share: float) -> tuple[ArrayLike, ArrayLike, ArrayLike]:
        """By when this share of all has ended, with its 95 % interval; NaN: not reached yet.

        The median is the first duration after which at most half still wait. One number each,
        or one per group.
        """
        left = 1 - share
        return (
            self._first(self.surviving_share <= left + _ROUNDING),
            self._first(self.low <= left + _ROUNDING),
            self._first(self.high <= left + _ROUNDING),
        )

    def _first(self, is_reached: NDArray[np.bool_]) -> ArrayLike:
        if not len(self.seconds):
            return np.full(is_reached.shape[:-1], np.nan)[()]
        first = self.seconds[is_reached.argmax(axis=-1)]
        return np.where(is_reached.any(axis=-1), first, np.nan)[()]


def kaplan_meier(
    seconds: ArrayLike,
    is_observed: ArrayLike,
    counts: ArrayLike | None = None,
    confidence: float = CONFIDENCE,
) -> Survival:
    """Estimate how long things take when some have not ended.

    Parameters
    ----------
    seconds : array_like
        How long each was watched; never NaN: what is not known has no place in a curve.
    is_observed : array_like of bool
        Whether it ended then; False: it was still going on (censored). Where both happen
        at the same duration, the ends come first.
    counts : array_like of int, optional
        How many observations each entry stands for; one by default.

    Returns
    -------
    Survival
        Empty arrays where nothing ended.
    """
    seconds = np.asarray(seconds, dtype=float)
    is_observed = np.asarray(is_observed, dtype=bool)
    counts = np.ones(len(seconds), np.int64) if counts is None else np.asarray(counts, np.int64)
    if (seconds[1:] < seconds[:-1]).any():
        order = np.argsort(seconds, kind="stable")
        seconds, is_observed, counts = seconds[order], is_observed[order], counts[order]
    # The last entry of each duration: sums up to there, less those before, are its own.
    lasts = np.flatnonzero(np.diff(seconds, append=np.inf))
    watched = np.cumsum(counts)[lasts]
    events = np.diff(np.cumsum(counts * is_observed)[lasts], prepend=0)
    at_risk = counts.sum() - watched + np.diff(watched, prepend=0)
    is_event = events > 0
    durations, events, at_risk = seconds[lasts][is_event], events[is_event], at_risk[is_event]
    return _curve(durations, events, at_risk, confidence)


def of_counts(
    seconds: ArrayLike, counts: NDArray[np.int64], confidence: float = CONFIDENCE
) -> Survival:
    """The same for many groups at once, from how many of each waited how long.

    Parameters
    ----------
    seconds : array_like, [durations]
        Rising.
    counts : array, [groups, durations, 2]
        How many were watched so long and had not ended (0), and how many ended then (1).

    Returns
    -------
    Survival
        With a row per group.
    """
    watched = counts.sum(axis=2)
    at_risk = watched.sum(axis=1, keepdims=True) - np.cumsum(watched, axis=1) + watched
    return _curve(np.asarray(seconds, dtype=float), counts[:, :, 1], at_risk, confidence)


def _curve(seconds, events, at_risk, confidence) -> Survival:
    ended = np.divide(events, at_risk, out=np.zeros(events.shape), where=at_risk > 0)
    share = np.cumprod(1 - ended, axis=-1)
    low, high = _limits(share, events, at_risk, confidence)
    return Survival(seconds, at_risk, events, share, low, high)


def _limits(share, events, at_risk, confidence) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Greenwood's variance on the log(-log) scale, where limits stay within 0 and 1."""
    z = ndtri((1 + confidence) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(events / (at_risk * (at_risk - events).astype(float)), axis=-1)
        hazard = np.log(share)
        spread = z * np.sqrt(greenwood) / np.abs(hazard)
        low, high = np.exp(hazard * np.exp(spread)), np.exp(hazard * np.exp(-spread))
    is_estimable = share > 0
    return np.where(is_estimable, low, np.nan), np.where(is_estimable, high, np.nan)
