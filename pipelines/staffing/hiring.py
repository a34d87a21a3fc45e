"""How many people to hire, and when: 12 weeks or 12 months ahead, with attrition and ramp.

Who leaves, leaves at an even share each period; who is hired is worth little while in training
and all of it once ramped up. Hiring for a requirement must therefore begin a ramp before it, and
hire for those who will leave on the way. Amounts are full-time people on the roster.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from pipelines.errors import OutOfRangeError, UnreachablePlanError
from pipelines.staffing.half_hours import HOURS

WEEKS = 12
MONTHS = 12

HIRING_COLUMNS = ("required", "hires", "on_roll", "effective", "gap", "leaving")


def plan_hiring(
    required: Sequence[float] | pd.Series,
    on_roll: float,
    attrition_share: float,
    ramp: Sequence[float] = (1.0,),
    *,
    most_hires: float = np.inf,
    short_price: float = 10.0,
) -> pd.DataFrame:
    """Hires per period that meet the requirement with the fewest people paid.

    Parameters
    ----------
    required
        Agents on the roster per period (week or month), in order; its index is the answer's.
    on_roll
        People on the roll when the first period begins, all ramped up.
    attrition_share
        Share of the people on the roll who leave at the end of each period, 0 or more, below 1.
        Weekly from yearly: 1 - (1 - yearly) ** (1 / 52).
    ramp
        What a hire is worth in the first, second, ... period on the roll; the last holds on.
        (0, 0.5, 1): a period of training, a period at half, then in full.
    most_hires
        At most so many hires a period (the training class).
    short_price
        What a missing agent costs a period, in the pay of a person a period. Above the pay of the
        periods that a hire must come early, no avoidable gap remains.

    Returns
    -------
    DataFrame
        HIRING_COLUMNS, one row per period. `hires` begin with the period and are whole; `on_roll`
        is during it, `effective` what that is worth, `gap` effective - required (negative is
        short), `leaving` the people who leave at its end.

    Raises
    ------
    OutOfRangeError
        A share out of its range, a negative requirement, or an empty ramp.
    """
    index = required.index if isinstance(required, pd.Series) else None
    needed = np.asarray(required, dtype=float)
    worth = np.asarray(ramp, dtype=float)
    if not 0 <= attrition_share < 1:
        raise OutOfRangeError(
            f"attrition_share is {attrition_share}; it must be 0 or more and below 1: at 1"
            " everybody leaves before the next period"
        )
    if not (len(worth) and np.all((worth >= 0) & (worth <= 1)) and worth[-1] > 0):
        raise OutOfRangeError(
            f"ramp is {list(ramp)}; it must hold shares from 0 to 1, and end above 0, else a hire"
            " is never worth anything"
        )
    if not np.all(np.isfinite(needed) & (needed >= 0)):
        raise OutOfRangeError(
            f"required is {needed.tolist()}; it must be 0 or more in every period"
        )
    for name, value, is_sound, allowed in (
        ("on_roll", on_roll, 0 <= on_roll < np.inf, "0 or more"),
        ("most_hires", most_hires, most_hires >= 0, "0 or more"),
        ("short_price", short_price, 0 < short_price < np.inf, "above 0"),
    ):
        if not is_sound:
            raise OutOfRangeError(f"{name} is {value}; it must be {allowed}")
    periods = len(needed)
    if not periods:
        return pd.DataFrame(columns=list(HIRING_COLUMNS))

    # [period, period of hiring] how many of one hire are still there, and what they are worth.
    age = np.subtract.outer(np.arange(periods), np.arange(periods))
    stays = np.where(age >= 0, (1 - attrition_share) ** np.maximum(age, 0), 0.0)
    worth_at = stays * worth[np.clip(age, 0, len(worth) - 1)]
    there = on_roll * (1 - attrition_share) ** np.arange(periods)
    found = milp(
        np.r_[stays.sum(axis=0), np.full(periods, short_price)],
        integrality=np.r_[np.ones(periods), np.zeros(periods)],
        bounds=Bounds(0, np.r_[np.full(periods, most_hires), np.full(periods, np.inf)]),
        constraints=LinearConstraint(np.hstack([worth_at, np.eye(periods)]), needed - there),
    )
    if found.x is None:
        raise UnreachablePlanError(f"the solver found no plan: {found.message}", "no_hiring_plan")
    hires = np.round(found.x[:periods]).astype(np.int64)
    people = there + stays @ hires
    effective = there + worth_at @ hires
    return pd.DataFrame(
        {
            "required": needed,
            "hires": hires,
            "on_roll": people,
            "effective": effective,
            "gap": effective - needed,
            "leaving": people * attrition_share,
        },
        index=index,
        columns=list(HIRING_COLUMNS),
    )


def hiring_view(
    staffing: pd.DataFrame,
    *,
    on_roll: float,
    yearly_attrition: float,
    people: float | None = None,
    yearly_growth: float = 0.0,
    weekly_hours: float = 40.0,
    ramp_weeks: int = 8,
    by: str = "week",
) -> pd.DataFrame:
    """How many to hire in each of the next 12 weeks or months, from a fortnight's plan.

    The people needed now grow by `yearly_growth` a year. Two weeks say nothing of the season: take
    a growth that does.

    Parameters
    ----------
    staffing
        Rows of `staffing_intervals` of the queues that the people work on, whole days.
    on_roll
        People there now, all ramped up.
    people
        Whom the plan's shifts take (`staffing_shifts`): shifts that outlast their half hours, days
        off and rest make them more than hours divided by hours. None: the plan's agent hours to
        schedule a week, divided by the weekly hours of a person, the fewest there could be.
    ramp_weeks
        From a hire's first day, worth nothing, to full worth, in equal steps by period.
    by
        "week" or "month".

    Returns
    -------
    DataFrame
        HIRING_COLUMNS, and `period` 1 to 12 in front.

    Raises
    ------
    OutOfRangeError
        Another `by`, weekly_hours not above 0, a growth below -1, or what `plan_hiring` refuses.
    """
    if by not in ("week", "month") or weekly_hours <= 0 or yearly_growth < -1 or ramp_weeks < 0:
        raise OutOfRangeError(
            f"by is {by!r}, weekly_hours {weekly_hours}, yearly_growth {yearly_growth}, ramp_weeks"
            f" {ramp_weeks}; they must be week or month, above 0, -1 or more, and 0 or more"
        )
    periods, a_year = (WEEKS, 52) if by == "week" else (MONTHS, 12)
    now = _hours_a_week(staffing) / weekly_hours if people is None else people
    required = now * (1 + yearly_growth) ** (np.arange(1, periods + 1) / a_year)
    steps = round(ramp_weeks * a_year / 52)
    ramp = np.arange(steps + 1) / max(steps, 1) if steps else np.ones(1)
    plan = plan_hiring(required, on_roll, share_per_period(yearly_attrition, a_year), ramp)
    plan.insert(0, "period", np.arange(1, periods + 1))
    return plan


def _hours_a_week(staffing: pd.DataFrame) -> float:
    """Agent hours to schedule in a week: those of its weekdays, as the plan has them on average.

    A weekday without rows is closed, in a plan of a week or more; a shorter one is drawn out.
    """
    if staffing.empty:
        return 0.0
    day = pd.to_datetime(staffing["local_on"])
    hours = staffing["required_scheduled"].astype("Float64").groupby(day).sum() * HOURS
    days = (day.max() - day.min()).days + 1
    return float(hours.groupby(hours.index.day_of_week).mean().sum()) * 7 / min(days, 7)


def share_per_period(yearly_share: float, periods_a_year: int) -> float:
    """Attrition per period that makes `yearly_share` a year: 1 - (1 - yearly) ** (1 / periods)."""
    if not 0 <= yearly_share < 1 or periods_a_year < 1:
        raise OutOfRangeError(
            f"yearly_share is {yearly_share} over {periods_a_year} periods; it must be 0 or more"
            " and below 1, over 1 period or more"
        )
    return 1 - (1 - yearly_share) ** (1 / periods_a_year)
