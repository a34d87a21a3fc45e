"""The ASGI app: `uvicorn dashboard.app:app`, or `support-quality serve`.

Imports are done before the first session and frozen out of the garbage collector's sight: what
lives as long as the server is not worth a look every time it collects.
"""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from dashboard.pages import PAGES

SESSION_SCRIPT = Path(__file__).with_name("session.py")
_WARM = ("pandas", "plotly.graph_objects", "xlsxwriter", "dashboard.components", "dashboard.charts")
_LOG = logging.getLogger("dashboard")


@asynccontextmanager
async def _warm(app: st.App) -> AsyncIterator[dict]:
    for module in _WARM:
        import_module(module)
    gc.collect()
    gc.freeze()
    from dashboard.visitor import visit_every_build

    visiting = asyncio.create_task(visit_every_build())
    yield {}
    visiting.cancel()
    gc.unfreeze()  # else DuckDB reports all of it as leaked at exit


def _explain(error: Exception) -> bool:
    """Trouble in a page: the log gets the trace, the reader a sentence they can act on."""
    from dashboard import components

    _LOG.error("a page failed", exc_info=error)
    components.failed(error)
    return True


def _first_page(request: Request) -> RedirectResponse:
    """Streamlit serves the first page at `/` alone, though links and people write its name."""
    root, asked = request.scope.get("root_path", ""), request.url.query
    # Without scheme and host: behind a proxy only the browser knows them.
    return RedirectResponse(f"{root}/?{asked}" if asked else f"{root}/")


app = st.App(
    SESSION_SCRIPT,
    lifespan=_warm,
    on_script_error=_explain,
    routes=[Route(f"/{PAGES[0].name}", _first_page)],
)
