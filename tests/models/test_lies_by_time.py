"""Tables that are not sorted since their contacts lie by time lie by time themselves."""

from datetime import datetime, timedelta

from pipelines.warehouse import catalog
from pipelines.warehouse.engines.duckdb import DuckDBEngine

UNSORTED = {
    head.name: head.entries["sort"][0] for head in catalog.models() if "lies_as" in head.entries
}
CONTACTS, DAYS = 4000, 200


def conversations() -> dict[str, str]:
    """Contacts by time, 20 a day, each asking twice more after the first reply."""
    first = datetime(2026, 1, 5)
    contacts = ["contact_id | requester_id | topic | status | created_at"]
    messages = ["contact_id | sent_at | author_role"]
    for number in range(CONTACTS):
        began = first + timedelta(days=number * DAYS / CONTACTS)
        contacts.append(f"c{number:05} | p{number % 700} | login | solved | {began:%F %T}")
        for minute, role in enumerate(["customer", "agent"] * 3):
            sent = began + timedelta(minutes=minute)
            messages.append(f"c{number:05} | {sent:%F %T} | {role}")
    tables = {"contacts": contacts, "messages": messages}
    return {name: "\n".join(lines) for name, lines in tables.items()}


def test_what_is_joined_to_contacts_that_lie_by_time_comes_out_by_time(warehouse, monkeypatch):
    # how many contacts an export must hold before its tables are not sorted is left out of it
    monkeypatch.setattr(DuckDBEngine, "_lies_sorted", lambda self, head: head.name in UNSORTED)
    connection = warehouse(**conversations())
    steps = {
        table: connection.execute(
            f"SELECT count(*), avg(abs(step)) FROM (SELECT {day} - lag({day}) OVER (ORDER BY rowid)"
            f" AS step FROM {table})"
        ).fetchone()
        for table, day in UNSORTED.items()
    }
    assert {table: rows for table, (rows, _) in steps.items()} == {
        "fact_contacts": CONTACTS,
        "fact_repeats": CONTACTS,
        "fact_replies": 2 * CONTACTS,
    }
    # rows without any order are a third of all days apart
    assert all(days < DAYS / 20 for _, days in steps.values()), steps
