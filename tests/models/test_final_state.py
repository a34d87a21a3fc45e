"""Whatever came when and how often: the published tables are those of one clean load."""

import itertools

import pytest

from tests.fixtures import SETTINGS, RawWarehouse

MARTS = (
    "fact_contacts", "fact_messages", "fact_status_events", "fact_resolutions", "fact_surveys",
    "fact_arrivals", "fact_backlog",
)  # fmt: skip

FULL = """
    contact_id | kind   | created_at           | status | exclusion
    a          | ticket | 2026-03-02 09:00:00Z | open   |
    b          | ticket | 2026-03-02 10:00:00Z | open   |
    c          | ticket | 2026-03-02 11:00:00Z | open   |
    call       | call   | 2026-03-02 10:00:00Z | closed |
"""
WITHOUT_B = "\n".join(line for line in FULL.split("\n") if not line.strip().startswith("b "))
LAST_TWO = "contact_id | created_at\nb | 2026-03-02 10:00:00Z\nc | 2026-03-02 11:00:00Z"


def tables_of(connection) -> dict:
    """Every row of the marts, without the loads they came by."""
    found = {}
    for table in MARTS:
        columns = "* EXCLUDE (_load_id)" if table == "fact_contacts" else "*"
        found[table] = connection.execute(f"SELECT {columns} FROM {table} ORDER BY ALL").fetchall()
    return found


def fates(connection) -> dict:
    """contact_id -> why it is not counted."""
    return dict(connection.execute("SELECT contact_id, exclusion FROM fact_contacts").fetchall())


def test_what_a_later_full_export_lacks_was_deleted(warehouse):
    warehouse.load(contacts=FULL)
    warehouse.load(contacts=WITHOUT_B, is_full=True)
    connection = warehouse.build()
    assert fates(connection) == {"a": None, "b": "deleted", "c": None, "call": None}
    assert connection.execute(
        "SELECT file, received, counted, duplicate, deleted FROM ledger ORDER BY file"
    ).fetchall() == [("file_1.csv", 4, 0, 3, 1), ("file_2.csv", 3, 3, 0, 0)]


def test_absence_says_the_same_as_a_row_that_says_deleted(warehouse, tmp_path):
    warehouse.load(contacts=FULL)
    warehouse.load(contacts=WITHOUT_B, is_full=True)
    clean = type(warehouse)(tmp_path / "clean")
    told = FULL.replace(
        "b          | ticket | 2026-03-02 10:00:00Z | open  ",
        "b          | ticket | 2026-03-02 10:00:00Z | deleted",
    )
    assert tables_of(warehouse.build()) == tables_of(clean(SETTINGS, contacts=told))


def of(system: str, table: str) -> str:
    """The same contacts as those of a system of its own, but where the table tells another."""
    head, *rows = (line.strip() for line in table.strip().splitlines())
    if "source" in head:
        return "\n".join([head, *(f"{system}.{row}" for row in rows)])
    return "\n".join([f"source | {head}", *(f"{system} | {system}.{row}" for row in rows)])


LATER_ONE = WITHOUT_B + "    d | ticket | 2026-03-03 09:00:00Z | open |\n"
REFUSED = {
    "refused_any_day": "9 | no status | export again |",
    "refused_its_day": "9 | no status | export again | 2026-03-02",
    "refused_another_day": "9 | no status | export again | 2026-02-02",
    "refused_no_contact": "9 | a line of totals | nothing to do: the line is left out |",
}
# what each system delivers, one table a load, and whether that is its full export
DELIVERED = {
    "absent": [(FULL, False), (WITHOUT_B, True)],
    "restored": [(FULL, False), (WITHOUT_B, True), (LAST_TWO, False)],
    "before": [(FULL, False), (LAST_TWO, True)],  # `a` lies before the export's period
    "unknown": [(LAST_TWO, False), (WITHOUT_B, True), (FULL, False)],
    "kind": [(FULL, False), ("contact_id | kind\nx | call", True)],  # another kind and moment
    "system": [
        (FULL, False),
        ("contact_id | source | created_at\na | x | 2026-03-02\nb | x | 2026-03-03", True),
    ],
    "not_full": [(FULL, False), (WITHOUT_B, False)],
    "older": [(LATER_ONE, True), (FULL, True)],
    "changed": [
        (FULL, False),
        (FULL.replace("b          | ticket", "b          | chat"), True),
    ],
    "late": [
        (LATER_ONE, True),
        ("contact_id | created_at\nlate | 2026-03-02 10:30:00Z", False),
    ],
    **{system: [(FULL, False), (WITHOUT_B, True)] for system in REFUSED},
}


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> dict[str, dict]:
    """The fates of the contacts of each system of DELIVERED, all in one build."""
    raw = RawWarehouse(tmp_path_factory.mktemp("systems"))
    for system, tables in DELIVERED.items():
        for table, is_full in tables:
            line = REFUSED.get(system) if is_full else None
            raw.load(
                contacts=of(system, table),
                is_full=is_full,
                rejects=line and f"line | reasons | remedy | received_on\n{line}",
            )
    found = {system: {} for system in DELIVERED}
    for contact, exclusion in fates(raw.build()).items():
        system, _, name = contact.partition(".")
        found[system][name] = exclusion
    return found


