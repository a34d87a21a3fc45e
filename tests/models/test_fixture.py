from tests.fixtures import rows_of


def test_bots_and_private_notes_do_not_stop_the_clock(warehouse):
    connection = warehouse(
        contacts="""
            contact_id | created_at
            c1         | 2026-03-02 09:00:00Z
        """,
        messages="""
            contact_id | sent_at              | author_role | is_public
            c1         | 2026-03-02 09:00:00Z | customer    | true
            c1         | 2026-03-02 09:00:05Z | bot         | true
            c1         | 2026-03-02 09:02:00Z | agent       | false
            c1         | 2026-03-02 09:10:00Z | agent       | true
        """,
    )
    assert rows_of(connection, "SELECT first_response_seconds AS s FROM fact_contacts") == [
        {"s": 600}
    ]
