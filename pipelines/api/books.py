"""What came in, what was left out and why, and whether the build passed its checks."""

from collections.abc import Sequence

import pandas as pd

from pipelines.api.published import Build
from pipelines.api.selection import as_list, lookup, quoted

_LEDGER_KEYS = {"source": "source", "file": "file", "day": "day"}


def ledger(build: Build, by: Sequence[str]) -> pd.DataFrame:
    """Sums of the ledger's columns per source, file or day, or over everything."""
    keys = [lookup(name, _LEDGER_KEYS, "ledger: breakdown") for name in as_list(by)]
    amounts = [name for name in build.columns["ledger"] if name not in _LEDGER_KEYS]
    sums = [f"CAST(sum({quoted(name)}) AS BIGINT) AS {quoted(name)}" for name in amounts]
    return build.query(
        f"SELECT {', '.join(keys + sums)} FROM ledger"
        + (f" GROUP BY {', '.join(keys)} ORDER BY {', '.join(keys)}" if keys else "")
    )


def loads(build: Build) -> pd.DataFrame:
    """Loaded files, the newest first."""
    return build.query("SELECT * FROM loads ORDER BY load_id DESC")


def quarantine(build: Build, limit: int) -> pd.DataFrame:
    """Refused rows of the newest loads first, in the file's order."""
    return build.query(
        "SELECT * FROM quarantine ORDER BY load_id DESC, file, line, table_name LIMIT ?", [limit]
    )


def checks(build: Build) -> pd.DataFrame:
    """Audits of the build: what failed comes first."""
    return build.query('SELECT * FROM checks ORDER BY passed, severity, "check"')


def data_dictionary(build: Build) -> pd.DataFrame:
    """Every column of every published table."""
    return build.query("SELECT * FROM data_dictionary")
