/* ---
severity = "warn"
summary = "no minute of the day brings a large share of a source's contacts day after day, as a machine would"
remedy = "look at these contacts; where a batch job makes them, exclude them in the mapping of the export under [exclude.internal]"
--- */
WITH totals AS (
    SELECT
        source,
        channel,
        COUNT(*) AS contacts,
        COUNT(DISTINCT arrived_on) AS days
    FROM fact_contacts
    WHERE exclusion IS NULL
    GROUP BY source, channel
),

-- few minutes, if any, hold so many contacts: the days of these alone are told apart
busy AS (
    SELECT
        m.source,
        m.channel,
        m.minute_of_day,
        m.contacts,
        t.contacts AS of_contacts,
        t.days AS of_days
    FROM (
        SELECT
            source,
            channel,
            minute_of_day,
            COUNT(*) AS contacts
        FROM core_arrival_minutes
        GROUP BY source, channel, minute_of_day
    ) AS m
    INNER JOIN totals AS t ON t.source = m.source AND t.channel = m.channel
    WHERE t.days >= 7
        AND m.contacts >= 5 * t.days
        AND m.contacts * 50 >= t.contacts
)

SELECT
    b.source,
    b.channel,
    CAST(floor(CAST(b.minute_of_day AS DOUBLE) / 60) AS BIGINT) AS local_hour,
    b.minute_of_day % 60 AS local_minute,
    b.contacts,
    floor(CAST(1000 * b.contacts AS DOUBLE) / nullif(b.of_contacts, 0) + 0.5) / 10 AS percent
FROM busy AS b
INNER JOIN core_arrival_minutes AS a
    ON a.source = b.source AND a.channel = b.channel AND a.minute_of_day = b.minute_of_day
-- of a source that tells dates every contact lies at midnight, and no machine made it then
LEFT JOIN fact_day_times AS d ON d.source = b.source AND d.time = 'created_at'
WHERE d.source IS NULL
GROUP BY b.source, b.channel, b.minute_of_day, b.contacts, b.of_contacts, b.of_days
HAVING COUNT(DISTINCT a.arrived_on) * 10 >= b.of_days * 6
ORDER BY b.contacts DESC, b.source, b.channel, local_hour, local_minute
