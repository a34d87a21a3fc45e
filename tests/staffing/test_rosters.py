"""Shifts of published plans: what they cover, when they are in UTC, and whom a week takes."""

from types import SimpleNamespace

import pandas as pd
import pytest

from pipelines.errors import UnreachablePlanError
from pipelines.staffing.rosters import ROSTER_COLUMNS, TOUR_COLUMNS, plan_shifts

CONTRACT = SimpleNamespace(
    lengths_hours=(4.0, 9.0),
    start_every_hours=1.0,
    break_hours=1.0,
    break_after_hours=(4.0,),
    rest_hours=11.0,
    weekly_hours=40.0,
    days_in_a_row=6,
)


def desk(**told):
    named = {"channel": "phone", "language": "*", "hour_cost": 20_000.0, "headcount": None}
    return SimpleNamespace(**named | told)


def plan(day, slots, agents, zone="Asia/Seoul", language="ko"):
    local_on = pd.Timestamp(day)
    clock = local_on + pd.to_timedelta([slot * 30 for slot in slots], unit="min")
    return pd.DataFrame(
        {
            "channel": "phone",
            "language": language,
            "starts_at": clock.tz_localize(zone).tz_convert("UTC").tz_localize(None),
            "local_on": local_on,
            "local_slot": list(slots),
            "required_scheduled": agents,
        }
    )


def test_two_agents_for_a_morning_are_one_shift_of_two():
    shifts, _ = plan_shifts(
        plan("2026-03-02", range(18, 26), [2] * 8), [desk()], CONTRACT, "Asia/Seoul"
    )
    assert tuple(shifts.columns) == ROSTER_COLUMNS
    row = shifts.iloc[0]
    assert len(shifts) == 1
    assert (row["start_slot"], row["end_slot"], row["agents"], row["people"]) == (18, 26, 2, 2)
    assert (row["paid_hours"], row["cost"]) == (8.0, 160_000.0)
    # 09:00 to 13:00 in Seoul
    assert row["starts_at"] == pd.Timestamp("2026-03-02 00:00")
    assert row["ends_at"] == pd.Timestamp("2026-03-02 04:00")
    assert pd.isna(row["break_starts_at"])


def test_a_long_shift_has_its_break_and_somebody_else_stands_in():
    shifts, _ = plan_shifts(
        plan("2026-03-02", range(18, 36), [1] * 18), [desk()], CONTRACT, "Asia/Seoul"
    )
    covered = dict.fromkeys(range(18, 36), 0)
    for row in shifts.itertuples():
        pause = range(0)
        if not pd.isna(row.break_starts_at):
            start = row.start_slot + (row.break_starts_at - row.starts_at) // pd.Timedelta("30min")
            pause = range(start, start + 2)
        for slot in range(row.start_slot, row.end_slot):
            covered[slot] += 0 if slot in pause else row.agents
    assert min(covered.values()) >= 1
    assert shifts["paid_hours"].sum() <= 12.0


def test_a_desk_without_a_price_has_shifts_without_a_cost():
    shifts, _ = plan_shifts(
        plan("2026-03-02", range(18, 26), [1] * 8), [desk(hour_cost=None)], CONTRACT, "Asia/Seoul"
    )
    assert shifts["cost"].isna().tolist() == [True]


@pytest.mark.time
def test_a_day_of_25_hours_is_covered_by_its_clock_and_not_twice():
    # London, 25 October 2026: 01:00 and 01:30 happen twice
    hours = plan("2026-10-25", range(16, 24), [3] * 8, zone="Europe/London")
    twice = hours.assign(
        local_slot=[2, 3, 2, 3, 4, 5, 6, 7], required_scheduled=[1, 1, 2, 2] + [1] * 4
    )
    shifts, _ = plan_shifts(twice, [desk()], CONTRACT, "Europe/London")
    first = shifts.sort_values(["start_slot", "agents"]).iloc[0]
    assert first["start_slot"] == 2
    assert shifts.loc[shifts["start_slot"] == 2, "agents"].sum() == 2


