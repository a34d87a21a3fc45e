/* ---
summary = "Whose business days were over at the data cut: what waited for a day or more is judged only then, answered or not."
grain = "one calendar and number of business days"
key = ["calendar_id", "business_days"]
[columns]
calendar_id = { type = "VARCHAR", meaning = "opening hours of a desk" }
business_days = { type = "INTEGER", unit = "business days", meaning = "how many: 1, 2 or 3" }
asked_before_at = { type = "TIMESTAMP", unit = "UTC", meaning = "of contacts from before, so many were over at the data cut; of one of this instant they had just ended; NULL: of none" }
--- */
WITH cut AS (
    SELECT
        a.calendar_id,
        open_seconds_until(
            second_of_day(b.data_cut_at), a.open_seconds_before, a.s1, a.e1, a.s2, a.e2, a.s3, a.e3, a.s4, a.e4
        ) AS open_seconds
    FROM business_days AS a
    INNER JOIN core_data_cut AS b ON a.utc_day = CAST(b.data_cut_at AS DATE)
),

-- as many open seconds ago
ago AS (
    SELECT
        c.calendar_id,
        n.business_days,
        max(c.open_seconds - n.business_days * q.open_day_seconds) AS open_seconds
    FROM cut AS c
    INNER JOIN ref_queues AS q ON q.calendar_id = c.calendar_id
    CROSS JOIN (SELECT 1 AS business_days UNION ALL SELECT 2 UNION ALL SELECT 3) AS n
    GROUP BY c.calendar_id, n.business_days
),

days AS (
    SELECT
        g.calendar_id,
        g.business_days,
        g.open_seconds,
        max(a.utc_day) AS utc_day
    FROM ago AS g
    LEFT JOIN business_days AS a ON a.calendar_id = g.calendar_id AND a.open_seconds_before < g.open_seconds
    GROUP BY g.calendar_id, g.business_days, g.open_seconds
)

-- the moment of that day at which the desk had been open for so long
SELECT
    d.calendar_id,
    d.business_days,
    seconds_after(
        CAST(a.utc_day AS TIMESTAMP),
        d.open_seconds - a.open_seconds_before + CASE
            WHEN d.open_seconds - a.open_seconds_before <= a.e1 - a.s1 THEN a.s1
            WHEN d.open_seconds - a.open_seconds_before <= a.e1 - a.s1 + a.e2 - a.s2 THEN a.s2 - (a.e1 - a.s1)
            WHEN d.open_seconds - a.open_seconds_before <= a.e1 - a.s1 + a.e2 - a.s2 + a.e3 - a.s3
                THEN a.s3 - (a.e1 - a.s1 + a.e2 - a.s2)
            ELSE a.s4 - (a.e1 - a.s1 + a.e2 - a.s2 + a.e3 - a.s3)
        END
    ) AS asked_before_at
FROM days AS d
LEFT JOIN business_days AS a ON a.calendar_id = d.calendar_id AND a.utc_day = d.utc_day
