"""A change of a rate, taken apart: did groups get better, or did their mix change?

A period is a frame with one row per group: its dimensions, `n` observations and their sum
`total`; means other than shares also carry `squares`, the sum of squares. All three add up
over rows, so that any coarser grouping is their sum.

Within a group, r is the rate and w its share of all n. Between period 1 and period 2

    rate part = sum of w1 * (r2 - r1)       what changed inside groups, at the old mix
    mix part  = sum of (w2 - w1) * r2       what changed in the mix, at the new rates

and both add up to the whole change exactly. A group that vanished has no r2: its rate counts
as unchanged, so its going is mix alone. One that appeared has w1 = 0: its coming is mix alone.

Source: Kitagawa (1955), JASA 50; Das Gupta, Standardization and Decomposition of Rates (1993);
Shorrocks (2013), Journal of Economic Inequality 11, for the Shapley values.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from pipelines.errors import OutOfRangeError
from pipelines.statistics.intervals import CONFIDENCE, Estimate, ratio, wilson

Floats = NDArray[np.float64]

DRAWS = 400
"""Simulated pairs of periods behind an interval: its width is then known to 4 %."""


@dataclass(frozen=True)
class MixShift:
    """A change between two periods and its parts: `change = rate + mix`, to the last bit shown.

    before, after   the rates of both periods
    change          after - before
    rate, mix       its parts, with 95 % intervals
    groups          one row per group: the dimensions, n_before, n_after, value_before,
                    value_after (NaN: none there), rate, rate_low, rate_high, mix, mix_low,
                    mix_high; both parts add up over groups to those of the whole
    """

    before: float
    after: float
    change: Estimate
    rate: Estimate
    mix: Estimate
    groups: pd.DataFrame


def decompose(
    before: pd.DataFrame, after: pd.DataFrame, dimensions: Sequence[str], seed: int = 0
) -> MixShift:
    """Take the change from `before` to `after` apart by groups of all `dimensions` together.

    A group's mix part is centred: (w2 - w1) * (r2 - what the rate would be at the old mix).
    It is positive where better groups grew or worse ones shrank; the sum is the same.

    Parameters
    ----------
    before, after
        Periods, as above; rows of one group are added up.
    seed
        Of the simulation behind the intervals: both periods are drawn again from their own
        mix and rates, and an interval is 1.96 standard deviations to each side; NaN where
        a mean stands on one observation.

    Raises
    ------
    OutOfRangeError
        A period without observations has no rate; or only one period carries squares.
    """
    cells = _aligned(before, after, list(dimensions))
    rate, mix = _parts(cells.n, cells.total)
    drawn_rate, drawn_mix = _parts(*_drawn(cells, np.random.default_rng(seed)))
    first, second = (float(value) for value in _overall(cells.n, cells.total))
    n = int(cells.n.sum())
    groups = cells.keys.assign(
        n_before=cells.n[0].astype("int64"),
        n_after=cells.n[1].astype("int64"),
        value_before=ratio(cells.total[0], cells.n[0]),
        value_after=ratio(cells.total[1], cells.n[1]),
        **_columns("rate", rate, drawn_rate),
        **_columns("mix", mix, drawn_mix),
    )
    return MixShift(
        first,
        second,
        _estimate(n, second - first, (drawn_rate + drawn_mix).sum(axis=-1)),
        _estimate(n, float(rate.sum()), drawn_rate.sum(axis=-1)),
        _estimate(n, float(mix.sum()), drawn_mix.sum(axis=-1)),
        groups,
    )


def attribute(
    before: pd.DataFrame, after: pd.DataFrame, dimensions: Sequence[str], seed: int = 0
) -> pd.DataFrame:
    """Which dimension's mix moved the rate: [part, n, value, low, high], `rate` and one per name.

    The mix part of a few dimensions is found by `decompose` on those alone. What one more
    dimension adds depends on which came before; its part is the mean over all orders (its
    Shapley value). The parts and `rate` add up to the change, in whatever order they are named.

    Parameters, Raises
    ------------------
    As `decompose`. Work doubles with every dimension.
    """
    dimensions = list(dimensions)
    cells = _aligned(before, after, dimensions)
    drawn = _drawn(cells, np.random.default_rng(seed))
    subsets = [
        frozenset(chosen)
        for size in range(len(dimensions) + 1)
        for chosen in combinations(dimensions, size)
    ]
    found = {subset: _mix_of(cells, cells.n, cells.total, subset) for subset in subsets}
    simulated = {subset: _mix_of(cells, *drawn, subset) for subset in subsets}
    whole = frozenset(dimensions)
    first, second = _overall(cells.n, cells.total)
    drawn_first, drawn_second = _overall(*drawn)
    n = int(cells.n.sum())
    rows = {
        "rate": _estimate(
            n, float(second - first - found[whole]), drawn_second - drawn_first - simulated[whole]
        )
    }
    for name in dimensions:
        value = _shapley(found, name, dimensions)
        rows[name] = _estimate(n, float(value), _shapley(simulated, name, dimensions))
    return pd.DataFrame(
        [{"part": name, **vars(estimate)} for name, estimate in rows.items()],
        columns=["part", "n", "value", "low", "high"],
    )


def standardised(
    groups: pd.DataFrame,
    by: str,
    dimensions: Sequence[str],
    standard: pd.DataFrame | None = None,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """Rates of several units (weeks, teams) as if each had the same mix.

    Parameters
    ----------
    groups
        [by, *dimensions, n, total] and `squares` for means: one row per unit and group.
    standard
        [*dimensions, n]: the mix to give all; by default that of all units together.

    Returns
    -------
    DataFrame
        [by, n, value, low, high, effective_n, covered_share], one row per unit. The value is
        taken over the groups that the unit has; covered_share says how much of the standard
        mix they are; a unit without any of them has no row. Shares have Wilson's interval on
        the effective n, means Student's.

    Source: Keiding & Clayton (2014), Statistical Science 29 (direct standardisation).
    """
    dimensions = list(dimensions)
    is_share = "squares" not in groups
    measures = ["n", "total", *([] if is_share else ["squares"])]
    cells = groups.groupby([by, *dimensions], observed=True, dropna=False)[measures].sum()
    cells = cells[cells["n"] > 0].reset_index()
    mix = (groups if standard is None else standard).groupby(
        dimensions, observed=True, dropna=False
    )["n"]
    weight = (mix.sum() / mix.sum().sum()).rename("weight").reset_index()
    cells = cells.merge(weight, on=dimensions, how="inner")
    covered = cells.groupby(by, observed=True)["weight"].transform("sum")
    cells = cells[covered > 0].copy()
    cells["w"] = cells["weight"] / covered
    n, rate = cells["n"], cells["total"] / cells["n"]
    cells["value"] = cells["w"] * rate
    cells["inverse_n"] = cells["w"] ** 2 / n
    if not is_share:
        pooled = (cells["squares"] - cells["total"] * rate).sum() / max(n.sum() - len(n), 1)
        spread = (cells["squares"] - cells["total"] * rate) / (n - 1).clip(lower=1)
        cells["variance"] = cells["w"] ** 2 * spread.where(n > 1, pooled) / n
    unit = cells.groupby(by, observed=True).sum(numeric_only=True)
    effective = 1 / unit["inverse_n"]
    value = unit["value"].to_numpy()
    if is_share:
        low, high = wilson(value * effective, effective, confidence)
    else:
        degrees = np.where(effective > 1, effective - 1, np.nan)
        margin = stdtrit(degrees, (1 + confidence) / 2) * np.sqrt(unit["variance"].to_numpy())
        low, high = value - margin, value + margin
    return pd.DataFrame(
        {
            by: unit.index,
            "n": unit["n"].to_numpy().astype("int64"),
            "value": value,
            "low": low,
            "high": high,
            "effective_n": effective.to_numpy(),
            "covered_share": unit["weight"].to_numpy(),
        }
    )


@dataclass(frozen=True)
class _Cells:
    """Both periods on the same groups: arrays of periods x groups."""

    keys: pd.DataFrame
    n: Floats
    total: Floats
    squares: Floats | None


def _aligned(before: pd.DataFrame, after: pd.DataFrame, dimensions: list[str]) -> _Cells:
    if ("squares" in before) != ("squares" in after):
        raise OutOfRangeError("one period carries squares and the other does not")
    measures = ["n", "total", *(["squares"] if "squares" in before else [])]
    both = pd.concat([before.assign(_period=0), after.assign(_period=1)], ignore_index=True)
    codes, keys = _codes(both, dimensions)
    sums = {}
    for name in measures:
        sums[name] = np.zeros((2, len(keys)))
        np.add.at(sums[name], (both["_period"], codes), both[name].to_numpy(dtype=float))
    if (sums["n"].sum(axis=1) == 0).any():
        raise OutOfRangeError("a period has no observations: a change needs a rate in both")
    return _Cells(keys, sums["n"], sums["total"], sums.get("squares"))


def _codes(frame: pd.DataFrame, dimensions: list[str]) -> tuple[NDArray, pd.DataFrame]:
    """The group of each row, and each group's dimensions; no dimension: one group of all."""
    if not dimensions:
        return np.zeros(len(frame), dtype=int), pd.DataFrame(index=[0])
    grouped = frame.groupby(dimensions, dropna=False, observed=True, sort=True)
    keys = grouped.size().index.to_frame(index=False)[dimensions]
    return grouped.ngroup().to_numpy(), keys


