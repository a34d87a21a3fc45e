"""Who is counted: deliveries, merges, exclusions and the ledger that balances."""

import pytest

from tests.fixtures import SETTINGS, rows_of

FATES = "SELECT contact_id, exclusion FROM fact_contacts"
MARTS = ("fact_contacts", "fact_messages", "fact_surveys", "fact_arrivals", "fact_backlog")


@pytest.mark.loads(
    contacts="""
        contact_id | status | created_at           | merged_into
        a          | closed | 2026-03-02 09:00:00Z | b
        b          | solved | 2026-03-02 10:00:00Z |
    """,
    messages="""
        contact_id | sent_at              | author_role
        a          | 2026-03-02 09:00:00Z | customer
        b          | 2026-03-02 10:00:00Z | customer
        b          | 2026-03-02 10:30:00Z | agent
    """,
    status_events="""
        contact_id | changed_at           | from_status | to_status
        a          | 2026-03-02 10:05:00Z | open        | closed
        b          | 2026-03-02 11:00:00Z | open        | solved
    """,
)
def test_of_merged_contacts_the_customer_is_counted_once_and_has_waited_since_the_first(connection):
    assert rows_of(
        connection,
        "SELECT contact_id, exclusion, CAST(arrived_at AS VARCHAR) AS arrived,"
        " first_response_seconds AS response, first_resolution_seconds AS resolution"
        " FROM fact_contacts WHERE exclusion IS NULL",
    ) == [
        {"contact_id": "b", "exclusion": None, "arrived": "2026-03-02 09:00:00",
         "response": 5400, "resolution": 7200}
    ]  # fmt: skip
    assert connection.execute("SELECT contact_id FROM fact_resolutions").fetchall() == [("b",)]
    assert connection.execute("SELECT received, counted, merged FROM ledger").fetchall() == [
        (2, 1, 1)
    ]


@pytest.mark.loads(
    contacts="""
        contact_id | created_at           | merged_into
        a          | 2026-03-02 08:00:00Z | b
        b          | 2026-03-02 09:00:00Z | c
        c          | 2026-03-02 10:00:00Z |
        circle     | 2026-03-02 10:00:00Z | round
        round      | 2026-03-02 10:00:00Z | circle
    """,
)
def test_a_chain_of_merges_starts_at_its_earliest_arrival(connection):
    assert connection.execute(
        "SELECT contact_id, CAST(arrived_at AS VARCHAR) FROM fact_contacts WHERE exclusion IS NULL"
    ).fetchall() == [("c", "2026-03-02 08:00:00")]


@pytest.mark.loads(
    contacts="""
        contact_id | kind   | direction | status  | tags            | linked_contact_id | exclusion
        chat       | chat   | inbound   | open    | vip spamalot    | ticket            |
        by_tag     | ticket | inbound   | open    | vip spam        |                   |
        by_merge   | ticket | inbound   | closed  | closed_by_merge |                   |
        outbound   | ticket | outbound  | open    |                 |                   |
        colleagues | ticket | internal  | open    |                 |                   |
        phantom    | ticket | inbound   | unknown |                 |                   | test
        erased     | ticket | inbound   | deleted | spam            |                   | test
        ticket     | ticket | inbound   | open    |                 |                   |
        other_chat | chat   | inbound   | open    |                 | not_in_the_data   |
    """,
)
def test_each_exclusion_says_why(connection):
    assert dict(connection.execute(FATES).fetchall()) == {
        "by_tag": "spam",
        "by_merge": "merged",
        "outbound": "agent_initiated",
        "colleagues": "internal",
        "phantom": "test",
        "erased": "deleted",
        "chat": None,
        "other_chat": None,
        "ticket": "linked",
    }
    assert rows_of(
        connection,
        "SELECT received, counted, quarantined, merged, spam, test, duplicate, agent_initiated,"
        " internal, follow_up, linked, deleted FROM ledger",
    ) == [
        {"received": 9, "counted": 2, "quarantined": 0, "merged": 1, "spam": 1, "test": 1,
         "duplicate": 0, "agent_initiated": 1, "internal": 1, "follow_up": 0, "linked": 1,
         "deleted": 1}
    ]  # fmt: skip


FINAL = {
    "contacts": """
        contact_id | status  | created_at           | updated_at           | topic
        corrected  | solved  | 2026-03-02 09:00:00Z | 2026-03-03 09:00:00Z | fees
        erased     | deleted | 2026-03-02 09:00:00Z | 2026-03-03 09:00:00Z | login
        late       | open    | 2026-03-02 09:30:00Z | 2026-03-03 09:00:00Z | login
        same       | open    | 2026-03-02 10:00:00Z | 2026-03-02 10:00:00Z | login
    """,
    "messages": """
        message_id | contact_id | sent_at              | author_role | is_public
        m1         | same       | 2026-03-02 10:00:00Z | customer    | true
        m2         | same       | 2026-03-02 10:05:00Z | agent       | true
        m3         | late       | 2026-03-02 09:35:00Z | agent       | false
    """,
    "surveys": """
        survey_id | contact_id | sent_at              | answered_at          | score
        s1        | same       | 2026-03-02 11:00:00Z | 2026-03-02 12:00:00Z | 5
    """,
}


