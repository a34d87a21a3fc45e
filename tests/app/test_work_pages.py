"""The urgent clock and what belongs to one matter, on their pages, over a handful of contacts."""

import pytest

from tests.fixtures import SETTINGS, RawWarehouse

URGENT = """
    [[urgent]]
    channel = "*"
    target_share = 0.9
    within_seconds = 1800
"""
CONTACTS = "\n".join(
    ["contact_id | topic | requester_id | created_at | status"]
    + [
        f"c{i} | stolen_account | r{i % 5} | 2026-03-0{1 + i // 5} 01:00:00Z | solved"
        for i in range(10)
    ]
)
MESSAGES = "\n".join(
    ["contact_id | sent_at | author_role | text"]
    + [f"c{i} | 2026-03-0{1 + i // 5} 01:00:00Z | customer | help" for i in range(10)]
    + [f"c{i} | 2026-03-0{1 + i // 5} 01:{10 * i % 60:02d}:01Z | agent | done" for i in range(10)]
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Ten stolen accounts of five customers, each of whom comes back the day after."""
    raw = RawWarehouse(tmp_path_factory.mktemp("urgent"))
    raw.load(contacts=CONTACTS, messages=MESSAGES)
    raw.build(SETTINGS + URGENT).close()
    return raw.folder


def shown(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_urgent_contacts_stand_beside_their_target(open_app, folder):
    app = open_app(folder, "wait_times")
    assert [error.value for error in app.exception] == []
    # answered after 1 s, 10, 20, 30, 40, 50 min, ...: 0, 10 and 20 min on either day are in time
    assert shown(app)["Answered in time"] == "60.0%"
    assert "Urgent contacts by channel" in [header.value for header in app.header]


def test_what_no_export_tells_is_a_dash_and_not_a_zero(open_app, folder):
    assert shown(open_app(folder, "wait_times"))["On hold"] == "—"


def test_a_contact_leads_to_the_one_that_came_back_on_it(open_app, folder):
    app = open_app(folder, "contact", contact="c0")
    assert [error.value for error in app.exception] == []
    [other] = [button for button in app.button if button.key == "related-repeated_by-c5"]
    other.click().run()
    assert app.query_params["contact"] in ("c5", ["c5"])
