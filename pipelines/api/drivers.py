"""What goes with what: a share of contacts by how long the same contacts waited."""

import numpy as np
import pandas as pd

from pipelines.api.published import Build
from pipelines.api.selection import Selection
from pipelines.api.shapes import bin_number
from pipelines.statistics import intervals

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
WAIT_EDGES = (0, _MINUTE, 5 * _MINUTE, 15 * _MINUTE, _HOUR, 4 * _HOUR, _DAY, 3 * _DAY)
"""Lower edges of the bins of waits, in seconds; the last bin is open-ended."""


def share_by_wait(
    build: Build, selection: Selection, edges: tuple[int, ...] = WAIT_EDGES
) -> pd.DataFrame:
    """[bin_low, bin_high, value, n, low, high], one row per bin, also those without contacts.

    Contacts without a reply have no wait and are left out. Going together is not causing: slow
    contacts also tend to be the hard ones.
    """
    found = build.query(
        f"""
        WITH measured AS (
            SELECT contact_id, value FROM {selection.source} WHERE {selection.condition.text}
        )
        SELECT
            {bin_number("c.first_response_seconds", edges)} AS bin,
            count(*) AS n,
            CAST(sum(m.value) AS BIGINT) AS total
        FROM measured AS m
        INNER JOIN fact_contacts AS c ON c.contact_id = m.contact_id
        WHERE c.first_response_seconds IS NOT NULL
        GROUP BY ALL
        """,
        selection.condition.parameters,
    )
    counts = found.set_index("bin").reindex(range(len(edges)))
    n, total = (counts[name].fillna(0).to_numpy(dtype=float) for name in ("n", "total"))
    low, high = intervals.wilson(total, n)
    return pd.DataFrame(
        {
            "bin_low": np.array(edges, dtype=float),
            "bin_high": np.array([*edges[1:], np.nan], dtype=float),
            "value": intervals.ratio(total, n),
            "n": n.astype("int64"),
            "low": low,
            "high": high,
        }
    )
