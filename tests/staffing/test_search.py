"""The search for the fewest agents, on requirements that are known beforehand."""

import numpy as np

from pipelines.staffing.search import fewest


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
