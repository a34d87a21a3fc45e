"""How long customers wait before they hang up, from waits of which most ended by an answer.

Who was answered would have waited longer: his wait is censored. The mean of those who hung up
alone is far too short, since they are the impatient ones.
"""

from dataclasses import dataclass

from scipy.special import gammaincinv

from pipelines.errors import OutOfRangeError


@dataclass(frozen=True)
class Patience:
    """Mean patience in seconds, its 95 % interval, and the contacts that hung up behind it."""

    seconds: float
    low: float
    high: float
    abandoned: int


def mean_patience(waited_seconds: float, abandoned: int) -> Patience:
    """Maximum likelihood of an exponential patience: all time waited / those who hung up.

    Parameters
    ----------
    waited_seconds
        Waits of all contacts added up, of those answered and of those who hung up.
    abandoned
        Contacts that hung up, 1 or more.

    Returns
    -------
    Patience
        The interval is that of a count of events in a given time, by the chi-squared distribution
        with twice as many degrees of freedom as hung up.

    Raises
    ------
    OutOfRangeError
        Nobody hung up, or nobody waited: patience can't be told from that.

    Source: Brown et al., "Statistical analysis of a telephone call center", JASA 100 (2005), 5.

    Examples
    --------
    >>> round(mean_patience(60_000, 100).seconds)
    600
    """
    if not (abandoned >= 1 and waited_seconds > 0):
        raise OutOfRangeError(
            f"{abandoned} hung up in {waited_seconds} s of waiting; patience is told by those who"
            " do, give at least one and the time waited"
        )
    return Patience(
        seconds=waited_seconds / abandoned,
        low=waited_seconds / float(gammaincinv(abandoned + 1, 0.975)),
        high=waited_seconds / float(gammaincinv(abandoned, 0.025)),
        abandoned=int(abandoned),
    )
