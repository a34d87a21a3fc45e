"""Plans tried out: what is reached by chance and on unsure days, by whom and by when."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import OutOfRangeError
from pipelines.staffing.trial import relative_rates, try_out
from pipelines.staffing.what_if import Scenario, desk_under

CALLS = SimpleNamespace(
    channel="phone",
    language="ko",
    target_share=0.8,
    within_seconds=20,
    concurrency=1,
    slowdown_share=0.0,
    shrinkage=0.3,
    max_occupancy=1.0,
    promise_open_days=1,
    open_day_seconds=3600,
    handle_seconds=180,
    minimum_agents=1,
    staffed_to="mean",
    gives_spare_time=False,
)
MAIL = SimpleNamespace(**vars(CALLS) | {"channel": "email"})
MONDAY = pd.Timestamp("2026-03-02")
SURE = pd.DataFrame({"local_on": [MONDAY], "mean": [4800.0], "q10": [4800.0], "q90": [4800.0]})


def plan(half_hours=48, contacts=100.0, agents=14, **columns):
    return pd.DataFrame(
        {
            "starts_at": MONDAY + pd.to_timedelta(30 * np.arange(half_hours), unit="min"),
            "local_on": MONDAY,
            "is_open": True,
            "expected_contacts": contacts,
            "handle_seconds": 180.0,
            "patience_seconds": np.nan,
            "required_agents": pd.array([agents] * half_hours, dtype="Int64"),
            "scheduled_agents": np.nan,
            "live_help_hours": 0.0,
            "waiting_due_contacts": 0.0,
            **columns,
        }
    )


def test_a_plan_at_a_sure_rate_reaches_what_erlang_says():
    tried = try_out(plan(), SURE, CALLS, replications=100)
    assert tried.reached_share == pytest.approx(0.88835, abs=0.004)  # 14 agents, 100 calls, 180 s
    assert tried.reached_low < 0.88835 < tried.reached_high
    assert tried.nine_in_ten_share < tried.reached_share
    assert tried.occupancy_share == pytest.approx(10 / 14, abs=0.005)
    assert (tried.offered, tried.target_share, tried.abandoned_share) == (4800.0, 0.8, 0.0)


def test_twenty_scheduled_are_the_fourteen_that_a_shrinkage_of_30_percent_leaves():
    rostered = plan(agents=3, scheduled_agents=20.0)
    as_scheduled = try_out(rostered, SURE, CALLS, is_scheduled=True, replications=20)
    assert as_scheduled == try_out(plan(), SURE, CALLS, replications=20)


def test_a_day_is_as_unsure_as_its_forecast_once_chance_is_on_top():
    days = pd.DataFrame({"local_on": [MONDAY], "mean": [400.0], "q10": [310.0], "q90": [490.0]})
    rows = pd.Series([MONDAY, MONDAY, pd.Timestamp("2026-03-03")])
    random = np.random.default_rng(3)
    rates = relative_rates(rows, days, 20_000, random)
    assert (rates[:, 0] == rates[:, 1]).all()
    assert (rates[:, 2] == 1).all()  # not forecast
    came = random.poisson(400 * rates[:, 0])
    assert np.quantile(came, [0.1, 0.9]) == pytest.approx([310, 490], rel=0.02)
    assert came.mean() == pytest.approx(400, rel=0.01)


def test_a_day_no_less_sure_than_chance_has_one_rate():
    days = pd.DataFrame({"local_on": [MONDAY], "mean": [4.0], "q10": [2.0], "q90": [6.0]})
    assert (relative_rates(pd.Series([MONDAY]), days, 50, np.random.default_rng(1)) == 1).all()


def test_an_unsure_day_is_answered_worse_than_a_sure_one():
    unsure = SURE.assign(q10=4000.0, q90=5600.0)
    both = [try_out(plan(), days, CALLS, replications=100) for days in (SURE, unsure)]
    assert both[1].reached_share < both[0].reached_low


def test_where_all_are_answered_the_interval_is_that_of_so_many_contacts():
    tried = try_out(plan(contacts=40 / 48), SURE, CALLS, replications=20)
    assert (tried.reached_share, tried.nine_in_ten_share) == (1.0, 1.0)
    n = tried.contacts
    assert n == pytest.approx(800, abs=90)
    assert (tried.reached_low, tried.reached_high) == (pytest.approx(n / (n + 1.96**2), 1e-4), 1)


@pytest.mark.parametrize("desk", [CALLS, MAIL])
def test_of_fewer_than_thirty_contacts_a_single_one_decides_and_none_are_tried(desk):
    assert try_out(plan(contacts=29.9 / 48), SURE, desk) is None
    assert try_out(plan(contacts=30.1 / 48), SURE, desk).offered == pytest.approx(30.1)


def test_a_plan_under_other_targets_is_judged_by_them():
    strict = desk_under(CALLS, Scenario(target_share=0.9, within_seconds=0, shrinkage=0.0))
    rostered = plan(scheduled_agents=14.0)
    tried = try_out(rostered, SURE, strict, is_scheduled=True, replications=50)
    # all 14 are there without shrinkage; who waits at all is late: P(wait) is .1741
    assert tried.target_share == 0.9
    assert tried.reached_share == pytest.approx(1 - 0.17413, abs=0.01)


def test_chats_that_wait_at_closing_are_answered_then_and_nobody_waits_overnight():
    # one half hour a day of twice the work that one agent does, and nobody hangs up
    is_open = np.arange(48) % 24 == 0
    agents = pd.array([1 if open_ else None for open_ in is_open], dtype="Int64")
    contacts = np.where(is_open, 20.0, 0.0)
    tried = try_out(
        plan(contacts=contacts, is_open=is_open, required_agents=agents),
        SURE, CALLS, replications=100,
    )  # fmt: skip
    assert tried.offered == 40.0
    # the last of 20 has waited 20 x 180 - 1800 s: half of it on average
    assert tried.wait_mean_seconds == pytest.approx(900, rel=0.15)


def test_closed_half_hours_take_nobody():
    is_open = np.arange(48) < 24
    agents = pd.array([14 if open_ else None for open_ in is_open], dtype="Int64")
    tried = try_out(plan(is_open=is_open, required_agents=agents), SURE, CALLS, replications=20)
    assert tried.offered == 2400.0
    assert tried.occupancy_share == pytest.approx(10 / 14, abs=0.01)


def test_one_scheduled_whom_shrinkage_takes_away_answers_nobody():
    tried = try_out(
        plan(contacts=1.0, scheduled_agents=1.0), SURE, CALLS, is_scheduled=True, replications=5
    )
    assert (tried.reached_share, tried.nine_in_ten_share, tried.abandoned_share) == (0, 0, 0)
    assert np.isnan(tried.wait_mean_seconds)


def test_mail_is_judged_by_its_promise():
    # an hour of opening is promised; 5 contacts of 3 min a half hour are a quarter of what
    # two agents do, and come by chance
    enough = try_out(plan(contacts=5.0, agents=2), SURE, MAIL, replications=50)
    assert enough.reached_share > 0.99
    assert np.isnan(enough.wait_mean_seconds)
    nobody = try_out(plan(contacts=5.0, agents=0), SURE, MAIL, replications=50)
    assert (nobody.reached_share, nobody.offered) == (0.0, 240.0)


def test_days_are_kept_on_which_all_that_is_due_is_done():
    days = pd.date_range(MONDAY, periods=4)
    agents = np.repeat([10, 10, 0, 0], 48)
    four = plan(half_hours=192, contacts=5.0, required_agents=pd.array(agents, dtype="Int64"))
    four["local_on"] = np.repeat(days, 48)
    sure = pd.DataFrame({"local_on": days, "mean": 240.0, "q10": 240.0, "q90": 240.0})
    tried = try_out(four, sure, MAIL, replications=50)
    assert tried.kept_days_share == 0.5
    assert tried.reached_share == pytest.approx(0.5, abs=0.01)
    assert np.isnan(try_out(plan(), SURE, CALLS, replications=5).kept_days_share)


def test_where_nobody_comes_or_people_are_not_known_there_is_nothing_to_try():
    assert try_out(plan(contacts=0.0), SURE, CALLS) is None
    unknown = pd.array([None] * 48, dtype="Int64")
    assert try_out(plan(required_agents=unknown), SURE, CALLS) is None


def test_mail_that_is_due_after_the_plan_alone_is_nothing_to_try():
    desk = SimpleNamespace(**vars(MAIL) | {"promise_open_days": 25})  # of an hour; 24 h are planned
    assert try_out(plan(contacts=5.0), SURE, desk, replications=10) is None


@pytest.mark.parametrize("times", [0, 5_001])
def test_a_number_of_runs_that_makes_no_sense_is_refused(times):
    with pytest.raises(OutOfRangeError, match="1 to 5000"):
        try_out(plan(), SURE, CALLS, replications=times)
