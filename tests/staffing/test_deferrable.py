"""Work with a promise: small days worked out by hand, then contact by contact."""

import numpy as np
import pytest
from scipy.optimize import linprog

from pipelines.errors import OutOfRangeError, UnreachablePlanError
from pipelines.staffing.deferrable import (
    HOURS,
    due_by_promise,
    plan_deferrable,
    promise_half_hours,
    spare_hours,
)


def work(arrived, due, is_open=None, **columns):
    return {
        "is_open": np.array([True] * len(arrived) if is_open is None else is_open),
        "arrived_hours": np.array(arrived, dtype=float),
        "due_hours": np.array(due, dtype=float),
        **columns,
    }


def test_live_agents_at_80_percent_give_15_percent_of_their_half_hour():
    assert spare_hours([20, 20, 20, 0], [0.8, 0.95, 1.0, np.nan]) == pytest.approx([1.5, 0, 0, 0])


def test_work_is_levelled_over_the_time_until_it_is_due():
    # 4 agent hours by the end of the fourth half hour: two agents all the time, not eight at once
    plan = plan_deferrable(**work([4, 0, 0, 0], [0, 0, 0, 4]))
    assert plan.dedicated_agents.tolist() == [2, 2, 2, 2]
    assert plan.done_hours.tolist() == pytest.approx([1, 1, 1, 1])
    assert plan.backlog_hours.tolist() == pytest.approx([3, 2, 1, 0])


def test_work_is_not_done_before_it_arrives():
    plan = plan_deferrable(**work([0, 0, 1, 1], [0, 0, 0, 2]))
    assert plan.done_hours.tolist() == pytest.approx([0, 0, 1, 1])
    assert plan.dedicated_agents.tolist() == [0, 0, 2, 2]


def test_spare_hours_of_live_agents_come_first():
    plan = plan_deferrable(**work([4, 0, 0, 0], [0, 0, 0, 4], spare_hours=[1.0, 1.0, 1.0, 1.0]))
    assert plan.dedicated_agents.tolist() == [0, 0, 0, 0]
    assert plan.done_hours.tolist() == pytest.approx([1, 1, 1, 1])


def test_nobody_works_while_the_desk_is_closed():
    plan = plan_deferrable(**work([3, 0, 0, 0], [0, 0, 0, 3], is_open=[True, False, True, True]))
    assert plan.dedicated_agents.tolist() == [2, 0, 2, 2]
    assert plan.done_hours.tolist() == pytest.approx([1, 0, 1, 1])


def test_a_backlog_may_be_left_at_the_end_but_no_more_than_allowed():
    later = work([0, 0], [0, 0])
    assert plan_deferrable(**later, backlog_hours=5).done_hours.sum() == 0
    plan = plan_deferrable(**later, backlog_hours=5, end_backlog_hours=2)
    assert plan.backlog_hours.tolist() == pytest.approx([3.5, 2])
    assert plan.dedicated_agents.tolist() == [3, 3]


def test_a_promise_that_cannot_be_kept_says_by_when_and_how_much_is_missing():
    # two agents do one hour a half hour: 3 of the 4.5 due by the end of the third
    short = work([9, 0, 0, 0], [0, 0, 4.5, 0], most_dedicated_agents=[2, 2, 2, 2])
    with pytest.raises(UnreachablePlanError, match=r"end of row 2 1\.5 agent hours"):
        plan_deferrable(**short)


def test_more_due_than_has_arrived_is_a_mistake_of_the_input():
    with pytest.raises(OutOfRangeError, match=r"3 agent hours are due by the end of row 0"):
        plan_deferrable(**work([1, 2], [3, 0]))
    with pytest.raises(OutOfRangeError, match="arrived_hours must be 0 or more"):
        plan_deferrable(**work([-1], [0]))


def test_a_promise_counts_open_half_hours_from_that_of_the_arrival_or_the_next_opening():
    # Friday: two open half hours, then closed; Saturday; Monday and Tuesday: two open ones each
    is_open = [True, True, False, False, True, True, True, True]
    hours = [1, 2, 4, 8, 16, 32, 64, 128]
    assert due_by_promise(hours, is_open, 3).tolist() == [0, 0, 0, 0, 1, 2, 4 + 8 + 16, 32]
    assert due_by_promise(hours, is_open, 2).tolist() == [0, 1, 0, 0, 2, 28, 32, 64]
    assert due_by_promise(hours, [False] * 8, 2).tolist() == [0] * 8


@pytest.mark.parametrize(
    ("days", "open_day_hours", "half_hours"),
    # of a day of 8 h 50 min a half hour begun is not counted, or two days were more than promised
    [(1, 9, 18), (3, 9, 54), (1, 24, 48), (2, 8 + 5 / 6, 34), (1, 0.5, 2)],
)
def test_a_business_day_is_as_many_half_hours_as_the_desk_is_usually_open(
    days, open_day_hours, half_hours
):
    assert promise_half_hours(days, open_day_hours * 3600) == half_hours


@pytest.mark.parametrize("days", [0.5, 0, -1])
def test_a_promise_of_no_whole_day_is_refused(days):
    with pytest.raises(OutOfRangeError, match="whole number, 1 or more"):
        promise_half_hours(days, 32_400)


def _fortnight(seed):
    random = np.random.default_rng(seed)
    slots = np.arange(14 * 48)
    day, slot = slots // 48, slots % 48
    is_open = (slot >= 18) & (slot < 36) & (day % 7 < 5)
    arrived = random.poisson(6, len(slots)) * 420 / 3600
    return is_open, arrived, day, random


