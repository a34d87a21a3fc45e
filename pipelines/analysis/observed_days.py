"""Days on which anything was observed: on these, no contact of a group is a 0 and no gap."""

import duckdb
import pandas as pd


def up_days(connection: duckdb.DuckDBPyConnection) -> pd.DatetimeIndex:
    """Local days on which any source's feed was up (`fact_source_days.is_up`), in order."""
    return _days(connection, "bool_or(is_up)")


def whole_days(connection: duckdb.DuckDBPyConnection) -> pd.DatetimeIndex:
    """Of these, the days on which those were up that bring nine tenths of the contacts."""
    return _days(connection, "bool_or(is_up) AND sum(missing) <= 0.1 * sum(missing + contacts)")


def _days(connection: duckdb.DuckDBPyConnection, having: str) -> pd.DatetimeIndex:
    found = connection.execute(
        f"SELECT day FROM fact_source_days GROUP BY day HAVING {having} ORDER BY day"
    ).df()
    return pd.DatetimeIndex(found["day"])
