"""Figures of the product: pure functions from frames to Plotly figures.

The app and notebooks draw with the same functions. Each takes `reader`, whose language the
words, numbers, dates and durations are in; colours and fonts follow the page the figure is on.
"""

from dashboard.charts.backtest import calibration, errors
from dashboard.charts.comparisons import dots, grid, ratings, trend
from dashboard.charts.explanations import funnel, parts
from dashboard.charts.look import empty
from dashboard.charts.maps import agents_map, gap_map, hours_map, week_map
from dashboard.charts.scenarios import demand_under
from dashboard.charts.shifts import gantt, hiring, person_name
from dashboard.charts.staffing import (
    apart_and_pooled,
    fan,
    gap_words,
    required_against_scheduled,
    slot_bars,
)
from dashboard.charts.waits import (
    distribution,
    percentiles_by_half_hour,
    span_words,
    still_waiting,
    timeline,
)
from dashboard.charts.work import MOST_COHORTS, backlog, cohorts, ledger
from dashboard.formats import ENGLISH, Reader

__all__ = [
    "ENGLISH",
    "MOST_COHORTS",
    "Reader",
    "agents_map",
    "apart_and_pooled",
    "backlog",
    "calibration",
    "cohorts",
    "demand_under",
    "distribution",
    "dots",
    "empty",
    "errors",
    "fan",
    "funnel",
    "gantt",
    "gap_map",
    "gap_words",
    "grid",
    "hiring",
    "hours_map",
    "ledger",
    "parts",
    "percentiles_by_half_hour",
    "person_name",
    "ratings",
    "required_against_scheduled",
    "slot_bars",
    "span_words",
    "still_waiting",
    "timeline",
    "trend",
    "week_map",
]
