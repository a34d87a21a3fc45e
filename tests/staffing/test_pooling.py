"""Languages apart and pooled, against Erlang and a simulated pool."""

import math

import pandas as pd
import pytest

from pipelines.errors import OutOfRangeError
from pipelines.staffing.erlang import erlang_a, erlang_c, required_agents
from pipelines.staffing.pooling import POOLING_COLUMNS, pool


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
