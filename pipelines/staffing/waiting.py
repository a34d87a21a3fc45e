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
from scipy.special import gammainc, gammaln, xlogy

_NEGLIGIBLE = 1e-17
# Beyond these SciPy's incomplete gamma underflows, or its own series ends too early.
_DEEPEST_TAIL = 500.0
_MOST_SERVED = 1e4


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
    *,
    is_quick: bool = False,
) -> WaitingStates:
    """The states with everybody busy, by incomplete gamma functions.

    With b = served_per_patience, a = arrivals_per_patience, x = e^(-within_per_patience) and
    K(y) = sum of y^j / ((b+1) ... (b+j)) over j >= 0, the p(n+j) / p(n) add up to K(a), and who
    has to wait finds his turn come later than t with probability g K(ax) / K(a), where
    g = e^(-b t/patience + a (1-x)); patience halved into that density gives the share answered.
    It is the printed sum of p(n+j) b/(b+j+1) (1 - I_x(b+1, j+1)), summed up.

    Parameters
    ----------
    below
        P(somebody is free) / p(n), where p(n) is all busy and nobody waiting; may be infinite.
    arrivals_per_patience, served_per_patience
        Arrivals, and contacts that the full desk finishes, per mean patience.
    within_per_patience
        The threshold in mean patiences.
    is_quick
        Nine digits are enough: sums of a few terms are not added up term by term.

    Source: Mandelbaum & Zeltyn, "Service engineering in action: the Palm/Erlang-A queue" (2007).
    """
    below, a, b, within = np.broadcast_arrays(
        below, arrivals_per_patience, served_per_patience, within_per_patience
    )
    whole, waiting = _sums(b, a, is_quick)
    later, _ = _sums(b, a * np.exp(-within), is_quick)
    log_g = -b * within - a * np.expm1(-within)
    # S / (1 + S) and 1 / (1 + S) for S = K - 1 whose logarithm is known.
    log_whole, log_later = np.logaddexp(0, whole), np.logaddexp(0, later)
    alone = np.exp(-log_whole)
    wait_probability = 1 / (1 + below * alone)
    answered = np.exp(whole - log_whole) - np.exp(log_g + later - log_whole)
    share = np.divide(b * answered, a, out=np.ones(a.shape), where=a > 0)
    is_late = np.exp(log_g + log_later - log_whole)
    return WaitingStates(
        wait_probability=wait_probability,
        queue_mean_count=wait_probability * np.maximum(waiting, 0),
        served_within_share=1 - wait_probability * (1 - share),
        ended_within_share=1 - wait_probability * is_late * np.exp(-within),
    )


def waiting_states_without_end(
    below: NDArray[np.float64],
    arrivals: NDArray[np.float64],
    served: NDArray[np.float64],
    within: NDArray[np.float64],
) -> WaitingStates:
    """As `waiting_states` where nobody hangs up: rates and the threshold in any one unit of time.

    The number waiting is geometric; rates at which the full desk does not keep up have no answer.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        busy = arrivals / served
        wait_probability = 1 / (1 + below * (1 - busy))
        in_time = 1 - wait_probability * np.exp((arrivals - served) * within)
        return WaitingStates(
            wait_probability=wait_probability,
            queue_mean_count=wait_probability * busy / (1 - busy),
            served_within_share=in_time,
            ended_within_share=in_time,
        )


def _sums(
    b: NDArray[np.float64], y: NDArray[np.float64], is_quick: bool
) -> tuple[NDArray, NDArray]:
    """log(K(y) - 1), and the mean of j with weights y^j / ((b+1) ... (b+j))."""
    shape = y.shape
    b, y = np.ravel(b), np.ravel(y)
    beyond, waiting = np.empty(y.shape), np.empty(y.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        off = y / b - 1
        # y - b log(y) + b log(b) - b, kept exact where y is close to b.
        tail = np.where(b > 0, b * (off - np.log1p(off)), y)
    is_near = y > b - 4 * np.sqrt(b)
    # Of a small y the digits of K - 1 go in taking 1 from K, though not those of K.
    is_gamma = (y > 0.01) if is_quick else (y > 1) & (y > 0.3 * b)
    is_gamma &= is_near | ((b < _MOST_SERVED) & (tail < _DEEPEST_TAIL))
    chosen = np.flatnonzero(is_gamma)
    b_near, y_near = b[chosen], y[chosen]
    # K(y) = P(b, y) e^y y^-b Gamma(b + 1), P the regularised lower incomplete gamma function.
    log_k = np.log(gammainc(b_near, y_near)) + tail[chosen] + _log_gamma_beyond(b_near)
    beyond[chosen] = log_k + np.log(-np.expm1(-log_k))
    waiting[chosen] = (y_near - b_near) + b_near * np.exp(-log_k)
    chosen = np.flatnonzero(~is_gamma)
    beyond[chosen], waiting[chosen] = _series(b[chosen], y[chosen])
    return beyond.reshape(shape), waiting.reshape(shape)


def _series(b, y) -> tuple[NDArray, NDArray]:
    """As `_sums`, term by term, where terms fall at least geometrically."""
    term, total, weighted = np.ones(y.shape), np.zeros(y.shape), np.zeros(y.shape)
    j = 0
    while True:
        j += 1
        term = term * y / (b + j)
        total += term
        weighted += j * term
        left = 1 - np.minimum(y / (b + j + 1), 0.999999)
        if np.all(j * term <= _NEGLIGIBLE * total * left):
            break
    with np.errstate(divide="ignore"):
        return np.log(total), weighted / (1 + total)


def _log_gamma_beyond(b) -> NDArray[np.float64]:
    """log Gamma(b + 1) - (b log b - b); from 50 on Stirling's series is exact to the last digit."""
    large = np.maximum(b, 50.0)
    stirling = 0.5 * np.log(2 * np.pi * large)
    stirling += (1 - (1 / 30 - 1 / (105 * large**2)) / large**2) / (12 * large)
    return np.where(b < 50, gammaln(b + 1) - (xlogy(b, b) - b), stirling)
