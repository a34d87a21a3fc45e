/* ---
summary = "The desk that answers each queue: of the desks that match, the one named most exactly."
grain = "one channel and language"
key = ["channel", "language"]
[columns]
channel = { type = "VARCHAR", meaning = "canonical channel" }
language = { type = "VARCHAR", meaning = "canonical language" }
calendar_id = { type = "VARCHAR", meaning = "opening hours of the desk" }
open_day_seconds = { type = "BIGINT", unit = "seconds", meaning = "how long its usual open day is: a business day" }
target_share = { type = "DOUBLE", unit = "share", meaning = "share of contacts to answer within the target" }
within_seconds = { type = "BIGINT", unit = "seconds", meaning = "the target T of the service level" }
handle_seconds = { type = "BIGINT", unit = "seconds", meaning = "planned handle time" }
concurrency = { type = "BIGINT", unit = "contacts", meaning = "contacts one agent handles at once" }
shrinkage = { type = "DOUBLE", unit = "share", meaning = "paid time not available for contacts" }
max_occupancy = { type = "DOUBLE", unit = "share", meaning = "highest occupancy to plan for" }
patience_seconds = { type = "DOUBLE", unit = "seconds", meaning = "mean patience as set; NULL: estimated from those who hung up" }
slowdown_share = { type = "DOUBLE", unit = "share", meaning = "by how much each further chat at once lengthens an agent's chats" }
minimum_agents = { type = "BIGINT", unit = "agents", meaning = "at their desks while it is open, however few contacts come" }
promise_open_days = { type = "BIGINT", unit = "days", meaning = "deferrable channels: business days within which contacts are answered" }
staffed_to = { type = "VARCHAR", meaning = "expected service level, mean of the forecast, or a quantile of it" }
gives_spare_time = { type = "BOOLEAN", meaning = "agents of this live desk help with deferrable work of their language" }
hour_cost = { type = "DOUBLE", unit = "site's currency", meaning = "of a paid agent hour; NULL: not known" }
headcount = { type = "BIGINT", unit = "people", meaning = "people there are; NULL: as many as it takes" }
--- */
WITH queues AS (
    SELECT
        ch.channel,
        la.language
    FROM (
        SELECT channel FROM ref_channels
        UNION
        SELECT channel FROM latest_contacts WHERE channel IS NOT NULL
        UNION
        SELECT 'unknown' AS channel
    ) AS ch
    CROSS JOIN (
        SELECT language FROM ref_languages
        UNION
        SELECT language FROM latest_contacts WHERE language IS NOT NULL
        UNION
        SELECT language FROM core_detected_languages
        UNION
        SELECT 'und' AS language
    ) AS la
),

matching AS (
    SELECT
        q.channel,
        q.language,
        d.calendar_id,
        d.target_share,
        d.within_seconds,
        d.handle_seconds,
        d.concurrency,
        d.shrinkage,
        d.max_occupancy,
        d.patience_seconds,
        d.slowdown_share,
        d.minimum_agents,
        d.promise_open_days,
        d.staffed_to,
        d.gives_spare_time,
        d.hour_cost,
        d.headcount,
        row_number() OVER (
            PARTITION BY q.channel, q.language
            ORDER BY
                CASE WHEN d.channel = '*' THEN 1 ELSE 0 END,
                CASE WHEN d.language = '*' THEN 1 ELSE 0 END,
                d.calendar_id,
                d.within_seconds
        ) AS position
    FROM queues AS q
    INNER JOIN ref_desks AS d
        ON d.channel IN (q.channel, '*') AND d.language IN (q.language, '*')
)

SELECT
    m.channel,
    m.language,
    m.calendar_id,
    a.open_day_seconds,
    m.target_share,
    m.within_seconds,
    m.handle_seconds,
    m.concurrency,
    m.shrinkage,
    m.max_occupancy,
    m.patience_seconds,
    m.slowdown_share,
    m.minimum_agents,
    m.promise_open_days,
    m.staffed_to,
    m.gives_spare_time,
    m.hour_cost,
    m.headcount
FROM matching AS m
LEFT JOIN ref_calendars AS a ON a.calendar_id = m.calendar_id
WHERE m.position = 1
