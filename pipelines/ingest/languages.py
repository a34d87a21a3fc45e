"""Which language a customer writes, told from the customer's own words.

Evidence is letters, not bytes: a Hangul syllable, a Han character or a kana says about as much as
three letters of an alphabet and weighs three. The script settles what one language alone writes:
Hangul is `ko`; kana is `ja` and takes the Han characters beside it; Han alone is `zh-CN` or
`zh-TW` by the characters that only one of them writes, else `zh`; Thai letters are `th`. Latin,
Cyrillic, Arabic and Devanagari are written by many: there words and letters that languages are
full of decide, and a model the rest (`language_model`). Too little to tell is `und`. Found is an
ISO 639-1 code; the build looks it up in languages.csv, where a site may call it otherwise.

What is not the customer's own wording is taken away first: the script of a bot under the
customer's name (openings that many contacts share), masks and placeholders, addresses, ids and
code, quoted text, names standing alone. A language quoted into another one stays behind: an
error message in a Korean question does not make it English.

Known limits: romanised text counts as what it looks like, but Hindi as `hi`; Bosnian and Serbian
in Latin letters count as `hr`; a language that neither common_words.csv nor languages.csv names, as
the nearest of those or as `und`.
"""

from functools import cache

import duckdb
import pyarrow as pa

from pipelines.ingest.language_model import (
    LEAST_LEAD,
    LEAST_VOTES,
    fingerprint,
    likeliest,
    votes_table,
)
from pipelines.sql import literal

VERSION = 2
"""Raise it with every change of the rules: what older versions found is then detected anew."""

LEAST_LETTERS = 6
"""Less than this is no evidence: two CJK characters, or six letters of an alphabet."""
CONTACT_CHARACTERS = 2_000
"""More of one contact's text changes no answer and costs time."""

WITNESS_CHARACTERS = 400
"""Words and letters are looked up in as much of a contact's text."""

# An opening is a bot's if one contact in twenty begins with it word for word, 20 of them at least
# (of a few contacts three in ten, 5 at least), and if it is no mere "hello". What follows belongs
# to it where at least half of those contacts go on the same way. Either way half of them must have
# more to say: of customers who ask the same, that is what they ask.
_SCRIPT_CONTACTS = "greatest(5, least(20, 0.3 * {contacts}), 0.05 * {contacts})".format(
    contacts="COUNT(DISTINCT contact_id)"
)
_SCRIPT_LETTERS = 16
_SCRIPT_MESSAGES = 5

_NOT_WORDING = "|".join(
    (
        r"(?m:^[>|].*$)",  # quoted lines
        r"(?s:```.*?```)|`[^`\n]*`",  # code
        r"<[^<>\n]{1,200}>",  # masks, tags
        r'"[^"\n]{2,300}"|“[^”\n]{2,300}”',  # quoted text
        r"[A-Za-z0-9._%+\-]*(?:://|www\.|@)[!-~]+",  # addresses
        r"#[A-Za-z0-9_]+#?",  # placeholders and numbers of tickets
        r"[A-Za-z_\-]*[0-9][A-Za-z0-9_\-./:]*",  # ids, amounts, versions
        r"[A-Za-z]+(?:(?:[_/\\=]|::)[!-~]*|(?:\.[A-Za-z]+){2,}|\.(?:com|net|org|io|exe|png|jpg|pdf)\b)",
        r"\b[A-Za-z]*[a-z][A-Z][A-Za-z]*",  # CamelCase: classes of code, product names
        r"\b[A-Z]{2,}(?:[\-_][A-Z]+)*\b",  # tickers, acronyms, placeholders such as NAME-F
    )
)
_QUOTED_REST = r"(?ms)^(?:-{2,} ?(?:Original|Forwarded) [Mm]essage|On .{5,120} wrote:|From: ).*\z"
_SHOUTED = r"[A-Z]{2,}[ ,.!?]+[A-Z]{2,}[ ,.!?]+[A-Z]{2,}"
_NAMES_ALONE = r"^\s*(?:[A-Z][a-z]+[\s.,]+){1,3}[A-Z][a-z]+[\s.,]*$"

