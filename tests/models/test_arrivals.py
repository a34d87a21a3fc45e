"""Demand per half hour: a half hour without contacts is 0 only if the feed was up."""

from datetime import date, timedelta

import pytest

from tests.fixtures import SETTINGS, rows_of


def test_offered_and_answered_belong_to_the_half_hour_of_the_arrival(warehouse):
    connection = warehouse(
        contacts="""
            contact_id | kind | channel | created_at
            c1         | call | phone   | 2026-03-02 07:28:00Z
        """,
        sessions="""
            contact_id | outcome  | answered_at          | talk_seconds
            c1         | answered | 2026-03-02 07:32:00Z | 90
        """,
    )
    assert rows_of(
        connection,
        "SELECT CAST(starts_at AS VARCHAR) AS starts_at, local_slot, offered, answered, abandoned,"
        " handle_seconds, handled FROM fact_arrivals WHERE offered > 0",
    ) == [
        {"starts_at": "2026-03-02 07:00:00", "local_slot": 32, "offered": 1, "answered": 1,
         "abandoned": 0, "handle_seconds": 90, "handled": 1}
    ]  # fmt: skip


@pytest.mark.case(37)
def test_a_quiet_half_hour_is_0_and_a_day_without_a_feed_is_null(warehouse):
    connection = warehouse(
        contacts="""
            contact_id | source  | channel | language | created_at
            c1         | zendesk | email   | ko       | 2026-03-01 15:10:00Z
            c2         | zendesk | email   | ko       | 2026-03-03 15:10:00Z
            c3         | zendesk | social  | ko       | 2026-03-04 14:50:00Z
            c4         | calls   | phone   | ko       | 2026-03-02 15:10:00Z
        """,
    )
    # local days: mail on 2 and 4 March, nothing from zendesk on the 3rd, a call on the 3rd
    assert connection.execute(
        """
        SELECT CAST(local_on AS VARCHAR), COUNT(*), COUNT(offered), SUM(offered)
        FROM fact_arrivals WHERE channel = 'email' GROUP BY ALL ORDER BY 1
        """
    ).fetchall() == [
        ("2026-03-02", 48, 48, 1),
        ("2026-03-03", 48, 0, None),
        ("2026-03-04", 48, 48, 1),
    ]


FIRST = date(2026, 1, 5)  # a Monday


def feeds(**counts: list[int]) -> str:
    """Contacts of each source, so many on each day from FIRST on, at 09:00 in Seoul."""
    return "contact_id | source | created_at\n" + "\n".join(
        f"{source}-{day}-{i} | {source} | {FIRST + timedelta(days=day)} 00:00:00Z"
        for source, days in counts.items()
        for day, count in enumerate(days)
        for i in range(count)
    )


def test_a_day_without_contacts_is_0_where_that_is_ordinary_and_null_where_the_feed_was_down(
    warehouse,
):
    every_other = [1, 0] * 28  # 0.5 a day
    office = [2, 2, 2, 2, 2, 0, 0]
    bursts = [10, 0, 0, 0, 0, 0] * 10  # of 5 empty days 8.3 are expected, and they are usual
    connection = warehouse(
        contacts=feeds(
            # 9 empty days, 4.5 expected; 11, 5.5 expected
            quiet=every_other + [0] * 8 + every_other + [1],
            down=every_other + [0] * 10 + every_other + [1],
            closed=office * 5 + [2, 2, 0, 2, 2, 0, 0] + office * 4 + [2],
            bursts=[*bursts, 1],
            # 27 days besides the empty one; 28
            short=[1] * 14 + [0] + [1] * 13,
            long=[1] * 14 + [0] + [1] * 14,
        )
    )
    unobserved = dict(
        connection.execute(
            "SELECT source, list(date_diff('day', DATE '2026-01-05', day) ORDER BY day)"
            " FROM fact_source_days WHERE NOT is_up GROUP BY source"
        ).fetchall()
    )
    assert unobserved == {
        "down": [*range(55, 66)],
        "closed": [day for day in range(70) if day % 7 in (5, 6)],
        "short": [14],
    }


