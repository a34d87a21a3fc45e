"""Who answers surveys, and what the score would be if everybody had.

Cells are a frame with one row per combination of the dimensions: `n` people asked, `answered`
among them, the `total` of their scores (satisfied people, for a share) and, for means, the sum
of `squares`. All add up over rows.

Those who answered are given weights so that they are composed as all asked are:

* where every cell has an answer, by cells (post-stratification);
* where some cell has none, by the margin of each dimension in turn until all agree (raking).
  A value of a dimension without any answer cannot be represented: its people are collapsed
  into the dimension's other values, in proportion, and listed.

This mends differences between cells only: that people within a cell answer whatever they
think is assumed, not shown.

Source: Holt & Smith (1979), JRSS A 142; Deming & Stephan (1940) for raking; Kish (1965) for the
effective n, on which the intervals stand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.errors import OutOfRangeError
from pipelines.statistics.intervals import (
    Estimate,
    effective_n,
    ratio,
    weighted_mean,
    weighted_share,
    wilson,
)

Floats = NDArray[np.float64]

_ROUNDS = 5_000
_CLOSE_ENOUGH = 1e-10


@dataclass(frozen=True)
class Adjusted:
    """A score of those who answered, as it is and as everybody's.

    raw          of those who answered, as they are
    adjusted     with weights; its n is the number of answers, its interval is of effective_n
    effective_n  answers that would be as precise without weights
    method       "cells" or "raking"
    collapsed    [dimension, value, n]: values without any answer, whose people others stand for
    weights      the dimensions of each cell with answers, answered, and the weight of each
                 answer: 1 on average
    """

    raw: Estimate
    adjusted: Estimate
    effective_n: float
    method: str
    collapsed: pd.DataFrame
    weights: pd.DataFrame


def representation(cells: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    """Those who answered against everybody, one row per value of each dimension.

    Returns
    -------
    DataFrame
        [dimension, group, n, answered, value, low, high, share_of_asked, share_of_answers]:
        value is the response rate with Wilson's interval; the last two are equal where
        answers represent those asked. NULL where nobody was asked or nobody answered.
    """
    parts = []
    for name in dimensions:
        sums = cells.groupby(name, observed=True, sort=True, dropna=False)
        sums = sums[["n", "answered"]].sum()
        n, answered = (sums[column].to_numpy(dtype=float) for column in ("n", "answered"))
        low, high = wilson(answered, n)
        parts.append(
            pd.DataFrame(
                {
                    "dimension": name,
                    "group": sums.index.astype(str),
                    "n": n.astype("int64"),
                    "answered": answered.astype("int64"),
                    "value": ratio(answered, n),
                    "low": low,
                    "high": high,
                    "share_of_asked": ratio(n, n.sum()),
                    "share_of_answers": ratio(answered, answered.sum()),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def adjust(cells: pd.DataFrame, dimensions: Sequence[str]) -> Adjusted:
    """The score as it would be if all had answered as those of their cell did.

    Raises
    ------
    OutOfRangeError
        No dimension is named; more answers than people asked; or raking does not settle
        because empty cells contradict the margins: leave out a dimension.
    """
    dimensions = list(dimensions)
    if not dimensions:
        raise OutOfRangeError("name at least one dimension to adjust by")
    is_share = "squares" not in cells
    measures = ["n", "answered", "total", *([] if is_share else ["squares"])]
    summed = cells.groupby(dimensions, observed=True, sort=True, dropna=False)[measures].sum()
    summed = summed[summed["n"] > 0].astype(float).reset_index()
    if (summed["answered"] > summed["n"]).any():
        raise OutOfRangeError("a cell has more answers than people asked")
    answered = summed[summed["answered"] > 0]
    collapsed = _without_answers(summed, answered, dimensions)
    method = "cells" if len(answered) == len(summed) else "raking"
    if method == "cells" or answered.empty:
        people = answered["n"].to_numpy()
    else:
        people = _raked(summed, answered, dimensions)
    weight = ratio(people, answered["answered"]) * ratio(answered["answered"].sum(), people.sum())
    weights, weight_squares = (float((answered["answered"] * weight**k).sum()) for k in (1, 2))
    return Adjusted(
        _scored(answered, np.ones(len(answered)), is_share),
        _scored(answered, weight, is_share),
        float(effective_n(weights, weight_squares)),
        method,
        collapsed,
        answered[dimensions].assign(answered=answered["answered"].astype("int64"), weight=weight),
    )


def _without_answers(
    asked: pd.DataFrame, answered: pd.DataFrame, dimensions: list[str]
) -> pd.DataFrame:
    rows = []
    for name in dimensions:
        lost = asked[~asked[name].isin(answered[name])]
        for value, n in lost.groupby(name, observed=True, dropna=False)["n"].sum().items():
            rows.append((name, value, int(n)))
    return pd.DataFrame(rows, columns=["dimension", "value", "n"])


def _raked(asked: pd.DataFrame, answered: pd.DataFrame, dimensions: list[str]) -> Floats:
    """How many people each cell with answers stands for, so that every margin is everybody's."""
    people = answered["answered"].to_numpy(dtype=float)
    margins = []
    for name in dimensions:
        codes, values = pd.factorize(answered[name], use_na_sentinel=False)
        target = asked.groupby(name, observed=True, dropna=False)["n"].sum().reindex(values)
        margins.append((codes, target.to_numpy() / target.sum()))
    people = people / people.sum()
    for _ in range(_ROUNDS):
        missed = 0.0
        for codes, target in margins:
            reached = np.bincount(codes, people, len(target))
            missed = max(missed, np.abs(reached - target).max())
            people = people * (target / reached)[codes]
        if missed < _CLOSE_ENOUGH:
            return people
    raise OutOfRangeError(
        f"weights by {', '.join(dimensions)} do not settle: too many cells have no answer; "
        "leave out a dimension or join its rare values"
    )


def _scored(answered: pd.DataFrame, weight: Floats, is_share: bool) -> Estimate:
    n = int(answered["answered"].sum())
    if not n:
        return Estimate(0, np.nan, np.nan, np.nan)
    sums = [
        (answered["answered"] * weight).sum(),
        (answered["answered"] * weight**2).sum(),
        (answered["total"] * weight).sum(),
    ]
    if is_share:
        return Estimate(n, *(float(value) for value in weighted_share(*sums)))
    sums.append((answered["squares"] * weight).sum())
    return Estimate(n, *(float(value) for value in weighted_mean(*sums)))