def test_repeated_late_corrected_and_deleted_rows_give_the_marts_of_one_clean_load(
    warehouse, tmp_path
):
    first = """
        contact_id | status | created_at           | updated_at           | topic
        corrected  | open   | 2026-03-02 09:00:00Z | 2026-03-02 09:00:00Z | trade
        erased     | open   | 2026-03-02 09:00:00Z | 2026-03-02 09:00:00Z | login
        same       | open   | 2026-03-02 10:00:00Z | 2026-03-02 10:00:00Z | login
    """
    first_messages = """
        message_id | contact_id | sent_at              | author_role | is_public
        m1         | same       | 2026-03-02 10:00:00Z | customer    | true
        m2         | same       | 2026-03-02 10:05:00Z | agent       | true
        m3         | late       | 2026-03-02 09:35:00Z | agent       | true
    """
    survey = "survey_id | contact_id | sent_at\ns1 | same | 2026-03-02 11:00:00Z"
    warehouse.load(contacts=first, messages=first_messages, surveys=survey)
    warehouse.load(contacts=first, messages=first_messages)
    warehouse.load(**FINAL)
    repeated = warehouse.build()
    clean = type(warehouse)(tmp_path / "clean")(SETTINGS, **FINAL)
    for table in MARTS:
        but_load = "* EXCLUDE (_load_id)" if table == "fact_contacts" else "*"
        everything = f"SELECT {but_load} FROM {table} ORDER BY ALL"
        assert repeated.execute(everything).fetchall() == clean.execute(everything).fetchall()
    books = "SELECT file, received, counted, duplicate, deleted FROM ledger ORDER BY file"
    assert repeated.execute(books).fetchall() == [
        ("file_1.csv", 3, 0, 3, 0),
        ("file_2.csv", 3, 0, 3, 0),
        ("file_3.csv", 4, 3, 0, 1),
    ]


def test_an_older_delivery_that_is_loaded_later_does_not_win(warehouse):
    newer = "contact_id | status | updated_at\nc1 | solved | 2026-03-03 09:00:00"
    older = "contact_id | status | updated_at\nc1 | open | 2026-03-02 09:00:00"
    warehouse.load(contacts=newer)
    warehouse.load(contacts=older)
    assert warehouse.build().execute("SELECT status FROM fact_contacts").fetchall() == [("solved",)]


@pytest.mark.loads(
    contacts="contact_id\nc1",
    messages="""
        message_id | contact_id | sent_at              | author_role | _line
        m1         | c1         | 2026-03-02 09:00:00Z | customer    | 2
        m2         | c1         | 2026-03-02 09:01:00Z | agent       | 2
        m2         | c1         | 2026-03-02 09:01:00Z | agent       | 2
    """,
)
def test_one_line_that_delivers_many_messages_keeps_them_all(connection):
    assert connection.execute(
        "SELECT author_role FROM fact_messages ORDER BY sent_at"
    ).fetchall() == [("customer",), ("agent",)]


def test_refused_lines_are_in_the_books_and_in_quarantine(warehouse):
    warehouse.load(
        file="tickets.csv",
        contacts="contact_id | created_at\nc1 | 2026-03-02 16:00:00Z",
        rejects="""
            line | reasons                        | remedy             | received_on
            7    | Created at is not a date; no id | write YYYY-MM-DD  |
            9    | no status                       | give it a status  | 2026-03-03
        """,
    )
    connection = warehouse.build()
    assert connection.execute(
        "SELECT file, CAST(day AS VARCHAR), received, counted, quarantined FROM ledger ORDER BY day"
    ).fetchall() == [
        ("tickets.csv", "2026-03-03", 2, 1, 1),  # 16:00 UTC is 01:00 of the next day in Seoul
        ("tickets.csv", None, 1, 0, 1),
    ]
    assert connection.execute("SELECT line, reasons FROM quarantine ORDER BY line").fetchall() == [
        (7, "Created at is not a date; no id"),
        (9, "no status"),
    ]
    assert connection.execute(
        "SELECT file, received, loaded, quarantined FROM loads"
    ).fetchall() == [("tickets.csv", 3, 1, 2)]


