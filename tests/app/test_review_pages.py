"""Reviews: scores, the draw with its scorecards, agreement, and what is said before all that."""

from tests.app.test_pages import said
from tests.fixtures import RawWarehouse


def headers(app) -> list[str]:
    return [header.value for header in app.header]


def test_scores_are_by_category_by_group_and_by_week(open_app, exchange):
    app = open_app(exchange, "reviews")
    assert [e.value for e in app.exception] == []
    assert headers(app) == [
        "By category of the scorecard",
        "More than chance, for its size",
        "Week by week",
    ]
    labels = [metric.label for metric in app.metric]
    assert labels == ["Quality, of all contacts", "Quality, of those reviewed"]


def test_the_link_is_the_draw(open_app, exchange):
    link = {"view": "draw", "draw": "70", "seed": "5"}
    one, same = (open_app(exchange, "reviews", **link) for _ in range(2))
    listed = [frame.value.iloc[:, 0].tolist() for app in (one, same) for frame in app.dataframe]
    assert len(listed[0]) == 70
    assert listed[0] == listed[1]
    assert said(one, "**70 of ")
    other = open_app(exchange, "reviews", **link | {"seed": "6"})
    assert other.dataframe[0].value.iloc[:, 0].tolist() != listed[0]


def test_the_draw_is_still_there_on_the_way_back_from_one_of_its_contacts(open_app, exchange):
    app = open_app(exchange, "reviews", view="draw", seed="5")
    listed = app.dataframe[0].value.iloc[:, 0].tolist()
    app.query_params.clear()  # as a change of page does
    app.switch_page("app_pages/contact.py").run()
    app.query_params.clear()
    app.switch_page("app_pages/reviews.py").run()
    assert app.dataframe[0].value.iloc[:, 0].tolist() == listed
    assert app.query_params["seed"] in ("5", ["5"])


def test_a_second_judgement_asks_for_a_second_reviewer(open_app, exchange):
    link = {"view": "draw", "second": "10"}
    asked = "A second judgement takes two reviewers or more: name them."
    assert said(open_app(exchange, "reviews", reviewers="R1", **link), asked)
    assert not said(open_app(exchange, "reviews", reviewers="R1, R2", **link), asked)


def test_agreement_is_told_category_by_category(open_app, exchange):
    app = open_app(exchange, "reviews", view="agreement")
    assert [e.value for e in app.exception] == []
    assert headers(app) == ["Agreement beyond chance, by category"]


def test_before_the_first_review_a_page_draws_contacts_and_asks_for_the_scorecard(
    open_app, tmp_path_factory
):
    warehouse = RawWarehouse(tmp_path_factory.mktemp("unreviewed"))
    contacts = [f"c{i} | ko | 2026-03-02 01:00:00Z" for i in range(9)]
    warehouse(contacts="contact_id | language | created_at\n" + "\n".join(contacts)).close()
    app = open_app(warehouse.folder, "reviews")
    assert said(app, "No random review matches these filters.")
    assert said(app, "Name the categories of your scorecard.")
    assert headers(app) == ["Contacts to review"]
    asked = open_app(warehouse.folder, "reviews", view="agreement")
    assert said(asked, "No contact of this filter was reviewed by two reviewers.")
