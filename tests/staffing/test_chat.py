"""Chats held together, against Erlang, a birth and death summed by hand, and a simulated desk."""

import math

import numpy as np
import pytest

from pipelines.errors import OutOfRangeError, UnstableQueueError
from pipelines.staffing.chat import Concurrency, chat_performance, required_chat_agents
from pipelines.staffing.erlang import erlang_a, erlang_c, required_agents
from pipelines.staffing.live_queue import agents
from pipelines.staffing.simulation import simulate


def test_an_agent_with_three_chats_finishes_fewer_than_three_times_as_many():
    # T(1) = 180 s, T(2) = 234 s, T(3) = 288 s at 30 % for each further chat
    rates = Concurrency(3, 0.3).handled_per_second(180)
    assert rates == pytest.approx([0, 1 / 180, 2 / 234, 3 / 288], abs=1e-15)


def test_two_chats_at_once_for_one_agent_are_summed_by_hand():
    # 1 agent, 2 slots, T(1) = 100 s, T(2) = 150 s, a chat every 100 s, patience 100 s:
    # deaths 1/100, 2/150, then +1/100 for each who waits; p relative to p(0):
    relative = [1.0, 1.0, 0.75]
    for waiting in range(1, 60):
        relative.append(relative[-1] * 0.01 / (2 / 150 + waiting / 100))
    p = np.array(relative) / sum(relative)
    queue = float(np.arange(60) @ p[2:])

    does = chat_performance(0.01, 1, 100, 0, 100, Concurrency(2, 0.5))

    assert float(does.wait_probability) == pytest.approx(p[2:].sum(), abs=1e-12)
    assert float(does.queue_mean_count) == pytest.approx(queue, abs=1e-12)
    assert float(does.wait_mean_seconds) == pytest.approx(queue / 0.01, abs=1e-9)
    assert float(does.abandoned_share) == pytest.approx(queue / 100 / 0.01, abs=1e-12)
    assert float(does.occupancy_share) == pytest.approx((p[1] + 2 * p[2:].sum()) / 2, abs=1e-12)
    assert float(does.service_level_share) == pytest.approx(p[0] + p[1], abs=1e-12)


def test_one_chat_at_a_time_is_erlang_a():
    rates, agents = np.array([0.01, 0.05, 0.2]), np.array([3, 14, 30])
    chats = chat_performance(rates, agents, 180, 20, 300, Concurrency(1))
    calls = erlang_a(rates * 180, agents, 180, 20, 300)
    for measure in ("service_level_share", "wait_mean_seconds", "occupancy_share"):
        assert getattr(chats, measure) == pytest.approx(getattr(calls, measure), abs=1e-11)
    needed = required_chat_agents(rates, 180, 0.8, 20, 300, Concurrency(1), 0.9)
    assert needed.tolist() == required_agents(rates * 180, 180, 0.8, 20, 300, 0.9).tolist()


def test_a_hundred_calls_without_patience_need_the_same_fourteen():
    assert int(required_chat_agents(100 / 1800, 180, 0.8, 20, np.inf, Concurrency(1))) == 14


def test_one_agent_fewer_than_required_misses_the_target():
    rates = np.array([1, 7, 30, 120]) / 1800
    concurrency = Concurrency(3, 0.25)
    needed = required_chat_agents(rates, 420, 0.85, 30, 240, concurrency)
    enough = chat_performance(rates, needed, 420, 30, 240, concurrency).service_level_share
    fewer = chat_performance(rates, needed - 1, 420, 30, 240, concurrency).service_level_share
    assert ((enough >= 0.85) & (fewer < 0.85)).all()


def test_holding_more_chats_helps_less_the_more_each_is_slowed():
    needed = [
        int(required_chat_agents(100 / 1800, 400, 0.8, 30, 200, Concurrency(3, slowdown)))
        for slowdown in (0.0, 0.3, 1.0)
    ]
    assert needed == sorted(needed)
    # At s = 1 three chats at once are no faster than one after the other.
    alone = int(required_chat_agents(100 / 1800, 400, 0.8, 30, 200, Concurrency(1)))
    assert needed[0] < needed[1] < needed[2] <= alone


def test_without_chats_there_is_nothing_to_measure():
    does = chat_performance(0.0, 4, 300, 30, 200, Concurrency(2))
    assert math.isnan(float(does.service_level_share))
    assert math.isnan(float(does.wait_mean_seconds))
    assert float(does.occupancy_share) == 0
    assert int(required_chat_agents(0.0, 300, 0.8, 30, 200, Concurrency(2))) == 0


