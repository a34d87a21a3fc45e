"""Rows rather than numbers: contacts and their timelines, books, queues, definitions."""

import pandas as pd
import pytest

from pipelines.api import agents, open_warehouse
from pipelines.errors import UnknownNameError
from pipelines.warehouse import catalog


def clocked(frame: pd.DataFrame) -> list[tuple]:
    return [
        (row.kind, row.label, f"{row.starts_at:%H:%M:%S}", f"{row.ends_at:%H:%M:%S}")
        for row in frame.itertuples()
    ]


def test_contacts_are_the_counted_ones_the_newest_first(week):
    assert week.contacts()["contact_id"].tolist() == ["c5", "c4", "c3", "c2", "c1"]
    assert week.contacts(order="arrived_at", limit=2)["contact_id"].tolist() == ["c1", "c2"]
    assert week.contacts(where={"agent": "ann"})["contact_id"].tolist() == ["c3", "c1"]


def test_excluded_contacts_can_be_opened_from_the_ledger(week):
    assert week.contacts(where={"exclusion": "spam"})["contact_id"].tolist() == ["junk"]


def test_a_timeline_shows_each_wait_of_the_customer_and_each_status(week):
    assert clocked(week.contact("c1").waits) == [
        ("queue", "queue", "01:00:00", "01:01:20"),
        ("reply", "first_response", "01:00:00", "01:01:20"),
        ("reply", "next_reply", "01:05:00", "01:15:00"),
        ("status", "new", "01:00:00", "01:01:20"),
        ("status", "open", "01:01:20", "01:15:00"),
    ]


def test_a_timeline_tells_the_bots_part_from_the_queues(week):
    assert clocked(week.contact("c5").waits)[:3] == [
        ("bot", "bot", "03:00:00", "03:00:10"),
        ("queue", "queue", "03:00:10", "03:00:40"),
        ("reply", "first_response", "03:00:00", "03:00:40"),
    ]


def test_what_still_waits_ends_at_the_data_cut(week):
    assert clocked(week.contact("c4").waits) == [
        ("queue", "queue", "02:00:00", "04:00:00"),
        ("reply", "first_response", "02:00:00", "04:00:00"),
    ]


def test_who_is_to_be_called_back_waits_until_the_session_ends_and_not_until_the_cut(warehouse):
    warehouse(
        contacts="""
            contact_id | kind | channel | status | created_at           | updated_at
            call       | call | phone   | closed | 2026-03-02 01:00:00Z |
            later      | call | phone   | closed | 2026-03-09 01:00:00Z |
        """,
        sessions="""
            contact_id | queue_entered_at     | ended_at             | outcome
            call       | 2026-03-02 01:00:05Z | 2026-03-02 01:01:00Z | callback
            later      | 2026-03-09 01:00:00Z | 2026-03-09 01:00:10Z | callback
        """,
    )
    assert clocked(open_warehouse(warehouse.folder).contact("call").waits) == [
        ("bot", "bot", "01:00:00", "01:00:05"),
        ("queue", "queue", "01:00:05", "01:01:00"),
    ]


def test_a_contact_holds_its_messages_surveys_and_facts(week):
    view = week.contact("c1")
    assert view.messages["text"].tolist()[0] == "Where is my fee?"
    assert len(view.messages) == 6
    assert view.surveys["score"].tolist() == [5]
    assert (view.facts["first_response_seconds"], view.facts["merged_into"]) == (80, None)


def test_neighbours_follow_the_filter_in_order_of_arrival(week):
    def around(contact_id, **filters):
        view = week.contact(contact_id, **filters)
        return view.previous_id, view.next_id

    assert around("c3") == ("c2", "c4")
    assert around("c3", where={"agent": "ann"}) == ("c1", None)
    assert around("c1", end="2026-03-02") == (None, "c2")


def test_a_contact_that_is_not_there_is_refused(week):
    with pytest.raises(UnknownNameError, match="contact 'c9' is not in this build"):
        week.contact("c9")


def test_surveys_come_with_their_comments_the_newest_first(week):
    found = week.surveys()
    assert found["score"].tolist() == [2, 5]
    assert found["comment"].tolist()[1] == "quick"


def test_satisfaction_can_be_set_against_the_wait_of_the_same_contacts(week):
    found = week.share_by_wait("csat")
    rated = found[found["n"] > 0]
    assert rated[["bin_low", "bin_high", "value", "n"]].to_numpy().tolist() == [
        [0, 60, 0, 1],
        [60, 300, 1, 1],
    ]
    with pytest.raises(UnknownNameError, match="handle_seconds is not a share"):
        week.share_by_wait("handle_seconds")


def test_the_books_balance_in_every_breakdown(week):
    reasons = [c for c in week.ledger(by=()).columns if c not in ("received", "counted")]
    for by in ((), ("source",), ("file",), ("day",), ("source", "file", "day")):
        books = week.ledger(by)
        assert (books["counted"] + books[reasons].sum(axis=1)).tolist() == books[
            "received"
        ].tolist()
    total = week.ledger(by=()).iloc[0]
    assert total[["received", "counted", "spam", "quarantined"]].tolist() == [8, 5, 1, 2]


