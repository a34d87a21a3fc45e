"""What a build checks about itself before anybody sees it."""

import duckdb
import pandas as pd

from pipelines.errors import BuildError
from pipelines.warehouse import catalog
from pipelines.warehouse.frames import store_frame


def run_audits(connection: duckdb.DuckDBPyConnection) -> None:
    """Run every audit of `audits/` and keep the outcomes in `checks`.

    Raises BuildError where one that blocks found rows: its name, the first row, the remedy.
    """
    rows = []
    for head in catalog.audits():
        offending = f"({head.sql.strip()})"
        (found,) = connection.execute(f"SELECT COUNT(*) FROM {offending}").fetchall()[0]
        detail = None
        if found:
            first = connection.execute(f"SELECT * FROM {offending} LIMIT 1").df().iloc[0]
            row = ", ".join(f"{name}={value}" for name, value in first.items())
            detail = f"first: {row}. To mend it: {head.entries['remedy']}."
        rows.append((head.name, head.entries["severity"], not found, found, head.summary, detail))
    columns = ["check", "severity", "passed", "found", "summary", "detail"]
    checks = pd.DataFrame(rows, columns=columns)
    store_frame(connection, "checks", checks)
    blocking = checks[~checks["passed"].astype(bool) & (checks["severity"] == "block")]
    if len(blocking):
        worst = blocking.iloc[0]
        raise BuildError(
            f"audit {worst['check']} found {worst['found']} rows ({worst['summary']});"
            f" {worst['detail']} The published build stays."
        )
