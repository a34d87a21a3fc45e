"""Rules of helpdesks, hand-computed: each case's value by each rule, and why they differ.

Opening hours are Monday to Friday 09:00-18:00 in Seoul (00:00-09:00 UTC); the desk of the web form
is open 09:00-17:00 UTC until Tuesday 2026-03-03 10:00 UTC, and 12:00-20:00 UTC from then on.
"""

from itertools import combinations

import pytest

from pipelines.api import open_warehouse
from pipelines.api.differences import REQUIREMENTS
from pipelines.errors import InputError, OutOfRangeError, UnknownNameError
from pipelines.warehouse import catalog
from tests.fixtures import SETTINGS, RawWarehouse

DESKS = (
    SETTINGS
    + """
    [[calendars]]
    id = "changing"
    zone = "UTC"
    [[calendars.periods]]
    weekdays = ["09:00-17:00"]
    [[calendars.periods]]
    from = 2026-03-03T10:00:00
    weekdays = ["12:00-20:00"]

    [[desks]]
    channel = "web"
    language = "*"
    calendar = "changing"
    target_share = 0.8
    within_seconds = 60
    handle_seconds = 300
"""
)
CONTACTS = """
    contact_id | kind   | channel   | created_at          | handed_over_at      | agent_id | status | direction | merged_into
    plain      | ticket | email     | 2026-03-02 00:00:00 |                     | kim      | solved | inbound   |
    imported   | ticket | email     | 2026-03-02 00:00:00 |                     | kim      | open   | inbound   |
    night      | ticket | email     | 2026-03-02 08:50:00 |                     | kim      | open   | inbound   |
    changed    | ticket | web       | 2026-03-02 16:00:00 |                     | kim      | open   | inbound   |
    bot        | chat   | live_chat | 2026-03-02 00:00:00 | 2026-03-02 00:00:20 | kim      | open   | inbound   |
    outbound   | ticket | email     | 2026-03-02 00:00:00 |                     | kim      | open   | outbound  |
    gone       | ticket | email     | 2026-03-02 00:00:00 |                     | kim      | open   | inbound   | plain
    nobody     | ticket | email     | 2026-03-02 00:00:00 |                     |          | open   | inbound   |
    silent     | ticket | email     | 2026-03-02 00:00:00 |                     | kim      | open   | inbound   |
"""  # noqa: E501
MESSAGES = """
    contact_id | sent_at             | author_role
    plain      | 2026-03-02 00:00:00 | customer
    plain      | 2026-03-02 00:10:59 | agent
    imported   | 2026-03-02 00:05:00 | customer
    imported   | 2026-03-02 00:15:00 | agent
    night      | 2026-03-02 08:50:00 | customer
    night      | 2026-03-03 00:05:00 | agent
    changed    | 2026-03-02 16:00:00 | customer
    changed    | 2026-03-03 14:00:00 | agent
    bot        | 2026-03-02 00:00:00 | customer
    bot        | 2026-03-02 00:00:05 | bot
    bot        | 2026-03-02 00:01:02 | agent
    outbound   | 2026-03-02 00:00:00 | agent
    outbound   | 2026-03-02 00:30:00 | customer
    outbound   | 2026-03-02 00:40:00 | agent
    gone       | 2026-03-02 00:00:00 | customer
    gone       | 2026-03-02 00:11:00 | agent
    nobody     | 2026-03-02 00:00:00 | customer
    nobody     | 2026-03-02 00:03:00 | agent
    silent     | 2026-03-02 00:00:00 | customer
"""
STATUSES = """
    contact_id | changed_at          | from_status | to_status
    plain      | 2026-03-02 02:00:59 | open        | solved
    plain      | 2026-03-22 02:00:59 | solved      | open
    plain      | 2026-03-23 02:00:59 | open        | solved
"""
SURVEYS = """
    survey_id | contact_id | sent_at             | answered_at         | scale | score
    s1        | plain      | 2026-03-02 03:00:00 | 2026-03-02 04:00:00 | 1-5   | 1
    s2        | plain      | 2026-03-02 03:00:00 | 2026-03-03 04:00:00 | 1-5   | 5
    s3        | night      | 2026-03-03 03:00:00 | 2026-03-23 02:00:00 | 1-5   | 2
    s4        | imported   | 2026-03-03 03:00:00 | 2026-03-04 03:00:00 | 1-5   | 4
"""
FIGURES = """
    contact_id | vendor_first_response_seconds | vendor_requester_wait_seconds | vendor_full_resolution_seconds
    plain      | 600                           | 93600                         | 1821600
    bot        | 60                            |                               |
    imported   | 600                           |                               |
    night      | 900                           |                               |
    nobody     | 777                           |                               |
"""  # noqa: E501
FIRST_RESPONSE = [
    "first_response_seconds",
    *(h.name[7:] for h in catalog.rules() if h.entries["variant_of"] == "first_response_seconds"),
]


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    raw = RawWarehouse(tmp_path_factory.mktemp("rules"))
    raw(
        DESKS,
        contacts=CONTACTS,
        messages=MESSAGES,
        status_events=STATUSES,
        surveys=SURVEYS,
        contact_clocks=FIGURES,
    ).close()
    return open_warehouse(raw.folder)


