"""What may not leave an export does not; what says nothing of anybody stays readable."""

import duckdb
import pytest

from benchmarks.masking import cases, scores
from pipelines.ingest.masking import masked, masked_sql

# kind -> least (precision, recall) on the labelled sentences; as measured, so that it can't sink
FLOORS = {
    "account": (1.0, 1.0),
    "bank_account": (1.0, 1.0),
    "card": (1.0, 1.0),
    "email": (1.0, 1.0),
    "id_number": (1.0, 1.0),
    "name": (1.0, 0.978),
    "phone": (1.0, 1.0),
    "secret": (1.0, 1.0),
    "seed_phrase": (1.0, 1.0),
    "transaction": (1.0, 1.0),
    "url": (1.0, 1.0),
    "wallet": (1.0, 1.0),
    "all": (1.0, 0.996),
}
# a label without a colon stands before other words as well: 성명 변경을 (to change the name)
KNOWN_WRONG = {"성명 <name>"}


@pytest.fixture(scope="module")
def labelled():
    return cases()


@pytest.fixture(scope="module")
def results(labelled):
    return masked([case.text for case in labelled])


def test_every_kind_is_found_and_little_else(labelled, results):
    found = scores(labelled, results)
    sunk = {
        kind: (score.precision, score.recall)
        for kind, score in found.items()
        if score.precision < FLOORS[kind][0] or score.recall < FLOORS[kind][1]
    }
    assert found.keys() == FLOORS.keys()
    assert sunk == {}


def test_sentences_come_out_word_for_word_but_for_what_is_masked(labelled, results):
    wrong = {
        case.expected
        for case, result in zip(labelled, results, strict=True)
        if result != case.expected
    }
    assert wrong == KNOWN_WRONG


def test_masked_text_is_left_alone_when_it_is_masked_again(results):
    assert masked(results) == results


def test_a_missing_text_stays_missing_and_an_empty_one_empty():
    query = f"SELECT {masked_sql('t')} FROM (VALUES (NULL::VARCHAR), ('')) v(t)"
    assert duckdb.execute(query).fetchall() == [(None,), ("",)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Gọi cho tôi số 0912 345 678 nhé", "Gọi cho tôi số <phone> nhé"),
        ("0912.345.678", "<phone>"),
        ("Bana 0532 123 45 67 üzerinden ulaşın", "Bana <phone> üzerinden ulaşın"),
        ("Me liga no (11) 91234-5678 por favor", "Me liga no <phone> por favor"),
        ("Bloco 21 912 345 678 aberto", "Bloco 21 912 345 678 aberto"),
        ("0.0912 345 BTC", "0.0912 345 BTC"),
        ("Gratis 0800 123 456", "Gratis 0800 123 456"),
    ],
)
def test_phones_are_masked_as_vietnam_turkey_and_brazil_write_them(text, expected):
    assert masked([text]) == [expected]
