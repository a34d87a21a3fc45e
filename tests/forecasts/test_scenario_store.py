"""Scenarios as people keep them: names, revisions, and two people at once."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipelines.errors import InputError, StorageError, UnknownNameError
from pipelines.forecasts.scenarios import from_dict
from pipelines.scenario_store import FILE_NAME, ScenarioStore

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 3, 9, tzinfo=UTC)


def surge(name, size=1.0):
    effect = {"kind": "surge", "size": size, "starts_at": NOON, "half_life_hours": 6.0}
    return from_dict({"name": name, "note": "비트코인 급등", "effects": [effect]})


@pytest.fixture
def store(tmp_path):
    return ScenarioStore(tmp_path)


def test_a_saved_scenario_is_found_by_its_name_in_any_case_and_form(store):
    store.save(surge("급등 Bitcoin 100K"), by="kim", at=NOON)

    found = store.load("  급등 bitcoin １００k ")
    assert found.scenario == surge("급등 Bitcoin 100K")
    assert (found.revision, found.saved_by, found.saved_at) == (1, "kim", NOON)
    assert [each.name for each in store.all()] == ["급등 Bitcoin 100K"]


def test_what_a_note_tells_of_a_person_is_masked_before_it_is_kept_for_ever(store, tmp_path):
    told = replace(surge("VIP"), note="kim@example.com asked for it, 010-1234-5678")
    kept = store.save(told, by="kim", at=NOON).scenario.note
    assert kept == store.load("VIP").scenario.note == "<email> asked for it, <phone>"
    assert b"example.com" not in (tmp_path / FILE_NAME).read_bytes()


def test_a_revision_is_added_and_the_one_before_stays(store):
    store.save(surge("moon", 1.0), by="kim", at=NOON)
    store.save(surge("moon", 2.0), by="lee", at=LATER, replaces=1)

    history = store.history("moon")
    assert [(each.revision, each.saved_by) for each in history] == [(1, "kim"), (2, "lee")]
    assert store.load("moon").scenario.effects[0].values["size"] == 2
    assert store.load("moon", revision=1).scenario.effects[0].values["size"] == 1
    with pytest.raises(UnknownNameError, match="has no revision 7; there are: 1, 2"):
        store.load("moon", revision=7)


def test_a_deleted_scenario_leaves_the_list_and_keeps_its_history(store):
    store.save(surge("moon"), by="kim", at=NOON)
    store.delete("MOON", by="lee", at=LATER)

    assert store.all() == []
    assert [each.scenario is None for each in store.history("moon")] == [False, True]
    with pytest.raises(UnknownNameError, match="was deleted by lee on 2026-03-03; its revisions"):
        store.load("moon")
    assert store.save(surge("Moon"), by="kim", at=LATER).revision == 3


def test_a_taken_name_is_refused_and_says_whose_it_is(store):
    store.save(surge("moon"), by="kim", at=NOON)

    with pytest.raises(InputError) as raised:
        store.save(surge("Moon"), by="lee", at=LATER)
    assert str(raised.value) == (
        "there is a scenario 'moon' already (revision 1, saved by kim on 2026-03-02); choose"
        " another name, or revise it"
    )


def test_of_two_who_change_it_at_once_the_second_is_told(store):
    store.save(surge("moon"), by="kim", at=NOON)
    store.save(surge("moon", 2.0), by="kim", at=LATER, replaces=1)

    with pytest.raises(InputError, match="changed since revision 1: it is at 2 now, by kim; open"):
        store.save(surge("moon", 3.0), by="lee", at=LATER, replaces=1)
    assert store.load("moon").scenario.effects[0].values["size"] == 2


def test_nobody_changes_history_not_even_by_sql(store, tmp_path):
    store.save(surge("moon"), by="kim", at=NOON)

    connection = sqlite3.connect(tmp_path / FILE_NAME)
    for sql in ("UPDATE scenario_revisions SET saved_by = 'x'", "DELETE FROM scenario_revisions"):
        with pytest.raises(sqlite3.IntegrityError, match="revisions are never"):
            connection.execute(sql)
    connection.close()


def test_reading_makes_no_file_and_what_is_no_store_is_said(store, tmp_path):
    assert store.all() == []
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(UnknownNameError, match="scenario 'moon' is not known; known: none"):
        store.load("moon")
    with pytest.raises(InputError, match="who saves a scenario needs a name"):
        store.save(surge("moon"), by="  ", at=NOON)

    (tmp_path / FILE_NAME).write_bytes(b"not a database, and long enough to be taken for one" * 9)
    with pytest.raises(StorageError, match="file is not a database; put a copy of the file back"):
        store.all()


def test_what_could_not_be_read_again_is_not_kept(store):
    store.save(surge("moon"), by="kim", at=NOON)

    with pytest.raises(InputError, match="a scenario needs a name"):
        store.save(replace(surge("moon"), name=""), by="kim", at=NOON)
    assert [each.name for each in store.all()] == ["moon"]


def test_a_file_whose_table_is_only_being_made_holds_nothing_yet(store, tmp_path):
    (tmp_path / FILE_NAME).touch()

    assert store.all() == []
    assert store.save(surge("moon"), by="kim", at=NOON).revision == 1