def test_aliases_are_mapped_and_the_unknown_is_kept_in_totals(warehouse):
    connection = warehouse(
        contacts="""
            contact_id | channel | channel_raw | language | language_raw | topic | topic_raw
            a          |         | 이메일        |          | ko-KR        |       | Failed Trade
            b          |         | Web         |          | kr           |       | 도용
            c          | phone   | whatever    | ja       | xx           | kyc   | xx
            d          |         | pigeon      |          | Klingon      |       | weather
            e          |         |             |          | zh-TW        |       |
            f          |         | E-Mail      |          | zh-CN        |       |
            g          |         | voice       |          | Korean       |       |
            h          |         | voice       |          | jp           |       |
        """,
    )
    assert connection.execute(
        "SELECT contact_id, channel, language, topic, urgency FROM fact_contacts ORDER BY 1"
    ).fetchall() == [
        ("a", "email", "ko", "trade", "normal"),
        ("b", "help_centre", "ko", "stolen_account", "urgent"),
        ("c", "phone", "ja", "kyc", "normal"),
        ("d", "unknown", "und", "unknown", "normal"),
        ("e", "unknown", "zh-TW", "unknown", "normal"),
        ("f", "email", "zh-CN", "unknown", "normal"),
        ("g", "phone", "ko", "unknown", "normal"),
        ("h", "phone", "ja", "unknown", "normal"),
    ]
    assert connection.execute(
        'SELECT "check", found FROM checks WHERE "check" LIKE \'known_%\' ORDER BY 1'
    ).fetchall() == [
        ("known_channels", 1), ("known_languages", 1), ("known_statuses", 0), ("known_topics", 1),
    ]  # fmt: skip


@pytest.mark.loads(
    contacts="""
        contact_id | language | language_raw | language_source | requester_id
        told       |          | ja           | declared        | p1
        silent     |          |              |                 | p1
    """,
    people="person_id | role | language_raw\np1 | customer | en-US",
)
def test_a_profiles_language_is_used_last_and_says_so(connection):
    assert connection.execute(
        "SELECT contact_id, language, language_source FROM fact_contacts ORDER BY 1"
    ).fetchall() == [("silent", "en", "user_profile"), ("told", "ja", "declared")]


def test_a_contact_belongs_to_the_day_and_half_hour_of_the_sites_zone(warehouse):
    contacts = """
        contact_id | created_at
        evening    | 2026-10-31 15:30:00Z
        three      | 2026-10-31 18:00:00Z
    """
    found = {}
    for zone in ("Asia/Seoul", "Europe/London", "Asia/Kathmandu"):
        connection = warehouse(SETTINGS.replace("Asia/Seoul", zone, 1), contacts=contacts)
        found[zone] = connection.execute(
            "SELECT contact_id, CAST(arrived_on AS VARCHAR), arrived_slot FROM fact_contacts"
            " ORDER BY 1"
        ).fetchall()
        connection.close()
    assert found == {
        "Asia/Seoul": [("evening", "2026-11-01", 1), ("three", "2026-11-01", 6)],
        "Europe/London": [("evening", "2026-10-31", 31), ("three", "2026-10-31", 36)],
        "Asia/Kathmandu": [("evening", "2026-10-31", 42), ("three", "2026-10-31", 47)],
    }


def test_a_queue_is_answered_by_the_desk_that_names_it_most_exactly(warehouse):
    desks = "".join(
        f"""
        [[desks]]
        channel = "{channel}"
        language = "{language}"
        calendar = "seoul-day"
        target_share = 0.8
        within_seconds = {within}
        handle_seconds = 300
        """
        for channel, language, within in (("*", "ja", 1), ("phone", "*", 2), ("phone", "ja", 3))
    )
    connection = warehouse(
        SETTINGS + desks,
        contacts="""
            contact_id | channel | language
            exact      | phone   | ja
            by_channel | phone   | fr
            by_tongue  | email   | ja
            any        | email   | fr
        """,
    )
    within = "SELECT contact_id, within_seconds FROM fact_contacts"
    assert dict(connection.execute(within).fetchall()) == {
        "exact": 3, "by_channel": 2, "by_tongue": 1, "any": 60,
    }  # fmt: skip


def test_chats_whose_ids_count_in_two_places_at_once_keep_their_own_replies(warehouse):
    connection = warehouse(
        contacts="""
            contact_id               | kind | channel   | status | created_at
            livechat:LC00023/TH00023 | chat | live_chat | solved | 2026-03-02 09:00:00Z
            livechat:LC00028/TH00028 | chat | live_chat | solved | 2026-03-02 09:00:00Z
        """,
        messages="""
            contact_id               | sent_at              | author_role
            livechat:LC00023/TH00023 | 2026-03-02 09:00:00Z | customer
            livechat:LC00028/TH00028 | 2026-03-02 09:00:00Z | customer
            livechat:LC00023/TH00023 | 2026-03-02 09:01:00Z | agent
            livechat:LC00028/TH00028 | 2026-03-02 09:05:00Z | agent
        """,
    )
    assert rows_of(
        connection,
        "SELECT contact_id, first_response_seconds AS response FROM fact_contacts ORDER BY 1",
    ) == [
        {"contact_id": "livechat:LC00023/TH00023", "response": 60},
        {"contact_id": "livechat:LC00028/TH00028", "response": 300},
    ]
