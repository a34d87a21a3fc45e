"""The app in a real browser: every page, both themes, a phone, links and downloads."""

import csv
import io
from contextlib import contextmanager, suppress
from urllib.parse import parse_qs, urlsplit
from zipfile import ZipFile

import pytest

from dashboard.pages import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

READY = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    return app && app.dataset.testScriptState === 'notRunning'
        && app.dataset.testConnectionState === 'CONNECTED'
        && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]');
}"""
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "user_agent": "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/140.0 Mobile Safari/537.36",
}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
NAMES = [page.name for page in PAGES]
WITH_A_CHART = ("overview", "wait_times", "staffing", "forecast_quality")
FITS = "() => document.documentElement.scrollWidth <= window.innerWidth"


class Reader:
    """A tab, what it asked the network for, and what went wrong in it."""

    def __init__(self, page, address: str) -> None:
        self.page, self.address = page, address
        self.outside: list[str] = []
        self.trouble: list[str] = []
        page.on("request", self._saw)
        page.on("pageerror", lambda error: self.trouble.append(str(error)))

    def _saw(self, request) -> None:
        if urlsplit(request.url).hostname not in ("localhost", "127.0.0.1", None):
            self.outside.append(request.url)

    def open(self, name: str = "", query: str = "") -> None:
        self.page.goto(f"{self.address}/{'' if name == 'overview' else name}{query}")
        self.ready()

    def ready(self) -> None:
        self.page.wait_for_function(READY, timeout=60_000)
        self.page.evaluate("document.fonts.ready")

    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.page.url).query)

    def errors(self) -> list[str]:
        bad = self.page.locator('[data-testid=stException], [data-testid="stAlertContentError"]')
        return self.trouble + bad.all_inner_texts()


@pytest.fixture
def reader(chromium, exchange_address):
    """`with reader(lang, theme, **device) as tab` opens a fresh browser context."""

    @contextmanager
    def open_reader(lang: str = "en-GB", theme: str = "light", **device):
        context = chromium.new_context(
            locale=lang, color_scheme=theme, accept_downloads=True, **(device or DESKTOP)
        )
        try:
            yield Reader(context.new_page(), exchange_address)
        finally:
            context.close()

    return open_reader


def serious(page) -> list[str]:
    """What axe-core finds that keeps people out, as `rule: selector`."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['target'][0]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def fits(page) -> bool:
    """Whether the page is no wider than its window, once charts have taken their new size."""
    from playwright.sync_api import TimeoutError as NeverDid

    with suppress(NeverDid):
        page.wait_for_function(FITS, timeout=5_000)
    return page.evaluate(FITS)


@pytest.mark.parametrize(
    ("lang", "theme", "device"), [("en-GB", "light", DESKTOP), ("ko-KR", "dark", PHONE)]
)
def test_every_page_is_drawn_and_open_to_all_and_fits_and_asks_nobody_outside(
    reader, lang, theme, device
):
    with reader(lang, theme, **device) as tab:
        for name in NAMES:
            tab.open(name)
            if name in WITH_A_CHART:
                tab.page.locator(".js-plotly-plot").first.wait_for()
            assert tab.page.locator("h1").count() == 1, name
            assert (serious(tab.page), name) == ([], name)
            tab.page.set_viewport_size(PHONE["viewport"])
            assert (fits(tab.page), name) == (True, name)
            assert (tab.errors(), name) == ([], name)
            tab.page.set_viewport_size(device["viewport"])
        assert tab.outside == []