TWO_FEEDS = feeds(
    # ten a day, and two that are not down when the others are, from 9 to 11 March
    large=[10] * 63 + [0] * 3 + [10] * 31,
    small=[2] * 97,
    # replaced by the small one after four weeks, but for one contact in the end
    given_up=[10] * 28 + [0] * 68 + [1],
)


def test_a_small_feed_that_is_up_does_not_stand_for_a_large_one_that_is_down(warehouse):
    languages = {"large": "ko", "small": "ko", "given_up": "ja"}
    lines = TWO_FEEDS.splitlines()
    contacts = [f"{line} | {languages[line.split('|')[1].strip()]}" for line in lines[1:]]
    contacts += [f"en-{n} | small | {FIRST + timedelta(days=n)} 01:00:00Z | en" for n in range(97)]
    connection = warehouse(contacts="\n".join([f"{lines[0]} | language", *contacts]))
    partial = dict(
        connection.execute(
            "SELECT language, list(DISTINCT day ORDER BY day) FROM (SELECT *,"
            " date_diff('day', DATE '2026-01-05', local_on) AS day FROM fact_arrivals)"
            " WHERE NOT is_observed AND day < 96 GROUP BY language"
        ).fetchall()
    )
    # English comes by the small feed alone, and Japanese had moved there
    assert partial == {"ko": [63, 64, 65]}
    # what came is told, and where nothing came nothing is said of 47 half hours
    assert connection.execute(
        "SELECT sum(offered), count(offered), count(*) FROM fact_arrivals"
        " WHERE language = 'ko' AND local_on = DATE '2026-03-09'"
    ).fetchall() == [(2, 1, 48)]
    assert connection.execute(
        "SELECT source, min(missing), max(missing) FROM fact_source_days"
        " WHERE NOT is_up GROUP BY source ORDER BY source"
    ).fetchall() == [("given_up", 0, 0), ("large", 10, 10)]


def unobserved_days(connection, language: str) -> list[int]:
    """Days from FIRST on of which a half hour of the queue before the last day is not observed."""
    found = connection.execute(
        "SELECT DISTINCT date_diff('day', DATE '2026-01-05', local_on) AS day FROM fact_arrivals"
        " WHERE NOT is_observed AND language = ?"
        " AND local_on < (SELECT max(local_on) FROM fact_arrivals) ORDER BY day",
        [language],
    )
    return [day for (day,) in found.fetchall()]


@pytest.mark.parametrize(
    ("counts", "unobserved"),
    [
        ({"large": [10] * 60, "small": [2] * 64}, [60, 61, 62]),
        # over for good, as far as anybody can tell after four weeks
        ({"large": [10] * 60, "small": [2] * 89}, []),
        ({"large": [10] * 60, "small": [2] * 88}, [*range(60, 87)]),
        # another began in its place
        ({"large": [10] * 60, "small": [2] * 64, "new": [0] * 55 + [9] * 9}, []),
        ({"large": [10] * 60, "small": [2] * 64, "new": [0] * 55 + [1] * 9}, [60, 61, 62]),
        # under a tenth of the queue; three weeks tell nothing of what is usual
        ({"large": [1] * 60, "small": [20] * 67}, []),
        ({"large": [0] * 39 + [10] * 21, "small": [2] * 64}, []),
    ],
)
def test_a_late_feed_is_not_0_beside_another_one_until_it_is_taken_for_given_up(
    warehouse, counts, unobserved
):
    assert unobserved_days(warehouse(contacts=feeds(**counts)), "ko") == unobserved


def test_a_source_whose_contacts_still_change_is_not_late_but_brings_none(warehouse):
    """Work on the last tickets of a system goes on, new ones come by another."""
    header, *rows = feeds(large=[10] * 60, small=[2] * 64).splitlines()
    rows = [f"{row} | " for row in rows]
    rows[599] += f"{FIRST + timedelta(days=63)} 00:00:00Z"
    connection = warehouse(contacts="\n".join([f"{header} | updated_at", *rows]))
    assert unobserved_days(connection, "ko") == []


