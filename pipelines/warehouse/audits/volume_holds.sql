/* ---
severity = "warn"
summary = "the last full day of each channel brought at least half of what the same weekday brought before"
remedy = "look whether an export ends early or a feed is down; a quiet day needs nothing"
--- */
WITH daily AS (
    SELECT
        channel,
        local_on,
        CAST(sum(offered) AS BIGINT) AS offered
    FROM fact_arrivals
    GROUP BY channel, local_on
),

last_days AS (
    SELECT
        d.channel,
        max(d.local_on) AS last_on
    FROM daily AS d
    CROSS JOIN (SELECT max(local_on) AS cut_on FROM daily) AS c
    WHERE d.local_on < c.cut_on
    GROUP BY d.channel
),

before AS (
    SELECT
        l.channel,
        l.last_on,
        COUNT(d.offered) AS weeks,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY d.offered) AS usual
    FROM last_days AS l
    INNER JOIN daily AS d
        ON d.channel = l.channel
        AND d.local_on IN (
            days_after(l.last_on, -7), days_after(l.last_on, -14), days_after(l.last_on, -21),
            days_after(l.last_on, -28), days_after(l.last_on, -35), days_after(l.last_on, -42)
        )
    GROUP BY l.channel, l.last_on
)

SELECT
    b.channel,
    b.last_on,
    d.offered,
    b.usual
FROM before AS b
INNER JOIN daily AS d ON d.channel = b.channel AND d.local_on = b.last_on
WHERE b.weeks >= 3
    AND b.usual >= 20
    AND coalesce(d.offered, 0) < b.usual / 2
ORDER BY b.channel
