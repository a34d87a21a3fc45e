"""The smooth week is the maximum likelihood that statsmodels finds."""

import numpy as np
import pytest
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM

from pipelines.forecasts.harmonic_counts import HARMONICS, WEEKDAY_HARMONICS, poisson_rates


def harmonics(order):
    angle = np.arange(48) / 48 * 2 * np.pi
    return np.column_stack([f(k * angle) for k in range(1, order + 1) for f in (np.sin, np.cos)])


def design():
    """[336, 71] weekday, time of day, and weekday x time of day, as the docstring says."""
    weekday = np.eye(7)
    return np.hstack(
        [
            np.kron(weekday, np.ones((48, 1))),
            np.kron(np.ones((7, 1)), harmonics(HARMONICS)),
            np.kron(weekday[:, 1:], harmonics(WEEKDAY_HARMONICS)),
        ]
    )


@pytest.mark.parametrize(("level", "within"), [(0.2, 0.01), (3.0, 0.01), (80.0, 0.05)])
def test_two_steps_from_least_squares_are_the_maximum_of_the_likelihood(level, within):
    rng = np.random.default_rng(1)
    exposure = rng.uniform(5, 20, 336)
    bell = 1 + np.sin(np.arange(336) / 48 * 2 * np.pi)
    contacts = rng.poisson(level * (0.2 + bell) * exposure).astype(float)
    # a half hour without contacts is not impossible: each has 0.02 more
    oracle = GLM(contacts + 0.02, design(), family=Poisson(), exposure=exposure).fit(tol=1e-12)

    rates = poisson_rates(contacts[None], exposure[None])[0]
    assert rates == pytest.approx(oracle.fittedvalues / exposure, abs=within)


def test_weeks_fitted_together_are_those_fitted_alone():
    rng = np.random.default_rng(2)
    contacts, exposure = rng.poisson(9, (3, 336)).astype(float), rng.uniform(4, 6, (3, 336))
    exposure[1, 48:96] = contacts[1, 48:96] = 0  # a weekday never seen

    together = poisson_rates(contacts, exposure)
    alone = [poisson_rates(contacts[[row]], exposure[[row]])[0] for row in range(3)]
    assert together == pytest.approx(np.stack(alone), rel=1e-9)
