"""A share set against how long the same contacts waited, and two readers of one build."""

import pytest

from pipelines.api import open_warehouse
from pipelines.errors import InputError, UnknownNameError

# Rated are c1 (answered after 80 s, 5 of 5) and c5 (after 40 s, 2 of 5).


def test_rated_contacts_fall_into_the_bin_of_their_wait(week):
    found = week.share_by_wait("csat")
    told = found[found["n"] > 0]
    assert told[["bin_low", "bin_high", "value", "n"]].to_numpy().tolist() == [
        [0, 60, 0, 1],
        [60, 300, 1, 1],
    ]


def test_bins_without_contacts_are_null_not_zero(week):
    found = week.share_by_wait("csat")
    assert found["bin_low"].tolist() == [0, 60, 300, 900, 3600, 14400, 86400, 259200]
    assert found.loc[found["n"] == 0, ["value", "low", "high"]].isna().all().all()


def test_contacts_without_a_reply_have_no_bin(week):
    # c4 has no reply: of the five counted contacts four have a wait.
    assert week.share_by_wait("unanswered_share")["n"].sum() == 4


def test_a_filter_applies(week):
    assert week.share_by_wait("csat", where={"channel": "email"})["n"].sum() == 1


def test_only_shares_can_be_set_against_waits(week):
    with pytest.raises(UnknownNameError, match="csat_score is not a share"):
        week.share_by_wait("csat_score")


def test_two_readers_in_one_process_may_open_the_same_build_and_neither_may_write(
    week, week_folder
):
    other = open_warehouse(week_folder)
    assert other.build().build_id == week.build().build_id
    for reader in (week, other):
        with pytest.raises(InputError):
            reader.sql("SELECT * FROM read_csv('/etc/hostname')")
