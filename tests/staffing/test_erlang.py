"""The closed forms against published tables, exact values and each other."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import OutOfRangeError, UnstableQueueError
from pipelines.staffing.erlang import (
    blocking_probability,
    erlang_a,
    erlang_c,
    performance,
    required_agents,
    scheduled_agents,
)
from pipelines.staffing.live_queue import agents

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "erlang_reference.csv"
EXACT = 1e-9


def test_a_hundred_calls_of_three_minutes_need_fourteen_agents_and_twenty_on_the_roster():
    answer = agents(100, 1800, 180, 0.8, 20, shrinkage=0.3)

    assert (answer.agents, answer.scheduled) == (14, 20)
    assert answer.wait_probability == pytest.approx(0.174131933595, abs=1e-12)
    assert answer.service_level_share == pytest.approx(0.888350019179, abs=1e-12)
    assert answer.wait_mean_seconds == pytest.approx(7.83593701178, abs=1e-10)
    assert answer.occupancy_share == pytest.approx(10 / 14, abs=1e-12)
    assert answer.abandoned_share == 0


def test_two_hundred_calls_an_hour_of_five_minutes_need_twenty_one_agents():
    answer = agents(200, 3600, 300, 0.8, 20)

    assert answer.agents == 21
    assert answer.service_level_share == pytest.approx(0.82634428929, abs=1e-11)
    assert answer.wait_mean_seconds == pytest.approx(16.0491145646, abs=1e-9)
    assert answer.occupancy_share == pytest.approx(0.793650793651, abs=1e-11)


def test_patience_of_five_minutes_at_fourteen_agents():
    does = erlang_a(10, 14, 180, 20, 300)

    assert float(does.wait_probability) == pytest.approx(0.145260114296, abs=1e-12)
    assert float(does.abandoned_share) == pytest.approx(0.0139837441224, abs=1e-12)
    assert float(does.service_level_share) == pytest.approx(0.916792091864, abs=1e-12)
    assert float(does.wait_mean_seconds) == pytest.approx(4.19512323672, abs=1e-10)
    assert float(does.occupancy_share) == pytest.approx(0.704297325627, abs=1e-11)


def test_forty_eight_calls_a_minute_with_patience_of_two_minutes():
    does = erlang_a(48, 50, 60, 20, 120)

    assert float(does.abandoned_share) == pytest.approx(0.0309122491622, abs=1e-12)
    assert float(does.wait_mean_seconds) == pytest.approx(3.70946989946, abs=1e-10)
    assert float(does.occupancy_share) == pytest.approx(0.930324240804, abs=1e-11)
    assert float(does.queue_mean_count) == pytest.approx(2.96757591957, abs=1e-10)


def test_large_desks_stay_exact():
    waits = erlang_c([123, 12345], [132, 12421], 60, 20).wait_probability

    assert waits == pytest.approx([0.321116179262, 0.381225015062], abs=1e-11)


def test_the_occupancy_limit_asks_for_more_than_the_service_level_does():
    assert required_agents(10, 180, 0.8, 19.8) == 14
    assert required_agents(10, 180, 0.8, 19.8, max_occupancy=0.85) == 14
    assert required_agents(10, 180, 0.8, 19.8, max_occupancy=0.7) == 15
    # exactly 15 agents are busy two thirds of the time: not one more for a rounding error
    assert required_agents(10, 180, 0.8, 19.8, max_occupancy=10 / 15) == 15


@pytest.mark.case(38)
@pytest.mark.parametrize(
    ("required", "shrinkage", "scheduled"),
    [(14, 0.3, 20), (7, 0.3, 10), (14, 0.0, 14), (15, 0.3, 22), (0, 0.3, 0), (9, 0.1, 10)],
)
def test_the_roster_covers_the_shrinkage_and_no_more(required, shrinkage, scheduled):
    assert scheduled_agents(required, shrinkage) == scheduled


def test_fewer_agents_than_load_without_patience_is_an_error_and_not_a_number():
    with pytest.raises(UnstableQueueError, match=r"10 agents for a load of 10 erlangs.*least 11"):
        erlang_c([5, 10], [8, 10], 180, 20)


def test_fewer_agents_than_load_with_patience_lose_the_excess():
    does = erlang_a([1000, 48], [10, 0], 60, 20, 120)

    assert does.abandoned_share == pytest.approx([0.99, 1.0], abs=1e-9)
    assert does.wait_probability == pytest.approx([1.0, 1.0], abs=1e-9)
    assert does.service_level_share == pytest.approx([0.0, 0.0], abs=1e-9)


def test_an_empty_half_hour_needs_nobody_and_has_no_service_level():
    answer = agents(0, 1800, 180, 0.8, 20, shrinkage=0.3)

    assert (answer.agents, answer.scheduled) == (0, 0)
    assert math.isnan(answer.service_level_share)
    assert math.isnan(answer.wait_mean_seconds)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"target_share": 1.0}, "target_share"),
        ({"max_occupancy": 0.0}, "max_occupancy"),
        ({"shrinkage": 1.0}, "shrinkage"),
        ({"handle_seconds": 0}, "handle_seconds"),
        ({"interval_seconds": 0}, "interval_seconds"),
        ({"arrivals": -1}, "arrivals"),
        ({"patience_seconds": 0}, "patience_seconds"),
        ({"within_seconds": -1}, "within_seconds"),
    ],
)
def test_a_number_that_makes_no_sense_is_named(changed, named):
    sound = {
        "arrivals": 100,
        "interval_seconds": 1800,
        "handle_seconds": 180,
        "target_share": 0.8,
        "within_seconds": 20,
    }
    with pytest.raises(OutOfRangeError, match=named):
        agents(**(sound | changed))


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (lambda: required_agents(10, 180, 1.0, 20), "no number of agents answers everybody"),
        (lambda: required_agents(10, 180, 0.0, 20), "none is needed to answer nobody"),
        (lambda: required_agents(-1, 180, 0.8, 20), "load is -1; it must be 0 or more erlangs"),
        (lambda: required_agents(math.nan, 180, 0.8, 20), "load is nan"),
        (lambda: required_agents(10, 180, 0.8, 20, -5), "hangs up before he could be answered"),
        (lambda: required_agents(10, 180, 0.8, 20, max_occupancy=1.2), "longer than all of his"),
        (lambda: scheduled_agents(14, 1.0), "nobody on the roster ever takes a contact"),
        (lambda: erlang_c(10, -1, 180, 20), "agents is -1"),
        (lambda: erlang_c(10, 14, -180, 20), "handle_seconds is -180"),
        (lambda: erlang_a(10, 14, 180, -1, 300), "within_seconds is -1"),
        (lambda: erlang_a(10, 14, 180, 20, 0), "patience_seconds is 0"),
        (lambda: erlang_a(10, 14, 180, 20, [60, math.inf]), "leave it out where nobody hangs up"),
        (lambda: erlang_c(10, 14, math.inf, 20), "handle_seconds is inf"),
        (lambda: erlang_c(10, 14.5, 180, 20), "agents is 14.5; it must be whole"),
        (lambda: blocking_probability(10, -1), "agents is -1"),
        (lambda: required_agents([5, 6], 180, [0.8, 80], 20), "target_share is 80"),
        (lambda: scheduled_agents(math.nan, 0.3), "required is nan"),
        (lambda: agents(100, 1800, math.nan, 0.8, 20), "handle_seconds is nan"),
        (lambda: agents(1e9, 1800, 180, 0.8, 20), "load is 1e\\+08; .* below 1,048,576"),
        (lambda: erlang_c(10, 1e12, 180, 20), "agents is 1e\\+12; .* 0 to 1,048,576"),
    ],
)
def test_an_error_says_what_is_wrong_and_why(asked, reason):
    with pytest.raises(OutOfRangeError, match=reason):
        asked()


def test_a_patience_without_end_is_erlang_c():
    assert required_agents([10, 60], 180, 0.8, 20, math.inf).tolist() == [14, 66]
    assert float(performance(10, 14, 180, 20, math.inf).service_level_share) == pytest.approx(
        0.888350019179, abs=1e-12
    )
    assert agents(100, 1800, 180, 0.8, 20, math.inf) == agents(100, 1800, 180, 0.8, 20)
    with pytest.raises(UnstableQueueError, match="put at least 11"):
        performance(10, 10, 180, 20, math.inf)


loads = st.floats(0.01, 200)
targets = st.floats(0.05, 0.99)


@given(load=loads, target=targets, patience=st.none() | st.floats(10, 3000))
@settings(deadline=None)
def test_one_agent_fewer_than_required_misses_the_target(load, target, patience):
    needed = int(required_agents(load, 200, target, 30, patience))

    def service_level(n):
        if patience is None:
            return erlang_c(load, n, 200, 30).service_level_share if n > load else 0.0
        return erlang_a(load, n, 200, 30, patience).service_level_share

    assert service_level(needed) >= target
    assert service_level(needed - 1) < target


@given(load=loads, agents_above=st.integers(1, 30))
@settings(deadline=None)
def test_endless_patience_is_erlang_c(load, agents_above):
    n = math.floor(1.05 * load) + agents_above
    patient = erlang_a(load, n, 200, 30, 1e12)
    exact = erlang_c(load, n, 200, 30)

    assert float(patient.service_level_share) == pytest.approx(
        float(exact.service_level_share), abs=1e-6
    )
    assert float(patient.wait_probability) == pytest.approx(float(exact.wait_probability), abs=1e-6)


@given(load=loads, n=st.integers(0, 250), within=st.floats(0, 4000), patience=st.floats(5, 5000))
@settings(deadline=None)
def test_shares_are_shares_and_flows_balance(load, n, within, patience):
    does = erlang_a(load, n, 200, within, patience)

    for share in (does.wait_probability, does.service_level_share, does.abandoned_share):
        assert -1e-12 <= float(share) <= 1 + 1e-12
    # who is offered is either handled or abandons: n x occupancy = a (1 - P(abandon))
    if n:
        assert n * float(does.occupancy_share) == pytest.approx(
            load * (1 - float(does.abandoned_share)), rel=1e-9
        )
        assert float(does.occupancy_share) <= 1 + 1e-12
    ended = float(does.ended_within_share)
    assert float(does.service_level_share) <= ended + 1e-9


def test_many_intervals_at_once_equal_each_alone():
    load = np.array([0.0, 0.4, 5.5, 48.0, 130.0])
    together = required_agents(load, 240, 0.8, 20, max_occupancy=0.9)
    alone = [int(required_agents(each, 240, 0.8, 20, max_occupancy=0.9)) for each in load]

    assert together.tolist() == alone == [0, 2, 9, 54, 145]


# -- every point of the reference table -------------------------------------------------

SECONDS, MINUTES = 1.0, 60.0
# params as the table writes them -> arrivals per second, handle s, agents, threshold s, patience s
CASES = {
    "100 calls/30min, AHT 180s, n=14, t=20s": (100 / 1800, 180, 14, 20, None),
    "n=15, t=19.8s": (100 / 1800, 180, 15, 19.8, None),
    "n=15": (100 / 1800, 180, 15, 19.8, None),
    "200/h,300s,n=21,20s": (200 / 3600, 300, 21, 20, None),
    "35 per 900s,752s,n=37,20s": (35 / 900, 752, 37, 20, None),
    "a=123,n=132": (123 / 60, 60, 132, 20, None),
    "a=12345,n=12421": (12345 / 60, 60, 12421, 20, None),
    "8/min,60s,n=9": (8 / 60, 60, 9, 20, None),
    "3.5/min,180s,n=13": (3.5 / 60, 180, 13, 20, None),
    "lam .1, S 20, n=3": (0.1, 20, 3, 20, None),
    "lam .55, S 3, n=2": (0.55, 3, 2, 20, None),
    "48/min,60s,n=50": (48 / 60, 60, 50, 20, None),
    "360/30min,240s,n=55,15s (Mitan example)": (360 / 1800, 240, 55, 15, None),
    "100/30min,180s,n=14,t=20s,patience 300s": (100 / 1800, 180, 14, 20, 300),
    "8/min,60s,n=9,K=200,patience 120s": (8 / 60, 60, 9, 20, 120),
    "3.5/min,180s,n=13,K=100,patience 300s": (3.5 / 60, 180, 13, 20, 300),
    "3.5/min,180s,n=9,patience 300s": (3.5 / 60, 180, 9, 20, 300),
    "0.1/s,240s,n=28,K=108,patience 300s": (0.1, 240, 28, 20, 300),
    "0.1/s,240s,n=25,K=105,patience 30s": (0.1, 240, 25, 20, 30),
    "48/min,60s,n=50,patience 120s": (48 / 60, 60, 50, 20, 120),
    "200/h,180s,n=25,60s": (200 / 3600, 180, 25, 60, None),
    "a=20,n=25": (20 / 60, 60, 25, 20, None),
}
FEWEST_AGENTS = {
    "100/30min,180s,80/20,max occ .85": (10, 180, 0.8, 20, 0.85),
    "100/30min,180s,80/19.8s,max occ .7": (10, 180, 0.8, 19.8, 0.7),
    "200/h,300s,80/20": (200 / 12, 300, 0.8, 20, 1.0),
    "200/h,250s,75/20": (200 * 250 / 3600, 250, 0.75, 20, 1.0),
    "25 per 900s,752s,90/20": (25 * 752 / 900, 752, 0.9, 20, 1.0),
    "200/h,180s,80/60": (10, 180, 0.8, 60, 1.0),
}


def _reference_points():
    if not REFERENCE.exists():
        return []
    points, case = [], None
    with REFERENCE.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            # "same" refers to the queue of the row above, with the agents that row found
            case = case if row["params"] == "same" else row["params"]
            case = "200/h,300s,n=21,20s" if row["params"] == "200/h,300s,80/20" else case
            points.append(pytest.param(row, case, id=row["id"]))
    return points


def _computed(row, case):
    params, metric = row["params"], row["metric"]
    if row["model"] == "shrinkage":
        return float(scheduled_agents(14, 0.3))
    if params in FEWEST_AGENTS:
        load, handle, target, within, occupancy = FEWEST_AGENTS[params]
        return float(required_agents(load, handle, target, within, max_occupancy=occupancy))
    if params == "200/h,180s, ASA<=120s":
        candidates = np.arange(11, 40)
        waits = erlang_c(10, candidates, 180, 20).wait_mean_seconds
        return float(candidates[waits <= 120][0])
    if params == "a=10, blocking<=2%":
        lines = np.arange(1, 40)
        return float(lines[blocking_probability(10, lines) <= 0.02][0])
    if metric == "blocking":
        known = dict(part.split("=") for part in params.replace(" ", "").split(","))
        return float(blocking_probability(float(known["a"]), int(known["n"])))
    if params.startswith("0.1/s,240s,n=28,K=108,pat 300"):
        return float(erlang_a(24, 28, 240, 20, 300).ended_within_share)
    rate, handle, n, within, patience = CASES[case]
    load = rate * handle
    if metric == "P90 wait s":
        return _wait_not_exceeded_by(0.9, load, n, handle, patience)
    does = (
        erlang_c(load, n, handle, within)
        if patience is None
        else erlang_a(load, n, handle, within, patience)
    )
    carried = load * (1 - float(does.abandoned_share))
    wait = float(does.wait_mean_seconds)
    return {
        "P(wait)": float(does.wait_probability),
        "SL": float(does.service_level_share),
        "served<=20s / offered": float(does.service_level_share),
        "occupancy": float(does.occupancy_share),
        "ASA s": wait,
        "E[W] s": wait,
        "P(abandon)": float(does.abandoned_share),
        "E[Nq]": float(does.queue_mean_count),
        "Lq": float(does.queue_mean_count),
        "E[N]": float(does.queue_mean_count) + carried,
        "L": float(does.queue_mean_count) + carried,
        "W": wait + handle,
    }[metric]


def _wait_not_exceeded_by(share, load, n, handle, patience):
    low, high = 0.0, 600.0
    for _ in range(80):
        middle = (low + high) / 2
        ended = performance(load, n, handle, middle, patience).ended_within_share
        is_enough = ended >= share
        low, high = (low, middle) if is_enough else (middle, high)
    return high


@pytest.mark.skipif(not REFERENCE.exists(), reason=f"{REFERENCE.name} is not beside the project")
@pytest.mark.parametrize(("row", "case"), _reference_points())
def test_each_reference_point_is_met_to_the_digits_it_gives(row, case):
    computed = _computed(row, case)

    # the table writes 12 significant digits: half a unit of the last one is its own error
    assert computed == pytest.approx(float(row["exact_mpmath"]), rel=5e-12, abs=EXACT)
    if row["id"].startswith("X"):
        assert abs(computed - float(row["published"])) > float(row["published_tolerance"])


def test_callers_who_hang_up_long_before_the_threshold_take_more_agents_than_patient_ones():
    # one agent answers half an erlang within five minutes, but after 5 s a third has hung up
    assert required_agents(0.5, 60, 0.9, 300) == 1
    assert required_agents(0.5, 60, 0.9, 300, 5) == 2
    levels = erlang_a(0.5, [1, 2], 60, 300, 5).service_level_share
    assert levels == pytest.approx([0.683882, 0.931671], abs=1e-6)
