"""Load that lags behind its arrivals: closed forms, and the service level it saves."""

import math

import numpy as np
import pytest

from pipelines.errors import OutOfRangeError
from pipelines.staffing.erlang import required_agents
from pipelines.staffing.offered_load import modified_offered_load
from pipelines.staffing.simulation import simulate


def test_a_constant_rate_is_its_own_load():
    mean, last = modified_offered_load([100, 100, 100], 1800, 180)
    assert mean == pytest.approx([10, 10, 10])
    assert last == pytest.approx([10, 10, 10])


def test_a_desk_that_opens_empty_fills_as_handle_times_end():
    # m(t) = 10 (1 - e^(-t/1800)): its mean over the first 1800 s is 10 / e, then 10 - 10 (1-1/e)/e
    mean, last = modified_offered_load([10, 10], 1800, 1800, before_erlangs=0)
    first = 10 / math.e
    assert mean == pytest.approx([first, 10 - (10 - first) / math.e], abs=1e-12)
    assert last == pytest.approx([10 - 10 / math.e, 10 - 10 / math.e**2], abs=1e-12)


def test_what_is_in_hand_at_closing_is_finished_afterwards():
    # 10 in hand when arrivals stop: the mean over one handle time is 10 (1 - 1/e)
    load = modified_offered_load([10, 0], 1800, 1800)[0]
    assert load == pytest.approx([10, 10 * (1 - 1 / math.e)], abs=1e-12)


def test_every_handle_second_is_worked_off_sooner_or_later():
    contacts = np.r_[np.random.default_rng(3).poisson(20, 20), np.zeros(100)].astype(float)
    load = modified_offered_load(contacts, 1800, 2700, before_erlangs=0)[0]
    assert load.sum() * 1800 == pytest.approx(contacts.sum() * 2700, rel=1e-12)


def test_each_queue_has_its_own_handle_time():
    load = modified_offered_load([[10.0, 0.0], [10.0, 0.0]], 1800, [1800, 900])[0]
    assert load[:, 1] == pytest.approx([10 * (1 - 1 / math.e), 5 * 0.5 * (1 - math.exp(-2))])


def test_negative_contacts_and_durations_are_refused():
    with pytest.raises(OutOfRangeError, match="0 or more"):
        modified_offered_load([-1.0], 1800, 180)
    with pytest.raises(OutOfRangeError, match="above 0"):
        modified_offered_load([1.0], 1800, 0)
    with pytest.raises(OutOfRangeError, match="before_erlangs is -1"):
        modified_offered_load([1.0], 1800, 180, -1)


@pytest.mark.slow
def test_with_45_minutes_of_handle_time_each_half_hour_meets_the_target_where_its_own_rate_misses():
    # A day that doubles and halves: 10 to 50 contacts a half hour, in hand for 45 minutes each.
    slots = np.arange(48)
    contacts = 30 - 20 * np.cos(2 * np.pi * slots / 24)
    handle = 2700.0
    by_rate = required_agents(contacts * handle / 1800, handle, 0.8, 60, 900)
    load = modified_offered_load(contacts, 1800, handle)[0]
    by_load = required_agents(load, handle, 0.8, 60, 900)
    days = np.tile(contacts, (300, 1))

    # The second of the two days has forgotten how the first one began.
    by_rate_level, by_load_level = (
        simulate(days, agents, 1800, handle, 60, 900, seed=2)
        .by_interval()["service_level_share"]
        .iloc[24:]
        for agents in (by_rate, by_load)
    )

    assert by_rate_level.min() < 0.62
    assert (by_rate_level < 0.75).sum() == 10
    assert by_load_level.min() > 0.77
    # It does so with no more agents: they come later and stay longer.
    assert (by_rate.sum(), by_load.sum()) == (2334, 2319)
