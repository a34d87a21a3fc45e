"""Articles of the help centre and what visitors do there."""


def test_an_article_has_the_canonical_language_and_the_topic_of_its_section(warehouse):
    connection = warehouse(
        contacts="contact_id | created_at\nc1 | 2026-03-02 09:00:00Z",
        articles="""
            article_id | language_raw | title | section  | topic_raw | updated_at
            a          | en-us        | old   | 도용      |           | 2026-03-01 09:00:00Z
            a          | en-us        | new   | 도용      |           | 2026-03-02 09:00:00Z
            a          | ko           | 새글  | whatever | KYC       | 2026-03-02 09:00:00Z
            b          | tlh          | maH   | whatever |           | 2026-03-02 09:00:00Z
        """,
    )
    assert connection.execute(
        "SELECT article_id, language, title, topic FROM fact_articles ORDER BY ALL"
    ).fetchall() == [
        ("a", "en", "new", "stolen_account"),
        ("a", "ko", "새글", "kyc"),
        ("b", "und", "maH", "unknown"),
    ]


def test_a_view_has_its_local_day_and_topic_also_before_the_first_contact(warehouse):
    connection = warehouse(
        contacts="contact_id | created_at\nc1 | 2026-03-02 09:00:00Z",
        articles="article_id | language_raw | topic_raw\na | ko | KYC",
        article_events="""
            event_id | event  | happened_at          | events_count | article_id | language_raw | query
            e1       | view   | 2026-01-31 15:30:00Z | 7            | a          | ko-KR        |
            e2       | search | 2026-04-01 09:00:00Z | 1            |            |              | otp
        """,  # noqa: E501
    )
    assert connection.execute(
        "SELECT event_id, CAST(happened_on AS VARCHAR), events_count, language, topic"
        " FROM fact_article_events ORDER BY 1"
    ).fetchall() == [
        ("e1", "2026-02-01", 7, "ko", "kyc"),
        ("e2", "2026-04-01", 1, "und", "unknown"),
    ]
    # what is read in the help centre later does not make contacts wait longer
    assert connection.execute("SELECT CAST(data_cut_at AS VARCHAR) FROM build_info").fetchall() == [
        ("2026-03-02 09:00:00",)
    ]
