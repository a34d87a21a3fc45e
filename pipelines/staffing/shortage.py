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
    required = staffing["required_scheduled"].astype("Float64").to_numpy(float, na_value=np.nan)
    gap = staffing["gap"].astype("Float64").to_numpy(float, na_value=np.nan)
    expected = staffing["expected_contacts"].to_numpy(float)
    is_open, is_known = ~np.isnan(required), ~np.isnan(gap)
    amounts = pd.DataFrame(
        {
            "required_agent_hours": required * HOURS,
            "scheduled_agent_hours": np.where(is_known, staffing["scheduled_agents"], np.nan)
            * HOURS,
            "short_agent_hours": np.maximum(-gap, 0) * HOURS,
            "spare_agent_hours": np.maximum(gap, 0) * HOURS,
            "open_half_hours": is_open.astype(int),
            "short_half_hours": np.where(is_known, gap < 0, np.nan),
            "expected_contacts": expected,
            "closed_contacts": np.where(is_open, 0.0, expected),
        }
    )
    keys = staffing[list(by)].reset_index(drop=True)
    keyed = pd.concat([keys, amounts.assign(required=required, gap=gap)], axis="columns")
    groups = keyed.groupby(list(by), sort=True, dropna=False)
    # A sum over nothing known is not known, save for what an open desk or a forecast counts.
    found = groups[list(amounts)].sum(min_count=1)
    found["required_agent_hours"] = found["required_agent_hours"].fillna(0.0)
    found["peak_agents"] = groups["required"].max()
    found["closed_share"] = found["closed_contacts"] / found["expected_contacts"].where(
        lambda n: n > 0
    )
    worst = keyed.loc[is_known].groupby(list(by), dropna=False)["gap"].idxmin()
    rows = staffing.iloc[worst.to_numpy()]
    found["worst_gap"] = pd.Series(rows["gap"].to_numpy(float), index=worst.index)
    found["worst_on"] = pd.Series(rows["local_on"].to_numpy(), index=worst.index)
    found["worst_slot"] = pd.Series(rows["local_slot"].to_numpy(float), index=worst.index)
    order = ["short_agent_hours", "required_agent_hours"]
    found = found.reset_index().sort_values(
        order, ascending=False, na_position="last", ignore_index=True
    )
    return found[columns]


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
