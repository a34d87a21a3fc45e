"""Chatwoot's CSV reports: the survey responses (CSAT), whatever language their headers are in.

- Headers are written in the account's language, the layout never changes: agent, rating, comment,
  the contact's name, e-mail and phone, the link to the conversation, when it was recorded, and
  review notes in some editions. The file is known by its links, and columns by their distance
  from the link.
- The conversation's id stands in the link only. Names, e-mails and phones are not read.
- "Reporting period ... to ..." and the note of UTC stand before the header or after the rows,
  blank lines between them. Times are UTC.
- Responses only: who was asked and did not answer, and when, is not in it. Of several responses
  to one conversation the last is kept, and yields to what the messages tell of its surveys.
- The summaries by agent, inbox, label and team hold averages over people and days: no contact can
  be taken from them, so they are passed over with the export to take instead.
"""

import re

from pipelines.ingest.checks import Check
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Source, Stream, stream
from pipelines.ingest.times import moment_sql
from pipelines.sql import literal

_LINK = r"/accounts/\d+/conversations/(\d+)"
_RATING, _COMMENT, _LINK_AT, _RECORDED = 2, 3, 7, 8
_AVERAGES = {
    "avg first response time", "avg resolution time", "avg customer waiting time",
    "初回応答の平均時間", "解決までの平均時間", "お客様の平均待ち時間",
}  # fmt: skip
"""Headers of the summaries; the Korean ones are in English."""
_METADATA = (
    r"(?s)\s*\"?[^\",]*\d{4}-\d\d-\d\d[^\",]{1,8}\d{4}-\d\d-\d\d[^\",]*\"?\s*|[^\",]*UTC[^\",]*"
)
"""The period and the note of the zone, in any language, with the blank lines before them."""


def _is_summary(probe: Probe) -> bool:
    return len(probe.header_set & _AVERAGES) >= 2


def _is_csat(probe: Probe) -> bool:
    table = probe.table_or_none
    if table is None or len(table.headers) not in (_RECORDED, _RECORDED + 1):
        return False
    rows = [row for row in table.first_rows(40) if len(row) == len(table.headers)]
    links = (row[_LINK_AT - 1] for row in rows)
    return (
        bool(rows)
        and all(re.search(_LINK, link) or not link for link in links)
        and any(re.search(_LINK, row[_LINK_AT - 1]) for row in rows)
    )


def _read(reading: Reading) -> list[Stream]:
    recorded = f"c{_RECORDED}"
    rows = f"""
        SELECT *, nullif(regexp_extract(c{_LINK_AT}, {literal(_LINK)}, 1), '') AS conversation,
            try_cast(c{_RATING} AS DOUBLE) AS score,
            {moment_sql(recorded, "UTC")} AS recorded_at
        FROM {reading.probe.table.rows_sql()}"""
    fill = {
        "survey_id": reading.id("conversation"),
        "contact_id": reading.id("conversation"),
        "updated_at": "recorded_at",
        "answered_at": "recorded_at",
        "scale": "'1-5'",
        "score_raw": f"c{_RATING}",
        "score": "score",
        "comment": reading.masked(f"c{_COMMENT}"),
    }
    checks = [
        Check(
            "conversation IS NULL",
            "no link to a conversation",
            "nothing to do where the conversation was deleted; else export again",
        ),
        Check(f"c{_RATING} IS NULL OR score NOT BETWEEN 1 AND 5", "the rating is none of 1-5"),
        Check(f"c{_RATING} IS NOT NULL AND score IS NULL", "the rating is not a number"),
        Check("recorded_at IS NULL", "the recorded date is missing or no time"),
    ]
    return [
        stream(
            "surveys", rows, {"surveys": fill}, checks=checks,
            raw=reading.probe.table.text_sql(), received_on="recorded_at",
        )
    ]  # fmt: skip


def _passed_over(probe: Probe) -> str | None:
    if not _is_summary(probe):
        return None
    return (
        "a summary of averages, from which no contact can be taken; load the conversations and"
        " messages of Chatwoot's API instead"
    )


SOURCE = Source(
    name="chatwoot_csv",
    system="chatwoot",
    main_table=lambda probe: "surveys",
    recognises=lambda probe: _is_summary(probe) or _is_csat(probe),
    read=_read,
    footers=_METADATA,
    passed_over=_passed_over,
)