def test_the_contacts_of_a_day_are_those_the_books_count(week):
    books = week.ledger("day").set_index("day")["counted"]
    measured = week.measure("contacts", by="day").set_index("day")["n"]
    days = pd.to_datetime(["2026-03-02", "2026-03-04"])
    assert measured[days].tolist() == books[days].tolist() == [2, 3]


def test_quarantined_rows_name_file_line_reason_and_remedy(week):
    found = week.quarantine()
    assert found[["file", "line", "reasons", "remedy"]].iloc[0].tolist() == [
        "march.csv", 7, "created_at is not a time", "mend the row and load again",
    ]  # fmt: skip
    assert len(week.quarantine(limit=1)) == 1


def test_loads_freshness_and_checks_describe_the_build(week):
    assert week.loads()[["file", "received", "loaded", "quarantined"]].iloc[0].tolist() == [
        "march.csv", 8, 6, 2,
    ]  # fmt: skip
    assert week.freshness()[["source", "files", "received"]].to_numpy().tolist() == [["test", 1, 8]]
    assert not week.checks().empty
    assert week.checks()["passed"].astype(bool)[week.checks()["severity"] == "block"].all()


def test_filter_values_are_those_of_counted_contacts(week):
    assert week.filter_values() == {
        "channel": ["email", "live_chat"],
        "language": ["en", "ko"],
        "topic": ["fees", "kyc", "login"],
        "team": ["Seoul"],
        "urgency": ["normal"],
        "agent": ["ann", "bob"],
    }


def test_queues_name_their_desks_and_what_there_is_to_show(week):
    found = week.queues()[["channel", "language", "offered", "within_seconds", "has_forecast"]]
    assert found.to_numpy().tolist() == [
        ["email", "en", 2, 60, False],
        ["email", "ko", 2, 60, False],
        ["live_chat", "ko", 1, 60, False],
    ]


def test_arrivals_tell_an_empty_half_hour_from_a_gap(week):
    found = week.arrivals("email", "ko")
    assert int(found["offered"].sum()) == 2
    by_day = found.groupby("local_on")["offered"].agg(["size", "count"])
    # On 3 March the feed delivered nothing: its 48 half hours are not known, not 0.
    assert by_day.loc[pd.Timestamp("2026-03-03")].tolist() == [48, 0]
    with pytest.raises(UnknownNameError, match="queue: channel 'fax' is not known"):
        week.arrivals("fax")


@pytest.mark.parametrize("table", ["forecast", "forecast_days", "staffing", "backtest"])
def test_before_a_forecast_ran_its_tables_are_empty_and_have_their_columns(week, table):
    found = getattr(week, table)()
    assert found.empty
    assert {"channel", "language"} <= set(found.columns)


def test_every_metric_file_is_defined_with_a_worked_example(week):
    published = set(week.metrics()["metric"])
    assert published == {head.name.removeprefix("metric_") for head in catalog.metrics()}
    for metric in published:
        definition = week.definition(metric)
        assert definition.statistic in definition.statistics
        assert any(character.isdigit() for character in definition.worked_example)


def test_every_published_column_is_in_the_data_dictionary(week):
    noted = set(week.data_dictionary()["table_name"])
    shown = set(week.sql("SELECT DISTINCT table_name AS t FROM information_schema.tables")["t"])
    assert shown - noted == set()


def test_fourteen_agents_at_thirty_percent_shrinkage_are_twenty_on_the_roster():
    answer = agents(
        100, interval_seconds=1_800, handle_seconds=180, target_share=0.8, within_seconds=20,
        shrinkage=0.3,
    )  # fmt: skip
    assert (answer.agents, answer.scheduled) == (14, 20)


def test_messages_without_times_are_shown_and_make_no_waits(warehouse):
    warehouse.once(
        contacts="contact_id | channel   | status\nchat       | live_chat | unknown",
        messages="""
            contact_id | sent_at | author_role | text
            chat       |         | agent       | hello
            chat       |         | customer    | help
        """,
    )
    view = open_warehouse(warehouse.folder).contact("chat")
    assert view.messages["text"].tolist() == ["hello", "help"]
    assert [label for label in view.waits["label"] if label.endswith(("reply", "response"))] == []


def test_who_was_solved_without_a_word_or_is_to_be_called_back_does_not_wait(warehouse):
    warehouse(
        contacts="""
            contact_id | kind   | channel | topic          | status | created_at
            waits      | ticket | email   | stolen_account | open   | 2026-03-02 01:00:00
            solved     | ticket | email   | stolen_account | solved | 2026-03-02 00:00:00
            called     | call   | phone   | stolen_account | closed | 2026-03-02 00:00:00
            normal     | ticket | email   | fees           | open   | 2026-03-02 00:00:00
        """,
        messages="""
            contact_id | sent_at             | author_role
            waits      | 2026-03-02 01:00:00 | customer
            solved     | 2026-03-02 00:00:00 | customer
            normal     | 2026-03-02 02:00:00 | customer
        """,
        sessions="""
            contact_id | queue_entered_at    | ended_at            | outcome
            called     | 2026-03-02 00:00:00 | 2026-03-02 00:01:00 | callback
        """,
    )
    opened = open_warehouse(warehouse.folder)
    assert opened.urgent_waiting() == (1, 3_600)
    assert opened.urgent_waiting({"urgency": "normal"}) == (0, None)