def _overall(n: Floats, total: Floats) -> Floats:
    return total.sum(axis=-1) / n.sum(axis=-1)


def _parts(n: Floats, total: Floats) -> tuple[Floats, Floats]:
    """Rate and mix part of each group; periods lead, then any draws, then groups."""
    (n1, n2), (r1, r2) = n, ratio(total, n)
    w1, w2 = n1 / n1.sum(axis=-1, keepdims=True), n2 / n2.sum(axis=-1, keepdims=True)
    r1 = np.where(n1 > 0, r1, np.where(n2 > 0, r2, 0.0))
    r2 = np.where(n2 > 0, r2, r1)
    at_old_mix = (w1 * r2).sum(axis=-1, keepdims=True)
    return w1 * (r2 - r1), (w2 - w1) * (r2 - at_old_mix)


def _mix_of(cells: _Cells, n: Floats, total: Floats, subset: frozenset[str]) -> Floats:
    """Mix part of the grouping by some of the dimensions."""
    codes, keys = _codes(cells.keys, [name for name in cells.keys if name in subset])
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(keys)))
    summed = (np.add.reduceat(values[..., order], starts, axis=-1) for values in (n, total))
    return _parts(*summed)[1].sum(axis=-1)


def _shapley(worth: dict[frozenset[str], Floats], name: str, dimensions: list[str]) -> Floats:
    count = len(dimensions)
    return sum(
        factorial(len(subset)) * factorial(count - len(subset) - 1) / factorial(count)
        * (worth[subset | {name}] - worth[subset])
        for subset in worth if name not in subset
    )  # fmt: skip


