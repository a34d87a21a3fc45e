"""Rows behind the numbers: observations, contacts, surveys."""

from collections.abc import Sequence

import pandas as pd

from pipelines.api.published import Build
from pipelines.api.selection import Day, Selection, Where, as_list, quoted, select, unknown

_AGENT = {"agent": "agent_id"}
_BACKLOG_KEYS = ("day", "channel", "language", "topic", "team")


def observations(build: Build, selection: Selection, limit: int, offset: int) -> pd.DataFrame:
    """Single observations, the newest day first."""
    return build.query(
        selection.rows("*", "observed_on DESC, contact_id") + " LIMIT ? OFFSET ?",
        [*selection.parameters, limit, offset],
    )


def contacts(
    build: Build, start: Day, end: Day, where: Where, limit: int, offset: int, order: str
) -> pd.DataFrame:
    """Contacts by arrival day; only counted ones unless `where` asks for an exclusion."""
    columns = build.columns["fact_contacts"]
    descending = order.startswith("-")
    if order.removeprefix("-") not in columns:
        raise unknown(order, columns, "contacts: order")
    selection = contact_selection(build, start, end, where)
    direction = "DESC" if descending else "ASC"
    return build.query(
        selection.rows("*", f"{quoted(order.removeprefix('-'))} {direction} NULLS LAST, contact_id")
        + " LIMIT ? OFFSET ?",
        [*selection.parameters, limit, offset],
    )


def contact_selection(build: Build, start: Day, end: Day, where: Where) -> Selection:
    """The contacts of a filter; only counted ones unless `where` asks for an exclusion."""
    build.check_values(where)
    where = dict(where or {})
    where.setdefault("exclusion", None)
    return select(
        "fact_contacts", build.columns["fact_contacts"], (), start, end, where,
        date_column="arrived_on", aliases=_AGENT,
    )  # fmt: skip


def surveys(
    build: Build, start: Day, end: Day, where: Where, limit: int, offset: int
) -> pd.DataFrame:
    """Answered surveys of counted contacts by day of the answer, the newest first."""
    build.check_values(where)
    where = dict(where or {})
    where.setdefault("exclusion", None)
    selection = select(
        "fact_surveys", build.columns["fact_surveys"], (), start, end, where,
        date_column="answered_on", aliases=_AGENT,
    )  # fmt: skip
    return build.query(
        f"SELECT * FROM fact_surveys WHERE answered_on IS NOT NULL AND {selection.condition}"
        " ORDER BY answered_at DESC, survey_id LIMIT ? OFFSET ?",
        [*selection.parameters, limit, offset],
    )


def backlog(build: Build, start: Day, end: Day, where: Where, by: Sequence[str]) -> pd.DataFrame:
    """Flows, stock and ages per day and group: each day's rows add up over the groups."""
    build.check_values(where)
    by = list(dict.fromkeys(["day", *as_list(by)]))
    columns = build.columns["fact_backlog"]
    selection = select("fact_backlog", columns, by, start, end, where, date_column="day")
    amounts = [name for name in columns if name not in _BACKLOG_KEYS]
    sums = ", ".join(f"CAST(sum({quoted(name)}) AS BIGINT) AS {quoted(name)}" for name in amounts)
    names = ", ".join(quoted(name) for name in selection.names)
    return build.query(f"{selection.grouped(sums)} ORDER BY {names}", selection.parameters)
