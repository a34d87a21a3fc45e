"""What changed and why: rates and mix, own past, limits of chance, habits of rating, cover."""

import math

import pytest

from pipelines.api import open_warehouse
from pipelines.errors import OutOfRangeError, UnknownNameError
from tests.fixtures import RawWarehouse

# Acceptance case 25: week, language, ratings, satisfied.
RATED = (
    ("2026-03-03", "ko", 900, 810),
    ("2026-03-03", "en", 100, 60),
    ("2026-03-10", "ko", 500, 455),
    ("2026-03-10", "en", 500, 310),
)
WEEK = {"start": "2026-03-09", "end": "2026-03-15"}
# of e-mail on the tenth alone, though schedules are told from the third on
SCHEDULE = """
    channel | language | starts_at            | ends_at              | agents
    phone   | ko       | 2026-03-03 01:00:00Z | 2026-03-03 02:00:00Z | 1
    email   | ko       | 2026-03-10 01:00:00Z | 2026-03-10 02:00:00Z | 3
    email   | en       | 2026-03-10 05:00:00Z | 2026-03-10 06:00:00Z | 2
"""


@pytest.fixture(scope="module")
def rated(tmp_path_factory):
    """Two weeks of e-mails, all of them rated, all arriving at 01:00 UTC."""
    contacts, surveys = [], []
    for day, language, n, satisfied in RATED:
        for place in range(n):
            key = f"{language}{day[-2:]}x{place}"
            topic = "fees" if place % 2 else "login"
            contacts.append(f"{key}|email|{language}|{topic}|{day} 01:00:00Z|solved")
            score = 5 if place < satisfied else 1
            surveys.append(f"{key}|{day} 02:00:00Z|{day} 03:00:00Z|{score}")
    raw = RawWarehouse(tmp_path_factory.mktemp("rated"))
    raw.load(
        contacts="\n".join(["contact_id|channel|language|topic|created_at|status", *contacts]),
        surveys="\n".join(["contact_id|sent_at|answered_at|score", *surveys]),
        schedules=SCHEDULE,
    )
    raw.build().close()
    return open_warehouse(raw.folder)


@pytest.fixture(scope="module")
def change(rated):
    return rated.what_changed("csat", ["language"], **WEEK)


def test_case_25_the_change_of_minus_10_5_is_1_1_by_rates_and_minus_11_6_by_mix(change):
    # 87.0 -> 76.5: 0.9 * (91 - 90) + 0.1 * (62 - 60) = 1.1; (0.5 - 0.9) * 91 + 0.4 * 62 = -11.6
    assert (change.before.value, change.after.value) == (0.87, 0.765)
    assert change.total.value == pytest.approx(-0.105, abs=1e-12)
    assert change.rate.value == pytest.approx(0.011, abs=1e-12)
    assert change.mix.value == pytest.approx(-0.116, abs=1e-12)
    assert change.rate.value + change.mix.value == pytest.approx(change.total.value, abs=1e-15)


def test_the_change_tells_its_n_intervals_windows_and_definition(change):
    assert (change.before.n, change.after.n, change.total.n) == (1000, 1000, 2000)
    # Wilson's limits of 870 and 765 of 1,000
    assert [change.before.low, change.before.high] == pytest.approx([0.8477, 0.8894], abs=1e-4)
    assert [change.after.low, change.after.high] == pytest.approx([0.7377, 0.7903], abs=1e-4)
    # both windows apart: 1.96 * root(0.87 * 0.13 / 1000 + 0.765 * 0.235 / 1000) = 0.0335
    assert change.total.high - change.total.value == pytest.approx(0.0335, rel=0.12)
    assert (str(change.previous_start), str(change.previous_end)) == ("2026-03-02", "2026-03-08")
    assert (change.unit, change.statistic, change.up_is_good) == ("share", "share", True)


