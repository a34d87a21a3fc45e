"""Two real call centres: the level x profile model beats both yardsticks at every horizon."""

from pathlib import Path

import pytest

from benchmarks.forecast import SERIES, cpu_seconds_per_fit, scores

DATA = Path(__file__).parents[3] / "shared" / "data"
# WAPE reached at 1 day, 1 week, 2 weeks, and by how much of the better yardstick's at most
REACHED = {
    "bank 2003, weekdays 07:00-21:05": ((0.0387, 0.0492, 0.0498), 0.75),
    "bank 1999, 24x7": ((0.2126, 0.2423, 0.2472), 0.88),
}

pytestmark = [
    pytest.mark.skipif(not DATA.exists(), reason="the real series are not beside the project"),
    pytest.mark.parametrize("series", SERIES, ids=lambda series: series.name),
]


@pytest.mark.slow
def test_level_profile_clearly_beats_both_yardsticks_at_every_horizon(series):
    tested = scores(series, DATA)

    reached, at_most = REACHED[series.name]
    mine = tested[tested["model"] == "level_profile"].set_index("horizon")
    better = tested[tested["is_yardstick"]].groupby("horizon")[["wape", "pinball"]].min()
    assert mine["origins"].unique().tolist() == [9]
    assert mine["wape"].tolist() == pytest.approx(reached, rel=0.03)
    assert (mine["wape"] < at_most * better["wape"]).all()
    assert (mine["pinball"] < 0.92 * better["pinball"]).all()
    assert mine["coverage80"].tolist() == pytest.approx([0.83, 0.83, 0.83], abs=0.08)
    assert mine["coverage95"].tolist() == pytest.approx([0.96, 0.96, 0.96], abs=0.035)


@pytest.mark.slow
def test_a_fit_takes_a_fraction_of_a_second(series):
    assert min(cpu_seconds_per_fit(series, DATA) for _ in range(3)) < 0.5
