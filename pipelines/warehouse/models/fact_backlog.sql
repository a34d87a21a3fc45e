/* ---
summary = "Open contacts at the end of each day and what moved them: closing = opening + created + reopened - resolved - merged - deleted. Contacts of systems without a solved state (calls) are never in it; a reopening whose time no history tells is dated as late as it can have been."
grain = "one local day, channel, language, topic, team, urgency and system, from the first contact of that combination to the data cut"
key = ["day", "channel", "language", "topic", "team", "urgency", "source"]
sort = ["day", "channel", "language"]
[columns]
day = { type = "DATE", unit = "local day", meaning = "the day; stocks are those at its end" }
channel = { type = "VARCHAR", meaning = "canonical channel" }
language = { type = "VARCHAR", meaning = "canonical language" }
topic = { type = "VARCHAR", meaning = "canonical issue type" }
team = { type = "VARCHAR", meaning = "team; NULL where the export names none" }
urgency = { type = "VARCHAR", meaning = "urgent or normal" }
source = { type = "VARCHAR", meaning = "system of the contacts" }
opening = { type = "BIGINT", unit = "contacts", meaning = "open at the start of the day" }
created = { type = "BIGINT", unit = "contacts", meaning = "created that day" }
reopened = { type = "BIGINT", unit = "contacts", meaning = "went from solved back to open" }
resolved = { type = "BIGINT", unit = "contacts", meaning = "solve events" }
merged = { type = "BIGINT", unit = "contacts", meaning = "open ones merged into others" }
deleted = { type = "BIGINT", unit = "contacts", meaning = "open ones deleted" }
closing = { type = "BIGINT", unit = "contacts", meaning = "open at the end of the day" }
aged_0_1d = { type = "BIGINT", unit = "contacts", meaning = "of these, created that day" }
aged_1_3d = { type = "BIGINT", unit = "contacts", meaning = "of these, created 1 or 2 days before" }
aged_3_7d = { type = "BIGINT", unit = "contacts", meaning = "of these, created 3 to 6 days before" }
aged_7d_plus = { type = "BIGINT", unit = "contacts", meaning = "of these, created 7 or more days before" }
--- */
WITH bands AS (
    SELECT 0 AS band, 0 AS from_days, 1 AS to_days
    UNION ALL SELECT 1 AS band, 1 AS from_days, 3 AS to_days
    UNION ALL SELECT 2 AS band, 3 AS from_days, 7 AS to_days
    UNION ALL SELECT 3 AS band, 7 AS from_days, CAST(NULL AS INTEGER) AS to_days
),

-- the part of each spell that falls into each age band, as days [from_on, to_on)
banded AS (
    SELECT
        s.channel,
        s.language,
        s.topic,
        s.team,
        s.urgency,
        s.source,
        b.band,
        greatest(s.opened_on, days_after(s.created_on, b.from_days)) AS from_on,
        least(s.ended_on, days_after(s.created_on, b.to_days)) AS to_on,
        s.n
    FROM core_spells AS s
    CROSS JOIN bands AS b
),

steps AS (
    SELECT
        opened_on AS day, channel, language, topic, team, urgency, source, 'flow' AS kind, opened_by AS what, CAST(NULL AS INTEGER) AS band, n
    FROM core_spells
    UNION ALL
    SELECT
        ended_on AS day, channel, language, topic, team, urgency, source, 'flow' AS kind, ended_by AS what, CAST(NULL AS INTEGER) AS band, n
    FROM core_spells
    WHERE ended_on IS NOT NULL
    UNION ALL
    SELECT from_on AS day, channel, language, topic, team, urgency, source, 'age' AS kind, 'in' AS what, band, n
    FROM banded
    WHERE to_on IS NULL OR from_on < to_on
    UNION ALL
    SELECT to_on AS day, channel, language, topic, team, urgency, source, 'age' AS kind, 'out' AS what, band, -n AS n
    FROM banded
    WHERE from_on < to_on
),

