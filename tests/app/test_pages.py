"""Pages by their states: what a reader sees when there is much, little, nothing or trouble."""

import json
import shutil
from datetime import date

import pytest
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from dashboard import app, components
from dashboard.formats import escaped
from dashboard.pages import PAGES
from pipelines.api import freshness, open_warehouse
from tests.fixtures import RawWarehouse

NAMES = [page.name for page in PAGES]
CONTACT = """
    contact_id | subject               | created_at           | first_inbound_at     | status
    c1         | ![x](http://evil/p.gif) | 2026-03-02 01:00:00Z | 2026-03-02 01:00:00Z | open
"""
MESSAGES = """
    contact_id | sent_at              | author_role | is_public | text
    c1         | 2026-03-02 01:00:00Z | customer    | true      | # Help ![x](http://evil/p.gif)
    c1         | 2026-03-02 01:02:00Z | agent       | false     | looks odd
    c1         | 2026-03-02 01:10:00Z | agent       | true      | =HYPERLINK("http://evil")
"""


def words(app) -> list[str]:
    """Everything said in prose on the page."""
    kinds = ("title", "header", "markdown", "caption", "info", "warning", "error", "success")
    return [element.value for kind in kinds for element in getattr(app, kind)]


def said(app, text: str) -> bool:
    return any(text in word for word in words(app))


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("name", NAMES)
def test_every_page_is_drawn_without_trouble(open_app, exchange, name, lang):
    app = open_app(exchange, name, lang=lang)
    assert [e.value for e in app.exception] == []
    assert [e.value for e in app.error] == []
    assert len(app.title) == 1


def test_a_build_by_other_definitions_asks_to_be_made_again_and_says_so_where_it_lacks_something(
    open_app, exchange, monkeypatch
):
    monkeypatch.setattr(freshness, "definitions_version", lambda: "those of today")
    whole = open_app(exchange, "contact")
    assert "This build was made by another version" in whole.warning[0].value
    assert [e.value for e in whole.error] == []

    failing = "from dashboard import components; components.failed(KeyError('a column'))"
    failed = AppTest.from_string(failing).run()
    assert "needs a build by this version" in failed.error[0].value


def test_overview_has_an_address_that_keeps_the_filters():
    scope = {
        "type": "http", "method": "GET", "scheme": "http", "server": ("localhost", 8501),
        "path": "/overview", "query_string": b"channel=phone&lang=ko", "headers": [],
    }  # fmt: skip
    answer = app._first_page(Request(scope))
    assert answer.headers["location"] == "/?channel=phone&lang=ko"


@pytest.mark.parametrize(
    ("cards", "a_row"),
    [(1, [1]), (4, [4]), (5, [3, 2]), (6, [3, 3]), (7, [4, 3]), (9, [3, 3, 3]), (10, [4, 3, 3])],
)
def test_cards_stand_in_rows_of_about_equal_length(monkeypatch, cards, a_row):
    monkeypatch.setattr(components, "on_phone", lambda: False)
    rows = components.in_rows(range(cards))
    assert [len(row) for row in rows] == a_row
    assert [card for row in rows for card in row] == list(range(cards))
    monkeypatch.setattr(components, "on_phone", lambda: True)
    assert [len(row) for row in components.in_rows(range(cards))] == [cards]


def test_before_the_first_build_the_app_says_which_command_to_run(open_app, tmp_path):
    app = open_app(tmp_path)
    assert [title.value for title in app.title] == ["No data yet"]
    assert "support-quality run" in app.code[0].value


@pytest.mark.parametrize(
    "name", ["overview", "wait_times", "resolution", "satisfaction", "contact"]
)
def test_days_without_contacts_say_what_to_change(open_app, exchange, name):
    app = open_app(exchange, name, from_="1999-01-01", to="1999-01-07")
    assert [e.value for e in app.exception] == []
    assert said(app, "Choose more days, or clear a filter")


@pytest.mark.parametrize("name", ["overview", "wait_times"])
def test_a_half_chosen_range_asks_for_its_end(open_app, exchange, name):
    app = open_app(exchange, name, from_="2026-11-01")
    assert [info.value for info in app.info] == ["Choose an end date to see this page."]
    assert len(app.metric) == 0


def test_unknown_codes_of_a_link_are_named_and_the_rest_holds(open_app, exchange):
    app = open_app(exchange, "overview", channel=["phone", "fax"], language="ko")
    assert app.info[0].value.endswith("channel=fax")
    assert app.session_state["filters"].where == {"channel": ["phone"], "language": ["ko"]}
    assert app.query_params["channel"] == "phone"


def test_filters_go_with_the_reader_from_page_to_page(open_app, exchange):
    app = open_app(exchange, "overview", from_="2026-11-01", to="2026-11-07", channel="phone")
    app.switch_page("app_pages/wait_times.py").run()
    assert app.query_params["from"] == "2026-11-01"
    assert app.query_params["channel"] == "phone"
    assert app.session_state["filters"].end == date(2026, 11, 7)


def test_choosing_a_channel_writes_its_code_to_the_url(open_app, exchange):
    app = open_app(exchange, "overview", lang="ko")
    app.multiselect(key="filter-channel").set_value(["phone"]).run()
    assert app.query_params["channel"] == "phone"
    app.multiselect(key="filter-channel").set_value([]).run()
    assert "channel" not in app.query_params


def test_a_language_in_the_link_stays_in_the_link(open_app, exchange):
    app = open_app(exchange, "wait_times", lang="ko")
    assert app.title[0].value == "대기 시간"
    assert app.query_params["lang"] == "ko"


