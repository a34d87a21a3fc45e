"""Agents for an uncertain load: the reference table, row by row, and small cases by hand."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import gamma

from pipelines.errors import OutOfRangeError
from pipelines.staffing.erlang import erlang_a, erlang_c
from pipelines.staffing.live_queue import LiveQueue
from pipelines.staffing.risk import expected_service_level, quantiles_at

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "uncertain_rate.csv"
CALLS = LiveQueue(300, 0.8, 20, patience_seconds=120)
NOBODY_HANGS_UP = LiveQueue(300, 0.8, 20)


def _loads(mean, variation):
    """41 quantiles of a gamma distributed load, each standing for an equal share."""
    shares = (np.arange(41) + 0.5) / 41
    if variation == 0:
        return np.full(41, mean)
    return gamma(1 / variation**2, scale=mean * variation**2).ppf(shares)


def _expected(queue, loads, agents):
    return float(expected_service_level(loads, queue.service_level(loads, np.asarray(agents))))


def _answers(mean, variation):
    loads = _loads(mean, variation)

    def reached(agents):
        return round(1 - float(CALLS.miss_probability(loads, np.asarray(agents))), 2)

    needed = int(CALLS.required_agents(mean))
    expected = int(CALLS.required_for_expected(np.asarray(mean), loads))
    at_quantile = [
        int(CALLS.required_agents(np.quantile(loads, quantile))) for quantile in (0.75, 0.8, 0.9)
    ]
    return {
        "n_mean": needed,
        "ESL_at_n_mean": round(_expected(CALLS, loads, needed), 3),
        "P_SL_ge80_at_n_mean": reached(needed),
        "n_ESL80": expected,
        "P_at_n_ESL80": reached(expected),
        "n_q75": at_quantile[0],
        "n_q80": at_quantile[1],
        "n_q90": at_quantile[2],
        "P_at_q90": reached(at_quantile[2]),
    }


def test_a_load_of_40_known_to_within_a_fifth_takes_four_agents_more_than_its_mean():
    assert _answers(40, 0.2) == {
        "n_mean": 41,
        "ESL_at_n_mean": 0.71,
        "P_SL_ge80_at_n_mean": 0.54,
        "n_ESL80": 45,
        "P_at_n_ESL80": 0.71,
        "n_q75": 46,
        "n_q80": 47,
        "n_q90": 51,
        "P_at_q90": 0.9,
    }


def _reference_rows():
    if not REFERENCE.exists():
        return []
    with REFERENCE.open(encoding="utf-8") as lines:
        return [
            pytest.param(row, id=f"{row['load']} erlangs, cv {row['cv']}")
            for row in csv.DictReader(lines)
        ]


@pytest.mark.skipif(not REFERENCE.exists(), reason=f"{REFERENCE.name} is not beside the project")
@pytest.mark.parametrize("row", _reference_rows())
def test_each_row_of_the_reference_is_reproduced(row):
    expected = {name: float(value) for name, value in row.items()}
    mean, variation = expected.pop("load"), expected.pop("cv")
    assert _answers(mean, variation) == expected


def test_quantiles_lie_on_the_line_between_two_and_never_below_nothing():
    found = quantiles_at([0.1, 0.5, 0.9], [[10, 20, 60], [1, 9, 17]], [1 / 18, 0.5, 0.7, 17 / 18])
    tails = [10 - 10 / 0.4 * (0.1 - 1 / 18), 60 + 40 / 0.4 * (17 / 18 - 0.9)]
    assert found[0] == pytest.approx([tails[0], 20, 40, tails[1]])
    assert found[1, 0] == pytest.approx(1 - 20 * (0.1 - 1 / 18))
    assert quantiles_at([0.4, 0.6], [0, 9], [0.1]) == 0


@pytest.mark.parametrize(
    ("levels", "wanted", "said"),
    [
        ([0.5], [0.5], "at least two"),
        ([0.5, 0.1], [0.5], "ascending"),
        ([0.1, 0.5, 0.9], [0.5], "one per value"),
        ([0.1, 0.9], [1.0], "wanted levels"),
    ],
)
def test_levels_that_make_no_sense_are_refused(levels, wanted, said):
    with pytest.raises(OutOfRangeError, match=said):
        quantiles_at(levels, [1.0, 2.0], wanted)


def test_the_expected_service_level_is_that_of_all_contacts_and_not_of_the_mean_day():
    loads = np.repeat([5.0, 15.0], [8, 8])
    quiet, busy = erlang_a([5.0, 15.0], 12, 300, 20, 120).service_level_share
    assert _expected(CALLS, loads, 12) == pytest.approx((5 * quiet + 15 * busy) / 20, abs=1e-12)


def test_a_load_beyond_the_agents_where_nobody_hangs_up_is_answered_never():
    loads = np.repeat([2.0, 8.0], [12, 4])
    quiet = float(erlang_c(2.0, 6, 300, 20).service_level_share)
    assert _expected(NOBODY_HANGS_UP, loads, 6) == pytest.approx(quiet * 24 / 56, abs=1e-12)
    assert float(NOBODY_HANGS_UP.miss_probability(loads, np.asarray(6))) == 0.25


def test_half_hours_without_contacts_miss_nothing_and_have_no_service_level():
    nothing = np.zeros(9)
    assert float(NOBODY_HANGS_UP.miss_probability(nothing, np.asarray(0))) == 0
    assert math.isnan(_expected(NOBODY_HANGS_UP, nothing, 0))
    assert int(NOBODY_HANGS_UP.required_for_expected(np.zeros(()), nothing)) == 0


def test_who_is_sure_of_the_mean_is_never_planned_for_fewer_than_it_takes():
    # Half the days bring nothing: of all contacts more are in time than of the mean day's.
    loads = np.repeat([0.0, 10.0], [8, 8])
    assert int(CALLS.required_for_expected(np.asarray(12.0), loads)) == int(
        CALLS.required_agents(12.0)
    )
