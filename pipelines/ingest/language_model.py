"""Which language a text is in where its script does not tell: Latin, Cyrillic, Arabic, Devanagari.

Two witnesses. The first are words and letters that languages are full of (common_words.csv, some
fifty of each): a word has one vote, divided among the languages that write it. Where the votes do
not decide, as in a few words, the second is a model of letter sequences (lingua), and each vote
makes a language three times as likely as the model alone finds it.

The model knows the languages of common_words.csv, which are there so that a text in one of them
never passes for another, and every other language that languages.csv has an ISO 639-1 code of.
"""

import csv
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.ingest.vocabulary import aliases

if TYPE_CHECKING:
    from lingua import LanguageDetector

COMMON_WORDS = Path(__file__).with_name("common_words.csv")

LEAST_VOTES = 1.5
LEAST_LEAD = 2.0
"""A language is told by votes if it has so many, and this many times those of the next; by the
model if it is this many times as likely as the next, its close relatives apart, and"""
LEAST_CONFIDENCE = 0.35
"""this likely, its close relatives with it."""

MODEL_CHARACTERS = 200
"""As much of a text as a model needs; its cost grows with the length."""

_PER_VOTE = 3.0
_RELATIVES = (
    ("id", "ms"), ("da", "nb", "nn"), ("cs", "sk"), ("hr", "sl", "bs"), ("ru", "uk", "be", "bg"),
    ("sr", "mk"), ("hi", "mr"),
)  # fmt: skip
"""In doubt between these the first is told that no other leads: it is nearer than nothing is."""


@cache
def _common_words() -> tuple[dict[str, str], ...]:
    with COMMON_WORDS.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def votes_table() -> pa.Table:
    """One row per language and sign: sign (a word in lower case, or a letter after `*`), language
    (ISO 639-1), vote (1 divided by the languages that write the sign)."""
    signs = [
        (sign, row["language"])
        for row in _common_words()
        for sign in (*row["words"].split(), *("*" + letter for letter in row["letters"]))
    ]
    writers: dict[str, int] = {}
    for sign, _ in signs:
        writers[sign] = writers.get(sign, 0) + 1
    columns = {
        "sign": [sign for sign, _ in signs],
        "language": [language for _, language in signs],
        "vote": [1 / writers[sign] for sign, _ in signs],
    }
    return pa.table(columns)


@cache
def candidates() -> frozenset[str]:
    """Codes of two letters, among them the ISO 639-1 codes of the languages told apart here.

    Raises SettingsError where languages.csv can't be used."""
    listed = {alias for alias in aliases("languages") if len(alias) == 2}
    return frozenset(row["language"] for row in _common_words()) | listed


def fingerprint() -> str:
    """Of what decides here besides code: other words or other languages, other answers."""
    content = COMMON_WORDS.read_bytes() + " ".join(sorted(candidates())).encode()
    return f"{zlib.crc32(content):08x}"


def likeliest(texts: Sequence[str], votes: Sequence[Mapping[str, float]]) -> list[str]:
    """The language (ISO 639-1) of each text with the votes that it has, `und` in doubt."""
    if not texts:
        return []
    texts = [text[:MODEL_CHARACTERS] for text in texts]
    confidences = _detector().compute_language_confidence_values_in_parallel(texts)
    found = []
    for values, voted in zip(confidences, votes, strict=True):
        shares = {value.language.iso_code_639_1.name.lower(): value.value for value in values}
        weighed = {code: share * _PER_VOTE ** voted.get(code, 0) for code, share in shares.items()}
        found.append(_told(weighed))
    return found


def _told(weighed: dict[str, float]) -> str:
    first = max(weighed, key=lambda code: weighed[code])
    family = next((family for family in _RELATIVES if first in family), (first,))
    own = {code: weighed[code] for code in family if code in weighed}
    others = [weight for code, weight in weighed.items() if code not in family]
    total = sum(own.values()) + sum(others)
    if sum(own.values()) < max(LEAST_CONFIDENCE * total, LEAST_LEAD * max(others, default=0)):
        return "und"
    return next(code for code, weight in own.items() if LEAST_LEAD * weight >= weighed[first])


@cache
def _detector() -> "LanguageDetector":
    # its import takes 0.2 s, which a load or a build without such texts need not wait for
    from lingua import Language, LanguageDetectorBuilder

    known = [
        language
        for language in sorted(Language.all(), key=lambda language: language.name)
        if language.iso_code_639_1.name.lower() in candidates()
    ]
    return LanguageDetectorBuilder.from_languages(*known).build()
