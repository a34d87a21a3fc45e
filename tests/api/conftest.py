"""One small week, built once for all tests that only read it."""

from pathlib import Path

import pytest

from pipelines.api import Warehouse, open_warehouse
from tests.fixtures import RawWarehouse

CONTACTS = """
    contact_id | kind   | channel   | language | topic | team  | agent_id | created_at           | handed_over_at       | status | exclusion | requester_id
    c1         | ticket | email     | ko       | fees  | Seoul | ann      | 2026-03-02 01:00:00Z |                      | solved |           | r1
    c2         | ticket | email     | ko       | login | Seoul | bob      | 2026-03-02 02:00:00Z |                      | open   |           | r2
    c3         | ticket | email     | en       | fees  |       | ann      | 2026-03-04 01:00:00Z |                      | open   |           | r3
    c4         | ticket | email     | en       | login |       |          | 2026-03-04 02:00:00Z |                      | open   |           | r4
    c5         | chat   | live_chat | ko       | kyc   | Seoul | bob      | 2026-03-04 03:00:00Z | 2026-03-04 03:00:10Z | solved |           | r5
    junk       | ticket | email     | ko       | fees  |       |          | 2026-03-04 04:00:00Z |                      | open   | spam      | r6
"""  # noqa: E501
MESSAGES = """
    contact_id | sent_at              | author_role | is_public | text
    c1         | 2026-03-02 01:00:00Z | customer    | true      | Where is my fee?
    c1         | 2026-03-02 01:01:20Z | agent       | true      | Here.
    c1         | 2026-03-02 01:02:00Z | agent       | false     | note to self
    c1         | 2026-03-02 01:05:00Z | customer    | true      | Where?
    c1         | 2026-03-02 01:06:00Z | customer    | true      | I see nothing.
    c1         | 2026-03-02 01:15:00Z | agent       | true      | On page two.
    c2         | 2026-03-02 02:00:00Z | customer    | true      | I can't log in.
    c2         | 2026-03-02 02:01:40Z | agent       | true      | Try again.
    c3         | 2026-03-04 01:00:00Z | customer    | true      | Fee?
    c3         | 2026-03-04 01:01:33Z | agent       | true      | Yes.
    c4         | 2026-03-04 02:00:00Z | customer    | true      | Help
    c5         | 2026-03-04 03:00:00Z | customer    | true      | Hello
    c5         | 2026-03-04 03:00:02Z | bot         | true      | I am a bot.
    c5         | 2026-03-04 03:00:40Z | agent       | true      | I am not.
"""
SESSIONS = """
    contact_id | queue_entered_at     | answered_at          | outcome  | wait_seconds | talk_seconds
    c5         | 2026-03-04 03:00:10Z | 2026-03-04 03:00:40Z | answered | 30           | 200
"""  # noqa: E501
STATUS_EVENTS = """
    contact_id | changed_at           | from_status | to_status
    c1         | 2026-03-02 01:01:20Z | new         | open
    c1         | 2026-03-02 01:15:00Z | open        | solved
    c5         | 2026-03-04 03:05:00Z | open        | solved
"""
SURVEYS = """
    contact_id | sent_at              | answered_at          | score | comment
    c1         | 2026-03-02 02:00:00Z | 2026-03-02 03:00:00Z | 5     | quick
    c5         | 2026-03-04 03:10:00Z | 2026-03-04 05:00:00Z | 2     |
"""
REJECTS = """
    line | reasons                      | remedy                      | received_on
    7    | created_at is not a time     | mend the row and load again | 2026-03-02
    9    | replied before it was made   | mend the row and load again |
"""


@pytest.fixture(scope="session")
def week_folder(made_by_one_worker):
    """The folder of a warehouse with five counted contacts of 2 and 4 March 2026."""

    def build(folder: Path) -> None:
        raw = RawWarehouse(folder)
        raw.load(
            file="march.csv",
            contacts=CONTACTS,
            messages=MESSAGES,
            sessions=SESSIONS,
            status_events=STATUS_EVENTS,
            surveys=SURVEYS,
            rejects=REJECTS,
        )
        raw.build().close()

    return made_by_one_worker("week", build)


@pytest.fixture
def week(week_folder) -> Warehouse:
    """The door to it."""
    return open_warehouse(week_folder)