def values(published, rule: str) -> dict[str, int]:
    """Each contact's value, whatever day it is counted on."""
    rows = published.observations(rule)
    return dict(zip(rows["contact_id"], rows["value"].astype(int), strict=True))


def days(published, rule: str, contact: str) -> list[str]:
    rows = published.observations(rule)
    return [f"{day:%m-%d}" for day in rows.loc[rows["contact_id"] == contact, "observed_on"]]


HOUR = 3_600
OURS = {"plain": 659, "imported": 600, "night": 54_900, "changed": 22 * HOUR, "bot": 62}
TICKETS = {"plain": 660, "imported": 900, "night": 54_900, "changed": 22 * HOUR}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("first_response_seconds", OURS | {"nobody": 180}),
        ("first_response_by_reply_day_seconds", OURS | {"nobody": 180}),
        ("any_reply_first_response_seconds", OURS | {"nobody": 180, "bot": 5}),
        # nearest minute, from creation; of the ticket that an agent began, to the agent's next
        (
            "zendesk_first_response_seconds",
            TICKETS | {"nobody": 180, "gone": 660, "outbound": 40 * 60},
        ),
        # the schedule of Tuesday 14:00 alone: 4 h on Monday and 2 h on Tuesday, not 1 h + 1 h + 2 h
        (
            "zendesk_first_response_business_seconds",
            {"plain": 660, "imported": 900, "night": 900, "changed": 6 * HOUR}
            | {"nobody": 180, "gone": 660, "outbound": 40 * 60},
        ),
        ("intercom_first_response_seconds", OURS | {"nobody": 180, "gone": 660, "outbound": 600}),
        (
            "intercom_first_response_business_seconds",
            {"plain": 659, "imported": 600, "night": 900, "changed": 4 * HOUR, "bot": 62}
            | {"nobody": 180, "gone": 660, "outbound": 600},
        ),
        # assigned tickets only, and not those merged into another
        (
            "freshdesk_first_response_seconds",
            {"plain": 659, "imported": 900, "night": 900, "changed": 4 * HOUR}
            | {"outbound": 40 * 60},
        ),
        # from the bot's hand-over; an agent's opening message is the reply
        (
            "chatwoot_first_response_seconds",
            OURS | {"imported": 900, "bot": 42, "nobody": 180, "gone": 660, "outbound": 0},
        ),
        ("first_resolution_seconds", {"plain": 7_259}),
        ("first_resolution_by_arrival_seconds", {"plain": 7_259}),
        ("first_resolution_business_seconds", {"plain": 7_259}),
        ("full_resolution_business_seconds", {"plain": 15 * 9 * HOUR + 7_259}),
        ("zendesk_first_resolution_seconds", {"plain": 7_260}),
        ("intercom_first_resolution_seconds", {"plain": 7_259}),
        ("full_resolution_by_arrival_seconds", {"plain": 21 * 86_400 + 7_259}),
        ("zendesk_full_resolution_seconds", {"plain": 21 * 86_400 + 7_260}),
        # fifteen working days of 9 h before Monday the 23rd, and 2 h 00:59 on it
        ("freshdesk_full_resolution_seconds", {"plain": 15 * 9 * HOUR + 7_259}),
        ("intercom_full_resolution_seconds", {"plain": 15 * 9 * HOUR + 7_259}),
        # open 00:00-02:00:59 and a day after the reopening
        ("requester_wait_seconds", {"plain": 86_400 + 7_259}),
        ("zendesk_requester_wait_seconds", {"plain": 86_400 + 7_260}),
        ("reopened_share", {"plain": 0}),
        ("reopened_by_arrival_share", {"plain": 0}),
        ("zendesk_reopened_share", {"plain": 1}),
    ],
    ids=lambda case: case if isinstance(case, str) else "",
)
def test_each_rule_says_this_of_each_contact(published, rule, expected):
    assert values(published, rule) == expected


