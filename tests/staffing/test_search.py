"""The search for the fewest agents, on requirements that are known beforehand and on queues."""

import numpy as np
import pytest

from pipelines.staffing import erlang
from pipelines.staffing.search import fewest
from pipelines.staffing.thresholds import fewest_by_threshold, kinds_of


def _searched(needed, load, kind):
    tried = []

    def suffices(chosen, agents):
        tried.append(len(chosen))
        return agents >= needed[chosen]

    most = np.full(len(load), 1000)
    return fewest(suffices, np.zeros(len(load), dtype=int), most, load, (kind,)), sum(tried)


def test_every_interval_gets_its_own_number_whatever_the_order():
    random = np.random.default_rng(1)
    load, kind = random.uniform(0, 100, 997), random.integers(0, 5, 997)
    needed = np.ceil(load * (1 + kind)).astype(int)
    found, _ = _searched(needed, load, kind)
    assert found.tolist() == needed.tolist()


def test_between_two_intervals_that_need_the_same_none_is_tried():
    load = np.linspace(1, 2, 1601)
    found, tried = _searched(np.full(1601, 7), load, np.zeros(1601))
    assert found.tolist() == [7] * 1601
    # 101 of them are searched, in at most ten halvings of a thousand each
    assert tried <= 101 * 10


def test_one_interval_and_none_are_searched_too():
    assert _searched(np.array([3]), np.array([2.0]), np.array([0]))[0].tolist() == [3]
    empty = np.array([], dtype=int)
    assert _searched(empty, np.array([]), empty)[0].tolist() == []


# -- looking up what each number of agents can carry ------------------------------------------


def test_neighbours_that_agree_in_every_column_are_of_one_kind():
    handle = np.repeat([180.0, 300.0, 180.0], 100)
    target = np.repeat(0.8, 300)
    first, kind = kinds_of([handle, target])
    assert first.tolist() == [0, 100]
    assert kind.tolist() == [0] * 100 + [1] * 100 + [0] * 100
    assert kinds_of([np.arange(300.0), target]) is None


def test_who_carries_what_is_found_for_a_rule_known_beforehand():
    # n agents carry up to n - sqrt(n) / 2, of the second kind three quarters of that
    worth = np.array([1.0, 0.75])
    tried = []

    def margin(kind, load, agents):
        tried.append(len(load))
        return (agents - np.sqrt(agents) / 2) * worth[kind] - load

    random = np.random.default_rng(2)
    kind = np.repeat([0, 1], 5_000)
    load = random.uniform(0, 100, 10_000) * (random.random(10_000) > 0.1)
    found = fewest_by_threshold(margin, margin, load, kind, np.ones(2))
    carried = (np.arange(200) - np.sqrt(np.arange(200)) / 2)[:, None] * worth
    assert found.tolist() == [
        int(np.argmax(carried[:, k] >= each)) if each > 0 else 0
        for k, each in zip(kind, load, strict=True)
    ]
    assert sum(tried) < 3_000


def test_few_intervals_of_a_large_load_are_left_to_be_tried_one_by_one():
    assert fewest_by_threshold(None, None, np.full(300, 5_000.0), np.zeros(300, int), [1.0]) is None


@pytest.mark.parametrize("patience", [None, 5.0, 90.0, 600.0])
@pytest.mark.parametrize(
    ("handle", "target", "within", "busy"),
    [(180, 0.8, 20, 1.0), (540, 0.9, 60, 0.85), (2_700, 0.5, 0, 0.95), (60, 0.99, 300, 0.7)],
)
def test_looked_up_answers_are_those_of_every_half_hour_by_itself(
    patience, handle, target, within, busy
):
    random = np.random.default_rng(handle)
    load = np.r_[np.exp(random.uniform(np.log(0.01), np.log(120), 1_500)), np.zeros(3)]
    # loads just on either side of what so many agents carry are the hard ones
    agents = np.arange(1.0, 40.0)
    load = np.r_[load, agents * busy, np.nextafter(agents * busy, 0), agents * busy * (1 + 1e-8)]
    told = (handle, target, within, patience, busy)
    together = erlang.required_agents(load, *told)
    apart = [erlang.required_agents(load[i : i + 100], *told) for i in range(0, len(load), 100)]
    assert together.tolist() == np.concatenate(apart).tolist()


def test_brackets_from_quick_sums_have_the_sign_of_the_exact_ones():
    random = np.random.default_rng(5)
    agents = random.integers(1, 400, 2_000).astype(float)
    load = np.maximum(agents - np.sqrt(agents) * random.normal(0.5, 2, agents.size), 0.01)
    told = (random.choice([20.0, 300.0, 2_700.0], agents.size), 0.8, 20.0, 1.0)
    patience = random.choice([5.0, 180.0, 1e5], agents.size)
    for further in ((), (patience,)):
        exact, quick = (
            erlang._margin(blocking(load, agents), load, agents, *told, *further, is_quick=quick)
            for blocking, quick in (
                (erlang.blocking_probability, False),
                (erlang._quick_blocking, True),
            )
        )
        assert np.abs(exact - quick).max() < 1e-11
