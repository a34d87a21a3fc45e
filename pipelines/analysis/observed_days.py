"""Days on which anything was observed: on these, no contact of a group is a 0 and no gap."""

import duckdb
import pandas as pd


def up_days(connection: duckdb.DuckDBPyConnection) -> pd.DatetimeIndex:
    """Local days on which any source's feed was up (`fact_source_days.is_up`), in order."""
    found = connection.execute(
        "SELECT DISTINCT day FROM fact_source_days WHERE is_up ORDER BY day"
    ).df()
    return pd.DatetimeIndex(found["day"])
