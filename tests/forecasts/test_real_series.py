"""Two real call centres: the combination beats both yardsticks at every horizon, by far."""

from pathlib import Path

import pytest

from benchmarks.forecast import OURS, SERIES, scores

DATA = Path(__file__).parents[3] / "shared" / "data"
# WAPE reached at 1 day, 1 week, 2 weeks, and by how much of the better yardstick's at most
REACHED = {
    "bank 2003, weekdays 07:00-21:05": ((0.0348, 0.0468, 0.0493), 0.75),
    "bank 1999, 24x7": ((0.2002, 0.2348, 0.2395), 0.85),
}

pytestmark = [
    pytest.mark.skipif(not DATA.exists(), reason="the real series are not beside the project"),
    pytest.mark.parametrize("series", SERIES, ids=lambda series: series.name),
]


@pytest.mark.slow
def test_the_combination_clearly_beats_both_yardsticks_at_every_horizon(series):
    tested = scores(series, DATA)

    reached, at_most = REACHED[series.name]
    mine = tested[tested["model"] == OURS].set_index("horizon")
    yardsticks = tested[tested["kind"] == "yardstick"]
    better = yardsticks.groupby("horizon")[["wape", "pinball"]].min()
    assert mine["origins"].unique().tolist() == [9]
    assert mine["wape"].tolist() == pytest.approx(reached, rel=0.03)
    assert (mine["wape"] < at_most * better["wape"]).all()
    assert (mine["pinball"] < 0.87 * better["pinball"]).all()
    # a day of 29 half hours erring as one moves the first day's coverage over 9 origins
    assert mine["coverage80"].tolist() == pytest.approx([0.84, 0.80, 0.80], abs=0.04)
    assert mine["coverage95"].tolist() == pytest.approx([0.965, 0.945, 0.945], abs=0.02)
