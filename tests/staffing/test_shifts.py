"""Shifts and tours on small weeks whose best plan can be counted by hand."""

import pandas as pd
import pytest

from pipelines.errors import OutOfRangeError, UnreachablePlanError
from pipelines.staffing.shifts import (
    COVERAGE_COLUMNS,
    SHIFT_COLUMNS,
    Labour,
    ShiftType,
    cover_by_shifts,
    cover_by_tours,
    shift_types,
)


def required(*days):
    """One dictionary slot -> agents per day, from Monday 2 March 2026 on."""
    on = pd.date_range("2026-03-02", periods=len(days))
    columns = ["local_on", "local_slot", "agents"]
    return pd.DataFrame(
        [
            {"local_on": on[number], "local_slot": slot, "agents": day.get(slot)}
            for number, day in enumerate(days)
            for slot in range(48)
        ],
        columns=columns,
    )


def same(agents, first, last):
    return dict.fromkeys(range(first, last), agents)


def rows(plan, *columns):
    return [tuple(row) for row in plan.shifts[list(columns)].itertuples(index=False)]


def test_a_break_is_neither_worked_nor_paid():
    shift = ShiftType(18, 17, break_after=8, break_slots=1)
    assert (shift.end_slot, shift.paid_hours) == (35, 8.0)
    assert shift.worked_slots().tolist() == [*range(18, 26), *range(27, 35)]


def test_shift_types_are_every_start_length_and_break():
    types = shift_types(18, 36, lengths=(8, 17), break_from=7, break_until=8)
    # 4 hours: 11 starts without a break; 8.5 hours: 2 starts x 2 breaks
    assert [sum(kind.slots == slots for kind in types) for slots in (8, 17)] == [11, 4]
    assert {kind.break_slots for kind in types if kind.slots == 8} == {0}


def test_two_overlapping_halves_cover_a_midday_peak():
    day = same(2, 18, 22) | same(5, 22, 26) | same(3, 26, 30)
    plan = cover_by_shifts(required(day), [ShiftType(18, 8), ShiftType(22, 8)])
    assert rows(plan, "start_slot", "end_slot", "agents") == [(18, 26, 2), (22, 30, 3)]
    assert plan.cost == pytest.approx(5 * 4.0)
    assert plan.coverage["short"].sum() == plan.coverage["spare"].sum() == 0


def test_staggered_breaks_keep_the_desk_covered():
    types = [ShiftType(18, 9, 4, 1), ShiftType(18, 9, 5, 1)]
    plan = cover_by_shifts(required(same(1, 18, 27)), types)
    # one agent alone would leave the break uncovered, which costs 20 x 0.5; another costs 4
    assert rows(plan, "break_slot", "agents") == [(22, 1), (23, 1)]
    assert plan.coverage["short"].sum() == 0


def test_an_hour_short_is_left_where_covering_it_costs_more():
    day = same(1, 18, 26) | {26: 1}
    cheap = Labour(short_price=4.0)
    types = [ShiftType(18, 8), ShiftType(19, 8)]
    plan = cover_by_shifts(required(day), types, cheap)
    assert int(plan.shifts["agents"].sum()) == 1
    assert plan.cost == pytest.approx(4.0 + 4.0 * 0.5)
    dear = cover_by_shifts(required(day), types, Labour(short_price=20.0))
    assert int(dear.shifts["agents"].sum()) == 2
    assert dear.coverage["short"].sum() == 0


def test_a_night_shift_covers_the_next_morning():
    night = same(1, 44, 48)
    plan = cover_by_shifts(required(night, same(1, 0, 4)), [ShiftType(44, 8)])
    assert rows(plan, "local_on", "end_slot", "agents") == [(pd.Timestamp("2026-03-02"), 52, 1)]
    assert plan.coverage["covered"].sum() == 8


def test_closed_half_hours_need_nobody():
    day = same(1, 18, 26)
    plan = cover_by_shifts(required(day, {}), [ShiftType(18, 8)])
    assert plan.shifts["local_on"].tolist() == [pd.Timestamp("2026-03-02")]
    assert list(plan.shifts.columns) == list(SHIFT_COLUMNS)
    assert list(plan.coverage.columns) == list(COVERAGE_COLUMNS)


