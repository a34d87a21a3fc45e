/* ---
summary = "Times of a source that are dates, each written as midnight: which hour it was nobody knows, and durations from or to them are whole days."
grain = "one source and kind of time of which all are dates"
key = ["source", "time"]
[columns]
source = { type = "VARCHAR", meaning = "system the contacts belong to" }
time = { type = "VARCHAR", meaning = "column of fact_contacts: created_at, first_reply_at or last_solved_at" }
contacts = { type = "BIGINT", unit = "contacts", meaning = "counted contacts with such a time" }
--- */
WITH times AS (
    SELECT source, 'created_at' AS time, created_at AS told_at FROM fact_contacts WHERE exclusion IS NULL
    UNION ALL
    SELECT source, 'first_reply_at' AS time, first_reply_at AS told_at FROM fact_contacts WHERE exclusion IS NULL
    UNION ALL
    SELECT source, 'last_solved_at' AS time, last_solved_at AS told_at FROM fact_contacts WHERE exclusion IS NULL
),

-- midnight is on a quarter hour by every clock; a week of such times is no accident
on_quarters AS (
    SELECT source, time
    FROM times
    WHERE told_at IS NOT NULL
    GROUP BY source, time
    HAVING max(second_of_day(told_at) % 900) = 0
        AND COUNT(DISTINCT CAST(told_at AS DATE)) >= 7
)

-- one midnight, which moves by an hour where clocks change: hours of a day would be more
SELECT
    t.source,
    t.time,
    COUNT(*) AS contacts
FROM times AS t
INNER JOIN on_quarters AS q ON q.source = t.source AND q.time = t.time
WHERE t.told_at IS NOT NULL
GROUP BY t.source, t.time
HAVING COUNT(DISTINCT second_of_day(t.told_at)) <= 2
