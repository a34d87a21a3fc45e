"""Drivers, non-response and thin data, on builds: against the coefficients behind the sample."""

import json

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from pipelines import run
from pipelines.analysis import Found, anomalies, drivers, impacts, nonresponse
from pipelines.api import open_warehouse
from pipelines.ingest.contracts import CHANGE_KINDS
from pipelines.settings import SAMPLES_DIR
from pipelines.statistics.intervals import wilson
from pipelines.warehouse import catalog
from tests.fixtures import SETTINGS

SATISFIED_FROM = 4
MINUTE, HOUR = 60, 3_600


@pytest.fixture(scope="module")
def connection(exchange):
    build = exchange / (exchange / "CURRENT").read_text().strip()
    with duckdb.connect(str(build), read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def truth() -> dict:
    return json.loads((SAMPLES_DIR / "truth" / "effects.json").read_text())["ratings"]


def _satisfied(rows: pd.DataFrame, truth: dict, promised: float) -> np.ndarray:
    """The true chance of 4 or 5, with nine of ten contacts solved as the simulation solves them."""
    style = rows["language"].map(truth["styles"])
    mood = (
        1.0
        + truth["waited"] * np.log1p(rows["wait_seconds"] / promised)
        + rows["topic"].map(truth["topics"]).fillna(0.0)
        + rows["language"].map(truth["leniencies"])
        + truth["reopened"] * rows["is_reopened"]
        - truth["cuts"][SATISFIED_FROM - 2] / style
    )
    solved, not_solved = (
        ndtr((mood + step) / truth["noise_sd"]) for step in (0.0, truth["unsolved"])
    )
    return 0.9 * solved + 0.1 * not_solved


@pytest.mark.parametrize(
    ("channel", "promised", "step", "unit"),
    [
        ("live_chat", "live_chat", MINUTE, "a minute less"),
        ("phone", "phone", MINUTE, "a minute less"),
        ("email", "tickets", HOUR, "an hour less"),
    ],
)
def test_what_a_shorter_wait_would_give_holds_what_the_simulation_would_have_given(
    exchange, connection, truth, channel, promised, step, unit
):
    ratings = drivers._ratings(connection)[0]
    rows = ratings[(ratings["channel"] == channel) & (ratings["language"] == "ko")]
    promised = truth["promised_seconds"][promised]
    sooner = rows.assign(wait_seconds=(rows["wait_seconds"] - step).clip(lower=0))
    true = (_satisfied(sooner, truth, promised) - _satisfied(rows, truth, promised)).mean()
    found = open_warehouse(exchange).drivers("ko")
    found = found[(found["term"] == "first_response_seconds") & (found["level"] == channel)].iloc[0]
    assert (found["n"], found["unit"]) == (len(rows), unit)
    assert true > 0
    assert found["low"] <= true <= found["high"]


def test_topics_far_from_the_most_frequent_one_are_found_on_their_side_of_it(
    exchange, connection, truth
):
    # Not the size: in the sample, topics also differ in how often they are solved.
    ratings = drivers._ratings(connection)[0]
    rows = ratings[(ratings["language"] == "ko") & (ratings["channel"] == "live_chat")]
    found = open_warehouse(exchange).drivers("ko").set_index(["term", "level"])
    promised = truth["promised_seconds"]["live_chat"]
    true = {
        topic: _satisfied(rows.assign(topic=topic), truth, promised).mean()
        for topic in ("withdrawal", "login", "kyc", "stolen_account")
    }
    assert rows["topic"].value_counts().index[0] == "withdrawal"
    assert true["login"] - true["withdrawal"] > 0.1
    assert true["kyc"] - true["withdrawal"] > 0.1
    assert true["stolen_account"] - true["withdrawal"] < -0.1
    assert found.loc[("topic", "login"), "low"] > 0
    assert found.loc[("topic", "kyc"), "low"] > 0
    # few are rated: its interval may just touch 0
    stolen = found.loc[("topic", "stolen_account")]
    assert stolen["low"] < -0.1
    assert stolen["value"] < 0


def test_the_same_ratings_are_drawn_each_time_where_there_are_too_many(connection, monkeypatch):
    monkeypatch.setattr(drivers, "RATINGS_PER_LANGUAGE", 250)
    first, sampled = drivers._ratings(connection)
    again, _ = drivers._ratings(connection)
    assert first.equals(again)
    assert "ko" in sampled
    assert first["language"].value_counts()["ko"] == 250
    found = drivers.analyse(connection).tables["analysis_drivers"]
    assert found.loc[found["language"] == "ko", "is_sampled"].all()


def test_raw_satisfaction_is_that_of_the_answers_and_stands_beside_the_weighted_one(
    exchange, connection
):
    found = open_warehouse(exchange).nonresponse().set_index(["survey", "dimension", "level"])
    row = found.loc[("survey", "*", "*")]
    sent, answered, satisfied = connection.execute(
        """
        SELECT count(*), count(*) FILTER (WHERE is_answered_in_window AND score IS NOT NULL),
            count(*) FILTER (WHERE is_answered_in_window AND is_satisfied)
        FROM fact_surveys
        WHERE exclusion IS NULL AND is_window_over
            AND survey_id LIKE 'survey:%'
        """
    ).fetchall()[0]
    assert (row["n"], row["answers"]) == (sent, answered)
    assert row["raw"] == satisfied / answered
    assert [row["raw_low"], row["raw_high"]] == [
        pytest.approx(float(limit)) for limit in wilson(satisfied, answered)
    ]
    # those who waited long answer less often and are less content: weights lower the score
    assert row["value"] < row["raw"]
    assert row["effective_n"] < row["answers"]
    assert row["weighted_by"] == "channel and outcome, wait, language"


def test_answers_are_set_against_all_asked_on_channel_language_wait_and_outcome(exchange):
    found = open_warehouse(exchange).representation()
    mine = found[found["survey"] == "survey"].groupby("dimension")
    assert sorted(mine.groups) == ["channel", "language", "outcome", "wait"]
    assert mine["n"].sum().nunique() == 1
    assert mine["share_of_asked"].sum().to_numpy() == pytest.approx(np.ones(4))
    assert mine["share_of_answers"].sum().to_numpy() == pytest.approx(np.ones(4))
    waits = found[(found["survey"] == "survey") & (found["dimension"] == "wait")]
    rates = waits.set_index("level")["value"]
    assert rates["24 h+"] < rates["1-5 min"]


def test_everybody_s_score_is_the_raw_one_where_all_answered(monkeypatch):
    cells = pd.DataFrame(
        {
            "channel": ["email", "phone"], "language": "ko", "wait": "1-5 min",
            "outcome": "not known", "n": [60, 40], "answered": [60, 40], "total": [30, 30],
        }
    )  # fmt: skip
    absences = []
    row = nonresponse._score(cells, "survey, *", absences)
    assert row[:3] == (100, 100, 0.6)
    assert row[5] == pytest.approx(0.6)
    assert absences == []


def asked_and_analysed(warehouse, surveys: list[str]) -> Found:
    """Non-response of surveys that are told as `sent on | answered on | scale | score`, in order;
    data end on 31 March, when the two weeks of what was sent by the 16th are over."""
    rows = [f"survey:e{place} | c{place} | {told}" for place, told in enumerate(surveys)]
    contacts = [f"c{place} | 2026-03-01 00:00:00" for place in range(len(surveys))]
    connection = warehouse(
        contacts="\n".join(["contact_id | created_at", *contacts, "cut | 2026-03-31 00:00:00"]),
        surveys="\n".join(
            ["survey_id | contact_id | sent_at | answered_at | scale | score", *rows]
        ),
    )
    return nonresponse.analyse(connection)


def test_who_was_asked_last_week_is_in_neither_part_of_those_who_answered(warehouse):
    found = asked_and_analysed(
        warehouse,
        ["2026-03-02 | 2026-03-03 | 1-5 | 5"] * 10
        + ["2026-03-02 | | 1-5 |"] * 30
        # answered at once, while others have ten days left
        + ["2026-03-30 | 2026-03-30 | 1-5 | 5"] * 40
        + ["2026-03-30 | | 1-5 |"] * 120,
    )
    asked = found.tables["analysis_representation"].set_index(["dimension", "level"])
    row = asked.loc[("channel", "email")]
    assert (row["n"], row["answers"], row["value"]) == (40, 10, 0.25)  # and not 80, 50, 0.625


def test_an_answer_without_a_score_is_an_answer_and_not_dissatisfied(warehouse):
    found = asked_and_analysed(
        warehouse,
        ["2026-03-02 | 2026-03-03 | 1-5 | 5"] * 40
        + ["2026-03-02 | 2026-03-03 | 1-5 |"] * 10
        + ["2026-03-02 | | 1-5 |"] * 50,
    )
    asked = found.tables["analysis_representation"].set_index(["dimension", "level"])
    assert asked.loc[("channel", "email"), "answers"] == 50
    # nothing varies that weights could stand on: what they would stand on
    with warehouse.open() as connection:
        cells = nonresponse._cells(connection)
    assert cells[["n", "answered", "scored", "total"]].to_numpy().tolist() == [[100, 50, 40, 40]]


def test_answers_on_two_scales_are_not_one_score(warehouse):
    found = asked_and_analysed(
        warehouse,
        ["2026-03-02 | 2026-03-03 | 1-5 | 5"] * 40
        + ["2026-03-02 | 2026-03-03 | nps | 7"] * 40
        + ["2026-03-02 | | 1-5 |"] * 20,
    )
    assert found.tables["analysis_nonresponse"].empty
    assert [absence.reason for absence in found.absences] == ["answers on 2 scales; one is needed"]


def test_what_a_late_feed_has_not_delivered_is_no_lack_of_customers(warehouse):
    """Sixty calls a day by one system and forty by another, which ends three days earlier; on the
    last day but one the first one brings twice as many."""
    days = [f"{day.date()}" for day in pd.date_range("2026-01-05", periods=57)]
    calls = {
        f"{source}-{day}-{n} | {source} | {day} {1 + n % 8:02d}:{n % 60:02d}:00Z": None
        for source, a_day in (("first", 60), ("late", 40))
        for day in days
        if source == "first" or day < days[54]
        for n in range(a_day * (2 if (source, day) == ("first", days[55]) else 1))
    }
    connection = warehouse(contacts="\n".join(["contact_id | source | created_at", *calls]))
    found = anomalies.analyse(connection, "Asia/Seoul", set()).tables["analysis_anomalies"]
    assert set(found["is_surplus"]) <= {True}
    # of a hundred that are usual; forty are known to be late
    assert connection.execute(
        "SELECT sum(missing) FROM fact_source_days WHERE day = ?", [days[55]]
    ).fetchall() == [(40,)]


def test_contacts_of_an_unknown_topic_are_not_known_to_ask_the_same_again(warehouse):
    connection = warehouse(
        contacts="""
            contact_id | created_at           | requester_id | topic | channel
            fees       | 2026-03-02 01:00:00Z | r1           | fees  | phone
            fees_again | 2026-03-02 01:10:00Z | r1           | fees  | phone
            other      | 2026-03-02 01:20:00Z | r2           |       | phone
            another    | 2026-03-02 01:25:00Z | r2           |       | phone
        """
    )
    burst = {
        "anomaly_id": "a", "grain": "half_hour", "is_surplus": True, "position": 1,
        "starts_at": pd.Timestamp("2026-03-02 01:00"), "ends_at": pd.Timestamp("2026-03-02 01:30"),
        "local_on": pd.Timestamp("2026-03-02"), "channel": "phone", "language": "*",
        "expected_contacts": 1.0,
    }  # fmt: skip
    found = pd.DataFrame([burst | {"topic": "*"}, burst | {"topic": "unknown"}])
    incidents, _members = anomalies._incidents(connection, found)
    assert incidents[["topic", "n", "threads", "requesters", "excess"]].to_numpy().tolist() == [
        ["*", 4, 3, 2, 3.0], ["unknown", 2, 2, 1, 1.0],
    ]  # fmt: skip


def test_who_has_had_no_time_to_be_answered_is_no_effect_of_a_change(warehouse):
    """Ten e-mails a day, half of them answered after an hour and half after 50, then as before."""
    days = [f"{day.date()}" for day in pd.date_range("2026-01-05", periods=60)]
    asked = [(f"{day}-{n}", day) for day in days for n in range(10)]
    replied = {
        key: pd.Timestamp(f"{day} 01:00") + pd.Timedelta(hours=1 if key[-1] < "5" else 50)
        for key, day in asked
    }
    cut = pd.Timestamp("2026-03-05 23:00")
    connection = warehouse(
        contacts="contact_id | created_at\n"
        + "\n".join(f"{key} | {day} 01:00:00Z" for key, day in asked)
        + f"\ncut | {cut}",
        messages="contact_id | sent_at | author_role\n"
        + "\n".join(f"{key} | {day} 01:00:00Z | customer" for key, day in asked)
        + "\n"
        + "\n".join(f"{key} | {at} | agent" for key, at in replied.items() if at <= cut),
        market_events="event_id | kind | title | starts_at\n"
        "macro | macro | Macro | 2026-02-10 00:00:00Z",
    )
    found = impacts.analyse(connection, "Asia/Seoul", set()).tables["analysis_impact"]
    found = found.set_index("metric")
    # the last days, of which the later half waits still, are not in it
    assert found.loc["unanswered_share", ["n", "before", "value"]].tolist() == [570, 0, 0]
    assert found.loc["unanswered_share", "days_after"] == 21
    assert found.loc["contacts", "days_after"] == 24


def test_thin_data_fails_no_build_and_says_what_is_missing(warehouse):
    warehouse.load(
        contacts="contact_id | created_at\nc1 | 2026-03-02 01:00:00Z",
        surveys="contact_id | sent_at | answered_at | score\n"
        "c1 | 2026-03-02 02:00:00Z | 2026-03-02 03:00:00Z | 5",
    )
    run.build(warehouse.folder, warehouse.read_settings(SETTINGS))
    opened = open_warehouse(warehouse.folder)
    for answer in (opened.drivers(None), opened.impacts(), opened.anomalies(), opened.incidents()):
        assert answer.empty
    absent = opened.analyses_absent().set_index(["analysis", "subject"])["reason"]
    assert absent["drivers", "*"] == "no language has enough ratings"
    assert (
        absent["anomalies", "*"]
        == "1 days of contacts; more than 28 are needed to know what is usual"
    )
    assert absent["impact", "*"] == "no dated change is known: load them as market_events"


def test_the_kinds_of_changes_are_those_of_the_contract():
    sql = catalog.header("fact_market_events").sql
    assert all(f"'{kind}'" in sql for kind in CHANGE_KINDS)
    assert sql.count("'") == 2 * len(CHANGE_KINDS)
