"""Where a contact's language comes from: declared, detected, queue or user profile."""

import os
import shutil
import time
from collections import Counter

import pyarrow.parquet as pq
import pytest

from pipelines import run
from pipelines.errors import SettingsError
from pipelines.ingest import languages
from pipelines.ingest.contracts import DETECTED_LANGUAGES
from pipelines.stages import languages as language_stage
from pipelines.stages.languages import detect_languages
from tests.fixtures import SETTINGS, RawWarehouse

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
    warehouse.load(**tables)
    detect_languages(warehouse.folder)
    told = f"[languages]\norder = {order}\n" if order else ""
    return warehouse.build(told + SETTINGS).execute(LANGUAGES).fetchall()


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """CONTACTS with what they wrote and their profiles, built once."""
    raw = RawWarehouse(tmp_path_factory.mktemp("languages"))
    languages_of(raw, contacts=CONTACTS, messages=MESSAGES, people=PEOPLE)
    with raw.open() as connection:
        yield connection


def test_the_first_source_of_the_order_that_knows_the_language_decides(published):
    assert published.execute(LANGUAGES).fetchall() == [
        ("agreeing", "ko", "declared", "ko", "ko"),
        ("foreign", "ko", "declared", "ko", "en"),
        ("silent", "ja", "queue", None, None),
        ("stranger", "ru", "detected", None, "ru"),
        ("thin", "zh-TW", "declared", "zh-TW", "und"),
        ("unheard", "ja", "detected", None, "ja"),
        ("untold", "und", "unknown", None, None),
    ]


@pytest.mark.parametrize(
    ("order", "language", "source"),
    [
        (["detected", "declared"], "en", "detected"),
        (["user_profile", "detected", "declared"], "ja", "user_profile"),
        (["user_profile"], "ja", "user_profile"),
        (["queue"], "und", "unknown"),
    ],
)
def test_a_site_sets_the_order_and_leaves_sources_out(warehouse, order, language, source):
    found = languages_of(
        warehouse,
        order,
        contacts="contact_id | language | requester_id\na | ko | p1",
        messages="contact_id | sent_at | author_role | text\n"
        "a | 2026-03-02 09:00:00Z | customer | My withdrawal has not arrived yet",
        people="person_id | role | language_raw\np1 | customer | ja-JP",
    )
    assert found == [("a", language, source, "ko", "en")]


def test_a_text_is_never_counted_as_the_profiles_default_where_it_is_clearly_another(warehouse):
    found = languages_of(
        warehouse,
        contacts="""
            contact_id | language | requester_id
            fr         |          | p1
            nb         |          | p1
            silent     |          | p1
            thin       |          | p1
        """,
        messages="""
            contact_id | sent_at              | author_role | text
            fr         | 2026-03-02 09:00:00Z | customer    | Mon retrait est bloqué, aidez-moi
            nb         | 2026-03-02 09:00:00Z | customer    | Jeg får ikke logget inn på kontoen min
            thin       | 2026-03-02 09:00:00Z | customer    | ok
        """,
        people="person_id | role | language_raw\np1 | customer | English",
    )
    assert found == [
        ("fr", "fr", "detected", None, "fr"),
        ("nb", "no", "detected", None, "no"),  # as languages.csv calls Bokmål
        ("silent", "en", "user_profile", None, None),
        ("thin", "en", "user_profile", None, "und"),
    ]


@pytest.mark.parametrize("order", ['["guessed"]', '["queue", "queue"]'])
def test_an_order_of_unknown_or_repeated_sources_is_refused(warehouse, order):
    with pytest.raises(SettingsError, match=r"\[languages\]: write order = \[...\] with each of"):
        warehouse.read_settings(f"[languages]\norder = {order}\n{SETTINGS}")


def test_conflicts_are_counted_by_pair_and_warn_where_they_are_no_exception(warehouse):
    rows = [f"c{i} | ko | 출금이 안 됩니다" for i in range(40)]
    rows += ["d1 | ko | My withdrawal has not arrived yet", "d2 | ko | Не могу войти в аккаунт"]
    rows += ["e1 | en | ログインできません", "e2 | zh | 我的帐户无法登录", "e3 | en | ok"]
    languages_of(
        warehouse,
        contacts="contact_id | language\n" + "\n".join(row.rsplit("|", 1)[0] for row in rows),
        messages="contact_id | sent_at | author_role | text\n"
        + "\n".join(
            "{0} | 2026-03-02 09:00:00Z | customer | {2}".format(*row.split(" | ")) for row in rows
        ),
    )
    connection = warehouse.open()
    assert connection.execute(
        "SELECT declared, detected, contacts, round(share, 4) FROM language_conflicts ORDER BY ALL"
    ).fetchall() == [("en", "ja", 1, 1.0), ("ko", "en", 1, 0.0238), ("ko", "ru", 1, 0.0238)]
    assert connection.execute(
        "SELECT severity, found, detail LIKE 'first: declared=en, detected=ja, contacts=1,%'"
        " FROM checks WHERE \"check\" = 'languages_agree'"
    ).fetchall() == [("warn", 1, True)]


def test_a_declared_word_without_an_alias_is_reported_though_the_language_is_detected(published):
    assert published.execute(
        "SELECT found, detail LIKE '%language_raw=klingon, contacts=1.%'"
        " FROM checks WHERE \"check\" = 'known_languages'"
    ).fetchall() == [(1, True)]


