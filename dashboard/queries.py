"""Every question a page asks, through the one door and one cache.

A published build never changes, so an answer is kept under the build's id and the question's
arguments; a new build has a new id and old answers age out. Whatever scopes rows (filters,
later a role) is an argument, hence part of the key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from pipelines import api

if TYPE_CHECKING:
    from dashboard.filters import Filters


@st.cache_resource(show_spinner=False)
def _warehouse() -> api.Warehouse:
    return api.open_warehouse()


def build() -> api.BuildInfo:
    """The published build of this moment; raises NothingPublishedError where there is none."""
    return _warehouse().build()


@st.cache_data(show_spinner=False, max_entries=4_000)
def _answer(build_id: str, question: str, arguments: dict[str, Any]) -> Any:
    return getattr(_warehouse(), question)(**arguments)


def ask(question: str, **arguments: Any) -> Any:
    """Call the warehouse's method `question`, cached under the published build's id.

    Arguments are plain values (dates, strings, tuples, dicts of them). Errors are not cached.
    """
    return _answer(build().build_id, question, arguments)


def measure(
    metric: str, filters: Filters, by: tuple[str, ...] = (), statistic: str | None = None
) -> pd.DataFrame:
    """`Warehouse.measure` over the filters: one row per group, `value, n, low, high`."""
    return ask(
        "measure",
        metric=metric,
        by=by,
        start=filters.start,
        end=filters.end,
        where=filters.where,
        statistic=statistic,
    )


def compare(metric: str, filters: Filters, by: tuple[str, ...] = ()) -> pd.DataFrame:
    """`Warehouse.compare`: as `measure`, with the window of equal length before."""
    return ask(
        "compare",
        metric=metric,
        by=by,
        start=filters.start,
        end=filters.end,
        where=filters.where,
    )


def definition(metric: str) -> api.Definition:
    """What a metric means; raises UnknownNameError."""
    return ask("definition", metric=metric)