def test_parts_of_the_groups_add_up_to_those_of_the_whole(change):
    groups = change.groups.set_index("language")
    assert groups.loc["ko", "rate"] == pytest.approx(0.009, abs=1e-12)
    assert groups.loc["en", "rate"] == pytest.approx(0.002, abs=1e-12)
    assert groups["mix"].sum() == pytest.approx(-0.116, abs=1e-12)


def test_several_dimensions_share_the_mix_part_and_topics_that_kept_their_mix_have_none(rated):
    found = rated.what_changed("csat", ["language", "topic"], **WEEK)
    parts = found.attribution.set_index("part")["value"]
    assert parts.sum() == pytest.approx(-0.105, abs=1e-12)
    assert parts["topic"] == pytest.approx(0.0, abs=2e-3)
    assert parts["language"] == pytest.approx(-0.116, abs=2e-3)


def test_at_one_mix_both_weeks_compare_by_their_rates_alone(change):
    # at the mix of both weeks together, 70 % Korean: 0.7 * 90 + 0.3 * 60, 0.7 * 91 + 0.3 * 62
    standardised = change.standardised.set_index("period")["value"]
    assert standardised["before"] == pytest.approx(0.81, abs=1e-12)
    assert standardised["after"] == pytest.approx(0.823, abs=1e-12)


def test_as_one_table_the_change_is_tidy_and_every_row_has_n_and_an_interval(change):
    frame = change.frame()
    assert list(frame.columns) == ["part", "language", "n", "value", "low", "high"]
    whole = frame[frame["language"].isna()]
    assert list(whole["part"]) == [
        "before", "after", "total", "rate", "mix", "mix of language", "before_standardised",
        "after_standardised",
    ]  # fmt: skip
    assert frame[["n", "low", "high"]].notna().all().all()


def test_a_filter_applies_to_both_windows(rated):
    found = rated.what_changed("csat", ["topic"], where={"language": "en"}, **WEEK)
    assert (found.before.value, found.after.value) == (0.60, 0.62)


