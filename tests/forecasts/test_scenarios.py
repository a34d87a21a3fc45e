"""Named changes to a forecast: what they do to half hours, and their text."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import InputError
from pipelines.forecasts.scenarios import (
    applied,
    from_dict,
    from_text,
    moved,
    moved_to_day,
    to_dict,
    to_json,
    to_toml,
)

MIDNIGHT = pd.Timestamp("2026-03-02")
MIDNIGHT_UTC = datetime(2026, 3, 2, tzinfo=UTC)
AT_1 = datetime(2026, 3, 2, 1, tzinfo=UTC)
AT_2 = datetime(2026, 3, 2, 2, tzinfo=UTC)


def forecast(hours=4):
    """10 contacts each half hour in two queues, q90 at 14."""
    starts_at = pd.date_range(MIDNIGHT, periods=2 * hours, freq="30min").as_unit("us")
    rows = pd.DataFrame({"starts_at": starts_at, "mean": 10.0, "q90": 14.0, "model": "m"})
    return pd.concat(
        [rows.assign(channel="phone", language=language) for language in ("ko", "en")],
        ignore_index=True,
    )


def means(effect, language="ko", **more):
    answer = applied(forecast(**more), from_dict({"name": "a", "effects": [effect]}))
    return answer.loc[answer["language"] == language, "mean"].tolist()


def test_a_campaign_adds_its_share_while_it_lasts():
    campaign = {"kind": "campaign", "size": 0.5, "starts_at": AT_1, "ends_at": AT_2}

    assert means(campaign) == [10, 10, 15, 15, 10, 10, 10, 10]


def test_half_a_half_hour_gets_half_of_it():
    quarter_past = datetime(2026, 3, 2, 1, 15, tzinfo=UTC)

    assert means({"kind": "campaign", "size": 0.5, "starts_at": quarter_past, "ends_at": AT_2}) == [
        10,
        10,
        12.5,
        15,
        10,
        10,
        10,
        10,
    ]


def test_a_surge_fades_by_half_each_half_life():
    surge = {"kind": "surge", "size": 0.8, "starts_at": AT_1, "half_life_hours": 1}

    excess = np.array(means(surge)) - 10
    # the mean of 8 x 0.5^t over the half hour from t = 0 is 8 (1 - 0.5^0.5) / (0.5 ln 2)
    first = 8 * (1 - 0.5**0.5) / (0.5 * np.log(2))
    assert excess[:2].tolist() == [0, 0]
    assert excess[2:].tolist() == pytest.approx([first * 0.5 ** (n / 2) for n in range(6)])


def test_a_surge_of_one_topic_moves_its_share_of_the_queue():
    surge = {
        "kind": "campaign",
        "size": 0.8,
        "topic_share": 0.3,
        "starts_at": AT_1,
        "ends_at": AT_2,
    }

    assert means(surge)[2] == pytest.approx(12.4)


def test_a_surge_of_named_topics_moves_each_queue_by_its_own_share():
    surge = {"kind": "campaign", "size": 0.8, "topics": ["deposit", "kyc"]}
    shares = pd.DataFrame(
        [("phone", "ko", "deposit", 0.25), ("phone", "ko", "kyc", 0.25), ("phone", "en", "fee", 1)],
        columns=["channel", "language", "topic", "share"],
    )
    scenario = from_dict({"name": "a", "effects": [surge | {"starts_at": AT_1, "ends_at": AT_2}]})

    changed = applied(forecast(), scenario, shares).set_index("language")
    assert changed.loc["ko", "mean"].tolist() == pytest.approx([10, 10, 14, 14, 10, 10, 10, 10])
    assert changed.loc["ko", "volume"].tolist() == pytest.approx([1, 1, 1.4, 1.4, 1, 1, 1, 1])
    assert changed.loc["en", "mean"].tolist() == [10] * 8
    with pytest.raises(InputError, match="needs their shares"):
        applied(forecast(), scenario)


def test_a_scenario_moves_as_a_whole():
    effects = [
        {"kind": "campaign", "size": 0.5, "starts_at": AT_1, "ends_at": AT_2},
        {"kind": "deflection", "share": 0.5, "starts_at": AT_2},
    ]
    later = moved(from_dict({"name": "a", "effects": effects}), AT_2)

    at_3 = datetime(2026, 3, 2, 3, tzinfo=UTC)
    assert later.effects[0].values == {"size": 0.5, "starts_at": AT_2, "ends_at": at_3}
    assert later.effects[1].values == {"share": 0.5, "starts_at": at_3}
    # 02:00 UTC is 21:00 in New York the evening before; by the 9th its clocks have changed
    again = moved_to_day(later, date(2026, 3, 9), "America/New_York")
    assert again.effects[0].values["starts_at"] == datetime(2026, 3, 10, 1, tzinfo=UTC)


def test_whole_days_of_a_campaign_stay_whole_days_where_clocks_are_changed_in_between():
    """New York puts its clocks back on 1 November 2026: three days are 73 hours."""
    begins, ends = datetime(2026, 10, 30, 4, tzinfo=UTC), datetime(2026, 11, 2, 5, tzinfo=UTC)
    effect = {"kind": "campaign", "size": 0.5, "starts_at": begins, "ends_at": ends}
    week_later = moved_to_day(
        from_dict({"name": "a", "effects": [effect]}), date(2026, 11, 6), "America/New_York"
    )
    assert week_later.effects[0].values == {
        "size": 0.5,
        "starts_at": datetime(2026, 11, 6, 5, tzinfo=UTC),  # midnight, an hour later by UTC
        "ends_at": datetime(2026, 11, 9, 5, tzinfo=UTC),
    }


def test_only_the_queues_it_names_are_touched():
    campaign = {
        "kind": "campaign",
        "size": 1.0,
        "languages": ["en"],
        "starts_at": AT_1,
        "ends_at": AT_2,
    }

    assert means(campaign, "ko") == [10] * 8
    assert means(campaign, "en") == [10, 10, 20, 20, 10, 10, 10, 10]


def test_after_an_outage_comes_its_backlog():
    outage = {
        "kind": "outage",
        "size": 1.0,
        "starts_at": AT_1,
        "ends_at": AT_2,
        "backlog": 0.5,
        "backlog_hours": 2.0,
    }

    # 1 h at 100 % more, and half of those 20 contacts again over the next 2 h
    assert means(outage) == [10, 10, 20, 20, 12.5, 12.5, 12.5, 12.5]


def test_the_backlog_of_a_night_is_the_contacts_of_that_night():
    outage = {"kind": "outage", "size": 1.0, "starts_at": AT_1, "ends_at": AT_2}
    outage |= {"backlog": 0.5, "backlog_hours": 2.0}
    night_and_day = forecast().assign(mean=[2, 2, 2, 2, 20, 20, 10, 10] * 2)
    changed = applied(night_and_day, from_dict({"name": "a", "effects": [outage]}))
    # 4 more in the outage, 2 of them again beside the 60 of the 2 hours after it
    assert changed["mean"].sum() == pytest.approx(night_and_day["mean"].sum() + 2 * (4 + 2))
    assert changed["volume"][:8].tolist() == pytest.approx([1, 1, 2, 2, *[1 + 2 / 60] * 4])


def test_the_backlog_of_an_outage_that_is_over_is_told_by_the_hours_after_it():
    before = {"starts_at": datetime(2026, 3, 1, 23, tzinfo=UTC), "ends_at": MIDNIGHT_UTC}
    outage = {"kind": "outage", "size": 1.0, "backlog": 0.5, "backlog_hours": 1.0, **before}
    assert means(outage) == [15, 15, 10, 10, 10, 10, 10, 10]
    assert means(outage | {"backlog_hours": 1e12}) == pytest.approx([10] * 8)


@pytest.mark.parametrize(
    ("effect", "third"),
    [
        # 10 of the 30 minutes from 01:20 on, all of them from then on
        ({"kind": "deflection", "share": 0.6}, 8.0),
        # over an hour's ramp, the mean height of those 10 minutes is 1/12
        ({"kind": "deflection", "share": 0.6, "ramp_days": 1 / 24}, 10 - 6 / 12 / 3),
        # the 5 minutes until its end, of a surge that does not fade
        (
            {
                "kind": "surge",
                "size": 0.6,
                "half_life_hours": 1e15,
                "ends_at": datetime(2026, 3, 2, 1, 25, tzinfo=UTC),
            },
            11.0,
        ),
    ],
)
def test_an_effect_that_begins_within_a_half_hour_moves_the_part_it_touches(effect, third):
    at_20 = {"starts_at": datetime(2026, 3, 2, 1, 20, tzinfo=UTC)}
    assert means(effect | at_20)[1:3] == pytest.approx([10, third], abs=1e-12)


def test_deflection_grows_to_its_share_and_stays():
    deflection = {"kind": "deflection", "share": 0.4, "starts_at": MIDNIGHT.tz_localize("UTC")}
    deflection["starts_at"] = deflection["starts_at"].to_pydatetime()

    at_once = means(deflection)
    grown = means(deflection | {"ramp_days": 4 / 24})
    assert at_once == [6.0] * 8
    # a quarter of an hour into 4 hours: 1/16 of the 40 %
    assert grown == pytest.approx([10 * (1 - 0.4 * (2 * n + 1) / 16) for n in range(8)])


def test_a_new_language_has_its_contacts_in_the_shape_of_another():
    new = {
        "kind": "language",
        "language": "vi",
        "like": "ko",
        "contacts_per_day": 16.0,
        "starts_at": MIDNIGHT.tz_localize("UTC").to_pydatetime(),
    }
    changed = applied(forecast(), from_dict({"name": "vi", "effects": [new]}))

    added = changed[changed["language"] == "vi"]
    assert added["mean"].tolist() == [2.0] * 8
    assert added["q90"].tolist() == [4.0] * 8  # Poisson's: P(N <= 3) = 0.857 at a mean of 2
    assert changed.loc[changed["language"] == "ko", "mean"].tolist() == [10.0] * 8


def test_a_new_language_like_one_known_by_the_day_has_half_hours_as_unknown():
    new = {"kind": "language", "language": "vi", "like": "ko", "contacts_per_day": 16.0}
    effects = [new | {"starts_at": MIDNIGHT_UTC}]
    by_day = forecast().assign(q90=np.nan)
    changed = applied(by_day, from_dict({"name": "vi", "effects": effects}))

    added = changed[changed["language"] == "vi"]
    assert added["mean"].tolist() == [2.0] * 8
    assert added["q90"].isna().all()


def test_a_new_language_asks_about_what_the_one_it_is_like_does():
    new = {"kind": "language", "language": "vi", "like": "ko", "contacts_per_day": 16.0}
    surge = {"kind": "campaign", "size": 0.8, "topics": ["deposit"], "ends_at": AT_2}
    effects = [each | {"starts_at": MIDNIGHT_UTC} for each in (new, surge)]
    shares = pd.DataFrame(
        [("phone", "ko", "deposit", 0.25)], columns=["channel", "language", "topic", "share"]
    )
    changed = applied(forecast(), from_dict({"name": "vi", "effects": effects}), shares)
    of = changed.set_index("language")["volume"]
    assert of["vi"].tolist() == of["ko"].tolist() == pytest.approx([1.2] * 4 + [1] * 4)


def test_quantiles_move_with_the_mean_and_the_forecast_given_stays_as_it_was():
    before = forecast()
    changed = applied(
        before,
        from_dict(
            {
                "name": "a",
                "effects": [{"kind": "campaign", "size": 1, "starts_at": AT_1, "ends_at": AT_2}],
            }
        ),
    )

    assert changed["q90"].tolist()[:4] == [14, 14, 28, 28]
    pd.testing.assert_frame_equal(before, forecast())


TEXT = """\
name = "Bitcoin at \\"100k\\""
note = "as in November"

