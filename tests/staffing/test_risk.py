"""Agents for an uncertain load: the reference table, row by row, and small cases by hand."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import gamma

from pipelines.errors import OutOfRangeError
from pipelines.staffing.erlang import erlang_a, erlang_c, required_agents
from pipelines.staffing.risk import (
    critical_quantile,
    even_quantiles,
    expected_service_level,
    miss_probability,
    required_at_quantile,
    required_for_expected_service_level,
)

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "uncertain_rate.csv"
DESK = {"handle_seconds": 300, "within_seconds": 20, "patience_seconds": 120}


def _loads(mean, variation):
    """41 quantiles of a gamma distributed load, each standing for an equal share."""
    shares = (np.arange(41) + 0.5) / 41
    if variation == 0:
        return np.full(41, mean)
    return gamma(1 / variation**2, scale=mean * variation**2).ppf(shares)


def _answers(mean, variation):
    loads = _loads(mean, variation)

    def reached(agents):
        return round(1 - float(miss_probability(loads, agents, target_share=0.8, **DESK)), 2)

    needed = int(required_agents(mean, 300, 0.8, 20, 120))
    expected = int(required_for_expected_service_level(loads, target_share=0.8, **DESK))
    at_quantile = [
        int(required_at_quantile(loads, quantile, target_share=0.8, **DESK))
        for quantile in (0.75, 0.8, 0.9)
    ]
    return {
        "n_mean": needed,
        "ESL_at_n_mean": round(float(expected_service_level(loads, needed, **DESK)), 3),
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


def test_an_agent_short_that_costs_four_times_one_spare_is_worth_the_80_percent_quantile():
    assert critical_quantile(4, 1) == 0.8


def test_quantiles_are_spread_evenly_along_the_line_between_two_and_never_below_nothing():
    even = even_quantiles([0.1, 0.5, 0.9], [[10, 20, 60], [1, 9, 17]], count=9)
    tails = [10 - 10 / 0.4 * (0.1 - 1 / 18), 60 + 40 / 0.4 * (17 / 18 - 0.9)]
    assert even[0, [0, 4, 8]] == pytest.approx([tails[0], 20, tails[1]])
    assert even[1, 0] == pytest.approx(1 - 20 * (0.1 - 1 / 18))
    assert even_quantiles([0.4, 0.6], [0, 9], count=9)[0] == 0


def test_the_expected_service_level_is_that_of_all_contacts_and_not_of_the_mean_day():
    loads = np.repeat([5.0, 15.0], [8, 8])
    quiet, busy = erlang_a([5.0, 15.0], 12, 300, 20, 120).service_level_share
    level = float(expected_service_level(loads, 12, **DESK))
    assert level == pytest.approx((5 * quiet + 15 * busy) / 20, abs=1e-12)


def test_a_load_beyond_the_agents_where_nobody_hangs_up_is_answered_never():
    loads = np.repeat([2.0, 8.0], [12, 4])
    quiet = float(erlang_c(2.0, 6, 300, 20).service_level_share)
    level = float(expected_service_level(loads, 6, 300, 20))
    assert level == pytest.approx(quiet * 24 / 56, abs=1e-12)
    assert float(miss_probability(loads, 6, 300, 0.8, 20)) == 0.25


def test_half_hours_without_contacts_miss_nothing_and_have_no_service_level():
    assert float(miss_probability(np.zeros(9), 0, 300, 0.8, 20)) == 0
    assert math.isnan(float(expected_service_level(np.zeros(9), 0, 300, 20)))
    assert int(required_for_expected_service_level(np.zeros(9), 300, 0.8, 20)) == 0


def test_eight_quantiles_are_refused_since_they_miss_the_tails():
    with pytest.raises(OutOfRangeError, match=r"8 quantiles.*at least 9.*tails"):
        required_for_expected_service_level(np.ones(8), 300, 0.8, 20)


@pytest.mark.parametrize("prices", [(0, 1), (1, 0), (-1, 1)])
def test_prices_that_are_not_above_0_are_refused(prices):
    with pytest.raises(OutOfRangeError, match="both must be above 0"):
        critical_quantile(*prices)
