"""Shifts on small weeks whose best plan can be counted by hand."""

from collections import Counter

import pandas as pd
import pytest

from pipelines.errors import OutOfRangeError
from pipelines.staffing.shifts import SHIFT_COLUMNS, ShiftType, cover_by_shifts


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
    return [tuple(row) for row in plan[list(columns)].itertuples(index=False)]


def beyond(plan, required):
    """Agents at work beyond those required, half hour by half hour; negative is short."""
    at_work = Counter()
    for shift in plan.itertuples():
        for slot in range(shift.start_slot, shift.end_slot):
            is_break = shift.break_slots and 0 <= slot - shift.break_slot < shift.break_slots
            on = shift.local_on + pd.Timedelta(days=slot // 48)
            at_work[on, slot % 48] += 0 if is_break else shift.agents
    return [
        at_work[row.local_on, row.local_slot] - (0 if pd.isna(row.agents) else row.agents)
        for row in required.itertuples()
    ]


def test_a_break_is_neither_worked_nor_paid():
    shift = ShiftType(18, 17, break_after=8, break_slots=1)
    assert (shift.end_slot, shift.paid_hours) == (35, 8.0)
    assert shift.worked_slots().tolist() == [*range(18, 26), *range(27, 35)]


def test_two_overlapping_halves_cover_a_midday_peak():
    day = required(same(2, 18, 22) | same(5, 22, 26) | same(3, 26, 30))
    plan = cover_by_shifts(day, [ShiftType(18, 8), ShiftType(22, 8)])
    assert rows(plan, "start_slot", "end_slot", "agents") == [(18, 26, 2), (22, 30, 3)]
    assert plan["paid_hours"].tolist() == [2 * 4.0, 3 * 4.0]
    assert set(beyond(plan, day)) == {0}


def test_staggered_breaks_keep_the_desk_covered():
    types = [ShiftType(18, 9, 4, 1), ShiftType(18, 9, 5, 1)]
    day = required(same(1, 18, 27))
    plan = cover_by_shifts(day, types)
    # one agent alone would leave the break uncovered
    assert rows(plan, "break_slot", "agents") == [(22, 1), (23, 1)]
    assert min(beyond(plan, day)) == 0


@pytest.mark.parametrize("slots", [8, 18, 24, 48])
def test_a_single_half_hour_is_covered_however_long_the_shift_that_it_takes(slots):
    plan = cover_by_shifts(required({18: 2}), [ShiftType(18, slots)])
    assert rows(plan, "agents") == [(2,)]


def test_a_half_hour_is_left_short_where_no_shift_works_in_it():
    day = required(same(1, 18, 26) | {30: 3})
    plan = cover_by_shifts(day, [ShiftType(18, 8)])
    assert rows(plan, "start_slot", "agents") == [(18, 1)]
    assert min(beyond(plan, day)) == -3


def test_a_night_shift_covers_the_next_morning():
    week = required(same(1, 44, 48), same(1, 0, 4))
    plan = cover_by_shifts(week, [ShiftType(44, 8)])
    assert rows(plan, "local_on", "end_slot", "agents") == [(pd.Timestamp("2026-03-02"), 52, 1)]
    assert set(beyond(plan, week)) == {0}


def test_a_night_before_a_day_without_rows_is_still_worked():
    week = required(same(1, 44, 48), {}, same(1, 18, 26))
    week = week[week["local_on"] != pd.Timestamp("2026-03-03")]
    plan = cover_by_shifts(week, [ShiftType(18, 8), ShiftType(44, 8)])
    assert rows(plan, "local_on", "start_slot") == [
        (pd.Timestamp("2026-03-02"), 44),
        (pd.Timestamp("2026-03-04"), 18),
    ]


def test_closed_half_hours_need_nobody():
    plan = cover_by_shifts(required(same(1, 18, 26), {}), [ShiftType(18, 8)])
    assert plan["local_on"].tolist() == [pd.Timestamp("2026-03-02")]
    assert list(plan.columns) == list(SHIFT_COLUMNS)
    nobody = cover_by_shifts(required({}), [ShiftType(18, 8)])
    assert list(nobody.columns) == list(SHIFT_COLUMNS)
    assert nobody.empty


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: ShiftType(48, 8), "begin in 0 to 47"),
        (lambda: ShiftType(18, 8, 8, 1), "does not lie within"),
        (lambda: cover_by_shifts(required({18: 1}), []), "no shift types"),
        (lambda: cover_by_shifts(required(), [ShiftType(18, 8)]), "has no rows"),
        (lambda: cover_by_shifts(required({18: -1}), [ShiftType(18, 8)]), "0 or more"),
    ],
)
def test_what_makes_no_sense_is_said(made, said):
    with pytest.raises(OutOfRangeError, match=said):
        made()


@pytest.mark.slow
def test_a_week_of_half_hours_is_covered_within_one_percent_of_the_best():
    types = [ShiftType(start, 9) for start in range(16, 32)] + [
        ShiftType(start, 17, pause, 1) for start in range(16, 24) for pause in range(6, 11)
    ]
    # The requirement is what some shifts put at work, so that no plan takes fewer hours than they.
    day = Counter()
    for place, kind in enumerate(types[::5]):
        day.update(dict.fromkeys(kind.worked_slots().tolist(), 1 + place % 3))
    week = required(*[dict(day)] * 5, {}, {})
    plan = cover_by_shifts(week, types)
    assert min(beyond(plan, week)) == 0
    assert plan["paid_hours"].sum() <= 1.01 * week["agents"].sum() * 0.5
