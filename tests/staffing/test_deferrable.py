"""Work with a promise: small days worked out by hand, then contact by contact."""

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import OutOfRangeError, UnreachablePlanError
from pipelines.staffing.deferrable import due_by_promise, plan_deferrable, spare_hours


def work(arrived, due, is_open=None, **columns):
    return pd.DataFrame(
        {
            "starts_at": pd.date_range("2026-03-02 00:00", periods=len(arrived), freq="30min"),
            "is_open": is_open or [True] * len(arrived),
            "arrived_hours": [float(hours) for hours in arrived],
            "due_hours": [float(hours) for hours in due],
            **columns,
        }
    )


def test_live_agents_at_80_percent_give_15_percent_of_their_half_hour():
    assert spare_hours([20, 20, 20, 0], [0.8, 0.95, 1.0, np.nan]) == pytest.approx([1.5, 0, 0, 0])


def test_work_is_levelled_over_the_time_until_it_is_due():
    # 4 agent hours by the end of the fourth half hour: two agents all the time, not eight at once
    plan = plan_deferrable(work([4, 0, 0, 0], [0, 0, 0, 4]))
    assert plan["dedicated_agents"].tolist() == [2, 2, 2, 2]
    assert plan["done_hours"].tolist() == pytest.approx([1, 1, 1, 1])
    assert plan["backlog_hours"].tolist() == pytest.approx([3, 2, 1, 0])


def test_work_is_not_done_before_it_arrives():
    plan = plan_deferrable(work([0, 0, 1, 1], [0, 0, 0, 2]))
    assert plan["done_hours"].tolist() == pytest.approx([0, 0, 1, 1])
    assert plan["dedicated_agents"].tolist() == [0, 0, 2, 2]


def test_spare_hours_of_live_agents_come_first():
    plan = plan_deferrable(work([4, 0, 0, 0], [0, 0, 0, 4], spare_hours=[1.0, 1.0, 1.0, 1.0]))
    assert plan["dedicated_agents"].tolist() == [0, 0, 0, 0]
    assert plan["done_hours"].tolist() == pytest.approx([1, 1, 1, 1])


def test_nobody_works_while_the_desk_is_closed():
    plan = plan_deferrable(work([3, 0, 0, 0], [0, 0, 0, 3], is_open=[True, False, True, True]))
    assert plan["dedicated_agents"].tolist() == [2, 0, 2, 2]
    assert plan["done_hours"].tolist() == pytest.approx([1, 0, 1, 1])


def test_a_backlog_may_be_left_at_the_end_but_no_more_than_allowed():
    later = work([0, 0], [0, 0])
    assert plan_deferrable(later, backlog_hours=5)["done_hours"].sum() == 0
    plan = plan_deferrable(later, backlog_hours=5, end_backlog_hours=2)
    assert plan["backlog_hours"].tolist() == pytest.approx([3.5, 2])
    assert plan["dedicated_agents"].tolist() == [3, 3]


def test_a_promise_that_cannot_be_kept_says_by_when_and_how_much_is_missing():
    # two agents do one hour a half hour: 3 of the 4.5 due by the end of the third
    short = work([9, 0, 0, 0], [0, 0, 4.5, 0], most_dedicated_agents=[2, 2, 2, 2])
    with pytest.raises(UnreachablePlanError, match=r"from 2026-03-02 01:00 1\.5 agent hours"):
        plan_deferrable(short)


def test_more_due_than_has_arrived_is_a_mistake_of_the_input():
    with pytest.raises(OutOfRangeError, match=r"3 agent hours are due by the end of row 0"):
        plan_deferrable(work([1, 2], [3, 0]))
    with pytest.raises(OutOfRangeError, match="arrived_hours must be 0 or more"):
        plan_deferrable(work([-1], [0]))


def test_one_business_day_is_the_end_of_the_next_open_day():
    # Friday with two open half hours, a closed one after; Saturday closed; Monday; Tuesday
    days = ["fri"] * 3 + ["sat"] + ["mon"] * 2 + ["tue"] * 2
    is_open = [True, True, False, False, True, True, True, True]
    hours = [1, 2, 4, 8, 16, 32, 64, 128]
    assert due_by_promise(hours, is_open, days, 1).tolist() == [0, 0, 0, 0, 0, 3, 0, 12 + 48]
    assert due_by_promise(hours, is_open, days, 0).tolist() == [0, 3, 0, 0, 0, 60, 0, 192]
    assert due_by_promise(hours, [False] * 8, days, 1).tolist() == [0] * 8


def test_a_promise_of_half_a_day_is_refused():
    with pytest.raises(OutOfRangeError, match="whole number"):
        due_by_promise([1], [True], ["mon"], 0.5)


def _fortnight(seed):
    random = np.random.default_rng(seed)
    slots = np.arange(14 * 48)
    day, slot = slots // 48, slots % 48
    is_open = (slot >= 18) & (slot < 36) & (day % 7 < 5)
    arrived = random.poisson(6, len(slots)) * 420 / 3600
    return is_open, arrived, day, random


def test_a_fortnight_of_mail_keeps_its_promise_contact_by_contact():
    is_open, arrived, day, random = _fortnight(1)
    due = due_by_promise(arrived, is_open, day, 1)
    live = spare_hours(random.integers(0, 6, len(day)), random.uniform(0.6, 1, len(day)))
    frame = work(arrived, due, is_open.tolist(), spare_hours=live)
    plan = plan_deferrable(frame)

    done, first_in = np.cumsum(plan["done_hours"]), np.cumsum(arrived)
    # First in, first out: the row in which all that had arrived by row i is done.
    finished = np.searchsorted(done.to_numpy() + 1e-6, first_in)
    opened = np.flatnonzero(is_open)
    closing = [opened[day[opened] == each].max() for each in np.unique(day[opened])]
    for row, end in enumerate(finished):
        counted = int(np.searchsorted(closing, row))
        if counted + 1 < len(closing):
            assert end <= closing[counted + 1]
    assert (plan["done_hours"] <= plan["dedicated_agents"] / 2 + live * is_open + 1e-6).all()
    assert plan.loc[~is_open, "done_hours"].abs().max() < 1e-9


def test_no_plan_needs_fewer_dedicated_hours():
    is_open, arrived, day, _ = _fortnight(2)
    due = due_by_promise(arrived, is_open, day, 2)
    plan = plan_deferrable(work(arrived, due, is_open.tolist()))
    # without help every hour due is a dedicated one, and nothing more is done
    assert plan["done_hours"].sum() == pytest.approx(due.sum())
