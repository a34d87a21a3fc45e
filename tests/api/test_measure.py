"""Asking for numbers: breakdowns, filters, ranges, and what is refused."""

import re
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from pipelines.api import estimates, open_warehouse
from pipelines.errors import InputError, OutOfRangeError, UnknownNameError

# First responses: c1 80 s and c2 100 s on Monday, c3 93 s and c5 40 s on Wednesday; c4 none.


def test_a_frame_has_the_breakdown_then_value_n_and_the_interval(week):
    found = week.measure("first_response_seconds", by=["channel", "language"])
    assert list(found.columns) == ["channel", "language", "value", "n", "low", "high"]
    assert found[["channel", "language", "value", "n"]].to_numpy().tolist() == [
        ["email", "en", 93, 1],
        ["email", "ko", 90, 2],
        ["live_chat", "ko", 40, 1],
    ]


def test_a_frame_says_what_it_holds(week):
    attrs = week.measure("first_response_seconds", statistic="p90").attrs
    assert attrs["build_id"] == week.build().build_id
    assert {name: attrs[name] for name in attrs if name not in ("build_id", "cut")} == {
        "metric": "first_response_seconds",
        "label": "First response",
        "statistic": "p90",
        "unit": "seconds",
        "up_is_good": False,
        "version": 2,
        "is_approximate": False,
    }
    assert attrs["cut"] == pd.Timestamp("2026-03-04 04:00:00")


def test_both_days_of_a_range_are_included(week):
    assert week.measure("contacts", start="2026-03-02", end="2026-03-04")["n"].tolist() == [5]
    assert week.measure("contacts", start="2026-03-03", end="2026-03-04")["n"].tolist() == [3]
    assert week.measure("contacts", end="2026-03-02")["n"].tolist() == [2]


def test_days_without_observations_are_rows_without_a_value(week):
    found = week.measure("contacts", by="day", start="2026-03-01", end="2026-03-04")
    assert found["n"].tolist() == [0, 2, 0, 3]
    assert found["value"].isna().tolist() == [True, False, True, False]


def test_a_range_without_any_observation_still_has_its_days(week):
    found = week.measure("contacts", by="day", start="2030-01-01", end="2030-01-03")
    assert found["n"].tolist() == [0, 0, 0]


def test_weeks_start_on_monday_and_months_on_their_first(week):
    assert week.measure("contacts", by="week")["week"].tolist() == [pd.Timestamp("2026-03-02")]
    assert week.measure("contacts", by="month")["month"].tolist() == [pd.Timestamp("2026-03-01")]
    assert week.measure("contacts", by="weekday")["weekday"].tolist() == [1, 3]


def test_a_filter_takes_one_value_several_or_not_known(week):
    def n(**where):
        return int(week.measure("contacts", where=where)["n"].iloc[0])

    assert n(language="ko") == 3
    assert n(language=["ko", "en"], channel="email") == 4
    assert n(team=None) == 2
    assert n(team=[None, "Seoul"]) == 5
    assert n(team=[]) == 0
    assert n(half_hour="10:00") == 2
    assert n(weekday=3) == 3


def test_a_group_that_is_not_known_is_a_row_of_its_own_at_the_end(week):
    found = week.measure("contacts", by="team")
    assert found["n"].tolist() == [3, 2]
    assert found["team"].isna().tolist() == [False, True]


def test_nothing_observed_is_null_with_an_n_of_zero(week):
    for metric in week.metrics()["metric"]:
        found = week.measure(metric, start="2030-01-01")
        assert found["n"].tolist() == [0]
        assert found[["value", "low", "high"]].isna().all(axis=None)


