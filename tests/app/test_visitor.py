"""What the server opens for itself before readers come."""

from datetime import date, datetime

import pytest

from dashboard import visitor
from dashboard.pages import PAGES
from dashboard.visitor import FILTERED_PAGES, views
from pipelines.api import BuildInfo

CUT = datetime(2026, 11, 20, 15)
BUILD = BuildInfo(
    "b", CUT, CUT, "Asia/Seoul", "Site", date(2026, 1, 1), date(2026, 11, 20), False, None
)
KNOWN = {"channel": ("phone",), "language": ("ko", "zh-CN")}


@pytest.fixture(autouse=True)
def two_languages(monkeypatch):
    monkeypatch.setattr(visitor.i18n, "available", lambda: ("en", "ko"))


def test_every_page_is_opened_first_in_every_display_language():
    assert views(BUILD, KNOWN)[: 2 * len(PAGES)] == [
        (page.name, f"lang={code}") for page in PAGES for code in ("en", "ko")
    ]


def test_then_come_the_periods_and_the_single_codes_of_the_usual_period():
    assert views(BUILD, KNOWN)[2 * len(PAGES) :] == [
        (page, f"lang={code}&{query}")
        for query in (
            "from=2026-11-14&to=2026-11-20",
            "from=2026-08-23&to=2026-11-20",
            "from=2026-10-24&to=2026-11-20&channel=phone",
            "from=2026-10-24&to=2026-11-20&language=ko",
            "from=2026-10-24&to=2026-11-20&language=zh-CN",
        )
        for page in FILTERED_PAGES
        for code in ("en", "ko")
    ]
