"""Hiring ahead of a requirement, on rows that can be added up by hand."""

import pandas as pd
import pytest

from pipelines.errors import OutOfRangeError
from pipelines.staffing.hiring import HIRING_COLUMNS, hiring_view, plan_hiring, share_per_period


def test_without_attrition_or_ramp_people_are_hired_when_they_are_needed():
    plan = plan_hiring([10, 12, 12, 15], on_roll=10, attrition_share=0)
    assert plan["hires"].tolist() == [0, 2, 0, 3]
    assert plan["on_roll"].tolist() == [10, 12, 12, 15]
    assert plan["gap"].tolist() == [0, 0, 0, 0]
    assert list(plan.columns) == list(HIRING_COLUMNS)


def test_a_ramp_of_two_periods_means_hiring_two_periods_earlier():
    plan = plan_hiring([10, 10, 12, 12], on_roll=10, attrition_share=0, ramp=(0, 0.5, 1))
    assert plan["hires"].tolist() == [2, 0, 0, 0]
    assert plan["effective"].tolist() == [10, 11, 12, 12]


def test_who_leaves_is_replaced():
    # 10 of 100 leave after the first period: 10 hires keep 100
    plan = plan_hiring([100, 100, 100], on_roll=100, attrition_share=0.1)
    assert plan["leaving"].iloc[0] == pytest.approx(10)
    assert plan["hires"].tolist() == [0, 10, 10]
    assert plan["on_roll"].tolist() == pytest.approx([100, 100, 100])


def test_a_training_class_bounds_the_hires_of_a_period():
    plan = plan_hiring([10, 16], on_roll=10, attrition_share=0, most_hires=4)
    assert plan["hires"].tolist() == [2, 4]
    short = plan_hiring([16, 16], on_roll=10, attrition_share=0, most_hires=4)
    assert short["hires"].tolist() == [4, 2]
    assert short["gap"].tolist() == [-2, 0]


def test_a_gap_that_no_hire_can_close_in_time_is_shown_and_not_hidden():
    plan = plan_hiring([12, 12, 12], on_roll=10, attrition_share=0, ramp=(0, 1))
    assert plan["hires"].tolist() == [2, 0, 0]
    assert plan["gap"].tolist() == [-2, 0, 0]


def test_twelve_weeks_keep_their_own_index():
    weeks = pd.date_range("2026-03-02", periods=12, freq="W-MON")
    plan = plan_hiring(pd.Series(50.0, index=weeks), 50, share_per_period(0.3, 52), (0, 0, 0.5, 1))
    assert plan.index.tolist() == weeks.tolist()
    # the ramp takes three weeks; from then on nobody is missing
    assert (plan["gap"].iloc[3:] >= -1e-9).all()
    # with nobody hired 50 x (1 - .3)^(11/52) = 46.4 would be left
    assert plan["hires"].sum() == 4


def test_thirty_percent_a_year_is_the_same_by_week_and_by_month():
    assert (1 - share_per_period(0.3, 52)) ** 52 == pytest.approx(0.7)
    assert (1 - share_per_period(0.3, 12)) ** 12 == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"attrition_share": 1.0}, "everybody leaves"),
        ({"attrition_share": -0.1}, "attrition_share"),
        ({"ramp": ()}, "ramp"),
        ({"ramp": (0.0, 0.0)}, "never worth anything"),
        ({"required": [-1]}, "0 or more"),
        ({"short_price": 0}, "short_price"),
        ({"most_hires": -1}, "most_hires is -1"),
        ({"on_roll": float("inf")}, "on_roll is inf"),
    ],
)
def test_a_number_that_makes_no_sense_is_named(changed, said):
    sound = {"required": [10], "on_roll": 10, "attrition_share": 0.1}
    with pytest.raises(OutOfRangeError, match=said):
        plan_hiring(**(sound | changed))


def fortnight(agents):
    days = pd.date_range("2026-03-02", periods=14)
    return pd.DataFrame({"local_on": days.repeat(16), "required_scheduled": agents})


def test_a_fortnights_hours_are_people_by_the_hours_of_their_week():
    # 16 half hours a day with 10 agents are 560 hours a week: 14 people of 40 hours
    view = hiring_view(fortnight(10), on_roll=14, yearly_attrition=0.0)
    assert view["period"].tolist() == list(range(1, 13))
    assert view["required"].tolist() == [14.0] * 12
    assert view["hires"].tolist() == [0] * 12


@pytest.mark.parametrize(
    ("days", "people"),
    [
        (pd.bdate_range("2026-03-02", "2026-03-13"), 10),  # closed at weekends: no rows
        (pd.bdate_range("2026-03-05", "2026-03-18"), 10),  # from a Thursday on
        (pd.date_range("2026-03-02", periods=10), 14),
        (pd.date_range("2026-03-02", periods=3), 14),
    ],
)
def test_a_weeks_hours_are_those_of_its_weekdays(days, people):
    plan = pd.DataFrame({"local_on": days.repeat(16), "required_scheduled": 10})
    view = hiring_view(plan, on_roll=people, yearly_attrition=0.0)
    assert view["required"].tolist() == pytest.approx([people] * 12)


def test_who_works_the_shifts_is_needed_where_that_is_more_than_the_hours_come_to():
    # 14 people by their hours, but nobody can do without the 17 who work the plan's shifts
    assumed = {"on_roll": 17, "yearly_attrition": 0.5, "ramp_weeks": 0}
    by_hours = hiring_view(fortnight(10), **assumed)
    by_shifts = hiring_view(fortnight(10), **assumed, people=17)
    assert by_shifts["required"].tolist() == [17.0] * 12
    # by the twelfth week 17 (1 - 0.5^(11/52)) = 2.3 have left: three whole people
    assert (by_hours["hires"].sum(), by_shifts["hires"].sum()) == (0, 3)


def test_growth_comes_by_the_month_and_hires_come_a_ramp_before_it():
    view = hiring_view(
        fortnight(10),
        on_roll=14,
        yearly_attrition=0.0,
        yearly_growth=1.0,
        ramp_weeks=9,
        by="month",
    )
    assert view["required"].iloc[-1] == pytest.approx(28.0)
    assert view["hires"].sum() >= 14
    # two months of ramp: who is there in full in the third month began in the first
    assert view["hires"].iloc[0] > 0
    assert view["gap"].iloc[2:].min() >= -1e-6


@pytest.mark.parametrize(
    "told", [{"by": "day"}, {"weekly_hours": 0}, {"yearly_growth": -2}, {"ramp_weeks": -1}]
)
def test_a_view_that_makes_no_sense_is_refused(told):
    with pytest.raises(OutOfRangeError, match="week or month, above 0"):
        hiring_view(fortnight(1), on_roll=1, yearly_attrition=0.1, **told)
