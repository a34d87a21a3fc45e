"""Customers who wait with everybody busy, and hang up after an exponential patience.

What happens below, while somebody is still free, differs from desk to desk (one call an agent,
several chats an agent); from the moment nobody is, all desks are alike: arrivals come at one
rate, the full desk serves at another, and each who waits hangs up at a third.

Source: Garnett, Mandelbaum & Reiman, "Designing a call center with impatient customers",
MSOM 4 (2002).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_NEGLIGIBLE = 1e-17
_RESCALE_ABOVE = 1e100


@dataclass(frozen=True)
class WaitingStates:
    """Sums over the states with everybody busy and j = 0, 1, ... waiting; one value per interval.

    wait_probability     share of arrivals that have to wait
    queue_mean_count     mean number waiting
    served_within_share  answered within the threshold / offered
    ended_within_share   wait ended within it, by an answer or by hanging up / offered
    """

    wait_probability: NDArray[np.float64]
    queue_mean_count: NDArray[np.float64]
    served_within_share: NDArray[np.float64]
    ended_within_share: NDArray[np.float64]


def waiting_states(
    below: NDArray[np.float64],
    arrivals_per_patience: NDArray[np.float64],
    served_per_patience: NDArray[np.float64],
    within_per_patience: NDArray[np.float64],
) -> WaitingStates:
    """Probabilities p(n+j) of j waiting, and the sums over j that the measures need.

    With b = served_per_patience and x = e^(-within_per_patience):
    served within t / offered = P(N < n) + sum p(n+j) b/(b+j+1) (1 - I_x(b+1, j+1)),
    P(W <= t) = 1 - x sum p(n+j) I_x(b, j+1).

    Parameters
    ----------
    below
        P(somebody is free) / p(n), where p(n) is all busy and nobody waiting; may be infinite.
    arrivals_per_patience, served_per_patience
        Arrivals, and contacts that the full desk finishes, per mean patience.
    within_per_patience
        The threshold in mean patiences.
    """
    shape = below.shape
    below, arrivals, b, within = (
        np.array(each, dtype=float, ndmin=1)
        for each in (below, arrivals_per_patience, served_per_patience, within_per_patience)
    )
    log_x = -within
    one_minus_x = -np.expm1(log_x)
    term = np.ones(below.shape)  # p(n+j) / p(n)
    busy, queue, served_within, ended_late = (np.zeros(below.shape) for _ in range(4))
    # I_x(b, j+1) is the sum of x^b (1-x)^i (b)_i / i! for i <= j: carried along as a logarithm,
    # since its first terms may be too small for a float and its later ones matter.
    log_beta_term = b * log_x
    beta = np.exp(log_beta_term)
    j = 0
    while True:
        busy += term
        queue += j * term
        ended_late += term * beta
        with np.errstate(divide="ignore"):
            log_beta_term = log_beta_term + np.log(one_minus_x * (b + j) / (j + 1))
        beta_term = np.exp(log_beta_term)
        # b (1 - I_x(b+1, j+1)) = b (1 - I_x(b, j+1)) + (j+1) x (the next term of the sum)
        served_within += term / (b + j + 1) * (b * (1 - beta) + (j + 1) * beta_term)
        beta = beta + beta_term
        j += 1
        term = term * arrivals / (b + j)
        # Terms grow while more arrive than leave, and then fall at least geometrically.
        ratio = arrivals / (b + j + 1)
        if np.all((ratio < 0.999) & (j * term <= _NEGLIGIBLE * (1 - ratio) * busy)):
            break
        if np.any(busy > _RESCALE_ABOVE):
            scale = np.where(busy > _RESCALE_ABOVE, 1 / _RESCALE_ABOVE, 1.0)
            for sums in (term, below, busy, queue, served_within, ended_late):
                sums *= scale
    total = below + busy
    wait_probability = busy / total
    return WaitingStates(
        wait_probability=wait_probability.reshape(shape),
        queue_mean_count=(queue / total).reshape(shape),
        served_within_share=(1 - wait_probability + served_within / total).reshape(shape),
        ended_within_share=(1 - np.exp(log_x) * ended_late / total).reshape(shape),
    )
