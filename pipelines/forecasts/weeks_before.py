"""The same weekday and half hour in the weeks before: what both yardsticks look at."""

from collections.abc import Sequence

import numpy as np

from pipelines.forecasts.base import Floats, Grid


def weeks_before(grid: Grid, origins: Sequence[int], horizon: int, weeks: int) -> Floats:
    """[origins, horizon, weeks, S] counts of the same weekday, the latest week first.

    NaN: closed, not observed, or before the grid's first day.
    """
    lead = np.arange(1, horizon + 1)
    # the latest day of that weekday at or before the origin
    latest = np.asarray(origins, dtype=int)[:, None] + lead - 7 * -(-lead // 7)
    days = latest[:, :, None] - 7 * np.arange(weeks)
    return np.where((days >= 0)[..., None], grid.counts[np.maximum(days, 0)], np.nan)


def mean_of_seen(counts: Floats, axis: int) -> Floats:
    """Mean without the NaN along an axis; NaN where there is nothing else."""
    is_seen = np.isfinite(counts)
    n = is_seen.sum(axis=axis)
    total = np.where(is_seen, counts, 0.0).sum(axis=axis)
    return np.divide(total, n, out=np.full(total.shape, np.nan), where=n > 0)


def everyday_means(grid: Grid, origins: Sequence[int]) -> Floats:
    """[origins, S] mean of each half hour over all days so far; the mean of all where never seen.

    0 for an origin before which nothing was observed.
    """
    at = np.asarray(origins, dtype=int)
    is_seen = np.isfinite(grid.counts)
    n = np.cumsum(is_seen, axis=0)[at]
    total = np.cumsum(np.where(is_seen, grid.counts, 0.0), axis=0)[at]
    answer = np.divide(total, n, out=np.zeros((len(at), grid.slots)), where=n > 0)
    for row in np.flatnonzero((n > 0).any(axis=1) & (n == 0).any(axis=1)):
        answer[row, n[row] == 0] = answer[row, n[row] > 0].mean()
    return answer
