"""Amazon Connect's contact records: one contact a JSON object, as streamed to a bucket.

- Records come at least once, and again when something is added later: the last
  `LastUpdateTimestamp` of a `ContactId` counts. They may stand side by side without line ends.
- The stream writes `Queue` and `Agent`, the programming interface `QueueInfo` and `AgentInfo`.
- A contact with a queue and no agent was abandoned, unless it is a callback or a callback
  followed it. Who hung up before any queue has left too, without a wait.
- A transfer or a callback is a new contact, chained by `InitialContactId`: the caller is counted
  once, at the first of the chain, to which the later ones are linked.
- Outbound are OUTBOUND, EXTERNAL_OUTBOUND, AGENT_REPLY, and voice contacts made by API; MONITOR
  is a supervisor listening in. A TASK is the desk's own work and no customer's question.
- Language and topic stand in `Attributes`, under names that each flow chooses: tell them in a
  mapping, `language = "Lang"`; else `LanguageCode` is taken.
- Waits are recounted from the timestamps; `Queue.Duration` stands in where they are missing.

Unverified: the stream's nested names `Queue` and `Agent`, that `API` means a customer's chat and
an outbound call, and that a callback's first contact names the queue.
"""

from pipelines.ingest.checks import Check
from pipelines.ingest.json_records import json_path
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Source, Stream, stream
from pipelines.ingest.sources.records import NOT_JSON
from pipelines.ingest.times import moment_sql, seconds_sql
from pipelines.sql import literal

_QUEUE = """{"Name": "VARCHAR", "Id": "VARCHAR", "EnqueueTimestamp": "VARCHAR",
    "DequeueTimestamp": "VARCHAR", "Duration": "DOUBLE"}"""
_AGENT = """{"Username": "VARCHAR", "Id": "VARCHAR", "ConnectedToAgentTimestamp": "VARCHAR",
    "AgentInteractionDuration": "DOUBLE", "CustomerHoldDuration": "DOUBLE",
    "AfterContactWorkDuration": "DOUBLE"}"""
_SHAPE = f"""{{"ContactId": "VARCHAR", "Id": "VARCHAR", "InitialContactId": "VARCHAR",
    "PreviousContactId": "VARCHAR", "Channel": "VARCHAR", "InitiationMethod": "VARCHAR",
    "InitiationTimestamp": "VARCHAR", "DisconnectTimestamp": "VARCHAR",
    "LastUpdateTimestamp": "VARCHAR", "DisconnectReason": "VARCHAR", "LanguageCode": "VARCHAR",
    "CustomerEndpoint": {{"Address": "VARCHAR"}}, "Queue": {_QUEUE}, "QueueInfo": {_QUEUE},
    "Agent": {_AGENT}, "AgentInfo": {_AGENT}}}"""
_LEG = """{"ContactId": "VARCHAR", "Id": "VARCHAR", "InitialContactId": "VARCHAR",
    "PreviousContactId": "VARCHAR", "InitiationMethod": "VARCHAR"}"""
_KINDS = "CASE channel WHEN 'VOICE' THEN 'call' WHEN 'CHAT' THEN 'chat' ELSE 'ticket' END"
_TIMES = {
    "created_at": "t.InitiationTimestamp",
    "ended_at": "t.DisconnectTimestamp",
    "updated_at": "t.LastUpdateTimestamp",
    "queued_at": "queue.EnqueueTimestamp",
    "dequeued_at": "queue.DequeueTimestamp",
    "connected_at": "agent.ConnectedToAgentTimestamp",
}


def _attribute(reading: Reading, field: str, otherwise: str) -> str:
    """SQL of the attribute that the mapping names for a field."""
    told = reading.mapping.columns.get(field)
    if told is None:
        return otherwise
    path = f'{json_path("Attributes")}."{told.columns[0]}"'
    return reading.translated(field, f"json_extract_string(record, {literal(path)})")


def _records(reading: Reading) -> str:
    """SELECT of every record with its times, its direction, and what followed it in the file."""
    times = ", ".join(f"{moment_sql(text, None)} AS {name}" for name, text in _TIMES.items())
    records = f"""
        SELECT *, coalesce(t.ContactId, t.Id) AS id, t.InitiationMethod AS method,
            upper(t.Channel) AS channel, coalesce(t.Queue, t.QueueInfo) AS queue,
            coalesce(t.Agent, t.AgentInfo) AS agent
        FROM ({reading.records(_SHAPE, with_text=True)})"""
    records = f"""
        SELECT *, {times},
            nullif(t.InitialContactId, id) AS initial_id,
            CASE WHEN method IN ('OUTBOUND', 'EXTERNAL_OUTBOUND', 'AGENT_REPLY')
                OR method = 'API' AND channel = 'VOICE' THEN 'outbound'
                WHEN method = 'MONITOR' OR channel = 'TASK' THEN 'internal'
                ELSE 'inbound' END AS direction
        FROM ({records})"""
    legs = reading.records(_LEG)
    followed = f"""
        SELECT r.*, c.previous_id IS NOT NULL AS was_called_back,
            coalesce(f.transfers, 0) AS transfers
        FROM ({records}) AS r
        LEFT JOIN (
            SELECT DISTINCT t.PreviousContactId AS previous_id FROM ({legs})
            WHERE t.InitiationMethod = 'CALLBACK'
        ) AS c ON c.previous_id = r.id
        LEFT JOIN (
            -- records come again: a leg is counted once
            SELECT t.InitialContactId AS initial_id,
                count(DISTINCT coalesce(t.ContactId, t.Id)) AS transfers
            FROM ({legs}) WHERE t.InitiationMethod IN ('TRANSFER', 'QUEUE_TRANSFER')
            GROUP BY t.InitialContactId
        ) AS f ON f.initial_id = r.id"""
    return f"""
        SELECT *, queued_at IS NOT NULL OR queue IS NOT NULL AS has_queue,
            CASE WHEN connected_at IS NOT NULL THEN 'answered'
                WHEN method = 'CALLBACK' OR was_called_back THEN 'callback'
                WHEN queue IS NOT NULL OR t.DisconnectReason = 'CUSTOMER_DISCONNECT'
                    THEN 'abandoned'
                ELSE 'unknown' END AS outcome
        FROM ({followed})"""