def test_counts_have_no_interval_and_shares_have_wilsons(week):
    assert week.measure("contacts")[["low", "high"]].isna().all(axis=None)
    found = week.measure("unanswered_share").iloc[0]
    assert (found["value"], round(found["low"], 3), round(found["high"], 3)) == (0.2, 0.036, 0.624)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda w: w.measure("frist_response_seconds"),
            "metric 'frist_response_seconds' is not known; did you mean 'first_response_seconds'?",
        ),
        (
            lambda w: w.measure("csat", by="chanel"),
            "csat: breakdown 'chanel' is not known; did you mean 'channel'?",
        ),
        (
            lambda w: w.measure("csat", where={"chanel": "email"}),
            "csat: filter 'chanel' is not known; did you mean 'channel'?",
        ),
        (
            lambda w: w.measure("csat", where={"channel": "emial"}),
            "channel 'emial' is not known; did you mean 'email'? known: email, live_chat",
        ),
        (
            lambda w: w.measure("contacts", where={"source": "zendeks"}),
            "source 'zendeks' is not known; ",
        ),
        (
            lambda w: w.measure("csat", where={"scale": "1-6"}),
            "scale '1-6' is not known; ",
        ),
        (
            lambda w: w.measure("csat", statistic="median"),
            "csat: statistic 'median' is not known; known: share",
        ),
        (
            lambda w: w.measure("backlog", by="half_hour"),
            "backlog: breakdown 'half_hour' is not known",
        ),
        *(
            (
                lambda w, clock=clock: w.measure("contacts", where={"half_hour": clock}),
                f"'{clock}' is not a time of day such as 09:30",
            )
            for clock in ("noon", "24:00", "9:75", "-1:30")
        ),
        (
            lambda w: w.measure("contacts", where="channel=email"),
            "filter 'channel=email' names no column; write it like {'channel': 'phone'}",
        ),
        (
            lambda w: w.measure("csat", statistic=["share"]),
            "csat: statistic '['share']' is not known",
        ),
        (lambda w: w.survival("csat"), "csat keeps no unfinished observations"),
        (lambda w: w.compare("csat", by="week"), "compare: breakdown 'week' is not known"),
    ],
)
def test_a_name_that_is_not_known_is_refused_with_the_nearest_that_is(week, ask, message):
    with pytest.raises(UnknownNameError, match="^" + re.escape(message)):
        ask(week)


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("2026-03-05", "2026-03-04", "end 2026-03-04 is before start 2026-03-05"),
        ("5 of March-ish", None, "start '5 of March-ish' is not a day"),
        ("", None, "start '' is not a day"),
        (pd.NaT, None, "start 'NaT' is not a day"),
        (None, "2026-03", "end '2026-03' is not a day; write it as 2026-11-30"),
        (None, "04/03/2026", "end '04/03/2026' is not a day"),
        (None, 20260304, "end '20260304' is not a day"),
    ],
)
def test_a_range_that_makes_no_sense_is_refused(week, start, end, message):
    with pytest.raises(OutOfRangeError, match="^" + re.escape(message)):
        week.measure("contacts", start=start, end=end)


@pytest.mark.parametrize(
    "day",
    [
        "2026-03-04",
        "2026-03-04T23:59:59",
        date(2026, 3, 4),
        datetime(2026, 3, 4, 12),
        pd.Timestamp("2026-03-04 00:30", tz="Asia/Seoul"),
        np.datetime64("2026-03-04"),
    ],
)
def test_a_day_may_be_told_as_text_date_or_instant(week, day):
    assert week.measure("contacts", start=day, end=day)["n"].tolist() == [3]


def test_a_window_before_the_first_of_all_years_is_refused(week):
    with pytest.raises(OutOfRangeError, match="no calendar holds 739679 days before 0001-01-01"):
        week.compare("contacts", start="0001-01-01", end="2026-03-04")
    with pytest.raises(OutOfRangeError, match="no calendar holds 1000000 days"):
        week.own_baseline("csat", baseline_days=1_000_000)


@pytest.mark.parametrize("told", [-1, "ten", 1.5])
def test_pages_are_whole_numbers_of_rows(week, told):
    for ask in (
        lambda: week.observations("contacts", limit=told),
        lambda: week.contacts(offset=told),
        lambda: week.surveys(limit=told),
        lambda: week.left_out(limit=told),
        lambda: week.quarantine(limit=told),
        lambda: week.searches(limit=told),
        lambda: week.vendor_disagreements("zendesk_first_response_seconds", limit=told),
        lambda: week.differences("service_level", "service_level_sl1", offset=told),
    ):
        with pytest.raises(OutOfRangeError, match="give numbers of rows"):
            ask()
    assert len(week.observations("contacts", limit=None)) == 5


def test_a_filter_value_of_the_wrong_kind_is_refused_in_one_line(week):
    with pytest.raises(InputError, match=r"^filter: [^\n]*Monday[^\n]*$"):
        week.measure("contacts", where={"weekday": "Monday"})
    with pytest.raises(InputError, match=r"^filter: [^\n]*soon[^\n]*$"):
        week.measure("first_response_seconds", where={"day": "soon"})


def test_text_can_never_become_sql(week):
    with pytest.raises(UnknownNameError):
        week.measure("contacts", by='channel" FROM fact_contacts; --')
    with pytest.raises(UnknownNameError):
        week.measure("contacts", where={"channel": "email' OR 1=1 --"})
    assert week.measure("contacts", where={"contact_id": "x' OR '1'='1"})["n"].tolist() == [0]


def test_a_comparison_stands_beside_the_window_before_it(week):
    found = week.compare("contacts", by="language", start="2026-03-04", end="2026-03-05")
    assert found[["language", "value", "previous_value", "n", "previous_n"]].fillna(-1).to_numpy(
    ).tolist() == [["en", 2, -1, 2, 0], ["ko", 1, 2, 1, 2]]  # fmt: skip
    assert found["change"].fillna(99).tolist() == [99, -1]


