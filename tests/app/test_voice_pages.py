"""Satisfaction and self-service: each view, its numbers, and what is said where data lack."""

import pytest

from tests.app.test_pages import said
from tests.fixtures import RawWarehouse


def headers(app) -> list[str]:
    return [header.value for header in app.header]


@pytest.mark.parametrize(
    ("view", "cards"),
    [
        ("help", ["Searches without a result, by language",
                  "Visits that no contact followed, by language", "Searched for in vain"]),
        ("gaps", ["Topics that still create contacts", "No article in the customer's language",
                  "Articles, views and contacts"]),
        ("bots", ["Kept is not solved", "Solved by the bot, week by week"]),
    ],
)  # fmt: skip
def test_each_view_of_self_service_has_its_cards(open_app, exchange, view, cards):
    app = open_app(exchange, "self_service", view=view)
    assert [e.value for e in app.exception] == []
    assert headers(app) == cards
    values = {metric.label: float(metric.value.rstrip("%")) for metric in app.metric}
    # what a bot keeps is more than what it solves and loses together can be
    assert values["Solved by the bot"] + values["Left the bot"] <= values["Kept by the bot"]
    assert said(app, "95%: ")


@pytest.mark.parametrize(
    ("view", "cards"),
    [
        ("ratings", ["All ratings", "Week by week", "Every channel and language"]),
        ("languages", ["Each language against itself", "Rank within the language"]),
        ("reasons", ["What satisfaction depends on", "Satisfied by how long they waited"]),
        ("answers", ["As answered, and as everybody's", "Who answers"]),
        ("comments", ["What customers wrote"]),
    ],
)
def test_each_view_of_satisfaction_has_its_cards(open_app, exchange, view, cards):
    app = open_app(exchange, "satisfaction", view=view)
    assert [e.value for e in app.exception] == []
    assert headers(app) == cards
    labels = [metric.label for metric in app.metric]
    assert ("Professionalism" in labels) == (view == "ratings")
    assert ("Ratings turned bad" in labels) == (view == "reasons")
    assert {"Would recommend (NPS)", "Found it easy (5 to 7 of 7)"} <= set(labels)


def test_an_unknown_view_of_a_link_shows_the_first(open_app, exchange):
    assert headers(open_app(exchange, "self_service", view="x")) == headers(
        open_app(exchange, "self_service", view="help")
    )


def test_without_a_help_centre_and_bots_it_is_said_that_nothing_is_known(
    open_app, tmp_path_factory
):
    warehouse = RawWarehouse(tmp_path_factory.mktemp("plain"))
    contacts = [f"c{i} | ko | withdrawal | 2026-03-02 01:00:00Z" for i in range(40)]
    warehouse(
        contacts="contact_id | language | topic | created_at\n" + "\n".join(contacts),
        article_events="""
            event_id | event  | happened_at | events_count | query
            s:1      | search | 2026-03-02  | 9            | otp
            v:1      | view   | 2026-03-02  | 9            |
        """,
    ).close()
    gaps = open_app(warehouse.folder, "self_service", view="gaps")
    assert said(gaps, "No articles are loaded: which ones are missing is not known.")
    bots = open_app(warehouse.folder, "self_service", view="bots")
    assert said(bots, "No chat of these days had a bot.")
    visits = open_app(warehouse.folder, "self_service", view="help")
    assert said(visits, "No export tells how many results searches had.")
    assert said(visits, "No visitor of the help centre is known by name")
