"""Which contacts are reviewed: a draw that can be repeated, dealt out, and filled in as a file."""

from io import BytesIO

import pandas as pd
import pytest

from pipelines import api
from pipelines.api import reviews
from pipelines.errors import OutOfRangeError, UnknownNameError
from tests.fixtures import RawWarehouse


def test_small_groups_get_more_than_their_part_and_none_more_than_it_has():
    assert reviews.shared_out([100, 4], 6) == [5, 1]
    assert reviews.shared_out([10_000, 100, 4], 60) == [52, 6, 2]  # as 100 : 10 : 2
    assert reviews.shared_out([3, 2], 99) == [3, 2]
    # each group at least one, though more than asked for
    assert reviews.shared_out([5, 5, 5], 2) == [1, 1, 1]
    assert reviews.shared_out([], 5) == []


def test_answered_contacts_are_drawn_each_with_its_chance(week):
    # c4 is unanswered, junk is spam: three e-mails and a chat are left
    drawn = week.draw_reviews(3, by=("channel",), seed=7)
    chances = drawn.groupby("channel")["selection_probability"].agg(["size", "first"])
    assert chances.loc["email"].tolist() == [2, pytest.approx(2 / 3)]
    assert chances.loc["live_chat"].tolist() == [1, 1]
    assert set(drawn["contact_id"]) <= {"c1", "c2", "c3", "c5"}
    assert drawn.attrs == {"population": 4, "groups": 2, "seed": 7}


def test_the_same_number_draws_the_same_contacts_and_a_larger_draw_holds_the_smaller(week):
    first = week.draw_reviews(1, by=(), seed=7)["contact_id"].tolist()
    assert week.draw_reviews(1, by=(), seed=7)["contact_id"].tolist() == first
    assert week.draw_reviews(2, by=(), seed=7)["contact_id"].tolist()[:1] == first
    others = {week.draw_reviews(1, by=(), seed=s)["contact_id"].iloc[0] for s in range(40)}
    assert others == {"c1", "c2", "c3", "c5"}


def test_a_draw_of_nothing_is_empty_and_what_can_not_be_drawn_is_refused(week):
    none = week.draw_reviews(5, start="2026-01-01", end="2026-01-02", seed=1)
    assert (len(none), none.attrs["population"]) == (0, 0)
    assert len(api.reviews_dealt(none, ("a", "b"), 0.5)) == 0
    with pytest.raises(OutOfRangeError, match="at least 1"):
        week.draw_reviews(0, seed=1)
    with pytest.raises(UnknownNameError, match="channel"):
        week.draw_reviews(1, by=("chanel",), seed=1)


def drawn(count: int) -> pd.DataFrame:
    ids = [f"zendesk:{i}" for i in range(count)]
    frame = pd.DataFrame({"contact_id": ids, "selection_probability": 0.5})
    frame.attrs = {"seed": 3}
    return frame


def test_contacts_are_dealt_out_in_turn_and_second_judgements_go_to_the_next():
    dealt = api.reviews_dealt(drawn(4), ("kim", "lee", "park"), second_share=0.5)
    assert dealt[["contact_id", "reviewer_id", "drawn"]].values.tolist() == [
        ["zendesk:0", "kim", "random"],
        ["zendesk:1", "lee", "random"],
        ["zendesk:1", "park", "calibration"],
        ["zendesk:2", "park", "random"],
        ["zendesk:3", "kim", "random"],
        ["zendesk:3", "lee", "calibration"],
    ]
    assert dealt["review_id"].is_unique
    # a second judgement estimates no quality: it has no chance
    assert dealt["selection_probability"].isna().tolist() == [False, False, True] * 2
    with pytest.raises(OutOfRangeError, match="two reviewers"):
        api.reviews_dealt(drawn(4), ("kim", "kim"), second_share=0.5)


def test_scorecards_say_of_which_draw_they_are():
    frame = drawn(2)
    frame.attrs = {"population": 9, "groups": 1, "seed": 3}
    categories = pd.DataFrame({"category": ["tone"], "weight": [1.0], "is_critical": [False]})
    cards = api.scorecards(api.reviews_dealt(frame), categories, "0-10")
    book = pd.read_excel(BytesIO(api.xlsx_bytes(cards)), sheet_name=None, engine="calamine")
    assert book["about"].astype(str).values.tolist() == [
        ["population", "9"], ["groups", "1"], ["seed", "3"], ["scale", "0-10"],
    ]  # fmt: skip


def test_scorecards_filled_in_come_back_as_reviews(tmp_path):
    raw = RawWarehouse(tmp_path / "warehouse")
    raw(
        contacts="contact_id | created_at\n"
        + "\n".join(f"zendesk:{i} | 2026-03-02 01:00:00Z" for i in range(4)),
        messages="contact_id | sent_at | author_role | is_public\n"
        + "\n".join(
            f"zendesk:{i} | 2026-03-02 01:0{minute}:00Z | {role} | true"
            for i in range(4)
            for minute, role in ((0, "customer"), (1, "agent"))
        ),
    ).close()
    opened = api.open_warehouse(raw.folder)
    contacts = opened.draw_reviews(2, seed=1)
    assert contacts["is_reviewed"].tolist() == [False, False]
    wanted = api.named_categories(opened.review_categories(), ["tone", "facts"])
    cards = api.scorecards(api.reviews_dealt(contacts, ("R1",)), wanted, "1-5")
    assert cards[["score_min", "score_max", "is_critical"]].drop_duplicates().values.tolist() == [
        [1, 5, "no"]
    ]
    # tone 5 of 1-5 is all of the points, facts 3 is half of them: 75 of 100
    cards["score"] = cards["category"].map({"tone": 5, "facts": 3})
    cards["reviewed_at"] = "2026-03-05 10:00:00"
    sheet = tmp_path / "scorecards.xlsx"
    sheet.write_bytes(api.xlsx_bytes(cards))

    from pipelines.cli import main

    there = ["--warehouse", str(raw.folder)]
    assert main(["load", str(sheet), "--zone", "UTC", *there]) == 0
    assert main(["build", *there]) == 0
    assert opened.measure("iqs_weighted")[["value", "n"]].values.tolist() == [[75, 2]]
    found = opened.review_categories()
    assert found[["category", "value", "n"]].values.tolist() == [["facts", 0.5, 2], ["tone", 1, 2]]
    view = opened.contact(contacts["contact_id"].iloc[0])
    assert view.reviews[["reviewer_id", "score"]].values.tolist() == [["R1", 75]]
    told = view.review_scores[["category", "share", "is_failed"]].values.tolist()
    assert told == [["facts", 0.5, False], ["tone", 1, False]]
    again = opened.draw_reviews(2, seed=1)
    assert again["contact_id"].tolist() == contacts["contact_id"].tolist()
    assert again["is_reviewed"].tolist() == [True, True]
