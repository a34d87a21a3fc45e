"""Google Analytics 4: searches and views of the help centre, as events or as a report's counts.

- BigQuery's export (JSON): one event a record. `event_timestamp` is microseconds since 1970 in
  UTC; `event_date` is a day of the property's zone and is not used. `view_search_results` is a
  search for its `search_term`; `page_view` is a view where `page_location` is an article's
  (`.../articles/<number>`). Other events are received and make no row. Numbers come as texts.
  Where the site sets `user_id`, it is taken for the id of a user of Zendesk, or of the helpdesk
  that the mapping's `contact_system` names, so that a visitor is known as a requester.
- A report's CSV begins with comment lines (`#`), may be separated by `;` and tells days as
  20260302 of the property's zone, which must be told. `(other)` is what the report did not list,
  counted without its words; `(not set)` is nothing. A report without days is read where its
  comments say that it covers one day, else passed over.

unverified: the comments' and headers' wording in the report's CSV, its sampling and the place of
its totals.
"""

import re

from pipelines.errors import SettingsError
from pipelines.ingest.checks import Check
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Source, Stream, stream
from pipelines.ingest.sources.help_centre_counts import (
    FIELDS,
    Headers,
    article_system,
    counted,
    holds,
)
from pipelines.ingest.sources.records import NOT_JSON
from pipelines.ingest.times import LONGEST_SECONDS

_EVENT_KEYS = {"event_timestamp", "event_name", "event_params"}
_SHAPE = """{"event_timestamp": "VARCHAR", "event_name": "VARCHAR", "user_pseudo_id": "VARCHAR",
    "user_id": "VARCHAR", "event_bundle_sequence_id": "VARCHAR", "device": {"language": "VARCHAR"},
    "event_params": [{"key": "VARCHAR", "value": {"string_value": "VARCHAR"}}]}"""
_HEADERS: Headers = {
    "date": ("date", "날짜", "日付", "日期", "fecha", "дата"),
    "query": (
        "search term", "검색어", "検索キーワード", "検索語句", "搜索字词", "搜尋字詞",
        "término de búsqueda", "поисковый запрос",
    ),
    "count": (
        "event count", "이벤트 수", "イベント数", "事件数", "事件計數", "número de eventos",
        "количество событий",
    ),
    "language": ("language", "언어", "言語", "语言", "語言", "idioma", "язык"),
}  # fmt: skip


def _is_events(probe: Probe) -> bool:
    return probe.json_keys >= _EVENT_KEYS


def _is_report(probe: Probe) -> bool:
    return holds(probe, _HEADERS, "query", "count")


def _day(probe: Probe) -> str | None:
    """The one day that the comments of a report say it covers."""
    comments = "\n".join(line for line in probe.head.split("\n")[:20] if line.startswith("#"))
    days = re.findall(r"\b(\d{4})(\d\d)(\d\d)\b", comments)
    return "-".join(days[0]) if len(days) == 2 and days[0] == days[1] else None


def _passed_over(probe: Probe) -> str | None:
    if not _is_report(probe) or holds(probe, _HEADERS, "date") or _day(probe):
        return None
    return "counts over several days can't be placed in time: add the dimension Date to the report"


def _read(reading: Reading) -> list[Stream]:
    if _is_events(reading.probe):
        return [_events(reading)]
    if not _is_report(reading.probe):
        raise SettingsError(f"{reading.mapping.path}: [columns]: query and count are needed")
    day = None if holds(reading.probe, _HEADERS, "date") else _day(reading.probe)
    return [counted(reading, "search", _HEADERS, day)]


def _events(reading: Reading) -> Stream:
    def param(key: str) -> str:
        return f"list_filter(t.event_params, lambda p: p.key = '{key}')[1].value.string_value"

    rows = f"""
        SELECT *, try_cast(t.event_timestamp AS BIGINT) AS stamp,
            CASE WHEN stamp BETWEEN 0 AND {LONGEST_SECONDS}000000
                THEN make_timestamp(stamp) END AS happened_at,
            CASE WHEN t.event_name = 'view_search_results' THEN {param("search_term")} END AS query,
            CASE WHEN t.event_name = 'page_view'
                THEN nullif(regexp_extract({param("page_location")}, '/articles/([0-9]+)', 1), '')
                END AS article
        FROM ({reading.records(_SHAPE)})"""
    accounts = reading.mapping.contact_system or "zendesk"
    same = "concat_ws('/', t.user_pseudo_id, t.event_timestamp, t.event_name, query, article)"
    return stream(
        "article_events",
        rows,
        {
            "article_events": {
                "event_id": reading.id(reading.pseudonym(same)),
                "event": "CASE WHEN article IS NOT NULL THEN 'view' ELSE 'search' END",
                "happened_at": "happened_at",
                "events_count": "1",
                "article_id": reading.id("article", article_system(reading)),
                "visitor_id": f"coalesce({reading.pseudonym('t.user_id', accounts)},"
                f" {reading.pseudonym('t.user_pseudo_id')})",
                "language_raw": "t.device.language",
                "query": reading.masked("query"),
            }
        },
        checks=[
            NOT_JSON,
            Check("t IS NOT NULL AND t.event_name IS NULL", "event_name is missing"),
            Check(
                "t IS NOT NULL AND happened_at IS NULL", "event_timestamp is missing or no number"
            ),
            Check(
                "happened_at NOT BETWEEN TIMESTAMP '2005-01-01' AND TIMESTAMP '2100-01-01'",
                "event_timestamp is not in microseconds",
            ),
        ],
        raw="record",
        received_on="happened_at",
        when={"article_events": "t.event_name = 'view_search_results' OR article IS NOT NULL"},
    )


SOURCE = Source(
    name="ga4",
    system="ga4",
    main_table=lambda probe: "article_events",
    recognises=lambda probe: _is_events(probe) or _is_report(probe),
    read=_read,
    fields=FIELDS,
    optional_columns=tuple(header for headers in _HEADERS.values() for header in headers),
    passed_over=_passed_over,
)
