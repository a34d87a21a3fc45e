"""The books: per file and day they balance, and every row left out can be opened."""

import pytest

from pipelines.api import open_warehouse
from pipelines.errors import UnknownNameError
from tests.fixtures import RawWarehouse


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """Two files with a row of several fates, published."""
    warehouse = RawWarehouse(tmp_path_factory.mktemp("books"))
    warehouse.load(
        file="monday.csv",
        contacts="""
            contact_id | created_at           | tags | merged_into | updated_at           | _line
            kept       | 2026-03-02 01:00:00Z |      |             | 2026-03-02 01:00:00Z | 2
            spam       | 2026-03-02 02:00:00Z | spam |             | 2026-03-02 01:00:00Z | 3
            gone       | 2026-03-02 16:00:00Z |      | kept        | 2026-03-02 16:00:00Z | 4
        """,
        rejects="line | reasons | remedy | received_on\n9 | no status | export again | 2026-03-02",
    )
    warehouse.load(
        file="tuesday.csv",
        contacts="""
            contact_id | created_at           | updated_at
            kept       | 2026-03-02 01:00:00Z | 2026-03-03 01:00:00Z
        """,
    )
    warehouse.build()
    return open_warehouse(warehouse.folder)


def test_every_row_that_is_not_counted_can_be_opened_by_its_column_file_and_day(books):
    ledger = books.ledger()
    amounts = [c for c in ledger.columns if c not in ("source", "file", "day", "received")]
    assert (ledger["received"] == ledger[amounts].sum(axis=1)).all()
    for row in ledger.to_dict("records"):
        for reason in amounts[1:]:
            opened = books.left_out(reason, file=row["file"], day=row["day"])
            assert len(opened) == row[reason], (row["file"], row["day"], reason)
    rows = books.left_out()[["reason", "file", "line", "contact_id", "other_contact_id"]]
    assert sorted(rows.astype(object).where(rows.notna(), None).itertuples(index=False)) == [
        ("duplicate", "monday.csv", 2, "kept", None),
        ("merged", "monday.csv", None, "gone", "kept"),
        ("quarantined", "monday.csv", 9, None, None),
        ("spam", "monday.csv", None, "spam", None),
    ]


def test_a_quarantined_group_opens_its_lines_with_the_remedy(books):
    found = books.left_out("quarantined", detail="no status")
    assert found[["line", "remedy"]].values.tolist() == [[9, "export again"]]
    assert books.left_out("quarantined", detail="another reason").empty


def test_a_reason_that_is_no_column_of_the_books_is_refused(books):
    with pytest.raises(UnknownNameError, match="spam"):
        books.left_out("spma")
