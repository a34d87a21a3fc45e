"""How values read, in English and in Korean."""

from datetime import date, datetime

import pytest

from dashboard import i18n
from dashboard.formats import Reader, step_words


@pytest.fixture
def korean() -> Reader:
    i18n.use("ko")
    yield i18n.reader()
    i18n.use("en")


ENGLISH = Reader()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.5, "0.5 s"),
        (48, "48 s"),
        (59.7, "1 min"),
        (200, "3 min 20 s"),
        (3_599, "59 min 59 s"),
        (3_599.7, "1 h"),
        (4_800, "1 h 20 min"),
        (86_390, "1 d"),
        (187_000, "2 d 4 h"),
        (-5, "−5 s"),
        (None, "—"),
        (float("nan"), "—"),
    ],
)
def test_a_duration_reads_as_people_say_it(seconds, words):
    assert ENGLISH.duration(seconds) == words


def test_where_only_dates_are_known_measured_durations_are_whole_days():
    reader = Reader(in_days=True)
    assert reader.value(0, "seconds") == "0 d"
    assert reader.value(23 * 3600, "seconds") == "1 d"  # midnight to midnight, clocks going forward
    assert reader.interval(0, 3 * 86_400, "seconds") == "0 d – 3 d"
    assert reader.change(0, 2 * 86_400, "seconds") == "-2 d"
    assert reader.change(86_400, 25 * 3600, "seconds") == "0 d"
    assert reader.duration(420) == "7 min"  # what a desk is set to is no measurement


def test_korean_durations_use_korean_units(korean):
    assert korean.duration(4_800) == "1시간 20분"
    assert korean.duration(187_000) == "2일 4시간"


@pytest.mark.parametrize(
    ("lang", "duration", "words", "statements", "pair"),
    [
        ("en", "2 min 54 s", "Phone, E-mail", "a; b", "Channel: all"),
        ("ko", "2분 54초", "전화, 이메일", "a; b", "채널: 전체"),
        ("ja", "2分54秒", "電話、メール", "a／b", "チャネル：すべて"),
        ("zh", "2 分钟 54 秒", "电话、邮件", "a；b", "渠道：全部"),
    ],
)
def test_units_lists_and_pairs_stand_beside_each_other_as_the_language_writes_them(
    lang, duration, words, statements, pair
):
    i18n.use(lang)
    reader = i18n.reader()
    assert reader.duration(174) == duration
    assert reader.listed(reader.name("channel", code) for code in ("phone", "email")) == words
    assert reader.told(["a", "b"]) == statements
    assert i18n.pair(i18n.text("Channel"), i18n.text("all")) == pair
    i18n.use("en")


def test_numbers_shares_and_counts_keep_not_observed_apart_from_zero():
    assert ENGLISH.number(1234.5, 1) == "1,234.5"
    assert ENGLISH.number(-0.0) == "0"
    assert ENGLISH.share(0.1234) == "12.3%"
    assert ENGLISH.share(None) == "—"
    assert ENGLISH.count(0) == "0"


def test_a_group_under_five_is_not_counted_out():
    assert [ENGLISH.count(n) for n in (1, 4, 5)] == ["<5", "<5", "5"]


def test_a_measure_in_a_cell_tells_its_interval_and_n():
    assert ENGLISH.measured(0.096, 0.088, 0.105, 4718, "share") == "9.6% (8.8 – 10.5) · n 4,718"
    assert ENGLISH.measured(129, 118, 140, 978, "seconds") == (
        "2 min 9 s (1 min 58 s – 2 min 20 s) · n 978"
    )
    assert ENGLISH.measured(0.5, 0.1, 0.9, 4, "share") == "<5"
    assert ENGLISH.measured(None, None, None, 0, "share") == "—"


def test_other_locales_use_their_own_separators():
    german = Reader(str, "de")
    assert german.number(1_234_567.89, 1) == "1.234.567,9"
    assert german.share(0.1234) == "12,3\xa0%"


def test_a_change_is_in_points_for_shares_time_for_seconds_and_per_cent_otherwise():
    assert ENGLISH.change(0.50, 0.60, "share") == "-10.0 pts"
    assert ENGLISH.change(90, 60, "seconds") == "+30 s"
    assert ENGLISH.change(110, 100, "contacts") == "+10.0%"
    assert ENGLISH.change(-2.5, 10, "points") == "-12.5"
    assert ENGLISH.change(4.36, 4.25, "points") == "+0.11"


def test_a_mean_score_keeps_its_decimals_also_where_they_are_zeros():
    assert ENGLISH.measured(4, 3.81, 4.19, 12, "score") == "4.00 (3.81 – 4.19) · n 12"
    assert ENGLISH.value(4, "points 1-5") == "4.00"
    assert ENGLISH.value(37.5, "points") == "37.5"


def test_a_change_too_small_to_show_has_no_sign():
    assert ENGLISH.change(0.5001, 0.5, "share") == "0.0 pts"
    assert ENGLISH.change(60.2, 60, "seconds") == "0 s"


def test_a_change_from_nothing_observed_is_not_told():
    assert ENGLISH.change(5, None, "contacts") is None
    assert ENGLISH.change(5, 0, "contacts") is None


def test_instants_are_told_on_the_clock_of_the_site():
    at = datetime(2026, 10, 31, 15, 30)
    assert ENGLISH.instant(at, "Asia/Seoul") == "Nov 1, 2026 00:30"
    assert ENGLISH.instant(at, "Europe/London") == "Oct 31, 2026 15:30"


def test_days_follow_the_order_of_the_language(korean):
    assert korean.day(date(2026, 11, 20)) == "2026년 11월 20일"
    assert korean.weekday_and_day(date(2026, 11, 16)) == "11월 16일 (월)"
    assert korean.instant(datetime(2026, 11, 19, 15, 30), "Asia/Seoul") == "2026년 11월 20일 00:30"
    assert korean.weekday(0) == "월"
    assert ENGLISH.weekday(0) == "Mon"


def test_codes_read_as_words_and_chinese_is_kept_apart(korean):
    assert [ENGLISH.language(code) for code in ("zh-CN", "zh-TW")] == [
        "Chinese (Simplified)",
        "Chinese (Traditional)",
    ]
    assert korean.name("channel", "live_chat") == "실시간 채팅"
    assert korean.language("ja") == "일본어"
    assert ENGLISH.name("team", "Seoul A") == "Seoul A"
    assert ENGLISH.name("team", None) == "(none)"


def test_amounts_keep_three_figures_by_thousands_and_by_ten_thousands():
    english, korean = Reader(str, "en"), Reader(str, "ko")
    amounts = (500, 1_234, 33_000, 9_130_000, 144_007_000)
    assert [english.money(each, "KRW") for each in amounts] == [
        "₩500",
        "₩1.23K",
        "₩33K",
        "₩9.13M",
        "₩144M",
    ]
    assert [korean.money(each, "KRW") for each in amounts] == [
        "₩500",
        "₩1.23천",
        "₩3.3만",
        "₩913만",
        "₩1.44억",
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [(1331.04, "+1,331.0 h"), (-5.0, "-5.0 h"), (0.04, None), (-0.04, None)],
)
def test_a_step_down_begins_with_the_hyphen_that_streamlit_draws_a_falling_arrow_for(change, words):
    assert step_words(change, lambda value: f"{ENGLISH.number(value, 1)} h") == words
