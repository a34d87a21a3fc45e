"""What the product says of the invented exchange, against what the simulation knows happened.

Rows that are dirty on purpose are left out: what becomes of those is the business of the
quarantine's tests. Zendesk's CSV tells times to the minute, so tickets may be off by one.
"""

import duckdb
import pytest

from pipelines.settings import SAMPLES_DIR

TRUTH = SAMPLES_DIR / "truth" / "contacts.parquet"


@pytest.fixture(scope="module")
def both(exchange):
    """A connection with `truth` (clean rows only) and `fact_contacts`."""
    build = exchange / (exchange / "CURRENT").read_text().strip()
    connection = duckdb.connect(str(build), read_only=True)
    connection.execute(
        f"CREATE TEMP VIEW truth AS SELECT * FROM read_parquet('{TRUTH}') WHERE dirt IS NULL"
    )
    connection.execute(
        "CREATE TEMP VIEW dirty_chats AS SELECT linked_contact_id FROM"
        f" read_parquet('{TRUTH}') WHERE dirt IS NOT NULL AND linked_contact_id IS NOT NULL"
    )
    yield connection
    connection.close()


def one(connection, sql: str) -> object:
    """The single value of a query."""
    return connection.execute(sql).fetchall()[0][0]


def test_every_contact_is_there_once_and_counted_or_left_out_for_the_true_reason(both):
    wrong = one(
        both,
        """
        SELECT count(*)
        FROM truth AS t
        LEFT JOIN fact_contacts AS f ON f.contact_id = t.contact_id
        WHERE (f.contact_id IS NULL OR f.exclusion IS DISTINCT FROM t.exclusion)
            -- a ticket counts itself where the chat that it goes on from was refused
            AND t.contact_id NOT IN (SELECT linked_contact_id FROM dirty_chats)
        """,
    )
    assert wrong == 0
    assert one(both, "SELECT count(DISTINCT exclusion) FROM truth") == 8


@pytest.mark.parametrize("column", ["channel", "team", "agent_id", "merged_into"])
def test_who_took_it_and_where_it_came_in_is_true_of_every_contact(both, column):
    wrong = one(
        both,
        f"""
        SELECT count(*)
        FROM truth AS t
        JOIN fact_contacts AS f ON f.contact_id = t.contact_id
        WHERE t.exclusion IS NULL AND t.{column} IS DISTINCT FROM f.{column}
        """,
    )
    assert wrong == 0


@pytest.mark.parametrize(
    ("duration", "slack"),
    [("first_response_seconds", 60), ("epoch(arrived_at)", 60), ("epoch(first_reply_at)", 60)],
)
@pytest.mark.parametrize("kind", ["call", "chat", "ticket"])
def test_waits_are_true_to_the_precision_of_the_export(both, kind, duration, slack):
    if kind != "ticket":
        slack = 0
    true, measured = (duration.replace("(", f"({t}.") if "(" in duration else f"{t}.{duration}"
                      for t in "tf")  # fmt: skip
    compared, wrong = both.execute(
        f"""
        SELECT count({measured}), count(*) FILTER (WHERE abs({true} - {measured}) > {slack})
        FROM truth AS t
        JOIN fact_contacts AS f ON f.contact_id = t.contact_id
        WHERE t.exclusion IS NULL AND f.kind = '{kind}'
        """
    ).fetchall()[0]
    assert compared > 500
    assert wrong == 0


def test_who_gave_up_waiting_is_true_of_every_call_and_chat_that_reached_the_queue(both):
    compared, wrong = both.execute(
        """
        SELECT count(*), count(*) FILTER (WHERE t.is_abandoned <> f.is_abandoned)
        FROM truth AS t
        JOIN fact_contacts AS f ON f.contact_id = t.contact_id
        WHERE t.exclusion IS NULL AND t.queue_entered_at IS NOT NULL
            AND f.kind IN ('call', 'chat')
        """
    ).fetchall()[0]
    assert compared > 5000
    assert wrong == 0


def test_a_chat_that_became_a_ticket_is_solved_when_the_ticket_truly_was(both):
    # creation and minutes until the solve are both cut to the minute
    compared, wrong = both.execute(
        """
        SELECT
            count(*),
            count(*) FILTER (
                WHERE (f.first_solved_at IS NULL) <> (t.first_solved_at IS NULL)
                    OR abs(epoch(f.first_solved_at) - epoch(t.first_solved_at)) > 120
            )
        FROM truth AS t
        JOIN truth AS k ON k.contact_id = t.linked_contact_id
        JOIN fact_contacts AS f ON f.contact_id = t.contact_id
        """
    ).fetchall()[0]
    assert compared > 200
    assert wrong == 0