daily AS (
    SELECT
        day,
        channel,
        language,
        topic,
        coalesce(team, '') AS team,
        urgency,
        source,
        CAST(sum(CASE WHEN what = 'created' THEN n ELSE 0 END) AS BIGINT) AS created,
        CAST(sum(CASE WHEN what = 'reopened' THEN n ELSE 0 END) AS BIGINT) AS reopened,
        CAST(sum(CASE WHEN what = 'resolved' THEN n ELSE 0 END) AS BIGINT) AS resolved,
        CAST(sum(CASE WHEN what = 'merged' THEN n ELSE 0 END) AS BIGINT) AS merged,
        CAST(sum(CASE WHEN what = 'deleted' THEN n ELSE 0 END) AS BIGINT) AS deleted,
        CAST(sum(CASE WHEN band = 0 THEN n ELSE 0 END) AS BIGINT) AS step_0_1d,
        CAST(sum(CASE WHEN band = 1 THEN n ELSE 0 END) AS BIGINT) AS step_1_3d,
        CAST(sum(CASE WHEN band = 2 THEN n ELSE 0 END) AS BIGINT) AS step_3_7d,
        CAST(sum(CASE WHEN band = 3 THEN n ELSE 0 END) AS BIGINT) AS step_7d_plus
    FROM steps
    GROUP BY day, channel, language, topic, coalesce(team, ''), urgency, source
),

days AS (
    SELECT DISTINCT q.local_on AS day
    FROM core_local_quarters AS q
    CROSS JOIN core_data_cut AS b
    WHERE q.quarter_at <= b.data_cut_at
),

grid AS (
    SELECT
        d.day,
        k.channel,
        k.language,
        k.topic,
        k.team,
        k.urgency,
        k.source
    FROM (
        SELECT channel, language, topic, team, urgency, source, min(day) AS first_day
        FROM daily
        GROUP BY channel, language, topic, team, urgency, source
    ) AS k
    INNER JOIN days AS d ON d.day >= k.first_day
),

flows AS (
    SELECT
        g.day,
        g.channel,
        g.language,
        g.topic,
        g.team,
        g.urgency,
        g.source,
        coalesce(f.created, 0) AS created,
        coalesce(f.reopened, 0) AS reopened,
        coalesce(f.resolved, 0) AS resolved,
        coalesce(f.merged, 0) AS merged,
        coalesce(f.deleted, 0) AS deleted,
        coalesce(f.step_0_1d, 0) AS step_0_1d,
        coalesce(f.step_1_3d, 0) AS step_1_3d,
        coalesce(f.step_3_7d, 0) AS step_3_7d,
        coalesce(f.step_7d_plus, 0) AS step_7d_plus
    FROM grid AS g
    LEFT JOIN daily AS f
        ON f.day = g.day
        AND f.channel = g.channel
        AND f.language = g.language
        AND f.topic = g.topic
        AND f.team = g.team
        AND f.urgency = g.urgency
        AND f.source = g.source
)

SELECT
    day,
    channel,
    language,
    topic,
    nullif(team, '') AS team,
    urgency,
    source,
    created,
    reopened,
    resolved,
    merged,
    deleted,
    CAST(sum(created + reopened - resolved - merged - deleted) OVER running AS BIGINT) AS closing,
    closing - created - reopened + resolved + merged + deleted AS opening,
    CAST(sum(step_0_1d) OVER running AS BIGINT) AS aged_0_1d,
    CAST(sum(step_1_3d) OVER running AS BIGINT) AS aged_1_3d,
    CAST(sum(step_3_7d) OVER running AS BIGINT) AS aged_3_7d,
    CAST(sum(step_7d_plus) OVER running AS BIGINT) AS aged_7d_plus
FROM flows
WINDOW running AS (PARTITION BY channel, language, topic, team, urgency, source ORDER BY day)
