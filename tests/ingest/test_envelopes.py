"""One large JSON object, taken apart into lines."""

import json

import pytest

from pipelines.ingest import envelopes
from pipelines.ingest.envelopes import unwrapped


def lines(tmp_path, text: str) -> list[str] | None:
    (tmp_path / "export.json").write_text(text)
    if not unwrapped(tmp_path / "export.json", tmp_path / "lines.jsonl"):
        return None
    return (tmp_path / "lines.jsonl").read_text().splitlines()


def test_the_first_line_tells_every_list_and_each_later_one_holds_a_record(tmp_path):
    text = (
        '{"next": null, "chats": [{"id": 1}, {"id": 2}], "count": 2, "users": [{"id": 9}], "x": []}'
    )
    assert lines(tmp_path, text) == [
        '{"chats": [{"id": 1}], "users": [{"id": 9}]}', '{"chats": [{"id": 2}]}',
    ]  # fmt: skip


def test_lists_one_level_below_keep_their_place(tmp_path):
    text = (
        '{"data": {"chats": [{"id": 1}, {"id": 2}], "ids": [1, 2], "users": [{"id": 9}]}, "x": {}}'
    )
    assert lines(tmp_path, text) == [
        '{"data": {"chats": [{"id": 1}], "users": [{"id": 9}]}}',
        '{"data": {"chats": [{"id": 2}]}}',
    ]


def test_records_stay_as_they_are_written_but_for_line_ends_between_their_tokens(tmp_path):
    record = '{"id": 12345678901234567890, "x": 1.50, "t": "a\\nb, \\u00e9 가"}'
    spread = record.replace(", ", ",\r\n  ", 1)
    [line] = lines(tmp_path, f'\ufeff{{\n "chats" : [\n {spread} ]\n}}\n')
    assert line == f'{{"chats": [{record.replace(", ", ",    ", 1)}]}}'


def test_values_larger_than_a_block_are_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(envelopes, "_BLOCK", 7)
    chats = [{"id": number, "text": "가" * 50 + '"\\]}'} for number in range(20)]
    text = json.dumps({"n": 123456789, "chats": chats}, ensure_ascii=False)
    read = [json.loads(line)["chats"][0] for line in lines(tmp_path, text)]
    assert read == chats


@pytest.mark.parametrize(
    "text",
    ['{"chats": [{"id": 1}', '{"chats": [{"id": 1} {"id": 2}]}', '{"a": [1]}\n{"a": [2]}', "[1]",
     '{"id": 7}', ""],
)  # fmt: skip
def test_what_is_not_one_object_around_lists_is_left_as_it_is(tmp_path, text):
    assert lines(tmp_path, text) is None
