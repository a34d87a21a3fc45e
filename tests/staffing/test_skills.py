"""Agents of mixed skills against the closed forms at both ends, and what lies between."""

import math

import pytest

from pipelines.errors import OutOfRangeError
from pipelines.staffing.chat import Concurrency, chat_performance
from pipelines.staffing.erlang import erlang_a
from pipelines.staffing.skills import Demand, Group, fewest_flexible, mixed, simulate_skills

KOREAN = Demand("ko", 100, 180, 20, 180)
JAPANESE = Demand("ja", 40, 180, 20, 180)


def level(load, agents):
    return float(erlang_a(load, agents, 180, 20, 180).service_level_share)


@pytest.mark.slow
def test_languages_without_common_agents_are_desks_of_their_own():
    groups = [Group(("ko",), 6), Group(("ja",), 3)]
    found = simulate_skills([KOREAN, JAPANESE], groups, seed=1).set_index("language")
    assert found.loc["ko", "service_level_share"] == pytest.approx(level(5, 6), abs=0.01)
    assert found.loc["ja", "service_level_share"] == pytest.approx(level(2, 3), abs=0.01)


@pytest.mark.slow
def test_agents_who_all_speak_everything_are_one_desk():
    found = simulate_skills([KOREAN, JAPANESE], [Group(("ko", "ja"), 9)], seed=2)
    assert found["service_level_share"].tolist() == pytest.approx([level(7, 9)] * 2, abs=0.01)
    exact = erlang_a(7, 9, 180, 20, 180)
    lost, wait = float(exact.abandoned_share), float(exact.wait_mean_seconds)
    assert found["abandoned_share"].tolist() == pytest.approx([lost] * 2, abs=0.004)
    assert found["wait_mean_seconds"].tolist() == pytest.approx([wait] * 2, abs=0.5)


@pytest.mark.slow
def test_chat_agents_who_all_speak_everything_are_one_desk_of_chats():
    three = Concurrency(3, 0.15)
    chats = [Demand("ko", 100, 540, 30, 120), Demand("ja", 40, 540, 30, 120)]
    exact = chat_performance(140 / 3600, 8, 540, 30, 120, three)
    found = simulate_skills(chats, [Group(("ko", "ja"), 8)], concurrency=three, seed=5)
    level, lost = float(exact.service_level_share), float(exact.abandoned_share)
    assert found["service_level_share"].tolist() == pytest.approx([level] * 2, abs=0.012)
    assert found["abandoned_share"].tolist() == pytest.approx([lost] * 2, abs=0.008)


def test_a_chat_goes_to_the_agents_who_hold_fewer():
    # four agents of three slots each have room for all; nobody waits, hence nobody leaves
    two = [Demand("ko", 6, 600, 30, 600), Demand("ja", 6, 600, 30, 600)]
    groups = [Group(("ko",), 1), Group(("ja",), 1), Group(("ko", "ja"), 2)]
    found = simulate_skills(
        two, groups, concurrency=Concurrency(3, 0.0), hours=3.0, replications=20, seed=6
    )
    assert found["service_level_share"].tolist() == [1.0, 1.0]


def test_who_is_slower_carries_less():
    quick, slow = (
        simulate_skills([KOREAN], [Group(("ko",), 6, slower)], replications=60, seed=3)
        for slower in (0.0, 0.25)
    )
    assert slow["service_level_share"][0] == pytest.approx(
        float(erlang_a(6.25, 6, 225, 20, 180).service_level_share), abs=0.02
    )
    assert slow["service_level_share"][0] < quick["service_level_share"][0]


def test_nobody_is_answered_by_who_does_not_speak_his_language():
    groups = [Group(("ko",), 40), Group(("ja",), 1)]
    crowd = Demand("ja", 100, 180, 20, 60)
    found = simulate_skills([KOREAN, crowd], groups, hours=3.0, replications=40, seed=4)
    found = found.set_index("language")
    assert found.loc["ko", "service_level_share"] == 1.0
    # one agent serves 20 an hour, of 100
    assert found.loc["ja", "abandoned_share"] == pytest.approx(0.8, abs=0.02)


def test_agents_are_shared_out_by_load_and_the_rest_speaks_all():
    groups = mixed([KOREAN, JAPANESE], 10, 3, slower_share=0.1)
    assert groups == [
        Group(("ko",), 5),
        Group(("ja",), 2),
        Group(("ko", "ja"), 3, 0.1),
    ]


@pytest.mark.slow
def test_a_few_flexible_agents_do_nearly_all_that_pooling_can():
    demands = [KOREAN, JAPANESE]
    needed, found = fewest_flexible(demands, 10, 0.8, replications=60, seed=5)
    # ten pooled agents do it, seven and three apart do not
    assert level(7, 10) > 0.85
    assert level(2, 3) < 0.8
    assert 1 <= needed <= 5
    assert found["service_level_share"].min() >= 0.8
    short, all_flexible = fewest_flexible(demands, 6, 0.8, replications=20, seed=6)
    assert short is None
    assert all_flexible["service_level_share"].max() < 0.8


def test_a_language_without_contacts_has_no_service_level():
    found = simulate_skills(
        [KOREAN, Demand("ja", 0, 180, 20, 180)], [Group(("ko",), 8)], replications=5, seed=7
    )
    assert found["offered"].tolist()[1] == 0
    assert math.isnan(found["service_level_share"][1])


def test_a_language_that_nobody_speaks_is_named():
    with pytest.raises(OutOfRangeError, match="nobody speaks ja"):
        simulate_skills([KOREAN, JAPANESE], [Group(("ko",), 9)], seed=1)


def test_fewer_agents_than_languages_need_somebody_who_speaks_several():
    quiet = [Demand(language, 2, 180, 60, 600) for language in ("ko", "ja", "en")]
    flexible, found = fewest_flexible(quiet, 2, 0.8, replications=20, seed=7)
    assert flexible >= 1
    assert found["service_level_share"].min() >= 0.8
