/* ---
summary = "How many contacts each source brought on each day, against what the same weekday brought in the six weeks before, and whether its feed was up."
grain = "one source and local day from its first to its last; of a source that is late, to the last day of the others: it ends up to four weeks before them, what it brought does not change later, and none that brings a quarter as much began in the eight weeks before its end or later, in its place"
key = ["source", "day"]
sort = ["source", "day"]
[columns]
source = { type = "VARCHAR", meaning = "system the contacts belong to" }
day = { type = "DATE", unit = "local day", meaning = "day of arrival" }
contacts = { type = "BIGINT", unit = "contacts", meaning = "contacts of the day, counted or not; of the last day of the data, so far" }
usual = { type = "DOUBLE", unit = "contacts", meaning = "median of the same weekday in the six weeks before; NULL before there are three" }
least = { type = "BIGINT", unit = "contacts", meaning = "the lowest of them" }
is_low = { type = "BOOLEAN", meaning = "under half of what is usual, and under the lowest of six weeks; not judged under 20 a day, or on the last day" }
is_up = { type = "BOOLEAN", meaning = "the day was observed: contacts came, or that none did is ordinary here: by what the weekdays of eight weeks on both sides bring and how much that varies, so many days without any follow each other more often than once in 150 times. False under four such weeks, and on a weekday on which nobody ever comes" }
missing = { type = "DOUBLE", unit = "contacts", meaning = "of a day on which the feed was down: what its weekday brings in the eight weeks on both sides; 0 where it was up, or where one side brings under a quarter of the other: the source began, or was given up. Of days after its end what the eight weeks before it bring, where there are four" }
to_come = { type = "DOUBLE", unit = "contacts", meaning = "of the source's last day, where its feed ends on it: what usually comes after that time of day; else 0" }
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

feed_ends AS (
    SELECT source, max(greatest(created_at, coalesce(updated_at, created_at))) AS ends_at
    FROM fact_contacts
    GROUP BY source
),

ends AS (
    SELECT
        c.source,
        min(c.day) AS first_on,
        max(c.day) AS last_on,
        avg(CAST(c.contacts AS DOUBLE)) AS mean,
        max(local_on(f.ends_at)) AS ends_on,
        max(local_slot(f.ends_at)) AS ends_slot
    FROM counts AS c
    INNER JOIN feed_ends AS f ON f.source = c.source
    GROUP BY c.source
),

-- a source that ends before the others is late, or was given up: that it is late is not thought
-- where its contacts still change, after four weeks, or where another one that brings a quarter as
-- much began in its place
spans AS (
    SELECT
        e.source,
        e.first_on,
        e.last_on,
        e.ends_on,
        e.ends_slot,
        CASE
            WHEN max(o.last_on) <= e.ends_on THEN e.last_on
            WHEN max(o.last_on) > days_after(e.last_on, 28) THEN e.last_on
            WHEN max(
                CASE WHEN o.first_on > e.first_on AND o.first_on >= days_after(e.last_on, -56) AND o.mean * 4 >= e.mean THEN 1 ELSE 0 END
            ) = 1 THEN e.last_on
            ELSE max(o.last_on)
        END AS told_until_on
    FROM ends AS e
    CROSS JOIN ends AS o
    GROUP BY e.source, e.first_on, e.last_on, e.ends_on, e.ends_slot
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
    INNER JOIN days AS d ON d.day >= s.first_on AND d.day <= s.told_until_on
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
),

-- days without any contact that follow each other
empty_days AS (
    SELECT
        source,
        day,
        weekday_of(day) AS weekday,
        days_after(day, -CAST(ROW_NUMBER() OVER (PARTITION BY source ORDER BY day) AS INT)) AS run
    FROM daily
    WHERE contacts = 0
),

runs AS (
    SELECT
        source,
        run,
        min(day) AS first_on,
        max(day) AS last_on
    FROM empty_days
    GROUP BY source, run
),

-- what weekdays bring in the eight weeks on both sides of a run
around AS (
    SELECT
        r.source,
        r.run,
        weekday_of(d.day) AS weekday,
        COUNT(*) AS days,
        avg(CAST(d.contacts AS DOUBLE)) AS mean,
        SUM(CASE WHEN d.day < r.first_on THEN d.contacts ELSE 0 END) AS contacts_before,
        SUM(CASE WHEN d.day < r.first_on THEN 1 ELSE 0 END) AS days_before,
        SUM(CASE WHEN d.day > r.last_on THEN d.contacts ELSE 0 END) AS contacts_after,
        SUM(CASE WHEN d.day > r.last_on THEN 1 ELSE 0 END) AS days_after,
        var_pop(CAST(d.contacts AS DOUBLE)) AS variance
    FROM runs AS r
    INNER JOIN daily AS d ON d.source = r.source
    WHERE (d.day < r.first_on AND d.day >= days_after(r.first_on, -56))
        OR (d.day > r.last_on AND d.day <= days_after(r.last_on, 56))
    GROUP BY r.source, r.run, weekday_of(d.day)
),

-- a source that goes on as before was down; one that began or was given up missed nothing
sides AS (
    SELECT
        source,
        run,
        CAST(SUM(contacts_before) AS DOUBLE) / nullif(SUM(days_before), 0) AS mean_before,
        CAST(SUM(contacts_after) AS DOUBLE) / nullif(SUM(days_after), 0) AS mean_after,
        SUM(days_before) AS days_before
    FROM around
    GROUP BY source, run
),

sums AS (
    SELECT
        source,
        run,
        SUM(mean * days) AS contacts,
        SUM(variance * days) AS squares,
        SUM(days) AS days,
        COUNT(*) AS weekdays
    FROM around
    GROUP BY source, run
    HAVING SUM(days) >= 28
),

spreads AS (
    SELECT
        source,
        run,
        contacts / nullif(days, 0) AS mean,
        -- variance of days of one weekday over the mean: 1 where they vary by chance alone
        squares / nullif(days - weekdays, 0) / nullif(contacts / nullif(days, 0), 0) AS spread
    FROM sums
),

-- of a negative binomial with that mean and spread no contact at all has the chance
-- exp(-mean * weight); with a spread of 1 it is Poisson's exp(-mean)
weights AS (
    SELECT
        source,
        run,
        mean,
        CASE WHEN spread > 1.001 THEN ln(spread) / nullif(spread - 1, 0) ELSE 1 END AS weight
    FROM spreads
),

quiet_days AS (
    SELECT
        e.source,
        e.day,
        SUM(a.mean * w.weight) OVER (PARTITION BY e.source, e.run) < 5
            AND (a.mean > 0 OR w.mean * a.days * w.weight < 5) AS is_quiet,
        CASE
            WHEN s.mean_after IS NULL THEN CASE WHEN s.days_before >= 28 THEN a.mean ELSE 0 END
            WHEN least(s.mean_before, s.mean_after) * 4 >= greatest(s.mean_before, s.mean_after) THEN a.mean
            ELSE 0
        END AS usual_contacts
    FROM empty_days AS e
    INNER JOIN around AS a ON a.source = e.source AND a.run = e.run AND a.weekday = e.weekday
    INNER JOIN sides AS s ON s.source = e.source AND s.run = e.run
    LEFT JOIN weights AS w ON w.source = e.source AND w.run = e.run
),

-- where a feed ends on the day of its last contact: what comes later on other days, as a share of
-- what comes before
later AS (
    SELECT
        e.source,
        e.last_on,
        CAST(SUM(CASE WHEN c.arrived_slot > e.ends_slot THEN c.contacts ELSE 0 END) AS DOUBLE)
            / nullif(SUM(CASE WHEN c.arrived_slot > e.ends_slot THEN 0 ELSE c.contacts END), 0) AS share
    FROM spans AS e
    INNER JOIN (
        SELECT source, arrived_slot, COUNT(*) AS contacts
        FROM fact_contacts
        WHERE arrived_slot IS NOT NULL
        GROUP BY source, arrived_slot
    ) AS c ON c.source = e.source
    WHERE e.ends_on <= e.last_on
    GROUP BY e.source, e.last_on
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
        AND d.contacts < b.least AS is_low,
    d.contacts > 0 OR coalesce(q.is_quiet, FALSE) AS is_up,
    CASE WHEN is_up THEN 0 ELSE coalesce(q.usual_contacts, 0) END AS missing,
    coalesce(d.contacts * l.share, 0) AS to_come
FROM daily AS d
LEFT JOIN before AS b ON b.source = d.source AND b.day = d.day
LEFT JOIN quiet_days AS q ON q.source = d.source AND q.day = d.day
LEFT JOIN later AS l ON l.source = d.source AND l.last_on = d.day
