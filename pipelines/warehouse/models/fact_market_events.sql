/* ---
summary = "Known events of the market or of the exchange itself, and dated changes of its support."
grain = "one event"
key = ["event_id"]
[columns]
event_id = { type = "VARCHAR", meaning = "key of the event" }
kind = { type = "VARCHAR", meaning = "surge, listing, maintenance, withdrawal_halt, campaign, outage; of a change staffing, training, macro, article, bot, routing, process, tool or policy" }
title = { type = "VARCHAR", meaning = "what happened" }
starts_at = { type = "TIMESTAMP", unit = "UTC", meaning = "start" }
ends_at = { type = "TIMESTAMP", unit = "UTC", meaning = "end, not included" }
known_at = { type = "TIMESTAMP", unit = "UTC", meaning = "since when it could be known: a forecast made earlier ignores it" }
channel = { type = "VARCHAR", meaning = "canonical channel that it concerns; NULL: all" }
language = { type = "VARCHAR", meaning = "canonical language that it concerns; NULL: all" }
topic = { type = "VARCHAR", meaning = "canonical issue type that it concerns; NULL: all" }
is_change = { type = "BOOLEAN", meaning = "a change of our own, which lasts from its start on: its effect is measured" }
--- */
SELECT
    event_id,
    kind,
    title,
    starts_at,
    ends_at,
    known_at,
    channel,
    language,
    topic,
    kind IN (
        'staffing', 'training', 'macro', 'article', 'bot', 'routing', 'process', 'tool', 'policy'
    ) AS is_change
FROM latest_market_events