_HANGUL, _KANA, _HAN = r"\p{Hangul}", r"\p{Hiragana}\p{Katakana}", r"\p{Han}"
_CJK = _HANGUL + _KANA + _HAN
_CYRILLIC, _LATIN, _LETTERS = r"\p{Cyrillic}", r"\p{Latin}", r"\p{L}"

_ALONE = {
    "th": "Thai", "el": "Greek", "he": "Hebrew", "ka": "Georgian", "hy": "Armenian",
    "bn": "Bengali", "ta": "Tamil", "te": "Telugu", "gu": "Gujarati", "pa": "Gurmukhi",
    "kn": "Kannada", "ml": "Malayalam", "si": "Sinhala", "km": "Khmer", "lo": "Lao",
    "my": "Myanmar", "am": "Ethiopic",
}  # fmt: skip
"""Languages that are (nearly) the only one of their script."""


def _written_only_in(codec: str, *others: str) -> str:
    """The Han characters that one national character set holds and the others lack."""

    def holds(name: str, character: str) -> bool:
        try:
            return bool(character.encode(name))
        except UnicodeEncodeError:
            return False

    han = map(chr, range(0x4E00, 0x9FA6))
    return "".join(
        c for c in han if holds(codec, c) and not any(holds(other, c) for other in others)
    )


def rules() -> str:
    """Under which rules languages are detected: code, words and the site's list of languages."""
    return f"{VERSION}-{fingerprint()}"


def detect(connection: duckdb.DuckDBPyConnection, messages: pa.Table) -> pa.Table:
    """The language of each contact's customer, and on how much it rests.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Where the work is done, in temporary tables.
    messages : Table
        One row per message that a customer wrote, or may have written: contact_id, author_id
        (NULL where nobody but the customer can be meant), text, and what puts them in order:
        sent_at, then _line, then place, which is unique.

    Returns
    -------
    Table
        One row per contact and author: contact_id, author_id, language (ISO 639-1, zh-CN or
        zh-TW; und where the evidence is thin), letters (weighted, of that language; of all where
        it is und).
    """
    connection.register("messages", messages)
    connection.register("signs", votes_table())
    for name, query in _steps().items():
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
    undecided = connection.sql(_UNDECIDED_SQL).fetchall()
    texts = [words for words, _, _ in undecided]
    votes = [dict(zip(codes or (), counts or (), strict=True)) for _, codes, counts in undecided]
    modelled = {"words": texts, "language": likeliest(texts, votes)}
    connection.register("modelled", pa.table(modelled, _MODELLED))
    return connection.sql(_DECIDED_SQL).to_arrow_table()


@cache
def _steps() -> dict[str, str]:
    """Each table by the query that makes it from those before."""
    return {
        "worded": _WORDED_SQL,
        "scripted": _scripted_sql(),
        "spoken": _SPOKEN_SQL,
        "counted": _counted_sql(),
        "worded_texts": _TEXTS_SQL,
        "voted": _VOTED_SQL,
    }


_MODELLED = pa.schema([("words", pa.string()), ("language", pa.string())])


_WORDED_SQL = f"""
    WITH numbered AS (
        SELECT contact_id, author_id, sent_at, _line, place, left(text, 4000) AS text
        FROM messages
        WHERE text IS NOT NULL
    ),
    own AS (
        SELECT
            contact_id, author_id, sent_at, _line, place,
            CASE
                WHEN regexp_matches(text, '{_SHOUTED}') AND NOT regexp_matches(text, '[a-z]')
                    THEN lower(text)
                WHEN regexp_matches(text, 'From: |wrote:|[Mm]essage')
                    THEN regexp_replace(text, '{_QUOTED_REST}', '')
                ELSE text
            END AS text
        FROM numbered
    ),
    worded AS (
        SELECT
            contact_id, author_id, sent_at, _line, place,
            CASE
                WHEN regexp_matches(text, '{_NAMES_ALONE}') THEN ''
                ELSE trim(regexp_replace(text, {literal(_NOT_WORDING)}, ' ', 'g'))
            END AS words
        FROM own
    )
    SELECT
        contact_id, author_id, place,
        row_number() OVER (
            PARTITION BY contact_id, author_id ORDER BY sent_at, _line, place
        ) AS turn,
        -- in one message, alphabet between CJK is mostly an error message or a product's name
        CASE
            WHEN strlen(words) > length(words) AND regexp_matches(words, '[A-Za-z]')
                AND 2 * strlen(regexp_replace(words, '[^{_CJK}]+', '', 'g'))
                    >= length(regexp_replace(words, '[^A-Za-z]+', '', 'g'))
                THEN regexp_replace(words, '[A-Za-z]+', ' ', 'g')
            ELSE words
        END AS words
    FROM worded
"""


