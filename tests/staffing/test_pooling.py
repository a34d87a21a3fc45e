"""Languages apart and pooled, against Erlang and a simulated pool."""

import math

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import OutOfRangeError
from pipelines.staffing.chat import Concurrency, required_chat_agents
from pipelines.staffing.erlang import erlang_a, erlang_c, required_agents
from pipelines.staffing.pooling import POOLING_COLUMNS, pool, pool_plan, pooled_by_language
from pipelines.staffing.skills import busiest_mix


def queues(*languages, **columns):
    """Rows of one half hour: (language, contacts, handle seconds, threshold)."""
    return pd.DataFrame(
        [
            {
                "starts_at": pd.Timestamp("2026-03-02 00:00"),
                "language": language,
                "contacts": float(contacts),
                "handle_seconds": float(handle),
                "target_share": 0.8,
                "within_seconds": float(within),
            }
            for language, contacts, handle, within in languages
        ]
    ).assign(**columns)


def test_three_desks_of_two_erlangs_each_save_three_agents_when_pooled():
    # 2 erlangs of 360 s need 4 agents, three times 12; 6 erlangs need 9
    apart, pooled = int(required_agents(2, 360, 0.8, 20)), int(required_agents(6, 360, 0.8, 20))
    answer = pool(queues(("ja", 10, 360, 20), ("vi", 10, 360, 20), ("th", 10, 360, 20)))
    assert (apart, pooled) == (4, 9)
    assert list(answer.columns) == list(POOLING_COLUMNS)
    assert answer["agents_apart"].tolist() == [4, 4, 4]
    assert answer["agents_pooled"].tolist() == [9, 9, 9]
    assert answer["agents_saved"].tolist() == [3, 3, 3]
    level = float(erlang_c(6, 9, 360, 20).service_level_share)
    assert answer["service_level_pooled"].tolist() == pytest.approx([level] * 3, abs=1e-12)


def test_the_pool_serves_the_language_that_promises_most():
    loose, strict = ("ja", 20, 180, 120), ("vi", 20, 180, 5)
    answer = pool(queues(loose, strict))
    n = int(answer["agents_pooled"].iloc[0])
    assert n == int(required_agents(4, 180, 0.8, 5))
    assert answer["service_level_pooled"].tolist() == pytest.approx(
        erlang_c(4, n, 180, [120, 5]).service_level_share.tolist()
    )


def test_handle_times_mix_by_contacts():
    # 10 contacts of 180 s and 30 of 300 s: 6 erlangs of 270 s on the mean
    answer = pool(queues(("ja", 10, 180, 20), ("vi", 30, 300, 20)))
    n = int(answer["agents_pooled"].iloc[0])
    assert n == int(required_agents(6, 270, 0.8, 20))
    assert answer["occupancy_pooled"].tolist() == pytest.approx([6 / n] * 2)


def test_agents_who_are_much_slower_in_a_second_language_may_cost_more_than_they_save():
    desks = queues(("en", 100, 180, 20), ("ko", 100, 180, 20))
    assert pool(desks)["agents_saved"].iloc[0] == 4
    assert pool(desks, slower_share=0.5)["agents_saved"].iloc[0] < 0


def test_with_patience_both_are_erlang_a():
    answer = pool(queues(("ja", 10, 360, 20), ("vi", 20, 360, 20), patience_seconds=240.0))
    n = int(answer["agents_pooled"].iloc[0])
    assert n == int(required_agents(6, 360, 0.8, 20, 240))
    level = float(erlang_a(6, n, 360, 20, 240).service_level_share)
    assert answer["service_level_pooled"].iloc[0] == pytest.approx(level)


def test_a_language_without_contacts_needs_nobody_and_has_no_service_level():
    answer = pool(queues(("ja", 0, 360, 20), ("vi", 10, 360, 20)))
    assert answer["agents_apart"].tolist() == [0, 4]
    assert answer["agents_saved"].tolist() == [0, 0]
    assert math.isnan(answer["service_level_pooled"].iloc[0])


def test_half_hours_are_pooled_each_for_itself():
    first = queues(("ja", 10, 360, 20), ("vi", 10, 360, 20))
    later = first.assign(starts_at=pd.Timestamp("2026-03-02 00:30"), contacts=0.0)
    answer = pool(pd.concat([first, later], ignore_index=True))
    assert answer["agents_pooled"].tolist()[2:] == [0, 0]
    assert answer["agents_pooled"].iloc[0] == int(required_agents(4, 360, 0.8, 20))


def test_no_queues_are_no_rows_and_a_negative_time_is_refused():
    assert pool(queues()).empty
    with pytest.raises(OutOfRangeError, match="slower_share is -1"):
        pool(queues(("ja", 1, 360, 20)), slower_share=-1)


# -- from published plans -------------------------------------------------------------------


def published(language, contacts, *, patience=None, is_open=True, handle=180.0):
    return pd.DataFrame(
        {
            "starts_at": pd.date_range("2026-03-02", periods=len(contacts), freq="30min"),
            "language": language,
            "is_open": is_open,
            "method": "erlang_c",
            "expected_contacts": contacts,
            "handle_seconds": handle,
            "patience_seconds": patience,
        }
    )


DESKS = pd.DataFrame(
    {
        "language": ["ko", "ja"],
        "target_share": 0.8,
        "within_seconds": 20,
        "concurrency": 1,
        "slowdown_share": 0.0,
        "max_occupancy": 1.0,
        "minimum_agents": 1,
    }
)


