/* ---
summary = "Handle, available and paid time per half hour: of each agent where agent states are delivered, of each desk by its schedule on days without any."
grain = "one half hour of one agent, channel, language and team, or of one desk"
key = ["origin", "agent_id", "channel", "language", "team", "starts_at"]
sort = ["local_on", "channel", "language"]
[columns]
origin = { type = "VARCHAR", meaning = "agent_states, or schedule: paid time as planned and handle time of the contacts that arrived in it" }
starts_at = { type = "TIMESTAMP", unit = "UTC", meaning = "start of the half hour" }
local_on = { type = "DATE", unit = "local day", meaning = "its day in the site's zone" }
local_slot = { type = "SMALLINT", unit = "local half hour", meaning = "half hour of that day, 0..47" }
channel = { type = "VARCHAR", meaning = "canonical channel; NULL where the states do not tell" }
language = { type = "VARCHAR", meaning = "canonical language; NULL where the states do not tell" }
team = { type = "VARCHAR", meaning = "team; NULL where it is not told" }
agent_id = { type = "VARCHAR", meaning = "agent; NULL for a desk's schedule" }
handle_seconds = { type = "BIGINT", unit = "seconds", meaning = "talk, hold and after-contact work" }
available_seconds = { type = "BIGINT", unit = "seconds", meaning = "ready and without a contact; NULL where only a schedule is known" }
paid_seconds = { type = "BIGINT", unit = "seconds", meaning = "logged in, breaks and training included; by a schedule, planned" }
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

-- a stretch meets the half hours of its own UTC days only: found by equality
days AS (
    SELECT DISTINCT utc_day
    FROM slots
),

stretches AS (
    SELECT
        s.agent_id,
        s.state,
        s.starts_at,
        s.ends_at,
        s.channel,
        s.language,
        s.team,
        d.utc_day
    FROM latest_agent_states AS s
    INNER JOIN days AS d
        ON d.utc_day >= CAST(s.starts_at AS DATE)
        AND d.utc_day <= CAST(s.ends_at AS DATE)
),

pieces AS (
    SELECT
        s.agent_id,
        s.state,
        s.channel,
        s.language,
        s.team,
        h.starts_at,
        h.local_on,
        h.local_slot,
        seconds_between(greatest(s.starts_at, h.starts_at), least(s.ends_at, h.ends_at)) AS seconds
    FROM stretches AS s
    INNER JOIN slots AS h
        ON h.utc_day = s.utc_day
        AND h.starts_at < s.ends_at
        AND s.starts_at < h.ends_at
),

told_days AS (
    SELECT DISTINCT local_on
    FROM pieces
),

-- handle time is known of a queue at all: else its hours would look idle
measured_queues AS (
    SELECT
        channel,
        language
    FROM fact_arrivals
    GROUP BY channel, language
    HAVING sum(handled) > 0
)

SELECT
    'agent_states' AS origin,
    starts_at,
    local_on,
    local_slot,
    channel,
    language,
    team,
    agent_id,
    CAST(sum(CASE WHEN state IN ('handling', 'wrap') THEN seconds ELSE 0 END) AS BIGINT) AS handle_seconds,
    CAST(sum(CASE WHEN state = 'available' THEN seconds ELSE 0 END) AS BIGINT) AS available_seconds,
    CAST(sum(seconds) AS BIGINT) AS paid_seconds
FROM pieces
GROUP BY starts_at, local_on, local_slot, channel, language, team, agent_id
UNION ALL
SELECT
    'schedule' AS origin,
    p.starts_at,
    p.local_on,
    p.local_slot,
    p.channel,
    p.language,
    CAST(NULL AS STRING) AS team,
    CAST(NULL AS STRING) AS agent_id,
    a.handle_seconds,
    CAST(NULL AS BIGINT) AS available_seconds,
    CAST(floor(p.agents * 1800 + 0.5) AS BIGINT) AS paid_seconds
FROM fact_schedules AS p
INNER JOIN measured_queues AS m ON m.channel = p.channel AND m.language = p.language
INNER JOIN fact_arrivals AS a
    ON a.channel = p.channel
    AND a.language = p.language
    AND a.starts_at = p.starts_at
    AND a.local_on = p.local_on
    AND a.is_observed
LEFT JOIN told_days AS t ON t.local_on = p.local_on
WHERE t.local_on IS NULL
