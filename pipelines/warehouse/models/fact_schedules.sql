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
        seconds_after(slot_starts_at, 1800) AS ends_at,
        CAST(slot_starts_at AS DATE) AS utc_day,
        min(local_on) AS local_on,
        min(local_slot) AS local_slot
    FROM core_local_quarters
    GROUP BY slot_starts_at
),

-- a plan meets the half hours of its own UTC days only: found by equality, not by comparing all
planned AS (
    SELECT
        channel,
        language,
        starts_at,
        ends_at,
        agents,
        CAST(starts_at AS DATE) AS utc_day
    FROM latest_schedules
    UNION ALL
    SELECT
        s.channel,
        s.language,
        s.starts_at,
        s.ends_at,
        s.agents,
        d.utc_day
    FROM latest_schedules AS s
    INNER JOIN (SELECT DISTINCT utc_day FROM slots) AS d
        ON d.utc_day > CAST(s.starts_at AS DATE)
        AND d.utc_day <= CAST(s.ends_at AS DATE)
    WHERE CAST(s.starts_at AS DATE) < CAST(s.ends_at AS DATE)
)

SELECT
    s.channel,
    s.language,
    h.starts_at,
    h.local_on,
    h.local_slot,
    sum(
        s.agents * CAST(seconds_between(greatest(s.starts_at, h.starts_at), least(s.ends_at, h.ends_at)) AS DOUBLE)
    ) / nullif(1800.0, 0.0) AS agents
FROM planned AS s
INNER JOIN slots AS h
    ON h.utc_day = s.utc_day
    AND h.starts_at < s.ends_at
    AND s.starts_at < h.ends_at
GROUP BY s.channel, s.language, h.starts_at, h.local_on, h.local_slot
