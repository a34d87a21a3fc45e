"""The first reader of every build: opens what one click leads to, before anybody asks for it.

A view that nobody asked for before takes a third of a second of work, one that is known a
twentieth. The visitor is a session without a browser; it pauses as long as each view took, so it
leaves at least half of the server to readers, and more when they keep it busy.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime, SessionClient

from dashboard import i18n, queries
from dashboard.filters import DEFAULT_PERIOD, PERIODS, last_days
from dashboard.pages import PAGES
from pipelines.api import BuildInfo
from pipelines.errors import SupportQualityError

FILTERED_PAGES = ("overview", "wait_times", "resolution", "satisfaction", "reviews")
ONE_CLICK = ("channel", "language")
LOOKS_EVERY_SECONDS = 5.0


def views(build: BuildInfo, known: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Page and query string of what to open: every page, then the filters' single choices.

    Each in every display language, one after the other: the second needs only to be drawn.
    """
    usual = last_days(build, DEFAULT_PERIOD)
    chosen = [last_days(build, days) for days in PERIODS if days != DEFAULT_PERIOD]
    chosen += [replace(usual, **{name: (code,)}) for name in ONE_CLICK for code in known[name]]
    opened = [(page.name, {}) for page in PAGES]
    opened += [(page, filters.query()) for filters in chosen for page in FILTERED_PAGES]
    return [
        (page, urlencode({"lang": code, **query}, doseq=True))
        for page, query in opened
        for code in i18n.available()
    ]


async def visit_every_build() -> None:
    """Visit the published build, then each that follows; runs until it is cancelled."""
    visited = None
    while True:
        build = await asyncio.to_thread(_published)
        if build and build.build_id != visited:
            visited = build.build_id
            await _visit(build)
        await asyncio.sleep(LOOKS_EVERY_SECONDS)


def _published() -> BuildInfo | None:
    try:
        return queries.build()
    except SupportQualityError:  # pages say what is wrong
        return None


async def _visit(build: BuildInfo) -> None:
    known = await asyncio.to_thread(queries.ask, "filter_values")
    visitor = _Visitor()
    runtime = Runtime.instance()
    session = runtime.connect_session(visitor, user_info={})
    try:
        for page, query in views(build, known):
            began = time.monotonic()
            visitor.is_done.clear()
            runtime.handle_backmsg(session, _opening(page, query))
            await visitor.is_done.wait()
            await asyncio.sleep(time.monotonic() - began)
            now = await asyncio.to_thread(_published)
            if now is None or now.build_id != build.build_id:
                return
    finally:
        runtime.close_session(session)


def _opening(page: str, query: str) -> BackMsg:
    message = BackMsg()
    message.rerun_script.page_name = page
    message.rerun_script.query_string = query
    return message


class _Visitor(SessionClient):
    """Looks at nothing but whether the page is finished."""

    def __init__(self) -> None:
        self.is_done = asyncio.Event()

    def write_forward_msg(self, msg: ForwardMsg) -> None:
        if msg.WhichOneof("type") == "script_finished":
            self.is_done.set()
