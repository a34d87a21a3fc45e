"""The only door to a published build, for the dashboard, notebooks and the command line.

    from pipelines.api import open_warehouse
    warehouse = open_warehouse()
    warehouse.measure("first_response_seconds", by=["channel", "language"], start="2026-11-01")

Everything returned is a pandas frame or a frozen dataclass; numbers come with n and an
interval; instants are naive UTC, days are of the site's zone.
"""

from pipelines.api.contacts import ContactView
from pipelines.api.definitions import BuildInfo, Definition
from pipelines.api.warehouse import Warehouse, open_warehouse
from pipelines.staffing.erlang import AgentsAnswer, agents

__all__ = [
    "AgentsAnswer",
    "BuildInfo",
    "ContactView",
    "Definition",
    "Warehouse",
    "agents",
    "open_warehouse",
]
