"""The simulated desk against hand-made days and the closed forms; then plans against the desk."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma

from pipelines.errors import OutOfRangeError
from pipelines.staffing.erlang import erlang_a, erlang_c, required_agents
from pipelines.staffing.live_queue import LiveQueue
from pipelines.staffing.offered_load import staffed_load
from pipelines.staffing.simulation import REPLAY_COLUMNS, replay, simulate


def steady(load, n, handle, within, patience, *, replications, intervals, warm, seed):
    """A desk of constant rate, its first `warm` half hours left out."""
    contacts = np.full((replications, intervals), load * 1800 / handle)
    replay = simulate(contacts, np.full(intervals, n), 1800, handle, within, patience, seed=seed)
    return replay.overall(slice(warm, None))


def test_the_same_seed_gives_the_same_day_and_another_one_another():
    days = np.full((3, 4), 20.0)
    first, again, other = (
        simulate(days, [3, 3, 3, 3], 1800, 180, 20, 300, seed=seed) for seed in (1, 1, 2)
    )
    assert first.offered.tolist() == again.offered.tolist() != other.offered.tolist()
    assert first.waited_seconds.tolist() == again.waited_seconds.tolist()


def test_every_contact_is_answered_or_has_hung_up_and_hung_up_ones_waited_their_patience():
    replay = simulate(np.full((200, 4), 60.0), [0, 0, 0, 0], 1800, 180, 20, 120, seed=4)
    assert replay.abandoned.tolist() == replay.offered.tolist()
    assert replay.served_within.sum() == 0
    overall = replay.overall()
    assert overall["wait_mean_seconds"] == pytest.approx(120, rel=0.02)
    assert math.isnan(overall["occupancy_share"])


def test_with_agents_to_spare_nobody_waits_and_their_time_is_the_load():
    overall = steady(2, 60, 180, 0, None, replications=200, intervals=6, warm=1, seed=5)
    assert overall["service_level_share"] == 1.0
    assert overall["wait_mean_seconds"] == 0.0
    assert overall["occupancy_share"] == pytest.approx(2 / 60, rel=0.02)


def test_a_half_hour_without_contacts_has_no_service_level():
    rows = simulate([[30.0, 0.0]] * 5, [5, 5], 1800, 60, 20, seed=6).by_interval()
    assert list(rows.columns) == list(REPLAY_COLUMNS)
    assert rows["offered"].iloc[1] == 0
    assert rows["service_level_share"].isna().tolist() == [False, True]
    assert rows["occupancy_share"].iloc[1] < 0.01


def test_agents_who_go_finish_what_they_hold_and_take_nothing_new():
    # all ten leave after the first half hour; their last calls end, the late callers hang up
    rows = simulate(
        [[300.0, 60.0, 60.0]] * 200, [10, 0, 0], 1800, 600, 20, 60, seed=7
    ).by_interval()
    assert rows["service_level_share"].tolist()[1:] == [0.0, 0.0]
    assert rows["abandoned_share"].tolist()[1:] == [1.0, 1.0]
    # before they go all ten are nearly always busy
    assert rows["occupancy_share"].iloc[0] > 0.9


def test_who_finishes_after_the_shift_uses_time_beyond_it():
    replay = simulate([[300.0, 0.0]] * 300, [10, 0], 1800, 600, 20, 60, seed=8)
    # ten calls of 600 s in hand at the end: 600 s each remain, (1 - e^-3) of it in the half hour
    finishing = replay.used_seconds[:, 1].mean()
    assert finishing == pytest.approx(10 * 600 * (1 - math.exp(-3)), rel=0.05)


def test_who_does_not_hang_up_once_nobody_is_there_waits_without_end():
    replay = simulate([[30.0, 30.0]] * 20, [30, 0], 1800, 60, 20, seed=9)
    assert (replay.served_within[:, 0] == replay.offered[:, 0]).all()
    assert replay.served_within[:, 1].sum() == replay.abandoned.sum() == 0
    assert np.isinf(replay.waited_seconds[:, 1]).all()
    assert replay.overall()["service_level_share"] == pytest.approx(0.5, abs=0.05)


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(OutOfRangeError, match=r"\(1, 2\) and agents \(3,\)"):
        simulate([[1.0, 2.0]], [1, 1, 1], 1800, 60, 20, seed=1)
    with pytest.raises(OutOfRangeError, match="0 or more"):
        simulate([[-1.0]], [1], 1800, 60, 20, seed=1)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"handle_seconds": 0}, "handle_seconds is 0; it must be above 0"),
        ({"handle_seconds": np.nan}, "handle_seconds is nan"),
        ({"interval_seconds": -1800}, "interval_seconds is -1800"),
        ({"patience_seconds": 0}, "patience_seconds is 0"),
        ({"within_seconds": np.nan}, "within_seconds is nan"),
        ({"agents": [1.5]}, "agents must be whole"),
        ({"contacts": np.zeros((0, 1))}, "one or more of each"),
    ],
)
def test_a_desk_that_could_not_be_lived_through_is_refused_and_not_tried_for_ever(changed, said):
    sound = {
        "contacts": [[5.0]],
        "agents": [1],
        "interval_seconds": 1800,
        "handle_seconds": 60,
        "within_seconds": 20,
    }
    with pytest.raises(OutOfRangeError, match=said):
        simulate(**(sound | changed), seed=1)


# -- against the closed forms, at utilisations from 0.5 to 0.97 ----------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("load", "n", "replications", "intervals", "warm"),
    [
        (5.0, 10, 400, 12, 2),
        (7.5, 10, 600, 16, 4),
        (17.0, 20, 500, 16, 4),
        (27.6, 30, 500, 14, 4),
        (29.1, 30, 300, 22, 10),
    ],
    ids=["0.5", "0.75", "0.85", "0.92", "0.97"],
)
def test_the_simulated_desk_is_erlang_c(load, n, replications, intervals, warm):
    overall = steady(
        load, n, 60, 20, None, replications=replications, intervals=intervals, warm=warm, seed=7
    )
    exact = erlang_c(load, n, 60, 20)
    level = float(exact.service_level_share)
    assert overall["service_level_low"] <= level <= overall["service_level_high"]
    # At 0.97 a queue takes thousands of calls to forget: its confidence is wider than half a point.
    margin = overall["service_level_high"] - overall["service_level_low"]
    assert abs(overall["service_level_share"] - level) < max(0.005, margin / 2)
    assert overall["occupancy_share"] == pytest.approx(load / n, abs=0.005)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("load", "n"),
    [(5.0, 10), (14.0, 18), (19.0, 20), (21.0, 20)],
    ids=["0.5", "0.78", "0.95", "1.05"],
)
def test_the_simulated_desk_with_impatient_callers_is_erlang_a(load, n):
    overall = steady(load, n, 120, 20, 180, replications=600, intervals=10, warm=2, seed=12)
    exact = erlang_a(load, n, 120, 20, 180)
    level, lost = float(exact.service_level_share), float(exact.abandoned_share)
    assert overall["service_level_share"] == pytest.approx(level, abs=0.005)
    assert overall["abandoned_share"] == pytest.approx(lost, abs=0.002)
    wait = float(exact.wait_mean_seconds)
    assert overall["wait_mean_seconds"] == pytest.approx(wait, abs=max(0.1, 0.04 * wait))


# -- plans ---------------------------------------------------------------------------------


def test_the_recommended_agents_reach_the_target_and_one_fewer_do_not():
    needed = int(required_agents(10.0, 180, 0.8, 20))
    enough, too_few = (
        steady(10.0, n, 180, 20, None, replications=300, intervals=10, warm=3, seed=3)
        for n in (needed, needed - 1)
    )
    assert needed == 14
    assert enough["service_level_low"] > 0.8
    assert too_few["service_level_share"] < 0.815  # exactly 0.8054 at 13
    assert enough["service_level_share"] == pytest.approx(0.88835, abs=0.005)


@pytest.mark.slow
def test_a_plan_for_an_uncertain_day_reaches_its_target_where_one_for_the_mean_misses_it():
    contacts = np.array([40, 90, 160, 160, 120, 60], dtype=float)
    shares = (np.arange(41) + 0.5) / 41
    spread = gamma(25, scale=1 / 25)  # the rate is known to within a fifth
    loads = contacts[:, None] * 300 / 1800 * spread.ppf(shares)
    queue = LiveQueue(300, 0.8, 20, patience_seconds=120)
    risky = queue.required_agents(contacts * 300 / 1800)
    sure = queue.required_for_expected(contacts * 300 / 1800, loads)

    # each half hour is given time to settle: two hours at its rate, another rate every day
    repeats = 4
    rates = np.random.default_rng(9).gamma(25, 1 / 25, (600, len(contacts)))
    reached = {}
    for name, agents in (("for the mean", risky), ("for what may come", sure)):
        reached[name] = []
        for interval, n in enumerate(agents):
            days = np.repeat(contacts[interval] * rates[:, [interval]], repeats, axis=1)
            replay = simulate(days, np.full(repeats, n), 1800, 300, 20, 120, seed=10 + interval)
            level = replay.overall(slice(1, None))["service_level_share"]
            reached[name].append(bool(level >= 0.795))

    assert (risky.tolist(), sure.tolist()) == ([9, 17, 29, 29, 22, 12], [9, 18, 31, 31, 24, 13])
    assert reached["for the mean"] == [True, False, False, False, False, False]
    assert reached["for what may come"] == [True] * 6


# -- plans as they are published -------------------------------------------------------------


def _plan(contacts, agents, handle=180.0):
    return pd.DataFrame(
        {
            "starts_at": pd.date_range("2026-03-02", periods=len(contacts), freq="30min"),
            "expected_contacts": [float(n) for n in contacts],
            "handle_seconds": handle,
            "required_agents": pd.array(agents, dtype="Int64"),
        }
    )


def test_nobody_comes_to_a_plan_while_it_is_closed():
    plan = _plan([50, 40, 30, 20, 90], [None, 6, 5, None, None])
    lived = replay(plan, np.ones((50, 1)), 20, 300, seed=1).by_interval()
    assert list(lived.columns) == list(REPLAY_COLUMNS)
    assert lived["offered"].tolist()[0::3] == [0, 0]
    assert lived["agents"].tolist() == [0, 6, 5, 0, 0]
    assert lived["offered"].iloc[1] == pytest.approx(50 * 40, rel=0.1)
    assert lived["service_level_share"].isna().tolist() == [True, False, False, True, True]


def test_who_waits_at_closing_is_answered_by_those_who_stay_and_not_the_next_morning():
    # one agent, 90 minutes of work in 30, and nobody hangs up; then a night
    plan = _plan([30] + [0] * 10 + [30], [1] + [None] * 10 + [1])
    lived = replay(plan, np.ones((50, 1)), 20, seed=1)
    evening = simulate(np.full((50, 1), 30.0), [1], 1800, 180, 20, seed=[1, 0])
    assert lived.waited_seconds[:, 0].tolist() == evening.waited_seconds[:, 0].tolist()
    assert lived.overall()["wait_mean_seconds"] == pytest.approx(1800, rel=0.1)  # 0 to an hour


def test_a_closed_plan_has_nothing_to_live_through():
    lived = replay(_plan([5, 5], [None, None]), np.ones((5, 1)), 20, seed=1)
    assert lived.by_interval()["offered"].tolist() == [0, 0]
    assert np.isnan(lived.overall()["service_level_share"])


def test_rates_that_fit_neither_the_plan_nor_a_single_factor_are_refused():
    with pytest.raises(OutOfRangeError, match=r"\(3, 4\).*1 or 2"):
        replay(_plan([5, 5], [1, 1]), np.ones((3, 4)), 20, seed=1)


@pytest.mark.slow
def test_the_published_plan_of_a_day_reaches_its_target_in_every_half_hour():
    # 24 half hours of calls: 60 to 140, as `require` staffs them; rates as forecast
    slots = np.arange(24)
    contacts = 100 - 40 * np.cos(2 * np.pi * slots / 24)
    load = staffed_load(contacts, 1800, 240, before_erlangs=0)
    agents = required_agents(load, 240, 0.8, 20, 300)
    plan = _plan(contacts, agents, 240.0)
    lived = replay(plan, np.ones((1500, 1)), 20, 300, seed=6).by_interval()
    assert lived["service_level_share"].min() > 0.795
    assert lived["service_level_low"].mean() > 0.8
