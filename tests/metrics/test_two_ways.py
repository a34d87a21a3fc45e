"""The same numbers from several sources of the same desk. Read by hand: test_reference.py."""

from tests.fixtures import SETTINGS
from tests.metrics.invented import as_text, invented


def test_a_chats_wait_is_the_same_from_its_messages_and_from_its_session(warehouse):
    desk = {name: rows for name, rows in invented(seed=4, contacts=400).items()
            if name in ("contacts", "messages", "sessions")}  # fmt: skip
    told = {name: [] for name in desk}
    for left_out in ("nothing", "sessions", "messages"):
        for name in desk.keys() - {left_out}:
            told[name] += [_of(left_out, row) for row in desk[name]]
    connection = warehouse(SETTINGS, **as_text(told))
    waits = connection.execute(
        "SELECT source, split_part(contact_id, ':', 2) AS contact, value"
        " FROM metric_speed_of_answer_seconds WHERE channel = 'live_chat' ORDER BY contact"
    ).df()
    by_source = [rows[["contact", "value"]].to_numpy().tolist()
                 for _, rows in waits.groupby("source")]  # fmt: skip
    assert by_source[0] == by_source[1] == by_source[2]
    assert len(by_source[0]) > 50


def _of(system: str, row: dict) -> dict:
    """A row of a system that delivers all but one table."""
    own = {key: f"{system}:{row[key].rpartition(':')[2]}" for key in ("contact_id", "message_id")
           if key in row}  # fmt: skip
    return row | own | ({"source": system} if "kind" in row else {})
