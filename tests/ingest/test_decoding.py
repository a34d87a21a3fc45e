"""From bytes to text by proof: encodings, compressions, and what is refused."""

import gzip
import io
import zipfile

import pyarrow as pa
import pytest

from pipelines.errors import InputError

HEADER = "Id,Status,Via,Created at,Updated at,Group,Subject\n"
KOREAN = "출금이 아직 도착하지 않았습니다 확인 부탁드립니다"
JAPANESE = "ログインできません。パスワードを変更したのに確認メールが届きません"
CHINESE = "我的提现还没有到账，请问是什么原因，可以帮我看一下这个问题吗"
SEOUL = {"zone": "Asia/Seoul", "source": "zendesk_csv"}


def export(subject: str, rows: int = 3) -> str:
    row = "{},Open,Mail,2026-03-02 09:00,2026-03-02 09:00,Support,{}\n"
    return HEADER + "".join(row.format(i, subject) for i in range(1, rows + 1))


@pytest.mark.case(35)
@pytest.mark.parametrize(
    ("subject", "encoding", "found"),
    [
        (KOREAN, "utf-8", "utf-8"),
        (KOREAN, "utf-8-sig", "utf-8"),
        (KOREAN, "utf-16", "utf-16"),
        (KOREAN, "utf-16-le", "utf-16-le"),
        (KOREAN, "cp949", "cp949"),
        (KOREAN, "euc-kr", "cp949"),
        (JAPANESE, "shift_jis", "cp932"),
        (CHINESE, "gb18030", "gb18030"),
    ],
)
def test_an_encoding_is_found_by_what_it_says(intake, subject, encoding, found):
    path = intake.file("t.csv", export(subject).encode(encoding))
    intake.load(path, **SEOUL)
    assert intake.rows("contacts", "DISTINCT subject") == [(subject,)]
    [manifest] = (intake.warehouse / "raw").glob("*/manifest.json")
    assert f'"encoding": "{found}"' in manifest.read_text()


def test_an_encoding_that_proves_nothing_is_not_guessed(intake):
    path = intake.file("t.csv", export("ni\xf1o").encode("latin-1"))  # or Polish, nińo
    with pytest.raises(InputError, match=r"t\.csv: line 2, byte \d+: not UTF-8") as caught:
        intake.load(path, **SEOUL)
    assert str(caught.value).endswith(
        "it looks like cp1252 or cp1250; tell it with --encoding or in a mapping file, [file]"
        " encoding: cp949 where a spreadsheet saved it in Korea, cp932 in Japan, gb18030 in China,"
        " cp1252 in western Europe, cp1250 in central Europe"
    )


@pytest.mark.parametrize(
    ("subject", "encoding"),
    [
        ("출금", "cp949"),
        ("로그인이 안 돼요", "cp949"),
        ("提现未到账", "gb18030"),
        ("退款", "gb18030"),
        ("提現未到帳", "big5"),
        ("登入失敗", "big5"),
        ("出金未着", "cp932"),
        ("返金", "cp932"),
        ("PCが起動しない", "cp932"),
        ("café", "cp1252"),
        ("Größe passt nicht", "cp1252"),
        ("don’t stop", "cp1252"),
        ("où est ma commande ça n’arrive pas", "cp1252"),
        ("nie mogę się zalogować", "cp1250"),
        ("забыл пароль", "cp1251"),
        ("не можу увійти", "cp1251"),
        ("Не могу войти", "koi8-r"),
        ("로그인", "utf-8"),
        ("提现", "utf-16"),
        ("返金", "utf-16-be"),
    ],
)
def test_a_word_or_two_beyond_ascii_tell_an_encoding(intake, subject, encoding):
    intake.load(intake.file("t.csv", export(subject, 1).encode(encoding)), **SEOUL)
    assert intake.rows("contacts", "subject") == [(subject,)]


def test_the_first_words_beyond_ascii_may_come_late(intake):
    late = (
        export("late", 60_000) + "60001,Open,Mail,2026-03-02 09:00,2026-03-02 09:00,Support,退款\n"
    )
    intake.load(intake.file("t.csv", late.encode("gb18030")), **SEOUL)
    assert intake.rows("contacts", "arg_max(subject, _line)") == [("退款",)]


@pytest.mark.parametrize(
    ("subject", "encoding", "names"),
    [("홍길동", "cp949", "cp949 or gb18030"), ("ЗАКАЗ", "cp1251", "cp1251 or koi8-r"),
     ("Où est", "cp1252", "cp1252 or cp1250")],
)  # fmt: skip
def test_what_would_say_something_in_two_encodings_is_asked_for(intake, subject, encoding, names):
    with pytest.raises(InputError, match=f"it looks like {names}; tell it with --encoding"):
        intake.load(intake.file("t.csv", export(subject).encode(encoding)), **SEOUL)


