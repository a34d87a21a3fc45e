"""What is refused, and why: each check is a condition on a row, a reason and a remedy.

A row that fails any check goes to rejects.parquet with all its reasons, its masked text and
the remedy of the first one; it never reaches a table. Received = loaded + quarantined.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.ingest.delimited import quoted
from pipelines.ingest.privacy import masked_sql

EXPORT_AGAIN = "correct the row in the helpdesk, or export it again, and load the new file"
RAW_CHARACTERS = 2000


@dataclass(frozen=True)
class Check:
    """`refused` is SQL: true where the row can't be used; NULL counts as usable."""

    refused: str
    reason: str
    remedy: str = EXPORT_AGAIN


BROKEN_RECORD_REMEDY = "correct the line in a text editor, or export again, and load the new file"


def judged_sql(rows: str, checks: Sequence[Check], raw: str, received_on: str) -> str:
    """SELECT of `rows` with the verdict of the checks beside every column.

    Adds _reasons (NULL: the row is good), _remedy, _raw (masked) and _received_on, the day as
    the file writes it; the last three are NULL on good rows."""
    refused = " OR ".join(f"coalesce({check.refused}, false)" for check in checks)
    reasons = ", ".join(f"CASE WHEN {c.refused} THEN {quoted(c.reason)} END" for c in checks)
    remedies = " ".join(f"WHEN {c.refused} THEN {quoted(c.remedy)}" for c in checks)
    text = masked_sql(f"left({raw}, {RAW_CHARACTERS})")
    return f"""
        SELECT *,
            CASE WHEN _refused THEN concat_ws('; ', {reasons}) END AS _reasons,
            CASE WHEN _refused THEN CASE {remedies} END END AS _remedy,
            CASE WHEN _refused THEN {text} END AS _raw,
            CASE WHEN _refused THEN CAST({received_on} AS DATE) END AS _received_on
        FROM (SELECT *, {refused} AS _refused FROM ({rows}))"""
