"""The closed forms against a discrete-event simulation: calls in, first come first served."""

import heapq

import numpy as np
import pytest

from pipelines.staffing.erlang import erlang_a, erlang_c, required_agents


def simulated(load, n, handle, within, patience, calls, seed):
    """(served within / offered, abandoned / offered, mean wait) of a simulated desk."""
    rng = np.random.default_rng(seed)
    arrivals = np.cumsum(rng.exponential(handle / load, calls)).tolist()
    handles = rng.exponential(handle, calls).tolist()
    patiences = (rng.exponential(patience, calls) if patience else np.full(calls, np.inf)).tolist()
    free_at = [0.0] * n
    served_within = abandoned = 0
    waited = 0.0
    for arrived, takes, hangs_up_after in zip(arrivals, handles, patiences, strict=True):
        wait = max(0.0, free_at[0] - arrived)
        if wait > hangs_up_after:
            abandoned += 1
            waited += hangs_up_after
            continue
        heapq.heapreplace(free_at, arrived + wait + takes)
        served_within += wait <= within
        waited += wait
    return served_within / calls, abandoned / calls, waited / calls


@pytest.mark.slow
@pytest.mark.parametrize(
    ("load", "n", "calls"), [(5.0, 10, 300_000), (24.0, 30, 1_500_000), (27.0, 30, 3_000_000)]
)
def test_erlang_c_is_what_a_simulated_desk_does(load, n, calls):
    served_within, _, _ = simulated(load, n, 240, 20, None, calls, seed=7)

    exact = float(erlang_c(load, n, 240, 20).service_level_share)
    assert served_within == pytest.approx(exact, abs=0.005)


@pytest.mark.slow
@pytest.mark.parametrize(("load", "n"), [(10.0, 14), (20.0, 18)])
def test_erlang_a_is_what_a_simulated_desk_with_impatient_callers_does(load, n):
    served_within, abandoned, waited = simulated(load, n, 180, 20, 120, 600_000, seed=11)

    exact = erlang_a(load, n, 180, 20, 120)
    assert served_within == pytest.approx(float(exact.service_level_share), abs=0.005)
    assert abandoned == pytest.approx(float(exact.abandoned_share), abs=0.002)
    assert waited == pytest.approx(float(exact.wait_mean_seconds), rel=0.03)


def test_the_recommended_agents_reach_the_target_and_one_fewer_do_not():
    needed = int(required_agents(10.0, 180, 0.8, 20))

    enough, _, _ = simulated(10.0, needed, 180, 20, None, 60_000, seed=3)
    too_few, _, _ = simulated(10.0, needed - 1, 180, 20, None, 60_000, seed=3)
    assert (needed, enough >= 0.8, too_few < 0.8) == (14, True, True)
