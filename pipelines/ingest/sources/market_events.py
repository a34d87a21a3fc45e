"""Events of the market or the exchange, and dated changes of our own.

Headers: event_id, kind, title, starts_at, ends_at, known_at, and what it concerns, canonical or
empty for all: channel, language, topic.
"""

from dataclasses import replace

from pipelines.ingest.checks import Check
from pipelines.ingest.sources.base import Reading, Source, Stream
from pipelines.ingest.sources.mapped import Fields, with_default_columns

_SCOPE = ("channel", "language", "topic")
_FIELDS = ("event_id", "kind", "title", "starts_at", "ends_at", "known_at", *_SCOPE)
_REQUIRED = ("event_id", "kind", "starts_at", "ends_at")


def _read(reading: Reading) -> list[Stream]:
    reading = replace(reading, probe=with_default_columns(reading.probe, _FIELDS))
    fields = Fields(reading, ("starts_at", "ends_at", "known_at"), (), "starts_at")
    checks = [
        *fields.not_a_record("event_id"),
        *fields.checks(_REQUIRED),
        Check("ends_at <= starts_at", "ends_at is not after starts_at"),
    ]
    events = {
        "event_id": "event_id_text",
        "kind": "lower(kind_text)",
        "title": fields.text("title"),
        "starts_at": "starts_at",
        "ends_at": "ends_at",
        "known_at": fields.time("known_at"),
        **{name: f"nullif({fields.text(name)}, '')" for name in _SCOPE},
    }
    return [fields.stream("market_events", fields.rows_sql(), {"market_events": events}, checks)]


SOURCE = Source(
    name="market_events",
    system="market_events",
    main_table=lambda probe: "market_events",
    recognises=lambda probe: probe.header_set >= set(_REQUIRED),
    read=_read,
    fields=_FIELDS,
)
