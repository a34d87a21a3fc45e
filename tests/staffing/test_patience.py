"""Patience from waits that mostly ended by an answer."""

import numpy as np
import pytest

from pipelines.errors import OutOfRangeError
from pipelines.staffing.patience import mean_patience


def test_all_time_waited_is_shared_by_those_who_hung_up():
    found = mean_patience(60_000, 100)
    assert (found.seconds, found.abandoned) == (600.0, 100)
    # twice the sum of 100 exponentials is chi-squared with 200 degrees of freedom: 162.7, 243.2
    assert (found.low, found.high) == pytest.approx((493.3, 737.4), abs=0.1)


def test_waits_ended_by_an_answer_are_censored_and_do_not_shorten_patience():
    random = np.random.default_rng(1)
    patience, wait = random.exponential(240, 20_000), random.exponential(60, 20_000)
    hung_up = patience < wait
    found = mean_patience(np.minimum(patience, wait).sum(), int(hung_up.sum()))
    assert found.low < 240 < found.high
    assert found.seconds == pytest.approx(240, rel=0.03)
    # the mean of those who hung up alone is that of the shorter of both: 48 s
    assert patience[hung_up].mean() == pytest.approx(48, rel=0.05)


@pytest.mark.parametrize(("waited", "left"), [(100.0, 0), (0.0, 5)])
def test_nobody_who_hung_up_tells_no_patience(waited, left):
    with pytest.raises(OutOfRangeError, match="patience is told by those who do"):
        mean_patience(waited, left)