def test_only_the_absent_of_the_exports_own_system_kind_and_period_are_deleted(told):
    names = ("absent", "restored", "before", "unknown", "kind", "system")
    found = {system: told[system] for system in names}
    assert [len(fates) for fates in found.values()] == [4, 4, 4, 4, 5, 4]
    assert [
        (system, contact)
        for system, fates in found.items()
        for contact, exclusion in fates.items()
        if exclusion == "deleted"
    ] == [("absent", "b")]


def test_an_export_that_is_not_full_deletes_nothing(told):
    assert set(told["not_full"].values()) == {None}


def test_an_older_full_export_that_is_loaded_later_brings_nothing_back(told):
    assert told["older"] == {"a": None, "b": "deleted", "c": None, "d": None, "call": None}


def test_a_contact_that_changed_its_kind_is_not_absent(told):
    assert told["changed"]["b"] is None


def test_a_late_row_after_a_full_export_counts(told):
    assert told["late"]["late"] is None


def test_a_refused_line_may_be_the_contact_that_seems_to_be_absent(told):
    assert {system: told[system]["b"] for system in REFUSED} == {
        "refused_any_day": None,
        "refused_its_day": None,
        "refused_another_day": "deleted",
        "refused_no_contact": "deleted",
    }


PIECES = [
    {"contacts": """
        contact_id | kind   | status | created_at           | updated_at           | linked_contact_id
        chat       | chat   | closed | 2026-03-02 09:00:00Z | 2026-03-02 09:30:00Z | ticket
        ticket     | ticket | open   | 2026-03-02 09:30:00Z | 2026-03-02 09:30:00Z |
     """},  # noqa: E501
    {"contacts": """
        contact_id | kind   | status  | created_at           | updated_at
        ticket     | ticket | solved  | 2026-03-02 09:30:00Z | 2026-03-03 09:00:00Z
        gone       | ticket | deleted | 2026-03-01 09:30:00Z | 2026-03-03 09:00:00Z
     """,
     "status_events": """
        contact_id | changed_at           | from_status | to_status
        ticket     | 2026-03-03 09:00:00Z | open        | solved
     """},
    {"contacts": """
        contact_id | kind   | status | created_at           | updated_at
        gone       | ticket | open   | 2026-03-01 09:30:00Z | 2026-03-01 09:30:00Z
     """,
     "surveys": """
        survey_id | contact_id | sent_at              | answered_at          | score
        s1        | ticket     | 2026-03-03 10:00:00Z | 2026-03-03 11:00:00Z | 2
     """},
]  # fmt: skip


def test_the_order_in_which_files_come_changes_no_published_table(tmp_path, warehouse):
    found = []
    for number, order in enumerate(itertools.permutations(PIECES)):
        shuffled = type(warehouse)(tmp_path / f"order_{number}")
        for piece in order:
            shuffled.load(**piece)
        found.append(tables_of(shuffled.build()))
    assert found[1:] == [found[0]] * 5
    assert {row[0] for row in found[0]["fact_resolutions"]} == {"chat"}