def test_chatwoot_counts_every_solve_from_the_creation(published):
    rows = published.observations("chatwoot_full_resolution_seconds")
    assert sorted(rows["value"]) == [7_259, 21 * 86_400 + 7_259]


@pytest.mark.parametrize(
    ("rule", "value", "n"),
    [
        ("csat", 1.0, 2),  # the last rating of each contact within the window: 5 and 4
        ("zendesk_csat", 0.5, 4),  # the earlier 1 and the late 2 count as well
        ("intercom_csat", 0.5, 4),
        ("chatwoot_csat", 0.5, 4),
    ],
)
def test_satisfaction_by_each_rule(published, rule, value, n):
    (row,) = published.measure(rule).to_dict("records")
    assert (row["value"], row["n"]) == (value, n)


def test_a_reply_after_midnight_belongs_to_monday_by_arrival_and_to_tuesday_by_event(published):
    assert days(published, "first_response_seconds", "night") == ["03-02"]
    assert days(published, "zendesk_first_response_seconds", "night") == ["03-02"]
    assert days(published, "first_response_by_reply_day_seconds", "night") == ["03-03"]
    assert days(published, "chatwoot_first_response_seconds", "night") == ["03-03"]


@pytest.mark.parametrize("dated_by", ["arrival", "event"])
def test_a_switchboard_never_mixes_the_two_kinds_of_days(published, dated_by):
    table = published.switchboard("first_response_seconds", dated_by=dated_by)
    kinds = {published.definition(rule).dated_by for rule in table["rule"]}
    assert kinds == {dated_by}
    assert table.attrs["dates"] == ["arrival", "event"]


def test_a_switchboard_shows_every_rule_with_n_and_interval(published):
    table = published.switchboard("first_response_seconds", statistic="mean")
    assert table["rule"].tolist() == [
        "first_response_seconds",
        "first_response_business_seconds",
        "any_reply_first_response_seconds",
        "freshdesk_first_response_seconds",
        "intercom_first_response_business_seconds",
        "intercom_first_response_seconds",
        "zendesk_first_response_business_seconds",
        "zendesk_first_response_seconds",
    ]
    ours, zendesk = table.iloc[0], table.iloc[-1]
    assert (ours["n"], ours["value"]) == (6, (659 + 600 + 54_900 + 22 * HOUR + 62 + 180) / 6)
    assert (zendesk["n"], zendesk["system"]) == (7, "zendesk")
    assert (table["low"] < table["value"]).all()
    assert (table["value"] < table["high"]).all()


def explained(published, other: str) -> dict[str, str]:
    rows = published.differences("first_response_seconds", other)
    return dict(zip(rows["contact_id"], rows["reason"], strict=True))


@pytest.mark.parametrize(
    ("other", "reasons"),
    [
        (
            "zendesk_first_response_seconds",
            {
                "plain": "whole_minutes",
                "imported": "starts_at_creation",
                "bot": "no_ticket",
                "outbound": "agent_initiated",
                "gone": "merged",
            },
        ),
        (
            "chatwoot_first_response_seconds",
            {
                "imported": "starts_at_creation",
                "bot": "starts_at_handover",
                "outbound": "agent_initiated",
                "gone": "merged",
            },
        ),
        ("any_reply_first_response_seconds", {"bot": "stops_at_bot_reply"}),
        ("first_response_business_seconds", {"night": "opening_hours", "changed": "opening_hours"}),
        (
            "freshdesk_first_response_seconds",
            {
                "imported": "starts_at_creation",
                "night": "opening_hours",
                "changed": "opening_hours",
                "bot": "no_ticket",
                "nobody": "no_assignment",
                "outbound": "agent_initiated",
            },
        ),
    ],
)
def test_every_difference_has_its_reason(published, other, reasons):
    assert explained(published, other) == reasons