def _weight_sql(words: str) -> str:
    """Letters of a text, roughly: CJK characters take three bytes and weigh three."""
    return f"strlen(regexp_replace({words}, '[^\\p{{L}}]+', '', 'g'))"


def _scripted_sql() -> str:
    """The places in `worded` that a bot wrote under the customer's name."""
    return f"""
        WITH begun AS (
            SELECT
                contact_id, author_id, place, turn, words,
                hash(string_agg(words, chr(10)) OVER (
                    PARTITION BY contact_id, author_id ORDER BY turn ROWS UNBOUNDED PRECEDING
                )) AS beginning
            FROM worded
            WHERE turn <= {_SCRIPT_MESSAGES} + 1
        ),
        chained AS (
            SELECT
                place, turn, words, beginning,
                lag(beginning) OVER own AS before,
                lead(turn) OVER own IS NOT NULL AS goes_on
            FROM begun
            WINDOW own AS (PARTITION BY contact_id, author_id ORDER BY turn)
        ),
        shared AS (
            SELECT turn, beginning, any_value(before) AS before, COUNT(*) AS contacts
            FROM chained
            GROUP BY turn, beginning
            HAVING COUNT(*) >= (SELECT {_SCRIPT_CONTACTS} FROM worded)
                AND count_if(goes_on) * 2 >= COUNT(*)
                AND (turn > 1 OR {_weight_sql("any_value(words)")} >= {_SCRIPT_LETTERS})
        ),
        script AS (
            WITH RECURSIVE grown AS (
                SELECT turn, beginning, contacts FROM shared WHERE turn = 1
                UNION ALL
                SELECT s.turn, s.beginning, s.contacts
                FROM shared AS s
                INNER JOIN grown AS g
                    ON g.beginning = s.before AND s.turn = g.turn + 1
                    AND s.contacts * 2 >= g.contacts
            )
            SELECT turn, beginning FROM grown
        )
        SELECT c.place
        FROM chained AS c
        INNER JOIN script AS s ON s.turn = c.turn AND s.beginning = c.beginning
    """


_SPOKEN_SQL = f"""
    SELECT
        w.contact_id, w.author_id,
        left(
            coalesce(string_agg(left(w.words, 500), chr(10) ORDER BY w.turn)
                FILTER (WHERE s.place IS NULL), ''),
            {CONTACT_CHARACTERS}
        ) AS words
    FROM worded AS w
    LEFT JOIN scripted AS s ON s.place = w.place
    GROUP BY w.contact_id, w.author_id
"""


