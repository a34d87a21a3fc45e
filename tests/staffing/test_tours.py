"""Shifts dealt out to people: rest, days off and weekly hours of each, on weeks counted by hand."""

from itertools import product
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import UnreachablePlanError
from pipelines.staffing.tours import deal_out

MONDAY = pd.Timestamp("2026-03-02")
ZONE = "Asia/Seoul"


def contract(rest=11.0, weekly=40.0, in_a_row=6):
    return SimpleNamespace(rest_hours=rest, weekly_hours=weekly, days_in_a_row=in_a_row)


def shifts(*rows, zone=ZONE, monday=MONDAY):
    """day (0 is Monday), hour of its start, hours, and how many take it."""
    frame = pd.DataFrame(rows, columns=["day", "hour", "hours", "agents"])
    frame["local_on"] = monday + pd.to_timedelta(frame["day"], unit="D")
    for name, hour in (
        ("starts_at", frame["hour"]),
        ("ends_at", frame["hour"] + frame["hours"]),
    ):
        clock = frame["local_on"] + pd.to_timedelta(hour, unit="h")
        frame[name] = clock.dt.tz_localize(zone).dt.tz_convert("UTC").dt.tz_localize(None)
    return frame.assign(week=frame["day"] // 7)


def people(*rows, zone=ZONE, monday=MONDAY, **rules):
    """How many people the shifts take, and how many they must take."""
    found = deal_out(shifts(*rows, zone=zone, monday=monday), contract(**rules))
    return found.people, found.at_least


def test_five_days_of_eight_hours_are_a_persons_week_and_a_sixth_day_is_anothers():
    days = [(day, 9, 8, 3) for day in range(6)]
    assert people(*days[:5]) == (3, 3)
    assert people(*days) == (4, 4)


def test_seven_short_days_are_within_the_hours_and_need_a_second_person_for_the_day_off():
    assert people(*[(day, 9, 4, 1) for day in range(7)]) == (2, 2)
    assert people(*[(day, 9, 4, 1) for day in range(7)], in_a_row=7) == (1, 1)


def test_days_in_a_row_are_counted_across_weeks():
    # Wednesday to the next Tuesday: four and five days of two weeks, seven in a row
    assert people(*[(day, 9, 4, 1) for day in range(3, 10)]) == (2, 2)
    assert people(*[(day, 9, 4, 1) for day in range(3, 9)]) == (1, 1)


def test_hours_are_counted_week_by_week():
    # 80 hours in two weeks: 40 each are one person's, 48 and 32 are not
    first, second = range(2, 7), range(7, 12)
    assert people(*[(day, 9, 8, 1) for day in (*first, *second)], in_a_row=7)[0] == 2
    assert people(*[(day, 9, 8, 1) for day in (*range(5), *range(7, 12))]) == (1, 1)
    assert people(*[(day, 9, 8, 1) for day in (*range(6), *range(8, 12))]) == (2, 2)


def test_who_ends_at_midnight_does_not_begin_at_eight():
    assert people((0, 16, 8, 2), (1, 8, 8, 2)) == (4, 4)
    assert people((0, 16, 8, 2), (1, 11, 8, 2)) == (2, 2)


def test_a_shift_past_midnight_rests_into_the_day_after_the_next():
    # Monday 20:00 to Tuesday 20:00; Wednesday 06:00 is ten hours later
    assert people((0, 20, 24, 1), (2, 6, 4, 1)) == (2, 2)
    assert people((0, 20, 24, 1), (2, 7, 4, 1)) == (1, 1)


@pytest.mark.time
def test_a_night_of_23_hours_rests_an_hour_less():
    # London, 29 March 2026: 22:00 to 09:00 is ten hours
    march = pd.Timestamp("2026-03-28")
    two = ((0, 14, 8, 1), (1, 9, 8, 1))
    assert people(*two, zone="Europe/London", monday=march) == (2, 2)
    assert people(*two, zone=ZONE, monday=march) == (1, 1)


def test_hours_that_fit_together_but_nobody_alone_take_more_people():
    # 24 hours of 12 a week would be two people; each can work one shift of 8
    assert people(*[(day, 9, 8, 1) for day in range(3)], weekly=12.0) == (3, 3)


def test_a_shift_longer_than_the_week_is_refused():
    with pytest.raises(UnreachablePlanError, match="longer than the 6 weekly hours"):
        people((0, 9, 8, 1), weekly=6.0)


def test_no_shifts_take_nobody():
    found = deal_out(shifts(), contract())
    assert (found.people, found.at_least, len(found.lines)) == (0, 0, 0)


def is_a_line(line, frame, rules):
    """Whether one person may work these rows of the frame."""
    own = frame.loc[line].sort_values("starts_at")
    rest = (own["starts_at"].shift(-1) - own["ends_at"]).dropna() / pd.Timedelta(hours=1)
    days = set(own["day"])
    return (
        own["day"].is_unique
        and (rest >= rules.rest_hours).all()
        and (own.groupby("week")["hours"].sum() <= rules.weekly_hours).all()
        and not any(
            all(day + step in days for step in range(rules.days_in_a_row + 1)) for day in days
        )
    )


def fewest_by_trying_all(frame, rules):
    """Fewest people, of every way to deal out the shifts."""
    rows = list(frame.index)
    allowed = {
        chosen: is_a_line([row for row, bit in zip(rows, chosen, strict=True) if bit], frame, rules)
        for chosen in product((0, 1), repeat=len(rows))
        if any(chosen)
    }

    def fewest(left, most):
        if not any(left):
            return 0
        if most == 0:
            return 1
        first = left.index(1)
        best = most + 1
        for chosen, may in allowed.items():
            if may and chosen[first] and all(a <= b for a, b in zip(chosen, left, strict=True)):
                rest = tuple(b - a for a, b in zip(chosen, left, strict=True))
                best = min(best, 1 + fewest(rest, best - 2))
        return best

    return fewest(tuple([1] * len(rows)), len(rows))


@pytest.mark.parametrize("seed", range(8))
def test_no_way_to_deal_out_a_small_week_takes_fewer_people(seed):
    random = np.random.default_rng(seed)
    rows = [
        (int(day), int(random.choice([6, 9, 14, 16])), float(random.choice([4.0, 8.0])), 1)
        for day in np.sort(random.choice(9, 7))
    ]
    frame, rules = shifts(*rows), contract(weekly=12.0, in_a_row=2)
    found = deal_out(frame, rules)
    dealt = found.lines.groupby("person")["row"].agg(list)
    assert sorted(row for line in dealt for row in line) == list(frame.index)
    assert all(is_a_line(line, frame, rules) for line in dealt)
    fewest = fewest_by_trying_all(frame, rules)
    assert (found.people, found.at_least) == (fewest, fewest)


def test_a_desk_of_dozens_gets_lines_that_everybody_may_work():
    random = np.random.default_rng(4)
    rows = [
        (day, hour, hours, int(random.poisson(3)) + 1)
        for day in range(14)
        for hour, hours in ((7, 8.0), (9, 4.5), (13, 8.0), (16, 8.0))
    ]
    frame, rules = shifts(*rows), contract(weekly=36.0)
    found = deal_out(frame, rules)
    worked = found.lines.groupby("row").size()
    assert worked.tolist() == frame["agents"].tolist()
    dealt = found.lines.groupby("person")["row"].agg(list)
    assert all(is_a_line(line, frame, rules) for line in dealt)
    assert (found.people, found.at_least) == (30, 30)