def test_of_a_late_source_its_weekdays_are_missing_and_of_a_last_day_what_comes_later(warehouse):
    morning = feeds(large=[4] * 57, small=[2] * 64)
    evening = [f"e{day} | large | {FIRST + timedelta(days=day)} 10:00:00Z" for day in range(56)]
    connection = warehouse(contacts="\n".join([morning, *evening]))
    assert connection.execute(
        "SELECT source, date_diff('day', DATE '2026-01-05', day), contacts, missing, to_come"
        " FROM fact_source_days WHERE missing + to_come > 0 ORDER BY ALL"
    ).fetchall() == [
        ("large", 56, 4, 0, 4 * 56 / (57 * 4)),
        # of the Mondays one has 4, as it is not over
        *(("large", day, 0, 5, 0) for day in range(57, 63)),
        ("large", 63, 0, 39 / 8, 0),
    ]


def test_after_the_end_of_the_feed_nothing_is_observed(warehouse):
    connection = warehouse(
        contacts="contact_id | created_at\nc1 | 2026-03-02 00:10:00Z\nc2 | 2026-03-02 02:10:00Z",
    )
    # Seoul: 09:10 and 11:10; the feed ends at 11:10
    assert connection.execute(
        "SELECT local_slot, offered FROM fact_arrivals WHERE local_slot BETWEEN 17 AND 24"
        " ORDER BY 1"
    ).fetchall() == [(17, 0), (18, 1), (19, 0), (20, 0), (21, 0), (22, 1), (23, None), (24, None)]


@pytest.mark.case(37)
def test_days_of_23_and_25_hours_have_46_and_50_half_hours(warehouse):
    connection = warehouse(
        SETTINGS.replace("Asia/Seoul", "America/New_York", 1),
        contacts="""
            contact_id | created_at
            c1         | 2026-03-08 05:00:00Z
            c2         | 2026-11-01 04:00:00Z
            c3         | 2026-11-01 05:45:00Z
            c4         | 2026-11-01 06:45:00Z
            c5         | 2026-11-02 04:45:00Z
        """,
    )
    days = "SELECT CAST(local_on AS VARCHAR), COUNT(*) FROM fact_arrivals GROUP BY ALL"
    counts = dict(connection.execute(days).fetchall())
    assert counts["2026-03-08"] == 46
    assert counts["2026-11-01"] == 50
    assert set(counts.values()) == {46, 48, 50}
    assert connection.execute(
        "SELECT CAST(starts_at AS VARCHAR), local_slot FROM fact_arrivals"
        " WHERE offered > 0 AND local_slot = 3 ORDER BY 1"
    ).fetchall() == [("2026-11-01 05:30:00", 3), ("2026-11-01 06:30:00", 3)]


def test_excluded_and_bot_contained_contacts_are_not_offered(warehouse):
    connection = warehouse(
        contacts="""
            contact_id | kind   | channel   | exclusion
            c1         | chat   | live_chat |
            c2         | chat   | live_chat |
            c3         | chat   | live_chat | spam
        """,
        messages="""
            contact_id | sent_at              | author_role
            c2         | 2026-03-02 00:00:01Z | bot
        """,
    )
    assert connection.execute("SELECT SUM(offered) FROM fact_arrivals").fetchall() == [(1,)]


def test_a_shift_is_split_into_half_hours_by_the_part_it_covers(warehouse):
    connection = warehouse(
        contacts="contact_id\nc1",
        schedules="""
            channel   | language | starts_at            | ends_at              | agents
            live_chat | ko       | 2026-03-02 00:00:00Z | 2026-03-02 01:15:00Z | 4
            live_chat | ko       | 2026-03-02 01:15:00Z | 2026-03-02 01:30:00Z | 2
        """,
    )
    assert connection.execute(
        "SELECT local_slot, agents FROM fact_schedules ORDER BY starts_at"
    ).fetchall() == [(18, 4.0), (19, 4.0), (20, 3.0)]


def test_opening_hours_stand_beside_each_half_hour(warehouse):
    connection = warehouse(contacts="contact_id | created_at\nc1 | 2026-03-02 05:00:00Z")
    assert connection.execute(
        "SELECT min(local_slot), max(local_slot) FROM fact_arrivals WHERE is_open"
    ).fetchall() == [(18, 35)]
