"""Self-service: what the help centre and the bots took off the desk, and what they did not."""

import pytest

CUT = "late | 2026-04-01 00:00:00Z | nobody"


def test_a_visit_is_deflected_where_no_contact_follows_within_72_hours_of_its_end(
    warehouse, measured, measured_by
):
    # ann writes during her visit, ben 71:59:59 after its last event, cat 72 hours after it, dan
    # never; eve's window is open when the data end. ben's pause of 31 minutes makes two visits,
    # and the first of them ends more than 72 hours before his contact.
    warehouse(
        contacts=f"""
            contact_id | created_at           | requester_id
            a          | 2026-03-02 09:05:00Z | ann
            b          | 2026-03-05 09:59:59Z | ben
            c          | 2026-03-05 09:00:00Z | cat
            {CUT}
        """,
        article_events="""
            event_id | event  | happened_at          | visitor_id | language_raw
            ann:1    | search | 2026-03-02 09:00:00Z | ann        | ko
            ann:2    | view   | 2026-03-02 09:10:00Z | ann        | ko
            ben:1    | view   | 2026-03-02 09:00:00Z | ben        | ja
            ben:2    | view   | 2026-03-02 09:31:00Z | ben        | ja
            ben:3    | view   | 2026-03-02 10:00:00Z | ben        | ja
            cat:1    | view   | 2026-03-02 09:00:00Z | cat        | en
            dan:1    | search | 2026-03-02 09:00:00Z | dan        | en
            dan:2    | vote   | 2026-03-02 20:00:00Z | dan        | en
            eve:1    | search | 2026-03-31 09:00:00Z | eve        | en
        """,
    )
    assert measured("deflection_share") == {"value": 0.6, "n": 5}
    assert measured_by("deflection_share", "language") == {
        "en": (1, 2),
        "ja": (0.5, 2),
        "ko": (0, 1),
    }


def test_searches_that_find_nothing_are_shares_of_the_searches_not_of_the_lines(
    warehouse, measured, measured_by
):
    warehouse(
        contacts="contact_id\nc1",
        article_events="""
            event_id | event  | happened_at | events_count | language_raw | results_count | clicks_count | contacts_count
            g:1      | search | 2026-03-02  | 30           | ko           | 0             | 0            | 6
            g:2      | search | 2026-03-02  | 70           | ko           | 3             | 50           | 1
            g:3      | search | 2026-03-02  | 40           | en           |               | 12           |
            g:4      | view   | 2026-03-02  | 500          | en           |               |              |
        """,  # noqa: E501
    )
    assert measured("search_no_result_share") == {"value": 0.3, "n": 2}
    assert measured_by("search_no_click_share", "language") == {"en": (0.7, 1), "ko": (0.5, 2)}
    assert measured("search_contact_share") == {"value": 0.07, "n": 2}


def test_a_search_of_a_known_visitor_is_followed_by_a_contact_within_72_hours(warehouse, measured):
    warehouse(
        contacts=f"""
            contact_id | created_at           | requester_id
            a          | 2026-03-02 09:05:00Z | ann
            {CUT}
        """,
        article_events="""
            event_id | event  | happened_at          | visitor_id
            w:1      | search | 2026-03-02 09:00:00Z | ann
            w:2      | search | 2026-02-20 09:00:00Z | ann
            w:3      | search | 2026-03-02 09:06:00Z | ann
            w:4      | search | 2026-03-31 09:00:00Z | ben
        """,
    )
    assert measured("search_contact_share") == {"value": 0.333333, "n": 3}


def test_contacts_per_thousand_views_take_the_days_with_views_and_each_view_once(
    warehouse, measured, measured_by
):
    # The report counts the views of the 2nd: ann's own view of that day is one of them, and so is
    # that of a visitor whom the same tool does not know. Before the 2nd and after the 3rd nobody
    # counted views, so contacts of then are left out.
    warehouse(
        contacts="""
            contact_id | created_at           | language | topic
            a          | 2026-03-01 00:00:00Z | ko       | withdrawal
            b          | 2026-03-02 00:00:00Z | ko       | withdrawal
            c          | 2026-03-03 00:00:00Z | ko       | withdrawal
            d          | 2026-03-03 00:00:00Z | ja       | kyc
            e          | 2026-03-05 00:00:00Z | ko       | withdrawal
        """,
        articles="article_id | language_raw | topic_raw\nx | ko | 출금",
        article_events="""
            event_id | event | happened_at          | events_count | article_id | visitor_id | language_raw
            g:1      | view  | 2026-03-01 15:00:00Z | 70           | x          |            | ko
            w:1      | view  | 2026-03-02 03:00:00Z | 1            | x          | ann        | ko
            w:3      | view  | 2026-03-02 04:00:00Z | 1            | x          |            | ko
            w:2      | view  | 2026-03-03 03:00:00Z | 10           | x          | ben        | ko
        """,  # noqa: E501
    )
    assert measured_by("contacts_per_thousand_views", "language") == {
        "ja": (None, 1),
        "ko": (25, 4),
    }
    assert measured("contacts_per_thousand_views", where={"topic": "withdrawal"})["value"] == 25