@pytest.mark.case(15)
def test_durations_fall_into_half_open_bins_and_none_is_missing(warehouse):
    from pipelines.api import open_warehouse

    waits = {"a": 3_599, "b": 3_600, "c": 86_400}
    warehouse(
        contacts="contact_id | created_at\n"
        + "\n".join(f"{name} | 2026-03-02 00:00:00" for name in waits),
        messages="contact_id | sent_at | author_role\n"
        + "\n".join(
            f"{name} | {pd.Timestamp('2026-03-02') + pd.Timedelta(seconds=wait)} | agent"
            for name, wait in waits.items()
        ),
    )
    found = open_warehouse(warehouse.folder).distribution("first_response_seconds")
    assert found["bin_low"].tolist()[1:] == found["bin_high"].tolist()[:-1]
    assert np.isnan(found["bin_high"].iloc[-1])
    hours = pd.cut(found["bin_low"], [0, 3_600, 14_400, 86_400, np.inf], right=False)
    assert found.groupby(hours, observed=False)["n"].sum().tolist() == [1, 1, 0, 1]


def test_a_survival_curve_falls_to_the_share_that_nobody_answered(week):
    found = week.survival("first_response_censored_seconds")
    assert found["seconds"].tolist() == [40, 80, 93, 100]
    assert found["at_risk"].tolist() == [5, 4, 3, 2]
    assert found["surviving_share"].round(6).tolist() == [0.8, 0.6, 0.4, 0.2]


def test_the_rows_behind_a_number_can_be_read_in_pages(week):
    found = week.observations("first_response_seconds", where={"channel": "email"})
    assert found["contact_id"].tolist() == ["c3", "c1", "c2"]
    page = week.observations("first_response_seconds", limit=1, offset=1)
    assert page["contact_id"].tolist() == ["c5"]


@pytest.mark.parametrize(
    ("metric", "statistic"),
    [
        ("first_response_seconds", "median"),
        ("first_response_seconds", "p90"),
        ("first_response_censored_seconds", "km_median"),
    ],
)
def test_beyond_the_exact_limit_an_answer_says_that_it_is_approximate(
    week, monkeypatch, metric, statistic
):
    exact = week.measure(metric, by="language", statistic=statistic)
    monkeypatch.setattr(estimates, "EXACT_UP_TO", 2)
    monkeypatch.setattr(estimates, "SURVIVAL_EXACT_UP_TO", 2)
    close = week.measure(metric, by="language", statistic=statistic)
    assert (exact.attrs["is_approximate"], close.attrs["is_approximate"]) == (False, True)
    assert week.measure(metric, by="day", statistic=statistic).attrs["is_approximate"] is True
    assert week.compare(metric, statistic=statistic).attrs["is_approximate"] is True
    assert close[["language", "n"]].equals(exact[["language", "n"]])
    assert (close["value"] / exact["value"] - 1).abs().max() <= 0.012


@pytest.mark.parametrize(
    "by", [(), "team", ("half_hour", "language"), ("month", "weekday"), ("week", "day"), "hour"]
)
@pytest.mark.parametrize("metric", ["first_response_seconds", "first_response_censored_seconds"])
def test_groups_of_a_wide_range_are_those_of_a_narrow_one(week, monkeypatch, by, metric):
    exact = week.measure(metric, by=by)
    monkeypatch.setattr(estimates, "EXACT_UP_TO", 2)
    monkeypatch.setattr(estimates, "SURVIVAL_EXACT_UP_TO", 2)
    together = week.measure(metric, by=by)
    monkeypatch.setattr(estimates, "_CELLS_AT_ONCE", 1)
    one_by_one = week.measure(metric, by=by)
    pd.testing.assert_frame_equal(together, one_by_one)
    names = [name for name in exact if name not in ("value", "low", "high")]
    pd.testing.assert_frame_equal(together[names], exact[names])
    assert (together["value"].isna() == exact["value"].isna()).all()
    assert not (together["value"] / exact["value"] - 1).abs().max() > 0.012


def test_a_wide_survival_curve_says_that_it_is_approximate(week, monkeypatch):
    assert week.survival("first_response_censored_seconds").attrs["is_approximate"] is False
    monkeypatch.setattr(estimates, "SURVIVAL_EXACT_UP_TO", 2)
    found = week.survival("first_response_censored_seconds", by="channel")
    assert found.attrs["is_approximate"] is True
    assert found[found["channel"] == "live_chat"]["seconds"].tolist() == [40]


def test_an_average_is_exact_however_wide_the_range(week, monkeypatch):
    monkeypatch.setattr(estimates, "EXACT_UP_TO", 2)
    found = week.measure("first_response_seconds", statistic="mean")
    assert found["value"].tolist() == [78.25]
    assert found.attrs["is_approximate"] is False


