"""What is refused, and why: each check is a condition on a row, a reason and a remedy.

A row that fails any check goes to rejects.parquet with all its reasons, its sealed text and
the remedy of the first one; it never reaches a table. Received = loaded + quarantined.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.sql import literal

EXPORT_AGAIN = "correct the row in the helpdesk, or export it again, and load the new file"


@dataclass(frozen=True)
class Check:
    """`refused` is SQL: true where the row can't be used; NULL counts as usable. `alone`: the
    row is no record at all, so that other reasons would say nothing. `told`: SQL of a reason that
    some rows have of their own."""

    refused: str
    reason: str
    remedy: str = EXPORT_AGAIN
    alone: bool = False
    told: str | None = None

    @property
    def reason_sql(self) -> str:
        """SQL of the reason."""
        reason = literal(self.reason)
        return f"coalesce({self.told}, {reason})" if self.told else reason


NOT_A_RECORD = "nothing to do: the line is left out"
BROKEN_RECORD_REMEDY = "correct the line in a text editor, or export again, and load the new file"


def judged_sql(
    rows: str, checks: Sequence[Check], raw: str, received_on: str, surely_good: str = "false"
) -> str:
    """SELECT of `rows` with the verdict of the checks beside every column.

    Adds _reasons (NULL: the row is good), _remedy, _raw (the record as it stands in the file;
    the loader seals it) and _received_on, the day as the file writes it; the last three are
    NULL on good rows. `surely_good` is SQL that is true only where no check refuses: most rows
    then cost this one condition."""
    if not checks:
        return f"""
            SELECT *, CAST(NULL AS VARCHAR) AS _reasons, CAST(NULL AS VARCHAR) AS _remedy,
                CAST(NULL AS VARCHAR) AS _raw, CAST(NULL AS DATE) AS _received_on
            FROM ({rows})"""
    refused = " OR ".join(f"coalesce({check.refused}, false)" for check in checks)
    alone = " ".join(f"WHEN {c.refused} THEN {c.reason_sql}" for c in checks if c.alone)
    reasons = ", ".join(
        f"CASE WHEN {c.refused} THEN {c.reason_sql} END" for c in checks if not c.alone
    )
    reasons = f"concat_ws('; ', {reasons})"
    if alone:
        reasons = f"CASE {alone} ELSE {reasons} END"
    remedies = " ".join(f"WHEN {c.refused} THEN {literal(c.remedy)}" for c in checks)
    return f"""
        SELECT *,
            CASE WHEN _refused THEN {reasons} END AS _reasons,
            CASE WHEN _refused THEN CASE {remedies} END END AS _remedy,
            CASE WHEN _refused THEN {raw} END AS _raw,
            CASE WHEN _refused THEN CAST({received_on} AS DATE) END AS _received_on
        FROM (SELECT *, CASE WHEN {surely_good} THEN false ELSE {refused} END AS _refused
            FROM ({rows}))"""


RUINED_REMEDY = "a spreadsheet ruined the id: export again and don't save the file in one"


def ruined_id(column: str, header: str, remedy: str = RUINED_REMEDY) -> Check:
    """Check that a spreadsheet has not turned an id into 1.03006E+13.

    It writes one digit before the point and few behind the E: 2860819751e3 is a token."""
    ruined = f"regexp_full_match({column}, '[0-9]([.,][0-9]+)?[eE][+]?[0-9]{{1,3}}')"
    return Check(ruined, f"{header} is in scientific notation", remedy)


def not_a_record(first_column: str, key_column: str, header: str) -> list[Check]:
    """Checks for lines between the records: the header again, and totals."""
    totals = (
        "'total', 'totals', 'sum', 'grand total', 'subtotal',"
        " '합계', '총계', '合計', '合计', '总计'"
    )
    return [
        Check(f"trim({key_column}) = {literal(header)}", "the header again", NOT_A_RECORD, True),
        Check(f"lower(trim({first_column})) IN ({totals})", "a line of totals", NOT_A_RECORD, True),
    ]
