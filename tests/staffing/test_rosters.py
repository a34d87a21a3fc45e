"""Shifts of published plans: what they cover, when they are in UTC, and whom a week takes."""

from types import SimpleNamespace

import pandas as pd
import pytest

from pipelines.staffing.rosters import ROSTER_COLUMNS, people_needed, plan_shifts, week_of_shifts

CONTRACT = SimpleNamespace(
    lengths_hours=(4.0, 9.0),
    start_every_hours=1.0,
    break_hours=1.0,
    break_after_hours=(4.0,),
    rest_hours=11.0,
    weekly_hours=40.0,
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
    shifts = plan_shifts(
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
    shifts = plan_shifts(
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
    shifts = plan_shifts(
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
    shifts = plan_shifts(twice, [desk()], CONTRACT, "Europe/London")
    first = shifts.sort_values(["start_slot", "agents"]).iloc[0]
    assert first["start_slot"] == 2
    assert shifts.loc[shifts["start_slot"] == 2, "agents"].sum() == 2


def shift(day, start, end, agents, hours):
    return (pd.Timestamp(day), start, end, agents, hours)


def people(*rows):
    columns = ["local_on", "start_slot", "end_slot", "agents", "paid_hours"]
    return people_needed(pd.DataFrame(rows, columns=columns), CONTRACT)


def test_a_week_takes_as_many_as_its_hours_and_as_its_busiest_day():
    assert people(shift("2026-03-02", 18, 36, 3, 24.0)) == 3
    # 5 days x 3 x 8 h = 120 h are three people, a sixth day is a fourth
    days = [shift(f"2026-03-0{day}", 18, 36, 3, 24.0) for day in range(2, 8)]
    assert people(*days[:5]) == 3
    assert people(*days) == 4
    assert people_needed(pd.DataFrame(columns=["local_on"]), CONTRACT) == 0


def test_who_ends_at_midnight_does_not_begin_at_eight():
    late = shift("2026-03-02", 30, 48, 2, 16.0)
    assert people(late, shift("2026-03-03", 16, 34, 2, 16.0)) == 4
    assert people(late, shift("2026-03-03", 22, 40, 2, 16.0)) == 2


def test_a_headcount_leaves_short_what_it_cannot_cover():
    needed = plan("2026-03-02", range(18, 26), [5] * 8).rename(
        columns={"required_scheduled": "agents"}
    )
    solved = week_of_shifts(needed, CONTRACT, headcount=3)
    assert solved.coverage["covered"].tolist() == [3] * 8
    assert solved.coverage["short"].tolist() == [2.0] * 8
