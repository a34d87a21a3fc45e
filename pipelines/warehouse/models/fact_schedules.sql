/* ---
summary = "Agents scheduled per desk and half hour. An interval that covers part of a half hour counts for that part."
grain = "one channel, language and half hour"
key = ["channel", "language", "starts_at"]
sort = ["starts_at", "channel", "language"]
[columns]
channel = { type = "VARCHAR", meaning = "canonical channel of the desk" }
language = { type = "VARCHAR", meaning = "canonical language of the desk" }
starts_at = { type = "TIMESTAMP", unit = "UTC", meaning = "start of the half hour" }
local_on = { type = "DATE", unit = "local day", meaning = "its day in the site's zone" }
local_slot = { type = "SMALLINT", unit = "local half hour", meaning = "half hour of that day, 0..47" }
agents = { type = "DOUBLE", unit = "agents", meaning = "agents scheduled, on average over the half hour" }
--- */
WITH slots AS (
    SELECT
        slot_starts_at AS starts_at,
        min(local_on) AS local_on,
        min(local_slot) AS local_slot
    FROM core_local_quarters
    GROUP BY slot_starts_at
)

SELECT
    s.channel,
    s.language,
    h.starts_at,
    h.local_on,
    h.local_slot,
    sum(
        s.agents * CAST(seconds_between(greatest(s.starts_at, h.starts_at), least(s.ends_at, seconds_after(h.starts_at, 1800))) AS DOUBLE)
    ) / nullif(1800.0, 0.0) AS agents
FROM latest_schedules AS s
INNER JOIN slots AS h
    ON h.starts_at < s.ends_at
    AND s.starts_at < seconds_after(h.starts_at, 1800)
GROUP BY s.channel, s.language, h.starts_at, h.local_on, h.local_slot
