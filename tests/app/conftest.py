"""The app under test: in the process (AppTest) for states, in a browser for what readers see."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from dashboard import i18n, queries
from dashboard.pages import PAGES
from pipelines import api
from pipelines.api import demand_scenarios
from tests.set_up_browser import installed_browser

SESSION = Path(i18n.__file__).with_name("session.py")
WAREHOUSE = "SUPPORT_QUALITY_WAREHOUSE"
# A server reads the metadata of all installed packages once; AppTest would for every session.
INSTALLED_COMPONENTS = cache(manifest_scanner.scan_component_manifests)


@pytest.fixture
def open_app(monkeypatch):
    """`open_app(folder, page="overview", channel="phone", lang="ko")` runs a session."""

    def run(folder: Path, page: str | None = None, **query: str | list[str]) -> AppTest:
        monkeypatch.setenv(WAREHOUSE, str(folder))
        monkeypatch.setattr(manifest_scanner, "scan_component_manifests", INSTALLED_COMPONENTS)
        st.cache_resource.clear()
        queries.build.clear()
        app = AppTest.from_file(str(SESSION), default_timeout=60)
        for name, value in query.items():
            app.query_params[name.rstrip("_")] = value
        if page and page != PAGES[0].name:  # as by a link: the first page is not drawn before it
            app.switch_page(f"app_pages/{page}.py")
        return app.run()

    yield run
    i18n.use(i18n.SOURCE_LOCALE)


@contextmanager
def serving(folder: Path, *program: str) -> Iterator[str]:
    """The address of a server on a warehouse."""
    server = subprocess.Popen(
        [sys.executable, *program, "--warehouse", str(folder), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        announced = server.stdout.readline()
        assert announced.startswith("Dashboard: http://localhost:"), announced
        yield announced.split()[1]
    finally:
        server.terminate()
        server.wait(20)
        server.stdout.close()


# Its visitor opens the first page in every language, not all of them under every filter: that
# takes minutes of a core, and the browser opens them itself.
_HARDLY_VISITED = """
import sys
from dashboard import __main__, visitor

views = visitor.views
visitor.views = lambda *given: views(*given)[: len(visitor.i18n.available())]
sys.exit(__main__.main())
"""


@pytest.fixture(scope="session")
def exchange_address(exchange) -> Iterator[str]:
    """Address of a server on the samples."""
    with serving(exchange, "-c", _HARDLY_VISITED) as address:
        yield address


@pytest.fixture(scope="session")
def chromium():
    """A real browser; the tests that need it are skipped where there is none."""
    path = installed_browser()
    if path is None:
        pytest.skip("no browser: run `python tests/set_up_browser.py`, or install Chromium")
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    quiet = ["--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags + quiet)
        yield browser
        browser.close()


SAVED = """\
name = "Bitcoin 100k"
note = "as in November"

[[effects]]
kind = "campaign"
size = 1.0
starts_at = 2000-01-01T00:00:00Z
ends_at = 2000-02-01T00:00:00Z
"""


@pytest.fixture
def written(exchange, tmp_path):
    """The samples, and a folder of their own for what people write: "Bitcoin 100k" is saved."""
    for each in exchange.iterdir():
        if each.name != "written.sqlite":
            (tmp_path / each.name).symlink_to(each)
    door = api.open_warehouse(tmp_path)
    first = door.forecast()["starts_at"].min().tz_localize("UTC").to_pydatetime()
    campaign = demand_scenarios.moved(demand_scenarios.from_text(SAVED), first)
    door.save_scenario(campaign, "kim", at=datetime(2026, 3, 2, tzinfo=UTC))
    return tmp_path
