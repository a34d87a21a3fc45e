"""What was refused is loaded once the mapping is right, and the books hold each row once."""

import json

import pytest

from pipelines.errors import InputError, SettingsError
from pipelines.ingest.load import replay

KEY = b"a key for tests, of 32 bytes ..."

HEADER = "Id,Requester id,Status,Via,Created at,Updated at,Solved at,Satisfaction Score,Subject\n"
GOOD = "{},77,Solved,Mail,2026-03-02 09:00,2026-03-03 09:00,2026-03-02 12:00,Good,hello\n"
# an hour that Berlin does not have, in the night when clocks go forward
GAP = '{},77,Open,Mail,2026-03-29 02:30,,,,"two\nlines, "" and a comma"\n'
BROKEN = "oops,1,2\n"
TEXT = HEADER + GOOD.format(1) + GAP.format(2) + GOOD.format(3) + BROKEN + GAP.format(4)


def manifests(intake) -> list[dict]:
    paths = sorted((intake.warehouse / "raw").glob("[0-9]*/manifest.json"))
    return [json.loads(path.read_text()) for path in paths]


def test_rejects_tell_the_line_of_the_file_though_values_hold_line_breaks(intake):
    intake.load(intake.file("t.csv", TEXT), zone="Europe/Berlin")
    assert [line for line, _ in intake.rejects()] == [3, 6, 7]


def test_a_corrected_zone_lets_the_refused_rows_in_word_for_word(intake):
    [first] = intake.load(intake.file("t.csv", TEXT), zone="Europe/Berlin")
    assert (first.received, first.quarantined) == (5, 3)
    [second] = replay(intake.warehouse, "t.csv", zone="Asia/Seoul", key=KEY)
    assert (second.received, second.loaded, second.quarantined) == (3, 2, 1)
    assert manifests(intake)[1]["replays"] == first.load_id
    assert manifests(intake)[1]["file"] == "t.csv"
    assert intake.rows(
        "contacts", "source_id, created_at, subject", "source_id"
    )[1::2] == [
        ("2", "2026-03-28 17:30:00", 'two\nlines, " and a comma'),
        ("4", "2026-03-28 17:30:00", 'two\nlines, " and a comma'),
    ]  # fmt: skip
    assert intake.rows("contacts", "_line, source_id", "source_id")[1::2] == [(3, "2"), (7, "4")]
    # the broken line went over to the new load as it was
    assert intake.rows("rejects", "line, _load_id") == [
        (3, first.load_id), (6, first.load_id), (6, second.load_id), (7, first.load_id),
    ]  # fmt: skip


def test_a_replay_that_mends_nothing_changes_nothing(intake):
    intake.load(intake.file("t.csv", TEXT), zone="Europe/Berlin")
    [report] = replay(intake.warehouse, key=KEY)
    assert report.loaded == 0
    assert "none of the refused rows can be loaded yet" in report.skipped_reason
    assert len(manifests(intake)) == 1


def test_replaying_twice_is_replaying_once(intake):
    intake.load(intake.file("t.csv", TEXT), zone="Europe/Berlin")
    replay(intake.warehouse, zone="Asia/Seoul", key=KEY)
    [again] = replay(intake.warehouse, zone="Asia/Seoul", key=KEY)
    assert "none of the refused rows is a record" in again.skipped_reason
    assert intake.rows("contacts", "source_id", "source_id") == [("1",), ("2",), ("3",), ("4",)]


def test_json_is_replayed_in_its_own_shape(intake):
    ticket = {
        "id": 5, "via": {"channel": "email"}, "status": "open", "requester_id": 9,
        "created_at": "2026-03-02T09:00:00Z", "updated_at": "2026-03-01T09:00:00Z",
        "subject": "x", "submitter_id": 9, "generated_timestamp": 1772442000,
    }  # fmt: skip
    good = {**ticket, "id": 6, "updated_at": "2026-03-03T09:00:00Z"}
    path = intake.file("t.json", json.dumps({"tickets": [ticket, good], "count": 2}))
    [report] = intake.load(path)
    assert (report.loaded, report.quarantined) == (1, 1)
    [again] = replay(intake.warehouse, key=KEY)
    assert "none of the refused rows can be loaded yet" in again.skipped_reason


def test_a_load_with_a_mapping_asks_for_the_corrected_one(intake):
    intake.file("mappings/t.toml", 'zone = "Europe/Berlin"\n')
    intake.load(intake.file("t.csv", TEXT))
    with pytest.raises(SettingsError, match=r"t\.csv: was loaded with t\.toml; pass --mapping"):
        replay(intake.warehouse, key=KEY)
    corrected = intake.file("corrected.toml", 'zone = "Asia/Seoul"\n')
    [report] = replay(intake.warehouse, mapping=corrected, key=KEY)
    assert report.loaded == 2


def test_an_unknown_load_is_told(intake):
    intake.load(intake.file("t.csv", TEXT), zone="Europe/Berlin")
    with pytest.raises(InputError, match="nosuch: no such load or file"):
        replay(intake.warehouse, "nosuch", key=KEY)


def test_another_key_cannot_open_the_quarantine(intake):
    intake.load(intake.file("t.csv", TEXT), zone="Europe/Berlin")
    with pytest.raises(SettingsError, match="is not that of the loads before"):
        replay(intake.warehouse, zone="Asia/Seoul", key=b"x" * 32)


def test_a_file_read_again_takes_the_place_of_its_load_and_of_the_replays(intake):
    path = intake.file("t.csv", TEXT)
    intake.load(path, zone="Europe/Berlin")
    replay(intake.warehouse, zone="Asia/Seoul", key=KEY)
    [report] = intake.load(path, zone="Asia/Seoul", again=True)
    assert (report.received, report.loaded, report.quarantined) == (5, 4, 1)
    assert [m["load_id"] for m in manifests(intake)] == [report.load_id]
    assert intake.rows("contacts", "source_id") == [("1",), ("2",), ("3",), ("4",)]