def test_two_schedules_are_a_reason_of_their_own(published):
    rows = published.differences(
        "intercom_first_response_business_seconds", "zendesk_first_response_business_seconds"
    ).set_index("contact_id")
    assert rows.loc["changed", ["difference", "hours_seconds", "reason"]].tolist() == [
        2 * HOUR,
        2 * HOUR,
        "other_schedule",
    ]


def test_a_contact_of_another_day_is_named_as_such(published):
    rows = published.differences(
        "first_response_seconds",
        "first_response_by_reply_day_seconds",
        start="2026-03-02",
        end="2026-03-02",
    )
    found = rows.set_index("contact_id")[["reason", "difference"]]
    assert found["reason"].to_dict() == {"night": "other_day"}
    assert found["difference"].isna().all()


def test_the_parts_add_up_to_the_difference_and_none_is_unknown_whatever_two_rules(published):
    parts = ["start_seconds", "stop_seconds", "hours_seconds", "rounding_seconds"]
    for rule, other in combinations(FIRST_RESPONSE, 2):
        rows = published.differences(rule, other)
        both = rows.dropna(subset=["difference"])
        assert (both[parts].sum(axis=1) == both["difference"]).all(), (rule, other)
        assert "unknown" not in set(rows["reason"]), (rule, other)


@pytest.mark.parametrize(
    "head", [h for h in catalog.rules() if h.entries["requires"]], ids=lambda head: head.name[7:]
)
def test_a_rule_counts_exactly_those_that_its_header_says(published, head):
    left_out = ", ".join(f"'{code}'" for code in head.entries["leaves_out"])
    required = " AND ".join(f"({REQUIREMENTS[name]})" for name in head.entries["requires"])
    said = published.sql(
        f"SELECT contact_id FROM fact_contacts AS c"
        f" WHERE coalesce(exclusion, '') NOT IN ({left_out}) AND {required}"
    )
    assert set(published.observations(head.name[7:])["contact_id"]) == set(said["contact_id"])


def test_reasons_are_counted(published):
    found = published.difference_reasons(
        "first_response_seconds", "zendesk_first_response_seconds"
    ).set_index("reason")
    assert found.loc["merged", ["n", "only_here", "only_there"]].tolist() == [1, 0, 1]
    assert found.loc["no_ticket", ["n", "only_here", "only_there"]].tolist() == [1, 1, 0]
    assert found.loc["whole_minutes", "mean_difference"] == 1
    rows = published.differences(
        "first_response_seconds", "zendesk_first_response_seconds", reason="merged"
    )
    assert rows["contact_id"].tolist() == ["gone"]


def test_agreement_counts_what_can_be_recomputed_and_what_agrees(published):
    found = published.vendor_agreement().set_index("rule")
    first = found.loc["zendesk_first_response_seconds"]
    # told of five; the chat is no ticket and can't be recomputed; plain alone agrees
    assert first[["told", "recomputed", "agreeing"]].tolist() == [5, 4, 1]
    assert round(first["value"], 3) == 0.25
    wait = found.loc["zendesk_requester_wait_seconds"]
    assert wait[["told", "recomputed", "agreeing"]].tolist() == [1, 1, 1]
    nothing = found.loc["freshdesk_first_response_seconds"]
    assert (nothing["told"], nothing["n"]) == (0, 0)
    assert nothing[["value", "low", "high"]].isna().all()


def test_a_disagreement_has_a_reason_only_where_another_count_proves_it(published):
    found = published.vendor_disagreements("zendesk_first_response_seconds")
    assert dict(zip(found["contact_id"], found["reason"], strict=True)) == {
        "night": "opening_hours",  # 900 s, our business time
        "imported": "starts_at_first_message",  # 600 s, from 00:05
        "nobody": "unknown",  # 777 s is no count of anything
    }
    assert found.attrs["reasons"] == {
        "opening_hours": 1,
        "starts_at_first_message": 1,
        "unknown": 1,
    }