@pytest.mark.parametrize(
    ("subjects", "subject", "encoding"),
    [("출금이 안 됩니다", "출금", "cp949"), ("Вывод не пришёл", "Ça ne marche pas", "cp1252"),
     ("não recebi o depósito às três", "não", "cp1252"), ("退款还没有到账了", "提现", "gb18030")],
)  # fmt: skip
def test_a_line_that_is_no_utf8_does_not_change_what_the_others_say(
    intake, subjects, subject, encoding
):
    broken = f"9,Open,Mail,2026-03-02 09:00,2026-03-02 09:00,Support,{subject}\n".encode(encoding)
    mixed = export(subjects, 3).encode() + broken
    with pytest.raises(InputError, match=r"line 5, byte \d+: not UTF-8, which all before it is"):
        intake.load(intake.file("t.csv", mixed), **SEOUL)


def test_what_was_utf8_far_before_a_line_that_is_none_is_remembered(intake):
    late = export("déjà très déçu", 1) + export("late", 60_000).split("\n", 1)[1]
    broken = "9,Open,Mail,2026-03-02 09:00,2026-03-02 09:00,Support,déçu\n".encode("cp1252")
    with pytest.raises(InputError, match=r"line 60003, byte \d+: not UTF-8, which all before it"):
        intake.load(intake.file("t.csv", late.encode() + broken), **SEOUL)


def test_a_told_encoding_is_taken_at_its_word_and_strictly(intake):
    mapping = intake.file("m.toml", '[file]\nencoding = "latin-1"\n')
    intake.load(intake.file("t.csv", export("caf\xe9").encode("latin-1")), mapping=mapping, **SEOUL)
    assert intake.rows("contacts", "DISTINCT subject") == [("café",)]
    wrong = intake.file("m2.toml", '[file]\nencoding = "cp949"\n')
    with pytest.raises(InputError, match=r"u\.csv: line 2, near byte \d+: not valid cp949"):
        intake.load(
            intake.file("u.csv", export("caf\xff").encode("latin-1")), mapping=wrong, **SEOUL
        )


@pytest.mark.case(35)
def test_decomposed_hangul_is_the_same_word(intake):
    import unicodedata

    intake.load(intake.file("t.csv", export(unicodedata.normalize("NFD", KOREAN))), **SEOUL)
    assert intake.rows("contacts", "DISTINCT subject") == [(KOREAN,)]


def packed(compression: str, content: bytes) -> bytes:
    if compression == "gzip":
        return gzip.compress(content)
    if compression == "zstd":
        return pa.compress(content, codec="zstd", asbytes=True)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tickets.csv", content)
    return buffer.getvalue()


@pytest.mark.parametrize("compression", ["gzip", "zstd", "zip"])
def test_compressed_files_are_read_as_they_are(intake, compression):
    intake.load(intake.file("t.bin", packed(compression, export(KOREAN, 500).encode())), **SEOUL)
    assert intake.rows("contacts", "count(*), any_value(subject)") == [(500, KOREAN)]


@pytest.mark.parametrize("compression", ["gzip", "zstd", "zip"])
def test_a_truncated_file_is_refused_whole(intake, compression):
    import random

    words = "".join(random.Random(1).choices("abcdefghijklmnop ", k=20_000))
    whole = packed(compression, export(words, 20).encode())
    path = intake.file("t.bin", whole[: len(whole) * 2 // 3])
    with pytest.raises(InputError, match=rf"t\.bin: the {compression} is cut off or damaged"):
        intake.load(path, **SEOUL)
    assert not list((intake.warehouse / "raw").glob("[0-9]*"))


def test_line_ends_of_every_age_give_the_same_rows(intake):
    for number, end in enumerate(("\n", "\r\n", "\r")):
        text = export(f"age {number}").replace("\n", end)
        intake.load(intake.file(f"t{number}.csv", text), **SEOUL)
    assert intake.rows("contacts", "count(*), count(DISTINCT subject)") == [(9, 3)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty (0 bytes)"),
        (HEADER.encode(), "line 1: a header and no rows"),
        (bytes(range(256)) * 20, "a binary file, not text"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "not a workbook that can be read"),
        (export("x").encode() + b"4,Open,\0\0\0", "a binary file, not text"),
        (export('"never', 1).encode(),
         "line 2: a quote opens and never closes"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_in_one_line(intake, content, says):
    with pytest.raises(InputError, match=r"t\.csv: ") as caught:
        intake.load(intake.file("t.csv", content), **SEOUL)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("ends", [("\n", "\r\n", "\n"), ("\r\n", "\n", "\r\n"), ("\r", "\n", "\n")])
@pytest.mark.parametrize("subject", ["hi", '"a\nb\r\nc"', '"a\rb"'])
def test_line_ends_may_be_mixed_within_one_file(intake, subject, ends):
    header = HEADER
    row = "{},Open,Mail,2026-03-02 09:00,2026-03-02 09:00,Support,{}{}"
    rows = [row.format(number, subject, end) for number, end in enumerate(ends, 1)]
    [report] = intake.load(intake.file("t.csv", header + "".join(rows)), **SEOUL)
    assert (report.received, report.loaded) == (3, 3)
    assert intake.rows("contacts", "source_id") == [("1",), ("2",), ("3",)]