_DURATIONS = (
    ("queue", "Duration"),
    ("agent", "AgentInteractionDuration"),
    ("agent", "CustomerHoldDuration"),
    ("agent", "AfterContactWorkDuration"),
)


def _read(reading: Reading) -> list[Stream]:
    checks = [
        NOT_JSON,
        Check("t IS NOT NULL AND id IS NULL", "ContactId is missing"),
        Check("t IS NOT NULL AND channel IS NULL", "Channel is missing"),
        Check("t IS NOT NULL AND created_at IS NULL", "InitiationTimestamp is missing, or no time"),
        Check("ended_at < created_at", "DisconnectTimestamp is before InitiationTimestamp"),
        Check("connected_at < queued_at", "the agent is connected before the contact is queued"),
        *(
            Check(
                f"nullif({text}, '') IS NOT NULL AND {name} IS NULL",
                f"{text.split('.')[1]} is not a time",
            )
            for name, text in _TIMES.items()
            if name != "created_at"
        ),
        *(Check(f"{part}.{key} < 0", f"{key} is negative") for part, key in _DURATIONS),
    ]
    contact_id = reading.id("id")
    language = _attribute(reading, "language", "t.LanguageCode")
    updated = "coalesce(updated_at, ended_at, created_at)"
    rules = {"queue": "queue.Name", "initiationmethod": "method", "channel": "channel"}
    contacts = {
        "contact_id": contact_id,
        "source": literal(reading.system),
        "source_id": "id",
        "kind": _KINDS,
        "channel_raw": "t.Channel",
        "direction": "direction",
        "language_raw": language,
        "language_source": f"CASE WHEN {language} IS NULL THEN 'unknown' ELSE 'queue' END",
        "topic_raw": _attribute(reading, "topic", "CAST(NULL AS VARCHAR)"),
        "status": "CASE WHEN ended_at IS NULL THEN 'open' ELSE 'closed' END",
        "status_raw": "t.DisconnectReason",
        "team": "coalesce(queue.Name, queue.Id)",
        "agent_id": "coalesce(agent.Username, agent.Id)",
        "requester_id": reading.pseudonym("t.CustomerEndpoint.Address"),
        "created_at": "created_at",
        "updated_at": updated,
        "linked_contact_id": reading.id("initial_id"),
        "exclusion": f"""coalesce({reading.told_exclusion(rules)}, CASE direction
            WHEN 'outbound' THEN 'agent_initiated' WHEN 'internal' THEN 'internal' END)""",
    }
    left_at = "coalesce(dequeued_at, ended_at)"
    sessions = {
        "contact_id": contact_id,
        "updated_at": updated,
        "queue_entered_at": "CASE WHEN direction = 'inbound' THEN queued_at END",
        "answered_at": "connected_at",
        "abandoned_at": f"CASE WHEN outcome = 'abandoned' THEN {left_at} END",
        "ended_at": "ended_at",
        "outcome": "outcome",
        "wait_seconds": f"""CASE WHEN direction = 'inbound' AND has_queue THEN
            coalesce(date_sub('second', queued_at, coalesce(connected_at, {left_at})),
                {seconds_sql("queue.Duration")}) END""",
        "talk_seconds": f"""coalesce({seconds_sql("agent.AgentInteractionDuration")},
            date_sub('second', connected_at, ended_at))""",
        "hold_seconds": seconds_sql("agent.CustomerHoldDuration"),
        "wrap_seconds": seconds_sql("agent.AfterContactWorkDuration"),
        "transfers_count": "transfers",
    }
    return [
        stream(
            "contacts",
            _records(reading),
            {"contacts": contacts, "sessions": sessions},
            checks=checks,
            raw="record",
            received_on="created_at",
            when={"sessions": "channel IN ('VOICE', 'CHAT')"},
        )
    ]


def _recognises(probe: Probe) -> bool:
    keys = probe.json_keys
    return keys >= {"InitiationMethod", "InitiationTimestamp", "Channel"}


SOURCE = Source(
    name="amazon_connect",
    system="connect",
    main_table=lambda probe: "contacts",
    recognises=_recognises,
    read=_read,
    fields=("language", "topic"),
)
