"""The only door to a published build, for the dashboard, notebooks and the command line.

    from pipelines.api import open_warehouse
    warehouse = open_warehouse()
    warehouse.measure("first_response_seconds", by=["channel", "language"], start="2026-11-01")

Everything returned is a pandas frame or a frozen dataclass; numbers come with n and an
interval; instants are naive UTC, days are of the site's zone.
"""

from pipelines.api.changes import WhatChanged
from pipelines.api.comparisons import worsened
from pipelines.api.contacts import ContactView
from pipelines.api.definitions import BuildInfo, Definition
from pipelines.api.downloads import ShiftWords, csv_bytes, icalendar_bytes, with_clock, xlsx_bytes
from pipelines.api.reviews import SCALES as REVIEW_SCALES
from pipelines.api.reviews import named_categories, reviews_dealt, scorecards
from pipelines.api.scenarios import beside
from pipelines.api.trust import Reason, Trust
from pipelines.api.warehouse import Warehouse, open_warehouse
from pipelines.forecasts import scenarios as demand_scenarios
from pipelines.staffing.chat import Concurrency
from pipelines.staffing.hiring import hiring_view
from pipelines.staffing.live_queue import AgentsAnswer, agents
from pipelines.staffing.pooling import pool_plan, pooled_by_language
from pipelines.staffing.shortage import (
    odds,
    roster_band,
    short_half_hours,
    shortage,
    target_misses,
    with_costs,
)
from pipelines.staffing.skills import BusiestMix, busiest_mix
from pipelines.staffing.trial import try_out
from pipelines.staffing.what_if import Scenario, demand_under, desk_under, volume_under, what_if

__all__ = [
    "REVIEW_SCALES",
    "AgentsAnswer",
    "BuildInfo",
    "BusiestMix",
    "Concurrency",
    "ContactView",
    "Definition",
    "Reason",
    "Scenario",
    "ShiftWords",
    "Trust",
    "Warehouse",
    "WhatChanged",
    "agents",
    "beside",
    "busiest_mix",
    "csv_bytes",
    "demand_scenarios",
    "demand_under",
    "desk_under",
    "hiring_view",
    "icalendar_bytes",
    "named_categories",
    "odds",
    "open_warehouse",
    "pool_plan",
    "pooled_by_language",
    "reviews_dealt",
    "roster_band",
    "scorecards",
    "short_half_hours",
    "shortage",
    "target_misses",
    "try_out",
    "volume_under",
    "what_if",
    "with_clock",
    "with_costs",
    "worsened",
    "xlsx_bytes",
]
