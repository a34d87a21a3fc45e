"""What asks for a look first: groups that got worse by more than chance explains."""

from __future__ import annotations

import pandas as pd

from dashboard.formats import RANKED_FROM

NOTABLE_STEP = 0.05  # of the former value: with enough contacts, any step is more than chance


def worsened(comparison: pd.DataFrame, *, up_is_good: bool, most: int = 3) -> pd.DataFrame:
    """The groups of a comparison that moved most in the bad direction.

    Parameters
    ----------
    comparison : one row per group as `Warehouse.compare` gives it: `value`, `n`, `low`, `high`,
        `previous_value`, `previous_n`.
    most : how many rows to give.

    Returns
    -------
    The rows, worst first by relative step, of groups with at least 30 observations in both
    windows, whose former value lies outside the 95% interval of the present one, and that moved
    by at least a twentieth. A smaller step is what any two windows differ by.
    """
    rows = comparison.dropna(subset=["value", "previous_value", "low", "high"])
    rows = rows[(rows["n"] >= RANKED_FROM) & (rows["previous_n"] >= RANKED_FROM)]
    step = rows["value"] - rows["previous_value"]
    if up_is_good:
        rows, step = rows[rows["previous_value"] > rows["high"]], -step
    else:
        rows = rows[rows["previous_value"] < rows["low"]]
    relative = (step / rows["previous_value"].where(rows["previous_value"] != 0)).dropna()
    notable = relative[relative.index.isin(rows.index) & (relative >= NOTABLE_STEP)]
    return rows.loc[notable.nlargest(most).index]
