"""First contact resolution, repeats and reopen events."""

import pytest

from pipelines.api import open_warehouse
from tests.fixtures import RawWarehouse

# Data end on 20 March; Minji comes back on day 7 less a second, Joon on day 7 exactly.
CONTACTS = """
    contact_id | kind   | channel   | topic      | requester_id | status | created_at           | updated_at
    once       | ticket | email     | fees       | ann          | solved | 2026-03-02 00:00:00Z |
    minji_1    | ticket | email     | fees       | minji        | solved | 2026-03-02 00:00:00Z |
    minji_2    | call   | phone     | fees       | minji        | closed | 2026-03-09 00:59:59Z |
    joon_1     | ticket | email     | fees       | joon         | solved | 2026-03-02 00:00:00Z |
    joon_2     | ticket | email     | fees       | joon         | solved | 2026-03-09 01:00:00Z |
    other_1    | ticket | email     | fees       | lee          | solved | 2026-03-02 00:00:00Z |
    other_2    | ticket | email     | login      | lee          | solved | 2026-03-03 00:00:00Z |
    unsolved   | ticket | email     | fees       | kim          | open   | 2026-03-02 00:00:00Z |
    not_really | ticket | email     | fees       | ida          | open   | 2026-03-02 00:00:00Z |
    waiting    | ticket | email     | fees       | bae          | open   | 2026-03-14 00:00:00Z |
    recent     | ticket | email     | fees       | cho          | solved | 2026-03-14 00:00:00Z |
    young_1    | ticket | email     | kyc        | cho          | solved | 2026-03-12 00:00:00Z |
    young_2    | ticket | email     | kyc        | cho          | open   | 2026-03-15 00:00:00Z |
    week_1     | ticket | email     | kyc        | dan          | solved | 2026-03-12 00:00:00Z |
    week_2     | ticket | email     | kyc        | dan          | open   | 2026-03-15 00:00:00Z |
    nobody     | ticket | email     | fees       |              | solved | 2026-03-02 00:00:00Z |
    unknown    | ticket | email     |            | dan          | solved | 2026-03-02 00:00:00Z |
    spam_1     | ticket | email     | fees       | eve          | solved | 2026-03-02 00:00:00Z |
    end        | ticket | email     | login      | zoe          | open   | 2026-03-20 00:00:00Z | 2026-03-20 00:00:00Z
"""  # noqa: E501
SPAM = """
    contact_id | topic | requester_id | status | created_at           | exclusion
    spam_2     | fees  | eve          | solved | 2026-03-03 00:00:00Z | spam
"""
SOLVED_AFTER_AN_HOUR = ("once", "minji_1", "joon_1", "other_1", "nobody", "unknown", "spam_1")
SOLVED = "\n".join(
    ["contact_id | changed_at | to_status"]
    + [f"{contact} | 2026-03-02 01:00:00Z | solved" for contact in SOLVED_AFTER_AN_HOUR]
    + [
        "joon_2  | 2026-03-09 02:00:00Z | solved",
        "other_2 | 2026-03-03 01:00:00Z | solved",
        "recent  | 2026-03-14 01:00:00Z | solved",
        "young_1 | 2026-03-13 00:00:01Z | solved",
        "week_1  | 2026-03-13 00:00:00Z | solved",
        "joon_1  | 2026-03-04 00:00:00Z | open",
        "joon_1  | 2026-03-04 01:00:00Z | solved",
        "joon_1  | 2026-03-05 00:00:00Z | open",
        "joon_1  | 2026-03-05 01:00:00Z | solved",
        "not_really | 2026-03-02 02:00:00Z | solved",
        "not_really | 2026-03-16 00:00:00Z | open",
    ]
)
CLOCK_ONLY = """
    contact_id | topic | status | created_at           | requester_id
    counted    | kyc   | solved | 2026-03-02 00:00:00Z | fay
"""
COUNTED = """
    contact_id | first_solved_at      | solved_at            | reopens_count
    counted    | 2026-03-02 02:00:00Z | 2026-03-06 00:00:00Z | 2
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    raw = RawWarehouse(tmp_path_factory.mktemp("repeats"))
    raw.load(contacts=CONTACTS, status_events=SOLVED)
    raw.load(contacts=SPAM)
    raw.load(contacts=CLOCK_ONLY, contact_clocks=COUNTED)
    raw.build().close()
    return raw


@pytest.fixture
def door(folder):
    return open_warehouse(folder.folder)


def each(door, metric: str) -> dict[str, int]:
    found = door.observations(metric)
    return dict(zip(found["contact_id"], found["value"], strict=True))


def test_a_contact_is_resolved_at_first_contact_where_it_is_solved_and_nobody_came_back(door):
    assert each(door, "first_contact_resolved_share") == {
        "once": 1,
        "minji_1": 0,  # called about fees a second before the window was over
        "joon_1": 1,  # came back when it was
        "joon_2": 1,
        "other_1": 1,  # another topic is another matter
        "other_2": 1,
        "unsolved": 0,
        "not_really": 0,  # solved once, and open again
        "week_1": 0,  # the week after its solve ends with the data
        "spam_1": 1,  # what came back was spam
        "counted": 1,
    }


def test_a_repeat_counts_in_any_channel_and_calls_can_be_repeated_too(door):
    found = each(door, "repeated_share")
    assert {contact for contact, value in found.items() if value} == {"minji_1", "week_1"}
    assert found["minji_2"] == 0
    assert {"waiting", "recent", "nobody", "unknown"} & found.keys() == set()


def test_a_repeat_known_before_its_week_is_over_is_shown_and_not_yet_counted(door):
    assert {"young_1", "young_2", "week_2"} & each(door, "repeated_share").keys() == set()
    related = door.contact("young_1").related
    assert related[["contact_id", "relation"]].to_numpy().tolist() == [["young_2", "repeated_by"]]


def test_reopen_events_are_counted_apart_from_reopened_contacts(door):
    (events,) = door.measure("reopen_events").to_dict("records")
    (contacts,) = door.measure("reopened_share").to_dict("records")
    assert events["value"] == 5  # joon_1 twice, not_really, and twice by the helpdesk's count
    assert round(contacts["value"] * contacts["n"]) == 2
    by_day = door.measure("reopen_events", by="day")
    assert by_day[by_day["n"] > 0][["day", "value"]].astype(str).to_numpy().tolist() == [
        ["2026-03-04", "1.0"],
        ["2026-03-05", "1.0"],
        ["2026-03-06", "2.0"],
        ["2026-03-16", "1.0"],
    ]


def test_a_contact_shows_who_came_back_on_it_and_what_it_came_back_on(door):
    def related(contact):
        found = door.contact(contact).related
        return list(zip(found["contact_id"], found["relation"], strict=True))

    assert related("minji_1") == [("minji_2", "repeated_by")]
    assert related("minji_2") == [("minji_1", "repeats")]
    assert related("joon_1") == []


def test_who_comes_twice_in_the_same_second_has_not_come_back(warehouse):
    """Dates without times of day make many of them; whose id is the lower would be a repeat."""
    warehouse(
        contacts="""
            contact_id | topic | requester_id | created_at
            both_1     | fees  | ann          | 2026-03-02 00:00:00Z
            both_2     | fees  | ann          | 2026-03-02 00:00:00Z
            again_1    | fees  | ben          | 2026-03-02 00:00:00Z
            again_2    | fees  | ben          | 2026-03-02 00:00:00Z
            again_3    | fees  | ben          | 2026-03-04 00:00:00Z
            end        | login | zoe          | 2026-03-20 00:00:00Z
        """
    )
    found = open_warehouse(warehouse.folder).observations("repeated_share")
    assert dict(zip(found["contact_id"], found["value"], strict=True)) == {
        "both_1": 0, "both_2": 0, "again_1": 1, "again_2": 1, "again_3": 0,
    }  # fmt: skip
