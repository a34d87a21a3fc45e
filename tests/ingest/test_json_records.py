"""JSON files: where a record stands, and envelopes too large to be one value."""

import json

import pytest

from pipelines.ingest import decoding


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


def test_a_large_envelope_loads_like_a_small_one(intake, monkeypatch):
    records = [message(n) for n in range(1, 400)] + [None]
    text = json.dumps({"meta": {}, "payload": records}, indent=1)
    intake.load(intake.file("small.json", text))
    small = lines(intake)
    monkeypatch.setattr(decoding, "_LARGEST_VALUE", 0)
    [report] = intake.load(intake.file("large.json", text + "\n"))
    assert (report.received, report.loaded) == (400, 399)
    assert lines(intake) == sorted(small * 2)


def test_a_value_nested_too_deep_for_a_look_is_loaded_all_the_same(intake):
    deep = json.dumps(message(1))[:-1] + ', "x": ' + "[" * 2000 + "]" * 2000 + "}\n"
    [report] = intake.load(intake.file("m.jsonl", deep))
    assert (report.received, report.loaded) == (1, 1)


@pytest.mark.parametrize("wrap", ["\n".join, lambda r: f"[{','.join(r)}]",
                                  lambda r: f'{{"payload": [{",".join(r)}]}}'],
                         ids=["lines", "array", "envelope"])  # fmt: skip
def test_a_first_record_that_lacks_a_key_does_not_hide_what_the_file_is(intake, wrap):
    untimed = {key: value for key, value in message(1).items() if key != "created_at"}
    [report] = intake.load(intake.file("m.json", wrap([json.dumps(untimed), SECOND])))
    assert (report.source, report.loaded, report.quarantined) == ("chatwoot_json", 1, 1)


def test_a_first_line_that_breaks_off_is_refused_and_the_others_are_read(intake):
    [report] = intake.load(intake.file("m.jsonl", f"{FIRST[:90]}\n{SECOND}\n"))
    assert (report.source, report.loaded, report.quarantined) == ("chatwoot_json", 1, 1)
    assert intake.rejects() == [(1, "not a JSON object")]


def test_one_record_on_a_line_of_its_own_in_an_envelope_is_no_file_of_lines(intake):
    [report] = intake.load(intake.file("m.json", f'{{"payload": [\n{FIRST}\n]}}\n'))
    assert (report.received, report.loaded) == (1, 1)
