"""Who is counted: late and corrected deliveries, names of many spellings, clocks."""

import time

import pytest

from pipelines.api import open_warehouse


@pytest.mark.case(32)
def test_a_late_row_a_correction_and_a_deletion_end_as_one_clean_load_does(
    warehouse, measured, measured_by
):
    warehouse.load(
        contacts="""
            contact_id | created_at          | updated_at          | language | status
            kept       | 2026-03-02 01:00:00 | 2026-03-02 02:00:00 | ko       | open
            corrected  | 2026-03-02 01:00:00 | 2026-03-02 02:00:00 | en       | open
            deleted    | 2026-03-02 01:00:00 | 2026-03-02 02:00:00 | ko       | open
        """,
        messages="""
            message_id | contact_id | sent_at             | author_role
            m1         | kept       | 2026-03-02 01:00:40 | agent
        """,
    )
    warehouse.load(  # again, as a helpdesk exports it every night
        contacts="""
            contact_id | created_at          | updated_at          | language | status  | exclusion
            kept       | 2026-03-02 01:00:00 | 2026-03-02 02:00:00 | ko       | open    |
            corrected  | 2026-03-02 01:00:00 | 2026-03-03 02:00:00 | ja       | open    |
            deleted    | 2026-03-02 01:00:00 | 2026-03-03 02:00:00 | ko       | deleted | deleted
            late       | 2026-03-02 01:00:00 | 2026-03-02 02:00:00 | ko       | open    |
        """,
        messages="""
            message_id | contact_id | sent_at             | author_role
            m1         | kept       | 2026-03-02 01:00:40 | agent
        """,
    )
    warehouse.build()
    assert measured_by("contacts", "language") == {"ja": (1, 1), "ko": (2, 2)}
    assert measured("first_response_seconds") == {"value": 40, "n": 1}


@pytest.mark.case(36)
def test_languages_and_channels_of_many_spellings_are_one_and_unknown_ones_stay(
    warehouse, measured_by
):
    warehouse(
        contacts="""
            contact_id | channel | channel_raw | language | language_raw
            c1         |         | Chat        |          | ko
            c2         |         | Live chat   |          | ko-KR
            c3         |         | 채팅        |          | kr
            c4         |         | Mail        |          | Korean
            c5         |         | Mail        |          | jp
            c6         |         | Mail        |          | zh-TW
            c7         |         | Mail        |          | zh-CN
            c8         |         | pigeon      |          | Klingon
        """
    )
    assert measured_by("contacts", "language") == {
        "ja": (1, 1),
        "ko": (4, 4),
        "und": (1, 1),
        "zh-CN": (1, 1),
        "zh-TW": (1, 1),
    }
    assert measured_by("contacts", "channel") == {
        "email": (4, 4),
        "live_chat": (3, 3),
        "unknown": (1, 1),
    }


@pytest.mark.case(33)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Seoul", "America/New_York"])
def test_the_zone_of_the_process_changes_no_number(warehouse, measured_by, monkeypatch, zone):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        warehouse(
            contacts="""
                contact_id | created_at
                c1         | 2026-03-08 06:30:00Z
                c2         | 2026-03-08 15:30:00Z
            """,
            messages="""
                contact_id | sent_at              | author_role
                c1         | 2026-03-08 08:30:00Z | agent
                c2         | 2026-03-08 15:31:00Z | agent
            """,
        )
        assert measured_by("first_response_seconds", "day") == {
            "2026-03-08": (7_200, 1),
            "2026-03-09": (60, 1),
        }
        assert list(measured_by("contacts", "half_hour")) == ["00:30", "15:30"]
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.case(28)
def test_november_is_compared_with_the_thirty_days_before_it(warehouse):
    warehouse(
        contacts="""
            contact_id | created_at
            october-1  | 2026-09-30 16:00:00Z
            october-2  | 2026-10-01 16:00:00Z
            october-31 | 2026-10-31 14:00:00Z
            november-1 | 2026-10-31 15:00:00Z
            december-1 | 2026-11-30 15:00:00Z
        """
    )
    found = open_warehouse(warehouse.folder).compare(
        "contacts", start="2026-11-01", end="2026-11-30"
    )
    assert found[["value", "previous_value", "change"]].iloc[0].tolist() == [1, 2, -1]
    window = found.attrs["previous_start"].isoformat(), found.attrs["previous_end"].isoformat()
    assert window == ("2026-10-02", "2026-10-31")


def test_a_share_is_of_all_rows_and_not_of_the_shares_of_groups(warehouse, measured, measured_by):
    warehouse(
        contacts="\n".join(["contact_id | language", *(f"k{i} | ko" for i in range(9)), "e0 | en"]),
        messages="\n".join(
            ["contact_id | sent_at | author_role"]
            + [f"k{i} | 2026-03-02 01:00:00 | agent" for i in range(9)]
            + ["e0 | 2026-03-02 01:00:00 | customer"]
        ),
    )
    assert measured_by("unanswered_share", "language") == {"en": (1, 1), "ko": (0, 9)}
    assert measured("unanswered_share") == {"value": 0.1, "n": 10}
