"""Anomalies and effects of changes against what several invented exchanges were drawn from."""

import json
from datetime import date

import duckdb
import holidays
import numpy as np
import pandas as pd
import pytest

from pipelines.analysis import anomalies, impacts
from pipelines.sample_exchange.calendars import period_for
from pipelines.sample_exchange.chunks import draw_arrivals
from pipelines.sample_exchange.demand import draw_demand
from pipelines.sample_exchange.world import CHANNELS, HOME_ZONE, LANGUAGE_CODES, TOPICS
from pipelines.settings import SAMPLES_DIR

CONTACTS = 20_000
SEEDS = (1, 2, 3, 4, 5, 6)
HOLIDAYS = set(holidays.country_holidays("KR", years=[2026]))


def exchange(seed: int) -> tuple[duckdb.DuckDBPyConnection, dict]:
    """The tables that the analyses read, filled from a drawn demand; and what moved it."""
    period = period_for(CONTACTS, date(2026, 11, 15))
    demand = draw_demand(period, CONTACTS, np.random.default_rng([seed, 0]))
    drawn = pd.concat(
        pd.DataFrame({name: getattr(arrivals, name) for name in arrivals.__dataclass_fields__})
        for arrivals, _random in draw_arrivals(period, demand, CONTACTS, seed)
    )
    local = pd.to_datetime(drawn["arrived"], unit="s", utc=True).dt.tz_convert(HOME_ZONE)
    contacts = pd.DataFrame(
        {
            "contact_id": drawn["number"].astype(str),
            "requester_id": drawn["requester"].astype(str),
            "exclusion": pd.Series(None, index=drawn.index, dtype=object),
            "arrived_at": pd.to_datetime(drawn["arrived"], unit="s"),
            "arrived_on": local.dt.tz_localize(None).dt.normalize(),
            "arrived_slot": local.dt.hour * 2 + local.dt.minute // 30,
            "channel": np.array(CHANNELS)[drawn["channel"]],
            "language": np.array(LANGUAGE_CODES)[drawn["language"]],
            "topic": np.array(TOPICS)[drawn["topic"]],
        }
    )
    events = pd.DataFrame(
        {
            "event_id": [event.event_id for event in demand.events],
            "kind": [event.kind for event in demand.events],
            "title": [event.title for event in demand.events],
            "starts_at": pd.to_datetime([event.starts_at for event in demand.events], unit="s"),
            "ends_at": pd.to_datetime([event.ends_at for event in demand.events], unit="s"),
            "topic": [event.topic or None for event in demand.events],
            "is_change": [event.kind == "article" for event in demand.events],
        }
    )
    connection = duckdb.connect()
    connection.register("drawn_contacts", contacts)
    connection.register("drawn_events", events)
    connection.execute(
        "CREATE TABLE fact_contacts AS SELECT * REPLACE (CAST(exclusion AS VARCHAR) AS exclusion,"
        " CAST(arrived_on AS DATE) AS arrived_on) FROM drawn_contacts"
    )
    connection.execute(
        "CREATE TABLE fact_source_days AS SELECT arrived_on AS day, TRUE AS is_up,"
        " count(*) AS contacts, 0 AS missing FROM fact_contacts GROUP BY arrived_on"
    )
    connection.execute(
        "CREATE TABLE fact_market_events AS SELECT *, CAST(NULL AS VARCHAR) AS channel,"
        " CAST(NULL AS VARCHAR) AS language FROM drawn_events"
    )
    connection.execute(
        "CREATE TABLE build_info AS SELECT max(arrived_at) AS data_cut_at FROM fact_contacts"
    )
    connection.execute("CREATE TABLE ref_rules AS SELECT 72 AS left_before_reply_hours")
    connection.execute(
        "CREATE VIEW metric_contacts AS SELECT arrived_on AS observed_on, channel, language,"
        " topic, 1 AS value FROM fact_contacts"
    )
    return connection, demand.true_effects


