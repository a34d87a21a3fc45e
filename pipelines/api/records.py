"""Rows behind the numbers: observations, contacts, surveys."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from pipelines.api.published import Build
from pipelines.api.selection import Condition, Scope, Selection, as_list, lookup, page, select
from pipelines.sql import identifier

_BACKLOG_KEYS = ("day", "channel", "language", "topic", "team", "urgency", "source")


def observations(build: Build, selection: Selection, limit: int, offset: int) -> pd.DataFrame:
    """Single observations, the newest day first."""
    return build.query(
        selection.rows("observed_on DESC, contact_id"),
        [*selection.condition.parameters, *page(limit, offset)],
    )


def contacts(build: Build, scope: Scope, limit: int, offset: int, order: str) -> pd.DataFrame:
    """Contacts by arrival day; counted ones unless `scope` asks for an exclusion."""
    column = lookup(
        order.removeprefix("-"),
        {name: name for name in build.columns["fact_contacts"]},
        "contacts: order",
    )
    direction = "DESC" if order.startswith("-") else "ASC"
    selection = counted(build, "fact_contacts", "arrived_on", scope)
    return build.query(
        selection.rows(f"{identifier(column)} {direction} NULLS LAST, contact_id"),
        [*selection.condition.parameters, *page(limit, offset)],
    )


def surveys(build: Build, scope: Scope, limit: int, offset: int) -> pd.DataFrame:
    """Answered surveys of counted contacts by day of the answer, the newest first."""
    selection = counted(build, "fact_surveys", "answered_on", scope)
    return build.query(
        selection.rows("answered_at DESC, survey_id", Condition("answered_on IS NOT NULL")),
        [*selection.condition.parameters, *page(limit, offset)],
    )


def backlog(build: Build, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """Flows, stock and ages per day and group: each day's rows add up over the groups."""
    build.check_values(scope.where)
    columns = build.columns["fact_backlog"]
    by = ["day", *as_list(by)]
    renamed = {"observed_on": "day"}
    selection = select("fact_backlog", columns, by, scope, renamed)
    amounts = [identifier(name) for name in columns if name not in _BACKLOG_KEYS]
    sums = [f"CAST(sum({amount}) AS BIGINT) AS {amount}" for amount in amounts]
    return build.query(selection.grouped(*sums), selection.condition.parameters)


def counted(build: Build, table: str, date_column: str, scope: Scope) -> Selection:
    """Rows of a fact by its date; counted ones unless `scope` asks for an exclusion."""
    build.check_values(scope.where)
    scope = replace(scope, where={"exclusion": None, **scope.wanted})
    columns = build.columns[table]
    renamed = {"agent": "agent_id", "observed_on": date_column}
    return select(table, columns, (), scope, renamed)
