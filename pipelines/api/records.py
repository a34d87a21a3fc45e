"""Rows behind the numbers: observations, contacts, surveys."""

from collections.abc import Sequence

import pandas as pd

from pipelines.api.published import Build
from pipelines.api.selection import (
    Condition,
    Day,
    Selection,
    Where,
    as_list,
    lookup,
    quoted,
    select,
)

_BACKLOG_KEYS = ("day", "channel", "language", "topic", "team", "urgency", "source")


def observations(build: Build, selection: Selection, limit: int, offset: int) -> pd.DataFrame:
    """Single observations, the newest day first."""
    return build.query(
        selection.rows("observed_on DESC, contact_id"),
        [*selection.condition.parameters, limit, offset],
    )


def contacts(
    build: Build, start: Day, end: Day, where: Where, limit: int, offset: int, order: str
) -> pd.DataFrame:
    """Contacts by arrival day; counted ones unless `where` asks for an exclusion."""
    column = lookup(
        order.removeprefix("-"),
        {name: name for name in build.columns["fact_contacts"]},
        "contacts: order",
    )
    direction = "DESC" if order.startswith("-") else "ASC"
    selection = counted(build, "fact_contacts", "arrived_on", start, end, where)
    return build.query(
        selection.rows(f"{quoted(column)} {direction} NULLS LAST, contact_id"),
        [*selection.condition.parameters, limit, offset],
    )


def surveys(
    build: Build, start: Day, end: Day, where: Where, limit: int, offset: int
) -> pd.DataFrame:
    """Answered surveys of counted contacts by day of the answer, the newest first."""
    selection = counted(build, "fact_surveys", "answered_on", start, end, where)
    return build.query(
        selection.rows("answered_at DESC, survey_id", Condition("answered_on IS NOT NULL")),
        [*selection.condition.parameters, limit, offset],
    )


def backlog(build: Build, start: Day, end: Day, where: Where, by: Sequence[str]) -> pd.DataFrame:
    """Flows, stock and ages per day and group: each day's rows add up over the groups."""
    build.check_values(where)
    columns = build.columns["fact_backlog"]
    by = ["day", *as_list(by)]
    renamed = {"observed_on": "day"}
    selection = select("fact_backlog", columns, by, start, end, where, renamed)
    amounts = [quoted(name) for name in columns if name not in _BACKLOG_KEYS]
    sums = [f"CAST(sum({amount}) AS BIGINT) AS {amount}" for amount in amounts]
    return build.query(selection.grouped(*sums), selection.condition.parameters)


def counted(
    build: Build, table: str, date_column: str, start: Day, end: Day, where: Where
) -> Selection:
    """Rows of a fact by its date; counted ones unless `where` asks for an exclusion."""
    build.check_values(where)
    where = {"exclusion": None, **(where or {})}
    columns = build.columns[table]
    renamed = {"agent": "agent_id", "observed_on": date_column}
    return select(table, columns, (), start, end, where, renamed)
