"""What agents were doing: agent_id, state, starts_at, ends_at, and where told channel, language
and team.

Headers are the field names, or told by a mapping. Words of telephone systems and helpdesks are
known (ready, on call, ACW, break, ...); `[values.state]` of a mapping tells others. A row of
somebody logged out tells nothing of paid time and is left out.
"""

from dataclasses import replace

from pipelines.ingest.checks import Check
from pipelines.ingest.sources.base import Reading, Source, Stream
from pipelines.ingest.sources.mapped import Fields, with_default_columns
from pipelines.sql import literal

_SCOPE = ("channel", "language", "team")
_FIELDS = ("agent_id", "state", "starts_at", "ends_at", *_SCOPE, "date")
_REQUIRED = ("agent_id", "state", "starts_at", "ends_at")
_LONGEST = "INTERVAL 1 DAY"
_WORDS = {
    "available": ("available", "ready", "idle", "online", "waiting", "on queue"),
    "handling": ("handling", "on call", "in call", "talking", "talk", "busy", "on contact",
                 "in conversation", "hold", "chatting"),
    "wrap": ("wrap", "wrap up", "wrap-up", "acw", "after call work", "after-call work",
             "after contact work"),
    "away": ("away", "break", "lunch", "meal", "training", "meeting", "coaching", "not ready",
             "unavailable", "do not disturb", "project", "admin"),
}  # fmt: skip
_LOGGED_OUT = ("offline", "logged out", "logged off", "log out", "signed out")


def _read(reading: Reading) -> list[Stream]:
    reading = replace(reading, probe=with_default_columns(reading.probe, _FIELDS))
    fields = Fields(reading, ("starts_at", "ends_at"), (), "starts_at")
    said = f"trim(replace(lower({fields.text('state')}), '_', ' '))"
    known = " ".join(
        f"WHEN {said} IN ({', '.join(map(literal, words))}) THEN '{state}'"
        for state, words in _WORDS.items()
    )
    logged_out = f"{said} IN ({', '.join(map(literal, _LOGGED_OUT))})"
    values = f"SELECT *, CASE {known} END AS state FROM ({fields.rows_sql()})"
    checks = [
        *fields.not_a_record("agent_id"),
        Check(logged_out, "logged out: no paid time", "nothing to do"),
        *fields.checks(_REQUIRED),
        Check(f"state IS NULL AND NOT {logged_out}", "state is not a known word",
              "tell it in [values.state] of the mapping"),
        Check("ends_at <= starts_at", "ends_at is not after starts_at"),
        Check(f"ends_at > starts_at + {_LONGEST}", "the stretch is longer than a day"),
    ]  # fmt: skip
    scope = {name: reading.masked(f"nullif({fields.text(name)}, '')") for name in _SCOPE}
    states = {
        "agent_id": "agent_id_text",
        "state": "state",
        "starts_at": "starts_at",
        "ends_at": "ends_at",
        **scope,
    }
    return [fields.stream("agent_states", values, {"agent_states": states}, checks)]


SOURCE = Source(
    name="agent_states",
    system="agent_states",
    main_table=lambda probe: "agent_states",
    recognises=lambda probe: probe.header_set >= set(_REQUIRED),
    read=_read,
    fields=_FIELDS,
)