def test_a_view_without_consent_is_one_view_and_no_report(warehouse, measured):
    # One load tells visitors and, of those who refused, none: nobody is counted twice.
    warehouse(
        contacts="contact_id | created_at\na | 2026-03-02 09:00:00Z",
        article_events="""
            event_id | event  | happened_at          | visitor_id | results_count
            ga4:1    | view   | 2026-03-02 03:00:00Z | ann        |
            ga4:2    | view   | 2026-03-02 04:00:00Z |            |
            ga4:3    | search | 2026-03-02 03:00:00Z | ann        | 0
            ga4:4    | search | 2026-03-02 04:00:00Z |            | 3
        """,
    )
    assert measured("contacts_per_thousand_views")["value"] == 500
    assert measured("search_no_result_share") == {"value": 0.5, "n": 2}


BOTS = {
    "contacts": "contact_id | kind | channel | requester_id | created_at | language\n"
    + "\n".join(
        f"{name} | chat | live_chat | {who} | 2026-03-02 00:00:00Z | ko"
        for name, who in (
            ("human", "ann"), ("left", "ben"), ("silent", "cat"), ("back", "dan"),
            ("liked", "eve"), ("disliked", "fay"), ("unknown", ""), ("plain", "gil"),
        )
    )
    + "\nagain | chat | live_chat | dan | 2026-03-08 23:59:59Z | ko"
    + "\nmuch_later | chat | live_chat | cat | 2026-03-09 00:00:00Z | ko"
    + "\nlast | chat | live_chat | hal | 2026-03-20 00:00:00Z | ko"
    + "\nopen | chat | live_chat | ida | 2026-03-19 00:00:00Z | ko"
    + "\nyoung | chat | live_chat | jim | 2026-03-19 00:00:00Z | ko",
    "messages": "contact_id | sent_at | author_role\n"
    + "\n".join(
        f"{name} | 2026-03-{day} 00:{second:02d}:00Z | {role}"
        for name, day, roles in (
            ("human", "02", "customer bot agent"), ("left", "02", "customer bot customer"),
            ("silent", "02", "customer bot"), ("back", "02", "customer bot"),
            ("liked", "02", "customer bot customer"), ("disliked", "02", "customer bot"),
            ("unknown", "02", "customer bot"), ("plain", "02", "customer"),
            ("open", "19", "customer bot"), ("young", "19", "customer bot agent"),
        )
        for second, role in enumerate(roles.split())
    ),
    "surveys": """
        contact_id | answered_at          | scale    | score
        liked      | 2026-03-02 06:00:00Z | good_bad | 1
        disliked   | 2026-03-02 07:00:00Z | good_bad | 0
    """,
}  # fmt: skip


def test_a_bot_contains_more_than_it_resolves_and_who_leaves_is_told_apart(warehouse, measured):
    # Nine chats with a bot. Two go to a human. Of the seven contained, `left` has an unanswered
    # last word, `back` returns within seven days, `disliked` says no; `silent` comes back when
    # the seven days are over and `liked` says yes: resolved. Of `unknown` nobody can tell whether
    # they came back, of `open` not yet, and `young` must wait with it: it could only fail.
    warehouse(**BOTS)
    assert measured("bot_contained_share") == {"value": 0.777778, "n": 9}
    assert measured("bot_left_share") == {"value": 0.111111, "n": 9}
    assert measured("bot_resolved_share") == {"value": 0.333333, "n": 6}


# Of a stranger who is left in silence nobody knows; counted among those handed over alone, a bot
# would look as if it resolved nothing.
@pytest.mark.loads(
    contacts="""
        contact_id | kind | channel   | requester_id | created_at
        known      | chat | live_chat | ann          | 2026-03-02 00:00:00Z
        handed     | chat | live_chat | bob          | 2026-03-02 00:00:00Z
        silent     | chat | live_chat |              | 2026-03-02 00:00:00Z
        stranger   | chat | live_chat |              | 2026-03-02 00:00:00Z
        gone       | chat | live_chat |              | 2026-03-02 00:00:00Z
        last       | chat | live_chat | hal          | 2026-03-20 00:00:00Z
    """,
    messages="""
        contact_id | sent_at              | author_role
        known      | 2026-03-02 00:00:00Z | customer
        known      | 2026-03-02 00:01:00Z | bot
        handed     | 2026-03-02 00:00:00Z | bot
        handed     | 2026-03-02 00:01:00Z | agent
        silent     | 2026-03-02 00:00:00Z | customer
        silent     | 2026-03-02 00:01:00Z | bot
        stranger   | 2026-03-02 00:00:00Z | bot
        stranger   | 2026-03-02 00:01:00Z | agent
        gone       | 2026-03-02 00:00:00Z | bot
        gone       | 2026-03-02 00:01:00Z | customer
    """,
)
def test_what_became_of_strangers_is_not_told_by_those_who_were_handed_over_or_left(measured):
    assert measured("bot_resolved_share") == {"value": 0.5, "n": 2}
    assert measured("bot_contained_share") == {"value": 0.6, "n": 5}