def contacts_on(*days: tuple[str, int, str]) -> str:
    """So many contacts at nine in the morning of each day, with their exclusion."""
    rows = ["contact_id | created_at | exclusion"]
    rows += [f"{d}-{i} | {d} 00:00:00Z | {why}" for d, count, why in days for i in range(count)]
    return "\n".join(rows)


@pytest.mark.case(26)
def test_a_weekdays_mean_is_of_its_days_and_a_day_that_brought_none_counts(warehouse, tmp_path):
    from pipelines.api import open_warehouse

    fortnight = [f"2026-03-{day:02d}" for day in range(2, 16)]
    warehouse(contacts=contacts_on(*((day, 10, "") for day in fortnight)))
    found = open_warehouse(warehouse.folder).measure(
        "contacts", by="weekday", statistic="daily_mean"
    )
    assert found["value"].tolist() == [10] * 7
    assert found["n"].tolist() == [20] * 7

    mondays = type(warehouse)(tmp_path / "mondays")
    # The feed was up on the second Monday: it delivered spam, and nothing that counts.
    mondays(contacts=contacts_on(("2026-03-02", 10, ""), ("2026-03-09", 1, "spam")))
    door = open_warehouse(mondays.folder)
    (monday,) = door.measure("contacts", by="weekday", statistic="daily_mean").to_dict("records")
    assert (monday["weekday"], monday["value"], monday["n"]) == (1, 5, 10)
    assert door.measure("contacts", statistic="daily_mean")["value"].tolist() == [5]


def test_a_quiet_day_of_a_small_source_counts_in_its_mean(warehouse):
    every_other = [f"{date(2026, 1, 5) + timedelta(days=day)}" for day in range(0, 57, 2)]
    warehouse(contacts=contacts_on(*((day, 2, "") for day in every_other)))
    (found,) = (
        open_warehouse(warehouse.folder)
        .measure("contacts", statistic="daily_mean")
        .to_dict("records")
    )
    assert (found["n"], found["value"]) == (58, 58 / 57)


def test_a_day_that_lacks_a_large_feed_is_no_day_of_a_mean_and_its_rest_not_counted(warehouse):
    days = [f"{date(2026, 1, 5) + timedelta(days=day)}" for day in range(60)]
    warehouse(
        contacts="contact_id | source | language | created_at\n"
        + "\n".join(
            f"{source}-{day}-{n} | {source} | {language} | {day} 00:00:00Z"
            for source, language, a_day in (("large", "ko", 10), ("small", "en", 2))
            for day in days
            if source == "small" or day not in days[30:33]
            for n in range(a_day)
        )
    )
    door = open_warehouse(warehouse.folder)
    (whole,) = door.measure("contacts", statistic="daily_mean").to_dict("records")
    assert (whole["n"], whole["value"]) == (57 * 12, 12)  # and not (57 * 12 + 3 * 2) / 60 = 11.5
    english = {"statistic": "daily_mean", "where": {"language": "en"}}
    (own,) = door.measure("contacts", **english).to_dict("records")
    assert (own["n"], own["value"]) == (120, 2)


def test_a_last_day_that_is_not_over_is_no_day_of_a_mean(warehouse):
    days = [f"{date(2026, 1, 5) + timedelta(days=day)}" for day in range(15)]
    came = [(day, hour) for day in days for hour in ("00", "06")][:-1]
    warehouse(
        contacts="contact_id | created_at\n"
        + "\n".join(f"{day}-{hour} | {day} {hour}:00:00Z" for day, hour in came)
    )
    door = open_warehouse(warehouse.folder)
    (found,) = door.measure("contacts", statistic="daily_mean").to_dict("records")
    assert (found["n"], found["value"]) == (28, 2)  # and not 29 / 15
    (found,) = door.measure("contacts").to_dict("records")
    assert found["value"] == 29


def test_a_mean_of_days_and_a_stock_keep_to_the_weekdays_asked_for(warehouse):
    fortnight = [f"2026-03-{day:02d}" for day in range(2, 16)]
    warehouse(contacts=contacts_on(*((day, 2 if day[-2:] in ("02", "09") else 1, "")
                                     for day in fortnight)))  # fmt: skip
    door = open_warehouse(warehouse.folder)
    asked = {"statistic": "daily_mean", "where": {"weekday": 1}}
    assert door.measure("contacts", **asked)["value"].tolist() == [2]
    assert door.measure("contacts", by="month", **asked)["value"].tolist() == [2]
    assert door.measure("contacts", statistic="daily_mean", where={"day": "2026-03-09"})[
        "value"
    ].tolist() == [2]
    # What is open on the last Monday, not on the last day: 2 + 6 * 1 + 2.
    assert door.measure("backlog", where={"weekday": 1})["value"].tolist() == [10]
    assert door.measure("backlog")["value"].tolist() == [16]
