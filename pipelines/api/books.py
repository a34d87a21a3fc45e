"""What came in, what was left out and why, and whether the build passed its checks."""

from collections.abc import Sequence

import pandas as pd

from pipelines.api.published import Build
from pipelines.api.selection import Day, as_list, lookup, page
from pipelines.sql import identifier

_LEDGER_KEYS = {"source": "source", "file": "file", "day": "day"}
_NOT_REASONS = (*_LEDGER_KEYS, "received", "counted")


def ledger(build: Build, by: Sequence[str]) -> pd.DataFrame:
    """Sums of the ledger's columns per source, file or day, or over everything."""
    keys = [lookup(name, _LEDGER_KEYS, "ledger: breakdown") for name in as_list(by)]
    amounts = [name for name in build.columns["ledger"] if name not in _LEDGER_KEYS]
    sums = [f"CAST(sum({identifier(name)}) AS BIGINT) AS {identifier(name)}" for name in amounts]
    return build.query(
        f"SELECT {', '.join(keys + sums)} FROM ledger"
        + (f" GROUP BY {', '.join(keys)} ORDER BY {', '.join(keys)}" if keys else "")
    )


def left_out(
    build: Build,
    reason: str | None,
    source: str | None,
    file: str | None,
    day: Day,
    detail: str | None,
    limit: int,
    offset: int,
) -> pd.DataFrame:
    """Received rows that are not counted, the newest day first.

    Raises UnknownNameError for a reason that is no column of the ledger.
    """
    if reason is not None:
        reasons = [name for name in build.columns["ledger"] if name not in _NOT_REASONS]
        lookup(reason, {name: name for name in reasons}, "ledger: reason")
    wanted = {"reason": reason, "source": source, "file": file, "day": day, "detail": detail}
    told = {name: value for name, value in wanted.items() if value is not None}
    condition = " AND ".join(f"{name} = ?" for name in told) or "TRUE"
    return build.query(
        f"SELECT * FROM left_out WHERE {condition}"
        " ORDER BY day DESC NULLS FIRST, file, line, contact_id LIMIT ? OFFSET ?",
        [*told.values(), *page(limit, offset)],
    )


def findings(build: Build) -> pd.DataFrame:
    """What the checks found, row by row."""
    return build.query('SELECT * FROM findings ORDER BY "check", position')


def corrections(build: Build) -> pd.DataFrame:
    """Corrections in force, and how many rows they found and corrected."""
    return build.query("SELECT * FROM corrections ORDER BY id")


def source_days(build: Build, since: Day) -> pd.DataFrame:
    """Contacts by source and day, with what the weekday usually brings; from `since` on."""
    return build.query(
        "SELECT * FROM fact_source_days WHERE day >= coalesce(CAST(? AS DATE), day)"
        " ORDER BY source, day",
        [since],
    )


def day_times(build: Build) -> pd.DataFrame:
    """See `Health.day_times`."""
    if "fact_day_times" not in build.columns:  # a build of an older version
        return pd.DataFrame(columns=["source", "time", "contacts"])
    return build.query("SELECT * FROM fact_day_times ORDER BY source, time")


def tells_days_alone(build: Build) -> bool:
    """See `Health.tells_days_alone`."""
    times = day_times(build)
    dated = set(times.loc[times["time"] == "created_at", "source"])
    return bool(dated) and dated.issuperset(source_days(build, since=None)["source"])


def loads(build: Build) -> pd.DataFrame:
    """Loaded files, the newest first."""
    return build.query("SELECT * FROM loads ORDER BY load_id DESC")


def quarantine(build: Build, limit: int) -> pd.DataFrame:
    """Refused rows of the newest loads first, in the file's order."""
    return build.query(
        "SELECT * FROM quarantine ORDER BY load_id DESC, file, line, table_name LIMIT ? OFFSET ?",
        page(limit),
    )


def checks(build: Build) -> pd.DataFrame:
    """Audits of the build: what failed comes first."""
    return build.query('SELECT * FROM checks ORDER BY passed, severity, "check"')


def data_dictionary(build: Build) -> pd.DataFrame:
    """Every column of every published table."""
    return build.query("SELECT * FROM data_dictionary")
