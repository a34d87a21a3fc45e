"""Zendesk Guide: articles, translations and votes (JSON), searches and views (Explore's CSV).

- An article has no views; they exist only in Explore. `vote_sum` -1 of one vote is one person.
- A vote on anything but an article (a comment, a post) is received and makes no event.
- Explore's tables have the columns that somebody chose, headers in the viewer's language, days of
  the dashboard's zone (which must be told) and a SUM row at the end. Usual headers in English,
  Korean, Japanese, Chinese, Spanish and Russian are known; a mapping tells others:

      [columns]
      date = "Tag"           # also: query, article_id, language, count, results, clicks, contacts

- Words that people searched for are masked: they paste addresses and wallets into search boxes.

unverified: everything about Explore (no real file was at hand): headers, number and day formats;
translations as records of their own.
"""

from functools import partial

from pipelines.errors import SettingsError
from pipelines.ingest.checks import Check
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Source, Stream, stream
from pipelines.ingest.sources.help_centre_counts import FIELDS, Headers, counted, holds
from pipelines.ingest.sources.records import NOT_JSON, RecordKind, kind_of, missing, not_times
from pipelines.ingest.vocabulary import first_known_sql

_ARTICLE = """{"id": "VARCHAR", "title": "VARCHAR", "locale": "VARCHAR",
        "section_id": "VARCHAR", "label_names": ["VARCHAR"], "draft": "BOOLEAN",
        "outdated": "BOOLEAN", "outdated_locales": ["VARCHAR"], "vote_sum": "BIGINT",
        "vote_count": "BIGINT", "created_at": "VARCHAR", "updated_at": "VARCHAR"}"""
_TRANSLATION = """{"source_id": "VARCHAR", "source_type": "VARCHAR", "title": "VARCHAR",
        "locale": "VARCHAR", "draft": "BOOLEAN", "outdated": "BOOLEAN", "created_at": "VARCHAR",
        "updated_at": "VARCHAR"}"""
_VOTE = """{"id": "VARCHAR", "user_id": "VARCHAR", "value": "BIGINT", "item_id": "VARCHAR",
        "item_type": "VARCHAR", "created_at": "VARCHAR"}"""
_HEADERS: Headers = {
    "date": (
        "search - date", "article - date", "date", "날짜", "검색 - 날짜", "日付", "検索 - 日付",
        "日期", "搜索 - 日期", "fecha", "дата",
    ),
    "query": (
        "search string", "search query", "검색 문자열", "검색어", "検索文字列", "検索語",
        "搜索字符串", "搜索词", "搜尋字串", "cadena de búsqueda", "строка поиска",
    ),
    "article_id": (
        "article id", "문서 id", "記事id", "記事 id", "文章 id", "文章id", "id del artículo",
        "id статьи",
    ),
    "language": (
        "search locale", "article locale", "locale", "language", "로캘", "언어", "ロケール", "言語",
        "语言", "語言", "idioma", "язык",
    ),
    "results": (
        "search results", "results", "검색 결과", "결과 수", "検索結果", "検索結果数", "搜索结果",
        "搜尋結果", "resultados", "результаты",
    ),
    "clicks": (
        "clicks", "click-throughs", "클릭 수", "클릭", "クリック数", "点击次数", "點擊次數",
        "clics", "клики",
    ),
    "contacts": (
        "tickets created", "tickets", "생성된 티켓", "作成されたチケット", "创建的工单",
        "建立的工單", "tickets creados", "созданные тикеты",
    ),
}  # fmt: skip
_SEARCHES = _HEADERS | {
    "count": (
        "searches", "count of searches", "검색 수", "검색 횟수", "검색", "検索数", "検索回数",
        "検索", "搜索次数", "搜索", "搜尋次數", "búsquedas", "поиски",
    )
}  # fmt: skip
_VIEWS = _HEADERS | {
    "count": (
        "article views", "views", "문서 조회수", "조회수", "記事の閲覧数", "記事の表示回数",
        "閲覧数", "文章浏览次数", "浏览次数", "文章瀏覽次數", "vistas de artículos",
        "просмотры статей",
    )
}  # fmt: skip
_TABLES = {"search": ("query", _SEARCHES), "view": ("article_id", _VIEWS)}


