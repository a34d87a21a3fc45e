/* ---
severity = "warn"
summary = "no minute of the day brings a large share of a source's contacts day after day, as a machine would"
remedy = "look at these contacts; where a batch job makes them, exclude them in the mapping of the export under [exclude.internal]"
--- */
WITH minutes AS (
    SELECT
        c.source,
        c.channel,
        CAST(c.arrived_slot AS BIGINT) * 30
            + CAST(floor(CAST(seconds_between(q.slot_starts_at, c.created_at) AS DOUBLE) / 60) AS BIGINT) AS minute_of_day,
        COUNT(*) AS contacts,
        COUNT(DISTINCT c.arrived_on) AS days
    FROM fact_contacts AS c
    INNER JOIN core_local_quarters AS q ON q.quarter_at = quarter_of(c.created_at) AND q.local_on = c.arrived_on
    WHERE c.exclusion IS NULL
        AND q.local_slot = c.arrived_slot
    GROUP BY
        c.source, c.channel,
        CAST(c.arrived_slot AS BIGINT) * 30
        + CAST(floor(CAST(seconds_between(q.slot_starts_at, c.created_at) AS DOUBLE) / 60) AS BIGINT)
),

totals AS (
    SELECT
        source,
        channel,
        COUNT(*) AS contacts,
        COUNT(DISTINCT arrived_on) AS days
    FROM fact_contacts
    WHERE exclusion IS NULL
    GROUP BY source, channel
)

SELECT
    m.source,
    m.channel,
    CAST(floor(CAST(m.minute_of_day AS DOUBLE) / 60) AS BIGINT) AS local_hour,
    m.minute_of_day % 60 AS local_minute,
    m.contacts,
    floor(CAST(1000 * m.contacts AS DOUBLE) / nullif(t.contacts, 0) + 0.5) / 10 AS percent
FROM minutes AS m
INNER JOIN totals AS t ON t.source = m.source AND t.channel = m.channel
WHERE t.days >= 7
    AND m.contacts >= 5 * t.days
    AND m.days * 10 >= t.days * 6
    AND m.contacts * 50 >= t.contacts
ORDER BY m.contacts DESC, m.source, m.channel, local_hour, local_minute
