"""What a build checks about itself before anybody sees it."""

from collections.abc import Mapping

import pandas as pd

from pipelines.errors import BuildError
from pipelines.warehouse import catalog
from pipelines.warehouse.engines import Engine

_KEPT = 200


def run_audits(engine: Engine) -> None:
    """Run every audit of `audits/`; keep the outcomes in `checks`, what they found in `findings`.

    Raises BuildError where one that blocks found rows: its name, the first row, the remedy.
    """
    rows, findings = [], []
    for head in catalog.audits():
        offending = f"({head.sql.strip()})"
        found = engine.rows(f"SELECT COUNT(*) AS found FROM {offending} AS o")[0]["found"]
        detail = None
        if found:
            kept = engine.rows(f"{head.sql.strip()}\nLIMIT {_KEPT}")
            listed = [_finding(row) for row in kept]
            findings += [
                (head.name, position, row.get("source"), text)
                for position, (row, text) in enumerate(zip(kept, listed, strict=True), 1)
            ]
            detail = f"first: {listed[0]}. To mend it: {head.entries['remedy']}."
        rows.append(
            (head.name, head.entries["severity"], not found, found, head.summary, detail,
             head.entries["remedy"])
        )  # fmt: skip
    columns = ["check", "severity", "passed", "found", "summary", "detail", "remedy"]
    checks = pd.DataFrame(rows, columns=columns)
    engine.store("checks", checks)
    columns = ["check", "position", "source", "finding"]
    engine.store("findings", pd.DataFrame(findings, columns=columns, dtype=object))
    blocking = checks[~checks["passed"].astype(bool) & (checks["severity"] == "block")]
    if len(blocking):
        worst = blocking.iloc[0]
        raise BuildError(
            f"audit {worst['check']} found {worst['found']} rows ({worst['summary']});"
            f" {worst['detail']} The published build stays."
        )


def _finding(row: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value}" for name, value in row.items())
