/* ---
summary = "Known events of the market or of the exchange itself."
grain = "one event"
key = ["event_id"]
[columns]
event_id = { type = "VARCHAR", meaning = "key of the event" }
kind = { type = "VARCHAR", meaning = "surge, listing, maintenance, withdrawal_halt, campaign or outage" }
title = { type = "VARCHAR", meaning = "what happened" }
starts_at = { type = "TIMESTAMP", unit = "UTC", meaning = "start" }
ends_at = { type = "TIMESTAMP", unit = "UTC", meaning = "end, not included" }
known_at = { type = "TIMESTAMP", unit = "UTC", meaning = "since when it could be known: a forecast made earlier ignores it" }
--- */
SELECT
    event_id,
    kind,
    title,
    starts_at,
    ends_at,
    known_at
FROM latest_market_events
