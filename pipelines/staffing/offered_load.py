"""Load that lags behind its arrivals: what is begun in one half hour is still held in the next.

With long handle times the half hour's own arrivals x handle time (stationary, independent, period
by period) asks for agents too early and sends them home too early. The mean number of contacts
that would be in hand with agents without end follows dm/dt = arrivals - m / handle time; staffing
each interval for its mean m is right where the rate moves.

Source: Jennings, Mandelbaum, Massey & Whitt, "Server staffing to meet time-varying demand",
Management Science 42 (1996); Green, Kolesar & Whitt, POM 16 (2007).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipelines.errors import OutOfRangeError

_NOTHING = 1e-18


def modified_offered_load(
    contacts: ArrayLike,
    interval_seconds: float,
    handle_seconds: ArrayLike,
    before_erlangs: ArrayLike | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Contacts in hand, in erlangs, had everybody been answered at once: the mean of each interval,
    and how many are left at its end.

    Parameters
    ----------
    contacts
        [..., intervals] contacts in consecutive intervals of a constant rate each.
    handle_seconds
        Mean handle time; a scalar, or one per row of `contacts` [...].
    before_erlangs
        In hand when the first interval begins; 0 is a desk that opens empty. None: as if the
        first interval's rate had always held.

    Raises
    ------
    OutOfRangeError
        Negative contacts, or a duration that is not above 0.
    """
    contacts = np.asarray(contacts, dtype=float)
    handle = np.asarray(handle_seconds, dtype=float)
    if not np.all(np.isfinite(contacts) & (contacts >= 0)):
        raise OutOfRangeError("contacts must be finite and 0 or more in every interval")
    if not (0 < interval_seconds < np.inf and np.all(np.isfinite(handle) & (handle > 0))):
        raise OutOfRangeError(
            f"interval_seconds is {interval_seconds} and handle_seconds {handle_seconds};"
            " both must be above 0 and finite"
        )
    if before_erlangs is not None and not np.all(np.asarray(before_erlangs, float) >= 0):
        raise OutOfRangeError(f"before_erlangs is {before_erlangs}; it must be 0 or more")
    handle = handle[..., None]
    settled = contacts * handle / interval_seconds
    left = np.exp(-interval_seconds / handle)  # of what is in hand, one interval later
    lasting = handle / interval_seconds * (1 - left)
    before = settled[..., :1].copy()
    if before_erlangs is not None:
        before[...] = np.asarray(before_erlangs, float)[..., None]
    last = (1 - left) * settled
    last[..., :1] += left * before
    # What is in hand is a sum over all intervals before, each worth `left` of the next. Every
    # step here doubles how far back it looks, until nothing is left.
    back = 1
    while back < settled.shape[-1] and np.any(left > _NOTHING):
        last[..., back:] += left * last[..., :-back]
        back, left = 2 * back, left**2
    begin = np.concatenate([before, last[..., :-1]], axis=-1)
    return settled + (begin - settled) * lasting, last


def staffed_load(
    contacts: ArrayLike,
    interval_seconds: float,
    handle_seconds: ArrayLike,
    before_erlangs: ArrayLike | None = None,
) -> NDArray[np.float64]:
    """Load to staff each interval for: its mean modified offered load, or its last if that is more.

    Arguments as for `modified_offered_load`. Where handle times are short beside the interval, a
    desk that opens empty has filled within minutes: its mean then hides the load that it holds
    for most of the interval. Where the load falls the mean is right.
    """
    mean, last = modified_offered_load(contacts, interval_seconds, handle_seconds, before_erlangs)
    return np.maximum(mean, last)