@pytest.fixture(scope="module")
def exchanges():
    return [exchange(seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def unusual(exchanges):
    return [
        (anomalies.analyse(connection, HOME_ZONE, HOLIDAYS).tables, effects["bursts"][0])
        for connection, effects in exchanges[:3]
    ]


def _instant(seconds: int) -> pd.Timestamp:
    return pd.Timestamp(seconds, unit="s")


def test_a_fault_that_nobody_announced_is_found_with_its_carriers_and_its_hours(unusual):
    early = []
    for tables, burst in unusual:
        found = tables["analysis_anomalies"]
        here = found[
            (found["starts_at"] < _instant(burst["ends_at"]))
            & (found["ends_at"] > _instant(burst["starts_at"]))
        ].iloc[0]
        assert (here["topic"], here["channel"], here["language"]) == (
            "withdrawal", "live_chat", "ko",
        )  # fmt: skip
        early.append(_instant(burst["starts_at"]) - here["starts_at"])
        # what else goes on in that topic may make its end seem later, a quiet last hour earlier
        later = here["ends_at"] - _instant(burst["ends_at"])
        assert pd.Timedelta(hours=-1) <= later <= pd.Timedelta(hours=2)
        assert here["low"] < burst["expected_extra"] < here["high"]
    # and a busy morning before it may make its start seem earlier
    assert sorted(early)[:2] == [pd.Timedelta(0)] * 2
    assert max(early) <= pd.Timedelta(hours=3)


def test_the_outage_shows_as_contacts_that_did_not_come(unusual):
    for tables, _burst in unusual:
        found = tables["analysis_anomalies"]
        missing = found[~found["is_surplus"] & found["event_title"].notna()]
        assert "Exchange and helpdesk unreachable" in missing["event_title"].tolist()
        assert (missing["value"] <= -anomalies.LEAST_EXCESS).all()


def test_an_incident_is_its_contacts_with_those_who_ask_again_collapsed(unusual):
    for tables, _burst in unusual:
        incidents = tables["analysis_incidents"].set_index("incident_id")
        members = tables["analysis_incident_contacts"].groupby("incident_id")
        assert members.size().to_dict() == incidents["n"].to_dict()
        assert members["is_first"].sum().to_dict() == incidents["threads"].to_dict()
        assert (incidents["excess"] == incidents["n"] - incidents["expected_contacts"]).all()


def test_few_spans_are_marked_that_no_event_explains(unusual):
    # a quarter of an ordinary block of either length and of a day, each week: 6 in 8 weeks
    for tables, burst in unusual:
        found = tables["analysis_anomalies"].drop_duplicates("anomaly_id")
        unexplained = found[
            found["event_id"].isna() & (found["starts_at"] != _instant(burst["starts_at"]))
        ]
        assert len(unexplained) <= 6


def test_the_effect_of_a_rewritten_article_lies_in_its_interval(exchanges, monkeypatch):
    monkeypatch.setattr(impacts, "_METRICS", (("contacts", "count(*)"),))
    held, misses = 0, []
    for connection, effects in exchanges:
        truth = effects["changes"][0]["effect_per_day"]
        (row,) = (
            impacts.analyse(connection, HOME_ZONE, HOLIDAYS)
            .tables["analysis_impact"]
            .to_dict("records")
        )
        assert (row["metric"], row["topic"], str(row["changed_on"])) == (
            "contacts", "kyc", "2026-10-12",
        )  # fmt: skip
        assert row["high"] < 0, "an effect is found"
        held += row["low"] <= truth <= row["high"]
        misses.append((row["value"] - truth) / (row["high"] - row["value"]))
    assert held >= len(SEEDS) - 1  # one in twenty may miss
    assert abs(np.mean(misses)) < 0.5, "and to neither side"


def test_a_day_on_which_no_feed_was_up_is_no_day_of_an_effect(exchanges, monkeypatch):
    monkeypatch.setattr(impacts, "_METRICS", (("contacts", "count(*)"),))
    connection, _effects = exchanges[0]
    other = connection.cursor()
    other.execute(
        "CREATE TEMP TABLE fact_source_days AS"
        " SELECT * REPLACE (day <> DATE '2026-09-16' AS is_up) FROM main.fact_source_days"
    )
    ((down,),) = connection.execute(
        "SELECT count(*) FROM metric_contacts WHERE topic = 'kyc' AND observed_on = '2026-09-16'"
    ).fetchall()
    known, left = (
        impacts.analyse(each, HOME_ZONE, HOLIDAYS).tables["analysis_impact"]["n"][0]
        for each in (connection, other)
    )
    assert known - left == down > 0


def test_where_no_change_is_known_the_absence_says_what_to_load(exchanges):
    connection, _effects = exchanges[0]
    other = connection.cursor()
    other.execute("CREATE TEMP TABLE fact_market_events AS FROM main.fact_market_events LIMIT 0")
    found = impacts.analyse(other, HOME_ZONE, HOLIDAYS)
    assert found.tables["analysis_impact"].empty
    assert [each.reason for each in found.absences] == [
        "no dated change is known: load them as market_events"
    ]


def test_the_true_effects_stand_in_the_committed_sample():
    told = json.loads((SAMPLES_DIR / "truth" / "effects.json").read_text(encoding="utf-8"))
    assert told["changes"][0]["kind"] == "article"
    assert told["bursts"][0]["topic"] == "withdrawal"
    assert told["ratings"]["waited"] == -0.42


@pytest.mark.parametrize("last", ["2026-04-05", "2026-11-20"])
def test_an_hour_that_comes_twice_or_not_at_all_is_no_burst_and_no_outage(last):
    """Twenty contacts every half hour, over a night in which the clocks of New York change."""
    instants = pd.date_range(end=f"{last} 23:30", periods=130 * 48, freq="30min", tz="UTC")
    local = instants.tz_convert("America/New_York").repeat(20)
    contacts = pd.DataFrame(
        {
            "contact_id": [str(number) for number in range(len(local))],
            "requester_id": None,
            "exclusion": None,
            "arrived_at": instants.repeat(20).tz_localize(None),
            "arrived_on": local.tz_localize(None).normalize(),
            "arrived_slot": local.hour * 2 + local.minute // 30,
            "channel": "phone",
            "language": "en",
            "topic": "fees",
        }
    )
    connection = duckdb.connect()
    connection.register("drawn", contacts)
    connection.execute(
        "CREATE TABLE fact_contacts AS SELECT * REPLACE (CAST(exclusion AS VARCHAR) AS exclusion,"
        " CAST(requester_id AS VARCHAR) AS requester_id, CAST(arrived_on AS DATE) AS arrived_on)"
        " FROM drawn"
    )
    connection.execute(
        "CREATE TABLE fact_source_days AS SELECT arrived_on AS day, TRUE AS is_up,"
        " count(*) AS contacts, 0 AS missing FROM fact_contacts GROUP BY arrived_on"
    )
    connection.execute(
        "CREATE TABLE fact_market_events (event_id VARCHAR, title VARCHAR, starts_at TIMESTAMP,"
        " ends_at TIMESTAMP, is_change BOOLEAN)"
    )
    connection.execute(
        "CREATE TABLE build_info AS SELECT max(arrived_at) AS data_cut_at FROM fact_contacts"
    )
    found = anomalies.analyse(connection, "America/New_York", set())
    assert found.tables["analysis_anomalies"].empty  # nor are the hours after the data end
    # the night itself was looked at: of one half hour beside it all contacts are missing
    connection.execute(
        "DELETE FROM fact_contacts WHERE arrived_slot = 12 AND arrived_on ="
        " (SELECT max(arrived_on) FROM fact_contacts WHERE dayofweek(arrived_on) = 0) - 14"
    )
    found = anomalies.analyse(connection, "America/New_York", set()).tables["analysis_anomalies"]
    assert found["value"].tolist() == [-20.0]
