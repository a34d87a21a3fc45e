"""KakaoTalk's talk exports: four layouts of the same conversation."""

import json

import pytest

from pipelines.errors import SettingsError, ZoneError
from pipelines.ingest.inspecting import inspect_file

MAPPING = """
source = "kakaotalk"
zone = "Asia/Seoul"
[values.author]
"상담원" = "agent"
"도우미" = "bot"
"""
WINDOWS = """\
나그네 님과 카카오톡 대화
저장한 날짜 : 2026-10-05 10:00:00

--------------- 2026년 10월 2일 금요일 ---------------
[나그네] [오전 12:15] 출금이 안 돼요
벌써 이틀째예요
[도우미] [오전 12:15] 잠시만요
[상담원] [오후 12:05] 확인하겠습니다
"""
ANDROID = """\
나그네 님과 카카오톡 대화
저장한 날짜 : 2026년 10월 5일 오전 10:00


2026년 10월 2일 오전 12:15
2026년 10월 2일 오전 12:15, 나그네 : 출금이 안 돼요
벌써 이틀째예요
2026년 10월 2일 오전 12:15, 도우미 : 잠시만요
2026년 10월 2일 오후 12:05, 상담원 : 확인하겠습니다
"""
IPHONE = ANDROID.replace("2026년 10월 2일 오", "2026. 10. 2. 오")
MAC = """\
Date,User,Message
2026-10-02 00:15:00,나그네,"출금이 안 돼요
벌써 이틀째예요"
2026-10-02 00:15:00,도우미,잠시만요
2026-10-02 12:05:00,상담원,확인하겠습니다
"""


def told(intake, name: str, text: str | bytes, mapping: str = MAPPING):
    intake.file(f"mappings/{name.split('.')[0]}.toml", mapping)
    return intake.file(name, text)


@pytest.mark.parametrize(
    "text", [WINDOWS, ANDROID, IPHONE, MAC], ids=["windows", "android", "iphone", "mac"]
)
def test_each_layout_tells_the_same_conversation(text, intake):
    intake.load(told(intake, "talk.csv" if text is MAC else "talk.txt", text))
    assert intake.rows("messages", "sent_at, author_role, text", "_line") == [
        ("2026-10-01 15:15:00", "customer", "출금이 안 돼요\n벌써 이틀째예요"),
        ("2026-10-01 15:15:00", "bot", "잠시만요"),
        ("2026-10-02 03:05:00", "agent", "확인하겠습니다"),
    ]
    assert intake.rows("contacts", "channel, direction, created_at, agent_id") == [
        ("social", "inbound", "2026-10-01 15:15:00", "상담원")
    ]


def test_messages_of_one_minute_keep_the_order_of_the_file(intake):
    intake.load(told(intake, "talk.txt", WINDOWS))
    ordered = intake.rows("messages", "author_role", "sent_at, message_id")
    assert ordered == [("customer",), ("bot",), ("agent",)]


def test_korean_windows_writes_cp949(intake):
    intake.load(told(intake, "talk.txt", WINDOWS.encode("cp949")))
    assert intake.rows("messages", "text", "_line")[1] == ("잠시만요",)


def test_a_day_of_silence_begins_a_new_contact_and_a_longer_export_the_same_ones(intake):
    intake.load(told(intake, "talk.txt", WINDOWS))
    more = (
        "--------------- 2026년 10월 4일 일요일 ---------------\n[나그네] [오전 9:00] 또 안 돼요\n"
    )
    intake.load(told(intake, "later.txt", WINDOWS + more))
    created = intake.rows("contacts", "DISTINCT contact_id, created_at", "created_at")
    assert [at for _, at in created] == ["2026-10-01 15:15:00", "2026-10-04 00:00:00"]
    assert intake.rows("messages", "count(DISTINCT message_id), count(*)") == [(4, 7)]


@pytest.mark.parametrize(
    ("before", "goes"),
    [
        (WINDOWS, "나그네님이 나갔습니다.\n"),
        (ANDROID, "2026년 10월 2일 오후 12:05, 나그네님이 나갔습니다.\n"),
    ],
)
def test_coming_and_going_is_the_systems_and_names_nobody(before, goes, intake):
    intake.load(told(intake, "talk.txt", before + goes))
    rows = intake.rows("messages", "sent_at, author_role, author_id, text", "_line")
    assert rows[3:] == [("2026-10-02 03:05:00", "system", None, None)]


def test_nothing_is_guessed_without_a_zone_or_without_the_agents(intake):
    with pytest.raises(ZoneError):
        intake.load(told(intake, "a.txt", WINDOWS, MAPPING.replace('zone = "Asia/Seoul"', "")))
    with pytest.raises(SettingsError, match=r"\[values.author\]"):
        intake.load(intake.file("b.txt", WINDOWS), zone="Asia/Seoul")


@pytest.mark.parametrize("before", [WINDOWS, ANDROID, IPHONE])
def test_a_talk_has_no_headers_so_that_its_first_line_names_the_customer_nowhere(before, intake):
    path = told(intake, "talk.txt", before)
    intake.load(path)
    [manifest] = intake.warehouse.glob("raw/*/manifest.json")
    stored = json.loads(manifest.read_text(encoding="utf-8"))
    told_of = ("headers", "columns_unknown", "columns_missing")
    assert [stored[key] for key in told_of] == [[], [], []]
    assert inspect_file(path).columns == ()


def test_the_table_of_a_mac_has_headers(intake):
    intake.load(told(intake, "talk.csv", MAC))
    [manifest] = intake.warehouse.glob("raw/*/manifest.json")
    stored = json.loads(manifest.read_text(encoding="utf-8"))
    assert stored["headers"] == ["Date", "User", "Message"]