def test_a_stale_build_says_until_when_it_counts_and_what_to_run(open_app, exchange, tmp_path):
    folder = tmp_path / "stale"
    shutil.copytree(exchange, folder)
    load = next((folder / "raw").glob("*/manifest.json")).parent
    shutil.copytree(load, folder / "raw" / f"29991231T000000000000Z-{'0' * 16}")
    app = open_app(folder, "overview")
    assert "support-quality run" in app.warning[0].value
    assert said(app, "The numbers are stale.")


def test_a_contact_that_is_not_there_says_how_ids_look(open_app, exchange):
    app = open_app(exchange, "contact")
    app.query_params["contact"] = "zendesk:0"
    app.run()
    assert r"“zendesk\:0”" in app.warning[0].value
    assert "zendesk:1234" in app.warning[0].value


def test_a_metric_that_is_not_there_is_named(open_app, exchange):
    app = open_app(exchange, "definitions")
    app.query_params["metric"] = "happiness"
    app.run()
    assert "“happiness”" in app.warning[0].value


def test_the_search_of_definitions_takes_the_readers_language(open_app, exchange):
    app = open_app(exchange, "definitions", lang="ko")
    app.text_input(key="definitions-search").set_value("재오픈").run()
    assert "재오픈" in [expander.label for expander in app.expander]
    assert "만족 비율" not in [expander.label for expander in app.expander]


def test_what_customers_write_is_shown_as_text_never_as_markup(open_app, tmp_path):
    warehouse = RawWarehouse(tmp_path)
    warehouse(contacts=CONTACT, messages=MESSAGES).close()
    app = open_app(tmp_path, "contact")
    app.query_params["contact"] = "c1"
    app.run()
    texts = [text.value for text in app.text]
    assert "# Help ![x](http://evil/p.gif)" in texts
    assert "![x](http://evil/p.gif)" in texts
    assert not any("evil" in markdown.value for markdown in app.markdown)


@pytest.mark.parametrize(
    "kind",
    [
        "channel = 'live_chat'",
        "channel = 'phone'",
        "channel = 'email'",
        "exclusion = 'merged'",
        "exclusion = 'agent_initiated'",
        "contact_id IN (SELECT contact_id FROM fact_surveys WHERE answered_at IS NULL)",
        "contact_id IN (SELECT contact_id FROM fact_surveys WHERE comment IS NOT NULL)",
    ],
)
def test_contacts_of_every_kind_are_drawn(open_app, exchange, kind):
    found = open_warehouse(exchange).sql(
        f"SELECT contact_id FROM fact_contacts WHERE {kind} ORDER BY arrived_at DESC LIMIT 3"
    )
    assert len(found) == 3
    app = open_app(exchange, "contact")
    for contact_id in found["contact_id"]:
        app.query_params["contact"] = contact_id
        app.run()
        assert ([e.value for e in app.exception], contact_id) == ([], contact_id)
        assert escaped(contact_id) in [header.value for header in app.header]


def test_groups_under_five_are_not_told(open_app, tmp_path):
    warehouse = RawWarehouse(tmp_path)
    warehouse(contacts=CONTACT, messages=MESSAGES).close()
    app = open_app(tmp_path, "overview")
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Median first response"] == "<5"
    assert shown["Contacts"] == "<5"


def test_the_books_of_the_samples_balance(open_app, exchange):
    received = sum(
        manifest["received"]
        for path in (exchange / "raw").glob("*/manifest.json")
        if "contacts" in (manifest := json.loads(path.read_text()))["tables"]
    )
    app = open_app(exchange, "data_health")
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Contact rows received"] == f"{received:,}"
    assert said(app, "The books balance, no newer data waits")


def test_what_the_ledger_leaves_out_is_opened_row_by_row(open_app, exchange):
    spam = int(open_warehouse(exchange).ledger(by=())["spam"].iloc[0])
    app = open_app(exchange, "data_health")
    app.selectbox(key="picked-reason").select("spam").run()
    opened = next(t.value for t in [*app.dataframe, *app.table] if "Detail" in t.value)
    assert spam > 100
    assert set(opened["Reason"]) == {"Spam"}
    assert said(app, f"The first 100 of {spam:,} rows")
    again = open_app(exchange, "data_health", reason="spam", day="2000-01-01")
    assert said(again, f"The first 100 of {spam:,} rows")
    assert said(again, r"Not found here, and left out: day=2000\-01\-01")


def test_a_quarantined_group_is_opened_line_by_line_also_of_surveys(open_app, warehouse):
    warehouse.load(
        contacts="contact_id\nc1",
        rejects="""
            line | table_name | reasons   | remedy
            4    | surveys    | no answer | export again
            9    | surveys    | no answer | export again
            5    | contacts   | no status | export again
        """,
    )
    warehouse.build().close()
    app = open_app(warehouse.folder, "data_health")
    app.selectbox(key="picked-group").select("1").run()
    lines = next(frame.value for frame in app.dataframe if "Load" in frame.value)
    assert list(lines["Line"]) == ["4", "9"]


def test_the_verdict_is_no_where_a_newer_load_waits_to_be_built(open_app, warehouse):
    warehouse(contacts="contact_id\nc1").close()
    warehouse.load(contacts="contact_id\nc2")
    app = open_app(warehouse.folder, "data_health")
    assert app.error[0].value.startswith("**No.**")
    assert [m.value for m in app.markdown if m.value.startswith(":orange-badge[Stop]")] != []
    assert said(app, "What to do: Run `support-quality run`.")


def test_markup_in_a_link_is_shown_as_it_is(open_app, exchange):
    app = open_app(exchange, "contact")
    app.query_params["contact"] = "![x](http://evil/p.gif)"
    app.run()
    assert r"\!\[x\]\(http\://evil/p\.gif\)" in app.warning[0].value