def test_published_plans_are_pooled_where_two_languages_are_open_at_once():
    korean = published("ko", [100.0, 100.0])
    japanese = published("ja", [20.0, 20.0], is_open=[True, False])
    pooled = pool_plan(pd.concat([korean, japanese]), DESKS, ["ko", "ja"])
    assert pooled["starts_at"].unique().tolist() == [pd.Timestamp("2026-03-02 00:00")]
    # 10 and 2 erlangs take 14 and 4 agents apart, 12 erlangs take 16
    assert pooled.set_index("language")["agents_apart"].to_dict() == {"ko": 14, "ja": 4}
    assert pooled["agents_pooled"].tolist() == [16, 16]
    whole, japan, korea = pooled_by_language(pooled).itertuples()
    assert (whole.language, japan.language, korea.language) == ("*", "ja", "ko")
    assert (whole.agent_hours_apart, whole.agent_hours_pooled) == (9.0, 8.0)
    assert whole.agent_hours_saved == 1.0
    assert (whole.contacts, japan.contacts, korea.contacts) == (120.0, 20.0, 100.0)
    level = float(erlang_c(12, 16, 180, 20).service_level_share)
    assert [whole.service_level_pooled, japan.service_level_pooled] == pytest.approx([level] * 2)


def test_a_pool_is_no_busier_than_its_desks_may_be():
    # 100 erlangs within 20 s take 107 agents, 93 % busy; at most 80 % of the time are 125
    plans = pd.concat([published("ko", [900.0]), published("ja", [100.0])])
    pooled = pool_plan(plans, DESKS.assign(max_occupancy=0.8), ["ko", "ja"])
    assert pool_plan(plans, DESKS, ["ko", "ja"])["agents_pooled"].tolist() == [107, 107]
    assert pooled["agents_pooled"].tolist() == [125, 125]
    assert pooled.set_index("language")["agents_apart"].to_dict() == {"ko": 113, "ja": 14}
    assert pooled["occupancy_pooled"].tolist() == [0.8, 0.8]


def test_somebody_is_there_for_every_language_apart_and_one_for_all_of_them_pooled():
    plans = pd.concat([published("ko", [0.0]), published("ja", [0.0])])
    pooled = pool_plan(plans, DESKS, ["ko", "ja"])
    assert pooled["agents_apart"].tolist() == [1, 1]
    assert pooled["agents_pooled"].tolist() == [1, 1]


def test_a_language_of_unknown_patience_is_taken_to_be_as_patient_as_the_others():
    plans = pd.concat([published("ko", [100.0], patience=300.0), published("ja", [20.0])])
    known = pd.concat([plans.iloc[:1], published("ja", [20.0], patience=300.0)])
    found, told = (pool_plan(each, DESKS, ["ko", "ja"]) for each in (plans, known))
    assert found["agents_pooled"].tolist() == told["agents_pooled"].tolist()


def test_chats_are_pooled_as_chats():
    desks = DESKS.assign(concurrency=3, slowdown_share=0.2, within_seconds=60)
    plans = pd.concat([published("ko", [60.0], handle=540.0), published("ja", [6.0], handle=540.0)])
    found = pool_plan(plans, desks, ["ko", "ja"]).set_index("language")
    three = Concurrency(3, 0.2)
    apart = required_chat_agents(np.array([60, 6]) / 1800, 540, 0.8, 60, np.inf, three)
    together = required_chat_agents(66 / 1800, 540, 0.8, 60, np.inf, three)
    assert found.loc[["ko", "ja"], "agents_apart"].tolist() == apart.tolist()
    assert found["agents_pooled"].unique().tolist() == [int(together)]


def test_apart_each_language_holds_as_many_chats_at_once_as_its_own_desk():
    desks = DESKS.assign(concurrency=[3, 2], slowdown_share=[0.2, 0.1], within_seconds=60)
    plans = pd.concat([published("ko", [60.0], handle=540.0), published("ja", [6.0], handle=540.0)])
    found = pool_plan(plans, desks, ["ko", "ja"]).set_index("language")
    by_three = required_chat_agents(60 / 1800, 540, 0.8, 60, np.inf, Concurrency(3, 0.2))
    by_two = required_chat_agents(6 / 1800, 540, 0.8, 60, np.inf, Concurrency(2, 0.1))
    assert found["agents_apart"].to_dict() == {"ko": int(by_three), "ja": int(by_two)}
    # the pool's agents work as those of the language that most of its contacts have
    together = required_chat_agents(66 / 1800, 540, 0.8, 60, np.inf, Concurrency(3, 0.2))
    assert found["agents_pooled"].tolist() == [int(together)] * 2


def test_one_language_is_no_pool_and_no_overlap_is_an_empty_one():
    with pytest.raises(OutOfRangeError, match="two languages or more"):
        pool_plan(published("ko", [1.0]), DESKS, ["ko"])
    closed = published("ja", [20.0], is_open=False)
    empty = pool_plan(pd.concat([published("ko", [1.0]), closed]), DESKS, ["ko", "ja"])
    assert empty.empty
    assert pooled_by_language(empty).empty


def test_the_busiest_half_hour_of_a_pool_says_how_many_must_speak_both():
    plans = pd.concat(
        [
            published("ko", [20.0, 50.0], patience=180.0),
            published("ja", [20.0, 20.0], patience=180.0),
        ]
    )
    pooled = pool_plan(plans, DESKS, ["ko", "ja"])
    mix = busiest_mix(pooled, plans, DESKS, replications=40, seed=3)
    assert mix.starts_at == pd.Timestamp("2026-03-02 00:30")
    assert mix.agents == pooled["agents_pooled"].max()
    assert mix.by_language["language"].tolist() == ["ja", "ko"]
    assert mix.flexible is None or 0 <= mix.flexible <= mix.agents
    if mix.flexible is not None:
        assert mix.by_language["service_level_share"].min() >= 0.8
    with pytest.raises(OutOfRangeError, match="nothing is pooled"):
        busiest_mix(pooled.iloc[:0], plans, DESKS)
