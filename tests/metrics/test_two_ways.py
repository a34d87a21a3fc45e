"""The same numbers from two sources of the same desk. Read by hand: test_reference.py."""

from tests.fixtures import SETTINGS, RawWarehouse
from tests.metrics.invented import as_text, invented


def test_a_chats_wait_is_the_same_from_its_messages_and_from_its_session(tmp_path):
    desk = invented(seed=4, contacts=400)
    waits = []
    for left_out in ("nothing", "sessions", "messages"):
        raw = RawWarehouse(tmp_path / left_out)
        told = {name: rows for name, rows in desk.items() if name != left_out}
        with raw(SETTINGS, **as_text(told)) as connection:
            found = connection.execute(
                "SELECT contact_id, value FROM metric_speed_of_answer_seconds"
                " WHERE channel = 'live_chat' ORDER BY contact_id"
            )
            waits.append(found.fetchall())
    assert waits[0] == waits[1] == waits[2]
    assert len(waits[0]) > 50