def test_who_works_late_does_not_work_early_the_next_day():
    late, early = ShiftType(32, 16), ShiftType(12, 16)
    week = required(same(1, 32, 48), same(1, 12, 28))
    alone = cover_by_shifts(week, [late, early], Labour(headcount=1))
    pair = cover_by_shifts(week, [late, early], Labour(headcount=2))
    # midnight to 06:00 is 6 h; one person cannot have 11 h of rest, two share the days
    assert (alone.coverage["short"].sum(), pair.coverage["short"].sum()) == (16, 0)
    assert (
        cover_by_shifts(week, [late, early], Labour(headcount=1, rest_hours=6))
        .coverage["short"]
        .sum()
        == 0
    )


def test_a_day_without_rows_is_a_day_of_rest():
    late, early = ShiftType(32, 16), ShiftType(12, 16)
    week = required(same(1, 32, 48), {}, same(1, 12, 28))
    week = week[week["local_on"] != pd.Timestamp("2026-03-03")]
    plan = cover_by_shifts(week, [late, early], Labour(headcount=1))
    assert rows(plan, "local_on", "start_slot") == [
        (pd.Timestamp("2026-03-02"), 32),
        (pd.Timestamp("2026-03-04"), 12),
    ]


def test_the_weekly_hours_of_the_headcount_are_not_exceeded():
    week = required(*[same(2, 18, 34)] * 7)
    plan = cover_by_shifts(week, [ShiftType(18, 16)], Labour(headcount=2, weekly_hours=40))
    assert plan.shifts["paid_hours"].sum() == 80
    assert plan.coverage["short"].sum() == 4 * 16


def test_five_in_a_row_cover_a_week_of_five_with_five_tours():
    week = required(*[same(5, 18, 34)] * 7)
    plan = cover_by_tours(week, [ShiftType(18, 16)])
    # 35 days of work at 5 a tour; one tour from every day of the week
    tours = plan.shifts.groupby("tour")
    assert tours["agents"].first().tolist() == [1] * 7
    assert tours.size().tolist() == [5] * 7
    assert plan.cost == pytest.approx(7 * 40)
    assert plan.coverage["covered"].tolist() == plan.coverage["required"].tolist()


def test_a_tour_takes_its_days_off_when_fewest_are_needed():
    weekdays, weekend = same(3, 18, 34), {}
    plan = cover_by_tours(required(*[weekdays] * 5, weekend, weekend), [ShiftType(18, 16)])
    assert rows(plan, "local_on", "agents") == [
        (day, 3) for day in pd.date_range("2026-03-02", periods=5)
    ]


def test_tours_respect_the_headcount():
    week = required(*[same(4, 18, 34)] * 5)
    plan = cover_by_tours(week, [ShiftType(18, 16)], Labour(headcount=3))
    assert plan.shifts.groupby("tour")["agents"].first().sum() == 3
    assert plan.coverage["short"].sum() == 5 * 16


def test_shifts_too_long_for_rest_or_week_are_not_toured():
    week = required(*[same(1, 18, 34)] * 5)
    with pytest.raises(UnreachablePlanError, match="11 h of rest"):
        cover_by_tours(week, [ShiftType(0, 28)])
    with pytest.raises(UnreachablePlanError, match="at most 40 h"):
        cover_by_tours(week, [ShiftType(18, 20)])


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: ShiftType(48, 8), "begin in 0 to 47"),
        (lambda: ShiftType(18, 8, 8, 1), "does not lie within"),
        (lambda: Labour(short_price=0), "cheapest plan is nobody"),
        (lambda: Labour(days_a_week=8), "1 to 7"),
        (lambda: cover_by_shifts(required({18: 1}), []), "no shift types"),
        (lambda: cover_by_shifts(required(), [ShiftType(18, 8)]), "has no rows"),
        (lambda: cover_by_shifts(required({18: -1}), [ShiftType(18, 8)]), "0 or more"),
        (lambda: cover_by_tours(required(*[{18: 1}] * 8), [ShiftType(18, 8)]), "at most seven"),
    ],
)
def test_what_makes_no_sense_is_said(made, said):
    with pytest.raises(OutOfRangeError, match=said):
        made()


@pytest.mark.slow
def test_a_week_of_half_hours_is_covered_within_one_percent_of_the_best():
    peak = {slot: 6 + (slot % 12) // 2 for slot in range(16, 40)}
    plan = cover_by_shifts(required(*[peak] * 5, {}, {}), shift_types(16, 40))
    assert plan.gap_share <= 0.01
    assert plan.coverage["short"].sum() == 0
    assert plan.shifts["cost"].sum() == pytest.approx(plan.shifts["paid_hours"].sum())
