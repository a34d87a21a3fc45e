"""Every text is there in every language, and a language is one more catalog."""

import re
import shutil

import pytest

from dashboard import catalogs, i18n

TRANSLATED = [code for code in i18n.available() if code != i18n.SOURCE_LOCALE]
FIELD = re.compile(r"{[a-z_]+}")


def texts(message) -> list[str]:
    return [message] if isinstance(message, str) else list(message)


def test_english_japanese_korean_and_chinese_are_there():
    assert i18n.available() == ("en", "ja", "ko", "zh")


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_text_of_the_product_is_translated(code):
    assert catalogs.missing(code) == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_catalog_holds_no_text_that_is_no_longer_shown(code):
    shown = {message.id for message in catalogs.wanted()}
    assert [message.id for message in catalogs.read(code) if message.id not in shown] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_has_the_same_fields_as_its_source(code):
    for message in catalogs.read(code):
        if message.id:
            fields = set(FIELD.findall(" ".join(texts(message.id))))
            for translation in texts(message.string):
                assert set(FIELD.findall(translation)) == fields, message.id


def test_a_language_without_plurals_has_one_text_for_any_number():
    i18n.use("ko")
    assert (
        i18n.plural("{n} check of the data asks for a look.", "", 2).format(n=2).startswith("확인")
    )
    i18n.use("en")


@pytest.mark.parametrize(
    ("code", "words"), [("ja", "待ち時間"), ("ko", "대기 시간"), ("zh", "等待时间")]
)
def test_every_language_is_written_in_its_own_words(code, words):
    i18n.use(code)
    assert i18n.text("Wait times") == words
    i18n.use("en")


def test_the_first_wish_that_a_catalog_meets_wins():
    assert i18n.choose("ko-KR", "en") == "ko"
    assert i18n.choose("zh-CN", "en") == "zh"
    assert i18n.choose(None, "en-GB") == "en"
    assert i18n.choose("xx", None) == "en"


def test_a_new_language_is_one_more_catalog(tmp_path, monkeypatch):
    shutil.copytree(i18n.LOCALE_DIR, tmp_path / "locale")
    monkeypatch.setattr(i18n, "LOCALE_DIR", tmp_path / "locale")
    monkeypatch.setattr(catalogs, "LOCALE_DIR", tmp_path / "locale")
    path = catalogs.update("es")
    written = path.read_text().replace(
        'msgid "Wait times"\nmsgstr ""', 'msgid "Wait times"\nmsgstr "Tiempos de espera"'
    )
    path.write_text(written)
    i18n.available.cache_clear()
    i18n.use("es")
    try:
        assert i18n.available() == ("en", "es", "ja", "ko", "zh")
        assert i18n.text("Wait times") == "Tiempos de espera"
        assert i18n.text("Overview") == "Overview"
    finally:
        i18n.use("en")
        i18n.available.cache_clear()
        i18n._translations.cache_clear()


def test_marked_texts_are_found_in_plain_code_in_pieces_and_within_f_strings():
    code = """
_("plain")
_("in " "pieces")
f"<b>{_('within')}</b> {reader.translate('through a reader')}"
plural("{n} row", "{n} rows", n)
text("not marked"); _(variable)
"""
    assert sorted(map(str, catalogs.marked(code))) == [
        "('{n} row', '{n} rows')",
        "in pieces",
        "plain",
        "through a reader",
        "within",
    ]
