"""A staffing plan read aloud: who is short, when, by how many, and what it costs in hours."""

import numpy as np
import pandas as pd

from pipelines.staffing import erlang
from pipelines.staffing.half_hours import HOURS

PARTS_OF_DAY = ("night", "morning", "afternoon", "evening")
"""Six hours each, from midnight on."""

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
    "missed_half_hours",
    "live_half_hours",
    "required_cost",
    "scheduled_cost",
)


def shortage(staffing: pd.DataFrame, by: tuple[str, ...] = ("channel", "language")) -> pd.DataFrame:
    """What a plan lacks, one row per group, the shortest of people first.

    Parameters
    ----------
    staffing
        Rows of `staffing_intervals`, or of `what_if`; with `hour_cost` (see `with_costs`) where
        costs are wanted.

    Returns
    -------
    DataFrame
        The columns of `by` and SHORTAGE_COLUMNS. `required_agent_hours` and `peak_agents` are
        agents on the roster (after shrinkage); the peak is of all queues of the group in the same
        half hour. What compares with a schedule (scheduled, short,
        spare, short_half_hours and the worst half hour) counts the half hours whose schedule is
        known, and is NULL where none is. `worst_gap` is negative where people are missing.
        `closed_contacts` are expected while the desk is closed, `closed_share` their share of
        all. Where nobody knows how many an open queue takes, `required_agent_hours` and
        `peak_agents` are NULL. `missed_half_hours` are expected to miss their target, of
        `live_half_hours` that have one. Costs are agent hours x hour_cost, NULL without it.
    """
    columns = [*by, *SHORTAGE_COLUMNS]
    if staffing.empty:
        return pd.DataFrame(columns=columns)
    required = staffing["required_scheduled"].astype("Float64").to_numpy(float, na_value=np.nan)
    gap = staffing["gap"].astype("Float64").to_numpy(float, na_value=np.nan)
    expected = staffing["expected_contacts"].to_numpy(float)
    missed = staffing["miss_probability"].to_numpy(float)
    hour_cost = np.full(len(staffing), np.nan)
    if "hour_cost" in staffing:
        hour_cost = staffing["hour_cost"].astype("Float64").to_numpy(float, na_value=np.nan)
    is_open, is_known = staffing["is_open"].to_numpy(dtype=bool), ~np.isnan(gap)
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
            "missed_half_hours": missed,
            "live_half_hours": (~np.isnan(missed)).astype(int),
            "required_cost": required * HOURS * hour_cost,
            "scheduled_cost": np.where(is_known, staffing["scheduled_agents"], np.nan)
            * HOURS
            * hour_cost,
        }
    )
    keys = staffing[list(by)].reset_index(drop=True)
    keyed = pd.concat([keys, amounts.assign(required=required, gap=gap)], axis="columns")
    groups = keyed.groupby(list(by), sort=True, dropna=False)
    # A sum over nothing known is not known, save for what an open desk or a forecast counts.
    found = groups[list(amounts)].sum(min_count=1)
    never_opens = found["open_half_hours"] == 0
    found["required_agent_hours"] = found["required_agent_hours"].mask(never_opens, 0.0)
    at_once = keyed.assign(starts_at=staffing["starts_at"].to_numpy()).groupby(
        [*by, "starts_at"], dropna=False
    )["required"]
    found["peak_agents"] = at_once.sum(min_count=1).groupby(list(by), dropna=False).max()
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


def with_costs(staffing: pd.DataFrame, queues: pd.DataFrame) -> pd.DataFrame:
    """The plan with `hour_cost` of its queues' desks (`staffing_queues`), for `shortage`."""
    costs = queues[["channel", "language", "hour_cost"]]
    found = staffing[["channel", "language"]].merge(costs, on=["channel", "language"], how="left")
    return staffing.assign(hour_cost=found["hour_cost"].to_numpy())


def target_misses(staffing: pd.DataFrame) -> pd.DataFrame:
    """How often the target will be missed, by day and part of the day, the riskiest first.

    Parameters
    ----------
    staffing
        Rows of `staffing_intervals`, or of `what_if`; those without miss_probability (closed,
        deferrable, nothing expected) are left out.

    Returns
    -------
    DataFrame
        local_on, part (night 0-6 h, morning 6-12 h, afternoon 12-18 h, evening 18-24 h),
        half_hours, missed_half_hours (expected: their probabilities added up) and one_in
        (half_hours / missed, a half hour in so many; infinite where none is). Misses of half
        hours go together on a busy day, so that their number varies more than chance would have
        it; what is expected of it stays right.
    """
    columns = ["local_on", "part", "half_hours", "missed_half_hours", "one_in"]
    known = staffing[staffing["miss_probability"].notna()]
    if known.empty:
        return pd.DataFrame(columns=columns)
    part = np.array(PARTS_OF_DAY)[(known["local_slot"].to_numpy(int) // 12)]
    groups = known.assign(part=part).groupby(["local_on", "part"])["miss_probability"]
    found = groups.agg(half_hours="size", missed_half_hours="sum").reset_index()
    with np.errstate(divide="ignore"):
        found["one_in"] = found["half_hours"] / found["missed_half_hours"].to_numpy()
    found["order"] = found["part"].map(PARTS_OF_DAY.index)
    found = found.sort_values(["one_in", "local_on", "order"], ignore_index=True)
    return found[columns]


def odds(share: float) -> tuple[int, int] | None:
    """A share as people say it: 0.11 is (1, 9), "1 in 9"; one above a third is told in tenths.

    None below 1 in 1,000. One in so many can't say more than a half: 0.7 would be "1 in 1".
    """
    if not share >= 1e-3:
        return None
    return (round(10 * share), 10) if share > 1 / 3 else (1, round(1 / share))


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