[[effects]]
kind = "surge"
size = 0.8
starts_at = 2026-03-02T01:00:00Z
half_life_hours = 6.0
channels = ["phone", "live_chat"]
topic_share = 0.3

[[effects]]
kind = "deflection"
share = 0.1
starts_at = 2026-03-02T02:00:00Z
"""


def test_text_json_and_dict_hold_the_whole_scenario():
    scenario = from_text(TEXT)

    assert scenario.name == 'Bitcoin at "100k"'
    assert [each.kind for each in scenario.effects] == ["surge", "deflection"]
    assert from_text(to_toml(scenario)) == scenario
    assert from_text(to_json(scenario)) == scenario
    assert from_dict(to_dict(scenario)) == scenario


SURGE = {"kind": "surge", "size": 1.0, "starts_at": AT_1, "half_life_hours": 2.0}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"effects": [SURGE]}, 'a scenario needs a name: name = "..."'),
        ({"name": "a", "effects": []}, "scenario a: needs at least one effect: [[effects]]"),
        (
            {"name": "a", "effects": [{"kind": "boom"}]},
            "scenario a, effect 1: unknown kind 'boom'; known: surge, campaign, outage, deflection,"
            " language",
        ),
        (
            {"name": "a", "effects": [SURGE, {"kind": "campaign", "size": 1}]},
            "scenario a, effect 2 (campaign): starts_at is missing",
        ),
        (
            {"name": "a", "effects": [SURGE | {"sise": 1}]},
            "scenario a, effect 1 (surge): unknown 'sise'; known: size, starts_at,"
            " half_life_hours, ends_at, channels, languages, topics, topic_share",
        ),
        (
            {"name": "a", "effects": [SURGE | {"half_life_hours": 0}]},
            "scenario a, effect 1 (surge): half_life_hours is 0; it must be above 0",
        ),
        (
            {"name": "a", "effects": [SURGE | {"topic_share": 30}]},
            "scenario a, effect 1 (surge): topic_share is 30; a share lies in 0 to 1",
        ),
        (
            {"name": "a", "effects": [SURGE | {"starts_at": datetime(2026, 3, 2)}]},
            "scenario a, effect 1 (surge): starts_at is 2026-03-02 00:00:00 without a zone; write"
            " 2026-03-02T09:00:00Z",
        ),
        (
            {"name": "a", "effects": [SURGE | {"channels": "phone"}]},
            "scenario a, effect 1 (surge): channels is 'phone'; it must be a list of names, not"
            " empty",
        ),
    ],
)
def test_what_is_wrong_with_a_scenario_is_said(content, told):
    with pytest.raises(InputError) as raised:
        from_dict(content)
    assert str(raised.value) == told


def test_a_language_that_has_a_queue_is_not_new():
    new = {"kind": "language", "language": "en", "like": "ko", "contacts_per_day": 5.0}
    with pytest.raises(InputError, match="phone has a queue in it already; a campaign makes it"):
        applied(forecast(), from_dict({"name": "a", "effects": [new | {"starts_at": AT_1}]}))


def test_a_language_like_one_that_nobody_speaks_is_refused():
    new = {
        "kind": "language",
        "language": "vi",
        "like": "xx",
        "contacts_per_day": 5.0,
        "starts_at": AT_1,
    }
    with pytest.raises(InputError, match="like must be one of en, ko"):
        applied(forecast(), from_dict({"name": "a", "effects": [new]}))
