"""Where a contact's language comes from: declared, detected, queue or user profile."""

import pytest

from pipelines.errors import SettingsError
from pipelines.language_stage import detect_languages
from tests.fixtures import SETTINGS

LANGUAGES = (
    "SELECT contact_id, language, language_source, language_declared, language_detected"
    " FROM fact_contacts ORDER BY contact_id"
)
CONTACTS = """
    contact_id | language | language_raw | language_source | requester_id
    agreeing   |          | ko-KR        | declared        | p1
    foreign    |          | ko           | declared        | p1
    silent     |          | ja           | queue           | p1
    stranger   |          |              |                 | p1
    thin       |          | zh-TW        | declared        | p1
    unheard    |          | klingon      | declared        | p1
    untold     |          |              |                 |
"""
MESSAGES = """
    contact_id | sent_at              | author_role | text
    agreeing   | 2026-03-02 09:00:00Z | customer    | 출금이 안 됩니다
    agreeing   | 2026-03-02 09:01:00Z | agent       | Thank you for waiting, we look into it
    foreign    | 2026-03-02 09:00:00Z | customer    | My withdrawal has not arrived yet
    stranger   | 2026-03-02 09:00:00Z | customer    | Не могу войти в аккаунт
    thin       | 2026-03-02 09:00:00Z | customer    | ok <email>
    unheard    | 2026-03-02 09:00:00Z | customer    | ログインできません
"""
PEOPLE = "person_id | role | language_raw\np1 | customer | en-US"


def languages_of(warehouse, order=None, **tables):
    for files in tables.pop("files", [tables]):
        warehouse.load(**files)
    detect_languages(warehouse.folder)
    told = f"[languages]\norder = {order}\n" if order else ""
    return warehouse.build(told + SETTINGS).execute(LANGUAGES).fetchall()


def test_the_first_source_of_the_order_that_knows_the_language_decides(warehouse):
    assert languages_of(warehouse, contacts=CONTACTS, messages=MESSAGES, people=PEOPLE) == [
        ("agreeing", "ko", "declared", "ko", "ko"),
        ("foreign", "ko", "declared", "ko", "en"),
        ("silent", "ja", "queue", None, None),
        ("stranger", "ru", "detected", None, "ru"),
        ("thin", "zh-TW", "declared", "zh-TW", "und"),
        ("unheard", "ja", "detected", None, "ja"),
        ("untold", "und", "unknown", None, None),
    ]


def test_a_site_sets_the_order_and_leaves_sources_out(warehouse):
    found = languages_of(
        warehouse,
        ["user_profile", "detected", "declared"],
        contacts=CONTACTS,
        messages=MESSAGES,
        people=PEOPLE,
    )
    assert [row[:3] for row in found] == [
        ("agreeing", "en", "user_profile"),
        ("foreign", "en", "user_profile"),
        ("silent", "en", "user_profile"),
        ("stranger", "en", "user_profile"),
        ("thin", "en", "user_profile"),
        ("unheard", "en", "user_profile"),
        ("untold", "und", "unknown"),
    ]


@pytest.mark.parametrize("order", ['["guessed"]', '["queue", "queue"]'])
def test_an_order_of_unknown_or_repeated_sources_is_refused(warehouse, order):
    with pytest.raises(SettingsError, match=r"\[languages\]: write order = \[...\] with each of"):
        warehouse.read_settings(f"[languages]\norder = {order}\n{SETTINGS}")
