"""Files to take away: safe cells, and calendars that calendar programmes understand."""

from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pandas as pd

from pipelines.api import csv_bytes, icalendar_bytes, with_clock, xlsx_bytes

MADE_AT = datetime(2026, 3, 1, 9, 30)


def shifts(**changed):
    row = {
        "channel": "phone",
        "language": "ko",
        "starts_at": pd.Timestamp("2026-03-02 00:00"),
        "ends_at": pd.Timestamp("2026-03-02 09:00"),
        "break_starts_at": pd.Timestamp("2026-03-02 03:00"),
        "break_ends_at": pd.Timestamp("2026-03-02 04:00"),
        "agents": 3,
        "paid_hours": 24.0,
    }
    return pd.DataFrame([row | changed])


def lines(frame, site="Sample Exchange"):
    content = icalendar_bytes(frame, site, MADE_AT).decode()
    assert content.endswith("END:VCALENDAR\r\n")
    assert max(len(line.encode()) for line in content.split("\r\n")) <= 75
    return content.replace("\r\n ", "").split("\r\n")[:-1]


def test_a_shift_is_one_event_in_utc_with_its_break_told():
    events = lines(shifts())
    assert events[6:-1] == [
        "BEGIN:VEVENT",
        "UID:" + events[7].removeprefix("UID:"),
        "DTSTAMP:20260301T093000Z",
        "DTSTART:20260302T000000Z",
        "DTEND:20260302T090000Z",
        "SUMMARY:phone/ko: 3 agents",
        r"DESCRIPTION:24 paid hours\nBreak of 60 minutes\, 3 h after the start",
        "CATEGORIES:phone,ko",
        "END:VEVENT",
    ]


def uid(frame, site="Sample Exchange"):
    return next(line for line in lines(frame, site) if line.startswith("UID:"))


def test_the_id_of_an_event_stays_when_its_people_change_and_differs_for_another_shift():
    assert uid(shifts()) == uid(shifts(agents=5, paid_hours=40.0))
    others = [
        shifts(language="en"),
        shifts(starts_at=pd.Timestamp("2026-03-02 01:00")),
        shifts(break_starts_at=pd.NaT, break_ends_at=pd.NaT),
    ]
    assert len({uid(shifts()), *map(uid, others), uid(shifts(), "Another")}) == 5


def test_text_that_would_end_a_line_or_a_list_is_escaped_and_long_hangul_is_folded():
    events = lines(shifts(language="ko;x,y\\z\nEND:VEVENT"), "거래소 " * 20)
    assert events.count("END:VEVENT") == 1
    assert r"SUMMARY:phone/ko\;x\,y\\z\nEND:VEVENT: 3 agents" in events
    assert "X-WR-CALNAME:" + "거래소 " * 20 in events


def test_no_shifts_are_a_calendar_without_events():
    assert lines(shifts().iloc[:0])[-1] == "END:VCALENDAR"


def test_cells_that_look_like_formulas_are_text_in_both_files():
    frame = pd.DataFrame({"=1+1": ["@cmd", "+1", "-2", "fine", "\tx"], "n": [-1, 2, 3, 4, 5]})
    text = csv_bytes(frame).decode("utf-8-sig").split("\r\n")
    assert text[:4] == ["'=1+1,n", "'@cmd,-1", "'+1,2", "'-2,3"]
    sheets = pd.read_excel(
        BytesIO(xlsx_bytes(frame, shifts=frame)), sheet_name=None, engine="calamine"
    )
    assert list(sheets) == ["data", "shifts", "about"]
    assert sheets["shifts"]["=1+1"].tolist()[:3] == ["@cmd", "+1", "-2"]


def test_a_workbook_tells_zoned_instants_in_utc_and_says_so():
    seoul = pd.to_datetime(["2026-03-02 09:00", None]).tz_localize("Asia/Seoul")
    mixed = [datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Seoul")), pd.NaT]
    frame = pd.DataFrame({"at": seoul, "seen": pd.Series(mixed, dtype=object), "n": [1, 2]})
    sheets = pd.read_excel(
        BytesIO(xlsx_bytes(frame, shifts=frame)), sheet_name=None, engine="calamine"
    )
    for sheet in (sheets["data"], sheets["shifts"]):
        assert sheet.columns.tolist() == ["at (UTC)", "seen (UTC)", "n"]
        assert sheet.iloc[0].tolist() == [pd.Timestamp("2026-03-02 00:00")] * 2 + [1]
        assert sheet.iloc[1].isna().tolist() == [True, True, False]
    assert frame.columns.tolist() == ["at", "seen", "n"]


def person(**changed):
    row = {"person": 3, "local_on": pd.Timestamp("2026-03-02"), "paid_hours": 8.0}
    return shifts(**row | changed).drop(columns="agents")


def test_a_persons_shift_names_a_number_and_moves_when_the_plan_does():
    told = lines(person())
    assert "SUMMARY:phone/ko: agent 3" in told
    assert [line for line in told if line.startswith("DESCRIPTION:")] == [
        r"DESCRIPTION:8 paid hours\nBreak of 60 minutes\, 3 h after the start"
    ]
    later = {"starts_at": pd.Timestamp("2026-03-02 01:00")}
    assert uid(person()) == uid(person(**later))
    others = [person(person=4), person(local_on=pd.Timestamp("2026-03-03"))]
    assert len({uid(person()), uid(shifts()), *map(uid, others)}) == 4


def test_a_file_tells_the_sites_clock_beside_its_half_hours_which_may_cross_midnight():
    plan = pd.DataFrame({"local_slot": [0, 19, None], "gap": [1, 2, 3]})
    told = with_clock(plan)
    assert told.columns.tolist() == ["local_slot", "local_time", "gap"]
    assert told["local_time"].tolist()[:2] == ["00:00", "09:30"]
    assert told["local_time"].isna().tolist() == [False, False, True]
    shifts = with_clock(pd.DataFrame({"start_slot": [34], "end_slot": [52]}))
    assert shifts.iloc[0].tolist() == [34, "17:00", 52, "02:00"]
    assert with_clock(told).equals(told)
    assert plan.columns.tolist() == ["local_slot", "gap"]
