"""Events of the market or the exchange, and dated changes of our own.

Headers: event_id, kind, title, starts_at, ends_at, known_at, and what it concerns, canonical or
empty for all: channel, language, topic.
"""

from dataclasses import replace

from pipelines.ingest.quarantine import Check, judged_sql
from pipelines.ingest.sources.base import Fill, Reading, Source, Stream
from pipelines.ingest.sources.mapped import Fields
from pipelines.ingest.sources.schedule import with_default_columns

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
    judged = judged_sql(
        fields.rows_sql(),
        checks,
        reading.probe.table.text_sql(),
        "coalesce(starts_at_local, starts_at)",
    )
    scope = ", ".join(f"nullif({fields.text(name)}, '') AS {name}" for name in _SCOPE)
    query = f"""
        SELECT _line, _reasons, _remedy, _raw, _received_on, event_id_text AS event_id,
            lower(kind_text) AS kind, {fields.text("title")} AS title, starts_at, ends_at,
            {fields.time("known_at")} AS known_at, {scope}
        FROM ({judged})"""
    fill = Fill({name: name for name in _FIELDS})
    return [Stream("market_events", query, {"market_events": fill})]


SOURCE = Source(
    name="market_events",
    system="market_events",
    main_table=lambda probe: "market_events",
    recognises=lambda probe: probe.header_set >= set(_REQUIRED),
    read=_read,
    fields=_FIELDS,
)
