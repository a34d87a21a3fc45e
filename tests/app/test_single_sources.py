"""Pages over what a single export tells: calls alone, tickets without replies, surveys alone."""

import pytest

from dashboard import components
from dashboard.pages import PAGES
from tests.app.test_pages import said
from tests.fixtures import RawWarehouse

CALLS = "\n".join(["contact_id | channel | status"] + [f"c{i} | phone | closed" for i in range(40)])
ANSWERS = "\n".join(
    ["contact_id | queue_entered_at | answered_at | outcome"]
    + [f"c{i} | {at}:00Z | {at}:30Z | answered"
       for i, at in enumerate(f"2026-03-02 0{1 + i % 5}:00" for i in range(40))]
)  # fmt: skip
TICKETS = "\n".join(
    ["contact_id | channel | language | created_at | status"]
    + [f"t{i} | email | ko | 2026-03-0{1 + i % 9} 01:00:00Z | open" for i in range(40)]
)
SURVEYS = "\n".join(
    ["survey_id | answered_at | scale | score | comment"]
    + [f"s{i} | 2026-03-0{1 + i} 01:00:00Z | nps | {10 if i % 2 else 3} | slow {i}"
       for i in range(9)]
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """`folder("calls")`: a build of that source and nothing else."""
    tables = {
        "calls": {"contacts": CALLS, "sessions": ANSWERS},
        "tickets": {"contacts": TICKETS},
        "surveys": {"surveys": SURVEYS},
    }
    made = {}

    def of(source: str):
        if source not in made:
            raw = RawWarehouse(tmp_path_factory.mktemp(source))
            raw(**tables[source]).close()
            made[source] = raw.folder
        return made[source]

    return of


@pytest.mark.parametrize("name", [page.name for page in PAGES])
@pytest.mark.parametrize("source", ["calls", "tickets", "surveys"])
def test_every_page_is_drawn_of_one_source_without_trouble(open_app, folder, source, name):
    app = open_app(folder(source), name)
    assert [e.value for e in app.exception] == []
    assert [e.value for e in app.error] == []
    if name != "data_health":  # whose verdict has remarks
        assert [warning.value for warning in app.warning] == []


def test_where_nobody_is_urgent_no_urgent_clock_is_shown(open_app, folder):
    waits = open_app(folder("tickets"), "wait_times")
    assert "Urgent contacts" not in [header.value for header in waits.header]
    assert "Every channel and language" in [header.value for header in waits.header]
    overview = open_app(folder("tickets"), "overview")
    assert "Urgent, answered in time" not in [metric.label for metric in overview.metric]


def test_surveys_alone_are_shown_without_a_single_contact(open_app, folder):
    app = open_app(folder("surveys"), "satisfaction")
    shown = {metric.label: metric.value for metric in app.metric}
    # four of nine recommend, five do not: (4 - 5) / 9
    assert shown["Would recommend (NPS)"] == "-11.1"
    assert said(app, "Fewer than 5 ratings on 1 to 5 or of good or bad match these filters")
    assert [text.value for text in app.text] == [f"slow {i}" for i in reversed(range(9))]


def test_a_page_without_what_it_is_about_does_not_say_that_there_are_no_contacts(open_app, folder):
    satisfaction = open_app(folder("tickets"), "satisfaction")
    assert said(satisfaction, "Where no loaded export holds surveys")
    self_service = open_app(folder("tickets"), "self_service")
    assert said(self_service, "No visit of a help centre and no chat with a bot")
    for app in (satisfaction, self_service):
        assert not said(app, "No contact matches these filters")


def test_nothing_is_said_of_a_plan_that_nobody_has_made(open_app, folder):
    app = open_app(folder("calls"), "overview")
    assert said(app, "nobody urgent waits. There is no plan to look at.")
    assert not said(app, "the plan is covered")


def test_views_open_on_a_measure_that_somebody_delivers(open_app, folder):
    app = open_app(folder("calls"), "overview")
    grid, why = (app.segmented_control(key=f"choice-{name}") for name in ("grid", "why"))
    assert grid.options == ["Median first response"]
    assert why.options == ["Service level", "Unanswered"]


def test_a_wait_that_so_many_never_end_says_that_it_is_not_reached(open_app, folder):
    app = open_app(folder("tickets"), "resolution")
    cards = {metric.label: metric.value for metric in app.metric}
    assert cards["9 of 10, the unsolved included"] == "—"
    assert said(app, "n = 40  \nnot reached yet: too many still wait")


def test_two_rules_that_have_nothing_to_tell_are_not_said_to_agree(open_app, folder):
    app = open_app(folder("tickets"), "definitions", view="rules", metric="first_response_seconds")
    assert said(app, "neither rule has anything to tell: it is not known")
    assert not said(app, "both rules say the same")
    rows = open_app(folder("tickets"), "definitions", metric="csat", rows="1")
    assert said(rows, "Nothing is observed under these filters.")


def test_the_rows_of_a_rating_name_their_survey_and_scale(open_app, folder):
    app = open_app(folder("surveys"), "definitions", metric="nps", rows="1")
    (rows,) = [frame.value for frame in app.dataframe]
    assert list(rows.columns)[-3:] == ["Source", "Scale", "Value"]


@pytest.mark.parametrize(("is_phone", "direction"), [(True, "VERTICAL"), (False, "HORIZONTAL")])
def test_states_stand_below_each_other_on_a_phone_whose_width_would_cut_a_day(
    open_app, folder, monkeypatch, is_phone, direction
):
    def rows(block):
        """Blocks of which every child is a card that holds a metric."""
        cards = [child for child in block.children.values() if hasattr(child, "children")]
        if cards and all(
            any(element.type == "metric" for element in card.children.values()) for card in cards
        ):
            yield block.proto.flex_container
        for card in cards:
            yield from rows(card)

    monkeypatch.setattr(components, "on_phone", lambda: is_phone)
    (states,) = rows(open_app(folder("tickets"), "data_health").main)
    assert states.Direction.Name(states.direction) == direction


@pytest.mark.parametrize("year", ["1980", "2030"])
def test_days_far_from_surveys_alone_can_be_asked_for(open_app, folder, year):
    app = open_app(folder("surveys"), "satisfaction", from_=f"{year}-01-01", to=f"{year}-01-02")
    assert [e.value for e in app.error] == []
    assert said(app, "No survey matches these filters.")
