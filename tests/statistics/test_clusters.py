"""Threads and incidents on small tables."""

import pandas as pd
import pytest

from pipelines.errors import OutOfRangeError
from pipelines.statistics import clusters


def contacts(text: str) -> pd.DataFrame:
    """A table of contact | requester | topic | channel | arrived; - is NULL."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    names = ["contact_id", "requester_id", "topic", "channel", "arrived_at"]
    table = pd.DataFrame(rows, columns=names).replace("-", None)
    table["arrived_at"] = pd.to_datetime(table["arrived_at"], utc=True)
    return table


ROWS = """
    a1 | ann | kyc  | chat | 2026-03-01 09:00
    a2 | ann | kyc  | mail | 2026-03-02 09:00
    a3 | ann | kyc  | chat | 2026-03-03 08:00
    a4 | ann | kyc  | chat | 2026-03-04 08:01
    a5 | ann | fees | chat | 2026-03-03 08:00
    x1 | -   | kyc  | chat | 2026-03-03 08:00
    x2 | -   | kyc  | chat | 2026-03-03 08:00
"""


def test_contacts_a_day_apart_at_most_are_one_thread():
    found = clusters.threads(contacts(ROWS)).set_index("contact_id")
    assert found["thread_id"].to_dict() == {
        "a1": "a1", "a2": "a1", "a3": "a1", "a4": "a4", "a5": "a5", "x1": "x1", "x2": "x2",
    }  # fmt: skip
    assert found["is_first"].sum() == 5


def test_row_order_changes_no_thread():
    table = contacts(ROWS)
    straight = clusters.threads(table).set_index("contact_id")
    mixed = clusters.threads(table.sample(frac=1, random_state=3)).set_index("contact_id")
    pd.testing.assert_frame_equal(straight, mixed.loc[straight.index])


def test_adding_an_unrelated_contact_changes_nothing_else():
    table = contacts(ROWS)
    more = contacts(ROWS + "    z1 | zoe | kyc | chat | 2026-03-02 10:00\n")
    pd.testing.assert_frame_equal(clusters.threads(table), clusters.threads(more)[:-1])


def test_an_outage_is_one_incident_of_so_many_people():
    table = contacts("""
        c1 | ann | withdrawal | chat | 2026-03-03 05:00
        c2 | ann | withdrawal | mail | 2026-03-03 05:20
        c3 | bob | withdrawal | chat | 2026-03-03 05:10
        c4 | -   | withdrawal | chat | 2026-03-03 05:40
        c5 | cho | kyc        | chat | 2026-03-03 05:10
        c6 | dan | withdrawal | chat | 2026-03-03 06:00
    """)
    bursts = pd.DataFrame(
        {
            "topic": ["withdrawal"],
            "channel": ["*"],
            "starts_at": [pd.Timestamp("2026-03-03 05:00", tz="UTC")],
            "stops_at": [pd.Timestamp("2026-03-03 06:00", tz="UTC")],
            "expected": [0.5],
        }
    )
    found = clusters.incidents(table, bursts).loc[0]
    assert found[["n", "threads", "requesters", "excess"]].tolist() == [4, 3, 2, 3.5]


def test_a_burst_by_an_unknown_column_is_refused():
    at = [pd.Timestamp("2026-04-01", tz="UTC")]
    bursts = pd.DataFrame({"mood": ["*"], "starts_at": at, "stops_at": at, "expected": [0]})
    with pytest.raises(OutOfRangeError, match="contacts have no mood"):
        clusters.incidents(contacts(ROWS), bursts)