def test_more_chats_than_full_agents_finish_without_patience_is_an_error():
    # one agent with two slots and no slowdown finishes 24 an hour of 300 s each
    with pytest.raises(UnstableQueueError, match=r"at most 24 chats an hour and 36 arrive.*1\.5"):
        chat_performance(0.01, 1, 300, 30, np.inf, Concurrency(2))


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"arrivals_per_second": -1}, "arrivals_per_second"),
        ({"handle_seconds": 0}, "handle_seconds"),
        ({"target_share": 1.0}, "no number of agents answers everybody"),
        ({"target_share": 0.0}, "none is needed to answer nobody"),
        ({"patience_seconds": 0}, "patience_seconds"),
        ({"max_occupancy": 0}, "max_occupancy"),
        ({"arrivals_per_second": 1e6}, "more than 1,048,576 agents"),
        ({"max_occupancy": 1e-9}, "more than 1,048,576 agents"),
    ],
)
def test_a_number_that_makes_no_sense_is_named(changed, named):
    sound = {
        "arrivals_per_second": 0.01,
        "handle_seconds": 300,
        "target_share": 0.8,
        "within_seconds": 30,
        "patience_seconds": 200,
        "concurrency": Concurrency(2),
    }
    with pytest.raises(OutOfRangeError, match=named):
        required_chat_agents(**(sound | changed))


def test_two_agents_for_a_load_of_more_than_one_of_them_where_nobody_hangs_up():
    # One agent with three chats finishes 3 / (600 x 1.4) a second, 6.43 in a half hour: of 8 chats
    # too few, and so no number to try but one to pass over.
    three = Concurrency(3, 0.2)
    assert agents(8, 1800, 600, 0.8, 60, concurrency=three).agents == 2
    needed = required_chat_agents(np.arange(1, 40) / 1800, 600, 0.8, 60, np.inf, three)
    assert needed[[0, 5, 7, 38]].tolist() == [1, 2, 2, 8]


def test_chats_of_which_nobody_hangs_up_are_erlang_c_up_to_the_last_digit():
    # M/M/1 at 0.999: 999 handle times of waiting
    one = chat_performance(0.999, 1, 1, 0, np.inf, Concurrency(1))
    assert float(one.wait_mean_seconds) == pytest.approx(999, rel=1e-12)
    assert float(one.abandoned_share) == 0
    many = chat_performance(0.99 * 50 / 180, 50, 180, 20, np.inf, Concurrency(1))
    exact = erlang_c(0.99 * 50, 50, 180, 20)
    for measure in vars(exact):
        assert getattr(many, measure) == pytest.approx(getattr(exact, measure), rel=1e-12)


def test_ten_slots_of_a_quarter_of_the_load_are_no_more_than_the_occupancy_allows():
    # 2.5 erlangs in 2 x 5 slots are 0.25 of them, whatever the last digit says.
    five = Concurrency(5)
    assert int(required_chat_agents(2.5 / 300, 300, 0.5, 3600, np.inf, five, 0.25)) == 2
    assert int(required_chat_agents(0.1 * 3 / 300, 300, 0.5, 3600, np.inf, five, 0.06)) == 1


@pytest.mark.parametrize(
    ("slots", "slowdown"),
    [(0, 0.0), (1.5, 0.0), (2, -0.1), (math.inf, 0.0), (math.nan, 0.0), (2, math.inf)],
)
def test_concurrency_is_a_whole_number_and_never_speeds_a_chat_up(slots, slowdown):
    with pytest.raises(OutOfRangeError):
        Concurrency(slots, slowdown)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("contacts", "slots", "slowdown"), [(60, 2, 0.2), (100, 3, 0.3), (40, 4, 0.15)]
)
def test_the_recommended_agents_reach_the_target_within_a_point(contacts, slots, slowdown):
    concurrency = Concurrency(slots, slowdown)
    rate = contacts / 1800
    needed = int(required_chat_agents(rate, 400, 0.8, 30, 200, concurrency))
    replay = simulate(
        np.full((400, 12), float(contacts)),
        np.full(12, needed),
        1800,
        400,
        30,
        200,
        concurrency,
        seed=5,
    ).overall(slice(4, 12))
    exact = float(chat_performance(rate, needed, 400, 30, 200, concurrency).service_level_share)
    # The closed form lets agents share chats out evenly again; a real desk cannot, and is a
    # little slower: less than a point.
    assert replay["service_level_share"] == pytest.approx(exact, abs=0.01)
    assert replay["service_level_share"] >= 0.79


def test_the_calculator_answers_for_agents_who_hold_three_chats_at_once():
    three = Concurrency(3, 0.15)
    answer = agents(100, 1800, 600, 0.8, 60, 400, 0.3, 0.85, three)
    needed = int(required_chat_agents(100 / 1800, 600, 0.8, 60, 400, three, 0.85))
    does = chat_performance(100 / 1800, needed, 600, 60, 400, three)
    # 600 s / 3 at once would take 13 agents: it forgets that each chat slows the others
    assert agents(100, 1800, 200, 0.8, 60, 400, 0.3, 0.85).agents == 13
    assert (answer.agents, answer.scheduled) == (needed, 23) == (16, 23)
    assert answer.service_level_share == pytest.approx(float(does.service_level_share), abs=1e-12)
    assert answer.occupancy_share == pytest.approx(float(does.occupancy_share), abs=1e-12)
