"""Repeats, threads and incidents on small tables."""

import pandas as pd
import pytest

from pipelines.errors import OutOfRangeError
from pipelines.statistics import clusters

CUT = pd.Timestamp("2026-04-01", tz="UTC")


def contacts(text: str) -> pd.DataFrame:
    """A table of contact | requester | topic | channel | arrived | resolved; - is NULL."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    names = ["contact_id", "requester_id", "topic", "channel", "arrived_at", "resolved_at"]
    table = pd.DataFrame(rows, columns=names).replace("-", None)
    for name in ("arrived_at", "resolved_at"):
        table[name] = pd.to_datetime(table[name], utc=True)
    return table


def test_a_contact_on_the_same_topic_in_another_channel_within_7_days_is_a_repeat():
    found = clusters.repeats(
        contacts("""
            a1 | ann | kyc  | chat  | 2026-03-01 09:00 | 2026-03-01 10:00
            a2 | ann | kyc  | phone | 2026-03-08 09:59 | 2026-03-08 11:00
            a3 | ann | fees | chat  | 2026-03-09 09:00 | 2026-03-09 10:00
            b1 | bob | kyc  | chat  | 2026-03-01 09:00 | 2026-03-01 10:00
            b2 | bob | kyc  | chat  | 2026-03-08 10:00 | 2026-03-08 11:00
        """),
        CUT,
    )
    assert found["repeated_by"].tolist()[0] == "a2"
    assert found["is_repeated"].tolist() == [True, False, False, False, False]
    assert found["is_first_contact_resolution"].tolist() == [False, True, True, True, True]


def test_who_asks_again_before_the_solution_has_repeated():
    found = clusters.repeats(
        contacts("""
            a1 | ann | kyc | chat | 2026-03-01 09:00 | 2026-03-20 09:00
            a2 | ann | kyc | mail | 2026-03-15 09:00 | 2026-03-16 09:00
        """),
        CUT,
    )
    assert found["is_first_contact_resolution"].tolist() == [False, True]


def test_nobody_is_judged_before_the_week_is_over_though_a_repeat_is_known_at_once():
    found = clusters.repeats(
        contacts("""
            a1 | ann | kyc | chat | 2026-03-30 09:00 | 2026-03-30 10:00
            b1 | bob | kyc | chat | 2026-03-30 09:00 | 2026-03-30 10:00
            b2 | bob | kyc | chat | 2026-03-31 09:00 | -
            c1 | cho | kyc | chat | 2026-03-01 09:00 | -
            d1 | dan | kyc | chat | 2026-03-24 09:00 | 2026-03-25 00:00
            d2 | dan | kyc | chat | 2026-03-31 09:00 | -
        """),
        CUT,
    )
    assert found["repeated_by"].dropna().tolist() == ["b2", "d2"]
    answer = found["is_first_contact_resolution"]
    assert answer.isna().tolist() == [True, True, True, False, False, True]
    assert answer[[3, 4]].tolist() == [False, False]
    assert found["is_repeated"].isna().tolist() == answer.isna().tolist()
    assert found["is_repeated"][[3, 4]].tolist() == [False, True]


def test_unknown_requesters_and_topics_repeat_nothing():
    found = clusters.repeats(
        contacts("""
            a1 | -   | kyc | chat | 2026-03-01 09:00 | 2026-03-01 10:00
            a2 | -   | kyc | chat | 2026-03-02 09:00 | 2026-03-02 10:00
            a3 | ann | -   | chat | 2026-03-02 09:00 | 2026-03-02 10:00
        """),
        CUT,
    )
    assert (
        found[["is_repeated", "is_first_contact_resolution", "repeated_by"]].isna().all(axis=None)
    )


ROWS = """
    a1 | ann | kyc  | chat | 2026-03-01 09:00 | -
    a2 | ann | kyc  | mail | 2026-03-02 09:00 | -
    a3 | ann | kyc  | chat | 2026-03-03 08:00 | -
    a4 | ann | kyc  | chat | 2026-03-04 08:01 | -
    a5 | ann | fees | chat | 2026-03-03 08:00 | -
    x1 | -   | kyc  | chat | 2026-03-03 08:00 | -
    x2 | -   | kyc  | chat | 2026-03-03 08:00 | -
"""


def test_contacts_a_day_apart_at_most_are_one_thread():
    found = clusters.threads(contacts(ROWS)).set_index("contact_id")
    assert found["thread_id"].to_dict() == {
        "a1": "a1", "a2": "a1", "a3": "a1", "a4": "a4", "a5": "a5", "x1": "x1", "x2": "x2",
    }  # fmt: skip
    assert found["is_first"].sum() == 5


def test_row_order_changes_neither_threads_nor_repeats():
    table = contacts(ROWS)
    shuffled = table.sample(frac=1, random_state=3)
    for function in (clusters.threads, lambda rows: clusters.repeats(rows, CUT)):
        straight = function(table).set_index("contact_id")
        mixed = function(shuffled).set_index("contact_id").loc[straight.index]
        pd.testing.assert_frame_equal(straight, mixed)


def test_adding_an_unrelated_contact_changes_nothing_else():
    table = contacts(ROWS)
    more = contacts(ROWS + "    z1 | zoe | kyc | chat | 2026-03-02 10:00 | -\n")
    pd.testing.assert_frame_equal(clusters.threads(table), clusters.threads(more)[:-1])


def test_an_outage_is_one_incident_of_so_many_people():
    table = contacts("""
        c1 | ann | withdrawal | chat | 2026-03-03 05:00 | -
        c2 | ann | withdrawal | mail | 2026-03-03 05:20 | -
        c3 | bob | withdrawal | chat | 2026-03-03 05:10 | -
        c4 | -   | withdrawal | chat | 2026-03-03 05:40 | -
        c5 | cho | kyc        | chat | 2026-03-03 05:10 | -
        c6 | dan | withdrawal | chat | 2026-03-03 06:00 | -
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
    bursts = pd.DataFrame({"mood": ["*"], "starts_at": [CUT], "stops_at": [CUT], "expected": [0]})
    with pytest.raises(OutOfRangeError, match="contacts have no mood"):
        clusters.incidents(contacts(ROWS), bursts)
