"""Plans lived through: the agents recommended for an uncertain forecast reach what they promise."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import nbinom

from pipelines.staffing.chat import Concurrency
from pipelines.staffing.requirement import require
from pipelines.staffing.simulation import replay, replay_promise

LEVELS = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
SPREAD = 0.2  # a day's rate is known to within a fifth


def desk(**told):
    return SimpleNamespace(
        **{
            "channel": "phone",
            "language": "ko",
            "target_share": 0.8,
            "within_seconds": 20,
            "handle_seconds": 300,
            "concurrency": 1,
            "shrinkage": 0.3,
            "max_occupancy": 1.0,
            "slowdown_share": 0.0,
            "minimum_agents": 1,
            "promise_open_days": 1,
            "open_day_seconds": 9 * 3600,
            "staffed_to": "expected",
            "gives_spare_time": False,
        }
        | told
    )


def forecast(channel, busiest, days, first_slot=18, slots=18, spread=SPREAD):
    """Days with a hump: expected contacts, and quantiles of counts whose rate is gamma."""
    slot = np.tile(np.arange(first_slot, first_slot + slots), days)
    day = np.repeat(np.arange(days), slots)
    local_on = pd.Timestamp("2026-03-02") + pd.to_timedelta(day, unit="D")
    hump = np.sin(np.pi * (slot - first_slot + 0.5) / slots)
    mean = busiest * (0.25 + 0.75 * hump)
    size = 1 / spread**2
    quantiles = {
        f"q{level * 1000:03.0f}".removesuffix("0"): nbinom(size, size / (size + mean)).ppf(level)
        for level in LEVELS
    }
    return pd.DataFrame(
        {
            "channel": channel,
            "language": "ko",
            "starts_at": local_on + pd.to_timedelta(slot * 30, unit="min"),
            "local_on": local_on,
            "local_slot": slot,
            "mean": mean,
            **quantiles,
        }
    )


def draws(plan, replications, seed, spread=SPREAD):
    """[replications, rows] what comes beside what was expected: one factor for each day."""
    day = pd.factorize(plan["local_on"])[0]
    size = 1 / spread**2
    factor = np.random.default_rng(seed).gamma(size, 1 / size, (replications, day.max() + 1))
    return factor[:, day]


def reached(lived):
    return lived.overall()["service_level_share"]


@pytest.mark.slow
def test_calls_of_an_uncertain_day_are_answered_in_time_as_promised_and_not_by_one_agent_fewer():
    calls = desk()
    plan = require(forecast("phone", 60.0, 1), calls, patience_seconds=180)
    rates = draws(plan, 250, 3)

    level = reached(replay(plan, rates, 20, 180, seed=4))
    fewer = plan.assign(required_agents=plan["required_agents"] - 1)

    assert level >= 0.795
    assert reached(replay(fewer, rates, 20, 180, seed=4)) < 0.795
    # who staffs for the mean as if it were certain plans for fewer, and would miss more often
    certain = require(forecast("phone", 60.0, 1), desk(staffed_to="mean"), patience_seconds=180)
    assert certain["required_agents"].sum() < plan["required_agents"].sum()


@pytest.mark.slow
def test_chats_of_an_uncertain_day_are_answered_in_time_to_within_a_point():
    chats = desk(channel="live_chat", within_seconds=60, handle_seconds=540, concurrency=3)
    chats.slowdown_share = 0.2
    plan = require(forecast("live_chat", 40.0, 1), chats, patience_seconds=300)
    rates = draws(plan, 200, 5)
    together = Concurrency(3, 0.2)

    assert reached(replay(plan, rates, 60, 300, together, seed=6)) >= 0.79
    fewer = plan.assign(required_agents=plan["required_agents"] - 1)
    assert reached(replay(fewer, rates, 60, 300, together, seed=6)) < 0.79


@pytest.mark.slow
@pytest.mark.parametrize(("busiest", "n"), [(2.0, 200), (30.0, 200)], ids=["small", "large"])
def test_deferrable_work_is_done_by_its_day_whatever_comes(busiest, n):
    letters = desk(channel="email", handle_seconds=420, max_occupancy=0.9, staffed_to="0.9")
    ahead = forecast("email", busiest, 10, first_slot=0, slots=48)
    hours = ahead[["starts_at"]].assign(is_open=ahead["local_slot"].between(18, 35))
    total = ahead.groupby("local_on", as_index=False)["mean"].sum()
    size = 1 / SPREAD**2
    days = total.assign(
        **{
            name: nbinom(size, size / (size + total["mean"])).ppf(level)
            for name, level in (("q10", 0.1), ("q50", 0.5), ("q90", 0.9))
        }
    )
    waiting = [*[0.0] * 17, float(total["mean"].iloc[0])]
    plan = require(ahead, letters, opening=hours, days=days, waiting_contacts=waiting)

    rates = draws(plan, n, 7)
    kept = replay_promise(plan, rates, 18, 0.9, seed=8)

    assert kept.in_time_hours.sum() >= 0.995 * kept.due_hours.sum()
    assert np.quantile(kept.in_time_hours / kept.due_hours, 0.1) >= 0.98


def test_a_promise_lived_through_by_hand():
    # two half hours a day, one contact of half an hour each, one agent: all is done at once
    plan = pd.DataFrame(
        {
            "local_on": pd.to_datetime(["2026-03-02", "2026-03-02", "2026-03-03", "2026-03-03"]),
            "is_open": True,
            "expected_contacts": 0.0,
            "handle_seconds": 1800.0,
            "live_help_hours": 0.0,
            "waiting_due_contacts": [0.0, 3.0, 0.0, 1.0],
            "required_agents": [1, 1, 0, 0],
        }
    )
    # four half hours wait; two are done by the end of Monday, when three were due
    kept = replay_promise(plan, np.ones((1, 1)), 2, seed=1)
    assert (kept.contacts.tolist(), kept.due_hours.tolist()) == ([0], [2.0])
    assert kept.in_time_hours.tolist() == [1.0]  # of four half hours
