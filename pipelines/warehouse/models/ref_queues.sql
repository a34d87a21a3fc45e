/* ---
summary = "The desk that answers each queue: of the desks that match, the one named most exactly."
grain = "one channel and language"
key = ["channel", "language"]
[columns]
channel = { type = "VARCHAR", meaning = "canonical channel" }
language = { type = "VARCHAR", meaning = "canonical language" }
calendar_id = { type = "VARCHAR", meaning = "opening hours of the desk" }
target_share = { type = "DOUBLE", unit = "share", meaning = "share of contacts to answer within the target" }
within_seconds = { type = "BIGINT", unit = "seconds", meaning = "the target T of the service level" }
handle_seconds = { type = "BIGINT", unit = "seconds", meaning = "planned handle time" }
concurrency = { type = "BIGINT", unit = "contacts", meaning = "contacts one agent handles at once" }
shrinkage = { type = "DOUBLE", unit = "share", meaning = "paid time not available for contacts" }
max_occupancy = { type = "DOUBLE", unit = "share", meaning = "highest occupancy to plan for" }
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
    channel,
    language,
    calendar_id,
    target_share,
    within_seconds,
    handle_seconds,
    concurrency,
    shrinkage,
    max_occupancy
FROM matching
WHERE position = 1
