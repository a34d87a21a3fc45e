"""What a build checks about itself before anybody sees it."""

import duckdb
import pandas as pd

from pipelines.errors import BuildError
from pipelines.warehouse import catalog
from pipelines.warehouse.frames import store_frame

_KEPT = 200


def run_audits(connection: duckdb.DuckDBPyConnection) -> None:
    """Run every audit of `audits/`; keep the outcomes in `checks`, what they found in `findings`.

    Raises BuildError where one that blocks found rows: its name, the first row, the remedy.
    """
    rows, findings = [], []
    for head in catalog.audits():
        offending = f"({head.sql.strip()})"
        (found,) = connection.execute(f"SELECT COUNT(*) FROM {offending}").fetchall()[0]
        detail = None
        if found:
            kept = connection.execute(f"{head.sql.strip()}\nLIMIT {_KEPT}").df()
            listed = [_finding(row) for row in kept.to_dict("records")]
            sources = kept.get("source", [None] * len(kept))
            findings += [
                (head.name, position, source, text)
                for position, (source, text) in enumerate(zip(sources, listed, strict=True), 1)
            ]
            detail = f"first: {listed[0]}. To mend it: {head.entries['remedy']}."
        rows.append(
            (head.name, head.entries["severity"], not found, found, head.summary, detail,
             head.entries["remedy"])
        )  # fmt: skip
    columns = ["check", "severity", "passed", "found", "summary", "detail", "remedy"]
    checks = pd.DataFrame(rows, columns=columns)
    store_frame(connection, "checks", checks)
    columns = ["check", "position", "source", "finding"]
    store_frame(connection, "findings", pd.DataFrame(findings, columns=columns, dtype=object))
    blocking = checks[~checks["passed"].astype(bool) & (checks["severity"] == "block")]
    if len(blocking):
        worst = blocking.iloc[0]
        raise BuildError(
            f"audit {worst['check']} found {worst['found']} rows ({worst['summary']});"
            f" {worst['detail']} The published build stays."
        )


def _finding(row: dict) -> str:
    """A row as text; a day without the midnight that a frame gives it."""
    return ", ".join(
        f"{name}={str(value).removesuffix(' 00:00:00')}" for name, value in row.items()
    )