def _event(probe: Probe) -> str | None:
    """The event that a table counts."""
    told = _TABLES.items()
    return next((e for e, (key, headers) in told if holds(probe, headers, key, "count")), None)


def _passed_over(probe: Probe) -> str | None:
    event = _event(probe)
    if event is None or holds(probe, _HEADERS, "date"):
        return None
    return "counts without days can't be placed in time: add the date to the report's rows"


def _read(reading: Reading) -> list[Stream]:
    event = _event(reading.probe)
    if event is not None:
        return [counted(reading, event, _TABLES[event][1])]
    kind = kind_of(reading.probe.json_keys, _KINDS)
    if kind is None:
        raise SettingsError(
            f"{reading.mapping.path}: [columns]: date, count, and query or article_id are needed"
        )
    return kind.read(reading)


def _articles(reading: Reading, *, is_translation: bool = False) -> list[Stream]:
    records = reading.records(_TRANSLATION if is_translation else _ARTICLE)
    rows = f"SELECT *, {reading.times('created_at', 'updated_at')} FROM ({records})"
    columns = {
        "language_raw": "t.locale",
        "title": reading.masked("t.title"),
        "is_draft": "t.draft",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }
    if is_translation:
        key, when = "source_id", "t.source_type = 'Article'"
        columns["is_outdated"] = "t.outdated"
    else:
        key, when = "id", "true"
        columns |= {
            "section": "t.section_id",
            "topic_raw": first_known_sql("t.label_names", "topics"),
            "is_outdated": "coalesce(t.outdated, false)"
            " OR coalesce(list_contains(t.outdated_locales, t.locale), false)",
            "votes_count": "t.vote_count",
            "votes_sum": "t.vote_sum",
        }
    return [
        stream(
            "articles",
            rows,
            {"articles": columns | {"article_id": reading.id(f"t.{key}")}},
            checks=[
                NOT_JSON,
                *missing(key, "locale"),
                *not_times("created_at", "updated_at"),
            ],
            raw="record",
            received_on="created_at",
            when={"articles": when},
        )
    ]


def _votes(reading: Reading) -> list[Stream]:
    rows = f"SELECT *, {reading.times('created_at')} FROM ({reading.records(_VOTE)})"
    return [
        stream(
            "article_events",
            rows,
            {
                "article_events": {
                    "event_id": reading.id("'vote-' || t.id"),
                    "event": "'vote'",
                    "happened_at": "created_at",
                    "events_count": "1",
                    "article_id": reading.id("t.item_id"),
                    "visitor_id": reading.pseudonym("t.user_id", "zendesk"),
                    "is_helpful": "t.value > 0",
                }
            },
            checks=[
                NOT_JSON,
                *missing("id", "item_id", "created_at"),
                *not_times("created_at"),
                Check("t.value IS NULL OR t.value NOT IN (-1, 1)", "value is neither 1 nor -1"),
            ],
            raw="record",
            received_on="created_at",
            when={"article_events": "coalesce(t.item_type, 'Article') = 'Article'"},
        )
    ]


_KINDS = (
    RecordKind(
        "articles", ("id", "title", "locale", "section_id", "vote_sum", "vote_count"), _articles
    ),
    RecordKind(
        "articles",
        ("id", "source_id", "source_type", "locale", "title"),
        partial(_articles, is_translation=True),
    ),
    RecordKind("article_events", ("id", "value", "item_id", "item_type", "created_at"), _votes),
)


def _main_table(probe: Probe) -> str:
    kind = kind_of(probe.json_keys, _KINDS)
    return kind.table if kind else "article_events"


SOURCE = Source(
    name="zendesk_guide",
    system="zendesk_guide",
    main_table=_main_table,
    recognises=lambda probe: bool(kind_of(probe.json_keys, _KINDS) or _event(probe)),
    read=_read,
    fields=FIELDS,
    # A report has one header of each kind, in its viewer's language: none of them is missing.
    optional_columns=(
        "article title",
        *(name for table in (_SEARCHES, _VIEWS) for names in table.values() for name in names),
    ),
    passed_over=_passed_over,
)