def _drawn(cells: _Cells, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Both periods once more, DRAWS times: n and total, periods x draws x groups."""
    drawn_n, drawn_total = [], []
    for period in (0, 1):
        n, total = cells.n[period], cells.total[period]
        size = int(n.sum())
        overall = total.sum() / size
        if cells.squares is None:  # none or all of them so far is not for ever: half a one
            overall = np.clip(overall, 0.5 / (size + 1), 1 - 0.5 / (size + 1))
        # One observation of the whole is added to each group: a group of one or of equals
        # would otherwise look certain.
        rate = (total + overall) / (n + 1)
        new_n = random.multinomial(size, n / size, size=DRAWS)
        if cells.squares is None:
            new_total = random.binomial(new_n, np.clip(rate, 0, 1)).astype(float)
        else:
            squares = cells.squares[period]
            # One observation says nothing about the spread.
            spread = max(squares.sum() / size - overall**2, 0.0) if size > 1 else np.nan
            within = np.maximum(squares - n * _filled(n, total) ** 2, 0.0)
            variance = (within + spread) / (n + 1)
            noise = random.standard_normal(new_n.shape) * np.sqrt(new_n * variance)
            new_total = new_n * _filled(n, total) + noise
        drawn_n.append(new_n.astype(float))
        drawn_total.append(new_total)
    return np.stack(drawn_n), np.stack(drawn_total)


def _filled(n: Floats, total: Floats) -> Floats:
    return np.nan_to_num(ratio(total, n))


def _columns(name: str, value: Floats, drawn: Floats) -> dict[str, Floats]:
    margin = ndtri((1 + CONFIDENCE) / 2) * drawn.std(axis=0, ddof=1)
    return {name: value, f"{name}_low": value - margin, f"{name}_high": value + margin}


def _estimate(n: int, value: float, drawn: Floats) -> Estimate:
    margin = float(ndtri((1 + CONFIDENCE) / 2) * drawn.std(ddof=1))
    return Estimate(n, value, value - margin, value + margin)