def _counted_sql() -> str:
    def count(characters: str) -> str:
        return f"length(regexp_replace(words, '[^{characters}]+', '', 'g'))"

    def beyond_ascii(characters: str) -> str:
        """Most Latin text is plain ASCII: it is not searched for other scripts."""
        return f"CASE WHEN is_ascii THEN 0 ELSE {count(characters)} END"

    def in_chinese(characters: str) -> str:
        return f"CASE WHEN han <= 8 * kana THEN 0 ELSE {count(characters)} END"

    alone = " ".join(
        f"WHEN regexp_matches(words, '\\p{{{script}}}') THEN '{language}'"
        for language, script in _ALONE.items()
    )
    return f"""
        WITH scripts AS (
            SELECT
                contact_id, author_id, words,
                strlen(words) = length(words) AS is_ascii,
                {beyond_ascii(_HANGUL)} AS hangul,
                {beyond_ascii(_KANA)} AS kana,
                {beyond_ascii(_HAN)} AS han,
                {beyond_ascii(_CYRILLIC)} AS cyrillic,
                {count(_LATIN)} AS latin,
                CASE WHEN is_ascii THEN 0
                    ELSE {count(_LETTERS)} - hangul - kana - han - cyrillic - latin END AS other,
                {in_chinese(_written_only_in("gb2312", "big5"))} AS simplified,
                {in_chinese(_written_only_in("big5", "gb2312"))} AS traditional,
                {in_chinese(_written_only_in("shift_jis", "gb2312", "big5"))} AS shinjitai
            FROM spoken
        ),
        weighed AS (
            SELECT
                contact_id, author_id, words, simplified, traditional, cyrillic, latin, other,
                3 * hangul AS ko,
                -- kana among Han is Japanese, the one no of a Chinese advertisement is not
                CASE WHEN kana * 8 >= han OR shinjitai * 4 >= han THEN 3 * (kana + han)
                    ELSE 0 END AS ja,
                CASE WHEN ja = 0 THEN 3 * han ELSE 0 END AS zh,
                greatest(ko, ja, zh, cyrillic, latin, other) AS letters
            FROM scripts
        )
        SELECT
            contact_id, author_id, letters,
            CASE
                WHEN letters < {LEAST_LETTERS} THEN 'und'
                WHEN letters = ko THEN 'ko'
                WHEN letters = ja THEN 'ja'
                WHEN letters = zh AND simplified > traditional THEN 'zh-CN'
                WHEN letters = zh AND simplified < traditional THEN 'zh-TW'
                WHEN letters = zh THEN 'zh'
                WHEN letters = other THEN CASE {alone} END
            END AS language,
            CASE WHEN language IS NULL THEN
                lower(left(CASE letters
                    WHEN cyrillic THEN regexp_replace(words, '[^{_CYRILLIC}]+', ' ', 'g')
                    WHEN latin THEN regexp_replace(words, '[^{_LATIN}¿¡]+', ' ', 'g')
                    ELSE regexp_replace(words, '[{_LATIN}]+|[^\\p{{L}}\\p{{M}}]+', ' ', 'g')
                END, {WITNESS_CHARACTERS}))
            END AS words
        FROM weighed
    """


_TEXTS_SQL = """
    SELECT words, row_number() OVER () AS text_id
    FROM (SELECT DISTINCT words FROM counted WHERE language IS NULL)
"""

_VOTED_SQL = r"""
    WITH signs_of AS (
        SELECT
            text_id,
            unnest(list_distinct(list_concat(
                regexp_extract_all(words, '[\p{L}\p{M}]+'),
                CASE WHEN strlen(words) > length(words) THEN list_transform(
                    regexp_extract_all(words, '[^\x00-\x7F]'), lambda letter: '*' || letter
                ) END
            ))) AS sign
        FROM worded_texts
    ),
    votes AS (
        SELECT t.text_id, s.language, sum(s.vote) AS votes
        FROM signs_of AS t
        INNER JOIN signs AS s ON s.sign = t.sign
        GROUP BY t.text_id, s.language
    )
    SELECT
        text_id,
        list(language ORDER BY votes DESC, language) AS languages,
        list(votes ORDER BY votes DESC, language) AS votes
    FROM votes
    GROUP BY text_id
"""

_IS_TOLD = f"""
    v.votes[1] >= {LEAST_VOTES} AND v.votes[1] >= {LEAST_LEAD} * coalesce(v.votes[2], 0)
    AND v.votes[1] * 5 >= len(string_split(t.words, ' '))
"""

_UNDECIDED_SQL = f"""
    SELECT t.words, v.languages, v.votes
    FROM worded_texts AS t
    LEFT JOIN voted AS v ON v.text_id = t.text_id
    WHERE ({_IS_TOLD}) IS NOT TRUE
"""

_DECIDED_SQL = f"""
    WITH told AS (
        SELECT t.words, v.languages[1] AS language
        FROM worded_texts AS t
        INNER JOIN voted AS v ON v.text_id = t.text_id
        WHERE {_IS_TOLD}
        UNION ALL
        SELECT words, language FROM modelled
    )
    SELECT
        c.contact_id,
        c.author_id,
        coalesce(c.language, m.language, 'und') AS language,
        CAST(c.letters AS BIGINT) AS letters
    FROM counted AS c
    LEFT JOIN told AS m ON m.words = c.words
    ORDER BY c.contact_id, c.author_id
"""
