"""Files that readers take away: true numbers, nothing of groups under five on a page, and nothing
a spreadsheet would run."""

from io import BytesIO
from zipfile import ZipFile

import pandas as pd
import pytest

from dashboard import i18n
from dashboard.planning.queues import shift_words
from dashboard.tables import suppressed
from pipelines.api import csv_bytes, icalendar_bytes, xlsx_bytes

PAUSE = {"starts": 3, "ends": 4}
FRAME = pd.DataFrame({"team": ["=1+1", "서울"], "n": [3, 12], "change": [-1.5, None]})


def test_a_table_taken_from_a_page_tells_nothing_of_groups_under_five():
    table = pd.DataFrame(
        {
            "topic": ["login", "fees"],
            "n": [60, 4],
            "value": [0.5, 0.25],
            "low": [0.4, 0.1],
            "high": [0.6, 0.6],
            "wait": [90.0, 30.0],
            "wait_n": [3, 4],
            "wait_low": [60.0, 10.0],
            "wait_high": [120.0, 50.0],
        }
    )
    assert csv_bytes(suppressed(table)).decode("utf-8-sig").splitlines() == [
        "topic,n,value,low,high,wait,wait_n,wait_low,wait_high",
        "login,60,0.5,0.4,0.6,,<5,,",
        "fees,<5,,,,,<5,,",
    ]


@pytest.mark.case(35)
def test_csv_starts_with_a_bom_and_holds_true_numbers():
    text = csv_bytes(FRAME)
    assert text.startswith(b"\xef\xbb\xbf")
    assert text.decode("utf-8-sig") == "team,n,change\r\n'=1+1,3,-1.5\r\n서울,12,\r\n"


@pytest.mark.case(35)
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_text_that_looks_like_a_formula_is_defused(start):
    frame = pd.DataFrame({"text": [f"{start}cmd"]})
    assert pd.read_csv(BytesIO(csv_bytes(frame)))["text"][0] == f"'{start}cmd"


def test_csv_headings_and_categories_are_defused_too():
    frame = pd.DataFrame({"=a": pd.Categorical(["@b"])})
    assert csv_bytes(frame).decode("utf-8-sig") == "'=a\r\n'@b\r\n"


def test_xlsx_keeps_formulas_and_links_as_text():
    frame = pd.DataFrame({"text": ["=1+1", "https://example.com", "12"]})
    with ZipFile(BytesIO(xlsx_bytes(frame))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        strings = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert all(f">{text}<" in strings for text in ("=1+1", "https://example.com", "12"))


def test_xlsx_says_where_its_numbers_are_from():
    frame = FRAME.copy()
    frame.attrs = {"metric": "csat", "build_id": "b42", "version": 3}
    with ZipFile(BytesIO(xlsx_bytes(frame))) as book:
        strings = book.read("xl/sharedStrings.xml").decode()
    assert all(f">{text}<" in strings for text in ("metric", "csat", "b42", "3"))


def test_a_calendar_is_titled_in_the_readers_words_and_keeps_its_ids():
    tour = {"channel": "live_chat", "language": "ko", "person": 2, "paid_hours": 8.0}
    tour |= {"local_on": pd.Timestamp("2026-03-02"), "starts_at": pd.Timestamp("2026-03-02 00:00")}
    tour |= {"ends_at": pd.Timestamp("2026-03-02 09:00")}
    tour |= {f"break_{end}_at": pd.Timestamp(f"2026-03-02 0{h}:00") for end, h in PAUSE.items()}
    events = {}
    for lang in ("en", "ko"):
        i18n.use(lang)
        words = shift_words(i18n.reader())
        made = icalendar_bytes(pd.DataFrame([tour]), "S", pd.Timestamp("2026-03-01"), words)
        lines = made.decode().replace("\r\n ", "").split("\r\n")
        events[lang] = dict(line.split(":", 1) for line in lines if line)
    i18n.use(i18n.SOURCE_LOCALE)
    assert events["en"]["SUMMARY"] == "Live chat · Korean: Agent 2"
    assert events["ko"]["SUMMARY"] == "실시간 채팅 · 한국어: 상담원 2"
    assert events["ko"]["DESCRIPTION"].startswith(r"유급 8시간\n")
    assert events["ko"]["UID"] == events["en"]["UID"]
