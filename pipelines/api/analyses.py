"""What the build computed by models and tests: tables analysis_*, as they were published."""

import pandas as pd

from pipelines.api.published import Build
from pipelines.api.selection import Condition, as_list
from pipelines.sql import identifier


def table(build: Build, name: str, order: str, **wanted: object) -> pd.DataFrame:
    """Rows of one analysis table, `wanted` column -> value or values (None: any).

    Empty before an analysis ran: a build published by an earlier version has none.
    """
    if name not in build.columns:
        columns = build.query(
            "SELECT column_name FROM data_dictionary WHERE table_name = ?", [name]
        )
        return pd.DataFrame(columns=columns["column_name"].tolist())
    conditions = Condition.all_of(
        Condition(
            f"{identifier(column)} IN ({', '.join('?' * len(as_list(values)))})",
            tuple(as_list(values)),
        )
        for column, values in wanted.items()
        if values is not None
    )
    return build.query(
        f"SELECT * FROM {identifier(name)} WHERE {conditions.text} ORDER BY {order}",
        conditions.parameters,
    )