def test_who_is_a_customer_may_be_told_by_a_later_file(warehouse):
    warehouse.load(
        contacts="contact_id | language\na |",
        messages="""
            contact_id | sent_at              | author_id | text
            a          | 2026-03-02 09:00:00Z | someone   | 출금이 안 됩니다
            a          | 2026-03-02 09:01:00Z | helper    | Thank you for waiting, we are on it
        """,
    )
    detect_languages(warehouse.folder)
    assert warehouse.build().execute(LANGUAGES).fetchall() == [("a", "en", "detected", None, "en")]
    warehouse.load(people="person_id | role\nhelper | agent")
    detect_languages(warehouse.folder)
    assert warehouse.build().execute(LANGUAGES).fetchall() == [("a", "ko", "detected", None, "ko")]


def test_of_several_loads_the_one_with_most_letters_tells_and_messages_come_before_subjects(
    warehouse,
):
    warehouse.load(
        contacts="""
            contact_id | language | subject
            a          |          | Withdrawal is missing since three days, please check it
            b          |          | 출금이 안 됩니다
        """,
        messages="contact_id | sent_at | author_role | text\n"
        "a | 2026-03-02 09:00:00Z | customer | Не могу войти",
    )
    detect_languages(warehouse.folder)
    warehouse.load(
        messages="contact_id | sent_at | author_role | text\n"
        "a | 2026-03-03 09:00:00Z | customer | ログインできません、助けてください",
    )
    detect_languages(warehouse.folder)
    assert warehouse.build().execute(LANGUAGES).fetchall() == [
        ("a", "ja", "detected", None, "ja"),
        ("b", "ko", "detected", None, "ko"),
    ]


def test_a_load_is_looked_at_once_and_again_after_its_rows_or_the_rules_changed(
    warehouse, monkeypatch
):
    looked_at = []
    whole = languages.detect
    monkeypatch.setattr(languages, "detect", lambda *given: looked_at.append(1) or whole(*given))
    load_id = warehouse.load(contacts=CONTACTS, messages=MESSAGES)
    detect_languages(warehouse.folder)
    detect_languages(warehouse.folder)
    assert len(looked_at) == 2  # its messages, its subjects
    warehouse.load(messages=MESSAGES)
    detect_languages(warehouse.folder)
    assert len(looked_at) == 3
    (folder,) = (warehouse.folder / "raw").glob(f"{load_id}-*")
    later = time.time() + 10
    os.utime(folder / "messages.parquet", (later, later))
    detect_languages(warehouse.folder)
    assert len(looked_at) == 5
    monkeypatch.setattr(languages, "VERSION", 3)
    detect_languages(warehouse.folder)
    assert len(looked_at) == 8
    assert len(list((warehouse.folder / "languages").iterdir())) == 2


def test_a_load_that_is_gone_takes_its_languages_with_it(warehouse):
    warehouse.load(contacts=CONTACTS, messages=MESSAGES)
    detect_languages(warehouse.folder)
    (folder,) = (warehouse.folder / "raw").glob("*-*")
    shutil.rmtree(folder)
    detect_languages(warehouse.folder)
    assert list((warehouse.folder / "languages").iterdir()) == []


def test_no_text_is_kept_beside_the_raw_store(warehouse):
    warehouse.load(contacts=CONTACTS, messages=MESSAGES)
    detect_languages(warehouse.folder)
    (path,) = (warehouse.folder / "languages").iterdir()
    schema = pq.read_schema(path)
    assert list(zip(schema.names, map(str, schema.types), strict=True)) == [
        ("contact_id", "string"),
        ("author_id", "string"),
        ("language", "string"),
        ("letters", "int64"),
        ("is_message", "bool"),
    ]
    assert schema.names == list(DETECTED_LANGUAGES.column_names)


def test_however_a_load_is_cut_into_batches_each_contact_is_told_once_and_alike(
    warehouse, monkeypatch
):
    texts = ["출금이 안 됩니다", "My withdrawal has not arrived yet", "ログインできません"]
    rows = [
        f"c{i % 30} | 2026-03-02 09:00:{i % 60:02d}Z | customer | {texts[i % 3]}" for i in range(90)
    ]
    warehouse.load(messages="contact_id | sent_at | author_role | text\n" + "\n".join(rows))
    told, shares = [], []
    for batch_rows in (1_000, 7):
        monkeypatch.setattr(language_stage, "_BATCH_ROWS", batch_rows)
        shares.clear()
        detect_languages(warehouse.folder, progress=lambda file, share: shares.append(share))
        assert shares == sorted(shares)
        assert (shares[0], shares[-1] < 1) == (0.0, True)
        (path,) = (warehouse.folder / "languages").iterdir()
        found = pq.read_table(path).to_pylist()
        told.append(sorted((row["contact_id"], row["language"]) for row in found))
        path.unlink()
    assert told[0] == told[1]
    assert Counter(language for _, language in told[0]) == {"ko": 10, "en": 10, "ja": 10}


def test_a_build_detects_by_itself(warehouse):
    warehouse.load(
        contacts="contact_id | language\na |",
        messages="contact_id | sent_at | author_role | text\n"
        "a | 2026-03-02 09:00:00Z | customer | 출금이 안 됩니다",
    )
    run.build(warehouse.folder, warehouse.read_settings(SETTINGS))
    assert warehouse.open().execute(LANGUAGES).fetchall() == [("a", "ko", "detected", None, "ko")]
