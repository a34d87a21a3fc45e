"""Personal data in any column of an export is in no byte that a load writes or says.

Every record of these files has it in another column. Ids of contacts and agents stay as they are,
so that the columns they come from are left out.
"""

import csv
import io
import json
import os
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import SupportQualityError, without_values

EMAIL, PHONE, CARD = "minji.kim@example.com", "010-1234-5678", "4111 1111 1111 1111"
WALLET = "0x52908400098527886E0F7030069857D2E4169EE7"
PRIVATE = f"김민지 고객님 {EMAIL} {PHONE} {CARD} {WALLET}"
FRAGMENTS = ("김민지", "minji.kim", "1234-5678", "4111 1111", WALLET[:12])
# what becomes an id of a contact, a message or an agent
IDS = {
    "id", "assignee", "assignee id", "assignee_id", "call_id", "line", "agent", "agent_ids",
    "agent_names", "msg_id", "zendesk_ticket_id", "ticket_id", "author_id", "date",
}  # fmt: skip
EXPORTS = Path(__file__).parents[2] / "data" / "exports"

ZENDESK = {
    "Id": "1", "Requester": "x", "Requester id": "77", "Requester email": "x", "Status": "Solved",
    "Via": "Mail", "Subject": "x", "Tags": "a b", "Group": "Support", "Priority": "High",
    "Created at": "2026-03-02 09:00", "Updated at": "2026-03-03 09:00",
    "Solved at": "2026-03-02 12:00", "Satisfaction Score": "Good", "Ticket type": "Incident",
    "Language [list]": "ko", "Note nobody asked for": "x",
}  # fmt: skip
CHAT = {
    "id": "c", "type": "chat", "timestamp": "2026-03-02T00:00:00Z",
    "update_timestamp": "2026-03-02T01:00:00Z", "duration": 60, "department_name": "KYC",
    "tags": ["ko"], "rating": "good", "comment": "x", "visitor": {"id": "7", "name": "x",
    "email": "x", "phone": "x", "notes": "x"}, "webpath": [{"title": "x", "from": "x"}],
    "session": {"ip": "x", "city": "x"},
    "history": [
        {"type": "chat.msg", "timestamp": "2026-03-02T00:00:05Z", "nick": "visitor:7",
         "name": "x", "msg": "hello", "msg_id": "m"},
    ],
}  # fmt: skip
TICKET = {
    "id": 1, "via": {"channel": "email", "source": {"from": {"name": "x", "address": "x"}}},
    "status": "open", "requester_id": 9, "submitter_id": 9, "subject": "x", "raw_subject": "x",
    "description": "x", "tags": ["a"], "priority": "high", "recipient": "x", "group_id": 3,
    "created_at": "2026-03-02T09:00:00Z", "updated_at": "2026-03-03T09:00:00Z",
    "satisfaction_rating": {"score": "good", "comment": "x", "reason": "x"},
    "collaborator_ids": [1], "custom_fields": [{"id": 5, "value": "x"}],
}  # fmt: skip


def poisoned(record: object, path: tuple = ()) -> list[object]:
    """The record once per text in it, each time with the personal data in its place."""
    if isinstance(record, dict):
        items = [(k, v) for k, v in record.items() if k.casefold() not in IDS]
    elif isinstance(record, list):
        items = list(enumerate(record))
    else:
        return [PRIVATE] if isinstance(record, str) else []
    made = []
    for key, value in items:
        for changed in poisoned(value):
            copy = dict(record) if isinstance(record, dict) else list(record)
            copy[key] = changed
            made.append(copy)
    return made


def numbered(records: list[dict]) -> list[dict]:
    return [record | {"id": f"{i}"} for i, record in enumerate(records, 1)]


def table(record: dict[str, str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, record)
    writer.writeheader()
    for number, changed in enumerate(poisoned(record), 1):
        writer.writerow(changed | {next(iter(record)): number})
    return out.getvalue()


def examples() -> list[str]:
    return [
        table(ZENDESK),
        json.dumps({"chats": numbered(poisoned(CHAT)), "count": 1}),
        json.dumps({"tickets": numbered(poisoned(TICKET)), "count": 1}),
        "".join(json.dumps(ticket) + "\n" for ticket in numbered(poisoned(TICKET))),
    ]


def leaks(warehouse: Path) -> list[tuple[str, str]]:
    """(file, fragment) of everything that can be read below a folder, Parquet by its values."""
    found = []
    for path in (path for path in warehouse.rglob("*") if path.is_file()):
        text = path.read_bytes().decode("utf-8", "ignore")
        if path.suffix == ".parquet":
            rows = duckdb.execute(f"SELECT CAST(t AS VARCHAR) FROM '{path}' t").fetchall()
            text += "\n".join(row for (row,) in rows)
        found += [(path.name, fragment) for fragment in FRAGMENTS if fragment in text]
    return found


@pytest.mark.parametrize("number", range(4))
def test_nothing_personal_is_written_or_said_whatever_column_it_stands_in(intake, number, capfd):
    name = "t.csv" if number == 0 else "t.json"
    [report] = intake.load(intake.file(name, examples()[number]), zone="Asia/Seoul")
    assert report.received > 10
    assert report.loaded > 5
    assert leaks(intake.warehouse) == []
    out, err = capfd.readouterr()
    assert [fragment for fragment in FRAGMENTS if fragment in out + err] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.json", json.dumps([TICKET | {"subject": PRIVATE}] * 3)[:-200] + '"'),
        ("t.json", '{"tickets": [{"id": 1, "subject": "' + PRIVATE + '", "created_at": }]}'),
        ("t.csv", ",".join(ZENDESK) + f'\n1,"{PRIVATE}, and it never closes\n2,x\n'),
        ("t.csv", f"{PRIVATE},another\n1,2\n"),
    ],
)
def test_an_error_says_where_and_never_what(intake, name, text):
    with pytest.raises(SupportQualityError) as raised:
        intake.load(intake.file(name, text), zone="Asia/Seoul")
    assert [fragment for fragment in FRAGMENTS if fragment in str(raised.value)] == []
    assert leaks(intake.warehouse) == []


def test_a_librarys_message_loses_what_it_quotes():
    message = f"Conversion Error: Could not convert string '{PRIVATE}' to INT64\nLINE 1: ..."
    assert without_values(message) == "Conversion Error: Could not convert string … to INT64"


def test_the_key_is_in_nothing_that_is_written(intake, monkeypatch):
    secret = "a phrase that nobody may read"
    monkeypatch.setenv("SUPPORT_QUALITY_KEY", secret)
    intake.load(intake.file("t.csv", table(ZENDESK)), zone="Asia/Seoul", key=None)
    written = b"".join(p.read_bytes() for p in intake.warehouse.rglob("*") if p.is_file())
    assert secret.encode() not in written
    assert os.environ["SUPPORT_QUALITY_KEY"] == secret