def test_a_fortnight_of_mail_keeps_its_promise_contact_by_contact():
    is_open, arrived, day, random = _fortnight(1)
    due = due_by_promise(arrived, is_open, 18)
    live = spare_hours(random.integers(0, 6, len(day)), random.uniform(0.6, 1, len(day)))
    frame = work(arrived, due, is_open.tolist(), spare_hours=live)
    plan = plan_deferrable(**frame)

    done, first_in = np.cumsum(plan.done_hours), np.cumsum(arrived)
    # First in, first out: the row in which all that had arrived by row i is done.
    finished = np.searchsorted(done + 1e-6, first_in)
    judged = [row for row in range(len(day)) if is_open[row:].sum() >= 18]
    assert max(is_open[row : finished[row] + 1].sum() for row in judged) == 18
    assert (plan.done_hours <= plan.dedicated_agents / 2 + live * is_open + 1e-6).all()
    assert np.abs(plan.done_hours[~is_open]).max() < 1e-9


def test_no_plan_needs_fewer_dedicated_hours():
    is_open, arrived, _, _ = _fortnight(2)
    due = due_by_promise(arrived, is_open, 36)
    plan = plan_deferrable(**work(arrived, due, is_open.tolist()))
    # without help every hour due is a dedicated one, and nothing more is done
    assert plan.done_hours.sum() == pytest.approx(due.sum())


# --- against the linear programme -----------------------------------------------------------


def _by_linear_programme(work, backlog_hours, delay_price=1e-6):
    """Hours done so far and dedicated agents as HiGHS finds them, all half hours open."""
    rows = len(work["due_hours"])
    at_hand = backlog_hours + work["arrived_hours"].cumsum()
    must = np.minimum(work["due_hours"].cumsum(), at_hand)
    step = np.eye(rows) - np.eye(rows, k=-1)
    nothing, none = np.zeros((rows, rows)), np.zeros((rows, 1))
    found = linprog(
        np.r_[np.full(rows, -delay_price), np.full(rows, HOURS), 1e-2],
        A_ub=np.block(
            [
                [step, -HOURS * np.eye(rows), none],  # within capacity
                [-step, nothing, none],  # only forward
                [nothing, np.eye(rows), np.full((rows, 1), -1.0)],  # below the peak
            ]
        ),
        b_ub=np.r_[work["spare_hours"], np.zeros(2 * rows)],
        bounds=[
            *zip(must, at_hand, strict=True),
            *((0, most) for most in work["most_dedicated_agents"]),
            (0, None),
        ],
        method="highs",
    )
    assert found.success
    return found.x[:rows], found.x[rows : 2 * rows]


def _any_work(random):
    """Work that can be done: arrivals in bursts, parts of them due, help and limits by chance;
    in quarter hours half of the time, so that much is equal."""
    rows = int(random.integers(1, 40))

    def hours(mean, often):
        amounts = random.exponential(mean, rows) * (random.random(rows) < often)
        return amounts if rows % 2 else np.round(4 * amounts) / 4

    arrived, backlog = hours(1, random.uniform(0.1, 1)), random.choice([0, 2.25])
    spare = hours(random.choice([0.1, 0.5, 2]), random.choice([0, 0.3, 1]))
    most = np.full(rows, np.inf) if random.random() < 0.5 else random.integers(0, 8, rows)
    # What is due by a row is a part of what everybody could have done by then.
    could, at_hand = 0.0, backlog + np.cumsum(arrived)
    due_by = np.zeros(rows)
    for row, part in enumerate(random.choice([0, 0, 0, 0.3, 0.7, 1], rows)):
        could = min(could + spare[row] + HOURS * most[row], at_hand[row])
        due_by[row] = max(part * could, due_by[row - 1] if row else 0.0)
    due = np.diff(due_by, prepend=0)
    return work(arrived, due, spare_hours=spare, most_dedicated_agents=most), backlog


def test_the_direct_answer_is_that_of_the_linear_programme():
    random = np.random.default_rng(7)
    for _ in range(200):
        frame, backlog = _any_work(random)
        plan = plan_deferrable(**frame, backlog_hours=backlog)
        done, agents = _by_linear_programme(frame, backlog)
        ours, spare = plan.dedicated_agents, frame["spare_hours"]
        so_far = plan.done_hours.cumsum()

        assert HOURS * ours.sum() == pytest.approx(HOURS * agents.sum(), abs=1e-6)
        assert ours.max() == pytest.approx(agents.max(), abs=1e-6)
        assert so_far == pytest.approx(done, abs=1e-5)  # of equal plans the same one: the earliest
        # and it is a plan: in time, of work that is there, by people who are there
        assert (so_far >= frame["due_hours"].cumsum() - 1e-6).all()
        assert (plan.backlog_hours >= -1e-6).all()
        assert (plan.done_hours >= -1e-9).all()
        assert (plan.done_hours <= spare + HOURS * ours + 1e-9).all()
        assert (ours <= frame["most_dedicated_agents"] + 1e-6).all()


def test_a_desk_of_day_and_night_needs_what_the_linear_programme_says():
    # 250 half hours on end: a price on delay would pay for a higher peak here, so there is none.
    random = np.random.default_rng(3)
    arrived = random.poisson(40, 250) / 10
    due_by = np.maximum.accumulate(np.where(np.arange(250) % 48 == 47, np.cumsum(arrived), 0))
    due_by[48:] = due_by[:-48]
    due_by[:48] = 0
    frame = work(
        arrived,
        np.diff(due_by, prepend=0),
        spare_hours=random.uniform(0, 3, 250),
        most_dedicated_agents=np.full(250, np.inf),
    )
    ours = plan_deferrable(**frame).dedicated_agents
    _done, agents = _by_linear_programme(frame, 0.0, delay_price=0.0)
    assert ours.sum() == pytest.approx(agents.sum(), abs=1e-6)
    assert ours.max() == pytest.approx(agents.max(), abs=1e-6)