@pytest.mark.time
@pytest.mark.parametrize(
    ("night", "worked"), [("2026-10-31", 9), ("2026-03-07", 7), ("2026-03-14", 8)]
)
def test_a_night_in_which_clocks_are_changed_is_paid_by_its_true_hours(night, worked):
    # New York, 22:00 to 06:00 without a break: clocks are put back or forward at 2 in the morning
    whole = SimpleNamespace(**vars(CONTRACT) | {"lengths_hours": (8.0,), "break_hours": 0.0})
    evening = plan(night, range(44, 48), [2] * 4, zone="America/New_York")
    after = pd.Timestamp(night) + pd.Timedelta(days=1)
    morning = plan(after, range(6, 12), [2] * 6, zone="America/New_York")
    begun = evening["starts_at"].min()
    shifts, tours = plan_shifts(
        pd.concat([evening, morning], ignore_index=True), [desk()], whole, "America/New_York"
    )
    [shift] = shifts[shifts["starts_at"] == begun].itertuples()
    assert shift.ends_at - shift.starts_at == pd.Timedelta(hours=worked)
    assert (shift.agents, shift.paid_hours, shift.cost) == (2, 2 * worked, 2 * worked * 20_000)
    assert tours.loc[tours["starts_at"] == begun, "week_hours"].tolist() == [worked] * 2


def test_a_headcount_that_is_too_small_leaves_nothing_uncovered_unsaid():
    five_mornings = plan("2026-03-02", range(18, 26), [5] * 8)
    shifts, tours = plan_shifts(five_mornings, [desk(headcount=3)], CONTRACT, "Asia/Seoul")
    assert (shifts["agents"].sum(), shifts["paid_hours"].sum()) == (5, 20.0)
    assert (set(shifts["people"]), set(shifts["people_at_least"])) == ({5}, {5})
    assert tours["is_beyond_headcount"].tolist() == [False] * 3 + [True] * 2


def test_a_shift_longer_than_the_weekly_hours_is_nobodys():
    # 08:00 to 17:00 is one shift of 9 hours; who may work 6 a week takes three of 4
    day = plan("2026-03-02", range(16, 34), [1] * 18)
    mini = SimpleNamespace(**vars(CONTRACT) | {"weekly_hours": 6.0, "break_hours": 0.0})
    shifts, _ = plan_shifts(day, [desk()], mini, "Asia/Seoul")
    assert shifts["paid_hours"].tolist() == [4.0] * 3
    assert set(shifts["people"]) == {3}
    full_time = SimpleNamespace(**vars(mini) | {"lengths_hours": (9.0,)})
    with pytest.raises(UnreachablePlanError, match=r"9 paid hours is longer than the 6 weekly"):
        plan_shifts(day, [desk()], full_time, "Asia/Seoul")


@pytest.mark.parametrize("after", [(3.0, 4.0), (4.0, 3.0)])
def test_a_shift_has_its_break_wherever_one_of_its_places_fits(after):
    # Of 5 hours, an hour's break after 4 leaves no work behind it; after 3 it leaves an hour.
    day = plan("2026-03-02", range(16, 26), [1] * 10)
    five = SimpleNamespace(**vars(CONTRACT) | {"lengths_hours": (5.0,), "break_after_hours": after})
    shifts, _ = plan_shifts(day, [desk()], five, "Asia/Seoul")
    breaks = shifts["break_ends_at"] - shifts["break_starts_at"]
    assert (set(shifts["agents"]), set(breaks / pd.Timedelta(hours=1))) == ({1}, {1.0})
    assert set((shifts["break_starts_at"] - shifts["starts_at"]) / pd.Timedelta(hours=1)) == {3.0}


def three_mornings(**told):
    """One agent for four hours on three days, people who work at most six hours a week."""
    days = pd.concat(
        plan(f"2026-03-0{day}", range(18, 26), [1] * 8) for day in (2, 3, 4)
    ).reset_index(drop=True)
    contract = SimpleNamespace(**vars(CONTRACT) | {"weekly_hours": 6.0})
    return plan_shifts(days, [desk(**told)], contract, "Asia/Seoul")


def test_every_shift_is_worked_by_a_person_with_a_number():
    shifts, tours = three_mornings()
    assert tuple(tours.columns) == TOUR_COLUMNS
    # 12 hours of 6 a week would be two people, but a second morning is more than 6 hours
    assert (shifts["people"].tolist(), shifts["people_at_least"].tolist()) == ([3] * 3, [3] * 3)
    told = tours[["person", "local_on", "paid_hours", "cost", "week_hours", "day_in_a_row"]]
    assert [tuple(row) for row in told.itertuples(index=False)] == [
        (person, pd.Timestamp(f"2026-03-0{person + 1}"), 4.0, 80_000.0, 4.0, 1)
        for person in (1, 2, 3)
    ]
    assert tours["rest_hours"].isna().tolist() == [True] * 3
    assert tours["is_beyond_headcount"].isna().tolist() == [True] * 3


