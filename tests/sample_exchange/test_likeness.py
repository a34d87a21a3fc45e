"""The sample behaves like an exchange: shares, shapes, surges, waits, opinions."""

import csv
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from pipelines.sample_exchange.calendars import period_for
from pipelines.sample_exchange.demand import draw_demand
from pipelines.sample_exchange.desks import email_schedule
from pipelines.sample_exchange.world import EMAIL, LANGUAGE_CODES


def _value(truth, query):
    return truth.execute(query).fetchone()[0]


@pytest.mark.parametrize(
    ("column", "value", "low", "high"),
    [
        ("channel", "live_chat", 0.44, 0.50),
        ("channel", "phone", 0.16, 0.21),
        ("channel", "email", 0.18, 0.23),
        ("channel", "help_centre", 0.07, 0.10),
        ("channel", "social", 0.04, 0.06),
        ("language", "ko", 0.50, 0.57),
        ("language", "en", 0.11, 0.15),
        ("topic", "stolen_account", 0.03, 0.07),
        ("topic", "withdrawal", 0.20, 0.32),
    ],
)
def test_shares_are_those_of_a_korean_exchange(truth, column, value, low, high):
    share = _value(truth, f"SELECT avg(({column} = '{value}')::INT) FROM contacts")
    assert low < share < high


def test_korean_chats_peak_in_the_evening_dip_at_lunch_and_rest_at_night(truth):
    hours = dict(
        truth.execute("""
            SELECT hour(local_at), count(*) FROM contacts
            WHERE channel = 'live_chat' AND language = 'ko' GROUP BY ALL
        """).fetchall()
    )
    assert hours[21] > 3 * hours[4]
    assert hours[12] < 0.85 * hours[11]
    assert hours[9] > 2 * hours[7]


def test_other_languages_peak_by_their_own_clocks(truth):
    def busiest(language, zone):
        return _value(
            truth,
            f"""
            SELECT hour(timezone('{zone}', timezone('UTC', arrived_at))) AS h FROM contacts
            WHERE channel = 'live_chat' AND language = '{language}'
            GROUP BY h ORDER BY count(*) DESC LIMIT 1""",
        )

    assert 18 <= busiest("ru", "Europe/Moscow") <= 22
    assert 18 <= busiest("pt", "America/Sao_Paulo") <= 23 or busiest("pt", "America/Sao_Paulo") == 9


def test_phones_rest_at_the_weekend_and_chats_do_not(truth):
    shares = dict(
        truth.execute("""
            SELECT channel, avg((dayofweek(local_at) IN (0, 6))::INT) FROM contacts
            WHERE channel IN ('phone', 'live_chat') AND language = 'ko' GROUP BY ALL
        """).fetchall()
    )
    assert shares["phone"] < 0.06
    assert 0.2 < shares["live_chat"] < 0.29  # two days of seven are 0.286


def test_no_call_reaches_the_korean_phone_desk_outside_its_hours(truth):
    assert _value(truth, """
        SELECT count(*) FROM contacts
        WHERE channel = 'phone' AND language = 'ko' AND queue_entered_at IS NOT NULL
            AND (hour(queue_entered_at + INTERVAL 9 HOUR) NOT BETWEEN 9 AND 17
                OR dayofweek(queue_entered_at + INTERVAL 9 HOUR) IN (0, 6)
                OR local_at::DATE BETWEEN '2026-09-24' AND '2026-09-26')
    """) == 0  # fmt: skip


def test_out_of_hours_calls_come_and_are_not_answered(truth):
    called, answered = truth.execute("""
        SELECT count(*), count(first_reply_at) FROM contacts
        WHERE channel = 'phone' AND language = 'ko' AND exclusion IS NULL
            AND hour(local_at) NOT BETWEEN 8 AND 18
    """).fetchone()
    assert called > 100
    assert answered == 0


def test_the_feed_is_silent_during_the_outage_and_logins_flood_after_it(truth):
    during, after, before = truth.execute("""
        SELECT
            count(*) FILTER (arrived_at >= starts_at AND arrived_at < ends_at),
            count(*) FILTER (topic = 'login' AND arrived_at >= ends_at
                AND arrived_at < ends_at + INTERVAL 3 HOUR),
            count(*) FILTER (topic = 'login' AND arrived_at >= ends_at - INTERVAL 7 DAY
                AND arrived_at < ends_at - INTERVAL 7 DAY + INTERVAL 3 HOUR)
        FROM contacts, events WHERE kind = 'outage'
    """).fetchone()
    assert during == 0
    assert after > 2 * before


