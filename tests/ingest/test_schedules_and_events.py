"""Schedules and market events: small files whose headers are the field names."""

import pytest

from pipelines.errors import SettingsError, ZoneError

HEADER = "channel,language,starts_at,ends_at,agents\n"
ROW = "phone,ko,2026-03-02 09:00,2026-03-02 09:30,{}\n"


def test_local_intervals_become_utc(intake):
    intake.load(intake.file("s.csv", HEADER + ROW.format("2.5")), zone="Asia/Seoul")
    assert intake.rows("schedules", "channel, language, starts_at, ends_at, agents") == [
        ("phone", "ko", "2026-03-02 00:00:00", "2026-03-02 00:30:00", 2.5)
    ]


def test_times_with_an_offset_need_no_zone(intake):
    text = HEADER + "phone,ko,2026-03-02T09:00:00+09:00,2026-03-02T09:30:00+09:00,2\n"
    intake.load(intake.file("s.csv", text))
    assert intake.rows("schedules", "starts_at") == [("2026-03-02 00:00:00",)]


def test_times_without_an_offset_do(intake):
    with pytest.raises(ZoneError, match=r"s\.csv: its times carry no offset"):
        intake.load(intake.file("s.csv", HEADER + ROW.format(2)))


def test_the_length_of_an_interval_may_be_told_instead_of_its_end(intake):
    mapping = intake.file("mappings/s.toml", 'zone = "Asia/Seoul"\ninterval_minutes = 15\n')
    text = "channel,language,starts_at,agents\nphone,ko,2026-03-02 09:00,2\n"
    intake.load(intake.file("s.csv", text), mapping=mapping)
    assert intake.rows("schedules", "ends_at") == [("2026-03-02 00:15:00",)]


def test_without_either_the_file_is_refused(intake):
    text = "channel,language,starts_at,agents\nphone,ko,2026-03-02 09:00,2\n"
    with pytest.raises(SettingsError, match="neither ends_at nor interval_minutes"):
        intake.load(intake.file("s.csv", text), zone="Asia/Seoul")


def test_impossible_intervals_are_refused(intake):
    rows = [ROW.format(-1), "phone,ko,2026-03-02 09:00,2026-03-02 09:00,1\n", ROW.format("")]
    intake.load(intake.file("s.csv", HEADER + "".join(rows)), zone="Asia/Seoul")
    assert intake.rejects() == [
        (2, "agents is negative"),
        (3, "ends_at is not after starts_at"),
        (4, "agents is missing"),
    ]


def test_a_market_event_keeps_since_when_it_could_be_known(intake):
    text = (
        "event_id,kind,title,starts_at,ends_at,known_at\n"
        "e1,Listing,new coin,2026-03-02T09:00:00+09:00,2026-03-02T21:00:00+09:00,"
        "2026-02-23T09:00:00+09:00\n"
        "e2,surge,up,2026-03-02T09:00:00Z,2026-03-02T08:00:00Z,\n"
    )
    intake.load(intake.file("m.csv", text))
    assert intake.rows("market_events", "event_id, kind, starts_at, ends_at, known_at") == [
        ("e1", "listing", "2026-03-02 00:00:00", "2026-03-02 12:00:00", "2026-02-23 00:00:00")
    ]
    assert intake.rejects() == [(3, "ends_at is not after starts_at")]


def test_a_change_of_our_own_keeps_what_it_concerns_and_empty_stands_for_all(intake):
    text = (
        "event_id,kind,title,starts_at,ends_at,channel,language,topic\n"
        "c1,Article,rewritten,2026-03-02T00:00:00Z,2026-03-03T00:00:00Z,,ko,kyc\n"
    )
    intake.load(intake.file("m.csv", text))
    assert intake.rows("market_events", "kind, channel, language, topic") == [
        ("article", None, "ko", "kyc")
    ]