def test_people_beyond_the_headcount_are_marked_and_not_dropped():
    # 12 hours fit two people of 6 together, and none of them alone
    _, tours = three_mornings(headcount=2)
    assert tours["is_beyond_headcount"].tolist() == [False, False, True]


def test_a_person_of_two_mornings_has_the_rest_between_them_told():
    days = pd.concat(
        plan(f"2026-03-0{day}", range(18, 26), [1] * 8) for day in (2, 3, 5)
    ).reset_index(drop=True)
    _, tours = plan_shifts(days, [desk()], CONTRACT, "Asia/Seoul")
    assert tours["person"].tolist() == [1, 1, 1]
    # 13:00 to 09:00 is 20 hours, and a day more after the day off
    assert tours["rest_hours"].tolist()[1:] == [20.0, 44.0]
    assert tours["day_in_a_row"].tolist() == [1, 2, 1]
    assert tours["week_hours"].tolist() == [12.0] * 3


def test_weeks_of_a_desk_closed_at_weekends_begin_with_those_of_the_plan():
    """Ten working days of 8 hours are two weeks of 40 for one person, not 56 and 24 for two."""
    working_days = pd.bdate_range("2026-03-02", "2026-03-13")
    days = pd.concat([plan(day, range(18, 34), [1] * 16) for day in working_days])
    eight_hours = SimpleNamespace(**vars(CONTRACT) | {"lengths_hours": (8.0,), "break_hours": 0.0})
    shifts, tours = plan_shifts(days, [desk()], eight_hours, "Asia/Seoul")
    assert (len(shifts), set(shifts["people"]), set(shifts["people_at_least"])) == (10, {1}, {1})
    assert tours["week_hours"].tolist() == [40.0] * 10


def test_a_desk_that_needs_nobody_has_neither_shifts_nor_people():
    found = plan_shifts(
        plan("2026-03-02", range(18, 26), [0] * 8), [desk()], CONTRACT, "Asia/Seoul"
    )
    assert [len(frame) for frame in found] == [0, 0]
    assert tuple(found[1].columns) == TOUR_COLUMNS


def nights(count):
    """One agent from 22:00 to 02:00 in so many nights in a row."""
    days = pd.date_range("2026-03-02", periods=count + 1)
    evenings = [plan(day, range(44, 48), [1] * 4) for day in days[:-1]]
    mornings = [plan(day, range(4), [1] * 4) for day in days[1:]]
    return pd.concat([*evenings, *mornings]).sort_values("starts_at", ignore_index=True)


def test_a_desk_open_over_midnight_is_staffed_by_one_shift_over_midnight():
    shifts, _ = plan_shifts(nights(1), [desk()], CONTRACT, "Asia/Seoul")
    # not 20:00 to midnight and midnight to 04:00, half of which the desk is closed
    told = shifts[["local_on", "start_slot", "end_slot", "agents", "paid_hours"]]
    assert [tuple(row) for row in told.itertuples(index=False)] == [
        (pd.Timestamp("2026-03-02"), 44, 52, 1, 4.0)
    ]
    assert shifts["ends_at"].tolist() == [pd.Timestamp("2026-03-02 17:00")]  # 02:00 in Seoul


def test_who_works_over_the_end_of_a_week_is_not_replaced_at_midnight():
    shifts, _ = plan_shifts(nights(9), [desk()], CONTRACT, "Asia/Seoul")
    assert (len(shifts), shifts["paid_hours"].sum()) == (9, 36.0)
    assert set(shifts["start_slot"]) == {44}


def test_the_morning_before_the_first_evening_is_covered_from_midnight_on():
    mornings = plan("2026-03-02", range(4), [1] * 4)
    shifts, _ = plan_shifts(
        pd.concat([mornings, plan("2026-03-02", range(44, 48), [1] * 4)]),
        [desk()],
        CONTRACT,
        "Asia/Seoul",
    )
    assert shifts[["start_slot", "end_slot"]].to_numpy().tolist() == [[0, 8], [44, 52]]
