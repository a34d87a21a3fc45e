"""Shares of contacts, such as csat, by something else that is known of the same contacts."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipelines.api.coverage import with_clock_hours
from pipelines.api.measures import definition_of, labelled, select_metric
from pipelines.api.published import Build
from pipelines.api.selection import Scope
from pipelines.api.shapes import bin_number
from pipelines.errors import UnknownNameError
from pipelines.statistics import intervals

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
WAIT_EDGES = (0, _MINUTE, 5 * _MINUTE, 15 * _MINUTE, _HOUR, 4 * _HOUR, _DAY, 3 * _DAY)
"""Lower edges of the bins of waits, in seconds; the last bin is open-ended."""


def share_by_wait(build: Build, metric: str, scope: Scope) -> pd.DataFrame:
    """[bin_low, bin_high, value, n, low, high], one row per bin, also those without contacts.

    Contacts without a reply have no wait and are left out. Going together is not causing: slow
    contacts also tend to be the hard ones.

    Raises UnknownNameError for a metric that is not a share.
    """
    definition = definition_of(build, metric)
    if definition.statistic != "share":
        raise UnknownNameError(f"{metric} is not a share; share_by_wait needs one such as csat")
    selection = select_metric(build, metric, (), scope)
    found = build.query(
        f"""
        WITH measured AS (
            SELECT contact_id, value FROM {selection.source} WHERE {selection.condition.text}
        )
        SELECT
            {bin_number("c.first_response_seconds", WAIT_EDGES)} AS bin,
            count(*) AS n,
            CAST(sum(m.value) AS BIGINT) AS total
        FROM measured AS m
        INNER JOIN fact_contacts AS c ON c.contact_id = m.contact_id
        WHERE c.first_response_seconds IS NOT NULL
        GROUP BY ALL
        """,
        selection.condition.parameters,
    )
    counts = found.set_index("bin").reindex(range(len(WAIT_EDGES)))
    n, total = (counts[name].fillna(0).to_numpy(dtype=float) for name in ("n", "total"))
    low, high = intervals.wilson(total, n)
    shares = pd.DataFrame(
        {
            "bin_low": np.array(WAIT_EDGES, dtype=float),
            "bin_high": np.array([*WAIT_EDGES[1:], np.nan], dtype=float),
            "value": intervals.ratio(total, n),
            "n": n.astype("int64"),
            "low": low,
            "high": high,
        }
    )
    return labelled(shares, build, definition, definition.statistic)


def share_by_arrival_hour(
    build: Build, metric: str, by: Sequence[str], scope: Scope
) -> pd.DataFrame:
    """See `Warehouse.share_by_arrival_hour`."""
    definition = definition_of(build, metric)
    if definition.statistic != "share" or "contact_id" not in build.columns[f"metric_{metric}"]:
        raise UnknownNameError(f"{metric} is no share of contacts; ask for one such as csat")
    selection = select_metric(build, metric, by, scope)
    names = selection.names
    places = ", ".join(str(place + 1) for place in range(len(names) + 1))
    columns = "".join(f"{d.expression} AS {d.name}, " for d in selection.by)
    found = build.query(
        f"""
        SELECT
            {"".join(f"m.{name}, " for name in names)}
            c.arrived_slot // 2 AS hour,
            count(*) AS n,
            CAST(sum(m.value) AS BIGINT) AS total
        FROM (
            SELECT {columns}contact_id, value
            FROM {selection.source}
            WHERE {selection.condition.text}
        ) AS m
        INNER JOIN fact_contacts AS c ON c.contact_id = m.contact_id
        GROUP BY {places}
        ORDER BY {places}
        """,
        selection.condition.parameters,
    )
    n, total = (found[name].to_numpy(dtype=float) for name in ("n", "total"))
    low, high = intervals.wilson(total, n)
    found = found.drop(columns=["total", "n"]).assign(
        value=intervals.ratio(total, n), n=n.astype(np.int64), low=low, high=high
    )
    found = with_clock_hours(found)
    found.attrs = {"metric": metric, "unit": "share", "up_is_good": definition.up_is_good}
    return found
