/* ---
summary = "How many contacts each source brought on each day, against what the same weekday brought in the six weeks before."
grain = "one source and local day from its first to its last"
key = ["source", "day"]
sort = ["source", "day"]
[columns]
source = { type = "VARCHAR", meaning = "system the contacts belong to" }
day = { type = "DATE", unit = "local day", meaning = "day of arrival" }
contacts = { type = "BIGINT", unit = "contacts", meaning = "contacts of the day, counted or not; of the last day of the data, so far" }
usual = { type = "DOUBLE", unit = "contacts", meaning = "median of the same weekday in the six weeks before; NULL before there are three" }
least = { type = "BIGINT", unit = "contacts", meaning = "the lowest of them" }
is_low = { type = "BOOLEAN", meaning = "under half of what is usual, and under the lowest of six weeks; not judged under 20 a day, or on the last day" }
--- */
WITH counts AS (
    SELECT
        source,
        arrived_on AS day,
        COUNT(*) AS contacts
    FROM fact_contacts
    WHERE arrived_on IS NOT NULL
    GROUP BY source, arrived_on
),

spans AS (
    SELECT
        source,
        min(day) AS first_on,
        max(day) AS last_on
    FROM counts
    GROUP BY source
),

days AS (
    SELECT DISTINCT local_on AS day
    FROM core_local_quarters
),

daily AS (
    SELECT
        s.source,
        d.day,
        s.last_on,
        coalesce(c.contacts, 0) AS contacts
    FROM spans AS s
    INNER JOIN days AS d ON d.day >= s.first_on AND d.day <= s.last_on
    LEFT JOIN counts AS c ON c.source = s.source AND c.day = d.day
),

weeks AS (
    SELECT 7 AS back
    UNION ALL SELECT 14 AS back
    UNION ALL SELECT 21 AS back
    UNION ALL SELECT 28 AS back
    UNION ALL SELECT 35 AS back
    UNION ALL SELECT 42 AS back
),

before AS (
    SELECT
        d.source,
        d.day,
        COUNT(*) AS weeks,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY b.contacts) AS usual,
        min(b.contacts) AS least
    FROM daily AS d
    CROSS JOIN weeks AS w
    INNER JOIN daily AS b ON b.source = d.source AND b.day = days_after(d.day, -w.back)
    GROUP BY d.source, d.day
    HAVING COUNT(*) >= 3
)

SELECT
    d.source,
    d.day,
    CAST(d.contacts AS BIGINT) AS contacts,
    b.usual,
    CAST(b.least AS BIGINT) AS least,
    d.day < d.last_on
        AND coalesce(b.usual, 0) >= 20
        AND d.contacts < b.usual / 2
        AND d.contacts < b.least AS is_low
FROM daily AS d
LEFT JOIN before AS b ON b.source = d.source AND b.day = d.day
