"""Customers are pseudonyms that only the key's holder can make."""

import os
import stat

import duckdb

from pipelines.ingest.privacy import pseudonym, pseudonym_sql, warehouse_key

KEY = bytes(range(32))


def test_the_pseudonym_of_sql_and_of_python_agree_and_depend_on_key_and_system():
    sql = pseudonym_sql("t", "zendesk", KEY)
    [(found, missing)] = duckdb.execute(
        f"SELECT {sql}, {pseudonym_sql('NULL::VARCHAR', 'zendesk', KEY)} FROM (SELECT '77' AS t)"
    ).fetchall()
    assert found == pseudonym("77", "zendesk", KEY)
    assert missing is None
    others = {pseudonym("77", "calls", KEY), pseudonym("77", "zendesk", KEY[::-1]), "77"}
    assert len({found, *others}) == 4
    assert len(found) == 20


def test_the_key_is_made_once_for_its_owner_only(tmp_path, monkeypatch):
    monkeypatch.delenv("SUPPORT_QUALITY_KEY", raising=False)
    key = warehouse_key(tmp_path)
    assert len(key) == 32
    assert warehouse_key(tmp_path) == key
    assert stat.S_IMODE(os.stat(tmp_path / "key").st_mode) == 0o600
    monkeypatch.setenv("SUPPORT_QUALITY_KEY", "a phrase")
    assert warehouse_key(tmp_path) != key