def test_withdrawals_multiply_in_the_first_hours_of_a_halt(truth):
    ratio = _value(truth, """
        SELECT 2 * count(*) FILTER (hours BETWEEN 0 AND 1)
            / count(*) FILTER (hours IN (-168, -167, 168, 169))
        FROM (
            SELECT floor(epoch(arrived_at - starts_at) / 3600) AS hours FROM contacts, events
            WHERE kind = 'withdrawal_halt' AND topic = 'withdrawal' AND starts_at < '2026-11-08'
        )
    """)  # fmt: skip
    assert 1.7 < ratio < 5


def test_no_event_is_told_that_nobody_knew_at_the_cut(truth):
    assert _value(truth, "SELECT count(*) FROM events WHERE known_at > '2026-11-15 15:00'") == 0
    assert _value(truth, "SELECT count(*) FROM events WHERE known_at > starts_at") == 0


def test_clocks_of_a_contact_run_forward(truth):
    assert _value(truth, """
        SELECT count(*) FROM contacts WHERE handed_over_at < arrived_at
            OR queue_entered_at < arrived_at OR first_reply_at < queue_entered_at
            OR first_reply_at < arrived_at OR left_at < queue_entered_at
            OR last_solved_at < first_solved_at OR survey_answered_at < survey_sent_at
    """) == 0  # fmt: skip


def test_a_live_contact_is_answered_or_abandoned_never_both(truth):
    assert _value(truth, """
        SELECT count(*) FROM contacts
        WHERE channel IN ('live_chat', 'phone')
            AND first_reply_at IS NOT NULL AND left_at IS NOT NULL
    """) == 0  # fmt: skip


def test_customers_wait_longer_where_the_roster_is_tight_and_the_desk_is_small(truth):
    def abandoned(where):
        return _value(
            truth,
            f"""SELECT avg(is_abandoned::INT) FROM contacts
            WHERE queue_entered_at IS NOT NULL AND exclusion IS NULL AND {where}""",
        )

    def wait(language):
        return _value(
            truth,
            f"""SELECT median(epoch(first_reply_at - queue_entered_at)) FROM contacts
            WHERE channel = 'live_chat' AND exclusion IS NULL AND language = '{language}'""",
        )

    korean_phone = "channel = 'phone' AND language = 'ko'"
    assert abandoned(f"{korean_phone} AND hour(local_at) = 9") > abandoned(
        f"{korean_phone} AND hour(local_at) BETWEEN 13 AND 16"
    )
    assert wait("tr") > 2 * wait("ko")


def test_ratings_fall_with_the_wait_and_surveys_are_answered_less(truth):
    quick, slow = truth.execute("""
        SELECT avg(score), avg((survey_answered_at IS NOT NULL)::INT) FROM contacts
        WHERE channel IN ('email', 'help_centre', 'social') AND survey_sent_at IS NOT NULL
        GROUP BY first_response_seconds > 12 * 3600 ORDER BY first_response_seconds > 12 * 3600
    """).fetchall()
    assert quick[0] > slow[0] + 0.2
    assert quick[1] > slow[1]


def test_japanese_ratings_keep_to_the_middle_and_spanish_ones_to_the_ends(truth):
    spread = dict(
        truth.execute("""
            SELECT language, avg((score IN (1, 5))::INT) FROM contacts
            WHERE score IS NOT NULL GROUP BY ALL
        """).fetchall()
    )
    assert spread["ja"] < 0.25 < spread["ko"] < 0.5 < spread["es"]


def test_schedules_cover_the_two_weeks_after_the_cut(sample_folder):
    with (sample_folder / "schedules.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    starts = {row["starts_at"] for row in rows if row["channel"] == "live_chat"}
    assert min(starts) == "2026-07-20T00:00:00+09:00"
    assert max(starts) == "2026-11-29T23:30:00+09:00"
    assert {
        datetime.fromisoformat(row["ends_at"]) - datetime.fromisoformat(row["starts_at"])
        for row in rows
    } == {timedelta(minutes=30)}
    assert min(int(row["agents"]) for row in rows) >= 2


def test_mail_has_about_the_people_it_takes_and_half_of_them_where_callers_spare_the_time():
    period = period_for(200_000, date(2026, 11, 15))
    demand = draw_demand(period, 200_000, np.random.default_rng(7))
    agents = email_schedule(period, demand)[-28 * 48 :].sum(axis=0)
    work = demand.usual[-28 * 48 :, EMAIL].sum(axis=0) * 420 / 1800
    busy = dict(zip(LANGUAGE_CODES, work / (agents * 0.7), strict=True))
    with_calls = {code: busy.pop(code) for code in ("ko", "ja")}  # their phones are open by day
    assert 0.4 < min(busy.values()) < max(busy.values()) < 0.8
    assert 1.2 < min(with_calls.values()) < max(with_calls.values()) < 1.6