def test_what_has_no_other_rule_or_no_figure_is_refused_with_its_name(published):
    with pytest.raises(UnknownNameError, match="contacts has one rule only"):
        published.differences("contacts", "csat")
    with pytest.raises(UnknownNameError, match="first_response_seconds: rule 'csat'"):
        published.differences("first_response_seconds", "csat")
    with pytest.raises(UnknownNameError, match="rule with a vendor's figure 'csat'"):
        published.vendor_disagreements("csat")
    with pytest.raises(UnknownNameError, match="csat: date 'arrival' is not known"):
        published.switchboard("csat", dated_by="arrival")


def test_thresholds_belong_to_service_levels_and_are_whole_seconds(published):
    with pytest.raises(InputError, match="csat has no threshold 'within_seconds'"):
        published.switchboard("csat", within_seconds=20)
    for told in (-1, 1.5, float("nan"), 10**20, "20"):
        with pytest.raises(OutOfRangeError, match=f"within_seconds={told} is not a duration"):
            published.switchboard("service_level", within_seconds=told)


def test_rules_are_no_metrics_of_ours(published):
    ours = set(published.metrics()["metric"])
    assert ours == {head.name[7:] for head in catalog.metrics()}
    rules = published.rules()
    assert set(rules["metric"]) - ours == {head.name[7:] for head in catalog.rules()}
    assert set(rules["variant_of"]) <= ours


def test_an_export_that_tells_no_times_of_reopenings_has_no_reopened_share(warehouse):
    """A Zendesk CSV without computed columns: the first solve of what was reopened is not told."""
    warehouse(
        contacts="""
            contact_id | status | created_at
            once       | solved | 2026-03-02
            again      | solved | 2026-03-02
        """,
        contact_clocks="""
            contact_id | solved_at  | reopens_count
            once       | 2026-03-03 | 0
            again      | 2026-03-20 | 1
        """,
    )
    opened = open_warehouse(warehouse.folder)
    assert opened.measure("reopened_share")["n"].tolist() == [0]
    assert opened.measure("zendesk_reopened_share")[["value", "n"]].to_numpy().tolist() == [
        [0.5, 2]
    ]


def test_a_reply_in_what_was_merged_stops_our_clock_and_not_the_helpdesks(warehouse):
    warehouse(
        contacts="""
            contact_id | created_at          | merged_into
            first      | 2026-03-02 00:00:00 | second
            second     | 2026-03-02 00:00:00 |
        """,
        messages="""
            contact_id | sent_at             | author_role
            first      | 2026-03-02 00:00:00 | customer
            first      | 2026-03-02 00:02:00 | agent
            second     | 2026-03-02 00:00:00 | customer
            second     | 2026-03-02 00:10:00 | agent
        """,
    )
    found = open_warehouse(warehouse.folder).differences(
        "first_response_seconds", "zendesk_first_response_seconds"
    )
    told = found.set_index("contact_id")[["value", "other_value", "stop_seconds", "reason"]]
    assert told.loc["second"].tolist() == [120, 600, 480, "stops_at_first_agent_message"]


def test_by_intercom_who_is_greeted_before_writing_waits_for_the_reply_to_what_they_wrote(
    warehouse,
):
    warehouse(
        contacts="contact_id | kind | created_at\nchat | chat | 2026-03-02 09:00",
        sessions="""
            contact_id | queue_entered_at | answered_at         | outcome
            chat       | 2026-03-02 09:00 | 2026-03-02 09:00:05 | answered
        """,
        messages="""
            contact_id | sent_at             | author_role
            chat       | 2026-03-02 09:00:05 | agent
            chat       | 2026-03-02 09:00:20 | customer
            chat       | 2026-03-02 09:00:32 | agent
        """,
    )
    door = open_warehouse(warehouse.folder)
    ours, theirs = "first_response_seconds", "intercom_first_response_seconds"
    assert [door.measure(rule)["value"].tolist() for rule in (ours, theirs)] == [[5], [12]]
    assert door.differences(ours, theirs)["reason"].tolist() == [
        "starts_at_first_message, stops_at_next_agent_message"
    ]