def test_a_link_reproduces_the_view(reader):
    with reader() as tab:
        tab.open("wait_times", "?from=2026-11-01&to=2026-11-07&channel=phone&language=ko&lang=ko")
        labels = tab.page.locator("[data-testid=stPopoverButton]").all_inner_texts()
        assert "채널: 전화" in [label.split("\n")[0] for label in labels]
        assert "언어: 한국어" in [label.split("\n")[0] for label in labels]
        values = tab.page.locator("[data-testid=stMetricValue]").all_inner_texts()
        link = tab.page.url
    with reader("ja-JP", "dark") as other:
        other.page.goto(link)
        other.ready()
        assert other.page.locator("[data-testid=stMetricValue]").all_inner_texts() == values
        assert other.query() == {
            "from": ["2026-11-01"],
            "to": ["2026-11-07"],
            "channel": ["phone"],
            "language": ["ko"],
            "lang": ["ko"],
        }


def test_a_choice_is_in_the_address_and_goes_along_to_the_next_page(reader):
    with reader() as tab:
        tab.open("overview")
        tab.page.get_by_role("button", name="Channel: all").click()
        tab.page.get_by_role("combobox", name="Channel").click()
        tab.page.get_by_role("option", name="Phone").click()
        tab.page.wait_for_url("**channel=phone**")
        tab.ready()
        tab.page.keyboard.press("Escape")
        tab.page.get_by_role("link", name="Wait times", exact=True).click()
        tab.page.wait_for_url("**/wait_times**channel=phone**")
        tab.ready()
        assert tab.query()["channel"] == ["phone"]


def test_the_table_of_a_chart_downloads_as_csv_and_xlsx_without_groups_under_five(reader):
    with reader() as tab:
        tab.open("overview", "?from=2026-11-01&to=2026-11-07")
        card = tab.page.locator(".st-key-card-grid")
        with tab.page.expect_download() as arriving:
            card.get_by_role("button", name="CSV").click()
        content = arriving.value.path().read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
        assert {"channel", "language", "value", "n", "low", "high"} <= set(rows[0])
        small = [row for row in rows if row["n"] == "<5"]
        assert {(row["value"], row["low"], row["high"]) for row in small} == {("", "", "")}
        with tab.page.expect_download() as arriving:
            card.get_by_role("button", name="XLSX").click()
        assert arriving.value.suggested_filename == "grid_wait.xlsx"
        with ZipFile(arriving.value.path()) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
            strings = book.read("xl/sharedStrings.xml").decode()
        assert sheet.count("<row ") == len(rows) + 1
        about = ("first_response_seconds", "Asia/Seoul", "2026-11-01", "2026-11-07")
        assert [told for told in about if f">{told}<" not in strings] == []


def test_a_chart_has_its_table_beside_it(reader):
    with reader() as tab:
        tab.open("overview")
        card = tab.page.locator(".st-key-card-grid")
        assert card.locator("[data-testid=stDataFrame]").count() == 0
        card.get_by_role("tab", name="Table").click()
        card.locator("[data-testid=stDataFrame]").wait_for()
        assert tab.errors() == []


def test_a_row_of_the_list_opens_the_contact_and_its_messages(reader):
    with reader() as tab:
        tab.open("contact", "?channel=live_chat")
        box = tab.page.locator("[data-testid=stDataFrame] canvas").first.bounding_box()
        tab.page.mouse.click(box["x"] + 18, box["y"] + 55)
        tab.page.wait_for_url("**contact=zendesk_chat**")
        tab.ready()
        assert tab.page.get_by_role("heading", name="Messages").count() == 1
        first = tab.query()["contact"]
        before = tab.page.url  # after the click it may be the next one already
        tab.page.get_by_role("button", name="Earlier").click()
        tab.page.wait_for_function("url => location.href !== url", arg=before)
        tab.ready()
        assert tab.query()["contact"] != first
        assert tab.errors() == []


def test_a_link_can_not_make_the_page_fetch_from_elsewhere(reader):
    with reader() as tab:
        for query in (
            "?contact=![x](http://evil.example/p.gif)",
            "?team=![x](http://evil.example/q)",
        ):
            tab.open("contact", query)
            assert tab.page.get_by_text("![x](http://evil.example/").count() == 1
        assert tab.outside == []
