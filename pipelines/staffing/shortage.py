"""A staffing plan read aloud: who is short, when, by how many, and what it costs in hours."""

import numpy as np
import pandas as pd

from pipelines.staffing import erlang

HOURS = 0.5
"""Hours of one row of a plan: a half hour."""

SHORTAGE_COLUMNS = (
    "required_agent_hours",
    "scheduled_agent_hours",
    "short_agent_hours",
    "spare_agent_hours",
    "open_half_hours",
    "short_half_hours",
    "worst_gap",
    "worst_on",
    "worst_slot",
    "peak_agents",
    "expected_contacts",
    "closed_contacts",
    "closed_share",
)


def shortage(staffing: pd.DataFrame, by: tuple[str, ...] = ("channel", "language")) -> pd.DataFrame:
    """What a plan lacks, one row per group, the shortest of people first.

    Parameters
    ----------
    staffing
        Rows of `staffing_intervals`, or of `what_if`.

    Returns
    -------
    DataFrame
        The columns of `by` and SHORTAGE_COLUMNS. `required_agent_hours` and `peak_agents` are
        agents on the roster (after shrinkage). What compares with a schedule (scheduled, short,
        spare, short_half_hours and the worst half hour) counts the half hours whose schedule is
        known, and is NULL where none is. `worst_gap` is negative where people are missing.
        `closed_contacts` are expected while the desk is closed, `closed_share` their share of
        all.
    """
    columns = [*by, *SHORTAGE_COLUMNS]
    if staffing.empty:
        return pd.DataFrame(columns=columns)
    rows = [
        dict(zip(by, key, strict=True)) | _shortage_of(part)
        for key, part in staffing.groupby(list(by), sort=True, dropna=False)
    ]
    found = pd.DataFrame(rows, columns=columns)
    order = ["short_agent_hours", "required_agent_hours"]
    return found.sort_values(order, ascending=False, na_position="last", ignore_index=True)


def short_half_hours(staffing: pd.DataFrame) -> pd.DataFrame:
    """The half hours with fewer agents scheduled than to schedule, in time order.

    The plan's own columns, and `short_agents`, how many are missing.
    """
    short = staffing[staffing["gap"] < 0]
    return short.assign(short_agents=-short["gap"]).sort_values("starts_at", ignore_index=True)


def roster_band(staffing: pd.DataFrame, shrinkage: float) -> pd.DataFrame:
    """The plan with `scheduled_low` and `scheduled_high`: its 80 % band on the roster.

    NULL where the desk is closed.
    """
    return staffing.assign(
        scheduled_low=_rostered(staffing["required_low"], shrinkage),
        scheduled_high=_rostered(staffing["required_high"], shrinkage),
    )


def _rostered(required: pd.Series, shrinkage: float) -> pd.Series:
    agents = required.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    known = ~np.isnan(agents)
    answer = np.full(len(agents), np.nan)
    answer[known] = erlang.scheduled_agents(agents[known], shrinkage)
    return pd.Series(answer, index=required.index)


def _shortage_of(part: pd.DataFrame) -> dict:
    part = part.reset_index(drop=True)
    required = part["required_scheduled"].astype("Float64")
    gap = part["gap"].astype("Float64")
    is_open = required.notna()
    has_schedule = gap.notna().any()
    worst = part.loc[gap.idxmin()] if has_schedule else None
    expected = part["expected_contacts"]
    total, closed = expected.sum(), expected[~is_open].sum()
    known = part.loc[gap.notna(), "scheduled_agents"]
    return {
        "required_agent_hours": float(required.sum()) * HOURS,
        "scheduled_agent_hours": known.sum() * HOURS if has_schedule else np.nan,
        "short_agent_hours": float(-gap.clip(upper=0).sum()) * HOURS if has_schedule else np.nan,
        "spare_agent_hours": float(gap.clip(lower=0).sum()) * HOURS if has_schedule else np.nan,
        "open_half_hours": int(is_open.sum()),
        "short_half_hours": float((gap < 0).sum()) if has_schedule else np.nan,
        "worst_gap": np.nan if worst is None else float(worst["gap"]),
        "worst_on": pd.NaT if worst is None else worst["local_on"],
        "worst_slot": np.nan if worst is None else float(worst["local_slot"]),
        "peak_agents": float(required.max()) if is_open.any() else np.nan,
        "expected_contacts": float(total),
        "closed_contacts": float(closed),
        "closed_share": float(closed / total) if total > 0 else np.nan,
    }
