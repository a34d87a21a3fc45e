"""The closed form of the waiting states against their sums, state by state."""

import math

import numpy as np
import pytest
from scipy.special import betainc

from pipelines.staffing.waiting import waiting_states


def _summed(below, arrivals, served, within):
    """The formulas as printed: p(n+j) relative to p(n), and I_x by SciPy."""
    x = math.exp(-within)
    term, busy, queue, in_time, late, j = 1.0, 0.0, 0.0, 0.0, 0.0, 0
    while j < arrivals or term * (j + 1) > 1e-18 * busy:
        busy += term
        queue += j * term
        in_time += term * served / (served + j + 1) * (1 - betainc(served + 1, j + 1, x))
        late += term * betainc(served, j + 1, x)
        j += 1
        term *= arrivals / (served + j)
    total = below + busy
    return (
        busy / total,
        queue / total,
        (below + in_time) / total,
        1 - x * late / total,
    )


@pytest.mark.parametrize(
    ("below", "arrivals", "served", "within"),
    [
        (3.0, 16.7, 23.3, 0.07),
        (0.5, 30.0, 20.0, 0.5),
        (8.0, 2.0, 40.0, 0.1),
        (2.0, 0.01, 0.02, 1.0),
        (100.0, 900.0, 1000.0, 0.02),
        (1e6, 400.0, 5000.0, 0.001),
        (4.0, 19_000.0, 20_000.0, 0.0005),
    ],
)
def test_the_closed_form_is_the_printed_sum(below, arrivals, served, within):
    states = waiting_states(*map(np.array, (below, arrivals, served, within)))
    expected = _summed(below, arrivals, served, within)
    found = (
        states.wait_probability,
        states.queue_mean_count,
        states.served_within_share,
        states.ended_within_share,
    )
    assert [float(value) for value in found] == pytest.approx(expected, rel=1e-10, abs=1e-12)


def test_a_hundred_times_more_arrivals_than_served_neither_overflow_nor_turn_negative():
    states = waiting_states(*map(np.array, (3.0, 20_000.0, 200.0, 0.1)))
    assert float(states.wait_probability) == 1.0
    assert float(states.queue_mean_count) == pytest.approx(19_800, rel=1e-12)
    # nobody waits 0.1 patiences and is answered: the queue is 100 times longer than that
    assert float(states.served_within_share) == pytest.approx(0, abs=1e-12)
    assert float(states.ended_within_share) == pytest.approx(1 - math.exp(-0.1), abs=1e-10)


def test_nobody_to_serve_means_everybody_hangs_up():
    states = waiting_states(*map(np.array, (0.0, 7.0, 0.0, 0.3)))
    assert float(states.queue_mean_count) == pytest.approx(7.0, rel=1e-12)
    assert float(states.served_within_share) == pytest.approx(0.0, abs=1e-12)
