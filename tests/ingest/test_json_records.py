"""JSON files: where a record stands, and envelopes larger than memory."""

import json

import pytest

from pipelines.ingest import json_records
from pipelines.ingest.json_records import shape_of, streamed


def message(number: int, **fields) -> dict:
    return {
        "id": number, "conversation_id": 5, "message_type": 1, "content": "a ] } , b",
        "private": False, "created_at": 1772409600 + number, "labels": [{"title": "x"}], **fields,
    }  # fmt: skip


def lines(intake) -> list[tuple]:
    return intake.rows("messages", "message_id, _line", "message_id")


FIRST, SECOND = json.dumps(message(1)), json.dumps(message(2))


@pytest.mark.parametrize(
    ("text", "second"),
    [
        (f"\n{FIRST}\n\n   \n{SECOND}\n", 5),
        (f"{FIRST}\r\n\r\n{SECOND}", 3),
        (f"[{FIRST},\n\n{SECOND}]", 2),
        (f'{{"payload": [{FIRST},{SECOND}]}}\n', 1),
        (f'{{"payload": [\n\n{FIRST},\n{SECOND}]}}', 2),
    ],
    ids=["lines", "windows lines", "array", "envelope in a line", "envelope"],
)
def test_a_record_is_found_by_its_line_or_by_its_number_in_the_list(intake, text, second):
    intake.load(intake.file("m.json", text))
    assert lines(intake)[1] == ("chatwoot:2", second)


def test_an_id_too_large_for_a_float_stays_exact(intake):
    intake.load(
        intake.file("m.json", json.dumps([message(90071992547409931, created_at=1772409600)]))
    )
    assert lines(intake) == [("chatwoot:90071992547409931", 1)]


LISTS = [[message(n) for n in range(1, 400)], [message(1)]]


@pytest.mark.parametrize("records", LISTS, ids=["many", "one"])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    "envelope",
    [
        lambda records: {"payload": records},
        lambda records: {"data": {"meta": {"labels": []}, "payload": records}, "end": True},
        lambda records: {"count": 3, "payload": records, "users": [{"id": 1}], "next": None},
    ],
    ids=["plain", "nested", "beside others"],
)
def test_a_large_envelope_is_read_as_its_list(tmp_path, monkeypatch, records, indent, envelope):
    monkeypatch.setattr(json_records, "_LARGE", 0)
    monkeypatch.setattr(json_records, "_ENDS", 2000)
    text = json.dumps(envelope(records), indent=indent)
    path = tmp_path / "m.json"
    path.write_text(text, encoding="utf-8-sig")
    shape = shape_of(text[:1500])
    alone = streamed(path, shape, "data.payload" if '"data"' in text else "payload", tmp_path)
    if shape.is_lines:
        assert alone is None
    else:
        assert json.loads(alone.read_text()) == records


def test_pages_one_after_the_other_are_not_one_list(tmp_path, monkeypatch):
    monkeypatch.setattr(json_records, "_LARGE", 0)
    page = json.dumps({"payload": LISTS[0]}, indent=1)
    path = tmp_path / "m.json"
    path.write_text(page + "\n" + page)
    assert streamed(path, shape_of(page), None, tmp_path) is None
    assert [each.name for each in tmp_path.iterdir()] == ["m.json"]


def test_a_large_envelope_loads_like_a_small_one(intake, monkeypatch):
    text = json.dumps({"meta": {}, "payload": LISTS[0]}, indent=1)
    intake.load(intake.file("small.json", text))
    small = lines(intake)
    monkeypatch.setattr(json_records, "_LARGE", 0)
    [report] = intake.load(intake.file("large.json", text + "\n"))
    assert (report.received, report.loaded) == (399, 399)
    assert lines(intake) == sorted(small * 2)
