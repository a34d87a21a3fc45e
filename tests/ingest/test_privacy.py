"""What may not leave an export does not; what says nothing of anybody stays readable."""

import os
import stat

import duckdb
import pytest

from pipelines.ingest.privacy import masked_sql, pseudonym, pseudonym_sql, warehouse_key

KEY = bytes(range(32))


def masked(text: str) -> str:
    return duckdb.execute(f"SELECT {masked_sql('t')} FROM (SELECT $1 AS t)", [text]).fetchall()[0][
        0
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mail minji.kim+x@mail.example.co.kr now", "mail <email> now"),
        ("제 번호는010-1234-5678입니다", "제 번호는<phone>입니다"),
        ("call 01012345678", "call <phone>"),
        ("call +82 10-1234-5678", "call <phone>"),
        ("電話は090-1234-5678です", "電話は<phone>です"),
        ("手机13812345678", "手机<phone>"),
        ("call (415) 555-2671 or 415-555-2671", "call <phone> or <phone>"),
        ("+44 20 7946 0958", "<phone>"),
        ("주민번호 900101-1234567", "주민번호 <id_number>"),
        ("身份证11010519491231002X", "身份证<id_number>"),
        ("ssn 123-45-6789", "ssn <id_number>"),
        ("card 4111 1111 1111 1111", "card <card>"),
        ("card 4111111111111111", "card <card>"),
        ("to 0x52908400098527886E0F7030069857D2E4169EE7", "to <wallet>"),
        ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "<wallet>"),
        ("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "<wallet>"),
        ("TRX TJRyWwFs9wTFGZg3JbrVriFbNfCug5tDeC", "TRX <wallet>"),
        ("rEb8TK3gBgk5auZkwc6sHnwrGVJH8DuaLh", "<wallet>"),
        ("7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtVM", "<wallet>"),
        ("tx 0x" + "ab12" * 16, "tx <transaction>"),
        ("tx " + "ab12" * 16, "tx <transaction>"),
        ("uid: 12345 and account no 998877", "uid: <account> and account no <account>"),
        ("AC00026307", "<account>"),
        ("see https://x.example/reset?token=abc123&u=1 please", "see <url> please"),
        ("see https://x.example/help/fees please", "see https://x.example/help/fees please"),
        ("0.5 BTC at 14:30 on 2026-03-02, error 404", "0.5 BTC at 14:30 on 2026-03-02, error 404"),
        ("출금이 안 돼요", "출금이 안 돼요"),
        ("", ""),
    ],
)
def test_masks(text, expected):
    assert masked(text) == expected


def test_a_missing_text_stays_missing():
    assert masked(None) is None


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