def test_a_change_against_the_window_before_has_an_interval_of_its_own(rated):
    found = rated.compare("csat", **WEEK).iloc[0]
    told = [round(found[name], 4) for name in ("change", "change_low", "change_high")]
    assert told == [-0.105, -0.1385, -0.0713]  # Newcombe's, of 765 and 870 in 1,000
    assert rated.compare("contacts", **WEEK)[["change_low", "change_high"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("metric", "dims", "days", "error", "says"),
    [
        ("contacts", ["language"], WEEK, UnknownNameError, "neither a share nor a mean"),
        ("csat", ["day"], WEEK, UnknownNameError, "group 'day' is not known"),
        ("csat", ["tongue"], WEEK, UnknownNameError, "known: "),
        ("csat", [], WEEK, OutOfRangeError, "name at least one dimension"),
        (
            "csat",
            ["language"],
            {"start": "2026-03-02", "end": "2026-03-08"},
            OutOfRangeError,
            "no observation from 2026-02-23 to 2026-03-01",
        ),
        (
            "csat",
            ["language"],
            {"start": "2030-01-01"},
            OutOfRangeError,
            "csat has observations from 2026-03-03 to 2026-03-10: give both days to look beyond",
        ),
        (
            "csat",
            ["language"],
            {"end": "2026-03-01"},
            OutOfRangeError,
            "csat has observations from 2026-03-03",
        ),
    ],
)
def test_what_cannot_be_taken_apart_is_refused_with_the_reason(
    rated, metric, dims, days, error, says
):
    with pytest.raises(error, match=says):
        rated.what_changed(metric, dims, **days)


def test_each_language_is_set_against_its_own_past_with_the_difference_s_interval(rated):
    found = rated.own_baseline("csat", "language", **WEEK).set_index("language")
    english, korean = found.loc["en"], found.loc["ko"]
    assert (english["value"], english["baseline_value"]) == (0.62, 0.60)
    assert (english["n"], english["baseline_n"]) == (500, 100)
    # Newcombe's method 10 for 310 of 500 against 60 of 100
    assert english["change"] == pytest.approx(0.02, abs=1e-12)
    assert [english["change_low"], english["change_high"]] == pytest.approx(
        [-0.0814, 0.1260], abs=1e-3
    )
    assert (english["outside"], korean["outside"]) == (0, 0)


def test_what_moved_by_more_than_chance_is_outside_its_own_past(rated):
    # means of fives and ones: 1 + 4 * 0.765 = 4.06 after 1 + 4 * 0.87 = 4.48, 1,000 ratings each
    whole = rated.own_baseline("csat_score", (), **WEEK).iloc[0]
    assert whole["value"] == pytest.approx(4.06)
    assert whole["baseline_value"] == pytest.approx(4.48)
    assert whole["change_high"] < 0
    assert whole["outside"] == -1


def test_a_language_without_a_past_is_not_judged(rated):
    first = rated.own_baseline("csat", "language", start="2026-03-02", end="2026-03-08")
    assert first["baseline_n"].tolist() == [0, 0]
    assert first[["baseline_value", "outside"]].isna().all().all()


def test_a_count_is_set_against_its_past_by_the_day_and_never_against_a_longer_window(week):
    whole = week.own_baseline("contacts", (), start="2026-03-03", end="2026-03-04").iloc[0]
    # 3 on the one day that brought any; 2 on the one before, of the 84 that it is held against
    assert (whole["value"], whole["baseline_value"], whole["change"]) == (3, 2, 1)
    with pytest.raises(UnknownNameError, match="reopen_events is a count, which the longer"):
        week.own_baseline("reopen_events", ())


def test_a_stock_has_no_chance_to_be_judged_by(rated):
    days = {"start": "2026-03-05", "end": "2026-03-06"}
    open_now = rated.own_baseline("backlog", (), **days)
    assert open_now[["value", "baseline_value", "change"]].to_numpy().tolist() == [[1000, 1000, 0]]
    assert open_now["outside"].isna().tolist() == [True]


def test_a_funnel_has_limits_around_the_value_of_all(rated):
    found = rated.funnel("csat", "language", **WEEK, is_overdispersed=False)
    found = found.set_index("language")
    assert found["target"].tolist() == [0.765, 0.765]
    # 1.96 * root(0.765 * 0.235 / 500) = 0.0372 to each side
    assert found.loc["en", "high_95"] - 0.765 == pytest.approx(0.0372, abs=2e-3)
    assert (found.loc["en", "outside"], found.loc["ko", "outside"]) == (-2, 2)


def test_limits_of_chance_end_where_the_scale_ends(warehouse):
    warehouse(
        contacts="contact_id | language\n" + "\n".join(f"c{i} | {'ko' if i % 2 else 'en'}"
                                                       for i in range(6)),
        surveys="contact_id | score\n" + "\n".join(f"c{i} | {score}"
                                                    for i, score in enumerate((5, 5, 5, 5, 1, 1))),
    )  # fmt: skip
    found = open_warehouse(warehouse.folder).funnel("csat_score", "language")
    # all 11/3, variance within 16/3: 1.96 * root(16/3 / 3) = 2.6 and 3.09 times it 4.1 to each side
    assert found["target"].tolist() == pytest.approx([11 / 3] * 2)
    assert found["low_95"].tolist() == pytest.approx([11 / 3 - 1.959964 * 4 / 3] * 2)
    assert found["high_95"].tolist() == found["high_998"].tolist() == [5, 5]
    assert found["low_998"].tolist() == [1, 1]


def test_groups_that_differ_little_by_their_size_are_drawn_to_the_mean_of_all(rated):
    found = rated.pooled("csat", "language", **WEEK).set_index("language")
    assert found.loc["en", "raw"] == 0.62
    assert 0.62 < found.loc["en", "value"] < 0.63
    assert found.loc["en", "pooled"] < 0.05


def test_ranks_within_a_language_average_one_half_and_forgive_its_habit_of_rating(rated):
    by_language = rated.within_language("csat_score", "language")
    assert by_language["value"].tolist() == pytest.approx([0.5, 0.5])
    by_topic = rated.within_language("csat_score", "topic").set_index("topic")
    assert by_topic["n"].to_dict() == {"fees": 1000, "login": 1000}
    assert by_topic["value"].mean() == pytest.approx(0.5)
    with pytest.raises(UnknownNameError, match="first_response_seconds is no score"):
        rated.within_language("first_response_seconds", "topic")


def test_cover_is_the_share_that_arrives_while_nobody_is_scheduled(rated):
    # all arrive at 01:00 UTC: Koreans find an agent on 10 March alone, English customers none
    found = rated.coverage(("channel", "language"), where={"channel": "email"})
    found = found.set_index("language")
    assert found.loc["ko", "value"] == pytest.approx(900 / 1400)
    assert found.loc["en", "value"] == 1.0
    assert found["n"].to_dict() == {"en": 600, "ko": 1400}
    assert found["agent_hours"].to_dict() == {"en": 2.0, "ko": 3.0}


def test_cover_by_the_hour_tells_scheduled_hours_in_which_nobody_came(rated):
    found = rated.coverage("hour", where={"language": "en"}).set_index("hour")
    assert found["agent_hours"].to_dict() == {"10:00": 0.0, "14:00": 2.0}
    assert found["n"].to_dict() == {"10:00": 600, "14:00": 0}
    assert math.isnan(found.loc["14:00", "value"])


def test_cover_of_some_days_tells_the_hours_scheduled_on_them_alone(rated):
    hours = {
        day: rated.coverage((), where={"day": day, "channel": "email"})["agent_hours"].tolist()
        for day in ("2026-03-03", "2026-03-10")
    }
    # 3 agents for an hour and 2 for another, all on the tenth
    assert hours == {"2026-03-03": [0.0], "2026-03-10": [5.0]}
    tuesdays = {"weekday": 2, "topic": "fees", "channel": "email"}
    assert rated.coverage((), where=tuesdays)["agent_hours"].tolist() == [5]


def test_cover_of_days_before_the_first_schedule_and_after_the_last_is_not_known(warehouse):
    warehouse(
        contacts="""
            contact_id | created_at           | channel
            before     | 2026-03-02 01:00:00Z | phone
            covered    | 2026-03-03 01:00:00Z | phone
            uncovered  | 2026-03-04 01:00:00Z | phone
            also       | 2026-03-04 09:00:00Z | phone
            after      | 2026-03-06 01:00:00Z | phone
        """,
        schedules="""
            channel | language | starts_at            | ends_at              | agents
            phone   | ko       | 2026-03-03 01:00:00Z | 2026-03-03 02:00:00Z | 1
            phone   | ko       | 2026-03-05 01:00:00Z | 2026-03-05 02:00:00Z | 1
        """,
    )
    door = open_warehouse(warehouse.folder)
    (found,) = door.coverage(()).to_dict("records")
    assert (found["n"], found["value"], found["agent_hours"]) == (5, pytest.approx(2 / 3), 2.0)
    (before,) = door.coverage((), end="2026-03-02").to_dict("records")
    assert (before["n"], math.isnan(before["value"]), math.isnan(before["agent_hours"])) == (
        1, True, True,
    )  # fmt: skip


def test_ratings_are_told_by_the_hour_at_which_the_contact_arrived(rated):
    found = rated.share_by_arrival_hour("csat", "language", **WEEK)
    assert found[["language", "hour", "value", "n"]].to_numpy().tolist() == [
        ["en", "10:00", 0.62, 500],
        ["ko", "10:00", 0.91, 500],
    ]


def test_a_build_without_analyses_answers_with_no_row_and_the_columns(rated):
    assert rated.anomalies().empty
    assert {"topic", "channel", "language", "starts_at"} <= set(rated.anomalies())
    assert list(rated.analyses_absent()) == ["analysis", "subject", "reason"]
