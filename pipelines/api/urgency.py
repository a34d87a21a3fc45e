"""Urgent contacts: how soon they are to be answered, and who waits now."""

import pandas as pd

from pipelines.api.published import Build
from pipelines.api.records import counted
from pipelines.api.selection import Condition, Scope, Where

_WAITS = Condition(
    "urgency = 'urgent' AND is_offered AND NOT is_answered AND left_at IS NULL"
    " AND status NOT IN ('solved', 'closed', 'deleted')"
)


def waiting(build: Build, where: Where) -> tuple[int, float | None]:
    """See `Warehouse.urgent_waiting`."""
    selection = counted(build, "fact_contacts", "arrived_on", Scope(where=where))
    found = build.query(
        selection.grouped("count(*) AS n", "max(waited_seconds) AS longest", condition=_WAITS),
        selection.condition.parameters,
    ).iloc[0]
    return int(found["n"]), None if pd.isna(found["longest"]) else float(found["longest"])


def targets(build: Build) -> pd.DataFrame:
    """See `Warehouse.urgent_targets`."""
    return build.select("SELECT channel, target_share, within_seconds FROM ref_urgent_targets")
