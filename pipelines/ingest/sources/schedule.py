"""Agents scheduled per desk and interval: channel, language, starts_at, ends_at, agents.

Headers are the field names, or told by a mapping; `interval_minutes` in the mapping, or a column
of that name, stands for a missing ends_at. Channel and language must be canonical, since a
desk is (reference: channels.csv, languages.csv).
"""

from dataclasses import replace

from pipelines.errors import SettingsError
from pipelines.ingest.checks import Check
from pipelines.ingest.sources.base import Reading, Source, Stream
from pipelines.ingest.sources.mapped import Fields, with_default_columns

_FIELDS = ("channel", "language", "starts_at", "ends_at", "agents", "interval_minutes", "date")
_REQUIRED = ("channel", "language", "starts_at", "agents")


def _read(reading: Reading) -> list[Stream]:
    reading = replace(reading, probe=with_default_columns(reading.probe, _FIELDS))
    fields = Fields(reading, ("starts_at", "ends_at"), ("interval_minutes", "agents"), "starts_at")
    minutes = reading.mapping.interval_minutes
    if minutes is None and not fields.has("ends_at") and not fields.has("interval_minutes"):
        raise SettingsError(
            f"{reading.name}: line 1: neither ends_at nor interval_minutes; add a column, or"
            " tell interval_minutes in a mapping file"
        )
    length = fields.number("interval_minutes") if minutes is None else minutes
    values = f"""
        SELECT *, coalesce({fields.time("ends_at")},
            starts_at + to_minutes(CAST({length} AS BIGINT))) AS until_at
        FROM ({fields.rows_sql()})"""
    checks = [
        *fields.not_a_record("channel"),
        *fields.checks(_REQUIRED),
        Check("until_at IS NULL", "ends_at is missing"),
        Check("until_at <= starts_at", "ends_at is not after starts_at"),
        Check("until_at > starts_at + INTERVAL 7 DAY", "the interval is longer than a week"),
    ]
    schedules = {
        "channel": "channel_text",
        "language": "language_text",
        "starts_at": "starts_at",
        "ends_at": "until_at",
        "agents": "agents_number",
    }
    return [fields.stream("schedules", values, {"schedules": schedules}, checks)]


SOURCE = Source(
    name="schedule",
    system="schedule",
    main_table=lambda probe: "schedules",
    recognises=lambda probe: probe.header_set >= set(_REQUIRED),
    read=_read,
    fields=_FIELDS,
)
